"""Two randomisations of one trial: the difference in each stage, and both put together (method two-stage)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from postinfusion.analyses.ancova import AncovaFit, fit_ancova
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import ARM, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_rows import MEAN, TEST, estimate_rows
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.second_engine import Recomputed, agreement_rows
from postinfusion.analyses.two_stage_data import Stages, stages_of
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.contrasts import estimates
from postinfusion.core.two_stage import Stage, combine
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TwoStage
from postinfusion.plan.plan import Plan
from postinfusion.plan.re_randomised_design import SecondRandomisation

DIFFERENCE, SECOND, COMBINED, COMBINATION = (
    "difference",
    "stage-2-difference",
    "combined-difference",
    "combination-test",
)
AGAIN, NOT_AGAIN = "randomised again", "not randomised again"
_STATISTICS = ("estimate", "std_error", "df", "statistic", "p_value")


@dataclass(frozen=True)
class _Fitted:
    """The rows of one stage, and its differences by arm."""

    rows: list[Row]
    differences: dict[str, Stage]


def two_stage(plan: Plan, analysis: TwoStage, adam: Adam, population: Members) -> list[Row]:
    """Compare the arms of each stage by analysis of covariance on its own baseline, and put the differences together.

    Only participants who were randomised again are in the second stage: they were selected, and are named so. Without
    three of them in an arm the first stage stands alone, and a row says why.

    Raises
    ------
    ModelError
        An arm of the first stage has fewer than three participants with a value.
    """
    second = plan.design.second_randomisation
    assert second is not None  # noqa: S101 - the rules of the plan demand it
    found = stages_of(plan, analysis, adam, population)
    refuse_few(found.first)
    result = [*_entry_rows(second, found), *_selected_rows(plan, second, found)]
    first = _stage(plan, analysis, found.first, analysis.first, DIFFERENCE)
    result += first.rows
    try:
        refuse_few(found.second)
        later = _stage(plan, analysis, found.second, analysis.second, SECOND)
        result += later.rows
        result += _combined_rows(analysis, str(plan.design.reference), first.differences, later.differences)
    except ModelError as error:
        result += [
            *_observed_rows(plan, found.second, analysis.second),
            error_row(f"second stage: {error}", term=SECOND),
        ]
    selected = f"the second stage holds selected participants only ({second.criterion})"
    result += [*rows({"estimate": analysis.weight}, term="weight"), warning_row(selected)]
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter, "variable": "CHG"}
    return [*denominators(population), *(key | row for row in result)]


def _entry_rows(second: SecondRandomisation, found: Stages) -> Iterator[Row]:
    """Count who is in each stage, by arm of that stage; and who of the arms concerned was randomised again."""
    values = found.values
    for arm in dict.fromkeys(values["ARM"]):
        of_arm = values[values["ARM"] == arm]
        if arm in second.of_arms:
            is_again = of_arm["AGAIN"] != ""
            for level, n in ((AGAIN, is_again.sum()), (NOT_AGAIN, (~is_again).sum())):
                yield from rows({"n": int(n)}, variable="stage", level=level, arm=arm)
    again = values[values["AGAIN"] != ""]
    for arm, n in again["AGAIN"].value_counts(sort=False).items():
        yield from rows({"n": int(n)}, variable="second-stage", level="allocated", arm=arm)


def _selected_rows(plan: Plan, second: SecondRandomisation, found: Stages) -> Iterator[Row]:
    """Describe who was randomised again beside who was not, of the arms concerned: at baseline and at the boundary."""
    values = found.values[found.values["ARM"].isin(second.of_arms)]
    visits = {plan.baseline_visit: "BASE", second.after: "AFTER"}
    for level, part in ((AGAIN, values[values["AGAIN"] != ""]), (NOT_AGAIN, values[values["AGAIN"] == ""])):
        for visit, column in visits.items():
            seen = part[column].dropna().astype("float64")
            spread = {"mean": float(seen.mean())} if len(seen) else {}
            spread |= {"sd": float(seen.std())} if len(seen) > 1 else {}
            yield from rows({"n": len(seen), **spread}, variable="AVAL", term="selected", level=level, visit=visit)


def _stage(plan: Plan, analysis: TwoStage, data: ModelData, visit: str, term: str) -> _Fitted:
    """Give the rows of one stage: means, differences to the reference arm, and the description of the model.

    Raises
    ------
    ModelError
        A single arm has values, or the model cannot be fitted.
    """
    if len(data.arms) < 2 or data.arms[0] != plan.design.reference:
        raise ModelError(f"{visit}: {plan.design.reference} and another arm need values: nothing can be compared")
    fixed = [ARM, *(["BASE"] if data.has_baseline else []), *(f"`{name}`" for name in data.covariates)]
    fit = fit_ancova(data.frame, data.response, " + ".join(fixed))
    at = _at(plan, visit)
    result = [*_observed_rows(plan, data, visit), *(row | at for row in without_variation_rows(data))]
    for record in fit.means([ARM], confidence=analysis.confidence).to_dict("records"):
        result += estimate_rows(record, MEAN, term="marginal-mean", arm=str(record[ARM]), **at)
    differences: dict[str, Stage] = {}
    for record in fit.contrasts(ARM, reference=data.arms[0], confidence=analysis.confidence).to_dict("records"):
        arm = str(record[ARM])
        result += estimate_rows(record, TEST, term=term, arm=arm, comparator=data.arms[0], **at)
        differences[arm] = Stage(float(record["estimate"]), float(record["std_error"]), float(record["df"]))
    return _Fitted([*result, *_fit_rows(data, fit, " + ".join(fixed), at)], differences)


def _observed_rows(plan: Plan, data: ModelData, visit: str) -> list[Row]:
    """Give number and mean of the analysed changes by arm."""
    result: list[Row] = []
    for arm in data.arms:
        values = data.frame.loc[data.frame[ARM] == arm, data.response]
        result += rows({"n": len(values), "mean": float(values.mean())}, term="observed", arm=arm, **_at(plan, visit))
    return result


def _fit_rows(data: ModelData, fit: AncovaFit, formula: str, at: dict[str, str]) -> list[Row]:
    """Give the description of the model of one stage, and how far a second engine is from it."""
    from postinfusion.core.dense_engine import of_independent

    held: dict[str, float | int | bool | str] = {"n_participants": len(data.frame), "formula": f"CHG ~ {formula}"}
    compared = fit.contrast_rows(ARM, reference=data.arms[0]).L
    again = agreement_rows(
        Recomputed(fit, data.frame, data.response, "USUBJID"), of_independent(len(data.frame)), compared
    )
    return [*rows(held, term="fit", **at), *(row | at for row in again)]


def _combined_rows(
    analysis: TwoStage, reference: str, first: dict[str, Stage], later: dict[str, Stage]
) -> Iterator[Row]:
    """Put the differences of both stages together, for each arm that both have."""
    for arm, of_first in first.items():
        key = {"arm": arm, "comparator": reference}
        if arm not in later:
            yield error_row(f"nobody was randomised to {arm} again", term=COMBINED, **key)
            continue
        found = combine(of_first, later[arm], analysis.weight)
        limits = estimates([found.estimate], [found.std_error], [found.df], confidence=analysis.confidence)
        numbers = {name: getattr(found, name) for name in _STATISTICS}
        numbers |= {"conf_low": float(limits.conf_low[0]), "conf_high": float(limits.conf_high[0])}
        yield from rows(numbers, term=COMBINED, **key)
        yield from rows({"statistic": found.z, "p_value": found.z_p_value}, term=COMBINATION, **key)


def _at(plan: Plan, visit: str) -> dict[str, str]:
    """Give the key of a visit."""
    return {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}
