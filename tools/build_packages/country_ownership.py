"""Country tables of households and of the equipment they own."""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figures, read_decisions
from tables import Row, format_number, trim_number

PERCENT = "% of households owning"
UNITS = (PERCENT, "units per 100 households", "units per 1000 persons")
AREAS = {"KZ total": "KAZ", "KZ rural": "rural"}

SOURCES = {
    "BNS_HBS2021_appl": ("BNS_HOUSEHOLD_SURVEY_2021", "B"),
    "BNS_HBS2021_AV": ("BNS_HOUSEHOLD_SURVEY_2021", "B"),
    "ROSSTAT2013_T26.23": ("ROSSTAT_2013", "C"),
    "ETODAY_2022": ("ETODAY_2022", "C"),
    "FINPROM2024": ("FINPROM_2024", "C"),
}
"""Source and grade by identifier of the collected table."""

SURVEY_ITEMS = {
    "hh_with_tv": ("Television", "0407;0408", "whole"),
    "hh_with_fridge": ("Refrigerator", "0108", "whole"),
    "hh_with_cellphone": ("Mobile phone", "0306", "part"),
}
"""Item, keys and coverage by variable of the area database."""

CENSUS_PERSONS = {"2009": 16.01e6, "2021": 19.19e6}
"""Persons counted, as the source of the households gives them."""

CENSUS_NOTE = "Persons counted over households rounded to 0.1 million; error of the size about 1 %."
BUMP_NOTE = "Above the censuses before and after it; another sample and definition."


def make_households(figures: Figures) -> Iterator[Row]:
    """Make the counts of two censuses, and household sizes of surveys before the first of them."""
    for record in figures.read("kaz/stocks_households.csv", item="Households"):
        households = float(record["value"])
        yield {
            "year": record["year"],
            "basis": "census",
            "size": format_number(CENSUS_PERSONS[record["year"]] / households, 3),
            "households": format_number(households, 8),
            "usable": True,
            "source": "CENSUS_2021_LITER",
            "grade": "B",
            "note": CENSUS_NOTE,
        }
    for record in figures.read("kaz/macro.csv", variable="household_size|National|Total"):
        is_bump = record["year"] == "2006"
        yield {
            "year": record["year"],
            "basis": "survey",
            "size": trim_number(record["value"]),
            "usable": not is_bump,
            "source": "GDL_AREADB",
            "grade": "B",
            "note": BUMP_NOTE if is_bump else None,
        }


def make_ownership(figures: Figures) -> Iterator[Row]:
    """Make the levels of ownership, each in the unit of its survey."""
    items = read_decisions("ownership_items.csv", "item")
    for record in figures.read("kaz/stocks_households.csv"):
        is_level = record["unit"] in UNITS and record["area"] in AREAS
        if not is_level or record["item"] not in items:
            continue
        item = items[record["item"]]
        source, grade = SOURCES[record["source_id"]]
        yield {
            "item_en": item["item_en"],
            "keys": item["keys"],
            "year": record["year"],
            "area": AREAS[record["area"]],
            "value": trim_number(record["value"]),
            "unit": record["unit"],
            "coverage": item["coverage"],
            "source": source,
            "grade": item["grade"] or grade,
            "note": item["note"] or None,
        }
    for variable, (name, keys, coverage) in SURVEY_ITEMS.items():
        for record in figures.read("kaz/macro.csv", variable=f"{variable}|National|Total"):
            yield {
                "item_en": name,
                "keys": keys,
                "year": record["year"],
                "area": "KAZ",
                "value": trim_number(record["value"]),
                "unit": PERCENT,
                "coverage": coverage,
                "source": "GDL_AREADB",
                "grade": "B",
            }
