"""How far markets drift from their projection: estimated from the back-test, and proved on what was left out.

The other spreads of the ensemble speak of a market whose method is right: how far a country lies from the
reference countries, and how much a year differs from its neighbours. They give no room to a method that errs
the more the further it looks. The drift gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from ainalym.backtest.scoring import LEVELS, Truth
from ainalym.kernels.joining import FADING
from ainalym.kernels.scores import is_inside

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

DRIFTS = np.linspace(0.0, 2.0, 41)
"""Spreads that are tried, the last a factor of 7; the best lies between them by a parabola."""

DRAWS = 64
"""Draws before which the drift is tried: it is added to each of them exactly, so that few are enough."""


FURTHEST = 0.01
"""Place beyond which a truth is taken as if it stood there: few draws tell no more."""


class Gaps(NamedTuple):
    """Distance of what happened to every draw of a market that does not drift.

    Attributes
    ----------
    gap
        Logarithm of the truth over the draw, infinite where the draw is nought. Shape (error, draw).
    ahead
        Years after the origin, 1 or more. Shape (error,).
    """

    gap: FloatArray
    ahead: FloatArray

    def choose(self, used: BoolArray) -> Gaps:
        """Take some errors. ``used`` has the shape (error,)."""
        return Gaps(self.gap[used], self.ahead[used])


@dataclass(frozen=True)
class ErrorSet:
    """Errors of single products, photovoltaics left out.

    Attributes
    ----------
    origin, country, way
        Where each comes from: last year of figures, position of the country, and of the way of projecting.
        Shape (error,).
    gaps
        Of all of them.
    """

    origin: npt.NDArray[np.int64]
    country: npt.NDArray[np.int64]
    way: npt.NDArray[np.int64]
    gaps: Gaps


def measure_gaps(truth: Truth, still: FloatArray, is_judged: BoolArray) -> Gaps:
    """Measure how far what happened lies from the draws of an ensemble that does not drift.

    Parameters
    ----------
    truth
        What happened.
    still
        Forecast without drift, the first year the first after the origin. Shape (product, year, draw),
        kg/person.
    is_judged
        Which products count. Shape (product,).

    Returns
    -------
    Gaps
        Of every figure that may judge, where the forecast says anything.
    """
    draws = still[..., :DRAWS]
    judged = truth.is_kept & is_judged[:, np.newaxis] & (draws.max(axis=-1) > 0.0)
    _, year = np.nonzero(judged)
    with np.errstate(divide="ignore"):
        gap = np.log(truth.kg[judged])[:, np.newaxis] - np.log(draws[judged])
    return Gaps(gap, year.astype(np.float64) + 1.0)


def collect_errors(found: Mapping[tuple[int, int], list[Gaps]]) -> ErrorSet:
    """Gather errors of many countries and origins.

    Parameters
    ----------
    found
        By origin and position of the country, of each way of projecting.

    Returns
    -------
    ErrorSet
        In the order of the keys.
    """
    rows = [
        ((*step, way), gaps)
        for step, own in sorted(found.items(), key=lambda item: item[0])
        for way, gaps in enumerate(own)
    ]
    sizes = [len(gaps.ahead) for _, gaps in rows]
    origin, country, way = np.repeat(np.array([label for label, _ in rows]), sizes, axis=0).T
    gap, ahead = (np.concatenate(column) for column in zip(*(own for _, own in rows), strict=True))
    return ErrorSet(origin, country, way, Gaps(gap, ahead))


def try_drifts(errors: ErrorSet) -> FloatArray:
    """Find the place of every truth in its ensemble for each drift that is tried.

    Parameters
    ----------
    errors
        Errors of single products.

    Returns
    -------
    FloatArray
        Share of the ensemble below the truth. Shape (drift, error).
    """
    return np.stack([rank_truth(errors.gaps, float(drift)) for drift in DRIFTS])


def rank_truth(gaps: Gaps, drift: float) -> FloatArray:
    """Give the place of the truth in an ensemble that drifts.

    Parameters
    ----------
    gaps
        Distance to each draw without drift.
    drift
        Spread of the logarithm that the drift comes to, 0 or more.

    Returns
    -------
    FloatArray
        Share of the ensemble below the truth. Shape (error,).

    Notes
    -----
    A draw is multiplied by a factor of mean 1, exp(s z - s^2 / 2): the share of its values below the truth is
    the normal distribution function at (gap + s^2 / 2) / s.
    """
    if drift == 0.0:
        return np.asarray(((gaps.gap > 0.0).mean(axis=1) + (gaps.gap >= 0.0).mean(axis=1)) / 2.0)
    spread = drift * (1.0 - FADING ** gaps.ahead[:, np.newaxis])
    return np.asarray(ndtr(gaps.gap / spread + spread / 2.0).mean(axis=1))


def estimate_drift(ranks: FloatArray, used: BoolArray) -> float:
    """Estimate the spread with which the intervals hold most nearly what they promise.

    Parameters
    ----------
    ranks
        Of :func:`try_drifts`.
    used
        Which errors count. Shape (error,).

    Returns
    -------
    float
        Spread of ``market_drift``, of the logarithm: least squares of observed less nominal shares inside the
        central intervals of 10, 20 to 90 %.
    """
    chosen = ranks[:, used]
    observed = np.stack([is_inside(chosen, level).mean(axis=1) for level in LEVELS], axis=-1)
    miss = ((observed - np.asarray(LEVELS)) ** 2).sum(axis=-1)
    # A drift far too wide may look calibrated where its median is far too low: the whole range is looked at.
    best = int(np.argmin(miss))
    if not 0 < best < len(DRIFTS) - 1:
        return float(DRIFTS[best])
    before, middle, after = miss[best - 1 : best + 2]
    shift = 0.5 * (before - after) / max(before - 2.0 * middle + after, np.finfo(float).tiny)
    return float(DRIFTS[best] + shift * (DRIFTS[1] - DRIFTS[0]))


def correlate_errors(errors: ErrorSet, drift: float) -> FloatArray:
    """Measure how far the errors of two products of a country go together in a year.

    Parameters
    ----------
    errors
        Errors of single products.
    drift
        Spread of the drift, 0 or more.

    Returns
    -------
    FloatArray
        Of each way of projecting: mean product of the normal scores of two products over their mean square.
        Shape (way,), each from -1 to 1.

    Notes
    -----
    The scores are not centred: an error that all countries share, such as a crisis that nobody foresaw, moves
    their products together and counts.
    """
    score = ndtri(np.clip(rank_truth(errors.gaps, drift), FURTHEST, 1.0 - FURTHEST))
    labels = (errors.way, errors.origin, errors.country, errors.gaps.ahead)
    table = pd.DataFrame(dict(enumerate(labels))).assign(score=score, square=score**2)
    sums = table.groupby([0, 1, 2, 3]).agg(
        total=("score", "sum"), square=("square", "sum"), size=("score", "size")
    )
    pairs = sums.assign(product=sums["total"] ** 2 - sums["square"], pairs=sums["size"] * (sums["size"] - 1))
    whole = pairs.groupby(level=0).sum()
    mean_product = whole["product"] / whole["pairs"]
    return np.asarray(mean_product / (whole["square"] / whole["size"]), dtype=np.float64)


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
    ranks = try_drifts(errors)
    schemes = {
        "none": np.zeros_like(errors.country),
        "country": errors.country,
        "half": errors.country % 2,
        "origin": errors.origin,
    }
    rows = [("without_drift", 0.0, 0.0, *(is_inside(ranks[0], level).mean() for level in (0.5, 0.9)))]
    for name, label in schemes.items():
        parts = np.unique(label)
        if name != "none" and parts.size < 2:
            continue
        drifts, inside = [], np.zeros((2, label.size))
        for part in parts:
            judged = label == part
            drifts.append(estimate_drift(ranks, judged if name == "none" else ~judged))
            rank = rank_truth(errors.gaps.choose(judged), drifts[-1])
            inside[:, judged] = [is_inside(rank, level) for level in (0.5, 0.9)]
        rows.append((name, min(drifts), max(drifts), inside[0].mean(), inside[1].mean()))
    return pd.DataFrame(rows, columns=["left_out", "least", "largest", "inside_50", "inside_90"])
