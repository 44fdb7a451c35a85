"""Rows of the results that all models write alike: estimates, tests, coefficients and the dossier of the fit."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd

from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.mmrm import MmrmFit
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.errors import ModelError

USED, NOT_NEEDED = "used", "not needed"
MEAN = ("estimate", "std_error", "df", "conf_low", "conf_high")
TEST = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


def estimate_rows(record: Mapping[Hashable, Any], names: Iterable[str], **key: object) -> list[Row]:
    """Give the rows of one estimate; what is not estimable carries the reason in each row."""
    statistics = {name: float(record[name]) for name in names}
    reason = str(record.get("error") or "")
    return [row | {"error": reason} for row in rows(statistics, **key)]


def coefficient_rows(fit: LinearModelFit, **key: object) -> list[Row]:
    """Give the rows of the fixed effects."""
    return [
        row
        for record in fit.coefficients.to_dict("records")
        for row in estimate_rows(record, TEST, term="coefficient", level=str(record["term"]), **key)
    ]


def joint_test_rows(fit: LinearModelFit, terms: Iterable[str], **key: object) -> list[Row]:
    """Give the rows of the type III test of each term; a term that cannot be tested gives its reason."""
    result: list[Row] = []
    for term in terms:
        try:
            test = fit.joint_test(term)
        except ModelError as error:
            result.append({**key, "term": "joint-test", "level": term, "stat_name": "p_value", "error": str(error)})
            continue
        found = {
            "statistic": test.statistic,
            "num_df": test.df_numerator,
            "df": test.df_denominator,
            "p_value": test.p_value,
        }
        result += rows(found, term="joint-test", level=term, **key)
    return result


def warnings_of(ladder: Iterable[Row], found: Iterable[Row], fit: MmrmFit | LmmFit, **key: object) -> list[Row]:
    """Give a warning for each rung of the ladder that failed, for what the fit warns of, and for what is not estimable.

    Parameters
    ----------
    ladder
        Rows of the ladder: ``level`` is the rung, ``stat_text`` its outcome.
    found
        Rows of estimates; those with an ``error`` are named by arm and visit or time.
    fit
        The fit, which may lie on the boundary of its parameter space and may carry warnings of its own.
    """
    outcomes = {str(row["level"]): str(row["stat_text"]) for row in ladder}
    texts = [f"{rung} was not used: {why}" for rung, why in outcomes.items() if why not in {USED, NOT_NEEDED}]
    if fit.optimum.boundary:
        texts.append("a variance or correlation lies on the boundary of its range")
    texts += fit.warnings
    lost = {(row.get("visit") or row.get("time"), row["term"], row.get("arm")) for row in found if row.get("error")}
    texts += [f"{term} of {arm} at {place}: not estimable" for place, term, arm in sorted(lost, key=str)]
    return [warning_row(text, **key) for text in texts]


def participants_rows(analysed: pd.DataFrame, arms: Iterable[str], **key: object) -> list[Row]:
    """Give the rows with the number of analysed participants, over all arms and by arm."""
    total = rows({"n_participants": int(analysed["USUBJID"].nunique())}, term="fit", **key)
    by_arm = [
        row
        for arm in arms
        for row in rows(
            {"n_participants": int(analysed.loc[analysed["ARM"] == arm, "USUBJID"].nunique())},
            term="fit",
            arm=arm,
            **key,
        )
    ]
    return [*total, *by_arm]


def fit_rows(fit: MmrmFit | LmmFit, texts: Mapping[str, str], **key: object) -> list[Row]:
    """Give the dossier of a fit: its size, criterion and optimum as numbers, and ``texts`` as they are.

    A fit that did not reach its optimum is refused where it is made: whatever comes here has converged.
    """
    numbers = {
        "n_observations": fit.n_observations,
        "log_likelihood": fit.log_likelihood,
        "aic": fit.aic,
        "bic": fit.bic,
        "iterations": fit.optimum.iterations,
        "gradient": fit.optimum.max_gradient,
        "condition": fit.optimum.condition,
        "converged": True,
        "boundary": fit.optimum.boundary,
    }
    return rows({**numbers, **texts}, term="fit", **key)
