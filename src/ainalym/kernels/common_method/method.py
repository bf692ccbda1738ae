"""The common method: all steps in order.

Defects kept by ``strict`` (those of the single steps stand in their modules):

- **deletion of non-positive cells**: a cell without sales, or with net exports, is deleted and filled later
  with something above nought, which lifts countries of transit. Mended: it is kept as nought (flag 6); a
  single such year is then smoothed like any trough, a lasting one stays.
- **small changes undo decisions**: the reported figure comes back wherever the result is within 10 % of it,
  also where it was corrected by hand, belongs to a special product, or was replaced by a forecast. Mended:
  only where outliers, gaps and smoothing changed it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.common_method.backcast import backcast, find_last_empty_year
from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray, order_series
from ainalym.kernels.common_method.flags import (
    BACKCAST,
    CORRECTED,
    ESTIMATED_PRODUCTION,
    MISSING,
    NOT_POSITIVE,
    PROTECTED,
    REPORTED,
    SMOOTHED,
    IntArray,
)
from ainalym.kernels.common_method.forecast import forecast, plan_forecast
from ainalym.kernels.common_method.interpolation import bridge_gaps, interpolate_gaps
from ainalym.kernels.common_method.neighbours import (
    Neighbours,
    OtherCountries,
    ReferenceNeighbours,
    ReferenceStrata,
    choose_stratum,
)
from ainalym.kernels.common_method.outliers import remove_outliers_over_years
from ainalym.kernels.common_method.panel import (
    CommonCounts,
    CommonPanel,
    CommonResult,
    CommonSettings,
    check_ends,
    check_panel,
    check_shape,
)
from ainalym.kernels.common_method.pieces import (
    complete_pieces,
    complete_pieces_of_first_years,
    complete_pieces_of_last_years,
)
from ainalym.kernels.common_method.smoothing import remove_jumps
from ainalym.kernels.common_method.special_products import (
    end_televisions,
    remove_unlikely_mass,
    replace_monitors,
    replace_photovoltaics,
)
from ainalym.kernels.common_method.strata import fill_from_anchors

SMALL_CHANGE = 0.05
"""kg and pieces per inhabitant below which an alteration may be taken back."""
SMALL_SHARE = 0.10
"""Share of the reported figure below which an alteration may be taken back."""


def compute_common_method(panel: CommonPanel, settings: CommonSettings, strict: bool) -> CommonResult:
    """Clean and complete the figures of several countries by the common European method.

    Parameters
    ----------
    panel
        Reported figures.
    settings
        What the method needs besides.
    strict
        True: as the scripts of Statistics Netherlands have it, defects included. False: with the defects
        mended that :mod:`ainalym.kernels.common_method` lists.

    Returns
    -------
    CommonResult
        Shape (country, key, year) over all years of the panel.

    Raises
    ------
    InputError
        CLN-001 to CLN-007.

    References
    ----------
    Van Straalen, Roskam, Balde (2016), Waste over Time [computer software], Statistics Netherlands, version
    1.2, scripts 03 to 03j. Regulation (EU) 2017/699, Annex I.
    """
    check_panel(panel, settings)
    return _run(panel, settings, OtherCountries(panel, settings, strict), strict)


def clean_series(
    kg: FloatArray,
    pieces: FloatArray,
    population: FloatArray,
    purchasing_power: FloatArray,
    *,
    keys: tuple[str, ...],
    years: IntArray,
    first_data_year: int,
    last_data_year: int,
    reference: ReferenceStrata,
    settings: CommonSettings,
    country: str = "country",
    stratum: int | None = None,
    strict: bool = False,
) -> CommonResult:
    """Clean and complete the figures of one country, compared with strata known from elsewhere.

    Parameters
    ----------
    kg, pieces
        Placed on market. Shape (key, year), kg/yr and pieces/yr; NaN = not reported.
    population, purchasing_power
        Shape (year,), as in :class:`CommonPanel`.
    keys, years, first_data_year, last_data_year
        As in :class:`CommonPanel`.
    reference
        The strata, over the same keys and years and in the same unit of purchasing power.
    settings
        As for several countries, with a country axis of length 1. The richest and the poorest country are not
        looked at.
    country
        Label of the country.
    stratum
        Its stratum, from 1; it decides when tube screens end and among whom outliers are sought. Without it
        the one of nearest purchasing power.
    strict
        As in :func:`compute_common_method`.

    Returns
    -------
    CommonResult
        Shape (1, key, year).

    Raises
    ------
    InputError
        CLN-001 to CLN-007.

    Notes
    -----
    Outliers over years, interpolation, smoothing, special products and backcast are those of the panel. Gaps
    are filled from the line through the strata, without a poorest and a richest country; the common line of
    the forecast goes through the strata, each counting like a country.
    """
    _check_reference(reference, len(keys), len(years), settings, stratum)
    panel = CommonPanel(
        (country,),
        keys,
        years,
        first_data_year,
        last_data_year,
        kg[np.newaxis],
        pieces[np.newaxis],
        population[np.newaxis],
        purchasing_power[np.newaxis],
        # A lone country is its own and only stratum at the door; which it joins is said after the checks.
        np.array([1]),
    )
    check_panel(panel, settings)
    number = choose_stratum(purchasing_power, reference.power) if stratum is None else stratum
    panel = replace(panel, stratum=np.array([number]))
    return _run(panel, settings, ReferenceNeighbours(panel, settings, reference, strict), strict)


def restore_small_changes(
    cells: Cells, raw_kg: FloatArray, raw_pieces: FloatArray, strict: bool
) -> tuple[Cells, BoolArray]:
    """Put the reported figure back where the method changed it by little (script 03j).

    Parameters
    ----------
    cells
        Shape (country, key, year).
    raw_kg, raw_pieces
        As reported, per inhabitant. Same shape; NaN where nothing was reported.
    strict
        Whether to undo corrections by hand, special products and forecasts too, as the scripts do.

    Returns
    -------
    tuple of Cells, BoolArray
        With flag 0 where put back; and where.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        kg_change, pieces_change = np.abs(cells.kg - raw_kg), np.abs(cells.pieces - raw_pieces)
        small = (kg_change > 0) & (kg_change < SMALL_CHANGE) & (kg_change / raw_kg < SMALL_SHARE)
        small &= (pieces_change < SMALL_CHANGE) & (pieces_change / raw_pieces < SMALL_SHARE)
    if not strict:
        small &= (cells.flag < PROTECTED) | ((cells.flag >= SMOOTHED) & (cells.flag < BACKCAST))
    return cells.replace(small, raw_kg, raw_pieces, REPORTED), small


def _run(panel: CommonPanel, settings: CommonSettings, neighbours: Neighbours, strict: bool) -> CommonResult:
    """Run all steps."""
    order = order_series(panel.countries, panel.keys)
    cells, raw, counts = _read_reported(panel, settings, strict)
    cells, step = _remove_outliers(cells, settings, neighbours, strict)
    counts |= step
    cells, step = _fill(cells, panel, neighbours, order, strict)
    counts |= step
    if settings.unit_weight is not None:
        window = panel.data_years
        weight = settings.unit_weight[:, :, window]
        years = panel.years[window]
        cells = replace_monitors(cells, settings.products, panel.keys, years, panel.stratum, weight, strict)
    cells, approach = _extend(_widen(cells, panel), panel, settings, neighbours, order, strict)
    cells = _place_photovoltaics(cells, panel, settings, slice(None), strict)
    raw = _widen(raw, panel)
    cells, restored = restore_small_changes(cells, raw.kg, raw.pieces, strict)
    flag = cells.flag
    if settings.production_step is not None:
        estimated = (flag == REPORTED) & (settings.production_step > 0)
        flag = np.where(estimated, ESTIMATED_PRODUCTION + settings.production_step, flag)
    if not strict:
        flag = np.where(np.isnan(cells.kg), MISSING, flag)
    counts |= {
        "forecast": _count(flag > BACKCAST),
        "backcast": _count(flag == BACKCAST),
        "restored": _count(restored),
    }
    people = panel.population[:, np.newaxis, :]
    reported = _widen_array(panel.kg, panel), _widen_array(panel.pieces, panel)
    return CommonResult(
        panel.countries,
        panel.keys,
        panel.years,
        cells.kg,
        cells.pieces,
        flag,
        cells.kg * people,
        cells.pieces * people,
        *reported,
        approach,
        CommonCounts(**counts),
        strict,
    )


def _read_reported(
    panel: CommonPanel, settings: CommonSettings, strict: bool
) -> tuple[Cells, Cells, dict[str, int]]:
    """Turn figures into amounts per inhabitant, with what is known of the market. Also the figures alone."""
    window = panel.data_years
    kg, pieces = panel.kg[:, :, window], panel.pieces[:, :, window]
    people = panel.population[:, np.newaxis, window]
    unlikely_sign = (kg <= 0) | (pieces <= 0)
    if strict:
        # Script 02 deletes net exports; mended, they are nought, and pieces alone below nought are unknown.
        kg, pieces = (np.where(unlikely_sign, np.nan, amount) for amount in (kg, pieces))
        flag = np.where(np.isnan(kg) & np.isnan(pieces), MISSING, REPORTED)
    else:
        pieces = np.where(kg <= 0, 0.0, np.where(np.isnan(kg) | (pieces <= 0), np.nan, pieces))
        flag = np.where(np.isnan(kg), MISSING, np.where(kg <= 0, NOT_POSITIVE, REPORTED))
        kg = np.maximum(kg, 0.0)
    raw = Cells(kg / people, pieces / people, flag.astype(np.int64))
    cells = raw
    corrected = np.zeros(kg.shape, dtype=np.bool_)
    if settings.corrected_kg is not None and settings.corrected_pieces is not None:
        new_kg, new_pieces = settings.corrected_kg[:, :, window], settings.corrected_pieces[:, :, window]
        corrected = ~np.isnan(new_kg)
        cells = cells.replace(corrected, new_kg / people, new_pieces / people, CORRECTED)
    cells = end_televisions(cells, settings.products, panel.keys, panel.years[window], panel.stratum)
    cells, unlikely = remove_unlikely_mass(cells, settings.products, panel.keys)
    if not strict:
        cells = _place_photovoltaics(cells, panel, settings, window, strict)
    counts = {
        "cells": kg.size,
        "reported": _count(raw.flag != MISSING),
        "corrected": _count(corrected),
        "unlikely": _count(unlikely),
        "missing_before_outliers": _count(np.isnan(cells.kg)),
    }
    return cells, raw, counts


def _remove_outliers(
    cells: Cells, settings: CommonSettings, neighbours: Neighbours, strict: bool
) -> tuple[Cells, dict[str, int]]:
    """Remove outliers over years, then among neighbours."""
    cells, high_over_years, low_over_years = remove_outliers_over_years(cells, settings.fence, strict)
    cells, high_in_stratum, low_in_stratum = neighbours.remove_outliers(cells)
    return cells, {
        "high_over_years": _count(high_over_years),
        "low_over_years": _count(low_over_years),
        "high_in_stratum": _count(high_in_stratum),
        "low_in_stratum": _count(low_in_stratum),
        "missing_after_outliers": _count(np.isnan(cells.kg)),
    }


def _fill(
    cells: Cells, panel: CommonPanel, neighbours: Neighbours, order: IntArray, strict: bool
) -> tuple[Cells, dict[str, int]]:
    """Fill gaps from other years, then from neighbours; smooth, and fill from other years again."""
    between = interpolate_gaps(cells, order, strict)
    anchors, power = neighbours.place_anchors(between)
    full, from_strata = fill_from_anchors(between, anchors, power, panel.stratum, strict)
    smooth, jumps = remove_jumps(full, strict)
    again = interpolate_gaps(smooth, order, strict)
    restored = np.isnan(again.kg) & ~np.isnan(full.kg)
    done = again.replace(restored, full.kg, full.pieces, again.flag - SMOOTHED)
    if not strict:
        done = bridge_gaps(done)
    return done, {
        "interpolated": _count(np.isnan(cells.kg) & ~np.isnan(between.kg)),
        "from_strata": _count(from_strata),
        "jumps": _count(jumps),
        "interpolated_again": _count(np.isnan(smooth.kg) & ~np.isnan(done.kg) & ~restored),
        "jumps_restored": _count(restored),
    }


def _extend(
    cells: Cells,
    panel: CommonPanel,
    settings: CommonSettings,
    neighbours: Neighbours,
    order: IntArray,
    strict: bool,
) -> tuple[Cells, IntArray]:
    """Carry all series on to the last and back to the first year."""
    years, last_year = panel.years, panel.last_data_year
    plan = plan_forecast(settings.exceptions, panel.countries, panel.keys, last_year)
    lines = neighbours.fit_lines(cells)
    cells, plan = forecast(cells, panel.purchasing_power, years, last_year, plan, lines, strict)
    cells = _clip(cells)
    if strict:
        cells = complete_pieces_of_last_years(cells, years, last_year, order)
    else:
        cells = complete_pieces(cells, settings.unit_weight)
    empty_until = find_last_empty_year(cells.kg, years, last_year, strict)
    if strict:
        cells = complete_pieces_of_first_years(cells, years, last_year, empty_until, order)
    return _clip(backcast(cells, years, empty_until, settings.introduction_year, strict)), plan.approach


def _clip(cells: Cells) -> Cells:
    """Set what is below nought to nought."""
    below = cells.kg < 0
    return cells.replace(below, 0.0, 0.0, cells.flag)


def _place_photovoltaics(
    cells: Cells, panel: CommonPanel, settings: CommonSettings, window: slice, strict: bool
) -> Cells:
    """Put the figures for photovoltaics in, if there are any."""
    if settings.photovoltaic_kg is None or settings.photovoltaic_pieces is None:
        return cells
    people = panel.population[:, window]
    kg, pieces = (
        settings.photovoltaic_kg[:, window] / people,
        settings.photovoltaic_pieces[:, window] / people,
    )
    return replace_photovoltaics(cells, settings.products, panel.keys, kg, pieces, strict)


def _widen(cells: Cells, panel: CommonPanel) -> Cells:
    """Put cells of the years of figures into all years."""
    shape = (*cells.kg.shape[:2], len(panel.years))
    kg, pieces, flag = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, MISSING, dtype=np.int64)
    window = panel.data_years
    kg[:, :, window], pieces[:, :, window], flag[:, :, window] = cells.kg, cells.pieces, cells.flag
    return Cells(kg, pieces, flag)


def _widen_array(amounts: FloatArray, panel: CommonPanel) -> FloatArray:
    """Keep the years of figures of an array over all years."""
    kept = np.full(amounts.shape, np.nan)
    kept[:, :, panel.data_years] = amounts[:, :, panel.data_years]
    return kept


def _check_reference(
    reference: ReferenceStrata, keys: int, years: int, settings: CommonSettings, stratum: int | None
) -> None:
    """Check the shapes of the reference strata, and the stratum of the country."""
    strata = reference.power.shape[0]
    problems = check_shape("reference.power", reference.power.shape, (strata, years), "(stratum, year)")
    for what in ("kg", "pieces"):
        got = getattr(reference, what).shape
        problems += check_shape(f"reference.{what}", got, (strata, keys, years), "(stratum, key, year)")
    numbers = set(range(1, strata + 1)) if stratum is None else {stratum}
    if stratum is not None and not 1 <= stratum <= strata:
        mend = "Name one of them, or None for the nearest."
        problems.append(Problem("CLN-004", "stratum", str(stratum), f"1 to {strata}", mend))
    problems += check_ends(numbers, settings.products)
    if problems:
        raise InputError(problems, "reference strata of the common method")


def _count(where: BoolArray) -> int:
    """Count cells."""
    return int(np.count_nonzero(where))
