"""Years after the last figure (first half of script 03i).

Four approaches, one per country and product; T is the last year of figures, Tc the connection year (T unless
an exception says otherwise), PPP the purchasing power per inhabitant:

- ``KPI_PPP`` (flag 200 + yy): the line of amount on PPP over all countries, scaled to pass through the value
  that the country's own line gives for Tc + 1;
- ``ConnectionConstant`` (300 + yy): that value for ever;
- ``KPI`` (400 + yy): the country's own line on the year;
- ``LastReliableConstant`` (500 + yy): the value of Tc for ever.

A weak correlation (below 0.33) turns the first into the last, a missing line the first into the third and the
others into the last. The exceptions replace figures between Tc and T too.

Defects kept by ``strict``:

- **connection at or below nought**: where the common line is near nought or negative, scaling it sends the
  forecast anywhere, or to nothing. Mended: such a series takes ``ConnectionConstant``.
- **missing correlation passes the test**: no figures, or equal ones, count as a good line. Mended: as a weak
  one.
- **negative constant**: the repair of a negative connection value (half of Tc) does not reach
  ``ConnectionConstant``, which falls to nought. Mended: it does.
- **empty connection year**: a constant of a missing value leaves the future empty. Mended: the last year
  before it with a value.

Pieces are forecast at the last known unit weight: see :mod:`ainalym.kernels.common_method.pieces`.

The line has no saturation in either setting; the method ``robust`` is the answer to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.flags import CORRECTED, FORECAST_BASE_YEAR, REPORTED, IntArray
from ainalym.kernels.common_method.regression import Lines, fit_lines

WEAKEST_CORRELATION = 0.33
YEARS_FOR_TREND = 9
"""Years before the last one on which lines rest."""


class Approach(IntEnum):
    """How a series goes on; the value is the base of its flags."""

    KPI_PPP = 200
    CONNECTION_CONSTANT = 300
    KPI = 400
    LAST_RELIABLE_CONSTANT = 500


@dataclass(frozen=True, slots=True)
class ForecastException:
    """A series that is not forecast by default.

    Parameters
    ----------
    key
        Product.
    country
        Country, or None for all countries without an exception of their own.
    approach
        How it goes on; None for the default.
    connection_year
        Last year to be trusted; None for the last year of figures.
    years_for_trend
        Years before the last one on which the approach ``KPI`` rests; None for 9.
    """

    key: str
    country: str | None = None
    approach: Approach | None = None
    connection_year: int | None = None
    years_for_trend: int | None = None


@dataclass(frozen=True, slots=True)
class ForecastPlan:
    """How each series goes on.

    Parameters
    ----------
    approach
        Members of :class:`Approach`. Shape (country, key).
    connection_year
        Shape (country, key).
    years_for_trend
        Shape (country, key).
    """

    approach: IntArray
    connection_year: IntArray
    years_for_trend: IntArray


def plan_forecast(
    exceptions: Sequence[ForecastException], countries: Sequence[str], keys: Sequence[str], last_year: int
) -> ForecastPlan:
    """Say how each series goes on before its figures are looked at.

    Parameters
    ----------
    exceptions
        The first of two for the same country and product counts; one for a country goes before one for all.
    countries, keys
        Labels of the axes.
    last_year
        Last year of figures.

    Returns
    -------
    ForecastPlan
        Shape (country, key).
    """
    shape = (len(countries), len(keys))
    approach = np.full(shape, Approach.KPI_PPP, dtype=np.int64)
    connection_year = np.full(shape, last_year, dtype=np.int64)
    years_for_trend = np.full(shape, YEARS_FOR_TREND, dtype=np.int64)
    # Written from the weakest to the strongest: for all countries first, and the first of a kind last.
    general = [entry for entry in reversed(exceptions) if entry.country is None]
    own = [entry for entry in reversed(exceptions) if entry.country is not None]
    for exception in general + own:
        if exception.key not in keys or (exception.country or countries[0]) not in countries:
            continue
        row = slice(None) if exception.country is None else countries.index(exception.country)
        here = (row, keys.index(exception.key))
        approach[here] = exception.approach or Approach.KPI_PPP
        connection_year[here] = exception.connection_year or last_year
        years_for_trend[here] = exception.years_for_trend or YEARS_FOR_TREND
    return ForecastPlan(approach, connection_year, years_for_trend)


def fit_common_lines(
    cells: Cells, power: FloatArray, years: IntArray, last_year: int, counted: BoolArray
) -> Lines:
    """Fit the line of amount on purchasing power over all countries, for each product.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    power
        Shape (country, year).
    years
        Labels of the axis.
    last_year
        Last year of figures; the line rests on the nine years before it.
    counted
        Countries that count. Shape (country,).

    Returns
    -------
    Lines
        Over reported and corrected figures alone (flags 0 and 60). Shape (key,).
    """
    window = (years < last_year) & (years >= last_year - YEARS_FOR_TREND)
    original = (cells.flag == REPORTED) | (cells.flag == CORRECTED)
    used = counted[:, np.newaxis, np.newaxis] & window & original & (cells.kg >= 0)
    return fit_lines(power[:, np.newaxis, :], cells.kg, used, axes=(0, 2))


def forecast(
    cells: Cells,
    power: FloatArray,
    years: IntArray,
    last_year: int,
    plan: ForecastPlan,
    lines: Lines,
    strict: bool,
) -> tuple[Cells, ForecastPlan]:
    """Carry every series on to the last year of the axis.

    Parameters
    ----------
    cells
        Shape (country, key, year), with years after the last figure.
    power
        Purchasing power per inhabitant. Shape (country, year).
    years
        Labels of the axis, consecutive.
    last_year
        Last year of figures.
    plan
        How each series goes on.
    lines
        Of all countries, for each product. Shape (key,).
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    tuple of Cells, ForecastPlan
        Kilograms with flags; pieces of replaced years are NaN. And the plan that was followed in the end.
    """
    lines = Lines(
        *(array[np.newaxis, :, np.newaxis] for array in (lines.intercept, lines.slope, lines.correlation))
    )
    connection = plan.connection_year[:, :, np.newaxis]
    incomes = power[:, np.newaxis, :]
    recent = (years < connection) & (years >= last_year - YEARS_FOR_TREND) & (cells.kg >= 0)
    own = fit_lines(incomes, cells.kg, recent, axes=(2,))
    own = Lines(*(array[..., np.newaxis] for array in (own.intercept, own.slope, own.correlation)))
    trend_start = last_year - plan.years_for_trend[:, :, np.newaxis]
    trending = (years < connection) & (years >= trend_start) & (cells.kg >= 0)
    trend = fit_lines((years - trend_start + 1).astype(np.float64), cells.kg, trending, axes=(2,))
    trend = Lines(*(array[..., np.newaxis] for array in (trend.intercept, trend.slope, trend.correlation)))

    at_connection = _read_year(cells.kg, years, plan.connection_year)
    last_value = at_connection if strict else _read_last_before(cells.kg, years, plan.connection_year)
    income_after = _read_year(np.broadcast_to(incomes, cells.kg.shape), years, plan.connection_year + 1)
    connected = own.read(income_after)
    repaired = np.where(connected < 0, last_value / 2, connected)
    denominator = lines.read(income_after)
    approach = _settle_approach(
        plan.approach, lines, own, trend, denominator, incomes, years > connection, strict
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = lines.read(incomes) * repaired / denominator
    chosen = np.select(
        [approach == member for member in Approach],
        [
            scaled,
            np.broadcast_to(connected if strict else repaired, cells.kg.shape),
            trend.read((years - trend_start + 1).astype(np.float64)),
            np.broadcast_to(last_value, cells.kg.shape),
        ],
    )
    later = years > connection
    flag = approach + connection - FORECAST_BASE_YEAR
    settled = ForecastPlan(approach[..., 0], plan.connection_year, plan.years_for_trend)
    return cells.replace(later, chosen, np.nan, flag), settled


def _settle_approach(
    planned: IntArray,
    lines: Lines,
    own: Lines,
    trend: Lines,
    denominator: FloatArray,
    incomes: FloatArray,
    later: BoolArray,
    strict: bool,
) -> IntArray:
    """Step down to a plainer approach where the planned one has no leg to stand on."""
    approach = planned[:, :, np.newaxis]
    weak = np.abs(lines.correlation) < WEAKEST_CORRELATION
    if not strict:
        weak |= np.isnan(lines.correlation)
    by_income = approach == Approach.KPI_PPP
    approach = np.where(by_income & weak, Approach.LAST_RELIABLE_CONSTANT, approach)
    by_income = approach == Approach.KPI_PPP
    approach = np.where(by_income & np.isnan(own.slope), Approach.KPI, approach)
    if not strict:
        sinking = (later & (lines.read(incomes) <= 0)).any(axis=2, keepdims=True) | ~(denominator > 0)
        by_income = approach == Approach.KPI_PPP
        approach = np.where(by_income & sinking, Approach.CONNECTION_CONSTANT, approach)
    constant = approach == Approach.CONNECTION_CONSTANT
    approach = np.where(constant & np.isnan(own.slope), Approach.LAST_RELIABLE_CONSTANT, approach)
    by_year = approach == Approach.KPI
    return np.where(by_year & np.isnan(trend.slope), Approach.LAST_RELIABLE_CONSTANT, approach)


def _read_year(values: FloatArray, years: IntArray, wanted: IntArray) -> FloatArray:
    """Read one year of each series, NaN beyond the axis. Shape (country, key, 1)."""
    position = wanted - years[0]
    inside = (position >= 0) & (position < len(years))
    index = np.where(inside, position, 0)[:, :, np.newaxis]
    return np.where(inside[:, :, np.newaxis], np.take_along_axis(values, index, axis=2), np.nan)


def _read_last_before(values: FloatArray, years: IntArray, wanted: IntArray) -> FloatArray:
    """Read the last value of each series up to a year, NaN where there is none. Shape (country, key, 1)."""
    known = ~np.isnan(values) & (years <= wanted[:, :, np.newaxis])
    index = np.where(known, np.arange(len(years)), -1).max(axis=2, keepdims=True)
    return np.where(index >= 0, np.take_along_axis(values, np.maximum(index, 0), axis=2), np.nan)
