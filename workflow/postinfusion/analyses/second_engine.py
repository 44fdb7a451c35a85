"""Every primary model once more by dense textbook formulas: how far the two engines are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from postinfusion.analyses.design import Array
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.errors import ModelError

if TYPE_CHECKING:
    from postinfusion.core.dense_engine import DenseFit, DenseModel

# A difference beyond this, in standard errors, is an alarm.
ALARM = 0.01
ENGINE = "dense textbook formulas"
TERM = "second-engine"


@dataclass(frozen=True)
class Recomputed:
    """A model as the second engine needs it.

    Attributes
    ----------
    fit
        The fit of the first engine.
    frame
        The analysed rows.
    response
        Column of the outcome.
    subject
        Column of the subject.
    log_likelihood
        Of the first engine, restricted; None where it gives none that can be compared.
    """

    fit: LinearModelFit
    frame: pd.DataFrame
    response: str
    subject: str
    log_likelihood: float | None = None


def agreement_rows(model: Recomputed, covariance: DenseModel, contrasts: Array | None = None) -> list[Row]:
    """Fit the model by the second engine and give the largest differences, with a warning where they alarm.

    Parameters
    ----------
    model
        The model and the fit of the first engine.
    covariance
        How the second engine builds the covariance.
    contrasts
        Shape (m, c): combinations of the coefficients that are compared beside the coefficients themselves; None
        without any.
    """
    try:
        second = _second(model, covariance)
    except ModelError as error:
        text = f"not recomputed by the second engine: {error}"
        return [*rows({"agreement": text}, term=TERM, level=ENGINE), warning_row(text)]
    found = differences(model.fit, second, contrasts)
    if model.log_likelihood is not None:
        found["log_likelihood_difference"] = abs(second.log_likelihood - model.log_likelihood)
    worst = max(found["estimate_difference"], found["std_error_difference"])
    alarms = not worst <= ALARM
    text = f"two engines {'differ by' if alarms else 'agree to'} {worst:.0e} standard errors"
    result = rows({**found, "agreement": text}, term=TERM, level=ENGINE)
    return [*result, warning_row(f"{text}; the limit is {ALARM:g}: do not use these results")] if alarms else result


def differences(fit: LinearModelFit, second: DenseFit, contrasts: Array | None = None) -> dict[str, float]:
    """Give the largest differences of estimates and of their model-based standard errors, in standard errors.

    Standard errors are compared before any adjustment for small samples, which the second engine does not know.
    """
    kept, basis = fit.inference.basis.kept, fit.inference.basis.T
    coefficients = np.eye(len(kept))
    rows_of = coefficients if contrasts is None else np.vstack([coefficients, contrasts[:, kept]])
    first_error = _errors(rows_of, basis @ fit.inference.Phi @ basis.T)
    second_error = _errors(rows_of, second.Phi)
    apart = np.abs(rows_of @ (fit.inference.coefficients() - second.beta)) / first_error
    return {
        "estimate_difference": float(apart.max()),
        "std_error_difference": float(np.abs(second_error / first_error - 1).max()),
        "n_compared": float(len(rows_of)),
    }


def _errors(combinations: Array, covariance: Array) -> Array:
    """Give the standard error of each row of combinations (m, p) of coefficients with this covariance (p, p)."""
    return np.asarray(np.sqrt(np.einsum("mi,ij,mj->m", combinations, covariance, combinations)))


def _second(model: Recomputed, covariance: DenseModel) -> DenseFit:
    """Fit by the second engine, from the analysed rows."""
    from postinfusion.core.dense_engine import fit_dense

    columns = model.fit.design.matrix(model.frame)[:, model.fit.inference.basis.kept]
    subject = np.asarray(pd.factorize(model.frame[model.subject])[0], dtype=np.intp)
    return fit_dense(columns, model.frame[model.response].to_numpy(dtype=float), subject, covariance)
