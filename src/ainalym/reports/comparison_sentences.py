"""Where e-waste goes, and what scenarios differ by, in sentences of plain language."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from ainalym.reports.language import Translator
from ainalym.reports.outcome_names import name_scenario, scale_outcome
from ainalym.reports.outcome_tables import index_rows
from ainalym.results.comparison import Comparison
from ainalym.results.outcomes import Period, compute_outcomes, list_periods
from ainalym.results.result import Result
from ainalym.results.summary import list_years


def list_differences(comparison: Comparison, translator: Translator) -> list[str]:
    """Say for each scenario but the first what it changes.

    Parameters
    ----------
    comparison
        Scenarios side by side.
    translator
        Language of the sentences.

    Returns
    -------
    list of str
        One text per scenario.
    """
    keys = ["scenario", "quantity", "label", "first_year", "last_year"]
    table = index_rows(comparison.outcomes, keys)
    periods = list_periods(comparison.base, comparison.years)
    year, longest = (comparison.years[-1], comparison.years[-1]), periods[-1]
    texts = []
    for name, result in list(zip(comparison.names, comparison.results, strict=True))[1:]:

        def say(quantity: str, label: str, period: Period, scenario: str = name, change: bool = False) -> str:
            row = table[scenario, quantity, label, *period]
            return _say(comparison, translator, quantity, label, row, change)

        first = translator.gettext(
            "%(scenario)s: in %(year)s %(collected)s are formally collected, under “%(base)s” %(before)s.",
            scenario=name_scenario(result, translator),
            base=name_scenario(comparison.base, translator),
            year=year[0],
            collected=say("ewaste_collected", "", year),
            before=say("ewaste_collected", "", year, scenario=comparison.names[0]),
        )
        second = translator.gettext(
            "Over %(period)s the difference is %(unmanaged)s of e-waste out of control, %(copper)s of copper "
            "recovered, and %(benefit)s of net benefit.",
            period=translator.years(*longest),
            unmanaged=say("ewaste_unmanaged", "", longest, change=True),
            copper=say("material_recovered_total", "copper", longest, change=True),
            benefit=say("formal_account", "net_benefit", longest, change=True),
        )
        texts.append(f"{first} {second}")
    return texts


def describe_outcomes(result: Result, translator: Translator) -> str:
    """Say where the e-waste of the headline years goes, in plain language.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    str
        One sentence for the first and one for the last headline year.
    """
    years = list_years(result)
    chosen = [(year, year) for year in dict.fromkeys((years[0], years[-1]))]
    table = index_rows(compute_outcomes([result], chosen), ["quantity", "label", "first_year"])

    def say(quantity: str, year: int) -> str:
        divisor, unit = scale_outcome(result, quantity, "")
        row = table[quantity, "", year]
        value, low, high = (float(row[name]) / divisor for name in ("value", "low", "high"))
        shown = translator.with_unit(value, unit)
        return shown if math.isnan(low) else f"{shown} ({translator.interval(low, high)})"

    return " ".join(
        translator.gettext(
            "In %(year)s %(collected)s of it are formally collected and %(unmanaged)s end up out of control; "
            "what is recovered on any route is worth %(value)s.",
            year=year,
            collected=say("ewaste_collected", year),
            unmanaged=say("ewaste_unmanaged", year),
            value=say("recovered_value_total", year),
        )
        for year, _ in chosen
    )


def _say(
    comparison: Comparison,
    translator: Translator,
    quantity: str,
    label: str,
    row: Mapping[Hashable, Any],
    change: bool,
) -> str:
    divisor, unit = scale_outcome(comparison.base, quantity, label)
    names = ("change", "change_low", "change_high") if change else ("value", "low", "high")
    value, low, high = (float(row[name]) / divisor for name in names)
    sign = "+" if change and value > 0 else ""
    return f"{sign}{translator.with_unit(value, unit)} ({translator.interval(low, high)})"
