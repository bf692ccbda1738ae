"""The gross value of the embedded materials: its total, and the part of the mass that has no price."""

from __future__ import annotations

import pandas as pd

from ainalym.results.intervals import compute_period
from ainalym.results.result import Result
from ainalym.results.summary import ACCUMULATIONS, list_years, spread_columns
from ainalym.results.trust import compute_price_grades

ASSUMED_GRADE = "D"
"""Grade of a price that is an assumption or was never verified."""


def compute_total_value(result: Result) -> pd.DataFrame:
    """Sum the value of all materials that have a price.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``first_year``, ``last_year`` and ``value``, ``value_low``, ``value_high`` (USD over the
        period), the periods of :func:`ainalym.results.summary.compute_material_summary` in their order. With
        draws the values are medians between the ends of their 90 % intervals; without, they are the central
        path and the ends are missing.
    """
    value = result.data["material_value"].sum("material").to_series()
    last = int(value.index.max())
    periods = [(year, year) for year in list_years(result)]
    periods += [period for period in ACCUMULATIONS if period[1] <= last]
    rows = [
        {
            "first_year": first,
            "last_year": end,
            **spread_columns(
                "value",
                next(iter(compute_period(result, "material_value_total", (first, end))), None),
                float(value.loc[first:end].sum()),
            ),
        }
        for first, end in periods
    ]
    return pd.DataFrame(rows)


def compute_assumed_share(result: Result, period: tuple[int, int]) -> tuple[list[str], float]:
    """List the materials whose price is an assumption, and their share of the gross value of a period.

    Parameters
    ----------
    result
        Result of a run.
    period
        First and last year, both included.

    Returns
    -------
    tuple of list of str and float
        Names of the materials with a price of grade D, the most valuable first, and their share in [0, 1].
    """
    value = result.data["material_value"].sel(year=slice(*period)).sum("year").to_series()
    prices = compute_price_grades(result)
    assumed = prices.loc[prices["grade"] == ASSUMED_GRADE, "material"]
    chosen = value.reindex(assumed).sort_values(ascending=False)
    return [str(name) for name in chosen.index], float(chosen.sum() / value.sum())


def compute_unpriced_share(result: Result, year: int) -> tuple[list[str], float]:
    """List the materials without a price, and their share of the mass of the e-waste.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the e-waste.

    Returns
    -------
    tuple of list of str and float
        Names of the materials, and their share in [0, 1] of all additive materials.
    """
    price = result.data["price"]
    missing = [str(name) for name in price["material"].values[price.isnull().values]]
    mass = result.data["material_embedded"].sel(year=year).sum("product").to_series()
    additive = result.tables["materials"]["additive"].reindex(mass.index)
    unpriced = mass.index.isin(missing) & additive
    return missing, float(mass[unpriced].sum() / mass[additive].sum())
