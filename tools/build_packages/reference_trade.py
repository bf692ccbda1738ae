"""Reference tables of trade statistics: HS to UNU-KEY, decided shares, country codes, exchange rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from figures import Figures, Record, read_curated
from reference_end_of_life import make_tenge_rates
from tables import Row, format_number

CBS = "CBS_htbl_CN_Match_Key_v1.2"
UK = "UK_observatory_cn_correspondence_2017_2024"

LINEAGES = {
    "HS1992": CBS,
    "HS1996": CBS,
    "HS2002": CBS,
    "HS2007": CBS,
    "HS2012": CBS,
    "HS2017": UK,
    "HS2022": UK,
}
"""The one source of each revision: the official European table as far as it goes, its continuation after."""

SOURCES = {CBS: ("CBS_WOT_2017", "A"), UK: ("UK_CN_2024", "B")}
GRADE_OF_COUNTED_SHARE = "C"


def make_hs_to_product(figures: Figures) -> Iterator[Row]:
    """Make the mapping of HS subheadings to products, one lineage per revision."""
    by_revision = _read_lineages(figures)
    scope = _find_scope(by_revision)
    for revision, records in by_revision.items():
        for record in records:
            if record["hs6"] not in scope[revision]:
                continue
            source, grade = SOURCES[LINEAGES[revision]]
            is_whole = record["n_keys"] == "1"
            yield {
                "hs_revision": revision,
                "code": record["hs6"],
                "key": record["key"],
                "share": format_number(float(record["share"]), 4),
                "basis": "one_key" if is_whole else "count_of_codes",
                "year_from": record["year_from"],
                "year_to": record["year_to"],
                "source": source,
                "grade": grade if is_whole else GRADE_OF_COUNTED_SHARE,
                "note": None if is_whole else "Share of CN8 codes, not of trade.",
            }


def _read_lineages(figures: Figures) -> dict[str, list[Record]]:
    return {
        revision: figures.read("reference/hs6_to_unu.csv", hs_revision=revision, source=source)
        for revision, source in LINEAGES.items()
    }


def _find_scope(by_revision: dict[str, list[Record]]) -> dict[str, set[str]]:
    """Find the codes that each revision may hold.

    The continuation maps codes that were there before 2017 and that the official table leaves out (pumps,
    lathes, machines not elsewhere specified whose CN8 subdivisions held 3D printers). Mapped from 2017 on
    they would break every series, so only codes that are new in a revision may join the scope.
    """
    joined: dict[str, set[str]] = defaultdict(set)
    for record in read_curated("hs_new_codes.csv"):
        joined[record["hs_revision"]].add(record["code"])
    scope: dict[str, set[str]] = {}
    before: set[str] = set()
    for revision, records in by_revision.items():
        codes = {record["hs6"] for record in records}
        scope[revision] = codes if LINEAGES[revision] == CBS else codes & (before | joined[revision])
        before = scope[revision]
    return scope


def make_share_overrides(figures: Figures) -> Iterator[Row]:
    """Make the shares that a decision puts in the place of counted ones."""
    reasons = {record["code"]: record for record in read_curated("hs_share_reasons.csv")}
    for revision, records in _read_lineages(figures).items():
        for record in records:
            if record["override_share"] == "" or record["n_keys"] == "1":
                continue
            reason = reasons[record["hs6"]]
            yield {
                "hs_revision": revision,
                "code": record["hs6"],
                "key": record["key"],
                "share": record["override_share"],
                "valid_from": reason["valid_from"],
                "valid_to": reason["valid_to"],
                "reason": reason["reason"],
                "source": "AINALYM_2026",
                "grade": "D",
            }


def make_country_codes() -> Iterator[Row]:
    """Make the list of country codes."""
    for record in read_curated("country_codes.csv"):
        yield {**record, "source": "CLDR_2025;COMTRADE_CODES", "grade": "B"}


def make_exchange_rates(figures: Figures) -> Iterator[Row]:
    """Make the yearly exchange rates to the US dollar."""
    yield from read_curated("exchange_rates.csv")
    yield from make_tenge_rates(figures)
