"""Every defect of the scripts that the package names, in a small case: kept by strict, gone when mended."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ainalym.kernels.common_method import (
    Approach,
    CommonPanel,
    CommonSettings,
    ForecastException,
    compute_common_method,
)
from ainalym.kernels.common_method.backcast import backcast, find_last_empty_year
from ainalym.kernels.common_method.cells import Cells, FloatArray, order_series
from ainalym.kernels.common_method.confidential import HiddenProduction, estimate_hidden_production
from ainalym.kernels.common_method.conversion import choose_unit_weight, convert_trade
from ainalym.kernels.common_method.defects import DEFECTS
from ainalym.kernels.common_method.forecast import forecast, plan_forecast
from ainalym.kernels.common_method.interpolation import interpolate_gaps
from ainalym.kernels.common_method.method import restore_small_changes
from ainalym.kernels.common_method.outliers import Fence, remove_outliers_over_years
from ainalym.kernels.common_method.pieces import complete_pieces, complete_pieces_of_last_years
from ainalym.kernels.common_method.regression import Lines
from ainalym.kernels.common_method.smoothing import find_jumps
from ainalym.kernels.common_method.special_products import (
    SpecialProducts,
    compute_photovoltaic_sales,
    replace_monitors,
    replace_photovoltaics,
)
from ainalym.kernels.common_method.stock_balance import compute_stock
from ainalym.kernels.common_method.strata import (
    StratumMeans,
    choose_anchors,
    complete_purchasing_power,
    compute_stratum_means,
    fill_from_anchors,
)

NAN = float("nan")
SHOWN: set[str] = set()
Test = Callable[[], None]


def shows(name: str) -> Callable[[Test], Test]:
    SHOWN.add(name)
    return lambda test: test


def row(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)[np.newaxis, np.newaxis]


def cells(kg: FloatArray, pieces: FloatArray | None = None, flag: int = 0) -> Cells:
    amount = kg if pieces is None else pieces
    return Cells(kg, amount, np.where(np.isnan(kg), 1, flag).astype(np.int64))


def stack(*series: FloatArray) -> FloatArray:
    return np.concatenate(series)


def test_that_every_named_defect_is_shown_here() -> None:
    assert {defect.name for defect in DEFECTS} == SHOWN


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_that_the_module_of_a_defect_explains_it(defect: tuple[str, str, str]) -> None:
    name, _, module = defect
    text = importlib.import_module(f"ainalym.kernels.common_method.{module}").__doc__ or ""
    assert f"**{name}**" in " ".join(text.split())


@shows("cross-group leak")
def test_that_a_series_is_filled_with_the_first_year_of_another_only_if_strict() -> None:
    given = cells(stack(row(9, 9, 9, 9, 9), row(1, 1, 1, NAN, NAN)))
    order = order_series(["A", "B"], ["0001"])
    assert interpolate_gaps(given, order, strict=True).kg[1, 0].tolist() == pytest.approx(
        [1, 1, 1, 11 / 3, 19 / 3]
    )
    assert np.isnan(interpolate_gaps(given, order, strict=False).kg[1, 0, 3:]).all()


@shows("ppi test on kpi")
def test_that_pieces_of_the_last_year_stay_empty_only_if_strict() -> None:
    given = cells(row(4, 5, 6, NAN), row(2, 2.5, 3, NAN))
    order = order_series(["A"], ["0001"])
    strict, mended = (interpolate_gaps(given, order, setting) for setting in (True, False))
    assert strict.kg[0, 0, 3] == mended.kg[0, 0, 3] == 7
    assert np.isnan(strict.pieces[0, 0, 3])
    assert mended.pieces[0, 0, 3] == pytest.approx(3.5)


@shows("unbounded line at the ends")
def test_that_two_years_carry_the_third_anywhere_only_if_strict() -> None:
    given = cells(row(10, 1, 4, NAN))
    order = order_series(["A"], ["0001"])
    assert interpolate_gaps(given, order, strict=True).kg[0, 0, 3] == 7
    assert interpolate_gaps(given, order, strict=False).kg[0, 0, 3] == 7
    falling = cells(row(10, 8, 2, NAN))
    assert interpolate_gaps(falling, order, strict=True).kg[0, 0, 3] == 0
    assert interpolate_gaps(falling, order, strict=False).kg[0, 0, 3] == 1


@shows("a long gap stays empty")
def test_that_a_long_gap_without_neighbours_stays_empty_only_if_strict() -> None:
    panel, settings = panel_of_one(row(10, 10, 20, NAN, NAN, NAN, 60, 60, NAN, NAN, NAN))
    strict, mended = (compute_common_method(panel, settings, setting) for setting in (True, False))
    assert np.isnan(strict.kg[0, 0, 3:6]).all()
    assert mended.kg[0, 0, 3:6].tolist() == pytest.approx([30, 40, 50])
    assert mended.kg[0, 0, 8:].tolist() == pytest.approx([60, 60, 60])
    assert mended.flag[0, 0, [3, 4, 5, 8, 9, 10]].tolist() == [11] * 6


@shows("one-sided additive fence")
def test_that_a_hundredth_is_no_outlier_only_if_strict() -> None:
    low = cells(row(1.0, 1.5, 0.7, 0.01, 1.2, 0.6, 1.6))
    assert np.isfinite(remove_outliers_over_years(low, Fence(), strict=True)[0].kg).all()
    mended, high_found, low_found = remove_outliers_over_years(low, Fence(), strict=False)
    assert np.flatnonzero(low_found).tolist() == [3]
    assert not high_found.any()
    assert mended.flag[0, 0, 3] == 4


@shows("no trend")
def test_that_a_steady_growth_loses_its_growth_years_only_if_strict() -> None:
    growth = cells(np.exp(np.linspace(0, np.log(50), 21))[np.newaxis, np.newaxis])
    assert remove_outliers_over_years(growth, Fence(), strict=True)[1].sum() == 3
    _, high, low = remove_outliers_over_years(growth, Fence(), strict=False)
    assert not (high | low).any()


@shows("a MAD of nought removes everything else")
def test_that_a_series_of_equal_values_loses_its_odd_one_only_if_strict() -> None:
    given = cells(row(2, 2, 2, 2, 2, 2.1))
    assert remove_outliers_over_years(given, Fence(), strict=True)[1].sum() == 1
    assert remove_outliers_over_years(given, Fence(), strict=False)[1].sum() == 0


@shows("empty strata are never filled")
def test_that_a_year_without_figures_of_a_stratum_stays_empty_only_if_strict() -> None:
    given = cells(stack(row(2, NAN, 4), row(4, NAN, 8)))
    people, power = np.ones((2, 3)), np.full((2, 3), 10.0)
    means = [
        compute_stratum_means(given, people, power, np.array([1, 1]), setting) for setting in (True, False)
    ]
    assert np.isnan(means[0].kg[0, 0, 1])
    assert means[1].kg[0, 0].tolist() == [3, 4.5, 6]


@shows("means count people without a figure")
def test_that_people_without_a_figure_pull_a_mean_down_only_if_strict() -> None:
    given = cells(stack(row(2, 2, 2), row(2, 2, 2)), stack(row(1, 1, 1), row(NAN, 1, 1)))
    people, power = np.ones((2, 3)), np.array([[10.0, 10, 10], [NAN, 10, 10]])
    means = [
        compute_stratum_means(given, people, power, np.array([1, 1]), setting) for setting in (True, False)
    ]
    assert means[0].pieces[0, 0].tolist() == [0.5, 1, 1]
    assert means[0].power[0].tolist() == [5, 10, 10]
    assert means[1].pieces[0, 0].tolist() == [1, 1, 1]
    assert means[1].power[0].tolist() == [10, 10, 10]


def strata(kg: list[float], power: list[float]) -> StratumMeans:
    amounts = np.array(kg)[:, np.newaxis, np.newaxis]
    return StratumMeans(amounts, amounts, np.array(power)[:, np.newaxis])


def fill(kg: list[float], power: list[float], own_power: float, stratum: int, strict: bool) -> float:
    """Fill one cell from a poorest country, strata from rich to poor, and a richest one, in this order."""
    anchors = choose_anchors(
        strata(kg[1:-1], power[1:-1]), strata(kg[:1], power[:1]), strata(kg[-1:], power[-1:]), strict
    )
    filled, _ = fill_from_anchors(
        cells(row(NAN)), anchors, np.array([[own_power]]), np.array([stratum]), strict
    )
    return float(filled.kg.item())


@shows("anchor repair compared with stratum 1")
def test_that_the_poorest_country_may_lie_above_its_stratum_only_if_strict() -> None:
    means, poorest, richest = strata([5, 3, 2], [30, 20, 10]), strata([4], [5]), strata([6], [40])
    assert choose_anchors(means, poorest, richest, strict=True).kg[0].item() == 4
    assert choose_anchors(means, poorest, richest, strict=False).kg[0].item() == 2


@shows("no clamp")
def test_that_a_poor_country_falls_below_nought_only_if_strict() -> None:
    kg, power = [1.0, 5, 4, 3, 6], [8.0, 30, 20, 10, 40]
    assert fill(kg, power, own_power=4, stratum=3, strict=True) == pytest.approx(-3)
    assert fill(kg, power, own_power=4, stratum=3, strict=False) == pytest.approx(0.5)
    assert fill(kg, power, own_power=60, stratum=1, strict=True) == pytest.approx(8)
    assert fill(kg, power, own_power=60, stratum=1, strict=False) == pytest.approx(6)


@shows("a missing point breaks the line")
def test_that_a_missing_stratum_leaves_the_next_one_empty_only_if_strict() -> None:
    kg, power = [NAN, 5, NAN, 3, NAN], [NAN, 30.0, 20, 10, NAN]
    assert np.isnan(fill(kg, power, own_power=15, stratum=3, strict=True))
    assert fill(kg, power, own_power=15, stratum=3, strict=False) == pytest.approx(3.5)
    # A country is not measured by strata of quite another kind: without its own, the cell stays empty.
    assert np.isnan(fill(kg, power, own_power=20, stratum=2, strict=False))


@shows("segments beside the own stratum")
def test_that_a_country_that_grew_rich_is_read_off_a_poor_segment_only_if_strict() -> None:
    kg, power = [1.0, 10, 4, 3, 11], [8.0, 30, 20, 10, 40]
    assert fill(kg, power, own_power=25, stratum=3, strict=True) == pytest.approx(4.5)
    assert fill(kg, power, own_power=25, stratum=3, strict=False) == pytest.approx(7)


@shows("missing purchasing power is carried one year")
def test_that_a_long_gap_of_purchasing_power_takes_the_stratum_only_if_strict() -> None:
    power, of_stratum = np.array([[NAN, NAN, 12.0, NAN]]), np.array([[8.0, 9, 10, 11]])
    strict, mended = (
        complete_purchasing_power(power, of_stratum, np.array([1]), setting) for setting in (True, False)
    )
    assert strict[0].tolist() == pytest.approx([8, 10.8, 12, 11])
    assert mended[0].tolist() == pytest.approx([9.6, 10.8, 12, 13.2])


@shows("typing slip in the low branch")
def test_that_a_shallow_trough_is_found_by_the_year_after_next_only_if_strict() -> None:
    shallow = np.array([10.0, 10, 7, 10, 13, 13, 13])
    assert find_jumps(shallow, strict=True)[2]
    assert not find_jumps(shallow, strict=False).any()


@shows("exception turned round")
def test_that_a_trough_confirmed_two_years_on_is_removed_only_if_strict() -> None:
    # 10, then 5, 12, 5.5: the twelve may be the odd one out, and the five stays.
    doubtful = np.array([10.0, 10, 5, 12, 5.5, 5.5, 5.5])
    assert find_jumps(doubtful, strict=True)[2]
    assert not find_jumps(doubtful, strict=False)[2]
    assert find_jumps(doubtful, strict=False)[3]


@shows("last year checked upwards alone")
def test_that_a_collapse_in_the_last_year_stays_only_if_strict() -> None:
    collapse = np.array([5.0, 5, 5, 5, 1])
    assert not find_jumps(collapse, strict=True).any()
    assert find_jumps(collapse, strict=False)[4]
    nothing = np.array([5.0, 4, 3, 0, 0])
    assert find_jumps(nothing, strict=True)[4]
    assert not find_jumps(nothing, strict=False)[4]


@shows("tube monitors without a flag")
def test_that_computed_monitors_pass_for_reported_ones_only_if_strict() -> None:
    keys = ("0302", "0308", "0309")
    given = cells(np.full((1, 3, 2), 10.0))
    done = [
        replace_monitors(
            given, SpecialProducts(), keys, np.array([2007, 2008]), np.array([1]), given.kg, setting
        )
        for setting in (True, False)
    ]
    assert done[0].flag[0, 1].tolist() == [0, 0]
    assert done[1].flag[0, 1].tolist() == [54, 52]
    assert done[0].kg[0, 1].tolist() == done[1].kg[0, 1].tolist() == pytest.approx([16, 0])


@shows("photovoltaics emptied where no capacity is known")
def test_that_years_without_a_capacity_are_emptied_only_if_strict() -> None:
    given = cells(row(7, 7, 7))
    figures = np.array([[NAN, 4.0, NAN]])
    strict, mended = (
        replace_photovoltaics(given, SpecialProducts(), ("0002",), figures, figures, setting)
        for setting in (True, False)
    )
    assert np.isnan(strict.kg[0, 0, [0, 2]]).all()
    assert mended.kg[0, 0].tolist() == [0, 4, 7]
    assert mended.flag[0, 0].tolist() == [53, 53, 0]


@shows("panels below nought")
def test_that_heavier_panels_are_sold_below_nought_only_if_strict() -> None:
    capacity, mass, panel = np.array([10.0, 11.0]), np.array([100.0, 100.0]), np.array([12.0, 20.0])
    kg, pieces = compute_photovoltaic_sales(capacity, mass, panel, strict=True)
    assert kg[1] == pytest.approx(100)
    assert pieces[1] < 0
    given = cells(row(7, 7))
    done = replace_photovoltaics(
        given, SpecialProducts(), ("0002",), kg[np.newaxis], pieces[np.newaxis], strict=False
    )
    assert done.pieces[0, 0, 1] == pytest.approx(100 / 12)
    assert (compute_photovoltaic_sales(capacity, mass, panel, strict=False)[1] > 0).all()


@shows("falling mass per megawatt taken off the whole stock")
def test_that_lighter_panels_make_the_old_ones_lighter_only_if_strict() -> None:
    capacity, mass, panel = np.array([10.0, 12.0]), np.array([100.0, 80.0]), np.array([20.0, 20.0])
    assert compute_photovoltaic_sales(capacity, mass, panel, strict=True)[0].tolist() == [1000, 0]
    assert compute_photovoltaic_sales(capacity, mass, panel, strict=False)[0].tolist() == [1000, 160]
    retired = np.array([0.0, 0.1])
    assert compute_photovoltaic_sales(capacity, mass, panel, retired, strict=False)[0].tolist() == [1000, 240]


YEARS = np.arange(2000, 2018)
LAST_YEAR = 2015


def carry_on(
    kg: FloatArray,
    strict: bool,
    approach: Approach,
    lines: Lines,
    incomes: FloatArray | None = None,
) -> FloatArray:
    """Forecast one series that has figures up to 2015."""
    given = np.full((1, 1, len(YEARS)), NAN)
    given[0, 0, : len(kg)] = kg
    power = np.linspace(10, 27, len(YEARS)) if incomes is None else incomes
    plan = plan_forecast([ForecastException("0001", None, approach)], ["A"], ["0001"], LAST_YEAR)
    done, _ = forecast(cells(given), power[np.newaxis], YEARS, LAST_YEAR, plan, lines, strict)
    return np.asarray(done.kg[0, 0, -2:])


def common_line(intercept: float, slope: float, correlation: float = 0.9) -> Lines:
    return Lines(np.array([intercept]), np.array([slope]), np.array([correlation]))


@shows("connection at or below nought")
def test_that_a_common_line_below_nought_sends_the_forecast_anywhere_only_if_strict() -> None:
    kg = np.linspace(1, 2.5, 16)
    line = common_line(-25.95, 1.0)
    assert (carry_on(kg, strict=True, approach=Approach.KPI_PPP, lines=line)[-1]) > 50
    mended = carry_on(kg, strict=False, approach=Approach.KPI_PPP, lines=common_line(-27, 1.0))
    assert mended.tolist() == pytest.approx([2.6, 2.6])


@shows("missing correlation passes the test")
def test_that_an_unknown_correlation_counts_as_good_only_if_strict() -> None:
    kg = np.linspace(1, 2.5, 16)
    line = common_line(0.0, 1.0, NAN)
    assert carry_on(kg, strict=True, approach=Approach.KPI_PPP, lines=line).tolist() == pytest.approx(
        [2.6, 2.7]
    )
    assert carry_on(kg, strict=False, approach=Approach.KPI_PPP, lines=line).tolist() == [2.5, 2.5]


@shows("negative constant")
def test_that_a_falling_series_ends_below_nought_only_if_strict() -> None:
    kg = np.maximum(np.linspace(16, 1, 16) - 5, 0.2)
    strict, mended = (
        carry_on(kg, setting, Approach.CONNECTION_CONSTANT, common_line(0, 1)) for setting in (True, False)
    )
    assert (strict < 0).all()
    assert mended.tolist() == pytest.approx([0.1, 0.1])


@shows("empty connection year")
def test_that_an_empty_last_year_leaves_the_future_empty_only_if_strict() -> None:
    kg = np.append(np.full(14, 3.0), [4.0, NAN])
    strict, mended = (
        carry_on(kg, setting, Approach.LAST_RELIABLE_CONSTANT, common_line(0, 1)) for setting in (True, False)
    )
    assert np.isnan(strict).all()
    assert mended.tolist() == [4, 4]


@shows("unit weight from another series")
def test_that_pieces_follow_another_series_only_if_strict() -> None:
    given = cells(stack(row(8, 8, 8), row(0, 6, 6)), stack(row(4, 4, 4), row(0, NAN, 3)))
    years = np.array([2013, 2014, 2015])
    strict = complete_pieces_of_last_years(given, years, 2015, order_series(["A", "B"], ["0001"]))
    assert strict.pieces[1, 0].tolist() == [0, 3, 3]
    other = replace(given, pieces=stack(row(8, 8, 8), row(0, NAN, 3)))
    strict = complete_pieces_of_last_years(other, years, 2015, order_series(["A", "B"], ["0001"]))
    assert strict.pieces[1, 0, 1] == 6
    assert complete_pieces(other, None).pieces[1, 0, 1] == 3
    lone = cells(row(6, 6, 6), row(NAN, NAN, NAN))
    assert complete_pieces(lone, np.full((1, 1, 3), 2.0)).pieces[0, 0].tolist() == [3, 3, 3]


@shows("unit weight from an empty cell")
def test_that_an_empty_unit_weight_is_handed_on_only_if_strict() -> None:
    given = cells(row(8, 6, 6), row(4, NAN, NAN))
    years = np.array([2004, 2005, 2006])
    strict = complete_pieces_of_last_years(given, years, 2015, order_series(["A"], ["0001"]))
    assert np.isnan(strict.pieces[0, 0, 2])
    assert complete_pieces(given, None).pieces[0, 0].tolist() == [4, 3, 3]


@shows("one missing of three leaves all empty")
def test_that_a_gap_among_the_first_figures_stops_the_backcast_only_if_strict() -> None:
    given, years = cells(row(NAN, NAN, 2, NAN, 4, 4)), np.arange(2000, 2006)
    strict, mended = (
        backcast(given, years, np.array([[2001]]), np.array([2000]), setting) for setting in (True, False)
    )
    assert np.isnan(strict.kg[0, 0, :2]).all()
    assert mended.kg[0, 0, :2].tolist() == pytest.approx([1, 2])


@shows("a reported nought is overwritten")
def test_that_a_reported_nought_gives_way_to_the_line_only_if_strict() -> None:
    given, years = cells(row(NAN, 0, 0, 6, 6, 6)), np.arange(2000, 2006)
    done = [
        backcast(
            given, years, find_last_empty_year(given.kg, years, 2005, setting), np.array([2000]), setting
        )
        for setting in (True, False)
    ]
    assert done[0].kg[0, 0, :3].tolist() == pytest.approx([1.5, 3, 4.5])
    assert done[1].kg[0, 0, 1:3].tolist() == [0, 0]
    assert done[1].flag[0, 0].tolist() == [200, 0, 0, 0, 0, 0]


@shows("figures before the year of introduction are erased")
def test_that_a_figure_before_the_introduction_is_erased_only_if_strict() -> None:
    given, years = cells(row(NAN, 1, 2, 2)), np.arange(2000, 2004)
    done = [
        backcast(given, years, np.array([[2000]]), np.array([2002]), setting).kg[0, 0].tolist()
        for setting in (True, False)
    ]
    assert done == [[0, 0, 2, 2], [0, 1, 2, 2]]


def panel_of_one(kg: FloatArray) -> tuple[CommonPanel, CommonSettings]:
    years = np.arange(2000, 2000 + kg.shape[2])
    people = np.full((1, len(years)), 10.0)
    panel = CommonPanel(
        ("AAA",), ("0103",), years, 2000, int(years[-1]), kg, kg / 2, people, people * 1000, np.array([1])
    )
    return panel, CommonSettings(np.array([1960]))


@shows("deletion of non-positive cells")
def test_that_net_exports_are_filled_with_sales_only_if_strict() -> None:
    panel, settings = panel_of_one(row(50, 50, 50, -20, -30, -20, 50, 50, 50, 50))
    strict, mended = (compute_common_method(panel, settings, setting) for setting in (True, False))
    assert mended.kg[0, 0, 3:6].tolist() == [0, 0, 0]
    assert mended.flag[0, 0, 3:6].tolist() == [6, 6, 6]
    assert mended.raw_kg[0, 0, 3:6].tolist() == [-20, -30, -20]
    assert not (strict.flag == 6).any()
    panel, settings = panel_of_one(row(50, 50, 50, 50, -20, 50, 50, 50, 50, 50))
    once_strict, once_mended = (compute_common_method(panel, settings, setting) for setting in (True, False))
    assert once_strict.kg[0, 0, 4] == once_mended.kg[0, 0, 4] == pytest.approx(50)
    assert (once_strict.flag[0, 0, 4], once_mended.flag[0, 0, 4]) == (11, 106)


@shows("small changes undo decisions")
def test_that_a_correction_by_hand_is_undone_only_if_strict() -> None:
    given = cells(row(0.5), row(0.25), flag=60)
    for strict, flag in ((True, 0), (False, 60)):
        done, where = restore_small_changes(given, row(0.51), row(0.255), strict)
        assert done.flag.item() == flag
        assert where.item() is strict
    smoothed = cells(row(0.5), row(0.25), flag=100)
    for strict in (True, False):
        assert restore_small_changes(smoothed, row(0.51), row(0.255), strict)[0].kg.item() == 0.51


@shows("deficit taken off every year")
def test_that_a_deficit_is_found_again_in_each_later_year_only_if_strict() -> None:
    placed, generated = np.array([5.0, 0, 5]), np.array([0.0, 7, 0])
    stock, _ = compute_stock(placed, generated, strict=True)
    assert stock.tolist() == [5, 0, 3]
    stock, waste = compute_stock(placed, generated, strict=False)
    assert stock.tolist() == [5, 0, 5]
    np.testing.assert_allclose(np.diff(stock, prepend=0), placed - waste)


@shows("weight table emptied")
def test_that_weights_survive_without_one_for_a_single_country() -> None:
    chosen = choose_unit_weight(np.array([NAN]), np.array([NAN]), np.array([3.0]))
    assert chosen.tolist() == [3]


@shows("a line without its pieces counts as nothing")
def test_that_a_known_net_mass_is_lost_only_if_strict() -> None:
    line = np.array([NAN]), np.array([30.0]), np.array([True]), np.array([2.0])
    assert np.isnan(convert_trade(*line, strict=True)).all()
    assert [float(amount.item()) for amount in convert_trade(*line, strict=False)] == [30, 15]


def hidden_production(
    production: list[list[float]], hidden: list[list[bool]], exports: list[list[float]], total: list[float]
) -> HiddenProduction:
    made = np.array([production])
    return HiddenProduction(
        made,
        np.array([hidden]),
        np.array([exports]),
        np.array([exports]),
        np.array([total]),
        np.ones(made.shape[1], dtype=np.int64),
        np.arange(1995, 1995 + made.shape[2]),
    )


@shows("EU total broken by the last override")
def test_that_the_trend_breaks_the_total_only_if_strict() -> None:
    given = hidden_production(
        [[100, 100, 100, NAN], [50, 50, 50, 50]],
        [[False, False, False, True], [False] * 4],
        [[100, 100, 100, 100], [50, 50, 50, 50]],
        [150, 150, 150, 350],
    )
    strict, mended = (estimate_hidden_production(given, setting) for setting in (True, False))
    assert strict[0][0, :, 3].sum() == pytest.approx(150)
    assert strict[1][0, 0, 3] == 3
    assert mended[0][0, :, 3].sum() == pytest.approx(350)


@shows("no open figures, no estimate")
def test_that_a_year_in_which_all_hide_has_no_estimate_only_if_strict() -> None:
    given = hidden_production([[100, 100, NAN]], [[False, False, True]], [[50, 50, 60]], [100, 100, 120])
    strict, mended = (estimate_hidden_production(given, setting) for setting in (True, False))
    assert np.isnan(strict[0][0, 0, 2])
    assert mended[0][0, 0, 2] == 120
    assert mended[1][0, 0, 2] == 1


@shows("scaled up over unknown cells")
def test_that_an_estimate_takes_over_unknown_production_only_if_strict() -> None:
    given = hidden_production(
        [[100, 100, NAN], [20, 20, 20], [NAN, NAN, NAN]],
        [[False, False, True], [False] * 3, [False, False, True]],
        [[100, 100, 100], [20, 20, 20], [NAN, NAN, NAN]],
        [NAN, NAN, 121],
    )
    room = replace(given, total=np.array([[NAN, NAN, 135.0]]))
    strict, mended = (estimate_hidden_production(room, setting) for setting in (True, False))
    assert strict[0][0, 0, 2] == 115
    assert mended[0][0, 0, 2] == 100
    tight = replace(given, total=np.array([[NAN, NAN, 110.0]]))
    assert estimate_hidden_production(tight, strict=False)[0][0, 0, 2] == 90


@shows("exports of hidden production in the ratio of the stratum")
def test_that_hidden_producers_raise_the_ratio_only_if_strict() -> None:
    given = hidden_production(
        [[100, 100, 100], [NAN, NAN, NAN]],
        [[False] * 3, [True] * 3],
        [[50, 50, 50], [50, 50, 50]],
        [NAN, NAN, NAN],
    )
    strict, mended = (estimate_hidden_production(given, setting) for setting in (True, False))
    assert strict[0][0, 1].tolist() == [50, 50, 50]
    assert mended[0][0, 1].tolist() == [100, 100, 100]
    assert mended[1][0, 1].tolist() == [2, 2, 2]


@shows("noughts of the fit count as open figures")
def test_that_an_estimate_of_nought_bends_the_trend_only_if_strict() -> None:
    open_figures, exports = [100.0, 130, 160, 190], [100.0, 130, 160, 190, 220, 220]
    given = hidden_production(
        [[*open_figures, NAN, NAN], [50] * 6],
        [[False] * 4 + [True] * 2, [False] * 6],
        [exports, [50] * 6],
        [NAN, NAN, NAN, NAN, 40, NAN],
    )
    strict, mended = (estimate_hidden_production(given, setting) for setting in (True, False))
    # The total of 40 leaves nothing beside the open 50, so that the fit puts the estimate at nought.
    assert strict[0][0, 0].tolist() == pytest.approx([*open_figures, 0, 74])
    assert strict[1][0, 0].tolist() == [0, 0, 0, 0, 0, 3]
    assert mended[0][0, 0].tolist() == pytest.approx([*open_figures, 0, 220])
