"""The commands on scenarios. Heavy imports stand inside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

scenario_app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich")
console = Console()

LanguageChoice = Annotated[
    Literal["en", "ru", "kk"], typer.Option("--language", "-l", help="English, Russian or Kazakh.")
]
CountryName = Annotated[
    str, typer.Argument(help="Country: ISO code such as KAZ, a name, or the folder of a country package.")
]


@scenario_app.command()
def compare(
    country: CountryName,
    scenarios: Annotated[
        list[str],
        typer.Argument(
            help="Two or more scenarios, or YAML files; the first is what the others are held against."
        ),
    ],
    year: Annotated[
        list[int] | None,
        typer.Option(help="Year to look at; may be given more than once.", show_default="2030, 2050"),
    ] = None,
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    draws: Annotated[
        int, typer.Option(help="Draws of all uncertain inputs, shared by all scenarios.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Whether the model first learns from the evidence of the country.",
        ),
    ] = True,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables and a page; without it nothing is written.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older folder.")] = False,
    language: LanguageChoice = "en",
) -> None:
    """Compare scenarios: what each changes, by category, material, money and climate, with intervals.

    All scenarios share their draws, so that what is uncertain in all of them alike falls out of the
    differences. Shows the years asked for, and 2025 to 2050 accumulated.
    """
    from ainalym.cli.compare_command import CompareOptions, write_comparison_folder
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.schemas.run import RunOptions

    options = CompareOptions(
        scenarios=tuple(scenarios),
        years=tuple(dict.fromkeys(year or (2030, 2050))),
        run=RunOptions(until=until),
        ensemble=EnsembleOptions(draws=draws, seed=seed, threads=threads),
        calibrated=calibrate,
    )
    write_comparison_folder(country, options, out, force, language, console)


@scenario_app.command()
def target(
    country: CountryName,
    year: Annotated[int, typer.Option(help="Year in which the target is to be reached.")],
    value: Annotated[
        str, typer.Option(help="Target, such as '40%', or a number in the unit of the indicator.")
    ],
    indicator: Annotated[
        str,
        typer.Option(
            help="collection_rate, rate_of_generated, rate_of_market, ewaste_collected, ewaste_unmanaged, "
            "share_recovered:MATERIAL, material_recovered:MATERIAL, emissions_avoided, refrigerants_captured "
            "or net_benefit."
        ),
    ] = "collection_rate",
    lever: Annotated[
        list[str] | None,
        typer.Option(
            help="Lever that may be pulled; may be given more than once.",
            show_default="those of the indicator",
        ),
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="What the levers are pulled on top of: a scenario, or a YAML file.")
    ] = "baseline",
    until: Annotated[int, typer.Option(help="Last year of the outlook.")] = 2050,
    draws: Annotated[int, typer.Option(help="Draws to learn with.")] = 1000,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    threads: Annotated[int, typer.Option(help="Threads of this machine.")] = 2,
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate/--no-calibrate",
            help="Whether the model first learns from the evidence of the country.",
        ),
    ] = True,
    save: Annotated[
        Path | None,
        typer.Option(help="YAML file for the scenario found, for --scenario.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older file.")] = False,
    language: LanguageChoice = "en",
) -> None:
    """Say what it would take to reach a target in a year, or what stands in the way."""
    from ainalym.cli.target_command import TargetOptions, print_target
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.schemas.run import RunOptions

    options = TargetOptions(
        indicator=indicator,
        year=year,
        value=value,
        levers=tuple(lever or ()),
        run=RunOptions(until=until, scenario=scenario),
        ensemble=EnsembleOptions(draws=draws, seed=seed, threads=threads) if calibrate else None,
    )
    print_target(country, options, save, force, language, console)


@scenario_app.command()
def scenarios(
    show: Annotated[
        str | None,
        typer.Option(help="Print the file of a scenario, to copy and change.", show_default=False),
    ] = None,
    language: LanguageChoice = "en",
) -> None:
    """List the scenarios that travel with the program, or print one of them."""
    from ainalym.cli.scenario_commands import print_scenario, print_scenarios

    if show is None:
        print_scenarios(language, console)
    else:
        print_scenario(show)


@scenario_app.command()
def levers(
    language: LanguageChoice = "en",
) -> None:
    """List the levers that a scenario may pull, with what they act on and what is allowed."""
    from ainalym.cli.scenario_commands import print_levers

    print_levers(language, console)


@scenario_app.command()
def fees(
    country: Annotated[str, typer.Argument(help="Country: ISO code, a name, or the folder of a package.")],
    year: Annotated[int, typer.Option(help="Year of the outlook.")] = 2030,
    scenario: Annotated[str, typer.Option(help="Scenario, or a YAML file.")] = "baseline",
    free_riders: Annotated[
        float, typer.Option(help="Share of the market that pays nothing, from 0 to below 1.")
    ] = 0.0,
    coefficient: Annotated[
        float | None,
        typer.Option(
            help="Coefficient of the fee set by law, in monthly calculation indices for a tonne or a piece. "
            "That of Kazakhstan for electronics is not known to the program: it is yours to give.",
            show_default=False,
        ),
    ] = None,
    basis: Annotated[Literal["mass", "piece"], typer.Option(help="What the coefficient is for.")] = "mass",
    language: LanguageChoice = "en",
) -> None:
    """Show the fee of producers that pays for the formal system, and what a coefficient would bring."""
    from ainalym.cli.scenario_commands import FeeOptions, print_fees

    options = FeeOptions(year, scenario, free_riders, coefficient, basis)
    print_fees(country, options, language, console)
