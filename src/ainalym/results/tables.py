"""Files of the tables that name labels and hold evidence: they give back what was written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_float_dtype, is_integer_dtype

from ainalym.results.result import Result

SUFFIX = ".csv"

LABEL_TABLES = (
    "products",
    "categories",
    "materials",
    "regions",
    "routes",
    "treatments",
    "substances",
)

PLAIN_TABLES = (
    "sources",
    "sensitivity_ranges",
    "sensitivity_indices",
    "statistics_cells",
    "statistics_mirror",
    "statistics_unmapped",
)
"""Tables whose files are called as they are."""

CALIBRATION_TABLES = ("evidence", "learned", "conflicts", "prior")
"""Tables of a result that has learned from evidence."""


def name_table_file(table: str) -> str:
    """Name the file of a table: ``label_...`` if it names labels, ``calibration_...`` if it was learned."""
    if table in PLAIN_TABLES:
        return f"{table}{SUFFIX}"
    if table in LABEL_TABLES:
        return f"label_{table}{SUFFIX}"
    return f"{'calibration' if table in CALIBRATION_TABLES else 'evidence'}_{table}{SUFFIX}"


def write_tables(result: Result, folder: Path) -> dict[str, dict[str, Any]]:
    """Write every table of a result.

    Parameters
    ----------
    result
        Result of a run.
    folder
        An existing folder.

    Returns
    -------
    dict of str to dict
        By name of the table: ``index``, the column that is the index, or None; ``types`` of the columns,
        texts apart.
    """
    forms = {}
    for name, table in sorted(result.tables.items()):
        index = None if table.index.name is None else str(table.index.name)
        whole = table if index is None else table.reset_index()
        whole.to_csv(folder / name_table_file(name), index=False, lineterminator="\n")
        types = {str(column): kind for column in whole if (kind := _find_type(whole[column])) != "string"}
        forms[name] = {"index": index, "types": types}
    return forms


def _find_type(column: pd.Series) -> str:
    if is_bool_dtype(column):
        return "boolean"
    if is_integer_dtype(column):
        return "integer"
    if is_float_dtype(column):
        return "number"
    # An empty text and a missing one look alike in the file.
    return "optional" if column.isna().any() else "string"


def read_tables(folder: Path, forms: Mapping[str, Mapping[str, Any]]) -> dict[str, pd.DataFrame]:
    """Read tables of a result back, each column in the type it was written with.

    Parameters
    ----------
    folder
        Folder that :func:`write_tables` wrote into.
    forms
        What :func:`write_tables` gave.

    Returns
    -------
    dict of str to pandas.DataFrame
        By name of the table, as :class:`ainalym.results.result.Result` has them.

    Raises
    ------
    OSError, ValueError
        Where a file is missing or is not what was written.
    """
    tables = {}
    for name, form in forms.items():
        table = _read_table(folder / name_table_file(name), form["types"])
        tables[name] = table if form["index"] is None else table.set_index(form["index"])
    return tables


def _read_table(path: Path, types: Mapping[str, str]) -> pd.DataFrame:
    # Keys such as 0101 and codes such as NA are texts: nothing is guessed.
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in table.columns:
        table[column] = _convert(table[column], types.get(column, "string"))
    return table


def _convert(texts: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return pd.to_numeric(texts.replace("", None)).astype(float)
    if kind == "integer":
        return pd.to_numeric(texts).astype("int64")
    if kind == "boolean":
        return texts.map({"True": True, "False": False}).astype(bool)
    if kind == "optional":
        return texts.astype(object).where(texts != "", math.nan)
    return texts.astype(object)
