"""Codes by which publications name countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import suggest
from ainalym.packages.trade.layouts import CodeSystem
from ainalym.packages.trade.tidy import WORLD

WORLD_CODES: Mapping[CodeSystem, tuple[str, ...]] = {
    "m49": ("0",),
    "iso2": ("WORLD", "W0", "W1"),
    "iso3": (WORLD, "W00"),
}
"""Codes of the world as a partner."""


@dataclass(frozen=True)
class CountryCodes:
    """Codes of one country.

    Attributes
    ----------
    iso3
        ISO 3166-1 alpha-3 code.
    by_system
        Every code of the country, by the way of writing.
    comtrade
        Code by which the UN trade database is asked.
    """

    iso3: str
    by_system: Mapping[CodeSystem, tuple[str, ...]]
    comtrade: str


def read_country_codes(reference: Reference, iso3: str) -> CountryCodes:
    """Read the codes of a country.

    Parameters
    ----------
    reference
        Reference package.
    iso3
        ISO 3166-1 alpha-3 code.

    Returns
    -------
    CountryCodes
        Its codes.

    Raises
    ------
    InputError
        [TRD-023] if the table of codes does not have the country.
    """
    table = reference.package.frame("country_codes").set_index("iso3")
    if iso3 not in table.index:
        raise InputError(
            Problem(
                "TRD-023",
                "country",
                repr(iso3),
                "a country of the table country_codes of the reference package",
                suggest(iso3, list(table.index)),
            )
        )
    row = table.loc[iso3]
    return CountryCodes(
        iso3,
        {
            "iso3": (iso3,),
            "iso2": tuple(str(row["iso2"]).split(";")),
            "m49": tuple(str(row["m49"]).split(";")),
        },
        str(row["comtrade"]),
    )


def list_country_codes(reference: Reference) -> pd.DataFrame:
    """List every code of every country, for joining.

    Parameters
    ----------
    reference
        Reference package.

    Returns
    -------
    pandas.DataFrame
        Columns ``system``, ``code`` and ``iso3``; the world included.
    """
    table = reference.package.frame("country_codes")
    rows = [
        (system, code, str(row.iso3))
        for row in table.itertuples()
        for system, cell in (("iso3", row.iso3), ("iso2", row.iso2), ("m49", row.m49))
        for code in str(cell).split(";")
    ]
    rows += [(system, code, WORLD) for system, codes in WORLD_CODES.items() for code in codes]
    return pd.DataFrame(rows, columns=["system", "code", "iso3"])
