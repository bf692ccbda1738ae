"""Tables in a terminal: nothing of them is lost, however narrow it is."""

from __future__ import annotations

import pytest
from rich.console import Console

from ainalym.cli.text_output import print_table
from ainalym.reports.text_table import Column, IntervalText, TextTable

COLUMNS = tuple(Column(f"column{place}", f"Scenario{place}", numeric=place > 0) for place in range(7))
ROWS = tuple(
    (
        f"Outcome {row}",
        *(IntervalText(f"{row}{place}.5", f"{row}{place}–{row}{place + 1}") for place in range(1, 7)),
    )
    for row in range(1, 4)
)
TABLE = TextTable("outcomes", "What each changes", COLUMNS, ROWS, ("Medians.",))


def show(width: int, table: TextTable = TABLE) -> str:
    console = Console(width=width, record=True)
    print_table(table, console)
    return console.export_text()


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_that_every_column_and_cell_is_printed_at_any_width(width: int) -> None:
    text = show(width)
    assert all(column.heading in text for column in COLUMNS)
    assert all(str(cell.value) in text for row in ROWS for cell in row[1:] if isinstance(cell, IntervalText))
    assert max(len(line) for line in text.splitlines()) <= width


def test_that_a_table_that_fits_stays_in_one_piece_and_a_part_repeats_the_first_column() -> None:
    assert show(200).count("Outcome 2") == 1
    parts = show(60).count("Outcome 2")
    assert parts > 1
    assert show(60).count("What each changes") == parts
    assert show(60).count("Medians.") == 1
