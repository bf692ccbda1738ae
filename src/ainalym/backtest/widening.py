"""How far markets drift from their projection: estimated from the back-test, and proved on what was left out.

The other spreads of the ensemble speak of a market whose method is right: how far a country lies from the
reference countries, and how much a year differs from its neighbours. They give no room to a method that errs
the more the further it looks. The drift gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from ainalym.backtest.scoring import LEVELS
from ainalym.ensemble.uncertainty import Spreads
from ainalym.kernels.joining import FADING
from ainalym.kernels.scores import is_inside

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

WIDEST_DRIFT = 2.0
"""Largest spread that is tried: a factor of 7."""

STEP, ACCURACY = 0.1, 1e-3
"""Distance between the spreads that are tried first, and that of the last ones."""


@dataclass(frozen=True)
class ErrorSet:
    """Errors of single products, photovoltaics left out. Every array has the shape (error,).

    Attributes
    ----------
    origin, country
        Where each comes from; the country by its position.
    error
        Logarithm of the truth over the centre of the ensemble.
    variance
        Of the logarithm, of all spreads but the drift.
    growth
        Share of the drift that has come in after so many years.
    """

    origin: npt.NDArray[np.int64]
    country: npt.NDArray[np.int64]
    error: FloatArray
    variance: FloatArray
    growth: FloatArray


def collect_errors(
    errors: Mapping[tuple[int, int], FloatArray], spreads: Spreads, level: FloatArray
) -> ErrorSet:
    """Gather errors of many countries and origins.

    Parameters
    ----------
    errors
        By origin and position of the country. Shape (forecast, product, year), NaN where nothing is judged;
        the first year is the first after the origin.
    spreads
        Table of uncertain quantities.
    level
        Spread of the level of each market. Shape (product,).

    Returns
    -------
    ErrorSet
        In the order of the keys.
    """
    fixed = sum(spreads[name, "all"].spread ** 2 for name in ("market_error", "unit_weight"))
    found = []
    for (origin, country), table in sorted(errors.items()):
        _, product, year = np.nonzero(np.isfinite(table))
        size = product.size
        found.append(
            (
                np.full(size, origin),
                np.full(size, country),
                table[np.isfinite(table)],
                level[product] ** 2 + fixed,
                1.0 - FADING ** (year + 1.0),
            )
        )
    return ErrorSet(*(np.concatenate(column) for column in zip(*found, strict=True)))


def estimate_drift(errors: ErrorSet, used: BoolArray) -> float:
    """Estimate the spread with which the intervals hold most nearly what they promise.

    Parameters
    ----------
    errors
        Errors of single products.
    used
        Which of them count. Shape (error,).

    Returns
    -------
    float
        Spread of ``market_drift``, of the logarithm: least squares of observed less nominal shares inside the
        central intervals of 10, 20 to 90 %.
    """

    def miss(drift: float) -> float:
        return float(np.sum((_observe(errors, used, drift) - np.asarray(LEVELS)) ** 2))

    # A drift far too wide may look calibrated where its median is far too low: the whole range is looked at.
    coarse = np.arange(0.0, WIDEST_DRIFT + STEP, STEP)
    best = float(coarse[np.argmin([miss(drift) for drift in coarse])])
    around = (max(best - STEP, 0.0), best + STEP)
    return float(minimize_scalar(miss, bounds=around, method="bounded", options={"xatol": ACCURACY}).x)


def prove_drift(errors: ErrorSet) -> pd.DataFrame:
    """Estimate the drift without those errors by which it is then judged.

    Parameters
    ----------
    errors
        Errors of single products.

    Returns
    -------
    pandas.DataFrame
        One row per way of leaving out (``none``, ``country``: each of the countries in turn, ``half``: every
        other country, ``origin``): least and largest estimate, and the shares of what was left out inside its
        50 and 90 % intervals.
    """
    everything = np.ones(errors.error.shape, dtype=bool)
    schemes = {
        "none": np.zeros_like(errors.country),
        "country": errors.country,
        "half": errors.country % 2,
        "origin": errors.origin,
    }
    rows = []
    for name, label in schemes.items():
        parts = np.unique(label)
        if name != "none" and parts.size < 2:
            continue
        drifts, inside = [], np.zeros((2, errors.error.size))
        for part in parts:
            judged = label == part
            drifts.append(estimate_drift(errors, everything if name == "none" else ~judged))
            rank = _rank(errors, judged, drifts[-1])
            inside[:, judged] = [is_inside(rank, level) for level in (0.5, 0.9)]
        rows.append((name, min(drifts), max(drifts), inside[0].mean(), inside[1].mean()))
    without = [is_inside(_rank(errors, everything, 0.0), level).mean() for level in (0.5, 0.9)]
    rows.insert(0, ("without_drift", 0.0, 0.0, *without))
    return pd.DataFrame(rows, columns=["left_out", "least", "largest", "inside_50", "inside_90"])


def _rank(errors: ErrorSet, used: BoolArray, drift: float) -> FloatArray:
    """Give the place of the truth in the ensemble, whose factors have mean 1."""
    variance = errors.variance[used] + (drift * errors.growth[used]) ** 2
    return np.asarray(ndtr((errors.error[used] + variance / 2.0) / np.sqrt(variance)))


def _observe(errors: ErrorSet, used: BoolArray, drift: float) -> FloatArray:
    """Observe the share inside each interval."""
    rank = _rank(errors, used, drift)
    return np.asarray(is_inside(rank[:, np.newaxis], np.asarray(LEVELS)).mean(axis=0))
