"""Laws that the robust estimate of placed on market obeys whatever the figures are."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import fields, replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from ainalym.kernels.robust_market import CellOrigin, MarketEstimate, MarketPanel, PeerGroups, estimate_market

YEARS = np.arange(2000, 2016)
SHAPE = (3, 2, YEARS.size)
quickly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

amounts = st.one_of(
    st.just(np.nan), st.floats(1.0, 1e9), st.floats(1e4, 1e6), st.just(0.0), st.floats(-1e6, -1.0)
)
weights = arrays(float, SHAPE, elements=st.one_of(st.just(np.nan), st.floats(0.1, 100.0), st.just(20.0)))
factors = st.floats(1e-3, 1e3)


@st.composite
def draw_panels(draw: st.DrawFn) -> MarketPanel:
    """Panels with gaps, wild figures, noughts, net exports, kg or pieces alone, and gaps in income."""
    kg = draw(arrays(float, SHAPE, elements=amounts))
    pieces = kg / draw(weights)
    power = draw(arrays(float, (SHAPE[0], YEARS.size), elements=st.floats(1e3, 1e5)))
    power[draw(arrays(bool, power.shape))] = np.nan
    power[:, 3] = 2e4
    # One figure of each product in one country, so that there is something to know.
    kg[0, :, 5], pieces[0, :, 5] = 1e5, 1e4
    ends = draw(arrays(float, SHAPE[:2], elements=st.one_of(st.just(np.nan), st.floats(2008, 2020))))
    ends[0] = np.nan
    return MarketPanel(
        ("KAZ", "KGZ", "UZB"),
        ("0104", "0306"),
        YEARS,
        kg,
        pieces,
        draw(arrays(float, (SHAPE[0], YEARS.size), elements=st.floats(1e4, 1e8))),
        power,
        np.array([1960, 2004]),
        phase_out_year=np.floor(ends),
    )


def make_regular(countries: int = 2, growth: float = 1.02) -> MarketPanel:
    """Every country buys the same per inhabitant, a little more each year, without any scatter."""
    people = 1e6 * np.linspace(1.0, 9.0, countries)[:, None] * np.ones(YEARS.size)
    kg = people[:, None] * 2.0 * growth ** np.arange(YEARS.size) * np.ones((1, 2, 1))
    power = 1e4 * np.ones((countries, 1)) * 1.01 ** np.arange(YEARS.size)
    names = tuple(f"C{number}" for number in range(countries))
    return MarketPanel(names, ("0104", "0306"), YEARS, kg, kg / 40.0, people, power, np.array([1960, 1970]))


def take_order(panel: MarketPanel, countries: list[int], keys: list[int]) -> MarketPanel:
    assert panel.phase_out_year is not None
    return replace(
        panel,
        countries=tuple(panel.countries[row] for row in countries),
        keys=tuple(panel.keys[column] for column in keys),
        kg=panel.kg[countries][:, keys],
        pieces=panel.pieces[countries][:, keys],
        population=panel.population[countries],
        purchasing_power=panel.purchasing_power[countries],
        introduction_year=panel.introduction_year[keys],
        phase_out_year=panel.phase_out_year[countries][:, keys],
    )


@quickly
@given(draw_panels())
def test_that_every_cell_gets_a_number_inside_its_interval(panel: MarketPanel) -> None:
    estimate = estimate_market(panel)
    for measure in (estimate.kg, estimate.pieces):
        zero = measure.central == 0
        assert np.isfinite(measure.central).all()
        assert np.isfinite(measure.log_scale).all()
        assert not np.isnan(measure.upper).any()
        assert (measure.lower <= measure.central).all()
        assert (measure.central <= measure.upper).all()
        assert (measure.log_scale[~zero] > 0).all()
        assert (measure.central[measure.origin == CellOrigin.ZERO] == 0).all()
    assert np.isfinite(estimate.unit_weight).all()


@quickly
@given(draw_panels())
def test_that_a_filled_value_can_be_told_from_a_reported_one(panel: MarketPanel) -> None:
    estimate = estimate_market(panel)
    for measure, raw in ((estimate.kg, panel.kg), (estimate.pieces, panel.pieces)):
        stands = measure.origin == CellOrigin.REPORTED
        assert (measure.central[stands] == raw[stands]).all()
        assert np.isnan(raw[measure.origin == CellOrigin.IMPUTED]).all()
        assert not np.isnan(raw[measure.origin == CellOrigin.ESTIMATED]).any()


@quickly
@given(draw_panels(), factors)
def test_that_scaling_all_amounts_scales_the_estimate(panel: MarketPanel, factor: float) -> None:
    scaled = estimate_market(replace(panel, kg=panel.kg * factor, pieces=panel.pieces * factor))
    estimate = estimate_market(panel)
    for one, other in ((estimate.kg, scaled.kg), (estimate.pieces, scaled.pieces)):
        assert_allclose(other.central, one.central * factor, rtol=1e-4)
        assert_allclose(other.log_scale, one.log_scale, rtol=1e-4)


@quickly
@given(draw_panels(), factors)
def test_that_the_unit_of_mass_does_not_matter(panel: MarketPanel, factor: float) -> None:
    scaled = estimate_market(replace(panel, kg=panel.kg * factor))
    estimate = estimate_market(panel)
    assert_allclose(scaled.kg.central, estimate.kg.central * factor, rtol=1e-4)
    assert_allclose(scaled.pieces.central, estimate.pieces.central, rtol=1e-4)


@quickly
@given(draw_panels(), st.permutations(range(3)), st.permutations(range(2)))
def test_that_the_order_of_countries_and_products_does_not_matter(
    panel: MarketPanel, countries: list[int], keys: list[int]
) -> None:
    estimate = estimate_market(panel).kg
    other = estimate_market(take_order(panel, countries, keys)).kg
    assert_allclose(other.central, estimate.central[countries][:, keys], rtol=1e-4)
    assert_allclose(other.log_scale, estimate.log_scale[countries][:, keys], rtol=1e-4)


@quickly
@given(draw_panels())
def test_that_no_input_is_changed(panel: MarketPanel) -> None:
    before = deepcopy(panel)
    estimate_market(panel)
    for field in fields(MarketPanel):
        np.testing.assert_equal(getattr(panel, field.name), getattr(before, field.name))


@quickly
@given(draw_panels())
def test_that_the_same_input_gives_the_same_result(panel: MarketPanel) -> None:
    assert (estimate_market(panel).kg.central == estimate_market(panel).kg.central).all()


@quickly
@given(draw_panels())
def test_that_kg_over_pieces_is_the_unit_weight_where_nothing_was_reported(panel: MarketPanel) -> None:
    estimate = estimate_market(panel)
    filled = (estimate.kg.origin == CellOrigin.IMPUTED) & (estimate.pieces.origin == CellOrigin.IMPUTED)
    ratio = estimate.kg.central[filled] / estimate.pieces.central[filled]
    assert_allclose(ratio, estimate.unit_weight[filled], rtol=1e-9)


@quickly
@given(st.floats(0.9, 1.2), st.integers(1, 3))
def test_that_a_regular_series_is_returned_unchanged(growth: float, countries: int) -> None:
    panel = make_regular(countries, growth)
    estimate = estimate_market(panel)
    assert (estimate.kg.central == panel.kg).all()
    assert (estimate.pieces.central == panel.pieces).all()
    assert (estimate.kg.origin == CellOrigin.REPORTED).all()


@quickly
@given(st.floats(1.5, 12.0), st.booleans(), st.integers(1, YEARS.size - 2))
def test_that_one_wild_cell_hardly_moves_a_long_regular_series(
    magnitude: float, downwards: bool, year: int
) -> None:
    """Whatever its size, it moves no other cell, and its own estimate by less than a tenth."""
    panel = make_regular()
    kg, pieces = panel.kg.copy(), panel.pieces.copy()
    for values in (kg, pieces):
        values[0, 0, year] *= np.exp(-magnitude if downwards else magnitude)
    estimate = estimate_market(replace(panel, kg=kg, pieces=pieces)).kg
    shift = np.abs(np.log(estimate.central / panel.kg))
    assert shift[0, 0, year] < 0.1
    shift[0, 0, year] = 0.0
    assert (shift == 0).all()


@quickly
@given(st.integers(2, YEARS.size - 3), st.integers(0, 1))
def test_that_a_gap_is_less_sure_than_a_reported_figure(year: int, country: int) -> None:
    panel = make_regular()
    kg = panel.kg.copy()
    kg[country, 0, year] = np.nan
    scale = estimate_market(replace(panel, kg=kg, pieces=kg / 40.0)).kg.log_scale[country, 0]
    reported = np.arange(YEARS.size) != year
    assert scale[year] > scale[reported].max()


@quickly
@given(st.integers(4, YEARS.size - 5), st.booleans())
def test_that_the_interval_widens_away_from_the_figures(figures: int, backwards: bool) -> None:
    panel = make_regular(1)
    kg = panel.kg.copy()
    kg[..., figures:] = np.nan
    if backwards:
        kg = kg[..., ::-1]
    scale = widths(estimate_market(replace(panel, kg=kg, pieces=kg / 40.0)))[0, 0]
    if backwards:
        scale = scale[::-1]
    assert (np.diff(scale[figures - 1 :]) > 0).all()


@quickly
@given(draw_panels(), st.integers(1, 20), st.floats(1e3, 1e5))
def test_that_empty_years_to_come_change_nothing_before(
    panel: MarketPanel, more: int, future_power: float
) -> None:
    def lengthen(values: np.ndarray, filling: float) -> np.ndarray:
        return np.concatenate([values, np.full((*values.shape[:-1], more), filling)], axis=-1)

    panel = replace(panel, purchasing_power=np.nan_to_num(panel.purchasing_power, nan=2e4))
    longer = replace(
        panel,
        years=np.arange(YEARS[0], YEARS[-1] + 1 + more),
        kg=lengthen(panel.kg, np.nan),
        pieces=lengthen(panel.pieces, np.nan),
        population=lengthen(panel.population, 1e6),
        purchasing_power=lengthen(panel.purchasing_power, future_power),
    )
    estimate, other = estimate_market(panel), estimate_market(longer)
    for short, long in ((estimate.kg, other.kg), (estimate.pieces, other.pieces)):
        assert_allclose(long.central[..., : YEARS.size], short.central, rtol=1e-6)
        assert_allclose(long.log_scale[..., : YEARS.size], short.log_scale, rtol=1e-6)


@quickly
@given(draw_panels(), st.integers(0, 2))
def test_that_peers_never_leave_a_gap(panel: MarketPanel, row: int) -> None:
    one = slice(row, row + 1)
    people = panel.population[:, None]
    peers = PeerGroups(panel.countries, panel.kg / people, panel.pieces / people, panel.purchasing_power)
    alone = replace(
        panel,
        countries=("THIS",),
        kg=panel.kg[one],
        pieces=panel.pieces[one],
        population=panel.population[one],
        purchasing_power=panel.purchasing_power[one],
        phase_out_year=None,
        peers=peers,
    )
    estimate = estimate_market(alone)
    assert np.isfinite(estimate.kg.central).all()
    assert np.isfinite(estimate.pieces.central).all()


def widths(estimate: MarketEstimate) -> np.ndarray:
    return np.asarray(np.log(estimate.kg.upper / estimate.kg.lower))
