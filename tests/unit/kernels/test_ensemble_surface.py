"""Surfaces over the two factors of a draw tell what the exact model gives, or are not taken."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.boundary import NO_LABELS, FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_driven
from ainalym.kernels.ensemble import (
    LifetimeDraws,
    compute_inflow_driven_ensemble,
    compute_stock_driven_ensemble,
)
from ainalym.kernels.ensemble_plan import Request, plan_product
from ainalym.kernels.ensemble_products import Block, LinearProduct, Product, Workspace
from ainalym.kernels.ensemble_solution import StockProduct
from ainalym.kernels.ensemble_stock import StockRequest, plan_stock_products
from ainalym.kernels.ensemble_surface import (
    DRAWS_PER_POINT,
    SURFACE_TOLERANCE,
    Grid,
    StockSurface,
    SurfaceProduct,
    fit_surface,
    lay_grid,
)
from ainalym.kernels.lifetime import CONVENTIONS, Convention, Weibull, survival_by_age, survival_by_cohort

YEARS, DRAWS = 60, 1500
SHAPE, SCALE = np.array([1.65, 3.2, 2.0]), np.array([10.7, 25.0, 6.0])
WAY = np.linspace(0, 1, YEARS)[:, None]
CHANGING = Weibull(SHAPE * (1 + 0.1 * WAY), SCALE * (1.1 - 0.35 * WAY))
INFLOW = 100 / (1 + np.exp(4 - 8 * WAY)) * np.random.default_rng(5).uniform(0.9, 1.1, (YEARS, 3))
STOCK = np.cumsum(INFLOW, axis=0) * 0.4 + 20
EXPONENT = 20.0


def make_draws(number: int = DRAWS, spread: float = 0.1) -> LifetimeDraws:
    generator = np.random.default_rng(11)
    return LifetimeDraws(*(generator.lognormal(0, spread, (2, number, 3))))


DRAWN = make_draws()


def plan_changing(product: int, draws: LifetimeDraws, dtype: type, convention: Convention) -> object:
    request = Request(INFLOW[:, product], False, convention, dtype, EXPONENT)
    cohorts = np.broadcast_to(CHANGING.shape, INFLOW.shape), np.broadcast_to(CHANGING.scale, INFLOW.shape)
    shapes, scales = (part[:, product] for part in cohorts)
    return plan_product(request, shapes, scales, draws.block(product), draws.ranges()[product]).product


def compute_exactly(draws: LifetimeDraws, which: list[int], convention: Convention) -> FloatArray:
    """Compute the outflow by the cohort model, draw by draw. Shape (draw, year, product)."""
    return np.stack(
        [
            compute_inflow_driven(
                INFLOW,
                survival_by_cohort(
                    Weibull(
                        CHANGING.shape * draws.shape_factor[draw], CHANGING.scale * draws.scale_factor[draw]
                    ),
                    YEARS,
                    convention,
                ),
            ).outflow
            for draw in which
        ]
    )


def tell(plan: Product, block: Block) -> FloatArray:
    """Give the yearly values of some draws. Shape (draw, year)."""
    values = np.empty((YEARS, block.number), dtype=np.float32)
    plan.compute(block, Workspace(np.float32), values)
    return values.T.astype(np.float64)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_a_surface_of_changing_lifetimes_is_the_cohort_model_of_every_draw(
    convention: Convention,
) -> None:
    which = [*range(0, DRAWS, 50), *np.argmax(DRAWN.scale_factor, axis=0), *np.argmin(DRAWN.shape_factor, 0)]
    exact = compute_exactly(DRAWN, which, convention)
    for product in range(3):
        plan = plan_changing(product, DRAWN, np.float32, convention)
        assert isinstance(plan, SurfaceProduct)
        some = Block(DRAWN.shape_factor[which, product], DRAWN.scale_factor[which, product])
        found = tell(plan, some)
        assert np.abs(found - exact[..., product]).max() < 5e-6 * exact[..., product].max()


def test_that_an_ensemble_of_changing_lifetimes_keeps_the_totals_of_the_cohort_model() -> None:
    which = list(range(0, DRAWS, 75))
    summary = compute_inflow_driven_ensemble(INFLOW, CHANGING, DRAWN, keep_totals=True, precision="single")
    exact = compute_exactly(DRAWN, which, "uniform").sum(axis=-1)
    assert summary.totals is not None
    assert np.abs(summary.totals[which] - exact).max() < 5e-6 * exact.max()
    assert 0.0 < summary.survival_error.max() < 5e-6


def test_that_no_surface_is_laid_for_few_draws_wide_draws_or_double_precision() -> None:
    few, wide = make_draws(DRAWS_PER_POINT * 10), make_draws(DRAWS, spread=0.45)
    for draws, dtype in ((few, np.float32), (wide, np.float32), (DRAWN, np.float64)):
        assert isinstance(plan_changing(0, draws, dtype, "start"), LinearProduct)


def test_that_a_surface_that_misses_its_check_is_not_taken() -> None:
    grid = lay_grid(DRAWN.block(0), DRAWN.ranges()[0], 2.0)
    assert grid is not None

    def tell(block: Block) -> FloatArray:
        return np.stack([block.shape_factor * block.scale_factor, np.ones_like(block.shape_factor)])

    good = fit_surface(grid, tell(grid.block), tell(grid.checked), np.float32)
    assert good is not None
    assert good.error <= SURFACE_TOLERANCE
    off = tell(grid.checked)
    off[0, 3] *= 1 + 10 * SURFACE_TOLERANCE
    assert fit_surface(grid, tell(grid.block), off, np.float32) is None
    lost = tell(grid.block)
    lost[1, 0] = np.nan
    assert fit_surface(grid, lost, tell(grid.checked), np.float32) is None


def test_that_the_checked_draws_are_the_ends_of_the_range_and_draws_of_the_ensemble() -> None:
    grid: Grid | None = lay_grid(DRAWN.block(1), DRAWN.ranges()[1], 3.2)
    assert grid is not None
    factors = DRAWN.shape_factor[:, 1]
    ends = grid.checked.shape_factor[:2]
    assert sorted(ends.tolist()) == pytest.approx([factors.min(), factors.max()])
    assert set(grid.checked.shape_factor[4:].tolist()) <= set(factors.tolist())


def plan_stock(stock: FloatArray, product: int) -> object:
    request = Request(np.zeros(YEARS), True, "uniform", np.float32, EXPONENT)
    wanted = StockRequest(
        request,
        stock[:, product],
        float(SHAPE[product]),
        float(SCALE[product]),
        DRAWN.block(product),
        DRAWN.ranges()[product],
        False,
        "retire_proportionally",
        NO_LABELS,
    )
    return plan_stock_products([wanted])[0][0]


def test_that_draws_that_fall_short_leave_the_surface_and_the_others_stay() -> None:
    stock = STOCK.copy()
    stock[45:, 2] *= 0.83
    plan = plan_stock(stock, 2)
    assert isinstance(plan, StockSurface)
    lifetime = Weibull(SHAPE * DRAWN.shape_factor, SCALE * DRAWN.scale_factor)
    exact = compute_stock_driven(stock, survival_by_age(lifetime, YEARS), "retire_proportionally")
    short = exact.early_retirement[..., 2].sum(axis=-1) > 0
    assert 0 < short.sum() < DRAWS
    found = tell(plan, DRAWN.block(2))
    assert np.abs(found - exact.outflow[..., 2]).max() < 5e-6 * exact.outflow[..., 2].max()


def test_that_a_stock_that_jumps_is_solved_year_by_year_where_its_surface_fails() -> None:
    """A thing that dies within months answers a jump with a swing that no polynomial follows."""
    generator = np.random.default_rng(2)
    factors = [np.exp(generator.uniform(-0.5, 0.5, (DRAWS, 1))) for _ in range(2)]
    draws = LifetimeDraws(*factors)
    request = Request(np.zeros(YEARS), True, "start", np.float32, EXPONENT)
    jumping = np.where(np.arange(YEARS) % 7 < 3, 1.0, 40.0)
    wanted = StockRequest(
        request,
        jumping,
        6.0,
        3.0,
        draws.block(0),
        draws.ranges()[0],
        False,
        "negative_inflow",
        NO_LABELS,
    )
    assert isinstance(plan_stock_products([wanted])[0][0], StockProduct)


@pytest.mark.parametrize("threads", [2, 5])
def test_that_surfaces_give_the_same_on_any_number_of_threads(threads: int) -> None:
    draws = make_draws(3500)
    of_cohorts = [
        compute_inflow_driven_ensemble(INFLOW, CHANGING, draws, keep_totals=True, threads=count)
        for count in (1, threads)
    ]
    of_stock = [
        compute_stock_driven_ensemble(
            STOCK,
            Weibull(SHAPE, SCALE),
            draws,
            "retire_proportionally",
            keep_totals=True,
            precision="single",
            threads=count,
        )
        for count in (1, threads)
    ]
    for one, other in (of_cohorts, of_stock):
        for ours, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(ours, theirs)
