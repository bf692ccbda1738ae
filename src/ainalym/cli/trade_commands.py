"""The commands ``ainalym trade import``, ``fetch`` and ``show``. Heavy imports stand inside them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ainalym.cli.run_choices import CorrectionChoice, LeastCover

if TYPE_CHECKING:
    import pandas as pd

    from ainalym.packages.trade.classification import CountryTables
    from ainalym.packages.trade.engine import Listener
    from ainalym.packages.trade.importer import ImportSummary

UNMATCHED_SHOWN = 15
"""Codes without a product that are printed; the rest is counted."""

MILLION, KG_PER_TONNE = 1e6, 1e3

trade_app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Bring in what customs and the statistical office publish: trade, production, sales.",
)
console = Console()

SourceName = Literal["comtrade", "comtrade-api", "baci", "comext", "bns-hs6", "bns-resources", "tidy"]
CountryOption = Annotated[
    str,
    typer.Option("--country", "-c", help="ISO code such as KAZ, a name, or the folder of a country package."),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the store; by default 'trade' beside the country package, or for an embedded country "
        "in the folder of AINALYM_DATA.",
        show_default=False,
    ),
]


@trade_app.command("import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one publication: CSV, gz, Parquet, xlsx, JSON.")
    ],
    source: Annotated[SourceName, typer.Option("--source", "-s", help="Which publication the files are.")],
    country: CountryOption,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file (YAML or CSV) for --source tidy.", show_default=False)
    ] = None,
    out: OutOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put new figures in the place of stored ones of the same year.")
    ] = False,
    accept_absurd: Annotated[
        bool,
        typer.Option(
            "--accept-absurd", help="Import rows with an absurd unit weight with a flag, by mass alone."
        ),
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the text, such as cp1251.", show_default="utf-8")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Character between columns.", show_default="the publisher's")
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option(help="Revision such as HS2017, for files that do not name it.", show_default=False),
    ] = None,
    flow: Annotated[
        Literal["import", "export"] | None,
        typer.Option(help="For workbooks that do not say which they are.", show_default=False),
    ] = None,
    memory: Annotated[str, typer.Option(help="Memory for rows in work; the rest goes to disk.")] = "512MB",
) -> None:
    """Import files into the store of a country: all of them, or none.

    Prints what came in, and every code of electrical equipment that has no product, with its value.
    """
    from ainalym.packages.trade.engine import EngineLimits
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade
    from ainalym.packages.trade.store import find_store_folder

    iso3, tables = read_trade_tables(country)
    options = ImportOptions(
        mapping=mapping,
        replace=replace,
        accept_absurd=accept_absurd,
        encoding=encoding,
        delimiter=delimiter,
        revision=revision,
        flow=flow,
        tables=tables,
        limits=EngineLimits(memory=memory),
    )
    with show_progress() as listen:
        summary = import_trade(files, source, iso3, find_store_folder(country, out), options, listen)
    print_summary(summary, tables)


@trade_app.command("fetch")
def fetch(
    country: CountryOption,
    years: Annotated[str, typer.Option(help="Years such as 2015-2023 or 2015,2018.")],
    codes: Annotated[
        str | None,
        typer.Option(help="HS codes of six digits, separated by commas.", show_default="all with a product"),
    ] = None,
    flows: Annotated[
        str, typer.Option(help="Flows, separated by commas: import, export, re_export, re_import.")
    ] = "import,export,re_export",
    partners: Annotated[
        Literal["world", "each", "mirror"],
        typer.Option(help="Totals, every partner by itself, or what the partners report of the country."),
    ] = "world",
    out: OutOption = None,
    base: Annotated[
        str | None,
        typer.Option(help="Address of the API.", envvar="COMTRADE_API_BASE", show_default="that of the UN"),
    ] = None,
    pause: Annotated[float, typer.Option(min=0.0, help="Shortest time between two requests, s.")] = 1.2,
    timeout: Annotated[float, typer.Option(min=0.1, help="How long to wait for an answer, s.")] = 120.0,
    retries: Annotated[int, typer.Option(min=0, help="How often an unanswered request is repeated.")] = 6,
    keep_only: Annotated[
        bool, typer.Option("--keep-only", help="Keep the answers without importing them.")
    ] = False,
) -> None:
    """Fetch trade from the UN Comtrade API and import it.

    The key is read from the environment variable COMTRADE_API_KEY and stands in no file and no message.
    Without one the preview is asked, 500 rows at a time. An interrupted fetch goes on where it stopped.
    """
    from ainalym.packages.reference import read_reference
    from ainalym.packages.trade.comtrade_api import BASE, KEY_VARIABLE, ApiOptions, ComtradeClient
    from ainalym.packages.trade.country_codes import read_country_codes
    from ainalym.packages.trade.fetching import DOWNLOADS, fetch_chunks, parse_request, plan_chunks
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade
    from ainalym.packages.trade.store import find_store_folder

    reference = read_reference()
    iso3, tables = read_trade_tables(country)
    request = parse_request(years, codes, flows)
    chunks = plan_chunks(read_country_codes(reference, iso3), request, partners, reference)
    folder = find_store_folder(country, out)
    key = os.environ.get(KEY_VARIABLE) or None
    options = ApiOptions(key, base or BASE, pause, retries, timeout)
    with show_progress() as listen, ComtradeClient(options) as client:
        found = fetch_chunks(client, chunks, folder / DOWNLOADS, listen)
    console.print(
        f"{len(chunks)} requests, {len(found)} answers with figures in {folder / DOWNLOADS}", soft_wrap=True
    )
    if keep_only or not found:
        return
    with show_progress() as listen:
        summary = import_trade(
            found,
            "comtrade-api",
            iso3,
            folder,
            ImportOptions(replace=True, accept_absurd=True, tables=tables),
            listen,
        )
    print_summary(summary, tables)


@trade_app.command("show")
def show(
    country: CountryOption,
    correction: CorrectionChoice = None,
    least_cover: LeastCover = 0.8,
    mass_from: Annotated[
        Literal["pieces", "reported"],
        typer.Option(help="Mass from pieces and unit weight, as the official method has it, or as reported."),
    ] = "pieces",
    used_share: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of the usual value per piece below which an import is marked as used equipment; 0 "
            "marks none.",
        ),
    ] = 0.3,
    store: Annotated[
        Path | None, typer.Option(help="Folder of the store, if not the usual one.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write the tables to, cell by cell.", show_default=False)
    ] = None,
) -> None:
    """Show what the imported statistics say: apparent consumption by year, and what each cell rests on."""
    from ainalym.cli.trade_show import print_statistics, write_statistics_tables
    from ainalym.packages.reference import read_reference
    from ainalym.packages.trade.statistics_options import StatisticsOptions, parse_corrections
    from ainalym.packages.trade.statistics_reader import read_statistics
    from ainalym.packages.trade.store import find_store_folder

    _, tables = read_trade_tables(country)
    options = StatisticsOptions(
        parse_corrections(correction or ()),
        least_cover=least_cover,
        mass_from=mass_from,
        used_share=used_share,
        tables=tables,
    )
    with show_progress() as listen:
        statistics = read_statistics(find_store_folder(country, store), read_reference(), options, listen)
    if out is not None:
        write_statistics_tables(statistics, out)
    print_statistics(statistics, console)
    if out is not None:
        console.print(str(out), highlight=False, soft_wrap=True)


def read_trade_tables(country: str) -> tuple[str, CountryTables]:
    """Read who a country package is for, and its decisions on codes, groups and weights.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.

    Returns
    -------
    tuple of (str, CountryTables)
        ISO code and tables.
    """
    from ainalym.packages.country import find_country
    from ainalym.packages.package import read_package
    from ainalym.packages.reference import read_reference
    from ainalym.packages.trade.classification import read_country_tables

    package = read_package(find_country(country), read_reference().vocabularies)
    return package.descriptor.ainalym.iso3, read_country_tables(package)


@contextmanager
def show_progress() -> Iterator[Listener]:
    """Show a bar that follows what is being done.

    Yields
    ------
    Listener
        To be given to the library.
    """
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("opening", total=None)

        def listen(stage: str, share: float | None) -> None:
            progress.update(
                task, description=stage[:28], total=None if share is None else 1.0, completed=share or 0.0
            )

        yield listen


def print_summary(summary: ImportSummary, tables: CountryTables) -> None:
    """Print what an import brought.

    Parameters
    ----------
    summary
        Result of the import.
    tables
        Tables of the country package, for the products of groups in words.
    """
    coverage = summary.coverage
    span = f"{coverage['year'].min()}-{coverage['year'].max()}"
    what = f"{len(summary.groups):,} product groups" if len(summary.groups) else f"{summary.codes:,} codes"
    console.print(
        f"Imported {summary.rows:,} rows, {span}, {what} in {summary.seconds:.1f} s.",
        highlight=False,
    )
    table = Table("Reported by", "Flow", "Years", "Rows", "t", "1000 pieces", "million USD")
    for side, own in (("country", True), ("partners", False)):
        for flow, rows in coverage[coverage["is_own"] == own].groupby("flow", sort=True):
            table.add_row(
                side,
                str(flow),
                f"{rows['year'].min()}-{rows['year'].max()}",
                f"{rows['rows'].sum():,}",
                show_sum(rows["kg"], KG_PER_TONNE, 0),
                show_sum(rows["pieces"], 1e3, 0),
                show_sum(rows["value_usd"], MILLION, 1),
            )
    console.print(table)
    left_out = {level: count for level, count in summary.levels.items() if level != "leaf"}
    if left_out:
        shown = ", ".join(f"{count:,} {LEVEL_WORDS[level]}" for level, count in sorted(left_out.items()))
        console.print(f"Left out: {shown}.", highlight=False)
    if summary.absurd:
        console.print(
            f"{summary.absurd:,} rows have an absurd unit weight; they count by their mass.", highlight=False
        )
    for (year, months), rows in summary.partial.groupby(["year", "months"], sort=True):
        flows = ", ".join(sorted(set(rows["flow"])))
        console.print(
            f"{year} has {months} of 12 months ({flows}); a part of a year does not enter placed on market.",
            highlight=False,
            soft_wrap=True,
        )
    if summary.codes:
        print_unmatched(summary.unmatched, summary.codes)
    if len(summary.groups):
        print_groups(summary.groups, tables)
    console.print(f"{summary.store.folder}", highlight=False, soft_wrap=True)


def show_sum(amounts: pd.Series, unit: float, decimals: int) -> str:
    """Write a sum in a unit, or a dash where nothing of it is known.

    Parameters
    ----------
    amounts
        Amounts, missing where unknown.
    unit
        What to divide by.
    decimals
        Digits after the point.

    Returns
    -------
    str
        Such as ``1,234.5``.
    """
    return f"{amounts.sum() / unit:,.{decimals}f}" if amounts.notna().any() else "-"


LEVEL_WORDS = {
    "aggregate": "totals of higher levels",
    "part": "parts of a total",
    "other": "of other chapters",
    "special": "of no HS code by intention",
}


def print_unmatched(unmatched: pd.DataFrame, codes: int) -> None:
    """Print the codes without a product.

    Parameters
    ----------
    unmatched
        Codes with their trade, largest value first.
    codes
        Number of all codes.
    """
    matched = f"{codes - len(unmatched):,} of {codes:,} codes have a product"
    rest = f"{len(unmatched):,} in the chapters of electrical equipment have none"
    console.print(f"{matched}; {rest}:" if len(unmatched) else f"{matched}.", highlight=False)
    if unmatched.empty:
        return
    table = Table("Revision", "Code", "Years", "Rows", "million USD")
    for row in unmatched.head(UNMATCHED_SHOWN).to_dict("records"):
        table.add_row(
            row["hs_revision"],
            row["code"],
            f"{row['first_year']}-{row['last_year']}",
            f"{row['rows']:,}",
            f"{row['value_usd'] / MILLION:,.2f}",
        )
    console.print(table)
    if len(unmatched) > UNMATCHED_SHOWN:
        console.print(f"... and {len(unmatched) - UNMATCHED_SHOWN} more.", highlight=False)


def print_groups(groups: pd.DataFrame, tables: CountryTables) -> None:
    """Print the product groups in words: which product each is, or why it is none.

    Parameters
    ----------
    groups
        Groups of the files, with ``is_matched``.
    tables
        Tables of the country package.
    """
    known = tables.statistics_products
    by_name = {} if known is None else dict(iter(known.groupby("name")))
    listed = groups[groups["code"].isin(by_name)]
    table = Table("Group", "Product", "Note")
    for name in listed["code"]:
        rows = by_name[name]
        shares = [(key, share) for key, share in zip(rows["key"], rows["share"], strict=True) if share > 0]
        products = ", ".join(key if share == 1 else f"{key} ({share:.0%})" for key, share in shares)
        table.add_row(str(rows["name_en"].iloc[0]), products or "-", str(rows["note"].iloc[0]))
    used = int(groups["is_matched"].sum())
    console.print(f"{used} of {len(groups):,} product groups have a product.", highlight=False)
    if len(listed):
        console.print(table)
    others = groups.loc[~groups["code"].isin(by_name), "code"].tolist()
    if others:
        shown = "; ".join(others[:UNMATCHED_SHOWN])
        rest = f"; and {len(others) - UNMATCHED_SHOWN} more" if len(others) > UNMATCHED_SHOWN else ""
        console.print(
            f"In no table of groups, and without a product: {shown}{rest}.", highlight=False, soft_wrap=True
        )
