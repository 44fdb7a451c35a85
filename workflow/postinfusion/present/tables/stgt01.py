"""STGT01: the difference between arms in each of two stages, and both put together."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TwoStage
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results

_TERMS = {"difference": "Stage 1", "stage-2-difference": "Stage 2", "combined-difference": "Stages together"}
_WEIGHT_DECIMALS = 2


def table(results: Results) -> Table:
    """Give who was randomised again, how they differed from the others, both differences, and their combination.

    Raises
    ------
    ModelError
        There is no difference in the first stage.
    """
    if not results.values_of("arm", term="difference", stat_name="estimate"):
        raise ModelError(results.failure or "the results hold no difference")
    parts = (_differences(results), _means(results), _again(results), _selected(results))
    label = label_of(results, "STGT01", _subtitle(results), tuple(_notes(results)))
    return Table(label, tuple(part for part in parts if part.rows))


def _subtitle(results: Results) -> str:
    """Say what is compared in each stage."""
    analysis = results.analysis
    if not isinstance(analysis, TwoStage):
        return ""
    second = results.plan.design.second_randomisation
    after = second.after if second else ""
    return (
        f"Stage 1: change from baseline at {analysis.first}; stage 2: change from {after} at {analysis.second}, of who "
        "was randomised again"
    )


def _differences(results: Results) -> Part:
    """Give the differences of the stages and of both together, with the combination test."""
    rows: list[Row] = []
    for arm, against in results.comparisons:
        rows.append(Row(f"{arm} − {against}"))
        for term, name in _TERMS.items():
            key = {"arm": arm, "comparator": against, "term": term, "visit": _visit(results, term)}
            cells = _tested(results, key)
            if any(cells):
                rows.append(Row(name, cells, 1))
        key = {"arm": arm, "comparator": against, "term": "combination-test", "variable": "CHG"}
        z, p_value = results.text("statistic", **key), results.text("p_value", **key)
        if z:
            rows.append(Row("Combination of the p values (z)", ("", "", "", "", z, p_value), 1))
    heads = ("", "Difference", "SE", f"{results.confidence} CI", "df", "t", "p")
    weight = results.printed("estimate", _WEIGHT_DECIMALS - 1, term="weight", variable="CHG")
    return Part(heads, tuple(rows), f"Differences by stage; weight of stage 1: {weight}")


def _visit(results: Results, term: str) -> str:
    """Give the visit of a stage; both together have none."""
    analysis = results.analysis
    assert isinstance(analysis, TwoStage)  # noqa: S101
    return {"difference": analysis.first, "stage-2-difference": analysis.second}.get(term, "")


def _tested(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give one tested difference."""
    key = {"variable": "CHG", **key}
    found = (results.text("estimate", **key), results.text("std_error", **key), results.interval(**key))
    return (*found, *(results.text(name, **key) for name in ("df", "statistic", "p_value")))


def _means(results: Results) -> Part:
    """Give number, mean and adjusted mean of the changes in each stage by arm of the stage."""
    rows: list[Row] = []
    for name, term in (("Stage 1", "difference"), ("Stage 2", "stage-2-difference")):
        visit = _visit(results, term)
        of_stage = [Row(arm, _described(results, visit, arm), 1) for arm in results.arms]
        kept = [row for row in of_stage if any(row.cells)]
        rows += [Row(f"{name}, {visit}"), *kept] if kept else []
    heads = ("", "n", "Mean change", "Adjusted mean (SE)", f"{results.confidence} CI")
    return Part(heads, tuple(rows), "Changes from the baseline of the stage")


def _described(results: Results, visit: str, arm: str) -> tuple[str, ...]:
    """Give the cells of one arm in one stage."""
    key = {"visit": visit, "arm": arm, "variable": "CHG"}
    adjusted = {**key, "term": "marginal-mean"}
    mean = formats.with_bracket(results.text("estimate", **adjusted), results.text("std_error", **adjusted))
    seen = tuple(results.text(name, **key, term="observed") for name in ("n", "mean"))
    return (*seen, mean, results.interval(**adjusted))


def _again(results: Results) -> Part:
    """Give who of the arms concerned was randomised again, and to what."""
    rows: list[Row] = []
    for level in results.values_of("level", variable="stage"):
        key = {"variable": "stage", "level": level}
        rows.append(Row(f"{level.capitalize()}, by arm of stage 1", _counts(results, key)))
    allocated = {"variable": "second-stage", "level": "allocated"}
    if any(_counts(results, allocated)):
        rows.append(Row("By arm of stage 2", _counts(results, allocated)))
    return Part(("Participants", *results.arms), tuple(rows), "Who was randomised again")


def _counts(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the numbers by arm."""
    return tuple(results.text("n", **key, arm=arm) for arm in results.arms)


def _selected(results: Results) -> Part:
    """Give the values of who was randomised again beside those of who was not."""
    rows: list[Row] = []
    for visit in results.values_of("visit", term="selected"):
        for level in results.values_of("level", term="selected", visit=visit):
            key = {"variable": "AVAL", "term": "selected", "level": level, "visit": visit}
            spread = formats.with_bracket(results.text("mean", **key), results.text("sd", **key))
            rows.append(Row(f"{visit}, {level}", (results.text("n", **key), spread)))
    return Part(("", "n", "Mean (SD)"), tuple(rows), "Selected for stage 2: values before it")


def _notes(results: Results) -> list[str]:
    """Say who was selected, and what the rows rest on."""
    second = results.plan.design.second_randomisation
    criterion = second.criterion if second else ""
    return [
        f"Stage 2 holds selected participants only: {criterion}. It tells of them, not of all who were randomised.",
        "Claims about all who were randomised rest on stage 1.",
        (
            "Stages together: w × stage 1 + (1 − w) × stage 2, variances added as those of uncorrelated estimates. It "
            "is the difference of neither stage where these differ."
        ),
    ]
