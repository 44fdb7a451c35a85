"""The real trials through plan, sources, derive and analyses, against numbers of R and of publications."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.sources.export import exported
from postinfusion.sources.read import canonical_tables
from reference.reference_cases import (
    DEGREES_OF_FREEDOM,
    ESTIMATE_IN_STANDARD_ERRORS,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    numbers,
)

ROOT = Path(__file__).parents[2]
MMRM = numbers("mmrm_beat_the_blues")["fits"]["us_reml"]
BY_MONTH = MMRM["inference"]["kenward_roger_linear"]["emmeans"]["treatment_by_month"]
PUBLISHED = numbers("ancova_cdisc_pilot")
VISIT = {"2": "2 months", "3": "4 months", "5": "6 months", "8": "8 months"}  # month of the reference → visit
ARM = {"TAU": "Treatment as usual", "BtheB": "Beat the Blues"}


def trial(name: str, folder: Path):
    """Derive the datasets of a real trial from its package."""
    for file, content in exported(name).items():
        (folder / file).write_bytes(content)
    plan = read.plan(ROOT / "config" / "trials" / f"{name}.yaml")
    return plan, derive(plan, name, canonical_tables(plan, folder).tables)


@pytest.fixture(scope="module")
def beat_the_blues(tmp_path_factory):
    return trial("beat_the_blues", tmp_path_factory.mktemp("beat_the_blues"))


@pytest.fixture(scope="module")
def cdisc_pilot(tmp_path_factory):
    return trial("cdisc_pilot", tmp_path_factory.mktemp("cdisc_pilot"))


def ard(plan_and_adam, analysis_id) -> pd.DataFrame:
    plan, adam = plan_and_adam
    return analyse(plan, "trial", analysis_id, adam).results


def agree(found: pd.DataFrame, estimate: float, std_error: float, df: float) -> None:
    """Hold one estimate of the results against that of R, to the tolerances of fitted quantities."""
    assert statistic(found, stat_name="estimate") == pytest.approx(
        estimate, abs=ESTIMATE_IN_STANDARD_ERRORS * std_error
    )
    assert statistic(found, stat_name="std_error") == pytest.approx(std_error, rel=STANDARD_ERROR)
    assert statistic(found, stat_name="df") == pytest.approx(df, rel=DEGREES_OF_FREEDOM)


def test_adjusted_means_of_beat_the_blues_are_those_of_mmrm(beat_the_blues):
    results = select(ard(beat_the_blues, "bdi-mmrm-published"), term="marginal-mean")
    for mean in BY_MONTH["emmeans"]:
        found = select(results, visit=VISIT[mean["month"]], arm=ARM[mean["treatment"]])
        agree(found, mean["emmean"], mean["SE"], mean["df"])


def test_differences_of_beat_the_blues_are_those_of_mmrm(beat_the_blues):
    results = select(ard(beat_the_blues, "bdi-mmrm-published"), term="difference")
    for contrast in BY_MONTH["contrasts"]:
        found = select(results, visit=VISIT[contrast["month"]])
        agree(found, contrast["estimate"], contrast["SE"], contrast["df"])
        assert statistic(found, stat_name="conf_low") == pytest.approx(contrast["lower.CL"], abs=1e-3)


def test_the_likelihood_of_beat_the_blues_is_that_of_mmrm(beat_the_blues):
    found = select(ard(beat_the_blues, "bdi-mmrm-published"), term="fit")
    assert statistic(found, stat_name="log_likelihood") == pytest.approx(MMRM["logLik"], abs=LOG_LIKELIHOOD)
    assert statistic(found, stat_name="n_observations") == MMRM["n_obs"]
    assert statistic(found, stat_name="n_participants", arm="") == MMRM["n_subjects"]


def test_three_participants_of_beat_the_blues_have_no_value_after_baseline(beat_the_blues):
    found = select(ard(beat_the_blues, "bdi-mmrm"), variable="model", arm="")
    assert statistic(found, level="nothing to analyse after baseline") == 3


def test_the_published_analysis_of_covariance_of_the_pilot_comes_out(cdisc_pilot):
    results, half = ard(cdisc_pilot, "adas-ancova-locf"), PUBLISHED["half_units"]
    assert statistic(results, term="fit", stat_name="n_observations") == PUBLISHED["n"]
    for contrast in PUBLISHED["contrasts"]:
        found = select(results, term="difference", arm=contrast["TRTP"])
        assert statistic(found, stat_name="estimate") == pytest.approx(contrast["estimate"], abs=half["estimate"])
        assert statistic(found, stat_name="std_error") == pytest.approx(contrast["se"], abs=half["se"])
        assert statistic(found, stat_name="p_value") == pytest.approx(contrast["p"], abs=half["p"])


def test_the_published_counts_of_adverse_events_of_the_pilot_come_out(cdisc_pilot):
    results = ard(cdisc_pilot, "harms")
    found = select(results, variable="overview", level="any", comparator="")
    participants = select(found, stat_name="n").set_index("arm")["stat"].to_dict()
    assert participants == {"": 218, "Placebo": 65, "Xanomeline Low Dose": 77, "Xanomeline High Dose": 76}
    assert statistic(found, stat_name="n_events", arm="") == 1126


def test_the_published_person_days_of_the_pilot_come_out(cdisc_pilot):
    found = select(ard(cdisc_pilot, "harms"), variable="exposure", stat_name="person_days").set_index("arm")["stat"]
    assert found.drop("").to_dict() == {"Placebo": 12820, "Xanomeline Low Dose": 8318, "Xanomeline High Dose": 8349}


def test_class_and_term_counts_of_the_pilot_are_those_of_an_independent_count(cdisc_pilot):
    events = pd.read_parquet(BytesIO(exported("cdisc_pilot")["adae.parquet"])).query("TRTEMFL == 'Y'")
    expected = events.groupby(["AEBODSYS", "AEDECOD", "TRTA"])["USUBJID"].nunique().to_dict()
    found = select(ard(cdisc_pilot, "harms"), variable="class-term", stat_name="n", comparator="")
    found = found[(found["term"] != "") & (found["arm"] != "") & (found["stat"] > 0)]
    assert found.set_index(["level", "term", "arm"])["stat"].to_dict() == expected
