"""Quantiles of many series over draws that come by the block, in memory that does not grow with the draws.

Values are counted in bins laid over a range that a sample of the draws suggests, with half of it again on
either side. A quantile is read from the counts, straight within its bin. Counts add up, whatever the order
of the blocks and the number of threads, so that the result is the same to the last digit.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import BoolArray, FloatArray

CountArray: TypeAlias = npt.NDArray[np.intp]
AnyFloatArray: TypeAlias = npt.NDArray[np.floating]

BINS = 1024
"""Bins per series; the first and the last one hold what falls out of the range."""

COUNTED_TOGETHER = 8
"""Series whose bins are found together: few enough for the cache. Always as many, as roundings go with it."""

MARGIN = 0.5
"""Part of the range of the sample by which the bins reach beyond it on either side."""


class Bins(NamedTuple):
    """Room for the numbers of the bins of a block of values.

    Attributes
    ----------
    narrow
        To which the processor takes eight numbers at a time. Shape (number,).
    wide
        As counting wants them. Shape (number,).
    """

    narrow: npt.NDArray[np.int32]
    wide: CountArray

    @classmethod
    def for_block(cls, shape: tuple[int, int]) -> Bins:
        """Make room for a block.

        Parameters
        ----------
        shape
            Its series and draws.

        Returns
        -------
        Bins
            For as many of its series as are counted together.
        """
        series, draws = shape
        size = min(COUNTED_TOGETHER, series) * draws
        return cls(np.empty(size, dtype=np.int32), np.empty(size, dtype=np.intp))


@dataclass
class Histogram:
    """Counts of the values of some series.

    Parameters
    ----------
    low
        Lower end of the second bin. Shape (series,).
    width
        Width of a bin, above 0. Shape (series,).
    counts
        How many values fell into each bin. Shape (series x bin,).
    """

    low: FloatArray
    width: FloatArray
    counts: CountArray

    @classmethod
    def around(cls, sample: FloatArray, least_span: float, counts: CountArray) -> Histogram:
        """Lay bins around a sample.

        Parameters
        ----------
        sample
            Values of some draws. Shape (series, draw).
        least_span
            Narrowest range of the bins, as a part of the largest value of all series; below it rounding
            speaks.
        counts
            Room for the counts, all nought. Shape (series x bin,).

        Returns
        -------
        Histogram
            With no counts yet.
        """
        smallest, largest = sample.min(axis=1), sample.max(axis=1)
        least = max(least_span * float(np.abs(sample).max()), float(np.finfo(np.float32).tiny))
        span = np.maximum(largest - smallest, least)
        return cls(smallest - MARGIN * span, span * (1 + 2 * MARGIN) / (BINS - 2), counts)

    def widened(self, factor: float) -> Histogram:
        """Lay empty bins over a wider range about the same middle.

        Parameters
        ----------
        factor
            How many times as wide, above 1.

        Returns
        -------
        Histogram
            With no counts yet, in the room of those of this one.
        """
        self.counts[...] = 0
        middle = self.low + 0.5 * (BINS - 2) * self.width
        width = factor * self.width
        return Histogram(middle - 0.5 * (BINS - 2) * width, width, self.counts)

    def count(self, values: AnyFloatArray, work: Bins, lock: AbstractContextManager[object]) -> None:
        """Count a block of values.

        Parameters
        ----------
        values
            Overwritten. Shape (series, draw).
        work
            Room for their bins.
        lock
            Held while the counts are added to those of other threads.
        """
        number = self.low.size
        # A few series at a time, so that every step finds them in the cache; the first bin of each is 1.
        scaling = (1 / self.width)[:, None]
        first = BINS * np.arange(COUNTED_TOGETHER, dtype=np.float64)[:, None]
        shift = 1 + np.resize(first, (number, 1)) - self.low[:, None] * scaling
        factor, summand, least = (part.astype(values.dtype) for part in (scaling, shift, first))
        for begin in range(0, number, COUNTED_TOGETHER):
            some = slice(begin, min(begin + COUNTED_TOGETHER, number))
            counts = self.counts[some.start * BINS : some.stop * BINS]
            positions = values[some]
            positions *= factor[some]
            positions += summand[some]
            found = _count_bins(positions, least[: len(positions)], work)
            with lock:
                np.add(counts, found, out=counts)

    def quantiles(self, probabilities: FloatArray) -> tuple[FloatArray, BoolArray]:
        """Read quantiles.

        Parameters
        ----------
        probabilities
            Within [0, 1]. Shape (probability,).

        Returns
        -------
        tuple of FloatArray and BoolArray
            Quantiles, each within the bin of the exact one, and whether a quantile of a series lies out of
            the range of its bins, so that they must be widened and the draws counted again. Shapes
            (probability, series) and (series,).
        """
        series = self.low.size
        draws = int(self.counts[:BINS].sum())
        reached = np.cumsum(self.counts)
        # The middle of the order statistic, counted through all series, of which each holds every draw once.
        rank = probabilities[:, None] * (draws - 1) + 0.5 + draws * np.arange(series)
        where = np.searchsorted(reached, rank)
        before = reached[where] - self.counts[where]
        part = (rank - before) / self.counts[where]
        position = where - BINS * np.arange(series)
        values = self.low + (position - 1 + part) * self.width
        return values, ((position == 0) | (position == BINS - 1)).any(axis=0)


def _count_bins(positions: AnyFloatArray, first: AnyFloatArray, work: Bins) -> CountArray:
    """Count how many positions fall into each bin; what is out of range goes to the first or the last one."""
    out = (positions.min(axis=1) < first[:, 0]) | (positions.max(axis=1) >= first[:, 0] + BINS)
    if out.any():
        # The last bin is entered at its middle, so that no rounding takes a value into the next series.
        positions[out] = np.clip(positions[out], first[out], first[out] + (BINS - 0.5))
    narrow, wide = work.narrow[: positions.size], work.wide[: positions.size]
    np.copyto(narrow.reshape(positions.shape), positions, casting="unsafe")
    np.copyto(wide, narrow)
    return np.bincount(wide, minlength=len(positions) * BINS)
