"""Masking: guesses are derived and counted with their zeros, and differences by guess are those of a linear model."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.masking import masking
from postinfusion.analyses.populations import Members, members
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError, ModelError
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import check
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, assessments, infusions, plan

ASKED = {"masked": {"method": "masking", "endpoint": "madrs", "visit": "24 h"}}
GUESSES = ["Ketamine"] * 5 + ["Midazolam"] * 3 + ["don't know"] * 2  # of each arm, then two who do not answer
N = 24


def wanted(**changes: object) -> Plan:
    sources = {name: {"file": f"{name}.csv"} for name in (*SOURCES, "guesses")}
    return plan(**{"analyses": ASKED, "sources": sources, **changes})


def tables(guesses: list[str] = GUESSES) -> dict[str, pd.DataFrame]:
    ids = [f"P{place:02d}" for place in range(N)]
    noise = np.random.default_rng(3).normal(size=(N, 2)).round(1)
    scores = [(who, -24.0, 30 + 3 * noise[place, 0]) for place, who in enumerate(ids)]
    scores += [(who, 24.0, 24 - 6 * (place < N // 2) + 4 * noise[place, 1]) for place, who in enumerate(ids)]
    answered = [who for place, who in enumerate(ids) if place % 12 < len(guesses)]
    asked = pd.DataFrame({"id": answered, "guess": guesses * 2, "asked": START + 21 * 24, "asked_date_only": False})
    return {
        "participants": pd.DataFrame({"id": ids, "arm": ["Ketamine"] * 12 + ["Midazolam"] * 12}),
        "infusions": infusions([(who, 1, 0.0) for who in ids]),
        "assessments": assessments(scores),
        "guesses": asked,
    }


def found(guesses: list[str] = GUESSES) -> Results:
    results = analyse(wanted(), "small", "masked", derive(wanted(), "small", tables(guesses))).results
    return results_of(wanted(), results, "masked")


def test_guesses_become_columns_of_adsl():
    adsl = derive(wanted(), "small", tables())["ADSL"]
    assert list(adsl["TRTGUESS"].iloc[[0, 5, 8, 10]]) == ["Ketamine", "Midazolam", "don't know", ""]
    assert adsl["GUESSHR"].iloc[0] == 21 * 24
    assert np.isnan(adsl["GUESSHR"].iloc[10])


def test_a_guess_of_no_arm_is_refused_without_telling_it():
    with pytest.raises(DataError, match="1 value is neither an arm nor don't know") as refused:
        derive(wanted(), "small", tables(["Placebo", *GUESSES[1:]]))
    assert "Placebo" not in str(refused.value)


def test_guesses_are_counted_by_arm_with_those_who_gave_no_answer_and_with_zeros():
    results = found()
    counts = {
        (arm, level): results.value("n", variable="guess", level=level, arm=arm)
        for arm in ("Ketamine", "Midazolam", "")
        for level in ("correct", "wrong", "don't know", "no answer")
    }
    assert list(counts.values()) == [5, 3, 2, 2, 3, 5, 2, 2, 8, 8, 4, 4]
    nobody_unsure = found(GUESSES[:8])
    assert nobody_unsure.value("n", variable="guess", level="don't know", arm="Ketamine") == 0


def test_the_indices_are_of_those_who_answered():
    results = found()
    assert results.value("estimate", variable="guess", term="bang-index", arm="Ketamine") == pytest.approx(0.2)
    assert results.value("estimate", variable="guess", term="bang-index", arm="Midazolam") == pytest.approx(-0.2)
    both = {"variable": "guess", "term": "james-index", "arm": "Ketamine", "comparator": "Midazolam"}
    # The guess does not depend on the arm: don't know counts 1, the others as at random 1/2.
    assert results.value("estimate", **both) == pytest.approx(0.2 + 0.8 / 2)
    assert results.value("n", **both) == 20


def test_a_guess_that_few_made_is_described_only():
    rows = found().rows
    failed = rows[(rows["term"] == "difference-by-guess") & (rows["stat_name"] == "error")]
    assert list(failed["level"]) == ["don't know"]
    assert failed["error"].str.contains("fewer than 3 participants").all()


def test_with_enough_of_each_guess_the_differences_are_those_of_cell_means():
    guesses = ["Ketamine"] * 5 + ["Midazolam"] * 3 + ["don't know"] * 3
    results = found(guesses)
    frame = derive(wanted(), "small", tables(guesses))
    scores = frame["ADQS"].query("AVISIT == '24 h'").merge(frame["ADSL"][["USUBJID", "TRTGUESS"]], on="USUBJID")
    scores = scores[scores["TRTGUESS"] != ""]
    cells = pd.get_dummies(scores["TRTP"] + scores["TRTGUESS"]).astype(float)
    solved = np.linalg.lstsq(np.column_stack([cells, scores["BASE"]]), scores["CHG"].to_numpy(), rcond=None)[0]
    means = dict(zip(cells.columns, solved, strict=False))
    key = {"variable": "CHG", "visit": "24 h", "term": "difference-by-guess"}
    for level in dict.fromkeys(guesses):
        place = {**key, "level": level, "arm": "Ketamine", "comparator": "Midazolam"}
        expected = means[f"Ketamine{level}"] - means[f"Midazolam{level}"]
        assert results.value("estimate", **place) == pytest.approx(expected, rel=1e-10)
        assert results.value("df", **place) == len(scores) - 7


def test_a_single_arm_is_refused_by_the_plan_and_by_the_analysis():
    alone = wanted(design={"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}]})
    told = " ".join(str(problem) for problem in check(alone))
    assert "a single-arm trial has no allocation that could be guessed" in told
    frame = pd.DataFrame({"USUBJID": ["A"], "ARM": pd.Categorical(["Ketamine"]), "TRTGUESS": ["Ketamine"]})
    with pytest.raises(ModelError, match="two parallel arms"):
        masking(alone, alone.analyses["masked"], {}, Members(frame, ("Ketamine",), None))


def test_without_guesses_the_plan_and_the_analysis_say_what_is_missing():
    without = plan(analyses=ASKED)
    assert "masking needs the source guesses" in " ".join(str(problem) for problem in check(without))
    frame = tables()
    del frame["guesses"]
    adam = derive(without, "small", frame)
    with pytest.raises(ModelError, match="Add the source guesses"):
        masking(without, without.analyses["masked"], adam, members(without, adam["ADSL"], "randomised"))


def test_no_claim_is_decided_by_a_result_by_guess():
    judged = {"own": {"words": "Own", "decides": [{"analysis": "masked", "visit": "24 h"}]}}
    told = " ".join(str(problem) for problem in check(wanted(claims={"judged": judged})))
    assert "a result by guess never decides a claim" in told


def test_the_table_prints_the_results_their_scales_and_that_they_are_exploratory():
    results = found()
    made = TABLES["UNBT01"](results)
    printed = {row.label: row.cells for part in made.parts for row in part.rows}
    assert [cell.split("\N{NO-BREAK SPACE}")[0] for cell in printed["No answer"]] == ["2", "2", "4"]
    assert printed["James, both arms"][:2] == ("20", "0.60")
    key = {"variable": "CHG", "visit": "24 h", "term": "difference-by-guess", "level": "Ketamine"}
    estimate = results.text("estimate", **key, arm="Ketamine", comparator="Midazolam")
    assert estimate
    assert estimate in printed["Guessed Ketamine"]
    notes = " ".join(made.label.footnotes)
    assert "0.5 all guess at random" in notes
    assert "association only" in notes
    assert "answered don't know" in notes
    assert "Bang, Ni and Davis 2004" in methods_text(results)


def test_a_small_guess_takes_indices_and_numbers_analysed_with_it():
    hidden = public(found().rows, small_cell=5)
    of_counts = hidden["term"].isin(["bang-index", "james-index"]) | (hidden["term"] == "observed")
    assert hidden.loc[of_counts, "stat"].isna().all()


def test_relabelled_rows_change_nothing():
    adam = derive(wanted(), "small", tables())
    turned = {name: frame.iloc[::-1] for name, frame in adam.items()}
    first, second = (
        table(masking(wanted(), wanted().analyses["masked"], data, members(wanted(), data["ADSL"], "randomised")))
        for data in (adam, turned)
    )
    assert np.allclose(first["stat"], second["stat"], equal_nan=True, rtol=1e-9)
