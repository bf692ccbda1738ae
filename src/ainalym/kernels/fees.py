"""Fees of producers and the worth of a stream of money: arithmetic on bare arrays."""

from __future__ import annotations

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray


def compute_full_cost_fee(net_cost: FloatArray, market: FloatArray, reserve: float = 0.0) -> FloatArray:
    """Compute the fee that pays the net cost of the waste of a year out of the sales of that year.

    Parameters
    ----------
    net_cost
        Cost of collection, treatment and administration less revenue, money/yr. Any shape.
    market
        Placed on market, t/yr. Same shape.
    reserve
        Added share, 0 or more.

    Returns
    -------
    FloatArray
        Money per tonne placed on market; 0 where nothing is placed on the market, and where revenue is
        greater than cost.
    """
    paid = np.maximum(net_cost, 0.0) * (1.0 + reserve)
    return np.divide(paid, market, out=np.zeros_like(paid), where=market > 0)


def raise_for_free_riders(fee: FloatArray, free_riders: float) -> FloatArray:
    """Compute the fee that those pay who pay, where others do not.

    Parameters
    ----------
    fee
        Fee if all paid.
    free_riders
        Share of the market that pays nothing, in [0, 1).

    Returns
    -------
    FloatArray
        fee / (1 - share).

    Raises
    ------
    InputError
        [ECO-002] for a share outside [0, 1).
    """
    if not 0.0 <= free_riders < 1.0:
        raise InputError(
            Problem(
                "ECO-002",
                "share of free riders",
                f"{free_riders:g}",
                "a share from 0 to below 1",
                "If nobody pays there is no fee; correct the share.",
            )
        )
    return fee / (1.0 - free_riders)


def allocate_cost(cost: float, market: FloatArray) -> FloatArray:
    """Divide a cost among producers by what each placed on the market.

    Parameters
    ----------
    cost
        Money.
    market
        Placed on market by producer, 0 or more, not all 0. Shape (producer,).

    Returns
    -------
    FloatArray
        Money of each producer, summing to the cost. Shape (producer,).

    Raises
    ------
    InputError
        [ECO-003] if nothing was placed on the market.
    """
    _check_market(market)
    return np.asarray(cost * market / market.sum())


def modulate_fee(fee: float, market: FloatArray, modulation: FloatArray) -> FloatArray:
    """Raise and lower the fee of products by what they are like, so that the sum of fees stays.

    Parameters
    ----------
    fee
        Fee of the category, money/t, 0 or more.
    market
        Placed on market by product, 0 or more, not all 0. Shape (product,), t.
    modulation
        Sum of bonuses and penalties as a share of the fee, above -1: 0.2 for a fifth more. Shape (product,).

    Returns
    -------
    FloatArray
        Money/t. Shape (product,). Times ``market`` it sums to fee times the whole market.

    Raises
    ------
    InputError
        [ECO-003] if nothing was placed on the market, [ECO-004] for a modulation of -1 or less.
    """
    _check_market(market)
    if not bool((modulation > -1.0).all()):
        got = f"{float(np.min(modulation)):g}"
        mend = "A bonus may not be as large as the fee."
        raise InputError(Problem("ECO-004", "eco-modulation", got, "above -1", mend))
    weighted = 1.0 + modulation
    return np.asarray(fee * weighted * market.sum() / (weighted * market).sum())


def compute_index_fee(quantity: FloatArray, coefficient: FloatArray | float, index: FloatArray) -> FloatArray:
    """Compute a fee in the form of Kazakhstan: quantity times coefficient times calculation index.

    Parameters
    ----------
    quantity
        Base of the fee: t, piece or invoice value.
    coefficient
        Set by order of the ministry for each group of products; the user's.
    index
        Monthly calculation index of the time, KZT.

    Returns
    -------
    FloatArray
        KZT.
    """
    return np.asarray(quantity * coefficient * index)


def compute_present_value(flow: FloatArray, years: FloatArray, base_year: float, rate: float) -> FloatArray:
    """Compute the present value of yearly flows.

    Parameters
    ----------
    flow
        Money/yr. Shape (year, ...).
    years
        Shape (year,).
    base_year
        Year whose money counts in full.
    rate
        Discount rate, above -1.

    Returns
    -------
    FloatArray
        Money of the base year. Shape (...).

    Raises
    ------
    InputError
        [ECO-005] for a rate of -1 or less.
    """
    if not rate > -1.0:
        mend = "A rate of 5 % is 0.05."
        raise InputError(Problem("ECO-005", "discount rate", f"{rate:g}", "above -1", mend))
    factors = (1.0 + rate) ** (base_year - np.asarray(years, dtype=np.float64))
    return np.asarray(np.tensordot(factors, flow, axes=(0, 0)))


def _check_market(market: FloatArray) -> None:
    if not (bool((market >= 0).all()) and market.sum() > 0):
        got = f"a sum of {float(market.sum()):g}"
        mend = "Give what each placed on the market, 0 or more."
        raise InputError(Problem("ECO-003", "placed on market", got, "above 0", mend))
