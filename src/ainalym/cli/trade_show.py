"""What ``ainalym trade show`` does: print what the imported statistics say, and write it as tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ainalym.packages.trade.statistics_reader import Statistics
from ainalym.results.folder import replace_folder

WARNINGS_SHOWN = 20
"""Warnings that are printed; the rest is counted."""

KG_PER_TONNE, THOUSAND, MILLION = 1e3, 1e3, 1e6


def write_statistics_tables(statistics: Statistics, folder: Path) -> None:
    """Write the cells with their flags, the cover of partners' reports, and the codes without a product.

    Parameters
    ----------
    statistics
        What was imported.
    folder
        Folder to write, which must not exist.

    Raises
    ------
    InputError
        [OUT-001] to [OUT-004] if the folder exists or cannot be written.
    """
    with replace_folder(folder) as partial:
        for name, table in statistics.tables.items():
            table.to_csv(partial / f"{name}.csv", index=False, float_format="%.8g", lineterminator="\n")


def print_statistics(statistics: Statistics, console: Console) -> None:
    """Print placed on market by year, what it rests on, and what was left out.

    Parameters
    ----------
    statistics
        What was imported.
    console
        Where to print.
    """
    cells = statistics.tabulate()
    table = Table("Year", "Products", "as reported", "t", "1000 pieces", title="Apparent consumption")
    for year, rows in cells.groupby("year"):
        table.add_row(
            str(year),
            str(len(rows)),
            str(int(rows["is_as_reported"].sum())),
            f"{rows['kg'].sum() / KG_PER_TONNE:,.0f}",
            f"{rows['pieces'].sum() / THOUSAND:,.0f}",
        )
    console.print(table)
    flags = cells["flags"].str.split(";").explode()
    counted = flags[flags.fillna("") != ""].value_counts()
    if len(counted):
        shown = ", ".join(f"{name} {count}" for name, count in counted.items())
        console.print(f"Flags of cells: {shown}.", highlight=False, soft_wrap=True)
    print_mirror(statistics, console)
    value = statistics.unmapped["value_usd"].sum() / MILLION
    said = f"Codes without a product, or with a rest: {len(statistics.unmapped):,}, {value:,.1f} million USD."
    console.print(said, highlight=False, soft_wrap=True)
    for line in statistics.record["left_out"]:
        console.print(f"Does not count: {line}", highlight=False, soft_wrap=True)
    for warning in statistics.warnings[:WARNINGS_SHOWN]:
        console.print(Text(str(warning)), highlight=False, soft_wrap=True)
    if len(statistics.warnings) > WARNINGS_SHOWN:
        console.print(f"... and {len(statistics.warnings) - WARNINGS_SHOWN} more.", highlight=False)


def print_mirror(statistics: Statistics, console: Console) -> None:
    """Print how far the partners stand for the flows that the country is silent of.

    Parameters
    ----------
    statistics
        What was imported.
    console
        Where to print.
    """
    if statistics.mirror.empty:
        return
    table = Table("Flow", "Year", "Partners", "Months", "Cover", "used", title="Reports of partners")
    for (flow, year), rows in statistics.mirror.groupby(["flow", "year"]):
        row = rows.sort_values("value_usd").iloc[-1]
        low, high = rows["cover"].min(), rows["cover"].max()
        table.add_row(
            str(flow),
            str(year),
            f"{row['partners']} of {_show(row['partners_needed'])}",
            f"{row['months']} of {_show(row['months_needed'])}",
            "unknown" if rows["cover"].isna().all() else f"{low:.0%} to {high:.0%}",
            f"{int(rows['is_used'].sum())} of {len(rows)} products",
        )
    console.print(table)


def _show(count: int | None) -> str:
    return "?" if pd.isna(count) else str(count)
