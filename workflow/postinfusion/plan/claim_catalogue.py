"""The clinical claims that a report judges, as data: what each says, its group, and what evidence decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from postinfusion.instruments.model import Construct


class ClaimGroup(StrEnum):
    """The groups in which the claims stand, in the order of the report."""

    RAPID = "rapid-relief"
    LASTING = "lasting"
    EATING = "eating-and-weight"
    PERSON = "whole-person"
    SAFETY = "safety"


GROUP_NAMES = {
    ClaimGroup.RAPID: "Rapid relief",
    ClaimGroup.LASTING: "Lasting effect",
    ClaimGroup.EATING: "Eating and weight",
    ClaimGroup.PERSON: "The whole person",
    ClaimGroup.SAFETY: "Safety",
}


class ClaimKind(StrEnum):
    """What kind of evidence decides a claim; each kind has rules of its own."""

    COMPARATIVE = "comparative"
    EQUIVALENCE = "equivalence"
    FREQUENCY = "frequency"
    EXISTENCE = "existence"
    DURATION = "duration"
    PROCESS = "process"
    SAFE = "safe"
    LASTING = "lasting"
    EVERY_DIAGNOSIS = "every-diagnosis"
    NEVER = "never"


@dataclass(frozen=True)
class Claim:
    """One claim of the catalogue.

    Attributes
    ----------
    id
        How plans and reports call it.
    words
        What is claimed, in a sentence.
    group, kind
        Where it stands, and what decides it.
    needs
        What has to be measured and analysed, or for a claim that outcome data can never decide the reason.
    constructs
        What an endpoint must measure to decide it; empty where that does not matter, or no endpoint decides.
    """

    id: str
    words: str
    group: ClaimGroup
    kind: ClaimKind
    needs: str
    constructs: tuple[Construct, ...] = ()


_G, _K, _C = ClaimGroup, ClaimKind, Construct
_SYMPTOMS = (
    _C.MOOD, _C.ANXIETY, _C.SUICIDALITY, _C.ANHEDONIA, _C.EATING_DISORDER, _C.EATING_BEHAVIOUR, _C.CRAVING
)  # fmt: skip
CATALOGUE: Mapping[str, Claim] = {
    claim.id: claim
    for claim in (
        Claim("E1", "Mood improves within a day of the first infusion.", _G.RAPID, _K.COMPARATIVE,
              "a depression scale at 24 h, between arms", (_C.MOOD,)),
        Claim("E2", "Anxiety falls within a day of the first infusion.", _G.RAPID, _K.COMPARATIVE,
              "an anxiety scale at 24 h to day 7, between arms", (_C.ANXIETY,)),
        Claim("E16", "Suicidal thoughts become fewer within days.", _G.RAPID, _K.COMPARATIVE,
              "suicidal ideation at 24 h to day 7, between arms", (_C.SUICIDALITY,)),
        Claim("E19", "It helps those whom earlier treatments failed.", _G.RAPID, _K.COMPARATIVE,
              "the effect among participants with at least two failed treatments, between arms", _SYMPTOMS),
        Claim("E5", "Relief lasts for weeks to months after a single infusion.", _G.LASTING, _K.LASTING,
              "days 28 and 84 where everyone received one infusion only, between arms", _SYMPTOMS),
        Claim("E5b", "Relief lasts for weeks to months after a course of infusions.", _G.LASTING, _K.LASTING,
              "days 28 and 84 since the first infusion of a course, between arms", _SYMPTOMS),
        Claim("E6", "The effect on mood lasts.", _G.LASTING, _K.LASTING,
              "a depression scale at days 28 and 84, between arms", (_C.MOOD,)),
        Claim("E7", "The effect on thinking lasts.", _G.LASTING, _K.COMPARATIVE,
              "a cognitive task at the end of follow-up, between arms", (_C.COGNITION, _C.FLEXIBILITY)),
        Claim("E8", "Disordered eating behaviour stays less frequent for months.", _G.LASTING, _K.COMPARATIVE,
              "counts of binges or purges at 3 to 12 months, between arms", (_C.EATING_BEHAVIOUR,)),
        Claim("E3", "Appetite is better regulated.", _G.EATING, _K.COMPARATIVE,
              "a state scale of hunger or craving within days, between arms",
              (_C.APPETITE, _C.CRAVING, _C.EATING_BEHAVIOUR)),
        Claim("E4", "Distressing symptoms of the eating disorder ease.", _G.EATING, _K.COMPARATIVE,
              "an eating-disorder scale such as EDE-Q at day 28, between arms", (_C.EATING_DISORDER,)),
        Claim("E11", "Cravings fall.", _G.EATING, _K.COMPARATIVE, "a craving scale, between arms", (_C.CRAVING,)),
        Claim("E12", "Bingeing and compensation become less frequent.", _G.EATING, _K.COMPARATIVE,
              "counts of episodes over 28 days, between arms", (_C.EATING_BEHAVIOUR,)),
        Claim("E13", "Weight stays stable.", _G.EATING, _K.EQUIVALENCE,
              "body mass index against a margin from the plan, between arms", (_C.WEIGHT,)),
        Claim("E20", "It works in anorexia nervosa, bulimia nervosa and binge-eating disorder.", _G.EATING,
              _K.EVERY_DIAGNOSIS, "the effect in each diagnosis and over all, between arms", _SYMPTOMS),
        Claim("E9", "Thinking becomes more flexible.", _G.PERSON, _K.COMPARATIVE,
              "a task of set-shifting or a scale of rigidity, between arms", (_C.FLEXIBILITY,)),
        Claim("E10", "Self-awareness grows.", _G.PERSON, _K.COMPARATIVE,
              "a scale of interoception or insight, between arms", (_C.SELF_AWARENESS,)),
        Claim("E14", "Mood becomes steadier.", _G.PERSON, _K.COMPARATIVE,
              "the variation of repeated mood ratings within persons, between arms", (_C.MOOD,)),
        Claim("E15", "Quality of life improves.", _G.PERSON, _K.COMPARATIVE,
              "a quality-of-life scale at the end of the course or later, between arms", (_C.QUALITY_OF_LIFE,)),
        Claim("E17", "Treatment can be tailored to the individual.", _G.PERSON, _K.NEVER,
              "the effect in one person needs repeated periods of both treatments in that person"),
        Claim("E18", "Combined with psychotherapy and nutritional counselling it treats the whole disorder.",
              _G.PERSON, _K.COMPARATIVE, "the effect with and without the other treatment, allocated by chance",
              _SYMPTOMS),
        Claim("E21", "It works through glutamate and new connections between nerve cells.", _G.PERSON, _K.NEVER,
              "outcome data say nothing about a mechanism"),
        Claim("S1", "It is safe and well tolerated.", _G.SAFETY, _K.SAFE,
              "serious and severe events and stopping for an event by arm, with margins from the plan"),
        Claim("S2", "Participants are monitored throughout the infusion.", _G.SAFETY, _K.PROCESS,
              "the planned sets of vital signs that were recorded"),
        Claim("S3", "Nausea may occur.", _G.SAFETY, _K.EXISTENCE, "adverse events"),
        Claim("S4", "Vomiting may occur.", _G.SAFETY, _K.EXISTENCE, "adverse events"),
        Claim("S5", "Dizziness and disorientation pass within a few hours.", _G.SAFETY, _K.DURATION,
              "start and end of these events"),
        Claim("S6", "Drowsiness and sedation may occur.", _G.SAFETY, _K.EXISTENCE, "adverse events or ratings"),
        Claim("S7", "Participants are told not to drive for a day.", _G.SAFETY, _K.PROCESS,
              "the advice at discharge, recorded for each infusion"),
        Claim("S8", "Psychotic and dissociative symptoms are rare.", _G.SAFETY, _K.FREQUENCY,
              "participants with such an event, and the frequency that counts as rare"),
        Claim("S9", "Psychotic and dissociative symptoms pass by themselves.", _G.SAFETY, _K.DURATION,
              "start, end and treatment of these events"),
        Claim("S10", "Trained staff give it in a controlled setting.", _G.SAFETY, _K.PROCESS,
              "setting and staff, recorded for each infusion"),
        Claim("S11", "Eligibility and contraindications are assessed beforehand.", _G.SAFETY, _K.PROCESS,
              "the checklist at screening"),
        Claim("S12", "Physical risk of the eating disorder needs watching.", _G.SAFETY, _K.EXISTENCE,
              "laboratory values, vital signs and heart traces beyond their limits"),
    )
}  # fmt: skip
"""The claims of the brief: E1 to E21 on effects, E5 told apart by the number of infusions, S1 to S12 on safety."""
