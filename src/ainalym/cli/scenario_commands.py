"""What the commands on scenarios do: list them and their levers, show fees of producers."""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from ainalym.after_generation.central import make_labels
from ainalym.core.quantities import Language
from ainalym.packages.reference import read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.fees import Basis, compute_fees
from ainalym.scenarios.levers import read_levers
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
    table = Table("Scenario", "Name", "What it supposes", "Levers", title="Scenarios")
    for name in list_scenarios():
        scenario = read_scenario(name, labels)
        titles, texts = scenario.titles.model_dump(), scenario.description.model_dump()
        table.add_row(name, titles[language], texts[language], str(len(scenario.overrides)))
    console.print(table)
    console.print("For one of your own: ainalym scenarios --show recovery > mine.yaml, then change the file.")


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
        Language of the names.
    console
        Where to print.
    """
    table = Table("Lever", "Name", "Acts on", "Target", "What it is", title="Levers")
    for lever in read_levers().values():
        allowed = f"{lever.minimum:g} to {lever.maximum:g} ({lever.unit})"
        acts_on = "the country" if lever.acts_on == "none" else lever.acts_on
        table.add_row(lever.name, lever.labels[language], acts_on, allowed, lever.definition)
    console.print(table)


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


def print_fees(country: str, options: FeeOptions, console: Console) -> None:
    """Compute the central outlook and print the fees of a year.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Year, scenario, free riders, coefficient.
    console
        Where to print.

    Raises
    ------
    InputError
        As :func:`ainalym.pipeline.run_outlook` and :func:`ainalym.results.fees.compute_fees`.
    """
    result = run_outlook(country, RunOptions(scenario=options.scenario))
    found = compute_fees(result, options.year, options.free_riders, options.coefficient, options.basis)
    currency = str(result.record["scenario"]["currency"])
    title = f"Fees of producers in {options.year}, {result.record['scenario']['titles']['en']}"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("Category")
    headings = ["Market, t", "Net cost, thousand USD", "Full cost, USD/t", f"Of those who pay, {currency}/t"]
    if options.coefficient is not None:
        headings += [f"By law, million {currency}", "Covers"]
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in found.to_dict("records"):
        name = result.name_of("categories", str(row["category"]), "en")
        table.add_row(f"{row['category']}  {name}", *_show_fees(row, options.coefficient is not None))
    console.print(table)
    rate_year = result.record["scenario"]["rate_of_year"]
    console.print(
        "A category whose materials pay for its collection and treatment has no fee. Costs are assumptions "
        f"(grade D) in wide ranges. Money of {rate_year}.",
        style="dim",
        highlight=False,
    )


def _show_fees(row: Mapping[Hashable, Any], by_law: bool) -> list[str]:
    cells = [
        f"{row['placed_on_market']:,.0f}",
        f"{row['net_cost'] / 1000.0:,.0f}",
        f"{row['full_cost_fee']:,.1f}",
        f"{row['fee_of_payers_local']:,.0f}",
    ]
    if by_law:
        coverage = row["coverage"]
        cells.append(f"{row['statutory_revenue_local'] / 1e6:,.1f}")
        cells.append("-" if math.isnan(coverage) else f"{coverage:.0%}")
    return cells
