"""Whom an analysis leaves out by ``among``, in words for tables, figures and methods."""

from __future__ import annotations

from postinfusion.plan.analyses import Counts, TimeToEvent
from postinfusion.present import formats
from postinfusion.present.results import Results


def left_out_note(results: Results) -> tuple[str, ...]:
    """Say whom ``among`` leaves out, and how many they are; empty without a rule."""
    analysis = results.analysis
    if not isinstance(analysis, Counts | TimeToEvent) or not analysis.among:
        return ()
    rule = " and ".join(f"{formats.in_sentence(name)} {', '.join(values)}" for name, values in analysis.among.items())
    counted = [f"{arm} {n}" for arm in results.arms if (n := results.text("n", term="left-out", arm=arm))]
    told = f"left out by this rule of the plan: {', '.join(counted)}" if counted else "nobody was left out by this rule"
    return (f"Only participants with {rule} are analysed; {told}.",)
