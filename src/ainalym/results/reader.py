"""Opens an outlook folder again: the result that was written, without computing anything."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from ainalym.errors import InputError, Problem
from ainalym.results.folder import RECORD_FILE
from ainalym.results.result import Result
from ainalym.results.store import (
    ARRAYS_FILE,
    DRAWS_FILE,
    MEANS_FILE,
    QUANTILES_FILE,
    STORE_FORMAT,
    TABLES_FOLDER,
)
from ainalym.results.tables import read_tables


def read_result(folder: Path) -> Result:
    """Read the result of an outlook folder.

    Parameters
    ----------
    folder
        Folder that :func:`ainalym.results.store.write_result` wrote.

    Returns
    -------
    Result
        The same arrays, tables and record.

    Raises
    ------
    InputError
        [OUT-005] if the folder is no outlook, [OUT-006] if another version of the program wrote it,
        [OUT-007] if a file of it is missing or damaged.
    """
    record = _read_record(folder)
    store = record.pop("store")
    country = dict(store["country"])
    try:
        data = _read_arrays(folder / ARRAYS_FILE)
        spread = [
            _read_arrays(folder / name) if "ensemble" in record else None
            for name in (DRAWS_FILE, QUANTILES_FILE, MEANS_FILE)
        ]
        tables = read_tables(folder / TABLES_FOLDER, store["tables"])
    except (OSError, ValueError, KeyError, pd.errors.ParserError) as error:
        raise InputError(
            Problem(
                "OUT-007",
                f"folder '{folder}'",
                "a file that is missing or damaged",
                f"the files that the outlook of {country['iso3']} was written with",
                f"Write it again: ainalym outlook {country['iso3']} --out '{folder}' --force",
            )
        ) from error
    return Result(data, tables, country, record, *spread)


def _read_record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        iso3 = str(record["country"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            Problem(
                "OUT-005",
                f"folder '{folder}'",
                f"no readable {RECORD_FILE}",
                "a folder that `ainalym outlook` wrote",
                "Give such a folder, or the code of an embedded country.",
            )
        ) from error
    found = record.get("store", {}).get("format")
    if found != STORE_FORMAT:
        writer = record.get("versions", {}).get("ainalym", "an unknown version")
        raise InputError(
            Problem(
                "OUT-006",
                f"folder '{folder}'",
                f"a store of format {found or 1}, written by ainalym {writer}",
                f"format {STORE_FORMAT}",
                f"Write it again with this version: ainalym outlook {iso3} --out '{folder}' --force",
            )
        )
    return record


def _read_arrays(path: Path) -> xr.Dataset:
    # Read at once and closed: a folder that is replaced while it is served changes nothing that was read.
    with xr.open_dataset(io.BytesIO(path.read_bytes()), engine="h5netcdf") as stored:
        return stored.load()
