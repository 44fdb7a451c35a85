"""What displays say of a model over time: its origin of time, its band, and onset, peak, duration and area."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from postinfusion.plan.analyses import Trajectory
from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES

EXPLORATORY = (
    "Exploratory: the model conditions on infusions given after randomisation, which depend on how the participants "
    "fared. It decides no claim."
)
TERM = "effect-feature"
FEATURES = {
    "onset": "Onset of an important benefit",
    "peak": "Time of the largest benefit",
    "peak-benefit": "Largest benefit",
    "duration": "End of the important benefit",
    "half-benefit": "Half of the largest benefit left",
    "area": "Area under the benefit",
}
TIMES = ("onset", "peak", "duration", "half-benefit")
_LONG = 48.0
_BEYOND = ("≤", ">")


def time_text(hours: float) -> str:
    """Give a time that was estimated: in hours below two days, else in days.

    >>> time_text(4.0), time_text(31.26), time_text(1008.2)
    ('4 h', '31.3 h', '42.0 d')
    """
    if hours >= _LONG:
        return f"{formats.number(hours / 24, 1)} d".replace(".0 d", " d") if hours % 24 == 0 else f"{hours / 24:.1f} d"
    return f"{hours:.0f} h" if hours == round(hours) else f"{hours:.1f} h"


def origin(results: Results) -> str:
    """Say what time counts from."""
    analysis = results.analysis
    if isinstance(analysis, Trajectory) and analysis.since == "last-infusion":
        return f"the last {'planned ' if analysis.infusions == 'planned' else ''}infusion before the assessment"
    return TIME_ZERO_NAMES[results.plan.design.time_zero]


def is_exploratory(results: Results) -> bool:
    """Say whether the model conditions on what happened after randomisation."""
    return isinstance(results.analysis, Trajectory) and results.analysis.is_exploratory(results.plan.design.kind)


def curve_key(results: Results) -> list[dict[str, str]]:
    """Give the key of each curve: of each comparison, or of the only arm."""
    compared = [{"arm": arm, "comparator": against} for arm, against in results.comparisons]
    return compared or [{"arm": arm} for arm in results.arms]


def curve_name(key: Mapping[str, str]) -> str:
    """Name a curve: the arms that are compared, or the only arm."""
    return f"{key['arm']} − {key['comparator']}" if "comparator" in key else key["arm"]


def instant(results: Results, stat_name: str, level: str, key: Mapping[str, str]) -> str:
    """Give one time of the curve, with the sign of its censoring; empty without such a row."""
    at = {"term": TERM, "level": level, **key}
    said, hours = results.said(stat_name, **at), results.value(stat_name, **at)
    if hours is None or said[:1] not in ("", *_BEYOND):
        return said
    if isnan(hours):
        return formats.NOT_ESTIMABLE
    return f"{said[:1]} {time_text(hours)}" if said else time_text(hours)


def feature_text(results: Results, level: str, key: Mapping[str, str]) -> str:
    """Give one feature with its interval."""
    if level in TIMES:
        estimate, low, high = (instant(results, name, level, key) for name in ("estimate", "conf_low", "conf_high"))
    else:
        at = {"term": TERM, "level": level, **key}
        estimate, low, high = (results.text(name, **at) for name in ("estimate", "conf_low", "conf_high"))
    between = low if low == high else formats.interval(low, high)
    return formats.with_bracket(estimate, between)


def problem(results: Results, level: str, key: Mapping[str, str]) -> str:
    """Give the reason why the data do not tell a feature; empty where they do."""
    rows = results.rows
    found = rows[(rows["term"] == TERM) & (rows["level"] == level) & (rows["arm"] == key["arm"])]
    reasons = [str(text) for text in found["error"] if text]
    return reasons[0] if reasons else ""


def band_in_words(results: Results, key: Mapping[str, str]) -> str:
    """Say over which times the band holds: ``4 h to 84 d, 103 times``; empty without a band."""
    low, high = (results.value(name, term="band", **key) for name in ("grid_from", "grid_until"))
    if low is None or high is None:
        return ""
    return f"{time_text(low)} to {time_text(high)}, {results.text('n_points', term='band', **key)} times"
