"""The influence of single subjects on coefficients and contrasts of an MMRM, as a table."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from postinfusion.analyses.grid_rows import Rows
from postinfusion.analyses.mmrm_data import SubjectData
from postinfusion.core.influence import Influence, one_step_influence, refit_influence
from postinfusion.core.repeated_measures import Fitted
from postinfusion.errors import ModelError, nearest

How = Literal["one-step", "refit"]
LABELS: dict[How, str] = {"one-step": "one-step at fixed covariance", "refit": "refitted"}


def influence_frame(fitted: Fitted, found: SubjectData, rows: Rows, how: How) -> pd.DataFrame:
    """Give one row per subject and combination: what it is without the subject, and the change in standard errors."""
    if how not in LABELS:
        raise ModelError(f'how "{how}" is not available; available are {", ".join(LABELS)}. {nearest(how, LABELS)}')
    leave_out = one_step_influence if how == "one-step" else refit_influence
    result: Influence = leave_out(fitted, rows.L)
    own = fitted.fit.inference.estimates(rows.L)
    n, m = result.without.shape
    labels = rows.labels.loc[np.tile(np.arange(m), n)].reset_index(drop=True)
    subjects = pd.DataFrame({fitted_name(found): found.subjects.repeat(m)})
    table = pd.concat([subjects, labels], axis=1)
    table["estimate"] = np.tile(own.estimate, n)
    table["without"] = result.without.ravel()
    table["change"] = table["estimate"] - table["without"]
    table["change_in_std_errors"] = table["change"] / np.tile(own.std_error, n)
    table["cooks_distance"] = np.repeat(result.cooks_distance, m)
    table["how"] = LABELS[how]
    return table.assign(error=np.repeat(np.array(result.errors, dtype=object), m))


def fitted_name(found: SubjectData) -> str:
    """Name the column of the subjects."""
    return str(found.subjects.name)
