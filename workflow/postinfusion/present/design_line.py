"""The design of a trial in one line: participants, arms, infusions, follow-up."""

from __future__ import annotations

import pandas as pd

from postinfusion.ard.query import select
from postinfusion.errors import counted
from postinfusion.plan.design import LAST
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.vocabulary import TIME_ZERO_NAMES, DesignKind

_KINDS = {
    DesignKind.PARALLEL: "parallel arms", DesignKind.SINGLE_ARM: "single arm", DesignKind.CROSSOVER: "treatments",
    DesignKind.RE_RANDOMISED: "arms in two stages",
}  # fmt: skip


def design_line(plan: Plan, ard: pd.DataFrame) -> str:
    """Give the design in one line.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial; they hold the number of participants.
    """
    arms = plan.design.arm_names
    parts = [
        _participants(ard),
        f"{len(arms)} {_KINDS[plan.design.kind]} ({', '.join(arms)})"
        if len(arms) > 1
        else f"{_KINDS[plan.design.kind]} ({arms[0]})",
        _periods(plan),
        _infusions(plan),
        f"follow-up to {plan.visit_names[-1]} ({_last_time(plan)})",
    ]
    return " · ".join(part for part in parts if part)


def _participants(ard: pd.DataFrame) -> str:
    """Give the number of participants of the largest population."""
    totals = select(ard, variable="denominator", stat_name="n_total", arm="")["stat"]
    return f"n = {formats.statistic('n_total', float(totals.max()))}" if len(totals) else ""


def _infusions(plan: Plan) -> str:
    """Give how many infusions are planned; empty where the plan does not say how many, but some are given."""
    planned = plan.design.infusions
    if not planned and (plan.design.has_infusions or "infusions" in plan.sources):
        return ""
    return counted(len(planned), "infusion") if planned else "no infusions"


def _periods(plan: Plan) -> str:
    """Give the periods and the washout of a crossover trial; empty for others."""
    crossover = plan.design.crossover
    if crossover is None:
        return ""
    return f"crossover of {crossover.periods} periods, washout {hours_as_text(crossover.washout)}"


def _last_time(plan: Plan) -> str:
    """Give the nominal time of the last visit, and what it counts from."""
    last = plan.schedule[-1]
    if not last.is_anchored:
        return f"{hours_as_text(last.at)} after {_zero(plan)}"
    return f"{hours_as_text(last.at)} after {'the last infusion' if last.after == LAST else f'infusion {last.after}'}"


def _zero(plan: Plan) -> str:
    """Give what hour 0 is."""
    if plan.design.crossover is not None:
        return "the start of the period"
    return TIME_ZERO_NAMES[plan.design.time_zero]
