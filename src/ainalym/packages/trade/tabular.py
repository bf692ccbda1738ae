"""Brings a publication that comes as one table into the tidy form, in one pass of the engine.

Rows of other countries are left behind at once. The rest goes to a staging file, each row with its level
and with what is wrong with it, so that checks and counts run on few rows whatever the size of the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import NamedTuple

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem
from ainalym.packages.trade.engine import EXTRA, Engine, quote_text
from ainalym.packages.trade.recognition import Recognised
from ainalym.packages.trade.source_file import SourceFile, describe_damage, guess_encoding, read_sample
from ainalym.packages.trade.tidy_statement import RAW, Scope, compose_rows, express_constant

LINES_UP_TO_BYTES = 512 << 20
"""Size up to which every row keeps its line; counting the lines of larger files would halve the speed."""

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


def stage_table(engine: Engine, file: SourceFile, recognised: Recognised, scope: Scope, target: Path) -> None:
    """Write the rows of a file that concern the country to a staging file.

    Parameters
    ----------
    engine
        Engine with the tables ``country_codes`` and ``exchange_rates``, and what :data:`DEFINITIONS` define.
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
    rows = compose_rows(file, recognised, scope, with_lines=has_lines, raw="")
    copy = COPY.substitute(
        rows=rows,
        file=express_constant(file.name),
        source=express_constant(recognised.layout.source),
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
    rows = compose_rows(file, recognised, scope, with_lines=True, raw=RAW)
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
