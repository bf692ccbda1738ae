"""The levers of a scenario with their years, targets and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable, translate_text
from ainalym.results.result import Result
from ainalym.scenarios.levers import Lever, read_levers


def compose_scenario_table(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of the levers that the scenario of a run pulls; None for one without levers.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.

    Returns
    -------
    TextTable or None
        One row per lever, in the order in which they act.
    """
    scenario = result.record["scenario"]
    pulled = scenario["levers"]
    if not pulled:
        return None
    columns = (
        Column("lever", translator.gettext("Lever")),
        Column("applies_to", translator.gettext("Acts on")),
        Column("years", translator.gettext("Years")),
        Column("target", translator.gettext("Target"), numeric=True),
        Column("status", translator.gettext("Kind of figure")),
        Column("note", translator.gettext("Source")),
    )
    known = read_levers()
    rows = []
    for entry in pulled:
        lever = known[entry["lever"]]
        kind = translator.gettext("Choice") if entry["choice"] else translator.gettext("Source")
        rows.append(
            (
                lever.labels[translator.language],
                ", ".join(entry["applies_to"]) or translator.gettext("all"),
                translator.years(int(entry["start"]), int(entry["end"])),
                _say_target(entry, lever, translator),
                kind,
                translate_text(entry["source"], translator),
            )
        )
    caption = translator.gettext(
        "Levers of the scenario: %(scenario)s", scenario=scenario["titles"][translator.language]
    )
    return TextTable(f"levers_{scenario['name']}", caption, columns, tuple(rows))


def _say_target(entry: Mapping[str, Any], lever: Lever, translator: Translator) -> str:
    write = translator.number if lever.unit == "factor" else translator.percent
    shown = write(float(entry["target"]))
    if not entry["range"]:
        return shown
    low, high = (write(float(end)) for end in entry["range"])
    return f"{shown} ({low}–{high})"
