"""Invented trials with results that have every row the displays read; the numbers mean nothing."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from displays.event_rows import rows_of
from postinfusion.analyses.claims import synthesise
from postinfusion.ard.build import Row, error_row, rows, table, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import MODELS

INFUSED = {
    "plan": 1,
    "title": "Ketamine or midazolam, six infusions, in eating disorders (synthetic)",
    "intervention": "ketamine 0.5 mg/kg over 40 minutes",
    "data": "synthetic",
    "provenance": "Simulated from a known truth.",
    "seed": 1,
    "sources": {"participants": {"file": "participants.csv"}},
    "design": {
        "kind": "parallel",
        "time_zero": "first-infusion",
        "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
        "strata": ["diagnosis"],
        "infusions": ["0 h", "4 d", "7 d", "11 d", "14 d", "18 d"],
    },
    "schedule": [
        {"visit": "Baseline", "at": "-2 d"},
        {"visit": "4 h", "at": "4 h", "from": "3 h", "until": "8 h"},
        {"visit": "24 h", "at": "24 h", "from": "20 h", "until": "32 h"},
        {"visit": "Day 3", "at": "3 d"},
        {"visit": "Day 7", "at": "7 d"},
        {"visit": "Day 14", "at": "14 d"},
        {"visit": "Day 21", "at": "21 d"},
        {"visit": "Day 28", "at": "28 d"},
        {"visit": "Day 84", "at": "84 d"},
    ],
    "populations": {"randomised": {"rule": "allocated"}, "safety": {"rule": "treated", "arm": "as-treated"}},
    "estimands": {
        "primary": {
            "population": "randomised",
            "treatment": {"arm": "Ketamine", "against": "Midazolam"},
            "variable": {"endpoint": "madrs", "form": "change", "visit": "24 h"},
            "events": {"rescue": "treatment-policy", "withdrawal": "hypothetical"},
        }
    },
    "endpoints": {
        "madrs": {
            "measure": "MADRS", "label": "MADRS", "better": "lower", "family": "mood",
            "important_difference": 3, "threshold_source": "plan, section 4",
            "recall": "2 h", "recall_source": "plan, section 5",
        },
        "weight": {"measure": "WEIGHT", "label": "Weight", "unit": "kg", "better": "none", "decimals": 1},
        "bmi": {"measure": "BMI", "label": "Body mass index", "unit": "kg/m²", "better": "none", "decimals": 1},
    },
    "analyses": {
        "flow": {"method": "disposition"},
        "baseline": {"method": "demographics", "variables": ["age", "diagnosis", "madrs"]},
        "madrs-summary": {"method": "summary", "endpoint": "madrs"},
        "madrs-missing": {"method": "missingness", "endpoint": "madrs"},
        "in-windows": {"method": "windows", "endpoints": ["madrs"]},
        "madrs-mmrm": {"method": "mmrm", "endpoint": "madrs", "estimand": "primary", "covariance": ["us", "toeph"]},
        "madrs-course": {"method": "trajectory", "endpoint": "madrs", "report_at": ["4 h", "24 h", "7 d", "28 d"]},
        "madrs-ancova": {"method": "ancova", "endpoint": "madrs", "visit": "24 h"},
        "madrs-lines": {"method": "courses", "endpoint": "madrs"},
        "madrs-time": {
            "method": "time-to-event", "endpoint": "madrs", "event": {"threshold": 20, "side": "at-most"},
            "competing": ["withdrawal"], "report_at": ["24 h", "7 d", "28 d", "84 d"],
        },
        "body": {"method": "weight", "endpoints": ["weight", "bmi"], "by": "diagnosis"},
        "harms": {"method": "adverse-events", "by": ["diagnosis"], "special_interest": {"urinary": ["Dysuria"]}},
    },
}  # fmt: skip


def infused(**changes: object) -> Plan:
    """Two arms, six infusions, synthetic."""
    return Plan.model_validate(INFUSED | changes)


def three_arms(**changes: object) -> Plan:
    """Three arms with long names, no infusions, real data."""
    arms = [
        {"name": "Placebo", "role": "reference"},
        {"name": "Xanomeline low dose (54 mg per day)", "role": "experimental"},
        {"name": "Xanomeline high dose (81 mg per day)", "role": "experimental"},
    ]
    design = {"kind": "parallel", "time_zero": "first-dose", "arms": arms}
    weeks = [{"visit": "Baseline", "at": "0 h"}] + [{"visit": f"Week {w}", "at": f"{w} wk"} for w in (8, 16, 24)]
    estimands = {
        "primary": {
            "population": "randomised",
            "treatment": {"arm": arms[2]["name"], "against": "Placebo"},
            "variable": {"endpoint": "madrs", "visit": "Week 24"},
        }
    }
    analyses = INFUSED["analyses"] | {"madrs-ancova": {"method": "ancova", "endpoint": "madrs", "visit": "Week 24"}}
    parts = {"design": design, "schedule": weeks, "estimands": estimands, "analyses": analyses, "data": "real"}
    return Plan.model_validate(INFUSED | {"title": "Three arms without infusions"} | parts | changes)


def single_arm(**changes: object) -> Plan:
    """One arm with infusions."""
    design = INFUSED["design"] | {"kind": "single-arm", "arms": [{"name": "Ketamine", "role": "experimental"}]}
    primary = {
        "population": "randomised",
        "treatment": {"arm": "Ketamine"},
        "variable": {"endpoint": "madrs", "visit": INFUSED["schedule"][1]["visit"]},
    }
    mmrm = {"method": "mmrm", "endpoint": "madrs", "estimand": "primary"}
    analyses = INFUSED["analyses"] | {"madrs-mmrm": mmrm}
    parts = {
        "design": design,
        "estimands": {"primary": primary},
        "analyses": analyses,
        "title": "One arm, six infusions",
    }
    return Plan.model_validate(INFUSED | parts | changes)


_MADE: dict[tuple[str, int, str], pd.DataFrame] = {}


def results(plan: Plan, *, size: int = 48, trial: str = "invented") -> pd.DataFrame:
    """Every row of every analysis of the plan; plans that are alike share what is made, and each gets a copy."""
    key = (plan.model_dump_json(), size, trial)
    if key not in _MADE:
        _MADE[key] = _results(plan, size, trial)
    return _MADE[key].copy()


def _results(plan: Plan, size: int, trial: str) -> pd.DataFrame:
    random = np.random.default_rng(7)
    records: list[Row] = []
    for analysis_id, analysis in plan.analyses.items():
        parameter = plan.endpoints[analysis.endpoint].parameter if hasattr(analysis, "endpoint") else ""
        fixed = {"analysis_id": analysis_id, "population": analysis.population, "method": analysis.method.value}
        if analysis.method in MODELS:
            fixed["variable"] = "CHG"
        found = [*_denominators(plan, size), *_BUILDERS[analysis.method.value](plan, analysis, size, random)]
        records += [{"parameter": parameter, **fixed, **record} for record in found]
    found = table([{"order": place} | record for place, record in enumerate(records)], trial=trial)
    return pd.concat([found, synthesise(plan, trial, found)], ignore_index=True)


def courses(plan: Plan, *, size: int = 48) -> pd.DataFrame:
    """Individual courses and infusions of every participant."""
    random = np.random.default_rng(11)
    records = []
    for arm in plan.design.arm_names:
        for number in range(size):
            who = {"USUBJID": f"SECRET-{arm[:3]}-{number}", "TRTP": arm}
            level, visits = random.normal(31, 5), plan.schedule[: random.integers(2, len(plan.schedule) + 1)]
            for visit in visits:
                value = level + random.normal(0, 3) - (8 if visit.at > 0 else 0)
                hours = visit.at + random.normal(0, 0.3)
                records.append(who | {"KIND": "assessment", "AHRFIRST": hours, "AVAL": max(value, 0.0)})
            records += [who | {"KIND": "infusion", "AHRFIRST": h, "AVAL": np.nan} for h in plan.design.infusions]
    return pd.DataFrame(records)


def _denominators(plan: Plan, size: int) -> list[Row]:
    arms = plan.design.arm_names
    by_arm = [row for arm in arms for row in rows({"n_total": size}, variable="denominator", arm=arm)]
    return by_arm + rows({"n_total": size * len(arms)}, variable="denominator")


def _arms(plan: Plan) -> tuple[str, ...]:
    return (*plan.design.arm_names, "")


def _pairs(plan: Plan) -> list[dict[str, str]]:
    against = plan.design.reference
    return [{"arm": arm, "comparator": against} for arm in plan.design.arm_names if against and arm != against]


def _counts(n: int, of: int) -> dict[str, float]:
    return {"n": n, "proportion": n / of}


def _numbers(centre, spread, n):
    low, high = centre - 2.5 * spread, centre + 2.5 * spread
    return {"n": n, "mean": centre, "sd": spread, "median": centre + 0.2, "q1": centre - spread,
            "q3": centre + spread, "min": low, "max": high, "conf_low": centre - spread / 3,
            "conf_high": centre + spread / 3}  # fmt: skip


def _disposition(plan, _analysis, size, _random) -> Iterator[Row]:
    flow, arms = {"variable": "flow"}, len(plan.design.arm_names)
    yield from rows({"n": size * arms + 30}, level="screened", **flow)
    yield from rows({"n": 30}, level="excluded", **flow)
    for reason, n in (("Not eligible", 18), ("Declined to take part", 12), ("Other reasons", 0)):
        yield from rows({"n": n}, level="excluded", term=reason, **flow)
    for arm in _arms(plan):
        of = size if arm else size * arms
        left = {"Withdrew consent": of // 8, "Lost to follow-up": of // 16, "Adverse event": 0}
        ends = {"randomised": of, "treated": of, "completed": of - sum(left.values()), "died": 0}
        for level, n in ends.items():
            yield from rows(_counts(n, of), level=level, arm=arm, **flow)
        yield from rows(_counts(sum(left.values()), of), level="discontinued", arm=arm, **flow)
        for reason, n in left.items():
            yield from rows(_counts(n, of), level="discontinued", term=reason, arm=arm, **flow)
        for number in range(1, len(plan.design.infusions) + 1):
            yield from rows(_counts(of - number, of), variable="infusion", level=str(number), arm=arm)


def _demographics(plan, _analysis, size, random) -> Iterator[Row]:
    for arm in _arms(plan):
        of = size if arm else size * len(plan.design.arm_names)
        for name, centre in (("age", 31.2), ("madrs", 30.8)):
            values = {"n_missing": 0} | _numbers(centre + random.normal(), 6.0, of)
            yield from rows({k: v for k, v in values.items() if "conf" not in k}, variable=name, arm=arm)
        for level, share in (("Anorexia nervosa", 3), ("Bulimia nervosa", 4), ("Binge-eating disorder", 4)):
            yield from rows(_counts(of // share, of), variable="diagnosis", level=level, arm=arm)
    for pair in _pairs(plan):
        for name in ("age", "diagnosis", "madrs"):
            yield from rows({"smd": random.normal(0, 0.1)}, variable=name, **pair)


def _summary(plan, _analysis, size, random) -> Iterator[Row]:
    for visit in plan.schedule:
        for arm in _arms(plan):
            key = {"visit": visit.visit, "time": canonical_hours(visit.at), "arm": arm}
            yield from rows(_numbers(31 - random.uniform(0, 9), 6, size - 3), variable="AVAL", **key)
            if visit.visit != plan.baseline_visit:
                yield from rows(_numbers(-random.uniform(4, 12), 7, size - 3), variable="CHG", **key)


def _missingness(plan, _analysis, size, random) -> Iterator[Row]:
    for arm in _arms(plan):
        of = size if arm else size * len(plan.design.arm_names)
        for visit in plan.schedule[1:]:
            gone = int(random.integers(0, 6))
            states = [("observed", "", of - gone - 1), ("intermittent", "", 1), ("no baseline", "", 0)]
            for level, term, n in [*states, ("discontinued", "Withdrew consent", gone)]:
                key = {"visit": visit.visit, "arm": arm, "level": level, "term": term}
                yield from rows(_counts(n, of), variable="assessment", **key)


def _windows(plan, analysis, size, random) -> Iterator[Row]:
    for key in analysis.endpoints:
        parameter = plan.endpoints[key].parameter
        for arm in _arms(plan):
            of = {"parameter": parameter, "arm": arm}
            yield from rows({"n": 9 * size}, variable="assessment", **of)
            for term, n in (("", 5), ("before the first window", 5), ("between windows", 0)):
                yield from rows(_counts(n, 9 * size), variable="assessment", level="outside", term=term, **of)
            for visit in plan.schedule:
                at = {"visit": visit.visit, "time": canonical_hours(visit.at), **of}
                for term, n in (("", size), ("represents its visit", size - 1), ("further in the same window", 1)):
                    yield from rows({"n": n}, variable="assessment", level="in window", term=term, **at)
                spread = {"median": random.normal(), "min": -3.2, "max": 4.1}
                yield from rows(spread, variable="deviation", unit="h", **at)


def _interval(estimate: float, error: float) -> dict[str, float]:
    return {"estimate": estimate, "std_error": error, "df": 88.3,
            "conf_low": estimate - 1.99 * error, "conf_high": estimate + 1.99 * error}  # fmt: skip


def _means(plan, points, size, random) -> Iterator[Row]:
    for position, point in enumerate(points):
        for number, arm in enumerate(plan.design.arm_names):
            if "visit" in point and point["visit"] != "average":
                seen = {"n": size - position, "mean": -9.0}
                yield from rows(seen, term="observed", arm=arm, **point)
            mean = -9 - 5 * (number == 0) * np.exp(-position / 8) - random.normal()
            yield from rows(_interval(mean, 0.9 + position / 20), term="marginal-mean", arm=arm, **point)
        for pair in _pairs(plan):
            test = {"statistic": -3.6, "p_value": 0.0000412 if position == 1 else 0.0312, "std_effect": -0.55}
            yield from rows(_interval(-5.1 + position / 3, 1.41) | test, term="difference", **pair, **point)


def _fit(plan, size, formula, **texts) -> Iterator[Row]:
    everyone = size * len(plan.design.arm_names)
    yield from rows(
        {"n_observations": everyone * 7, "n_participants": everyone - 5, "log_likelihood": -2345.678, "aic": 4763.4,
         "bic": 4855.1, "iterations": 14, "gradient": 3.2e-7, "condition": 812.3, "converged": 1.0, "formula": formula,
         "df_method": "kenward-roger-linear", "estimation": "reml"} | texts,
        term="fit",
    )  # fmt: skip
    for arm in plan.design.arm_names:
        yield from rows({"n_participants": size - 2}, term="fit", arm=arm)
        for level, n in (("randomised", size), ("nothing to analyse after baseline", 2), ("in the model", size - 2)):
            yield from rows({"n": n}, variable="model", level=level, arm=arm)
    for name in ("arm", "visit", "arm:visit"):
        test = {"statistic": 9.87, "num_df": 1, "df": 90.1, "p_value": 0.0023}
        yield from rows(test, term="joint-test", level=name)
    for name in ("(Intercept)", "arm[Ketamine]", "baseline"):
        yield from rows(_interval(-1.234, 0.4) | {"statistic": -3.1, "p_value": 0.0026}, term="coefficient", level=name)


def _mmrm(plan, analysis, size, random) -> Iterator[Row]:
    visits = plan.schedule[1:]
    points = [{"visit": visit.visit, "time": canonical_hours(visit.at)} for visit in visits]
    yield from _means(plan, [*points, {"visit": "average"}], size, random)
    yield from _fit(plan, size, "CHG ~ arm * visit + baseline * visit + diagnosis", covariance_structure="us")
    for first in range(len(visits)):
        for second in range(len(visits)):
            both = {"covariance": 90 * 0.8 ** abs(first - second), "correlation": 0.8 ** abs(first - second)}
            key = {"visit": visits[first].visit, "level": visits[second].visit}
            yield from rows(both, term="covariance", **key)
    outcomes = ["used", *["not tried: an earlier structure was used"] * (len(analysis.covariance) - 1)]
    for place, (structure, outcome) in enumerate(zip(analysis.covariance, outcomes, strict=True)):
        yield from rows({"outcome": outcome}, term="ladder", level=structure.value, order=place)
    yield warning_row("5 participants have no assessment after baseline and are not in the model.")


def _trajectory(plan, analysis, size, random) -> Iterator[Row]:
    points = [{"time": canonical_hours(hours)} for hours in analysis.report_at]
    yield from _means(plan, points, size, random)
    for arm in plan.design.arm_names:
        yield from rows({"n": size - 2, "mean": 22.0}, term="observed", arm=arm)
    yield from _fit(
        plan, size, "CHG ~ arm * log(1 + t) + baseline + diagnosis", random_effects="correlated intercept and slope"
    )
    for pair in [*_pairs(plan)] or [{"arm": plan.design.arm_names[0]}]:
        yield from _curve(analysis, pair)
    for level, value in (("intercept", 45.1), ("slope", 4.4), ("intercept × slope", -3.2), ("residual", 15.2)):
        yield from rows({"covariance": value}, term="covariance", level=level)
    yield from rows({"correlation": -0.23}, term="covariance", level="intercept × slope")


def _curve(analysis, key) -> Iterator[Row]:
    grid = np.unique([*np.geomspace(min(analysis.report_at), max(analysis.report_at), 20), *analysis.report_at])
    band = {"critical_value": 2.61, "df": 84.0, "n_points": 20, "n_draws": 20_000, "grid_from": grid[0]}
    yield from rows(band | {"grid_until": grid[-1]}, term="band", **key)
    for place, hours in enumerate(grid):
        middle = -6 + place / 5
        values = _interval(middle, 1.4) | {"band_low": middle - 3.9, "band_high": middle + 3.9}
        yield from rows(values, term="curve", time=canonical_hours(float(hours)), **key)
    if "comparator" not in key:
        return
    times = {"onset": (4.0, "≤ first assessment"), "duration": (310.2, ""), "half-benefit": (max(grid), "> last visit")}
    for level, (hours, said) in times.items():
        for name in ("estimate", "conf_low", "conf_high"):
            at = {"term": "effect-feature", "level": level, "unit": "h", **key}
            yield {**at, "stat_name": name, "stat": hours, "stat_text": said}
    yield {"term": "effect-feature", "level": "peak", "stat_name": "estimate", **key,
           "error": "not identifiable: the band holds a constant throughout"}  # fmt: skip
    for level, value in (("peak-benefit", 6.0), ("area", 101.0)):
        yield from rows(_interval(value, 1.4), term="effect-feature", level=level, **key)


def _ancova(plan, analysis, size, random) -> Iterator[Row]:
    yield from _means(plan, [{"visit": analysis.visit}], size, random)
    yield from _fit(plan, size, "CHG ~ arm + baseline + diagnosis", estimation="least squares", df_method="residual")


def _weight(plan, analysis, size, random) -> Iterator[Row]:
    groups = [{"subgroup": "diagnosis", "subgroup_level": name} for name in
              ("Anorexia nervosa", "Bulimia nervosa", "Binge-eating disorder")]  # fmt: skip
    for key in analysis.endpoints:
        for group in [*groups, {}] if key == "weight" else groups:
            for row in _summary(plan, analysis, size // 3, random):
                yield row | group | {"parameter": plan.endpoints[key].parameter}


def _adverse_events(plan, _analysis, size, random) -> Iterator[Row]:
    classes = {
        "Nervous system disorders": ("Dizziness", "Headache", "Sedation", "Paraesthesia"),
        "Psychiatric disorders": ("Dissociation", "Anxiety", "Hallucination"),
        "Gastrointestinal disorders": ("Nausea", "Vomiting"),
        "General disorders and administration site conditions": ("Fatigue", "Application site discomfort (prolonged)"),
    }
    keys = [{"variable": "overview", "level": level} for level in
            ("any", "related", "serious", "severe", "stopped", "died")]  # fmt: skip
    keys += [
        {"variable": "class-term", "level": name, "term": term} for name in classes for term in ("", *classes[name])
    ]
    keys += [{"variable": name, "level": "any"} for name in ("related", "fatal")]
    keys += [{"variable": "worst-severity", "level": level, "term": term} for term in ("", "Nausea")
             for level in ("mild", "moderate", "severe")]  # fmt: skip
    arms = plan.design.arm_names
    for arm in arms:
        yield from rows({"n_infusions": size * 6 - 3, "person_days": size * 80}, variable="exposure", arm=arm)
        held = {"person_days": size * 168, "n_participants": size}
        yield from rows(held, variable="exposure", level="participation", arm=arm)
    keys += [{"variable": name, "level": "any"} for name in ("solicited", "spontaneous")]
    for key in keys:
        counts = {arm: 0 if key["level"] == "died" else int(random.integers(0, size)) for arm in arms}
        for arm, n in (*counts.items(), ("", sum(counts.values()))):
            of = size if arm else size * len(arms)
            yield from rows({"n": n, "n_events": 2 * n, "proportion": n / of}, arm=arm, **key)
        for pair in _pairs(plan):
            gap = (counts[pair["arm"]] - counts[pair["comparator"]]) / size
            limits = {"risk_difference": gap, "conf_low": max(gap - 0.15, -1), "conf_high": min(gap + 0.16, 1)}
            yield from rows(limits, **pair, **key)
    for arm, term in product(arms, ("", "Nausea")):
        shares = {"n": size - 1, "n_total": 2 * size, "proportion": (size - 1) / (2 * size), "n_events": size}
        for level in ("all", "1", "2"):
            limits = {"conf_low": 0.3, "conf_high": 0.7}
            yield from rows(shares | limits, variable="by-infusion", level=level, term=term, arm=arm)
        for level in ("during the infusion", "0–2 h"):
            held = {"n": size - 2, "n_events": size, "proportion": (size - 2) / size}
            yield from rows(held, variable="since-infusion", level=level, term=term, arm=arm)
    listed = {"non-serious": (next(iter(classes)), "Dizziness"), "serious-terms": ("Psychiatric disorders", "Mania")}
    for (variable, (level, term)), arm in product(listed.items(), (*arms, "")):
        for key in ({"level": "any"}, {"level": level, "term": term}):
            yield from rows({"n": 6, "n_events": 7, "proportion": 0.5}, variable=variable, arm=arm, **key)
    yield from _grades_and_groups(plan, size)


def _grades_and_groups(plan, size) -> Iterator[Row]:
    """Highest grades, events of special interest and events by diagnosis."""
    held = {"n": 7, "n_events": 9, "proportion": 7 / size}
    keys = [{"variable": "worst-grade", "level": f"grade {grade}", "term": term}
            for term in ("", "Nausea") for grade in (1, 2, 3)]  # fmt: skip
    keys += [{"variable": "special-interest", "level": level, "term": term}
             for level, term in (("any", ""), ("urinary", ""), ("urinary", "Dysuria"))]  # fmt: skip
    for level in ("AN", "BN"):
        group = {"subgroup": "diagnosis", "subgroup_level": level}
        keys += [group | {"variable": "overview", "level": "any"}]
        keys += [group | {"variable": "class-term", "level": "Gastrointestinal disorders", "term": "Nausea"}]
        for arm in (*plan.design.arm_names, ""):
            yield from rows({"n_total": size // 2}, variable="denominator", arm=arm, **group)
    for key, arm in product(keys, (*plan.design.arm_names, "")):
        yield from rows(held, arm=arm, **key)


def _courses(_plan, _analysis, size, _random) -> Iterator[Row]:
    yield from rows({"n_observations": 9 * size}, variable="time")
    yield from rows({"n_observations": 0}, variable="time", level="nominal")


def _time_to_event(plan, analysis, size, _random) -> Iterator[Row]:
    yield from rows_of(plan, analysis, size=size)


_BUILDERS = {
    "time-to-event": _time_to_event,
    "disposition": _disposition, "demographics": _demographics, "summary": _summary, "missingness": _missingness,
    "windows": _windows, "mmrm": _mmrm, "trajectory": _trajectory, "ancova": _ancova, "weight": _weight,
    "adverse-events": _adverse_events, "courses": _courses,
}  # fmt: skip


def without(ard: pd.DataFrame, analysis_id: str, visit: str) -> pd.DataFrame:
    """The same results with a model that has no values at one visit."""
    gone = (ard["analysis_id"] == analysis_id) & (ard["visit"] == visit) & (ard["term"] != "covariance")
    return ard[~gone]


def failed(ard: pd.DataFrame, analysis_id: str, reason: str) -> pd.DataFrame:
    """The same results with one analysis that could not be done."""
    of_it = ard["analysis_id"] == analysis_id
    kept = ard[~of_it | (ard["variable"] == "denominator")]
    gone = table([error_row(reason, analysis_id=analysis_id)], trial="invented")
    return pd.concat([kept, gone], ignore_index=True)
