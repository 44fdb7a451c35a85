import math

import numpy as np
import pytest
from scipy.special import expit, logit

from displays import trials
from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.missing_factor import (
    factor_of_logarithms,
    factor_of_means,
    factor_of_odds,
    tipping_factor,
)
from postinfusion.analyses.verdicts import Comparison, comparative
from postinfusion.ard.build import rows, table
from postinfusion.ard.query import select, statistic
from postinfusion.vocabulary import Verdict

PAIR = {"arm": "Ketamine", "comparator": "Midazolam"}
DAY = {"visit": "Day 28", "time": "672"}
E8 = {"decides": [{"analysis": "binge-rate", "visit": "Day 28", "term": "ratio", "level": "rate", "better": "lower"}]}
E16 = {"decides": [{"analysis": "ideation", "visit": "Day 28", "term": "odds-ratio", "better": "lower"}]}


@pytest.mark.parametrize("factor", [0.2, 1.0, 1.7, 6.0])
@pytest.mark.parametrize("share", [0.05, 0.3])
def test_a_factor_is_what_makes_the_mixture_of_means_of_logarithms_or_of_probabilities(factor, share):
    mean = math.log((1 - share) * 4.0 + share * factor * 4.0) - math.log(4.0)
    assert factor_of_means(mean, share) == pytest.approx(factor)
    logarithm = (1 - share) * math.log(4.0) + share * math.log(factor * 4.0) - math.log(4.0)
    assert factor_of_logarithms(logarithm, share) == pytest.approx(factor)
    whole = (1 - share) * 0.3 + share * expit(logit(0.3) + math.log(factor))
    assert factor_of_odds(logit(whole) - logit(0.3), share, 0.3) == pytest.approx(factor)


def test_no_factor_lowers_a_mean_by_more_than_its_missing_share_nor_odds_by_more_than_missing_participants():
    assert math.isnan(factor_of_means(math.log(0.79), 0.2))
    assert factor_of_means(math.log(0.8), 0.2) == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(factor_of_odds(1.0, 0.1, 0.3))


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_verdict_on_a_ratio_tips_where_the_mixture_reaches_one(sign):
    found = Comparison(math.log(2.0), math.log(1.25), math.log(3.2), math.log(1.25))
    factor, after = tipping_factor(found, 0.25, sign, factor_of_means, comparative)
    assert after.verdict is Verdict.INCONCLUSIVE
    # the limit of the ratio, 1/1.25 where fewer are better, times the mixture is one
    assert (0.75 + 0.25 * factor) * 1.25**sign == pytest.approx(1.0)


def test_nothing_tips_where_nothing_is_missing():
    found = Comparison(math.log(2.0), 0.1, 1.0, 0.1)
    assert tipping_factor(found, 0.0, -1, factor_of_means, comparative) is None


def plan(judged):
    endpoints = {
        "binges": {"measure": "OBE", "label": "Binges", "better": "lower", "kind": "count", "days": 28},
        "ideation": {"measure": "C-SSRS", "label": "Ideation", "better": "lower"},
    }
    analyses = {
        "binge-rate": {"method": "counts", "endpoint": "binges"},
        "ideation": {"method": "repeated-binary", "endpoint": "ideation", "at_least": 1},
    }
    claims = {"treatment": "ketamine", "judged": judged}
    return trials.infused(endpoints=endpoints, analyses=analyses, claims=claims)


def ratio(analysis, term, log, observed, error=0.2):
    """Rows of a ratio with a normal interval, 40 participants in each arm, and some observed on ketamine."""
    found = [row for arm in PAIR.values() for row in rows({"n_total": 40}, variable="denominator", arm=arm)]
    numbers = {"estimate": np.exp(log), "df": np.inf, "p_value": 0.001,
               "conf_low": np.exp(log - 1.96 * error), "conf_high": np.exp(log + 1.96 * error)}  # fmt: skip
    name, level = ("observed", "rate") if term == "ratio" else ("probability", "")
    found += rows(numbers, variable="value", term=term, level=level, **DAY, **PAIR)
    for arm, n in zip(PAIR.values(), (observed, 40), strict=True):
        found += rows({"n": n, "estimate": 0.2}, variable="value", term=name, arm=arm, **DAY)
    return table([{"analysis_id": analysis, **row} for row in found])


def test_a_rate_ratio_has_the_factor_at_which_its_verdict_tips():
    claims = synthesise(plan({"E8": E8}), "t", ratio("binge-rate", "ratio", math.log(0.5), 30))
    key = {"variable": "E8", "term": "decides"}
    expected = 1 + (1 / (0.5 * math.exp(1.96 * 0.2)) - 1) / 0.25
    assert statistic(claims, stat_name="tipping_factor", **key) == pytest.approx(expected, rel=1e-5)
    assert select(claims, stat_name="tipped_verdict", **key)["stat_text"].item() == Verdict.INCONCLUSIVE.value
    assert select(claims, stat_name="tipping_shift", **key).empty


def test_an_odds_ratio_of_the_population_says_where_even_events_in_all_who_are_missing_tip_nothing():
    key = {"variable": "E16", "term": "decides"}
    few = synthesise(plan({"E16": E16}), "t", ratio("ideation", "odds-ratio", math.log(0.2), 39))
    assert select(few, stat_name="tipping_factor", **key).empty
    assert select(few, stat_name="tipped_verdict", **key)["stat_text"].item() == "no possible value"
    many = synthesise(plan({"E16": E16}), "t", ratio("ideation", "odds-ratio", math.log(0.2), 20))
    factor = statistic(many, stat_name="tipping_factor", **key)
    whole = 0.5 * 0.2 + 0.5 * expit(logit(0.2) + math.log(factor))
    assert logit(whole) - logit(0.2) == pytest.approx(math.log(5) - 1.96 * 0.2, rel=1e-4)
