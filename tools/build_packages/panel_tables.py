"""Figures of the 28 EU countries by which projections are judged: original cells alone, none filled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
from figures import Figures, Record
from reference_groups import carry_back, name_sources, read_country_series, read_deflator, read_groups
from tables import Row, format_number

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.common_method import (
    Approach,
    CommonPanel,
    CommonSettings,
    ForecastException,
    Provenance,
    classify_flags,
    compute_common_method,
)
from ainalym.kernels.common_method.population import complete_population

FIRST_YEAR, LAST_YEAR = 1980, 2015
FIRST_DATA_YEAR = 1995
LAST_YEAR_OF_FORECAST = 2021
PHOTOVOLTAIC_KEY = "0002"
SOURCE = "CBS_WOT_2017"
APPROACHES = {
    "LastReliableConstant": Approach.LAST_RELIABLE_CONSTANT,
    "ConnectionConstant": Approach.CONNECTION_CONSTANT,
    "KPI": Approach.KPI,
}


def make_panel_countries(figures: Figures) -> Iterator[Row]:
    """Make the list of countries."""
    for record in figures.read("cbs/tbl_Countries.csv"):
        yield {
            "iso3": record["Country"].upper(),
            "name_en": record["Country_Name"].removeprefix("The "),
            "group": record["Stratum"],
            "source": SOURCE,
            "grade": "A",
        }


def make_panel_drivers(figures: Figures) -> Iterator[Row]:
    """Make population and income of each country, 1980-2015."""
    reported = read_country_series(figures, "pop 17")
    population = _complete_population(figures, reported)
    power = read_country_series(figures, "ppp ph17")
    deflator = read_deflator(figures)
    for codes in read_groups(figures).values():
        income = carry_back(power[codes], population[codes])
        for code in codes:
            for year in range(FIRST_YEAR, LAST_YEAR + 1):
                known = power.at[year, code]
                is_gap = bool(np.isnan(known))
                is_filled = is_gap or bool(np.isnan(reported.at[year, code]))
                yield {
                    "iso3": code,
                    "year": year,
                    "population": format_number(population.at[year, code], 8),
                    "purchasing_power": None if is_gap else format_number(known, 5),
                    "income": format_number(income.at[year, code] / deflator[year], 5),
                    "source": name_sources(year),
                    "grade": "C" if is_filled else "B",
                }


def make_panel_market(figures: Figures) -> Iterator[Row]:
    """Make the original figures, each with what the official method does with it when it sees everything."""
    kept = _find_kept(figures)
    countries = {str(row["iso3"]) for row in make_panel_countries(figures)}
    for record in figures.read("cbs/UNU_countries.csv"):
        if record["Country"] not in countries or record["UNU_Key"] == PHOTOVOLTAIC_KEY:
            continue
        place = (record["Country"], record["UNU_Key"], int(record["Year"]))
        is_kept = place in kept and float(record["POM_kg"]) > 0
        yield _describe(record, "POM_kg", "POM_pieces", is_kept, "A" if is_kept else "D")
    for record in figures.read("cbs/solar_panel_data.csv"):
        is_given = record["Country"] in countries and record["kg"] not in ("", "NA")
        if is_given and int(record["Year"]) <= LAST_YEAR:
            # Nought stands where nothing was installed, and where the source has no figure yet (DEU 2014).
            yield _describe(record, "kg", "units", float(record["kg"]) > 0, "B")


def _describe(record: Record, kg: str, pieces: str, is_kept: bool, grade: str) -> Row:
    count = "" if record[pieces] in ("", "NA") else record[pieces]
    # Pieces of panels are a difference of stocks, which falls below nought where a panel grew heavier.
    is_lost = record["UNU_Key"] == PHOTOVOLTAIC_KEY and count != "" and float(count) < 0
    return {
        "iso3": record["Country"],
        "key": record["UNU_Key"],
        "year": record["Year"],
        "kg": format_number(float(record[kg]), 5),
        "pieces": None if count == "" or is_lost else format_number(float(count), 5),
        "status": "kept" if is_kept else "replaced",
        "source": SOURCE,
        "grade": grade,
    }


def _complete_population(figures: Figures, reported: pd.DataFrame) -> pd.DataFrame:
    """Carry population back to the first year by the growth of the world, as the official method does."""
    path = figures.folder / "cbs" / "tbl_world_population.csv"
    world = pd.read_csv(path, sep=";", decimal=",").set_index("Year")
    growth = world["Growth Rate %"].reindex(reported.index).to_numpy(float)
    filled = complete_population(reported.to_numpy(float).T, growth)
    return pd.DataFrame(filled.T, reported.index, reported.columns)


@cache
def _find_kept(figures: Figures) -> frozenset[tuple[str, str, int]]:
    """Find the figures that the official method, with all its settings, leaves as they are.

    Its defects are mended: as published it leaves no mark where it replaces tube monitors.
    """
    countries = tuple(sorted(str(row["iso3"]) for row in make_panel_countries(figures)))
    introduction = {
        record["UNU_Key"]: int(record["IntroductionYear"])
        for record in figures.read("cbs/htbl_Key_IntroductionYear.csv")
    }
    keys = tuple(sorted(introduction))
    years = np.arange(FIRST_YEAR, LAST_YEAR_OF_FORECAST + 1)
    axes = (countries, keys, years)
    corrections = [
        record
        for record in figures.read("cbs/manual_corrections.csv")
        if record["UNU_Key"] != PHOTOVOLTAIC_KEY
    ]
    reported = figures.read("cbs/UNU_countries.csv")
    population = _complete_population(figures, read_country_series(figures, "pop 17"))
    people, power = (
        table.reindex(years)[list(countries)].to_numpy(float).T
        for table in (population, read_country_series(figures, "ppp ph17"))
    )
    group = {str(row["iso3"]): int(str(row["group"])) for row in make_panel_countries(figures)}
    panel = CommonPanel(
        countries,
        keys,
        years,
        FIRST_DATA_YEAR,
        LAST_YEAR,
        _spread(reported, "POM_kg", axes),
        _spread(reported, "POM_pieces", axes),
        people,
        power,
        np.array([group[code] for code in countries]),
    )
    settings = CommonSettings(
        np.array([introduction[key] for key in keys]),
        _read_weights(figures, axes),
        _spread(corrections, "POM_kg_new", axes),
        _spread(corrections, "POM_pieces_new", axes),
        _read_exceptions(figures),
    )
    flags = compute_common_method(panel, settings, strict=False).flag
    places = np.argwhere(classify_flags(flags) == Provenance.REPORTED)
    return frozenset((countries[row], keys[column], int(years[year])) for row, column, year in places)


Axes = tuple[tuple[str, ...], tuple[str, ...], np.ndarray]


def _spread(records: list[Record], column: str, axes: Axes) -> FloatArray:
    countries, keys, years = ({label: place for place, label in enumerate(axis)} for axis in axes)
    cells = np.full((len(countries), len(keys), len(years)), np.nan)
    for record in records:
        place = (record["Country"], record["UNU_Key"], int(record["Year"]))
        if place[0] in countries and record[column] not in ("", "NA"):
            cells[countries[place[0]], keys[place[1]], years[place[2]]] = float(record[column])
    return cells


def _read_weights(figures: Figures, axes: Axes) -> FloatArray:
    countries, keys, years = axes
    weights = np.full((len(keys), len(years)), np.nan)
    for record in figures.read("cbs/htbl_Key_Weight.csv", Country=""):
        if record["UNU_Key"] in keys and int(record["Year"]) in years:
            place = (keys.index(record["UNU_Key"]), int(record["Year"]) - FIRST_YEAR)
            weights[place] = float(record["AverageWeight"])
    return np.broadcast_to(weights, (len(countries), *weights.shape))


def _read_exceptions(figures: Figures) -> tuple[ForecastException, ...]:
    return tuple(
        ForecastException(
            record["UNU_Key"],
            record["Country"] or None,
            APPROACHES[record["ExtrapolationApproach"]],
            _read_whole(record["ConnectionYear"]),
            _read_whole(record["YearsForTrend"]),
        )
        for record in figures.read("cbs/tbl_Extrapolation_exceptions.csv")
    )


def _read_whole(cell: str) -> int | None:
    return None if cell in ("", "NA") else int(float(cell))
