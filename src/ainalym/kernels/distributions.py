"""Distributions of lifetime: how long a thing stays, whatever the year in which it was sold.

Every distribution answers four questions, element by element: the share that lives longer than an exact age,
the integral of that share up to an age, the density at an age, and the mean. The
calendar year enters only in :mod:`ainalym.kernels.lifetime`, which puts the sales of a year to moments in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc, gammaincinv, gammaln, xlogy

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
    check_bracket,
    check_range,
    read_parameters,
    read_quantiles,
    set_parameters,
)

SHAPE_RANGE = (0.1, 1000.0)
"""Weibull shapes taken. At 0.1 the mean is 3.6 million times the scale; above 1,000 the lifetime is fixed."""


@runtime_checkable
class Lifetime(Protocol):
    """A distribution of lifetime over products, and over cohorts or draws where its parameters vary.

    Ages are exact, in years since the thing was placed on market, and broadcast by numpy's rules against the
    parameters; to evaluate several ages, give them an axis in front of those of the parameters.
    """

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters: ``(..., product)`` or ``(..., cohort, product)``."""

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years, in [0, 1], non-increasing along age."""

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``: the integral of the survival from 0 to ``age``."""

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``, in 1/yr."""

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years. Shape of the parameters."""


@dataclass(frozen=True, eq=False)
class Weibull:
    """Weibull lifetime, ``S(x) = exp(-(x / scale) ** shape)``: that of Regulation (EU) 2017/699, Annex II.

    Parameters
    ----------
    shape
        Shape (k), 1, in [0.1, 1000]. Shape (..., product) or (..., cohort, product).
    scale
        Scale (lambda), yr, positive: the age by which 63 % have left. Same shape, or one that broadcasts.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where a parameter is not positive and finite, [COH-002] where their shapes do not fit,
        [COH-011] where the shape is out of range.
    """

    shape: FloatArray
    scale: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        set_parameters(self, "Weibull", ("shape", "scale"), self.labels)
        check_range(self.shape, *SHAPE_RANGE, "Weibull shape", self.labels)

    @classmethod
    def from_mean_and_sd(cls, mean: npt.ArrayLike, sd: npt.ArrayLike, labels: Labels = NO_LABELS) -> Weibull:
        """Take the lifetime with this mean and standard deviation.

        Parameters
        ----------
        mean, sd
            In years, positive; ``sd / mean`` between 0.0013 and 420.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Weibull
            With mean and standard deviation as asked for, to 1e-9 relative.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-011] where there is no such lifetime.
        """
        mean, sd = read_parameters("Weibull", {"mean": mean, "sd": sd}, labels)
        target = np.log1p((sd / mean) ** 2)

        def excess(shape: FloatArray) -> FloatArray:
            return np.asarray(gammaln(1 + 2 / shape) - 2 * gammaln(1 + 1 / shape) - target)

        low, high = SHAPE_RANGE
        check_bracket(excess, low, high, sd / mean, "Weibull sd / mean", labels)
        shape = solve_decreasing(excess, low, high, target.shape)
        return cls(shape, mean / np.exp(gammaln(1 + 1 / shape)), labels)

    @classmethod
    def from_quantiles(cls, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels = NO_LABELS) -> Weibull:
        """Take the lifetime of which half have left by ``t50`` and nine of ten by ``t90``.

        Parameters
        ----------
        t50, t90
            In years, positive, ``t50 < t90``.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Weibull
            In closed form.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``.

        References
        ----------
        NREL PV_ICE takes module lifetimes in this form.
        """
        t50, t90 = read_quantiles("Weibull", t50, t90, labels)
        shape = np.log(np.log(10) / np.log(2)) / np.log(t90 / t50)
        return cls(shape, t50 / np.log(2) ** (1 / shape), labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters."""
        return self.shape.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        power = self._power(age)
        return np.exp(np.negative(power, out=power), out=power)

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``: the mean times a regularised incomplete gamma function."""
        return np.asarray(self.mean() * gammainc(1 / self.shape, self._power(age)))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``; infinite at age 0 where the shape is below 1."""
        with np.errstate(divide="ignore"):
            logarithm = xlogy(self.shape - 1, age / self.scale) - self._power(age)
        return np.asarray(self.shape / self.scale * np.exp(logarithm))

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return np.asarray(self.scale * np.exp(gammaln(1 + 1 / self.shape)))

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years."""
        excess = np.expm1(gammaln(1 + 2 / self.shape) - 2 * gammaln(1 + 1 / self.shape))
        return np.asarray(self.mean() * np.sqrt(excess))

    def _power(self, age: FloatArray) -> FloatArray:
        # A logarithm and an exponential take less than half the time of a power, and are as good to 1e-14;
        # and one array takes less than several.
        power = np.asarray(age / self.scale, dtype=np.float64)
        with np.errstate(over="ignore", divide="ignore"):
            np.log(power, out=power)
            np.multiply(power, self.shape, out=power)
            np.exp(power, out=power)
        return power


@dataclass(frozen=True, eq=False)
class Gamma:
    """Gamma lifetime: the wait for several blows of equal rate.

    Parameters
    ----------
    shape
        Shape (k), 1, positive. Shape (..., product) or (..., cohort, product).
    scale
        Scale (theta), yr, positive. Same shape, or one that broadcasts.
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where a parameter is not positive and finite, [COH-002] where their shapes do not fit.
    """

    shape: FloatArray
    scale: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        set_parameters(self, "gamma", ("shape", "scale"), self.labels)

    @classmethod
    def from_mean_and_sd(cls, mean: npt.ArrayLike, sd: npt.ArrayLike, labels: Labels = NO_LABELS) -> Gamma:
        """Take the lifetime with this mean and standard deviation.

        Parameters
        ----------
        mean, sd
            In years, positive.
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Gamma
            In closed form.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite.
        """
        mean, sd = read_parameters("gamma", {"mean": mean, "sd": sd}, labels)
        return cls((mean / sd) ** 2, sd**2 / mean, labels)

    @classmethod
    def from_quantiles(cls, t50: npt.ArrayLike, t90: npt.ArrayLike, labels: Labels = NO_LABELS) -> Gamma:
        """Take the lifetime of which half have left by ``t50`` and nine of ten by ``t90``.

        Parameters
        ----------
        t50, t90
            In years, positive, ``t50 < t90``, their ratio below that of shape 0.1 (620).
        labels
            Names for products and cohorts, for errors.

        Returns
        -------
        Gamma
            With these quantiles, to 1e-9 relative.

        Raises
        ------
        InputError
            [COH-001] where a number is not positive and finite, [COH-010] where ``t90`` is not above ``t50``,
            [COH-011] where no such gamma lifetime exists.
        """
        t50, t90 = read_quantiles("gamma", t50, t90, labels)
        target = t90 / t50

        def excess(shape: FloatArray) -> FloatArray:
            return np.asarray(gammaincinv(shape, 0.9) / gammaincinv(shape, 0.5) - target)

        low, high = 0.1, 1e6
        check_bracket(excess, low, high, target, "gamma t90 / t50", labels)
        shape = solve_decreasing(excess, low, high, target.shape)
        return cls(shape, t50 / gammaincinv(shape, 0.5), labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters."""
        return self.shape.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        return np.asarray(gammaincc(self.shape, age / self.scale))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``, by the limited mean of the gamma distribution."""
        reduced = age / self.scale
        return np.asarray(
            self.mean() * gammainc(self.shape + 1, reduced) + age * gammaincc(self.shape, reduced)
        )

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``; infinite at age 0 where the shape is below 1."""
        reduced = age / self.scale
        with np.errstate(divide="ignore"):
            logarithm = xlogy(self.shape - 1, reduced) - reduced - gammaln(self.shape)
        return np.asarray(np.exp(logarithm) / self.scale)

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return np.asarray(self.shape * self.scale)

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years."""
        return np.asarray(np.sqrt(self.shape) * self.scale)


@dataclass(frozen=True, eq=False)
class Exponential:
    """Exponential lifetime: the same share of what is left goes every year, whatever its age.

    Parameters
    ----------
    mean_life
        Mean, yr, positive. Shape (..., product) or (..., cohort, product).
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where the mean is not positive and finite.
    """

    mean_life: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        set_parameters(self, "exponential", ("mean_life",), self.labels)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the mean."""
        return self.mean_life.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        return np.asarray(np.exp(-age / self.mean_life))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``."""
        return np.asarray(-self.mean_life * np.expm1(-age / self.mean_life))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``."""
        return np.asarray(np.exp(-age / self.mean_life) / self.mean_life)

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return self.mean_life

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation, in years: equal to the mean."""
        return self.mean_life


@dataclass(frozen=True, eq=False)
class Fixed:
    """Fixed lifetime: everything leaves at the same age.

    Parameters
    ----------
    length
        Lifetime, yr, 0 or more; 0 leaves at once, infinity stays for ever. Shape (..., product) or
        (..., cohort, product).
    labels
        Names for products and cohorts, for errors.

    Raises
    ------
    InputError
        [COH-001] where the length is below nought or not a number.
    """

    length: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        length = as_floats(self.length)
        problems = check_cells(
            length >= 0,
            length,
            code="COH-001",
            what="fixed length",
            axes=parameter_axes(length.shape, self.labels),
            labels=self.labels,
            expected="a number of 0 or more",
            mend="Correct the lifetime of this product.",
        )
        raise_any(problems, "fixed lifetime")
        object.__setattr__(self, "length", length)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the length."""
        return self.length.shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years: all below the length, none from it on."""
        return np.asarray(np.where(age < self.length, 1.0, 0.0))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``."""
        return np.asarray(np.minimum(age, self.length))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves within half a year of ``age``, in lack of a density proper."""
        within = (age - 0.5 <= self.length) & (self.length < age + 0.5)
        return np.asarray(np.where(within, 1.0, 0.0))

    def mean(self) -> FloatArray:
        """Give the mean lifetime, in years."""
        return self.length

    def standard_deviation(self) -> FloatArray:
        """Give the standard deviation: nought."""
        return np.zeros(self.parameter_shape)
