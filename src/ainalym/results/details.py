"""One product or one material looked at by itself: its history, its lifetime, its weight, what carries it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ainalym.core.units import KG_PER_TONNE
from ainalym.errors import InputError, Problem
from ainalym.kernels.distributions import Weibull
from ainalym.results.intervals import FAN, FAN_COLUMNS
from ainalym.results.result import Result

LONGEST_LIFE = 40
"""Years after sale up to which a lifetime curve is shown."""

STEPS_PER_YEAR = 2


def check_year(result: Result, year: int) -> int:
    """Refuse a year that the outlook does not have.

    Parameters
    ----------
    result
        Result of a run.
    year
        The year.

    Returns
    -------
    int
        The year, known to be one.

    Raises
    ------
    InputError
        [OPT-008] for any other year.
    """
    first, last = int(result.data["year"].min()), int(result.data["year"].max())
    if first <= year <= last:
        return year
    raise InputError(Problem("OPT-008", "year", str(year), f"a year from {first} to {last}", "Correct it."))


def check_label(result: Result, axis: str, label: str) -> str:
    """Refuse a product or material that the result does not have.

    Parameters
    ----------
    result
        Result of a run.
    axis
        ``product``, ``material`` or ``region``.
    label
        Key or name.

    Returns
    -------
    str
        The label, known to be one.

    Raises
    ------
    InputError
        [OPT-007] for any other label, with the known ones.
    """
    known = [str(name) for name in result.data[axis].values]
    if label in known:
        return label
    raise InputError(
        Problem("OPT-007", axis, repr(label), f"one of {', '.join(known)}", "Use a name of the list.")
    )


def compute_product_history(result: Result, product: str) -> pd.DataFrame:
    """Read what is placed on market, in stock and discarded of one product, year by year.

    Parameters
    ----------
    result
        Result of a run.
    product
        UNU-KEY.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``placed_on_market`` (t/yr), ``stock`` (t), ``ewaste_generated`` (t/yr), the same
        three with ``_pieces``, and ``unit_weight`` (kg/piece of what is placed on market, missing where
        nothing is).
    """
    names = ("placed_on_market", "stock", "ewaste_generated")
    columns = [*names, *(f"{name}_pieces" for name in names)]
    own = result.data[columns].sel(product=product).reset_coords(drop=True)
    table = own.to_dataframe()[columns].reset_index()
    pieces = table["placed_on_market_pieces"].where(table["placed_on_market_pieces"] > 0)
    table["unit_weight"] = table["placed_on_market"] * KG_PER_TONNE / pieces
    return table


def compute_product_fan(result: Result, quantity: str, product: str) -> pd.DataFrame:
    """Read the bands of a fan chart of one product.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        ``placed_on_market``, ``stock`` or ``ewaste_generated``.
    product
        UNU-KEY.

    Returns
    -------
    pandas.DataFrame
        Columns as of :func:`ainalym.results.intervals.compute_fan`, t or t/yr. Without rows where the run has
        no draws.
    """
    if result.quantiles is None:
        return pd.DataFrame(columns=["year", *FAN_COLUMNS])
    bands = result.quantiles[quantity].sel(product=product, quantile=list(FAN)).transpose("quantile", "year")
    return pd.DataFrame({"year": bands["year"].values, **dict(zip(FAN_COLUMNS, bands.values, strict=True))})


def compute_lifetime_curve(result: Result, product: str) -> pd.DataFrame:
    """Compute the share of a product that is still in stock so many years after its sale.

    Parameters
    ----------
    result
        Result of a run.
    product
        UNU-KEY.

    Returns
    -------
    pandas.DataFrame
        Columns ``age`` (yr) and ``survival`` (in [0, 1]).
    """
    ages = np.arange(LONGEST_LIFE * STEPS_PER_YEAR + 1) / STEPS_PER_YEAR
    lifetime = read_lifetime(result, product)
    return pd.DataFrame({"age": ages, "survival": lifetime.survival(ages[:, np.newaxis])[:, 0]})


def read_lifetime(result: Result, product: str) -> Weibull:
    """Read the lifetime of a product.

    Parameters
    ----------
    result
        Result of a run.
    product
        UNU-KEY.

    Returns
    -------
    Weibull
        With one product; mean and spread in years.
    """
    shape, scale = (result.data[f"lifetime_{name}"].sel(product=[product]) for name in ("shape", "scale"))
    return Weibull(shape.values, scale.values)


def compute_composition(result: Result, product: str) -> pd.DataFrame:
    """List what a product is made of, with the grade of each figure.

    Parameters
    ----------
    result
        Result of a run.
    product
        UNU-KEY.

    Returns
    -------
    pandas.DataFrame
        Columns ``material``, ``fraction`` (of mass; additive materials sum to 1), ``grade``, largest first.
    """
    fraction = result.data["composition"].sel(product=product).reset_coords(drop=True).to_series()
    grade = result.tables["composition_grade"].loc[product].reindex(fraction.index)
    table = pd.DataFrame({"fraction": fraction, "grade": grade}).rename_axis("material").reset_index()
    return table.sort_values("fraction", ascending=False, ignore_index=True)


def compute_carriers(result: Result, material: str, year: int, count: int = 15) -> pd.DataFrame:
    """List the products whose e-waste carries the most of a material in a year.

    Parameters
    ----------
    result
        Result of a run.
    material
        Name of a material.
    year
        Year to look at.
    count
        How many products.

    Returns
    -------
    pandas.DataFrame
        Columns ``product``, ``category``, ``mass`` (t/yr), ``share`` (of the material in all products),
        largest first.
    """
    mass = result.data["material_embedded"].sel(year=year, material=material).reset_coords(drop=True)
    series = mass.to_series()
    table = series.nlargest(count).rename("mass").rename_axis("product").reset_index()
    table["category"] = table["product"].map(result.tables["products"]["category"])
    table["share"] = table["mass"] / series.sum() if series.sum() > 0 else 0.0
    return table[["product", "category", "mass", "share"]]


def compute_material_history(result: Result, material: str) -> pd.DataFrame:
    """Read how much of a material is in the e-waste of every year, and its gross value.

    Parameters
    ----------
    result
        Result of a run.
    material
        Name of a material.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``mass`` (t/yr), ``value`` (USD/yr, missing where the material has no price).
    """
    mass = result.data["material_embedded"].sel(material=material).sum("product")
    value = result.data["material_value"].sel(material=material)
    if bool(result.data["price"].sel(material=material).isnull()):
        value = value * np.nan
    return pd.DataFrame({"year": mass["year"].values, "mass": mass.values, "value": value.values})
