"""What a checklist is: items that ask, and what plan and results of a trial answer to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from postinfusion.plan.plan import Plan
from postinfusion.present.results import Results, results_of
from postinfusion.vocabulary import Method


@dataclass(frozen=True)
class Answer:
    """What plan and results say to an item.

    Attributes
    ----------
    found
        What was found, in a few words; empty where there is nothing.
    places
        Where the report tells it: IDs of outputs, or parts of the page as ``#plan``.
    missing
        Why there is nothing, or what of it is not there.
    """

    found: str = ""
    places: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Evidence:
    """The plan and the results of one trial, as the items ask them."""

    plan: Plan
    ard: pd.DataFrame

    def of(self, method: Method) -> tuple[Results, ...]:
        """Give the analyses of one method that have results."""
        if method not in self._found:
            every = (results_of(self.plan, self.ard, key) for key in self._keys(method))
            self._found[method] = tuple(results for results in every if not results.has_only_failed)
        return self._found[method]

    @cached_property
    def events(self) -> Results | None:
        """The first analysis of adverse events with results; None where there is none."""
        return next(iter(self.of(Method.ADVERSE_EVENTS)), None)

    def without(self, method: Method) -> str:
        """Say why no analysis of one method has results."""
        keys = self._keys(method)
        if not keys:
            return f"the plan has no analysis of {method.value.replace('-', ' ')}"
        return results_of(self.plan, self.ard, keys[0]).failure or "the results do not hold this analysis"

    @cached_property
    def _found(self) -> dict[Method, tuple[Results, ...]]:
        """What was asked so far: many items ask the same analysis."""
        return {}

    def _keys(self, method: Method) -> list[str]:
        """Give the names of the analyses of one method."""
        return [key for key, analysis in self.plan.analyses.items() if analysis.method is method]


Ask = Callable[[Evidence], Answer]


@dataclass(frozen=True)
class Item:
    """One item of a checklist.

    Attributes
    ----------
    section
        The part of a paper that it belongs to.
    number
        Its number, or that of the item that its topic belongs to.
    topic, asks
        What it is about, and what it asks, in our own words.
    ask
        What finds the answer; None where plan and results can say nothing to it.
    author
        What of it only the author can write.
    """

    section: str
    number: str
    topic: str
    asks: str
    ask: Ask | None = None
    author: str = ""

    def answer(self, evidence: Evidence) -> Answer:
        """Give what plan and results of one trial say."""
        return self.ask(evidence) if self.ask else Answer()


def of_events(ask: Callable[[Results], Answer]) -> Ask:
    """Ask the analysis of adverse events; where there is none, the answer says why."""

    def found(evidence: Evidence) -> Answer:
        if evidence.events is None:
            return Answer(missing=evidence.without(Method.ADVERSE_EVENTS))
        return ask(evidence.events)

    return found


def of_method(method: Method, ask: Callable[[Results], Answer]) -> Ask:
    """Ask the first analysis of one method; where there is none, the answer says why."""

    def found(evidence: Evidence) -> Answer:
        results = next(iter(evidence.of(method)), None)
        return Answer(missing=evidence.without(method)) if results is None else ask(results)

    return found
