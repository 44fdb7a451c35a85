"""What a generalised linear mixed model refuses: outcomes that say nothing, and likelihoods that rise without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from postinfusion.core.glmm_model import COUNTS, DISPERSED, FAMILIES, Columns, FamilyName, GlmmData, GlmmModel, Zeros
from postinfusion.core.linalg import Array
from postinfusion.errors import ModelError, nearest

# Variance in excess of a Poisson count's, as a share of it: below this the counts are Poisson counts.
POISSON_LIMIT = 1e-6
NEARLY_POISSON = 1e-4
# With columns of unit mean square an estimable direction has an information of the order of the number of events. A
# direction along which the likelihood rises for ever has lost it all by the time that Newton's method stops.
NO_INFORMATION = 1e-6
# On the scale of log odds or log rates: beyond it a subject's outcomes do not vary.
LARGEST_DEVIATION = 30.0
# Larger ones lose the digits of their log-likelihood, in which neighbouring parameters differ.
LARGEST_COUNT = 1e9


@dataclass(frozen=True)
class Dispersion:
    """Where a dispersion counts as vanished.

    Attributes
    ----------
    family
        Name of the family.
    y
        Shape (n,): the outcomes.
    """

    family: FamilyName
    y: Array

    @property
    def nearly_vanished(self) -> float:
        """Give a log dispersion at which the variance exceeds a Poisson count's by a ten-thousandth."""
        if self.family == "nbinom1":
            return float(np.log(NEARLY_POISSON))
        return float(np.log(max(float(self.y.mean()), 1.0) / NEARLY_POISSON))

    def has_vanished(self, log_dispersion: float) -> bool:
        """Say whether the counts are Poisson counts to within the limit."""
        if self.family == "nbinom1":
            return log_dispersion < float(np.log(POISSON_LIMIT))
        return log_dispersion > float(np.log(max(float(self.y.mean()), 1.0) / POISSON_LIMIT))


def escape_of(model: GlmmModel, dispersion: Dispersion) -> Callable[[Array], bool]:
    """Give the test of a psi for a vanished dispersion, or for random effects without bound."""
    dispersed, last = dispersion.family in DISPERSED, len(model.start) - 1

    def escaped(psi: Array) -> bool:
        vanished = dispersed and dispersion.has_vanished(float(psi[last]))
        return vanished or is_unbounded(psi[last + 1 :])

    return escaped


def is_unbounded(Lambda: Array) -> bool:
    """Say whether elements of Lambda are beyond any variation that data can show."""
    return bool(np.abs(Lambda).max(initial=0.0) > LARGEST_DEVIATION)


def refuse_unbounded(Lambda: Array) -> None:
    """Refuse random effects without bound.

    Raises
    ------
    ModelError
        A subject's outcomes hardly vary.
    """
    if is_unbounded(Lambda):
        raise ModelError(
            f"The standard deviation of the random effects exceeds {LARGEST_DEVIATION:g}: the outcomes of a subject "
            "hardly vary, so that a random effect has no finite variance; use GEE or a model at one visit"
        )


def check_outcome(data: GlmmData, family: FamilyName, zeros: Zeros) -> None:
    """Refuse an outcome that does not belong to the family, or that says nothing of the model.

    Raises
    ------
    ModelError
        With what was found and what is allowed.
    """
    if family not in FAMILIES:
        raise ModelError(
            f'family "{family}" is not available; available are {", ".join(FAMILIES)}. {nearest(family, FAMILIES)}'
        )
    if len(data.y) == 0:
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    if not (np.isfinite(data.y).all() and np.isfinite(data.offset).all()):
        raise ModelError("The response or the offset holds infinite values; remove these rows")
    if data.U.shape[1] and len(np.unique(data.subject)) < 2:
        raise ModelError("One subject cannot tell random effects from fixed ones; a mixed model needs more subjects")
    if zeros != "none" and family not in COUNTS:
        raise ModelError(f"Zero inflation and hurdles belong to counts ({', '.join(COUNTS)}), not to {family}")
    if family in COUNTS:
        _check_counts(data, zeros)
    elif family == "binomial":
        _check_successes(data)
    elif data.n_categories < 2:
        raise ModelError("The response has one category only; nothing can be estimated")


def _check_counts(data: GlmmData, zeros: Zeros) -> None:
    """Refuse counts that are none, that are all zero, or that cannot tell of zeros apart."""
    if (data.y < 0).any() or (data.y != np.round(data.y)).any():
        raise ModelError("The response holds negative or broken numbers; counts are whole numbers from 0 up")
    if not data.y.any():
        raise ModelError("Every count is zero: no rate can be estimated; report the exposure and an exact limit")
    if (data.y == data.y[0]).all():
        raise ModelError(
            f"Every count is {data.y[0]:g}: counts that never vary tell neither an error nor a difference; report the "
            "number"
        )
    if data.y.max() > LARGEST_COUNT:
        raise ModelError(
            f"A count reaches {data.y.max():.1e}; allowed are counts up to {LARGEST_COUNT:.0e}: counts this large are "
            "measurements, for fit_lmm or fit_mmrm on their logarithm"
        )
    if zeros != "none" and data.y.all():
        raise ModelError("No count is zero: zero inflation or a hurdle has nothing to estimate; leave it out")


def _check_successes(data: GlmmData) -> None:
    """Refuse numbers of successes that are none, or that are all or nothing throughout."""
    whole = (data.y == np.round(data.y)).all() and (data.trials == np.round(data.trials)).all()
    if not whole or (data.y < 0).any() or (data.y > data.trials).any() or (data.trials < 1).any():
        raise ModelError(
            "The response of a binomial model is 0 or 1, or with trials= a whole number of successes from 0 to the "
            "number of trials"
        )
    if not data.y.any() or (data.y == data.trials).all():
        raise ModelError(
            "The response never varies (no success, or no failure, at all): no odds can be estimated; report the "
            "number with an exact limit"
        )


def refuse_runaway(data: GlmmData, model: GlmmModel, information: Array) -> None:
    """Refuse a direction along which the likelihood rises without end (separation), and name its columns.

    Parameters
    ----------
    data, model
        What was fitted.
    information
        Shape (P, P), where the search stopped: of beta, gamma and, last, the random effects.

    Raises
    ------
    ModelError
        The information on beta and gamma has vanished along a direction.

    References
    ----------
    Albert & Anderson (1984), Biometrika 71, 1-10 (complete and quasi-complete separation).
    """
    # How little is known of a dispersion near its limit is no separation.
    p, q = model.rows.X.shape[1], len(model.start) - (model.name in DISPERSED)
    if not np.isfinite(information).all():
        return
    values, vectors = np.linalg.eigh(information[:q, :q])
    if values[0] > NO_INFORMATION:
        return
    direction = vectors[:, 0]
    zero = direction[p : p + model.n_zero]
    if model.zero_columns is not None and zero @ zero > 0.5:
        names = _involved(model.zero_columns, zero, data.Z, data.zero_names)
        raise ModelError(
            f"The probability of the extra zeros runs to 0 or 1 along {names}: a group without zeros or with zeros "
            "only, or no more zeros than the counts explain; simplify the model of the zeros or leave it out"
        )
    names = _involved(model.columns, direction[:p], data.X, data.names)
    raise ModelError(
        f"The outcome is separated along {names}: a combination of covariates predicts it without error, for example "
        "an arm without any event, and the likelihood rises without end; pool levels, drop the covariate, or report "
        "exact limits"
    )


def _involved(columns: Columns, direction: Array, X: Array, names: tuple[str, ...]) -> str:
    """Name the columns that move the predictor most along a direction; the intercept when no other does."""
    change = np.abs(columns.outer() @ direction)
    kept = columns.basis.kept
    share = change * X[:, kept].std(axis=0)
    weight = share if share.max() > 1e-6 * change.max() else change
    return ", ".join(names[i] for i, size in zip(kept, weight, strict=True) if size > 0.3 * weight.max())
