"""Tables of scenarios, of their levers, and of fees of producers, in the language of the reader."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ainalym.reports.language import NO_VALUE, Translator
from ainalym.reports.text_table import Column, TextTable
from ainalym.results.result import Result
from ainalym.scenarios.levers import Lever, read_levers
from ainalym.scenarios.reading import ReadScenario

KILO, MEGA = 1e3, 1e6


def compose_scenario_list(scenarios: Sequence[ReadScenario], translator: Translator) -> TextTable:
    """Compose the list of the scenarios that travel with the program.

    Parameters
    ----------
    scenarios
        In the order in which they are listed.
    translator
        Language of names and descriptions.

    Returns
    -------
    TextTable
        One row per scenario, with the number of its levers.
    """
    language = translator.language
    columns = (
        Column("scenario", translator.gettext("Scenario")),
        Column("name", translator.gettext("Name")),
        Column("description", translator.gettext("What it supposes")),
        Column("levers", translator.gettext("Levers"), numeric=True),
    )
    rows = tuple(
        (
            scenario.name,
            str(getattr(scenario.titles, language)),
            str(getattr(scenario.description, language)),
            str(len(scenario.overrides)),
        )
        for scenario in scenarios
    )
    note = translator.gettext(
        "For one of your own: %(command)s, then change the file.",
        command="ainalym scenarios --show recovery > mine.yaml",
    )
    return TextTable("scenarios", translator.gettext("Scenarios"), columns, rows, (note,))


def compose_lever_table(translator: Translator) -> TextTable:
    """Compose the list of the levers that a scenario may pull.

    Parameters
    ----------
    translator
        Language of the list.

    Returns
    -------
    TextTable
        One row per lever, with what it acts on and what is allowed.
    """
    columns = (
        Column("lever", translator.gettext("Lever")),
        Column("name", translator.gettext("Name")),
        Column("acts_on", translator.gettext("Acts on")),
        Column("target", translator.gettext("Target")),
        Column("definition", translator.gettext("What it is")),
    )
    rows = tuple(
        (
            lever.name,
            lever.labels[translator.language],
            _say_scope(lever, translator),
            _say_allowed(lever, translator),
            lever.definitions[translator.language],
        )
        for lever in read_levers().values()
    )
    return TextTable("levers", translator.gettext("Levers"), columns, rows)


def _say_scope(lever: Lever, translator: Translator) -> str:
    return {
        "category": translator.gettext("category"),
        "product": translator.gettext("product or category"),
        "material": translator.gettext("material"),
        "none": translator.gettext("the country"),
    }[lever.acts_on]


def _say_allowed(lever: Lever, translator: Translator) -> str:
    low, high = (translator.figure(value) for value in (lever.minimum, lever.maximum))
    return {
        "share": translator.gettext("share, %(low)s to %(high)s", low=low, high=high),
        "factor": translator.gettext("factor, %(low)s to %(high)s", low=low, high=high),
        "change": translator.gettext("change, %(low)s to %(high)s", low=low, high=high),
    }[lever.unit]


def compose_fee_table(result: Result, fees: pd.DataFrame, year: int, translator: Translator) -> TextTable:
    """Compose the table of the fees of producers in a year.

    Parameters
    ----------
    result
        Result of a run.
    fees
        Of :func:`ainalym.results.fees.compute_fees`.
    year
        Year of the fees.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row per category; two columns more where a coefficient is known.
    """
    scenario = result.record["scenario"]
    currency = str(scenario["currency"])
    by_law = "coverage" in fees
    columns = [
        Column("category", translator.gettext("Category")),
        Column("market", translator.gettext("Placed on market, kt"), numeric=True),
        Column("net_cost", translator.gettext("Net cost, thousand USD"), numeric=True),
        Column("fee", translator.gettext("Full cost, USD per tonne"), numeric=True),
        Column(
            "payers",
            translator.gettext("Of those who pay, %(currency)s per tonne", currency=currency),
            numeric=True,
        ),
    ]
    if by_law:
        heading = translator.gettext("By law, million %(currency)s", currency=currency)
        columns += [
            Column("by_law", heading, numeric=True),
            Column("coverage", translator.gettext("Covers"), numeric=True),
        ]
    rows = tuple(
        (
            result.name_of("categories", str(row["category"]), translator.language),
            *_show_fees(row, by_law, translator),
        )
        for row in fees.to_dict("records")
    )
    caption = translator.gettext(
        "Fees of producers in %(year)s: %(scenario)s",
        year=year,
        scenario=scenario["titles"][translator.language],
    )
    note = translator.gettext(
        "A category whose materials pay for its collection and treatment has no fee. Costs are assumptions "
        "(grade D) in wide ranges. Money of %(year)s.",
        year=scenario["rate_of_year"],
    )
    return TextTable("fees", caption, tuple(columns), rows, (note,))


def _show_fees(row: Mapping[Hashable, Any], by_law: bool, translator: Translator) -> list[str]:
    cells = [
        translator.number(row["placed_on_market"] / KILO),
        translator.number(row["net_cost"] / KILO),
        translator.number(row["full_cost_fee"]),
        translator.number(row["fee_of_payers_local"]),
    ]
    if by_law:
        coverage = float(row["coverage"])
        cells.append(translator.number(row["statutory_revenue_local"] / MEGA))
        cells.append(NO_VALUE if math.isnan(coverage) else translator.percent(coverage))
    return cells
