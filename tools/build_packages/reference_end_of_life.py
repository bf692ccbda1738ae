"""Tables of what follows generation. Most rows are decisions made by hand, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figures, read_curated
from tables import Row, format_number

OWN = {"source": "AINALYM_2026", "grade": "B"}

CHANGES_OF_INDEX = {2020: ("2020-04-01", "2778"), 2022: ("2022-04-01", "3180")}
"""Years in which the calculation index changed once more, in April."""

LAST_RATE_OF_IMF = 2018


def make_curated(name: str) -> Iterator[Row]:
    """Make a table whose rows are all curated; names and orders are our own."""
    for record in read_curated(f"{name}.csv"):
        yield OWN | record


def make_tenge_rates(figures: Figures) -> Iterator[Row]:
    """Make the dollars that a tenge was worth in each year."""
    wanted = (
        (
            "exchange_rate_imf_implied",
            "IMF_WEO_2019",
            "B",
            "Implied by gross domestic product in both currencies.",
        ),
        ("exchange_rate", "MEMORY_KZT", "D", None),
    )
    for variable, source, grade, note in wanted:
        for record in figures.read("reference/prices_and_factors.csv", variable=variable):
            if variable == "exchange_rate" and int(record["year"]) <= LAST_RATE_OF_IMF:
                continue
            yield {
                "currency": "KZT",
                "year": record["year"],
                "value": format_number(1 / float(record["value"]), 5),
                "source": source,
                "grade": grade,
                "note": note,
            }


def make_calculation_index(figures: Figures) -> Iterator[Row]:
    """Make the calculation index by the day from which it holds."""
    for record in figures.read("reference/prices_and_factors.csv", variable="MRP_MCI"):
        year = int(record["year"])
        days = [(f"{year}-01-01", record["value"].removesuffix(".0"))]
        if year in CHANGES_OF_INDEX:
            days.append(CHANGES_OF_INDEX[year])
        for day, value in days:
            yield {"valid_from": day, "value": value, "source": "MEMORY_MCI", "grade": "D"}


def make_region_coverage(figures: Figures) -> Iterator[Row]:
    """Make the share of towns in each region, and how many households are served."""
    for record in figures.read("kaz/regions.csv"):
        yield {
            "region": record["code"],
            "urban_share": record["urban_share_2025"],
            "urban_coverage": "1",
            "rural_coverage": "0.491",
            "source": "BNS_POPULATION_URBAN_2026;FINPROM_2024;AINALYM_2026",
            "grade": "C",
            "note": "Rural: 49.1 % of rural households of the country in 2023, the same for every region. "
            "That towns are served wholly is an assumption.",
        }
