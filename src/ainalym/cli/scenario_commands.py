"""What the commands on scenarios do: list them and their levers, show fees of producers."""

from __future__ import annotations

import sys
from typing import NamedTuple

from rich.console import Console

from ainalym.after_generation.central import make_labels
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.packages.reference import read_reference
from ainalym.pipeline import run_outlook
from ainalym.reports.language import Translator
from ainalym.reports.lever_tables import compose_fee_table, compose_lever_table, compose_scenario_list
from ainalym.results.fees import Basis, compute_fees
from ainalym.scenarios.reading import list_scenarios, read_scenario, read_source
from ainalym.schemas.run import RunOptions


def print_scenarios(language: Language, console: Console) -> None:
    """List the scenarios that travel with the program.

    Parameters
    ----------
    language
        Language of names and descriptions.
    console
        Where to print.
    """
    labels = make_labels(read_reference())
    found = [read_scenario(name, labels) for name in list_scenarios()]
    print_table(compose_scenario_list(found, Translator(language)), console)


def print_scenario(name: str) -> None:
    """Print the file of a scenario as it is.

    Parameters
    ----------
    name
        Embedded scenario, or a YAML file.

    Raises
    ------
    InputError
        [SCN-008] if there is none.
    """
    sys.stdout.write(read_source(name))


def print_levers(language: Language, console: Console) -> None:
    """List the levers.

    Parameters
    ----------
    language
        Language of the list.
    console
        Where to print.
    """
    print_table(compose_lever_table(Translator(language)), console)


class FeeOptions(NamedTuple):
    """What a table of fees is asked for.

    Attributes
    ----------
    year, scenario, free_riders, coefficient, basis
        As in :func:`ainalym.results.fees.compute_fees`.
    """

    year: int
    scenario: str
    free_riders: float
    coefficient: float | None
    basis: Basis


def print_fees(country: str, options: FeeOptions, language: Language, console: Console) -> None:
    """Compute the central outlook and print the fees of a year.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Year, scenario, free riders, coefficient.
    language
        Language of the table.
    console
        Where to print.

    Raises
    ------
    InputError
        As :func:`ainalym.pipeline.run_outlook` and :func:`ainalym.results.fees.compute_fees`.
    """
    result = run_outlook(country, RunOptions(scenario=options.scenario))
    found = compute_fees(result, options.year, options.free_riders, options.coefficient, options.basis)
    print_table(compose_fee_table(result, found, options.year, Translator(language)), console)
