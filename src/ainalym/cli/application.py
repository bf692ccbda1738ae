"""The command line. Heavy imports stand inside the commands, so that help answers at once."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ainalym.cli.run_choices import (
    CorrectionChoice,
    Income,
    LeastCover,
    Population,
    ProjectionChoice,
    SalesChoice,
    StatisticsChoice,
)
from ainalym.cli.scenario_application import scenario_app
from ainalym.cli.trade_commands import trade_app
from ainalym.errors import InputError, read_error_codes

USAGE_ERROR = 2
"""Exit status for an input with problems."""

INTERRUPTED = 130
"""Exit status after Ctrl-C."""

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""New objects after which Python looks for circles: its own 700 cost a fifth of all imports."""

CLUSTER_OPTIONS = ("--workers", "--cluster")
"""Options whose commands compute with dask."""

app = typer.Typer(
    name="ainalym",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="How much e-waste a country generates, today and to 2050: from published statistics, with every "
    "number traceable to its source.",
    epilog="Begin with: [bold]ainalym outlook KAZ[/bold]",
)
# In a module of their own, but commands like all others.
app.registered_commands += scenario_app.registered_commands
app.add_typer(trade_app, name="trade")
console = Console()
errors = Console(stderr=True)


@app.command()
def outlook(
    country: Annotated[
        str, typer.Argument(help="Country: ISO code such as KAZ, a name, or the folder of a country package.")
    ],
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    draws: Annotated[
        int,
        typer.Option(help="Draws of all uncertain inputs, for intervals; 0 for the central path alone."),
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to write; by default outlook-<country> here.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older outlook in that folder.")] = False,
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
    convention: Annotated[
        str,
        typer.Option(
            help="When in the year equipment is sold and discarded: uniform (exact), start, middle, end, or "
            "cbs (as in the official European figures)."
        ),
    ] = "uniform",
    projection: ProjectionChoice = "table",
    population: Population = "medium",
    income: Income = "ssp2",
    sales: SalesChoice = "enter",
    statistics: StatisticsChoice = "robust",
    correction: CorrectionChoice = None,
    least_cover: LeastCover = 0.8,
    scenario: Annotated[
        str,
        typer.Option(
            help="Scenario: baseline, recovery, circular, eu2035, or a YAML file; see `ainalym scenarios`."
        ),
    ] = "baseline",
    calibrated_composition: Annotated[
        bool,
        typer.Option(
            "--calibrated-composition",
            help="Scale the materials to published world totals; the report says so.",
        ),
    ] = False,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Whether the model learns from the evidence of the country, where it has any.",
        ),
    ] = True,
) -> None:
    """Compute the outlook of a country: placed on market, stock, e-waste, materials, value, regions.

    Prints the headline with the intervals that hold 90 % of the draws, and writes a folder with a report that
    opens in any browser, tables for a spreadsheet, arrays for Python and R, and a record of how the numbers
    came to be.
    """
    from ainalym.cli.outlook_command import write_outlook_folder
    from ainalym.ensemble.options import choose_ensemble
    from ainalym.packages.trade.statistics_options import parse_corrections
    from ainalym.schemas.run import RunOptions

    options = RunOptions(
        until=until,
        convention=convention,
        composition="calibrated" if calibrated_composition else "table",
        projection=projection,
        population=population,
        income=income,
        sales=sales,
        statistics=statistics,
        corrections=parse_corrections(correction or ()),
        least_cover=least_cover,
        scenario=scenario,
    )
    ensemble = choose_ensemble(draws, seed, threads)
    write_outlook_folder(country, options, ensemble, out, force, language, console, calibrate)


@app.command("calibrate")
def calibrate_country(
    country: Annotated[str, typer.Argument(help="Country: ISO code, a name, or the folder of a package.")],
    draws: Annotated[int, typer.Option(help="Number of draws that the model learns from.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    sales: SalesChoice = "enter",
    statistics: StatisticsChoice = "robust",
    correction: CorrectionChoice = None,
    least_cover: LeastCover = 0.8,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for report, arrays and tables; without it nothing is written."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older folder.")] = False,
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
) -> None:
    """Let the model learn from what the country has seen: totals, ownership, sales, each with its error.

    Prints the outlook before and after, the fit to every figure, which inputs moved, and which figures
    contradict the rest, with what would have to be true for them.
    """
    from ainalym.cli.calibrate_command import run_calibrate_command
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.packages.trade.statistics_options import parse_corrections
    from ainalym.schemas.run import RunOptions

    asked = EnsembleOptions(draws=draws, seed=seed, threads=threads)
    chosen = RunOptions(
        until=until,
        sales=sales,
        statistics=statistics,
        corrections=parse_corrections(correction or ()),
        least_cover=least_cover,
    )
    run_calibrate_command(country, chosen, asked, console, out, force, language)


@app.command()
def ensemble(
    country: Annotated[str, typer.Argument(help="Country: ISO code, a name, or the folder of a package.")],
    draws: Annotated[int, typer.Option(help="Number of draws of all uncertain inputs.")] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers, wherever it is computed.")] = 1,
    sampling: Annotated[str, typer.Option(help="plain or sobol.")] = "plain",
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    projection: ProjectionChoice = "table",
    population: Population = "medium",
    income: Income = "ssp2",
    sales: SalesChoice = "enter",
    statistics: StatisticsChoice = "robust",
    correction: CorrectionChoice = None,
    least_cover: LeastCover = 0.8,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes on this machine instead (extra 'cluster').")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Address of a dask scheduler, such as tcp://host:8786 (extra 'cluster')."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for arrays, draws, quantiles and tables; without it nothing is written."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older folder.")] = False,
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
) -> None:
    """Run the draws of the outlook alone, as many as it takes, here or on a cluster; without a report.

    They are those of the model as it is, before it learns from evidence as `ainalym outlook` does.
    """
    from ainalym.cli.ensemble_commands import Place, run_ensemble_command
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.packages.trade.statistics_options import parse_corrections
    from ainalym.schemas.run import RunOptions

    asked = EnsembleOptions(draws=draws, seed=seed, sampling=sampling, threads=threads)
    chosen = RunOptions(
        until=until,
        projection=projection,
        population=population,
        income=income,
        sales=sales,
        statistics=statistics,
        corrections=parse_corrections(correction or ()),
        least_cover=least_cover,
    )
    place = Place(workers, cluster)
    run_ensemble_command(country, chosen, asked, console, place, out, force, language)


@app.command()
def sensitivity(
    country: Annotated[str, typer.Argument(help="Country: ISO code, a name, or the folder of a package.")],
    samples: Annotated[
        int, typer.Option(help="Samples of each half; the model runs 15 times as often.")
    ] = 8_192,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    year: Annotated[
        list[int] | None, typer.Option(help="Year to look at; may be given more than once.")
    ] = None,
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    projection: ProjectionChoice = "table",
    population: Population = "medium",
    income: Income = "ssp2",
    sales: SalesChoice = "enter",
    statistics: StatisticsChoice = "robust",
    correction: CorrectionChoice = None,
    least_cover: LeastCover = 0.8,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables, charts and a page; without it nothing is written.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older folder.")] = False,
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
) -> None:
    """Show which uncertain inputs drive e-waste, gold, copper, plastics and value (extra 'sensitivity')."""
    from ainalym.cli.sensitivity_command import run_sensitivity_command
    from ainalym.ensemble.outlook import SensitivityOptions
    from ainalym.ensemble.sensitivity import YEARS
    from ainalym.packages.trade.statistics_options import parse_corrections
    from ainalym.schemas.run import RunOptions

    chosen = RunOptions(
        until=until,
        projection=projection,
        population=population,
        income=income,
        sales=sales,
        statistics=statistics,
        corrections=parse_corrections(correction or ()),
        least_cover=least_cover,
    )
    options = SensitivityOptions(years=tuple(year or YEARS), samples=samples, seed=seed, threads=threads)
    run_sensitivity_command(country, chosen, options, console, out, force, language)


@app.command()
def backtest(
    origin: Annotated[
        list[int] | None,
        typer.Option(
            help="Last year of figures to be known; may be given more than once.", show_default="2005, 2010"
        ),
    ] = None,
    until: Annotated[int, typer.Option(help="Last year to be projected and judged.")] = 2015,
    projection: Annotated[
        Literal["default", "profile", "table", "trend"],
        typer.Option(help="Method of projection, as of an outlook; by default that of an outlook."),
    ] = "default",
    drivers: Annotated[
        Literal["carried", "foreseen"],
        typer.Option(
            help="Population and income after the origin: carried on by growth, or foreseen as they came."
        ),
    ] = "carried",
    widening: Annotated[
        Literal["table", "none"],
        typer.Option(help="Whether markets drift as in table uncertainty, or not, to see what that does."),
    ] = "table",
    draws: Annotated[int, typer.Option(help="Number of draws of all uncertain inputs.")] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables, charts and a page; without it nothing is written.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older folder.")] = False,
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
) -> None:
    """Show how projections would have done in the past: 28 EU countries, known to 2005 and to 2010."""
    from ainalym.backtest.run import BacktestOptions
    from ainalym.cli.backtest_command import write_backtest_folder
    from ainalym.ensemble.options import EnsembleOptions

    options = BacktestOptions(
        origins=tuple(dict.fromkeys(origin or (2005, 2010))),
        until=until,
        drivers=drivers,
        widening=widening,
        ensemble=EnsembleOptions(draws=draws, seed=seed, threads=threads),
        **({} if projection == "default" else {"projection": projection}),
    )
    write_backtest_folder(options, out, force, language, console)


@app.command()
def serve(
    outlooks: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders that `ainalym outlook` wrote, or countries to be computed now; by default all "
            "outlook folders here.",
            show_default=False,
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine alone.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Show outlooks as pages in English, Russian and Kazakh, with a REST interface (extra 'web')."""
    from ainalym.cli.serve_command import serve_pages

    serve_pages(outlooks or [], host, port, not no_browser, console)


@app.command()
def countries() -> None:
    """List the countries whose figures travel with the program."""
    from ainalym.packages.country import list_countries

    table = Table("Code", "Country", "Version", "Tables", "Sources", title="Countries")
    for iso3, descriptor in list_countries().items():
        table.add_row(
            iso3,
            descriptor.ainalym.name_en,
            descriptor.version,
            str(len(descriptor.resources)),
            str(len(descriptor.sources)),
        )
    console.print(table)
    console.print("For another country give the folder of its package: ainalym outlook FOLDER")


@app.command()
def products(
    language: Annotated[
        Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
    ] = "en",
) -> None:
    """List the 54 products (UNU-KEYs) with their categories."""
    from ainalym.packages.reference import read_reference

    reference = read_reference()
    table = Table("Key", "Product", "Category", title="Products (UNU-KEYs)")
    names = reference.categories[f"name_{language}"].to_dict()
    for row in reference.products.reset_index().to_dict("records"):
        category = row["category"]
        table.add_row(row["key"], row[f"name_{language}"], f"{category}  {names[category]}")
    console.print(table)


@app.command()
def check(
    package: Annotated[
        str, typer.Argument(help="Folder of a data package, or the code of an embedded country.")
    ],
    seal: Annotated[
        bool, typer.Option("--seal", help="Store the hashes of tables that you changed on purpose.")
    ] = False,
) -> None:
    """Check a data package and tell all its problems at once, each with file, row and mend."""
    from ainalym.packages.country import find_country
    from ainalym.packages.package import DESCRIPTOR_FILE, inspect_package, seal_package
    from ainalym.packages.reference import read_reference

    folder = Path(package)
    if seal:
        changed = seal_package(folder)
        console.print(f"Sealed {len(changed)} changed tables: {', '.join(changed) or 'none'}.")
    is_folder = folder.is_dir() or folder.joinpath(DESCRIPTOR_FILE).exists()
    place = folder if is_folder else find_country(package)
    found, problems = inspect_package(place, read_reference().vocabularies)
    if found is None or problems:
        raise InputError(problems, about=f"data package '{found.name if found else folder.name}'")
    if "evidence" in found.tables:
        from ainalym.calibration.outlook import check_evidence

        # Whether a figure can be learned from shows only beside the outlook that it speaks of.
        check_evidence(str(place))
    rows = sum(len(table.frame) for table in found.tables.values())
    console.print(
        f"Data package '{found.name}' version {found.descriptor.version}: {len(found.tables)} tables, "
        f"{rows} rows, {len(found.descriptor.sources)} sources, no problems.",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(help="Error code such as PKG-009; without one, all are listed.")
    ] = None,
) -> None:
    """Explain what an error code means and what to do."""
    from ainalym.errors import Problem
    from ainalym.packages.table_reader import suggest

    codes = read_error_codes()
    if code is None:
        table = Table("Code", "What is wrong", title="Error codes")
        for known in codes.values():
            table.add_row(known.code, known.title)
        console.print(table)
        return
    entry = codes.get(code.strip("[] ").upper())
    if entry is None:
        raise InputError(
            Problem("OPT-003", "code", repr(code), "an error code", suggest(code.upper(), codes))
        )
    console.print(Text(f"{entry.code}  {entry.title}", style="bold"))
    console.print(entry.meaning, highlight=False)
    console.print(f"What to do: {entry.mend}", highlight=False)


def main() -> None:
    """Run the command line; problems of an input are printed without a traceback."""
    _leave_dask_asleep()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        app()
    except InputError as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(USAGE_ERROR)
    except SystemExit as end:
        # Typer turns Ctrl-C into this exit status before anybody else hears of it.
        if end.code == INTERRUPTED:
            errors.print("Interrupted; nothing half-written is left.")
        raise


def _leave_dask_asleep() -> None:
    """Keep dask out of a process that has no cluster.

    Where dask is installed, xarray imports it with its first array, only to ask whether that is one of its
    own: half a second. A name that is None among the modules counts as not installed.
    """
    if not any(word.startswith(CLUSTER_OPTIONS) for word in sys.argv[1:]):
        sys.modules.setdefault("dask", None)  # type: ignore[arg-type]
