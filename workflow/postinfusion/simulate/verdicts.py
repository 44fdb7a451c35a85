r"""The verdict that each clinical claim should get when the trial is analysed as planned.

Shares of seeds follow from the truth: the estimate of a difference *d* with standard error *s* has an interval above
zero with probability :math:`\Phi(d / s - 1.96)`; analyses of covariance of 1,000 simulated trials agree. The important
difference is 3 points of the MADRS.
"""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.simulate.scenarios import Scenario

EXPECTED: Mapping[str, str] = {
    "E1": "supported at 24 h in 88 % of seeds (day 28 alone in 58 %), else inconclusive",
    "E2": "supported (direction only) at 24 h in about 72 % of seeds, else inconclusive",
    "E3": "inconclusive; supported (direction only) in about 29 % of seeds, because anorexia nervosa has no effect",
    "E4": "inconclusive in about 74 % of seeds, else supported (direction only): by Holm's method with E8, E12",
    "E5": "not testable after a single infusion: everyone has a course of six",
    "E5b": "inconclusive: the effect is important at day 28 and no longer at day 84, where 15 to 20 % of seeds "
    "give no important effect",
    "E6": "inconclusive: as E5b",
    "E7": "inconclusive: the true difference is zero; supported or contradicted in 2.5 % of seeds each",
    "E8": "inconclusive: the rate ratio of binges is 0.80 at day 84 and 0.95 at day 168",
    "E9": "inconclusive: the true difference is zero; supported or contradicted in 2.5 % of seeds each",
    "E10": "not testable: no measure of self-awareness",
    "E11": "inconclusive: as E3",
    "E12": "inconclusive in more than half of the seeds, else supported (direction only): rate ratio 0.70 at day 28",
    "E13": "null: the mean does not differ but for -0.1 kg/m2 in anorexia nervosa at days 7 to 21; supported where the "
    "interval lies within the plan's margin, not testable without a margin",
    "E14": "inconclusive: the ratio of variation within persons is one",
    "E15": "inconclusive; supported (direction only) at day 28 in about 18 % of seeds",
    "E16": "inconclusive: odds ratio 0.7 at 24 h to day 7",
    "E17": "not testable for the individual: each person has one arm",
    "E18": "not testable: everyone has psychotherapy",
    "E19": "inconclusive: exploratory, the effect does not depend on earlier treatments",
    "E20": "inconclusive: each diagnosis alone is too small",
    "E21": "not testable with outcome data",
    "S1": "inconclusive: few serious events in either arm",
    "S2": "supported: 98.8 % of the planned sets of vital signs are there",
    "S3": "supported (existence)",
    "S4": "supported (existence); an antiemetic is given to six in ten as rescue",
    "S5": "supported in about four of ten seeds, else inconclusive: 94 % of dizziness is known to end within 4 h, and "
    "the exact interval of about 26 first events holds 80 % unless all but one do",
    "S6": "supported (existence); the control sedates more",
    "S7": "supported: driving advice is recorded after 99 % of infusions",
    "S8": "contradicted: dissociation happens to 67 % of those on ketamine",
    "S9": "supported in about 90 % of seeds, else inconclusive: 98 % of dissociation is known to end within 4 h by "
    "itself",
    "S10": "supported: every infusion is given in the setting that the plan names as controlled; not testable where it "
    "names none",
    "S11": "supported: the checklist is complete for 98 % of those screened",
    "S12": "supported (existence): potassium below 3.0 mmol/L in two purging participants of each arm",
}
_COMPARATIVE = ("E1", "E2", "E3", "E4", "E5b", "E6", "E8", "E11", "E12", "E15", "E16", "E19", "E20")
_NULL = "inconclusive: the true difference is zero; supported in 2.5 % of seeds"
_FEW_EVENTS = "inconclusive: too few participants have such an event for an interval above 80 %"
_NULL_OVERRIDES = {
    "E1": "inconclusive in 62 % of seeds, no important effect in 33 %, supported in 2.5 %, contradicted in 2.5 %",
    "E13": "null: the mean does not differ; supported where the interval lies within the plan's margin",
    "S6": "supported (existence)",
    "S8": "contradicted: dissociation happens to 14 % of those on ketamine",
    **dict.fromkeys(("S5", "S9"), _FEW_EVENTS),
}


_HARMFUL = "contradicted or inconclusive: midazolam is better by as much as ketamine should be"
_HARMFUL_OVERRIDES = {
    "E1": "contradicted in 88 % of seeds, else inconclusive; never supported",
    "E13": "null: the mean differs by 0.1 kg/m2 at most; supported where the interval lies within the plan's margin",
    "S1": "inconclusive: few serious events in either arm",
    "S8": "contradicted: dissociation happens to 14 % of those on ketamine",
    **dict.fromkeys(("S5", "S9"), _FEW_EVENTS),
}


def expected_verdicts(scenario: Scenario) -> dict[str, str]:
    """Give the expected verdict of each claim as a sentence."""
    if scenario.is_reversed:
        return {**EXPECTED, **dict.fromkeys(_COMPARATIVE, _HARMFUL), **_HARMFUL_OVERRIDES}
    if scenario.has_effects:
        return dict(EXPECTED)
    return {**EXPECTED, **dict.fromkeys(_COMPARATIVE, _NULL), **_NULL_OVERRIDES}
