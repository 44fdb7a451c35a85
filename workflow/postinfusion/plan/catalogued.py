"""What the catalogue of scales, or the plan's own scales, say about an endpoint that the plan itself does not."""

from __future__ import annotations

from collections.abc import Mapping

from postinfusion.errors import nearest
from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import TOTAL, Found, Instruments
from postinfusion.vocabulary import Better


def completed(endpoints: object, own: Instruments) -> object:
    """Give the endpoints as they are written, with label, direction, unit and decimals of known scores added.

    Parameters
    ----------
    endpoints
        The part of the plan before the models read it; what is no mapping is left for them to refuse.
    own
        Scales that the plan describes.
    """
    if not isinstance(endpoints, Mapping):
        return endpoints
    return {key: _with_defaults(written, own) for key, written in endpoints.items()}


def unknown_scale(written: object) -> str:
    """Say of an endpoint that needs its own words that its scale is not known, and which name is near.

    The scales that the plan itself describes have nothing to do with it: an endpoint of theirs lacks no word.
    """
    measure = written.get("measure") if isinstance(written, Mapping) else None
    if not isinstance(measure, str) or not isinstance(written, Mapping):
        return ""
    found = catalogue.find(measure)
    if found is None:
        return f'"{measure}" is no scale of the catalogue. {nearest(measure, catalogue.names())}'.strip()
    if found.is_ambiguous and catalogue.find_score(measure, str(written.get("score", TOTAL))) is not None:
        return found.which_version
    scores = ", ".join(found.instrument.scores)
    return f"{found.name} has no score of this name; it has: {scores}."


def _with_defaults(written: object, own: Instruments) -> object:
    """Give one endpoint with what is known about its score; what it says itself wins."""
    return {**_defaults(written, own), **written} if isinstance(written, Mapping) else written


def _defaults(written: Mapping[str, object], own: Instruments) -> dict[str, object]:
    """Give what is known about the score of an endpoint; nothing where the score is not known."""
    measure, score = written.get("measure"), written.get("score", TOTAL)
    found = catalogue.find_score(measure, score, own) if isinstance(measure, str) and isinstance(score, str) else None
    if found is None or found.description is None:
        return {}
    return {
        "label": found.label,
        "better": direction(found),
        "unit": found.description.unit,
        "decimals": found.description.decimals,
    }


def direction(found: Found) -> Better:
    """Give the direction of benefit of a score: its own, else that of its scale."""
    own = found.description.better if found.description else None
    return own or found.instrument.better
