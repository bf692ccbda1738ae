"""The outlook folder: arrays as NetCDF, tidy tables as CSV, the run record as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from ainalym.results.folder import RECORD_FILE
from ainalym.results.result import Result
from ainalym.results.summary import (
    compute_comparison,
    compute_headline,
    compute_material_summary,
    compute_sales_comparison,
)

ARRAYS_FILE = "outlook.nc"
TABLES_FOLDER = "tables"
QUANTITIES_FILE = "quantities.csv"
"""Header table: name, unit, definition of every quantity in the other tables."""


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
    Writes ``outlook.nc``, ``tables/<quantity>.csv``, ``tables/quantities.csv`` with the units, the summary
    tables and ``run.json``.
    """
    write_arrays(result, folder / ARRAYS_FILE)
    tables = folder / TABLES_FOLDER
    tables.mkdir()
    for quantity in result.data.data_vars:
        _write_table(result.to_frame(str(quantity)), tables / f"{quantity}.csv")
    _write_table(result.describe_quantities(), tables / QUANTITIES_FILE)
    for name, table in {
        "summary_headline": compute_headline(result),
        "summary_materials": compute_material_summary(result),
        "summary_published": compute_comparison(result),
        "summary_sales": compute_sales_comparison(result),
        "label_products": result.tables["products"].reset_index(),
        "label_categories": result.tables["categories"].reset_index(),
        "label_materials": result.tables["materials"].reset_index(),
        "label_regions": result.tables["regions"].reset_index(),
        "sources": result.tables["sources"],
    }.items():
        _write_table(table, tables / f"{name}.csv")
    record = json.dumps(result.record, ensure_ascii=False, indent=2)
    (folder / RECORD_FILE).write_text(record + "\n", encoding="utf-8")


def write_arrays(result: Result, path: Path) -> None:
    """Write the arrays as NetCDF 4, compressed, with units and definitions as attributes.

    Parameters
    ----------
    result
        Result of a run.
    path
        File to write.
    """
    encoding = {str(name): {"zlib": True, "complevel": 4} for name in result.data.data_vars}
    # Made in memory first: on a full disk the HDF5 library ends the process instead of raising.
    content = result.data.to_netcdf(engine="h5netcdf", encoding=encoding)
    path.write_bytes(content)


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, float_format="%.8g", lineterminator="\n")
