"""Adjusted p-values against R's p.adjust: closed forms, so only rounding differs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from postinfusion.core.multiplicity import hochberg, holm
from reference.comparisons import CLOSED_FORM, Comparison
from reference.reference_cases import numbers

PROGRAM = "R 4.2.2, p.adjust"


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for case, reference in numbers("multiplicity")["cases"].items():
        p = np.atleast_1d(reference["p"])
        for name, adjust in (("holm", holm), ("hochberg", hochberg)):
            expected = np.atleast_1d(reference[name])
            yield Comparison(f"{case}: {name}", PROGRAM, expected, lambda adjust=adjust, p=p: adjust(p), CLOSED_FORM)
