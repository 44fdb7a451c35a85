"""What the results say of subgroups, read once for the table, the forest plot and the methods text."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.plan.analyses import SubgroupFactor, Subgroups
from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.vocabulary import Better

INTERACTION = "interaction"
PRESPECIFIED, POST_HOC = "prespecified", "post hoc"
NOT_RANDOMISED = (
    "Arms are compared within each group as they were randomised. Groups were not: they differ in more than what "
    "divides them, so that an interaction does not tell what it comes from."
)
FALSE_ALARMS = (
    "Interaction tests are not adjusted for their number. That a group's interval excludes zero and another's does not "
    "is no difference between groups; the interaction test is."
)


@dataclass(frozen=True)
class Group:
    """One line of the comparison: all participants, or one group of them.

    Attributes
    ----------
    name
        As printed.
    key
        Key columns of its difference.
    counts
        Printed numbers with a value at the visit: of the arm and of its comparator.
    estimate, interval, df
        As printed; empty where there is none.
    values
        Estimate and limits; None where there are none.
    """

    name: str
    key: dict[str, str]
    counts: tuple[str, str]
    estimate: str
    interval: str
    df: str
    values: tuple[float, float, float] | None


@dataclass(frozen=True)
class Factor:
    """One factor with its groups and the interaction test.

    Attributes
    ----------
    name, when
        As printed; prespecified or post hoc.
    groups
        Its groups.
    test
        Printed numerator df, denominator df, F and p of the interaction; empty where it cannot be tested.
    problems
        Why it, or a group of it, cannot be tested.
    """

    name: str
    when: str
    groups: tuple[Group, ...]
    test: tuple[str, str, str, str]
    problems: tuple[str, ...]

    @property
    def p_value(self) -> str:
        """The printed p-value of the interaction."""
        return self.test[-1]


def comparisons_of(results: Results) -> tuple[tuple[str, str], ...]:
    """Give the pairs of arms that are compared: those of the results, else each arm with the reference."""
    if results.comparisons:
        return results.comparisons
    reference = results.plan.design.reference
    return tuple((arm, str(reference)) for arm in results.arms if reference and arm != reference)


def everyone(results: Results, pair: tuple[str, str]) -> Group:
    """Give the comparison of all participants."""
    return _group(results, pair, "All participants", {})


def factors_of(results: Results, pair: tuple[str, str]) -> tuple[Factor, ...]:
    """Give the factors of the plan with what was found, in the order of the plan."""
    analysis = results.analysis
    assert isinstance(analysis, Subgroups)  # noqa: S101
    return tuple(_factor(results, pair, factor) for factor in analysis.factors)


def name_of(results: Results, name: str) -> str:
    """Name what divides the participants: a column in words, or an endpoint at baseline."""
    endpoint = results.plan.endpoints.get(name)
    return f"{endpoint.label} at baseline" if endpoint else formats.in_words(name)


def direction(results: Results, arm: str) -> str:
    """Say in words which side of zero is a benefit of an arm."""
    better = results.endpoint.better if results.endpoint else Better.NONE
    if better is Better.NONE:
        return "no direction is a benefit"
    return f"{'below' if better is Better.LOWER else 'above'} zero favours {arm}"


def at(results: Results) -> dict[str, str]:
    """Give the key of the visit."""
    return {"visit": str(getattr(results.analysis, "visit", ""))}


def _factor(results: Results, pair: tuple[str, str], factor: SubgroupFactor) -> Factor:
    """Give one factor."""
    key = {"subgroup": factor.by}
    levels = [level for level in results.values_of("subgroup_level", **key) if level]
    groups = tuple(_group(results, pair, level, {**key, "subgroup_level": level}) for level in levels)
    tested = {**at(results), **key, "term": INTERACTION, "arm": pair[0], "comparator": pair[1]}
    names = ("num_df", "df", "statistic", "p_value")
    numerator, denominator, statistic, p = (results.text(name, **tested) for name in names)
    rows = results.rows[
        (results.rows["subgroup"] == factor.by) & (results.rows["term"].isin([INTERACTION, "difference"]))
    ]
    problems = tuple(str(text) for text in rows["error"].unique() if text and text != "suppressed")
    planned = factor.prespecified and results.analysis.prespecified
    name = name_of(results, factor.by)
    return Factor(name, PRESPECIFIED if planned else POST_HOC, groups, (numerator, denominator, statistic, p), problems)


def _group(results: Results, pair: tuple[str, str], name: str, key: dict[str, str]) -> Group:
    """Give one line of the comparison."""
    place = {**at(results), **key}
    counts = [results.text("n", **place, term="observed", arm=arm) for arm in pair]
    found = {**place, "term": "difference", "arm": pair[0], "comparator": pair[1]}
    numbers = [results.value(statistic, **found) for statistic in ("estimate", "conf_low", "conf_high")]
    known = [number for number in numbers if number is not None and number == number]  # noqa: PLR0124
    return Group(
        name,
        found,
        (counts[0], counts[1]),
        results.text("estimate", **found),
        results.interval(**found),
        results.text("df", **found),
        (known[0], known[1], known[2]) if len(known) == len(numbers) else None,
    )
