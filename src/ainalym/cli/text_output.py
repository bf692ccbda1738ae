"""How the commands print headlines and tables, in the language of the reader."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, JustifyMethod
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from ainalym.core.quantities import Language
from ainalym.reports.comparison_sentences import describe_outcomes
from ainalym.reports.comparison_table import compose_comparison_table
from ainalym.reports.headline import (
    compose_headline_table,
    compose_material_table,
    compose_value_table,
    describe_gap,
    describe_headline,
    describe_spread,
)
from ainalym.reports.language import Translator
from ainalym.reports.statistics_notes import describe_statistics, list_statistics_warnings
from ainalym.reports.text_table import IntervalText, TextTable
from ainalym.results.result import Result

LONGEST_WORD = 24
"""Most letters of a word that are kept on one line of the first column."""

WIDEST = 10_000
"""Letters in a line, for measuring what a table would take where nothing holds it back."""


def print_headline(result: Result, language: Language, console: Console) -> None:
    """Print headline, materials and the comparison with published figures.

    Parameters
    ----------
    result
        Result of a run.
    language
        Language of the words and numbers.
    console
        Where to print.
    """
    translator = Translator(language)
    console.print()
    console.print(describe_headline(result, translator), highlight=False)
    if result.draws is not None:
        console.print(describe_spread(result, translator), style="dim", highlight=False)
    for table in (
        compose_headline_table(result, translator),
        compose_material_table(result, translator),
        compose_value_table(result, translator),
        compose_comparison_table(result, translator),
    ):
        print_table(table, console)
    console.print(describe_outcomes(result, translator), highlight=False)
    console.print(describe_gap(result, translator), highlight=False)
    for sentence in describe_statistics(result, translator):
        console.print(sentence, highlight=False)
    for line in list_statistics_warnings(result, translator):
        # A code in brackets is no markup.
        console.print(Text(line), style="dim", highlight=False)


def print_table(table: TextTable, console: Console) -> None:
    """Print a table of texts with its caption and notes, in parts where the terminal is too narrow for it."""
    console.print()
    for part in _fit_columns(table, console):
        console.print(part)
    for note in table.notes:
        console.print(note, style="dim", highlight=False)


def _fit_columns(table: TextTable, console: Console) -> list[Table]:
    """Lay a table out; what would be cut off at the edge goes below, behind the first column again."""
    whole = _lay_out(table, range(1, len(table.columns)))
    if _measure(whole, console) <= console.width:
        return [whole]
    parts: list[list[int]] = [[]]
    for column in range(1, len(table.columns)):
        tried = [*parts[-1], column]
        if parts[-1] and _measure(_lay_out(table, tried), console) > console.width:
            parts.append([column])
        else:
            parts[-1] = tried
    return [_lay_out(table, part) for part in parts]


def _measure(laid_out: Table, console: Console) -> int:
    """Give the letters of a line that a table needs at least."""
    return Measurement.get(console, console.options.update_width(WIDEST), laid_out).minimum


def _lay_out(table: TextTable, chosen: Sequence[int]) -> Table:
    """Lay out the first column of a table and some of the others."""
    shown = Table(title=table.caption, title_justify="left", title_style="bold")
    # Figures may break below one another, words of the first column may not.
    words = [word for row in table.rows for word in row[0].split()]
    width = min(max((len(word) for word in words), default=0), LONGEST_WORD)
    for position in (0, *chosen):
        column = table.columns[position]
        justify: JustifyMethod = "right" if column.numeric else "left"
        shown.add_column(
            column.heading, justify=justify, overflow="fold", min_width=None if position else width
        )
    for row in table.rows:
        shown.add_row(*(_show_cell(row[position]) for position in (0, *chosen)))
    return shown


def _show_cell(cell: str) -> Text:
    """Put an interval below its figure, so that tables stay narrow."""
    if isinstance(cell, IntervalText):
        return Text.assemble(f"{cell.value}\n", (cell.interval, "dim"))
    return Text(cell)
