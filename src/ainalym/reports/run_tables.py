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
    names, meanings = _name_options(translator), _name_choices(translator)
    rows = (
        (translator.gettext("Day of the run"), say_date(result, translator)),
        (translator.gettext("Country"), f"{result.country[translator.language]} ({record['country']})"),
        (translator.gettext("Last year of history"), str(record["last_year_of_history"])),
        *(
            (names.get(option, option), meanings.get((option, str(value)), _say_value(value)))
            for option, value in record["options"].items()
        ),
        (
            translator.gettext("Relative error of the mass balance"),
            f"{record['checks']['mass_balance_relative_error']:.1e}",
        ),
        *_tell_convention_error(record["checks"], translator),
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


def _tell_convention_error(checks: dict[str, float], translator: Translator) -> list[tuple[str, str]]:
    """Tell what the convention makes or loses of mass, where it does; older results do not say."""
    error = checks.get("convention_mass_error", 0.0)
    if not error:
        return []
    name = translator.gettext(
        "Mass of a product that the convention makes or loses over its life, at most, as a part of it"
    )
    return [(name, translator.number_fixed(error, 3))]


def _name_options(translator: Translator) -> dict[str, str]:
    """Name the options of a run."""
    return {
        "until": translator.gettext("Last year"),
        "convention": translator.gettext("Convention within the year"),
        "composition": translator.gettext("Composition of products"),
        "projection": translator.gettext("Method of projection"),
        "population": translator.gettext("Series of the future population"),
        "income": translator.gettext("Series of the future income"),
        "sales": translator.gettext("Use of reported sales"),
        "statistics": translator.gettext("Cleaning of imported statistics"),
        "corrections": translator.gettext("Corrections of imported statistics that were chosen"),
        "least_cover": translator.gettext("Least share that reporting partners must hold"),
        "scenario": translator.gettext("Scenario"),
        "price_years": translator.gettext("Years of prices averaged"),
    }


def _name_choices(translator: Translator) -> dict[tuple[str, str], str]:
    """Say what choices mean, by option and choice."""
    return {
        ("composition", "table"): translator.gettext("as in the table"),
        ("composition", "calibrated"): translator.gettext("scaled to published world totals"),
        ("projection", "table"): translator.gettext("by product, as in the table"),
        ("projection", "profile"): translator.gettext("reference countries at the future income"),
        ("projection", "trend"): translator.gettext("line in purchasing power"),
        ("corrections", "{}"): translator.gettext("as usual"),
        ("statistics", "robust"): translator.gettext("robust method"),
        ("statistics", "common"): translator.gettext("common European method, mended"),
        ("statistics", "common_strict"): translator.gettext("common European method, as published"),
        ("statistics", "ignore"): translator.gettext("not used"),
        ("sales", "enter"): translator.gettext("set the level of their products"),
        ("sales", "beside"): translator.gettext("beside the model"),
        ("sales", "evidence"): translator.gettext("evidence to learn from"),
    }


def _say_value(value: object) -> str:
    """Say an option; switches as on the command line."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={'on' if is_on else 'off'}" for name, is_on in value.items())
    return str(value)


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
