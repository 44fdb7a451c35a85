"""How liver tests were compared with their upper limits of normal."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import Liver
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present.methods.phrases import in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _liver(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, Liver)  # noqa: S101
    own = [test.name for test in analysis.tests if test.upper_normal is not None]
    limits = f"the plan's for {listed(own)}" if own else "those beside each result"
    if own and len(own) < len(analysis.tests):
        limits += ", else those beside each result"
    tests = listed([test.name for test in analysis.tests])
    enzyme, bile = f"{analysis.aminotransferase_from:g}", f"{analysis.bilirubin_from:g}"
    return (
        "The highest multiple of the upper limit of normal (ULN) after time zero was found"
        f"{in_population(results)} for {tests}; limits are {limits}. Of participants with both, those with "
        f"an aminotransferase of at least {enzyme} × ULN and bilirubin of at least {bile} × ULN, at whatever times, "
        "are potential cases of Hy's law (evaluation of drug-induced serious hepatotoxicity); of these, those whose "
        f"bilirubin came within {hours_as_text(analysis.within)} after the aminotransferase are counted apart. Shares "
        f"have exact intervals (Clopper and Pearson, {results.confidence}), differences between arms Miettinen and "
        "Nurminen's. Other reasons than a medicine are not looked for, and results before time zero are not taken off."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.LIVER: _liver}
