"""Placed on market from the store: apparent consumption by product and year, every cell with its flags.

This is the input of the methods that clean and complete the series. It corrects only what is named and
switched on, deletes nothing, and says of every cell what it rests on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntFlag
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.errors import InputError, Problem
from ainalym.kernels.consumption import (
    compute_apparent_consumption,
    compute_implied_weight,
    find_absurd_weights,
)
from ainalym.packages.reference import Reference
from ainalym.packages.trade.classification import (
    list_code_weights,
    list_fine_codes,
    list_product_weights,
    list_shares,
)
from ainalym.packages.trade.engine import Engine, Listener, open_engine
from ainalym.packages.trade.mirror_cover import FLOWS as MIRRORED_FLOWS
from ainalym.packages.trade.mirror_cover import MirrorCover, compute_mirror_cover, describe_thin_cover
from ainalym.packages.trade.statistics_options import (
    CORRECTIONS,
    StatisticsOptions,
    check_statistics_options,
    choose_publications,
    describe_left_out,
)
from ainalym.packages.trade.statistics_query import (
    COVERAGE,
    SUMS,
    UNMAPPED,
    USED,
    VALUES,
    YEARS,
    define_amounts,
    define_stored,
)
from ainalym.packages.trade.store import open_store
from ainalym.packages.trade.tidy import NATIONAL

FEWEST_PARTNERS = 4
"""Partners without which there is no usual value to compare with."""

FLOWS_OF_A_CELL = ("production", "import", "export", "re_export", "sales")
MEASURES = ("kg", "pieces")
SALES_PLACE = FLOWS_OF_A_CELL.index("sales")
MIRROR_PLACES = tuple(FLOWS_OF_A_CELL.index(flow) for flow in MIRRORED_FLOWS)


class CellFlag(IntFlag):
    """What a cell rests on; several may hold. A cell without any is as the country reported it."""

    NEGATIVE_KG = 1
    """More kg were exported than produced and imported."""
    NEGATIVE_PIECES = 2
    """More pieces were exported than produced and imported."""
    ABSURD_WEIGHT = 4
    """Mass and pieces imply a unit weight that the product cannot have."""
    MIRROR = 8
    """A flow is what the partners report."""
    RE_EXPORTS = 16
    """Re-exports were added to exports that evidently leave them out."""
    NO_EXPORTS = 32
    """There is no figure of exports; the amount is an upper bound."""
    ESTIMATED = 64
    """The publisher estimated a quantity."""
    COUNTED_SHARE = 128
    """A code serves several products, and the share is a count of its subdivisions."""
    VALUE_ALONE = 256
    """Part of the trade has a value but no quantity, and is missing here."""
    SCALED = 512
    """Months of a year were scaled to the whole year."""
    SALES = 1024
    """The figure is sales as published, not production and trade."""
    USED_IMPORTS = 2048
    """The value per piece of part of the imports is that of used equipment; the part is not taken out."""


NOT_ESTIMATED = CellFlag.SALES | CellFlag.USED_IMPORTS
"""Flags that say what a figure is, not that it is other than published."""


@dataclass(frozen=True)
class Statistics:
    """What the statistics of a country say about its market.

    Attributes
    ----------
    kg
        Apparent consumption. Dims (year, product), kg/yr; all products, every year from the first to the last
        of the store. NaN where there is no figure; below 0 where more was exported than supplied.
    pieces
        The same in pieces. Dims (year, product), pieces/yr.
    flags
        What each cell rests on. Dims (year, product), a sum of :class:`CellFlag`.
    flows
        The terms after corrections. Dims (measure, flow, year, product) with measure ``kg`` and ``pieces``.
    used
        Imports that their value per piece marks as used. Dims (measure, year, product); part of ``flows``,
        NaN where imports are not known by partner.
    reported_weight
        Unit weight that rows with both mass and pieces imply. Dims (year, product), kg/piece.
    coverage
        Rows and amounts by reporter, flow, year and publication, with ``is_chosen`` and the months covered.
    unmapped
        Codes without a product, and codes whose shares leave a rest, largest value first. ``share`` is the
        largest share of a year that has no product, amounts are of that share alone. ``heading_is_mapped``
        tells codes whose neighbours are electrical equipment.
    cells
        Cells that are negative or absurd, one row each, with the reason.
    mirror
        Flows that the country is silent of and partners report, with the share of them that these hold and
        whether they were used; see :class:`ainalym.packages.trade.mirror_cover.MirrorCover`.
    warnings
        What was left out because too little is known of it.
    record
        How it came to be, for the run record.
    """

    kg: xr.DataArray
    pieces: xr.DataArray
    flags: xr.DataArray
    flows: xr.DataArray
    used: xr.DataArray
    reported_weight: xr.DataArray
    coverage: pd.DataFrame
    unmapped: pd.DataFrame
    cells: pd.DataFrame
    mirror: pd.DataFrame
    warnings: tuple[Problem, ...]
    record: dict[str, Any]

    @property
    def is_as_reported(self) -> xr.DataArray:
        """Where a cell is what the country or its office published, without a correction or a gap in it."""
        has_figure = self.kg.notnull() | self.pieces.notnull()
        return has_figure & ((self.flags & ~int(NOT_ESTIMATED)) == 0)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables for a result: cells with their flags, partners' reports with their cover, unmapped codes."""
        return {
            "statistics_cells": self.tabulate(),
            "statistics_mirror": self.mirror,
            "statistics_unmapped": self.unmapped,
        }

    def tabulate(self) -> pd.DataFrame:
        """Give all cells with a figure: ``year``, ``product``, ``kg``, ``pieces``, ``flags`` by name.

        ``used_kg`` and ``used_pieces`` are the imports that their value marks as used, part of the imports.
        """
        columns = {"kg": self.kg, "pieces": self.pieces, "flags": self.flags}
        used = {f"used_{measure}": self.used.sel(measure=measure, drop=True) for measure in MEASURES}
        table = xr.Dataset({**columns, **used, "is_as_reported": self.is_as_reported}).to_dataframe()
        table = table.dropna(subset=["kg", "pieces"], how="all").reset_index()
        return table.assign(flags=[_name_flags(CellFlag(int(flag))) for flag in table["flags"]])


class _Figures(NamedTuple):
    """What the store answers.

    Attributes
    ----------
    sums, used, values
        Amounts by flow, year and product; imports marked as used; value by partner.
    coverage, unmapped
        As in :class:`Statistics`.
    weights
        Unit weight. Shape (year, product), kg/piece.
    """

    sums: pd.DataFrame
    used: pd.DataFrame
    values: pd.DataFrame
    coverage: pd.DataFrame
    unmapped: pd.DataFrame
    weights: np.ndarray


class _Axes(NamedTuple):
    years: np.ndarray
    products: list[str]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.years), len(self.products)

    def spread(self, frame: pd.DataFrame, column: str) -> np.ndarray:
        """Lay a column of a long table out over years and products, NaN where there is no row."""
        wide = np.full(self.shape, np.nan)
        rows = frame["year"].to_numpy() - self.years[0]
        wide[rows, pd.Index(self.products).get_indexer(pd.Index(frame["product"]))] = frame[column].to_numpy(
            dtype=float
        )
        return wide

    def label_measures(self, values: np.ndarray, **between: list[str]) -> xr.DataArray:
        """Put labels on an array whose first axis is the measure, and whose last are year and product."""
        coordinates = {"measure": list(MEASURES), **between, "year": self.years, "product": self.products}
        return xr.DataArray(values, coords=coordinates, dims=tuple(coordinates))

    def label(self, values: np.ndarray, name: str, unit: str) -> xr.DataArray:
        """Put labels on an array whose last axes are year and product."""
        return xr.DataArray(
            values,
            coords={"year": self.years, "product": self.products},
            dims=("year", "product"),
            name=name,
            attrs={"units": unit},
        )


def read_statistics(
    folder: Path,
    reference: Reference,
    options: StatisticsOptions | None = None,
    listen: Listener | None = None,
) -> Statistics:
    """Read what the store of a country says about its market.

    Parameters
    ----------
    folder
        Folder of the store.
    reference
        Reference package with products, codes and unit weights.
    options
        Choices; defaults if None.
    listen
        Told what is being done.

    Returns
    -------
    Statistics
        Apparent consumption by year and product, with flags.

    Raises
    ------
    InputError
        [TRD-017] if there is no store or it is empty, [TRD-024] for an unknown correction or option,
        [EXT-001] if the extra is not installed.
    """
    chosen = options or StatisticsOptions()
    check_statistics_options(chosen)
    store = open_store(folder)
    if not store.tables:
        mend = "Import statistics first: ainalym trade import FILES --source NAME --country CODE."
        problem = Problem("TRD-017", f"folder '{folder}'", "an empty store", "a store with figures", mend)
        raise InputError(problem)
    with (
        tempfile.TemporaryDirectory(prefix="ainalym-statistics-") as scratch,
        open_engine(Path(scratch), chosen.limits, listen) as engine,
    ):
        define_stored(engine, store.expression, store.contents.country)
        first, last = engine.fetch(YEARS)[0]
        axes = _Axes(np.arange(first, last + 1), [str(key) for key in reference.products.index])
        figures = _ask(engine, reference, axes, chosen)
    record = {
        "store": {entry.file: entry.hash for entry in store.contents.imports},
        "country": store.contents.country,
        "options": {key: value for key, value in asdict(chosen).items() if key not in ("tables", "limits")}
        | {"corrections": {name: chosen.is_on(name) for name in CORRECTIONS}},
        "left_out": describe_left_out(figures.coverage),
        "totals_left_out": sum(entry.totals_left_out for entry in store.contents.imports),
        "assumptions": {
            "used_share": chosen.used_share,
            "absurd_factor": chosen.absurd_factor,
            "least_cover": chosen.least_cover,
        },
    }
    return _assemble(axes, figures, record, chosen)


def _ask(engine: Engine, reference: Reference, axes: _Axes, options: StatisticsOptions) -> _Figures:
    """Ask the engine all that is needed of the store."""
    coverage = choose_publications(engine.fetch_frame(COVERAGE), options)
    columns = ["is_own", "reporter", "flow", "year", "source", "factor"]
    engine.register("chosen", coverage.loc[coverage["is_chosen"], columns])
    engine.register("parts", coverage.loc[coverage["is_part"] & ~coverage["is_own"], columns])
    weights = _register_tables(engine, reference, options, axes.years)
    define_amounts(engine, options.mass_from)
    return _Figures(
        sums=engine.fetch_frame(SUMS),
        used=engine.fetch_frame(USED.substitute(fewest=FEWEST_PARTNERS, share=options.used_share)),
        values=engine.fetch_frame(VALUES),
        coverage=coverage,
        unmapped=engine.fetch_frame(UNMAPPED),
        weights=axes.spread(weights, "weight"),
    )


def _register_tables(
    engine: Engine, reference: Reference, options: StatisticsOptions, years: np.ndarray
) -> pd.DataFrame:
    """Give the engine shares and weights; return the weights by product."""
    shares = list_shares(reference, options.tables, years)
    groups = options.tables.statistics_products
    if groups is not None and len(groups):
        # A share of nought is a decision that the group does not count, and no figure of nought.
        named = groups[groups["share"] > 0].rename(columns={"name": "code", "key": "product"})[
            ["code", "product", "share"]
        ]
        named = named.assign(hs_revision=NATIONAL, is_counted=False).merge(
            pd.DataFrame({"year": years}), how="cross"
        )
        shares = pd.concat([shares, named[list(shares.columns)]], ignore_index=True)
    weights = list_product_weights(reference, options.tables, years)
    engine.register("shares", shares)
    engine.register("fine_codes", list_fine_codes(reference, options.tables, years))
    engine.register("product_weights", weights)
    engine.register("code_weights", list_code_weights(options.tables, years))
    return weights


def _assemble(
    axes: _Axes, figures: _Figures, record: dict[str, Any], options: StatisticsOptions
) -> Statistics:
    sums, used, unit_weight = figures.sums, figures.used, figures.weights
    flows, flags_by_flow, cover = _correct(axes, figures, options)
    terms = {flow: flows[:, place] for place, flow in enumerate(FLOWS_OF_A_CELL)}
    terms["export"] = _fill_exports(axes, terms, figures.coverage, cover)
    flags = np.bitwise_or.reduce(flags_by_flow[:SALES_PLACE], axis=0)
    amounts, measure_flags = [], (CellFlag.NEGATIVE_KG, CellFlag.NEGATIVE_PIECES)
    for measure, negative in enumerate(measure_flags):
        consumption = compute_apparent_consumption(
            terms["production"][measure], terms["import"][measure], terms["export"][measure]
        )
        sold = terms["sales"][measure]
        is_sales = np.isnan(consumption.amount) & ~np.isnan(sold)
        amounts.append(np.where(is_sales, sold, consumption.amount))
        flags |= np.where(is_sales, CellFlag.SALES | flags_by_flow[SALES_PLACE], 0)
        flags |= np.where(consumption.is_negative, negative, 0)
        flags |= np.where(consumption.is_gross, CellFlag.NO_EXPORTS, 0)
    kg, pieces = amounts
    both = sums[sums["is_own"] & sums["flow"].isin(["production", "import", "export"])]
    columns = ["kg_of_both", "pieces_of_both"]
    totals = both.groupby(["year", "product"], as_index=False)[columns].sum(min_count=1)
    implied = compute_implied_weight(axes.spread(totals, "kg_of_both"), axes.spread(totals, "pieces_of_both"))
    is_absurd = find_absurd_weights(implied, np.ones(axes.shape), unit_weight, options.absurd_factor)
    is_absurd |= (kg < 0) != (pieces < 0)
    flags |= np.where(is_absurd & ~np.isnan(kg) & ~np.isnan(pieces), CellFlag.ABSURD_WEIGHT, 0)
    used_imports = np.stack([axes.spread(used, measure) for measure in MEASURES])
    flags |= np.where((np.nan_to_num(used_imports) > 0).any(axis=0), CellFlag.USED_IMPORTS, 0)
    flags = np.where(np.isnan(kg) & np.isnan(pieces), 0, flags)
    warnings = tuple(describe_thin_cover(cover.table, options.least_cover))
    return Statistics(
        kg=axes.label(kg, "apparent_consumption", "kg/yr"),
        pieces=axes.label(pieces, "apparent_consumption_pieces", "pieces/yr"),
        flags=axes.label(flags.astype(np.int32), "flags", "1"),
        flows=axes.label_measures(flows, flow=list(FLOWS_OF_A_CELL)),
        used=axes.label_measures(used_imports),
        reported_weight=axes.label(implied, "unit_weight", "kg/piece"),
        coverage=figures.coverage,
        unmapped=figures.unmapped,
        cells=_list_cells(axes, kg, pieces, flags, implied, unit_weight),
        mirror=cover.table,
        warnings=warnings,
        record=record | {"warnings": [str(warning) for warning in warnings]},
    )


def _fill_exports(
    axes: _Axes, terms: Mapping[str, np.ndarray], coverage: pd.DataFrame, cover: MirrorCover
) -> np.ndarray:
    """Take a product without exports for not exported, where exports are known, if only by partners."""
    is_known = coverage["is_chosen"] & coverage["is_own"] & (coverage["flow"] == "export")
    covered = np.isin(axes.years, coverage.loc[is_known, "year"])[:, np.newaxis]
    covered = covered | cover.is_usable[MIRRORED_FLOWS.index("export")]
    has_supply = ~np.isnan(terms["production"]) | ~np.isnan(terms["import"])
    return np.where(np.isnan(terms["export"]) & covered & has_supply, 0.0, terms["export"])


def _correct(
    axes: _Axes, figures: _Figures, options: StatisticsOptions
) -> tuple[np.ndarray, np.ndarray, MirrorCover]:
    """Lay out the flows, shape (measure, flow, year, product), and correct them.

    Flags come with them, shape (flow, year, product), and what the partners' reports cover.
    """
    sums = figures.sums
    own, mirror = (_lay_out(axes, sums[sums["is_own"] == side]) for side in (True, False))
    flags = _flag_rows(axes, sums[sums["is_own"]])
    # A flow is filled in both measures or in none, so that they never come from different reports, and
    # what is said of a flow is said of the report that it comes from.
    is_missing = np.isnan(own).all(axis=0) & ~np.isnan(mirror).all(axis=0)
    cover = _cover_mirror(axes, figures, is_missing, options)
    is_filled = np.zeros(is_missing.shape, dtype=bool)
    for place, usable in zip(MIRROR_PLACES, cover.is_usable, strict=True):
        is_filled[place] = is_missing[place] & usable
    own = np.where(is_filled, mirror, own)
    flags = np.where(is_filled, CellFlag.MIRROR | _flag_rows(axes, sums[~sums["is_own"]]), flags)
    export_place, re_export_place = (FLOWS_OF_A_CELL.index(flow) for flow in ("export", "re_export"))
    export, re_export = own[:, export_place], own[:, re_export_place]
    leaves_out = np.zeros(axes.shape, dtype=bool)
    if options.is_on("re_exports"):
        with np.errstate(invalid="ignore"):
            leaves_out = (np.nan_to_num(export) < re_export).any(axis=0)
        own[:, export_place] = np.where(leaves_out, np.nan_to_num(export) + np.nan_to_num(re_export), export)
    # Re-exports that are not added are no part of the cell.
    flags[re_export_place] = np.where(leaves_out, flags[re_export_place] | CellFlag.RE_EXPORTS, 0)
    return own, flags, cover


def _cover_mirror(
    axes: _Axes, figures: _Figures, is_missing: np.ndarray, options: StatisticsOptions
) -> MirrorCover:
    """Ask how far partners stand for what is missing; with the correction off they stand for nothing."""
    is_candidate = is_missing[list(MIRROR_PLACES)]
    values, coverage = figures.values, figures.coverage
    if not options.is_on("mirror"):
        values, coverage = values[values["is_own"]], coverage[coverage["is_own"]]
    return compute_mirror_cover(
        values, coverage, is_candidate, axes.years, axes.products, options.least_cover
    )


def _lay_out(axes: _Axes, sums: pd.DataFrame) -> np.ndarray:
    by_flow = [sums[sums["flow"] == flow] for flow in FLOWS_OF_A_CELL]
    return np.stack([[axes.spread(rows, measure) for rows in by_flow] for measure in ("kg", "pieces")])


def _flag_rows(axes: _Axes, sums: pd.DataFrame) -> np.ndarray:
    """Flag what the rows of each flow say of themselves, shape (flow, year, product)."""
    columns = {
        "is_estimated": CellFlag.ESTIMATED,
        "is_counted": CellFlag.COUNTED_SHARE,
        "is_absurd": CellFlag.ABSURD_WEIGHT,
        "has_value_alone": CellFlag.VALUE_ALONE,
        "is_scaled": CellFlag.SCALED,
    }
    flags = np.zeros((len(FLOWS_OF_A_CELL), *axes.shape), dtype=np.int32)
    for column, flag in columns.items():
        for place, flow in enumerate(FLOWS_OF_A_CELL):
            marked = sums[sums[column].astype(bool) & (sums["flow"] == flow)]
            flags[place] |= np.where(np.isnan(axes.spread(marked, "year")), 0, flag).astype(np.int32)
    return flags


def _list_cells(
    axes: _Axes,
    kg: np.ndarray,
    pieces: np.ndarray,
    flags: np.ndarray,
    implied: np.ndarray,
    unit_weight: np.ndarray,
) -> pd.DataFrame:
    listed = CellFlag.NEGATIVE_KG | CellFlag.NEGATIVE_PIECES | CellFlag.ABSURD_WEIGHT
    rows, columns = np.nonzero(flags & listed)
    return pd.DataFrame(
        {
            "year": axes.years[rows],
            "product": [axes.products[column] for column in columns],
            "reason": [_name_flags(CellFlag(int(flag) & listed)) for flag in flags[rows, columns]],
            "kg": kg[rows, columns],
            "pieces": pieces[rows, columns],
            "reported_weight": implied[rows, columns],
            "unit_weight": unit_weight[rows, columns],
        }
    )


def _name_flags(flags: CellFlag) -> str:
    return ";".join(str(flag.name).lower() for flag in CellFlag if flag in flags)
