"""A drawing as SVG, PNG and CSV: the same bytes from the same values."""

from __future__ import annotations

from io import BytesIO

from postinfusion.present import theme
from postinfusion.present.display import Drawing

PNG_DOTS_PER_INCH = 150


def svg_bytes(drawing: Drawing) -> bytes:
    """Give a drawing as SVG without a date."""
    return _saved(drawing, format="svg", metadata={"Date": None, "Creator": None, "Title": drawing.label.title})


def png_bytes(drawing: Drawing) -> bytes:
    """Give a drawing as PNG with 150 dots per inch."""
    return _saved(drawing, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Title": drawing.label.title})


def values_csv(drawing: Drawing) -> str:
    """Give the plotted values as CSV."""
    return drawing.values.to_csv(index=False, lineterminator="\n")


def _saved(drawing: Drawing, **options: object) -> bytes:
    """Save a drawing in the look in which it was drawn."""
    out = BytesIO()
    with theme.applied():
        drawing.figure.savefig(out, **options)  # type: ignore[arg-type]
    return out.getvalue()
