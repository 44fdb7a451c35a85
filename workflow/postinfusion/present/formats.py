"""How a statistic is printed: decimals, signs, intervals, p-values, counts."""

from __future__ import annotations

import math

from postinfusion.present.statistic_names import STATISTICS
from postinfusion.vocabulary import ABBREVIATIONS, COVARIANCE_NAMES, PARTICIPANT_LABELS

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NOT_ESTIMABLE = "NE"
SUPPRESSED = "supp."
NO_RECORD = "not recorded"
SUPPRESSED_NOTE = f"{SUPPRESSED}: suppressed, since the value could tell of a single participant."
SUPPRESSED_REASON = "suppressed: groups are too small for a public report"
WITHOUT_VALUE = (NOT_ESTIMABLE, SUPPRESSED, NO_RECORD)
_SMALLEST_P = 0.0001
_NEAR_ZERO = frozenset({"gradient", "estimate_difference", "std_error_difference", "log_likelihood_difference"})
_SMALLEST_EXPONENT = -8
_STRUCTURES = {name.value: text for name, text in COVARIANCE_NAMES.items()}
_PERCENTAGES = frozenset({"proportion", "risk_difference", "share_missing", "confidence", "zero_limit"})


def number(value: float, decimals: int) -> str:
    """Give a number with a fixed count of decimals and a proper minus sign, and never a negative zero.

    >>> number(-5.06, 1), number(-0.04, 1)
    ('−5.1', '0.0')
    """
    if not math.isfinite(value):
        return NOT_ESTIMABLE
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def structure_name(structure: str) -> str:
    """Give a covariance structure in words; one that is not in the vocabulary as it stands."""
    return _STRUCTURES.get(structure, structure)


def statistic(name: str, value: float | None, decimals: int = 0) -> str:
    """Give one statistic of the results as text.

    Parameters
    ----------
    name
        The ``stat_name``; its decimals stand in the vocabulary.
    value
        Its value; None, when the results have no such row, prints nothing.
    decimals
        Decimals of a single value of the measure.
    """
    if value is None:
        return ""
    if name in {"p_value", "p_adjusted"}:
        return p_value(value)
    if name in _NEAR_ZERO:
        return exponential(value)
    if name == "converged":
        return "yes" if value else "no"
    return number(100 * value if name in _PERCENTAGES else value, decimals_of(name, decimals))


def decimals_of(name: str, decimals: int = 0) -> int:
    """Give the decimals with which a statistic of a measure is printed."""
    kind = STATISTICS[name]
    if kind.fixed is not None:
        return kind.fixed
    return 0 if kind.decimals is None else decimals + kind.decimals


def p_value(value: float) -> str:
    """Give a p-value with four decimals, or that it is smaller than they can show.

    >>> p_value(0.03456), p_value(0.00001)
    ('0.0346', '<0.0001')
    """
    return f"<{_SMALLEST_P}" if value < _SMALLEST_P else number(value, 4)


def exponential(value: float) -> str:
    """Give a number that is near zero when all is well with its power of ten, or that it is smaller than matters.

    >>> exponential(0.00000032), exponential(5e-14)
    ('3.2e-7', '<1e-8')
    """
    if not math.isfinite(value):
        return NOT_ESTIMABLE
    if abs(value) < 10.0**_SMALLEST_EXPONENT:
        return f"<1e{_SMALLEST_EXPONENT}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits.replace('-', MINUS)}e{int(power)}"


def interval(low: str, high: str) -> str:
    """Give two printed limits as one interval; nothing when the results hold neither.

    >>> interval("−7.9", "−2.3")
    '−7.9 to −2.3'
    """
    if not low and not high:
        return ""
    without_value = next((sign for sign in WITHOUT_VALUE if sign in {low, high}), "")
    return without_value or f"{low} to {high}"


def with_bracket(first: str, second: str) -> str:
    """Give a printed statistic with a second one in brackets: ``12 (25.0)``, ``31.2 (5.48)``."""
    has_both = first and second and first not in WITHOUT_VALUE
    return f"{first} ({second})" if has_both else first


def count_in_brackets(n: str, sign: str = "n") -> str:
    """Give a printed count as ``(n = 48)``, with spaces at which no line breaks."""
    return f"({sign}{NO_BREAK}={NO_BREAK}{n})"


def count_with_percent(n: str, share: str) -> str:
    """Give a printed count with its percentage as ``12 (25.0 %)``, with spaces at which no line breaks."""
    has_both = n and share and n not in WITHOUT_VALUE
    return f"{n}{NO_BREAK}({share}{NO_BREAK}%)" if has_both else n


def percentage_points(value: float | None) -> str:
    """Give a difference of proportions, or a limit of one, in percentage points with one decimal."""
    return statistic("risk_difference", value)


def level_of_confidence(confidence: float) -> str:
    """Give the level of an interval: ``95 %``."""
    return f"{100 * confidence:.6g} %"


def as_sentence(text: str) -> str:
    """Give a message as a sentence: with a capital letter, unless it begins with a name of a file, and a full stop.

    >>> as_sentence("the data hold no adverse events")
    'The data hold no adverse events.'
    """
    stripped = text.strip()
    first, _, rest = stripped.partition(" ")
    begun = f"{first[:1].upper()}{stripped[1:]}" if first.isalpha() and rest else stripped
    return begun if not begun or begun.endswith((".", "!", "?")) else f"{begun}."


def keep_together(text: str) -> str:
    """Give the text with a space at which no line breaks before each percent sign."""
    return text.replace(" %", f"{NO_BREAK}%")


def plain(text: str) -> str:
    """Give the text with signs that every terminal can show."""
    return text.replace(MINUS, "-").replace(NO_BREAK, " ").replace("–", "-").replace("—", "-")


def in_words(name: str) -> str:
    """Give a name of the data as words, those that the field knows by their label, abbreviations in capitals.

    >>> in_words("age_group"), in_words("mmse"), in_words("illness_years")
    ('Age group', 'MMSE', 'Duration of illness')
    """
    words = PARTICIPANT_LABELS.get(name) or " ".join(map(_abbreviated, name.replace("_", " ").split()))
    return words[:1].upper() + words[1:]


def in_sentence(name: str) -> str:
    """Give a name of the data as words inside a sentence.

    >>> in_sentence("co_treatment"), in_sentence("mmse")
    ('concomitant treatment', 'MMSE')
    """
    words = in_words(name)
    first, _, rest = words.partition(" ")
    return words if first.isupper() and len(first) > 1 else f"{first.lower()} {rest}".strip()


def _abbreviated(word: str) -> str:
    """Give a word in capitals where it is a known abbreviation."""
    return word.upper() if word.lower() in ABBREVIATIONS else word


def unit_in_words(unit: str) -> str:
    """Give a unit as it stands after a preposition: ``s`` becomes ``seconds``."""
    return "seconds" if unit == "s" else unit


def event_in_words(event: str) -> str:
    """Give the name of an intercurrent event as words: ``new-psychotropic`` becomes ``new psychotropic``."""
    return event.replace("-", " ").replace("_", " ").lower()
