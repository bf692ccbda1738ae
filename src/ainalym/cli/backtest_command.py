"""What ``ainalym backtest`` does: run with a progress bar, print the scores, write tables and pictures."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ainalym.backtest.run import Backtest, BacktestOptions, run_backtest
from ainalym.backtest.store import write_backtest
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.reports.backtest_page import PAGE_FILE, write_backtest_views
from ainalym.reports.backtest_tables import compose_drift_table, compose_score_tables, describe_backtest
from ainalym.reports.headline import describe_place
from ainalym.reports.language import Translator
from ainalym.results.folder import check_folder, replace_folder


def write_backtest_folder(
    options: BacktestOptions, out: Path | None, force: bool, language: Language, console: Console
) -> None:
    """Run the back-test, print its scores and write its folder if one is asked for.

    Parameters
    ----------
    options
        Choices.
    out
        Folder for the page, tables and charts; None for none.
    force
        Whether an older folder may be replaced.
    language
        Language of tables and pictures.
    console
        Where to print.

    Raises
    ------
    InputError
        As :func:`run_backtest` and :func:`ainalym.results.folder.replace_folder`.
    """
    if out is not None:
        check_folder(out, force)
    backtest = _run(options, console)
    translator = Translator(language)
    for table in (*compose_score_tables(backtest, translator), compose_drift_table(backtest, translator)):
        print_table(table, console)
    for paragraph in describe_backtest(backtest, translator):
        console.print(paragraph, style="dim", highlight=False)
    if out is None:
        return
    with replace_folder(out, force) as partial:
        write_backtest(backtest, partial)
        write_backtest_views(backtest, partial, language)
    console.print(describe_place(str(out / PAGE_FILE), translator), highlight=False, soft_wrap=True)


def _run(options: BacktestOptions, console: Console) -> Backtest:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("countries", total=None)
        return run_backtest(options, lambda done, whole: progress.update(task, completed=done, total=whole))
