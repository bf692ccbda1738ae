"""What was learned about every uncertain input: before and after, in its own unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gamma

from ainalym.calibration.observation import HeldScores
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import ParameterDraws, draw_parameters, to_factor
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY

BY_PRODUCT = (
    "lifetime",
    "lifetime_shape",
    "market_level",
    "unit_weight",
    "income_elasticity",
    "market_of_year",
    "market_drift",
)
"""Inputs of every product: mean life in years, shape of the lifetimes, factors, an elasticity."""

BY_MEMBER = ("switch_speed", "switch_date", "switch_remaining", "phase_out")
"""Inputs of products that give way to another: 1/yr, a year, a share, a year."""

BY_GROUP = ("ownership_saturation", "ownership_rate", "ownership_midpoint")
"""Inputs of demand groups, each told by the product that takes over in it, in the units of its curve."""

PATHS = ("population_path", "income_path", "photovoltaic_path")
"""Inputs of the whole country in the last year that is seen: persons, int$/person, MW."""

NOBODY = "-"
"""Stands for a product that an input does not speak of."""

MOVED = 0.5
"""Shift in prior standard deviations from which on an input counts as moved."""


@dataclass(frozen=True)
class Inputs:
    """Mean and standard deviation of every input over the draws.

    Attributes
    ----------
    mean, deviation
        By input. Shape (product,); of :data:`BY_MEMBER` (member,), of :data:`BY_GROUP` (group,), of
        :data:`PATHS` (1,).
    """

    mean: dict[str, FloatArray]
    deviation: dict[str, FloatArray]


def gather_inputs(model: Model, blocks: Iterable[HeldScores]) -> Inputs:
    """Compute mean and standard deviation of every input.

    Parameters
    ----------
    model
        The model.
    blocks
        Scores of all draws.

    Returns
    -------
    Inputs
        Of all draws. The market of a year stands for 2025, the last year of history: the factor by which it
        differs from its level; of the last year seen, if that is earlier. The drift of a market is the factor
        that it comes to; what no block holds, because no evidence sees it, stays at its centre.
    """
    sums: dict[str, FloatArray] = {}
    squares: dict[str, FloatArray] = {}
    count = 0
    last = min(int(np.searchsorted(model.years, LAST_YEAR_OF_HISTORY)), len(model.years) - 1)
    for block in blocks:
        draws = draw_parameters(model, block)
        values = {
            "lifetime": draws.scale * gamma(1.0 + 1.0 / draws.shape),
            "market_level": draws.market_level,
            "unit_weight": draws.unit_weight,
            "income_elasticity": draws.elasticity,
            "market_of_year": draws.market_error[:, last].T,
            "market_drift": to_factor(
                model.spreads["market_drift", "all"], draws.market_drift, draws.drift_spread
            ),
            "lifetime_shape": draws.shape,
            "lifetime_scale": draws.scale,
            "population_path": draws.population[:, -1:],
            "income_path": draws.income[:, -1:],
            **_read_futures(draws),
        }
        count += block.count
        for name, array in values.items():
            sums[name] = sums.get(name, 0.0) + array.sum(axis=0)
            squares[name] = squares.get(name, 0.0) + np.square(array).sum(axis=0)
    mean = {name: total / count for name, total in sums.items()}
    deviation = {name: _measure_spread(mean[name], total / count) for name, total in squares.items()}
    return Inputs(mean, deviation)


def _measure_spread(mean: FloatArray, mean_square: FloatArray) -> FloatArray:
    """Compute standard deviations; a year that never comes, which is endless, has none."""
    variance = np.zeros_like(mean)
    np.subtract(mean_square, mean**2, out=variance, where=np.isfinite(mean))
    return np.sqrt(np.maximum(variance, 0.0))


def _read_futures(draws: ParameterDraws) -> dict[str, FloatArray]:
    """Read the inputs that a country may be without. Shape (draw, ...)."""
    found: dict[str, FloatArray] = {}
    if draws.capacity is not None:
        found["photovoltaic_path"] = draws.capacity[:, -1:]
    curves, switches = draws.ownership_curves, draws.switches
    if curves is not None and switches is not None:
        found |= dict(zip(BY_GROUP, (curves.saturation, curves.rate, curves.midpoint), strict=True))
        ways = (switches.speed, switches.midpoint, switches.remaining, switches.phase_out)
        found |= dict(zip(BY_MEMBER, ways, strict=True))
    return found


def _label(model: Model, name: str) -> tuple[str, ...]:
    """Name the product of every number of an input; empty for the whole country."""
    ownership = model.ownership
    if name in PATHS or ownership is None:
        return ("",) if name in PATHS else model.products
    members = tuple(model.products[place] for place in ownership.products)
    heirs = tuple(members[place] for place in ownership.successor)
    if name in BY_MEMBER:
        # The one that takes over gives way to nobody.
        return tuple(NOBODY if member in heirs else member for member in members)
    return heirs if name in BY_GROUP else model.products


def _relate(deviation: FloatArray, mean: FloatArray) -> FloatArray:
    """Compute standard deviations over means, whose sign does not count: a midpoint may lie below zero."""
    size = np.abs(mean)
    return np.divide(deviation, size, out=np.zeros_like(size), where=size > 0.0)


def compare_inputs(model: Model, prior: Inputs, posterior: Inputs) -> pd.DataFrame:
    """Compare every input before and after.

    Parameters
    ----------
    model
        The model.
    prior, posterior
        Mean and standard deviation of the inputs.

    Returns
    -------
    pandas.DataFrame
        Columns ``input`` (one of :data:`BY_PRODUCT`, :data:`BY_MEMBER`, :data:`BY_GROUP`, :data:`PATHS`),
        ``product`` (empty for the whole country), ``prior_mean``, ``prior_deviation``, ``posterior_mean``,
        ``posterior_deviation`` in the unit of the input, ``shift`` in prior standard deviations,
        ``narrowing``: 1 less the ratio of the standard deviations, each relative to its mean. Of products
        that no ban ends there is no last year.
    """
    names = [name for name in (*BY_PRODUCT, *BY_MEMBER, *BY_GROUP, *PATHS) if name in prior.mean]
    tables = [_compare(name, _label(model, name), prior, posterior) for name in names]
    return pd.concat(tables, ignore_index=True)


def _compare(name: str, products: tuple[str, ...], prior: Inputs, posterior: Inputs) -> pd.DataFrame:
    """Compare one input; products that it does not speak of are left out."""
    told = np.isfinite(prior.mean[name]) & np.array([product != NOBODY for product in products])
    means = [inputs.mean[name][told] for inputs in (prior, posterior)]
    spreads = [inputs.deviation[name][told] for inputs in (prior, posterior)]
    relative = [_relate(*pair) for pair in zip(spreads, means, strict=True)]
    width, before = (np.where(values > 0.0, values, np.inf) for values in (spreads[0], relative[0]))
    return pd.DataFrame(
        {
            "input": name,
            "product": [product for product, is_told in zip(products, told, strict=True) if is_told],
            "prior_mean": means[0],
            "prior_deviation": spreads[0],
            "posterior_mean": means[1],
            "posterior_deviation": spreads[1],
            "shift": (means[1] - means[0]) / width,
            "narrowing": np.where(relative[0] > 0.0, 1.0 - relative[1] / before, 0.0),
        }
    )


def compute_ratios(prior: Inputs, posterior: Inputs) -> dict[str, FloatArray]:
    """Compute by how much the mean of every input has changed.

    Parameters
    ----------
    prior, posterior
        Mean and standard deviation of the inputs.

    Returns
    -------
    dict of str to FloatArray
        Factors by input of every product, 1 where the mean was zero. Shape (product,).
    """
    return {
        name: np.divide(posterior.mean[name], prior.mean[name], out=np.ones_like(mean), where=mean > 0.0)
        for name, mean in prior.mean.items()
        if name not in (*BY_MEMBER, *BY_GROUP, *PATHS)
    }
