"""The forecast of the common European method for one country, many draws at once, joined to its history."""

from __future__ import annotations

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.common_method.cells import Cells
from ainalym.kernels.common_method.flags import IntArray
from ainalym.kernels.common_method.forecast import (
    YEARS_FOR_TREND,
    Approach,
    ForecastException,
    forecast,
    plan_forecast,
)
from ainalym.kernels.common_method.regression import Lines, fit_lines
from ainalym.kernels.joining import join_to_history


def fit_reference_lines(
    group_income: FloatArray, kg: FloatArray, years: IntArray, last_reported_year: int
) -> Lines:
    """Fit the line of amount on income through the reference groups, each counting like a country.

    Parameters
    ----------
    group_income
        Shape (year, group), int$/person.
    kg
        Shape (year, group, product), kg/person.
    years
        Labels of the year axis.
    last_reported_year
        The line rests on the nine years before it.

    Returns
    -------
    Lines
        Shape (product,).
    """
    window = (years < last_reported_year) & (years >= last_reported_year - YEARS_FOR_TREND)
    used = np.broadcast_to(window[:, np.newaxis, np.newaxis], kg.shape)
    return fit_lines(group_income[..., np.newaxis], kg, used, axes=(0, 1))


def project_trend(
    kg: FloatArray,
    income: FloatArray,
    years: IntArray,
    keys: tuple[str, ...],
    exceptions: tuple[ForecastException, ...],
    lines: Lines,
) -> FloatArray:
    """Carry placed on market per inhabitant on by the common European method, without a step.

    Parameters
    ----------
    kg
        History. Shape (..., past year, product), kg/person, each 0 or more.
    income
        Shape (..., year), int$/person, in the unit of the lines; history and future.
    years
        Labels of the year axis, consecutive.
    keys
        Labels of the products.
    exceptions
        Products that do not go on along income.
    lines
        Line of amount on income of all countries. Shape (product,).

    Returns
    -------
    FloatArray
        Shape (..., year, product), kg/person, each 0 or more, in the years after history.

    Notes
    -----
    The forecast is that of :func:`ainalym.kernels.common_method.forecast.forecast`, defects mended: the line
    of all countries scaled to pass through what the country's own line gives for the first year, and plainer
    approaches where a line has no leg to stand on. The country's own line need not pass through its last
    year: the step is taken out by :func:`ainalym.kernels.joining.join_to_history`, where the method's value
    for the last year of history is read along the same line. On the EU panel that lowers the error from 0.37
    to 0.29 over five years and from 0.55 to 0.50 over ten (median of the logarithm, mean over products).

    References
    ----------
    Statistics Netherlands, Waste over Time v1.2 (2017), script 03i.
    """
    past, products = kg.shape[-2:]
    batch = np.broadcast_shapes(kg.shape[:-2], income.shape[:-1])
    cells = np.full((*batch, len(years), products), np.nan)
    cells[..., :past, :] = kg
    # The kernel forecasts several countries at once; here they are the draws of one.
    power = np.broadcast_to(income, (*batch, len(years))).reshape(-1, len(years))
    amounts = np.moveaxis(cells.reshape(-1, len(years), products), 1, 2)
    countries = tuple(str(number) for number in range(len(amounts)))
    last_year = int(years[past - 1])
    empty = Cells(amounts, np.full(amounts.shape, np.nan), np.zeros(amounts.shape, dtype=np.int64))
    plan = plan_forecast(exceptions, countries, keys, last_year)
    found, settled = forecast(empty, power, years, last_year, plan, lines, strict=False)
    later = np.maximum(np.nan_to_num(found.kg[:, :, past:]), 0.0)
    # What the method says of the last year of history: along the line in income; else as of the next year.
    here, after = (lines.read(power[:, [place]]) for place in (past - 1, past))
    along = (settled.approach == Approach.KPI_PPP) & (here > 0) & (after > 0)
    then = later[:, :, 0] * np.divide(here, after, out=np.ones_like(here), where=along)
    per_person = np.ones((1, len(years) - past))
    joined = join_to_history(amounts[:, :, past - 1], then, np.moveaxis(later, 1, 2), per_person)
    return np.asarray(joined.reshape(*batch, *joined.shape[1:]))
