import pytest

from displays import trials
from postinfusion.present.methods_text import methods_text
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


def test_a_trial_with_one_arm_names_no_arm_in_its_model():
    plan = trials.single_arm()
    assert "with visit, baseline × visit and diagnosis" in text_of("madrs-mmrm", plan, trials.results(plan))


def test_one_slope_of_baseline_for_all_visits_is_told_from_one_per_visit():
    model = trials.INFUSED["analyses"]["madrs-mmrm"] | {"baseline_by_visit": False}
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"madrs-mmrm": model})
    assert "baseline × visit" in text_of("madrs-mmrm")
    assert "baseline × visit" not in text_of("madrs-mmrm", plan)
