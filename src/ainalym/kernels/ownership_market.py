"""What must be placed on market for ownership to follow a path: replacement plus growth of the stock.

Products that serve the same demand, such as tube and flat televisions, form a group: the stock of the group
follows the path, and what must be bought for it is shared among its products. A product alone is a group of
one. History is kept as it is; the market goes on from it without a step.

Nothing leaves before its time. Where the stock of history is above the path, nothing is bought until enough
has worn out. That is what the stock computed from the market afterwards (:mod:`ainalym.kernels.cohort`) does
as well, so that both tell the same stock; early retirement would make them differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray, as_floats
from ainalym.kernels.joining import LASTING, compute_usable_ratio

IntArray = npt.NDArray[np.intp]

ADJUSTMENT = 0.1
"""Share of the gap between path and stock that is closed in a year, of the part that does not last.

Measured with :data:`ainalym.kernels.joining.LASTING`: stocks per household or person of 12 products and
groups in 14 EU countries, computed from placed on market and lifetimes, over the common curve in income. Of
the logarithm of that ratio there is left 0.77 after five years (2005 to 2010 and 2010 to 2015) and 0.46 after
ten; the rule gives 0.69 and 0.51.
"""


MOMENTUM = 0.9
"""Share of the market that goes on from the last year of history after one year, its square after two.

Of 0.6, 0.75, 0.85 and 0.9 the one with the smallest errors in back-tests on 14 EU countries.
"""


@dataclass(frozen=True, slots=True)
class OwnershipPath:
    """What the stock of each group should come to.

    Parameters
    ----------
    stock
        Wanted stock at the end of the last year of history and of every year after it. Shape
        (..., 1 + year, group), pieces, each 0 or more.
    bearers
        Households or persons who own, in the same years. Shape (..., 1 + year, group), above 0.
    shares
        Share of each product in what its group buys, in the years after history, summing to 1 in each group.
        Shape (..., year, product), in [0, 1].
    group
        Position of the group of each product, never falling: products of a group stand together. Shape
        (product,).
    """

    stock: FloatArray
    bearers: FloatArray
    shares: FloatArray
    group: IntArray


class Response(NamedTuple):
    """How fast a market answers to what is wanted; see :func:`compute_market_for_ownership`.

    Attributes
    ----------
    adjustment
        Share of the gap between path and stock closed in a year, in (0, 1].
    momentum
        Share of the market that goes on as before after one year, in [0, 1).
    lasting
        Part of the logarithm of actual over wanted stock that never closes, in [0, 1].
    """

    adjustment: float = ADJUSTMENT
    momentum: float = MOMENTUM
    lasting: float = LASTING


MEASURED = Response()
"""As measured."""


def compute_market_for_ownership(
    history: FloatArray,
    survival: FloatArray,
    path: OwnershipPath,
    *,
    adjustment: float = ADJUSTMENT,
    momentum: float = MOMENTUM,
    lasting: float = LASTING,
) -> FloatArray:
    """Compute what is placed on market after the last year of history.

    Parameters
    ----------
    history
        Placed on market up to the last year of history. Shape (..., past year, product), pieces/yr, each 0
        or more.
    survival
        Share of a cohort in stock at the end of a year. Shape (..., age, product), in [0, 1], falling with
        age, with as many ages as there are years in all; above 0 at age 0.
    path
        What the stock should come to.
    adjustment
        Share of the gap between path and stock closed in a year, in (0, 1].
    momentum
        Share of the market that goes on from the last year of history after one year, its square after two,
        and so on; in [0, 1).
    lasting
        Part of the logarithm of actual over wanted stock at the end of history that never closes, in [0, 1].

    Returns
    -------
    FloatArray
        Placed on market. Shape (..., year, product), pieces/yr, each 0 or more.

    Raises
    ------
    InputError
        [GRO-003] if the axes do not fit, [GRO-001] if adjustment or momentum is out of range or nothing lives
        through its first year, [GRO-007] if shares do not sum to 1 in each group.

    Notes
    -----
    With T the last year of history, K the stock of a group, W the wanted one times (K(T) / W(T)) ** lasting,
    U what is left of all earlier sales:

    - desired stock D(t) = K(t-1) + W(t) - W(t-1) + adjustment (W(t-1) - K(t-1)), partial adjustment;
    - needed N(t) = max(0, D(t) - U(t)) / sum over products of share S(0);
    - bought M(t) = (1 - m) N(t) + m M(T) B(t) / B(T) with m = momentum^(t-T) and B the bearers.

    Right after history everybody buys as much as before; then replacement and growth take over. Where path,
    history and bearers go on as before, M does too. With ``adjustment`` 1, ``momentum`` 0 and ``lasting`` 0
    the stock is the wanted one, as in :func:`ainalym.kernels.stock_driven.compute_stock_driven`.

    References
    ----------
    Mueller (2006), Stock dynamics for forecasting material flows, Ecological Economics 59.
    """
    history, survival = as_floats(history), as_floats(survival)
    _check(history, survival, path, adjustment, momentum)
    past, years, products = history.shape[-2], path.shares.shape[-2], history.shape[-1]
    batch = np.broadcast_shapes(
        *(array.shape[:-2] for array in (history, survival, path.stock, path.bearers, path.shares))
    )

    def put_batch_last(array: FloatArray) -> FloatArray:
        whole = np.broadcast_to(array, (*batch, *array.shape[-2:])).reshape(-1, *array.shape[-2:])
        return np.ascontiguousarray(whole.T)

    sales = np.zeros((products, past + years, max(int(np.prod(batch)), 1)))
    sales[:, :past] = put_batch_last(history)
    follow_ownership(
        sales,
        put_batch_last(survival),
        OwnershipPath(
            put_batch_last(path.stock), put_batch_last(path.bearers), put_batch_last(path.shares), path.group
        ),
        Response(adjustment, momentum, lasting),
    )
    return np.ascontiguousarray(sales[:, past:].T).reshape(*batch, years, products)


def follow_ownership(
    sales: FloatArray,
    survival: FloatArray,
    path: OwnershipPath,
    response: Response = MEASURED,
    fluctuation: FloatArray | None = None,
) -> None:
    """Fill in the sales after history of many draws at once, the draws on the last axis.

    Parameters
    ----------
    sales
        Placed on market; what stands after history is written over. Shape (product, past + year, draw),
        pieces/yr.
    survival
        Share of a cohort in stock at the end of a year. Shape (product, age, draw), as many ages as years.
    path
        What the stock should come to, every array with its draws last: stock and bearers of shape
        (group, 1 + year, draw), shares of shape (product, year, draw).
    response
        How fast the market answers.
    fluctuation
        By what each year lies above or below what is usual, from the last year of history on. Shape
        (product, 1 + year, draw), above 0; 1 without it.

    Notes
    -----
    The rule is that of :func:`compute_market_for_ownership`. A year that fluctuates sells the more or less of
    its factor, and is then part of the stock: what was bought too early is not needed later. What goes on
    as before is the last year of history without its own factor. Sums run over whole rows of draws, in the
    same order whatever their number, so that a draw has the same bits in any block.
    """
    years, past = path.shares.shape[1], sales.shape[1] - path.shares.shape[1]
    starts = np.searchsorted(path.group, np.arange(len(path.stock)))
    kept = np.add.reduceat(_sum_what_is_left(sales[:, :past], survival[:, past - 1 :: -1]), starts, axis=0)
    wanted = path.stock * (compute_usable_ratio(kept, path.stock[:, 0]) ** response.lasting)[:, np.newaxis]
    usual = sales[:, past - 1] if fluctuation is None else sales[:, past - 1] / fluctuation[:, 0]
    before = np.add.reduceat(usual, starts, axis=0)
    for year in range(years):
        until = past + year
        remaining = np.add.reduceat(
            _sum_what_is_left(sales[:, :until], survival[:, until:0:-1]), starts, axis=0
        )
        growth = wanted[:, year + 1] - wanted[:, year]
        desired = kept + growth + response.adjustment * (wanted[:, year] - kept)
        share = path.shares[:, year]
        reaching_year_end = np.add.reduceat(share * survival[:, 0], starts, axis=0)
        needed = np.maximum(desired - remaining, 0.0) / reaching_year_end
        going_on = before * path.bearers[:, year + 1] / path.bearers[:, 0]
        weight = response.momentum ** (year + 1)
        bought = (1.0 - weight) * needed + weight * going_on
        np.multiply(share, bought[path.group], out=sales[:, until])
        if fluctuation is not None:
            sales[:, until] *= fluctuation[:, year + 1]
        kept = remaining + np.add.reduceat(sales[:, until] * survival[:, 0], starts, axis=0)


def _sum_what_is_left(sales: FloatArray, survival: FloatArray) -> FloatArray:
    """Sum over cohorts what is left of each. Shape (product, draw)."""
    return np.asarray(np.einsum("pcd,pcd->pd", sales, survival))


def _check(
    history: FloatArray, survival: FloatArray, path: OwnershipPath, adjustment: float, momentum: float
) -> None:
    past, products = history.shape[-2:]
    years, groups = path.shares.shape[-2], path.stock.shape[-1]
    fits = (
        path.shares.shape[-1] == products
        and path.group.shape == (products,)
        and np.array_equal(np.unique(path.group), np.arange(groups))
        and bool((np.diff(path.group) >= 0).all())
        and path.stock.shape[-2] == path.bearers.shape[-2] == years + 1
        and survival.shape[-1] == products
        and survival.shape[-2] >= past + years
    )
    if not fits:
        got = (
            f"history {history.shape}, survival {survival.shape}, stock {path.stock.shape}, "
            f"bearers {path.bearers.shape}, shares {path.shares.shape}, group {path.group.shape}"
        )
        expected = "(.., past, product), (.., age, product), twice (.., 1 + year, group), (.., year, product)"
        mend = "Give the same years and products; every group has products, and these stand together."
        raise InputError(Problem("GRO-003", "market for ownership", got, expected, mend))
    problems = []
    if not 0.0 < adjustment <= 1.0 or not 0.0 <= momentum < 1.0:
        got = f"adjustment {adjustment:g}, momentum {momentum:g}"
        expected = "an adjustment above 0 and up to 1, a momentum of 0 or more and below 1"
        problems.append(Problem("GRO-001", "market for ownership", got, expected, "Correct it."))
    if not (survival[..., 0, :] > 0).all():
        expected = "a share above 0 at the end of the first year"
        mend = "Take a longer lifetime, or a convention in which a cohort reaches the end of its year."
        problems.append(Problem("GRO-001", "survival", "0 at age 0", expected, mend))
    totals = np.add.reduceat(path.shares, np.searchsorted(path.group, np.arange(groups)), axis=-1)
    if not np.allclose(totals, 1.0, atol=1e-9):
        got = f"shares that sum to {totals.ravel()[np.abs(totals - 1.0).argmax()]:g}"
        mend = "Divide the shares of each group by their sum."
        problems.append(Problem("GRO-007", "shares of a group", got, "1 in every year", mend))
    if problems:
        raise InputError(problems)
