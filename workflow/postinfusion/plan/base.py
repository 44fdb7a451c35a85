"""What all parts of the plan share: they are frozen, and a key that is not known is an error."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """One part of a plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def not_required(key: str, schema: dict[str, Any]) -> None:
    """Let the schema of a part say that a key may be left out: another part of the plan fills it in."""
    schema["required"] = [name for name in schema.get("required", []) if name != key]
