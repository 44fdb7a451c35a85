"""The templates of the report, read from the package."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from postinfusion.present.formats import keep_together

STYLE_SHEET = "report.css"


def template(name: str) -> Template:
    """Give one template; what it prints is escaped, and a name that it does not get is an error."""
    return _environment().get_template(name)


def text(name: str) -> str:
    """Give the text of one file of the templates."""
    return files("postinfusion.report").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Give the one environment of all templates."""
    return Environment(
        loader=FunctionLoader(text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )


def _printed(value: object) -> object:
    """Give a text with no line break before a percent sign; what is markup already stays as it is."""
    return keep_together(value) if isinstance(value, str) and not isinstance(value, Markup) else value
