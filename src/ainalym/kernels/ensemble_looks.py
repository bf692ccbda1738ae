"""How few looks at a survival curve tell the rest of it.

Weibull survival curves resemble one another so much that, over the whole range of the draws of an ensemble,
some 30 values of a curve tell all others to 1e-7: every further one is a weighted sum of these, with the
same weights for all draws. Looks are chosen on a grid of draws that spans the range, one after the other,
each where the curves differ most in what is not told yet (Gram-Schmidt with the largest rest first, an
interpolative decomposition). What comes out is checked on draws of the ensemble itself.

In ``u = f (s - G)``, with ``s = A (ln x - ln B)`` for the age x of a product of shape A and scale B and ``G
= A ln g`` for a draw of factors f and g, the curves of all products are the same: one set of looks serves
all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ensemble_nodes import Range
from ainalym.kernels.ensemble_products import Block, multiply

IndexArray = npt.NDArray[np.intp]

GRID = 9
"""Draws per factor on which looks are chosen."""

LEAST_REST = 1e-24
"""Square of what a look adds to the others, below which it adds rounding errors alone."""

SHARED_STEP = 0.15
"""Step of ``s`` between the looks among which the shared ones are chosen."""

SHARED_TOLERANCE = 1e-7
"""Largest part of a survival that the shared looks may leave untold on the grid."""

BEGINNING, END = np.log(1e-9), np.log(25.0)
"""Logarithms of the cumulative hazards at which a curve has hardly begun to fall, and has come to its end."""


class Chosen(NamedTuple):
    """Looks that tell others.

    Attributes
    ----------
    looks
        Their positions among the candidates.
    projector
        Values known on the grid, times this, are the weights of the constant and of the looks. Shape
        (draw of the grid, 1 + look).
    """

    looks: IndexArray
    projector: FloatArray


class SharedLooks(NamedTuple):
    """Looks that serve all products of an ensemble.

    Attributes
    ----------
    positions
        ``s`` of each look. Shape (look,).
    shape_factor
        f of the draws of the grid. Shape (draw of the grid,).
    shift
        G of the draws of the grid. Same shape.
    projector
        As in :class:`Chosen`.
    """

    positions: FloatArray
    shape_factor: FloatArray
    shift: FloatArray
    projector: FloatArray


def grid_of(first: tuple[float, float], second: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """Lay a Chebyshev grid over two ranges, reaching to their ends.

    Parameters
    ----------
    first, second
        Ends of the ranges.

    Returns
    -------
    tuple of FloatArray
        Coordinates of its points. Shape (point,) each.
    """
    points = np.cos(np.pi * (np.arange(GRID) + 0.5) / GRID) / np.cos(0.5 * np.pi / GRID)
    axes = [0.5 * (low + high) + 0.5 * (high - low) * points for low, high in (first, second)]
    one, other = (part.ravel() for part in np.meshgrid(*axes))
    return one, other


def choose_looks(rows: FloatArray, told: FloatArray | None, tolerance: float) -> Chosen:
    """Choose looks one after the other until they tell what is to be told.

    Parameters
    ----------
    rows
        What is seen on the grid: a row of ones, then one row per candidate. Shape (1 + candidate, draw of
        the grid).
    told
        What is to be told, or None for the candidates themselves. Shape (value, draw of the grid).
    tolerance
        Largest rest on the grid.

    Returns
    -------
    Chosen
        The looks, and how weights follow from values on the grid. Fewer looks than would do if the grid has
        too few draws for more, so that a check must follow.

    Notes
    -----
    Written out, as the factorisations of the linear algebra library wake its threads for matrices as small
    as these.
    """
    rest, untold = rows[1:], told
    limit = min(3 * rows.shape[1] // 4, len(rest))
    taken, directions = [rows[0]], [rows[0] / np.sqrt(rows.shape[1])]
    chosen: list[int] = []
    while True:
        direction = directions[-1]
        rest = _without(rest, direction)
        untold = None if untold is None else _without(untold, direction)
        size = np.einsum("ij,ij->i", rest, rest)
        best = int(size.argmax())
        left = np.abs(rest if untold is None else untold).max()
        if left <= tolerance or len(chosen) >= limit or size[best] < LEAST_REST:
            break
        chosen.append(best)
        taken.append(rows[1 + best])
        directions.append(rest[best] / np.sqrt(size[best]))
    basis = np.array(directions)
    triangle = np.einsum("ij,kj->ik", np.array(taken), basis)
    return Chosen(np.array(chosen, dtype=np.intp), _invert_triangle(triangle, basis).T)


def share_looks(factors: list[Range], shapes: FloatArray) -> SharedLooks:
    """Choose looks that serve all products.

    Parameters
    ----------
    factors
        Range of the factors of the draws of each product.
    shapes
        Shape of each product. Shape (product,).

    Returns
    -------
    SharedLooks
        The looks.
    """
    slowest = min(span.shape[0] for span in factors)
    fastest = max(span.shape[1] for span in factors)
    shifts = [
        float(shape) * np.log(end) for span, shape in zip(factors, shapes, strict=True) for end in span.scale
    ]
    lowest, highest = min(shifts), max(shifts)
    candidates = np.arange(lowest + BEGINNING / slowest, highest + END / slowest + SHARED_STEP, SHARED_STEP)
    log_factor, shift = grid_of((np.log(slowest), np.log(fastest)), (lowest, highest))
    factor = np.exp(log_factor)
    seen = _survival(candidates, factor, shift)
    chosen = choose_looks(np.concatenate([np.ones((1, factor.size)), seen]), None, SHARED_TOLERANCE)
    return SharedLooks(candidates[chosen.looks], factor, shift, chosen.projector)


def tell_from_shared(shared: SharedLooks, positions: FloatArray, density: bool) -> FloatArray:
    """Compute the weights with which the shared looks tell others.

    Parameters
    ----------
    shared
        The shared looks.
    positions
        ``s`` of the others. Shape (other,).
    density
        Whether the others look at the density, as in
        :class:`ainalym.kernels.ensemble_products.ExponentialLooks`.

    Returns
    -------
    FloatArray
        Weights of the constant and of the shared looks. Shape (other, 1 + look).
    """
    if density:
        values = _density(positions, shared.shape_factor, shared.shift)
    else:
        values = _survival(positions, shared.shape_factor, shared.shift)
    weights = np.empty((len(positions), shared.projector.shape[1]))
    multiply(values, shared.projector, weights)
    return weights


def sample_draws(draws: Block, number: int) -> Block:
    """Take some draws, evenly among all.

    Parameters
    ----------
    draws
        All draws.
    number
        How many to take.

    Returns
    -------
    Block
        Some of them.
    """
    places = np.linspace(0, draws.shape_factor.size - 1, number).astype(np.intp)
    return Block(draws.shape_factor[places], draws.scale_factor[places])


def _survival(positions: FloatArray, factor: FloatArray, shift: FloatArray) -> FloatArray:
    """Survival at ``s`` of the draws of a grid. Shape (position, draw)."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(-np.exp(factor * np.subtract.outer(positions, shift))))


def _density(positions: FloatArray, factor: FloatArray, shift: FloatArray) -> FloatArray:
    """Density times age, less the shape, at ``s`` of the draws of a grid. Shape (position, draw)."""
    argument = np.minimum(factor * np.subtract.outer(positions, shift), END + 3)
    return np.asarray(factor * np.exp(argument - np.exp(argument)))


def _without(rows: FloatArray, direction: FloatArray) -> FloatArray:
    """Take a direction out of all rows."""
    part = np.einsum("ij,j->i", rows, direction)
    return np.asarray(rows - np.multiply.outer(part, direction))


def _invert_triangle(triangle: FloatArray, basis: FloatArray) -> FloatArray:
    """Solve ``triangle.T @ x = basis`` for a lower triangle, whose rows are the looks in the basis."""
    solution = basis.copy()
    for row in range(len(triangle) - 1, -1, -1):
        solution[row] /= triangle[row, row]
        solution[:row] -= np.multiply.outer(triangle[row, :row], solution[row])
    return solution
