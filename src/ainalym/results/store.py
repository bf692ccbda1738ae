"""The outlook folder: arrays and draws as NetCDF, tidy tables as CSV, the run record as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from ainalym.results.exports import write_exports
from ainalym.results.folder import RECORD_FILE
from ainalym.results.indicators import compute_collection_rates, compute_recovery_rates
from ainalym.results.intervals import tabulate_quantiles
from ainalym.results.outcomes import compute_outcomes, compute_present_values, list_periods
from ainalym.results.result import Result
from ainalym.results.summary import (
    compute_comparison,
    compute_headline,
    compute_material_summary,
    compute_sales_comparison,
)
from ainalym.results.tables import write_tables

ARRAYS_FILE = "outlook.nc"
DRAWS_FILE, QUANTILES_FILE, MEANS_FILE = "draws.nc", "quantiles.nc", "means.nc"
TABLES_FOLDER = "tables"
SENSITIVITY_TABLES = ("sensitivity_ranges", "sensitivity_indices")
"""Tables that a result has only where it was asked what drives it."""

CENTRAL_LEVEL, DRAWS_LEVEL = 4, 0
"""Levels of compression: draws are noise, of which packing takes off a seventh at three times the time."""

QUANTITIES_FILE = "quantities.csv"
"""Header table: name, unit, definition of every quantity in the other tables."""

STORE_FORMAT = 2
"""Raised whenever a folder of an older version can no longer be read."""


def write_result(result: Result, folder: Path) -> None:
    """Write a result into an empty folder.

    Parameters
    ----------
    result
        Result of a run.
    folder
        An existing folder, best one of :func:`ainalym.results.folder.replace_folder`.

    Notes
    -----
    Writes ``outlook.nc`` (the central path), ``tables/<quantity>.csv``, ``tables/quantities.csv`` with the
    units, the summary tables, ``tables/calibration_*.csv`` where the model has learned from evidence,
    ``tables/statistics_*.csv`` where imported statistics have entered, and ``run.json``; where the run has
    draws also ``draws.nc`` (totals by category and by material of every draw), ``quantiles.nc``,
    ``means.nc`` and ``tables/<quantity>_quantiles.csv``.
    ``exports/`` holds the layouts of Eurostat, the SDG indicators and a UNSD-style questionnaire.
    """
    write_arrays(result.data, folder / ARRAYS_FILE, CENTRAL_LEVEL)
    tables = folder / TABLES_FOLDER
    tables.mkdir()
    for quantity in result.data.data_vars:
        write_table(result.to_frame(str(quantity)), tables / f"{quantity}.csv")
    _write_draws(result, folder)
    write_table(result.describe_quantities(), tables / QUANTITIES_FILE)
    for name, table in {
        "summary_headline": compute_headline(result),
        "summary_materials": compute_material_summary(result),
        "summary_published": compute_comparison(result),
        "summary_sales": compute_sales_comparison(result),
        "summary_outcomes": compute_outcomes([result], list_periods(result)),
        "summary_present_values": compute_present_values([result]),
        "indicators_collection": compute_collection_rates(result),
        "indicators_recovery": compute_recovery_rates(result),
    }.items():
        write_table(table, tables / f"{name}.csv")
    forms = write_tables(result, tables)
    write_exports(result, folder)
    store = {"format": STORE_FORMAT, "country": dict(result.country), "tables": forms}
    _write_record(folder, {**result.record, "store": store})


def write_sensitivity(result: Result, folder: Path) -> None:
    """Write the tables of a sensitivity analysis and its record into an empty folder.

    Parameters
    ----------
    result
        Result with the tables ``sensitivity_ranges`` and ``sensitivity_indices``.
    folder
        An existing folder, best one of :func:`ainalym.results.folder.replace_folder`.
    """
    tables = folder / TABLES_FOLDER
    tables.mkdir()
    for name in SENSITIVITY_TABLES:
        write_table(result.tables[name], tables / f"{name}.csv")
    _write_record(folder, result.record)


def _write_record(folder: Path, entries: Mapping[str, Any]) -> None:
    record = json.dumps(entries, ensure_ascii=False, indent=2)
    (folder / RECORD_FILE).write_text(record + "\n", encoding="utf-8")


def write_arrays(data: xr.Dataset, path: Path, level: int) -> None:
    """Write arrays as NetCDF 4, with units and definitions as attributes.

    Parameters
    ----------
    data
        Labelled arrays.
    path
        File to write.
    level
        Of compression, 1 to 9; 0 for none.
    """
    # Made in memory first: on a full disk the HDF5 library ends the process instead of raising.
    path.write_bytes(dump_arrays(data, level))


def dump_arrays(data: xr.Dataset, level: int) -> bytes:
    """Write arrays as the bytes of a NetCDF 4 file.

    Parameters
    ----------
    data
        Labelled arrays.
    level
        Of compression, 1 to 9; 0 for none.

    Returns
    -------
    bytes
        The file.
    """
    packing = {"zlib": True, "complevel": level} if level else {}
    encoding = {str(name): packing for name in data.data_vars}
    return bytes(data.to_netcdf(engine="h5netcdf", encoding=encoding))


def format_table(table: pd.DataFrame) -> str:
    """Write a table as CSV, as it stands in the outlook folder."""
    return str(table.to_csv(index=False, float_format="%.8g", lineterminator="\n"))


def _write_draws(result: Result, folder: Path) -> None:
    """Write draws, quantiles and means, where the run has them."""
    if result.draws is None or result.quantiles is None or result.means is None:
        return
    write_arrays(result.draws, folder / DRAWS_FILE, DRAWS_LEVEL)
    write_arrays(result.quantiles, folder / QUANTILES_FILE, CENTRAL_LEVEL)
    write_arrays(result.means, folder / MEANS_FILE, CENTRAL_LEVEL)
    for quantity in result.quantiles.data_vars:
        table = tabulate_quantiles(result, str(quantity))
        write_table(table, folder / TABLES_FOLDER / f"{quantity}_quantiles.csv")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a tidy table as CSV.

    Parameters
    ----------
    table
        One row per figure.
    path
        File to write.
    """
    path.write_text(format_table(table), encoding="utf-8", newline="\n")
