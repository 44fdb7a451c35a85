"""Masking (method masking): the treatment guess, indices of blinding, and the difference between arms by guess."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.ancova import AncovaFit, fit_ancova
from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.expectation import Score, association_rows
from postinfusion.analyses.model_data import ARM, FEWEST_PARTICIPANTS, ModelData, model_data, without_variation_rows
from postinfusion.analyses.model_rows import TEST, estimate_rows, joint_test_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.blinding_indices import BlindingIndex, bang, james
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Masking
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import ANSWERS, NO_GUESS

GUESS = "TRTGUESS"
BY_GUESS = "difference-by-guess"
_RIGHT, _WRONG, _UNKNOWN, _NONE = ANSWERS
_HOURS_PER_DAY = 24.0
_ALIKE = "all answers are alike: the variance cannot be estimated from them"


def masking(plan: Plan, analysis: Masking, adam: Adam, population: Members) -> list[Row]:
    """Count the guesses, give both indices, and compare the arms within each guess.

    Raises
    ------
    ModelError
        There are not two arms that participants were allocated to, or the data hold no guesses.
    """
    if len(population.arms) != 2 or len(population.compared) != 1:
        raise ModelError("masking needs two parallel arms: nothing else was allocated that could be guessed")
    if GUESS not in population.frame or not population.frame[GUESS].ne("").any():
        raise ModelError("the data hold no guess of the treatment. Add the source guesses")
    answers = _answers(population)
    found = [*_counts(population, answers), *_asked(population)]
    found += [*_bang_rows(analysis, population, answers), *_james_rows(analysis, population)]
    found += _by_guess(plan, analysis, adam, population)
    if analysis.expectation:
        score = Score(analysis.expectation, analysis.visit, analysis.confidence)
        found += association_rows(plan, analysis, adam, population, score)
    return [*denominators(population), *found]


def _answers(population: Members) -> pd.Series:
    """Give what each participant's guess was: correct, wrong, don't know or no answer."""
    guess, arm = population.frame[GUESS], population.frame[ARM].astype("str")
    kinds = np.select([guess == "", guess == NO_GUESS, guess == arm], [_NONE, _UNKNOWN, _RIGHT], _WRONG)
    return pd.Series(kinds, index=population.frame.index)


def _counts(population: Members, answers: pd.Series) -> list[Row]:
    """Count the answers by arm and over all arms; one that nobody gave is zero."""
    result: list[Row] = []
    for arm in (*population.arms, ""):
        given = answers.loc[population.of(arm).index]
        for level in ANSWERS:
            n = int((given == level).sum())
            share = {"proportion": n / len(given)} if len(given) else {}
            result += rows({"n": n, **share}, variable="guess", level=level, arm=arm)
    return result


def _asked(population: Members) -> list[Row]:
    """Give when the guesses were made, where the data say so."""
    if "GUESSHR" not in population.frame:
        return []
    days = population.frame.loc[population.frame[GUESS] != "", "GUESSHR"].dropna() / _HOURS_PER_DAY
    if days.empty:
        return []
    found = {name: float(days.quantile(part)) for name, part in (("median", 0.5), ("q1", 0.25), ("q3", 0.75))}
    return [row | {"unit": "d"} for row in rows(found, variable="asked")]


def _bang_rows(analysis: Masking, population: Members, answers: pd.Series) -> list[Row]:
    """Give Bang's index of each arm."""
    result: list[Row] = []
    for arm in population.arms:
        given = answers.loc[population.of(arm).index]
        key = {"variable": "guess", "term": "bang-index", "arm": arm}
        counts = [int((given == level).sum()) for level in (_RIGHT, _WRONG, _UNKNOWN)]
        try:
            result += _index_rows(bang(*counts, confidence=analysis.confidence), key)
        except ModelError as error:
            result.append(error_row(str(error), **key))
    return result


def _james_rows(analysis: Masking, population: Members) -> list[Row]:
    """Give James' index of both arms."""
    table = pd.crosstab(population.frame[GUESS], population.frame[ARM].astype("str"))
    table = table.reindex(index=[*population.arms, NO_GUESS], columns=population.arms, fill_value=0)
    key = {"variable": "guess", "term": "james-index"}
    key |= {"arm": population.compared[0], "comparator": str(population.reference)}
    counts = table.to_numpy()
    try:
        return _index_rows(james(counts[:2], counts[2], confidence=analysis.confidence), key)
    except ModelError as error:
        return [error_row(str(error), **key)]


def _index_rows(index: BlindingIndex, key: dict[str, str]) -> list[Row]:
    """Give the rows of one index; without an interval they say why."""
    found = rows({"n": index.n, "estimate": index.estimate}, **key)
    spread = {name: getattr(index, name) for name in ("std_error", "conf_low", "conf_high")}
    if index.std_error > 0:
        return found + rows(spread, **key)
    return found + [row | {"error": _ALIKE} for row in rows(dict.fromkeys(spread, float("nan")), **key)]


def _by_guess(plan: Plan, analysis: Masking, adam: Adam, population: Members) -> list[Row]:
    """Compare the arms within each guess by analysis of covariance at the visit."""
    place = {
        "parameter": plan.endpoints[analysis.endpoint].parameter,
        "variable": "CHG",
        "visit": analysis.visit,
        "time": canonical_hours(plan.nominal_hours[analysis.visit]),
    }
    try:
        data = _at_visit(plan, analysis, adam, population)
        return [row | place for row in _within_guesses(analysis, data, population)]
    except ModelError as error:
        return [error_row(str(error), term=BY_GUESS, **place)]


def _at_visit(plan: Plan, analysis: Masking, adam: Adam, population: Members) -> ModelData:
    """Give one record per participant who answered, with a value at the visit and all covariates."""
    data = model_data(plan, analysis, adam, population, Form.CHANGE)
    guess = population.frame.set_index("USUBJID")[GUESS]
    frame = observed(data.frame).assign(**{GUESS: lambda found: found["USUBJID"].map(guess)})
    frame = frame[(frame["AVISIT"] == analysis.visit) & (frame[GUESS] != "")]
    needed = [data.response, *(["BASE"] if data.has_baseline else []), *data.covariates]
    return data.analysed(frame.dropna(subset=needed))


def _within_guesses(analysis: Masking, data: ModelData, population: Members) -> list[Row]:
    """Describe each guess, and compare the arms within those that enough participants of both arms made."""
    levels = [*population.compared, str(population.reference), NO_GUESS]
    result, kept = list[Row](), list[str]()
    for level in levels:
        values = {
            arm: data.frame.loc[(data.frame[GUESS] == level) & (data.frame[ARM] == arm), data.response]
            for arm in population.arms
        }
        for arm, found in values.items():
            mean = {"mean": found.mean()} if len(found) else {}
            result += rows({"n": len(found), **mean}, term="observed", level=level, arm=arm)
        if min(len(found) for found in values.values()) >= FEWEST_PARTICIPANTS:
            kept.append(level)
        else:
            few = f"fewer than {FEWEST_PARTICIPANTS} participants of an arm"
            text = f"{few} answered {level} and have a value at the visit: described only"
            result.append(error_row(text, term=BY_GUESS, level=level))
    return result + (_compared(analysis, data, kept) if kept else [])


def _compared(analysis: Masking, data: ModelData, levels: list[str]) -> list[Row]:
    """Fit arm, guess and arm × guess, and give the differences within each guess and the test of arm × guess."""
    frame = data.frame[data.frame[GUESS].isin(levels)]
    data = data.analysed(frame.assign(**{GUESS: pd.Categorical(frame[GUESS], levels)}))
    by = [GUESS] if len(levels) > 1 else []
    terms = [ARM, *by, *(f"{ARM}:{name}" for name in by), *(["BASE"] if data.has_baseline else [])]
    formula = " + ".join([*terms, *(f"`{name}`" for name in data.covariates)])
    fit = fit_ancova(data.frame, data.response, formula)
    result = [*_differences(analysis, data, fit, levels), *without_variation_rows(data)]
    result += joint_test_rows(fit, [f"{ARM}:{name}" for name in by])
    return result + rows({"n_participants": len(data.frame), "formula": f"{data.response} ~ {formula}"}, term="fit")


def _differences(analysis: Masking, data: ModelData, fit: AncovaFit, levels: list[str]) -> list[Row]:
    """Give the differences between the arms within each guess."""
    by = [GUESS] if len(levels) > 1 else []
    result: list[Row] = []
    for record in fit.contrasts(ARM, by=by, reference=data.arms[0], confidence=analysis.confidence).to_dict("records"):
        key = {"arm": str(record[ARM]), "comparator": data.arms[0], "level": str(record.get(GUESS, levels[0]))}
        result += estimate_rows(record, TEST, term=BY_GUESS, **key)
    return result
