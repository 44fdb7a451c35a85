"""Errors out of a number of trials, as in a card sorting test: the number of trials is the offset."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.counts import counts
from postinfusion.analyses.glmm import fit_glmm
from postinfusion.analyses.populations import members
from postinfusion.ard.build import table
from postinfusion.plan.endpoints import Endpoint
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import plan

ENDPOINT = {"measure": "WCST", "score": "perseverative_errors", "label": "Perseverative errors", "unit": "errors",
            "better": "lower", "kind": "count", "out_of": "trials"}  # fmt: skip
PLAN = plan(endpoints={"errors": ENDPOINT}, analyses={"errors": {"method": "counts", "endpoint": "errors"}})
VISITS = {"Baseline": -1.0, "24 h": 24.0, "Week 4": 672.0}


@cache
def data():
    """Give a trial in which the arms make as many errors in a trial, but have different numbers of trials."""
    generator = np.random.default_rng(8)
    rows = []
    for place in range(40):
        trials = 128 if place % 2 else 64
        share = 0.15 * np.exp(generator.normal(0, 0.3))
        for visit, hour in VISITS.items():
            at = {"USUBJID": f"P{place}", "AVISIT": visit, "AHRFIRST": hour, "ANL01FL": "Y", "DTYPE": "",
                  "ABLFL": "Y" if hour < 0 else "", "CHG": 0.0}  # fmt: skip
            errors = generator.poisson(share * trials)
            rows += [at | {"PARAMCD": "WCST perseverative_errors", "AVAL": float(errors)},
                     at | {"PARAMCD": "WCST trials", "AVAL": float(trials)}]  # fmt: skip
    records = pd.DataFrame(rows)
    base = records[records["ABLFL"] == "Y"].set_index(["USUBJID", "PARAMCD"])["AVAL"]
    records["BASE"] = base.reindex(pd.MultiIndex.from_frame(records[["USUBJID", "PARAMCD"]])).to_numpy()
    arms = ["Ketamine" if place % 2 else "Midazolam" for place in range(40)]
    adsl = pd.DataFrame({"USUBJID": [f"P{place}" for place in range(40)], "TRTP": arms, "ITTFL": "Y"})
    return {"ADSL": adsl, "ADQS": records}


@cache
def results():
    """Give the results."""
    found = counts(PLAN, PLAN.analyses["errors"], data(), members(PLAN, data()["ADSL"], "randomised"))
    return table(found, trial="t", analysis_id="errors", population="randomised", method="counts")


def test_the_ratio_is_that_of_errors_by_trial_as_the_model_with_this_offset_gives_it():
    wide = data()["ADQS"].pivot_table(index=["USUBJID", "AVISIT"], columns="PARAMCD", values="AVAL").reset_index()
    wide = wide.merge(data()["ADSL"], on="USUBJID").set_axis(["id", "visit", "errors", "trials", "arm", "flag"], axis=1)
    before = wide[wide["visit"] == "Baseline"].set_index("id")
    per_trial = np.log(before["errors"] + 0.5) - np.log(before["trials"])
    later = wide[wide["visit"] != "Baseline"].assign(lb=lambda frame: frame["id"].map(per_trial))
    later["arm"] = pd.Categorical(later["arm"], ["Midazolam", "Ketamine"])
    fit = fit_glmm(later, "errors", "arm * visit + lb", "1", "id", family="nbinom2", exposure="trials")
    expected = fit.ratios("arm", by=["visit"], reference="Midazolam").set_index("visit")["estimate"]
    ours = results().query("term == 'ratio' and level == 'rate' and stat_name == 'estimate'").set_index("visit")["stat"]
    assert ours["24 h"] == pytest.approx(expected["24 h"], rel=1e-5)
    assert 0.7 < ours["24 h"] < 1.4  # the counts themselves have a ratio of about 2


def test_errors_have_no_abstinence_and_rates_are_those_in_the_usual_number_of_trials():
    shown = results_of(PLAN, results(), "errors")
    captions = [part.caption for part in TABLES["RATET01"](shown).parts]
    assert captions[0] == "Errors in 64 trials and their ratios"
    assert not any("Abstinence" in caption for caption in captions)
    assert "the logarithm of the number of trials as the offset" in methods_text(shown)
    assert "bstinence" not in methods_text(shown)


def test_a_count_has_either_days_or_what_it_is_out_of():
    for wrong in ({"days": 28}, {"out_of": ""}):
        with pytest.raises(ValidationError, match="kind: count needs days"):
            Endpoint.model_validate(ENDPOINT | wrong)
