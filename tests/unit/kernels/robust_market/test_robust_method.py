"""What the robust method does with a panel: gaps, outliers, breaks, noughts, pieces, peers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ainalym.kernels.robust_market import (
    CellOrigin,
    MarketEstimate,
    MarketPanel,
    PeerGroups,
    RobustSettings,
    estimate_market,
)
from ainalym.kernels.robust_market.figures import complete_purchasing_power, find_zeros

YEARS = np.arange(1995, 2021)
WEIGHT = 40.0


def make_panel(countries: int = 1, keys: int = 1, seed: int = 1, scatter: float = 0.05) -> MarketPanel:
    """A panel of countries that buy more as they grow richer, with a little scatter."""
    generator = np.random.default_rng(seed)
    power = 1e4 * np.linspace(1.0, 3.0, countries)[:, None] * 1.03 ** (YEARS - YEARS[0])
    people = np.full(power.shape, 5e6)
    level = 3.0 * (power / 1e4)[:, None] ** 0.6 * np.ones((1, keys, 1))
    kg = people[:, None] * level * np.exp(generator.normal(0, scatter, (countries, keys, YEARS.size)))
    return MarketPanel(
        tuple(f"C{number}" for number in range(countries)),
        tuple(f"K{number}" for number in range(keys)),
        YEARS,
        kg,
        kg / WEIGHT,
        people,
        power,
        np.full(keys, 1960),
    )


def hide(panel: MarketPanel, years: slice | list[int], country: int = 0, key: int = 0) -> MarketPanel:
    kg, pieces = panel.kg.copy(), panel.pieces.copy()
    kg[country, key, years] = pieces[country, key, years] = np.nan
    return replace(panel, kg=kg, pieces=pieces)


def multiply(panel: MarketPanel, measures: tuple[str, ...], year: int, factor: float) -> MarketPanel:
    changed = {name: getattr(panel, name).copy() for name in measures}
    for values in changed.values():
        values[0, 0, year] *= factor
    return replace(panel, **changed)


def test_that_a_gap_is_filled_near_the_figure_that_was_hidden() -> None:
    panel = make_panel()
    estimate = estimate_market(hide(panel, slice(10, 12)))
    gap = (0, 0, slice(10, 12))
    assert_allclose(estimate.kg.central[gap], panel.kg[gap], rtol=0.15)
    assert (estimate.kg.origin[gap] == CellOrigin.IMPUTED).all()
    assert (estimate.kg.lower[gap] < panel.kg[gap]).all()
    assert (panel.kg[gap] < estimate.kg.upper[gap]).all()


def test_that_a_wild_figure_is_estimated_and_its_neighbours_stand() -> None:
    panel = make_panel()
    estimate = estimate_market(multiply(panel, ("kg", "pieces"), 12, 1000.0))
    assert estimate.kg.origin[0, 0, 12] == CellOrigin.ESTIMATED
    assert estimate.level_trust[0, 0, 12] < 0.02
    assert_allclose(estimate.kg.central[0, 0, 12], panel.kg[0, 0, 12], rtol=0.25)
    others = np.arange(YEARS.size) != 12
    assert (estimate.kg.origin[0, 0, others] == CellOrigin.REPORTED).mean() > 0.9
    assert estimate.kg.log_scale[0, 0, 12] > 1.5 * estimate.kg.log_scale[0, 0, 8]


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_that_wild_figures_are_found_on_both_sides(factor: float) -> None:
    estimate = estimate_market(multiply(make_panel(), ("kg", "pieces"), 5, factor))
    assert estimate.level_trust[0, 0, 5] < 0.02


def test_that_a_new_level_is_believed_from_its_second_year() -> None:
    panel = make_panel()
    kg = panel.kg.copy()
    kg[..., 15:] *= 5.0
    estimate = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT))
    assert_allclose(estimate.kg.central[0, 0, 16:], kg[0, 0, 16:], rtol=0.1)
    assert np.nanmin(estimate.level_trust[0, 0, 15:]) > 0.7


def test_that_pieces_help_where_kg_are_wild() -> None:
    panel = make_panel()
    estimate = estimate_market(multiply(panel, ("kg",), 12, 30.0))
    assert_allclose(estimate.kg.central[0, 0, 12], panel.kg[0, 0, 12], rtol=0.06)
    assert_allclose(estimate.pieces.central[0, 0, 12], panel.pieces[0, 0, 12], rtol=0.06)
    assert estimate.ratio_trust[0, 0, 12] < 0.02
    assert estimate.kg.origin[0, 0, 12] == CellOrigin.ESTIMATED


def test_that_kg_help_where_pieces_are_wild() -> None:
    panel = make_panel()
    estimate = estimate_market(multiply(panel, ("pieces",), 7, 0.01))
    assert_allclose(estimate.kg.central[0, 0, 7], panel.kg[0, 0, 7], rtol=0.06)
    assert_allclose(estimate.pieces.central[0, 0, 7], panel.pieces[0, 0, 7], rtol=0.06)


def test_that_a_measure_reported_alone_stands_and_brings_the_other() -> None:
    panel = make_panel()
    pieces, kg = panel.pieces.copy(), panel.kg.copy()
    pieces[0, 0, 4] = kg[0, 0, 9] = np.nan
    estimate = estimate_market(replace(panel, kg=kg, pieces=pieces))
    assert estimate.kg.central[0, 0, 4] == panel.kg[0, 0, 4]
    assert estimate.pieces.origin[0, 0, 4] == CellOrigin.IMPUTED
    assert_allclose(estimate.pieces.central[0, 0, 4], panel.pieces[0, 0, 4], rtol=0.05)
    assert estimate.pieces.central[0, 0, 9] == panel.pieces[0, 0, 9]
    assert_allclose(estimate.kg.central[0, 0, 9], panel.kg[0, 0, 9], rtol=0.05)
    assert estimate.kg.log_scale[0, 0, 9] > estimate.pieces.log_scale[0, 0, 9]
    assert_allclose(estimate.pieces.log_scale[0, 0, 9], estimate.pieces.log_scale[0, 0, 8], rtol=0.1)


def test_that_a_drifting_unit_weight_is_followed() -> None:
    panel = make_panel()
    weight = WEIGHT * 0.95 ** np.arange(YEARS.size)
    drifting = hide(replace(panel, pieces=panel.kg / weight), slice(12, 15))
    estimate = estimate_market(drifting)
    assert_allclose(estimate.unit_weight[0, 0], weight, rtol=0.05)
    gap = (0, 0, slice(12, 15))
    assert_allclose(estimate.kg.central[gap] / estimate.pieces.central[gap], estimate.unit_weight[gap])


def test_that_a_reference_weight_holds_where_no_pair_was_ever_seen() -> None:
    panel = make_panel()
    kg_alone = replace(
        panel,
        pieces=np.full(panel.kg.shape, np.nan),
        reference_weight=np.where(YEARS < 2005, 20.0, 10.0)[None].astype(float),
    )
    estimate = estimate_market(kg_alone)
    ratio = (estimate.kg.central / estimate.pieces.central)[0, 0]
    assert_allclose(ratio, kg_alone.reference_weight[0], rtol=1e-6)
    assert (estimate.pieces.log_scale > 0.3).all()


def test_that_a_product_without_reference_weight_takes_that_of_its_figures() -> None:
    panel = make_panel(keys=2)
    weight = np.full((2, YEARS.size), np.nan)
    weight[0, 3] = 2 * WEIGHT
    estimate = estimate_market(replace(hide(panel, [12], key=1), reference_weight=weight))
    assert_allclose(estimate.unit_weight[0, 1], WEIGHT, rtol=0.01)
    assert_allclose(estimate.unit_weight[0, 0], WEIGHT, rtol=0.01)


def test_that_nothing_is_sold_before_introduction_and_after_the_end() -> None:
    panel = replace(
        make_panel(countries=2),
        introduction_year=np.array([2000]),
        phase_out_year=np.array([[2010.0], [np.nan]]),
    )
    estimate = estimate_market(panel)
    early, late = YEARS < 2000, YEARS >= 2010
    for measure in (estimate.kg, estimate.pieces):
        assert (measure.origin[:, 0, early] == CellOrigin.ZERO).all()
        assert (measure.origin[0, 0, late] == CellOrigin.ZERO).all()
        zero = measure.origin == CellOrigin.ZERO
        for values in (measure.central, measure.lower, measure.upper, measure.log_scale):
            assert (values[zero] == 0).all()
        assert (measure.log_mean[zero] == -np.inf).all()
        assert (measure.central[1, 0, late] > 0).all()


def test_that_figures_after_the_end_of_a_product_do_not_count() -> None:
    panel = replace(make_panel(), phase_out_year=np.array([[2010.0]]))
    kg = panel.kg.copy()
    kg[..., YEARS >= 2010] *= 1e-3
    wild = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT))
    assert_allclose(wild.kg.central, estimate_market(panel).kg.central, rtol=1e-9)


def test_that_two_noughts_at_an_end_are_believed_and_one_in_the_middle_is_not() -> None:
    panel = make_panel()
    kg = panel.kg.copy()
    kg[0, 0, :3] = kg[0, 0, 12] = 0.0
    kg[0, 0, 1] = np.nan
    panel = replace(panel, kg=kg, pieces=kg / WEIGHT)
    zeros = find_zeros(panel)
    assert zeros[0, 0].tolist() == [True] * 3 + [False] * (YEARS.size - 3)
    estimate = estimate_market(panel)
    origins = estimate.kg.origin[0, 0]
    assert origins[:3].tolist() == [CellOrigin.REPORTED, CellOrigin.ZERO, CellOrigin.REPORTED]
    assert origins[12] == CellOrigin.ESTIMATED
    assert_allclose(estimate.kg.central[0, 0, 12], kg[0, 0, [11, 13]].mean(), rtol=0.2)


def test_that_a_lone_nought_at_an_end_is_taken_for_an_error() -> None:
    panel = make_panel()
    kg = panel.kg.copy()
    kg[0, 0, -1] = 0.0
    estimate = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT))
    assert estimate.kg.origin[0, 0, -1] == CellOrigin.ESTIMATED
    assert estimate.kg.central[0, 0, -1] > 0


def test_that_noughts_at_the_end_reach_into_the_future() -> None:
    panel = make_panel()
    kg = panel.kg.copy()
    kg[0, 0, 18:21] = 0.0
    kg[0, 0, 21:] = np.nan
    estimate = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT))
    assert (estimate.kg.central[0, 0, 18:] == 0).all()
    assert (estimate.kg.origin[0, 0, 21:] == CellOrigin.ZERO).all()


def test_that_a_product_nobody_sells_is_nought_throughout() -> None:
    panel = make_panel()
    nothing = np.zeros(panel.kg.shape)
    estimate = estimate_market(replace(panel, kg=nothing, pieces=nothing))
    assert (estimate.kg.central == 0).all()
    assert (estimate.kg.origin == CellOrigin.REPORTED).all()


def test_that_a_net_export_is_estimated_with_the_doubt_of_a_gap() -> None:
    panel = make_panel()
    kg, pieces = panel.kg.copy(), panel.pieces.copy()
    kg[0, 0, 12] = pieces[0, 0, 12] = -5.0
    exported = estimate_market(replace(panel, kg=kg, pieces=pieces))
    gap = estimate_market(hide(panel, [12]))
    assert exported.kg.origin[0, 0, 12] == CellOrigin.ESTIMATED
    assert exported.level_trust[0, 0, 12] == 0
    assert_allclose(exported.kg.central[0, 0, 12], gap.kg.central[0, 0, 12])
    assert_allclose(exported.kg.log_scale[0, 0, 12], gap.kg.log_scale[0, 0, 12])


def borrow_peers(panel: MarketPanel, countries: slice) -> PeerGroups:
    people = panel.population[countries, None]
    return PeerGroups(
        panel.countries[countries],
        panel.kg[countries] / people,
        panel.pieces[countries] / people,
        panel.purchasing_power[countries],
    )


def take_country(panel: MarketPanel, country: int) -> MarketPanel:
    row = slice(country, country + 1)
    return replace(
        panel,
        countries=panel.countries[row],
        kg=panel.kg[row],
        pieces=panel.pieces[row],
        population=panel.population[row],
        purchasing_power=panel.purchasing_power[row],
    )


def test_that_a_country_without_figures_is_read_from_its_peers_at_its_income() -> None:
    panel = make_panel(countries=4)
    peers = borrow_peers(panel, slice(1, 4))
    alone = take_country(panel, 0)
    nothing = np.full(alone.kg.shape, np.nan)
    estimate = estimate_market(replace(alone, kg=nothing, pieces=nothing, peers=peers))
    assert_allclose(estimate.kg.central, alone.kg, rtol=0.5)
    assert (estimate.kg.lower < alone.kg).all()
    assert (alone.kg < estimate.kg.upper).all()
    assert (estimate.kg.log_scale > 0.5).all()


def test_that_peers_narrow_the_interval_of_a_country_with_few_figures() -> None:
    panel = make_panel(countries=4)
    few = hide(take_country(panel, 0), slice(3, YEARS.size))
    last = (0, 0, -1)
    alone = estimate_market(few)
    together = estimate_market(replace(few, peers=borrow_peers(panel, slice(1, 4))))
    assert together.kg.log_scale[last] < 0.9 * alone.kg.log_scale[last]


def test_that_peers_say_the_same_as_countries_of_a_panel() -> None:
    panel = make_panel(countries=4, keys=2)
    panel = hide(panel, slice(5, 9))
    as_peers = replace(take_country(panel, 0), peers=borrow_peers(panel, slice(1, 4)))
    assert_allclose(estimate_market(as_peers).kg.central, estimate_market(panel).kg.central[:1], rtol=1e-6)


def test_that_income_drives_the_years_to_come() -> None:
    panel = hide(make_panel(), slice(20, YEARS.size))
    richer = panel.purchasing_power.copy()
    richer[:, 20:] *= 2.0
    driven = estimate_market(replace(panel, purchasing_power=richer)).kg.central
    assert (driven[0, 0, 21:] > 1.1 * estimate_market(panel).kg.central[0, 0, 21:]).all()


def test_that_purchasing_power_is_carried_on_at_the_growth_of_the_others() -> None:
    power = np.log([[100.0, 110.0, 121.0, 133.1], [np.nan, 50.0, np.nan, 60.5]])
    filled = np.exp(complete_purchasing_power(power))
    assert_allclose(filled[0], [100.0, 110.0, 121.0, 133.1])
    assert_allclose(filled[1], [50 / 1.1, 50.0, 55.0, 60.5])


def test_that_purchasing_power_of_a_lone_country_is_held() -> None:
    filled = np.exp(complete_purchasing_power(np.log([[np.nan, 10.0, np.nan, 40.0, np.nan]])))
    assert_allclose(filled, [[10.0, 10.0, 20.0, 40.0, 40.0]])


def test_that_the_interval_holds_as_many_figures_as_it_says() -> None:
    panel = make_panel(countries=6, keys=8, seed=4, scatter=0.1)
    generator = np.random.default_rng(9)
    hidden = generator.random(panel.kg.shape) < 0.2
    kg = np.where(hidden, np.nan, panel.kg)
    estimate = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT))
    for coverage in (0.5, 0.9):
        found = estimate_market(replace(panel, kg=kg, pieces=kg / WEIGHT), RobustSettings(coverage=coverage))
        inside = (found.kg.lower <= panel.kg) & (panel.kg <= found.kg.upper)
        assert abs(inside[hidden].mean() - coverage) < 0.12
        assert (found.kg.central == estimate.kg.central).all()


def test_that_the_estimate_carries_the_labels_of_the_panel() -> None:
    panel = make_panel(countries=2, keys=3)
    estimate: MarketEstimate = estimate_market(panel)
    assert (estimate.countries, estimate.keys) == (panel.countries, panel.keys)
    assert estimate.years.tolist() == YEARS.tolist()
    assert estimate.degrees_of_freedom == RobustSettings().degrees_of_freedom
    assert estimate.kg.central.shape == (2, 3, YEARS.size)
