"""The record of a run as tables: options, checks, versions, fingerprints of the data."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date

from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable
from ainalym.results.result import Result

HASH_SHOWN = 16
"""How many hexadecimal digits of a fingerprint are shown; ``run.json`` has all."""


def say_date(result: Result, translator: Translator) -> str:
    """Say the day of the run in the language."""
    created = datetime.fromisoformat(str(result.record["created"]))
    return str(format_date(created, format="long", locale=translator.locale))


def compose_record_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the options and checks of a run; every option is listed, named or not."""
    record = result.record
    names = {
        "until": translator.gettext("Last year"),
        "convention": translator.gettext("Convention within the year"),
        "composition": translator.gettext("Composition of products"),
        "projection": translator.gettext("Method of projection"),
        "population": translator.gettext("Series of the future population"),
        "income": translator.gettext("Series of the future income"),
        "sales": translator.gettext("Use of reported sales"),
        "price_years": translator.gettext("Years of prices averaged"),
    }
    meanings = {
        ("composition", "table"): translator.gettext("as in the table"),
        ("composition", "calibrated"): translator.gettext("scaled to published world totals"),
        ("projection", "table"): translator.gettext("by product, as in the table"),
        ("projection", "profile"): translator.gettext("reference countries at the future income"),
        ("projection", "trend"): translator.gettext("line in purchasing power"),
        ("sales", "enter"): translator.gettext("set the level of their products"),
        ("sales", "beside"): translator.gettext("beside the model"),
        ("sales", "evidence"): translator.gettext("evidence to learn from"),
    }
    rows = (
        (translator.gettext("Day of the run"), say_date(result, translator)),
        (translator.gettext("Country"), f"{result.country[translator.language]} ({record['country']})"),
        (translator.gettext("Last year of history"), str(record["last_year_of_history"])),
        *(
            (names.get(option, option), meanings.get((option, value), str(value)))
            for option, value in record["options"].items()
        ),
        (
            translator.gettext("Relative error of the mass balance"),
            f"{record['checks']['mass_balance_relative_error']:.1e}",
        ),
        (
            translator.gettext("Time of the model, s"),
            translator.number_fixed(float(record["seconds"]["total"]), 2),
        ),
    )
    return TextTable(
        "record",
        translator.gettext("Options and checks"),
        (
            Column("name", translator.gettext("Option or check")),
            Column("value", translator.gettext("Value")),
        ),
        rows,
    )


def compose_version_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the versions of program, libraries and data packages."""
    record = result.record
    packages = {name: str(package["version"]) for name, package in record["packages"].items()}
    rows = tuple((name, number) for name, number in {**record["versions"], **packages}.items())
    return TextTable(
        "versions",
        translator.gettext("Versions"),
        (
            Column("name", translator.gettext("Program or data package")),
            Column("value", translator.gettext("Version")),
        ),
        rows,
    )


def compose_hash_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the fingerprints of the data tables."""
    rows = tuple(
        (name, table, fingerprint.removeprefix("sha256:")[:HASH_SHOWN])
        for name, package in result.record["packages"].items()
        for table, fingerprint in package["hashes"].items()
    )
    return TextTable(
        "hashes",
        translator.gettext("Fingerprints (SHA-256, first digits)"),
        (
            Column("package", translator.gettext("Data package")),
            Column("table", translator.gettext("Table")),
            Column("fingerprint", translator.gettext("Fingerprint")),
        ),
        rows,
    )
