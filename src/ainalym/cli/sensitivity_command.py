"""What ``ainalym sensitivity`` does: what drives the figures, as tables, charts and a page."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ainalym.cli.ensemble_commands import make_progress
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.ensemble.outlook import SensitivityOptions, run_sensitivity
from ainalym.reports.driver_tables import list_index_tables, list_range_tables
from ainalym.reports.headline import describe_place
from ainalym.reports.language import Translator
from ainalym.reports.sensitivity_page import PAGE_FILE, describe_runs, write_sensitivity_views
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.store import write_sensitivity
from ainalym.schemas.run import RunOptions


def run_sensitivity_command(
    country: str,
    run_options: RunOptions,
    options: SensitivityOptions,
    console: Console,
    out: Path | None = None,
    force: bool = False,
    language: Language = "en",
) -> None:
    """Compute what drives e-waste, its materials and its value, print it and write its folder.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    run_options
        Choices of the central run.
    options
        Choices of the analysis.
    console
        Where to print.
    out
        Folder to write; None for none.
    force
        Whether an older folder may be replaced.
    language
        Language of tables and page.

    Raises
    ------
    InputError
        As :func:`prepare_model`, :func:`analyse_sensitivity` and
        :func:`ainalym.results.folder.replace_folder`.
    """
    if out is not None:
        check_folder(out, force)
    with make_progress(console) as progress:
        task = progress.add_task("model runs", total=1.0)
        result = run_sensitivity(
            country, run_options, options, lambda done: progress.update(task, completed=done)
        )
    translator = Translator(language)
    for table in (*list_index_tables(result, translator), *list_range_tables(result, translator)):
        print_table(table, console)
    console.print(describe_runs(result, translator), style="dim", highlight=False)
    if out is not None:
        with replace_folder(out, force) as partial:
            write_sensitivity(result, partial)
            write_sensitivity_views(result, partial, language)
        console.print(describe_place(str(out / PAGE_FILE), translator), highlight=False, soft_wrap=True)
