"""Reference tables of materials: composition, calibration, prices, mass of photovoltaic equipment."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from figures import Figures, Record, read_curated
from tables import Row, format_number, trim_number

PRECIOUS = ("gold", "silver", "palladium")
BOARD_FRACTION = "_pcb_fraction"
FRACTION_STEP = Decimal("0.000001")

BASIS_SOURCES = (
    (r"Babbitt", "BABBITT_2020"),
    (r"\[Ecodesign/ICF\]", "ECODESIGN_BOM"),
    (r"NREL_PV_ICE", "NREL_PV_ICE_2024"),
    (r"board class", "BOARD_GRADES"),
    (r"Chancerel 20", "CHANCEREL_2010"),
    (r"Buchert 2012", "BUCHERT_2012"),
    (r"Hagel[ue]+ken & Buchert", "HAGELUEKEN_2008"),
    (r"Oeko-Institut 2016", "OEKO_2016"),
    (r"Bookhagen 2020", "BOOKHAGEN_2020"),
    (r"Shirahase & Kida", "SHIRAHASE_KIDA_2009"),
    (r"fallback|ASSUMED|assumed|proxy", "AINALYM_2026"),
)
"""What the text of a basis says about its sources."""

RECOLLECTION = re.compile("from memory|ASSUMED|assumed nil")
"""Words of a basis that make its figure an assumption."""

WORLD_TOTALS = {"2019": "GEM_WORLD_2020", "2022": "GEM_WORLD_2024"}

PINK_SHEET_MATERIALS = ("aluminium", "copper", "lead", "tin", "nickel", "zinc", "gold", "silver")
FIRST_PRICE_YEAR, LAST_PRICE_YEAR = 2000, 2025
LAST_PALLADIUM_YEAR_OF_USGS = 2022
TO_MODEL_UNIT = {"USD/troy ounce": (1 / 31.1034768, "USD/g"), "USD/pound": (2204.62262, "USD/t")}
"""Factor and unit of the model for units in which metals are quoted."""

PLASTICS_ASSUMPTION = "plastic_mixed_WEEE_unsorted"
PLASTICS_NOTE = (
    "Assumption, range 0-200 USD/t. Mixed unsorted plastics as they leave a shredder, part of them with "
    "brominated flame retardants; prices of sorted ABS, PS or PP recyclate (500-600 USD/t) would price the "
    "whole mass as if it were sorted."
)
COBALT_NOTE = "One price on a page of June 2024, exact date uncertain; no yearly mean."
PALLADIUM_NOTE = "Compiler's memory of the yearly mean; not verified."
SCRAP_NOTE = (
    "Priced as ferrous scrap HMS 1&2 80:20 CFR Turkey, compiler's memory of the yearly mean; not verified. "
    "Domestic prices are lower: export of scrap is banned in Kazakhstan."
)

LAST_CHANGED_PANEL_FACTOR = 2016
FIRST_PANEL_YEAR = 1990


def make_composition(figures: Figures) -> Iterator[Row]:
    """Make the mass fractions of 16 materials for 54 keys; the additive ones sum to exactly 1."""
    records = figures.read("reference/composition_default.csv")
    kept = sorted((record for record in records if record["material"] != BOARD_FRACTION), key=_key)
    for key, group in groupby(kept, key=_key):
        members = list(group)
        fractions = normalise(
            {record["material"]: record["mass_fraction"] for record in members if not _is_precious(record)}
        )
        for record in members:
            basis = record["basis"]
            yield {
                "key": key,
                "material": record["material"],
                "value": _write_fraction(record, fractions),
                "unit": "mg/kg" if _is_precious(record) else "kg/kg",
                "source": find_sources(basis),
                "grade": "D" if RECOLLECTION.search(basis) else record["grade"],
                "basis": basis,
            }


def _key(record: Record) -> str:
    return record["key"]


def _is_precious(record: Record) -> bool:
    return record["material"] in PRECIOUS


def _write_fraction(record: Record, fractions: dict[str, Decimal]) -> str:
    if _is_precious(record):
        return format_number(float(record["mass_fraction"]) * 1e6, 4)
    return format_number(float(fractions[record["material"]]), 6)


def normalise(cells: dict[str, str]) -> dict[str, Decimal]:
    """Scale fractions to sum to 1 in steps of 1e-6; the largest one takes what rounding leaves."""
    total = sum(Decimal(cell) for cell in cells.values())
    fractions = {
        material: (Decimal(cell) / total).quantize(FRACTION_STEP) for material, cell in cells.items()
    }
    largest = max(fractions, key=lambda material: fractions[material])
    fractions[largest] += 1 - sum(fractions.values())
    return fractions


def find_sources(basis: str) -> str:
    """Name the sources that the text of a basis mentions."""
    found = [name for pattern, name in BASIS_SOURCES if re.search(pattern, basis)]
    return ";".join(found) or "AINALYM_2026"


def make_calibration(figures: Figures) -> Iterator[Row]:
    """Make the factors of published over computed world totals, materials of the model only."""
    materials = {record["material"] for record in read_curated("materials.csv")}
    by_material: dict[str, list[Record]] = {}
    for record in figures.read("reference/composition_calibration.csv"):
        if record["factor_published_over_bottom_up"] and record["material"] in materials:
            by_material.setdefault(record["material"], []).append(record)
    for material, records in by_material.items():
        factors = [float(record["factor_published_over_bottom_up"]) for record in records]
        years = sorted(record["year"] for record in records)
        from_memory = any(record["evidence"] == "recall_unverified" for record in records)
        range_note = " One year only: no range." if len(years) == 1 else ""
        yield {
            "material": material,
            "factor": format_number(math.exp(sum(map(math.log, factors)) / len(factors)), 3),
            "low": format_number(min(factors), 3),
            "high": format_number(max(factors), 3),
            "source": ";".join(WORLD_TOTALS[year] for year in years),
            "grade": "D" if from_memory else "C",
            "note": f"World totals of {' and '.join(years)}.{range_note}",
        }


def make_prices(figures: Figures) -> Iterator[Row]:
    """Make the nominal mean prices of the year; materials without a quotation have no row."""
    for record in figures.read("reference/prices_and_factors.csv", variable="price_nominal"):
        name, year = record["material"], int(record["year"])
        if not FIRST_PRICE_YEAR <= year <= LAST_PRICE_YEAR:
            continue
        if name in PINK_SHEET_MATERIALS:
            yield _price(record, name, "WORLD_BANK_PINK_2026", "A")
        elif name == "palladium" and year > LAST_PALLADIUM_YEAR_OF_USGS:
            yield _price(record, name, "MEMORY_PALLADIUM", "D", PALLADIUM_NOTE)
        elif name == "ferrous_scrap_HMS_CFR_Turkey":
            yield _price(record, "iron_steel", "MEMORY_SCRAP", "D", SCRAP_NOTE)
    yield from _make_survey_prices()
    for record in figures.read("reference/prices_and_factors.csv", variable="price_spot", material="cobalt"):
        yield _price(record, "cobalt", "MINEX_2024", "B", COBALT_NOTE)
    for record in figures.read("reference/prices_and_factors.csv", material=PLASTICS_ASSUMPTION):
        yield _price(record, "plastics", "AINALYM_2026", "D", PLASTICS_NOTE)


def _make_survey_prices() -> Iterator[Row]:
    for record in read_curated("prices_usgs.csv"):
        factor, unit = TO_MODEL_UNIT[record["unit"]]
        converted = {**record, "value": format_number(float(record["value"]) * factor, 5), "unit": unit}
        note = f"{record['value']} {record['unit']}. {record['note']}".strip()
        yield _price(converted, record["material"], record["source"], "B", note)


def _price(record: Record, material: str, source: str, grade: str, note: str | None = None) -> Row:
    return {
        "material": material,
        "year": record["year"],
        "value": trim_number(record["value"]),
        "unit": record["unit"],
        "source": source,
        "grade": grade,
        "note": note,
    }


def make_photovoltaic_mass(figures: Figures) -> Iterator[Row]:
    """Make the mass per megawatt and per panel, 1980-2021."""
    for record in figures.read("cbs/tbl_solar_panel_conversion_factors.csv"):
        year = int(record["Year"])
        row: dict[str, str | int | None] = {
            "year": year,
            "kg_per_megawatt": record["kg_per_Mw"],
            "kg_per_panel": record["kg_per_panel"],
            "source": "CBS_WOT_2017",
            "grade": "A",
        }
        if year < FIRST_PANEL_YEAR:
            row |= {"kg_per_panel": "12", "grade": "C", "note": "Mass of a panel as in 1990."}
        elif year > LAST_CHANGED_PANEL_FACTOR:
            row |= {"grade": "C", "note": "Held at the value of 2016 by CBS."}
        yield row
