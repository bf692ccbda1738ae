"""What drives the outlook: population, income, households, joined from series that each cover a part."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ainalym.core.arrays import label_array, read_coordinates
from ainalym.errors import InputError, Problem
from ainalym.kernels.series import chain_link, interpolate_years

POPULATION_SERIES = ("national", "wpp2024_history")
"""Series of population: the level of the first, carried on by the growth of the other and of the variant."""

MEDIUM_VARIANT = "wpp2024_medium"
"""Variant that stands between history and any other variant that begins later."""

INCOME_SERIES = ("imf_weo_2019", "wdi_2021", "gapminder_2017")
"""Series of income: the level of the first, that of the reference groups, carried on by the others."""

UNITED_NATIONS = "wpp2024_"
"""Beginning of the names of their variants: ``low`` alone means ``wpp2024_low``."""

MEDIUM_SCENARIO = "ssp2"
"""Scenario of income that goes on as before: the middle of the road."""

URBAN_HISTORY, URBAN_PROJECTION = "wdi_history", "wup2018"
"""Series of the urban share: figures, and what the United Nations expected in 2018."""

SMALLEST_HOUSEHOLD = 2.16
"""Persons in a household of the richest reference group, towards which households shrink: eleven countries of
table ``household_sizes``, weighted by their households of 2014."""

YEAR_OF_SIZES = 2014
"""Year to which the household sizes of the reference package are taken to belong."""

HOUSEHOLD_CONVERGENCE = 0.01
"""Share of its distance to the smallest size by which a household shrinks in a year where two counts are
missing. An assumption; Kazakhstan between the censuses of 2009 and 2021 has 0.018."""


def compute_population(
    series: xr.DataArray, years: Sequence[int], variant: str = MEDIUM_VARIANT
) -> xr.DataArray:
    """Compute the population of every year.

    Parameters
    ----------
    series
        Dims (series, year), persons, NaN where a series has no figure.
    years
        Years wanted.
    variant
        Series that the future follows: a variant of the United Nations, such as ``low`` or ``80_high``, or a
        scenario such as ``ssp2``.

    Returns
    -------
    xarray.DataArray
        Dims (year,), persons. The national figures where there are any, elsewhere moved with the growth of
        the United Nations estimates and of the variant, so that one base is kept throughout.

    Raises
    ------
    InputError
        [CTY-002] if the series together leave a wanted year out, [PRJ-006] if they end before the last one,
        [PRJ-001] if there is no such variant.
    """
    if f"{UNITED_NATIONS}{variant}" in series["series"].values:
        variant = f"{UNITED_NATIONS}{variant}"
    _check_name(series, variant, POPULATION_SERIES, "population")
    bridge = () if variant == MEDIUM_VARIANT else (MEDIUM_VARIANT,)
    return _join(series, (*POPULATION_SERIES, *bridge, variant), years, "population", bridge)


def compute_income(
    series: xr.DataArray, years: Sequence[int], scenario: str = MEDIUM_SCENARIO
) -> xr.DataArray:
    """Compute the income of every year at the prices and purchasing power of the reference groups.

    Parameters
    ----------
    series
        Dims (series, year), GDP per inhabitant in constant international dollars of each series' own base
        year.
    years
        Years wanted.
    scenario
        Series that the future follows, such as ``ssp2``.

    Returns
    -------
    xarray.DataArray
        Dims (year,), int$2011/person.

    Raises
    ------
    InputError
        [CTY-002] if the series together leave a wanted year out, [PRJ-006] if they end before the last one,
        [PRJ-001] if there is no such scenario.
    """
    _check_name(series, scenario, INCOME_SERIES, "income")
    return _join(series, (*INCOME_SERIES, scenario), years, "income", ())


def compute_urban_share(
    series: xr.DataArray, years: Sequence[int], scenario: str = MEDIUM_SCENARIO
) -> xr.DataArray | None:
    """Compute the share of the population in towns. No method of projection uses it yet.

    Parameters
    ----------
    series
        Dims (series, year), %, NaN where a series has no figure.
    years
        Years wanted.
    scenario
        Series that the future follows; where there is none of that name, the projection of the United
        Nations.

    Returns
    -------
    xarray.DataArray or None
        Dims (year,), %, at most 100: the level of history, carried on by the growth of the other. None where
        the country has no figures, or they do not reach all years.
    """
    labels = {str(label) for label in series["series"].values}
    future = scenario if scenario in labels else URBAN_PROJECTION
    if future not in labels:
        return None
    try:
        joined = _join(series, (URBAN_HISTORY, future), years, "urban_share", ())
    except InputError:
        # A driver that nothing hangs on must not stop an outlook.
        return None
    return label_array("urban_share", np.minimum(joined.values, 100.0), {"year": list(years)})


def choose_household_figures(figures: pd.DataFrame, sizes: pd.DataFrame, area: str) -> pd.DataFrame:
    """Take the household figures of a country, or else what others know of it.

    Parameters
    ----------
    figures
        Table ``households`` of the country: columns ``year``, ``size``, ``basis``, ``usable``.
    sizes
        Table ``household_sizes`` of the reference package: columns ``area`` and ``size``.
    area
        ISO code of the country.

    Returns
    -------
    pandas.DataFrame
        Usable rows of the country; where there are none, one row with the size of the reference package, or
        with the median of its countries where it does not know the country either.
    """
    usable = figures[figures["usable"].astype(bool)]
    if not usable.empty:
        return usable
    own = sizes.loc[sizes["area"] == area, "size"]
    size = float(own.iloc[0]) if len(own) else float(sizes["size"].median())
    return pd.DataFrame({"year": [YEAR_OF_SIZES], "size": [size], "basis": ["survey"]})


def compute_household_size(
    figures: pd.DataFrame, years: Sequence[int], smallest: float = SMALLEST_HOUSEHOLD
) -> np.ndarray:
    """Compute how many persons live in a household.

    Parameters
    ----------
    figures
        Columns ``year``, ``size`` (persons) and ``basis`` (``census`` or ``survey``); at least one row.
    years
        Years wanted.
    smallest
        Size towards which households shrink, persons: that of the richest reference group.

    Returns
    -------
    numpy.ndarray
        Shape (year,), persons. Between two figures it changes at a constant rate, before the first
        one it is held. After the last one its distance to the smallest size goes on shrinking at the rate of
        the last two counts of a census, or at :data:`HOUSEHOLD_CONVERGENCE` where there are not two; it never
        grows again, and a size below the smallest is held.

    Notes
    -----
    s(t) = s_min + (s(T) - s_min) exp(-r (t - T)), r = ln((s1 - s_min) / (s2 - s_min)) / (t2 - t1).
    """
    usable = figures.sort_values("year")
    size = interpolate_years(usable["year"].to_numpy(), usable["size"].to_numpy(), years, geometric=True)
    counted = usable[usable["basis"] == "census"].tail(2)
    rate = HOUSEHOLD_CONVERGENCE
    if len(counted) == 2 and (counted["size"] > smallest).all():
        (first, second), above = counted["year"], np.log(counted["size"].to_numpy() - smallest)
        rate = max(float(above[0] - above[1]) / (second - first), 0.0)
    last_year, last_size = int(usable["year"].iloc[-1]), float(usable["size"].iloc[-1])
    later = np.maximum(np.asarray(years) - last_year, 0)
    shrunk = smallest + (last_size - smallest) * np.exp(-rate * later)
    return np.where((later > 0) & (last_size > smallest), shrunk, size)


def compute_households(population: xr.DataArray, household_size: np.ndarray) -> xr.DataArray:
    """Compute the number of households.

    Parameters
    ----------
    population
        Dims (..., year), persons.
    household_size
        Persons in a household. Shape (year,).

    Returns
    -------
    xarray.DataArray
        Dims (..., year), households: the whole population over the size.
    """
    return label_array("households", population.values / household_size, read_coordinates(population))


def _check_name(series: xr.DataArray, name: str, history: Sequence[str], table: str) -> None:
    labels = [str(label) for label in series["series"].values]
    known = [label for label in labels if label not in history]
    if name in known or name in (MEDIUM_VARIANT, MEDIUM_SCENARIO):
        # Without the default series the others may still cover all years; if not, the gap is told.
        return
    near = get_close_matches(name, known, n=1)
    raise InputError(
        Problem(
            "PRJ-001",
            f"future of {table}",
            repr(name),
            f"one of {', '.join(known) or 'no series, as the table has none'}",
            f"Did you mean '{near[0]}'?" if near else f"Choose one, or add the series to '{table}.csv'.",
        )
    )


def _join(
    series: xr.DataArray, order: Sequence[str], years: Sequence[int], name: str, bridge: Sequence[str]
) -> xr.DataArray:
    """Chain series in order; one named as a bridge serves only until the last of all begins."""
    present = [label for label in order if label in series["series"].values]
    own_years = series["year"].values
    span = np.arange(min(own_years.min(), min(years)), max(own_years.max(), max(years)) + 1)
    joined = np.full(span.size, np.nan)
    for label in present:
        figures = series.sel(series=label).values
        known = ~np.isnan(figures)
        filled = interpolate_years(own_years[known], figures[known], span, geometric=True)
        # Beyond its own first and last figure a series says nothing.
        filled[(span < own_years[known].min()) | (span > own_years[known].max())] = np.nan
        if label in bridge:
            is_final = ~np.isnan(series.sel(series=order[-1]).values)
            filled[span > own_years[is_final].min()] = np.nan
        joined = chain_link(joined, filled)
    wanted = joined[np.searchsorted(span, np.asarray(years))]
    gap = np.isnan(wanted)
    if gap.any():
        raise InputError(_describe_gap(np.asarray(years), gap, present, order, name))
    return label_array(name, wanted, {"year": list(years)})


def _describe_gap(
    years: npt.NDArray[np.int64],
    gap: npt.NDArray[np.bool_],
    present: Sequence[str],
    order: Sequence[str],
    name: str,
) -> Problem:
    """Describe years without a figure: the end of the outlook lies too late, or a series is missing."""
    missing, known = years[gap], years[~gap]
    shown = ", ".join(present) or "none"
    if order[-1] in present and known.size and missing[0] > known[-1]:
        return Problem(
            "PRJ-006",
            f"last year of the outlook, table '{name}.csv'",
            str(years[-1]),
            f"a year up to {known[-1]}, where series {shown} end",
            f"End the outlook with --until {known[-1]}, choose another series, or add the missing years.",
        )
    return Problem(
        "CTY-002",
        f"table '{name}.csv'",
        f"no figure for {missing[0]} to {missing[-1]} in series {shown}",
        f"series among {', '.join(order)} that together cover {years[0]} to {years[-1]}",
        "Add the missing series.",
    )
