"""Fits with a link: means and comparisons on the scale of the link and on that of the response."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from postinfusion.analyses.grid_rows import At, Weights, as_names
from postinfusion.analyses.reference_grid import LinearModelFit
from postinfusion.analyses.response_estimates import Averages, Measure, comparison_table, mean_table, ratio_table

Kind = Literal["link", "conditional", "marginal"]
KINDS = ("link", "conditional", "marginal")


@dataclass(frozen=True)
class ResponseFit(LinearModelFit, ABC):
    """A fitted model with a link; coefficients and contrasts are on the scale of the link."""

    @abstractmethod
    def averages(self, keep: Sequence[str], at: At | None, weights: Weights, kind: Kind) -> Averages:
        """Give averages of expected outcomes, see :meth:`means`; each model has its own way to them."""

    def means(
        self,
        specs: str | Sequence[str],
        *,
        by: str | Sequence[str] = (),
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
        kind: Kind = "link",
    ) -> pd.DataFrame:
        """Estimate marginal means of the linear predictor, or averages of expected outcomes; at an exposure of one.

        Parameters
        ----------
        specs, by
            Variables whose values are kept apart; all others are averaged over.
        at
            Values of covariates and levels of factors, see :meth:`LinearModelFit.means`.
        weights
            ``equal``, ``proportional`` or ``counterfactual``. Expected outcomes are averaged themselves, not their
            link.
        confidence
            Coverage of the intervals.
        kind
            ``link``: means of the linear predictor (of an ordinal model: of the latent variable about the mean of its
            thresholds). ``conditional``: expected counts or probabilities at random effects of zero. ``marginal``:
            averaged over the random effects (population-averaged). Both have delta-method errors over all
            parameters; their intervals are formed on the log or logit and carried back. An ordinal outcome has a row
            per ``category``.

        Raises
        ------
        ModelError
            A name is not in the model, or a value not a level.
        """
        if kind == "link":
            return super().means(specs, by=by, at=at, weights=weights, confidence=confidence)
        return mean_table(self.averages([*as_names(specs), *as_names(by)], at, weights, kind), confidence)

    def response_contrasts(
        self,
        specs: str,
        *,
        by: str | Sequence[str] = (),
        reference: Hashable = None,
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
        kind: Kind = "marginal",
        measure: Measure = "difference",
    ) -> pd.DataFrame:
        """Compare expected outcomes of the levels of one factor with those of its reference level.

        Parameters
        ----------
        specs, by, reference, at, confidence
            As in :meth:`contrasts`.
        weights, kind
            As in :meth:`means`; ``conditional`` or ``marginal``.
        measure
            ``difference`` (of rates or risks), ``ratio``, ``odds-ratio``.

        Raises
        ------
        ModelError
            As in :meth:`means`; or the reference is not a level.
        """
        averages = self.averages([specs, *as_names(by)], at, weights, kind)
        return comparison_table(averages, specs, reference, measure, confidence)

    def ratios(
        self,
        specs: str,
        *,
        by: str | Sequence[str] = (),
        reference: Hashable = None,
        at: At | None = None,
        weights: Weights = "equal",
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Estimate conditional rate ratios (log link) or odds ratios (logit link): exponentiated contrasts.

        Parameters
        ----------
        specs, by, reference, at, weights, confidence
            As in :meth:`contrasts`. The test and the interval are those of the contrast.
        """
        rows = self.contrast_rows(specs, by=by, reference=reference, at=at, weights=weights)
        return ratio_table(rows, self.inference, confidence)
