"""What the commands of ensembles do: draws with a progress bar, intervals and what drives them as tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from ainalym.cli.text_output import print_headline
from ainalym.core.quantities import Language
from ainalym.ensemble.cluster import open_cluster
from ainalym.ensemble.model import prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.ensemble.run import Progress as RunProgress
from ainalym.ensemble.sensitivity import YEARS, Sensitivity, analyse_sensitivity
from ainalym.results.folder import check_folder, replace_folder
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions

FAMILY_NAMES = {
    "lifetimes": "Lifetimes",
    "market_level": "Level of the market",
    "market_years": "Market from year to year",
    "unit_weights": "Unit weights",
    "elasticities": "Income elasticities",
    "saturation": "Saturation of ownership",
    "switches": "Technology switches",
    "population": "Population",
    "income": "Income",
    "photovoltaics": "Photovoltaic capacity",
    "composition": "Composition",
    "prices": "Prices",
}

OUTPUT_NAMES = {
    "ewaste_generated": "E-waste",
    "gold": "Gold",
    "copper": "Copper",
    "plastics": "Plastics",
    "material_value": "Value",
}

NEGLIGIBLE = 0.005
"""Share of the variance below which a family is shown as a dash."""

LEAST_INTERVAL = 0.05
"""Half-width from which on the interval of a share is shown beside it."""


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
        progress = stack.enter_context(_make_progress(console))
        task = progress.add_task("draws", total=options.draws)

        def listen(step: RunProgress) -> None:
            progress.update(task, completed=step.done)

        return run_outlook_with_draws(country, run_options, options, draw_listener=listen, blocks=blocks)


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
    result = run_draws(country, run_options, options, console, place)
    print_headline(result, language, console)
    if out is not None:
        with replace_folder(out, force) as partial:
            write_result(result, partial)
        console.print(str(out), highlight=False, soft_wrap=True)


def print_sensitivity(
    country: str,
    options: RunOptions,
    console: Console,
    *,
    years: Sequence[int] = YEARS,
    samples: int = 10_240,
    seed: int = 1,
    threads: int = 2,
) -> Sensitivity:
    """Compute what drives e-waste, its materials and its value, and print it as tables.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the run.
    console
        Where to print.
    years
        Years to look at.
    samples
        Samples of each half.
    seed
        Seed of all random streams.
    threads
        Number of threads.

    Returns
    -------
    Sensitivity
        What was printed, for a report.

    Raises
    ------
    InputError
        As :func:`prepare_model` and :func:`analyse_sensitivity`.
    """
    model, _ = prepare_model(country, options)
    with _make_progress(console) as progress:
        task = progress.add_task("model runs", total=1.0)
        found = analyse_sensitivity(
            model,
            years=years,
            samples=samples,
            seed=seed,
            threads=threads,
            listener=lambda done: progress.update(task, completed=done),
        )
    for year in years:
        console.print(_compose_indices(found.indices[found.indices["year"] == year], year))
    note = "Total share of the variance, first-order share in brackets, 95 % interval of the total below 0.05"
    console.print(
        f"{note} unless given. {found.runs:,} model runs, seed {seed}.", style="dim", highlight=False
    )
    return found


def _compose_indices(indices: pd.DataFrame, year: int) -> Table:
    table = Table(title=f"What drives the results in {year}", title_justify="left", title_style="bold")
    table.add_column("Family of inputs")
    for output in OUTPUT_NAMES.values():
        table.add_column(output, justify="right")
    cells = {(row["family"], row["output"]): _show_index(row) for row in indices.to_dict("records")}
    for family, name in FAMILY_NAMES.items():
        table.add_row(name, *(cells[family, output] for output in OUTPUT_NAMES))
    return table


def _show_index(row: Mapping[Hashable, Any]) -> str:
    if row["total"] < NEGLIGIBLE:
        return "-"
    half = (row["total_high"] - row["total_low"]) / 2.0
    interval = f" ±{half:.2f}" if half >= LEAST_INTERVAL else ""
    return f"{row['total']:.2f}{interval} ({max(row['first_order'], 0.0):.2f})"


def _make_progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
