"""How much the effect itself varies between participants, where each had a treatment in more than one period."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from postinfusion.analyses.crossover_data import crossover_data, terms_of
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.lmm import LmmFit, fit_lmm
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.populations import CrossoverMembers
from postinfusion.analyses.subgroup_groups import NOT_TESTABLE
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CrossoverModel, VarianceRatio
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

PERSON, PERSON_AND_ARM = "USUBJID", "USUBJARM"
SUBJECT_BY_TREATMENT, EFFECT_SD = "subject-by-treatment-sd", "effect-sd"
FEWEST_REPEATED = 5
ONCE = (
    f"{NOT_TESTABLE}: no participant had a treatment in two periods, so that a participant's own effect "
    "cannot be told from chance"
)


def treatment_variance(plan: Plan, analysis: VarianceRatio, adam: Adam, population: CrossoverMembers) -> list[Row]:
    """Give the variance of participant × treatment at the visit, with its boundary test.

    Raises
    ------
    ModelError
        No treatment is repeated within participants, or the data hold no values.
    """
    asked = CrossoverModel(
        method=Method.CROSSOVER, endpoint=analysis.endpoint, visits=(analysis.visit,), covariates=analysis.covariates,
        estimand=analysis.estimand,
    )  # fmt: skip
    found = crossover_data(plan, asked, adam, population)
    place = {
        "parameter": plan.endpoints[analysis.endpoint].parameter,
        "variable": found.data.response,
        "visit": analysis.visit,
        "time": canonical_hours(plan.nominal_hours[analysis.visit]),
    }
    frame = found.data.frame
    result = rows({"n_participants": int(frame[PERSON].nunique()), "n_observations": len(frame)}, term="fit")
    terms = terms_of(found, frame)
    result += subject_by_treatment(frame, found.data.response, terms, confidence=analysis.confidence)
    return [row | place for row in result]


def subject_by_treatment(
    frame: pd.DataFrame, response: str, terms: Sequence[str], *, confidence: float = 0.95
) -> list[Row]:
    """Fit random effects of the participant and of the participant under each treatment, and test the latter.

    The effect of one treatment against another then varies between participants with standard deviation √2 times that
    of participant × treatment. The likelihood-ratio statistic has an even mixture of chi-square with 0 and 1 df.

    Parameters
    ----------
    frame
        One row for each participant and period: ``USUBJID``, ``ARM``, the response and what the terms name.
    response, terms
        Column of the outcome, and the fixed effects.
    confidence
        Level of the interval, which comes from the profile likelihood.

    Raises
    ------
    ModelError
        Fewer than five participants had a treatment twice, or the model cannot be fitted.
    """
    repeated = frame.groupby([PERSON, ARM], observed=True).size()
    people = repeated[repeated > 1].index.get_level_values(PERSON).nunique()
    if people == 0:
        raise ModelError(ONCE)
    if people < FEWEST_REPEATED:
        raise ModelError(f"{NOT_TESTABLE}: fewer than {FEWEST_REPEATED} participants had a treatment in two periods")
    named = frame.assign(**{PERSON_AND_ARM: frame[ARM].astype("str")})
    fixed = " + ".join(terms)
    larger = fit_lmm(named, response, fixed, "1", [PERSON, PERSON_AND_ARM])
    test = larger.boundary_test(fit_lmm(named, response, fixed, "1", PERSON))
    found = _component(larger, confidence)
    tested = {"statistic": test.statistic, "p_value": test.p_value}
    effect = {name: math.sqrt(2) * value for name, value in found.items()}
    return [
        *rows(found | tested, term=SUBJECT_BY_TREATMENT),
        *rows(effect, term=EFFECT_SD),
        *rows({"n": int(people)}, term="repeated"),
    ]


def _component(fit: LmmFit, confidence: float) -> dict[str, float]:
    """Give the standard deviation of participant × treatment with its profile interval."""
    table = fit.variance_components(confidence=confidence)
    level = fit.random_terms[-1][0]
    row = table[(table["level"] == level) & (table["scale"] == "sd")].iloc[0]
    return {name: float(row[name]) for name in ("estimate", "conf_low", "conf_high")}
