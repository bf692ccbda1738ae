"""Tables of what becomes of e-waste: one run alone, scenarios side by side, targets of the European Union."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ainalym.reports.language import NO_VALUE, Translator
from ainalym.reports.outcome_names import MEGA, name_outcome, name_scenario, scale_outcome
from ainalym.reports.text_table import Column, IntervalText, TextTable, write_figure
from ainalym.results.comparison import Comparison
from ainalym.results.outcomes import (
    ACCOUNTS,
    OUTCOMES,
    Period,
    compute_outcomes,
    compute_present_values,
    list_periods,
    read_name,
)
from ainalym.results.result import Result
from ainalym.results.summary import HEADLINE_MATERIALS, list_years

SHOWN: dict[str, tuple[str, ...] | None] = {
    "ewaste_generated_total": None,
    "ewaste_collected": None,
    "collection_rate": None,
    "ewaste_unmanaged": None,
    "ewaste_collected_by_category": None,
    "material_recovered_total": (*HEADLINE_MATERIALS, "silver", "palladium"),
    "recovered_value_total": None,
    "formal_account": ("net_benefit",),
    "world_frame_account": ("net_value",),
    "producer_payments": None,
    "emissions_avoided": None,
    "refrigerants_captured": None,
    "refrigerants_released": None,
    "substance_unmanaged": None,
}
"""Outcomes of the printed tables, and their labels; all where there is None."""


def compose_outcome_table(comparison: Comparison, translator: Translator, period: Period) -> TextTable:
    """Compose the table of scenarios side by side over a period.

    Parameters
    ----------
    comparison
        Scenarios.
    translator
        Language of the table.
    period
        First and last year, one that the comparison looks at or its longest period.

    Returns
    -------
    TextTable
        One row per outcome; below the figure of the first scenario stands its interval, below those of the
        others the difference from the first with its interval.
    """
    outcomes = comparison.outcomes
    chosen = outcomes[(outcomes["first_year"] == period[0]) & (outcomes["last_year"] == period[1])]
    base = comparison.base
    columns = (
        Column("outcome", translator.gettext("Outcome")),
        *(
            Column(read_name(result), name_scenario(result, translator), numeric=True)
            for result in comparison.results
        ),
    )
    indexed = index_rows(chosen, ["quantity", "label", "scenario"])
    rows = []
    for quantity, label in _list_rows(chosen):
        divisor, unit = scale_outcome(base, quantity, label)
        name = name_outcome(base, translator, quantity, label)
        cells = [
            _write_cell(indexed[quantity, label, scenario], divisor, translator)
            for scenario in comparison.names
        ]
        rows.append((f"{name}, {translator.unit(unit)}", *cells))
    return TextTable(
        f"outcomes_{period[0]}_{period[1]}",
        translator.years(*period),
        columns,
        tuple(rows),
        (note_differences(comparison, translator),),
    )


def note_differences(comparison: Comparison, translator: Translator) -> str:
    """Say what stands below the figures of a comparison.

    Parameters
    ----------
    comparison
        Scenarios.
    translator
        Language of the sentence.

    Returns
    -------
    str
        Two sentences.
    """
    return translator.gettext(
        "Figures are medians of %(draws)s draws that all scenarios share. Below the first scenario stands "
        "the interval that holds 90 %% of the draws, below the others the difference from “%(base)s” with "
        "its own interval.",
        draws=translator.number_fixed(int(comparison.base.record["ensemble"]["draws"]), 0),
        base=name_scenario(comparison.base, translator),
    )


def compose_present_value_table(comparison: Comparison, translator: Translator) -> TextTable | None:
    """Compose the table of net present values; None where the outlook ends before the period.

    Parameters
    ----------
    comparison
        Scenarios.
    translator
        Language of the table.

    Returns
    -------
    TextTable or None
        One row per account and rate of discount.
    """
    table = comparison.present_values
    if table.empty:
        return None
    names = [name_scenario(result, translator) for result in comparison.results]
    return _compose_values(
        table, comparison.results, translator, names, (note_differences(comparison, translator),)
    )


def compose_outcomes_of_one(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the outcomes of one run in the headline years and accumulated.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row per outcome, one column per period.
    """
    periods = list_periods(result)
    table = compute_outcomes([result], periods)
    columns = (
        Column("outcome", translator.gettext("Outcome")),
        *(Column(f"{first}_{last}", translator.years(first, last), numeric=True) for first, last in periods),
    )
    indexed = index_rows(table, ["quantity", "label", "first_year", "last_year"])
    rows = []
    for quantity, label in _list_rows(table):
        divisor, unit = scale_outcome(result, quantity, label)
        cells = [_write_cell(indexed[quantity, label, *period], divisor, translator) for period in periods]
        name = name_outcome(result, translator, quantity, label)
        rows.append((f"{name}, {translator.unit(unit)}", *cells))
    caption = translator.gettext("Where it goes and what comes back")
    if result.draws is not None:
        caption = translator.gettext("%(caption)s: median and 90 %% interval", caption=caption)
    return TextTable("outcomes", caption, columns, tuple(rows))


def compose_present_values_of_one(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of the net present values of one run; None where the outlook ends too early.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.

    Returns
    -------
    TextTable or None
        One row per account and rate of discount.
    """
    table = compute_present_values([result])
    if table.empty:
        return None
    return _compose_values(table, (result,), translator, [translator.unit("million USD")])


def _compose_values(
    table: pd.DataFrame,
    results: Sequence[Result],
    translator: Translator,
    headings: Sequence[str],
    notes: tuple[str, ...] = (),
) -> TextTable:
    columns = (
        Column("account", translator.gettext("Account")),
        Column("rate", translator.gettext("Discount rate"), numeric=True),
        *(
            Column(read_name(result), heading, numeric=True)
            for result, heading in zip(results, headings, strict=True)
        ),
    )
    indexed = index_rows(table, ["quantity", "rate", "scenario"])
    keys = table[["quantity", "rate", "chosen"]].drop_duplicates().sort_values(["quantity", "rate"])
    rows = []
    for entry in keys.to_dict("records"):
        account, rate = str(entry["quantity"]), float(entry["rate"])
        cells = [_write_cell(indexed[account, rate, read_name(one)], MEGA, translator) for one in results]
        label = ACCOUNTS[account][1]
        shown = translator.percent(rate)
        name = name_outcome(results[0], translator, account, label)
        rows.append((name, f"{shown} *" if entry["chosen"] else shown, *cells))
    first, last = (int(table[column].iloc[0]) for column in ("first_year", "last_year"))
    caption = translator.gettext(
        "Net present value of %(period)s in %(year)s, million USD",
        period=translator.years(first, last),
        year=first,
    )
    star = translator.gettext("* The rate of discount of the table, a choice and not a figure (grade D).")
    return TextTable("present_values", caption, columns, tuple(rows), (*notes, star))


def compose_indicator_table(
    table: pd.DataFrame, results: Sequence[Result], translator: Translator
) -> TextTable:
    """Compose the table of indicators against the targets of the European Union.

    Parameters
    ----------
    table
        As :attr:`ainalym.results.comparison.Comparison.indicators`.
    results
        Results of its scenarios, in their order.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row per indicator and year.
    """
    columns = (
        Column("indicator", translator.gettext("Indicator")),
        Column("year", translator.gettext("Year"), numeric=True),
        Column("target", translator.gettext("Target"), numeric=True),
        *(Column(read_name(one), name_scenario(one, translator), numeric=True) for one in results),
    )
    indexed = index_rows(table, ["indicator", "category", "year", "scenario"])
    keys = table[["indicator", "category", "year"]].drop_duplicates()
    rows = []
    for entry in keys.to_dict("records"):
        indicator, category, year = (entry[name] for name in ("indicator", "category", "year"))
        name = _name_indicator(results[0], translator, str(indicator), str(category))
        cells, target = [], math.nan
        for one in results:
            row = indexed.get((indicator, category, year, read_name(one)))
            if row is None:
                cells.append(NO_VALUE)
                continue
            target = float(row["target"])
            mark = "✓" if row["met"] else "✗"
            shown = translator.percent(float(row["value"]) / 100.0)
            cells.append(shown if math.isnan(target) else f"{shown} {mark}")
        rows.append((name, str(year), translator.percent(target / 100.0), *cells))
    caption = translator.gettext("Indicators against the targets of the European Union, central path")
    note = translator.gettext(
        "✓ met, ✗ missed. Recycling counts what enters recycling and what is prepared for reuse, over what "
        "is separately collected; recovery adds what is burnt for energy."
    )
    return TextTable("indicators", caption, columns, tuple(rows), (note,))


def compose_indicators_of_one(result: Result, translator: Translator) -> TextTable:
    """Compose the table of the indicators of one run in the headline years.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        As :func:`compose_indicator_table`.
    """
    alone = Comparison((result,), tuple(list_years(result)))
    return compose_indicator_table(alone.indicators, alone.results, translator)


def describe_scenario(result: Result, translator: Translator) -> str:
    """Say under which scenario a run stands.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentence.

    Returns
    -------
    str
        Its name and what it supposes.
    """
    return translator.gettext(
        "Scenario “%(name)s”: %(description)s",
        name=name_scenario(result, translator),
        description=result.record["scenario"]["description"][translator.language],
    )


def _name_indicator(result: Result, translator: Translator, indicator: str, category: str) -> str:
    names = {
        "rate_of_market": translator.gettext("Collected, of the mean market of three years before"),
        "rate_of_generated": translator.gettext("Collected, of the e-waste generated"),
        "recycling": translator.gettext("Prepared for reuse and recycled"),
        "recovery": translator.gettext("Recovered, energy included"),
    }
    if category == "all":
        return names[indicator]
    if category == "without_4b":
        return translator.gettext("%(indicator)s, without photovoltaics", indicator=names[indicator])
    return f"{names[indicator]}: {result.name_of('categories', category, translator.language)}"


def _list_rows(table: pd.DataFrame) -> list[tuple[str, str]]:
    """List the outcomes that are shown, in the order of :data:`SHOWN`."""
    pairs = table[["quantity", "label"]].drop_duplicates()
    known: dict[str, list[str]] = {}
    for quantity, label in pairs.itertuples(index=False):
        known.setdefault(quantity, []).append(label)
    return [
        (quantity, label)
        for quantity, labels in SHOWN.items()
        for label in (known[quantity] if labels is None or not OUTCOMES[quantity] else labels)
        if label in known[quantity]
    ]


def index_rows(table: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[Any, ...], dict[Hashable, Any]]:
    """Make the rows of a table found by their keys.

    Parameters
    ----------
    table
        One row for each combination of the keys.
    keys
        Names of columns.

    Returns
    -------
    dict of tuple to dict
        Rows by the values of the keys.
    """
    return {tuple(row[key] for key in keys): row for row in table.to_dict("records")}


def _write_cell(row: Mapping[Hashable, Any], divisor: float, translator: Translator) -> str:
    """Write a figure with its interval, or with what it differs by where that is known."""
    value, low, high = (float(row[name]) / divisor for name in ("value", "low", "high"))
    if math.isnan(row["change"]):
        return write_figure(translator, value, low, high)
    changes = [float(row[name]) / divisor for name in ("change", "change_low", "change_high")]
    return IntervalText(translator.number(value), say_change(translator, *changes))


def say_change(translator: Translator, change: float, low: float, high: float) -> str:
    """Write a difference with its sign and interval.

    Parameters
    ----------
    translator
        Language of the numbers.
    change, low, high
        The difference and the ends of its interval, which are not numbers where there is none.

    Returns
    -------
    str
        Such as "+12.3", and "[8.1–16.2]" on a line below; "±0" where nothing changes in any draw.
    """
    if all(end == 0.0 or math.isnan(end) for end in (change, low, high)):
        return "±0"
    shown = f"{'+' if change > 0 else ''}{translator.number(change)}"
    return shown if math.isnan(low) else f"{shown}\n[{translator.interval(low, high)}]"
