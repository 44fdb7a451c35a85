"""STBT01: how far values spread within persons, by phase and arm, and the ratio of arms or phases."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Variability
from postinfusion.plan.analyses.variability import Phase
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import ratio
from postinfusion.present.tables.columns import is_empty
from postinfusion.present.tables.model_parts import fit_part

WITHIN, LEFT_OUT, RATIO, TEST = "within-person", "left-out", "ratio", "randomisation-test"
PHASE, BEFORE = "phase", "before"
SD, RMSSD, CV = "within-person SD", "RMSSD", "coefficient of variation"
DECISIVE, TWO_STEPS, SUCCESSIVE = SD, f"{SD}, two steps", f"{RMSSD}, two steps"
_NAMED = {SD: "Standard deviation", RMSSD: "Successive differences (RMSSD)", CV: "Coefficient of variation, %"}
_COMPARED = {
    DECISIVE: "Standard deviation within persons (decides)",
    TWO_STEPS: "The same in two steps",
    SUCCESSIVE: "Successive differences (RMSSD), two steps",
}
_LEFT_OUT = {"too few values": "Too few values", "values all alike": "Values all alike"}
_UNCONTROLLED = (
    "Nobody was compared with anybody: a change of spread cannot be told apart from other care, from the course of the "
    "illness and from how often values were taken."
)
_NOTE = (
    "Each participant has a spread of its own; shown is how these are distributed over the participants. A ratio below "
    "1 says that values are steadier."
)
_MORE_DECIMALS = 1


def table(results: Results) -> Table:
    """Give the spreads by phase and arm, their ratios, a test for few participants, and the fit; a block per group.

    Raises
    ------
    ModelError
        The results hold no spread.
    """
    groups = results.rows.loc[results.rows["term"] == WITHIN, ["subgroup", "subgroup_level"]].drop_duplicates()
    if groups.empty:
        raise ModelError(results.failure or "the results hold no spread within persons")
    keys = [{"subgroup": str(by), "subgroup_level": str(level)} for by, level in groups.itertuples(index=False)]
    parts = [part for key in keys for part in (_spreads(results, key), _ratios(results, key))]
    fit = [fit_part(results)] if not keys[0]["subgroup"] else []
    shown = tuple(part for part in (*parts, *fit) if part.rows)
    return Table(label_of(results, "STBT01", _subtitle(results), _notes(results)), shown)


def phase_in_words(phase: str | Phase | None) -> str:
    """Name a phase in a sentence."""
    if isinstance(phase, Phase):
        start = f"from {hours_as_text(phase.start)} " if phase.start is not None else ""
        return f"{start}{f'to {hours_as_text(phase.until)}' if phase.until is not None else 'on'}".strip()
    return {"course": "the course of infusions", "follow-up": "follow-up after the last planned infusion",
            "before": "before time zero"}.get(str(phase), "")  # fmt: skip


def _subtitle(results: Results) -> str:
    """Say what was spread over which phase."""
    analysis = results.analysis
    if not isinstance(analysis, Variability):
        return ""
    label = results.endpoint.label if results.endpoint else ""
    about = "each person's own straight line" if analysis.trend == "linear" else "each person's mean"
    return f"{label}, {phase_in_words(analysis.phase)}, about {about}"


def _spreads(results: Results, group: dict[str, str]) -> Part:
    """Give how many have enough values, and the distribution of the spreads over the persons."""
    rows: list[Row] = []
    analysis = results.analysis
    phases = {PHASE: analysis.phase, BEFORE: analysis.before} if isinstance(analysis, Variability) else {}
    for variable, phase in phases.items():
        own = _phase_rows(results, {"variable": variable, **group})
        if own:
            named = phase_in_words(phase)
            rows += [Row(f"{named[:1].upper()}{named[1:]}"), *own]
    unit = f" ({results.endpoint.unit})" if results.endpoint and results.endpoint.unit else ""
    caption = f"Spread within persons{unit}{_of_group(group)}"
    arms = tuple(arm if group["subgroup"] else results.with_total(arm) for arm in results.arms)
    return Part(("", *arms), tuple(rows), caption)


def _phase_rows(results: Results, key: dict[str, str]) -> list[Row]:
    """Give the rows of one phase."""
    arms = [{**key, "arm": arm} for arm in results.arms]
    rows = [Row("Participants (median number of values)", tuple(_counted(results, arm) for arm in arms), 1)]
    for measure, name in _NAMED.items():
        of = [{**arm, "term": WITHIN, "level": measure} for arm in arms]
        rows += [Row(f"{name}: mean (SD)", tuple(_mean(results, at) for at in of), 1),
                 Row("median (quartiles)", tuple(_median(results, at) for at in of), 2)]  # fmt: skip
    rows += [
        Row(f"{name}, left out", tuple(results.text("n", term=LEFT_OUT, level=level, **arm) for arm in arms), 1)
        for level, name in _LEFT_OUT.items()
    ]
    return [row for row in rows if not is_empty(row)]


def _counted(results: Results, key: dict[str, str]) -> str:
    """Give how many have enough values, and the median of how many they have."""
    of = {**key, "term": "values"}
    return formats.with_bracket(results.text("n", **of), results.printed("median", 0, **of))


def _mean(results: Results, key: dict[str, str]) -> str:
    """Give mean and standard deviation of the spreads."""
    mean, sd = (results.printed(name, results.decimals + _MORE_DECIMALS, **key) for name in ("mean", "sd"))
    return formats.with_bracket(mean, sd)


def _median(results: Results, key: dict[str, str]) -> str:
    """Give median and quartiles of the spreads."""
    values = [results.printed(name, results.decimals + _MORE_DECIMALS, **key) for name in ("median", "q1", "q3")]
    return formats.with_bracket(values[0], formats.interval(*values[1:]))


def _ratios(results: Results, group: dict[str, str]) -> Part:
    """Give the ratios with their intervals and tests, and the test for few participants below."""
    found = results.rows[results.rows["term"] == RATIO]
    found = found.loc[found["subgroup_level"] == group["subgroup_level"], ["arm", "comparator"]]
    pairs = list(found.drop_duplicates().itertuples(index=False, name=None))
    rows: list[Row] = []
    for arm, against in pairs:
        key = {"variable": PHASE, "arm": str(arm), "comparator": str(against), **group}
        if len(pairs) > 1:
            rows.append(Row(f"{arm} / {against}"))
        indent = 1 if len(pairs) > 1 else 0
        rows += [Row(name, _ratio(results, {**key, "term": RATIO, "level": level}), indent)
                 for level, name in _COMPARED.items()]  # fmt: skip
        rows += _tested(results, {**key, "term": TEST, "level": TWO_STEPS}, indent)
    headings = ("Ratio", "Participants", f"Estimate ({results.confidence} CI)", "df", "p")
    return Part(headings, tuple(row for row in rows if not row.cells or any(row.cells)), _caption(pairs, group))


def _caption(pairs: list[tuple[str, str]], group: dict[str, str]) -> str:
    """Say what is divided by what."""
    compared = f"{pairs[0][0]} / {pairs[0][1]}" if len(pairs) == 1 and pairs[0][1] else ""
    within = "the phase / the earlier phase, within persons" if pairs and not pairs[0][1] else ""
    named = compared or within
    return f"Ratio of spreads{f', {named}' if named else ''}{_of_group(group)}"


def _ratio(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one ratio."""
    if not results.text("estimate", **key):
        return ("", "", "", "")
    return (results.text("n_participants", **key), ratio(results, key), results.text("df", **key),
            results.text("p_value", **key))  # fmt: skip


def _tested(results: Results, key: dict[str, str], indent: int) -> list[Row]:
    """Give the test by the randomisation, or by signs, with the smallest p that it could have given."""
    p = results.text("p_value", **key)
    if not p:
        return []
    name = "Randomisation test" if key["comparator"] else "Sign-flip test"
    smallest = results.text("smallest_p", **key)
    return [Row(f"{name} of few participants (smallest possible p {smallest})", ("", "", "", p), indent)]


def _of_group(group: dict[str, str]) -> str:
    """Name the group of participants."""
    return f": {group['subgroup_level']}" if group["subgroup_level"] else ""


def _notes(results: Results) -> tuple[str, ...]:
    """Say what a ratio means, how it was made, and what was not done."""
    failed = [f"Not compared: {text}." for text in results.values_of("error", stat_name="error") if text]
    warnings = map(formats.as_sentence, results.warnings())
    alone = (_UNCONTROLLED,) if not results.comparisons else ()
    return (*alone, _NOTE, *failed, *warnings)
