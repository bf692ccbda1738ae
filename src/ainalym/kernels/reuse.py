"""What follows the first use: drawers full of old phones, a second life, export of used things, and waste."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import (
    NO_LABELS,
    FloatArray,
    Labels,
    as_floats,
    check_cells,
    raise_any,
)
from ainalym.kernels.cohort import StockAndOutflow, compute_inflow_driven


@dataclass(frozen=True, eq=False)
class ReuseShares:
    """Where things go when they leave a stock; what is not named here becomes waste.

    Parameters
    ----------
    hibernated
        Share of what leaves first use that is kept unused at home. Any shape that broadcasts against
        (..., year, product), in [0, 1].
    reused
        Share of what leaves first use that is used a second time in the country. Same.
    exported
        Share of what leaves first use that is exported as used equipment. Same.
    reused_later
        Share of what leaves hibernation that is used a second time in the country. Same.
    exported_later
        Share of what leaves hibernation that is exported. Same.
    labels
        Names for products and years, for errors.

    Raises
    ------
    InputError
        [COH-013] where a share is not in [0, 1], or those of one stock sum to more than 1.
    """

    hibernated: FloatArray = field(default_factory=lambda: np.zeros(()))
    reused: FloatArray = field(default_factory=lambda: np.zeros(()))
    exported: FloatArray = field(default_factory=lambda: np.zeros(()))
    reused_later: FloatArray = field(default_factory=lambda: np.zeros(()))
    exported_later: FloatArray = field(default_factory=lambda: np.zeros(()))
    labels: Labels = field(default=NO_LABELS, repr=False)

    def __post_init__(self) -> None:
        names = ("hibernated", "reused", "exported", "reused_later", "exported_later")
        for name in names:
            object.__setattr__(self, name, as_floats(getattr(self, name)))
        for stock, parts in (("first use", names[:3]), ("hibernation", names[3:])):
            shares = [getattr(self, name) for name in parts]
            problems = [
                problem
                for name, share in zip(parts, shares, strict=True)
                for problem in self._check(share, f"share '{name}'", "a share in [0, 1]")
            ]
            raise_any(problems, "reuse chain")
            total = np.asarray(sum(shares[1:], start=shares[0]))
            raise_any(
                self._check(total, f"shares of what leaves {stock}", "at most 1 together"), "reuse chain"
            )

    def _check(self, share: FloatArray, what: str, expected: str) -> list[Problem]:
        return check_cells(
            (share >= 0) & (share <= 1 + SHARE_TOLERANCE),
            share,
            code="COH-013",
            what=what,
            axes=("year", "product"),
            labels=self.labels,
            expected=expected,
            mend="Correct the shares; what they leave over becomes waste.",
        )


SHARE_TOLERANCE = 1e-9
"""By how much shares may sum to more than 1 and still count as rounding."""


class ReuseChain(NamedTuple):
    """What the chain holds and gives.

    Attributes
    ----------
    hibernating
        Things kept unused at home. Shape (..., year, product).
    second_use
        Things in their second life. Same shape.
    exported
        Used things that leave the country, t/yr or pieces/yr. Same shape.
    waste
        What becomes waste, t/yr or pieces/yr. Same shape.
    """

    hibernating: StockAndOutflow
    second_use: StockAndOutflow
    exported: FloatArray
    waste: FloatArray


def compute_reuse_chain(
    first_use_outflow: FloatArray,
    shares: ReuseShares,
    hibernation_survival: FloatArray,
    second_use_survival: FloatArray,
    *,
    labels: Labels = NO_LABELS,
) -> ReuseChain:
    """Follow what leaves first use until it is waste or out of the country.

    Parameters
    ----------
    first_use_outflow
        What leaves first use during each year. Shape (..., year, product), t/yr or pieces/yr, each 0 or
        more. To keep the cohort through the chain, give cohort as a leading axis: (cohort, year, product).
    shares
        Where things go.
    hibernation_survival
        Share still hibernating at the end of a year, by years since it began. Shape (..., age, product), or
        (..., year, cohort, product) where the cohort is the year in which hibernation began.
    second_use_survival
        Share still in second use at the end of a year, by years since it began. Same.
    labels
        Names for products and years, for errors.

    Returns
    -------
    ReuseChain
        Shape (..., year, product). What leaves first use is what the two stocks gain, what is exported and
        what becomes waste, in every year.

    Raises
    ------
    InputError
        [COH-002], [COH-003], [COH-004], [COH-005] as :func:`ainalym.kernels.cohort.compute_inflow_driven`;
        [COH-002] if the shares do not fit.

    References
    ----------
    US EPA 530-R-07-004b for stocks in a chain with a residence time each.
    """
    outflow = as_floats(first_use_outflow)
    _check_shapes(outflow, shares)
    hibernating = compute_inflow_driven(outflow * shares.hibernated, hibernation_survival, labels=labels)
    into_second_use = outflow * shares.reused + hibernating.outflow * shares.reused_later
    second_use = compute_inflow_driven(into_second_use, second_use_survival, labels=labels)
    exported = outflow * shares.exported + hibernating.outflow * shares.exported_later
    at_once = np.maximum(1 - shares.hibernated - shares.reused - shares.exported, 0)
    later = np.maximum(1 - shares.reused_later - shares.exported_later, 0)
    waste = outflow * at_once + hibernating.outflow * later + second_use.outflow
    return ReuseChain(hibernating, second_use, exported, waste)


def _check_shapes(outflow: FloatArray, shares: ReuseShares) -> None:
    """Refuse shares that would give the outflow another shape."""
    for name in ("hibernated", "reused", "exported", "reused_later", "exported_later"):
        share: FloatArray = getattr(shares, name)
        try:
            fits = np.broadcast_shapes(share.shape, outflow.shape) == outflow.shape
        except ValueError:
            fits = False
        if not fits:
            got = f"share '{name}' {share.shape}, outflow {outflow.shape}"
            mend = "Give one share, one per product, or one per year and product."
            raise InputError(Problem("COH-002", "reuse chain", got, "a shape that broadcasts", mend))
