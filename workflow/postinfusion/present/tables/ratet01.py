"""RATET01: rates of events by visit, rate ratios and abstinence."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.among_words import left_out_note
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import binary_headings, binary_notes, binary_rows, ratio
from postinfusion.present.tables.link_parts import coefficients_on, wald_tests_part
from postinfusion.present.tables.model_parts import fit_part

MODELS = {"rate": "Negative binomial mixed model", "rate by estimating equations": "Estimating equations"}
_NOTE = (
    "Rates of a model are the events expected in the window, averaged over the covariates of the analysed records. The "
    "mixed model decides; the estimating equations stand beside it as a sensitivity analysis."
)
_RATE_DECIMALS = 1


def table(results: Results) -> Table:
    """Give observed counts, rates and their ratios by visit, abstinence, the model's terms and its fit.

    Raises
    ------
    ModelError
        The results hold no counts.
    """
    visits = [visit for visit in results.values_of("visit", term="observed") if visit]
    if not visits:
        raise ModelError(results.failure or "the results hold no counts of events")
    parts = (_rates(results, visits), _abstinence(results), wald_tests_part(results),
             coefficients_on(results, "Log rate"), fit_part(results))  # fmt: skip
    not_done = tuple(f"Not done: {text}." for text in results.values_of("error", term="fit", stat_name="error"))
    notes = (*left_out_note(results), _NOTE, *binary_notes(results), *not_done)
    return Table(label_of(results, "RATET01", _subtitle(results), notes), tuple(part for part in parts if part.rows))


def _rates(results: Results, visits: list[str]) -> Part:
    """Give the block of counts, rates and ratios, with a row for the mean log rate ratio over the visits."""
    rows: list[Row] = []
    for visit in visits:
        at = {"variable": "count", "visit": visit}
        rows += [Row(visit), Row("Observed mean (participants; events)", _observed(results, visit), 1)]
        rows += [Row(name, cells, 1) for level, name in MODELS.items() if any(cells := _modelled(results, at, level))]
    average = {"variable": "count", "visit": "average"}
    over = [(name, _modelled(results, average, level)) for level, name in MODELS.items()]
    if any(any(cells) for _, cells in over):
        rows += [Row("Mean over the visits"), *(Row(name, cells, 1) for name, cells in over if any(cells))]
    return Part(("Visit", *_headings(results)), tuple(rows), f"{_window(results)} and their ratios")


def _headings(results: Results) -> tuple[str, ...]:
    """Give the headings of arms and comparisons."""
    pairs, level = results.comparisons, results.confidence
    named = [f", {arm} against {against}" for arm, against in pairs]
    arms = tuple(f"{results.with_total(arm)}: rate ({level} CI)" for arm in results.arms)
    return (*arms, *(heading for name in named for heading in (f"Rate ratio{name} ({level} CI)", "p")))


def _observed(results: Results, visit: str) -> tuple[str, ...]:
    """Give mean, participants and events of each arm; nothing is compared."""
    cells = []
    for arm in results.arms:
        key = {"visit": visit, "arm": arm, "term": "observed"}
        n, events = results.text("n", **key), results.text("n_events", **key)
        mean = results.printed("mean", _RATE_DECIMALS, **key)
        cells.append(formats.with_bracket(mean, f"{n}; {events}") if mean and events else n)
    return (*cells, *[""] * (2 * len(results.comparisons)))


def _modelled(results: Results, at: dict[str, str], level: str) -> tuple[str, ...]:
    """Give the rates of the arms and the ratios of one model at one visit."""
    cells = [_rate(results, {**at, "level": level, "term": "rate", "arm": arm}) for arm in results.arms]
    for arm, against in results.comparisons:
        key = {**at, "level": level, "term": "ratio", "arm": arm, "comparator": against}
        cells += [ratio(results, key) if results.text("estimate", **key) else "", results.text("p_value", **key)]
    return tuple(cells)


def _rate(results: Results, key: dict[str, str]) -> str:
    """Give a rate with its interval; at the mean over the visits there is none."""
    if sign := results.sign("estimate", **key):
        return sign
    texts = [results.printed(name, _RATE_DECIMALS, **key) for name in ("estimate", "conf_low", "conf_high")]
    return formats.with_bracket(texts[0], formats.interval(*texts[1:])) if texts[0] else ""


def _abstinence(results: Results) -> Part:
    """Give the shares without any event in the window."""
    visits = [visit for visit in results.values_of("visit", variable="abstinence", term="proportion") if visit]
    rows: list[Row] = []
    for visit in visits:
        rows += binary_rows(results, visit, {"variable": "abstinence", "visit": visit})
    return Part(("Visit", *binary_headings(results)), tuple(rows), "Abstinence: no event in the window")


def _window(results: Results) -> str:
    """Name the rate with its window: ``Events in 28 days``, ``Errors in 64 trials``."""
    days = results.endpoint.days if results.endpoint else None
    if not days and (window := results.said("window", term="fit")):
        return f"{results.endpoint.unit if results.endpoint else 'events'} in {window}".capitalize()
    unit = results.endpoint.unit if results.endpoint else "events"
    return f"{unit[:1].upper()}{unit[1:]} in {days:g} days" if days else "Events"


def _subtitle(results: Results) -> str:
    """Say what was modelled."""
    return "Negative binomial mixed model, rate ratios and abstinence" if results.said("formula", term="fit") else ""
