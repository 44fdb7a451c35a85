"""How the time to an event was analysed."""

from __future__ import annotations

from collections.abc import Callable

from postinfusion.plan.analyses.time_to_event import Intercurrent, TimeToEvent
from postinfusion.plan.event_rules import ends_of_observation
from postinfusion.present import formats
from postinfusion.present.among_words import left_out_note
from postinfusion.present.event_words import asked, definition, event_in_words, since_in_words
from postinfusion.present.methods.phrases import in_population, listed
from postinfusion.present.results import Results
from postinfusion.vocabulary import Method

_SCALES = {"log-log": "log(−log)", "log": "log", "plain": "plain"}


def _time_to_event(results: Results) -> str:
    analysis = asked(results)
    label = f" of {results.endpoint.label}" if results.endpoint else ""
    what = definition(results)
    subject = (
        f"Time from {since_in_words(results)} to {event_in_words(results)}{label}{f' ({what})' if what else ''} was "
        f"analysed{in_population(results)}."
    )
    among = left_out_note(results)
    sentences = (
        subject,
        *among,
        _visits(analysis),
        _ends(results, analysis),
        _curve(analysis),
        _comparison(results, analysis),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _visits(analysis: TimeToEvent) -> str:
    """Say how events of visits are timed."""
    if isinstance(analysis.event, Intercurrent):
        return ""
    clock = "nominal" if analysis.takes_nominal_times else "actual"
    return (
        f"It counts at the {clock} time of the visit at which it is seen, although it came at some time since the last."
    )


def _ends(results: Results, analysis: TimeToEvent) -> str:
    """Say what ends observation and what competes."""
    end = "the end of participation" if isinstance(analysis.event, Intercurrent) else "the last assessment"
    kinds = [formats.event_in_words(kind) for kind in ends_of_observation(results.plan, analysis)]
    text = f"Observation ends at {listed([end, *kinds], 'or')}."
    rivals = [formats.event_in_words(kind) for kind in analysis.competing]
    return f"{text} What competes with the event: {listed(rivals)}." if rivals else text


def _curve(analysis: TimeToEvent) -> str:
    """Say how probabilities are estimated."""
    if analysis.competing:
        return (
            "Probabilities are Aalen-Johansen cumulative incidences with complementary log-log limits; the mean time "
            "after the event is the area under them."
        )
    return (
        f"Probabilities are Kaplan-Meier estimates with Greenwood's variance and limits on the "
        f"{_SCALES[analysis.limits]} scale, quantiles those of Brookmeyer and Crowley; the mean is restricted to the "
        "horizon."
    )


def _comparison(results: Results, analysis: TimeToEvent) -> str:
    """Say how arms are compared."""
    if len(results.arms) == 1:
        return ""
    strata = [formats.in_sentence(name) for name in results.plan.design.strata] if analysis.stratified else []
    stratified = f", stratified by {listed(strata)}" if strata else ""
    pairs = results.comparisons
    drawn = {results.said("arrangements", term="permutation", arm=arm, comparator=to) for arm, to in pairs} - {""}
    again = f" (also under re-randomisation within strata: {listed(sorted(drawn))})" if drawn else ""
    specific = "cause-specific " if analysis.competing else ""
    return (
        f"Arms were compared by the {specific}log-rank test{again} and by Cox's model with Efron's ties and profile "
        f"likelihood{stratified}."
    )


TEXTS: dict[Method, Callable[[Results], str]] = {Method.TIME_TO_EVENT: _time_to_event}
