"""How often each verdict comes out over many seeds of the shipped trials, under each truth, beside the closed form.

``make verdict-shares REPLICATES=1000`` prints the tables of ``workflow/docs/methods/verdict_shares.md``. By hand,
``python -m simulation.verdict_shares 1000 ketamine_ed:null``: names of trials, truths, or both after the number choose
among them, ``--claims=E13,E20`` takes these claims alone, ``--slow`` takes claims along whose analyses take more than a
second, and ``--keep=FOLDER`` leaves all estimates there. Each replicate simulates participants, infusions, assessments
and weights, derives the analysis datasets, fits the models that decide the claims of the plan about differences, and
judges these by the rules of the package. A claim whose analysis cannot be done from scores and weights, or takes long,
is named and left out. Files are not read, and sensitivity analyses, which change no verdict, are left out. The models
of counts take half a second each: they are fitted in a part of the replicates, and so are the families that hold such
a claim; ``--whole`` fits them in all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from simulation.judged_replicates import PART_OF_SLOW, count, deciding
from simulation.replicates import SIMULATORS
from simulation.share_tables import lines


def main(
    total: int,
    chosen: Sequence[str],
    *,
    slow: bool = False,
    keep: Path | None = None,
    only: Sequence[str] = (),
    part: float = PART_OF_SLOW,
) -> None:
    """Print the shares under each truth."""
    for trial, truths in SIMULATORS.items():
        for truth in truths:
            if chosen and not {trial, truth, f"{trial}:{truth}"} & set(chosen):
                continue
            asked = deciding(trial, truth, slow=slow, only=only)
            found = count(trial, truth, total, asked, keep, part=part)
            sys.stdout.write("\n".join(lines(trial, truth, asked, found)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    names = [word for word in sys.argv[2:] if not word.startswith("--")]
    folders = [Path(word.removeprefix("--keep=")) for word in sys.argv if word.startswith("--keep=")]
    claims = [word.removeprefix("--claims=").split(",") for word in sys.argv if word.startswith("--claims=")]
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    main(
        number,
        names,
        slow="--slow" in sys.argv,
        keep=folders[0] if folders else None,
        only=claims[0] if claims else (),
        part=1.0 if "--whole" in sys.argv else PART_OF_SLOW,
    )
