"""What ``ainalym outlook`` does: run with a progress bar, write the folder whole, print the headline."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ainalym.calibration.outlook import Listeners, run_calibrated_outlook
from ainalym.cli.text_output import print_headline
from ainalym.core.quantities import Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.ensemble.run import Progress as DrawProgress
from ainalym.packages.country import read_identity
from ainalym.pipeline import STAGES, check_options
from ainalym.reports.headline import describe_place
from ainalym.reports.language import Translator
from ainalym.reports.page import write_report
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions

REPORT_FILE = "report.html"

WRITING_STEPS = 2
"""Steps after the stages: arrays and tables, report."""


def write_outlook_folder(
    country: str,
    options: RunOptions,
    ensemble: EnsembleOptions | None,
    out: Path | None,
    force: bool,
    language: Language,
    console: Console,
    calibrated: bool = True,
) -> None:
    """Run the outlook of a country, write its folder and print its headline.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    ensemble
        Choices of the ensemble; None for the central path alone.
    out
        Folder to write, ``outlook-<country>`` in the current folder if None.
    force
        Whether an older outlook in that folder may be replaced.
    language
        Language of headline and report.
    console
        Where to print.
    calibrated
        Whether the model learns from the evidence of the country.

    Raises
    ------
    InputError
        For whatever is wrong with country, options or folder; before the model runs wherever it can be known.
    """
    check_options(options)
    folder = out or Path(f"outlook-{read_identity(country).iso3}")
    check_folder(folder, force)
    with _make_progress(console) as progress:
        steps = len(STAGES) + WRITING_STEPS + (ensemble is not None)
        task = progress.add_task("packages", total=steps)
        begun: list[str] = []

        def listen(stage: str) -> None:
            # A stage that begins means that the one before it is done.
            progress.update(task, completed=len(begun), description=stage)
            begun.append(stage)

        def listen_to_draws(step: DrawProgress) -> None:
            share = step.done / step.draws
            progress.update(task, completed=len(STAGES) + share, description=f"draw {step.done:,}")

        def listen_to_learning(share: float) -> None:
            progress.update(task, completed=len(STAGES) + share, description="learning")

        if calibrated:
            listeners = Listeners(listen, listen_to_learning, listen_to_draws)
            result = run_calibrated_outlook(country, options, ensemble, listeners=listeners)
        else:
            result = run_outlook_with_draws(country, options, ensemble, listen, listen_to_draws)
        if ensemble is not None:
            begun.append("draws")
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


def _make_progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
