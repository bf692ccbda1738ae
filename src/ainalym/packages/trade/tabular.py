"""Brings a publication that comes as one table into the tidy form, in one pass of the engine.

Cells are read as texts, so that codes keep their noughts and a cell that is no number can be shown. Rows of
other countries are left behind at once. The rest goes to a staging file, each row with its level and with
what is wrong with it, so that checks and counts run on few rows whatever the size of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import NamedTuple

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem
from ainalym.packages.trade.country_codes import CountryCodes
from ainalym.packages.trade.engine import EXTRA, Engine, quote_list, quote_name, quote_text
from ainalym.packages.trade.layouts import Layout
from ainalym.packages.trade.recognition import Recognised
from ainalym.packages.trade.source_file import SourceFile, describe_damage, guess_encoding, read_sample
from ainalym.packages.trade.tidy import EEE_CHAPTERS, REVISION_WORDS, REVISION_YEARS, REVISIONS, WORLD

LINES_UP_TO_BYTES = 512 << 20
"""Size up to which every row keeps its line; counting the lines of larger files would halve the speed."""

ISSUE_CODE, ISSUE_KG, ISSUE_PIECES, ISSUE_VALUE, ISSUE_PERIOD, ISSUE_FLOW, ISSUE_REVISION = (
    1 << bit for bit in range(7)
)
"""What may be wrong with a row; several may be."""

LEVELS = ("leaf", "aggregate", "part", "other", "special")
"""Levels of a row: of use, a total, a part of another row, of another chapter, no HS code by intention.

Staged rows hold the place in this list: a text in every row would take as long to write as to read the file.
"""

MACROS = (
    """is_blank(cell) AS cell IS NULL OR trim(cell) IN
        ('', 'NA', 'N/A', 'NaN', 'nan', 'NULL', 'null', 'None', '-', ':')""",
    """read_number(cell) AS CASE WHEN isfinite(try_cast(cell AS DOUBLE)) THEN try_cast(cell AS DOUBLE) END""",
    # Few cells have something to trim, and to look at their ends is several times cheaper.
    """strip(cell) AS CASE WHEN starts_with(cell, ' ') OR ends_with(cell, ' ') THEN trim(cell)
        ELSE cell END""",
    # Cells without a point are read in one step; the others may be whole and written with decimals.
    """read_whole(cell) AS CASE WHEN strlen(cell) < 10 AND NOT contains(cell, '.')
        THEN try_cast(cell AS INTEGER) WHEN try_cast(cell AS DOUBLE) BETWEEN 0 AND 1e9
        AND try_cast(cell AS DOUBLE) % 1 = 0 THEN CAST(try_cast(cell AS DOUBLE) AS INTEGER) END""",
    # Above 10^15 kg or pieces a cell is a slip of the keyboard.
    """is_bad_number(number, cell) AS CASE WHEN number IS NULL THEN NOT is_blank(cell)
        ELSE number < 0 OR number > 1e15 END""",
    """is_hs_code(code) AS strlen(code) IN (6, 8, 10) AND left(code, 2) BETWEEN '01' AND '97'
        AND regexp_full_match(code, '[0-9]+')""",
)
"""Small functions of the engine."""

PERIODS = """
    CREATE OR REPLACE TABLE periods AS
    SELECT CAST(year AS INTEGER) AS number, CAST(year AS VARCHAR) AS period, CAST(year AS INTEGER) AS year
    FROM range(1900, 2200) years(year)
    UNION ALL
    SELECT CAST(year * 100 + month AS INTEGER), year || '-' || right('0' || month, 2), CAST(year AS INTEGER)
    FROM range(1900, 2200) years(year), range(1, 13) months(month)
    UNION ALL
    SELECT CAST(year * 100 + 52 AS INTEGER), CAST(year AS VARCHAR), CAST(year AS INTEGER)
    FROM range(1900, 2200) years(year)
"""
"""Periods by the numbers that publishers write: 2022, 202203, and 202252 for a whole year.

To look a period up is cheaper than to write it anew in every row.
"""

ROWS = Template("""
    WITH source_rows AS (SELECT $line AS line, $columns FROM $reader),
    texts AS (
        SELECT line, $reporter AS reporter_code, $partner AS partner_code, $flow AS flow,
            CAST($flow_text AS VARCHAR) AS flow_text, CAST($revision AS VARCHAR) AS revision,
            CAST($revision_text AS VARCHAR) AS revision_text,
            CAST($period AS VARCHAR) AS period_text, coalesce(CAST($code AS VARCHAR), '') AS code,
            CAST($kg AS VARCHAR) AS kg_text, $kg_factor AS kg_factor,
            CAST($pieces AS VARCHAR) AS pieces_text, $pieces_factor AS pieces_factor,
            CAST($value AS VARCHAR) AS value_text, $flags AS flags, $split AS split,
            coalesce($is_aggregate, false) AS is_aggregate, coalesce($is_part, false) AS is_part
        FROM source_rows WHERE $of_country
    ),
    numbers AS (
        SELECT *, read_whole(period_text) AS period_number, read_number(kg_text) AS kg_number,
            read_number(pieces_text) AS pieces_number, read_number(value_text) AS value_number,
            is_hs_code(code) AS is_code, $is_wanted AS is_wanted
        FROM texts
    ),
    parsed AS (
        SELECT numbers.*, periods.period, periods.year, kg_number * kg_factor AS kg,
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
            + CASE WHEN flow = '' THEN 32 ELSE 0 END
            + CASE WHEN $is_unknown_revision THEN 64 ELSE 0 END END AS issue
        FROM parsed
    )
    SELECT checked.year, period, flow,
        coalesce(reporters.iso3, upper('$system:') || reporter_code) AS reporter,
        CASE WHEN partner_code IS NULL THEN '$world'
            ELSE coalesce(partners.iso3, upper('$system:') || partner_code) END AS partner,
        hs_revision, CASE WHEN length(checked.code) = 10 THEN left(checked.code, 6)
            ELSE checked.code END AS code,
        -- A nought beside an amount that is there stands for an unknown quantity.
        CASE WHEN kg = 0 AND (checked.value > 0 OR pieces > 0) THEN NULL ELSE kg END AS kg,
        CASE WHEN pieces = 0 AND (checked.value > 0 OR kg > 0) THEN NULL ELSE pieces END AS pieces,
        checked.value * $rate AS value_usd, line, flags,
        CAST(CASE WHEN is_code THEN strlen(checked.code) ELSE 0 END AS TINYINT) AS digits,
        CAST(level AS TINYINT) AS level, CAST(issue AS TINYINT) AS issue, hash(split) AS split $raw
    FROM checked
    LEFT JOIN country_codes reporters
        ON reporters.system = '$system' AND reporters.code = reporter_code
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

COPY = Template("""
    COPY (SELECT *, $file AS file, $source AS source FROM ($rows))
    TO $target (FORMAT parquet, COMPRESSION snappy)
""")
FIND = Template("""
    SELECT line, issue, raw, code, period, reporter, partner, flow FROM ($rows)
    WHERE $condition ORDER BY line LIMIT $limit
""")


class FoundLine(NamedTuple):
    """A row that was found again in its file.

    Attributes
    ----------
    line
        Line of the file.
    issue
        What is wrong with the row.
    raw
        Text of the cell that is wrong.
    code, period, reporter, partner, flow
        What tells the row from others.
    """

    line: int
    issue: int
    raw: str
    code: str
    period: str
    reporter: str
    partner: str
    flow: str


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


def stage_table(engine: Engine, file: SourceFile, recognised: Recognised, scope: Scope, target: Path) -> None:
    """Write the rows of a file that concern the country to a staging file.

    Parameters
    ----------
    engine
        Engine with the tables ``country_codes``, ``exchange_rates`` and :data:`PERIODS`, and the
        :data:`MACROS`.
    file
        File of the user.
    recognised
        Its layout.
    scope
        What is taken.
    target
        Staging file to write, Parquet.

    Raises
    ------
    InputError
        [TRD-004], [TRD-009], [TRD-018] for a file that breaks off or is damaged on the way, [TRD-020] if its
        revision cannot be known.
    """
    has_lines = file.size <= LINES_UP_TO_BYTES
    rows = _compose(file, recognised, scope, with_lines=has_lines, raw="")
    copy = COPY.substitute(
        rows=rows,
        file=quote_text(file.name),
        source=quote_text(recognised.layout.source),
        target=quote_text(str(target)),
    )
    # Rows without lines may come in any order, and threads then need not wait for one another to write them.
    engine.keep_order(has_lines)
    try:
        run_guarded(engine, copy, file)
    finally:
        engine.keep_order(True)


def find_problem_lines(
    engine: Engine, file: SourceFile, recognised: Recognised, scope: Scope, condition: str, limit: int
) -> list[FoundLine]:
    """Find the lines of rows in a file that is so large that its rows were staged without lines.

    Parameters
    ----------
    engine
        Engine.
    file
        File of the user.
    recognised
        Its layout.
    scope
        What is taken.
    condition
        Condition on the staged columns.
    limit
        How many lines to find at most.

    Returns
    -------
    list of FoundLine
        In the order of the file; one pass over the file, whatever the condition.
    """
    rows = _compose(file, recognised, scope, with_lines=True, raw=RAW)
    found = engine.fetch(FIND.substitute(rows=rows, condition=condition, limit=limit))
    return [FoundLine(*row) for row in found]


def read_parquet_headings(engine: Engine, file: SourceFile) -> tuple[str, ...]:
    """Read the headings of a Parquet file.

    Parameters
    ----------
    engine
        Engine.
    file
        File of the user.

    Returns
    -------
    tuple of str
        In order.

    Raises
    ------
    InputError
        [TRD-009] if it is damaged.
    """
    library = require_extra("duckdb", EXTRA)
    try:
        rows = engine.fetch(
            "SELECT name FROM parquet_schema(?) WHERE num_children IS NULL", [str(file.table)]
        )
    except library.Error as error:
        raise InputError(describe_damage(file.name, str(error))) from error
    return tuple(str(row[0]) for row in rows)


def run_guarded(engine: Engine, statement: str, file: SourceFile) -> None:
    """Run a statement that reads a file, and turn what the engine cannot read into a problem of the file.

    Parameters
    ----------
    engine
        Engine.
    statement
        SQL.
    file
        The file, for messages.

    Raises
    ------
    InputError
        [TRD-004], [TRD-009] or [TRD-018].
    """
    library = require_extra("duckdb", EXTRA)
    try:
        engine.run(statement, f"reading {file.name}")
    except library.Error as error:
        problem = _describe_engine_error(file, str(error))
        if problem is None:
            raise
        raise InputError(problem) from error


def _compose(file: SourceFile, recognised: Recognised, scope: Scope, *, with_lines: bool, raw: str) -> str:
    layout = recognised.layout
    own = scope.country.by_system[layout.countries]
    reporter, partner, flow = _express_sides(layout, own)
    special = quote_text(layout.special_code)
    is_dollar = layout.currency == "USD"
    named_revision = _express_revision(file, layout, scope)
    is_unsaid = named_revision == _express_revision_in_force()
    return ROWS.substitute(
        line=_express_line(file) if with_lines else "CAST(NULL AS BIGINT)",
        columns=", ".join(
            f"CAST({quote_name(actual)} AS VARCHAR) AS {quote_name(heading)}"
            for heading, actual in recognised.actual.items()
        ),
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
        is_unknown_revision="false" if is_unsaid else f"{named_revision} = ''",
        code=layout.code,
        kg=layout.kg,
        kg_factor=layout.kg_factor,
        pieces=layout.pieces,
        pieces_factor=layout.pieces_factor,
        value=layout.value,
        value_factor=layout.value_factor,
        is_aggregate=layout.is_aggregate,
        is_part=layout.is_part,
        flags=layout.flags,
        split=layout.split,
        of_country=f"({reporter} IN {quote_list(own)} OR {partner} IN {quote_list(own)})",
        is_special=f"regexp_full_match(code, {special})" if layout.special_code else "false",
        is_wanted=_express_wanted(scope.codes_outside_chapters),
        system=layout.countries,
        world=WORLD,
        rate="1" if is_dollar else "exchange_rates.value",
        join_rates="" if is_dollar else _express_rates(layout.currency),
        raw=raw,
    )


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
        f"CASE WHEN {is_import} THEN 'import' ELSE 'export' END",
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
    wanted = f"left(code, 2) IN {quote_list(EEE_CHAPTERS)}"
    if not codes:
        return wanted
    return f"CASE WHEN {wanted} THEN true ELSE left(code, 6) IN {quote_list(codes)} END"


def _express_revision(file: SourceFile, layout: Layout, scope: Scope) -> str:
    """Express the revision: as said, as the file says, from its name, or the one in force in the year."""
    if scope.revision is not None:
        return quote_text(scope.revision)
    if layout.source == "baci":
        return quote_text(_read_baci_revision(file))
    in_force = _express_revision_in_force()
    if layout.source != "tidy":
        return in_force if layout.revision == "'CN'" else "revision"
    if layout.revision == "NULL":
        return in_force
    named = " ".join(
        f"WHEN {quote_text(word)} THEN {quote_text(name)}"
        for name, words in REVISION_WORDS.items()
        for word in words
    )
    said = f"CASE upper(trim(revision)) {named} ELSE '' END"
    return f"CASE WHEN is_blank(revision) THEN {in_force} ELSE {said} END"


def _express_revision_in_force() -> str:
    by_year = " ".join(
        f"WHEN year >= {year} THEN {quote_text(name)}"
        for year, name in sorted(zip(REVISION_YEARS, REVISIONS, strict=True), reverse=True)
    )
    return f"CASE {by_year} ELSE {quote_text(REVISIONS[0])} END"


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


def _describe_engine_error(file: SourceFile, message: str) -> Problem | None:
    lowered = message.lower()
    if any(word in lowered for word in ("gzip", "parquet", "snappy", "zstd", "thrift")):
        return describe_damage(file.name, message)
    if "state machine" in lowered:
        # The engine names no row here.
        got = "lines that end in different ways, or quotation marks out of place"
        mend = "Save the table anew as CSV with one kind of line end, or fetch it again."
        return Problem("TRD-018", f"file '{file.name}'", got, "one kind of line end throughout", mend)
    found = re.search(r"CSV Error on Line: (\d+)", message)
    if found is None:
        return None
    where = f"file '{file.name}', row {found.group(1)}"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if "unicode" in lowered:
        guess = guess_encoding(read_sample(file.table))
        mend = f"Run again with --encoding {guess}, or save the file as UTF-8."
        return Problem("TRD-004", where, "letters that are not UTF-8", "text in UTF-8", mend)
    mend = "Correct the row, or fetch the file again if it ends here."
    if counts is not None:
        got, expected = f"{counts.group(2)} cells", f"{counts.group(1)} cells as in the headings"
        return Problem(
            "TRD-018", where, got, expected, f"Put text that holds the delimiter into quotes. {mend}"
        )
    if "quote" in lowered:
        return Problem(
            "TRD-018", where, "a quotation mark without its pair", "quotation marks in pairs", mend
        )
    return Problem("TRD-018", where, "a row that cannot be read", "a row of the table", mend)
