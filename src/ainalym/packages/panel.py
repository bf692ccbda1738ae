"""The panel of countries by which projections are judged, as bare arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pandas as pd

from ainalym.packages.package import DataPackage, read_package
from ainalym.packages.reference import read_reference

FloatArray = npt.NDArray[np.float64]

FIRST_YEAR_OF_FIGURES = 1995
"""First year with figures of placed on market."""


@dataclass(frozen=True)
class Panel:
    """Figures of many countries, as they were reported.

    Attributes
    ----------
    package
        The package they come from.
    countries, names, products
        Codes and English names of the countries, keys of the products.
    years
        Shape (year,).
    group
        Reference group of each country, 1 the richest. Shape (country,).
    kg, pieces
        Placed on market, kg/yr and piece/yr; NaN where nothing was reported. Shape (country, product, year).
    is_kept
        Whether the official method leaves the figure as it is: these alone judge. Same shape.
    population
        Persons. Shape (country, year).
    purchasing_power
        Current int$/person, NaN where unknown. Shape (country, year).
    income
        int$2011/person. Shape (country, year).
    """

    package: DataPackage
    countries: tuple[str, ...]
    names: tuple[str, ...]
    products: tuple[str, ...]
    years: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    kg: FloatArray
    pieces: FloatArray
    is_kept: npt.NDArray[np.bool_]
    population: FloatArray
    purchasing_power: FloatArray
    income: FloatArray


@cache
def read_panel() -> Panel:
    """Read the panel that travels with the program.

    Returns
    -------
    Panel
        Its products in the order of the reference package.

    Raises
    ------
    InputError
        With all problems of the package, [PKG-001] to [PKG-021].
    """
    reference = read_reference()
    package = read_package(files("ainalym").joinpath("panel"), reference.vocabularies)
    countries = package.frame("panel_countries").sort_values("iso3")
    drivers, market = package.frame("panel_drivers"), package.frame("panel_market")
    codes = [str(code) for code in countries["iso3"]]
    products = [str(key) for key in reference.products.index]
    years = np.arange(int(drivers["year"].min()), int(drivers["year"].max()) + 1)
    kg, pieces, kept = (
        _spread(market.assign(is_kept=market["status"] == "kept"), column, codes, products, years)
        for column in ("kg", "pieces", "is_kept")
    )
    population, power, income = (
        drivers.pivot_table(index="iso3", columns="year", values=column, dropna=False)
        .reindex(index=codes, columns=years)
        .to_numpy(dtype=np.float64)
        for column in ("population", "purchasing_power", "income")
    )
    return Panel(
        package=package,
        countries=tuple(codes),
        names=tuple(str(name) for name in countries["name_en"]),
        products=tuple(products),
        years=years,
        group=countries["group"].to_numpy(dtype=np.int64),
        kg=kg,
        pieces=pieces,
        is_kept=kept == 1.0,
        population=population,
        purchasing_power=power,
        income=income,
    )


def _spread(
    table: pd.DataFrame, column: str, countries: list[str], products: list[str], years: npt.NDArray[np.int64]
) -> FloatArray:
    """Spread one column over country, product and year."""
    cells = np.full((len(countries), len(products), len(years)), np.nan)
    places = (
        pd.Index(countries).get_indexer(pd.Index(table["iso3"])),
        pd.Index(products).get_indexer(pd.Index(table["key"])),
        table["year"].to_numpy() - years[0],
    )
    cells[places] = table[column].to_numpy(dtype=np.float64)
    return cells
