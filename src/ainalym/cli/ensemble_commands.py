"""What ``ainalym ensemble`` does: draws with a progress bar, here or on a cluster."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ainalym.cli.text_output import print_headline
from ainalym.core.quantities import Language
from ainalym.ensemble.cluster import open_cluster
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.ensemble.run import Progress as RunProgress
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions


class Place(NamedTuple):
    """Where an ensemble is computed.

    Attributes
    ----------
    workers
        Worker processes of a local cluster; None for threads of this process.
    address
        Address of a scheduler that runs; None for this machine.
    """

    workers: int | None = None
    address: str | None = None


HERE = Place()
"""On threads of this process."""


def run_draws(
    country: str,
    run_options: RunOptions,
    options: EnsembleOptions,
    console: Console,
    place: Place = HERE,
    with_ranges: bool = True,
) -> Result:
    """Run an outlook with its draws and a progress bar, here or on a cluster.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    run_options
        Choices of the central run.
    options
        Choices of the ensemble.
    console
        Where to show the progress.
    place
        Where to compute.
    with_ranges
        Whether to tell what families of inputs span alone.

    Returns
    -------
    Result
        The same bits wherever it was computed.

    Raises
    ------
    InputError
        [ENS-006], [ENS-008] to [ENS-010], [ENS-012] and [EXT-001] as :func:`run_outlook_with_draws` and
        :func:`open_cluster`.
    """
    with ExitStack() as stack:
        blocks = None
        if place.workers is not None or place.address is not None:
            blocks = stack.enter_context(open_cluster(place.workers, place.address))
        progress = stack.enter_context(make_progress(console))
        task = progress.add_task("draws", total=options.draws)

        def listen(step: RunProgress) -> None:
            progress.update(task, completed=step.done)

        return run_outlook_with_draws(
            country, run_options, options, draw_listener=listen, blocks=blocks, with_ranges=with_ranges
        )


def run_ensemble_command(
    country: str,
    run_options: RunOptions,
    options: EnsembleOptions,
    console: Console,
    place: Place = HERE,
    out: Path | None = None,
    force: bool = False,
    language: Language = "en",
) -> None:
    """Run the ensemble of a country, print its headline and write its folder if one is asked for.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    run_options
        Choices of the central run.
    options
        Choices of the ensemble.
    console
        Where to print.
    place
        Where to compute.
    out
        Folder to write; None for none.
    force
        Whether an older folder may be replaced.
    language
        Language of the headline.

    Raises
    ------
    InputError
        As :func:`run_draws` and :func:`ainalym.results.folder.replace_folder`.
    """
    if out is not None:
        check_folder(out, force)
    # The headline says nothing of ranges; the folder does.
    result = run_draws(country, run_options, options, console, place, with_ranges=out is not None)
    print_headline(result, language, console)
    if out is not None:
        with replace_folder(out, force) as partial:
            write_result(result, partial)
        console.print(str(out), highlight=False, soft_wrap=True)


def make_progress(console: Console) -> Progress:
    """Make a progress bar with the time that is left.

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
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
