"""Rates of adverse events of a trial that was counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.special import stdtr, stdtrit

from postinfusion.analyses.event_rate_limits import generator_of, limits_of_all_events
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.core.bootstrap_rates import DRAWS
from postinfusion.core.poisson_rates import garwood, rate_of_clusters
from postinfusion.derive.datasets import derive
from postinfusion.plan.analyses import EventRates
from postinfusion.present.methods import event_rates as methods
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

RATES = {"method": "event-rates", "groups": {"headache": ["Headache"]}, "per": "100 d", "report_at": ["4 d", "20 d"]}
ANALYSES = {"rates": RATES, "soon-after": RATES | {"within": "2 d"}}
EVENTS = [  # id, term, days since the first infusion
    ("A", "headache", 5.0),
    ("A", "headache", 8.0),
    ("B", "headache", 10.0),
    ("D", "headache", 6.0),
    ("E", "self-induced vomiting", 7.0),
    ("F", "nausea", 0.05),
    ("C", "nausea", 0.05),
    ("A", "nausea", 0.05),
]
FOLLOWED = dict(zip("ABCDEFG", (20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 5.0), strict=True))
PLAN = plan(analyses=ANALYSES, sources={name: {"file": f"{name}.csv"} for name in SOURCES})


def tables(events=EVENTS, arms=("Ketamine",) * 3 + ("Midazolam",) * 4) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(events, columns=["id", "term", "days"])
    ids = [*FOLLOWED][: len(arms)]
    left = pd.DataFrame({"id": ids, "left": [START + 24 * FOLLOWED[name] for name in ids], "left_date_only": False})
    return {
        "participants": participants(list(arms)),
        "infusions": infusions([(name, 1, 0.0) for name in ids]),
        "disposition": left.assign(status=["discontinued" if name == "G" else "completed" for name in ids]),
        "adverse_events": pd.DataFrame(
            {"id": frame["id"], "term": frame["term"], "onset": START + 24 * frame["days"], "onset_date_only": False}
        ),
    }


def tables_with(**event: object) -> dict[str, pd.DataFrame]:
    """Give the tables with one more event."""
    content = tables()
    more = pd.concat([content["adverse_events"], pd.DataFrame([event])], ignore_index=True)
    return content | {"adverse_events": more}


def results(content=None, analysis="rates") -> pd.DataFrame:
    return analyse(PLAN, "small", analysis, derive(PLAN, "small", content or tables())).results


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    return results()


def of(ard, variable, stat_name, arm="Ketamine", term="headache", **key) -> float:
    key = {"comparator": "", "level": "", "time": "", **key}
    return statistic(ard, variable=variable, stat_name=stat_name, arm=arm, term=term, **key)


def test_a_first_event_is_rated_per_time_until_it(ard):
    assert of(ard, "incidence-rate", "n") == 2
    assert of(ard, "incidence-rate", "person_days") == pytest.approx(5 + 10 + 20)
    expected = garwood(2, 0.35)
    found = [of(ard, "incidence-rate", name) for name in ("estimate", "conf_low", "conf_high")]
    assert found == pytest.approx([float(expected.estimate), float(expected.conf_low), float(expected.conf_high)])


def test_a_difference_of_rates_is_that_of_the_arms(ard):
    rates = [of(ard, "incidence-rate", "estimate", arm) for arm in ("Ketamine", "Midazolam")]
    difference = of(ard, "incidence-rate", "estimate", comparator="Midazolam")
    assert difference == pytest.approx(rates[0] - rates[1])


def test_no_rate_is_given_where_first_events_follow_the_infusion_closely(ard):
    rows = select(ard, variable="incidence-rate", term="any adverse event", stat_name="estimate")
    assert rows["stat"].isna().all()
    assert rows["error"].str.contains("within 24 h of an infusion").all()


def test_all_events_are_rated_per_whole_follow_up(ard):
    assert (of(ard, "event-rate", "n_events"), of(ard, "event-rate", "n")) == (3, 2)
    assert of(ard, "event-rate", "estimate") == pytest.approx(3 / 0.6)


def test_self_induced_vomiting_is_no_event(ard):
    assert of(ard, "event-rate", "n_events", "Midazolam", "any adverse event") == 2


def test_an_event_that_was_there_before_counts_from_the_day_of_its_worsening():
    day = {"worsened": START + 240 - 10, "worsened_date_only": True}
    found = results(tables_with(id="C", term="Headache", onset=START - 100, onset_date_only=False, **day))
    assert of(found, "incidence-rate", "person_days") == pytest.approx(5 + 10 + 10)
    assert of(found, "cumulative-incidence", "estimate", level="event", time="96") == 0
    assert of(found, "cumulative-incidence", "n", level="event", time="480") == 3


def test_whoever_withdrew_is_followed_no_longer_in_any_rate():
    # B withdrew on day 8, stayed on record until day 20, and had a headache on day 10
    withdrawal = {"id": ["B"], "event": ["withdrawal"], "occurred": START + 192, "occurred_date_only": False}
    found = results(tables() | {"intercurrent_events": pd.DataFrame(withdrawal)})
    assert of(found, "incidence-rate", "person_days") == pytest.approx(5 + 8 + 20)
    assert [of(found, name, "n") for name in ("incidence-rate", "event-rate")] == [1, 1]
    assert of(found, "mean-cumulative", "n_events", time="480") == 2
    shares = [of(found, "cumulative-incidence", "n", level=level, time="480") for level in ("event", "withdrawal")]
    assert shares == [1, 1]
    assert of(found, "at-risk", "n_participants", time="480") == 2


@pytest.mark.parametrize(("day", "n"), [(10, 3), (11, 2)])
def test_an_event_of_a_known_day_is_followed_until_the_day_of_the_end(day, n):
    content = tables_with(id="C", term="Headache", onset=START - 10 + 24 * day, onset_date_only=True)
    left = content["disposition"]["left"].mask(content["disposition"]["id"] == "C", START + 243.0)
    found = results(content | {"disposition": content["disposition"].assign(left=left)})
    assert of(found, "event-rate", "n") == n


def test_an_arm_without_events_has_the_limit_of_none_and_no_ratio():
    found = results(tables(events=[event for event in EVENTS if event[0] not in "DF"]))
    assert of(found, "event-rate", "estimate", "Midazolam") == 0
    assert of(found, "event-rate", "conf_high", "Midazolam") == pytest.approx(float(garwood(0, 0.65).conf_high))
    ratio = select(found, variable="recurrent", term="headache", stat_name="estimate")
    assert ratio["stat"].isna().all()
    assert ratio["error"].str.contains("no event in Midazolam").all()


@pytest.mark.parametrize("level", ["negative binomial", "Andersen-Gill, robust"])
def test_where_all_of_each_arm_have_the_same_rate_the_ratio_stands_without_limits(level):
    found = results(tables([(name, "headache", 1 / 24) for name in "ABCDEF"], ("Ketamine",) * 3 + ("Midazolam",) * 3))
    key = {"level": level, "comparator": "Midazolam"}
    assert of(found, "recurrent", "estimate", **key) == pytest.approx(1)
    assert all(np.isnan(of(found, "recurrent", name, **key)) for name in ("std_error", "conf_low", "conf_high"))
    told = select(found, variable="recurrent", term="headache", stat_name="conf_low", level=level)["error"]
    assert list(told) == ["all participants of each arm have the same rate"]
    table = TABLES["AET05_ALL"](results_of(PLAN, found, "rates"))
    assert "NE: all participants of each arm have the same rate." in table.label.footnotes
    assert any("nobody, or everybody, had one by then" in note for note in table.label.footnotes)
    assert any(row.cells == ("1.00 (NE)", "NE") for part in table.parts for row in part.rows)


@pytest.mark.parametrize("level", ["negative binomial", "Andersen-Gill, robust"])
def test_a_ratio_is_that_of_the_events_per_time_where_all_are_followed_alike(level):
    alike = results(tables(arms=("Ketamine",) * 3 + ("Midazolam",) * 3))
    uncorrected, ratio = (
        of(alike, "recurrent", "estimate", level=f"{level}{way}", comparator="Midazolam")
        for way in (", uncorrected", "")
    )
    assert uncorrected == pytest.approx(3 / 1)
    # Half the squared standard error of the logarithm of each: of 2, 1 and 0 events, and of 1, 0 and 0.
    assert np.log(ratio) == pytest.approx(np.log(3) + 2 / 9 / 2 - 2 / 3 / 2)


@pytest.mark.parametrize("level", ["negative binomial", "Andersen-Gill, robust"])
def test_limits_and_test_are_those_of_the_corrected_ratio_and_the_table_has_both(level):
    found = results(tables())
    table = TABLES["AET05_ALL"](results_of(PLAN, found, "rates"))
    rows = [row for part in table.parts if part.caption == "Ratios of rates" for row in part.rows]
    shown = []
    for way in ("", ", uncorrected"):
        log, low, high, error, df, p = (
            of(found, "recurrent", name, level=f"{level}{way}", comparator="Midazolam")
            for name in ("estimate", "conf_low", "conf_high", "std_error", "df", "p_value")
        )
        assert np.log([low, high]) == pytest.approx(np.log(log) + stdtrit(df, [0.025, 0.975]) * error)
        assert p == pytest.approx(2 * stdtr(df, -abs(np.log(log)) / error))
        shown.append(f"{log:.2f} ({low:.2f} to {high:.2f})")
    words = {"negative binomial": "Negative binomial model"}.get(level, "Andersen and Gill's model")
    labels = [row.label for row in rows]
    at = labels.index(words, labels.index("Headache"))
    assert [rows[at].cells[0], rows[at + 1].cells[0]] == shown
    assert rows[at + 1].label == "Without correction"


def test_whoever_left_without_an_event_competes_with_it(ard):
    at = {"time": "480", "arm": "Midazolam"}
    shares = [of(ard, "cumulative-incidence", "estimate", level=level, **at) for level in ("event", "withdrawal")]
    assert shares == pytest.approx([1 / 4, 1 / 4])
    assert of(ard, "at-risk", "n_participants", **at) == 3
    assert of(ard, "cumulative-incidence", "n", level="withdrawal", **at) == 1


def test_the_mean_number_of_events_counts_each_of_a_participant(ard):
    assert of(ard, "mean-cumulative", "estimate", time="480") == pytest.approx(1.0)
    assert of(ard, "mean-cumulative", "estimate", time="96") == 0


def test_follow_up_can_end_soon_after_the_last_infusion():
    found = results(analysis="soon-after")
    assert of(found, "event-rate", "person_days") == pytest.approx(6)
    assert of(found, "event-rate", "n_events") == 0
    assert "events after the end of follow-up" in " ".join(found["warning"])


def test_few_participants_are_described_only():
    found = results(tables(arms=("Ketamine",) * 3 + ("Midazolam",) * 2))
    assert of(found, "event-rate", "n_events", "Midazolam") == 1
    assert np.isnan(of(found, "event-rate", "estimate", "Midazolam"))
    assert "described only" in " ".join(found["error"])


@pytest.mark.parametrize("variable", ["incidence-rate", "event-rate", "recurrent", "cumulative-incidence"])
def test_a_rate_that_tells_of_few_participants_stays_internal(ard, variable):
    rows = select(public(ard, small_cell=5), variable=variable, term="headache", stat_name="estimate")
    assert rows.loc[rows["level"] != "death", "stat"].dropna().isin([0.0]).all()


@pytest.mark.parametrize("output", ["AET05", "AET05_ALL"])
def test_tables_print_rates_and_why_there_is_none(ard, output):
    shown = TABLES[output](results_of(PLAN, ard, "rates"))
    texts = [cell for part in shown.parts for row in part.rows for cell in row.cells]
    assert "" not in [row.label for part in shown.parts for row in part.rows]
    rated = {"AET05": "5.7 (0.7 to 20.6)", "AET05_ALL": "5.0 ("}[output]
    assert any(text.startswith(rated) for text in texts)
    if output == "AET05":
        assert any("within 24 h of an infusion" in note for note in shown.label.footnotes)


def test_the_methods_name_every_estimator(ard):
    text = methods_text(results_of(PLAN, ard, "rates"))
    assert all(name in text for name in ("Garwood", "negative binomial", "Andersen and Gill", "Aalen and Johansen"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": {"any adverse event": ["nausea"]}}, "another name"),
        ({"groups": {"vomiting": ["self-induced vomiting"]}}, "symptom of the eating disorder"),
        ({"report_at": ["4 d", "4 d"]}, "different times"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        EventRates.model_validate(RATES | change)


def test_a_rate_of_few_with_an_event_has_robust_limits_and_says_so(ard):
    assert of(ard, "event-rate", "n_draws") == 0
    shown = TABLES["AET05_ALL"](results_of(PLAN, ard, "rates"))
    cells = [cell for row in shown.parts[0].rows for cell in row.cells]
    assert any(cell.endswith("), robust limits") for cell in cells)
    assert any("too few participants had an event for draws" in note for note in shown.label.footnotes)


def test_draws_come_from_the_seed_and_robust_limits_stand_beside_them():
    counts, time = pd.Series([2.0, 1, 1, 3, 1, 0, 0, 0, 0, 1]), pd.Series([1.0] * 10)
    (first, robust, draws), (again, *_) = (
        limits_of_all_events(counts, time, generator_of((1, "rates"), "headache", "Ketamine"), 0.95) for _ in range(2)
    )
    other, *_ = limits_of_all_events(counts, time, generator_of((1, "rates"), "headache", "Midazolam"), 0.95)
    assert draws == DRAWS == methods.DRAWS
    assert first == again
    assert other.conf_low != first.conf_low
    assert robust == rate_of_clusters(counts, time)
    _, _, none = limits_of_all_events(time, time, generator_of((1, "rates"), "headache", "Ketamine"), 0.95)
    assert none == 0


@pytest.mark.parametrize("events", [[1.0] * 19 + [2], [1.0] * 19 + [0]])
def test_limits_are_the_robust_ones_where_all_but_one_have_the_same_rate(events):
    counts, time = pd.Series(events), pd.Series([1.0] * 20)
    limits, robust, draws = limits_of_all_events(counts, time, generator_of((1, "rates"), "nausea", "Ketamine"), 0.95)
    assert (limits, draws) == (robust, 0)
