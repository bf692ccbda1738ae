"""Lifetimes that come from the normal distribution: lognormal, normal and folded normal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ainalym.kernels.bisection import solve_decreasing
from ainalym.kernels.boundary import (
    NO_LABELS,
    FloatArray,
    Labels,
    as_floats,
    check_cells,
    parameter_axes,
    raise_any,
)
from ainalym.kernels.parameters import (
    broadcast_parameters,
    check_bracket,
    check_range,
    read_parameters,
    read_quantiles,
    set_parameters,
)

Z90 = float(ndtri(0.9))
"""Standard normal quantile of nine tenths."""

LOG_SD_LIMIT = 5.0
"""Largest standard deviation of the logarithm taken: its mean is 270,000 times the median."""

FOLD_RANGE = (1e-3, 1e3)
"""Ratios of location to spread looked for in a folded normal lifetime."""


def standard_density(x: FloatArray) -> FloatArray:
    """Give the density of the standard normal distribution.

    Parameters
    ----------
    x
        Any shape, 1.

    Returns
    -------
    FloatArray
        Same shape.
    """
    return np.asarray(np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi))


@dataclass(frozen=True, eq=False)
class Lognormal:
    """Lognormal lifetime: its logarithm is normal.

    Parameters
    ----------
    median
        Age by which half have left, yr, positive. Shape (..., product) or (..., cohort, product).
    log_sd
        Standard deviation of the logarithm, 1, positive, at most 5. Same shape, or one that broadcasts.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where a parameter is not positive and finite, [COH-002] where their shapes do not fit,
        [COH-011] where the spread is out of range.
    """

    median: FloatArray
    log_sd: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        set_parameters(self, "lognormal", ("median", "log_sd"), self.labels)
        check_range(self.log_sd, 0.0, LOG_SD_LIMIT, "lognormal log_sd", self.labels)

    @classmethod
    def from_mean_and_sd(
        cls, mean: npt.ArrayLike, sd: npt.ArrayLike, labels: Labels = NO_LABELS
    ) -> Lognormal:
        """Take the lifetime with this mean and standard deviation.

        Parameters
        ----------
        mean, sd
            In years, positive.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Lognormal
            In closed form, with log-variance ln(1 + sd^2 / mean^2). (ODYM has mean and sd the other way
            round.)

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite.
        """
        mean, sd = read_parameters("lognormal", {"mean": mean, "sd": sd}, labels)
        variance = np.log1p((sd / mean) ** 2)
        return cls(mean * np.exp(-0.5 * variance), np.sqrt(variance), labels)

    @classmethod
    def from_quantiles(cls, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels = NO_LABELS) -> Lognormal:
        """Take the lifetime of which half have left by ``t50`` and nine of ten by ``t90``.

        Parameters
        ----------
        t50, t90
            In years, positive, ``t50 < t90``.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Lognormal
            In closed form.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``.
        """
        t50, t90 = read_quantiles("lognormal", t50, t90, labels)
        return cls(t50, np.log(t90 / t50) / Z90, labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters."""
        return self.median.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        return np.asarray(ndtr(-self._score(age)))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``, by the limited mean of the lognormal distribution."""
        score = self._score(age)
        return np.asarray(self.mean() * ndtr(score - self.log_sd) + age * ndtr(-score))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``; nought at age 0."""
        per_year = np.divide(1.0, age * self.log_sd, out=np.zeros(self._shape(age)), where=age > 0)
        return np.asarray(standard_density(self._score(age)) * per_year)

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return np.asarray(self.median * np.exp(0.5 * self.log_sd**2))

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years."""
        return np.asarray(self.mean() * np.sqrt(np.expm1(self.log_sd**2)))

    def _score(self, age: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(age / self.median) / self.log_sd)

    def _shape(self, age: FloatArray) -> tuple[int, ...]:
        return np.broadcast_shapes(np.shape(age), self.parameter_shape)


@dataclass(frozen=True, eq=False)
class Normal:
    """Normal lifetime, not truncated: what falls below age 0 leaves at once, as in ODYM and flodym.

    Parameters
    ----------
    location
        Mean of the normal distribution, yr, positive. Shape (..., product) or (..., cohort, product).
    spread
        Its standard deviation, yr, positive. Same shape, or one that broadcasts.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where a parameter is not positive and finite, [COH-002] where their shapes do not fit.

    Notes
    -----
    The share that leaves at once is 2.3 % where the spread is half the location and 0.04 % where it is 0.3
    of it; a lifetime with more spread is better lognormal, gamma or Weibull.
    """

    location: FloatArray
    spread: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        set_parameters(self, "normal", ("location", "spread"), self.labels)

    @classmethod
    def from_mean_and_sd(cls, mean: npt.ArrayLike, sd: npt.ArrayLike, labels: Labels = NO_LABELS) -> Normal:
        """Take the normal distribution with this mean and standard deviation.

        Parameters
        ----------
        mean, sd
            In years, positive. What falls below age 0 leaves at once, so the lifetime has them only as far
            as that share is small: at ``sd / mean`` 0.25 its mean is 2e-5 of the sd above the one asked
            for.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Normal
            With ``mean`` and ``sd`` as location and spread.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite.
        """
        mean, sd = read_parameters("normal", {"mean": mean, "sd": sd}, labels)
        return cls(mean, sd, labels)

    @classmethod
    def from_quantiles(cls, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels = NO_LABELS) -> Normal:
        """Take the lifetime of which half have left by ``t50`` and nine of ten by ``t90``.

        Parameters
        ----------
        t50, t90
            In years, positive, ``t50 < t90``.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Normal
            In closed form.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``.
        """
        t50, t90 = read_quantiles("normal", t50, t90, labels)
        return cls(t50, (t90 - t50) / Z90, labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters."""
        return self.location.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years; at age 0 it may be below 1."""
        return np.asarray(ndtr((self.location - age) / self.spread))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``."""
        return np.asarray(self._loss(np.zeros(())) - self._loss(age))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``."""
        return np.asarray(standard_density((age - self.location) / self.spread) / self.spread)

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years: what falls below age 0 counts as 0."""
        return self._loss(np.zeros(()))

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years: what falls below age 0 counts as 0."""
        score = self.location / self.spread
        square = (self.location**2 + self.spread**2) * ndtr(score)
        square = square + self.location * self.spread * standard_density(score)
        return np.asarray(np.sqrt(square - self.mean() ** 2))

    def _loss(self, age: FloatArray) -> FloatArray:
        """Give the years still to be lived beyond ``age``: the integral of the survival from there on."""
        score = (age - self.location) / self.spread
        return np.asarray(self.spread * (standard_density(score) - score * ndtr(-score)))


@dataclass(frozen=True, eq=False)
class FoldedNormal:
    """Folded normal lifetime: a normal number without its sign.

    Parameters
    ----------
    location
        Mean of the normal distribution before folding, yr, 0 or more. Shape (..., product) or
        (..., cohort, product).
    spread
        Its standard deviation before folding, yr, positive. Same shape, or one that broadcasts.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where a parameter is not as said, [COH-002] where their shapes do not fit.
    """

    location: FloatArray
    spread: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        location, spread = as_floats(self.location), as_floats(self.spread)
        problems = check_cells(
            (location >= 0) & np.isfinite(location),
            location,
            code="COH-001",
            what="folded normal location",
            axes=parameter_axes(location.shape, self.labels),
            labels=self.labels,
            expected="a finite number of 0 or more",
            mend="Correct the lifetime of this product.",
        )
        raise_any(problems, "folded normal lifetime")
        (spread,) = read_parameters("folded normal", {"spread": spread}, self.labels)
        both = broadcast_parameters("folded normal", {"location": location, "spread": spread})
        object.__setattr__(self, "location", both[0])
        object.__setattr__(self, "spread", both[1])

    @classmethod
    def from_mean_and_sd(
        cls, mean: npt.ArrayLike, sd: npt.ArrayLike, labels: Labels = NO_LABELS
    ) -> FoldedNormal:
        """Take the lifetime with this mean and standard deviation, after folding.

        Parameters
        ----------
        mean, sd
            In years, positive, ``sd / mean`` at most 0.7555, that of the half-normal distribution.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        FoldedNormal
            With mean and standard deviation as asked for, to 1e-9 relative. (In ODYM and flodym the two
            numbers are those before folding; for these take :class:`FoldedNormal` itself.)

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-011] where there is no such lifetime.
        """
        mean, sd = read_parameters("folded normal", {"mean": mean, "sd": sd}, labels)
        target = sd / mean

        def excess(ratio: FloatArray) -> FloatArray:
            return np.asarray(np.sqrt(ratio**2 + 1 - _folded_mean(ratio) ** 2) / _folded_mean(ratio) - target)

        low, high = FOLD_RANGE
        check_bracket(excess, low, high, target, "folded normal sd / mean", labels)
        ratio = solve_decreasing(excess, low, high, target.shape)
        spread = mean / _folded_mean(ratio)
        return cls(ratio * spread, spread, labels)

    @classmethod
    def from_quantiles(
        cls, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels = NO_LABELS
    ) -> FoldedNormal:
        """Take the lifetime of which half have left by ``t50`` and nine of ten by ``t90``.

        Parameters
        ----------
        t50, t90
            In years, positive, ``t50 < t90``, their ratio at most 2.4387, that of the half-normal
            distribution.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        FoldedNormal
            With these quantiles, to 1e-9 relative.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``,
            [COH-011] where there is no such lifetime.
        """
        t50, t90 = read_quantiles("folded normal", t50, t90, labels)
        target = t90 / t50

        def excess(ratio: FloatArray) -> FloatArray:
            return np.asarray(_folded_quantile(ratio, 0.9) / _folded_quantile(ratio, 0.5) - target)

        low, high = FOLD_RANGE
        check_bracket(excess, low, high, target, "folded normal t90 / t50", labels)
        ratio = solve_decreasing(excess, low, high, target.shape)
        spread = t50 / _folded_quantile(ratio, 0.5)
        return cls(ratio * spread, spread, labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters."""
        return self.location.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        return np.asarray(
            ndtr((self.location - age) / self.spread) + ndtr(-(self.location + age) / self.spread)
        )

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``."""
        return np.asarray(self._loss(np.zeros(())) - self._loss(age))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``."""
        right = standard_density((age - self.location) / self.spread)
        return np.asarray((right + standard_density((age + self.location) / self.spread)) / self.spread)

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return np.asarray(self.spread * _folded_mean(self.location / self.spread))

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years."""
        return np.asarray(np.sqrt(self.location**2 + self.spread**2 - self.mean() ** 2))

    def _loss(self, age: FloatArray) -> FloatArray:
        """Give the years still to be lived beyond ``age``: the integral of the survival from there on."""
        near, far = (age - self.location) / self.spread, (age + self.location) / self.spread
        total = standard_density(near) - near * ndtr(-near) + standard_density(far) - far * ndtr(-far)
        return np.asarray(self.spread * total)


def _folded_mean(ratio: FloatArray) -> FloatArray:
    """Mean of a folded normal number of spread 1, by its location."""
    return np.asarray(2 * standard_density(ratio) + ratio * (2 * ndtr(ratio) - 1))


def _folded_quantile(ratio: FloatArray, probability: float) -> FloatArray:
    """Quantile of a folded normal number of spread 1, by its location."""

    def excess(age: FloatArray) -> FloatArray:
        return np.asarray(ndtr(ratio - age) + ndtr(-ratio - age) - (1 - probability))

    return solve_decreasing(excess, 1e-6, 2e3, np.shape(ratio))
