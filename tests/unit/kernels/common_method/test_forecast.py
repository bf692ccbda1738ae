"""The four ways into the future, and which of them a series takes."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.common_method import Approach, ForecastException
from ainalym.kernels.common_method.cells import Cells, FloatArray
from ainalym.kernels.common_method.forecast import (
    ForecastPlan,
    fit_common_lines,
    forecast,
    plan_forecast,
)
from ainalym.kernels.common_method.regression import Lines, fit_lines

YEARS = np.arange(2000, 2019)
LAST_YEAR = 2015
INCOME = 10.0 + np.arange(19)


def carry_on(kg: FloatArray, line: tuple[float, float, float], exception: ForecastException) -> Cells:
    amounts = np.full((1, 1, len(YEARS)), np.nan)
    amounts[0, 0, : len(kg)] = kg
    plan = plan_forecast([exception], ["A"], ["0001"], LAST_YEAR)
    lines = Lines(*(np.array([value]) for value in line))
    cells = Cells(amounts, amounts, np.where(np.isnan(amounts), 1, 0))
    return forecast(cells, INCOME[np.newaxis], YEARS, LAST_YEAR, plan, lines, strict=True)[0]


RISING = 1.0 + 0.1 * np.arange(16)


@pytest.mark.parametrize(
    ("line", "exception", "expected", "flag"),
    [
        # The country's own line gives 2.6 for 2016; the common line 2 + income stands at 28, 29 and 30.
        ((2, 1, 0.9), ForecastException("0001"), [2.6, 2.6 * 29 / 28, 2.6 * 30 / 28], 215),
        ((2, 1, 0.2), ForecastException("0001"), [2.5, 2.5, 2.5], 515),
        ((2, 1, -0.9), ForecastException("0001"), [2.6, 2.6 * 29 / 28, 2.6 * 30 / 28], 215),
        ((2, 1, 0.9), ForecastException("0001", "A", Approach.CONNECTION_CONSTANT), [2.6, 2.6, 2.6], 315),
        ((2, 1, 0.9), ForecastException("0001", "A", Approach.KPI), [2.6, 2.7, 2.8], 415),
        ((2, 1, 0.9), ForecastException("0001", "A", Approach.LAST_RELIABLE_CONSTANT), [2.5, 2.5, 2.5], 515),
    ],
)
def test_that_each_approach_goes_on_as_described(
    line: tuple[float, float, float], exception: ForecastException, expected: list[float], flag: int
) -> None:
    done = carry_on(RISING, line, exception)
    assert done.kg[0, 0, 16:].tolist() == pytest.approx(expected)
    assert done.flag[0, 0, 16:].tolist() == [flag] * 3
    assert np.isnan(done.pieces[0, 0, 16:]).all()
    assert done.kg[0, 0, :16].tolist() == RISING.tolist()


def test_that_a_connection_year_replaces_later_figures() -> None:
    exception = ForecastException("0001", "A", Approach.LAST_RELIABLE_CONSTANT, 2012)
    done = carry_on(RISING, (2, 1, 0.9), exception)
    assert done.kg[0, 0, 13:].tolist() == pytest.approx([RISING[12]] * 6)
    assert done.flag[0, 0, 12:].tolist() == [0] + [512] * 6


def test_that_the_years_for_a_trend_count_back_from_the_last_figure() -> None:
    bent = np.append(np.zeros(11), np.arange(5.0))
    short = carry_on(bent, (2, 1, 0.9), ForecastException("0001", "A", Approach.KPI, None, 4))
    assert short.kg[0, 0, 16:].tolist() == pytest.approx([5, 6, 7])


def test_that_a_series_of_one_figure_falls_back_to_its_last_value() -> None:
    lone = np.full(16, np.nan)
    lone[15] = 4.0
    for approach in (None, Approach.KPI, Approach.CONNECTION_CONSTANT):
        done = carry_on(lone, (2, 1, 0.9), ForecastException("0001", "A", approach))
        assert done.kg[0, 0, 16:].tolist() == [4, 4, 4]
        assert done.flag[0, 0, 16] == 515


def test_that_a_country_goes_before_all_and_the_first_of_two_counts() -> None:
    exceptions = [
        ForecastException("0001", "B", Approach.KPI, 2013),
        ForecastException("0001", "B", Approach.CONNECTION_CONSTANT),
        ForecastException("0001", None, Approach.LAST_RELIABLE_CONSTANT, 2010),
        ForecastException("0009", "A", Approach.KPI),
        ForecastException("0001", "Z", Approach.KPI),
    ]
    plan = plan_forecast(exceptions, ["A", "B"], ["0001", "0002"], LAST_YEAR)
    assert isinstance(plan, ForecastPlan)
    assert plan.approach.tolist() == [[500, 200], [400, 200]]
    assert plan.connection_year.tolist() == [[2010, 2015], [2013, 2015]]


def test_that_only_reported_and_corrected_figures_before_the_last_make_the_common_line() -> None:
    kg = np.stack([2 + 3 * INCOME, 2 + 3 * INCOME + 50])[:, np.newaxis]
    flag = np.zeros(kg.shape, dtype=np.int64)
    flag[0, 0, 10], flag[0, 0, 11] = 60, 21
    kg[0, 0, 11], kg[0, 0, 15] = 999.0, 999.0
    counted = np.array([True, False])
    lines = fit_common_lines(Cells(kg, kg, flag), np.stack([INCOME, INCOME]), YEARS, LAST_YEAR, counted)
    assert lines.slope.item() == pytest.approx(3)
    assert lines.intercept.item() == pytest.approx(2)
    assert lines.correlation.item() == pytest.approx(1)


def test_that_lines_agree_with_the_least_squares_of_numpy() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(20_000, 3_000, (5, 8)), rng.normal(2, 1, (5, 8))
    y[0, 3] = np.nan
    used = rng.random((5, 8)) < 0.8
    lines = fit_lines(x, y, used, axes=(1,))
    for group in range(5):
        take = used[group] & ~np.isnan(y[group])
        slope, intercept = np.polyfit(x[group, take], y[group, take], 1)
        assert lines.slope[group] == pytest.approx(slope)
        assert lines.intercept[group] == pytest.approx(intercept)
        assert lines.correlation[group] == pytest.approx(np.corrcoef(x[group, take], y[group, take])[0, 1])


def test_that_one_point_has_no_line() -> None:
    lines = fit_lines(np.array([[1.0, 2.0]]), np.array([[1.0, 2.0]]), np.array([[True, False]]), axes=(1,))
    assert np.isnan(lines.slope).all()
    assert np.isnan(lines.correlation).all()
