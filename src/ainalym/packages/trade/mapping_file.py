"""Reads a mapping file, YAML or CSV, and makes the layout of a table of any form from it.

A mapping in YAML::

    columns: {period: PERIOD, flow: DIRECTION, partner: COUNTRY, code: HS10, kg: NETWEIGHT, value: VALUE}
    constants: {reporter: RU}
    flows: {ИМ: import, ЭК: export}
    countries: iso2
    value_unit: 1000 USD
    decimal: ","
    encoding: cp1251

The same in CSV has the columns ``setting``, ``name`` and ``value``::

    setting,name,value
    columns,period,PERIOD
    flows,ИМ,import
    decimal,,","

Every key is explained in :class:`ainalym.schemas.trade_mapping.TradeMapping`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem
from ainalym.packages.table_reader import suggest
from ainalym.packages.trade.engine import quote_list, quote_name, quote_text
from ainalym.packages.trade.layouts import Layout, decode
from ainalym.packages.trade.source_file import DELIMITERS
from ainalym.packages.trade.tidy import FLOWS, REVISION_WORDS, REVISIONS
from ainalym.schemas.trade_mapping import MappedColumn, TradeMapping

CSV_COLUMNS = ("setting", "name", "value")
LIST_SETTINGS = ("piece_units", "thousand_piece_units")
TABLE_SETTINGS = ("columns", "constants", "flows")

MASS_FACTORS = {"kg": 1.0, "t": 1e3, "kt": 1e6, "g": 1e-3}
VALUE_FACTORS = {"": 1.0, "1000": 1e3, "million": 1e6}

REQUIRED = ("period", "flow", "code")
AMOUNTS = ("kg", "pieces", "value")


def read_mapping(path: Path) -> TradeMapping:
    """Read and check a mapping file.

    Parameters
    ----------
    path
        YAML, or CSV with the columns ``setting``, ``name`` and ``value``.

    Returns
    -------
    TradeMapping
        The mapping.

    Raises
    ------
    InputError
        [TRD-016] with line and key for all that is wrong in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        got = (error.strerror or str(error)).lower()
        raise InputError(_describe(path, "the file", got, "a mapping file", "Correct the path.")) from error
    except UnicodeDecodeError as error:
        got, mend = "text that is not UTF-8", "Save the file as UTF-8."
        raise InputError(_describe(path, "the file", got, "text in UTF-8", mend)) from error
    document = _read_csv(path, text) if path.suffix.lower() == ".csv" else _read_yaml(path, text)
    try:
        mapping = TradeMapping.model_validate(document)
    except ValidationError as error:
        raise InputError([_describe_validation(path, entry) for entry in error.errors()]) from error
    problems = list(_check_complete(path, mapping))
    if problems:
        raise InputError(problems)
    return mapping


def check_constants(path: Path, mapping: TradeMapping, countries: pd.DataFrame) -> None:
    """Check the constants that stand for a whole table: its countries, its revision and its flow.

    Parameters
    ----------
    path
        Mapping file, for messages.
    mapping
        What it says.
    countries
        Codes of countries, columns ``system``, ``code`` and ``iso3``.

    Raises
    ------
    InputError
        [TRD-016] with the key for every constant that is not known.
    """
    codes = countries.loc[countries["system"] == mapping.countries, "code"].tolist()
    flows = [*FLOWS, *mapping.flows]
    revisions = [word for words in REVISION_WORDS.values() for word in words]
    known: dict[MappedColumn, tuple[Sequence[str], str]] = {
        "reporter": (codes, f"a country as {mapping.countries} writes it"),
        "partner": (codes, f"a country as {mapping.countries} writes it, or the world"),
        "flow": (flows, f"one of {', '.join(flows)}"),
        "hs_revision": (revisions, f"one of {', '.join(REVISIONS)}"),
    }
    problems = []
    for name, (choices, expected) in known.items():
        word = mapping.constants.get(name, choices[0]).strip()
        # Countries are looked up as they stand, flows and revisions whatever their letters.
        is_known = word in choices or (
            choices is not codes and word.casefold() in {choice.casefold() for choice in choices}
        )
        if not is_known:
            mend = _mend_country(word, countries) if choices is codes else suggest(word, choices)
            problems.append(_describe(path, f"constants > {name}", repr(word), expected, mend))
    if problems:
        raise InputError(problems)


def _mend_country(word: str, countries: pd.DataFrame) -> str:
    """Name the way of writing in which the word is a country, or else the nearest code."""
    systems = countries.loc[countries["code"] == word.upper(), "system"].unique()
    if len(systems):
        return f"It is a code of {systems[0]}: write it so, and 'countries: {systems[0]}' in the mapping."
    return "Write its code: countries are named by iso3 (KAZ), iso2 (KZ) or m49 (398), see 'countries'."


def make_layout(mapping: TradeMapping) -> Layout:
    """Make a layout from a mapping.

    Parameters
    ----------
    mapping
        Checked mapping.

    Returns
    -------
    Layout
        To be used as those of the publishers.
    """
    scale, currency = _split_value_unit(mapping.value_unit)
    unit = f"upper(trim(coalesce({_express(mapping, 'unit')}, '')))"
    thousands = _list_words(mapping.thousand_piece_units)
    counted = _list_words((*mapping.piece_units, *mapping.thousand_piece_units))
    pieces = _express_number(mapping, "pieces")
    return Layout(
        name="tidy",
        source="tidy",
        title="the table of the mapping file",
        delimiters=(mapping.delimiter,) if mapping.delimiter else tuple(DELIMITERS),
        countries=mapping.countries,
        reporter=_express(mapping, "reporter"),
        partner=_express(mapping, "partner"),
        flow_text=_express(mapping, "flow"),
        flow=_express_flow(mapping),
        period=_express_period(mapping),
        revision_text=_express(mapping, "hs_revision"),
        revision=_express(mapping, "hs_revision"),
        code=_express_code(mapping),
        kg=_express_number(mapping, "kg"),
        kg_factor=repr(MASS_FACTORS[mapping.mass_unit]),
        pieces=f"CASE WHEN {unit} IN {counted} THEN {pieces} END" if counted else pieces,
        pieces_factor=f"CASE WHEN {unit} IN {thousands} THEN 1000 ELSE 1 END" if thousands else "1",
        value=_express_number(mapping, "value"),
        value_factor=repr(scale),
        currency=currency,
        kg_rounding=mapping.kg_rounding,
        period_cell=_express_cell(mapping, "period"),
        code_cell=_express_cell(mapping, "code"),
        own_headings=tuple(dict.fromkeys(mapping.columns.values())),
    )


def _read_yaml(path: Path, text: str) -> Any:
    yaml = require_extra("ruamel.yaml", "trade")
    try:
        return yaml.YAML(typ="safe", pure=True).load(text)
    except yaml.error.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"row {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise InputError(
            _describe(
                path,
                where,
                f"text that is no YAML ({error.problem})",
                "YAML",
                "Correct the spelling; indent with spaces.",
            )
        ) from error


def _read_csv(path: Path, text: str) -> dict[str, Any]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    headings = tuple(reader.fieldnames or ())
    if headings != CSV_COLUMNS:
        mend = "Use these three headings; see the documentation of mapping files."
        raise InputError(
            _describe(path, "row 1", f"headings {', '.join(headings)}", f"{', '.join(CSV_COLUMNS)}", mend)
        )
    document: dict[str, Any] = {}
    for row in reader:
        setting, name, value = (row[column].strip() for column in CSV_COLUMNS)
        if setting in TABLE_SETTINGS:
            document.setdefault(setting, {})[name] = value
        elif setting in LIST_SETTINGS:
            document.setdefault(setting, []).append(value)
        else:
            document[setting] = value
    return document


def _check_complete(path: Path, mapping: TradeMapping) -> list[Problem]:
    known = {*mapping.columns, *mapping.constants}
    problems = [
        _describe(
            path,
            "columns and constants",
            f"no '{name}'",
            f"a column or a constant for each of {', '.join(REQUIRED)}",
            f"Add '{name}: HEADING' under columns, or its value under constants.",
        )
        for name in REQUIRED
        if name not in known
    ]
    if not known & set(AMOUNTS):
        mend = "Add the heading of at least one amount under columns."
        problems.append(_describe(path, "columns", "no amount", f"one of {', '.join(AMOUNTS)}", mend))
    return problems


def _describe_validation(path: Path, entry: Mapping[str, Any]) -> Problem:
    place = " > ".join(str(part) for part in entry["loc"]) or "the file"
    if entry["type"] == "extra_forbidden":
        known = ", ".join(TradeMapping.model_fields)
        return _describe(
            path, place, "an unknown key", f"one of {known}", suggest(place, TradeMapping.model_fields)
        )
    message = entry["msg"][0].lower() + entry["msg"][1:]
    got = repr(entry["input"])
    return _describe(
        path, place, got if len(got) < 60 else got[:57] + "...", message, "Correct the key or its value."
    )


def _describe(path: Path, where: str, got: str, expected: str, mend: str) -> Problem:
    return Problem("TRD-016", f"mapping file '{path.name}', {where}", got, expected, mend)


def _split_value_unit(unit: str) -> tuple[float, str]:
    scale, _, currency = unit.rpartition(" ")
    return VALUE_FACTORS[scale], currency


def _express(mapping: TradeMapping, name: Any) -> str:
    if name in mapping.columns:
        return f"strip({quote_name(mapping.columns[name])})"
    if name in mapping.constants:
        return quote_text(mapping.constants[name].strip())
    return "NULL"


def _express_cell(mapping: TradeMapping, name: Any) -> str:
    if name in mapping.columns:
        return quote_name(mapping.columns[name])
    return _express(mapping, name)


def _express_code(mapping: TradeMapping) -> str:
    """Take points and spaces out of codes that are written for readers, such as 8418.21."""
    text = _express(mapping, "code")
    plain = f"replace(replace({text}, '.', ''), ' ', '')"
    return f"CASE WHEN contains({text}, '.') OR contains({text}, ' ') THEN {plain} ELSE {text} END"


def _express_number(mapping: TradeMapping, name: Any) -> str:
    text = _express(mapping, name)
    if text == "NULL":
        return text
    # Numbers are read with spaces around them as without.
    text = _express_cell(mapping, name)
    # With a decimal comma tables are written for readers, with spaces between thousands.
    return (
        f"replace(replace(replace({text}, ' ', ''), chr(160), ''), ',', '.')"
        if mapping.decimal == ","
        else text
    )


def _express_flow(mapping: TradeMapping) -> str:
    words = {flow: flow for flow in FLOWS} | {word.casefold(): flow for word, flow in mapping.flows.items()}
    spelt = {flow: flow for flow in FLOWS} | mapping.flows
    # Most cells are words as they were spelt here; only the others are put into small letters.
    found = decode(f"lower({_express(mapping, 'flow')})", words, "flow_word")
    return decode(_express_cell(mapping, "flow"), spelt, "flow_word", otherwise=found)


def _express_period(mapping: TradeMapping) -> str:
    """Turn 2022, 2022-03, 202203, 03/2022, 03.2022 and 15.03.2022 into the publishers' form."""
    text = _express(mapping, "period")
    return (
        f"CASE WHEN read_whole({text}) IS NOT NULL THEN {text}"
        f" WHEN regexp_full_match({text}, '([0-9]{{1,2}}[./])?[0-9]{{1,2}}[./][0-9]{{4}}')"
        f" THEN right({text}, 4) || lpad(regexp_extract({text}, '([0-9]{{1,2}})[./][0-9]{{4}}$', 1), 2, '0')"
        f" WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}(-[0-9]{{2}})?')"
        f" THEN left({text}, 4) || substr({text}, 6, 2) ELSE {text} END"
    )


def _list_words(words: tuple[str, ...]) -> str:
    return quote_list([word.strip().upper() for word in words]) if words else ""
