"""The one form that every publication is brought into: its columns, flows and flags."""

from __future__ import annotations

from typing import Literal, get_args

Source = Literal["comtrade", "comtrade-api", "baci", "comext", "bns-hs6", "bns-resources", "tidy"]
"""Publications that can be read."""

SOURCES: tuple[Source, ...] = get_args(Source)

Flow = Literal["import", "export", "re_export", "re_import", "production", "sales"]
"""What a row counts. Exports contain re-exports and imports re-imports, as IMTS 2010 recommends."""

FLOWS: tuple[Flow, ...] = get_args(Flow)

TIDY_COLUMNS = {
    "year": "INTEGER",
    "period": "VARCHAR",
    "flow": "VARCHAR",
    "reporter": "VARCHAR",
    "partner": "VARCHAR",
    "hs_revision": "VARCHAR",
    "code": "VARCHAR",
    "kg": "DOUBLE",
    "pieces": "DOUBLE",
    "value_usd": "DOUBLE",
    "source": "VARCHAR",
    "file": "VARCHAR",
    "line": "BIGINT",
    "flags": "VARCHAR",
}
"""Columns of the store with their types.

``period`` is a year (``2022``), a month (``2022-03``) or a run of months (``2026-01/2026-07``). ``reporter``
and ``partner`` are ISO 3166-1 alpha-3 codes, ``WLD`` for the world. ``hs_revision`` is one of the revisions
of the Harmonised System, or ``NATIONAL`` where ``code`` is a product group in words. An amount that was not
published is missing, never nought. ``line`` is the line of the file, missing where a figure is a sum of lines
or the file is so large that counting its lines would slow the import. ``flags`` are separated by ``;``.
"""

REVISIONS = ("HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022")
"""Revisions of the Harmonised System, oldest first."""

REVISION_YEARS = (1992, 1996, 2002, 2007, 2012, 2017, 2022)
"""First year of each revision."""

REVISION_WORDS = {
    name: (name, f"H{number}", name[2:], f"HS{name[4:]}") for number, name in enumerate(REVISIONS)
}
"""How the revisions are written: HS2017, H5, 2017, HS17."""

NATIONAL = "NATIONAL"
"""Stands for the revision where a code is a product group in words."""

WORLD = "WLD"
"""Partner of a row that is the total over partners."""

FLAG_KG_ESTIMATED = "kg_estimated"
"""The publisher estimated the mass."""

FLAG_PIECES_ESTIMATED = "pieces_estimated"
"""The publisher estimated the number of pieces."""

FLAG_ABSURD = "absurd_weight"
"""Mass and pieces imply a unit weight that the product cannot have."""

FLAG_PRELIMINARY = "preliminary"
"""The publisher calls the figure preliminary."""

FLAG_SUM_DIFFERS = "sum_differs"
"""The parts that were added up do not give the published total of the month."""

FLAG_RECONCILED = "reconciled"
"""The figure is a compromise of both partners' reports, made by the publisher."""

EEE_CHAPTERS = ("84", "85", "90", "91", "94", "95")
"""Chapters of the Harmonised System in which a code without a product is worth a look.

Codes of other chapters are kept only where the mapping names them: electric blankets, e-bikes, drones."""
