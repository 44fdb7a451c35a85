"""Rows with their correlation and variance taken out: for each subject L^-1 Z, with Sigma = L L' at its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from postinfusion.core.linalg import Array
from postinfusion.core.patterns import Integers
from postinfusion.core.subject_blocks import SubjectBlocks


@dataclass(frozen=True)
class Whitened:
    """Whitened rows, sorted by subject and position.

    Attributes
    ----------
    Z
        Shape (n, q).
    order
        Shape (n,): which row of the data each is.
    start
        Shape (subjects,): first row of each subject, in the order of their codes.
    """

    Z: Array
    order: Integers
    start: Integers

    @property
    def sizes(self) -> Integers:
        """Give the number of rows of each subject."""
        return np.diff(self.start, append=len(self.order))

    def of_equal_size(self) -> Iterator[tuple[Integers, Integers]]:
        """Give the subjects with 1, 2, ... rows, (k,), and their rows, (k, m)."""
        yield from rows_of_equal_size(self.start, self.sizes)


def whiten(Z: Array, subject: Integers, blocks: SubjectBlocks, Sigma: Array) -> Whitened:
    """Whiten the rows of each subject.

    Parameters
    ----------
    Z
        Shape (n, q).
    subject
        Shape (n,): codes.
    blocks
        Where the rows stand.
    Sigma
        Shape (P or 1, T, T): covariance of each pattern.
    """
    order = np.lexsort((blocks.position, subject))
    start = np.flatnonzero(np.diff(subject[order], prepend=-1))
    sizes = np.diff(start, append=len(order))
    whitened = np.empty_like(Z)
    for subjects, index in rows_of_equal_size(start, sizes):
        block = block_covariances(blocks, subjects, blocks.position[order][index], Sigma)
        whitened[index] = np.linalg.solve(np.linalg.cholesky(block), Z[order][index])
    return Whitened(whitened, order, start)


def block_covariances(blocks: SubjectBlocks, subjects: Integers, position: Integers, Sigma: Array) -> Array:
    """Give the covariance of the rows at these positions (k, m) of subjects (k,), shape (k, m, m)."""
    pattern = blocks.pattern[subjects] if len(Sigma) > 1 else np.zeros(len(subjects), dtype=np.intp)
    return np.asarray(Sigma[pattern[:, None, None], position[:, :, None], position[:, None, :]])


def rows_of_equal_size(start: Integers, sizes: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Give the subjects with 1, 2, ... rows, (k,), and the places of these rows in order, (k, m)."""
    for m in np.unique(sizes):
        subjects = np.flatnonzero(sizes == m)
        yield subjects, start[subjects][:, None] + np.arange(m)
