"""A drawing as SVG, PNG and CSV: the same bytes from the same values."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from postinfusion.present import theme
from postinfusion.present.display import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DOTS_PER_INCH = 150


def svg_bytes(drawing: Drawing) -> bytes:
    """Give a drawing as SVG without a date."""
    return _svg(drawing.figure, drawing.label.title)


def narrow_svg_bytes(drawing: Drawing) -> bytes:
    """Give the form of a drawing for narrow screens as SVG; nothing where there is none."""
    return _svg(drawing.narrow, drawing.label.title) if drawing.narrow else b""


def png_bytes(drawing: Drawing) -> bytes:
    """Give a drawing as PNG with 150 dots per inch."""
    return _saved(
        drawing.figure, format="png", dpi=PNG_DOTS_PER_INCH, metadata={"Title": drawing.label.title, "Software": None}
    )


def values_csv(drawing: Drawing) -> str:
    """Give the plotted values as CSV."""
    return drawing.values.to_csv(index=False, lineterminator="\n")


def _svg(figure: Figure, title: str) -> bytes:
    """Give a figure as SVG without a date."""
    return _saved(figure, format="svg", metadata={"Date": None, "Creator": None, "Title": title})


def _saved(figure: Figure, **options: object) -> bytes:
    """Save a figure in the look in which it was drawn; where its parts stand is found once for all its files."""
    out = BytesIO()
    with theme.applied():
        figure.savefig(out, **options)  # type: ignore[arg-type]
    figure.set_layout_engine("none")
    return out.getvalue()
