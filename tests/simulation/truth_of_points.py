"""The true benefit behind a deciding point of a shipped trial, oriented so that more is better."""

from __future__ import annotations

import numpy as np

from postinfusion.analyses.claim_evidence import Estimate
from postinfusion.plan.claims import Point
from postinfusion.plan.plan import Plan
from postinfusion.simulate import crossover_truth, single_arm_truth
from postinfusion.simulate.scenarios import SCENARIOS
from simulation.true_effects import BEHAVIOURS, SCALES, bmi_difference, differences, rate_ratios


def benefit_of(trial: str, truth: str, plan: Plan, point: Point, template: Estimate) -> float:
    """Give the true benefit of a point: of a ratio its logarithm."""
    endpoint = plan.analyses[point.analysis].endpoint or plan.estimands["primary"].variable.endpoint
    if trial == "ketamine_ed":
        raw = _of_ketamine_ed(plan, endpoint, truth, point, is_ratio=template.is_ratio)
    elif trial == "crossover_an":
        codes = {name: code for code, name in crossover_truth.ARMS.items()}
        measure = plan.endpoints[endpoint].measure
        raw = crossover_truth.treatment_effect(measure, point.visit, codes[template.key["arm"]])
        raw *= truth != "null"
    else:
        has_effects = truth == "with effects"
        day = plan.nominal_hours[point.visit] / 24
        raw = single_arm_truth.expected_change(day, has_effects=has_effects)
        if endpoint != "madrs":
            raw = single_arm_truth.EDEQ_CHANGE * has_effects
    return float((template.sign or 1) * raw) + 0.0  # no negative zero


def has_truth(trial: str, truth: str, plan: Plan, point: Point, template: Estimate) -> bool:
    """Say whether the truth behind a point is written down; without effects every difference between arms is zero."""
    if trial != "ketamine_ed" or not SCENARIOS[truth].has_effects:
        return True
    known = BEHAVIOURS if template.is_ratio else (*SCALES, "bmi")
    return plan.analyses[point.analysis].endpoint in known and template.key["term"] in ("difference", "ratio")


def _of_ketamine_ed(plan: Plan, endpoint: str, truth: str, point: Point, *, is_ratio: bool) -> float:
    """Give the true difference, or the logarithm of the true ratio."""
    if not SCENARIOS[truth].has_effects:
        return 0.0
    if is_ratio:
        return float(np.log(rate_ratios(endpoint, truth)[point.visit]))
    diagnosis = point.subgroup_level if point.subgroup == "diagnosis" else ""
    if endpoint == "bmi":
        return bmi_difference(diagnosis, plan.nominal_hours[point.visit] / 24, truth)
    return differences(endpoint, truth, diagnosis)[point.visit]
