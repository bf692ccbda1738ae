"""What is smoothed, what is learned from it, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

EVERYTHING = slice(None)


@dataclass(frozen=True, slots=True)
class Readings:
    """Figures to be smoothed, as natural logarithms.

    Parameters
    ----------
    values
        Shape (country, key, year); anything where nothing was seen.
    seen
        Where there is a figure. Same shape.
    extra_variance
        Variance of each figure besides the year's own movement, 0 or more. Same shape.
    driver
        Logarithm of purchasing power less its mean. Shape (country, year).
    expected
        What is expected before any figure, up to a constant per product. Shape (key, year).
    """

    values: FloatArray
    seen: BoolArray
    extra_variance: FloatArray
    driver: FloatArray
    expected: FloatArray

    def take(self, keys: slice = EVERYTHING, years: slice = EVERYTHING) -> Readings:
        """Give the figures of some products and years.

        Parameters
        ----------
        keys, years
            Positions on the axes.

        Returns
        -------
        Readings
            Views.
        """
        return Readings(
            self.values[:, keys, years],
            self.seen[:, keys, years],
            self.extra_variance[:, keys, years],
            self.driver[:, years],
            self.expected[keys, years],
        )


@dataclass(frozen=True, slots=True)
class Scales:
    """What is learned by re-weighting.

    Parameters
    ----------
    reading_weight
        Weight of each figure, about 1 for an ordinary one, near 0 for a wild one. Shape (country, key, year).
    step_weight
        Weight of the step from the year before, near 0 at a break in level. Same shape; the first is 1.
    variance
        Variance of a year's own movement. Shape (country, key).
    pace
        Factor on the variance of the shared profile. Shape (key,).
    """

    reading_weight: FloatArray
    step_weight: FloatArray
    variance: FloatArray
    pace: FloatArray

    def take_keys(self, keys: slice) -> Scales:
        """Give the scales of some products.

        Parameters
        ----------
        keys
            Positions on the axis.

        Returns
        -------
        Scales
            Views.
        """
        return Scales(
            self.reading_weight[:, keys],
            self.step_weight[:, keys],
            self.variance[:, keys],
            self.pace[keys],
        )

    def extend(self, window: slice, years: int) -> Scales:
        """Carry the scales to years without figures, where nothing speaks against an ordinary weight.

        Parameters
        ----------
        window
            Years of these scales.
        years
            How many years there are in all.

        Returns
        -------
        Scales
            Of all years.
        """
        shape = (*self.variance.shape, years)
        readings, steps = np.ones(shape), np.ones(shape)
        readings[..., window], steps[..., window] = self.reading_weight, self.step_weight
        return Scales(readings, steps, self.variance, self.pace)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the figures say, given the scales.

    Parameters
    ----------
    mean, variance
        Of the logarithm without the movement of the year alone. Shape (country, key, year).
    squared_step
        Expected square of each step of a country's own movement. Same shape; the first is 0.
    profile_energy
        Expected square of the shared profile in units of its prior. Shape (key,).
    """

    mean: FloatArray
    variance: FloatArray
    squared_step: FloatArray
    profile_energy: FloatArray
