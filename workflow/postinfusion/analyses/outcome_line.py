"""What became of one analysis, in a few words for the console."""

from __future__ import annotations

import pandas as pd

from postinfusion.vocabulary import COVARIANCE_NAMES, Covariance


def outcome_line(results: pd.DataFrame) -> str:
    """Say whether a model converged and with which structure, or why an analysis failed, or how many rows it gave."""
    failed = results[results["stat_name"] == "error"]
    if not failed.empty and not (results["term"] == "fit").any():
        return f"not done: {failed['error'].iloc[0]}" if len(failed) == 1 else f"{len(failed)} parts not done"
    of_one = (results["term"] == "fit") & (results["visit"] == "") & (results["subgroup"] == "")
    texts = results[of_one].set_index("stat_name")["stat_text"]
    if "covariance_structure" in texts:
        return f"converged, {COVARIANCE_NAMES[Covariance(texts['covariance_structure'])]} covariance"
    if "random_effects" in texts:
        return ", ".join(part for part in ("converged", texts["random_effects"]) if part)
    return f"{len(results):,} results"
