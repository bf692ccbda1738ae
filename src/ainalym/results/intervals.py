"""Medians and intervals of the draws of a result: the one place that turns draws into figures to be shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.units import KG_PER_TONNE
from ainalym.results.result import Result

LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
"""Probabilities of the ends of the 90 % interval and of the median."""

FAN = (LOW, 0.25, MEDIAN, 0.75, HIGH)
"""Probabilities of the bands of a fan chart: 90 %, 50 %, median."""

FAN_COLUMNS = ("low", "lower", "median", "upper", "high")


ENDS = ("low", "median", "high")
"""Columns of an interval: the 5, 50 and 95 % quantiles."""


class Interval(NamedTuple):
    """A median and the interval that holds 90 % of the draws around it.

    Attributes
    ----------
    low, median, high
        The 5, 50 and 95 % quantiles, in the unit of the quantity.
    """

    low: float
    median: float
    high: float


def compute_totals(result: Result, quantity: str, per_inhabitant: bool = False) -> dict[int, Interval]:
    """Compute the interval of a quantity over all products in every year.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        ``placed_on_market``, ``stock`` or ``ewaste_generated``.
    per_inhabitant
        Whether the mass is divided by the population of the same draw.

    Returns
    -------
    dict of int to Interval
        By year, t or t/yr, or kg/person; empty where the run has no draws.
    """
    fan = compute_fan(result, quantity, per_inhabitant)
    ends = fan[list(ENDS)].to_numpy().tolist()
    return {int(year): Interval(*row) for year, row in zip(fan["year"], ends, strict=True)}


def compute_period(result: Result, quantity: str, period: tuple[int, int]) -> list[Interval]:
    """Compute the interval of a quantity accumulated over a period, draw by draw.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        A quantity whose draws are kept with the axis year and at most one other, such as
        ``material_embedded_total``.
    period
        First and last year, both included.

    Returns
    -------
    list of Interval
        One for each label of the other axis, or one alone, in the unit of the quantity without "per year";
        empty where the run has no draws.
    """
    if result.draws is None:
        return []
    array = result.draws[quantity]
    years = result.draws["year"].values
    inside = (years >= period[0]) & (years <= period[1])
    values = array.transpose("draw", "year", ...).values[:, inside]
    sums = values.sum(axis=1, dtype=np.float64).reshape(len(values), -1)
    return [Interval(*row) for row in np.quantile(sums, (LOW, MEDIAN, HIGH), axis=0).T.tolist()]


def compute_fan(result: Result, quantity: str, per_inhabitant: bool = False) -> pd.DataFrame:
    """Compute the bands of a fan chart of a quantity over all products.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        ``placed_on_market``, ``stock`` or ``ewaste_generated``.
    per_inhabitant
        Whether the mass is divided by the population of the same draw.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``low``, ``lower``, ``median``, ``upper``, ``high``: the 5, 25, 50, 75 and 95 %
        quantiles, t or t/yr, or kg/person. Without rows where the run has no draws.
    """
    if result.draws is None:
        return pd.DataFrame(columns=["year", *FAN_COLUMNS])
    key = ("fan", quantity, per_inhabitant)
    if key not in result.computed:
        result.computed[key] = _tabulate_fan(_read_totals(result.draws, quantity, per_inhabitant))
    return result.computed[key].copy()


def compute_material_fan(result: Result, material: str) -> pd.DataFrame:
    """Compute the bands of a fan chart of the mass of a material in the e-waste.

    Parameters
    ----------
    result
        Result of a run.
    material
        Name of a material.

    Returns
    -------
    pandas.DataFrame
        As :func:`compute_fan`, t/yr.
    """
    if result.draws is None:
        return pd.DataFrame(columns=["year", *FAN_COLUMNS])
    return _tabulate_fan(result.draws["material_embedded_total"].sel(material=material))


def compute_outcome_fan(result: Result, quantity: str, label: str = "", first: int = 0) -> pd.DataFrame:
    """Compute the bands of a fan chart of any quantity of which draws are kept.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        Quantity with the axis year and at most one other.
    label
        Label of the other axis.
    first
        First year.

    Returns
    -------
    pandas.DataFrame
        As :func:`compute_fan`, in the unit of the quantity.
    """
    if result.draws is None:
        return pd.DataFrame(columns=["year", *FAN_COLUMNS])
    values = result.draws[quantity]
    axes = [axis for axis in values.dims if axis not in ("draw", "year")]
    chosen = values.sel(dict.fromkeys(axes, label)).sel(year=slice(first, None))
    return _tabulate_fan(chosen)


def read_intervals(result: Result, quantity: str, axis: str, year: int) -> pd.DataFrame:
    """Read the intervals of a quantity in a year for every label of an axis.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        Quantity of which quantiles are kept, such as ``ewaste_generated``.
    axis
        Its other axis, such as ``product``.
    year
        Year to look at.

    Returns
    -------
    pandas.DataFrame
        Index: labels of the axis. Columns ``low``, ``median``, ``high``, in the unit of the quantity. Without
        rows where the run has no draws.
    """
    if result.quantiles is None:
        return pd.DataFrame(columns=list(ENDS), dtype=np.float64)
    array = result.quantiles[quantity].sel(year=year, quantile=[LOW, MEDIAN, HIGH])
    labels = [str(label) for label in array[axis].values]
    return pd.DataFrame(array.transpose(axis, "quantile").values, index=labels, columns=list(ENDS))


def tabulate_quantiles(result: Result, quantity: str) -> pd.DataFrame:
    """Return the quantiles and the mean of one quantity as a tidy table.

    Parameters
    ----------
    result
        Result of a run with draws.
    quantity
        Quantity of which quantiles are kept.

    Returns
    -------
    pandas.DataFrame
        One column per dimension, then ``mean`` and one column per quantile, such as ``q05``, in the unit of
        the vocabulary. Without rows where the run has no draws.
    """
    if result.quantiles is None or result.means is None:
        return pd.DataFrame()
    mean = result.means[quantity]
    quantiles = result.quantiles[quantity].transpose("quantile", *mean.dims)
    table = mean.reset_coords(drop=True).to_series().rename("mean").reset_index()
    for probability, values in zip(quantiles["quantile"].values, quantiles.values, strict=True):
        table[f"q{round(100 * probability):02d}"] = values.ravel()
    return table


def _read_totals(draws: xr.Dataset, quantity: str, per_inhabitant: bool) -> xr.DataArray:
    totals = draws[f"{quantity}_total"]
    return totals * KG_PER_TONNE / draws["population"] if per_inhabitant else totals


def _tabulate_fan(values: xr.DataArray) -> pd.DataFrame:
    found = np.quantile(values.transpose("draw", "year").values.astype(np.float64), FAN, axis=0)
    bands = dict(zip(FAN_COLUMNS, found, strict=True))
    return pd.DataFrame({"year": values["year"].values, **bands})
