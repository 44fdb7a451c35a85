"""The ADaM datasets: their columns under the names that a statistical programmer knows, with units and meaning.

Time is hours since time zero, which the plan names; nothing here is a calendar date. Columns that do not apply to a
trial (those of infusions, where there are none) are absent.
"""

from __future__ import annotations

import re

from postinfusion.datasets.columns import Column, Table

USUBJID = Column("USUBJID", "text", "the participant, re-keyed unless the plan keeps the ids", complete=True)
TRTP = Column("TRTP", "text", "arm allocated")
TRTA = Column("TRTA", "text", "arm received")
SINCE_INFUSION = (
    Column("AHRFIRST", "number", "time since time zero (the start of the first infusion, where there is one)", "h"),
    Column("AHRLAST", "number", "time since the last infusion that started before", "h"),
    Column("INFNUM", "integer", "infusions started before"),
    Column("CUMDOSE", "number", "dose received before, by body weight", "mg/kg"),
    Column("COURSE", "integer", "course of the last infusion that started before"),
    Column("PHASE", "text", "pre, acute (24 h), subacute (72 h), course, maintenance or followup (from 7 d after)"),
    Column("ADY", "integer", "study day; the day of time zero is 1, there is no day 0", "d"),
    Column("ATMF", "text", "D where only the day is known, N where the time is that of the schedule"),
)
ANALYSIS_VALUE = (
    Column("PARAMCD", "text", "parameter: the measure, with its score where it is not the total"),
    Column("AVISIT", "text", "visit whose window holds the record; empty when unscheduled"),
    Column("AVISITN", "number", "nominal time of the visit", "h"),
    Column("AWTDIFF", "number", "time since the nominal time of the visit for the participant", "h"),
    Column("ATPTN", "number", "planned minute since the start of the infusion", "min"),
    Column("AVAL", "number", "value"),
    Column("BASE", "number", "value at baseline"),
    Column("CHG", "number", "change from baseline"),
    Column("PCHG", "number", "change in per cent of baseline", "%"),
    Column("ABLFL", "text", "Y: the baseline record"),
    Column("ANL01FL", "text", "Y: the record that represents its visit"),
    Column("DTYPE", "text", "how the value was derived, where it was not observed (LOCF)"),
    Column("RELAPFL", "text", "Y: a response that was lost again after the last infusion of its course"),
)
TRTSEQP = Column("TRTSEQP", "text", "treatments of a crossover trial in the order allocated")
APERIOD = Column("APERIOD", "integer", "period of a crossover trial, or stage; TRTP and TRTA are then those of it")
OF_PERIOD = (
    APERIOD,
    TRTSEQP,
    Column("TRTPREV", "text", "treatment received in the period before; empty in the first"),
    Column("APERHR", "number", "time since the start of the period", "h"),
    Column("BASETYPE", "text", "PERIOD: BASE is the baseline of the period"),
)
SCORING = (
    Column("NITEMS", "integer", "items answered, where the score was computed from items"),
    Column("PRORFL", "text", "Y: prorated, since items are missing"),
    Column("CENSFL", "text", "Y: stopped at the cap or delivered as at least this value, or computed of such a value"),
)

ADSL = Table(
    "ADSL",
    "one row for each participant",
    (
        Column("STUDYID", "text", "the trial"),
        USUBJID,
        TRTP,
        TRTA,
        TRTSEQP,
        Column("TRTSEQA", "text", "treatments of a crossover trial in the order received"),
        *(
            Column(f"TRT0{period}{kind}", "text", f"treatment {word} in period {period} of a crossover trial, or stage")
            for period in (1, 2, 3)
            for kind, word in (("P", "allocated"), ("A", "received"))
        ),
        Column("AP02SHR", "number", "start of the second stage since time zero, for who was randomised again", "h"),
        Column("SITEID", "text", "centre"),
        Column("DIAG", "text", "diagnosis"),
        Column("SUBTYPE", "text", "subtype of the diagnosis"),
        Column("SEX", "text", "sex"),
        Column("AGE", "number", "age at entry, capped at 90", "years"),
        Column("HEIGHTBL", "number", "height at entry", "cm"),
        Column("WEIGHTBL", "number", "weight at baseline", "kg"),
        Column("BMIBL", "number", "body mass index at baseline", "kg/m²"),
        Column("DURDIS", "number", "duration of the illness", "years"),
        Column("NFAIL", "integer", "earlier treatments that failed"),
        Column("COTRT", "text", "treatment given beside the infusions"),
        Column("NINF", "integer", "infusions started"),
        Column("EXDUR", "number", "days on treatment, as supplied", "d"),
        Column("EOSSTT", "text", "how the trial ended: completed, discontinued, ongoing"),
        Column("DCSREAS", "text", "why discontinued"),
        Column("EOSHR", "number", "time since time zero at the end of participation", "h"),
        Column("DTHFL", "text", "Y: died during the trial"),
        Column("TRTGUESS", "text", "arm that the participant guessed, or don't know; empty: no answer"),
        Column("GUESSHR", "number", "time since time zero when the guess was asked", "h"),
    ),
    key=("USUBJID",),
)
ADEX = Table(
    "ADEX",
    "one row for each infusion that was started",
    (
        USUBJID,
        TRTP,
        TRTA,
        Column("INFNUM", "integer", "number of the infusion"),
        APERIOD,
        Column("AHRFIRST", "number", "start since time zero", "h"),
        Column("EXENHR", "number", "end since time zero", "h"),
        Column("EXSTTMF", "text", "D where only the day of the start is known"),
        Column("EXTRT", "text", "what was infused"),
        Column("EXDOSE", "number", "dose", "mg"),
        Column("EXDOSEKG", "number", "dose by body weight", "mg/kg"),
        Column("CUMDOSE", "number", "dose by body weight, this infusion included", "mg/kg"),
        Column("GAPHR", "number", "time since the start of the infusion before", "h"),
        Column("COURSE", "integer", "course of infusions: as recorded, else a new one after each long pause"),
        Column("EXSTOPFL", "text", "Y: stopped early; N: not; empty: not recorded"),
        Column("EXSETFL", "text", "Y: given in a controlled setting of the plan; N: in another; empty: not known"),
        Column("DCCRITFL", "text", "Y: all discharge criteria were met; N: not; empty: not recorded"),
        Column("ESCORTFL", "text", "Y: left with an accompanying person; N: not; empty: not recorded"),
        Column("DRVADVFL", "text", "Y: advised not to drive for a day; N: not; empty: not recorded"),
    ),
    key=("USUBJID", "INFNUM"),
)
ADQS = Table(
    "ADQS",
    "one row for each score of an assessment",
    (USUBJID, TRTP, TRTA, *OF_PERIOD, *ANALYSIS_VALUE, *SCORING, *SINCE_INFUSION),
    key=("USUBJID", "PARAMCD", "AHRFIRST", "AVISIT", "DTYPE"),
)
ADVS = Table(
    "ADVS",
    "one row for each weight, body mass index, vital sign or rating around an infusion",
    (
        USUBJID,
        TRTP,
        TRTA,
        *OF_PERIOD,
        *ANALYSIS_VALUE,
        Column("WTSRC", "text", "whether a weight was measured or self-reported, where that was recorded"),
        Column("INFNUMR", "integer", "number of the infusion that the value was recorded with, where there is one"),
        *SINCE_INFUSION,
    ),
    key=("USUBJID", "PARAMCD", "AHRFIRST", "ATPTN", "INFNUM", "AVISIT"),
)
ADLB = Table(
    "ADLB",
    "one row for each laboratory or electrocardiogram result",
    (
        USUBJID,
        TRTP,
        TRTA,
        *OF_PERIOD,
        *ANALYSIS_VALUE[:-1],
        Column("AVALU", "text", "unit of the value as recorded"),
        Column("AVALQ", "text", "what stood beside the number, for example <"),
        Column("ANRHI", "number", "upper limit of the normal range, where it was recorded"),
        *SINCE_INFUSION,
    ),
    key=("USUBJID", "PARAMCD", "AHRFIRST", "AVISIT"),
)
ADAE = Table(
    "ADAE",
    "one row for each adverse event",
    (
        USUBJID,
        TRTP,
        TRTA,
        APERIOD,
        Column("AEBODSYS", "text", "class of the event"),
        Column("AEDECOD", "text", "the event"),
        Column("ASTHR", "number", "onset since time zero", "h"),
        Column("AENHR", "number", "end since time zero", "h"),
        *SINCE_INFUSION[1:3],
        Column("ASTTMF", "text", "D where only the day of onset is known"),
        Column("AENTMF", "text", "D where only the day of the end is known"),
        Column("ASTDY", "integer", "study day of the onset, or of the worsening where that counts; no day 0"),
        Column("AWORHR", "number", "worsening since time zero, of an event that was there before it", "h"),
        Column("AWORTMF", "text", "D where only the day of the worsening is known"),
        Column("AESEV", "text", "intensity; where none is recorded of any event, the toxicity grade in words"),
        Column("AETOXGR", "integer", "toxicity grade (CTCAE)"),
        Column("AESER", "text", "Y: serious; N: not; empty: not recorded"),
        Column("AEREL", "text", "relation to the treatment"),
        Column("AEACN", "text", "what was done with the treatment"),
        Column("AETRT", "text", "treatment given for the event"),
        Column("AEOUT", "text", "outcome"),
        Column("AESOLFL", "text", "Y: asked for by a checklist; N: reported spontaneously; empty: not recorded"),
        Column("BFCONSFL", "text", "Y: began before consent"),
        Column("AEWORFL", "text", "Y: began before time zero, and became worse at or after it"),
        Column("TRTEMFL", "text", "Y: treatment-emergent, as supplied; else began or became worse after time zero"),
    ),
    key=(),
)
ADICE = Table(
    "ADICE",
    "one row for each intercurrent event",
    (USUBJID, Column("ICE", "text", "kind of event"), Column("AHRFIRST", "number", "time since time zero", "h")),
    key=(),
)
ADTTE = Table(
    "ADTTE",
    "one row for each time to an event",
    (
        USUBJID,
        TRTP,
        Column("PARAMCD", "text", "what is timed; TTDISC: leaving the trial early"),
        Column("AVAL", "number", "time since time zero to the event or the end of observation", "h"),
        Column("CNSR", "integer", "1: not seen; 0: happened"),
    ),
    key=("USUBJID", "PARAMCD"),
)

ADSCR = Table(
    "ADSCR",
    "one row for each person assessed for eligibility, without any id",
    (
        Column("ELIGFL", "text", "Y: met all criteria"),
        Column("ENRLFL", "text", "Y: entered the trial"),
        Column("EXCREAS", "text", "why not entered"),
        Column("CHKFL", "text", "Y: all contraindications were checked"),
    ),
    key=(),
)

ADDV = Table(
    "ADDV",
    "one row for each departure from the protocol",
    (
        USUBJID,
        TRTP,
        TRTA,
        Column("DVMAJFL", "text", "Y: could affect the results or a participant's safety"),
        Column("AHRFIRST", "number", "time since time zero", "h"),
    ),
    key=(),
)

ADCM = Table(
    "ADCM",
    "one row for each medicine taken beside the trial treatment",
    (
        USUBJID,
        TRTP,
        TRTA,
        APERIOD,
        Column("CMDECOD", "text", "the medicine, or its class"),
        Column("CMUSE", "text", "when and why: background, prophylaxis, rescue, new; empty: not recorded"),
        Column("ASTHR", "number", "start since time zero", "h"),
        Column("AENHR", "number", "end since time zero; missing: ongoing or not known", "h"),
        Column("ASTTMF", "text", "D where only the day of the start is known"),
        Column("AENTMF", "text", "D where only the day of the end is known"),
        Column("ONTRTFL", "text", "Y: taken after time zero, or not known to have ended before"),
    ),
    key=(),
)

DATASETS = {table.name: table for table in (ADSL, ADEX, ADQS, ADVS, ADLB, ADAE, ADICE, ADTTE, ADSCR, ADDV, ADCM)}

PARTICIPANT_COLUMNS = {
    "arm": "TRTP",
    "arm_actual": "TRTA",
    "arm_2": "TRT02P",
    "site": "SITEID",
    "diagnosis": "DIAG",
    "subtype": "SUBTYPE",
    "sex": "SEX",
    "age": "AGE",
    "height_cm": "HEIGHTBL",
    "illness_years": "DURDIS",
    "failed_treatments": "NFAIL",
    "co_treatment": "COTRT",
    "exposure_days": "EXDUR",
}
_POPULATION_FLAGS = {"randomised": "ITTFL", "safety": "SAFFL", "efficacy": "EFFFL", "per-protocol": "PPROTFL"}


def participant_column(name: str) -> str:
    """Give the ADSL column of a participants' column or covariate under its name in the plan.

    >>> participant_column("diagnosis"), participant_column("site_group")
    ('DIAG', 'SITE_GROUP')
    """
    return PARTICIPANT_COLUMNS.get(name) or re.sub(r"\W+", "_", name).upper()


def population_flag(name: str) -> str:
    """Give the ADSL flag of a population under its name in the plan.

    >>> population_flag("randomised"), population_flag("completers")
    ('ITTFL', 'COMPLETERSFL')
    """
    return _POPULATION_FLAGS.get(name) or re.sub(r"\W+", "_", name).upper() + "FL"
