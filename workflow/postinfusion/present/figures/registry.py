"""Which module draws which figure."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.present import theme
from postinfusion.present.display import Drawing
from postinfusion.present.results import Results

_OF_GROUPS = frozenset({"AEG03_GROUPS"})


def draw(output_id: str, results: Results) -> Drawing:
    """Draw one figure in the look of the project: of all participants, or of the groups of them that the plan names.

    Raises
    ------
    PostinfusionError
        The results do not hold what the figure shows; the message says what is missing.
    """
    with theme.applied():
        return (_figures() | _figures_of_harms())[output_id](results if output_id in _OF_GROUPS else results.whole)


def _figures() -> dict[str, Callable[[Results], Drawing]]:
    """Give the figures; matplotlib is imported here, since a section without figures should not wait for it."""
    from postinfusion.present.figures import (
        clmg01,
        consort01,
        fstg03,
        hetg01,
        ippg01,
        kmg01,
        lmmg01,
        mmrmg01,
        mmrmg02,
        modg01,
        wtg01,
        wtg02,
        wtg03,
        xovg01,
    )

    return {
        "CLMG01": clmg01.draw,
        "CONSORT01": consort01.draw,
        "LMMG01": lmmg01.draw,
        "MMRMG01": mmrmg01.draw,
        "MMRMG02": mmrmg02.draw,
        "IPPG01": ippg01.draw,
        "KMG01": kmg01.draw,
        "WTG01": wtg01.draw,
        "WTG02": wtg02.draw,
        "WTG03": wtg03.draw,
        "XOVG01": xovg01.draw,
        "FSTG03": fstg03.draw,
        "MODG01": modg01.draw,
        "HETG01": hetg01.draw,
    }


def _figures_of_harms() -> dict[str, Callable[[Results], Drawing]]:
    """Give the figures of the section on safety, imported as late as the others."""
    from postinfusion.present.figures import aeg01, aeg02, aeg03, aeg03_groups, aeg04, aeg05, cadg01, livg01, vsg01

    return {"AEG01": aeg01.draw, "AEG02": aeg02.draw, "AEG03": aeg03.draw, "AEG03_GROUPS": aeg03_groups.draw,
            "AEG04": aeg04.draw, "AEG05": aeg05.draw, "CADG01": cadg01.draw, "LIVG01": livg01.draw,
            "VSG01": vsg01.draw}  # fmt: skip
