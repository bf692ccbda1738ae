"""Inflow that keeps a stock, or the outflow that goes with it, solved year by year for a block of draws."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ainalym.kernels.boundary import FloatArray, Labels
from ainalym.kernels.ensemble_products import PIECE_DRAWS, Block, Product, Workspace
from ainalym.kernels.histogram import AnyFloatArray
from ainalym.kernels.stock_driven import STOCK_TOLERANCE, Shortfall, compute_stock_driven


@dataclass(frozen=True)
class StockProduct:
    """Inflow that keeps a stock as given, or the outflow that goes with it, draw by draw.

    Parameters
    ----------
    survival
        Survival by age of a draw.
    ages
        Ages that it tells; later nothing is left.
    stock
        Stock at the END of each year. Shape (year,).
    inflow_asked
        Whether the inflow is given, or else the outflow.
    shortfall
        What to do when the stock falls faster than its things die.
    least_left
        Least share left that counts as right: 0, or less with ``cbs``, which may take more than there was.
    labels
        Name of this product and of the years, for errors.
    """

    survival: Product
    ages: int
    stock: FloatArray
    inflow_asked: bool
    shortfall: Shortfall
    least_left: float
    labels: Labels
    change: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "change", np.diff(self.stock, prepend=0.0)[:, None])

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the yearly values of a block of draws; see :class:`Product`."""
        for piece, some in block.pieces(PIECE_DRAWS):
            self._solve(piece, work, out[:, some])

    def _solve(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        left = work.room("left", self.ages, block.number)
        self.survival.compute(block, work, left)
        inflow, lowest = solve_inflow(self.stock[:, None], left, work)
        unsolved = left[0] <= 0
        if self.shortfall != "negative_inflow":
            unsolved |= lowest < 0
        np.subtract(inflow, 0 if self.inflow_asked else self.change, out=out, casting="same_kind")
        if unsolved.any():
            out[:, unsolved] = self._solve_exactly(left[:, unsolved])

    def _solve_exactly(self, left: AnyFloatArray) -> FloatArray:
        """Solve the draws whose stock falls faster than its things die, as asked, or raise."""
        survival = np.zeros((left.shape[1], max(len(left), len(self.stock)), 1))
        survival[:, : len(left), 0] = np.minimum.accumulate(np.clip(left.T, self.least_left, 1), axis=1)
        solved = compute_stock_driven(
            self.stock[:, None], survival, self.shortfall, by_cohort=False, labels=self.labels
        )
        return np.asarray((solved.inflow if self.inflow_asked else solved.outflow)[..., 0].T)


def solve_inflow(
    stock: FloatArray, left: AnyFloatArray, work: Workspace
) -> tuple[AnyFloatArray, AnyFloatArray]:
    """Solve year by year for what must enter to keep a stock, below 0 where it falls short.

    Parameters
    ----------
    stock
        Stock at the END of each year. Shape (year, 1), or (year, draw) where it differs by draw.
    left
        Survival by age of each draw; where it gives fewer ages than years, nothing is left later. Shape
        (age, draw).
    work
        Buffers, in two of which the result lives until the next call.

    Returns
    -------
    tuple of AnyFloatArray
        The inflow, and the lowest gap that it had to fill. Shapes (year, draw) and (draw,).
    """
    years, draws = len(stock), left.shape[1]
    inflow, older = work.room("inflow", years, draws), work.room("older", draws)
    inverse, lowest = work.room("inverse", draws), work.room("lowest", draws)
    allowed = (STOCK_TOLERANCE * stock).astype(work.dtype)
    stock = stock.astype(work.dtype)
    lowest[...] = 0
    # A draw of which nothing is left in its first year gives infinities here, and an error later.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        np.divide(1, left[0], out=inverse)
        for year, held in enumerate(stock):
            gap = inflow[year]
            if year:
                depth = min(year, len(left) - 1)
                np.einsum("kn,kn->n", left[1 : depth + 1], inflow[year - depth : year][::-1], out=older)
                np.subtract(held, older, out=gap)
            else:
                gap[...] = held
            np.add(gap, allowed[year], out=older)
            np.minimum(lowest, older, out=lowest)
            np.multiply(gap, inverse, out=gap)
    return inflow, lowest
