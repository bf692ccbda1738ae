"""Lifetimes made from others: a table of survival by age, and what remains of a lifetime at an age."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    NO_LABELS,
    ROUNDING,
    FloatArray,
    Labels,
    as_floats,
    check_cells,
    parameter_axes,
    raise_any,
)
from ainalym.kernels.distributions import Lifetime

IndexArray: TypeAlias = npt.NDArray[np.intp]

LEAST_SURVIVORS = 1e-9
"""Least share that must live to an age for the rest of life to be told: below it rounding errors speak."""


@dataclass(frozen=True, eq=False)
class SurvivalTable:
    """Survival read from a table, straight between its ages and level beyond the last of them.

    Parameters
    ----------
    ages
        Ages of the table, yr, rising from 0. Shape (age,).
    shares
        Share that lives longer than each age, in [0, 1], non-increasing. Shape (..., age, product), or
        (..., cohort, age, product) where it varies by cohort. What lives at the last age stays for ever.
    labels
        Names for products, for errors.

    Raises
    ------
    InputError
        [COH-002] where the axes do not fit, [COH-003] where a number is not finite, [COH-005] where a share
        rises or is not in [0, 1], [COH-009] where the ages are out of order.
    """

    ages: FloatArray
    shares: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        ages, shares = as_floats(self.ages), as_floats(self.shares)
        if ages.ndim != 1 or shares.ndim < 2 or shares.shape[-2] != ages.size or ages.size < 1:
            got = f"ages {ages.shape}, shares {shares.shape}"
            mend = "Give one row of shares per age, and a last axis for products."
            raise InputError(Problem("COH-002", "survival table", got, "shares (..., age, product)", mend))
        if not (np.isfinite(ages).all() and ages[0] == 0 and (np.diff(ages) > 0).all()):
            expected = "ages that rise from 0"
            got = ", ".join(f"{age:g}" for age in ages[:8])
            raise InputError(Problem("COH-009", "survival table", got, expected, "Put the ages in order."))
        axes = ("age", "product")
        finite = np.isfinite(shares)
        before = np.concatenate([np.ones_like(shares[..., :1, :]), shares[..., :-1, :]], axis=-2)
        good = ~finite | ((shares <= before + ROUNDING) & (shares >= 0))
        problems = check_cells(
            finite,
            shares,
            code="COH-003",
            what="survival table",
            axes=axes,
            labels=self.labels,
            expected="a finite number",
            mend="Fill the gap.",
        ) + check_cells(
            good,
            shares,
            code="COH-005",
            what="survival table",
            axes=axes,
            labels=self.labels,
            expected="a share in [0, 1], no higher than that of the age before",
            mend="Put the ages in order; a cohort never gains mass.",
        )
        raise_any(problems, "survival table")
        object.__setattr__(self, "ages", ages)
        object.__setattr__(self, "shares", shares)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the table without its ages."""
        return (*self.shares.shape[:-2], self.shares.shape[-1])

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years."""
        position, part, _ = self._position(age)
        low = self._at(position)
        return np.asarray(low + part * (self._at(position + 1) - low))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age``: exact for a survival that is straight between its ages."""
        steps = np.diff(self.ages)[:, None]
        pieces = 0.5 * steps * (self.shares[..., 1:, :] + self.shares[..., :-1, :])
        lived = np.concatenate([np.zeros_like(self.shares[..., :1, :]), np.cumsum(pieces, axis=-2)], axis=-2)
        position, part, since = self._position(age)
        low = self._at(position)
        mean_share = low + 0.5 * part * (self._at(position + 1) - low)
        return np.asarray(self._at(position, lived) + since * mean_share)

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age``, level between two ages of the table."""
        position, _, _ = self._position(age)
        steps = np.append(np.diff(self.ages), 1.0)
        fall = self._at(position) - self._at(position + 1)
        return np.asarray(fall / np.broadcast_to(steps[position], fall.shape))

    def mean(self) -> FloatArray:
        """Give the mean lifetime up to the last age of the table, in years."""
        return self.integrated_survival(self._last_age())

    def _last_age(self) -> FloatArray:
        return np.full([1] * len(self.parameter_shape), self.ages[-1])

    def _position(self, age: FloatArray) -> tuple[IndexArray, FloatArray, FloatArray]:
        """Row of the table at or before an age, the part of the way to the next row, and the years since."""
        shape = np.broadcast_shapes(np.shape(age), self.parameter_shape)
        exact = np.broadcast_to(as_floats(age), shape)
        position = np.clip(np.searchsorted(self.ages, exact, side="right") - 1, 0, None)
        since = exact - self.ages[position]
        steps = np.append(np.diff(self.ages), np.inf)
        return position, np.asarray(since / steps[position]), since

    def _at(self, position: IndexArray, table: FloatArray | None = None) -> FloatArray:
        """Read the table at one row per cell."""
        rows = np.moveaxis(self.shares if table is None else table, -2, 0)
        cells = np.ogrid[tuple(slice(size) for size in rows.shape[1:])]
        return np.asarray(rows[(np.minimum(position, len(self.ages) - 1), *cells)])


@dataclass(frozen=True, eq=False)
class RemainingLife:
    """What remains of a lifetime for things that enter at an age, such as used imports.

    Parameters
    ----------
    lifetime
        Lifetime from new.
    age
        Age at entry, yr, 0 or more. Shape that broadcasts against the parameters of the lifetime.
    labels
        Names for products, for errors.

    Raises
    ------
    InputError
        [COH-012] where nothing lives to that age, [COH-001] where the age is negative or not finite.

    Notes
    -----
    S(x | age) = S(age + x) / S(age). The integral is a difference, its error at most 1e-15
    times the mean life divided by S(age).
    """

    lifetime: Lifetime
    age: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        age = np.broadcast_to(as_floats(self.age), self.lifetime.parameter_shape)
        axes = parameter_axes(age.shape, self.labels)
        problems = check_cells(
            (age >= 0) & np.isfinite(age),
            age,
            code="COH-001",
            what="age at entry",
            axes=axes,
            labels=self.labels,
            expected="a finite number of 0 or more",
            mend="Correct the age.",
        )
        raise_any(problems, "used things")
        problems = check_cells(
            self.lifetime.survival(age) >= LEAST_SURVIVORS,
            age,
            code="COH-012",
            what="age at entry",
            axes=axes,
            labels=self.labels,
            expected="an age to which at least one in a thousand million lives",
            mend="Correct the age, or the lifetime.",
        )
        raise_any(problems, "used things")
        object.__setattr__(self, "age", age)

    @property
    def parameter_shape(self) -> tuple[int, ...]:
        """Give the shape of the parameters of the lifetime."""
        return self.lifetime.parameter_shape

    def survival(self, age: FloatArray) -> FloatArray:
        """Give the share that lives longer than ``age`` years after entry."""
        return np.asarray(self.lifetime.survival(self.age + age) / self.lifetime.survival(self.age))

    def integrated_survival(self, age: FloatArray) -> FloatArray:
        """Give the years lived up to ``age`` years after entry."""
        lived = self.lifetime.integrated_survival(self.age + age) - self.lifetime.integrated_survival(
            self.age
        )
        return np.asarray(lived / self.lifetime.survival(self.age))

    def density(self, age: FloatArray) -> FloatArray:
        """Give the share that leaves per year at ``age`` years after entry."""
        return np.asarray(self.lifetime.density(self.age + age) / self.lifetime.survival(self.age))

    def mean(self) -> FloatArray:
        """Give the mean of the years that remain."""
        left = self.lifetime.mean() - self.lifetime.integrated_survival(self.age)
        return np.asarray(left / self.lifetime.survival(self.age))
