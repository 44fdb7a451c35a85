"""How vital signs by visit were analysed."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses import VitalSigns
from postinfusion.present.methods.phrases import in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method


def _by_visit(results: Results) -> str:
    analysis = results.analysis
    assert isinstance(analysis, VitalSigns)  # noqa: S101
    names = listed([item.label or item.measure for item in analysis.measures])
    limits = (
        " Participants with a value beyond a limit were counted at baseline and after it, with Clopper and Pearson's "
        "intervals, and with Miettinen and Nurminen's for differences between arms."
        if any(item.limits for item in analysis.measures)
        else ""
    )
    return (
        f"{names}: values and changes from baseline were described{in_population(results)} by visit and arm, with "
        "Student's intervals of means, and so were the highest and the lowest value of each participant after time "
        f"zero, at planned and unplanned visits. They were not compared by a model.{limits}"
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.VITAL_SIGNS: _by_visit}
