"""What was learned about every uncertain input: before and after, in its own unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gamma

from ainalym.calibration.observation import HeldScores
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import draw_parameters
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY

INPUTS = ("lifetime", "market_level", "unit_weight", "income_elasticity", "market_of_year")
"""Inputs that are told apart by product: mean life in years, factors, an elasticity."""

MOVED = 0.5
"""Shift in prior standard deviations from which on an input counts as moved."""


@dataclass(frozen=True)
class Inputs:
    """Mean and standard deviation of every input over the draws.

    Attributes
    ----------
    mean, deviation
        By input. Shape (product,).
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
        differs from its level; of the last year seen, if that is earlier.
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
            "lifetime_shape": draws.shape,
            "lifetime_scale": draws.scale,
        }
        count += block.count
        for name, array in values.items():
            sums[name] = sums.get(name, 0.0) + array.sum(axis=0)
            squares[name] = squares.get(name, 0.0) + np.square(array).sum(axis=0)
    mean = {name: total / count for name, total in sums.items()}
    variance = {name: np.maximum(total / count - mean[name] ** 2, 0.0) for name, total in squares.items()}
    return Inputs(mean, {name: np.sqrt(values) for name, values in variance.items()})


def _relate(inputs: Inputs, name: str) -> FloatArray:
    """Compute standard deviations over means."""
    mean = inputs.mean[name]
    return np.divide(inputs.deviation[name], mean, out=np.zeros_like(mean), where=mean > 0.0)


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
        Columns ``input`` (one of :data:`INPUTS`), ``product``, ``prior_mean``, ``prior_deviation``,
        ``posterior_mean``, ``posterior_deviation`` in the unit of the input, ``shift`` in prior standard
        deviations, ``narrowing``: 1 less the ratio of the standard deviations, each relative to its mean.
    """
    tables = []
    for name in INPUTS:
        spread = prior.deviation[name]
        safe = np.where(spread > 0.0, spread, np.inf)
        before = np.where(spread > 0.0, _relate(prior, name), np.inf)
        tables.append(
            pd.DataFrame(
                {
                    "input": name,
                    "product": list(model.products),
                    "prior_mean": prior.mean[name],
                    "prior_deviation": spread,
                    "posterior_mean": posterior.mean[name],
                    "posterior_deviation": posterior.deviation[name],
                    "shift": (posterior.mean[name] - prior.mean[name]) / safe,
                    "narrowing": np.where(spread > 0.0, 1.0 - _relate(posterior, name) / before, 0.0),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def compute_ratios(prior: Inputs, posterior: Inputs) -> dict[str, FloatArray]:
    """Compute by how much the mean of every input has changed.

    Parameters
    ----------
    prior, posterior
        Mean and standard deviation of the inputs.

    Returns
    -------
    dict of str to FloatArray
        Factors by input, 1 where the mean was zero. Shape (product,).
    """
    return {
        name: np.divide(posterior.mean[name], mean, out=np.ones_like(mean), where=mean > 0.0)
        for name, mean in prior.mean.items()
    }
