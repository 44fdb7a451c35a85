"""Evidence for clinical claims from the outcome data of infusion trials."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postinfusion.analyses.gee import fit_gee as fit_gee
    from postinfusion.analyses.glmm import fit_glmm as fit_glmm
    from postinfusion.analyses.lmm import fit_lmm as fit_lmm
    from postinfusion.analyses.mmrm import fit_mmrm as fit_mmrm
    from postinfusion.analyses.mmrm_batch import fit_mmrm_batch as fit_mmrm_batch
    from postinfusion.analyses.mmrm_products import fit_mmrm_products as fit_mmrm_products
    from postinfusion.analyses.mmrm_products import mmrm_products as mmrm_products
    from postinfusion.io.chunks import parquet_chunks as parquet_chunks

# Importing the package must stay cheap: pandas and scipy load only when a model is asked for.
_LAZY = {
    "fit_gee": "postinfusion.analyses.gee",
    "fit_glmm": "postinfusion.analyses.glmm",
    "fit_lmm": "postinfusion.analyses.lmm",
    "fit_mmrm": "postinfusion.analyses.mmrm",
    "fit_mmrm_batch": "postinfusion.analyses.mmrm_batch",
    "fit_mmrm_products": "postinfusion.analyses.mmrm_products",
    "mmrm_products": "postinfusion.analyses.mmrm_products",
    "parquet_chunks": "postinfusion.io.chunks",
}

__all__ = [*_LAZY]  # noqa: PLE0604 - names, for whoever imports all of them


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds under that name
    """Load a function of the public interface on first use."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    """List the public interface."""
    return [*globals(), *_LAZY]
