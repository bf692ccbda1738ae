"""Checks of staged rows: codes, amounts, unit weights, years that are there twice.

Every check gives problems that name the file, the row and the column, up to a limit; what is beyond the limit
is counted. Rows are found in the staging table, which holds the rows of one country alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import NamedTuple

from ainalym.errors import Problem
from ainalym.packages.trade.engine import Engine, quote_list, quote_text
from ainalym.packages.trade.row_digest import ABSURD, count_repeated
from ainalym.packages.trade.staged import Staged
from ainalym.packages.trade.tidy import FLOWS, REVISIONS
from ainalym.packages.trade.tidy_statement import (
    ISSUE_CODE,
    ISSUE_FLOW,
    ISSUE_KG,
    ISSUE_PERIOD,
    ISSUE_PIECES,
    ISSUE_REVISION,
    ISSUE_VALUE,
    LEVELS,
)

LEAF, AGGREGATE = LEVELS[:2]

THOUSAND = 1000.0

PROBLEMS_SHOWN = 200
"""How many problems of one kind are told one by one."""

VIEWS = (
    """CREATE OR REPLACE VIEW used AS SELECT * FROM staged WHERE level = 0 AND issue = 0""",
    """CREATE OR REPLACE TABLE nested_totals (file VARCHAR)""",
    """CREATE OR REPLACE VIEW weighed AS SELECT used.*, low, high, products FROM used
        LEFT JOIN expected_weight ON expected_weight.hs_revision = used.hs_revision
            AND expected_weight.code = left(used.code, 6) AND expected_weight.year = used.year""",
)
"""Rows of use, and these with the weights that their code should have."""

STRANGE = """
    FROM (SELECT *, contains(reporter, ':') AND NOT regexp_full_match(reporter, $form) AS is_reporter,
            contains(partner, ':') AND NOT regexp_full_match(partner, $form) AS is_partner FROM used)
    WHERE is_reporter OR is_partner
""".replace("$form", "'ISO3:[A-Z0-9_]{3}|ISO2:[A-Z0-9]{2}|M49:[0-9]{1,3}'")
"""Rows of a country that is not known and has not even the form of a code."""

STRANGE_ROWS = f"""
    SELECT file, line, code, period, reporter, partner, flow, is_partner {STRANGE}
    ORDER BY file, line, code LIMIT 200
"""

COUNT_LEVELS = """
    CREATE OR REPLACE TABLE levels AS
    SELECT file, level, count(*) AS rows, count(*) FILTER (issue <> 0) AS issues FROM staged GROUP BY ALL
"""
BY_FILE = "SELECT file, level, rows FROM levels ORDER BY file, level"
BY_LEVEL = "SELECT level, sum(rows) FROM levels GROUP BY level ORDER BY level"
ISSUES_BY_FILE = "SELECT file, sum(issues) FROM levels GROUP BY file HAVING sum(issues) > 0 ORDER BY file"

COUNT_BESIDE = "SELECT count(*) FROM staged WHERE level <> 0 OR issue <> 0"

WEIGHTS = Template("""
    SELECT file, line, code, period, reporter, partner, flow, kg, pieces, low, high, products FROM weighed
    WHERE reporter = $iso3 AND $absurd ORDER BY file, line, code LIMIT 200
""")

REPEATED = """
    SELECT reporter, partner, flow, period, code, count(*), min(file), max(file), min(line), max(line)
    FROM used GROUP BY source, reporter, partner, flow, period, hs_revision, code, split
    HAVING count(*) > 1 ORDER BY min(file), min(line), code LIMIT 200
"""

MIXTURES = """
    SELECT source, reporter, flow, year, count(DISTINCT hs_revision),
        string_agg(DISTINCT hs_revision, ' and ' ORDER BY hs_revision), min(first), max(last)
    FROM (SELECT source, reporter, flow, year, hs_revision, strlen(period) = 4 AS is_year,
            min(first_file) AS first, max(last_file) AS last
        FROM digest WHERE hs_revision <> 'NATIONAL' GROUP BY ALL)
    GROUP BY source, reporter, flow, year
    HAVING count(DISTINCT hs_revision) > 1 OR count(DISTINCT is_year) > 1
    ORDER BY source, reporter, flow, year LIMIT 200
"""

OVERLAPS = Template("""
    SELECT mine.source, mine.reporter, mine.flow, mine.year, min(mine.file), min(theirs.file)
    FROM used mine JOIN $stored theirs
        ON theirs.source = mine.source AND theirs.reporter = mine.reporter AND theirs.flow = mine.flow
        AND theirs.year = mine.year AND theirs.partner = mine.partner
        AND left(theirs.code, 6) = left(mine.code, 6)
        AND (theirs.code = mine.code OR mine.hs_revision <> 'NATIONAL'
            AND least(strlen(theirs.code), strlen(mine.code)) = 6)
    WHERE theirs.period = mine.period OR strlen(theirs.period) <> 7 OR strlen(mine.period) <> 7
    GROUP BY ALL
    UNION
    SELECT mine.source, mine.reporter, mine.flow, mine.year, min(mine.file), min(theirs.file)
    FROM (SELECT DISTINCT source, reporter, flow, year, hs_revision, strlen(period) AS form, file
        FROM used) mine
    JOIN (SELECT DISTINCT source, reporter, flow, year, hs_revision, strlen(period) AS form, file
        FROM $stored) theirs
        ON theirs.source = mine.source AND theirs.reporter = mine.reporter AND theirs.flow = mine.flow
        AND theirs.year = mine.year
        AND (theirs.hs_revision <> mine.hs_revision
            OR mine.hs_revision <> 'NATIONAL' AND theirs.form <> mine.form)
    GROUP BY ALL ORDER BY ALL LIMIT 200
""")


HAS_TWO_LEVELS = "SELECT count(*) FILTER (digits = 6) > 0 AND count(*) FILTER (digits > 6) > 0 FROM used"

NEST = """
    CREATE OR REPLACE TABLE nested_totals AS
    WITH parts AS (
        SELECT source, reporter, partner, flow, period, hs_revision, left(code, 6) AS code, count(*) AS parts,
            sum(kg) AS kg, sum(pieces) AS pieces, sum(value_usd) AS value_usd
        FROM used WHERE digits > 6 GROUP BY ALL)
    SELECT totals.source, totals.reporter, totals.partner, totals.flow, totals.period, totals.hs_revision,
        totals.code, totals.file, totals.line, parts.parts,
        totals.kg, totals.pieces, totals.value_usd, parts.kg AS parts_kg, parts.pieces AS parts_pieces,
        parts.value_usd AS parts_value
    FROM (SELECT * FROM used WHERE digits = 6) totals
    JOIN parts ON parts.source = totals.source AND parts.reporter = totals.reporter
        AND parts.partner = totals.partner AND parts.flow = totals.flow AND parts.period = totals.period
        AND parts.hs_revision = totals.hs_revision AND parts.code = totals.code
"""
"""Rows of six digits beside their own parts of eight or ten, with the sums of the parts."""

USED_WITHOUT_NESTED = """
    CREATE OR REPLACE VIEW used AS SELECT * FROM staged
    WHERE level = 0 AND issue = 0 AND NOT (digits = 6 AND EXISTS (
        SELECT 1 FROM nested_totals nested WHERE nested.source = staged.source
            AND nested.reporter = staged.reporter AND nested.partner = staged.partner
            AND nested.flow = staged.flow AND nested.period = staged.period
            AND nested.hs_revision = staged.hs_revision AND nested.code = staged.code))
"""

PARTS_TOLERANCE = 0.01
"""By which share a total may differ from the sum of its parts, rounding apart; an assumption."""

DIFFERING_TOTALS = Template("""
    SELECT file, line, code, period, reporter, partner, flow, parts, kg, pieces, value_usd, parts_kg,
        parts_pieces, parts_value
    FROM (SELECT *, $share AS share FROM nested_totals)
    WHERE abs(kg - coalesce(parts_kg, 0)) > share * kg + parts
        OR abs(pieces - coalesce(parts_pieces, 0)) > share * pieces + parts
        OR abs(value_usd - coalesce(parts_value, 0)) > share * value_usd + parts
    ORDER BY file, line, code, period, partner LIMIT 200
""").substitute(share=PARTS_TOLERANCE)


class Row(NamedTuple):
    """A staged row, as far as it tells its place.

    Attributes
    ----------
    file, line
        Where it stands; the line is None where it was not counted.
    code, period, reporter, partner, flow
        What tells it from others.
    """

    file: str
    line: int | None
    code: str
    period: str
    reporter: str
    partner: str
    flow: str


def check_cells(engine: Engine, staged: Staged) -> Iterator[Problem]:
    """[TRD-006], [TRD-013], [TRD-020] to [TRD-022] Find cells that are not what their column holds."""
    total, shown = 0, 0
    for file, count in engine.fetch(ISSUES_BY_FILE):
        total += int(count)
        for found in staged.find_lines(str(file), "issue <> 0")[: PROBLEMS_SHOWN - shown]:
            shown += 1
            yield _describe_cell(staged, str(file), found.line, found.issue, str(found.raw))
    yield from _count_rest(total, shown, "TRD-006", "cells that cannot be read")


def check_countries(engine: Engine, staged: Staged) -> Iterator[Problem]:
    """[TRD-036] Find words that are no country and no code of one, in a table that a user described.

    Publishers have codes for areas that are no country, which are kept; a name in words would only be stored
    as an unknown partner, and trade with the country itself be lost.
    """
    total = int(engine.fetch(f"SELECT count(*) {STRANGE}")[0][0])
    rows = engine.fetch(STRANGE_ROWS) if total else []
    places = _find_places(staged, [Row(*row[:7]) for row in rows])
    for where, row in zip(places, rows, strict=True):
        file, _, _, _, reporter, partner, _, is_partner = row
        recognised = staged.files[file][1]
        layout = recognised.layout if recognised is not None else None
        column = ""
        if recognised is not None and layout is not None:
            expression = layout.partner if is_partner else layout.reporter
            column = f", column '{_find_heading(expression, recognised.actual)}'"
        system, _, word = (partner if is_partner else reporter).partition(":")
        yield Problem(
            "TRD-036",
            where + column,
            repr(word),
            f"a country as {system.lower()} writes it",
            "Write its code: countries are named by iso3 (KAZ, the world WLD), iso2 (KZ) or m49 (398), see"
            " 'countries' of the mapping file.",
        )
    yield from _count_rest(total, len(rows), "TRD-036", "rows with a country that is not known")


def check_levels(engine: Engine, staged: Staged, iso3: str) -> Iterator[Problem]:
    """[TRD-014] and [TRD-015] Find files without a row of the country, or with totals alone."""
    counts: dict[str, dict[str, int]] = {file: {} for file in staged.files}
    engine.run(COUNT_LEVELS)
    for file, level, count in engine.fetch(BY_FILE):
        counts.setdefault(str(file), {})[LEVELS[level]] = int(count)
    for file, levels in counts.items():
        if not levels:
            yield Problem(
                "TRD-014",
                f"file '{file}'",
                f"no row of {iso3}",
                f"rows in which {iso3} reports or is a partner",
                "Check the country, and that the file is the one meant.",
            )
        elif LEVELS[0] not in levels:
            shown = ", ".join(f"{count:,} rows {level}" for level, count in sorted(levels.items()))
            yield Problem(
                "TRD-015",
                f"file '{file}'",
                f"no row of use ({shown})",
                "rows of six or eight digits, totals over customs procedures and means of transport",
                "Fetch the file again at the finest level of codes, and with those totals.",
            )


def count_levels(engine: Engine) -> dict[str, int]:
    """Count the staged rows by level, after :func:`check_levels`.

    Parameters
    ----------
    engine
        Engine.

    Returns
    -------
    dict of str to int
        Rows by level.
    """
    levels = {LEVELS[level]: int(count) for level, count in engine.fetch(BY_LEVEL)}
    nested = count_nested(engine)
    if nested:
        levels[LEAF] -= nested
        levels[AGGREGATE] = levels.get(AGGREGATE, 0) + nested
    return levels


def count_nested(engine: Engine) -> int:
    """Count the rows of six digits that :func:`check_nesting` left out because their parts are there.

    Parameters
    ----------
    engine
        Engine.

    Returns
    -------
    int
        Rows.
    """
    return int(engine.fetch("SELECT count(*) FROM nested_totals")[0][0])


def are_all_used(engine: Engine) -> bool:
    """Whether every staged row is of use, after :func:`check_nesting`.

    Parameters
    ----------
    engine
        Engine.

    Returns
    -------
    bool
        True if no row is left out.
    """
    return not count_nested(engine) and not engine.fetch(COUNT_BESIDE)[0][0]


def check_nesting(engine: Engine, staged: Staged) -> Iterator[Problem]:
    """[TRD-008] Leave out totals of six digits beside their own parts, and find those that are not their sum.

    Afterwards the view ``used`` is without these totals. A total that its parts do not give cannot be told
    from a second report of the same trade, or has parts that are missing; the user must decide.
    """
    if not engine.fetch(HAS_TWO_LEVELS)[0][0]:
        return
    engine.run(NEST)
    if not count_nested(engine):
        return
    rows = engine.fetch(DIFFERING_TOTALS)
    places = _find_places(staged, [Row(*row[:7]) for row in rows])
    for where, row in zip(places, rows, strict=True):
        code, period, reporter, partner, flow, parts = row[2:8]
        yield Problem(
            "TRD-008",
            where,
            f"code {code} of {reporter}, {flow}, {period}, partner {partner}: {_describe_amounts(row[8:11])},"
            f" beside {parts} rows of more digits that sum to {_describe_amounts(row[11:])}",
            "a total that is the sum of its parts, or one of the two alone",
            "Remove the rows of six digits, or those of more digits, whichever are incomplete.",
        )
    engine.run(USED_WITHOUT_NESTED)


def _describe_amounts(amounts: Sequence[float | None]) -> str:
    units = ("kg", "pieces", "USD")
    known = [
        f"{amount:,.0f} {unit}" for amount, unit in zip(amounts, units, strict=True) if amount is not None
    ]
    return ", ".join(known) or "no amount"


def check_weights(engine: Engine, staged: Staged, factor: float, iso3: str, total: int) -> Iterator[Problem]:
    """[TRD-007] Find the country's own rows whose mass and pieces cannot belong together.

    What partners report is flagged and never refused: nobody here can correct it.
    """
    absurd = ABSURD.substitute(factor=factor)
    rows = engine.fetch(WEIGHTS.substitute(absurd=absurd, iso3=quote_text(iso3))) if total else []
    places = _find_places(staged, [Row(*row[:7]) for row in rows])
    for where, row in zip(places, rows, strict=True):
        file, _, code, _, _, _, _, kg, pieces, low, high, products = row
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        yield Problem(
            "TRD-007",
            where + _name_columns(staged, str(file), (ISSUE_KG, ISSUE_PIECES)),
            f"{kg:,.0f} kg in {pieces:,.0f} pieces, {_show_weight(kg / pieces)} kg/piece for code {code}",
            f"about {span} kg/piece for product {products.replace(';', ' or ')}, up to {factor:g} times off",
            "Correct the row or ask the publisher. To import such rows with a flag and without their pieces, "
            "run again with --accept-absurd.",
        )
    yield from _count_rest(total, len(rows), "TRD-007", "rows with an absurd unit weight")


def _show_weight(weight: float) -> str:
    return f"{weight:,.0f}" if weight >= THOUSAND else f"{weight:.3g}"


def check_repetition(engine: Engine, staged: Staged) -> Iterator[Problem]:
    """[TRD-008] Find rows that are there twice, and years in two classifications or as year and months.

    The engine must have the table ``digest``.
    """
    repeated = engine.fetch(REPEATED) if count_repeated(engine) else []
    lasts = [Row(row[7], row[9], row[4], row[3], *row[:3]) for row in repeated]
    for where, row in zip(_find_places(staged, lasts), repeated, strict=True):
        reporter, partner, flow, period, code, count, first, _, line, _ = row
        at = f" row {line}" if line is not None else ""
        yield Problem(
            "TRD-008",
            where,
            f"code {code} of {reporter}, {flow}, {period}, partner {partner} {count} times (first in"
            f" '{first}'{at})",
            "each once",
            "Remove the repeated rows, or give the file once.",
        )
    for source, reporter, flow, year, revisions, names, first, last in engine.fetch(MIXTURES):
        got = f"in {names}" if revisions > 1 else "as a year and as months"
        yield Problem(
            "TRD-008",
            f"file '{first}'" if first == last else f"files '{first}' and '{last}'",
            f"{source}: year {year} of {reporter}, {flow}, twice, {got}",
            "each year once",
            "Give the files of one classification, and of years alone or months alone.",
        )


def check_overlap(engine: Engine, stored: str) -> Iterator[Problem]:
    """[TRD-008] Find years that the store already has.

    Parameters
    ----------
    engine
        Engine with the table ``staged``.
    stored
        What reads the rows of the store.
    """
    for source, reporter, flow, year, file, older in engine.fetch(OVERLAPS.substitute(stored=stored)):
        yield Problem(
            "TRD-008",
            f"file '{file}'",
            f"{source}: year {year} of {reporter}, {flow}, which was imported from '{older}'",
            "a year that the store does not have",
            "Run again with --replace to put the new figures in the place of the old ones.",
        )


def _describe_cell(staged: Staged, file: str, line: int, issue: int, raw: str) -> Problem:
    first = issue & -issue
    where = f"file '{file}', row {line}" + _name_columns(staged, file, (first,))
    if first == ISSUE_CODE:
        return Problem("TRD-006", where, repr(raw), "an HS code of 6 digits, or 8 of the CN", _mend_code(raw))
    if first in (ISSUE_KG, ISSUE_PIECES, ISSUE_VALUE):
        mend = "Write the number with a decimal point and without its unit; for a tidy table see 'decimal'."
        return Problem("TRD-013", where, repr(raw), "a number, 0 or more", mend)
    if first == ISSUE_PERIOD:
        return Problem(
            "TRD-021",
            where,
            repr(raw),
            "a year such as 2022 or a month such as 202203",
            "Correct the period.",
        )
    if first == ISSUE_FLOW:
        mend = "Correct the cell; in a mapping file name the word under 'flows'."
        return Problem("TRD-022", where, repr(raw), f"one of the flows {', '.join(FLOWS)}", mend)
    if first == ISSUE_REVISION:
        mend = "Take the file in the Harmonised System, or say the revision with --revision."
        return Problem("TRD-020", where, repr(raw), f"a revision among {', '.join(REVISIONS)}", mend)
    raise AssertionError(f"issue {issue}")


def _mend_code(raw: str) -> str:
    if re.fullmatch(r"[0-9]{5}|[0-9]{7}", raw):
        return f"A spreadsheet has dropped the leading nought: it was '0{raw}'. Take the file as published."
    if re.fullmatch(r"[0-9]+\.0", raw):
        return "A program has turned codes into numbers: take the file as published."
    if re.fullmatch(r"[0-9]{2}|[0-9]{4}", raw):
        return "This is a chapter or heading, which would be counted twice: take the rows of six digits."
    return "Correct the code, or remove the row."


def _name_columns(staged: Staged, file: str, issues: Sequence[int]) -> str:
    recognised = staged.files[file][1] if file in staged.files else None
    if recognised is None:
        return ""
    layout = recognised.layout
    expressions = {
        ISSUE_CODE: layout.code,
        ISSUE_KG: layout.kg,
        ISSUE_PIECES: layout.pieces,
        ISSUE_VALUE: layout.value,
        ISSUE_PERIOD: layout.period,
        ISSUE_FLOW: layout.flow_text,
        ISSUE_REVISION: layout.revision_text,
    }
    names = [_find_heading(expressions[issue], recognised.actual) for issue in issues]
    known = [f"'{name}'" for name in names if name]
    return f", column{'s' if len(known) > 1 else ''} {' and '.join(known)}" if known else ""


def _find_heading(expression: str, actual: Mapping[str, str]) -> str:
    quoted = [name for name in re.findall(r'"((?:[^"]|"")+)"', expression) if name in actual]
    # Of a unit and its quantity the quantity stands after the unit.
    quantities = [name for name in quoted if "unit" not in name.casefold()]
    return actual[(quantities or quoted)[0]] if quoted else ""


def _find_places(staged: Staged, rows: Sequence[Row]) -> list[str]:
    """Name the places of rows; rows without a line are found again in one pass over their file."""
    lines: dict[Row, int] = {}
    for file in sorted({row.file for row in rows if row.line is None}):
        lost = [row for row in rows if row.file == file and row.line is None]
        wanted = ", ".join(quote_list(row[2:]) for row in lost)
        for found in staged.find_lines(file, f"(code, period, reporter, partner, flow) IN ({wanted})"):
            lines[Row(file, None, *found[3:])] = found.line
    return [_describe_place(row, row.line if row.line is not None else lines.get(row)) for row in rows]


def _describe_place(row: Row, line: int | None) -> str:
    if line is None:
        return f"file '{row.file}', code {row.code}, {row.flow}, {row.period}, partner {row.partner}"
    return f"file '{row.file}', row {line}"


def _count_rest(total: int, shown: int, code: str, what: str) -> Iterator[Problem]:
    if total > shown:
        yield Problem(
            code, "all files", f"{total - shown:,} more {what}", "none", "Mend the first ones and try again."
        )
