"""What an ensemble prepares once for each product: anchors among the cohorts, ages to look at, one matrix."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ensemble_looks import (
    IndexArray,
    SharedLooks,
    choose_looks,
    grid_of,
    sample_draws,
    tell_from_shared,
)
from ainalym.kernels.ensemble_nodes import Nodes, Range, choose_nodes
from ainalym.kernels.ensemble_products import (
    Block,
    ClosedLooks,
    ExponentialLooks,
    LinearProduct,
    Multiples,
    Product,
    SurvivalProduct,
    Workspace,
    cut_staircase,
    multiply,
)
from ainalym.kernels.ensemble_surface import Surface, fit_surface, lay_grid
from ainalym.kernels.histogram import AnyFloatArray
from ainalym.kernels.lifetime import ENTRY_MOMENTS, Convention

ERAS = 3
"""Up to so many different lifetimes among the cohorts are all followed; more are read between anchors."""

ANCHOR_COUNTS = (6, 8, 10, 11, 12, 14, 17, 20, 24)
"""Numbers of anchors tried, the fewest first."""

TOLERANCE = 1e-6
"""Largest error of a survival read between anchors, in shares of a cohort; and of values that are told from a
few looks, as a part of the largest value of the product."""

PROBED_AGES = 12
"""Ages at which the survival of the cohorts is compared."""

MANY_LOOKS = 200
"""Products with more looks than this are tried with a few of them."""

CHECKED_DRAWS = 32
"""Draws of the ensemble on which it is checked whether a few looks tell the others."""


class Anchors(NamedTuple):
    """Lifetimes that are followed, and how those of the cohorts are read between them.

    Attributes
    ----------
    shapes, scales
        Lifetimes followed. Shape (anchor,).
    weights
        Survival of a cohort is the sum of those of the anchors times these. Shape (cohort, anchor).
    error
        Largest error found at the ends of the range of the draws, in shares of a cohort.
    """

    shapes: FloatArray
    scales: FloatArray
    weights: FloatArray
    error: float


class Plan(NamedTuple):
    """A product made ready.

    Attributes
    ----------
    product
        Turns factors of draws into yearly values.
    error
        Largest error found, in shares of a cohort.
    """

    product: Product
    error: float


class Request(NamedTuple):
    """What is wanted of a product.

    Attributes
    ----------
    inflow
        What enters during each year. Shape (year,).
    of_stock
        Whether the stock is wanted, or else the outflow.
    convention
        When within its year a cohort enters.
    dtype
        Type of the numbers.
    exponent
        Ages beyond which less than exp(-exponent) of a cohort is left count as empty.
    """

    inflow: FloatArray
    of_stock: bool
    convention: Convention
    dtype: npt.DTypeLike
    exponent: float


def plan_product(
    request: Request,
    shapes: FloatArray,
    scales: FloatArray,
    draws: Block,
    factors: Range,
    shared: SharedLooks | None = None,
) -> Plan:
    """Make a product ready.

    Parameters
    ----------
    request
        What is wanted.
    shapes, scales
        Lifetime of each cohort, before the factors of a draw. Shape (cohort,).
    draws
        Factors of all draws.
    factors
        Their range.
    shared
        Looks that serve all products, to be taken where the lifetime is the same for all cohorts and they
        will do.

    Returns
    -------
    Plan
        The product and its error.
    """
    anchors = choose_anchors(shapes, scales, factors)
    shape = float(anchors.shapes.min()) * factors.shape[0], float(anchors.shapes.max()) * factors.shape[1]
    scale = float(anchors.scales.min()) * factors.scale[0], float(anchors.scales.max()) * factors.scale[1]
    years = len(request.inflow)
    nodes = choose_nodes(request.convention, years, Range(shape, scale), request.exponent)
    error = anchors.error + nodes.error
    if request.dtype == np.float32 and len(anchors.shapes) > 1:
        surface = _try_surface(request, anchors, nodes, draws, factors)
        if surface is not None:
            return Plan(surface.product, error + surface.error)
    matrix = plan_matrix(request, anchors, nodes)
    if nodes.reading == "exact":
        closed = ClosedLooks(anchors.shapes, anchors.scales, years)
        return Plan(LinearProduct(closed, cut_staircase(matrix, request.dtype)), error)
    if shared is not None and len(anchors.shapes) == 1:
        plan = _try_shared_looks(shared, anchors, nodes, matrix, request, draws)
        if plan is not None:
            return Plan(plan.product, error + plan.error)
    looks = _looks(anchors, nodes)
    if len(looks.arguments) > MANY_LOOKS:
        few = _try_few_looks(looks, matrix, request, draws, factors, len(anchors.shapes))
        if few is not None:
            return Plan(few.product, error + few.error)
    # Looks in the order of the first year in which they count, so that early years can do without the late
    # ones.
    used = np.flatnonzero((matrix[:, 1:] != 0).any(axis=0))
    first = (matrix[:, 1:][:, used] != 0).argmax(axis=0)
    order = used[np.argsort(first, kind="stable")]
    ordered = np.concatenate([matrix[:, :1], matrix[:, 1 + order]], axis=1)
    steps = cut_staircase(ordered, request.dtype)
    kept = looks.chosen(order, request.dtype)
    if request.dtype == np.float64 and len(anchors.shapes) == 1:
        kept = replace(kept, multiples=Multiples.among(nodes.ages[order], float(anchors.shapes[0])))
    return Plan(LinearProduct(kept, steps), error)


def plan_survival(
    request: Request, shape: float, scale: float, draws: Block, factors: Range
) -> tuple[Product, int, float]:
    """Make the survival by age of a product ready.

    Parameters
    ----------
    request
        Of which the inflow counts for its years alone.
    shape, scale
        Lifetime of the product, before the factors of a draw.
    draws
        Factors of all draws.
    factors
        Their range.

    Returns
    -------
    tuple of Product, int and float
        What gives the survival by age, the number of ages after which nothing is left, and the error in
        shares of a cohort.
    """
    years = len(request.inflow)
    if request.convention in ENTRY_MOMENTS:
        span = Range(
            (shape * factors.shape[0], shape * factors.shape[1]),
            (scale * factors.scale[0], scale * factors.scale[1]),
        )
        nodes = choose_nodes(request.convention, years, span, request.exponent)
        alone = Anchors(np.array([shape]), np.array([scale]), np.ones((years, 1)), 0.0)
        looks = _looks(alone, nodes)
        first = int(nodes.weights[0, 0] == 0)
        ages = 1 - first + len(looks.arguments)
        return SurvivalProduct(looks.chosen(slice(None), request.dtype), first), ages, 0.0
    # The stock that one thing sold in the first year leaves is the survival by age.
    pulse = request._replace(inflow=np.eye(1, years)[0], of_stock=True)
    plan = plan_product(pulse, np.full(years, shape), np.full(years, scale), draws, factors)
    return plan.product, years, plan.error


def choose_anchors(shapes: FloatArray, scales: FloatArray, factors: Range) -> Anchors:
    """Choose the lifetimes to follow for a product.

    Parameters
    ----------
    shapes, scales
        Lifetime of each cohort, before the factors of a draw. Shape (cohort,).
    factors
        Range of the factors of the draws.

    Returns
    -------
    Anchors
        Every different lifetime where there are few; else the fewest anchors, closer at both ends of the
        cohorts, between which the survival of the others is read to :data:`TOLERANCE`; else every
        different lifetime.
    """
    cohorts = len(shapes)
    if (shapes == shapes[0]).all() and (scales == scales[0]).all():
        return Anchors(shapes[:1], scales[:1], np.ones((cohorts, 1)), 0.0)
    # As complex numbers pairs are sorted at once.
    joined, of_cohort = np.unique(shapes + 1j * scales, return_inverse=True)
    pairs = np.stack([joined.real, joined.imag], axis=1)
    if len(pairs) > ERAS:
        exact = _probe_cohorts(shapes, scales, factors)
        for count in ANCHOR_COUNTS:
            if count >= len(pairs):
                break
            chosen, weights = _spread_anchors(count, cohorts)
            read = np.empty_like(exact)
            multiply(weights, exact[chosen], read)
            error = float(np.abs(read - exact).max())
            if error <= TOLERANCE:
                return Anchors(shapes[chosen], scales[chosen], weights, error)
    return Anchors(pairs[:, 0], pairs[:, 1], np.eye(len(pairs))[of_cohort.ravel()], 0.0)


def plan_matrix(request: Request, anchors: Anchors, nodes: Nodes) -> FloatArray:
    """Compute the matrix that turns what is seen at the nodes into yearly values.

    Parameters
    ----------
    request
        What is wanted.
    anchors
        Lifetimes followed.
    nodes
        Ages at which they are looked at.

    Returns
    -------
    FloatArray
        Shape (year, 1 + anchor x node).

    Notes
    -----
    The stock is a Toeplitz matrix of the sales times the survival by age. The outflow is the sales less the
    change of the stock, which takes the sales by their change: no difference of large results is ever
    formed.
    """
    years, width = len(request.inflow), nodes.weights.shape[1] - 1
    matrix = np.zeros((years, 1 + anchors.shapes.size * width))
    by_node = np.empty_like(nodes.weights)
    for anchor, toeplitz in enumerate(_toeplitz(request, anchors.weights).swapaxes(0, 1)):
        multiply(np.ascontiguousarray(toeplitz), nodes.weights, by_node)
        matrix[:, 0] += by_node[:, 0]
        factor = anchors.shapes[anchor] if nodes.reading == "density" else 1.0
        np.multiply(by_node[:, 1:], factor, out=matrix[:, 1 + anchor * width : 1 + (anchor + 1) * width])
    if not request.of_stock:
        matrix[:, 0] += request.inflow
    return matrix


def _try_surface(
    request: Request, anchors: Anchors, nodes: Nodes, draws: Block, factors: Range
) -> Surface | None:
    """Lay a surface through exact values on a grid of draws, or give none where that is not good enough."""
    grid = lay_grid(draws, factors, float(anchors.shapes.max()))
    if grid is None or nodes.reading == "exact":
        return None
    looks, toeplitz = _looks(anchors, nodes), _toeplitz(request, anchors.weights)
    # A grid is as good in single precision as what is told from it; the check is not.
    values, expected = (
        _sum_over_anchors(
            request,
            toeplitz,
            _survival_by_age(anchors, nodes, looks.chosen(slice(None), dtype), block, request.convention),
        )
        for block, dtype in ((grid.block, request.dtype), (grid.checked, np.float64))
    )
    return fit_surface(grid, values.astype(np.float64), expected, request.dtype)


def _sum_over_anchors(request: Request, toeplitz: FloatArray, left: AnyFloatArray) -> AnyFloatArray:
    """Yearly values of some draws, through the survival by age of every anchor. Shape (year, draw)."""
    years, ages, draws = len(request.inflow), left.shape[1], left.shape[2]
    values = np.empty((years, draws), dtype=left.dtype)
    matrix = toeplitz[..., :ages].astype(left.dtype).reshape(years, -1)
    multiply(matrix, left.reshape(-1, draws), values)
    if not request.of_stock:
        values += request.inflow[:, None].astype(left.dtype)
    return values


def _survival_by_age(
    anchors: Anchors, nodes: Nodes, looks: ExponentialLooks, block: Block, convention: Convention
) -> AnyFloatArray:
    """Survival by age of some draws, without the ages at which nothing is left. Shape (anchor, age, draw)."""
    number, ages, draws = len(anchors.shapes), len(nodes.ages), block.number
    dtype = looks.arguments.dtype
    seen = looks.look(block, Workspace(dtype))[1:].reshape(number, ages, draws)
    if convention in ENTRY_MOMENTS:
        if nodes.weights[0, 0] == 0:
            return seen
        return np.concatenate([np.ones((number, 1, draws), dtype=dtype), seen], axis=1)
    if nodes.reading == "density":
        seen *= anchors.shapes[:, None, None].astype(dtype)
    left = np.empty((number, len(nodes.weights), draws), dtype=dtype)
    weights = nodes.weights.astype(dtype)
    for anchor in range(number):
        multiply(weights[:, 1:], seen[anchor], left[anchor])
    left += weights[:, :1]
    return left


def _toeplitz(request: Request, of_cohort: FloatArray) -> FloatArray:
    """Matrices from survival by age to the stock, or to the outflow less what is sold.

    Shape (year, anchor, age).
    """
    years, anchors = of_cohort.shape
    sold = request.inflow * of_cohort.T
    padded = np.zeros((anchors, 2 * years - 1))
    padded[:, :years] = (sold if request.of_stock else -np.diff(sold, prepend=0.0))[:, ::-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, years, axis=1)
    return windows[:, ::-1].transpose(1, 0, 2)


def _looks(anchors: Anchors, nodes: Nodes) -> ExponentialLooks:
    """Every node of every anchor, anchor by anchor."""
    slopes = anchors.shapes[:, None] * (np.log(nodes.ages) - np.log(anchors.scales)[:, None])
    arguments = np.stack([slopes, np.broadcast_to(-anchors.shapes[:, None], slopes.shape)], axis=-1)
    return ExponentialLooks(arguments.reshape(-1, 2), nodes.reading == "density")


@lru_cache(maxsize=64)
def _spread_anchors(count: int, cohorts: int) -> tuple[IndexArray, FloatArray]:
    """Cohorts next to the Chebyshev points, and the polynomial through them. Shape (cohort, anchor)."""
    points = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    chosen = np.unique(np.round((cohorts - 1) * points).astype(np.intp))
    at = chosen.astype(np.float64)
    weights = np.empty((cohorts, len(chosen)))
    for anchor in range(len(chosen)):
        others = np.delete(at, anchor)
        weights[:, anchor] = ((np.arange(cohorts)[:, None] - others) / (at[anchor] - others)).prod(axis=1)
    return chosen, weights


def _probe_cohorts(shapes: FloatArray, scales: FloatArray, factors: Range) -> FloatArray:
    """Survival of every cohort at some ages and the ends of the range. Shape (cohort, probe)."""
    shape_factors, scale_factors = factors.corners()
    log_ages = np.linspace(np.log(0.25), np.log(len(shapes)), PROBED_AGES)
    log_scales = np.add.outer(np.log(scales), np.log(scale_factors))
    argument = np.multiply.outer(shapes, shape_factors)[..., None] * (log_ages - log_scales[..., None])
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(-np.exp(argument)).reshape(len(shapes), -1))


def _try_few_looks(
    looks: ExponentialLooks,
    matrix: FloatArray,
    request: Request,
    draws: Block,
    factors: Range,
    anchors: int,
) -> Plan | None:
    """Find a few looks from which the yearly values follow as well as from all of them, or give none."""
    (fewest, most), (shortest, longest) = np.log(factors.shape), np.log(factors.scale)
    shape, scale = grid_of((fewest, most), (shortest, longest))
    rows, values = _look_and_compute(looks, matrix, Block(np.exp(shape), np.exp(scale)))
    width = len(looks.arguments) // anchors
    candidates = np.concatenate(
        [anchor * width + np.arange(width) for anchor in sorted({0, anchors // 2, anchors - 1})]
    )
    largest = float(np.abs(values).max())
    chosen = choose_looks(rows[np.append(0, 1 + candidates)], values, 0.1 * TOLERANCE * largest)
    weights = np.empty((len(values), chosen.projector.shape[1]))
    multiply(values, chosen.projector, weights)
    kept = looks.chosen(candidates[chosen.looks], request.dtype)
    product = LinearProduct(kept, cut_staircase(weights, request.dtype, 1))
    some = sample_draws(draws, CHECKED_DRAWS)
    _, expected = _look_and_compute(looks, matrix, some)
    found = np.empty(expected.shape, dtype=request.dtype)
    product.compute(some, Workspace(request.dtype), found)
    error = float(np.abs(found - expected).max())
    if error > TOLERANCE * largest:
        return None
    return Plan(product, error / largest if largest else 0.0)


def _try_shared_looks(
    shared: SharedLooks,
    anchors: Anchors,
    nodes: Nodes,
    matrix: FloatArray,
    request: Request,
    draws: Block,
) -> Plan | None:
    """Tell the looks of a product from the shared ones, or give none where that is not good enough."""
    shape, scale = anchors.shapes[0], anchors.scales[0]
    positions = shape * (np.log(nodes.ages) - np.log(scale))
    weights = tell_from_shared(shared, positions, nodes.reading == "density")
    told = np.empty((matrix.shape[0], weights.shape[1]))
    multiply(matrix[:, 1:], weights, told)
    told[:, 0] += matrix[:, 0]
    some = sample_draws(draws, CHECKED_DRAWS)
    rows = np.asarray(_looks(anchors, nodes).look(some, Workspace(np.float64)), dtype=np.float64)
    arguments = np.stack([shared.positions, np.full(shared.positions.shape, -shape)], axis=1)
    kept = ExponentialLooks(arguments, density=False)
    seen = np.asarray(kept.look(some, Workspace(np.float64)), dtype=np.float64)
    found = np.empty((len(weights), seen.shape[1]))
    multiply(weights, seen, found)
    error = float(np.abs(found - rows[1:]).max(initial=0.0))
    if error > TOLERANCE:
        return None
    steps = cut_staircase(told, request.dtype, 1)
    return Plan(LinearProduct(kept.chosen(slice(None), request.dtype), steps), error)


def _look_and_compute(
    looks: ExponentialLooks, matrix: FloatArray, block: Block
) -> tuple[FloatArray, FloatArray]:
    """Look at some draws at every node, in double precision, and compute their yearly values."""
    rows = np.asarray(looks.look(block, Workspace(np.float64)), dtype=np.float64)
    values = np.empty((matrix.shape[0], rows.shape[1]))
    multiply(matrix, rows, values)
    return rows, values
