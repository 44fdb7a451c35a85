"""The one line that each step of the workflow prints."""

from __future__ import annotations


def print_step(trial: str, step: str, message: str, seconds: float) -> None:
    """Print what a step did and how long it took, in columns: trial, step, message, seconds."""
    print(f"{trial:<15} {step:<8} {message:<58} {seconds:5.1f} s", flush=True)
