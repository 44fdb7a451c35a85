import pandas as pd
import pytest

from displays import trials
from postinfusion.ard.build import rows, table
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of

PLAN = trials.infused()
ARD = trials.results(PLAN)


def text_of(analysis_id, plan=PLAN, ard=ARD):
    return methods_text(results_of(plan, ard, analysis_id))


@pytest.mark.parametrize("analysis_id", PLAN.analyses)
def test_every_analysis_has_a_sentence_that_names_its_population(analysis_id):
    text = text_of(analysis_id)
    assert text.endswith(".")
    assert f"population {PLAN.analyses[analysis_id].population} (n = 96)" in text


def test_a_model_says_what_was_really_fitted():
    text = text_of("madrs-mmrm")
    for part in ("672 observations of 91 participants", "unstructured covariance", "Kenward-Roger (linear)",
                 "restricted maximum likelihood", "arm × visit, baseline × visit and diagnosis"):  # fmt: skip
        assert part in text


def test_a_model_says_what_happens_after_intercurrent_events():
    text = text_of("madrs-mmrm")
    assert "after rescue were used as observed (treatment policy)" in text
    assert "after withdrawal were left out" in text


def test_structures_that_were_preferred_but_refused_are_named():
    ard = ARD.copy()
    ladder = (ard["analysis_id"] == "madrs-mmrm") & (ard["term"] == "ladder")
    ard.loc[ladder & (ard["level"] == "us"), "stat_text"] = "not converged after 200 iterations"
    ard.loc[ladder & (ard["level"] == "toeph"), "stat_text"] = "used"
    assert "not used: unstructured (not converged after 200 iterations)." in text_of("madrs-mmrm", ard=ard)


def test_a_failed_model_says_why():
    ard = trials.failed(ARD, "madrs-mmrm", "No structure converged.")
    assert "could not be fitted: No structure converged." in text_of("madrs-mmrm", ard=ard)


def test_an_analysis_that_was_not_laid_down_says_so():
    analyses = trials.INFUSED["analyses"] | {"harms": {"method": "adverse-events", "prespecified": False}}
    plan = trials.infused(analyses=analyses)
    assert text_of("harms", plan).endswith("This analysis was not laid down before the data were seen.")


def test_tables_of_events_say_which_events_count():
    assert "or before it and became worse after it" in text_of("harms", trials.infused())


def test_without_events_of_special_interest_none_are_said_to_be_named():
    of_none = trials.infused(analyses=trials.INFUSED["analyses"] | {"harms": {"method": "adverse-events"}})
    told = [text_of("harms", plan) for plan in (trials.infused(), of_none)]
    assert ["special interest were named in the plan: urinary." in text for text in told] == [True, False]
    assert "intercept only" not in told[1]


def test_body_mass_index_is_only_said_to_be_kept_apart_where_it_is():
    body = {"method": "weight", "endpoints": ["weight", "bmi"]}
    changes = {"by diagnosis": body | {"by": "diagnosis"}, "pooled": body,
               "without": body | {"by": "diagnosis", "endpoints": ["weight"]}}  # fmt: skip
    plans = {key: trials.infused(analyses=trials.INFUSED["analyses"] | {"body": body}) for key, body in changes.items()}
    said = {
        key: "Body mass index is not pooled over diagnosis here." in text_of("body", plan)
        for key, plan in plans.items()
    }
    assert said == {"by diagnosis": True, "pooled": False, "without": False}
    assert "never" not in text_of("body")


def with_nominal_times(n):
    added = [
        *rows({"n_observations": 600}, variable="time"),
        *rows({"n_observations": n}, variable="time", level="nominal"),
    ]
    return pd.concat([ARD, table(added, analysis_id="madrs-lines", population="randomised")], ignore_index=True)


def test_courses_of_data_without_times_are_not_said_to_be_at_their_own_time():
    assert "(n = 96) are drawn at their own time." in text_of("madrs-lines", ard=with_nominal_times(0))
    assert "drawn at the nominal time of their visit" in text_of("madrs-lines", ard=with_nominal_times(600))
    assert "at their own time, 12 of 600 at the nominal time" in text_of("madrs-lines", ard=with_nominal_times(12))


def test_a_trial_with_one_arm_names_no_arm_in_its_model():
    plan = trials.single_arm()
    assert "with visit, baseline × visit and diagnosis" in text_of("madrs-mmrm", plan, trials.results(plan))


def test_one_slope_of_baseline_for_all_visits_is_told_from_one_per_visit():
    model = trials.INFUSED["analyses"]["madrs-mmrm"] | {"baseline_by_visit": False}
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"madrs-mmrm": model})
    assert "baseline × visit" in text_of("madrs-mmrm")
    assert "baseline × visit" not in text_of("madrs-mmrm", plan)
