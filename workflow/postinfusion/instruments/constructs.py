"""What scales measure: the constructs by which an endpoint and a claim about patients fit each other."""

from __future__ import annotations

from postinfusion.instruments.catalogue import TOTAL, Instruments, find_score
from postinfusion.instruments.model import Construct

_BODY = ("WEIGHT", "BMI")
_COMPOUNDS = ("eating-disorder", "self-awareness", "self-injury", "obsessive-compulsive")


def constructs_of(measure: str, score: str = TOTAL, own: Instruments | None = None) -> tuple[Construct, ...]:
    """Give what a score measures; nothing where no scale is called so, or its description does not say.

    >>> [str(one) for one in constructs_of("EDE-Q", "vomiting")], constructs_of("unheard of")
    (['eating-behaviour'], ())

    Parameters
    ----------
    measure, score
        As an endpoint names them; body weight and body mass index are known too.
    own
        Scales that the plan describes; they win over those of the catalogue.
    """
    found = find_score(measure, score, own)
    if found is None:
        return (Construct.WEIGHT,) if measure in _BODY else ()
    described = found.description
    return (described.constructs if described else ()) or found.instrument.constructs


def words(constructs: tuple[Construct, ...], last: str = "and") -> str:
    """Give constructs in words.

    >>> words((Construct.EATING_DISORDER, Construct.APPETITE), "or")
    'eating-disorder symptoms or appetite'
    """
    named = [_named(one) for one in constructs]
    return f" {last} ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)


def _named(construct: Construct) -> str:
    """Give a construct in words, with the hyphens of compounds only."""
    text = construct.replace("-", " ")
    for compound in _COMPOUNDS:
        text = text.replace(compound.replace("-", " "), compound)
    return text
