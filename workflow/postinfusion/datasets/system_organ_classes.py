"""The system organ classes of MedDRA, with their identifiers in EUTCT, the European list of controlled terms.

References
----------
Version 22 of the list. The identifiers agree with those of the R package eudract (Bond and others, University of
Cambridge) and of public SAS formats of that version.
"""

from __future__ import annotations

from collections.abc import Iterable

CLASSES = {
    "Investigations": 100000004848,
    "Cardiac disorders": 100000004849,
    "Congenital, familial and genetic disorders": 100000004850,
    "Blood and lymphatic system disorders": 100000004851,
    "Nervous system disorders": 100000004852,
    "Eye disorders": 100000004853,
    "Ear and labyrinth disorders": 100000004854,
    "Respiratory, thoracic and mediastinal disorders": 100000004855,
    "Gastrointestinal disorders": 100000004856,
    "Renal and urinary disorders": 100000004857,
    "Skin and subcutaneous tissue disorders": 100000004858,
    "Musculoskeletal and connective tissue disorders": 100000004859,
    "Endocrine disorders": 100000004860,
    "Metabolism and nutrition disorders": 100000004861,
    "Infections and infestations": 100000004862,
    "Injury, poisoning and procedural complications": 100000004863,
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)": 100000004864,
    "Surgical and medical procedures": 100000004865,
    "Vascular disorders": 100000004866,
    "General disorders and administration site conditions": 100000004867,
    "Pregnancy, puerperium and perinatal conditions": 100000004868,
    "Social circumstances": 100000004869,
    "Immune system disorders": 100000004870,
    "Hepatobiliary disorders": 100000004871,
    "Reproductive system and breast disorders": 100000004872,
    "Psychiatric disorders": 100000004873,
    "Product issues": 100000167503,
}
"""Class → identifier."""
_BY_CASEFOLD = {name.casefold(): code for name, code in CLASSES.items()}


def identifier_of(body_system: str) -> int | None:
    """Give the identifier of a class, however its letters are written; None of what is no class of MedDRA.

    >>> identifier_of("CARDIAC DISORDERS"), identifier_of("alertness")
    (100000004849, None)
    """
    return _BY_CASEFOLD.get(body_system.strip().casefold())


def are_of_meddra(classes: Iterable[str]) -> bool:
    """Say whether there is a class, and all of them are classes of MedDRA.

    >>> are_of_meddra(["Eye disorders", "Product issues"]), are_of_meddra(["Eye disorders", "alertness"])
    (True, False)
    """
    return all(found := [identifier_of(name) is not None for name in classes]) and bool(found)
