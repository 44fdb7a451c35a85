"""The verdicts on the claims as they are printed: one record for each claim, one for each result that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import pandas as pd

from postinfusion.ard.query import select
from postinfusion.instruments import catalogue
from postinfusion.plan.claim_catalogue import CATALOGUE, GROUP_NAMES, ClaimGroup
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.rules import PRIMARY
from postinfusion.present import formats
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import Method, Verdict

ANALYSIS_ID = "claims"
RATIO_DECIMALS = 2
_PERCENT_DECIMALS = 1
_KEY = ("variable", "visit", "time", "arm", "comparator", "subgroup", "subgroup_level", "level", "term")
_ESTIMATES = ("estimate", "proportion", "risk_difference")
_SHARE, _POINT, _HARM = "share", "decides", "harm"
_TWO_ARMS = 2
RATIOS = {
    "ratio": "ratio",
    "rate-ratio": "rate ratio",
    "odds-ratio": "odds ratio",
    "common-odds-ratio": "odds ratio",
    "hazard-ratio": "hazard ratio",
}
"""The terms of results that are ratios, with their words."""
_RATIOS_OF = {
    Method.COUNTS: "rate ratio",
    Method.TIMED_TASK: "ratio of times",
    Method.VARIABILITY: "ratio of standard deviations",
}
"""The words for a plain ratio, by the method that gives it."""


@dataclass(frozen=True)
class Evidence:
    """One result behind a verdict, in printed pieces.

    Attributes
    ----------
    name
        What it is: endpoint and time, or kind of event.
    analysis_id
        The analysis that it comes from.
    estimate, interval, n, threshold, structure, missing, tipping
        The printed pieces; empty where there are none.
    verdict
        What it says by itself; empty for a claim of one result.
    benefit, benefit_low, benefit_high
        In standard deviations at baseline, more is better; None where it is not on that scale.
    standardised
        The same as it is printed, with its interval.
    excess
        Upper limit of the difference of a harm minus its margin; None without both.
    """

    name: str
    analysis_id: str
    estimate: str = ""
    interval: str = ""
    n: str = ""
    threshold: str = ""
    structure: str = ""
    missing: str = ""
    tipping: str = ""
    verdict: str = ""
    benefit: float | None = None
    benefit_low: float | None = None
    benefit_high: float | None = None
    standardised: str = ""
    excess: float | None = None

    @property
    def with_interval(self) -> str:
        """The estimate with its interval in brackets."""
        return formats.with_bracket(self.estimate, self.interval)


@dataclass(frozen=True)
class ShownClaim:
    """One claim with its verdict and what that rests on.

    Attributes
    ----------
    id, words, group
        Which claim, and where it stands.
    verdict, qualifiers, reason
        As the results say.
    is_prespecified
        All that decides it was laid down before the data were seen.
    evidence
        The results that decide it.
    differing
        The sensitivity analyses with another verdict, each with it.
    """

    id: str
    words: str
    group: ClaimGroup
    verdict: Verdict
    qualifiers: tuple[str, ...]
    reason: str
    is_prespecified: bool
    evidence: tuple[Evidence, ...]
    differing: tuple[str, ...] = ()

    @property
    def is_testable(self) -> bool:
        """The data can say something about it."""
        return self.verdict is not Verdict.NOT_TESTABLE

    @property
    def in_words(self) -> str:
        """The verdict with its qualifiers."""
        return formats.with_bracket(self.verdict.value, ", ".join(self.qualifiers))

    @property
    def with_reason(self) -> str:
        """The verdict with its qualifiers, why it is no better, and what makes it fragile."""
        why = "" if self.verdict is Verdict.SUPPORTED else self.reason
        fragile = f"sensitivity: {', '.join(self.differing)}" if self.differing else ""
        return ": ".join(part for part in (self.in_words, "; ".join(filter(None, (why, fragile)))) if part)

    def of_point(self, one: Evidence) -> str:
        """Give what one of the results says; with the claim's qualifiers where it says the same as the claim."""
        is_same = one.verdict in {"", self.verdict.value}
        return self.in_words if is_same else one.verdict


def claims_of(plan: Plan, ard: pd.DataFrame) -> tuple[ShownClaim, ...]:
    """Give every judged claim in the order of its group; none where the results hold no verdicts.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial, with the verdicts.
    """
    results = results_of(plan, ard, ANALYSIS_ID)
    verdicts = select(results.rows, term="claim", stat_name="verdict")
    keys, sensitivities = _keys(results.rows), _sensitivities(results.rows)
    found = [
        _shown(results, claim, keys.get(claim, []), sensitivities.get(claim, []), is_prespecified=bool(prespecified))
        for claim, prespecified in zip(verdicts["variable"], verdicts["prespecified"], strict=True)
        if claim != PRIMARY
    ]
    order = list(ClaimGroup)
    return tuple(sorted(found, key=lambda claim: order.index(claim.group)))


def primary_claim(plan: Plan, ard: pd.DataFrame) -> ShownClaim | None:
    """Give the primary estimand as a claim; None where the results hold no verdict on it.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial, with the verdicts.
    """
    results = results_of(plan, ard, ANALYSIS_ID)
    rows = select(results.rows, variable=PRIMARY, term="claim", stat_name="verdict")
    of_claim = select(results.rows, variable=PRIMARY)
    keys, sensitivities = _keys(of_claim).get(PRIMARY, []), _sensitivities(of_claim).get(PRIMARY, [])
    is_prespecified = bool(rows["prespecified"].all())
    return _shown(results, PRIMARY, keys, sensitivities, is_prespecified=is_prespecified) if len(rows) else None


def primary_verdict(plan: Plan, ard: pd.DataFrame) -> str:
    """Give the verdict on the primary estimand with its qualifiers; empty where there is none."""
    results = results_of(plan, ard, ANALYSIS_ID)
    said = {name: results.said(name, variable=PRIMARY, term="claim") for name in ("verdict", "qualifiers", "reason")}
    if said["verdict"] == Verdict.NOT_TESTABLE.value:
        return f"{said['verdict']}: {said['reason']}"
    return formats.with_bracket(said["verdict"], said["qualifiers"].replace("; ", ", "))


def by_group(claims: tuple[ShownClaim, ...]) -> list[tuple[str, tuple[ShownClaim, ...]]]:
    """Give the name of each group with its claims."""
    return [(GROUP_NAMES[group], tuple(found)) for group, found in groupby(claims, key=lambda claim: claim.group)]


def without_ketamine(plan: Plan, claims: tuple[ShownClaim, ...]) -> str:
    """Say in place of the catalogue's claims that no arm received ketamine, or that none is said to; else nothing."""
    number = sum(claim.id in CATALOGUE for claim in claims)
    if plan.claims.asks_the_catalogue or not number:
        return ""
    untold = "The plan does not say that this trial gave ketamine"
    reason = untold if plan.claims.treatment is None else "No arm of this trial received ketamine"
    return f"{reason}: the {number} claims about it are not testable with these data."


def _keys(rows: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """Give for each claim the keys of the results that decide it, in their order."""
    named = rows["term"].isin([_POINT, _SHARE, _HARM]) & rows["stat_name"].isin(_ESTIMATES)
    found: dict[str, list[dict[str, str]]] = {}
    for record in rows.loc[named, list(_KEY)].to_dict("records"):
        key = {str(name): str(value) for name, value in record.items()}
        found.setdefault(key["variable"], []).append(key)
    return found


def _sensitivities(rows: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Give for each claim its sensitivity analyses with their verdicts, in their order."""
    told = select(rows, term="sensitivity", stat_name=["analysis", "verdict"])
    by_place = told.pivot_table(index=["variable", "level"], columns="stat_name", values="stat_text", aggfunc="first")
    found: dict[str, list[tuple[str, str]]] = {}
    for record in by_place.reindex(columns=["analysis", "verdict"]).dropna().reset_index().to_dict("records"):
        found.setdefault(str(record["variable"]), []).append((str(record["analysis"]), str(record["verdict"])))
    return found


def _shown(
    results: Results,
    claim: str,
    keys: list[dict[str, str]],
    sensitivities: list[tuple[str, str]],
    *,
    is_prespecified: bool,
) -> ShownClaim:
    """Give one claim."""
    entry, known = results.plan.claims.judged.get(claim), CATALOGUE.get(claim)
    said = {name: results.said(name, variable=claim, term="claim") for name in ("verdict", "qualifiers", "reason")}
    group = (entry.group if entry else None) or (known.group if known else ClaimGroup.PERSON)
    return ShownClaim(
        id=claim,
        words=(entry.words if entry else "") or (known.words if known else ""),
        group=group,
        verdict=Verdict(said["verdict"]),
        qualifiers=tuple(text for text in said["qualifiers"].split("; ") if text),
        reason=said["reason"],
        is_prespecified=is_prespecified,
        evidence=tuple(_MAKERS[key["term"]](results, key, is_one=len(keys) == 1) for key in keys),
        differing=_differing(sensitivities, said["verdict"]),
    )


def _differing(sensitivities: list[tuple[str, str]], verdict: str) -> tuple[str, ...]:
    """Give the sensitivity analyses of a claim that have another verdict, each with it."""
    same = {verdict, Verdict.NOT_TESTABLE.value}
    return tuple(dict.fromkeys(f"{analysis} {other}" for analysis, other in sensitivities if other not in same))


def _of_estimate(results: Results, key: dict[str, str], *, is_one: bool) -> Evidence:
    """Give an estimate in printed pieces."""
    analysis_id = results.said("analysis", **key)
    endpoint = results.plan.endpoints.get(getattr(results.plan.analyses[analysis_id], "endpoint", ""))
    ratio = _ratio_name(results, key, analysis_id)
    decimals = RATIO_DECIMALS - 1 if ratio else endpoint.decimals if endpoint else 0
    unit = "" if ratio or endpoint is None else endpoint.unit

    def text(name: str) -> str:
        return results.printed(name, decimals, **key)

    return Evidence(
        name=_name(results, key, endpoint.label if endpoint else analysis_id),
        analysis_id=analysis_id,
        estimate=f"{ratio} {text('estimate')} {unit}".strip(),
        interval=formats.interval(text("conf_low"), text("conf_high")),
        n=_by_arm(results, key, "n"),
        threshold=_threshold(results, key, decimals),
        structure=formats.structure_name(results.said("structure", **key)),
        missing=_by_arm(results, key, "share_missing", " %"),
        tipping=_tipping(results, key, decimals),
        verdict="" if is_one else results.said("verdict", **key),
        benefit=_finite(results.value("benefit", **key)),
        benefit_low=_finite(results.value("benefit_low", **key)),
        benefit_high=_finite(results.value("benefit_high", **key)),
        standardised=_standardised(results, key),
    )


def _ratio_name(results: Results, key: dict[str, str], analysis_id: str) -> str:
    """Give the words for a ratio; empty for what is none."""
    term = results.said("estimate_term", **key)
    of_method = _RATIOS_OF.get(results.plan.analyses[analysis_id].method, "") if term == "ratio" else ""
    return of_method or RATIOS.get(term, "")


def _of_share(results: Results, key: dict[str, str], *, is_one: bool) -> Evidence:  # noqa: ARG001 - one signature
    """Give a share in printed pieces."""
    share = results.text("proportion", **key)
    low, high = (_percent(results, name, key) for name in ("conf_low", "conf_high"))
    limit, source = _percent(results, "limit", key), results.said("threshold_source", **key)
    n, total = results.text("n", **key), results.text("n_total", **key)
    return Evidence(
        name=key["arm"],
        analysis_id=_analysis_of(results, key["variable"]),
        estimate=share if share in formats.WITHOUT_VALUE else f"{share} %",
        interval=formats.interval(low, high),
        n=n if n in formats.WITHOUT_VALUE else f"{n} of {total}",
        threshold=f"{limit} % ({source})" if limit else "",
    )


def _of_harm(results: Results, key: dict[str, str], *, is_one: bool) -> Evidence:  # noqa: ARG001 - one signature
    """Give a risk difference in printed pieces."""
    low, high = (_percent(results, name, key) for name in ("conf_low", "conf_high"))
    margin = _percent(results, "margin", key)
    high_limit, allowed = (_finite(results.value(name, **key)) for name in ("conf_high", "margin"))
    difference = results.text("risk_difference", **key)
    return Evidence(
        name=f"{key['level'].capitalize()}, {key['arm']} − {key['comparator']}",
        analysis_id=_analysis_of(results, key["variable"]),
        estimate=difference if difference in formats.WITHOUT_VALUE else f"{difference} percentage points",
        interval=formats.interval(low, high),
        n=_by_arm(results, key, "n"),
        threshold=f"{margin} percentage points{_margin_source(results, key)}" if margin else "",
        excess=None if high_limit is None or allowed is None else high_limit - allowed,
    )


def _name(results: Results, key: dict[str, str], endpoint: str) -> str:
    """Name an estimate: endpoint, time, the arms where there are more than two, and the group."""
    when = key["visit"] or (hours_as_text(float(key["time"])) if key["time"] else "")
    when = when.replace(" ", formats.NO_BREAK)
    compared = f"{key['arm']} − {key['comparator']}" if len(results.arms) > _TWO_ARMS else ""
    arms = compared if key["comparator"] else "uncontrolled"
    return ", ".join(
        part for part in (f"{endpoint} at {when}" if when else endpoint, arms, key["subgroup_level"]) if part
    )


def _analysis_of(results: Results, claim: str) -> str:
    """Give the analysis that the plan names for a claim."""
    entry = results.plan.claims.judged.get(claim)
    return entry.decides[0].analysis if entry and entry.decides else ""


def _by_arm(results: Results, key: dict[str, str], name: str, sign: str = "") -> str:
    """Give a statistic of each arm that is compared, in the order of the comparison."""
    arms = [arm for arm in (key["arm"], key["comparator"]) if arm]
    texts = [results.text(name, **{**key, "arm": arm, "comparator": ""}) for arm in arms]
    return " / ".join(f"{text}{'' if text in formats.WITHOUT_VALUE else sign}" for text in texts if text)


def _threshold(results: Results, key: dict[str, str], decimals: int) -> str:
    """Give the difference that matters with its source, or the margin."""
    important = results.printed("important_difference", decimals, **key)
    source = results.said("threshold_source", **key)
    margin = results.printed("margin", decimals, **key)
    if important:
        return f"{important} ({source})"
    return f"margin {margin}{_margin_source(results, key)}" if margin else ""


def _margin_source(results: Results, key: dict[str, str]) -> str:
    """Give where the margin of a claim comes from, in brackets: the claim says it, or the endpoint."""
    entry = results.plan.claims.judged.get(key["variable"])
    named = results.said("analysis", **key)
    analysis = results.plan.analyses.get(named)
    endpoint = results.plan.endpoints.get(getattr(analysis, "endpoint", ""))
    source = (entry.margin_source if entry else "") or (endpoint.margin_source if endpoint else "")
    return f" ({source})" if source else ""


def _tipping(results: Results, key: dict[str, str], decimals: int) -> str:
    """Give the shift or the factor at which the verdict tips, and to which."""
    factor, then = results.printed("tipping_factor", RATIO_DECIMALS - 1, **key), results.said("tipped_verdict", **key)
    if factor or then == "no possible value":
        return f"× {factor}, then {then}" if factor else then
    shift, value = results.printed("tipping_shift", decimals, **key), results.value("tipping_shift", **key)
    if not shift or value is None:
        return shift
    analysis = results.plan.analyses[results.said("analysis", **key)]
    endpoint = results.plan.endpoints.get(getattr(analysis, "endpoint", ""))
    widest = catalogue.width(endpoint.measure, endpoint.score, results.plan.instruments) if endpoint else None
    if widest is not None and value > widest:
        return "no possible value"
    unit = f" {endpoint.unit}" if endpoint else ""
    return f"{shift}{unit}, then {then}"


def _standardised(results: Results, key: dict[str, str]) -> str:
    """Give the benefit in standard deviations with its interval; empty where it is not on that scale."""
    benefit, low, high = (results.text(name, **key) for name in ("benefit", "benefit_low", "benefit_high"))
    return formats.with_bracket(f"{benefit} SD" if benefit else "", formats.interval(low, high))


def _percent(results: Results, name: str, key: dict[str, str]) -> str:
    """Give a share in percent with one decimal; empty without it."""
    sign, value = results.sign(name, **key), results.value(name, **key)
    return sign or ("" if value is None else formats.number(100 * value, _PERCENT_DECIMALS))


def _finite(value: float | None) -> float | None:
    """Give a number; None for one that is not there or not finite."""
    return value if value is not None and value == value else None  # noqa: PLR0124 - not NaN


_MAKERS = {_POINT: _of_estimate, _SHARE: _of_share, _HARM: _of_harm}
