"""CHK02: what is to be told of harms, after CONSORT Harms 2022, with what plan and results say to each topic.

The topics are in our own words. A number is that of the item of CONSORT 2010 that a topic belongs to; the numbering of
the extension itself is not reproduced.

References
----------
Junqueira DR, Zorzela L, Golder S, et al. CONSORT Harms 2022 statement, explanation, and elaboration: updated guideline
for the reporting of harms in randomised trials. BMJ 2023;381:e073725.
"""

from __future__ import annotations

from dataclasses import replace

from postinfusion.present.checklists import harms_methods as methods
from postinfusion.present.checklists import harms_results as results
from postinfusion.present.checklists.item import Answer, Evidence, Item, of_events, of_method
from postinfusion.vocabulary import Method

OUTPUT_ID = "CHK02"
_FRONT, _INTRODUCTION = "Title and abstract", "Introduction"
_METHODS, _RESULTS, _DISCUSSION, _OTHER = "Methods", "Results", "Discussion", "Other information"
_SOURCE = (
    "After CONSORT Harms 2022 (BMJ 2023;381:e073725), which modifies 13 items of CONSORT 2010 and adds 3. Topics are "
    "in our own words, and numbers are those of the items of CONSORT 2010 that a topic belongs to, not those of the "
    "extension. A journal asks for the published form, which this table helps to fill in."
)
_STATUS = (
    "Reported: told in this report. In part: the rest is not in the data, or for the author. Not shown: in the results "
    "and in no display of this report. Not in the data: neither plan nor results hold it. For the author: nobody else "
    "can write it."
)
NOTES = (_SOURCE, _STATUS)


def _summary(evidence: Evidence) -> Answer:
    """Give the harms of the first screen, which an abstract needs."""
    if evidence.events is None:
        return Answer(missing=evidence.without(Method.ADVERSE_EVENTS))
    return replace(results.serious_and_deaths(evidence.events), places=("#deaths-and-serious-events",))


ITEMS = (
    Item(_FRONT, "1a", "Title", "The design, and that harms are reported", author="the title"),
    Item(_FRONT, "1b", "Abstract", "Harms in numbers beside benefits", _summary, "the summary"),
    Item(_INTRODUCTION, "2a", "Background", "Which harms were known or feared, and why", author="the background"),
    Item(_INTRODUCTION, "2b", "Objectives", "Questions about harms as well as benefits", methods.objectives,
         "the objectives in words"),
    Item(_METHODS, "3b", "Changes to methods", "What changed after the start, with reasons, as it concerns harms",
         author="changes after the start and why; the plan holds none"),
    Item(_METHODS, "5", "Treatment", "What was given, how and when", methods.treatment,
         "preparation, who gave it and how it was supervised"),
    Item(_METHODS, "6a", "Harms named beforehand", "Which harms were looked for, and how each is defined",
         methods.defined, "whether all of them were laid down before the data were seen"),
    Item(_METHODS, "6a", "How harms were collected", "Asked for systematically or told unasked, by whom and how",
         of_events(methods.collected), "who asked, with which checklist, and whether they knew the arm"),
    Item(_METHODS, "6a", "Time frame", "From when until when events count, and when they were asked for",
         methods.time_frame, "how often and until when participants were asked"),
    Item(_METHODS, "6a", "Severity", "By which scale events were graded", of_events(methods.graded),
         "the scale of severity"),
    Item(_METHODS, "6a", "Seriousness", "What counts as serious", of_events(methods.serious),
         "the definition of a serious event"),
    Item(_METHODS, "6a", "Coding", "How events were grouped: dictionary, version, who did it", of_events(methods.coded),
         "who coded, and with which dictionary"),
    Item(_METHODS, "6a", "Attribution", "Whether and how events were held to be related to the treatment",
         of_events(methods.attributed), "who judged the relation, when and how, and whether they knew the arm"),
    Item(_METHODS, "6a", "Harms that nobody expected", "How they were found, and by which rule events are shown or not",
         of_events(methods.selected)),
    Item(_METHODS, "6b", "Changes to outcomes", "Which harms were added or dropped after the start, and why",
         author="changes of outcomes and why; the plan holds none"),
    Item(_METHODS, "7a", "Sample size", "Which harms the size of the trial could show", author="the sample size"),
    Item(_METHODS, "7b", "Interim looks and stopping", "Rules for stopping because of harms",
         author="interim analyses and rules for stopping; the plan holds none"),
    Item(_METHODS, "11a", "Blinding", "Who did not know the arm, above all who assessed harms",
         of_method(Method.MASKING, methods.blinded), "who assessed harms and whether they knew the arm"),
    Item(_METHODS, "12a", "Analysis of harms", "How arms were compared, and with which precision",
         of_events(methods.compared)),
    Item(_METHODS, "12a", "Recurrent events", "How several events of one participant count", methods.recurrent),
    Item(_METHODS, "12a", "Gaps in the records of harms", "What is missing or contradicts itself, and the rule for it",
         of_events(methods.gaps)),
    Item(_METHODS, "12b", "Further analyses of harms", "In which groups harms were looked at", methods.subgroups),
    Item(_RESULTS, "13a", "Flow", "How many of each arm were treated", of_method(Method.DISPOSITION, results.followed)),
    Item(_RESULTS, "13b", "Stopping because of harms", "How many of each arm stopped because of an event",
         of_events(results.stopped)),
    Item(_RESULTS, "14a", "Follow-up", "For how long harms were followed", of_events(results.followed_for),
         "calendar dates, which are not kept"),
    Item(_RESULTS, "14b", "Why the trial ended", "Whether harms were a reason", author="why the trial ended"),
    Item(_RESULTS, "15", "Baseline", "Who the participants were", of_method(Method.DEMOGRAPHICS, results.baseline)),
    Item(_RESULTS, "16", "Denominators", "How many of each arm are in the analyses of harms, and by which rule",
         of_events(results.denominators)),
    Item(_RESULTS, "17a", "Each harm by arm", "Participants and events, and the difference with its precision",
         of_events(results.by_term)),
    Item(_RESULTS, "17a", "Severity by arm", "How severe the events of each arm were", of_events(results.by_severity)),
    Item(_RESULTS, "17a", "What happened to nobody", "Zeros are told, not left out", of_events(results.nobody)),
    Item(_RESULTS, "17a", "Measured harms", "Vital signs, laboratory values, ratings, weight", results.measured),
    Item(_RESULTS, "17a", "When harms happened", "Onset, duration, and time since treatment", results.timed),
    Item(_RESULTS, "17b", "Absolute and relative measures", "Both, for events that happen or not",
         of_events(results.absolute_and_relative)),
    Item(_RESULTS, "18", "Groups and other looks at harms", "Planned ones apart from others", methods.subgroups),
    Item(_RESULTS, "19", "Deaths and serious events", "Of every cause, for each arm",
         of_events(results.serious_and_deaths)),
    Item(_DISCUSSION, "20", "Limits", "What the trial cannot say about harms", author="limits of what is known"),
    Item(_DISCUSSION, "21", "For whom it holds", "To whom the harms found may apply", author="for whom it holds"),
    Item(_DISCUSSION, "22", "Interpretation", "Harms weighed against benefits and other evidence",
         author="the interpretation"),
    Item(_OTHER, "23", "Registration", "Register and number", author="register and number"),
    Item(_OTHER, "24", "Protocol and further data", "Where protocol and full data on harms are",
         author="where the protocol and the data on harms are"),
    Item(_OTHER, "25", "Funding", "Who paid, and for what", author="funding"),
)  # fmt: skip
"""The topics in the order of a paper."""


def answers(evidence: Evidence) -> tuple[tuple[Item, Answer], ...]:
    """Give every topic with what plan and results say to it."""
    return tuple((item, item.answer(evidence)) for item in ITEMS)
