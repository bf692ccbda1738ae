"""Files of the tables that name labels and hold evidence: they give back what was written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ainalym.results.result import Result
from ainalym.schemas.data_package import read_table_schema

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

OWN_TYPES: dict[str, dict[str, str]] = {
    "sources": {"year": "integer"},
    "package_tables": dict.fromkeys(("rows", "grade_A", "grade_B", "grade_C", "grade_D"), "integer"),
    "product_evidence": {"rows": "integer"},
    "composition_grade": {},
}
"""Types of the tables that no schema describes; a column that is not named holds texts."""


def name_table_file(table: str) -> str:
    """Name the file of a table: ``label_...`` if it names labels, ``evidence_...`` else."""
    if table == "sources":
        return f"sources{SUFFIX}"
    return f"{'label' if table in LABEL_TABLES else 'evidence'}_{table}{SUFFIX}"


def write_tables(result: Result, folder: Path) -> dict[str, str | None]:
    """Write every table of a result.

    Parameters
    ----------
    result
        Result of a run.
    folder
        An existing folder.

    Returns
    -------
    dict of str to str or None
        Column that is the index, by name of the table; None for a table without one.
    """
    indexes = {
        name: None if table.index.name is None else str(table.index.name)
        for name, table in sorted(result.tables.items())
    }
    for name, index in indexes.items():
        table = result.tables[name]
        whole = table if index is None else table.reset_index()
        whole.to_csv(folder / name_table_file(name), index=False, lineterminator="\n")
    return indexes


def read_tables(folder: Path, indexes: Mapping[str, str | None]) -> dict[str, pd.DataFrame]:
    """Read tables of a result back, each column in the type it was written with.

    Parameters
    ----------
    folder
        Folder that :func:`write_tables` wrote into.
    indexes
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
    tables = {name: _read_table(name, folder / name_table_file(name)) for name in indexes}
    return {
        name: table if (index := indexes[name]) is None else table.set_index(index)
        for name, table in tables.items()
    }


def _read_table(name: str, path: Path) -> pd.DataFrame:
    types = OWN_TYPES.get(name)
    if types is None:
        types = {field.name: field.type for field in read_table_schema(name).fields}
    # Keys such as 0101 and codes such as NA are texts: nothing is guessed.
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in table.columns:
        table[column] = _convert(table[column], types.get(column, "string"))
    return table


def _convert(texts: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return pd.to_numeric(texts.replace("", None)).astype(float)
    if kind == "integer":
        numbers = pd.to_numeric(texts.replace("", None))
        return numbers if numbers.isna().any() else numbers.astype("int64")
    if kind == "boolean":
        return texts.map({"True": True, "False": False}).astype(bool)
    return texts.astype(object)
