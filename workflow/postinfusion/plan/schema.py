"""The JSON schema of a plan, with which editors complete keys and mark mistakes while a plan is written."""

from __future__ import annotations

from typing import Any

from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text

Schema = dict[str, Any]
_PLAIN_TEXT = {"type": "string"}


def schema() -> Schema:
    """Give the JSON schema of a plan.

    Notes
    -----
    Texts may be written as numbers, ``code: 1``, and stay the text that was written: the schema accepts both.
    """
    made: Schema = _as_written(Plan.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _as_written(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Give a part of the schema in terms of what stands in the file."""
    if isinstance(part, list):
        return [_as_written(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _as_written(value) for key, value in part.items() if not _is_title(key, value)}
    if kept.get("type") == "string" and not {"enum", "const", "pattern"} & {*kept}:
        kept["type"] = ["string", "number"]
    if "default" in kept:
        kept["default"] = _default_as_written(kept["default"], kept)
    return kept


def _default_as_written(default: Any, part: Schema) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Give a default with its sign or unit, as in ``95 %`` or ``28 d``; in a list item by item."""
    if isinstance(default, list) and isinstance(items := part.get("items"), dict):
        return [_default_as_written(item, items) for item in default]
    pattern = str(part.get("pattern", ""))
    if isinstance(default, float | int) and "%" in pattern:
        return f"{100 * default:g} %"
    return hours_as_text(default) if isinstance(default, float | int) and "min|h" in pattern else default


def _is_title(key: str, value: object) -> bool:
    """Say whether an entry is a title that only repeats the name of its key."""
    return key == "title" and isinstance(value, str)
