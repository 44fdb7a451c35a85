"""The catalogue as people write it, one YAML file for each scale, and the one file that is made of them.

YAML is slow to read, and every step of a run needs some scale: the package reads ``catalogue.json`` instead, which
``python -m postinfusion schema`` writes and a test keeps in step.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from postinfusion.instruments.model import Instrument

Described = dict[str, dict[str, Any]]


def described() -> Described:
    """Give what the YAML files say: name of the scale → its description, in the order of the names of the files.

    Raises
    ------
    ValueError
        Two files describe a scale of the same name.
    """
    found: Described = {}
    folder = files("postinfusion.instruments") / "catalogue"
    for file in sorted(part.name for part in folder.iterdir()):
        content = YAML(typ="safe", pure=True).load((folder / file).read_text(encoding="utf-8"))
        name = content.pop("name")
        if name in found:
            raise ValueError(f"{file} describes {name}, which another file describes too. Keep one of them.")
        found[name] = content
    return found


def as_json() -> str:
    """Give all scales as the text of ``catalogue.json``, after they were read by the model."""
    found = described()
    for content in found.values():
        Instrument.model_validate(content)
    return json.dumps(found, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n"
