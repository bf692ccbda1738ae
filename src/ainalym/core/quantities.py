"""The vocabulary: every quantity with its symbol, unit, dimensions, labels, definition and source.

The table ``quantities.csv`` beside this module is the one place where a quantity is defined. Validation,
attributes of result files, column headers, charts and documentation read it.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from ainalym.core.dimensions import order_dimensions

Language = Literal["en", "ru", "kk"]
"""A language of the program: English, Russian or Kazakh."""

LANGUAGES: tuple[Language, ...] = ("en", "ru", "kk")


class Quantity(NamedTuple):
    """One row of the vocabulary.

    Attributes
    ----------
    name
        Name in code, files and tables.
    symbol
        Symbol in formulas; may be empty.
    unit
        Unit as written in files, such as ``t/yr``.
    dimensions
        Names of its axes, in the order of the program, without ``draw`` and ``scenario`` that any quantity
        may carry.
    labels
        Name for readers, by language.
    definition
        What it is, in one sentence.
    source
        Where the definition comes from.
    """

    name: str
    symbol: str
    unit: str
    dimensions: tuple[str, ...]
    labels: dict[Language, str]
    definition: str
    source: str


@cache
def read_quantities() -> dict[str, Quantity]:
    """Read the vocabulary.

    Returns
    -------
    dict of str to Quantity
        By name, in the order of the table.
    """
    text = files(__package__).joinpath("quantities.csv").read_text(encoding="utf-8")
    return {row["name"]: _parse_row(row) for row in csv.DictReader(io.StringIO(text))}


def _parse_row(row: dict[str, str]) -> Quantity:
    return Quantity(
        name=row["name"],
        symbol=row["symbol"],
        unit=row["unit"],
        dimensions=order_dimensions(row["dimensions"].split()),
        labels={language: row[f"label_{language}"] for language in LANGUAGES},
        definition=row["definition"],
        source=row["source"],
    )


def get_quantity(name: str) -> Quantity:
    """Look up one quantity.

    Parameters
    ----------
    name
        Name in the vocabulary, such as ``ewaste_generated``.

    Returns
    -------
    Quantity
        Its row of the vocabulary.

    Raises
    ------
    KeyError
        If the vocabulary has no such name: a mistake in the program, not of the user.
    """
    return read_quantities()[name]
