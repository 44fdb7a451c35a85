"""Measures of the data that no endpoint uses and that the catalogue does not know: named, so that none is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from postinfusion.errors import Problem, listed, nearest
from postinfusion.instruments import catalogue
from postinfusion.plan.plan import Plan
from postinfusion.sources.tables import Delivery


def check(plan: Plan, deliveries: Mapping[str, Delivery]) -> Iterator[Problem]:
    """Give a warning that names the measures of the assessments that nothing uses and nobody knows.

    Parameters
    ----------
    plan
        The plan with its endpoints and scales.
    deliveries
        Tables by name.

    Notes
    -----
    A measure that the plan itself names, as that of a column, is known to whoever wrote it. One that is
    spelt nearly as that of an endpoint is told as such elsewhere.
    """
    assessments = deliveries.get("assessments")
    if assessments is None or "measure" not in assessments.frame or plan.left_out.touches("endpoints"):
        return
    wanted = {name for one in plan.endpoints.values() for name in (one.measure, one.parameter)}
    wanted |= {name for source in plan.sources.values() for name in source.wide}
    found = [str(name) for name in assessments.frame["measure"].dropna().unique() if name not in wanted]
    unknown = [name for name in found if catalogue.find_score(name, own=plan.instruments) is None]
    lost = [name for name in unknown if not nearest(name, wanted)]
    if lost:
        text = (
            f"no endpoint uses {listed(lost)}, which no scale of the catalogue is called: read and left aside. Name it "
            "under endpoints where it is wanted, or the scale under values: {measure: {…}}."
        )
        column = assessments.names.get("measure", "measure")
        yield Problem(assessments.file, "", f"{column}: {text}", "warning")
