"""Words and codes that people write for our choices: severity, relation, outcome and how the trial ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_SEVERITIES = {
    "1": "mild", "2": "moderate", "3": "severe", "4": "life-threatening", "5": "fatal", "mild": "mild",
    "moderate": "moderate", "severe": "severe", "life threatening": "life-threatening", "fatal": "fatal",
    "death": "fatal", "leicht": "mild", "mild ausgepraegt": "mild", "gering": "mild", "mittel": "moderate",
    "maessig": "moderate", "mittelschwer": "moderate", "moderat": "moderate", "schwer": "severe", "stark": "severe",
    "lebensbedrohlich": "life-threatening", "toedlich": "fatal", "geringfuegig": "mild",
}  # fmt: skip
_STATUSES = {
    "completed": "completed", "complete": "completed", "completer": "completed", "yes": "completed", "1": "completed",
    "discontinued": "discontinued", "withdrawn": "discontinued", "dropout": "discontinued", "drop out": "discontinued",
    "no": "discontinued", "0": "discontinued", "lost to follow up": "discontinued", "ongoing": "ongoing",
    "ja": "completed", "nein": "discontinued", "abgeschlossen": "completed", "abgebrochen": "discontinued",
}  # fmt: skip
_RELATIONS = {
    "0": "none", "1": "unlikely", "2": "possible", "3": "probable", "4": "definite", "unrelated": "none",
    "not related": "none", "no": "none", "none": "none", "unlikely": "unlikely", "possible": "possible",
    "possibly": "possible", "probable": "probable", "probably": "probable", "definite": "definite",
    "definitely": "definite", "certain": "definite", "related": "definite", "yes": "definite",
    "kein": "none", "keiner": "none", "kein zusammenhang": "none", "nicht zusammenhaengend": "none", "nein": "none",
    "ausgeschlossen": "none", "unwahrscheinlich": "unlikely", "moeglich": "possible", "wahrscheinlich": "probable",
    "sicher": "definite", "gesichert": "definite", "eindeutig": "definite", "ja": "definite",
    "possibly related": "possible", "probably related": "probable", "definitely related": "definite",
    "unlikely related": "unlikely", "remote": "unlikely", "nicht wahrscheinlich": "unlikely",
}  # fmt: skip
_OUTCOMES = {
    "recovered": "resolved", "resolved": "resolved", "recovered resolved": "resolved", "recovering": "resolving",
    "resolving": "resolving", "recovering resolving": "resolving", "not recovered": "not resolved",
    "not resolved": "not resolved", "not recovered not resolved": "not resolved", "ongoing": "not resolved",
    "fatal": "fatal", "death": "fatal", "unknown": "unknown", "recovered with sequelae": "sequelae",
    "resolved with sequelae": "sequelae", "sequelae": "sequelae", "abgeklungen": "resolved", "genesen": "resolved",
    "wiederhergestellt": "resolved", "geheilt": "resolved", "abklingend": "resolving", "sich bessernd": "resolving",
    "nicht abgeklungen": "not resolved", "nicht genesen": "not resolved", "nicht wiederhergestellt": "not resolved",
    "anhaltend": "not resolved", "andauernd": "not resolved", "fortbestehend": "not resolved",
    "genesen mit folgeschaeden": "sequelae", "mit folgeschaeden": "sequelae", "folgeschaeden": "sequelae",
    "toedlich": "fatal", "tod": "fatal", "unbekannt": "unknown", "recovered resolved with sequelae": "sequelae",
    "erholt": "resolved", "beendet": "resolved", "nicht erholt": "not resolved", "bleibende schaeden": "sequelae",
}  # fmt: skip
_ACTIONS = {
    "none": "none", "no": "none", "no action": "none", "no action taken": "none", "none taken": "none",
    "dose not changed": "none", "not changed": "none", "unchanged": "none", "continued": "none", "keine": "none",
    "keine massnahme": "none", "unveraendert": "none", "dosis unveraendert": "none", "fortgesetzt": "none",
    "dose rate reduced": "slowed", "rate reduced": "slowed", "slowed": "slowed", "dose reduced": "slowed",
    "verlangsamt": "slowed", "dosis reduziert": "slowed", "dosis verringert": "slowed",
    "drug interrupted": "interrupted", "dose interrupted": "interrupted", "interrupted": "interrupted",
    "paused": "interrupted", "unterbrochen": "interrupted", "pausiert": "interrupted",
    "stopped": "stopped", "infusion stopped": "stopped", "abgebrochen": "stopped", "gestoppt": "stopped",
    "infusion abgebrochen": "stopped", "drug withdrawn": "withdrawn", "withdrawn": "withdrawn",
    "discontinued": "withdrawn", "drug discontinued": "withdrawn", "abgesetzt": "withdrawn",
    "medikament abgesetzt": "withdrawn",
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"severity": _SEVERITIES, "status": _STATUSES, "related": _RELATIONS, "outcome": _OUTCOMES, "action": _ACTIONS}
)
"""Our column → word or code in small letters → our choice."""

YES_NO: Mapping[str, str] = MappingProxyType({"ja": "yes", "nein": "no", "j": "yes", "n": "no"})
"""German yes and no → ours."""

_COARSE = frozenset({"related", "yes", "ja"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def meaning(role: str, word: str) -> str:
    """Give our choice for a word or code of a column; empty where it is not known.

    >>> meaning("related", "Möglich"), meaning("outcome", "Recovered/Resolved"), meaning("severity", "++")
    ('possible', 'resolved', '')
    """
    plain = " ".join(re.findall(r"[^\W_]+", word.lower().translate(_UMLAUTS)))
    return WORDS.get(role, {}).get(plain, "")


def is_coarse(role: str, word: str) -> bool:
    """Say whether a word is one of two where ours are five grades, so that its grade is a guess.

    >>> is_coarse("related", "Related"), is_coarse("related", "probable")
    (True, False)
    """
    return role == "related" and word.strip().lower() in _COARSE
