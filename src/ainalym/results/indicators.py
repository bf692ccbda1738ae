"""Indicators of collection and recovery, as the European Union and the United Nations count them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.units import KG_PER_TONNE
from ainalym.results.result import Result

FORMAL, REUSED = "formal_collection", "preparing_for_reuse"

PHOTOVOLTAICS = "4b"

EVERY = "all"
"""Label of all categories together."""

TARGET_OF_MARKET, TARGET_OF_GENERATED = 65.0, 85.0
"""Collection targets of Directive 2012/19/EU, Art. 7(1), %."""

PRECEDING_YEARS = 3


class SeriesOfSdg(NamedTuple):
    """One series of the indicators of the Sustainable Development Goals.

    Attributes
    ----------
    code, indicator, unit, description
        As in the metadata of the United Nations.
    """

    code: str
    indicator: str
    unit: str
    description: str


SDG_SERIES = (
    SeriesOfSdg("EN_EWT_GENV", "12.4.2", "TONNES", "Electronic waste generated"),
    SeriesOfSdg("EN_EWT_GENPCAP", "12.4.2", "KG", "Electronic waste generated, per capita"),
    SeriesOfSdg("EN_EWT_COLLV", "12.4.2", "TONNES", "Electronic waste collected"),
    SeriesOfSdg("EN_EWT_COLLPCAP", "12.4.2", "KG", "Electronic waste collected, per capita"),
    SeriesOfSdg("EN_EWT_COLLR", "12.4.2", "PERCENT", "Electronic waste collection rate"),
    SeriesOfSdg("EN_EWT_RCYV", "12.5.1", "TONNES", "Electronic waste recycled"),
    SeriesOfSdg("EN_EWT_RCYPCAP", "12.5.1", "KG", "Electronic waste recycled, per capita"),
    SeriesOfSdg("EN_EWT_RCYR", "12.5.1", "PERCENT", "Electronic waste recycling rate"),
)
"""Codes of the metadata of March 2023."""


def sum_categories(result: Result, quantity: str) -> pd.DataFrame:
    """Sum a quantity over the products of each category.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        A quantity with the axes year and product.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns: the categories in their order.
    """
    return _sum_products(result, result.data[quantity])


def _sum_products(result: Result, array: xr.DataArray) -> pd.DataFrame:
    category = result.tables["products"]["category"].reindex(array["product"].values).to_numpy()
    values = array.transpose("year", "product").values
    sums = {name: values[:, category == name].sum(axis=1) for name in result.tables["categories"].index}
    return pd.DataFrame(sums, index=array["year"].values)


def unstack_categories(result: Result, quantity: str) -> pd.DataFrame:
    """Lay out a quantity by category.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        A quantity with the axes year and category.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns: the categories in their order.
    """
    array = result.data[quantity].transpose("year", "category")
    return pd.DataFrame(
        array.values, index=array["year"].values, columns=[str(name) for name in array["category"].values]
    )


def list_years_and_values(series: pd.Series[float]) -> list[tuple[int, float]]:
    """List the years of a series with their values.

    Parameters
    ----------
    series
        Index: year.

    Returns
    -------
    list of tuple of int and float
        In the order of the series.
    """
    years = series.index.to_numpy().astype(int).tolist()
    return list(zip(years, series.to_numpy(dtype=float).tolist(), strict=True))


def sum_route(result: Result, route: str) -> pd.DataFrame:
    """Sum the e-waste on a route over the products of each category.

    Parameters
    ----------
    result
        Result of a run.
    route
        Name of a route.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns: the categories in their order, t/yr.
    """
    return _sum_products(result, result.data["ewaste_routed"].sel(route=route))


def sum_separately_collected(result: Result) -> pd.DataFrame:
    """Sum what is separately collected: for treatment, and for preparing for reuse.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Index: year. Columns: the categories in their order, t/yr.
    """
    return sum_route(result, FORMAL) + sum_route(result, REUSED)


def compute_collection_rates(result: Result) -> pd.DataFrame:
    """Compute both collection rates of the European Union, with and without photovoltaics.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator`` (``rate_of_market``, of the mean of the three years before;
        ``rate_of_generated``), ``photovoltaics`` (bool), ``year``, ``value`` (%), ``target`` (%),
        ``met`` (bool). Years without three before them have no rate of the market.
    """
    collected = sum_separately_collected(result)
    market = sum_categories(result, "placed_on_market")
    generated = sum_categories(result, "ewaste_generated")
    rows = []
    for with_panels in (True, False):
        chosen = [name for name in collected.columns if with_panels or name != PHOTOVOLTAICS]
        mass = collected[chosen].sum(axis=1)
        before = market[chosen].sum(axis=1).rolling(PRECEDING_YEARS).mean().shift(1)
        for name, base, target in (
            ("rate_of_market", before, TARGET_OF_MARKET),
            ("rate_of_generated", generated[chosen].sum(axis=1), TARGET_OF_GENERATED),
        ):
            rate = (100.0 * mass / base).replace([np.inf, -np.inf], np.nan).dropna()
            rows += [
                {
                    "indicator": name,
                    "photovoltaics": with_panels,
                    "year": year,
                    "value": value,
                    "target": target,
                    "met": bool(value >= target),
                }
                for year, value in list_years_and_values(rate)
            ]
    return pd.DataFrame(rows)


def compute_recovery_rates(result: Result) -> pd.DataFrame:
    """Compute the rates of recovery and recycling of each category against Annex V.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``indicator`` (``recycling``: prepared for reuse or entering recycling; ``recovery``: with
        what is burnt for energy), ``category``, ``year``, ``value`` (% of what is separately collected),
        ``target`` (%, missing where there is none), ``met``. Years without collection are left out.
    """
    collected = sum_separately_collected(result)
    reused = sum_route(result, REUSED)
    recycled = unstack_categories(result, "ewaste_recycled")
    burnt = unstack_categories(result, "ewaste_energy_recovered")
    targets = result.tables["recovery_targets"]
    rows = []
    for name in collected.columns:
        used = recycled[name] + reused[name]
        for indicator, mass in (("recycling", used), ("recovery", used + burnt[name])):
            target = float(targets[indicator].astype(float)[name])
            rate = (100.0 * mass / collected[name].where(collected[name] > 0)).dropna()
            rows += [
                {
                    "indicator": indicator,
                    "category": str(name),
                    "year": year,
                    "value": value,
                    "target": target,
                    "met": bool(value >= target),
                }
                for year, value in list_years_and_values(rate)
            ]
    return pd.DataFrame(rows, columns=["indicator", "category", "year", "value", "target", "met"])


def compute_sdg_series(result: Result) -> pd.DataFrame:
    """Compute the series of the SDG indicators 12.4.2 and 12.5.1 for electronic waste.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``code``, ``indicator``, ``unit``, ``description``, ``year``, ``value``. Recycled is what was
        formally collected, as the Global E-waste Monitor reports it.
    """
    data = result.data
    generated = data["ewaste_generated"].sum("product").to_series()
    collected = data["ewaste_collected"].to_series()
    persons = data["population"].to_series()
    rate = (100.0 * collected / generated.where(generated > 0)).fillna(0.0)
    per_generated, per_collected = (KG_PER_TONNE * mass / persons for mass in (generated, collected))
    series = (generated, per_generated, collected, per_collected, rate, collected, per_collected, rate)
    rows = [
        {**named._asdict(), "year": year, "value": value}
        for named, values in zip(SDG_SERIES, series, strict=True)
        for year, value in list_years_and_values(values)
    ]
    return pd.DataFrame(rows)
