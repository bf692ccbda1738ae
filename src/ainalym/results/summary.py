"""The figures that people ask for first: headline, materials, comparison with what others published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.units import KG_PER_TONNE
from ainalym.results.result import Result

HEADLINE_QUANTITIES = ("placed_on_market", "stock", "ewaste_generated")
HEADLINE_YEARS = (2022, 2030, 2050)
HEADLINE_MATERIALS = ("iron_steel", "aluminium", "plastics", "copper", "gold")
ACCUMULATIONS = ((2025, 2030), (2025, 2050))
"""Periods, first and last year included, over which embedded materials are accumulated."""

MONTHS_PER_YEAR = 12


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
        Columns ``quantity``, ``year``, ``value`` (t or t/yr), ``per_inhabitant`` (kg/person).
    """
    rows = []
    for quantity in HEADLINE_QUANTITIES:
        totals = result.data[quantity].sum("product")
        for year in list_years(result):
            value = float(totals.sel(year=year))
            persons = float(result.data["population"].sel(year=year))
            per_inhabitant = value * KG_PER_TONNE / persons
            rows.append(
                {"quantity": quantity, "year": year, "value": value, "per_inhabitant": per_inhabitant}
            )
    return pd.DataFrame(rows)


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
        Columns ``material``, ``first_year``, ``last_year``, ``mass`` (t over the period), ``value`` (USD
        over the period; missing where the material has no price).
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
    value = np.where(result.data["price"].sel(material=names).isnull().values, np.nan, value)
    inside = [(years >= first) & (years <= end) for first, end in periods]
    rows = [
        {
            "material": name,
            "first_year": first,
            "last_year": end,
            "mass": float(mass[chosen, position].sum()),
            "value": float(value[chosen, position].sum()),
        }
        for position, name in enumerate(names)
        for (first, end), chosen in zip(periods, inside, strict=True)
    ]
    return pd.DataFrame(rows)


def compute_comparison(result: Result) -> pd.DataFrame:
    """Put the model beside every published figure.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``year``, ``unit``, ``published``, ``model``, ``ratio`` (model over published),
        ``vintage``, ``source``, ``grade``, ``note``; model and ratio are missing where the outlook does not
        compute the quantity or year.
    """
    published = result.tables["published"]
    generated = result.data["ewaste_generated"].sum("product")
    counterparts = {
        "ewaste_generated": generated,
        "ewaste_generated_per_inhabitant": generated * KG_PER_TONNE / result.data["population"],
    }
    model = [
        _read_year(counterparts.get(quantity), int(year))
        for quantity, year in zip(published["quantity"], published["year"], strict=True)
    ]
    table = published.rename(columns={"value": "published"}).assign(model=pd.array(model, dtype="Float64"))
    table["ratio"] = table["model"] / table["published"]
    columns = [
        "quantity",
        "year",
        "unit",
        "published",
        "model",
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
        Columns ``product``, ``category``, ``value`` (t), ``share`` (of all products), largest first.
    """
    values = result.data["ewaste_generated"].sel(year=year).reset_coords(drop=True).to_series()
    table = values.nlargest(count).rename("value").rename_axis("product").reset_index()
    table["category"] = table["product"].map(result.tables["products"]["category"])
    table["share"] = table["value"] / values.sum()
    return table[["product", "category", "value", "share"]]


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
        Columns ``region``, ``value`` (t), ``population`` (persons), ``per_inhabitant`` (kg/person), largest
        first; empty where the country package has no regions.
    """
    if "ewaste_generated_by_region" not in result.data:
        return pd.DataFrame(columns=["region", "value", "population", "per_inhabitant"])
    values = result.data["ewaste_generated_by_region"].sel(year=year).sum("category")
    population = result.data["region_population"].sel(year=year)
    table = pd.DataFrame(
        {"region": values["region"].values, "value": values.values, "population": population.values}
    )
    table["per_inhabitant"] = table["value"] * KG_PER_TONNE / table["population"]
    return table.sort_values("value", ascending=False, ignore_index=True)


def _read_year(series: xr.DataArray | None, year: int) -> float | None:
    if series is None or year not in series["year"].values:
        return None
    return float(series.sel(year=year))
