"""Randomness: one independent stream of random numbers for each concept, all from one seed.

A stream is named, and its name decides its numbers: a table that is added later, or drawn in another order, leaves
every other table as it was.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np


def stream(root: np.random.SeedSequence, name: str) -> np.random.Generator:
    """Give the generator of one concept.

    Parameters
    ----------
    root
        Seed sequence of the whole trial; it is not changed.
    name
        The concept, for example ``dropout``.
    """
    digest = int.from_bytes(sha256(name.encode()).digest()[:4], "big")
    return np.random.default_rng(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, digest)))
