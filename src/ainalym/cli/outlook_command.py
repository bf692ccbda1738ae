"""What ``ainalym outlook`` does: run with a progress bar, write the folder whole, print the headline."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ainalym.core.quantities import Language
from ainalym.packages.country import read_identity
from ainalym.pipeline import STAGES, check_options, run_outlook
from ainalym.reports.headline import (
    compose_comparison_table,
    compose_headline_table,
    compose_material_table,
    compose_value_table,
    describe_gap,
    describe_headline,
    describe_place,
)
from ainalym.reports.language import Translator
from ainalym.reports.page import write_report
from ainalym.reports.text_table import TextTable
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions

REPORT_FILE = "report.html"

WRITING_STEPS = 2
"""Steps after the stages: arrays and tables, report."""


def write_outlook_folder(
    country: str, options: RunOptions, out: Path | None, force: bool, language: Language, console: Console
) -> None:
    """Run the outlook of a country, write its folder and print its headline.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    out
        Folder to write, ``outlook-<country>`` in the current folder if None.
    force
        Whether an older outlook in that folder may be replaced.
    language
        Language of headline and report.
    console
        Where to print.

    Raises
    ------
    InputError
        For whatever is wrong with country, options or folder; before the model runs wherever it can be known.
    """
    check_options(options)
    folder = out or Path(f"outlook-{read_identity(country).iso3}")
    check_folder(folder, force)
    with _make_progress(console) as progress:
        task = progress.add_task("packages", total=len(STAGES) + WRITING_STEPS)
        begun: list[str] = []

        def listen(stage: str) -> None:
            # A stage that begins means that the one before it is done.
            progress.update(task, completed=len(begun), description=stage)
            begun.append(stage)

        result = run_outlook(country, options, listen)
        with replace_folder(folder, force) as partial:
            listen("tables")
            write_result(result, partial)
            listen("report")
            write_report(result, partial / REPORT_FILE, language)
        progress.update(task, completed=len(begun), description="done")
    print_headline(result, language, console)
    console.print(
        describe_place(str(folder / REPORT_FILE), Translator(language)), highlight=False, soft_wrap=True
    )


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
    for table in (
        compose_headline_table(result, translator),
        compose_material_table(result, translator),
        compose_value_table(result, translator),
        compose_comparison_table(result, translator),
    ):
        _print_table(table, console)
    console.print(describe_gap(result, translator), highlight=False)


def _print_table(table: TextTable, console: Console) -> None:
    shown = Table(title=table.caption, title_justify="left", title_style="bold")
    for column in table.columns:
        shown.add_column(column.heading, justify="right" if column.numeric else "left")
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(shown)
    for note in table.notes:
        console.print(note, style="dim", highlight=False)


def _make_progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
