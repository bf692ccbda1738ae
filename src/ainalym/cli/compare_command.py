"""What ``ainalym compare`` does: run scenarios on shared draws, print their differences, write a folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ainalym.calibration.outlook import Listeners
from ainalym.calibration.scenario_runs import check_scenarios, run_scenarios
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import Progress as DrawProgress
from ainalym.pipeline import check_options
from ainalym.reports.comparison_page import PAGE_FILE, list_comparison_tables, write_comparison_page
from ainalym.reports.headline import describe_place
from ainalym.reports.language import Translator
from ainalym.results.comparison import Comparison, write_comparison
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.outcomes import check_years
from ainalym.results.result import Result
from ainalym.schemas.run import FIRST_YEAR, RunOptions


class CompareOptions(NamedTuple):
    """What a comparison is asked for.

    Attributes
    ----------
    scenarios
        Two or more; the first is what the others are held against.
    years
        Years to look at.
    run
        Choices of the central runs.
    ensemble
        Choices of the draws.
    calibrated
        Whether the model learns from the evidence of the country.
    """

    scenarios: tuple[str, ...]
    years: tuple[int, ...]
    run: RunOptions
    ensemble: EnsembleOptions
    calibrated: bool


def write_comparison_folder(
    country: str,
    options: CompareOptions,
    out: Path | None,
    force: bool,
    language: Language,
    console: Console,
) -> None:
    """Run scenarios on shared draws, print what they differ by, and write tables and page.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Scenarios, years, choices of the runs.
    out
        Folder to write; None to write nothing.
    force
        Whether an older comparison in that folder may be replaced.
    language
        Language of tables and page.
    console
        Where to print.

    Raises
    ------
    InputError
        For whatever is wrong with country, options or folder, before the model runs wherever it can be known.
    """
    check_options(options.run)
    check_years(options.years, FIRST_YEAR, options.run.until)
    check_scenarios(options.scenarios)
    if out is not None:
        check_folder(out, force)
    results = run_with_progress(country, options, console)
    comparison = Comparison(results, options.years)
    translator = Translator(language)
    for table in list_comparison_tables(comparison, translator):
        print_table(table, console)
    if out is None:
        return
    with replace_folder(out, force) as partial:
        write_comparison(comparison, partial)
        write_comparison_page(comparison, partial / PAGE_FILE, language)
    console.print(describe_place(str(out / PAGE_FILE), translator), highlight=False, soft_wrap=True)


def run_with_progress(country: str, options: CompareOptions, console: Console) -> tuple[Result, ...]:
    """Run the scenarios of a comparison with a progress bar.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Scenarios and choices of the runs.
    console
        Where to show the progress.

    Returns
    -------
    tuple of Result
        In the order of the scenarios.

    Raises
    ------
    InputError
        As :func:`ainalym.calibration.scenario_runs.run_scenarios`.
    """
    with Progress(
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("packages", total=1.0)

        def listen(stage: str) -> None:
            progress.update(task, description=stage, completed=0.0)

        def listen_to_draws(step: DrawProgress) -> None:
            progress.update(task, completed=step.done / step.draws)

        def listen_to_learning(share: float) -> None:
            progress.update(task, description="learning", completed=share)

        return run_scenarios(
            country,
            options.scenarios,
            options.run,
            options.ensemble,
            calibrated=options.calibrated,
            listeners=Listeners(listen, listen_to_learning, listen_to_draws),
        )
