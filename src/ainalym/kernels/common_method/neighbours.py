"""With whom a country is compared: the other countries of a panel, or strata known from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.forecast import YEARS_FOR_TREND, fit_common_lines
from ainalym.kernels.common_method.outliers import (
    Spread,
    estimate_spread,
    find_outliers,
    mark_stratum_outliers,
    remove_outliers_within_strata,
)
from ainalym.kernels.common_method.panel import CommonPanel, CommonResult, CommonSettings
from ainalym.kernels.common_method.regression import Lines, fit_lines
from ainalym.kernels.common_method.strata import (
    Anchors,
    StratumMeans,
    choose_anchors,
    complete_purchasing_power,
    compute_stratum_means,
)


class Neighbours(Protocol):
    """What the method asks of those with whom a country is compared."""

    def remove_outliers(self, cells: Cells) -> tuple[Cells, BoolArray, BoolArray]:
        """Remove what is too high or too low among them; cells of the years of figures."""

    def place_anchors(self, cells: Cells) -> tuple[Anchors, FloatArray]:
        """Give the line to fill from, and the purchasing power of the countries without gaps."""

    def fit_lines(self, cells: Cells) -> Lines:
        """Give the line of amount on purchasing power of each product; cells of all years."""


@dataclass(frozen=True, slots=True)
class OtherCountries:
    """The countries of a panel compared with one another, as the scripts do.

    Parameters
    ----------
    panel, settings
        Input of the method.
    strict
        Whether to keep the defects of the scripts.
    """

    panel: CommonPanel
    settings: CommonSettings
    strict: bool

    def remove_outliers(self, cells: Cells) -> tuple[Cells, BoolArray, BoolArray]:
        """Remove what is too high or too low in its stratum."""
        return remove_outliers_within_strata(cells, self.panel.stratum, self.settings.fence, self.strict)

    def place_anchors(self, cells: Cells) -> tuple[Anchors, FloatArray]:
        """Place the strata and the two outer countries."""
        population = self.panel.population[:, self.panel.data_years]
        power = self.panel.purchasing_power[:, self.panel.data_years]
        means = compute_stratum_means(cells, population, power, self.panel.stratum, self.strict)
        completed = complete_purchasing_power(power, means.power, self.panel.stratum, self.strict)
        poorest, richest = (
            self._as_stratum(cells, power if self.strict else completed, name)
            for name in (self.settings.poorest_country, self.settings.richest_country)
        )
        return choose_anchors(means, poorest, richest, self.strict), completed

    def fit_lines(self, cells: Cells) -> Lines:
        """Fit the lines over all countries but the richest."""
        counted = np.array([country != self.settings.richest_country for country in self.panel.countries])
        return fit_common_lines(
            cells, self.panel.purchasing_power, self.panel.years, self.panel.last_data_year, counted
        )

    def _as_stratum(self, cells: Cells, power: FloatArray, country: str) -> StratumMeans:
        """Take a country as a stratum of its own, empty where the panel lacks it."""
        if country not in self.panel.countries:
            return _empty_stratum(cells.kg.shape[1], cells.kg.shape[2])
        here = self.panel.countries.index(country)
        own = slice(here, here + 1)
        return StratumMeans(cells.kg[own], cells.pieces[own], power[own])


@dataclass(frozen=True, slots=True)
class ReferenceStrata:
    """Strata known from elsewhere, for a country that has no neighbours in its own figures.

    Parameters
    ----------
    kg, pieces
        Placed on market per inhabitant of each stratum, 1 (the richest) first. Shape (stratum, key, year),
        the years and keys of the country; NaN where unknown.
    power
        Purchasing power per inhabitant, in the unit of the country's own. Shape (stratum, year).
    spread
        Middle and spread among the countries of each stratum. Shape (stratum, key, year). Without it nothing
        is an outlier among neighbours.
    """

    kg: FloatArray
    pieces: FloatArray
    power: FloatArray
    spread: Spread | None = None


@dataclass(frozen=True, slots=True)
class ReferenceNeighbours:
    """A country compared with strata known from elsewhere.

    Parameters
    ----------
    panel, settings
        Input of the method, with one country.
    reference
        The strata.
    strict
        Whether to keep the defects of the scripts.
    """

    panel: CommonPanel
    settings: CommonSettings
    reference: ReferenceStrata
    strict: bool

    def remove_outliers(self, cells: Cells) -> tuple[Cells, BoolArray, BoolArray]:
        """Remove what is too high or too low among the countries of the country's stratum."""
        spread = self.reference.spread
        if spread is None:
            nothing = np.zeros(cells.kg.shape, dtype=np.bool_)
            return cells, nothing, nothing
        own = self.panel.stratum - 1
        window = self.panel.data_years
        of_stratum = Spread(
            spread.median[own][:, :, window],
            spread.deviation[own][:, :, window],
            spread.count[own][:, :, window],
        )
        high, low = find_outliers(cells, of_stratum, of_stratum.median, self.settings.fence, self.strict)
        return mark_stratum_outliers(cells, high, low), high, low

    def place_anchors(self, cells: Cells) -> tuple[Anchors, FloatArray]:
        """Place the strata; there are no outer countries."""
        window = self.panel.data_years
        means = StratumMeans(
            self.reference.kg[:, :, window],
            self.reference.pieces[:, :, window],
            self.reference.power[:, window],
        )
        power = self.panel.purchasing_power[:, window]
        completed = complete_purchasing_power(power, means.power, self.panel.stratum, self.strict)
        outer = _empty_stratum(cells.kg.shape[1], cells.kg.shape[2])
        return choose_anchors(means, outer, outer, self.strict), completed

    def fit_lines(self, cells: Cells) -> Lines:
        """Fit the lines over the strata, each of which counts like a country."""
        del cells  # The country does not draw the line that it is measured by.
        years, last = self.panel.years, self.panel.last_data_year
        window = (years < last) & (years >= last - YEARS_FOR_TREND)
        used = window & (self.reference.kg >= 0)
        return fit_lines(self.reference.power[:, np.newaxis, :], self.reference.kg, used, axes=(0, 2))


def compute_reference_strata(panel: CommonPanel, result: CommonResult) -> ReferenceStrata:
    """Compute the strata of a cleaned panel, to compare other countries with.

    Parameters
    ----------
    panel
        What went into the method.
    result
        What came out.

    Returns
    -------
    ReferenceStrata
        Means weighted by population over all cells of the result; purchasing power over the countries with a
        figure; spread of the figures as they were reported.
    """
    people = np.broadcast_to(panel.population[:, np.newaxis, :], result.kg.shape)
    reported = np.where(result.raw_kg > 0, result.raw_kg, np.nan) / people
    kg, pieces, power, spreads = [], [], [], []
    for number in range(1, int(panel.stratum.max()) + 1):
        members = panel.stratum == number
        kg.append(_mean_of_known(result.kg_per_inhabitant[members], people[members]))
        pieces.append(_mean_of_known(result.pieces_per_inhabitant[members], people[members]))
        power.append(_mean_of_known(panel.purchasing_power[members], panel.population[members]))
        spreads.append(estimate_spread(reported[members], 0, result.strict))
    spread = Spread(
        np.concatenate([group.median for group in spreads]),
        np.concatenate([group.deviation for group in spreads]),
        np.concatenate([group.count for group in spreads]),
    )
    return ReferenceStrata(np.stack(kg), np.stack(pieces), np.stack(power), spread)


def choose_stratum(purchasing_power: FloatArray, stratum_power: FloatArray) -> int:
    """Choose the stratum whose purchasing power is nearest, in ratio and over all years that both have.

    Parameters
    ----------
    purchasing_power
        Of the country. Shape (year,).
    stratum_power
        Shape (stratum, year), same unit.

    Returns
    -------
    int
        From 1; the last (poorest) stratum where nothing can be compared.
    """
    distance = np.abs(np.log(stratum_power / purchasing_power))
    known = ~np.isnan(distance).any(axis=0)
    if not known.any():
        return int(stratum_power.shape[0])
    return int(distance[:, known].mean(axis=1).argmin()) + 1


def _empty_stratum(keys: int, years: int) -> StratumMeans:
    """Stand in for an outer country that is not there."""
    nothing = np.full((1, keys, years), np.nan)
    return StratumMeans(nothing, nothing, nothing[:, 0])


def _mean_of_known(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Average over the first axis, over what is there."""
    known = ~np.isnan(values)
    weight = np.where(known, weights, 0.0).sum(axis=0)
    total = np.where(known, values * weights, 0.0).sum(axis=0)
    mean: FloatArray = np.divide(total, weight, where=weight > 0, out=np.full_like(total, np.nan))
    return mean
