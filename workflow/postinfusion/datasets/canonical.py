"""The canonical tables: what every source is turned into before anything is derived. They never touch the disk."""

from __future__ import annotations

from postinfusion.datasets.columns import Column, Table

ID = Column("id", "text", "the participant", required=True, complete=True, identifier=True)

SEVERITIES = ("mild", "moderate", "severe", "life-threatening", "fatal")
RELATIONS = ("none", "unlikely", "possible", "probable", "definite")
ACTIONS = ("none", "slowed", "interrupted", "stopped", "withdrawn")
OUTCOMES = ("resolved", "resolving", "not resolved", "sequelae", "fatal", "unknown")

TIMINGS = ("pre-dose", "post-dose")
TIMING = Column(
    "timing", "choice", "before or after the infusion that starts at the same time or on the same day", allowed=TIMINGS
)

CLOCK = "_clock"
WEIGHT_UNIT = Column("weight_unit", "choice", "unit of weight_kg in the file, where it is not kg", allowed=("kg", "lb"))
HEIGHT_UNIT = Column(
    "height_unit", "choice", "unit of height_cm in the file, where it is not cm", allowed=("cm", "m", "inch")
)


def _clock(time: str) -> Column:
    """Give the column with the hour of the day that stands beside a date or a study day."""
    return Column(f"{time}{CLOCK}", "text", f"hour of the day of {time}, as in 09:30 or 9.5")


QUALIFIER = Column("qualifier", "text", "what stood beside the number in its cell, for example < or >")

PERIOD = Column("crossover_period", "integer", "period of a crossover trial, where recorded", minimum=1, maximum=3)

PARTICIPANTS = Table(
    "participants",
    "one row for each participant who entered the trial",
    (
        ID,
        Column("arm", "choice", "arm allocated by randomisation (or the only arm); empty when never allocated"),
        Column("arm_actual", "choice", "arm actually received, where it differs from the allocated one"),
        Column("arm_2", "choice", "arm allocated by the second randomisation; empty for who was not randomised again"),
        Column("crossover_sequence", "text", "order of the treatments in a crossover trial, as the plan calls it"),
        Column("site", "text", "centre"),
        Column("diagnosis", "text", "diagnosis, for example AN, BN, BED"),
        Column("subtype", "text", "subtype of the diagnosis"),
        Column("sex", "text", "sex as recorded"),
        Column("age", "number", "age at entry", "years", minimum=0, maximum=120),
        Column("age_months", "number", "exact age at time zero, for body mass index by age", "months", minimum=0),
        Column("height_cm", "number", "height at entry", "cm", minimum=100, maximum=220),
        HEIGHT_UNIT,
        Column("illness_years", "number", "time since the diagnosis was made", "years", minimum=0, maximum=90),
        Column("failed_treatments", "integer", "earlier treatments that failed", minimum=0, maximum=50),
        Column("co_treatment", "text", "treatment given beside the infusions"),
        Column("consented", "time", "when consent was given"),
        Column("randomised", "time", "when the participant was randomised"),
        Column("first_dose", "time", "when treatment began, for trials without infusions"),
        Column("treated", "yes_no", "received any treatment; derived from the infusions where there are any"),
        Column("exposure_days", "number", "days on treatment, where supplied", "d", minimum=0),
    ),
    key=("id",),
    ordered=(("consented", "randomised"),),
)

SCREENING = Table(
    "screening",
    "one row for each person assessed for eligibility, whether randomised or not",
    (
        Column("screening", "text", "number of the screening", required=True, complete=True, identifier=True),
        Column("id", "text", "the participant, when randomised", identifier=True),
        Column("eligible", "yes_no", "met all criteria", required=True, complete=True),
        Column("reason", "text", "why excluded"),
        Column("checklist_complete", "yes_no", "contraindications were all checked"),
    ),
    key=("screening",),
)

DISPOSITION = Table(
    "disposition",
    "one row for each participant: how the trial ended",
    (
        ID,
        Column(
            "status",
            "choice",
            "how the trial ended",
            required=True,
            complete=True,
            allowed=("completed", "discontinued", "ongoing"),
        ),
        Column("reason", "text", "why discontinued"),
        Column("left", "time", "last day in the trial"),
        Column("died", "yes_no", "died during the trial"),
    ),
    key=("id",),
)

INFUSIONS = Table(
    "infusions",
    "one row for each infusion that was started",
    (
        ID,
        Column(
            "number",
            "integer",
            "number of the infusion in the participant",
            required=True,
            complete=True,
            minimum=1,
            maximum=500,
        ),
        PERIOD,
        Column("arm_given", "choice", "treatment that was given, in a crossover trial"),
        Column("course", "integer", "number of the course; derived from pauses otherwise", minimum=1, maximum=100),
        Column("drug", "text", "what was infused"),
        Column("start", "time", "start of the infusion", required=True, complete=True),
        _clock("start"),
        Column("end", "time", "end of the infusion"),
        _clock("end"),
        Column("dose_mg", "number", "dose given", "mg", minimum=0, maximum=2000),
        Column("dose_mg_per_kg", "number", "dose given by body weight", "mg/kg", minimum=0, maximum=20),
        Column("stopped_early", "yes_no", "stopped before the planned end"),
        Column("stop_reason", "text", "why stopped early"),
        Column("setting", "text", "where it was given and by whom"),
    ),
    key=("id", "number"),
    ordered=(("start", "end"),),
)

ASSESSMENTS = Table(
    "assessments",
    "one row for each score at one assessment",
    (
        ID,
        Column("measure", "text", "scale or task, for example MADRS", required=True, complete=True),
        Column("score", "text", "which score of the scale; `total` where there is only one; empty for a single item"),
        Column("item", "integer", "number of the item, where the row holds the answer to a single item", minimum=1),
        Column("value", "number", "the score; empty when not done", required=True),
        QUALIFIER,
        Column("taken", "time", "when it was assessed"),
        _clock("taken"),
        PERIOD,
        TIMING,
        Column("visit", "text", "visit as recorded, where the schedule is nominal"),
        Column("derivation", "text", "how the score was derived where it was not observed, for example LOCF"),
        Column("analysed", "yes_no", "represents its visit, where supplied; derived otherwise"),
    ),
    key=("id", "measure", "score", "item", "taken", "visit", "derivation"),
)

WEIGHTS = Table(
    "weights",
    "one row for each weighing",
    (
        ID,
        Column("weight_kg", "number", "body weight", "kg", required=True, minimum=20, maximum=300),
        WEIGHT_UNIT,
        Column("height_cm", "number", "height measured with it", "cm", minimum=100, maximum=220),
        HEIGHT_UNIT,
        Column("taken", "time", "when it was measured"),
        _clock("taken"),
        PERIOD,
        TIMING,
        Column("visit", "text", "visit as recorded"),
        Column("weight_source", "text", "measured or self-reported"),
    ),
    key=("id", "taken", "visit"),
)

VITALS = Table(
    "vitals",
    "one row for each measurement of one vital sign or rating around an infusion",
    (
        ID,
        Column("infusion", "integer", "number of the infusion", minimum=1, maximum=500),
        Column("minute", "number", "planned minute since the start of the infusion", "min", minimum=-120, maximum=2880),
        Column("measure", "text", "what was measured, for example SBP", required=True, complete=True),
        Column("value", "number", "the measured value", required=True),
        QUALIFIER,
        Column("taken", "time", "when it was measured"),
        _clock("taken"),
        PERIOD,
        TIMING,
        Column("visit", "text", "visit as recorded"),
    ),
    key=("id", "measure", "infusion", "minute", "taken", "visit"),
)

LABORATORY = Table(
    "laboratory",
    "one row for each laboratory or electrocardiogram result",
    (
        ID,
        Column("test", "text", "what was measured, for example K or QTCF", required=True, complete=True),
        Column("value", "number", "the result", required=True),
        QUALIFIER,
        Column("unit", "text", "unit of the result"),
        Column("normal_high", "number", "upper limit of the normal range, in the unit of the result", minimum=0),
        Column("taken", "time", "when the sample was taken"),
    ),
    key=("id", "test", "taken"),
)

ADVERSE_EVENTS = Table(
    "adverse_events",
    "one row for each adverse event",
    (
        ID,
        Column("term", "text", "the event, coded where coding is supplied", required=True, complete=True),
        Column("body_system", "text", "system organ class or the trial's own group"),
        Column("onset", "time", "when it began"),
        _clock("onset"),
        Column("end", "time", "when it ended; empty when ongoing or unknown"),
        _clock("end"),
        Column(
            "worsened", "time", "when an event that was there before the first infusion became worse; empty where not"
        ),
        _clock("worsened"),
        Column("severity", "choice", "intensity", allowed=SEVERITIES),
        Column("grade", "integer", "toxicity grade (CTCAE)", minimum=1, maximum=5),
        Column("serious", "yes_no", "serious by regulation"),
        Column("criterion", "text", "why serious"),
        Column("related", "choice", "relation to the treatment as judged by the investigator", allowed=RELATIONS),
        Column("action", "choice", "what was done with the treatment", allowed=ACTIONS),
        Column("treatment", "text", "treatment given for the event"),
        Column("outcome", "choice", "how it ended", allowed=OUTCOMES),
        Column("solicited", "yes_no", "asked for by a checklist rather than reported spontaneously"),
        Column(
            "infusion", "integer", "number of the infusion after which it began, where recorded", minimum=1, maximum=500
        ),
        Column("emergent", "yes_no", "treatment-emergent, where supplied; derived otherwise"),
    ),
    key=(),
    ordered=(("onset", "end"), ("onset", "worsened"), ("worsened", "end")),
)

MEDICATION = Table(
    "medication",
    "one row for each medicine taken beside the trial treatment",
    (
        ID,
        Column("medicine", "text", "name or class of the medicine", required=True, complete=True),
        Column("indication", "text", "what it was given for"),
        Column("start", "time", "first day"),
        Column("end", "time", "last day"),
        Column("use", "choice", "when and why it was given", allowed=("background", "prophylaxis", "rescue", "new")),
    ),
    key=(),
    ordered=(("start", "end"),),
)

INTERCURRENT_EVENTS = Table(
    "intercurrent_events",
    "one row for each event that changes the meaning or the existence of later assessments",
    (
        ID,
        Column("event", "text", "kind of event, as named in the plan's estimands", required=True, complete=True),
        Column("occurred", "time", "when it happened"),
    ),
    key=("id", "event", "occurred"),
)

DEVIATIONS = Table(
    "deviations",
    "one row for each departure from the protocol",
    (
        ID,
        Column("deviation", "text", "kind of departure", required=True, complete=True),
        Column("major", "yes_no", "could affect the results or a participant's safety", required=True, complete=True),
        Column("occurred", "time", "when it happened"),
    ),
    key=(),
)

DISCHARGE = Table(
    "discharge",
    "one row for each infusion: the check before the participant went home",
    (
        ID,
        Column("infusion", "integer", "number of the infusion", required=True, complete=True, minimum=1, maximum=500),
        Column("checked", "time", "when it was checked"),
        Column("criteria_met", "yes_no", "all discharge criteria were met"),
        Column("escort", "yes_no", "left with an accompanying person"),
        Column("driving_advice", "yes_no", "advised not to drive or use machines for 24 hours"),
    ),
    key=("id", "infusion"),
)

GUESSES = Table(
    "guesses",
    "one row for each participant: the guess of the allocated treatment",
    (
        ID,
        Column("guess", "text", "the guessed arm, or `don't know`", required=True, complete=True),
        Column("asked", "time", "when it was asked"),
    ),
    key=("id",),
)

GROWTH_REFERENCE = Table(
    "growth_reference",
    "one row for each age and sex of the reference of body mass index for the young (LMS)",
    (
        Column("sex", "text", "sex, spelt as in the participants", required=True, complete=True),
        Column("age_months", "number", "age", "months", required=True, complete=True, minimum=0, maximum=300),
        Column("L", "number", "power of the transformation", required=True, complete=True),
        Column("M", "number", "median", "kg/m²", required=True, complete=True, minimum=5, maximum=60),
        Column("S", "number", "coefficient of variation", required=True, complete=True, minimum=0.001, maximum=1),
    ),
    key=("sex", "age_months"),
)

TABLES = {
    table.name: table
    for table in (
        PARTICIPANTS, SCREENING, DISPOSITION, INFUSIONS, ASSESSMENTS, WEIGHTS, VITALS, LABORATORY, ADVERSE_EVENTS,
        MEDICATION, INTERCURRENT_EVENTS, DEVIATIONS, DISCHARGE, GUESSES, GROWTH_REFERENCE,
    )
}  # fmt: skip
