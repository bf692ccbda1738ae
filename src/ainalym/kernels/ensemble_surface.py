"""Yearly values of a product as a surface over the two factors of a draw.

Whatever the model, what a product gives in a year depends on two numbers of a draw alone: its factors on the
shape and on the scale of the lifetime. Where nothing is cut off, as early retirement does, it is smooth in
both, so that a polynomial tells it for all draws. It is laid through exact values on a Chebyshev grid, and
the polynomials of all years are sums of some 20 directions that they share: per draw some 90 products of
Chebyshev polynomials and two small matrix products, no exponential, whatever the model behind. How good that
is gets checked on draws of the ensemble itself and at the ends of their range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpstrf

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ensemble_nodes import Range
from ainalym.kernels.ensemble_products import PIECE_DRAWS, Block, Workspace, multiply
from ainalym.kernels.ensemble_solution import StockProduct
from ainalym.kernels.histogram import AnyFloatArray

SURFACE_TOLERANCE = 3e-6
"""Largest error of a value told from a surface, as a part of the largest value of the product."""

UNTOLD = 0.2 * SURFACE_TOLERANCE
"""What may be left out of the polynomials of a year, and once more out of their directions."""

MOST_POINTS = (16, 28)
"""Points of the grid per factor, at most; a range that asks for more is taken draw by draw."""

DRAWS_PER_POINT = 4
"""Draws per point of the grid, at least, for a surface to be worth its exact values."""

CHECKED_DRAWS = 12
"""Draws of the ensemble on which a surface is checked, besides the middles of the four sides of its range."""


IndexArray = npt.NDArray[np.intp]


class Grid(NamedTuple):
    """Draws at which exact values are asked for, to lay a surface through and to check it.

    Attributes
    ----------
    block
        Factors of the points of the grid.
    checked
        Factors of the middles of its sides, and of some draws.
    points
        Number of points along each factor.
    middle, half
        Of the logarithms of either factor.
    """

    block: Block
    checked: Block
    points: tuple[int, int]
    middle: tuple[float, float]
    half: tuple[float, float]

    def all_draws(self) -> Block:
        """Give the points of the grid and the checked draws after them.

        Returns
        -------
        Block
            Their factors.
        """
        return Block(
            np.append(self.block.shape_factor, self.checked.shape_factor),
            np.append(self.block.scale_factor, self.checked.scale_factor),
        )


def lay_grid(draws: Block, factors: Range, shape: float) -> Grid | None:
    """Lay a grid over the factors of the draws of a product.

    Parameters
    ----------
    draws
        Factors of all draws.
    factors
        Their range.
    shape
        Largest shape of the product, before the factors of a draw: the sharper a lifetime, the more points.

    Returns
    -------
    Grid or None
        None if there are too few draws for a surface to be worth it, or if they range too widely.
    """
    ends = np.log([factors.shape, factors.scale])
    middle, half = 0.5 * ends.sum(axis=1), 0.5 * (ends[:, 1] - ends[:, 0])
    # Found by trial on lifetimes of UNU-KEYs; what is too few fails the check.
    steepness = shape * factors.shape[1] * half[1]
    points = int(np.ceil(2.5 + 14 * half[0])), int(np.ceil(5 + 6 * steepness))
    size, number = points[0] * points[1], draws.shape_factor.size
    if points[0] > MOST_POINTS[0] or points[1] > MOST_POINTS[1] or number < DRAWS_PER_POINT * size:
        return None
    at = np.exp(middle[:, None] + half[:, None] * _unit_points(points))
    places = np.linspace(0, number - 1, CHECKED_DRAWS).astype(int)
    checked = np.concatenate([at[:, size:], [draws.shape_factor[places], draws.scale_factor[places]]], axis=1)
    half[half == 0] = 1
    return Grid(Block(*at[:, :size]), Block(*checked), points, (middle[0], middle[1]), (half[0], half[1]))


@dataclass(frozen=True)
class SurfaceProduct:
    """Values that are polynomials of the logarithms of the two factors of a draw.

    Parameters
    ----------
    grid
        On which it was laid.
    degrees
        For each Chebyshev polynomial of the first factor, how many of the second it is multiplied by.
    directions
        Sums of these products that the years share. Shape (direction, product).
    weights
        Weights of the directions. Shape (year, direction).
    """

    grid: Grid
    degrees: tuple[int, ...]
    directions: AnyFloatArray
    weights: AnyFloatArray
    middle: AnyFloatArray = field(init=False)
    half: AnyFloatArray = field(init=False)

    def __post_init__(self) -> None:
        for name in ("middle", "half"):
            numbers = np.array(getattr(self.grid, name), dtype=self.weights.dtype)[:, None]
            object.__setattr__(self, name, numbers)

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the yearly values of a block of draws; see :class:`Product`."""
        for piece, some in block.pieces(PIECE_DRAWS):
            self._tell(piece, work, out[:, some])

    def _tell(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        second = self.degrees[0]
        terms = work.room("terms", self.directions.shape[1], block.number)
        powers = self._polynomials(block, work)
        first, terms[:second] = powers[: len(self.degrees), 0], powers[:second, 1]
        begin = second
        for degree, count in enumerate(self.degrees[1:], start=1):
            np.multiply(terms[:count], first[degree], out=terms[begin : begin + count])
            begin += count
        shared = work.room("shared", len(self.directions), block.number)
        multiply(self.directions, terms, shared)
        multiply(self.weights, shared, out)

    def _polynomials(self, block: Block, work: Workspace) -> AnyFloatArray:
        """Compute the Chebyshev polynomials of both factors. Shape (degree, factor, draw)."""
        count = max(len(self.degrees), self.degrees[0], 2)
        powers = work.room("powers", count, 2, block.number)
        powers[0] = 1
        place = powers[1]
        place[0], place[1] = block.shape_factor, block.scale_factor
        np.log(place, out=place)
        place -= self.middle
        place /= self.half
        # T(m + n) = 2 T(m) T(n) - T(m - n): each turn doubles the degrees that are there.
        known = 1
        while known < count - 1:
            more = min(known, count - 1 - known)
            turn = powers[known + 1 : known + more + 1]
            twice = np.multiply(powers[known], 2, out=work.room("twice", 2, block.number))
            np.multiply(powers[1 : more + 1], twice, out=turn)
            turn -= powers[known - 1 :: -1][:more]
            known += more
        return powers


class Surface(NamedTuple):
    """A surface, and how good it is.

    Attributes
    ----------
    product
        The surface.
    error
        Largest error on the checked draws, as a part of the largest value.
    largest
        Largest value on the grid.
    """

    product: SurfaceProduct
    error: float
    largest: float


def fit_surface(
    grid: Grid, values: FloatArray, expected: AnyFloatArray, dtype: npt.DTypeLike
) -> Surface | None:
    """Lay a surface through exact values.

    Parameters
    ----------
    grid
        Where the values are.
    values
        Values at the points of the grid. Shape (year, point).
    expected
        Values of the checked draws. Shape (year, checked draw).
    dtype
        Type of the numbers of the surface.

    Returns
    -------
    Surface or None
        None where the values are not finite, or the surface is off by more than the tolerance.
    """
    largest = float(max(np.abs(values).max(), np.abs(expected).max()))
    if not np.isfinite(largest):
        return None
    scale = largest or 1.0
    first, second = _to_coefficients(grid.points)
    # One factor after the other: a matrix for both at once would take five times the work.
    half_way = np.empty((len(values) * grid.points[0], grid.points[1]))
    multiply((values / scale).reshape(half_way.shape), second, half_way)
    coefficients = np.matmul(first, half_way.reshape(-1, *grid.points)).reshape(values.shape)
    kept, degrees = _keep_terms(coefficients, grid.points)
    years, weights = _choose_years(kept)
    product = SurfaceProduct(grid, degrees, kept[years].astype(dtype), (scale * weights).astype(dtype))
    found = np.empty(expected.shape, dtype=dtype)
    product.compute(grid.checked, Workspace(dtype), found)
    error = float(np.abs(found - expected).max()) / scale
    return Surface(product, error, largest) if error <= SURFACE_TOLERANCE else None


@dataclass(frozen=True)
class StockSurface:
    """A surface of the inflow or outflow that keeps a stock, with the draws that fall short taken exactly.

    Parameters
    ----------
    surface
        What would hold if things could be un-sold: smooth, whatever falls short.
    exact
        What the draws that fall short, or nearly so, are taken by.
    least
        Value of each year down to which nothing falls short for sure. Shape (year,).
    """

    surface: SurfaceProduct
    exact: StockProduct
    least: AnyFloatArray

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the yearly values of a block of draws; see :class:`Product`."""
        self.surface.compute(block, work, out)
        low = np.flatnonzero(out.min(axis=1) < self.least)
        if low.size:
            short = np.flatnonzero((out[low] < self.least[low, None]).any(axis=0))
            solved = np.empty((len(out), short.size), dtype=out.dtype)
            self.exact.compute(block.take(short), work, solved)
            out[:, short] = solved


@lru_cache(maxsize=128)
def _unit_points(points: tuple[int, int]) -> FloatArray:
    """Chebyshev points of a square of half side 1, then the middles of its sides. Shape (2, point)."""
    axes = [np.cos(np.pi * (np.arange(count) + 0.5) / count) for count in points]
    grid = np.stack([part.ravel() for part in np.meshgrid(*axes, indexing="ij")])
    return np.concatenate([grid, [[-1, 1, 0, 0], [0, 0, -1, 1]]], axis=1)


@lru_cache(maxsize=128)
def _to_coefficients(points: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Matrices from values on a grid to the coefficients of Chebyshev polynomials, of either factor.

    The first one goes to the left of the values, the second one to their right.
    """
    sides = []
    for count in points:
        angles = np.pi * (np.arange(count) + 0.5) / count
        side = np.cos(np.multiply.outer(angles, np.arange(count))) * (2 / count)
        side[:, 0] *= 0.5
        sides.append(side)
    return np.ascontiguousarray(sides[0].T), sides[1]


def _keep_terms(coefficients: FloatArray, points: tuple[int, int]) -> tuple[FloatArray, tuple[int, ...]]:
    """Leave out the terms that hardly count: for each degree of the first factor, the last of the second."""
    second = points[1]
    largest = np.abs(coefficients).max(axis=0)
    rising = np.argsort(largest)
    counts = np.empty(largest.size, dtype=bool)
    counts[rising] = np.sqrt(np.cumsum(largest[rising] ** 2)) > UNTOLD
    # The staircase that holds all that count; a higher degree never takes more than a lower one.
    number = np.where(counts.reshape(points), np.arange(1, second + 1), 0).max(axis=1)
    number = np.maximum.accumulate(number[::-1])[::-1]
    number[0] = max(number[0], 1)
    staircase = np.arange(second) < number[:, None]
    degrees = tuple(number[number > 0].tolist())
    return np.ascontiguousarray(coefficients[:, staircase.ravel()]), degrees


def _choose_years(rows: FloatArray) -> tuple[IndexArray, FloatArray]:
    """Choose years that tell all others, the largest rest first, and the weights that do so.

    A Cholesky factorisation of their products, with pivots. Weights have the shape (year, chosen year).
    """
    products = np.empty((len(rows), len(rows)))
    multiply(rows, np.ascontiguousarray(rows.T), products)
    triangle, order, rank, _ = dpstrf(products, tol=UNTOLD**2, lower=1)
    rank = max(int(rank), 1)
    years = order - 1
    found = np.zeros((len(rows), rank))
    found[years] = np.tril(triangle)[:, :rank]
    chosen = years[:rank]
    if not found[chosen].any():
        return chosen, np.zeros_like(found)
    return chosen, np.ascontiguousarray(np.linalg.solve(found[chosen].T, found.T).T)
