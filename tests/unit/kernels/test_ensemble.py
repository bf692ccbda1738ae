"""Ensembles give what the cohort model gives for every draw, and quantiles where numpy finds them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

import numpy as np
import pytest

from ainalym.errors import InputError
from ainalym.kernels.boundary import FloatArray, Labels
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_driven
from ainalym.kernels.ensemble import (
    EnsembleSummary,
    LifetimeDraws,
    Precision,
    compute_inflow_driven_ensemble,
    compute_stock_driven_ensemble,
)
from ainalym.kernels.ensemble_nodes import UNIFORM_TOLERANCE, Range, choose_nodes
from ainalym.kernels.ensemble_plan import MANY_LOOKS, TOLERANCE, Request, plan_product
from ainalym.kernels.ensemble_products import (
    BLAS_WORK,
    Block,
    ClosedLooks,
    ExponentialLooks,
    Workspace,
    multiply,
)
from ainalym.kernels.histogram import BINS, Bins, Histogram
from ainalym.kernels.lifetime import CONVENTIONS, Convention, Weibull, survival_by_age, survival_by_cohort
from ainalym.kernels.stock_driven import Shortfall

YEARS, DRAWS = 60, 1300
SHAPE = np.array([1.65, 0.9, 3.2, 2.0, 1.3])
SCALE = np.array([10.7, 4.6, 25.0, 6.0, 14.0])
PRODUCTS = len(SHAPE)
PROBABILITIES = (0.05, 0.25, 0.5, 0.95)


def make_draws(number: int = DRAWS, spread: float = 0.1, seed: int = 7) -> LifetimeDraws:
    generator = np.random.default_rng(seed)
    size = (number, PRODUCTS)
    return LifetimeDraws(generator.lognormal(0, spread, size), generator.lognormal(0, spread, size))


def make_inflow() -> FloatArray:
    inflow = np.random.default_rng(3).random((YEARS, PRODUCTS)) * 100
    inflow[:20, 3] = 0
    inflow[40:, 4] = 0
    return inflow


INFLOW = make_inflow()
STOCK = np.cumsum(INFLOW, axis=0) * 0.4 + 20
DRAWN = make_draws()
CONSTANT = Weibull(SHAPE, SCALE)
WAY = np.linspace(0, 1, YEARS)[:, None]
SMOOTH = Weibull(SHAPE * (1 + 0.1 * WAY), SCALE * (1.1 - 0.35 * WAY))
ERAS = Weibull(np.where(WAY < 0.4, SHAPE, 0.9 * SHAPE), np.where(WAY < 0.4, SCALE, 1.2 * SCALE))
ZIGZAG = Weibull(np.broadcast_to(SHAPE, (YEARS, PRODUCTS)), SCALE * (1 + 0.2 * np.sin(37 * WAY**2)))


def drawn_survival(convention: Convention) -> FloatArray:
    lifetime = Weibull(SHAPE * DRAWN.shape_factor, SCALE * DRAWN.scale_factor)
    return survival_by_age(lifetime, YEARS, convention)


def assert_quantiles(summary: EnsembleSummary, exact: FloatArray, slack: float = 2.0) -> None:
    """Hold the quantiles to be within two bins of numpy's, which lie between two draws."""
    expected = np.quantile(exact, PROBABILITIES, axis=0)
    assert (np.abs(summary.quantiles - expected) <= slack * summary.resolution).all()
    expected = np.quantile(exact.sum(axis=-1), PROBABILITIES, axis=0)
    assert (np.abs(summary.total_quantiles - expected) <= slack * summary.total_resolution).all()


def assert_totals(summary: EnsembleSummary, exact: FloatArray, tolerance: float) -> None:
    assert summary.totals is not None
    total = exact.sum(axis=-1)
    np.testing.assert_allclose(summary.totals, total, rtol=0, atol=tolerance * np.abs(total).max())


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("quantity", ["outflow", "stock"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_an_ensemble_is_the_cohort_model_of_every_draw(
    convention: Convention, quantity: str, precision: Precision
) -> None:
    of_stock = quantity == "stock"
    stock, outflow = compute_inflow_driven(INFLOW, drawn_survival(convention))
    exact = stock if of_stock else outflow
    summary = compute_inflow_driven_ensemble(
        INFLOW,
        CONSTANT,
        DRAWN,
        convention=convention,
        quantity="stock" if of_stock else "outflow",
        probabilities=PROBABILITIES,
        keep_totals=True,
        precision=precision,
    )
    assert_quantiles(summary, exact)
    closed = convention != "uniform" and precision == "double"
    # What the documentation of either precision promises.
    assert_totals(summary, exact, 5e-6 if precision == "single" else 1e-13 if closed else 2e-6)
    assert (summary.survival_error <= UNIFORM_TOLERANCE).all()


@pytest.mark.parametrize("lifetime", [SMOOTH, ERAS, ZIGZAG], ids=["smooth", "eras", "zigzag"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_lifetimes_may_change_over_the_cohorts(convention: Convention, lifetime: Weibull) -> None:
    few = make_draws(40)
    exact = np.stack(
        [
            compute_inflow_driven(
                INFLOW,
                survival_by_cohort(
                    Weibull(lifetime.shape * shape, lifetime.scale * scale), YEARS, convention
                ),
            ).outflow
            for shape, scale in zip(few.shape_factor, few.scale_factor, strict=True)
        ]
    )
    summary = compute_inflow_driven_ensemble(
        INFLOW,
        lifetime,
        few,
        convention=convention,
        probabilities=(0.0, 1.0),
        keep_totals=True,
        precision="double",
    )
    assert_totals(summary, exact, 3e-6)
    assert (summary.survival_error <= 4e-6).all()
    for found, expected in zip(summary.quantiles, (exact.min(axis=0), exact.max(axis=0)), strict=True):
        assert (np.abs(found - expected) <= summary.resolution + 3e-6 * exact.max()).all()


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("shortfall", ["retire_proportionally", "retire_oldest", "negative_inflow"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_a_stock_driven_ensemble_is_the_model_of_every_draw(
    convention: Convention, shortfall: Shortfall, precision: Precision
) -> None:
    stock = STOCK.copy()
    # From here on some draws fall short and some do not.
    stock[45:, 2] *= 0.9
    exact = compute_stock_driven(stock, drawn_survival(convention), shortfall)
    assert (exact.early_retirement[..., 2].sum(axis=-1) > 0).mean() > 0 or shortfall == "negative_inflow"
    for quantity, values in (("outflow", exact.outflow), ("inflow", exact.inflow)):
        summary = compute_stock_driven_ensemble(
            stock,
            CONSTANT,
            DRAWN,
            shortfall,
            convention=convention,
            quantity="inflow" if quantity == "inflow" else "outflow",
            probabilities=PROBABILITIES,
            keep_totals=True,
            precision=precision,
        )
        assert_quantiles(summary, values)
        closed = convention != "uniform" and precision == "double"
        assert_totals(summary, values, 1e-12 if closed else 5e-6)


def test_that_the_result_does_not_depend_on_the_threads() -> None:
    draws = make_draws(3500)
    one, two, five = (
        compute_inflow_driven_ensemble(INFLOW, CONSTANT, draws, keep_totals=True, threads=threads)
        for threads in (1, 2, 5)
    )
    for other in (two, five):
        for ours, theirs in zip(one, other, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_that_draws_in_any_order_give_the_same_quantiles() -> None:
    order = np.argsort(DRAWN.scale_factor[:, 0])
    sorted_draws = LifetimeDraws(DRAWN.shape_factor[order], DRAWN.scale_factor[order])
    one = compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN)
    other = compute_inflow_driven_ensemble(INFLOW, CONSTANT, sorted_draws)
    assert (np.abs(one.quantiles - other.quantiles) <= 2 * (one.resolution + other.resolution)).all()


def test_that_quantiles_far_out_of_the_sample_are_found() -> None:
    """Among 20,000 draws one lies far out, unseen by the sample that lays the bins."""
    draws = make_draws(20_000)
    scale = draws.scale_factor.copy()
    scale[7777] = 30.0
    summary = compute_inflow_driven_ensemble(
        INFLOW, CONSTANT, LifetimeDraws(draws.shape_factor, scale), quantity="stock", probabilities=(0.5, 1.0)
    )
    lifetime = Weibull(SHAPE * draws.shape_factor[7777], SCALE * 30.0)
    far = compute_inflow_driven(INFLOW, survival_by_age(lifetime, YEARS)).stock
    assert (np.abs(summary.quantiles[1] - far) <= summary.resolution + 5e-6 * far.max(axis=0)).all()


def test_that_memory_does_not_grow_with_the_draws() -> None:
    def peak(number: int) -> int:
        draws = make_draws(number)
        compute_inflow_driven_ensemble(
            INFLOW[:, :1], Weibull(SHAPE[:1], SCALE[:1]), first_product(make_draws(10))
        )
        tracemalloc.start()
        try:
            compute_inflow_driven_ensemble(INFLOW, CONSTANT, draws)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(10_000), peak(40_000)
    assert many < 60 * 2**20
    assert many < 1.15 * few + 2**20


def first_product(draws: LifetimeDraws) -> LifetimeDraws:
    return LifetimeDraws(draws.shape_factor[:, :1], draws.scale_factor[:, :1])


def test_that_one_draw_one_year_and_a_product_that_is_not_sold_are_no_trouble() -> None:
    one = LifetimeDraws(np.ones((1, 2)), np.ones((1, 2)))
    lifetime = Weibull(np.array([2.0, 3.0]), np.array([9.0, 8.0]))
    inflow = np.array([[5.0, 0.0]])
    summary = compute_inflow_driven_ensemble(inflow, lifetime, one, precision="double")
    expected = compute_inflow_driven(inflow, survival_by_age(lifetime, 1)).outflow
    np.testing.assert_allclose(summary.quantiles, np.broadcast_to(expected, (3, 1, 2)), atol=1e-6)


@pytest.mark.parametrize("shape", [0.8, 1.7, 4.0, 12.0])
@pytest.mark.parametrize("scale", [2.0, 9.0, 30.0])
def test_that_uniform_survival_is_integrated_as_well_as_told(shape: float, scale: float) -> None:
    span = Range((0.7 * shape, 1.4 * shape), (0.7 * scale, 1.4 * scale))
    nodes = choose_nodes("uniform", YEARS, span, 37.0)
    assert nodes.error <= UNIFORM_TOLERANCE
    generator = np.random.default_rng(5)
    lifetime = Weibull(generator.uniform(*span.shape, (100, 1)), generator.uniform(*span.scale, (100, 1)))
    exact = survival_by_age(lifetime, YEARS)[..., 0].T
    if nodes.reading == "exact":
        return
    seen = lifetime.survival(nodes.ages[:, None, None])[..., 0]
    found = nodes.weights @ np.concatenate([np.ones((1, 100)), seen])
    assert np.abs(found - exact).max() <= 2 * UNIFORM_TOLERANCE


def test_that_a_lifetime_too_narrow_to_integrate_is_taken_in_closed_form() -> None:
    narrow = Weibull(np.array([200.0]), np.array([7.4]))
    draws = first_product(make_draws(60))
    inflow = INFLOW[:, :1]
    plan = plan_product(
        Request(inflow[:, 0], False, "uniform", np.float64, 37.0),
        np.full(YEARS, 200.0),
        np.full(YEARS, 7.4),
        draws.block(0),
        draws.ranges()[0],
    )
    assert isinstance(plan.product.looks, ClosedLooks)
    summary = compute_inflow_driven_ensemble(inflow, narrow, draws, keep_totals=True, precision="double")
    survival = survival_by_age(Weibull(200 * draws.shape_factor, 7.4 * draws.scale_factor), YEARS)
    assert_totals(summary, compute_inflow_driven(inflow, survival).outflow, 1e-12)


def test_that_few_looks_tell_a_product_whose_lifetime_changes() -> None:
    for product in range(PRODUCTS):
        plan = plan_product(
            Request(INFLOW[:, product], False, "start", np.float64, 37.0),
            SMOOTH.shape[:, product],
            SMOOTH.scale[:, product],
            DRAWN.block(product),
            DRAWN.ranges()[product],
        )
        assert isinstance(plan.product.looks, ExponentialLooks)
        assert len(plan.product.looks.arguments) < MANY_LOOKS // 2
        assert plan.error <= 2 * TOLERANCE


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_hazards_told_from_younger_ages_are_those_of_the_exponential(convention: Convention) -> None:
    for product in range(PRODUCTS):
        plan = plan_product(
            Request(INFLOW[:, product], False, convention, np.float64, 37.0),
            np.full(YEARS, SHAPE[product]),
            np.full(YEARS, SCALE[product]),
            DRAWN.block(product),
            DRAWN.ranges()[product],
        )
        looks = plan.product.looks
        assert isinstance(looks, ExponentialLooks)
        assert looks.multiples is not None
        assert 3 * len(looks.multiples.steps) > len(looks.arguments)
        told = looks.look(DRAWN.block(product), Workspace(np.float64))
        taken = replace(looks, multiples=None).look(DRAWN.block(product), Workspace(np.float64))
        np.testing.assert_allclose(told, taken, rtol=0, atol=1e-14 * np.abs(taken).max())


@pytest.mark.parametrize("shape", [(3, 4, 5), (71, 86, 1000), (40, 2, 3000), (71, 1500, 130), (500, 600, 64)])
def test_that_matrices_are_multiplied_by_calls_that_leave_threads_asleep(
    shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(2)
    left, right = generator.random(shape[:2]), generator.random(shape[1:])
    expected = left @ right
    sizes = []
    plain: Callable[..., FloatArray] = np.matmul

    def watched(first: FloatArray, second: FloatArray, out: FloatArray | None = None) -> FloatArray:
        # Of a stack every part is a call of its own to the library.
        sizes.append(first.shape[-2] * first.shape[-1] * second.shape[-1])
        return plain(first, second, out=out)

    monkeypatch.setattr(np, "matmul", watched)
    out = np.empty((shape[0], shape[2]))
    multiply(left, right, out)
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    assert sizes
    assert max(sizes) <= BLAS_WORK


def test_that_counts_find_quantiles_within_a_bin() -> None:
    generator = np.random.default_rng(11)
    values = np.stack([generator.normal(0, 1, 5000), generator.lognormal(3, 1, 5000), np.full(5000, 4.0)])
    histogram = Histogram.around(values[:, ::20], 1e-9, np.zeros(3 * BINS, dtype=np.intp))
    for block in np.array_split(values, 7, axis=1):
        histogram.count(block.copy(), Bins.for_block(block.shape), Lock())
    assert histogram.counts.sum() == values.size
    probabilities = np.array([0.05, 0.5, 0.9])
    found, out = histogram.quantiles(probabilities)
    assert not out.any()
    expected = np.quantile(values, probabilities, axis=1)
    assert (np.abs(found - expected) <= 1.5 * histogram.width).all()
    assert histogram.width[0] < 0.02


def test_that_a_quantile_out_of_the_bins_is_told() -> None:
    histogram = Histogram(np.array([0.0, 0.0]), np.array([1e-3, 1e-3]), np.zeros(2 * BINS, dtype=np.intp))
    values = np.stack([np.linspace(0.2, 0.8, 100), np.linspace(0.2, 40, 100)])
    histogram.count(values.copy(), Bins.for_block(values.shape), Lock())
    assert histogram.counts.reshape(2, BINS).sum(axis=1).tolist() == [100, 100]
    _, out = histogram.quantiles(np.array([0.5]))
    assert out.tolist() == [False, True]


NAMED = Labels(products=("0306", "0101", "0104", "0002", "0501"), years=range(1991, 1991 + YEARS))


def test_that_a_draw_that_takes_a_shape_out_of_range_is_named() -> None:
    factor = DRAWN.shape_factor.copy()
    factor[5, 1] = 0.01
    draws = LifetimeDraws(factor, DRAWN.scale_factor)
    with pytest.raises(InputError, match=r"COH-011.*Weibull shape of a draw, product '0101': got 0.009"):
        compute_inflow_driven_ensemble(INFLOW, CONSTANT, draws, labels=NAMED)


def test_that_bad_draws_are_named() -> None:
    factor = np.ones((4, 2))
    factor[2, 1] = -0.5
    with pytest.raises(InputError, match=r"COH-001.*shape_factor, product '0101', draw number 2: got -0.5"):
        LifetimeDraws(factor, np.ones((4, 2)), NAMED)
    with pytest.raises(InputError, match=r"COH-002.*\(4, 2\).*\(4, 3\)"):
        LifetimeDraws(np.ones((4, 2)), np.ones((4, 3)))


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("COH-002", lambda: compute_inflow_driven_ensemble(INFLOW[:, :3], CONSTANT, DRAWN)),
        ("COH-002", lambda: compute_inflow_driven_ensemble(INFLOW, Weibull(SHAPE[:, None], SCALE), DRAWN)),
        ("COH-002", lambda: compute_inflow_driven_ensemble(INFLOW[:50], SMOOTH, DRAWN)),
        ("COH-002", lambda: compute_stock_driven_ensemble(STOCK, SMOOTH, DRAWN)),
        ("COH-003", lambda: compute_inflow_driven_ensemble(INFLOW * np.nan, CONSTANT, DRAWN)),
        ("COH-004", lambda: compute_stock_driven_ensemble(-STOCK, CONSTANT, DRAWN)),
        ("COH-008", lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, threads=0)),
        (
            "COH-008",
            lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, probabilities=(0.5, 1.2)),
        ),
        ("COH-008", lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, probabilities=())),
        ("COH-008", lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, quantity="waste")),  # type: ignore[arg-type]
        ("COH-008", lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, precision="half")),  # type: ignore[arg-type]
        ("COH-008", lambda: compute_inflow_driven_ensemble(INFLOW, CONSTANT, DRAWN, convention="mid")),  # type: ignore[arg-type]
        ("COH-008", lambda: compute_stock_driven_ensemble(STOCK, CONSTANT, DRAWN, "ignore")),  # type: ignore[arg-type]
    ],
)
def test_that_a_misuse_of_an_ensemble_is_told(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(InputError) as caught:
        act()
    assert {problem.code for problem in caught.value.problems} == {code}


@pytest.mark.parametrize("threads", [1, 2])
def test_that_a_stock_that_cannot_be_met_is_named_from_any_thread(threads: int) -> None:
    stock = STOCK.copy()
    stock[50:, 2] *= 0.2
    with pytest.raises(InputError, match=r"COH-006.*year 2041, product '0104'"):
        compute_stock_driven_ensemble(stock, CONSTANT, DRAWN, threads=threads, labels=NAMED)


def test_that_a_draw_of_which_nothing_reaches_the_end_of_its_year_is_named() -> None:
    scale = DRAWN.scale_factor.copy()
    scale[500, 0] = 1e-6
    draws = LifetimeDraws(DRAWN.shape_factor, scale)
    with pytest.raises(InputError, match=r"COH-007.*cohort 1991, product '0306'"):
        compute_stock_driven_ensemble(STOCK, CONSTANT, draws, convention="start", labels=NAMED)


def test_that_factors_of_one_leave_the_central_lifetime() -> None:
    plan = plan_product(
        Request(INFLOW[:, 0], True, "end", np.float64, 37.0),
        np.full(YEARS, SHAPE[0]),
        np.full(YEARS, SCALE[0]),
        Block(np.ones(3), np.ones(3)),
        Range((1.0, 1.0), (1.0, 1.0)),
    )
    assert plan.error == 0
