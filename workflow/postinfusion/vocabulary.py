"""The words that every layer shares: choices of the plan, statistics of the results, outputs of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What an analysis does; the value stands in the plan and in the ``method`` column of the results."""

    DISPOSITION = "disposition"
    DEMOGRAPHICS = "demographics"
    SUMMARY = "summary"
    MISSINGNESS = "missingness"
    WINDOWS = "windows"
    WEIGHT = "weight"
    WEIGHT_STABILITY = "weight-stability"
    EQUIVALENCE = "equivalence"
    COURSES = "courses"
    ADVERSE_EVENTS = "adverse-events"
    SIDE_EFFECTS = "side-effects"
    EVENT_RATES = "event-rates"
    CONDUCT = "conduct"
    ALERTS = "alerts"
    LIVER = "liver"
    MEDICATION = "medication"
    VITAL_SIGNS = "vital-signs"
    INFUSION_VITALS = "infusion-vitals"
    INFUSION_RATINGS = "infusion-ratings"
    MMRM = "mmrm"
    TRAJECTORY = "trajectory"
    ANCOVA = "ancova"
    BEFORE_AFTER = "before-after"
    RANDOMISATION_TEST = "randomisation-test"
    CROSSOVER = "crossover"
    TIME_TO_EVENT = "time-to-event"
    RESPONSE = "response"
    RELIABLE_CHANGE = "reliable-change"
    REPEATED_BINARY = "repeated-binary"
    ORDINAL = "ordinal"
    COUNTS = "counts"
    TIMED_TASK = "timed-task"
    SHIFT = "shift"
    MASKING = "masking"
    VARIABILITY = "variability"
    SUBGROUPS = "subgroups"
    MODERATOR = "moderator"
    VARIANCE_RATIO = "variance-ratio"
    TWO_STAGE = "two-stage"
    PHASES = "phases"


MODELS = frozenset({Method.MMRM, Method.TRAJECTORY, Method.ANCOVA, Method.CROSSOVER})


class Section(StrEnum):
    """The sections of a report, in its order; each is one display job and one folder."""

    CLAIMS = "claims"
    DISPOSITION = "disposition"
    EFFICACY = "efficacy"
    WEIGHT = "weight"
    SAFETY = "safety"
    GOVERNANCE = "governance"


@dataclass(frozen=True)
class Output:
    """One kind of table or figure that a run can produce."""

    id: str
    title: str
    section: Section
    method: Method | None
    kind: str  # table | figure
    individual: bool = False


OUTPUTS = {
    output.id: output
    for output in (
        Output("CLMT01", "Verdict on each claim", Section.CLAIMS, None, "table"),
        Output("CLMG01", "Estimates of the claims on a common scale", Section.CLAIMS, None, "figure"),
        Output("MULT01", "Adjustment for several claims", Section.CLAIMS, None, "table"),
        Output("CONSORT01", "Flow of participants", Section.DISPOSITION, Method.DISPOSITION, "figure"),
        Output("DST01", "Disposition", Section.DISPOSITION, Method.DISPOSITION, "table"),
        Output("DMT01", "Demographics and baseline characteristics", Section.DISPOSITION, Method.DEMOGRAPHICS, "table"),
        Output("WINT01", "Assessments by window", Section.DISPOSITION, Method.WINDOWS, "table"),
        Output("CFBT01", "Observed values and change from baseline", Section.EFFICACY, Method.SUMMARY, "table"),
        Output("MIST01", "Missing assessments", Section.EFFICACY, Method.MISSINGNESS, "table"),
        Output("MMRMT01", "Mixed model for repeated measures", Section.EFFICACY, Method.MMRM, "table"),
        Output("MMRMG01", "Adjusted means by visit", Section.EFFICACY, Method.MMRM, "figure"),
        Output("MMRMG02", "Effect over time", Section.EFFICACY, Method.MMRM, "figure"),
        Output("LMMT01", "Linear mixed model over time", Section.EFFICACY, Method.TRAJECTORY, "table"),
        Output("LMMG01", "Effect curve", Section.EFFICACY, Method.TRAJECTORY, "figure"),
        Output("AOVT01", "Analysis of covariance", Section.EFFICACY, Method.ANCOVA, "table"),
        Output("SEGT01", "Before and after the first infusion", Section.EFFICACY, Method.BEFORE_AFTER, "table"),
        Output("PRMT01", "Randomisation test", Section.EFFICACY, Method.RANDOMISATION_TEST, "table"),
        Output("XOVT01", "Crossover model", Section.EFFICACY, Method.CROSSOVER, "table"),
        Output("XOVG01", "Paired differences", Section.EFFICACY, Method.CROSSOVER, "figure", individual=True),
        Output("STGT01", "Two stages, randomised again", Section.EFFICACY, Method.TWO_STAGE, "table"),
        Output("PHST01", "Induction and maintenance", Section.EFFICACY, Method.PHASES, "table"),
        Output("TTET01", "Time to an event", Section.EFFICACY, Method.TIME_TO_EVENT, "table"),
        Output("KMG01", "Time to an event", Section.EFFICACY, Method.TIME_TO_EVENT, "figure", individual=True),
        Output("COXT01", "Hazard ratios", Section.EFFICACY, Method.TIME_TO_EVENT, "table"),
        Output("RSPT01", "Response and remission", Section.EFFICACY, Method.RESPONSE, "table"),
        Output("RELT01", "Reliable change", Section.EFFICACY, Method.RELIABLE_CHANGE, "table"),
        Output("LGRT02", "Logistic model by visit", Section.EFFICACY, Method.REPEATED_BINARY, "table"),
        Output("ORDT01", "Ordered categories by visit", Section.EFFICACY, Method.ORDINAL, "table"),
        Output("CMHT01", "Tests of ordered categories", Section.EFFICACY, Method.ORDINAL, "table"),
        Output("RATET01", "Counts of events by visit", Section.EFFICACY, Method.COUNTS, "table"),
        Output("COGT01", "Cognitive tasks", Section.EFFICACY, Method.TIMED_TASK, "table"),
        Output("SUBT01", "Difference between arms by subgroup", Section.EFFICACY, Method.SUBGROUPS, "table"),
        Output("FSTG03", "Difference between arms by subgroup", Section.EFFICACY, Method.SUBGROUPS, "figure"),
        Output("MODG01", "Difference between arms along a moderator", Section.EFFICACY, Method.MODERATOR, "figure"),
        Output("HETT01", "Spread of outcomes by arm", Section.EFFICACY, Method.VARIANCE_RATIO, "table"),
        Output(
            "HETG01",
            "Individual courses and spread",
            Section.EFFICACY,
            Method.VARIANCE_RATIO,
            "figure",
            individual=True,
        ),
        Output("UNBT01", "Treatment guess and blinding indices", Section.EFFICACY, Method.MASKING, "table"),
        Output("IPPG01", "Individual courses", Section.EFFICACY, Method.COURSES, "figure", individual=True),
        Output("STBT01", "Stability within persons", Section.EFFICACY, Method.VARIABILITY, "table"),
        Output("WTT01", "Weight and body mass index by visit", Section.WEIGHT, Method.WEIGHT, "table"),
        Output("WTT02", "Stable weight", Section.WEIGHT, Method.WEIGHT_STABILITY, "table"),
        Output("WTT03", "Equivalence within a margin", Section.WEIGHT, Method.EQUIVALENCE, "table"),
        Output("WTG01", "Weight within the band", Section.WEIGHT, Method.WEIGHT_STABILITY, "figure", individual=True),
        Output("WTG02", "Weight and symptoms", Section.WEIGHT, Method.WEIGHT_STABILITY, "figure", individual=True),
        Output("WTG03", "Mean change of weight and body mass index", Section.WEIGHT, Method.WEIGHT, "figure"),
        Output("AET01", "Overview of adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET01_AESI", "Events of special interest", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET02", "Adverse events by class and term", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET03", "Adverse events by worst severity", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET04", "Adverse events by highest grade", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET06", "Adverse events in groups of participants", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET07", "Fatal adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET09", "Adverse events related to the treatment", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET10", "Most frequent adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AET11", "Adverse events by infusion", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("EUDRAT01", "Non-serious events for EudraCT", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("EUDRAT02", "Serious events for EudraCT", Section.SAFETY, Method.ADVERSE_EVENTS, "table"),
        Output("AEG01", "Most frequent adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "figure"),
        Output("AEG02", "Worst severity of adverse events by arm", Section.SAFETY, Method.ADVERSE_EVENTS, "figure"),
        Output("AEG04", "Screening of adverse events by term", Section.SAFETY, Method.ADVERSE_EVENTS, "figure"),
        Output("AEG05", "Adverse events over time", Section.SAFETY, Method.ADVERSE_EVENTS, "figure", individual=True),
        Output("AEL01", "Terms of the adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "table", individual=True),
        Output("AEL02", "List of adverse events", Section.SAFETY, Method.ADVERSE_EVENTS, "table", individual=True),
        Output("AEL03", "List of serious events", Section.SAFETY, Method.ADVERSE_EVENTS, "table", individual=True),
        Output("AEL04", "List of deaths", Section.SAFETY, Method.ADVERSE_EVENTS, "table", individual=True),
        Output("AET05", "Incidence rates of adverse events", Section.SAFETY, Method.EVENT_RATES, "table"),
        Output("AET05_ALL", "Rates of all adverse events", Section.SAFETY, Method.EVENT_RATES, "table"),
        Output("AEG03", "Mean number of adverse events", Section.SAFETY, Method.EVENT_RATES, "figure", individual=True),
        Output(
            "AEG03_GROUPS",
            "Mean number of adverse events in groups of participants",
            Section.SAFETY,
            Method.EVENT_RATES,
            "figure",
            individual=True,
        ),
        Output("SEFT01", "Side effects after an infusion", Section.SAFETY, Method.SIDE_EFFECTS, "table"),
        Output("MONT01", "Monitoring and conduct of the infusions", Section.SAFETY, Method.CONDUCT, "table"),
        Output("VST01_VISIT", "Vital signs by visit", Section.SAFETY, Method.VITAL_SIGNS, "table"),
        Output("VST02_VISIT", "Vital signs beyond a limit after baseline", Section.SAFETY, Method.VITAL_SIGNS, "table"),
        Output("VST01", "Vital signs around an infusion", Section.SAFETY, Method.INFUSION_VITALS, "table"),
        Output("VST02", "Vital signs beyond a limit", Section.SAFETY, Method.INFUSION_VITALS, "table"),
        Output("VST03", "Peak and return of vital signs", Section.SAFETY, Method.INFUSION_VITALS, "table"),
        Output("VSG01", "Vital signs around an infusion", Section.SAFETY, Method.INFUSION_VITALS, "figure"),
        Output("CADT01", "Ratings around an infusion", Section.SAFETY, Method.INFUSION_RATINGS, "table"),
        Output("CADG01", "Ratings by number of the infusion", Section.SAFETY, Method.INFUSION_RATINGS, "figure"),
        Output("ALTL01", "Values beyond a limit", Section.SAFETY, Method.ALERTS, "table"),
        Output("LIVT01", "Liver tests and potential cases of Hy's law", Section.SAFETY, Method.LIVER, "table"),
        Output("LIVG01", "Peaks of liver tests", Section.SAFETY, Method.LIVER, "figure", individual=True),
        Output("CMT01", "Medicines beside the trial treatment", Section.SAFETY, Method.MEDICATION, "table"),
        Output("CSST01", "Worst category and shift from baseline", Section.SAFETY, Method.SHIFT, "table"),
        Output("DIAG01", "Convergence and structure of the models", Section.GOVERNANCE, None, "table"),
        Output("QCT01", "Agreement of two engines", Section.GOVERNANCE, None, "table"),
        Output("PROV01", "Inputs, versions and seeds", Section.GOVERNANCE, None, "table"),
        Output("CHK02", "Reporting of harms: CONSORT Harms 2022", Section.GOVERNANCE, None, "table"),
    )
}


class Verdict(StrEnum):
    """What the results say of a claim; an effect is never more than compatible where no arms are compared."""

    SUPPORTED = "supported"
    COMPATIBLE = "compatible (uncontrolled)"
    INCONCLUSIVE = "inconclusive"
    NO_IMPORTANT_EFFECT = "no important effect"
    CONTRADICTED = "contradicted"
    NOT_TESTABLE = "not testable with these data"


class Covariance(StrEnum):
    """Covariance of repeated measurements within a participant."""

    US = "us"
    AD = "ad"
    ADH = "adh"
    AR1 = "ar1"
    AR1H = "ar1h"
    CS = "cs"
    CSH = "csh"
    TOEP = "toep"
    TOEPH = "toeph"


COVARIANCE_NAMES = {
    Covariance.US: "unstructured",
    Covariance.AD: "first-order ante-dependence",
    Covariance.ADH: "heterogeneous first-order ante-dependence",
    Covariance.AR1: "first-order autoregressive",
    Covariance.AR1H: "heterogeneous first-order autoregressive",
    Covariance.CS: "compound symmetry",
    Covariance.CSH: "heterogeneous compound symmetry",
    Covariance.TOEP: "Toeplitz",
    Covariance.TOEPH: "heterogeneous Toeplitz",
}


class DfMethod(StrEnum):
    """How the degrees of freedom of a contrast are found."""

    KENWARD_ROGER_LINEAR = "kenward-roger-linear"
    SATTERTHWAITE = "satterthwaite"
    BETWEEN_WITHIN = "between-within"
    RESIDUAL = "residual"
    ASYMPTOTIC = "asymptotic"


DF_NAMES = {
    DfMethod.KENWARD_ROGER_LINEAR: "Kenward-Roger (linear)",
    DfMethod.SATTERTHWAITE: "Satterthwaite",
    DfMethod.BETWEEN_WITHIN: "between-within",
    DfMethod.RESIDUAL: "residual",
    DfMethod.ASYMPTOTIC: "asymptotic",
}


BODY_MASS_INDEX = "BMI"
FOR_AGE = ("BMIZ", "BMIPCT", "PMBMI")
"""Body mass index for age and sex: standard score, percentile, per cent of the median of the reference."""

MISSING_AS_FAILURE, OBSERVED_CASES = "missing as failure", "observed cases"
ESTIMATOR_NAMES = {"failure": MISSING_AS_FAILURE, "observed": OBSERVED_CASES}
"""How a plan calls the two ways to count participants without a value → how the results call them."""

NO_GUESS = "don't know"
"""The guess of a participant who does not know the allocated arm."""
ANSWERS = ("correct", "wrong", NO_GUESS, "no answer")
"""What a participant's guess was; the last is whoever was not asked or did not say."""

# What an analysis writes into ``error`` of a statistic that the data do not record: this, a colon and what is missing.
NOT_RECORDED = "not recorded"
NOT_IDENTIFIABLE = "not identifiable"

# What the field calls the columns of the participants, where that is more than their name in words.
PARTICIPANT_LABELS = {
    "height_cm": "Height",
    "illness_years": "Duration of illness",
    "failed_treatments": "Earlier treatments that failed",
    "co_treatment": "Concomitant treatment",
    "exposure_days": "Days on treatment",
    "arm_actual": "Arm received",
    "arm_2": "Arm of the second randomisation",
}
ABBREVIATIONS = frozenset(
    {"adhd", "bdi", "bmi", "bprs", "cadss", "cgi", "cia", "ecg", "ede", "edeq", "gad", "gad7", "gaf", "hamd", "hdrs",
     "madrs", "mmse", "ocd", "phq", "phq9", "ptsd", "qids", "ssri", "vas", "ymrs"}
)  # fmt: skip

# Groups that the field names in another order than that of their letters.
_CUSTOMARY_ORDER = ("AN", "Anorexia nervosa", "BN", "Bulimia nervosa", "BED", "Binge-eating disorder", "OSFED")


def in_order(groups: Iterable[str]) -> list[str]:
    """Give the names of groups in the order that the field is used to, others after them by name.

    >>> in_order(["BED", "north", "AN", "BN"])
    ['AN', 'BN', 'BED', 'north']
    """
    place = {name: position for position, name in enumerate(_CUSTOMARY_ORDER)}
    return sorted(groups, key=lambda name: (place.get(name, len(place)), str(name)))


class DesignKind(StrEnum):
    """Design of the trial."""

    SINGLE_ARM = "single-arm"
    PARALLEL = "parallel"
    CROSSOVER = "crossover"
    RE_RANDOMISED = "re-randomised"


class TimeZero(StrEnum):
    """What hour 0 of every participant is."""

    FIRST_INFUSION = "first-infusion"
    RANDOMISATION = "randomisation"
    FIRST_DOSE = "first-dose"


TIME_ZERO_NAMES = {
    TimeZero.FIRST_INFUSION: "the start of the first infusion",
    TimeZero.RANDOMISATION: "randomisation",
    TimeZero.FIRST_DOSE: "the first dose",
}


class DataKind(StrEnum):
    """Whether the data are evidence; synthetic and scrambled ones put a banner on every page and figure."""

    REAL = "real"
    SYNTHETIC = "synthetic"
    SCRAMBLED = "scrambled"


BANNERS = {
    DataKind.SYNTHETIC: "SYNTHETIC — no evidence about any treatment",
    DataKind.SCRAMBLED: "ARMS SCRAMBLED — no evidence about any treatment",
}
INDIVIDUAL_BANNER = "INTERNAL — contains individual data"


class Privacy(StrEnum):
    """Who may read a report."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Better(StrEnum):
    """Direction of benefit of an endpoint."""

    LOWER = "lower"
    HIGHER = "higher"
    NONE = "none"
