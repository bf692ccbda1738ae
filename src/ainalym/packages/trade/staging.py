"""Brings the files of an import into staging tables of one form, whatever publication they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.reference import Reference
from ainalym.packages.trade.bns_foreign_trade import read_foreign_trade
from ainalym.packages.trade.bns_resources import read_resources
from ainalym.packages.trade.classification import (
    FIRST_YEAR,
    LAST_YEAR,
    CountryTables,
    list_expected_weights,
    list_mapped_codes,
)
from ainalym.packages.trade.country_codes import list_country_codes
from ainalym.packages.trade.engine import Engine, quote_text
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.layouts import LAYOUTS, Layout
from ainalym.packages.trade.mapping_file import check_constants, make_layout, read_mapping
from ainalym.packages.trade.recognition import Recognised, recognise
from ainalym.packages.trade.row_checks import PROBLEMS_SHOWN, VIEWS
from ainalym.packages.trade.source_file import (
    SourceFile,
    TextOptions,
    check_readable,
    detect_container,
    open_source_file,
)
from ainalym.packages.trade.staged import Staged, StagedTable
from ainalym.packages.trade.tabular import (
    FoundLine,
    find_problem_lines,
    read_parquet_headings,
    stage_table,
)
from ainalym.packages.trade.tidy import EEE_CHAPTERS, TIDY_COLUMNS, Source
from ainalym.packages.trade.tidy_statement import DEFINITIONS, LEVELS, Scope

YEARS_STAGED = "SELECT DISTINCT year FROM staged WHERE level = 0 AND issue = 0 ORDER BY year"

COPY_WORKBOOK = Template("""
    COPY (SELECT $columns, CAST(0 AS TINYINT) AS digits, CAST(level AS TINYINT) AS level,
            CAST(0 AS TINYINT) AS issue, CAST(0 AS UBIGINT) AS split, $file AS file, $source AS source
        FROM workbook_rows)
    TO $target (FORMAT parquet)
""")

STAGED = Template("SELECT *, CAST($kg_rounding AS DOUBLE) AS kg_rounding FROM read_parquet($table)")

KG_ROUNDING_OF_BNS = 1000.0
"""The workbooks give tonnes, at times without decimals."""


def prepare_engine(engine: Engine, reference: Reference, country: CountryTables) -> None:
    """Give the engine what every file needs: small functions, country codes, exchange rates, mapped codes.

    Parameters
    ----------
    engine
        Engine.
    reference
        Reference package.
    country
        Tables of the country package.
    """
    for definition in DEFINITIONS:
        engine.run(definition)
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    engine.register("country_codes", list_country_codes(reference))
    rates = reference.package.frame("exchange_rates").pivot_table(
        index="year", columns="currency", values="value"
    )
    held = rates.reindex(years).ffill().bfill().rename_axis("year").reset_index()
    held = held.melt("year", var_name="currency", value_name="value")
    engine.register("exchange_rates", held)
    engine.register("mapped_codes", list_mapped_codes(reference, country))


def stage_files(
    engine: Engine,
    reference: Reference,
    files: Sequence[Path],
    source: Source,
    scope: Scope,
    options: ImportOptions,
    scratch: Path,
) -> Staged:
    """Bring all files into staging tables.

    Parameters
    ----------
    engine
        Prepared engine; gets the views ``staged``, ``used`` and ``weighed``.
    reference
        Reference package.
    files
        Files of the user.
    source
        Publication.
    scope
        What is taken.
    options
        Choices of the import.
    scratch
        Folder for the staging tables.

    Returns
    -------
    Staged
        What is known of the files, with the problems of those that cannot be staged beside others that can.

    Raises
    ------
    InputError
        With what is wrong with each of the files, told together, if none can be staged.
    """
    known: dict[str, tuple[SourceFile, Recognised | None]] = {}
    problems: list[Problem] = []
    tables: list[StagedTable] = []
    if source == "bns-resources":
        tables = _stage_resources(engine, files, scratch)
        known = {path.name: (_describe_workbook(path), None) for path in files}
    else:
        layouts, text = _find_layouts(source, options, reference)
        for number, path in enumerate(files):
            target = scratch / f"{number:04d}.parquet"
            try:
                if source == "bns-hs6":
                    file, recognised = _describe_workbook(path), None
                    frame = read_foreign_trade(path, options.flow)
                    _stage_frame(engine, frame, target, path.name, source, scope)
                    rounding = KG_ROUNDING_OF_BNS
                else:
                    file, recognised = _open(engine, path, scratch, text, layouts, source)
                    if file.name in known:
                        file = replace(file, name=f"{path.parent.name}/{file.name}")
                    stage_table(engine, file, recognised, scope, target)
                    rounding = recognised.layout.kg_rounding
                known[file.name] = (file, recognised)
                tables.append(StagedTable(target, file.name, rounding))
            except InputError as error:
                problems += error.problems
    if problems and not tables:
        raise InputError(problems, about="the files to import" if len(files) > 1 else "")
    _define_views(engine, reference, tables, options.tables)

    def find_lines(file: str, condition: str) -> list[FoundLine]:
        source_file, recognised = known[file]
        if recognised is None:
            return []
        # A row that is there twice is found twice.
        limit = 4 * PROBLEMS_SHOWN
        return find_problem_lines(engine, source_file, recognised, scope, condition, limit)

    return Staged(known, find_lines, tuple(tables), tuple(problems))


def _define_views(
    engine: Engine, reference: Reference, tables: Sequence[StagedTable], country: CountryTables
) -> None:
    """Define the rows of all files, those of use, and the weights that their codes should have."""
    parts = [
        STAGED.substitute(table=quote_text(str(table.path)), kg_rounding=table.kg_rounding)
        for table in tables
    ]
    engine.run("CREATE OR REPLACE VIEW staged AS " + " UNION ALL ".join(parts))
    years = [int(row[0]) for row in engine.fetch(YEARS_STAGED)]
    engine.register("expected_weight", list_expected_weights(reference, country, np.array(years)))
    for view in VIEWS:
        engine.run(view)


def _find_layouts(
    source: Source, options: ImportOptions, reference: Reference
) -> tuple[list[Layout], TextOptions]:
    if options.mapping is None:
        layouts = [layout for layout in LAYOUTS if layout.source == source]
        return layouts, TextOptions(options.encoding, options.delimiter)
    mapping = read_mapping(options.mapping)
    check_constants(options.mapping, mapping, list_country_codes(reference))
    text = TextOptions(
        options.encoding or mapping.encoding,
        options.delimiter or mapping.delimiter,
        mapping.sheet,
        mapping.heading_line,
    )
    return [make_layout(mapping)], text


def _open(
    engine: Engine,
    path: Path,
    scratch: Path,
    text: TextOptions,
    layouts: Sequence[Layout],
    source: Source,
) -> tuple[SourceFile, Recognised]:
    file = open_source_file(path, scratch, text)
    if file.kind == "parquet":
        file = file.with_headings(read_parquet_headings(engine, file))
    return file, recognise(file, layouts, source, trust_delimiter=text.delimiter is not None)


def _describe_workbook(path: Path) -> SourceFile:
    check_readable(path)
    container = detect_container(path)
    if container != "workbook":
        got = "0 bytes" if container == "empty" else f"a file of another kind ({container})"
        code = "TRD-010" if container == "empty" else "TRD-002"
        mend = "Fetch the workbook again, or give the source that the file comes from."
        raise InputError(Problem(code, f"file '{path.name}'", got, "a workbook (xlsx or xls)", mend))
    return SourceFile(path.name, path, "csv", (), ",", False, 1, path.stat().st_size)


def _stage_resources(engine: Engine, files: Sequence[Path], scratch: Path) -> list[StagedTable]:
    """Stage all editions together, since the longest period of a year counts, each under its own name."""
    for path in files:
        _describe_workbook(path)
    tables = []
    for number, (name, rows) in enumerate(read_resources(files).groupby("file", sort=True)):
        target = scratch / f"{number:04d}.parquet"
        _stage_frame(engine, rows, target, str(name), "bns-resources")
        tables.append(StagedTable(target, str(name), KG_ROUNDING_OF_BNS))
    return tables


def _stage_frame(
    engine: Engine,
    frame: pd.DataFrame,
    target: Path,
    file: str,
    source: Source,
    scope: Scope | None = None,
) -> None:
    """Write rows of a workbook to a staging table, with the columns by which rows are checked."""
    codes = frame["code"].astype(str)
    is_wanted = np.full(len(frame), True)
    if scope is not None:
        is_wanted = (codes.str[:2].isin(EEE_CHAPTERS) | codes.isin(scope.codes_outside_chapters)).to_numpy()
    complete = frame.assign(level=np.where(is_wanted, 0, LEVELS.index("other")), line=frame.get("line"))
    stored = {name: kind for name, kind in TIDY_COLUMNS.items() if name not in ("source", "file")}
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in stored.items())
    engine.register("workbook_rows", complete)
    copy = COPY_WORKBOOK.substitute(
        columns=columns,
        file=quote_text(file),
        source=quote_text(source),
        target=quote_text(str(target)),
    )
    engine.run(copy)
