"""Income of the EU reference groups in constant international dollars."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from figures import Figures, read_curated
from tables import Row, format_number

GROUP_NAMES = {
    "1": "Austria, Belgium, Denmark, Finland, France, Germany, Ireland, Luxembourg, Netherlands, Sweden, "
    "United Kingdom",
    "2": "Cyprus, Czechia, Greece, Italy, Malta, Portugal, Slovakia, Slovenia, Spain",
    "3": "Bulgaria, Croatia, Estonia, Hungary, Latvia, Lithuania, Poland, Romania",
}

FIRST_YEAR_OF_IMF_DEFLATOR = 1992
LAST_REPORTED_YEAR = 2015

Deflator = dict[int, float]


def make_reference_groups(figures: Figures) -> Iterator[Row]:
    """Make population and mean income of the three groups, 1980-2021."""
    population = read_country_series(figures, "pop 17")
    reported = read_country_series(figures, "ppp ph17")
    deflator = read_deflator(figures)
    for group, codes in read_groups(figures).items():
        weights = population[codes]
        income = carry_back(reported[codes], weights)
        is_gap = reported[codes].isna()
        inhabitants: pd.Series[float] = weights.sum(axis=1)
        means: pd.Series[float] = (income * weights).sum(axis=1) / inhabitants
        for year in (int(label) for label in population.index):
            filled = [code for code in codes if is_gap.at[year, code]]
            yield {
                "group": group,
                "year": year,
                "name_en": GROUP_NAMES[group],
                "population": format_number(inhabitants[year], 12),
                "income": format_number(means[year] / deflator[year], 6),
                "source": name_sources(year),
                "grade": "C" if filled or year > LAST_REPORTED_YEAR else "B",
                "note": _describe_filling(year, filled),
            }


def read_groups(figures: Figures) -> dict[str, list[str]]:
    """Read the countries of each group."""
    groups: dict[str, list[str]] = {}
    for record in figures.read("cbs/tbl_Countries.csv"):
        groups.setdefault(record["Stratum"], []).append(record["Country"].upper())
    return groups


def read_country_series(figures: Figures, destination: str) -> pd.DataFrame:
    """Read one variable of all countries. Shape (year, country), NaN where there is no figure."""
    series: dict[str, dict[int, float]] = {}
    for record in figures.read("cbs/tbl_Data.csv", Destination=destination):
        value = np.nan if record["Value"] == "NA" else float(record["Value"])
        series.setdefault(record["Country"], {})[int(record["Year"])] = value
    return pd.DataFrame(series).sort_index()


def carry_back(income: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Fill the years before a country's first figure.

    It is carried back with the growth of those members of its group that have a figure in both years, so that
    neither its entry nor its level of income makes the mean of the group jump.
    """
    filled = income.copy()
    for year in sorted(income.index, reverse=True)[1:]:
        is_known = income.loc[year].notna() & income.loc[year + 1].notna()
        weights = population.loc[year + 1].where(is_known, 0.0)
        growth = (income.loc[year] * weights).sum() / (income.loc[year + 1] * weights).sum()
        filled.loc[year] = income.loc[year].fillna(filled.loc[year + 1] * growth)
    return filled


def read_deflator(figures: Figures) -> Deflator:
    """Read current over constant 2011 international dollars, before 1992 chained with the US deflator."""
    current, constant = (
        {
            int(record["year"]): float(record["value"])
            for record in figures.read("kaz/macro.csv", variable=f"gdp_per_capita_ppp_{name}")
        }
        for name in ("current", "const2011")
    )
    deflator = {year: current[year] / constant[year] for year in sorted(current)}
    bea = {int(record["year"]): float(record["index_2009"]) for record in read_curated("deflator_bea.csv")}
    link = FIRST_YEAR_OF_IMF_DEFLATOR
    return {year: deflator[link] * bea[year] / bea[link] for year in bea if year < link} | deflator


def name_sources(year: int) -> str:
    """Name the sources of population and income of a year."""
    chained = ";BEA_DEFLATOR_2017" if year < FIRST_YEAR_OF_IMF_DEFLATOR else ""
    return f"CBS_WOT_2017{chained};IMF_WEO_2019"


def _describe_filling(year: int, filled: list[str]) -> str | None:
    parts = []
    if filled:
        names = ", ".join(sorted(filled))
        parts.append(f"No figure for {names}: carried back with the growth of the rest of the group.")
    if year > LAST_REPORTED_YEAR:
        parts.append("Estimate or forecast of IMF WEO 2017.")
    return " ".join(parts) or None
