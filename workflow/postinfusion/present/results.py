"""The results of one analysis, indexed so that a display finds each of its statistics by its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.ard.query import select
from postinfusion.ard.schema import KEY
from postinfusion.plan.analyses import Analysis, DividedPart
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.present import formats
from postinfusion.vocabulary import MODELS, NOT_RECORDED, Method

_OF_PARTICIPANTS = frozenset({Method.DISPOSITION, Method.DEMOGRAPHICS, Method.MEDICATION})
_CONSTANT = ("trial", "analysis_id", "population", "parameter")
_INDEX = tuple(name for name in KEY if name not in _CONSTANT)
_OF_MODELS = frozenset(
    {
        "observed",
        "marginal-mean",
        "difference",
        "joint-test",
        "coefficient",
        "covariance",
        "fit",
        "ladder",
        "robust-difference",
        "second-engine",
        "curve",
        "band",
        "effect-feature",
        "decay-time",
        "decay-profile",
        "interaction",
        "slope",
        "region",
        "range",
        "sd-ratio",
        "spread-test",
        "adjusted-sd",
        "individual-effect",
        "subject-by-treatment-sd",
        "effect-sd",
    }
)
_RATIOS_TO_NOBODY = ("risk_ratio", "risk_ratio_low", "risk_ratio_high")


@dataclass(frozen=True)
class Results:
    """One analysis of a plan with its results.

    Attributes
    ----------
    plan
        The plan of the trial.
    analysis_id
        Key of the analysis in the plan.
    rows
        Its rows of the results.
    ard
        All results of the trial, for displays that also show a number of another analysis.
    courses
        Individual courses, where the analysis has them and they may be shown.
    """

    plan: Plan
    analysis_id: str
    rows: pd.DataFrame
    ard: pd.DataFrame
    courses: pd.DataFrame | None = None

    @property
    def analysis(self) -> Analysis:
        """The analysis as the plan describes it."""
        return self.plan.analyses[self.analysis_id]

    @property
    def endpoint(self) -> Endpoint | None:
        """The endpoint of the analysis; None where it has none or several."""
        return self.plan.endpoints.get(getattr(self.plan.analyses.get(self.analysis_id), "endpoint", ""))

    @property
    def arms(self) -> tuple[str, ...]:
        """The names of the arms, in the order of the plan; of a crossover trial's participants none, for all as one."""
        analysis = self.plan.analyses.get(self.analysis_id)
        if self.plan.design.crossover is not None and analysis and analysis.method in _OF_PARTICIPANTS:
            return ("",)
        return self.plan.design.arm_names

    @property
    def decimals(self) -> int:
        """Decimals of a single value of the endpoint."""
        return self.endpoint.decimals if self.endpoint else 0

    @property
    def confidence(self) -> str:
        """Level of the intervals, as text."""
        return formats.level_of_confidence(getattr(self.analysis, "confidence", 0.95))

    @property
    def population(self) -> str:
        """The population of the rows; the plan's where there are none."""
        found = [name for name in self.rows["population"].unique() if name]
        return str(found[0]) if found else self.analysis.population

    def value(self, stat_name: str, **key: str) -> float | None:
        """Give the value of one statistic; key columns that are not given are empty; None without such a row."""
        row = self._find(stat_name, key)
        return None if row is None else float(row["stat"])  # type: ignore[arg-type]

    def said(self, stat_name: str, **key: str) -> str:
        """Give the text of one statistic that is a text; empty without such a row."""
        row = self._find(stat_name, key)
        return "" if row is None else str(row["stat_text"])

    def text(self, stat_name: str, **key: str) -> str:
        """Give one statistic as it is printed; empty without such a row."""
        return self.printed(stat_name, self.decimals, **key)

    def printed(self, stat_name: str, decimals: int, **key: str) -> str:
        """Give one statistic as it is printed for a measure with these decimals; empty without such a row."""
        row = self._find(stat_name, key)
        if row is not None and row["error"] == SUPPRESSED:
            return formats.SUPPRESSED
        if row is not None and _is_gap(row["error"]):
            return formats.NO_RECORD
        return formats.statistic(stat_name, self.value(stat_name, **key), decimals)

    def sign(self, stat_name: str, **key: str) -> str:
        """Give the sign for a statistic without a value, not estimable or suppressed; empty with a value or no row."""
        text = self.text(stat_name, **key)
        return text if text in formats.WITHOUT_VALUE else ""

    def interval(self, **key: str) -> str:
        """Give the confidence interval with this key as it is printed."""
        return formats.interval(self.text("conf_low", **key), self.text("conf_high", **key))

    def total(self, arm: str = "") -> float | None:
        """Give the number of participants of the population, in one arm or in all."""
        return self.value("n_total", variable="denominator", arm=arm)

    def with_total(self, arm: str) -> str:
        """Give the name of an arm, or All, with its number of participants, as the heading of a column."""
        total = formats.statistic("n_total", self.total(arm))
        return f"{arm or 'All'} {formats.count_in_brackets(total, sign='N')}" if total else arm or "All"

    def values_of(self, column: str, **key: str) -> list[str]:
        """Give the values of one key column among the rows with this key, in the order of the results."""
        asked = (column, *sorted(key.items()))
        if asked not in self._values:
            found = select(self.rows, **key).sort_values("order", kind="stable")[column]
            self._values[asked] = tuple(str(value) for value in found.unique())
        return [*self._values[asked]]

    @cached_property
    def comparisons(self) -> tuple[tuple[str, str], ...]:
        """The pairs of arms that were compared, in the order of the plan."""
        rows = self.rows.loc[self.rows["comparator"] != "", ["arm", "comparator"]].drop_duplicates()
        pairs = [(str(arm), str(against)) for arm, against in rows.itertuples(index=False)]
        place = {arm: position for position, arm in enumerate(self.arms)}
        return tuple(sorted(pairs, key=lambda pair: (place.get(pair[1], 99), place.get(pair[0], 99))))

    def errors(self) -> list[str]:
        """Give the reasons why the analysis, or a part of it, could not be done, each once.

        A risk ratio to an arm in which nobody had an event is no failure; what shows ratios explains it.
        """
        texts = self.rows.loc[~self.rows["stat_name"].isin(_RATIOS_TO_NOBODY), "error"].unique()
        return [str(text) for text in texts if text and text != SUPPRESSED and not _is_gap(text)]

    def not_recorded(self) -> list[str]:
        """Give what the data do not record although a display asks for it, each once."""
        return [str(text).partition(": ")[2] for text in self.rows["error"].unique() if _is_gap(text)]

    @property
    def has_suppressed(self) -> bool:
        """Some values are suppressed, since they could tell of a single participant."""
        return bool((self.rows["error"] == SUPPRESSED).any())

    def warnings(self) -> list[str]:
        """Give the warnings of the analysis, each once."""
        return [str(text) for text in self.rows["warning"].unique() if text]

    @property
    def not_done(self) -> tuple[int, int]:
        """How many analyses (none or this one) and how many parts of it have an error instead of results."""
        failed = select(self.rows, stat_name="error")
        of_a_part = (failed["variable"] != "") | (failed["parameter"] != "")
        is_whole = self.has_only_failed or self.analysis.method in MODELS or not of_a_part.all()
        return (int(len(failed) > 0), 0) if is_whole else (0, len(failed))

    @property
    def has_only_failed(self) -> bool:
        """There is not one statistic beside the number of participants."""
        return set(self.rows["stat_name"]) <= {"error", "warning", "n_total"}

    @property
    def failure(self) -> str:
        """Why the whole analysis could not be done; empty when it could."""
        failed = select(self.rows, stat_name="error")["error"]
        return str(failed.iloc[0]) if len(failed) else ""

    def of(self, analysis_id: str) -> Results:
        """Give the results of another analysis of the same trial."""
        return results_of(self.plan, self.ard, analysis_id)

    @cached_property
    def groups(self) -> tuple[tuple[str, str], ...]:
        """The groups of participants in which the analysis was repeated, each by its factor and its level."""
        found = self.rows.loc[self._is_of_group, ["subgroup", "subgroup_level"]].drop_duplicates()
        return tuple((str(factor), str(level)) for factor, level in found.itertuples(index=False))

    @cached_property
    def whole(self) -> Results:
        """The results of all participants, without those of groups in which the analysis was repeated."""
        return replace(self, rows=self.rows[~self._is_of_group]) if self.groups else self

    @cached_property
    def everybody(self) -> Results:
        """The results of all participants, also from those of a group."""
        return self.of(self.analysis_id).whole

    def within(self, factor: str, level: str) -> Results:
        """Give the results of a group in which the analysis was repeated, as if it were all participants."""
        rows = select(self.rows[self._is_of_group], subgroup=factor, subgroup_level=level)
        return replace(self, rows=rows.assign(subgroup="", subgroup_level=""))

    def of_parameter(self, parameter: str) -> Results:
        """Give the rows of one of several parameters, with those that belong to none."""
        return replace(self, rows=select(self.rows, parameter=["", parameter]))

    @property
    def _is_of_group(self) -> pd.Series:
        """Say which rows repeat the analysis in a group of participants."""
        analysis = self.plan.analyses.get(self.analysis_id)
        factors = analysis.factors if isinstance(analysis, DividedPart) else ()
        return self.rows["subgroup"].isin(factors)

    @cached_property
    def _values(self) -> dict[tuple[object, ...], tuple[str, ...]]:
        """What was asked of the key columns so far: displays ask the same many times over."""
        return {}

    @cached_property
    def _index(self) -> Mapping[tuple[str, ...], dict[str, object]]:
        """Key without what is constant → row."""
        names = [*self.rows.columns]
        cells = zip(*(self.rows[name].astype("object").tolist() for name in names), strict=True)
        records = (dict(zip(names, line, strict=True)) for line in cells)
        return {_position(row): row for row in records}

    def _find(self, stat_name: str, key: Mapping[str, str]) -> dict[str, object] | None:
        """Give the row with this key."""
        return self._index.get(_position({**dict.fromkeys(_INDEX, ""), **key, "stat_name": stat_name}))


def results_of(plan: Plan, ard: pd.DataFrame, analysis_id: str, courses: pd.DataFrame | None = None) -> Results:
    """Give one analysis with its rows of the results.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    analysis_id
        Key of the analysis in the plan.
    courses
        Individual courses, where the analysis has them and they may be shown.
    """
    return Results(plan, analysis_id, select(ard, analysis_id=analysis_id), ard, courses)


def _is_gap(error: object) -> bool:
    """Say whether a statistic has no value because the data do not record it."""
    return str(error).startswith(f"{NOT_RECORDED}: ")


def _position(row: Mapping[str, object]) -> tuple[str, ...]:
    """Give the place of a row in the index, without what follows from the rest of its key.

    The nominal time follows from the visit, and what of the endpoint was modelled from the analysis.
    """
    left_out = {"time"} if row["visit"] else set()
    left_out |= {"variable"} if row["term"] in _OF_MODELS else set()
    return tuple("" if name in left_out else str(row[name]) for name in _INDEX)
