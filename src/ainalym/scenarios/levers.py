"""The levers that a scenario may pull, from the table beside this module."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from ainalym.core.quantities import LANGUAGES, Language

ActsOn = Literal["category", "product", "material", "none"]


class Lever(NamedTuple):
    """One lever.

    Attributes
    ----------
    name
        Name in scenarios.
    acts_on
        What its ``applies_to`` may name; a lever on products takes categories as well.
    unit
        ``share`` of a whole, ``factor`` on the value of today, or relative ``change``.
    minimum, maximum
        Lowest and highest target.
    labels
        Name for readers, by language.
    definitions
        What it means, in one sentence, by language.
    """

    name: str
    acts_on: ActsOn
    unit: str
    minimum: float
    maximum: float
    labels: Mapping[Language, str]
    definitions: Mapping[Language, str]


@cache
def read_levers() -> dict[str, Lever]:
    """Read the levers.

    Returns
    -------
    dict of str to Lever
        By name, in the order of the table.
    """
    text = files(__package__).joinpath("levers.csv").read_text(encoding="utf-8")
    return {row["lever"]: _parse_row(row) for row in csv.DictReader(io.StringIO(text))}


def _parse_row(row: dict[str, str]) -> Lever:
    acts_on: dict[str, ActsOn] = {
        "category": "category",
        "product": "product",
        "material": "material",
        "none": "none",
    }
    return Lever(
        name=row["lever"],
        acts_on=acts_on[row["acts_on"]],
        unit=row["unit"],
        minimum=float(row["minimum"]),
        maximum=float(row["maximum"]),
        labels={language: row[f"name_{language}"] for language in LANGUAGES},
        definitions={language: row[f"definition_{language}"] for language in LANGUAGES},
    )
