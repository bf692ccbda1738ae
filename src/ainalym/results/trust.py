"""How far the figures can be trusted: the gap to published figures, and the grades of what they rest on."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ainalym.results.result import Result
from ainalym.results.summary import compute_comparison

GRADES = ("A", "B", "C", "D")
"""Grades of trust: A official or published, B third-party copy, C derived or transferred, D assumption."""

WEAK_GRADES = ("C", "D")

ALL_MATERIALS = "all"
"""Label of the additive materials together, which sum to the mass of the e-waste."""


class Gap(NamedTuple):
    """The model against the published totals of e-waste generated.

    Attributes
    ----------
    year
        Year of the newest published total that the model also covers.
    vintage
        Edition that it stands in.
    published
        That total, t.
    model
        The model in the same year, t: the median of the draws, or the central path without them.
    model_low
        Lower end of its 90 % interval, t; not a number without draws.
    model_high
        Upper end of it.
    ratio
        Model over published.
    totals
        How many published totals the model can be set against.
    lowest_ratio
        Lowest ratio over all of them.
    highest_ratio
        Highest ratio over all of them.
    disputed_year
        Year for which the published totals differ most.
    lowest_published
        Lowest total published for the disputed year, t.
    highest_published
        Highest total published for the disputed year, t.
    """

    year: int
    vintage: str
    published: float
    model: float
    model_low: float
    model_high: float
    ratio: float
    totals: int
    lowest_ratio: float
    highest_ratio: float
    disputed_year: int
    lowest_published: float
    highest_published: float


def compute_gap(result: Result) -> Gap | None:
    """Compute how far the model is from what others published.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    Gap or None
        None where no total has been published for a year of the outlook.
    """
    comparison = compute_comparison(result)
    totals = comparison[(comparison["quantity"] == "ewaste_generated") & comparison["model"].notna()]
    if totals.empty:
        return None
    totals = totals.sort_values(["year", "vintage"])
    newest = totals.iloc[-1]
    ends = totals[["model_low", "model_high"]].astype(float).to_numpy()[-1].tolist()
    span = {int(year): totals.loc[totals["year"] == year, "published"] for year in totals["year"].unique()}
    disputed = max(span, key=lambda year: span[year].max() / span[year].min())
    return Gap(
        year=int(newest["year"]),
        vintage=str(newest["vintage"]),
        published=float(newest["published"]),
        model=float(newest["model"]),
        model_low=ends[0],
        model_high=ends[1],
        ratio=float(newest["ratio"]),
        totals=len(totals),
        lowest_ratio=float(totals["ratio"].min()),
        highest_ratio=float(totals["ratio"].max()),
        disputed_year=disputed,
        lowest_published=float(span[disputed].min()),
        highest_published=float(span[disputed].max()),
    )


def compute_composition_grades(result: Result, year: int) -> pd.DataFrame:
    """Compute how much of the embedded materials rests on a composition of each grade.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the e-waste.

    Returns
    -------
    pandas.DataFrame
        Columns ``material``, ``grade``, ``mass`` (t) and ``share`` (of the material), every grade listed. The
        first material is ``all``, the additive materials together; the others follow one by one.
    """
    embedded = result.data["material_embedded"].sel(year=year).to_pandas()
    grades = result.tables["composition_grade"].reindex(index=embedded.index, columns=embedded.columns)
    tidy = pd.DataFrame(
        {
            "material": [material for _ in embedded.index for material in embedded.columns],
            "grade": grades.to_numpy().ravel(),
            "mass": embedded.to_numpy().ravel(),
        }
    )
    additive = result.tables["materials"]["additive"]
    together = tidy[tidy["material"].map(additive)].assign(material=ALL_MATERIALS)
    names = [ALL_MATERIALS, *embedded.columns]
    full = pd.MultiIndex.from_product([names, GRADES], names=["material", "grade"])
    mass = pd.concat([together, tidy]).groupby(["material", "grade"])["mass"].sum()
    table = mass.reindex(full, fill_value=0.0).reset_index()
    table["share"] = table["mass"] / table.groupby("material")["mass"].transform("sum")
    return table


def compute_weak_share(result: Result, year: int, material: str = ALL_MATERIALS) -> float:
    """Compute the share of a material that rests on a composition of one of the weak grades, C or D.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the e-waste.
    material
        Name of a material, or ``all`` for the mass of the e-waste.

    Returns
    -------
    float
        In [0, 1].
    """
    grades = compute_composition_grades(result, year)
    weak = grades[(grades["material"] == material) & grades["grade"].isin(WEAK_GRADES)]
    return float(weak["share"].sum())


def compute_price_grades(result: Result) -> pd.DataFrame:
    """List the price of every material with the years and the grade it rests on.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``material``, ``price`` (USD/t, missing where there is none), ``first_year``, ``last_year``
        (missing likewise), ``grade`` (the worst of those years; empty where there is no price), ``source``.
    """
    prices = result.tables["prices"]
    last = int(prices["year"].max())
    used = prices[prices["year"] > last - int(result.record["options"]["price_years"])]
    by_material = used.groupby("material")
    table = pd.DataFrame(
        {
            "first_year": by_material["year"].min(),
            "last_year": by_material["year"].max(),
            "grade": by_material["grade"].max(),
            "source": by_material["source"].agg(lambda names: ";".join(sorted(set(names)))),
        }
    )
    price = result.data["price"].to_series().rename("price")
    table = table.reindex(price.index)
    table[["grade", "source"]] = table[["grade", "source"]].fillna("")
    for name in ("first_year", "last_year"):
        table[name] = table[name].astype("Int64")
    table.insert(0, "price", price)
    return table.rename_axis("material").reset_index()


def compute_origin_shares(result: Result) -> pd.DataFrame:
    """Compute by what kind of figure the equipment placed on market is known.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``origin`` (code of the quantity ``placed_on_market_origin``), ``mass`` (t over all years of
        history) and ``share``, largest first.
    """
    history = slice(None, int(result.record["last_year_of_history"]))
    mass = result.data["placed_on_market"].sel(year=history).values.ravel()
    origin = result.data["placed_on_market_origin"].sel(year=history).values.ravel()
    total = pd.Series(mass).groupby(origin).sum()
    table = pd.DataFrame({"origin": total.index, "mass": total.to_numpy(), "share": total / total.sum()})
    return table[table["mass"] > 0].sort_values("mass", ascending=False, ignore_index=True)
