"""The mass of a year from placed on market to the last fraction, as a list of flows."""

from __future__ import annotations

import pandas as pd

from ainalym.results.indicators import sum_categories, sum_route
from ainalym.results.result import Result

NAMED_FRACTIONS = ("iron_steel", "aluminium", "copper", "plastics")
"""Recovered materials that are shown by name; the others stand together."""

REST = "rest"
LOST = "lost"
MARKET, FROM_STOCK, TO_STOCK = "market", "from_stock", "to_stock"

COLUMNS = ["source_kind", "source", "target_kind", "target", "value"]

SMALLEST = 1e-9
"""Share of the largest flow below which a flow is rounding."""


def compute_flows(result: Result, year: int) -> pd.DataFrame:
    """List the flows of a year, in the central path.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the outlook.

    Returns
    -------
    pandas.DataFrame
        Columns ``source_kind``, ``source``, ``target_kind``, ``target``, ``value`` (t). Kinds are ``stage``
        (market, from_stock, to_stock), ``category``, ``route``, ``material`` (recovered; ``rest`` for those
        without a name of their own) and ``end`` (``lost``, or the name of a route that ends in no treatment).
        What flows into a category or a route flows out of it; precious metals, which come on top of the mass
        of equipment, are left out.
    """
    rows = [*_list_stock_flows(result, year), *_list_routes(result, year), *_list_ends(result, year)]
    largest = max(row[-1] for row in rows)
    kept = [row for row in rows if row[-1] > SMALLEST * largest]
    return pd.DataFrame(kept, columns=COLUMNS)


def _list_stock_flows(result: Result, year: int) -> list[tuple[str, str, str, str, float]]:
    market = _read_year(sum_categories(result, "placed_on_market"), year)
    generated = _read_year(sum_categories(result, "ewaste_generated"), year)
    rows = []
    for category, sold in market.items():
        discarded = generated[category]
        rows.append(("stage", MARKET, "category", category, min(sold, discarded)))
        rows.append(("stage", FROM_STOCK, "category", category, max(discarded - sold, 0.0)))
    kept = sum(max(sold - generated[category], 0.0) for category, sold in market.items())
    return [*rows, ("stage", MARKET, "stage", TO_STOCK, kept)]


def _list_routes(result: Result, year: int) -> list[tuple[str, str, str, str, float]]:
    rows = []
    for route in result.tables["routes"].index:
        masses = _read_year(sum_route(result, str(route)), year)
        rows += [("category", name, "route", str(route), mass) for name, mass in masses.items()]
    return rows


def _read_year(table: pd.DataFrame, year: int) -> dict[str, float]:
    """Read one row of a table with the columns of the categories."""
    values = table.to_numpy(dtype=float)[table.index.get_loc(year)]
    return dict(zip((str(name) for name in table.columns), values.tolist(), strict=True))


def _list_ends(result: Result, year: int) -> list[tuple[str, str, str, str, float]]:
    additive = result.tables["materials"]["additive"]
    names = [str(name) for name in additive.index[additive]]
    chosen = {"year": year, "material": names}
    back = result.data["material_recovered_by_route"].sel(chosen)
    lost = result.data["material_lost_by_route"].sel(chosen).sum("material")
    rows = []
    for route in (str(name) for name in back["route"].values):
        own = back.sel(route=route).to_series()
        named = [(name, float(own[name])) for name in NAMED_FRACTIONS]
        others = float(own.drop(list(NAMED_FRACTIONS)).sum())
        rows += [("route", route, "material", name, mass) for name, mass in (*named, (REST, others))]
        rows.append(("route", route, "end", LOST, float(lost.sel(route=route))))
        if result.tables["routes"].at[route, "destination"] in ("reused", "exported", "held"):
            whole = sum(_read_year(sum_route(result, route), year).values())
            rows.append(("route", route, "end", route, whole))
    return rows


def compute_fate_shares(result: Result, year: int) -> pd.DataFrame:
    """Compute what becomes of each material in the e-waste of a year, in the central path.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the outlook.

    Returns
    -------
    pandas.DataFrame
        Index: material. Columns ``embedded`` (t) and shares of it: ``formally`` and ``otherwise`` recovered,
        ``passed_on`` (used again, exported or kept), ``lost``, which sum to one, and ``recoverable``.
        Materials that the e-waste does not hold are left out.
    """
    data = result.data
    fates = data["material_by_fate"].sel(year=year).to_series().unstack("fate")
    embedded = fates.sum(axis=1)
    formally, recoverable = (
        data[name].sel(year=year).sum("product").to_series()
        for name in ("material_recovered_formally", "material_recoverable")
    )
    masses = pd.DataFrame(
        {
            "formally": formally,
            "otherwise": fates["recovered"] - formally,
            "passed_on": fates[["reused", "exported", "held"]].sum(axis=1),
            "lost": fates[["lost_in_treatment", "lost_to_picking", "disposed"]].sum(axis=1),
            "recoverable": recoverable,
        }
    )
    known = embedded > 0
    return masses[known].div(embedded[known], axis=0).assign(embedded=embedded[known])
