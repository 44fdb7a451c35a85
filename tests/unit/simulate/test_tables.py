"""Every table satisfies the canonical definitions, whatever the seed and the scenario."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.datasets.canonical import TABLES
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import simulate_scores, simulate_trial
from unit.simulate.export_columns import WIDE_MEASURES, their_name

# A growth reference belongs to no trial.
OF_A_TRIAL = {name: table for name, table in TABLES.items() if name != "growth_reference"}
CASES = [(1, "at-random"), (2, "null"), (20261122, "at-random")]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def tables(request):
    seed, scenario = request.param
    return simulate_trial(np.random.SeedSequence(seed), SCENARIOS[scenario])


def _present(tables, table):
    """Give our columns that the table has, with their values."""
    frame = tables[table.name]
    return [
        (c, frame[their_name(table.name, c.name)]) for c in table.columns if their_name(table.name, c.name) in frame
    ]


def _empty(values):
    return values.isna() | (values.astype(str) == "")


def test_every_canonical_table_is_there(tables):
    assert set(tables) == set(OF_A_TRIAL)


@pytest.mark.parametrize("table", OF_A_TRIAL.values(), ids=lambda table: table.name)
class TestTable:
    def test_it_has_the_required_columns_and_no_unknown_ones(self, tables, table):
        known = {their_name(table.name, column.name) for column in table.columns} | set(WIDE_MEASURES)
        required = {their_name(table.name, column.name) for column in table.columns if column.required}
        wide = {"measure", "value"} if table.name == "vitals" else set()
        assert set(tables[table.name]) <= known
        assert required - wide <= set(tables[table.name])

    def test_complete_columns_have_no_empty_cell(self, tables, table):
        for column, values in _present(tables, table):
            assert not (column.complete and _empty(values).any()), column.name

    def test_choices_are_allowed(self, tables, table):
        for column, values in _present(tables, table):
            allowed = ("yes", "no") if column.type == "yes_no" else column.allowed
            if allowed:
                assert set(values[~_empty(values)]) <= set(allowed), column.name

    def test_numbers_are_plausible(self, tables, table):
        for column, values in _present(tables, table):
            if column.minimum is not None:
                assert values.min() >= column.minimum, column.name
            if column.maximum is not None:
                assert values.max() <= column.maximum, column.name
            if column.type == "integer":
                assert (values.dropna() % 1 == 0).all(), column.name

    def test_keys_are_unique(self, tables, table):
        frame = tables[table.name]
        key = [name for name in (their_name(table.name, ours) for ours in table.key) if name in frame]
        assert not key or not frame.duplicated(key).any()

    def test_nothing_ends_before_it_begins(self, tables, table):
        frame = tables[table.name]
        pairs = [tuple(their_name(table.name, name) for name in pair) for pair in table.ordered]
        for first, last in (pair for pair in pairs if {*pair} <= {*frame}):
            assert not (frame[first] > frame[last]).any()

    def test_everyone_in_it_takes_part(self, tables, table):
        if "participant" in tables[table.name]:
            known = set(tables["participants"]["participant"]) | {""}
            assert set(tables[table.name]["participant"]) <= known


def _with_first_infusion(tables, name):
    first = tables["infusions"].query("number == 1").set_index("participant")["started"]
    frame = tables[name]
    return frame, frame["participant"].map(first)


def test_everyone_is_randomised_48_to_an_arm_and_infused(tables):
    assert tables["participants"]["group"].value_counts().to_dict() == {"K": 48, "M": 48}
    assert tables["participants"]["dx"].value_counts().to_dict() == {"AN": 36, "BN": 32, "BED": 28}
    assert tables["infusions"].query("number == 1").shape[0] == 96


def test_consent_comes_before_randomisation_and_that_before_the_first_infusion(tables):
    frame, first = _with_first_infusion(tables, "participants")
    assert (frame["consented"] < frame["randomised"]).all()
    assert (frame["randomised"] < first).all()


def test_everyone_enters_with_a_madrs_of_20_or_more(tables):
    frame, first = _with_first_infusion(tables, "assessments")
    before = frame[(frame["scale"] == "MADRS") & (frame["assessed"] < first)]
    assert len(before) == 96
    assert before["value"].min() >= 20


def test_nothing_is_assessed_during_an_infusion(tables):
    both = tables["assessments"].merge(tables["infusions"][["participant", "started", "ended"]], on="participant")
    assert not ((both["assessed"] >= both["started"]) & (both["assessed"] <= both["ended"])).any()


def test_nothing_is_recorded_after_a_participant_has_left(tables):
    left = tables["disposition"].query("status == 'discontinued'").set_index("participant")["left"]
    times = {"assessments": "assessed", "weights": "weighed", "infusions": "started", "vitals": "measured",
             "laboratory": "sampled", "discharge": "checked", "adverse_events": "began",
             "intercurrent_events": "occurred"}  # fmt: skip
    for name, time in times.items():
        frame = tables[name]
        end = frame["participant"].map(left)
        # A headache may begin in the evening of the day on which its participant went home for good.
        grace = pd.Timedelta(hours=12 if name == "adverse_events" else 0)
        assert not (frame[time] > end + grace).any(), name


def test_the_global_score_is_the_mean_of_the_four_subscales(tables):
    wide = (
        tables["assessments"]
        .query("scale == 'EDE-Q'")
        .pivot(index=["participant", "assessed"], columns="score", values="value")
        .dropna()
    )
    parts = wide[["restraint", "eating_concern", "shape_concern", "weight_concern"]]
    assert wide["global"].to_numpy() == pytest.approx(parts.mean(axis=1).to_numpy(), abs=0.00501)


def test_behaviours_are_zero_where_the_subtype_excludes_them(tables):
    scores = tables["assessments"].merge(tables["participants"][["participant", "subtype"]], on="participant")
    never = {"obe_episodes": ["AN-R"], "vomiting": ["AN-R", "BED"]}
    for score, subtypes in never.items():
        rows = scores[(scores["score"] == score) & scores["subtype"].isin(subtypes)]
        assert (rows["value"].dropna() == 0).all()


def test_scores_stay_on_their_scales(tables):
    limits = {"MADRS": (0, 60), "Anxiety VAS": (0, 100), "GAD-7": (0, 21), "CIA": (0, 48), "FCQ-S": (15, 75),
              "EQ-VAS": (0, 100), "YMRS": (0, 60), "C-SSRS": (0, 5), "Mood VAS": (0, 100),
              "Trail Making": (1, 300)}  # fmt: skip
    for scale, (low, high) in limits.items():
        values = tables["assessments"].query("scale == @scale")["value"].dropna()
        assert low <= values.min() <= values.max() <= high, scale


def test_fixed_events_have_their_fixed_numbers(tables):
    arm = tables["participants"].set_index("participant")["group"]
    events = tables["adverse_events"]
    serious = events[events["serious"] == "yes"]
    withdrawn = events[events["action"] == "withdrawn"]
    potassium = tables["laboratory"].query("test == 'K' and result < 3.0")
    assert serious["participant"].map(arm).value_counts()["M"] == 3
    assert withdrawn["participant"].map(arm).value_counts()["M"] == 1
    assert potassium.groupby("participant").size().index.map(arm).value_counts().to_dict() == {"K": 2, "M": 2}
    assert not (tables["disposition"]["died"] == "yes").any()
    assert tables["laboratory"].query("test == 'QTCF'")["result"].max() <= 500


def test_in_the_arms_that_differ_ketamine_has_two_serious_events_and_two_withdrawals():
    for name in ("at-random", "not-at-random"):
        drawn = simulate_trial(np.random.SeedSequence(6), SCENARIOS[name])
        ketamine = drawn["participants"].query("group == 'K'")["participant"]
        events = drawn["adverse_events"][drawn["adverse_events"]["participant"].isin(ketamine)]
        assert (events["serious"] == "yes").sum() == 2
        assert (events["action"] == "withdrawn").sum() == 2


def test_screening_accounts_for_everyone(tables):
    screening = tables["screening"]
    included = screening["participant"] != ""
    assert len(screening) == 131
    assert included.sum() == 96
    assert (screening["reason"] != "").equals(~included)


def test_dropout_not_at_random_changes_no_record():
    usual, hidden = (simulate_trial(np.random.SeedSequence(4), SCENARIOS[n]) for n in ("at-random", "not-at-random"))
    for name, table in usual.items():
        pd.testing.assert_frame_equal(table, hidden[name])


def test_scores_alone_are_those_of_the_whole_trial():
    whole, part = simulate_trial(np.random.SeedSequence(4)), simulate_scores(np.random.SeedSequence(4))
    for name, table in part.items():
        pd.testing.assert_frame_equal(table, whole[name])


def test_replicates_differ():
    first, second = (simulate_scores(np.random.SeedSequence(4, spawn_key=(i,)))["assessments"] for i in (0, 1))
    assert not first.equals(second)


@pytest.mark.parametrize("seed", range(20))
def test_a_very_small_trial_can_be_simulated(seed):
    tables = simulate_trial(np.random.SeedSequence(seed), strata={"AN": 4, "BN": 4, "BED": 4})
    assert len(tables["participants"]) == 12
