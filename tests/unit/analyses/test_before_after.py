"""Before and after in a single arm: which records count, what is refused, and what is said."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.before_after import before_after, segmented
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select
from postinfusion.errors import ModelError
from postinfusion.simulate.single_arm import simulate_single_arm
from simulation.single_arm import asked, records

RECORDS = records(simulate_single_arm(np.random.SeedSequence(5)))


def found(frame: pd.DataFrame, **changes: object) -> pd.DataFrame:
    wanted = asked(**changes)
    ids = frame["USUBJID"].unique()
    who = pd.DataFrame({"USUBJID": ids, "ARM": pd.Categorical(["Ketamine"] * len(ids), ["Ketamine"])})
    members = Members(who, ("Ketamine",), None)
    return table(before_after(wanted, wanted.analyses["course"], {"ADQS": frame}, members))


def estimates(rows: pd.DataFrame, term: str) -> dict[str, float]:
    return select(rows, term=term, stat_name="estimate").set_index("level")["stat"].to_dict()


def few(people: int) -> pd.DataFrame:
    return RECORDS[RECORDS["USUBJID"].isin(RECORDS["USUBJID"].unique()[:people])]


def test_a_record_at_time_zero_is_one_before():
    at_zero = RECORDS.assign(AHRFIRST=RECORDS["AHRFIRST"].mask(RECORDS["ABLFL"] == "Y", 0.0))
    frame = segmented(at_zero, asked(entry_value="keep").analyses["course"])
    assert set(frame.loc[frame["ABLFL"] == "Y", "AFTER"]) == {0.0}


def test_records_outside_the_times_of_the_plan_and_the_entry_value_stay_out():
    frame = segmented(RECORDS, asked(**{"from": "-30 d", "until": "10 d"}).analyses["course"])
    assert frame["AHRFIRST"].between(-720, 240).all()
    assert (frame["ABLFL"] != "Y").all()


def test_the_slope_after_is_the_slope_before_and_its_change():
    of = estimates(found(RECORDS), "segment")
    assert of["slope after"] == pytest.approx(of["slope before"] + of["slope change"])


def test_the_distance_from_the_line_is_the_change_of_level_and_what_the_slopes_add():
    rows = found(RECORDS, report_at=["14 d"])
    of = estimates(rows, "segment")
    away = select(rows, term="difference-from-line", time="336", stat_name="estimate")["stat"].iloc[0]
    assert away == pytest.approx(of["level change"] + 2 * of["slope change"])


def test_one_record_before_time_zero_is_refused_by_name_and_regression_to_the_mean_is_still_given():
    rows = found(RECORDS[(RECORDS["AHRFIRST"] > 0) | (RECORDS["ABLFL"] == "Y")], entry_value="keep")
    errors = select(rows, stat_name="error")["error"].tolist()
    assert len(errors) == 1
    assert "two records or more before it in 3 participants or more; 0 have them" in errors[0]
    assert len(select(rows, term="regression-to-the-mean", stat_name="estimate")) == 2
    assert not len(select(rows, term="segment"))


@pytest.mark.parametrize("people", [1, 2])
def test_one_or_two_participants_are_described_only(people: int):
    with pytest.raises(ModelError, match=f"{people} participants have values before and after.*described only"):
        found(few(people))


def test_three_participants_are_enough():
    assert len(estimates(found(few(3), random=["intercept"]), "segment")) == 4


def test_a_trend_before_time_zero_is_said():
    steep = RECORDS.assign(AVAL=RECORDS["AVAL"] + RECORDS["AHRFIRST"] / 168 * 5)
    assert any("before time zero" in text for text in found(steep)["warning"].unique())


def test_a_share_is_given_only_where_the_change_goes_in_the_direction_of_regression_to_the_mean():
    up = RECORDS.assign(CHG=RECORDS["CHG"].abs() + 1)
    shares = select(found(up), term="regression-to-the-mean", stat_name="proportion")
    assert shares["stat"].isna().all()
    assert set(shares["error"]) == {"the observed change does not go in the direction of regression to the mean"}


def test_relabelled_participants_and_rows_in_another_order_change_nothing():
    other = RECORDS.assign(USUBJID="X" + RECORDS["USUBJID"].str[::-1]).sample(frac=1, random_state=1)
    mine, theirs = estimates(found(RECORDS), "segment"), estimates(found(other), "segment")
    assert theirs == pytest.approx(mine, rel=1e-6)


def test_the_change_of_one_or_two_participants_at_the_visit_is_not_told():
    kept = set(RECORDS["USUBJID"].unique()[:2])
    rows = found(RECORDS[(RECORDS["AVISIT"] != "24 h") | RECORDS["USUBJID"].isin(kept)])
    assert "fewer than 3: described only" in select(rows, term="observed-change", stat_name="error")["error"].iloc[0]
    assert not len(rows[rows["term"].isin(["regression-to-the-mean", "beyond-regression"])])
    assert set(select(rows, term="observed-change")["stat_name"]) == {"n", "error"}


def test_a_public_report_does_not_tell_the_change_of_few():
    made = found(few(4), random=["intercept"]).assign(trial="t", analysis_id="course")
    told = public(made, small_cell=5)
    hidden = told[told["term"].isin(["observed-change", "regression-to-the-mean", "beyond-regression"])]
    assert hidden["stat"].isna().all()
