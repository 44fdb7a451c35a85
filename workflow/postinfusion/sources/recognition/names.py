"""Names of columns in English and German, and the parts that columns of such names play."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "à": "a", "ç": "c"})
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": (
            (
                r"(record|subject|participant|patient|pat|subj|study|proband(in|en)?|teilnehmer(in)?|case|fall|person|"
                r"pseudonym)( (id|nr|no|number|code|nummer|num|kennung))?|"
                r"(record|subj(ect)?|participant|pat(ient(en)?)?|prob(and(en)?)?|teilnehmer|fall|case|study)"
                r" ?(id|nr|no|code|nummer|num|kennung)"
            ),
            (
                r"id|usubjid|subjid|pid|sid|code|ppn|rownames?|(id|vp|vpn|patienten|probanden|teilnehmer|fall|vpn)"
                r"( )?(code|nummer|nr|id|kennung)?|(lfd|laufende) ?(nr|nummer|no)|vpn? ?(nr|id|code)|pseudonym"
            ),
        ),
        "arm": (
            (
                r"(study |treatment |allocated |randomi[sz]ed |randomi[sz]ation |rand |planned )?"
                r"(arm|group|treatment|treatment arm)( name| code)?"
            ),
            (
                r"trt ?0?1?p?|trtp|trt|tx|arm ?cd|actarm|condition|allocation|randomi[sz]ation( arm| group)|"
                r"intervention|randomi[sz]ed to|gruppe|behandlung(s)?( ?gruppe)?|studienarm|bedingung|therapiegruppe"
            ),
        ),
        "site": (
            r"(study |trial )?(site|cent(er|re)|clinic|zentrum|klinik|standort)( id| code| nr)?",
            r"studienzentrum",
        ),
        "sex": (r"(biological )?(sex|gender)( (at )?birth)?|geschl(echt)?",),
        "age": (r"age( (at )?(baseline|entry|inclusion|consent|enrol?ment))?( (in )?(years?|yrs?|y))?|alter( jahre)?",),
        "height_cm": (
            r"(body )?height( (in )?cm)?( (at )?(bl|baseline))?|hgt|(koerper )?groesse( cm)?|koerpergroesse( cm)?",
        ),
        "diagnosis": (r"(primary |main |ed )?(diagnosis|diagnose|dx|diag)( group| code)?|hauptdiagnose",),
        "subtype": (r"((diagnosis|dx|an|ed) )?sub ?type?|untertyp|subtyp",),
        "illness_years": (
            (
                r"(illness|disease|ed)( )?(duration|years)( (in )?(years?|yrs?))?|duration( of)?( the)? illness.*|"
                r"years ill|krankheitsdauer( (in )?jahren?)?"
            ),
        ),
        "failed_treatments": (
            r"(n |number of |prior |previous )*(failed|unsuccessful) (treatments?|trials?)|failed treatments n",
        ),
        "randomised": (
            (
                r"(date (of )?)?randomi[sz](ation|ed|e)( date| dt)?|rand ?(date|dt)|randomisierung(s ?datum)?|"
                r"randomisierungsdatum|datum (der )?randomisierung"
            ),
        ),
        "first_dose": (
            (
                r"(date (of )?)?(first )?(infusion|dose|dosing|treatment|(es)?ketamine?( infusion)?)( (start|begin|"
                r"started|beginn))?( (date( ?time)?|time|dt|datum))?|"
                r"(1|1 st|first|erste) (infusion|inf|dose)( (date|datum|dat|dt|start|time))*|"
                r"(infusion|inf|dose) 1 (date|datum|dat|dt|start)( (date|time|dt))?|"
                r"(infusions?|inf) ?(beginn|start|datum|dat|date|dt)|erste infusion|"
                r"datum (der )?(ersten )?infusion|behandlungsbeginn|first (infusion|dose)( .*)?"
            ),
        ),
        "consented": (r"(date (of )?)?(informed )?consent( date| dt)?|consented|einwilligung(s ?datum)?|icf date",),
        "visit": (
            (
                r"visit( name| label| code| id| no| nr| number)?|avisit|visitnum|time ?point|event( name)?|"
                r"redcap event name|assessment( point| wave)?|wave|session|messzeitpunkt|visite|zeitpunkt|mzp|phase|"
                r"(mess|erhebungs) ?(zeit ?(punkt|pkt|p)|zp)|zeit ?pkt|zp|visit(en)? ?(nr|nummer|name)|untersuchung|t"
            ),
        ),
        "measure": (
            (
                r"(measure|scale|questionnaire|paramcd|param|parameter|skala|fragebogen|instrument|test|vitalparameter|"
                r"vitalzeichen|vital sign)( name| code)?|vstestcd|vstest"
            ),
        ),
        "score": (r"sub ?scale|score( name| type)?|subskala",),
        "value": (
            (
                r"(total |raw )?(value|score|result|aval|wert|points|punkte|punktwert|summenwert|ergebnis|sum|"
                r"messwert)|vsorres|vsstresn"
            ),
        ),
        "taken": (
            (
                r"((visit|assessment|test|exam|survey|completion|erhebungs|test|untersuchungs|mess) ?)?"
                r"(date|datum|date ?time|dtc|dttm|dtm|dt|timestamp)( (of )?(visit|assessment|completion))?"
            ),
            (
                r"(assessed|taken|measured|weighed|completed)( at| on)?|adt|adtm|vsdtc|date time|"
                r"(erhebungs|test|mess)datum|untersuchungsdatum|visit dat|(mess ?|erhebungs ?)?zeitpunkt|"
                r"datum (der )?(visite|erhebung|untersuchung)|(visiten|besuchs)datum"
            ),
        ),
        "hours": (r"hours?( (since|post|after) .*)?|(time )?h(rs)? (since|post|after) .*|stunden( (seit|nach) .*)?",),
        "day": (
            r"(study |trial )?day( (no|nr|number))?|ady|days? (since|post|after) .*|studientag|tag|tage (seit|nach) .*",
        ),
        "minute": (r"(time )?min(utes?)?( (since|post|after) .*)?|time point min|minuten?( (seit|nach) .*)?",),
        "weight_kg": (
            r"(body )?(weight|wt|bw|mass)( (in )?(kg|kgs|lb|lbs|pounds?))?|(koerper ?)?gewicht( (in )?kg)?|wgt|kg",
        ),
        "reason": (r".*(reason|grund|abbruchgrund).*|dcsreas|dsterm|dsdecod",),
    }
)
"""Role → patterns of the whole name in plain words."""

_OCCURRED = r"(occurred|happened)( (at|on))?|(date|datum|dt)( of .*)?|(event|deviation|discharge)? ?date( ?time)?"

IN_CONTEXT: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "infusions": {
            "number": (
                r"(inf|infusion|dose|session|treatment|sitzung)s?( ?(nr|no|num|number|nummer|id))?|exseq|number",
            ),
            "start": (
                (
                    r"(date (and )?time |datetime |date )?(of )?(infusion |inf |dose |dosing |treatment |"
                    r"(es)?ketamine? (infusion )?)?"
                    r"(start|started|began|begin|beginn|onset|date|datum|date ?time|dt|given)"
                    r"( (date|time|datum|dt|dtm|dttm|date ?time|zeit))*|exstdtc|astdtm|infusions?(beginn|start|datum)|"
                    r"startzeit(punkt)?"
                ),
            ),
            "end": (
                (
                    r"(infusion |inf |dose )?(end|ended|stop|stopped|finish|ende)( (date|time|dt|"
                    r"dtm|dttm|date ?time|zeit))*|exendtc|"
                    r"aendtm|infusionsende|endzeit(punkt)?"
                ),
            ),
            "dose_mg": (
                r"(ketamine |infusion |inf |total )?(dose|dosis|dosage)( (in )?(mg|given|total|given mg))?|exdose",
            ),
            "dose_mg_per_kg": (r".*(dose|dosis)?.*mg ?(per )?kg",),
            "drug": (r"(study )?(drug|medication|agent|substance|substanz|extrt|medikament)( name)?",),
            "stopped_early": (r".*(stopped|terminated|interrupted|abgebrochen|abbruch)( early)?|early stop.*",),
            "stop_reason": (r".*(stop|abbruch) ?(reason|grund)|reason (for )?(stop|stopping)",),
        },
        "adverse_events": {
            "term": (
                (
                    r"(ae|adverse event|event|aept|sae)?( )?(term|name|description|desc|event|"
                    r"preferred term|pt|text|what)|"
                    r"ae(term|decod|name|desc)|ae|adverse event|symptom|nebenwirkung|"
                    r"unerwuenschtes ereignis|ereignis|event"
                ),
            ),
            "body_system": (r"(ae )?(soc|body system|system organ class|bodsys)|aebodsys|aesoc|organsystem",),
            "onset": (
                (
                    r"(ae |event )?(date (of )?)?(onset|start|started|began|begin|beginn|stdtc|"
                    r"stdt)( (date|time|dt|dtm|dttm|date ?time))*|"
                    r"aestdtc|astdt|start ?datum|onset"
                ),
            ),
            "end": (
                (
                    r"(ae |event )?(date (of )?)?(end|ended|stop|stopped|resolved|resolution|ende|endtc)"
                    r"( (date|time|dt|dtm|dttm|date ?time))*|aeendtc|aendt|end ?datum"
                ),
            ),
            "severity": ((r"(ae )?(severity|sev|grade|intensity|schweregrad|intensitaet)|aesev"),),
            "grade": (r"(ae )?(toxicity grade|(ctcae|ctc)( grade)?|toxgr)|aetoxgr|atoxgr",),
            "serious": (r"(ae )?(serious|sae|ser|is serious|seriousness|schwerwiegend|sue)( y ?n)?|aeser",),
            "related": (
                (
                    r"(ae )?(related( to (study )?(drug|treatment|ketamine))?|relation(ship)?|causality|"
                    r"rel|zusammenhang|"
                    r"kausalitaet)|aerel"
                ),
            ),
            "outcome": (r"(ae )?(outcome|out|ausgang)|aeout",),
            "action": (r"(ae )?(action( taken)?|acn|massnahme)|aeacn",),
            "solicited": (
                r"(ae )?(solicited|elicited|checklist|erfragt|abgefragt|systematic(ally asked)?|systematisch erfragt)",
            ),
            "infusion": (r"(ae )?(after |which )?infusion( (nr|no|number))?",),
        },
        "disposition": {
            "status": (
                (
                    r"(study |trial |end of study |eos )?(status|disposition|completion|completed|"
                    r"completer|complete|eosstt)|"
                    r"(completed|finished) (study|trial)|studienende|abgeschlossen"
                ),
            ),
            "left": (
                (
                    r"(date (of )?)?(last (day|visit|contact)|end of study|withdrawal|discontinuation|left|"
                    r"exit)( date| dt| dtm| dttm)?|last (date|dt|dtm|dttm)|abbruchdatum"
                ),
            ),
            "died": (r"died|death|dead|deceased|verstorben",),
        },
        "medication": {
            "medicine": (r"(con ?med|medicine|medication|drug|cm)( name| term| class)?|cmtrt|cmdecod|medikament",),
            "start": (r"(cm |med )?(start|started|begin|beginn)( date| dt)?|cmstdtc",),
            "end": (r"(cm |med )?(end|ended|stop|stopped|ende)( date| dt)?|cmendtc",),
            "indication": (r"(cm |med )?(indication|indikation|reason)|cmindc",),
        },
        "screening": {
            "screening": (r"(screening|scr)( ?(id|nr|no|num|number|nummer))?",),
            "eligible": (r"(is )?(eligible|eligibility|included|enrolled)|geeignet|eingeschlossen",),
            "reason": (r".*(reason|grund).*",),
            "checklist_complete": (r"(contraindication |safety )?checklist( complete(d)?)?",),
        },
        "deviations": {
            "deviation": (
                r"(protocol )?(deviation|violation)( (term|type|kind|description))?|abweichung|type|description",
            ),
            "major": (r"(is )?(major|important)( deviation)?|schwerwiegend",),
            "occurred": (_OCCURRED,),
        },
        "guesses": {
            "guess": (
                (
                    r"(treatment |arm |participant |patient )?guess(ed)?( (treatment|arm|group))?|"
                    r"believed .*|vermutung|vermutete gruppe"
                ),
            ),
            "asked": (rf"asked( (at|on))?|{_OCCURRED}",),
        },
        "intercurrent_events": {
            "event": (r"(intercurrent )?event( (type|kind|name))?|ice( (type|name))?|ereignis",),
            "occurred": (_OCCURRED,),
        },
        "discharge": {
            "infusion": (r"(infusion|inf|session|dose)( ?(nr|no|number|id))?|infusionsnummer",),
            "checked": (rf"(checked|discharged)( (at|on))?|{_OCCURRED}",),
            "criteria_met": (r"(all )?(discharge )?criteria( met)?|kriterien( erfuellt)?",),
            "escort": (r"escort(ed)?|accompanied|begleit(ung|et)",),
            "driving_advice": (r"driving( advice)?( given)?|fahrverbot",),
        },
        "laboratory": {
            "test": (
                (
                    r"(lab )?(test|parameter|analyte|param)( (name|code|cd))?|lbtestcd|paramcd|"
                    r"laborparameter|messgroesse"
                ),
            ),
            "value": (r"(lab )?(value|result|aval|wert|ergebnis|messwert)( (numeric|num))?|lbstresn",),
            "unit": (r"units?|einheit|lbstresu",),
            "taken": (
                (
                    r"(sampled|taken|drawn|collected)( (at|on))?|(sample|sampling|collection|lab|test|abnahme)? ?"
                    r"(date|datum|date ?time|dt|dtc)|abnahmedatum|lbdtc"
                ),
            ),
        },
        "vitals": {
            "infusion": (r"(infusion|inf|session|dose)( ?(nr|no|number|id))?|infusionsnummer",),
            "minute": (
                r"(time )?(point )?min(utes?|uten?)?( (since|post|after|seit|nach) .*)?|vstptnum|minute|time( point)?",
            ),
        },
    }
)
"""Table → role → patterns that mean this only where the rows tell of such things."""

SIGNS: Mapping[str, tuple[str, str, float, float]] = MappingProxyType(
    {
        "SBP": (
            r"sbp|sys(tolic|bp)?( (bp|blood pressure))?|rr sys(tolisch)?|bp sys(tolic)?|systolisch.*",
            "mmHg",
            50,
            260,
        ),
        "DBP": (
            r"dbp|dia(stolic|bp)?( (bp|blood pressure))?|rr dia(stolisch)?|bp dia(stolic)?|diastolisch.*",
            "mmHg",
            20,
            160,
        ),
        "HR": (r"hr|heart ?rate|pulse( rate)?|puls|herzfrequenz|hf", "/min", 25, 220),
        "SpO2": (r"sp ?o ?2|sat(uration)?|o ?2 ?sat(uration)?|oxygen saturation|sauerstoffsaettigung", "%", 50, 100),
        "TEMP": (r"temp(erature|eratur)?( c)?|body temperature|koerpertemperatur", "°C", 30, 43),
        "RR": (r"resp(iratory|iration)?( ?rate)?|rr resp|atemfrequenz|breaths", "/min", 4, 60),
    }
)
"""Vital sign → pattern, unit, smallest and largest plausible value."""

_CONTROL = re.compile(
    r"\b(placebo|midazolam|mdz|saline|control|kontroll\w*|sham|tau|usual|wait\w*|nacl|"
    r"comparator|standard|warteliste|pbo)\b"
)

_KETAMINE = re.compile(r"\b(es|s |ar|r )?ketamine?\b|\bket\b")


def plain(name: str) -> str:
    """Give a name in plain words: small letters, no accents, numbers and words apart.

    >>> plain("MADRS_24h"), plain("Größe (cm)"), plain("bdi.2m"), plain("trt01p")
    ('madrs 24 h', 'groesse cm', 'bdi 2 m', 'trt 01 p')
    """
    text = name.replace("Ä", "ä").replace("Ö", "ö").replace("Ü", "ü").translate(_UMLAUTS)
    return " ".join(part.lower() for part in _PARTS.findall(text))


def code(value: str) -> str:
    """Give a code without the decimals that spreadsheets add.

    >>> code("1.0"), code("K")
    ('1', 'K')
    """
    return re.sub(r"^([0-9]+)\.0+$", r"\1", value)


def plays(role: str, name: str, table: str = "") -> bool:
    """Say whether a column of this name plays a part.

    Parameters
    ----------
    role
        The part.
    name
        Name of the column.
    table
        What the rows tell of, where the part exists only there.
    """
    patterns = IN_CONTEXT[table].get(role, ()) if table else ROLES[role]
    forms = {plain(name), name.strip().lower(), plain(name).replace(" ", "")}
    return any(pattern.fullmatch(form) for pattern in _compiled(patterns) for form in forms)


def columns_for(role: str, names: Iterable[str], table: str = "") -> list[str]:
    """Give the columns whose name plays a part, in their order."""
    return [name for name in names if plays(role, name, table)]


def are_arms(values: Iterable[str]) -> bool:
    """Say whether some values are the names of treatments: one of ketamine beside one that others are compared with."""
    words = [plain(value) for value in values]
    active = [value for value in words if _KETAMINE.search(value)]
    return bool(active) and any(is_control(value) for value in words if value not in active)


def is_control(arm: str) -> bool:
    """Say whether an arm has a name that others are compared with."""
    return bool(_CONTROL.search(plain(arm)))


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Give patterns ready for use."""
    return tuple(re.compile(pattern) for pattern in patterns)
