"""Figures of the European Union, cells to hide, and scores of what two methods say about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

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
from ainalym.kernels.robust_market import MarketPanel, PeerGroups, estimate_market
from ainalym.kernels.scores import compute_crps_of_quantiles
from ainalym.packages.reference import read_reference

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

YEARS = np.arange(1980, 2022)
FIRST_DATA_YEAR, LAST_DATA_YEAR = 1995, 2015
YEARLY_INFLATION = 0.02
"""Purchasing power comes in current international dollars; the robust method wants constant ones."""
PHOTOVOLTAICS = "0002"
LEVELS = np.arange(1, 100) / 100
"""Quantiles on which the continuous ranked probability score is integrated."""
TAIL = 0.05
APPROACHES = {
    "LastReliableConstant": Approach.LAST_RELIABLE_CONSTANT,
    "ConnectionConstant": Approach.CONNECTION_CONSTANT,
    "KPI": Approach.KPI,
}
FEWEST_COUNTRIES = 3
"""A group of countries has a figure for a cell where so many of its members have one."""


@dataclass(frozen=True)
class Figures:
    """All that the two methods need; cells have shape (country, key, year)."""

    countries: tuple[str, ...]
    keys: tuple[str, ...]
    kg: FloatArray
    pieces: FloatArray
    population: FloatArray
    purchasing_power: FloatArray
    stratum: NDArray[np.int64]
    introduction_year: NDArray[np.int64]
    unit_weight: FloatArray
    corrected_kg: FloatArray
    corrected_pieces: FloatArray
    exceptions: tuple[tuple[str, str, str, float, float], ...]
    successors: tuple[tuple[str, str], ...]

    def hide(self, hidden: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Give kg and pieces without some cells."""
        return np.where(hidden, np.nan, self.kg), np.where(hidden, np.nan, self.pieces)


@dataclass(frozen=True)
class Prediction:
    """What a method says about every cell: a median; with a scale, Student distributed as a logarithm."""

    central: FloatArray
    log_scale: FloatArray | None = None
    degrees_of_freedom: float = np.inf


@dataclass(frozen=True)
class Scores:
    """Scores of single cells, all relative to the truth but the last."""

    error: FloatArray
    crps: FloatArray
    inside: FloatArray


def read_figures(folder: Path) -> Figures:
    read = {"dtype": {"UNU_Key": str}}
    countries_table = pd.read_csv(folder / "tbl_Countries.csv")
    codes = countries_table["Country"].str.upper()
    countries = tuple(sorted(codes))
    stratum = countries_table.set_index(codes)["Stratum"].loc[list(countries)].to_numpy(np.int64)
    introduction = pd.read_csv(folder / "htbl_Key_IntroductionYear.csv", **read).set_index("UNU_Key")
    keys = tuple(sorted(introduction.index))
    raw = pd.read_csv(folder / "UNU_countries.csv", **read)
    corrections = pd.read_csv(folder / "manual_corrections.csv", **read)
    # Photovoltaics are judged like any other product, so their corrections and capacities stay out.
    corrections = corrections[corrections["UNU_Key"] != PHOTOVOLTAICS]
    drivers = pd.read_csv(folder / "tbl_Data.csv")
    weights = pd.read_csv(folder / "htbl_Key_Weight.csv", **read, keep_default_na=False)
    weights = weights[weights["Country"] == ""].astype({"Year": int, "AverageWeight": float})
    growth = pd.read_csv(folder / "tbl_world_population.csv", sep=";", decimal=",").set_index("Year")
    exceptions = pd.read_csv(folder / "tbl_Extrapolation_exceptions.csv", **read)

    def spread(table: pd.DataFrame, column: str) -> FloatArray:
        cells = np.full((len(countries), len(keys), YEARS.size), np.nan)
        table = table[table["Country"].isin(countries) & table["UNU_Key"].isin(keys)]
        rows = [countries.index(code) for code in table["Country"]]
        columns = [keys.index(key) for key in table["UNU_Key"]]
        cells[rows, columns, table["Year"].to_numpy(int) - YEARS[0]] = table[column]
        return cells

    def driver(name: str) -> FloatArray:
        table = drivers[drivers["Destination"] == name].pivot(index="Country", columns="Year", values="Value")
        return table.reindex(index=list(countries), columns=YEARS).to_numpy(float)

    return Figures(
        countries,
        keys,
        spread(raw, "POM_kg"),
        spread(raw, "POM_pieces"),
        complete_population(driver("pop 17"), growth["Growth Rate %"].reindex(YEARS).to_numpy(float)),
        driver("ppp ph17"),
        stratum,
        introduction["IntroductionYear"].loc[list(keys)].to_numpy(np.int64),
        weights.pivot(index="UNU_Key", columns="Year", values="AverageWeight")
        .reindex(index=list(keys), columns=YEARS)
        .to_numpy(float),
        spread(corrections, "POM_kg_new"),
        spread(corrections, "POM_pieces_new"),
        tuple(exceptions.itertuples(index=False, name=None)),
        # Which product follows which is known; how fast is learned from what is left to be seen.
        read_reference().successors,
    )


def hide_at_random(figures: Figures, share: float, seed: int) -> BoolArray:
    """Hide a share of the original cells."""
    places = np.argwhere(~np.isnan(figures.kg))
    chosen = np.random.default_rng(seed).permutation(len(places))[: int(share * len(places))]
    hidden = np.zeros(figures.kg.shape, dtype=bool)
    hidden[tuple(places[chosen].T)] = True
    return hidden


def hide_after(figures: Figures, last_year: int) -> BoolArray:
    """Hide all original cells after a year."""
    return ~np.isnan(figures.kg) & (last_year < YEARS)


def find_reporting_series(figures: Figures) -> BoolArray:
    """Find every other series: white fields of a chess board; the black ones served to choose settings."""
    rows = np.arange(len(figures.countries))[:, np.newaxis] + np.arange(len(figures.keys))
    return (rows % 2 == 1)[..., np.newaxis]


def run_common(
    figures: Figures, hidden: BoolArray, last_year: int, strict: bool
) -> tuple[Prediction, Prediction, NDArray[np.int64]]:
    """Run the common method on what is left; corrections by hand of hidden cells are hidden with them."""
    kg, pieces = figures.hide(hidden)
    unknown = hidden | (last_year < YEARS)
    exceptions = tuple(
        ForecastException(
            key,
            country if isinstance(country, str) else None,
            APPROACHES.get(approach),
            int(connection) if connection <= last_year else None,
            int(trend) if trend > 0 else None,
        )
        for key, country, approach, connection, trend in figures.exceptions
    )
    panel = CommonPanel(
        figures.countries,
        figures.keys,
        YEARS,
        FIRST_DATA_YEAR,
        last_year,
        kg,
        pieces,
        figures.population,
        figures.purchasing_power,
        figures.stratum,
    )
    settings = CommonSettings(
        figures.introduction_year,
        np.broadcast_to(figures.unit_weight, kg.shape),
        np.where(unknown, np.nan, figures.corrected_kg),
        np.where(unknown, np.nan, figures.corrected_pieces),
        exceptions,
    )
    result = compute_common_method(panel, settings, strict)
    return Prediction(result.kg), Prediction(result.pieces), classify_flags(result.flag)


def run_robust(figures: Figures, hidden: BoolArray) -> tuple[Prediction, Prediction]:
    """Run the robust method on what is left, all countries together."""
    kg, pieces = figures.hide(hidden)
    return _predict(figures, kg, pieces, slice(None), None)


def run_robust_alone(figures: Figures, hidden: BoolArray) -> tuple[Prediction, Prediction]:
    """Run the robust method country by country, each with medians of the strata of the others as peers."""
    kg, pieces = figures.hide(hidden)
    runs = []
    for country in range(len(figures.countries)):
        peers = _find_medians(figures, kg, pieces, country)
        runs.append(_predict(figures, kg, pieces, slice(country, country + 1), peers))
    return _join([run[0] for run in runs]), _join([run[1] for run in runs])


def score(truth: FloatArray, prediction: Prediction, cells: BoolArray) -> Scores:
    """Score a prediction on some cells.

    The continuous ranked probability score is twice the mean loss over quantiles, which for a point is its
    absolute error. Both are divided by the truth, so that every cell counts alike.
    """
    true, central = truth[cells], prediction.central[cells]
    error = np.abs(central - true) / true
    if prediction.log_scale is None:
        return Scores(error, error, np.full(error.shape, np.nan))
    scale = prediction.log_scale[cells]
    reach = scale[:, np.newaxis] * stdtrit(prediction.degrees_of_freedom, LEVELS)
    crps = compute_crps_of_quantiles(central[:, np.newaxis] * np.exp(reach), LEVELS, true)
    ends = central * np.exp(scale * stdtrit(prediction.degrees_of_freedom, np.array([[TAIL], [1 - TAIL]])))
    inside = (ends[0] <= true) & (true <= ends[1])
    return Scores(error, crps / true, inside.astype(float))


def find_kept(figures: Figures) -> BoolArray:
    """Find the original cells that the common method leaves as they are when it sees everything."""
    nothing = np.zeros(figures.kg.shape, dtype=bool)
    *_, provenance = run_common(figures, nothing, LAST_DATA_YEAR, strict=True)
    return np.asarray(provenance == Provenance.REPORTED)


def _predict(
    figures: Figures, kg: FloatArray, pieces: FloatArray, rows: slice, peers: PeerGroups | None
) -> tuple[Prediction, Prediction]:
    """Run the robust method; products of which nothing is left to be seen stay NaN."""
    known = ~np.isnan(kg[rows]).all((0, 2))
    if peers is not None:
        known |= ~np.isnan(peers.kg_per_inhabitant).all((0, 2))
        peers = PeerGroups(
            peers.groups,
            peers.kg_per_inhabitant[:, known],
            peers.pieces_per_inhabitant[:, known],
            peers.purchasing_power,
        )
    keys = tuple(key for key, seen in zip(figures.keys, known, strict=True) if seen)
    panel = MarketPanel(
        figures.countries[rows],
        keys,
        YEARS,
        kg[rows][:, known],
        pieces[rows][:, known],
        figures.population[rows],
        _to_constant_prices(figures.purchasing_power[rows]),
        figures.introduction_year[known],
        reference_weight=figures.unit_weight[known],
        peers=peers,
        successors=tuple(pair for pair in figures.successors if {*pair} <= {*keys}),
    )
    estimate = estimate_market(panel)
    predictions = []
    for measure in (estimate.kg, estimate.pieces):
        central, scale = np.full(kg[rows].shape, np.nan), np.zeros(kg[rows].shape)
        central[:, known], scale[:, known] = measure.central, measure.log_scale
        predictions.append(Prediction(central, scale, estimate.degrees_of_freedom))
    return predictions[0], predictions[1]


def _to_constant_prices(power: FloatArray) -> FloatArray:
    return np.asarray(power / (1 + YEARLY_INFLATION) ** (YEARS - YEARS[0]))


def _find_medians(figures: Figures, kg: FloatArray, pieces: FloatArray, without: int) -> PeerGroups:
    """Give the median country of each stratum, without one country."""
    medians: list[list[FloatArray]] = [[], [], []]
    power = _to_constant_prices(figures.purchasing_power)
    others = np.arange(len(figures.countries)) != without
    strata = np.unique(figures.stratum)
    for stratum in strata:
        members = others & (figures.stratum == stratum)
        enough = (~np.isnan(kg[members])).sum(0) >= FEWEST_COUNTRIES
        for measure, amounts in zip(medians, (kg, pieces), strict=False):
            per_inhabitant = amounts[members] / figures.population[members, np.newaxis]
            median = np.ma.median(np.ma.masked_invalid(per_inhabitant), axis=0).filled(np.nan)
            measure.append(np.where(enough, median, np.nan))
        medians[2].append(np.ma.masked_invalid(power[members]).mean(0).filled(np.nan))
    names = tuple(f"stratum {stratum}" for stratum in strata)
    return PeerGroups(names, np.array(medians[0]), np.array(medians[1]), np.array(medians[2]))


def _join(predictions: list[Prediction]) -> Prediction:
    scales = [prediction.log_scale for prediction in predictions if prediction.log_scale is not None]
    central = np.concatenate([prediction.central for prediction in predictions])
    return Prediction(central, np.concatenate(scales), predictions[0].degrees_of_freedom)
