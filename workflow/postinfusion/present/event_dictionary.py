"""What a report says of the dictionary by which adverse events were coded."""

from __future__ import annotations

from postinfusion.datasets.system_organ_classes import are_of_meddra
from postinfusion.present.results import Results

NOT_GIVEN = "version not given"


def classes_of(results: Results) -> list[str]:
    """Give the classes of the events of an analysis."""
    return [level for level in results.values_of("level", variable="class-term") if level]


def dictionary_told(results: Results) -> str:
    """Give dictionary and version, as the plan names them, else MedDRA where all classes are its; empty without either.

    Without a version in the plan it is said that none was given: terms change from version to version.
    """
    named = results.plan.design.dictionary
    if named is not None:
        return f"{named.name} {named.version}"
    is_of_meddra = not results.values_of("level", variable="grouping") and are_of_meddra(classes_of(results))
    return f"MedDRA, {NOT_GIVEN}" if is_of_meddra else ""


def dictionary_note(results: Results) -> tuple[str, ...]:
    """Give the footnote of a table of classes or terms; none where no dictionary is known."""
    told = dictionary_told(results)
    return (f"Terms and classes: {told}.",) if told else ()
