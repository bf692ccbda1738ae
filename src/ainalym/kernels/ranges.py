"""Ranges of a low end, a central value and a high end, and where in them a draw lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.kernels.boundary import FloatArray


class Range(NamedTuple):
    """Three arrays of one shape.

    Attributes
    ----------
    low, value, high
        Low end, central value, high end, in this order of size.
    """

    low: FloatArray
    value: FloatArray
    high: FloatArray


def read_range(known: Range, probability: FloatArray | None) -> FloatArray:
    """Read a range at the probability of every draw.

    Parameters
    ----------
    known
        Shape (...).
    probability
        Share of the draws that lie below. Shape (..., draw), or (1, ..., draw) where several share it; None
        for the central value.

    Returns
    -------
    FloatArray
        Shape (..., draw); one draw, the central value, without probabilities.

    Notes
    -----
    Half of the draws lie evenly between low end and central value, half between that and the high end: the
    central value is the median, and a range that lies nowhere below another gives draws that do not either.
    """
    if probability is None:
        return np.asarray(known.value, dtype=np.float64)[..., np.newaxis]
    low, value, high = (np.asarray(part, dtype=np.float64)[..., np.newaxis] for part in known)
    below = low + (value - low) * np.minimum(2.0 * probability, 1.0)
    return np.asarray(below + (high - value) * np.maximum(2.0 * probability - 1.0, 0.0))
