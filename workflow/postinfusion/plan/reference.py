"""The reference of a plan's keys as Markdown: every key, what it means, what it holds, and its default."""

from __future__ import annotations

from collections.abc import Iterator

from postinfusion.plan.schema import Schema, schema

_KINDS = {
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "null": "nothing",
}
_LIMITS = {"minimum": "from {:g}", "exclusiveMinimum": "more than {:g}", "maximum": "to {:g}"}
_LARGEST_SHOWN = 1e6


def keys() -> str:
    """Give the reference of all keys: one table for each part of a plan, in the order of the plan."""
    whole = schema()
    parts = [_table("The plan", whole, whole)]
    parts += [_table(way, part, whole) for way, part in _parts_below("", whole, whole)]
    return "\n\n".join(parts)


def _parts_below(way: str, part: Schema, whole: Schema) -> Iterator[tuple[str, Schema]]:
    """Give the parts below a part that have keys of their own, each with the way to it."""
    for name, value in part.get("properties", {}).items():
        for suffix, reference in _references(value):
            found = whole["$defs"][reference]
            if found.get("type") == "object":
                here = f"{way}.{name}{suffix}".lstrip(".") + _method(found)
                yield here, found
                yield from _parts_below(here, found, whole)


def _references(value: Schema) -> Iterator[tuple[str, str]]:
    """Give the definitions that a value refers to, with what stands between: a name or a list."""
    if "$ref" in value:
        yield "", value["$ref"].rpartition("/")[2]
    for branch in [*value.get("anyOf", []), *value.get("oneOf", [])]:
        yield from _references(branch)
    for suffix, inner in _inside(value):
        yield from ((suffix + more, reference) for more, reference in _references(inner))


def _inside(value: Schema) -> Iterator[tuple[str, Schema]]:
    """Give the schemas of the items of a list, and of the values under names of one's own."""
    if isinstance(value.get("items"), dict):
        yield "[]", value["items"]
    if isinstance(value.get("additionalProperties"), dict):
        yield ".NAME", value["additionalProperties"]
    for inner in value.get("patternProperties", {}).values():
        yield ".NAME", inner


def _method(part: Schema) -> str:
    """Give the method of an analysis, which tells the parts of one name apart."""
    method = part.get("properties", {}).get("method", {}).get("const")
    return f" with method: {method}" if method else ""


def _table(way: str, part: Schema, whole: Schema) -> str:
    """Give one part as a heading, a sentence and a table of its keys."""
    required = set(part.get("required", []))
    lines = [
        f"### {way}",
        "",
        part.get("description", ""),
        "",
        "| key | meaning | holds | default |",
        "|---|---|---|---|",
    ]
    for name, value in part["properties"].items():
        default = "required" if name in required else _default(value)
        meaning = _meaning(name, value, whole)
        lines.append(f"| `{name}` | {meaning} | {_holds(value, whole)} | {default} |")
    return "\n".join(lines)


def _meaning(name: str, value: Schema, whole: Schema) -> str:
    """Give what a key is for; where the key itself does not say it, what the part that it holds is."""
    if name == "method":
        return "What the analysis does."
    inner = [whole["$defs"][reference] for suffix, reference in _references(value) if not suffix]
    said = value.get("description") or next((part.get("description", "") for part in inner), "")
    return " ".join(str(said).split()).replace("|", "\\|")


def _default(value: Schema) -> str:
    """Give the default of a key as it would be written."""
    default = value.get("default")
    if default in (None, "", [], {}) or isinstance(default, dict):
        return ""
    if isinstance(default, list):
        return "`[" + ", ".join(str(item) or '""' for item in default) + "]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _holds(value: Schema, whole: Schema) -> str:
    """Give in words what a key holds."""
    if "$ref" in value:
        found = whole["$defs"][value["$ref"].rpartition("/")[2]]
        return "keys, see below" if found.get("type") == "object" else _holds(found, whole)
    if "enum" in value:
        return ", ".join(f"`{choice}`" for choice in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    branches = [*value.get("anyOf", []), *value.get("oneOf", [])]
    if branches:
        named = [_holds(branch, whole) for branch in branches if branch.get("type") != "null"]
        return " or ".join(dict.fromkeys(named))
    return _collection(value, whole) or _scalar(value)


def _collection(value: Schema, whole: Schema) -> str:
    """Give in words what a list or a mapping holds; empty for anything else."""
    for suffix, inner in _inside(value):
        held = _holds(inner, whole)
        return f"list of {held}" if suffix == "[]" else f"names, each with {held}"
    return ""


def _scalar(value: Schema) -> str:
    """Give in words what a single value is."""
    pattern = str(value.get("pattern", ""))
    if "min|h" in pattern:
        return "time, as in 24 h or 7 d"
    if "%" in pattern:
        return "percentage, as in 95 %"
    kind = value.get("type")
    words = [_KINDS[kind[0] if isinstance(kind, list) else str(kind)]]
    words += [limit.format(value[key]) for key, limit in _LIMITS.items() if abs(value.get(key, 1e9)) < _LARGEST_SHOWN]
    return " ".join(words)
