"""Tables of what drives the results: ranges of each family of inputs alone, and Sobol indices."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from ainalym.reports.draw_drivers import (
    EVERYTHING,
    INDICES,
    OUTPUTS,
    RANGES,
    find_scale,
    name_family,
    name_output,
    say_range,
)
from ainalym.reports.language import NO_VALUE, Translator
from ainalym.reports.text_table import Column, IntervalText, TextTable
from ainalym.results.result import Result

TOTAL_COLUMNS = ("total", "total_low", "total_high")

NEGLIGIBLE = 0.005
"""Share of the variance below which a family is shown as a dash."""


def describe_drivers(result: Result, translator: Translator) -> str:
    """Say which families of inputs span the widest ranges of the e-waste; empty where nothing is known."""
    ranges = result.tables.get(RANGES)
    if ranges is None or ranges.empty:
        return ""
    year = int(ranges["year"].max())
    own = ranges[(ranges["output"] == OUTPUTS[0]) & (ranges["year"] == year)]
    alone = own[own["family"] != EVERYTHING].assign(width=own["high"] - own["low"])
    widest = alone.sort_values("width", ascending=False)["family"].head(3)
    return translator.gettext(
        "The e-waste of %(year)s depends most on: %(list)s.",
        year=year,
        list=translator.join([name_family(str(family), translator).lower() for family in widest]),
    )


def list_range_tables(result: Result, translator: Translator) -> list[TextTable]:
    """List the tables of ranges of every year that was looked at; none where nothing is known."""
    ranges = result.tables.get(RANGES)
    if ranges is None or ranges.empty:
        return []
    return [compose_range_table(result, translator, int(year)) for year in sorted(set(ranges["year"]))]


def list_index_tables(result: Result, translator: Translator) -> list[TextTable]:
    """List the tables of Sobol indices of every year that was looked at; none where nothing is known."""
    indices = result.tables.get(INDICES)
    if indices is None or indices.empty:
        return []
    return [compose_index_table(result, translator, int(year)) for year in sorted(set(indices["year"]))]


def compose_range_table(result: Result, translator: Translator, year: int) -> TextTable:
    """Compose the table of the range that each family of inputs spans alone in a year.

    Parameters
    ----------
    result
        Result with the table ``sensitivity_ranges``.
    translator
        Language of the table.
    year
        Year to look at.

    Returns
    -------
    TextTable
        One row per family and one for all together; one column per result.
    """
    ranges = result.tables[RANGES]
    cells: dict[tuple[str, str], str] = {}
    for row in ranges[ranges["year"] == year].to_dict("records"):
        divisor, _ = find_scale(result, row["output"])
        said = say_range(translator, row["low"] / divisor, row["high"] / divisor)
        cells[row["family"], row["output"]] = said
    return TextTable(
        f"ranges_{year}",
        translator.gettext(
            "Range in %(year)s when one family of inputs varies alone: 90 %% of draws", year=year
        ),
        _output_columns(result, translator),
        tuple(
            (name_family(family, translator), *(cells[family, output] for output in OUTPUTS))
            for family in dict.fromkeys(ranges["family"])
        ),
    )


def compose_index_table(result: Result, translator: Translator, year: int) -> TextTable:
    """Compose the table of Sobol indices in a year.

    Parameters
    ----------
    result
        Result with the table ``sensitivity_indices``.
    translator
        Language of the table.
    year
        Year to look at.

    Returns
    -------
    TextTable
        One row per family; one column per result, the total index with its interval.
    """
    indices = result.tables[INDICES]
    chosen = indices[indices["year"] == year]
    cells = {
        (row["family"], row["output"]): _show_index(row, translator) for row in chosen.to_dict("records")
    }
    return TextTable(
        f"indices_{year}",
        translator.gettext(
            "Share of the variance in %(year)s: total Sobol index and its 95 %% confidence interval",
            year=year,
        ),
        _output_columns(result, translator, with_units=False),
        tuple(
            (name_family(family, translator), *(cells[family, output] for output in OUTPUTS))
            for family in dict.fromkeys(indices["family"])
        ),
        (translator.gettext("A dash: under half a percent of the variance."),),
    )


def _output_columns(result: Result, translator: Translator, with_units: bool = True) -> tuple[Column, ...]:
    headings = []
    for output in OUTPUTS:
        name = name_output(result, output, translator)
        unit = translator.unit(find_scale(result, output)[1])
        headings.append(f"{name}, {unit}" if with_units else name)
    return (
        Column("family", translator.gettext("Family of inputs")),
        *(Column(output, said, numeric=True) for output, said in zip(OUTPUTS, headings, strict=True)),
    )


def _show_index(row: Mapping[Hashable, Any], translator: Translator) -> str:
    if row["total"] < NEGLIGIBLE:
        return NO_VALUE
    total, low, high = (translator.number_fixed(max(row[name], 0.0), 2) for name in TOTAL_COLUMNS)
    return IntervalText(total, f"{low}–{high}")
