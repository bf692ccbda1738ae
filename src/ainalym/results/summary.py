"""The figures that people ask for first: headline, materials, comparison with what others published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.units import KG_PER_TONNE
from ainalym.results.intervals import Interval, compute_period, compute_totals, read_intervals
from ainalym.results.result import Result

HEADLINE_QUANTITIES = ("placed_on_market", "stock", "ewaste_generated")
HEADLINE_YEARS = (2022, 2030, 2050)
HEADLINE_MATERIALS = ("iron_steel", "aluminium", "plastics", "copper", "gold")
ACCUMULATIONS = ((2025, 2030), (2025, 2050))
"""Periods, first and last year included, over which embedded materials are accumulated."""

MONTHS_PER_YEAR = 12

MODEL_COLUMNS = ("model", "model_low", "model_high")


def list_years(result: Result, wanted: Sequence[int] = HEADLINE_YEARS) -> list[int]:
    """List the years of a choice that the result covers.

    Parameters
    ----------
    result
        Result of a run.
    wanted
        Years that one would like to show.

    Returns
    -------
    list of int
        Those from the first to the last year of the result.
    """
    known = set(result.data["year"].values.tolist())
    return [year for year in wanted if year in known]


def compute_headline(result: Result) -> pd.DataFrame:
    """Compute placed on market, stock and e-waste generated in the headline years.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``year``, ``statistic``, ``value``, ``low``, ``high`` (t or t/yr),
        ``per_inhabitant``, ``per_inhabitant_low``, ``per_inhabitant_high`` (kg/person; the population is that
        of the draw). With draws the values are medians between the ends of their 90 % intervals and the
        statistic is ``median``; without, they are the central path and the ends are missing.
    """
    rows = []
    for quantity in HEADLINE_QUANTITIES:
        totals = result.data[quantity].sum("product")
        masses = compute_totals(result, quantity)
        shares = compute_totals(result, quantity, per_inhabitant=True)
        for year in list_years(result):
            central = float(totals.sel(year=year))
            persons = float(result.data["population"].sel(year=year))
            rows.append(
                {
                    "quantity": quantity,
                    "year": year,
                    "statistic": name_statistic(result),
                    **spread_columns("value", masses.get(year), central),
                    **spread_columns("per_inhabitant", shares.get(year), central * KG_PER_TONNE / persons),
                }
            )
    return pd.DataFrame(rows).rename(columns={"value_low": "low", "value_high": "high"})


def name_statistic(result: Result) -> str:
    """Name what the figures to be shown are: ``median`` of the draws, or ``central`` path without them."""
    return "central" if result.draws is None else "median"


def spread_columns(name: str, interval: Interval | None, central: float) -> dict[str, float]:
    """Lay out a figure and the ends of its interval as columns of a table.

    Parameters
    ----------
    name
        Column of the figure; its ends stand in ``<name>_low`` and ``<name>_high``.
    interval
        Median and interval; None where there are no draws.
    central
        Figure of the central path, shown where there are no draws.

    Returns
    -------
    dict of str to float
        Three columns; the ends are not numbers where there are no draws.
    """
    low, shown, high = (np.nan, central, np.nan) if interval is None else interval
    return {name: shown, f"{name}_low": low, f"{name}_high": high}


def compute_material_summary(result: Result, materials: Sequence[str] | None = None) -> pd.DataFrame:
    """Compute the materials embedded in the e-waste of the headline years and accumulated, with their value.

    Parameters
    ----------
    result
        Result of a run.
    materials
        Materials to list; all by default.

    Returns
    -------
    pandas.DataFrame
        Columns ``material``, ``first_year``, ``last_year``, ``statistic``, ``mass``, ``mass_low``,
        ``mass_high`` (t over the period), ``value``, ``value_low``, ``value_high`` (USD over the period;
        missing where the material has no price). Statistic and ends as in :func:`compute_headline`.
    """
    names = [str(name) for name in result.data["material"].values] if materials is None else list(materials)
    last = int(result.data["year"].max())
    periods = [(year, year) for year in list_years(result)]
    periods += [period for period in ACCUMULATIONS if period[1] <= last]
    years = result.data["year"].values
    mass = (
        result.data["material_embedded"]
        .sum("product")
        .sel(material=names)
        .transpose("year", "material")
        .values
    )
    value = result.data["material_value"].sel(material=names).transpose("year", "material").values
    # A material without a price is worth an unknown sum, not nothing.
    priced = result.data["price"].sel(material=names).notnull().values
    value = np.where(priced, value, np.nan)
    masses = [_read_period(result, "material_embedded_total", names, period) for period in periods]
    values = [_read_period(result, "material_value", names, period) for period in periods]
    inside = [(years >= first) & (years <= end) for first, end in periods]
    rows = [
        {
            "material": name,
            "first_year": first,
            "last_year": end,
            "statistic": name_statistic(result),
            **spread_columns(
                "mass",
                masses[place].get(name),
                float(mass[chosen, position].sum()),
            ),
            **spread_columns(
                "value",
                values[place].get(name) if priced[position] else None,
                float(value[chosen, position].sum()),
            ),
        }
        for position, name in enumerate(names)
        for place, ((first, end), chosen) in enumerate(zip(periods, inside, strict=True))
    ]
    return pd.DataFrame(rows)


def _read_period(
    result: Result, quantity: str, names: Sequence[str], period: tuple[int, int]
) -> dict[str, Interval]:
    """Read the intervals of materials over a period; empty where the run has no draws."""
    every = [str(name) for name in result.data["material"].values]
    found = dict(zip(every, compute_period(result, quantity, period), strict=False))
    return {name: found[name] for name in names if name in found}


def compute_comparison(result: Result) -> pd.DataFrame:
    """Put the model beside every published figure.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``year``, ``unit``, ``published``, ``model``, ``model_low``, ``model_high``,
        ``ratio`` (model over published), ``vintage``, ``source``, ``grade``, ``note``; model and ratio are
        missing where the outlook does not compute the quantity or year. With draws the model is the median
        between the ends of its 90 % interval; without, it is the central path and the ends are missing.
    """
    published = result.tables["published"]
    generated = result.data["ewaste_generated"].sum("product")
    counterparts = {
        "ewaste_generated": generated,
        "ewaste_generated_per_inhabitant": generated * KG_PER_TONNE / result.data["population"],
    }
    drawn = {
        "ewaste_generated": compute_totals(result, "ewaste_generated"),
        "ewaste_generated_per_inhabitant": compute_totals(result, "ewaste_generated", per_inhabitant=True),
    }
    model: list[dict[str, float | None]] = []
    for quantity, year in zip(published["quantity"], published["year"], strict=True):
        central = _read_year(counterparts.get(quantity), int(year))
        found: dict[str, float | None] = dict.fromkeys(MODEL_COLUMNS)
        if central is not None:
            found.update(spread_columns("model", drawn[quantity].get(int(year)), central))
        model.append(found)
    table = published.rename(columns={"value": "published"})
    for column in MODEL_COLUMNS:
        table[column] = pd.array([found[column] for found in model], dtype="Float64")
    table["ratio"] = table["model"] / table["published"]
    columns = [
        "quantity",
        "year",
        "unit",
        "published",
        *MODEL_COLUMNS,
        "ratio",
        "vintage",
        "source",
        "grade",
        "note",
    ]
    return table[columns].sort_values(["quantity", "year", "vintage"], ignore_index=True)


def compute_sales_comparison(result: Result) -> pd.DataFrame:
    """Put the pieces placed on market beside the sales that the statistical office reports.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``product_group``, ``keys``, ``year``, ``months``, ``reported`` (pieces in those months),
        ``model`` (pieces in as many months of an even year), ``ratio`` (model over reported),
        ``usable``, ``reason``, ``source``, ``grade``; model and ratio are missing where the group fits no
        set of products.
    """
    sales = result.tables["sales"]
    pieces = result.data["placed_on_market_pieces"]
    model = []
    for keys, year, months in zip(sales["keys"], sales["year"], sales["months"], strict=True):
        products = [key for key in str(keys).split(";") if key]
        total = _read_year(pieces.sel(product=products).sum("product"), int(year)) if products else None
        model.append(None if total is None else total * months / MONTHS_PER_YEAR)
    table = sales.rename(columns={"product_group_en": "product_group", "pieces": "reported"})
    table = table.assign(model=pd.array(model, dtype="Float64"))
    table["ratio"] = table["model"] / table["reported"]
    columns = [
        "product_group",
        "keys",
        "year",
        "months",
        "reported",
        "model",
        "ratio",
        "usable",
        "reason",
        "source",
        "grade",
    ]
    return table[columns].sort_values(["product_group", "year"], ignore_index=True)


def compute_by_category(result: Result, quantity: str) -> pd.DataFrame:
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
        Columns ``year``, ``category``, ``value``, in the unit of the quantity.
    """
    frame = result.to_frame(quantity)
    category = result.tables["products"]["category"]
    frame["category"] = frame["product"].map(category)
    return frame.groupby(["year", "category"])["value"].sum().reset_index()


def compute_largest_products(result: Result, year: int, count: int = 15) -> pd.DataFrame:
    """List the products with the most e-waste in a year.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year to look at.
    count
        How many products.

    Returns
    -------
    pandas.DataFrame
        Columns ``product``, ``category``, ``value``, ``low``, ``high`` (t), ``share`` (of all products in the
        central path, so that shares add up), largest first. With draws the values are medians between the
        ends of their 90 % intervals; without, they are the central path and the ends are missing.
    """
    central = result.data["ewaste_generated"].sel(year=year).reset_coords(drop=True).to_series()
    table = central.rename("value").rename_axis("product").reset_index()
    table["share"] = table["value"] / table["value"].sum()
    table = _put_medians(table, "product", read_intervals(result, "ewaste_generated", "product", year))
    table["category"] = table["product"].map(result.tables["products"]["category"])
    table = table.nlargest(count, "value").reset_index(drop=True)
    return table[["product", "category", "value", "low", "high", "share"]]


def _put_medians(table: pd.DataFrame, label: str, intervals: pd.DataFrame) -> pd.DataFrame:
    """Put medians in the place of the central path, with the ends of their intervals beside them."""
    if intervals.empty:
        return table.assign(low=np.nan, high=np.nan)
    found = intervals.loc[table[label]].reset_index(drop=True)
    return table.assign(value=found["median"], low=found["low"], high=found["high"])


def compute_region_summary(result: Result, year: int) -> pd.DataFrame:
    """List the e-waste of every region in a year.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year to look at.

    Returns
    -------
    pandas.DataFrame
        Columns ``region``, ``value``, ``low``, ``high`` (t), ``population`` (persons, central path),
        ``per_inhabitant`` (value over population, kg/person), ``density`` (value over area, kg/km2), largest
        first; empty where the country package has no regions. With draws the values are medians between the
        ends of their 90 % intervals; without, they are the central path and the ends are missing.
    """
    if "ewaste_generated_by_region" not in result.data:
        columns = ["region", "value", "low", "high", "population", "per_inhabitant", "density"]
        return pd.DataFrame(columns=columns)
    values = result.data["ewaste_generated_by_region"].sel(year=year).sum("category")
    population = result.data["region_population"].sel(year=year)
    table = pd.DataFrame(
        {"region": values["region"].values, "value": values.values, "population": population.values}
    )
    intervals = read_intervals(result, "ewaste_generated_by_region_total", "region", year)
    table = _put_medians(table, "region", intervals)
    table["per_inhabitant"] = table["value"] * KG_PER_TONNE / table["population"]
    table["density"] = table["value"] * KG_PER_TONNE / table["region"].map(result.tables["regions"]["area"])
    return table.sort_values("value", ascending=False, ignore_index=True)


def _read_year(series: xr.DataArray | None, year: int) -> float | None:
    if series is None or year not in series["year"].values:
        return None
    return float(series.sel(year=year))
