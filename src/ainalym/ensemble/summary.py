"""The figures of an ensemble that people ask for first, and what two scenarios differ by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.dimensions import order_dimensions
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.options import QUANTILES
from ainalym.ensemble.run import EnsembleResult
from ainalym.errors import InputError, Problem

HEADLINE_QUANTITIES = {
    "placed_on_market": "placed_on_market_total",
    "stock": "stock_total",
    "ewaste_generated": "ewaste_generated_total",
}
"""Quantities of the headline and the totals of every draw that they are read from."""

HEADLINE_YEARS = (2022, 2030, 2050)

INTERVAL = (0.05, 0.5, 0.95)
"""Median and 90 % interval."""


def summarise_headline(ensemble: EnsembleResult, years: Sequence[int] = HEADLINE_YEARS) -> pd.DataFrame:
    """Summarise placed on market, stock and e-waste: median and 90 % interval.

    Parameters
    ----------
    ensemble
        Result of an ensemble.
    years
        Years wanted; those outside the outlook are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``year``, ``low``, ``median``, ``high`` (t or t/yr) and
        ``low_per_inhabitant``, ``median_per_inhabitant``, ``high_per_inhabitant`` (kg/person; the population
        is that of the draw).
    """
    rows = []
    for quantity, name in HEADLINE_QUANTITIES.items():
        for year in (year for year in years if year in ensemble.draws["year"].values):
            values = ensemble.draws[name].sel(year=year).values
            persons = ensemble.draws["population"].sel(year=year).values
            low, median, high = np.quantile(values, INTERVAL)
            own = np.quantile(values * KG_PER_TONNE / persons, INTERVAL)
            rows.append((quantity, year, low, median, high, *own))
    columns = ["low", "median", "high"]
    return pd.DataFrame(
        rows, columns=["quantity", "year", *columns, *(f"{column}_per_inhabitant" for column in columns)]
    )


def summarise_materials(ensemble: EnsembleResult, years: Sequence[int] = HEADLINE_YEARS) -> pd.DataFrame:
    """Summarise mass and value of every material in e-waste: median and 90 % interval.

    Parameters
    ----------
    ensemble
        Result of an ensemble.
    years
        Years wanted; those outside the outlook are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity`` (``material_embedded`` in t/yr, ``material_value`` in USD/yr), ``material``,
        ``year``, ``low``, ``median``, ``high``.
    """
    rows = []
    for quantity, name in (
        ("material_embedded", "material_embedded_total"),
        ("material_value", "material_value"),
    ):
        for year in (year for year in years if year in ensemble.draws["year"].values):
            draws = ensemble.draws[name].sel(year=year)
            for material in draws["material"].values:
                found = np.quantile(draws.sel(material=material).values.astype(np.float64), INTERVAL)
                rows.append((quantity, str(material), year, *found))
    return pd.DataFrame(rows, columns=["quantity", "material", "year", "low", "median", "high"])


def compute_difference(ensemble: EnsembleResult, base: EnsembleResult) -> xr.Dataset:
    """Compute what a scenario differs by from another one, draw by draw.

    Parameters
    ----------
    ensemble
        Ensemble of the scenario.
    base
        Ensemble of what it is held against.

    Returns
    -------
    xarray.Dataset
        Quantiles of the differences of all totals. Dims (quantile, year, ...). As both share their draws,
        what is uncertain in both alike falls out.

    Raises
    ------
    InputError
        [ENS-013] if seed, sampling or number of draws differ: the draws would not be shared.
    """
    mine, other = ensemble.options, base.options
    if (mine.seed, mine.sampling, mine.draws) != (other.seed, other.sampling, other.draws):
        raise InputError(
            Problem(
                "ENS-013",
                "difference of two ensembles",
                f"seed {mine.seed}, {mine.sampling}, {mine.draws} draws against seed {other.seed}, "
                f"{other.sampling}, {other.draws} draws",
                "the same seed, sampling and number of draws",
                "Run both with the same options.",
            )
        )
    variables = {}
    for name, values in ensemble.draws.data_vars.items():
        change = values.astype(np.float64) - base.draws[name]
        quantiles = change.quantile(list(QUANTILES), "draw")
        inner = order_dimensions(str(axis) for axis in quantiles.dims if axis != "quantile")
        variables[str(name)] = quantiles.transpose("quantile", *inner).assign_attrs(values.attrs)
    return xr.Dataset(variables)
