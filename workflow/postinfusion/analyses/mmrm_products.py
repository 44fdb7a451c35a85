"""Mixed models for repeated measures of data that do not fit into memory, or may not leave their site.

What a model needs of the data are sums of products of its columns. `mmrm_products` accumulates them over chunks; the
products of several files or sites add with ``+``; `fit_mmrm_products` fits the model to the sum. No row of a
participant is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.column_checks import (
    is_covariate,
    numbers_of,
    refuse_infinite,
    refuse_single_level,
    require_columns,
    sorted_levels,
)
from postinfusion.analyses.design import Array, Covariate, Design, Levels, complete_rows, numeric_values
from postinfusion.analyses.formula import Formula, parse_formula
from postinfusion.analyses.mmrm import MmrmFit
from postinfusion.analyses.mmrm_data import Columns
from postinfusion.analyses.reference_grid import count_cells
from postinfusion.core.accumulated import Accumulated, first_change, fit_accumulated
from postinfusion.core.inference import DfMethod
from postinfusion.core.likelihood import Method
from postinfusion.core.patterns import cross_products
from postinfusion.errors import ModelError

LevelsOf = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class MmrmProducts:
    """All that a model for repeated measures needs of some subjects' data; two of them add with ``+``.

    Attributes
    ----------
    design
        The fixed effects, with the means of the covariates.
    columns
        Names of the columns.
    visits
        Levels of the visit, in order.
    sums
        Of products of the columns of the design and the response.
    cells
        Rows by combination of the factors' levels, with the column ``n``.
    subjects
        Sorted digests of the subjects, by which a subject that comes twice is found.
    """

    design: Design
    columns: Columns
    visits: tuple[Any, ...]
    sums: Accumulated
    cells: pd.DataFrame
    subjects: np.ndarray[tuple[int], np.dtype[np.uint64]]

    def __add__(self, other: MmrmProducts) -> MmrmProducts:
        """Add the products of other subjects.

        Raises
        ------
        ModelError
            The models differ, or a subject is in both.
        """
        return total([self, other])


def total(parts: Sequence[MmrmProducts]) -> MmrmProducts:
    """Give the sum of the products of disjoint sets of subjects.

    Raises
    ------
    ModelError
        The models differ, or a subject is in two parts.
    """
    models = {
        (part.columns, str(part.design.formula), part.visits, tuple(part.design.factors.items())) for part in parts
    }
    if len(models) > 1:
        raise ModelError("Products of different models do not add: columns, formula, visits and levels must agree")
    subjects = np.sort(np.concatenate([part.subjects for part in parts]), kind="stable")
    twice = int(np.count_nonzero(subjects[1:] == subjects[:-1]))
    if twice:
        raise ModelError(
            f"{twice:,} subjects come in two parts of the data; keep the rows of a subject together, in one file"
        )
    return replace(
        parts[0],
        design=_with_means(parts),
        sums=reduce(lambda sums, part: sums.plus(part.sums.cross, part.sums.change), parts[1:], parts[0].sums),
        cells=_summed([part.cells for part in parts]),
        subjects=subjects,
    )


def _summed(cells: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add counts of the same combinations of levels."""
    stacked = pd.concat([part.astype({name: object for name in part if name != "n"}) for part in cells])
    factors = [name for name in stacked if name != "n"]
    if not factors:
        return pd.DataFrame({"n": [stacked["n"].sum()]})
    return stacked.groupby(factors, sort=False)["n"].sum().reset_index()


def mmrm_products(
    frames: pd.DataFrame | Iterable[pd.DataFrame],
    response: str,
    fixed: str,
    subject: str,
    visit: str,
    *,
    levels: LevelsOf | None = None,
) -> MmrmProducts:
    """Accumulate what a model for repeated measures needs of the data.

    Parameters
    ----------
    frames
        One frame, or chunks of one; the rows of a subject follow each other.
    response, fixed, subject, visit
        As in :func:`~postinfusion.analyses.mmrm.fit_mmrm`; ``poly`` and ``ns`` need all rows at once and are refused.
    levels
        Levels of factors in order, the first being the reference. Left out: those of a Categorical, else those that
        occur in the first chunk, sorted.

    Returns
    -------
    MmrmProducts
        To be added to others, or given to :func:`fit_mmrm_products`.

    Raises
    ------
    ModelError
        A variable cannot be used, a level is unknown, or the rows of a subject do not follow each other.
    """
    formula = parse_formula(fixed)
    if isinstance(frames, pd.Series | Mapping) or not isinstance(frames, Iterable):
        raise ModelError(f"The data are a {type(frames).__name__}; give a pandas DataFrame, or chunks of one")
    if any(factor.function in {"poly", "ns"} for term in formula.terms for factor in term):
        raise ModelError("poly and ns are learned from all rows at once; give their columns as covariates instead")
    columns, known = Columns(response, subject, visit), dict(levels or {})
    if isinstance(frames, pd.DataFrame):
        parts = list(_parts(iter([_with_used_levels(frames)]), formula, columns, known))
    else:
        parts = list(_parts(whole_subjects(iter(frames), subject), formula, columns, known))
    if not parts:
        raise ModelError("No row has all the variables of the model; nothing can be fitted")
    return total(parts)


def fit_mmrm_products(
    products: MmrmProducts,
    *,
    covariance: str = "us",
    method: Method = "reml",
    df: DfMethod = "kenward-roger-linear",
    information: str = "observed",
) -> MmrmFit:
    """Fit a mixed model for repeated measures to accumulated products.

    Parameters
    ----------
    products
        Of all subjects.
    covariance
        ``us ad adh ar1 ar1h cs csh toep toeph``.
    method, df, information
        As in :func:`~postinfusion.analyses.mmrm.fit_mmrm`; not ``between-within``.

    Returns
    -------
    MmrmFit
        What asks for the rows (residuals, predictions for them, influence, counterfactual means) is refused.

    Raises
    ------
    ModelError
        The model cannot be fitted, with the reason.
    """
    _refuse_single_levels(products)
    names = tuple(map(str, products.visits))
    fit = fit_accumulated(products.sums, names, covariance, method=method, df_method=df, information=information)
    labels = pd.Index(products.visits, name=products.columns.visit)
    n_subjects = len(products.subjects)
    return MmrmFit(
        design=products.design,
        inference=fit.inference,
        cells=products.cells,
        covariances={None: pd.DataFrame(fit.Sigma[0], index=labels, columns=labels)},
        variances_df={None: pd.Series(fit.variance_df[0], index=labels)},
        ranges={},
        covariance_structure=covariance,
        method=method,
        df=df,
        columns=products.columns,
        log_likelihood=fit.log_likelihood,
        aic=2 * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        bic=float(np.log(n_subjects)) * fit.n_covariance_parameters - 2 * fit.log_likelihood,
        optimum=fit.optimum,
        n_observations=products.sums.cross.n_observations,
        n_subjects=n_subjects,
        constrained=None,
    )


def _refuse_single_levels(products: MmrmProducts) -> None:
    """Refuse a factor of which all the rows hold one level."""
    occurring = products.cells[products.cells["n"] > 0]
    for name in products.design.factors:
        refuse_single_level(name, occurring[name].unique().tolist())


def _with_used_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame whose Categoricals have only categories that occur, for a frame that is all there is."""
    factors = frame.select_dtypes("category").columns
    return frame.assign(**{name: frame[name].cat.remove_unused_categories() for name in factors})


def whole_subjects(frames: Iterator[pd.DataFrame], subject: str) -> Iterator[pd.DataFrame]:
    """Give chunks in which no subject is cut: the rows of one at the border of two chunks come as a chunk of their own.

    Parameters
    ----------
    frames
        Chunks; the rows of a subject follow each other.
    subject
        Column of the subject.
    """
    held: list[pd.DataFrame] = []
    for frame in frames:
        if isinstance(frame, pd.DataFrame) and not len(frame):
            continue
        require_columns(frame, [subject])
        ids = _comparable(frame[subject])
        begins = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
        first = begins[1] if len(begins) > 1 else len(frame)
        goes_on = bool(held) and held[0][subject].iloc[0] == frame[subject].iloc[0]
        if goes_on:
            held.append(frame.iloc[:first])
        if len(begins) > 1 or not goes_on:
            start = first if goes_on else 0
            last = begins[-1]
            yield from [frame.iloc[start:last]] if last > start else []
            yield from [pd.concat(held, ignore_index=True)] if held else []
            held = [frame.iloc[last:]]
    yield from [pd.concat(held, ignore_index=True)] if held else []


def _comparable(column: pd.Series[Any]) -> Any:  # noqa: ANN401 - an array of any type
    """Give values that are equal where those of the column are."""
    return (column.cat.codes if isinstance(column.dtype, pd.CategoricalDtype) else column).to_numpy()


def _parts(
    chunks: Iterator[pd.DataFrame], formula: Formula, columns: Columns, levels: dict[str, Sequence[Any]]
) -> Iterator[MmrmProducts]:
    """Give the products of each chunk that has a complete row; the first one settles levels and scale."""
    change: Array | None = None
    for chunk in chunks:
        rows = complete_rows(chunk, [*columns.needed, *formula.variables])
        if len(rows):
            variables = {name: _variable(rows[name], levels.get(name), columns) for name in formula.variables}
            visits = tuple(levels[columns.visit]) if columns.visit in levels else _levels(rows[columns.visit])
            levels |= {name: found.values for name, found in variables.items() if isinstance(found, Levels)}
            levels[columns.visit] = visits
            found = _products(rows, columns, Design(formula, variables, {}), visits, change)
            change = found.sums.change
            yield found


def _variable(column: pd.Series[Any], levels: Sequence[Any] | None, columns: Columns) -> Levels | Covariate:
    """Take a column as a factor with these levels, or by its type."""
    if levels is not None:
        return Levels(tuple(levels))
    if column.name == columns.visit or not is_covariate(column):
        return Levels(_levels(column))
    x = numbers_of(column, str(column.name))
    refuse_infinite(x, str(column.name))
    return Covariate(float(x.mean()), float(x.min()), float(x.max()))


def _levels(column: pd.Series[Any]) -> tuple[Any, ...]:
    """Give the levels of a factor: those of a Categorical in its order, else those that occur, sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(column.cat.categories)
    return sorted_levels(column)


def _products(
    rows: pd.DataFrame, columns: Columns, design: Design, visits: tuple[Any, ...], change: Array | None
) -> MmrmProducts:
    """Give the products of complete rows."""
    codes, subjects = pd.factorize(rows[columns.subject])
    visit = Levels(visits).codes(rows[columns.visit])
    if (visit < 0).any():
        raise ModelError(f"{columns.visit} has values that the first chunk has not; name all of them with levels=")
    response = numeric_values(rows, columns.response, "response")
    refuse_infinite(response, f"The response {columns.response}")
    as_they_come = np.column_stack([design.matrix(rows), response])
    change = first_change(as_they_come) if change is None else change
    changed = as_they_come @ change
    return MmrmProducts(
        design=design,
        columns=columns,
        visits=visits,
        sums=Accumulated(cross_products(changed, np.asarray(codes, dtype=np.intp), visit, len(visits)), change),
        cells=count_cells(design, rows),
        subjects=np.sort(_digests(subjects)),
    )


def _digests(subjects: pd.Index) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Give a digest of each subject, the same in whatever chunk it comes."""
    is_number = pd.api.types.is_integer_dtype(subjects.dtype)
    return np.asarray(pd.util.hash_array(subjects.to_numpy(dtype=np.int64 if is_number else object)), dtype=np.uint64)


def _with_means(parts: Sequence[MmrmProducts]) -> Design:
    """Give the design with the means and ranges of the covariates over all parts."""
    design = parts[0].design
    n = np.array([part.sums.cross.n_observations for part in parts], dtype=float)
    variables = dict(design.variables)
    for name in (name for name, variable in variables.items() if isinstance(variable, Covariate)):
        found = [variable for part in parts if isinstance(variable := part.design.variables[name], Covariate)]
        mean = float(n @ [variable.mean for variable in found] / n.sum())
        least, most = min(variable.minimum for variable in found), max(variable.maximum for variable in found)
        variables[name] = Covariate(mean, least, most)
    return replace(design, variables=variables)
