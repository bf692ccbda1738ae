"""Country tables of regions and of evidence: wages, published e-waste figures, sales."""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figures, read_curated, read_decisions
from tables import Row, format_number, trim_number

SHORT_REGION_NAMES = {"ABY": "Область Абай", "ZHT": "Область Жетісу", "ULT": "Область Ұлытау"}
"""Official Russian names of the regions of 2022, where the collected table gives two."""

QUANTITIES = {
    "ewaste_generated": "ewaste_generated",
    "ewaste_generated_per_capita": "ewaste_generated_per_inhabitant",
    "ewaste_collected_documented": "ewaste_collected",
    "ewaste_collected_per_capita": "ewaste_collected_per_inhabitant",
    "collection_rate": "collection_rate",
    "eee_collected_in_municipal_waste": "eee_in_municipal_waste",
    "ewaste_reported_by_enterprises": "ewaste_reported_by_enterprises",
    "share_reused": "share_reused_by_enterprises",
    "share_recycled": "share_recycled_by_enterprises",
    "share_destroyed": "share_destroyed_by_enterprises",
}
"""Names of the vocabulary for the indicators of the collected table."""

UNITS = {"t": "t", "kg/inh": "kg/person", "%": "%", "% of reported e-waste": "%"}

VINTAGES = {
    "UNSDG2020_GEM2020": ("GEM2020", "GEM_2020", "A"),
    "UNU_GEM2017vint": ("GEM2017", "GEM_2017", "B"),
    "GEM2024_ITU": ("GEM2024", "GEM_2024", "A"),
    "REM2021_halyk": ("REM2021", "HALYK_2023", "B"),
    "ROP2017": ("ROP2017", "ROP_2018", "B"),
    "BNS2023": ("BNS2023", "BNS_WASTE_2023", "B"),
    "MEP2024": ("MENR2024", "MENR_2025", "B"),
}
"""Vintage, source and grade by identifier of the collected table."""

NOTES = {
    ("collection_rate", "2017", "GEM2020"): "Collected over generated tonnes of the same edition give 6.5 %.",
    ("ewaste_generated_per_inhabitant", "2022", "GEM2024"): "Implies 19.2 million inhabitants.",
    ("collection_rate", "2019", "REM2021"): "Recycled, about 12 kt.",
    ("ewaste_generated", "2019", "REM2021"): "36 kt below the Global E-waste Monitor 2020 for the same year.",
    ("eee_in_municipal_waste", "2023", "BNS2023"): "Municipal collectors only.",
    ("ewaste_reported_by_enterprises", "2024", "MENR2024"): "State waste cadastre.",
}
SHARE_NOTE = "Share of the 2,467 t reported by enterprises."

COLLECTION_RATE_2022: Row = {
    "quantity": "collection_rate",
    "year": 2022,
    "value": "6.3",
    "unit": "%",
    "vintage": "GEM2024",
    "source": "GEM_2024",
    "grade": "A",
    "note": "As on the country page; 12.4 of 196 kt.",
}
"""Stands in a note of the collected table."""

PERIOD, MONTHS = "Jan-Jul", 7

NEAREST_GROUP, FIRST_RECENT_YEAR = "3", 2015
"""Reference group with the lowest income, the nearest to that of Kazakhstan."""


def make_regions(figures: Figures) -> Iterator[Row]:
    """Make the list of the 20 first-level regions, with their places on a map of equal tiles."""
    tiles = {row["region"]: row for row in read_curated("region_tiles.csv")}
    for record in figures.read("kaz/regions.csv"):
        yield {
            "region": record["code"],
            "iso3166_2": record["iso3166_2"],
            "name_en": record["name_en"],
            "name_ru": SHORT_REGION_NAMES.get(record["code"], record["name_ru"]),
            "name_kk": record["name_kk"],
            "centre_en": record["admin_centre"],
            "latitude": record["centre_lat"],
            "longitude": record["centre_lon"],
            "area": record["area_km2"],
            "tile_column": tiles[record["code"]]["tile_column"],
            "tile_row": tiles[record["code"]]["tile_row"],
            "source": "BNS_AREAS;GEONAMES",
            "grade": "C",
            "note": record["note"].rstrip(";").replace(";", "; "),
        }


def make_region_population(figures: Figures) -> Iterator[Row]:
    """Make the mean population of the regions, as published."""
    for record in figures.read("kaz/regions_population.csv", area="total"):
        if record["code"] != "NAT":
            yield {
                "region": record["code"],
                "year": record["year"],
                "value": trim_number(record["value"]),
                "source": "BNS_POPULATION_2026",
                "grade": "A",
            }


def make_region_wages(figures: Figures) -> Iterator[Row]:
    """Make the wages of the three quarters of 2025 that have figures."""
    for record in figures.read("kaz/regions.csv"):
        if record["wage_kzt_month_2025Q1"]:
            thousands = format_number(float(record["wage_kzt_month_2025Q1"]) / 1000, 7)
            yield _wage(record["code"], 1, thousands)
        if record["wage_th_kzt_month_2025Q3"]:
            yield _wage(record["code"], 3, trim_number(record["wage_th_kzt_month_2025Q3"]))
    for record in read_curated("region_wages_q2_2025.csv"):
        yield _wage(record["region"], 2, record["value"]) | {"grade": record["grade"], "note": record["note"]}


def _wage(region: str, quarter: int, value: str) -> dict[str, str | int]:
    return {
        "region": region,
        "year": 2025,
        "quarter": quarter,
        "value": value,
        "source": "PRESS_WAGES_2025",
        "grade": "B",
    }


def make_published(figures: Figures) -> Iterator[Row]:
    """Make the list of published figures of the country, under the names of the vocabulary."""
    for record in figures.read("kaz/published_ewaste.csv"):
        quantity = QUANTITIES[record["indicator"]]
        vintage, source, grade = VINTAGES[record["source_id"]]
        note = NOTES.get((quantity, record["year"], vintage))
        yield {
            "quantity": quantity,
            "year": record["year"],
            "value": trim_number(record["value"]),
            "unit": UNITS[record["unit"]],
            "vintage": vintage,
            "source": source,
            "grade": grade,
            "note": SHARE_NOTE if quantity.startswith("share_") else note,
        }
    yield COLLECTION_RATE_2022


def make_statistics_products(figures: Figures) -> Iterator[Row]:
    """Make the products of the groups that the resources-and-use table names in words.

    A group of several keys is divided as the pieces of the reference group that is nearest in income.
    """
    names = read_decisions("sales.csv", "code")
    pieces = _sum_recent_pieces(figures)
    for record in read_curated("statistics_products.csv"):
        keys = record["keys"].split(";")
        shares = _divide(keys, pieces[NEAREST_GROUP]) if record["is_product"] == "true" else ["0"]
        note = record["note"]
        if len(keys) > 1:
            first = [float(_divide(keys, pieces[group])[0]) for group in sorted(pieces)]
            note += (
                f" Divided as pieces placed on market in reference group {NEAREST_GROUP}, {FIRST_RECENT_YEAR}"
                f" to 2021; share of {keys[0]} in the three groups {min(first):.2f} to {max(first):.2f}."
            )
        for key, share in zip(keys, shares, strict=True):
            yield {
                "name": record["name"],
                "key": key,
                "share": share,
                "name_en": names[record["code"]]["name_en"],
                "source": "BNS_RESOURCES_LABELS_2026;CBS_WOT_2017"
                if len(keys) > 1
                else "BNS_RESOURCES_LABELS_2026;AINALYM_2026",
                "grade": "C" if record["is_product"] == "true" else "D",
                "note": note,
            }


def _sum_recent_pieces(figures: Figures) -> dict[str, dict[str, float]]:
    sums: dict[str, dict[str, float]] = {}
    for record in figures.read("reference/pom_eu.csv"):
        if int(record["year"]) >= FIRST_RECENT_YEAR:
            group = sums.setdefault(record["stratum"], {})
            group[record["key"]] = group.get(record["key"], 0.0) + float(record["pieces_inh_clean"])
    return sums


def _divide(keys: list[str], pieces: dict[str, float]) -> list[str]:
    """Divide by pieces, with three digits; the first key takes what rounding leaves."""
    total = sum(pieces[key] for key in keys)
    rest = [round(pieces[key] / total, 3) for key in keys[1:]]
    return [format_number(share, 3) for share in (1 - sum(rest), *rest)]


def make_sales(figures: Figures) -> Iterator[Row]:
    """Make the sales on the domestic market of 18 product groups in January-July 2025 and 2026."""
    groups = read_decisions("sales.csv", "code")
    for record in figures.read("kaz/trade_kaz.csv", flow="domestic_sales"):
        group, year = groups[record["code"]], record["year"]
        yield {
            "year": year,
            "period": PERIOD,
            "months": MONTHS,
            "product_group_en": group["name_en"],
            "hs_codes": record["code"],
            "keys": group["keys"],
            "pieces": trim_number(record["units"]),
            "usable": group[f"usable_{year}"] == "true",
            "reason": group[f"reason_{year}"],
            "source": "BNS_RESOURCES_USE_2026",
            "grade": "A",
        }
