"""Coverage of rate ratios from estimating equations by kind of error: ``python -m simulation.equations_coverage 1000``.

With ``PYTHONPATH=tests`` prints a table of ``workflow/docs/methods/counts.md``. The trials are those of
``rate_ratio_coverage``, with the same seeds; the equations are solved here for all participants at once, since
``fit_gee`` takes two seconds for a trial. A test says that the solution and its errors are those of ``fit_gee``.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from postinfusion.analyses.category_data import fixed_effects
from postinfusion.analyses.count_model import _between_participants
from postinfusion.analyses.glmm_data import glmm_frame
from postinfusion.analyses.model_data import ModelData
from postinfusion.core.glmm_inference import asymptotic_inference
from postinfusion.core.glmm_model import build_model
from postinfusion.core.overdispersion import moment_alpha
from postinfusion.core.small_sample_sandwich import morel_bokossa_neerchal
from postinfusion.simulate.endpoints import BINGES, PURGES, Behaviour
from postinfusion.simulate.trial import simulate_scores
from simulation.rate_ratio_coverage import CODES, SEED, count_data, visits

Array = np.ndarray
ERRORS = ("robust", "bias-reduced", "morel")
MOST_STEPS, SOLVED, RUN_AWAY = 400, 1e-9, 15.0


@dataclass(frozen=True)
class Solved:
    """The coefficients on the columns of the model, and their covariance by kind of error."""

    beta: Array
    alpha: float
    covariance: dict[str, Array]


@dataclass(frozen=True)
class Padded:
    """Counts of participants side by side, shape (participants, most records); ``mask`` says which records exist."""

    y: Array
    X: Array
    offset: Array
    mask: Array

    def parts(self, beta: Array, alpha: float) -> tuple[Array, Array]:
        """Give expectation and variance of each record, one where there is none."""
        mean = np.where(self.mask, np.exp(self.X @ beta + self.offset), 1.0)
        return mean, np.where(self.mask, mean + alpha * mean**2, 1.0)


def padded(y: Array, X: Array, offset: Array, subject: Array) -> Padded:
    """Put the records of each participant side by side."""
    _, row = np.unique(subject, return_inverse=True)
    place = pd.Series(row).groupby(row).cumcount().to_numpy()
    shape = (row.max() + 1, place.max() + 1)
    found = Padded(np.zeros(shape), np.zeros((*shape, X.shape[1])), np.zeros(shape), np.zeros(shape, dtype=bool))
    for full, values in ((found.y, y), (found.X, X), (found.offset, offset), (found.mask, True)):
        full[row, place] = values
    return found


def solve(y: Array, X: Array, offset: Array, subject: Array) -> Solved | None:
    """Solve the equations, exchangeable, with alpha by moments; None where they have no finite solution."""
    data, alpha, n = padded(y, X, offset, subject), 0.0, len(y)
    beta = np.linalg.lstsq(X, np.log(y + 0.5) - offset, rcond=None)[0]
    for step in range(MOST_STEPS):
        parts = _parts(data, beta, alpha, n)
        move = np.linalg.solve(parts.information, np.einsum("imp,im->p", parts.weighted, parts.residual))
        beta = beta + move * min(1.0, 2 / np.abs(move).max())
        before, alpha = alpha, moment_alpha(y, np.exp(X @ beta + offset), X.shape[1]) if step > 3 else alpha
        if np.abs(beta).max() > RUN_AWAY:
            return None
        if step > 6 and np.abs(move).max() < SOLVED and abs(alpha - before) <= SOLVED * max(alpha, SOLVED):
            return Solved(beta, alpha, _covariances(_parts(data, beta, alpha, n), n))
    return None


@dataclass(frozen=True)
class _Parts:
    """What equations and covariances are made of: D, V^-1 D and the residuals by participant, and the scale."""

    D: Array
    weighted: Array
    residual: Array
    scale: float

    @property
    def information(self) -> Array:
        """Sum of D' V^-1 D, without the scale."""
        return np.einsum("imp,imq->pq", self.D, self.weighted)


def _parts(data: Padded, beta: Array, alpha: float, n: int) -> _Parts:
    """Give the parts at some coefficients."""
    mean, variance = data.parts(beta, alpha)
    residual = np.where(data.mask, data.y - mean, 0.0)
    pearson = residual / np.sqrt(variance)
    scale, records = (pearson**2).sum() / n, data.mask.sum(1)
    pairs = (pearson.sum(1) ** 2 - (pearson**2).sum(1)).sum() / 2
    correlation = np.clip(pairs / (records * (records - 1) / 2).sum() / scale, -0.3, 0.95)
    same = np.eye(data.mask.shape[1])
    both = data.mask[:, :, None] & data.mask[:, None, :]
    R = np.where(both, correlation, 0.0) * (1 - same) + same
    deviation = np.sqrt(variance)
    D = np.where(data.mask, mean, 0.0)[:, :, None] * data.X
    return _Parts(D, np.linalg.solve(R * deviation[:, :, None] * deviation[:, None, :], D), residual, scale)


def _covariances(parts: _Parts, n: int) -> dict[str, Array]:
    """Give the covariance of the coefficients by kind of error."""
    bread = np.linalg.inv(parts.information)

    def sandwich(residual: Array) -> Array:
        scores = np.einsum("imp,im->ip", parts.weighted, residual)
        return bread @ (scores.T @ scores) @ bread

    H = parts.D @ bread @ np.swapaxes(parts.weighted, 1, 2)
    reduced = np.linalg.solve(np.eye(H.shape[1]) - H, parts.residual[..., None])[..., 0]
    robust, naive = sandwich(parts.residual), bread * parts.scale
    morel = morel_bokossa_neerchal(robust, naive, n, len(parts.residual))
    return {"robust": robust, "bias-reduced": sandwich(reduced), "morel": morel}


def log_ratios(data: ModelData) -> pd.DataFrame | None:
    """Give the log rate ratio of each visit, its errors and degrees of freedom; None without a solution."""
    prepared = glmm_frame(
        data.frame, "AVAL", "USUBJID", fixed=fixed_effects(data), random=None, zero=None, family="poisson",
        offset=None, exposure="WINDOW", visit=None,
    )  # fmt: skip
    model = build_model(prepared.data, "poisson", "none")
    rows, columns = model.rows, model.columns
    found = solve(rows.family.y.astype(float), rows.X, np.zeros(len(rows.X)) + rows.offset, rows.subject)
    if found is None:
        return None
    basis = asymptotic_inference(columns.basis, found.beta * columns.scale, np.eye(len(found.beta)))
    at = prepared.rows.drop_duplicates("AVISIT")
    arms = [prepared.design.matrix(at.assign(ARM=pd.Categorical([arm] * len(at), CODES))) for arm in CODES]
    L = basis.in_basis(arms[1] - arms[0]) * columns.scale
    errors = {name: np.sqrt(np.diag(L @ V @ L.T)) for name, V in found.covariance.items()}
    df = int(data.frame["USUBJID"].nunique()) - _between_participants(data)
    return pd.DataFrame({"AVISIT": at["AVISIT"].astype(str).to_numpy(), "log": L @ found.beta, "df": df, **errors})


def collect(count: int) -> dict[str, pd.DataFrame]:
    """Give the results of many trials by behaviour."""
    found: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for number in range(count):
        tables = simulate_scores(np.random.SeedSequence(SEED, spawn_key=(number,)))
        for behaviour in (BINGES, PURGES):
            one = log_ratios(count_data(tables, behaviour))
            if one is not None:
                found[behaviour.name].append(one)
    return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items()}


def table(found: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Give the table line by line: normal quantiles for the plain sandwich, Student's t for the others."""
    yield "| count | visit | truth | bias of the log (MC error) | SD | mean error and coverage: plain, normal | Mancl and DeRouen, t | Morel, t | trials |"  # noqa: E501
    yield "|---|---|---:|---:|---:|---:|---:|---:|---:|"
    for behaviour in (BINGES, PURGES):
        for visit, truth in visits(behaviour).items():
            yield _line(behaviour, visit, truth, found[behaviour.name])


def _line(behaviour: Behaviour, visit: str, truth: float, found: pd.DataFrame) -> str:
    """Give the line of one visit."""
    own = found[found["AVISIT"] == visit]
    deviation = own["log"] - np.log(truth)
    spread = deviation.std()
    cells = []
    for name in ERRORS:
        quantile = 1.959964 if name == "robust" else stdtrit(own["df"], 0.975)
        cells.append(f"{own[name].mean():.3f}, {100 * (deviation.abs() <= quantile * own[name]).mean():.1f}")
    bias = f"{deviation.mean():+.3f} ({spread / len(own) ** 0.5:.3f})"
    told = (behaviour.name, visit, f"{truth:.2f}", bias, f"{spread:.3f}", *cells, str(len(own)))
    return f"| {' | '.join(told)} |"


if __name__ == "__main__":
    for line in table(collect(int(sys.argv[1]) if len(sys.argv) > 1 else 50)):
        sys.stdout.write(line + "\n")
