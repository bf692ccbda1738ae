"""Growth curves: what they are, that they invert, that fits find what was put in, that every error fires."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ainalym.errors import InputError, read_error_codes
from ainalym.kernels.growth import (
    CURVES,
    Curve,
    adjust_partially,
    compute_bass_peak,
    compute_bass_share,
    compute_elasticity,
    compute_saturation_curve,
    compute_substitution_shares,
    invert_saturation_curve,
)
from ainalym.kernels.growth_fit import (
    Prior,
    fit_bass,
    fit_saturation_curve,
    fit_substitution,
    solve_map,
)
from ainalym.kernels.joining import FADING, LARGEST_RATIO, LASTING, join_to_history
from ainalym.kernels.ownership_market import OwnershipPath, compute_market_for_ownership
from ainalym.kernels.technology import PHASE_OUT_SPEED, PHASE_OUT_YEARS, Switches, compute_technology_shares

curves = st.sampled_from(CURVES)
saturations = st.floats(0.01, 100.0)
rates = st.floats(0.02, 1.0)
midpoints = st.floats(-20.0, 60.0)


def test_that_a_curve_passes_its_midpoint_where_it_should() -> None:
    assert compute_saturation_curve("logistic", 7.0, 2.0, 0.3, 7.0) == pytest.approx(1.0)
    assert compute_saturation_curve("gompertz", 7.0, 2.0, 0.3, 7.0) == pytest.approx(2.0 / np.e)


def test_that_gompertz_is_the_curve_of_the_literature() -> None:
    """K exp(-alpha exp(-beta y))."""
    alpha, beta, income = 5.0, 0.1, np.linspace(1.0, 60.0, 20)
    mine = compute_saturation_curve("gompertz", income, 1.5, beta, np.log(alpha) / beta)
    np.testing.assert_allclose(mine, 1.5 * np.exp(-alpha * np.exp(-beta * income)), rtol=1e-12)
    elasticity = compute_elasticity("gompertz", income, beta, np.log(alpha) / beta)
    np.testing.assert_allclose(elasticity, alpha * beta * income * np.exp(-beta * income), rtol=1e-12)


@given(curves, saturations, rates, midpoints)
def test_that_a_curve_rises_and_stays_below_its_saturation(
    curve: Curve, saturation: float, rate: float, midpoint: float
) -> None:
    x = np.linspace(-100.0, 300.0, 81)
    level = compute_saturation_curve(curve, x, saturation, rate, midpoint)
    assert (level >= 0).all()
    assert (level <= saturation).all()
    assert (np.diff(level) >= 0).all()


@given(curves, st.floats(0.01, 0.99), saturations, rates, midpoints)
def test_that_a_curve_inverts(
    curve: Curve, share: float, saturation: float, rate: float, midpoint: float
) -> None:
    x = invert_saturation_curve(curve, share * saturation, saturation, rate, midpoint)
    assert compute_saturation_curve(curve, x, saturation, rate, midpoint) == pytest.approx(share * saturation)


@given(curves, st.floats(1.0, 80.0), rates, midpoints)
def test_that_the_elasticity_is_the_slope_of_the_logarithms(
    curve: Curve, x: float, rate: float, midpoint: float
) -> None:
    step = 1e-6
    low, high = (
        compute_saturation_curve(curve, x * np.exp(shift), 1.0, rate, midpoint) for shift in (-step, step)
    )
    if low > 1e-200:
        slope = (np.log(high) - np.log(low)) / (2 * step)
        assert compute_elasticity(curve, x, rate, midpoint) == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_that_the_elasticity_of_gompertz_is_greatest_at_one_over_the_rate() -> None:
    x = np.linspace(1.0, 40.0, 4001)
    assert x[compute_elasticity("gompertz", x, 0.1, 12.0).argmax()] == pytest.approx(10.0, abs=0.01)


def test_that_curves_of_many_draws_and_products_go_through_together() -> None:
    rng = np.random.default_rng(1)
    saturation, rate = rng.uniform(0.5, 2.0, (7, 1, 3)), rng.uniform(0.05, 0.2, (7, 1, 3))
    income = rng.uniform(5.0, 50.0, (7, 11, 1))
    together = compute_saturation_curve("gompertz", income, saturation, rate, 10.0)
    assert together.shape == (7, 11, 3)
    alone = compute_saturation_curve("gompertz", income[3], saturation[3], rate[3], 10.0)
    np.testing.assert_array_equal(together[3], alone)


@given(st.floats(0.001, 0.1), st.floats(0.0, 0.9))
def test_that_bass_solves_its_differential_equation(innovation: float, imitation: float) -> None:
    years = np.linspace(0.0, 30.0, 31)
    solved = solve_ivp(
        lambda _, share: (innovation + imitation * share) * (1.0 - share),
        (0.0, 30.0),
        [0.0],
        t_eval=years,
        rtol=1e-9,
        atol=1e-12,
    )
    np.testing.assert_allclose(compute_bass_share(years, innovation, imitation), solved.y[0], atol=1e-7)


def test_that_nobody_owns_a_product_before_its_introduction() -> None:
    np.testing.assert_array_equal(compute_bass_share([-5.0, -0.1, 0.0], 0.02, 0.4), 0.0)


def test_that_first_purchases_are_greatest_at_the_peak() -> None:
    years = np.linspace(0.0, 40.0, 40001)
    sales = np.gradient(compute_bass_share(years, 0.02, 0.4), years)
    assert years[sales.argmax()] == pytest.approx(compute_bass_peak(0.02, 0.4), abs=0.01)
    assert compute_bass_peak(0.4, 0.02) == 0.0


def test_that_partial_adjustment_closes_the_same_share_of_the_gap_each_year() -> None:
    path = adjust_partially([0.0, 4.0], np.full((3, 2), 2.0), 0.5)
    np.testing.assert_allclose(path, [[1.0, 3.0], [1.5, 2.5], [1.75, 2.25]])


def test_that_two_technologies_substitute_as_fisher_and_pry_say() -> None:
    years = np.arange(2000.0, 2020.0)
    odds = np.stack([-0.4 * (years - 2008.0), np.zeros_like(years)], axis=-1)
    share = compute_substitution_shares(odds)
    np.testing.assert_allclose(share[:, 0], 1.0 / (1.0 + np.exp(0.4 * (years - 2008.0))), rtol=1e-12)


@given(st.lists(st.floats(-800.0, 800.0), min_size=1, max_size=5))
def test_that_technologies_share_the_whole_demand(odds: list[float]) -> None:
    share = compute_substitution_shares(odds)
    assert (share >= 0).all()
    assert share.sum() == pytest.approx(1.0)


WIDE = Prior.from_deviations([0.0, np.log(0.1), 10.0], [5.0, 5.0, 100.0])


@pytest.mark.parametrize("curve", CURVES)
def test_that_a_fit_finds_the_curve_that_was_put_in(curve: Curve) -> None:
    x = np.linspace(2.0, 50.0, 25)
    level = compute_saturation_curve(curve, x, 1.7, 0.13, 14.0)
    noise = np.random.default_rng(4).normal(0.0, 0.02, x.size)
    sure = np.full(x.size, 0.02)
    fit = fit_saturation_curve(curve, x, level * np.exp(noise), sure, sure, WIDE)
    distance = np.abs(fit.estimate - [np.log(1.7), np.log(0.13), 14.0]) / fit.deviation
    assert (distance < 3.0).all()
    assert fit.value("saturation") == pytest.approx(1.7, rel=0.05)
    assert fit.value("midpoint") == pytest.approx(14.0, abs=1.0)


def test_that_the_covariance_says_how_far_fits_scatter() -> None:
    x = np.linspace(2.0, 50.0, 20)
    level = compute_saturation_curve("gompertz", x, 1.7, 0.13, 14.0)
    rng, sure = np.random.default_rng(8), np.full(20, 0.05)
    fits = [
        fit_saturation_curve("gompertz", x, level * np.exp(rng.normal(0, 0.05, 20)), sure, sure, WIDE)
        for _ in range(150)
    ]
    scatter = np.std([fit.estimate for fit in fits], axis=0)
    np.testing.assert_allclose(scatter, np.mean([fit.deviation for fit in fits], axis=0), rtol=0.25)


def test_that_a_prior_holds_what_the_data_leave_open() -> None:
    prior = Prior.from_deviations([np.log(2.0), np.log(0.1), 10.0], [0.2, 0.5, 4.0])
    nothing = fit_saturation_curve("gompertz", [], [], [], [], prior)
    np.testing.assert_allclose(nothing.estimate, prior.mean, atol=1e-8)
    np.testing.assert_allclose(nothing.deviation, [0.2, 0.5, 4.0], rtol=1e-6)


def test_that_a_lower_bound_lifts_a_curve_and_never_draws_it_down() -> None:
    prior = Prior.from_deviations([np.log(1.0), np.log(0.1), 5.0], [0.2, 0.3, 2.0])
    inf = [np.inf]

    def read(level: float, above: list[float]) -> float:
        fit = fit_saturation_curve("gompertz", [25.0], [level], [0.05], above, prior)
        curve = (fit.value("saturation"), fit.value("rate"), fit.value("midpoint"))
        return float(compute_saturation_curve("gompertz", 25.0, *curve))

    before = float(compute_saturation_curve("gompertz", 25.0, 1.0, 0.1, 5.0))
    assert read(0.5 * before, inf) == pytest.approx(before, rel=1e-6)
    assert read(0.5 * before, [0.5]) < before
    assert read(1.5 * before, inf) > 1.3 * before


def test_that_a_fit_finds_a_substitution_and_a_diffusion() -> None:
    years = np.arange(1998.0, 2016.0)
    share = 1.0 / (1.0 + np.exp(0.35 * (years - 2006.0)))
    found = fit_substitution(years, share, Prior.from_deviations([0.0, 2000.0], [3.0, 50.0]))
    assert found.value("speed") == pytest.approx(0.35, rel=0.01)
    assert found.value("midpoint") == pytest.approx(2006.0, abs=0.1)
    ages = np.arange(1.0, 26.0)
    owned = 1.3 * compute_bass_share(ages, 0.02, 0.4)
    bass = fit_bass(ages, owned, Prior.from_deviations(np.log([1.0, 0.01, 0.3]), [3.0, 3.0, 3.0]))
    for name, value in (("saturation", 1.3), ("innovation", 0.02), ("imitation", 0.4)):
        assert bass.value(name) == pytest.approx(value, rel=0.05)


def test_that_history_and_method_join_by_a_ratio_that_fades_to_its_lasting_part() -> None:
    method = np.full((40, 1), 10.0)
    joined = join_to_history(np.array([20.0]), np.array([10.0]), method, np.ones(40))
    weight = LASTING + (1 - LASTING) * FADING ** np.arange(1, 41)
    np.testing.assert_allclose(joined[:, 0], 10.0 * 2.0**weight)
    assert joined[0, 0] > 20.0 * 2 ** -(1 - LASTING) * 0.9
    assert joined[-1, 0] == pytest.approx(10.0 * 2.0**LASTING, rel=1e-4)


def test_that_history_far_from_the_method_turns_to_it_without_a_ratio() -> None:
    method, growth = np.full((60, 2), 10.0), np.linspace(1.0, 2.0, 60)
    joined = join_to_history(
        np.array([0.0, 10.0 * LARGEST_RATIO * 2]), np.array([10.0, 10.0]), method, growth
    )
    assert joined[0, 0] == pytest.approx(10.0 * (1 - FADING))
    assert joined[0, 1] == pytest.approx(FADING * 400.0 * growth[0] + (1 - FADING) * 10.0)
    np.testing.assert_allclose(joined[-1], 10.0, rtol=1e-4)


def switch(**changes: np.ndarray) -> Switches:
    standard = {
        "speed": np.array([0.3, 0.1, 0.0]),
        "midpoint": np.array([2010.0, 2015.0, 0.0]),
        "remaining": np.zeros(3),
        "phase_out": np.full(3, np.inf),
    }
    return Switches(**(standard | changes))


def test_that_shares_go_on_from_history() -> None:
    history = np.array([6.0, 3.0, 1.0])
    shares = compute_technology_shares(history, np.arange(2020, 2080), switch(), 2)
    odds = np.log(shares[:, 0] / shares[:, 2])
    np.testing.assert_allclose(odds, np.log(6.0) - 0.3 * np.arange(1, 60))
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0)
    assert shares[-1, 2] > 0.95


def test_that_what_a_phase_out_takes_goes_to_the_successor() -> None:
    history, years = np.array([6.0, 3.0, 1.0]), np.arange(2020, 2031)
    free = compute_technology_shares(history, years, switch(), 2)
    banned = compute_technology_shares(
        history, years, switch(phase_out=np.array([2023.0, np.inf, np.inf])), 2
    )
    np.testing.assert_array_equal(banned[:3], free[:3])
    np.testing.assert_allclose(banned[:, 1], free[:, 1])
    np.testing.assert_allclose(banned.sum(axis=-1), 1.0)


def test_that_a_phase_out_begins_gently_and_comes_to_its_full_speed() -> None:
    history, years = np.array([6.0, 3.0, 1.0]), np.arange(2020, 2041)
    ends = np.array([2023.0, np.inf, np.inf])
    free = compute_technology_shares(history, years, switch(), 2)[:, 0]
    banned = compute_technology_shares(history, years, switch(phase_out=ends), 2)[:, 0]
    fall = -np.diff(np.log(banned / free))[2:]
    assert fall[0] == pytest.approx(PHASE_OUT_SPEED / PHASE_OUT_YEARS / 2)
    np.testing.assert_allclose(np.diff(fall[: int(PHASE_OUT_YEARS)]), PHASE_OUT_SPEED / PHASE_OUT_YEARS)
    np.testing.assert_allclose(fall[int(PHASE_OUT_YEARS) :], PHASE_OUT_SPEED)


def test_that_every_draw_may_have_its_own_phase_out() -> None:
    history, years = np.array([6.0, 3.0, 1.0]), np.arange(2020, 2031)
    ends = np.array([[2021.0, np.inf, np.inf], [2023.0, np.inf, np.inf]])
    together = compute_technology_shares(np.tile(history, (2, 1)), years, switch(phase_out=ends), 2)
    for draw, end in zip(together, ends, strict=True):
        alone = compute_technology_shares(history, years, switch(phase_out=end), 2)
        np.testing.assert_allclose(draw, alone, rtol=1e-14)


def test_that_a_product_keeps_its_remaining_share() -> None:
    remaining = np.array([0.2, 0.2, 0.0])
    shares = compute_technology_shares(
        np.array([5.0, 1.0, 4.0]), np.arange(2020, 2120), switch(remaining=remaining), 2
    )
    assert shares[-1, 0] == pytest.approx(0.2, abs=1e-6)
    assert shares[-1, 1] == pytest.approx(0.1, abs=1e-6), (
        "it had less than its remaining share and keeps that"
    )


def test_that_a_product_no_longer_sold_stays_away() -> None:
    shares = compute_technology_shares(np.array([0.0, 2.0, 2.0]), np.arange(2020, 2030), switch(), 2)
    np.testing.assert_array_equal(shares[:, 0], 0.0)


def test_that_without_sales_of_the_successor_the_odds_of_the_table_hold() -> None:
    shares = compute_technology_shares(np.array([5.0, 0.0, 0.0]), np.array([2009, 2010, 2011]), switch(), 2)
    np.testing.assert_allclose(shares[0], [0.5, 0.0, 0.5])
    empty = compute_technology_shares(np.zeros(3), np.array([2009, 2010, 2011]), switch(), 2)
    np.testing.assert_allclose(empty.sum(axis=-1), 1.0)
    assert empty[0, 0] == pytest.approx(empty[0, 2])


class Misuse(NamedTuple):
    """What is done wrong, and what the message must then hold."""

    code: str
    act: Callable[[], object]
    message: str


def path(**changes: np.ndarray) -> OwnershipPath:
    standard = {
        "stock": np.ones((3, 1)),
        "bearers": np.ones((3, 1)),
        "shares": np.full((2, 2), 0.5),
        "group": np.array([0, 0]),
    }
    return OwnershipPath(**(standard | changes))


HISTORY, LEFT = np.ones((2, 2)), np.array([[0.9, 0.9], [0.5, 0.5], [0.2, 0.2], [0.0, 0.0]])
LINE = Prior.from_deviations([0.0], [np.inf])

MISUSES = [
    Misuse(
        "GRO-001", lambda: compute_saturation_curve("logistic", 1.0, -2.0, 1.0, 0.0), "saturation: got -2"
    ),
    Misuse("GRO-001", lambda: compute_saturation_curve("gompertz", 1.0, 1.0, 0.0, 0.0), "rate: got 0"),
    Misuse(
        "GRO-001", lambda: compute_saturation_curve("gompertz", 1.0, 1.0, 1.0, np.nan), "midpoint: got nan"
    ),
    Misuse("GRO-001", lambda: compute_bass_share(1.0, 0.0, 0.4), "innovation: got 0"),
    Misuse("GRO-001", lambda: compute_bass_share(1.0, 0.1, -0.4), "imitation: got -0.4"),
    Misuse("GRO-001", lambda: adjust_partially([1.0], [[1.0]], 1.5), "adjustment: got 1.5"),
    Misuse(
        "GRO-001", lambda: fit_saturation_curve("gompertz", [1.0], [0.0], [0.1], [0.1], WIDE), "level: got 0"
    ),
    Misuse(
        "GRO-001", lambda: fit_saturation_curve("gompertz", [1.0], [1.0], [0.0], [0.1], WIDE), "below: got 0"
    ),
    Misuse(
        "GRO-001", lambda: compute_market_for_ownership(HISTORY, LEFT, path(), adjustment=0.0), "adjustment 0"
    ),
    Misuse("GRO-001", lambda: compute_market_for_ownership(HISTORY, LEFT * 0, path()), "0 at age 0"),
    Misuse(
        "GRO-001",
        lambda: compute_technology_shares(np.ones(3), [2020, 2021], switch(speed=np.array([-1.0, 0, 0])), 2),
        "-1 as the least",
    ),
    Misuse(
        "GRO-001",
        lambda: compute_technology_shares(
            np.ones(3), [2020, 2021], switch(remaining=np.array([0.6, 0.5, 0])), 2
        ),
        "sum to 1.1",
    ),
    Misuse("GRO-002", lambda: invert_saturation_curve("gompertz", 2.0, 2.0, 1.0, 0.0), "got 2"),
    Misuse(
        "GRO-002", lambda: fit_substitution([2000.0], [1.0], Prior.from_deviations([0, 0], [1, 1])), "got 1"
    ),
    Misuse("GRO-003", lambda: fit_saturation_curve("gompertz", [1, 2], [1], [1], [1], WIDE), "x (2,)"),
    Misuse("GRO-003", lambda: fit_saturation_curve("gompertz", [], [], [], [], LINE), "mean of shape (1,)"),
    Misuse(
        "GRO-003",
        lambda: fit_saturation_curve("gompertz", [], [], [], [], Prior(np.zeros(3), -np.eye(3))),
        "eigenvalue of -1",
    ),
    Misuse("GRO-003", lambda: compute_market_for_ownership(HISTORY, LEFT[:2], path()), "survival (2, 2)"),
    Misuse(
        "GRO-003",
        lambda: compute_market_for_ownership(HISTORY, LEFT, path(group=np.array([1, 1]))),
        "group (2,)",
    ),
    Misuse(
        "GRO-004",
        lambda: fit_saturation_curve(
            "gompertz", [5.0], [1.0], [0.1], [0.1], Prior.from_deviations([0, 0, 0], [np.inf, 1, np.inf])
        ),
        "",
    ),
    Misuse("GRO-004", lambda: solve_map(lambda _: np.zeros(1), LINE, ("level",), "line"), "left open"),
    Misuse(
        "GRO-005",
        lambda: solve_map(lambda _: np.full(1, np.nan), LINE, ("level",), "line"),
        "no number at the prior",
    ),
    Misuse("GRO-006", lambda: compute_saturation_curve("richards", 1, 1, 1, 1), "'richards'"),  # type: ignore[arg-type]
    Misuse("GRO-006", lambda: fit_saturation_curve("bass", [], [], [], [], WIDE), "'bass'"),  # type: ignore[arg-type]
    Misuse("GRO-007", lambda: compute_substitution_shares([-np.inf, -np.inf]), "-inf as the greatest"),
    Misuse(
        "GRO-007",
        lambda: compute_market_for_ownership(HISTORY, LEFT, path(shares=np.ones((2, 2)))),
        "sum to 2",
    ),
]


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: f"{misuse.code} {misuse.message}")
def test_that_misuse_is_told(misuse: Misuse) -> None:
    with pytest.raises(InputError) as caught:
        misuse.act()
    assert misuse.code in {problem.code for problem in caught.value.problems}
    assert misuse.message in str(caught.value)


def test_that_every_error_of_growth_has_a_test_and_an_explanation() -> None:
    documented = {code for code in read_error_codes() if code.startswith("GRO-")}
    assert {misuse.code for misuse in MISUSES} == documented
