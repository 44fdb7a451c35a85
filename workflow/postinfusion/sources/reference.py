"""The reference of the canonical tables as Markdown: what a source can deliver, column by column."""

from __future__ import annotations

from postinfusion.datasets.canonical import TABLES
from postinfusion.datasets.columns import Column, Table

_KINDS = {"integer": "whole number", "yes_no": "yes or no", "time": "time", "number": "number", "text": "text"}


def tables() -> str:
    """Give the reference of all tables that a plan can name under sources."""
    return "\n\n".join(_section(table) for table in TABLES.values())


def _section(table: Table) -> str:
    """Give one table as a heading, what makes a row unique, and its columns."""
    key = ", ".join(f"`{name}`" for name in table.key)
    sentence = f"{table.meaning[0].upper()}{table.meaning[1:]}."
    unique = f" Rows are told apart by {key}." if key else ""
    lines = [
        f"### {table.name}",
        "",
        sentence + unique,
        "",
        "| column | meaning | holds | needed |",
        "|---|---|---|---|",
    ]
    return "\n".join(lines + [_row(column) for column in table.columns])


def _row(column: Column) -> str:
    """Give one column as a row."""
    needed = "in every row" if column.complete else "the column" if column.required else ""
    return f"| `{column.name}` | {column.meaning} | {_holds(column)} | {needed} |"


def _holds(column: Column) -> str:
    """Give in words what a column holds."""
    if column.type == "choice":
        return ", ".join(f"`{value}`" for value in column.allowed) or "name or code of an arm"
    limits = [] if column.minimum is None else [f"from {column.minimum:g}"]
    limits += [] if column.maximum is None else [f"to {column.maximum:g}"]
    return " ".join([_KINDS[column.type], *limits, column.unit]).strip()
