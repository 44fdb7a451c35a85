"""Blocks of tables of vital signs and ratings around an infusion."""

from __future__ import annotations

from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.plan.analyses import CourseMeasure, InfusionCoursePart
from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.infusion_course import hours_of
from postinfusion.present.results import Results
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share

PEAK_NOTE = (
    "The peak is the highest (or lowest) of several readings: chance alone puts it above (below) the mean course, in "
    "each arm. The area lies between the course and the value before, on the side of the peak."
)
RETURN_NOTE = (
    "Back: of the infusions that left the band, the share back by then (Turnbull's estimate of times between two "
    "readings; exact limits at the effective number of infusions, found by resampling participants). By the first "
    "minute none can have been seen out of the band and back. Median: between which minutes it lies."
)
MINUTES_NOTE = (
    "Differences by minute are those of one mixed model of all minutes, with participant and infusion within "
    "participant as random effects, each with an intercept and a height of the pulse."
)
RANKS_NOTE = (
    "Higher by ranks: of all pairs of a participant of each arm, the share in which the mean over the infusions is "
    "higher in the first, ties as half, with the p value of a rank test."
)


def minutes_part(results: Results, analysis: InfusionCoursePart, measure: CourseMeasure) -> Part:
    """Give value and change by minute and arm, with the model's difference where there is one."""
    pairs = results.comparisons if measure.model in {"mean", "log1p"} else ()
    kind = _difference_of_changes(results) if measure.model == "mean" else "Ratio of (1 + value)"
    heads = [f"{kind}{f', {arm} − {against}' if len(pairs) > 1 else ''} ({results.confidence} CI)"
             for arm, against in pairs]  # fmt: skip
    heads += [f"{arm} higher by ranks, % (p)" for arm, _ in pairs if measure.model == "log1p"]
    of_arms = [f"{arm}: {what}" for arm in results.arms for what in ("n", "value", "change")]
    rows = []
    for minute in analysis.minutes_of(measure):
        key = {"time": hours_of(minute)}
        cells = [cell for arm in results.arms for cell in _described(results, measure, {**key, "arm": arm})]
        compared = [{**key, "arm": arm, "comparator": other} for arm, other in pairs]
        cells += [_compared(results, measure, of_pair) for of_pair in compared]
        cells += [_by_ranks(results, of_pair) for of_pair in compared if measure.model == "log1p"]
        rows.append(Row("Before" if minute == 0 else f"{minute} min", tuple(cells)))
    return Part(("Minute", *of_arms, *heads), tuple(rows), measure.name)


def _difference_of_changes(results: Results) -> str:
    """Name the difference by minute: of all minutes together, where their model was fitted, or each alone."""
    together = results.values_of("level", term="covariance")
    by_minute = results.values_of("time", variable="CHG", term="difference")
    return "Difference of changes, each minute alone" if any(by_minute) and not together else "Difference of changes"


def infusions_part(results: Results, analysis: InfusionCoursePart, measure: CourseMeasure) -> Part:
    """Give value and change by number of the infusion, minute and arm."""
    of_arms = [f"{arm}: {what}" for arm in results.arms for what in ("n", "value", "change")]
    rows: list[Row] = []
    for group in results.values_of("subgroup_level", subgroup="infusion", variable="AVAL", stat_name="mean"):
        own = {"subgroup": "infusion", "subgroup_level": group}
        rows.append(Row(f"Infusion {group}"))
        for minute in analysis.minutes_of(measure):
            keys = [{"time": hours_of(minute), "arm": arm, **own} for arm in results.arms]
            cells = tuple(cell for key in keys for cell in _described(results, measure, key))
            rows.append(Row("Before" if minute == 0 else f"{minute} min", cells, 1))
    return Part(("Minute", *of_arms), tuple(rows), f"{measure.name}, by number of the infusion")


def _described(results: Results, measure: CourseMeasure, key: dict[str, str]) -> tuple[str, str, str]:
    """Give number, value and change of one arm at one minute."""

    def text(name: str, variable: str) -> str:
        return results.printed(name, measure.decimals, variable=variable, **key)

    changed = formats.with_bracket(
        text("mean", "CHG"), formats.interval(text("conf_low", "CHG"), text("conf_high", "CHG"))
    )
    return text("n", "AVAL"), formats.with_bracket(text("mean", "AVAL"), text("sd", "AVAL")), changed


def _compared(results: Results, measure: CourseMeasure, key: dict[str, str]) -> str:
    """Give the difference, or the ratio, of two arms at one minute."""
    term = "difference" if measure.model == "mean" else "ratio"
    return estimate(
        results, measure.decimals, {**key, "term": term, **({} if term == "ratio" else {"variable": "CHG"})}
    )


def _by_ranks(results: Results, key: dict[str, str]) -> str:
    """Give the share of pairs in which the arm is higher, with the p value of the test of ranks."""
    share = formats.percentage_points(results.value("estimate", **key, term="rank-test"))
    return formats.with_bracket(share, results.text("p_value", **key, term="rank-test"))


def estimate(results: Results, decimals: int, key: dict[str, str]) -> str:
    """Give an estimate with its interval."""
    texts = [results.printed(name, decimals, **key) for name in ("estimate", "conf_low", "conf_high")]
    return formats.with_bracket(texts[0], formats.interval(texts[1], texts[2]))


def limits_part(results: Results, measure: CourseMeasure) -> Part:
    """Give the infusions and participants beyond each limit."""
    rows: list[Row] = []
    for limit in measure.limits:
        name = limit.name.replace(" -", f" {formats.MINUS}")
        rows.append(Row(f"{name[:1].upper()}{name[1:]}"))
        for level in ("infusions", "participants"):
            key = {"variable": "incidence", "level": level,
                   "term": f"{measure.measure} {limit.name}"}  # fmt: skip
            cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
            rows.append(Row(level.capitalize(), (*cells, *risk_differences(results, **key)), 1))
    heads = ("Limit", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    return Part(heads, tuple(rows), measure.name)


def peaks_part(results: Results, analysis: InfusionCoursePart, measure: CourseMeasure) -> Part:
    """Give peak, its change and minute, area, and return by arm."""
    names = {"peak": "Peak", "peak-change": "Change at the peak", "peak-minute": "Minute of the peak",
             "area": f"Area ({measure.unit or 'points'} × min)"}  # fmt: skip
    rows = []
    for variable, name in names.items():
        cells = tuple(_quartiles(results, measure, variable, arm) for arm in results.arms)
        rows.append(Row(f"{name}: median (quartiles)", cells))
    key = {"variable": "CHG", "level": "peak"}
    means = tuple(
        estimate(results, measure.decimals, {**key, "term": "marginal-mean", "arm": arm}) for arm in results.arms
    )
    if any(means):
        rows.append(Row(f"Change at the peak: adjusted mean ({results.confidence} CI)", means))
    if refused := results.values_of("error", term="fit", stat_name="error"):
        sign = formats.SUPPRESSED if SUPPRESSED in refused else formats.NOT_ESTIMABLE
        rows.append(Row("Comparison by a model", tuple(sign if results.total(arm) else "" for arm in results.arms)))
    rows += _return_rows(results, analysis, measure) if measure.has_return else []
    rows += [Row(f"Worst value {level}", tuple(
        share(results, variable="worst", level=level, arm=arm) for arm in results.arms))
        for level in results.values_of("level", variable="worst")]  # fmt: skip
    return Part(("", *(results.with_total(arm) for arm in results.arms)), tuple(rows), measure.name)


def compared_part(results: Results, measure: CourseMeasure) -> Part:
    """Give the comparisons of the peak, the average over the minutes and the worst value between arms."""
    of_change = {"variable": "CHG", "term": "difference"}
    lines = {
        "Change at the peak: difference": (measure.decimals, {**of_change, "level": "peak"}),
        "Change, average over the minutes: difference": (measure.decimals, {**of_change, "level": "average"}),
        "Odds ratio of a worse value": (1, {"term": "common-odds-ratio"}),
    }
    rows = []
    for name, (decimals, key) in lines.items():
        pairs = [{**key, "arm": arm, "comparator": other} for arm, other in results.comparisons]
        cells = tuple(estimate(results, decimals, pair) for pair in pairs)
        rows += [Row(name, cells)] if any(cells) else []
    heads = (f"{arm} against {other} ({results.confidence} CI)" for arm, other in results.comparisons)
    return Part(("", *heads), tuple(rows), f"{measure.name}: arms compared")


def _quartiles(results: Results, measure: CourseMeasure, variable: str, arm: str) -> str:
    """Give the median with quartiles over infusions."""
    key = {"variable": variable, "arm": arm}
    texts = [results.printed(name, measure.decimals, **key) for name in ("median", "q1", "q3")]
    return formats.with_bracket(texts[0], formats.interval(texts[1], texts[2]))


def _return_rows(results: Results, analysis: InfusionCoursePart, measure: CourseMeasure) -> list[Row]:
    """Give the infusions that left the band, and the shares that were back."""
    key = {"variable": "return"}
    rows = [Row(f"Left the band ({measure.band})", tuple(
        share(results, **key, level="left", arm=arm) for arm in results.arms))]  # fmt: skip
    for minute in analysis.minutes_of(measure)[2:]:
        at = {**key, "level": "back", "time": hours_of(minute)}
        rows.append(
            Row(f"Back by {minute} min", tuple(_share_back(results, {**at, "arm": arm}) for arm in results.arms), 1)
        )
    ends = tuple(
        formats.interval(
            *(results.printed(name, 0, **key, level="median", arm=arm) for name in ("region_low", "region_high"))
        )
        for arm in results.arms
    )
    return [*rows, Row("Median, min", ends, 1)]


def _share_back(results: Results, key: dict[str, str]) -> str:
    """Give the share that was back, in per cent, with its limits."""
    text = results.text("proportion", **key)
    limits = formats.interval(
        *(formats.percentage_points(results.value(at, **key)) for at in ("conf_low", "conf_high"))
    )
    return formats.with_bracket(
        f"{text}{formats.NO_BREAK}%" if text and text not in formats.WITHOUT_VALUE else text, limits
    )
