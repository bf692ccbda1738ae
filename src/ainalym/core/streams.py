"""Named random streams: the same seed, name and number of a draw give the same numbers, anywhere.

A stream belongs to one uncertain quantity. Draw ``i`` of it depends on the seed, the name and ``i`` alone: on
neither the block in which it is computed nor the other streams. That is what counter-based generators are
for: draw ``i`` begins at a known place of the sequence, and is reached by a jump.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

FloatArray: TypeAlias = npt.NDArray[np.float64]
Sampling: TypeAlias = Literal["plain", "sobol"]

NUMBERS_PER_COUNT = 4
"""Numbers of 64 bit that one step of the counter of Philox gives."""

HALF_STEP = 2.0**-54
"""Half the distance between two uniform numbers: it keeps them off 0, where a normal score is infinite."""

SOBOL_DIMENSIONS = 640
"""Dimensions of the Sobol sequence, more than are in use: with another number all points would be others."""

SOBOL_HALF_STEP = 2.0**-31
"""Half the distance between two Sobol points of 30 bits; scores end at six standard deviations."""


class Streams(Protocol):
    """Named streams of random numbers: those of the prior, or others that have learned from evidence."""

    def normal(self, name: str, first: int, last: int, size: int) -> FloatArray:
        """Draw standard normal numbers, shape (draw, size); see :meth:`RandomStreams.normal`."""


@dataclass(frozen=True)
class RandomStreams:
    """All the random numbers of a run.

    Parameters
    ----------
    seed
        Seed of the run, 0 or more.
    sampling
        ``plain`` for independent draws; ``sobol`` for scrambled Sobol points in those streams that have a
        place in the sequence, and plain draws in the others.
    places
        First Sobol dimension of each stream that has one. Fixed once and for all by the caller: a stream
        that is added takes a new place and moves no other.

    Notes
    -----
    Plain numbers come from Philox 4x64, its key made of seed and name. Sobol points of one sequence fill
    the space of all their dimensions; two sequences would not know of one another, so all streams share one.

    References
    ----------
    Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. Matousek (1998), On the
    L2-discrepancy for anchored boxes, for the scrambling.
    """

    seed: int
    sampling: Sampling = "plain"
    places: Mapping[str, int] = field(default_factory=dict)

    def uniform(self, name: str, first: int, last: int, size: int) -> FloatArray:
        """Draw uniform numbers.

        Parameters
        ----------
        name
            Name of the stream.
        first, last
            Draws from ``first`` up to, not including, ``last``.
        size
            Numbers per draw, always the same for a stream.

        Returns
        -------
        FloatArray
            Shape (draw, size), above 0 and below 1.
        """
        if self.sampling == "sobol" and name in self.places:
            return self._draw_sobol(self.places[name], first, last, size)
        counts = -(-size // NUMBERS_PER_COUNT)
        generator = np.random.Philox(key=make_key(self.seed, name))
        generator.advance(first * counts)
        numbers = np.random.Generator(generator).random((last - first, counts * NUMBERS_PER_COUNT))
        numbers += HALF_STEP
        return numbers[:, :size]

    def normal(self, name: str, first: int, last: int, size: int) -> FloatArray:
        """Draw standard normal numbers.

        Parameters
        ----------
        name, first, last, size
            As in :meth:`uniform`.

        Returns
        -------
        FloatArray
            Shape (draw, size), standard deviations.
        """
        return np.asarray(ndtri(self.uniform(name, first, last, size)))

    def _draw_sobol(self, place: int, first: int, last: int, size: int) -> FloatArray:
        if place + size > SOBOL_DIMENSIONS:
            raise AssertionError(f"the Sobol sequence has {SOBOL_DIMENSIONS} dimensions, not {place + size}")
        return _draw_points(self.seed, first, last)[:, place : place + size] + SOBOL_HALF_STEP


# All streams of a block read the same points; two threads work on two blocks at a time.
@lru_cache(maxsize=4)
def _draw_points(seed: int, first: int, last: int) -> FloatArray:
    """Draw scrambled Sobol points of all dimensions, from 0 up to 1."""
    # scipy.stats takes more than a second to import: plain runs do without.
    from scipy.stats import qmc

    engine = qmc.Sobol(SOBOL_DIMENSIONS, scramble=True, rng=np.random.default_rng(seed))
    if first == 0:
        # The first points are asked for in a power of two, which is what keeps the sequence balanced.
        return np.asarray(engine.random_base2(max(int(last - 1).bit_length(), 0))[:last])
    return np.asarray(engine.fast_forward(first).random(last - first))


@lru_cache(maxsize=256)
def make_key(seed: int, name: str) -> npt.NDArray[np.uint64]:
    """Make the key of a stream.

    Parameters
    ----------
    seed
        Seed of the run, 0 or more.
    name
        Name of the stream.

    Returns
    -------
    numpy.ndarray
        Two whole numbers of 64 bit, the same on every machine: the built-in hash of a text is not.
    """
    digest = hashlib.blake2b(name.encode("utf-8"), digest_size=16).digest()
    words = [int.from_bytes(digest[place : place + 4], "little") for place in range(0, 16, 4)]
    return np.random.SeedSequence([seed, *words]).generate_state(2, np.uint64).astype(np.uint64)


def correlate_products(scores: FloatArray, correlation: float) -> FloatArray:
    """Correlate the products of each draw, every two of them equally.

    Parameters
    ----------
    scores
        Independent standard normal numbers. Shape (draw, product, ...).
    correlation
        Of two products, from ``-1 / (products - 1)`` to 1.

    Returns
    -------
    FloatArray
        Standard normal numbers. Same shape.

    Notes
    -----
    The symmetric root of the correlation matrix: a matrix of equal correlations r has the value
    1 + (n - 1) r along the mean of the products, and 1 - r across it.
    """
    count = scores.shape[1]
    if correlation == 0.0 or count == 1:
        return scores
    # Added product by product, so that the sum does not depend on how many draws are in the block.
    mean = scores[:, 0].copy()
    for product in range(1, count):
        mean += scores[:, product]
    mean /= count
    along, across = np.sqrt(max(1.0 + (count - 1) * correlation, 0.0)), np.sqrt(max(1.0 - correlation, 0.0))
    return np.asarray(across * scores + ((along - across) * mean)[:, np.newaxis])


def correlate_years(scores: FloatArray, correlation: float) -> FloatArray:
    """Make independent numbers a stationary series in which each year remembers the year before, in place.

    Parameters
    ----------
    scores
        Independent standard normal numbers; overwritten. Shape (year, ...).
    correlation
        Of a year with the next, in [-1, 1].

    Returns
    -------
    FloatArray
        The same array: standard normal in each year, with correlation r to the power of the distance.

    Notes
    -----
    x(t) = r x(t-1) + sqrt(1 - r^2) z(t), with x(0) = z(0).
    """
    fresh = np.sqrt(1.0 - correlation**2)
    carried = np.empty_like(scores[0])
    for year in range(1, len(scores)):
        np.multiply(scores[year - 1], correlation, out=carried)
        scores[year] *= fresh
        scores[year] += carried
    return scores


def to_lognormal(scores: FloatArray, spread: FloatArray | float) -> FloatArray:
    """Turn normal scores into factors around 1.

    Parameters
    ----------
    scores
        Standard normal numbers. Any shape.
    spread
        Standard deviation of the logarithm, 0 or more. A shape that broadcasts.

    Returns
    -------
    FloatArray
        Factors above 0 whose mean is 1. Same shape.

    Notes
    -----
    exp(s z - s^2 / 2). Table values are means, over countries or bills of materials: were the median of the
    factors 1, a sum over many products would lie above the sum of their table values.
    """
    # In one array: fresh memory for every step costs as much as the exponentials.
    factors = np.asarray(scores * spread)
    factors -= 0.5 * np.square(spread)
    return np.asarray(np.exp(factors, out=factors))


def to_uniform(scores: FloatArray, spread: FloatArray | float) -> FloatArray:
    """Turn normal scores into factors that are equally likely between 1 - spread and 1 + spread.

    Parameters
    ----------
    scores
        Standard normal numbers. Any shape.
    spread
        Half-width, from 0 to 1. A shape that broadcasts.

    Returns
    -------
    FloatArray
        Factors of 0 or more. Same shape.
    """
    return np.asarray(1.0 + spread * (2.0 * ndtr(scores) - 1.0))


def to_triangular(scores: FloatArray, spread: FloatArray | float) -> FloatArray:
    """Turn normal scores into factors between 1 - spread and 1 + spread, likeliest at 1.

    Parameters
    ----------
    scores
        Standard normal numbers. Any shape.
    spread
        Half-width, from 0 to 1. A shape that broadcasts.

    Returns
    -------
    FloatArray
        Factors of 0 or more. Same shape.
    """
    tail = 1.0 - np.sqrt(2.0 * ndtr(-np.abs(scores)))
    return np.asarray(1.0 + spread * np.sign(scores) * tail)


def to_truncated(scores: FloatArray, limit: FloatArray | float) -> FloatArray:
    """Turn normal scores into those of a normal distribution cut off on both sides alike.

    Parameters
    ----------
    scores
        Standard normal numbers. Any shape.
    limit
        Largest distance from the centre in standard deviations, 0 or more; 0 leaves the centre alone. A
        shape that broadcasts.

    Returns
    -------
    FloatArray
        Standard deviations in [-limit, limit]; 0 stays 0. Same shape.
    """
    inside = ndtr(limit) - ndtr(-np.asarray(limit))
    # Measured from the nearer tail, where a probability close to 0 keeps its digits.
    lower = ndtr(-np.asarray(limit)) + inside * ndtr(-np.abs(scores))
    return np.asarray(-np.sign(scores) * np.maximum(ndtri(lower), -np.asarray(limit, dtype=np.float64)))
