"""How far the figures can be trusted: sentences and tables of the grades that they rest on."""

from __future__ import annotations

from ainalym.core.origins import Origin
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable, translate_text
from ainalym.results.result import Result
from ainalym.results.summary import ACCUMULATIONS, list_years
from ainalym.results.trust import (
    ALL_MATERIALS,
    GRADES,
    compute_composition_grades,
    compute_origin_shares,
    compute_weak_share,
)
from ainalym.results.value import compute_assumed_share

WATCHED_MATERIAL = "gold"
"""Material whose composition is the least known and whose value is large."""


def describe_trust(result: Result, translator: Translator) -> str:
    """Say how much of the e-waste and of its value rests on weak grades."""
    year = list_years(result)[0]
    sentences = [
        translator.gettext(
            "Of the e-waste of %(year)s, %(share)s by mass rests on a composition of grade C or D; of its "
            "gold, %(gold)s.",
            year=year,
            share=translator.percent(compute_weak_share(result, year, ALL_MATERIALS)),
            gold=translator.percent(compute_weak_share(result, year, WATCHED_MATERIAL)),
        )
    ]
    last = int(result.data["year"].max())
    for period in [period for period in ACCUMULATIONS if period[1] <= last][-1:]:
        materials, share = compute_assumed_share(result, period)
        if materials:
            names = [result.name_of("materials", name, translator.language).lower() for name in materials]
            sentences.append(
                translator.gettext(
                    "Assumed prices (grade D) carry %(share)s of the gross value of %(period)s: %(list)s.",
                    share=translator.percent(share),
                    period=translator.years(*period),
                    list=translator.join(names),
                )
            )
    return " ".join(sentences)


def compose_grade_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the share of every material that rests on compositions of each grade."""
    year = list_years(result)[0]
    grades = compute_composition_grades(result, year)
    rows = []
    for material, own in grades.groupby("material", sort=False):
        together = translator.gettext("All e-waste by mass")
        known = material == ALL_MATERIALS
        name = together if known else result.name_of("materials", str(material), translator.language)
        rows.append((name, *(translator.percent(share) for share in own["share"])))
    return TextTable(
        "grades",
        translator.gettext("Share of the e-waste of %(year)s by grade of its composition", year=year),
        (
            Column("material", translator.gettext("Material")),
            *(Column(f"grade_{grade}", grade, numeric=True) for grade in GRADES),
        ),
        tuple(rows),
    )


def compose_origin_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of how the historical market is known."""
    names = {
        Origin.REPORTED: translator.gettext("Reported national figures"),
        Origin.ESTIMATED: translator.gettext("Estimated from national figures"),
        Origin.IMPUTED: translator.gettext("Carried over from national figures of other years"),
        Origin.REFERENCE: translator.gettext("Reference countries at the same income"),
        Origin.PROJECTED: translator.gettext("Projected"),
    }
    rows = [
        (names[Origin(row["origin"])], translator.percent(row["share"], 1))
        for row in compute_origin_shares(result).to_dict("records")
    ]
    return TextTable(
        "origins",
        translator.gettext("How the equipment placed on market is known, by mass of all past years"),
        (
            Column("origin", translator.gettext("Origin")),
            Column("share", translator.gettext("Share"), numeric=True),
        ),
        tuple(rows),
    )


def compose_capacity_table(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of photovoltaic capacity, every assumption marked; None without figures."""
    figures = result.tables["photovoltaic_capacity"]
    if figures.empty:
        return None
    statuses = {
        "reported": translator.gettext("Reported"),
        "assumption": translator.gettext("Assumption"),
    }
    rows = [
        (
            str(row["year"]),
            translator.figure(row["value"]),
            statuses[row["status"]],
            f"{translator.figure(row['low'])}–{translator.figure(row['high'])}",
            row["source"],
            row["grade"],
            translate_text(row["note"], translator),
        )
        for row in figures.fillna({"note": ""}).to_dict("records")
    ]
    return TextTable(
        "photovoltaic_capacity",
        translator.gettext("Installed photovoltaic capacity at the end of the year, MW"),
        (
            Column("year", translator.gettext("Year")),
            Column("value", translator.unit("MW"), numeric=True),
            Column("status", translator.gettext("Kind of figure")),
            Column("range", translator.gettext("Range"), numeric=True),
            Column("source", translator.gettext("Source")),
            Column("grade", translator.gettext("Grade")),
            Column("note", translator.gettext("Note")),
        ),
        tuple(rows),
    )
