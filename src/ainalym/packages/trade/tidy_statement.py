"""Composes the statement that brings the rows of a table into the tidy form.

Cells are read as texts, so that codes keep their noughts and a cell that is no number can be shown. What most
cells are (a plain code, a known period, a word of the publisher) is recognised by comparing; only the others
are taken apart. Words of which there are few are enumerations, which the engine writes ten times as fast as
texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from ainalym.errors import InputError, Problem
from ainalym.packages.trade.country_codes import CountryCodes
from ainalym.packages.trade.engine import quote_list, quote_name, quote_text
from ainalym.packages.trade.layouts import Layout
from ainalym.packages.trade.recognition import Recognised
from ainalym.packages.trade.source_file import SourceFile
from ainalym.packages.trade.tidy import (
    EEE_CHAPTERS,
    FLOWS,
    REVISION_WORDS,
    REVISION_YEARS,
    REVISIONS,
    WORLD,
)

ISSUE_CODE, ISSUE_KG, ISSUE_PIECES, ISSUE_VALUE, ISSUE_PERIOD, ISSUE_FLOW, ISSUE_REVISION = (
    1 << bit for bit in range(7)
)
"""What may be wrong with a row; several may be."""

LEVELS = ("leaf", "aggregate", "part", "other", "special")
"""Levels of a row: of use, a total, a part of another row, of another chapter, no HS code by intention.

Staged rows hold the place in this list: a text in every row would take as long to write as to read the file.
"""

DEFINITIONS = (
    f"CREATE TYPE flow_word AS ENUM {quote_list([*FLOWS, ''])}",
    f"CREATE TYPE revision_word AS ENUM {quote_list([*REVISIONS, ''])}",
    """CREATE TABLE period_numbers AS
        SELECT CAST(year AS INTEGER) AS number, CAST(year AS VARCHAR) AS period, CAST(year AS INTEGER) AS year
        FROM range(1900, 2200) years(year)
        UNION ALL
        SELECT CAST(year * 100 + month AS INTEGER), year || '-' || right('0' || month, 2),
            CAST(year AS INTEGER)
        FROM range(1900, 2200) years(year), range(1, 13) months(month)
        UNION ALL
        SELECT CAST(year * 100 + 52 AS INTEGER), CAST(year AS VARCHAR), CAST(year AS INTEGER)
        FROM range(1900, 2200) years(year)""",
    "CREATE TYPE period_word AS ENUM (SELECT DISTINCT period FROM period_numbers ORDER BY period)",
    # To look a period up is cheaper than to write it anew in every row.
    """CREATE TABLE periods AS SELECT CAST(number AS VARCHAR) AS cell, number,
            CAST(period AS period_word) AS period, year FROM period_numbers""",
    """CREATE MACRO is_blank(cell) AS cell IS NULL OR trim(cell) IN
        ('', 'NA', 'N/A', 'NaN', 'nan', 'NULL', 'null', 'None', '-', ':')""",
    """CREATE MACRO read_number(cell) AS
        CASE WHEN isfinite(try_cast(cell AS DOUBLE)) THEN try_cast(cell AS DOUBLE) END""",
    # Few cells have something to trim, and to look at their ends is several times cheaper.
    """CREATE MACRO strip(cell) AS CASE WHEN starts_with(cell, ' ') OR ends_with(cell, ' ') THEN trim(cell)
        ELSE cell END""",
    # Cells without a point are read in one step; the others may be whole and written with decimals.
    """CREATE MACRO read_whole(cell) AS CASE WHEN strlen(cell) < 10 AND NOT contains(cell, '.')
        THEN try_cast(cell AS INTEGER) WHEN try_cast(cell AS DOUBLE) BETWEEN 0 AND 1e9
        AND try_cast(cell AS DOUBLE) % 1 = 0 THEN CAST(try_cast(cell AS DOUBLE) AS INTEGER) END""",
    # Above 10^15 kg or pieces a cell is a slip of the keyboard.
    """CREATE MACRO is_bad_number(number, cell) AS CASE WHEN number IS NULL THEN NOT is_blank(cell)
        ELSE number < 0 OR number > 1e15 END""",
    """CREATE MACRO is_hs_code(code) AS strlen(code) IN (6, 8, 10) AND code >= '01' AND code < '98'
        AND regexp_full_match(code, '[0-9]+')""",
)
"""Enumerations, the periods by the numbers that publishers write (2022, 202203, and 202252 for a whole year),
and small functions; the engine needs them once, before any table is staged."""

ROWS = Template("""
    WITH source_rows AS (SELECT $line AS line, $columns FROM $reader),
    texts AS (
        SELECT line, $reporter AS reporter_code, $partner AS partner_code, $flow AS flow,
            CAST($flow_text AS VARCHAR) AS flow_text, $revision AS revision,
            CAST($revision_text AS VARCHAR) AS revision_text,
            ":period" AS known_period, ":year" AS known_year,
            CASE WHEN ":period" IS NULL THEN CAST($period AS VARCHAR) END AS period_text,
            coalesce(is_hs_code($code_cell), false) AS is_plain_code,
            CASE WHEN is_plain_code THEN $code_cell ELSE coalesce(CAST($code AS VARCHAR), '') END AS code,
            CAST($kg AS VARCHAR) AS kg_text, $kg_factor AS kg_factor,
            CAST($pieces AS VARCHAR) AS pieces_text, $pieces_factor AS pieces_factor,
            CAST($value AS VARCHAR) AS value_text, $flags AS flags, $split AS split,
            coalesce($is_aggregate, false) AS is_aggregate, coalesce($is_part, false) AS is_part
        -- Names that no heading of a user is likely to be.
        FROM source_rows LEFT JOIN (SELECT cell AS ":cell", period AS ":period", year AS ":year" FROM periods)
            ON ":cell" = $period_cell
        WHERE $of_country
    ),
    numbers AS (
        SELECT *, read_whole(period_text) AS period_number, read_number(kg_text) AS kg_number,
            read_number(pieces_text) AS pieces_number, read_number(value_text) AS value_number,
            CASE WHEN is_plain_code THEN true ELSE is_hs_code(code) END AS is_code, $is_wanted AS is_wanted
        FROM texts
    ),
    parsed AS (
        SELECT numbers.*, coalesce(known_period, periods.period) AS period,
            coalesce(known_year, periods.year) AS year, kg_number * kg_factor AS kg,
            pieces_number * pieces_factor AS pieces, value_number * $value_factor AS value,
            CASE WHEN is_aggregate THEN 1 WHEN is_part THEN 2 WHEN $is_special THEN 4
                WHEN is_wanted OR NOT is_code THEN 0 ELSE 3 END AS level
        FROM numbers LEFT JOIN periods ON periods.number = period_number
    ),
    checked AS (
        SELECT *, $named_revision AS hs_revision, CASE WHEN level <> 0 THEN 0 ELSE
            CASE WHEN is_code THEN 0 ELSE 1 END
            + CASE WHEN is_bad_number(kg_number, kg_text) THEN 2 ELSE 0 END
            + CASE WHEN is_bad_number(pieces_number, pieces_text) THEN 4 ELSE 0 END
            + CASE WHEN is_bad_number(value_number, value_text) THEN 8 ELSE 0 END
            + CASE WHEN period IS NULL THEN 16 ELSE 0 END
            + CASE WHEN flow = CAST('' AS flow_word) THEN 32 ELSE 0 END
            + CASE WHEN $is_unknown_revision THEN 64 ELSE 0 END END AS issue
        FROM parsed
    )
    SELECT checked.year, period, flow, $reporter_name AS reporter,
        CASE WHEN partner_code IS NULL THEN '$world'
            ELSE coalesce(partners.iso3, upper('$system:') || partner_code) END AS partner,
        hs_revision, CASE WHEN strlen(checked.code) = 10 THEN left(checked.code, 6)
            ELSE checked.code END AS code,
        -- A nought beside an amount that is there stands for an unknown quantity.
        CASE WHEN kg = 0 AND (checked.value > 0 OR pieces > 0) THEN NULL ELSE kg END AS kg,
        CASE WHEN pieces = 0 AND (checked.value > 0 OR kg > 0) THEN NULL ELSE pieces END AS pieces,
        checked.value * $rate AS value_usd, line, flags,
        CAST(CASE WHEN is_code THEN strlen(checked.code) ELSE 0 END AS TINYINT) AS digits,
        CAST(level AS TINYINT) AS level, CAST(issue AS TINYINT) AS issue,
        -- The code with all of its digits, which the code of the store may not have.
        hash(checked.code, split) AS split $raw
    FROM checked
    $join_reporters
    LEFT JOIN country_codes partners ON partners.system = '$system' AND partners.code = partner_code
    $join_rates
""")
"""Rows of one file in the tidy form, with the columns by which they are checked."""

RAW = """,
        CASE WHEN issue & 1 > 0 THEN checked.code WHEN issue & 2 > 0 THEN kg_text
            WHEN issue & 4 > 0 THEN pieces_text WHEN issue & 8 > 0 THEN value_text
            WHEN issue & 16 > 0 THEN period_text
            WHEN issue & 32 > 0 THEN flow_text WHEN issue & 64 > 0 THEN revision_text END AS raw"""
"""Text of the cell that is wrong; asked for only where rows with problems are found again."""

REPORTER_NAME = "coalesce(reporters.iso3, upper('{system}:') || reporter_code)"
JOIN_REPORTERS = """LEFT JOIN country_codes reporters
        ON reporters.system = '{system}' AND reporters.code = reporter_code"""


@dataclass(frozen=True)
class Scope:
    """What is taken from a file.

    Attributes
    ----------
    country
        Codes of the country.
    codes_outside_chapters
        Codes that are wanted although their chapter is not one of electrical equipment.
    revision
        Revision that the user said, for files that do not name it.
    """

    country: CountryCodes
    codes_outside_chapters: Sequence[str]
    revision: str | None = None


def compose_rows(
    file: SourceFile, recognised: Recognised, scope: Scope, *, with_lines: bool, raw: str
) -> str:
    """Compose the statement that reads the rows of a file.

    Parameters
    ----------
    file
        File of the user.
    recognised
        Its layout.
    scope
        What is taken.
    with_lines
        Whether every row gets its line.
    raw
        :data:`RAW` for the text of the cell that is wrong, or nothing.

    Returns
    -------
    str
        A question with the tidy columns except ``file`` and ``source``, and the columns of the checks.

    Raises
    ------
    InputError
        [TRD-020] if the revision cannot be known.
    """
    layout = recognised.layout
    own = scope.country.by_system[layout.countries]
    reporter, partner, flow = _express_sides(layout, own)
    special = quote_text(layout.special_code)
    is_dollar = layout.currency == "USD"
    is_own = layout.reporter == "NULL"
    named_revision = _express_revision(file, layout, scope)
    is_unsaid = named_revision == _express_revision_in_force()
    return ROWS.substitute(
        line=_express_line(file) if with_lines else "CAST(NULL AS BIGINT)",
        columns=_express_columns(recognised),
        reader=_express_reader(file),
        reporter=reporter,
        partner=partner,
        flow=flow,
        flow_text=layout.flow_text,
        period=layout.period,
        revision=layout.revision,
        revision_text=layout.revision_text,
        named_revision=named_revision,
        # Where the revision follows from the year it is known, and comparing it costs as much as a number.
        is_unknown_revision="false" if is_unsaid else f"{named_revision} = CAST('' AS revision_word)",
        code=layout.code,
        code_cell=layout.code_cell or layout.code,
        period_cell=layout.period_cell or layout.period,
        kg=layout.kg,
        kg_factor=layout.kg_factor,
        pieces=layout.pieces,
        pieces_factor=layout.pieces_factor,
        value=layout.value,
        value_factor=layout.value_factor,
        is_aggregate=layout.is_aggregate,
        is_part=layout.is_part,
        flags=_express_flags(layout),
        split=layout.split,
        of_country=f"({reporter} IN {quote_list(own)} OR {partner} IN {quote_list(own)})",
        is_special=f"regexp_full_match(code, {special})" if layout.special_code else "false",
        is_wanted=_express_wanted(scope.codes_outside_chapters),
        system=layout.countries,
        reporter_name=express_constant(scope.country.iso3)
        if is_own
        else REPORTER_NAME.format(system=layout.countries),
        join_reporters="" if is_own else JOIN_REPORTERS.format(system=layout.countries),
        world=WORLD,
        rate="1" if is_dollar else "exchange_rates.value",
        join_rates="" if is_dollar else _express_rates(layout.currency),
        raw=raw,
    )


def _express_columns(recognised: Recognised) -> str:
    """Express the columns of the file as texts under the headings of the layout."""
    return ", ".join(
        f"CAST({quote_name(actual)} AS VARCHAR) AS {quote_name(heading)}"
        for heading, actual in recognised.actual.items()
    )


def express_constant(text: str) -> str:
    """Express a text that is the same in all rows.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    str
        An enumeration of one word, which is written faster than a text.
    """
    return f"CAST({quote_text(text)} AS ENUM ({quote_text(text)}))"


def _express_flags(layout: Layout) -> str:
    constant = re.fullmatch(r"'([a-z_;]*)'", layout.flags)
    return express_constant(constant.group(1)) if constant else layout.flags


def _express_rates(currency: str) -> str:
    return (
        "LEFT JOIN exchange_rates ON exchange_rates.year = checked.year"
        f" AND exchange_rates.currency = {quote_text(currency)}"
    )


def _express_sides(layout: Layout, own: Sequence[str]) -> tuple[str, str, str]:
    """Express reporter, partner and flow, seen from the country where a row counts for both sides."""
    if not layout.counts_for_both:
        # A table without a reporter is the country's own.
        own_code = quote_text(own[0])
        is_unsaid = layout.reporter == "NULL"
        reporter = own_code if is_unsaid else f"coalesce({layout.reporter}, {own_code})"
        return reporter, f"CAST({layout.partner} AS VARCHAR)", layout.flow
    is_import = f"{layout.partner} IN {quote_list(own)}"
    return (
        f"CASE WHEN {is_import} THEN {layout.partner} ELSE {layout.reporter} END",
        f"CASE WHEN {is_import} THEN {layout.reporter} ELSE {layout.partner} END",
        f"CASE WHEN {is_import} THEN CAST('import' AS flow_word) ELSE CAST('export' AS flow_word) END",
    )


def _express_line(file: SourceFile) -> str:
    if file.kind == "parquet":
        return "file_row_number + 1"
    return f"row_number() OVER () + {file.first_line - 1}"


def _express_reader(file: SourceFile) -> str:
    table = quote_text(str(file.table))
    if file.kind == "parquet":
        return f"read_parquet({table}, file_row_number = true)"
    columns = ", ".join(f"{quote_text(heading)}: 'VARCHAR'" for heading in file.headings)
    options = [
        "auto_detect = false",
        "header = true",
        # The copy of a workbook begins with its headings; only a text file may begin with other lines.
        f"skip = {0 if file.is_copy else file.first_line - 2}",
        f"delim = {quote_text(file.delimiter)}",
        "quote = '\"'",
        "escape = '\"'",
        f"compression = '{'gzip' if file.is_packed else 'none'}'",
        f"columns = {{{columns}}}",
    ]
    return f"read_csv({table}, {', '.join(options)})"


def _express_wanted(codes: Sequence[str]) -> str:
    # Chapters beside one another are one range, and a text is compared with its ends faster than cut.
    firsts = [chapter for chapter in EEE_CHAPTERS if f"{int(chapter) - 1}" not in EEE_CHAPTERS]
    nexts = [f"{int(chapter) + 1}" for chapter in EEE_CHAPTERS if f"{int(chapter) + 1}" not in EEE_CHAPTERS]
    ranges = [f"code >= '{first}' AND code < '{after}'" for first, after in zip(firsts, nexts, strict=True)]
    wanted = " OR ".join(ranges)
    if not codes:
        return wanted
    return f"CASE WHEN {wanted} THEN true ELSE left(code, 6) IN {quote_list(codes)} END"


def _express_revision(file: SourceFile, layout: Layout, scope: Scope) -> str:
    """Express the revision: as said, as the file says, from its name, or the one in force in the year."""
    if scope.revision is not None:
        return _express_revision_word(scope.revision)
    if layout.source == "baci":
        return _express_revision_word(_read_baci_revision(file))
    in_force = _express_revision_in_force()
    if layout.source != "tidy":
        return in_force if layout.revision == "'CN'" else "revision"
    if layout.revision == "NULL":
        return in_force
    named = " ".join(
        f"WHEN {quote_text(word)} THEN {_express_revision_word(name)}"
        for name, words in REVISION_WORDS.items()
        for word in words
    )
    said = f"CASE upper(trim(revision)) {named} ELSE {_express_revision_word('')} END"
    return f"CASE WHEN is_blank(revision) THEN {in_force} ELSE {said} END"


def _express_revision_in_force() -> str:
    by_year = " ".join(
        f"WHEN year >= {year} THEN {_express_revision_word(name)}"
        for year, name in sorted(zip(REVISION_YEARS, REVISIONS, strict=True), reverse=True)
    )
    return f"CASE {by_year} ELSE {_express_revision_word(REVISIONS[0])} END"


def _express_revision_word(name: str) -> str:
    return f"CAST({quote_text(name)} AS revision_word)"


def _read_baci_revision(file: SourceFile) -> str:
    found = re.search(r"HS(\d{2})", file.name)
    revisions = {name[4:]: name for name in REVISIONS}
    if found is None or found.group(1) not in revisions:
        raise InputError(
            Problem(
                "TRD-020",
                f"file '{file.name}'",
                "a name that does not say the revision",
                "a name such as BACI_HS17_Y2020_V202301.csv",
                "Give the file its published name, or say the revision with --revision HS2017.",
            )
        )
    return revisions[found.group(1)]
