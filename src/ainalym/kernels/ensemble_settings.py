"""What an ensemble is asked: draws of the lifetimes, options, and the form of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import NO_LABELS, FloatArray, Labels, as_floats, check_cells, raise_any
from ainalym.kernels.ensemble_looks import SharedLooks, share_looks
from ainalym.kernels.ensemble_nodes import Range
from ainalym.kernels.ensemble_products import Block
from ainalym.kernels.lifetime import Convention, check_convention, check_count

Precision: TypeAlias = Literal["single", "double"]

DTYPES: dict[Precision, npt.DTypeLike] = {"single": np.float32, "double": np.float64}
"""Type of the numbers inside an ensemble."""

EXPONENTS: dict[Precision, float] = {"single": 20.0, "double": 37.0}
"""Less than exp(-this) of a cohort counts as nothing: 2e-9 and 1e-16."""

LEAST_SPANS: dict[Precision, float] = {"single": 1e-3, "double": 1e-9}
"""Narrowest range of the bins of a quantile, as a part of the largest value of a product: the resolution of a
quantile is never finer than the precision of the numbers."""


@dataclass(frozen=True, eq=False)
class LifetimeDraws:
    """Factors on the lifetimes of products, by draw.

    Parameters
    ----------
    shape_factor
        Factor on the Weibull shape, 1, positive. Shape (draw, product).
    scale_factor
        Factor on the Weibull scale, 1, positive. Same shape.
    labels
        Names for products, for errors.

    Raises
    ------
    InputError
        [COH-001] where a factor is not positive and finite, [COH-002] where the shapes differ.
    """

    shape_factor: FloatArray
    scale_factor: FloatArray
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        for name in ("shape_factor", "scale_factor"):
            factor = as_floats(getattr(self, name))
            object.__setattr__(self, name, factor)
            problems += check_cells(
                (factor > 0) & np.isfinite(factor),
                factor,
                code="COH-001",
                what=name,
                axes=("draw", "product"),
                labels=self.labels,
                expected="a positive finite number",
                mend="Draw factors from a distribution above 0, such as a lognormal one.",
            )
        raise_any(problems, "lifetime draws")
        if self.shape_factor.ndim != 2 or self.shape_factor.shape != self.scale_factor.shape:
            got = f"shape_factor {self.shape_factor.shape}, scale_factor {self.scale_factor.shape}"
            mend = "Give one factor per draw and product."
            raise InputError(Problem("COH-002", "lifetime draws", got, "(draw, product) each", mend))

    @property
    def number(self) -> int:
        """Give the number of draws."""
        number: int = self.shape_factor.shape[0]
        return number

    def block(self, product: int, some: slice = slice(None)) -> Block:
        """Give the factors of a product.

        Parameters
        ----------
        product
            Its position.
        some
            Which draws; all of them without it.

        Returns
        -------
        Block
            Factors on its shape and scale.
        """
        return Block(self.shape_factor[some, product], self.scale_factor[some, product])

    def ranges(self) -> list[Range]:
        """Give the range of the factors of each product.

        Returns
        -------
        list of Range
            In the order of the products.
        """
        ends = [
            end(factor, axis=0).tolist()
            for factor in (self.shape_factor, self.scale_factor)
            for end in (np.min, np.max)
        ]
        return [Range((low, high), (short, long)) for low, high, short, long in zip(*ends, strict=True)]


class EnsembleSummary(NamedTuple):
    """Quantiles over the draws of an ensemble.

    Attributes
    ----------
    probabilities
        Of the quantiles. Shape (probability,).
    quantiles
        By product. Shape (probability, year, product), t/yr or t, or pieces.
    total_quantiles
        Of the sum over products, draw by draw. Shape (probability, year).
    resolution
        Width of the bins in which the quantiles were counted; each lies within one bin of a draw next to
        the exact one. Shape (year, product).
    total_resolution
        The same for the sum over products. Shape (year,).
    survival_error
        Largest error of the survivals by reading them between ages and between cohorts, and of values told
        from few looks or a surface, as a part of the largest value. Shape (product,).
    totals
        On request, the sum over products of every draw. Shape (draw, year).
    """

    probabilities: FloatArray
    quantiles: FloatArray
    total_quantiles: FloatArray
    resolution: FloatArray
    total_resolution: FloatArray
    survival_error: FloatArray
    totals: FloatArray | None


@dataclass(frozen=True)
class Settings:
    """Options that all ensembles share.

    Parameters
    ----------
    convention
        When within its year a cohort enters.
    chosen
        Probabilities of the quantiles, within [0, 1].
    keep_totals
        Whether the sum over products of every draw is wanted.
    threads
        Number of threads, 1 or more.
    precision
        Precision of the numbers inside.

    Raises
    ------
    InputError
        [COH-008] if an option is unknown or out of range.
    """

    convention: Convention
    chosen: Sequence[float]
    keep_totals: bool
    threads: int
    precision: Precision

    def __post_init__(self) -> None:
        check_convention(self.convention)
        check_count(self.threads, "threads")
        check_option("precision", self.precision, tuple(DTYPES))
        outside = [f"{value:g}" for value in self.chosen if not 0 <= value <= 1]
        if outside or not len(self.chosen):
            mend = "Give one or more shares of the draws."
            got = ", ".join(outside) or "none"
            raise InputError(Problem("COH-008", "probabilities", got, "numbers in [0, 1]", mend))

    @property
    def dtype(self) -> npt.DTypeLike:
        """Give the type of the numbers."""
        return DTYPES[self.precision]

    @property
    def exponent(self) -> float:
        """Give the logarithm of the share below which a cohort counts as empty, with its sign turned."""
        return EXPONENTS[self.precision]

    @property
    def least_span(self) -> float:
        """Give the narrowest range of the bins, as a part of the largest value of a product."""
        return LEAST_SPANS[self.precision]

    def share_looks(self, ranges: list[Range], shapes: FloatArray) -> SharedLooks | None:
        """Choose looks that serve all products, in single precision, whose errors are larger than theirs.

        Parameters
        ----------
        ranges
            Range of the factors of each product.
        shapes
            Shape of each product. Shape (product,).

        Returns
        -------
        SharedLooks or None
            None in double precision, in which every draw is looked at wherever it counts.
        """
        return share_looks(ranges, shapes) if self.precision == "single" else None

    @property
    def probabilities(self) -> FloatArray:
        """Give the probabilities of the quantiles."""
        return np.asarray(self.chosen, dtype=np.float64)


def check_option(name: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse an option that does not exist.

    Parameters
    ----------
    name
        Name of the option.
    value
        What it was given.
    known
        What it may be.

    Raises
    ------
    InputError
        [COH-008] if it is none of these.
    """
    if value not in known:
        expected = "one of " + ", ".join(known)
        raise InputError(Problem("COH-008", name, repr(value), expected, "Choose one of them."))
