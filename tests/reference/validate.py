"""``make validate``: every comparison of every reference case as a table, and its summary for the report.

Exit 1 when one comparison fails. The summary is written into the package, from where the report shows it.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import postinfusion
from reference.comparisons import Case, Comparison, discover

SUMMARY = Path(postinfusion.__file__).parent / "present" / "validation" / "summary.json"
HEADINGS = ("case", "quantity", "reference", "ours", "difference", "tolerance", "pass", "numbers", "program")
WORDS = {0, 1, 8}  # columns of words read from the left


def main() -> int:
    """Print the table, write the summary, and say by the exit code whether all agree."""
    cases = discover()
    sys.stdout.writelines(f"{line}\n" for line in table(cases))
    found = summary(cases)
    SUMMARY.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(any(case["failed"] for case in found["cases"]))


def table(cases: Sequence[Case]) -> Iterator[str]:
    """Give the table line by line; a quantity of many numbers shows the one farthest from its reference."""
    for case in cases:
        yield from _block(case)
    outcomes = [comparison.outcome for case in cases for comparison in case.comparisons]
    failed = sum(not outcome.passed for outcome in outcomes)
    yield (
        f"{len(cases)} cases, {len(outcomes)} comparisons of {sum(outcome.n_numbers for outcome in outcomes)} numbers: "
        f"{len(outcomes) - failed} passed, {failed} failed"
    )


def summary(cases: Sequence[Case]) -> dict[str, list[dict[str, object]]]:
    """Give what the report tells: per case the programs, the counts, and the largest share of a tolerance."""
    return {"cases": [counted(case) | _agreement(case) for case in cases]}


def counted(case: Case) -> dict[str, object]:
    """Give what can be said of a case before anything is compared: its programs and how much it compares."""
    return {
        "case": case.name,
        "programs": sorted({comparison.program.split(",")[0] for comparison in case.comparisons}),
        "comparisons": len(case.comparisons),
        "numbers": sum(np.size(comparison.reference) for comparison in case.comparisons),
    }


def _agreement(case: Case) -> dict[str, object]:
    outcomes = [comparison.outcome for comparison in case.comparisons]
    share = max(outcome.share for outcome in outcomes)
    return {
        "failed": sum(not outcome.passed for outcome in outcomes),
        # Rounded up: a file that changes with each machine's last digit would make every report stale.
        "largest_share_of_tolerance": math.ceil(100 * share) / 100 if math.isfinite(share) else None,
    }


def _block(case: Case) -> Iterator[str]:
    """Give the rows of one case below their headings, as wide as this case needs."""
    rows = [HEADINGS, *(_row(case.name, comparison) for comparison in case.comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = enumerate(zip(row, widths, strict=True))
        yield "  ".join(cell.ljust(w) if place in WORDS else cell.rjust(w) for place, (cell, w) in cells).rstrip()
    yield ""


def _row(case: str, comparison: Comparison) -> tuple[str, ...]:
    found = comparison.outcome
    place = f" [{found.place}]" if found.place else ""
    numbers = (f"{value:.10g}" for value in (found.reference, found.ours))
    small = (f"{value:.1e}" for value in (found.difference, found.tolerance))
    passed = "yes" if found.passed else "NO"
    quantity = comparison.quantity + place
    return case, quantity, *numbers, *small, passed, str(found.n_numbers), comparison.program


if __name__ == "__main__":
    sys.exit(main())
