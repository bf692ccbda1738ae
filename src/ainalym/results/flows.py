"""Where the e-waste of a year goes: from categories by routes to what treats or keeps it."""

from __future__ import annotations

import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.results.result import Result

STEPS = ("category", "route", "destination")
"""Columns of the flow, from left to right."""

TREATED_BY_MIX = "treated_by_mix"


def check_year(result: Result, year: int) -> int:
    """Refuse a year that the outlook does not have.

    Raises
    ------
    InputError
        [OPT-008] for such a year.
    """
    first, last = int(result.data["year"].min()), int(result.data["year"].max())
    if first <= year <= last:
        return year
    raise InputError(Problem("OPT-008", "year", str(year), f"a year from {first} to {last}", "Correct it."))


def compute_flows(result: Result, year: int) -> pd.DataFrame:
    """Compute the masses that flow from categories into routes, and from routes to their destinations.

    Parameters
    ----------
    result
        Result of a run that follows e-waste after its generation.
    year
        Year to look at.

    Returns
    -------
    pandas.DataFrame
        Columns ``step`` (of the beginning: ``category`` or ``route``), ``begin``, ``end``, ``mass`` (t/yr,
        above 0). A destination is a treatment, or ``reused``, ``exported``, ``held``.

    Raises
    ------
    InputError
        [OPT-008] for a year that the outlook does not have.
    """
    check_year(result, year)
    routed = result.data["ewaste_routed"].sel(year=year).reset_coords(drop=True).to_series().rename("mass")
    first = routed.reset_index()
    first["begin"] = first["product"].map(result.tables["products"]["category"])
    first = first.groupby(["begin", "route"], sort=False)["mass"].sum().reset_index()
    first = first.rename(columns={"route": "end"}).assign(step="category")
    second = [
        {"begin": route, "end": end, "mass": mass, "step": "route"}
        for route, total in first.groupby("end")["mass"].sum().items()
        for end, mass in _split_route(result, year, str(route), float(total)).items()
    ]
    table = pd.concat([first, pd.DataFrame(second)], ignore_index=True)
    return table.loc[table["mass"] > 0, ["step", "begin", "end", "mass"]].reset_index(drop=True)


def _split_route(result: Result, year: int, route: str, total: float) -> dict[str, float]:
    """Give the destinations of a route; formal collection is split by its mix of treatments."""
    own = result.tables["routes"].loc[route]
    if own["destination"] != TREATED_BY_MIX:
        return {str(own["treatment"] or own["destination"]): total}
    treatments = result.tables["treatments"]
    formal = [name for name in result.data["treatment"].values.tolist() if treatments.at[name, "formal"]]
    treated = result.data["ewaste_treated"].sel(year=year, treatment=formal).sum("category")
    return {str(name): float(mass) for name, mass in zip(formal, treated.values, strict=True)}


def compute_material_fates(result: Result, year: int) -> pd.DataFrame:
    """Compute what becomes of every material in the e-waste of a year.

    Parameters
    ----------
    result
        Result of a run that follows e-waste after its generation.
    year
        Year to look at.

    Returns
    -------
    pandas.DataFrame
        Columns ``material``, ``embedded``, ``recoverable``, ``recovered``, ``recovered_formally``, ``lost``
        (t/yr), ``value`` (USD/yr of what is recovered, missing where the material has no price).
    """
    names = {
        "embedded": "material_embedded",
        "recoverable": "material_recoverable",
        "recovered": "material_recovered",
        "recovered_formally": "material_recovered_formally",
        "lost": "material_lost",
    }
    columns = {
        column: result.data[name].sel(year=year).sum("product").values for column, name in names.items()
    }
    value = result.data["recovered_value"].sel(year=year).where(result.data["price"].notnull())
    return pd.DataFrame(
        {"material": result.data["material"].values.astype(str), **columns, "value": value.values}
    )
