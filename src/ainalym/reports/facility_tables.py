"""Facilities for e-waste: what each does, where, and how sure that is."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable, translate_text
from ainalym.results.result import Result

GROUPS = {
    "collection": ("collection_points",),
    "treatment": ("dismantler", "recycler", "lamps_and_batteries"),
    "metals": ("vehicle_shredder", "copper_smelter", "smelter_and_refinery", "gold_refinery", "steelworks"),
}
"""Kinds of facilities that share a mark, in the order of the way of e-waste."""


class Facility(NamedTuple):
    """A facility in the words of a language.

    Attributes
    ----------
    name
        Its name.
    kind
        What it does.
    group
        One of :data:`GROUPS`.
    place
        Town and region, or the region alone.
    region
        Code of the region.
    status
        Whether it works, and the year of that information.
    works
        Whether it does.
    capacity
        With its unit; empty where none is published.
    source, grade, note
        Where it is known from, and what to know about it.
    """

    name: str
    kind: str
    group: str
    place: str
    region: str
    status: str
    works: bool
    capacity: str
    source: str
    grade: str
    note: str


def name_groups(translator: Translator) -> dict[str, str]:
    """Name the groups of facilities in a language."""
    return {
        "collection": translator.gettext("Collection points"),
        "treatment": translator.gettext("Dismantling and treatment"),
        "metals": translator.gettext("Plants that could take metals"),
    }


def name_kinds(translator: Translator) -> dict[str, str]:
    """Name the kinds of facilities in a language."""
    return {
        "collection_points": translator.gettext("Collection points"),
        "dismantler": translator.gettext("Collection and dismantling"),
        "recycler": translator.gettext("Recycling of electronics and batteries"),
        "lamps_and_batteries": translator.gettext("Treatment of lamps and batteries"),
        "vehicle_shredder": translator.gettext("Shredder for end-of-life vehicles"),
        "copper_smelter": translator.gettext("Copper smelter"),
        "smelter_and_refinery": translator.gettext("Smelter and refinery of precious metals"),
        "gold_refinery": translator.gettext("Gold refinery"),
        "steelworks": translator.gettext("Steelworks"),
    }


def list_facilities(result: Result, translator: Translator) -> list[Facility]:
    """List the facilities of a country.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the words.

    Returns
    -------
    list of Facility
        By group and name; empty if the country package has none.
    """
    # An outlook that was written before there was such a table has none.
    table = result.tables.get("facilities", pd.DataFrame())
    rows = table.astype(object).where(table.notna(), "").to_dict("records")
    groups = list(GROUPS)
    found = [_name_facility(result, translator, {str(key): row[key] for key in row}) for row in rows]
    return sorted(found, key=lambda one: (groups.index(one.group), one.name))


def _name_facility(result: Result, translator: Translator, row: dict[str, Any]) -> Facility:
    region = result.name_of("regions", row["region"], translator.language)
    town = row[f"town_{translator.language}"]
    return Facility(
        name=row[f"name_{translator.language}"],
        kind=name_kinds(translator)[row["kind"]],
        group=next(group for group, members in GROUPS.items() if row["kind"] in members),
        place=f"{town}, {region}" if town and town != region else region,
        region=row["region"],
        status=f"{name_statuses(translator)[row['status']]}, {row['year']}",
        works=row["status"] == "operating",
        capacity=_write_capacity(row["capacity"], row["unit"], translator),
        source=row["source"],
        grade=row["grade"],
        note=translate_text(row["note"], translator),
    )


def compose_facility_table(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of the facilities; None if the country package has none."""
    facilities = list_facilities(result, translator)
    if not facilities:
        return None
    rows = [
        (one.name, one.kind, one.place, one.status, one.capacity, one.source, one.grade, one.note)
        for one in facilities
    ]
    return TextTable(
        "facilities",
        translator.gettext("Facilities for collection and treatment"),
        (
            Column("facility", translator.gettext("Facility")),
            Column("kind", translator.gettext("What it does")),
            Column("place", translator.gettext("Place")),
            Column("state", translator.gettext("State")),
            Column("capacity", translator.gettext("Capacity, where published"), numeric=True),
            Column("source", translator.gettext("Source")),
            Column("grade", translator.gettext("Grade")),
            Column("note", translator.gettext("Note")),
        ),
        tuple(rows),
        (
            translator.gettext(
                "This is what public reports name, not a register of all. Capacities of smelters and "
                "refineries are those for metals, not for e-waste."
            ),
        ),
    )


def name_statuses(translator: Translator) -> dict[str, str]:
    """Name the states of facilities in a language."""
    return {
        "operating": translator.gettext("operating"),
        "planned": translator.gettext("planned"),
        "idle": translator.gettext("idle"),
        "ended": translator.gettext("ended"),
    }


def _write_capacity(capacity: float | str, unit: str, translator: Translator) -> str:
    if capacity == "":
        return ""
    units = {
        "containers": translator.gettext("containers"),
        "points": translator.gettext("points"),
        "t/yr": translator.unit("t/yr"),
    }
    return f"{translator.figure(float(capacity))} {units[unit]}"
