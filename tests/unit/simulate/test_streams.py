"""Randomness: a stream depends on the seed and its name alone."""

import numpy as np

from postinfusion.simulate.streams import stream


def test_the_same_name_gives_the_same_numbers_whatever_was_drawn_before():
    root = np.random.SeedSequence(1)
    first = stream(root, "dropout").random(3)
    stream(root, "weights").random(100)
    root.spawn(5)
    assert np.array_equal(stream(root, "dropout").random(3), first)


def test_another_name_or_seed_or_replicate_gives_other_numbers():
    roots = [np.random.SeedSequence(1), np.random.SeedSequence(2), np.random.SeedSequence(1, spawn_key=(4,))]
    drawn = {float(stream(root, name).random()) for root in roots for name in ("dropout", "weights")}
    assert len(drawn) == 6
