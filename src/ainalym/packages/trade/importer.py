"""Imports the files of a publication into the store: whole, or not at all."""

from __future__ import annotations

import datetime
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template

import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.reference import read_reference
from ainalym.packages.trade import row_checks
from ainalym.packages.trade.classification import (
    list_codes_outside_chapters,
)
from ainalym.packages.trade.country_codes import read_country_codes
from ainalym.packages.trade.engine import Engine, Listener, open_engine, quote_text
from ainalym.packages.trade.import_options import ImportOptions, check_options
from ainalym.packages.trade.row_digest import ABSURD, count_absurd, digest_rows
from ainalym.packages.trade.staged import Staged
from ainalym.packages.trade.staging import prepare_engine, stage_files
from ainalym.packages.trade.statistics_options import MONTHS_OF_A_YEAR
from ainalym.packages.trade.store import (
    InputFile,
    Store,
    StoredImport,
    commit,
    compute_file_hash,
    express_rows,
    make_scratch,
    name_next,
    open_or_begin_store,
)
from ainalym.packages.trade.tidy import (
    FLAG_ABSURD,
    NATIONAL,
    Source,
)
from ainalym.packages.trade.tidy_statement import Scope

WRITE = Template("""
    COPY (SELECT year, period, flow, reporter, partner, hs_revision, code, kg, pieces, value_usd, source,
            file, line, $flags AS flags FROM $rows $order)
    TO $target (FORMAT parquet, COMPRESSION zstd)
""")

FLAG = Template("CASE WHEN $absurd THEN trim(flags || ';$flag', ';') ELSE flags END")

ORDER = "ORDER BY year, flow, reporter, partner, hs_revision, code, period, file, line"

SORTED_UP_TO_ROWS = 5_000_000
"""Rows up to which a file is sorted, so that the same input gives the same bytes; beyond, sorting costs more
than all the rest. Larger files of which every row counts are not even written a second time."""

KEEP_OLD = Template("""
    COPY (SELECT * FROM $old old
        WHERE NOT EXISTS (SELECT 1 FROM replaced WHERE replaced.source = old.source
            AND replaced.reporter = old.reporter AND replaced.flow = old.flow AND replaced.year = old.year
            AND (replaced.code = old.code OR replaced.hs_revision <> old.hs_revision
                OR replaced.hs_revision <> 'NATIONAL' AND (replaced.form <> strlen(old.period)
                    OR left(replaced.code, 6) = left(old.code, 6)
                        AND least(strlen(replaced.code), strlen(old.code)) = 6))))
    TO $target (FORMAT parquet, COMPRESSION zstd)
""")

REPLACED = """
    CREATE OR REPLACE TABLE replaced AS
    SELECT DISTINCT source, reporter, flow, year, code, hs_revision, strlen(period) AS form FROM used
"""

COVERAGE = Template("""
    SELECT source, year, flow, is_own, CAST(sum(rows) AS BIGINT) AS rows,
        CASE max(strlen(period)) WHEN 4 THEN 12 WHEN 7 THEN count(*)
            ELSE max(CAST(right(period, 2) AS INTEGER)) END AS months,
        sum(kg) AS kg, sum(pieces) AS pieces, sum(value_usd) AS value_usd
    FROM (SELECT source, year, flow, reporter = $iso3 AS is_own, period, sum(rows) AS rows, sum(kg) AS kg,
            sum(pieces) AS pieces, sum(value_usd) AS value_usd
        FROM digest GROUP BY ALL)
    GROUP BY source, year, flow, is_own ORDER BY source, year, flow, is_own
""")

CODES = """
    SELECT totals.*, EXISTS (
            SELECT 1 FROM mapped_codes mapped WHERE mapped.hs_revision = totals.hs_revision
                AND (mapped.code = totals.code
                    OR totals.hs_revision <> 'NATIONAL' AND mapped.code = left(totals.code, 6))) AS is_matched
    FROM (
        SELECT hs_revision, code, min(year) AS first_year, max(year) AS last_year,
            CAST(sum(rows) AS BIGINT) AS rows, sum(kg) AS kg, sum(pieces) AS pieces,
            sum(value_usd) AS value_usd
        FROM digest GROUP BY hs_revision, code) totals
    ORDER BY value_usd DESC NULLS LAST, totals.hs_revision, totals.code
"""

YEARS = "SELECT min(year), max(year), sum(rows) FROM digest"


@dataclass(frozen=True)
class ImportSummary:
    """What an import brought.

    Attributes
    ----------
    store
        The store as it is now.
    rows
        Rows imported.
    levels
        Rows of the country by level; what is not ``leaf`` was left out.
    coverage
        Rows and amounts by year and flow; ``is_own`` tells the country's reports from those of its partners.
    codes
        Number of codes, by revision.
    unmatched
        Codes without a product with their trade, largest value first.
    groups
        Product groups in words with ``is_matched``; empty where a publication has codes.
    partial
        Years of which a flow of the country has only some months, with their ``months``.
    absurd
        Rows imported with an absurd unit weight.
    seconds
        Time taken.
    """

    store: Store
    rows: int
    levels: dict[str, int]
    coverage: pd.DataFrame
    codes: int
    unmatched: pd.DataFrame
    groups: pd.DataFrame
    partial: pd.DataFrame
    absurd: int
    seconds: float


def import_trade(
    files: Sequence[Path],
    source: Source,
    iso3: str,
    folder: Path,
    options: ImportOptions | None = None,
    listen: Listener | None = None,
) -> ImportSummary:
    """Import files into the store of a country.

    Parameters
    ----------
    files
        Files of one publication.
    source
        Which publication.
    iso3
        ISO 3166-1 alpha-3 code of the country.
    folder
        Folder of the store; made if it is not there.
    options
        Choices; defaults if None.
    listen
        Told what is being done.

    Returns
    -------
    ImportSummary
        What was imported.

    Raises
    ------
    InputError
        [EXT-001] if the extra is not installed, [TRD-001] to [TRD-026] and [TRD-036] for all that is wrong
        with the files. The store is then as it was.
    """
    started = time.monotonic()
    chosen = options or ImportOptions()
    check_options(source, iso3, chosen)
    if not files:
        raise InputError(
            Problem("TRD-001", "files", "none", "at least one file", "Name the files to import.")
        )
    reference = read_reference()
    scope = Scope(
        read_country_codes(reference, iso3), list_codes_outside_chapters(reference), chosen.revision
    )
    store = open_or_begin_store(folder, iso3)
    with make_scratch(folder) as scratch, open_engine(scratch, chosen.limits, listen) as engine:
        prepare_engine(engine, reference, chosen.tables)
        staged = stage_files(engine, reference, files, source, scope, chosen, scratch)
        absurd = _check(engine, staged, store, source, iso3, chosen)
        condition = ABSURD.substitute(factor=chosen.absurd_factor) if absurd else ""
        now = _write(engine, store, staged, source, chosen.replace, condition, scratch)
        return _summarise(engine, now, iso3, absurd, started)


def _check(
    engine: Engine, staged: Staged, store: Store, source: Source, iso3: str, options: ImportOptions
) -> int:
    """Check the staged rows; return how many of them have an absurd unit weight and are let in."""
    problems = [
        *staged.problems,
        *row_checks.check_levels(engine, staged, iso3),
        *row_checks.check_cells(engine, staged),
        *(row_checks.check_countries(engine, staged) if source == "tidy" else ()),
    ]
    if problems:
        # Rows with unreadable cells would only repeat their problems as gaps and odd weights.
        raise InputError(problems, about="the files to import")
    problems += row_checks.check_nesting(engine, staged)
    if problems:
        raise InputError(problems, about="the files to import")
    digest_rows(engine)
    own, every = count_absurd(engine, options.absurd_factor, iso3)
    if not options.accept_absurd:
        problems += row_checks.check_weights(engine, staged, options.absurd_factor, iso3, own)
    problems += row_checks.check_repetition(engine, staged)
    if store.tables and not options.replace:
        problems += row_checks.check_overlap(engine, store.expression)
    if problems:
        raise InputError(problems, about="the files to import")
    return every


def _write(
    engine: Engine,
    store: Store,
    staged: Staged,
    source: Source,
    replace: bool,
    absurd: str,
    scratch: Path,
) -> Store:
    """Write the rows of use, those that meet the condition ``absurd`` with a flag, and make them count."""
    kept: list[StoredImport] = [] if replace else list(store.contents.imports)
    added: list[StoredImport] = []
    if replace and store.tables:
        engine.run(REPLACED)
        for entry in store.contents.imports:
            rewritten = _keep_rest(engine, store, entry, scratch, len(added))
            if rewritten is None:
                kept.append(entry)
            elif rewritten.rows:
                added.append(rewritten)
    first, last, rows = engine.fetch(YEARS)[0]
    if rows > SORTED_UP_TO_ROWS and not absurd and row_checks.are_all_used(engine):
        added += _adopt(engine, store, staged, source, scratch, len(added))
        return commit(store, tuple(kept), tuple(added), scratch)
    target = scratch / name_next(store, source, len(added))
    statement = WRITE.substitute(
        # Where there are none, weights need not be looked up again.
        rows="weighed" if absurd else "used",
        flags=FLAG.substitute(absurd=absurd, flag=FLAG_ABSURD) if absurd else "flags",
        order=ORDER if rows <= SORTED_UP_TO_ROWS else "",
        target=quote_text(str(target)),
    )
    engine.run(statement, "writing the store")
    inputs = tuple(InputFile(name=file, bytes=entry[0].size) for file, entry in staged.files.items())
    entry = _describe_import(target, source, inputs, int(rows), int(first), int(last))
    added.append(entry.model_copy(update={"totals_left_out": row_checks.count_nested(engine)}))
    return commit(store, tuple(kept), tuple(added), scratch)


def _adopt(
    engine: Engine, store: Store, staged: Staged, source: Source, scratch: Path, offset: int
) -> list[StoredImport]:
    """Take the staging tables for tables of the store: writing their rows again would change none."""
    added = []
    for place, table in enumerate(staged.tables):
        target = scratch / name_next(store, source, offset + place)
        try:
            # The engine goes on reading the table under its old name.
            os.link(table.path, target)
        except OSError:
            shutil.copyfile(table.path, target)
        found = engine.fetch("SELECT count(*), min(year), max(year) FROM read_parquet(?)", [str(target)])
        rows, first, last = found[0]
        inputs = (InputFile(name=table.file, bytes=staged.files[table.file][0].size),)
        added.append(_describe_import(target, source, inputs, int(rows), int(first), int(last)))
    return added


def _keep_rest(
    engine: Engine, store: Store, entry: StoredImport, scratch: Path, offset: int
) -> StoredImport | None:
    """Write those rows of an older import that are not replaced; None if it keeps all its rows."""
    target = scratch / name_next(store, entry.source, offset)
    old = express_rows([store.folder / entry.file])
    engine.run(KEEP_OLD.substitute(old=old, target=quote_text(str(target))))
    found = engine.fetch("SELECT count(*), min(year), max(year) FROM read_parquet(?)", [str(target)])
    rows, first, last = found[0]
    if rows == entry.rows:
        target.unlink()
        return None
    if rows == 0:
        return entry.model_copy(update={"rows": 0})
    return _describe_import(target, entry.source, entry.inputs, int(rows), int(first), int(last))


def _describe_import(
    table: Path, source: str, inputs: tuple[InputFile, ...], rows: int, first: int, last: int
) -> StoredImport:
    return StoredImport(
        file=table.name,
        source=source,
        inputs=inputs,
        rows=rows,
        first_year=first,
        last_year=last,
        hash=compute_file_hash(table),
        imported=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        program=version("ainalym"),
    )


def _summarise(
    engine: Engine,
    store: Store,
    iso3: str,
    absurd: int,
    started: float,
) -> ImportSummary:
    coverage = engine.fetch_frame(COVERAGE.substitute(iso3=quote_text(iso3)))
    found = engine.fetch_frame(CODES)
    is_group = found["hs_revision"] == NATIONAL
    codes = found[~is_group]
    return ImportSummary(
        store=store,
        rows=int(coverage["rows"].sum()),
        levels=row_checks.count_levels(engine),
        coverage=coverage,
        codes=len(codes),
        unmatched=codes[~codes["is_matched"]].drop(columns="is_matched").reset_index(drop=True),
        groups=found[is_group].reset_index(drop=True),
        partial=coverage[coverage["is_own"] & (coverage["months"] < MONTHS_OF_A_YEAR)],
        absurd=absurd,
        seconds=time.monotonic() - started,
    )
