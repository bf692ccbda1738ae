"""Reference tables of names: categories, products, materials, and the lifetimes of products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from figures import Figures, read_curated, read_decisions
from tables import Row

KEY_SOURCES = "CBS_WOT_2017;UNITAR_WCT_2023"

REPLACED_PRODUCTS = ("0308", "0407", "0502", "0503", "0504")
"""Screens with tubes, replaced by flat panels, and discharge lamps, replaced by LED lamps."""


def make_categories() -> Iterator[Row]:
    """Make the seven categories: six of Annex III, photovoltaics apart."""
    for record in read_curated("categories.csv"):
        yield {**record, "source": KEY_SOURCES, "grade": "A"}


def make_materials() -> Iterator[Row]:
    """Make the list of materials of the composition table."""
    for record in read_curated("materials.csv"):
        yield {**record, "source": "AINALYM_2026", "grade": "B"}


def make_products(figures: Figures) -> Iterator[Row]:
    """Make the list of 54 UNU-KEYs; conflicts between sources follow the curated decisions."""
    names = read_decisions("products.csv")
    decisions = read_decisions("product_decisions.csv")
    peaks = find_peak_years(figures)
    for record in figures.read("reference/unu_keys.csv"):
        key = record["key"]
        decision = decisions.get(key)
        is_contested = decision is not None and decision["note"].startswith(("Conflict", "Row missing"))
        yield {
            **names[key],
            "category": decision["category"] if decision else record["eu6_pv"],
            "eu10": record["eu10"],
            "introduction_year": record["introduction_year"],
            "phase_out_start": peaks[key] + 1 if key in REPLACED_PRODUCTS else None,
            "professional": record["is_professional_2012"] == "1",
            "source": KEY_SOURCES,
            "grade": "B" if is_contested else "A",
            "note": decision["note"] if decision else None,
        }


def find_peak_years(figures: Figures) -> dict[str, int]:
    """Find the year of highest sales per inhabitant of each key, sum over the three reference groups."""
    totals: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for record in figures.read("reference/pom_eu.csv"):
        totals[record["key"]][int(record["year"])] += float(record["kg_inh_clean"])
    return {key: max(by_year, key=lambda year: by_year[year]) for key, by_year in totals.items()}


def make_lifetimes(figures: Figures) -> Iterator[Row]:
    """Make the Weibull lifetimes of the UNITAR manual: 54 keys in two profiles."""
    for record in figures.read("reference/lifetimes.csv", source="UNITAR_WCT_manual_2023_AnnexIII"):
        yield {
            "key": record["key"],
            "profile": record["region"],
            "shape": record["weibull_shape"],
            "scale": record["weibull_scale"],
            "source": "UNITAR_WCT_2023",
            "grade": "A",
        }
