"""What ``ainalym calibrate`` does: learn, print what was learned, write a folder if asked."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from ainalym.calibration.outlook import Listeners, run_calibrated_outlook
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import Progress as DrawProgress
from ainalym.pipeline import check_options
from ainalym.reports.calibration_tables import (
    compose_evidence_table,
    compose_learned_table,
    compose_learning_table,
    describe_calibration,
    list_conflict_sentences,
)
from ainalym.reports.language import Translator
from ainalym.reports.page import write_report
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions

REPORT_FILE = "report.html"

MOST_DRAWS_SHOWN = 1000
"""Draws behind the medians and intervals that are printed: the model learns from more."""


def run_calibrate_command(
    country: str,
    options: RunOptions,
    ensemble: EnsembleOptions,
    console: Console,
    out: Path | None = None,
    force: bool = False,
    language: Language = "en",
) -> None:
    """Let the model of a country learn from its evidence, and print what it learned.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    ensemble
        Choices of the ensemble; its draws are those that the model learns from.
    console
        Where to print.
    out
        Folder to write, with report, arrays and tables; None for none.
    force
        Whether an older folder may be replaced.
    language
        Language of tables and report.

    Raises
    ------
    InputError
        [CAL-001] to [CAL-010] for the evidence, and for whatever is wrong with country, options or folder.
    """
    check_options(options)
    if out is not None:
        check_folder(out, force)
    shown = EnsembleOptions(
        min(ensemble.draws, MOST_DRAWS_SHOWN), ensemble.seed, ensemble.sampling, threads=ensemble.threads
    )
    with make_learning_progress(console) as progress:
        listeners = listen_to_learning(progress, shown.draws)
        result = run_calibrated_outlook(
            country, options, shown, draws=ensemble.draws, listeners=listeners, needs_evidence=True
        )
    print_calibration(result, language, console)
    if out is not None:
        with replace_folder(out, force) as partial:
            write_result(result, partial)
            write_report(result, partial / REPORT_FILE, language)
        console.print(str(out), highlight=False, soft_wrap=True)


def make_learning_progress(console: Console) -> Progress:
    """Make a progress bar that says what is done and how far it is.

    Parameters
    ----------
    console
        Where to show it.

    Returns
    -------
    rich.progress.Progress
        Gone once it is done.
    """
    return Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def listen_to_learning(progress: Progress, draws: int) -> Listeners:
    """Make listeners that move a progress bar: one part for learning, two for the draws before and after.

    Parameters
    ----------
    progress
        The bar.
    draws
        Number of draws of each ensemble.

    Returns
    -------
    Listeners
        For :func:`ainalym.calibration.outlook.run_calibrated_outlook`.
    """
    task = progress.add_task("model", total=3.0)
    passes: list[int] = [0]

    def listen_to_draws(step: DrawProgress) -> None:
        progress.update(task, completed=1.0 + passes[0] + step.done / draws, description="draws")
        if step.done == draws:
            passes[0] += 1

    return Listeners(
        calibration=lambda share: progress.update(task, completed=share, description="learning"),
        draws=listen_to_draws,
    )


def print_calibration(result: Result, language: Language, console: Console) -> None:
    """Print what was learned, the fit to each piece of evidence and what contradicts the rest.

    Parameters
    ----------
    result
        Result that has learned from evidence.
    language
        Language of the words and numbers.
    console
        Where to print.
    """
    translator = Translator(language)
    console.print()
    console.print(describe_calibration(result, translator), highlight=False)
    for table in (
        compose_learning_table(result, translator),
        compose_evidence_table(result, translator),
        compose_learned_table(result, translator),
    ):
        if table is not None and table.rows:
            print_table(table, console)
    for sentence in list_conflict_sentences(result, translator):
        console.print()
        console.print(sentence, highlight=False)
