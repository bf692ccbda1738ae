"""Raw statistics of a country become figures of placed on market, by the official or by the robust method."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ainalym.core.origins import Origin
from ainalym.core.units import KG_PER_TONNE
from ainalym.kernels.common_method import (
    CommonSettings,
    Provenance,
    ReferenceStrata,
    classify_flags,
    clean_series,
)
from ainalym.kernels.robust_market import CellOrigin, MarketPanel, PeerGroups, estimate_market

Method = Literal["robust", "common", "common_strict"]
"""``robust``: our own; ``common``: the European one, mended; ``common_strict``: with its defects."""

FEWEST_YEARS = 3
"""Neither method cleans a series shorter than this; such figures stand as they are."""

ORIGIN_OF_PROVENANCE = {
    Provenance.REPORTED: Origin.REPORTED,
    Provenance.CORRECTED: Origin.ESTIMATED,
    Provenance.SMOOTHED: Origin.ESTIMATED,
    Provenance.SPECIAL: Origin.ESTIMATED,
}
"""Origin of a cell of the common method; whatever is not listed was imputed."""

ORIGIN_OF_CELL = {
    CellOrigin.REPORTED: Origin.REPORTED,
    CellOrigin.ESTIMATED: Origin.ESTIMATED,
    CellOrigin.IMPUTED: Origin.IMPUTED,
    CellOrigin.ZERO: Origin.IMPUTED,
}


class Figures(NamedTuple):
    """Cleaned and completed figures of a country, for the products that it has figures of.

    Attributes
    ----------
    mass, pieces
        Dims (year, product), t/yr and piece/yr, without gaps between the first and the last year of figures.
    origin
        Dims (year, product), values of :class:`ainalym.core.origins.Origin`.
    lower, upper
        Ends of the 90 % interval of the mass, t/yr; missing where the method gives none.
    """

    mass: xr.DataArray
    pieces: xr.DataArray
    origin: xr.DataArray
    lower: xr.DataArray
    upper: xr.DataArray


class Surroundings(NamedTuple):
    """What a method leans on besides the figures.

    Attributes
    ----------
    population
        Dims (year,), persons.
    income
        Dims (year,), int$2011/person.
    per_inhabitant
        Reference groups. Dims (measure, year, reference_group, product), kg/person and piece/person.
    group_income
        Dims (year, reference_group), int$2011/person, poorest group first.
    introduction_year
        Dims (product,).
    successors
        Pairs of a product and the one that replaces it.
    """

    population: xr.DataArray
    income: xr.DataArray
    per_inhabitant: xr.DataArray
    group_income: xr.DataArray
    introduction_year: xr.DataArray
    successors: tuple[tuple[str, str], ...] = ()


class Collected(NamedTuple):
    """Raw statistics of a country.

    Attributes
    ----------
    kg, pieces
        As collected. Dims (year, product), kg/yr and piece/yr, NaN where there is no figure.
    is_as_reported
        Whether a figure is what the country published; others were mirrored, scaled, split or lack a part,
        and are estimates whatever a method does with them. Same dims.
    """

    kg: xr.DataArray
    pieces: xr.DataArray
    is_as_reported: xr.DataArray


def clean_statistics(collected: Collected, around: Surroundings, method: Method) -> Figures:
    """Clean the raw statistics of a country and fill what is missing between their first and last year.

    Parameters
    ----------
    collected
        Raw statistics.
    around
        Population, income and the reference groups, for the years of the figures.
    method
        Which method cleans.

    Returns
    -------
    Figures
        For the products that have a figure in any year.

    Raises
    ------
    InputError
        [CLN-...] or [RBM-...] for figures that a method cannot take.
    """
    kg, pieces, is_as_reported = collected
    reported = kg.notnull() | pieces.notnull()
    products = reported["product"].values[reported.any("year").values]
    has_figures = reported.any("product").values
    if not products.size:
        return _collect(
            kg.sel(product=products), pieces.sel(product=products), xr.zeros_like(kg.sel(product=products))
        )
    first, last = kg["year"].values[has_figures][[0, -1]]
    years = np.arange(first, last + 1)
    kg, pieces = (array.sel(product=products).reindex(year=years) for array in (kg, pieces))
    firm = is_as_reported.sel(product=products).reindex(year=years, fill_value=False)
    if years.size < FEWEST_YEARS:
        reported = kg.notnull() & pieces.notnull()
        figures = _collect(kg, pieces, reported.astype(np.int8) * int(Origin.REPORTED))
    elif method == "robust":
        figures = _clean_robust(kg, pieces, around)
    else:
        figures = _clean_common(kg, pieces, around, strict=method == "common_strict")
    is_soft = (figures.origin == Origin.REPORTED) & ~firm
    origin = figures.origin.where(~is_soft, int(Origin.ESTIMATED))
    return figures._replace(origin=origin.astype(np.int8))


def _clean_common(kg: xr.DataArray, pieces: xr.DataArray, around: Surroundings, *, strict: bool) -> Figures:
    years, products = kg["year"].values, kg["product"].values
    group_kg, group_pieces, group_income = _read_groups(around, years, products, richest_first=True)
    result = clean_series(
        kg.values.T,
        pieces.values.T,
        around.population.sel(year=years).values,
        around.income.sel(year=years).values,
        keys=tuple(products),
        years=years,
        first_data_year=int(years[0]),
        last_data_year=int(years[-1]),
        reference=ReferenceStrata(group_kg, group_pieces, group_income),
        settings=CommonSettings(introduction_year=_read_introduction(around, products)),
        strict=strict,
    )
    provenance = classify_flags(result.flag[0].T)
    origin = np.full(provenance.shape, Origin.IMPUTED, dtype=np.int8)
    for known, own in ORIGIN_OF_PROVENANCE.items():
        origin[provenance == known] = own
    origin[provenance == Provenance.EMPTY] = 0
    mass = kg.copy(data=result.kg[0].T)
    return _collect(mass, pieces.copy(data=result.pieces[0].T), kg.copy(data=origin))


def _clean_robust(kg: xr.DataArray, pieces: xr.DataArray, around: Surroundings) -> Figures:
    years, products = kg["year"].values, kg["product"].values
    group_kg, group_pieces, group_income = _read_groups(around, years, products, richest_first=False)
    labels = tuple(str(label) for label in around.group_income["reference_group"].values)
    estimate = estimate_market(
        MarketPanel(
            countries=("country",),
            keys=tuple(products),
            years=years,
            kg=kg.values.T[np.newaxis],
            pieces=pieces.values.T[np.newaxis],
            population=around.population.sel(year=years).values[np.newaxis],
            purchasing_power=around.income.sel(year=years).values[np.newaxis],
            introduction_year=_read_introduction(around, products),
            peers=PeerGroups(labels, group_kg, group_pieces, group_income),
            successors=tuple(pair for pair in around.successors if {*pair} <= {*products}),
        )
    )
    origin = np.zeros(kg.shape, dtype=np.int8)
    for known, own in ORIGIN_OF_CELL.items():
        origin[known == estimate.kg.origin[0].T] = own
    mass = kg.copy(data=estimate.kg.central[0].T)
    lower, upper = (kg.copy(data=end[0].T) for end in (estimate.kg.lower, estimate.kg.upper))
    figures = _collect(mass, pieces.copy(data=estimate.pieces.central[0].T), kg.copy(data=origin))
    return figures._replace(lower=lower / KG_PER_TONNE, upper=upper / KG_PER_TONNE)


def _read_groups(
    around: Surroundings, years: NDArray[np.int64], products: NDArray[np.str_], *, richest_first: bool
) -> tuple[NDArray[np.float64], ...]:
    """Read the reference groups as (group, key, year) and (group, year), their last year held."""
    held = np.clip(years, around.group_income["year"].values[0], around.group_income["year"].values[-1])
    order = slice(None, None, -1 if richest_first else 1)
    income = around.group_income.sel(year=held).isel(reference_group=order)
    panel = around.per_inhabitant.sel(year=held, product=products).isel(reference_group=order)
    kg, pieces = (
        panel.sel(measure=measure).transpose("reference_group", "product", "year").values
        for measure in ("kg", "pieces")
    )
    return kg, pieces, income.transpose("reference_group", "year").values


def _read_introduction(around: Surroundings, products: NDArray[np.str_]) -> NDArray[np.int64]:
    return around.introduction_year.sel(product=products).values.astype(np.int64)


def _collect(kg: xr.DataArray, pieces: xr.DataArray, origin: xr.DataArray) -> Figures:
    unknown = xr.full_like(kg, np.nan)
    return Figures(kg / KG_PER_TONNE, pieces, origin.astype(np.int8), unknown, unknown)
