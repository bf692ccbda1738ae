"""Scenarios of a country side by side: their results, and the tables of what they differ by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ainalym.core.quantities import read_quantities
from ainalym.results.folder import RECORD_FILE
from ainalym.results.indicators import compute_collection_rates, compute_recovery_rates
from ainalym.results.outcomes import (
    OUTCOMES,
    compute_outcomes,
    compute_present_values,
    list_periods,
    read_name,
)
from ainalym.results.result import Result
from ainalym.results.store import TABLES_FOLDER, write_table

YEARS = (2030, 2050)
"""Years that a comparison shows where none are asked for."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios of one country that share their draws.

    Attributes
    ----------
    results
        Two or more; the first is what the others are held against.
    years
        Years that are looked at.
    """

    results: tuple[Result, ...]
    years: tuple[int, ...] = YEARS

    @property
    def base(self) -> Result:
        """What the others are held against."""
        return self.results[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Short names of the scenarios."""
        return tuple(read_name(result) for result in self.results)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Outcomes of the years and of the longest period; see :func:`compute_outcomes`."""
        return compute_outcomes(self.results, list_periods(self.base, self.years))

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Outcomes of every year of the projection and the last year before; see :func:`compute_outcomes`."""
        first = int(self.base.record["last_year_of_history"])
        years = [int(year) for year in self.base.data["year"].values if year >= first]
        return compute_outcomes(self.results, [(year, year) for year in years])

    @cached_property
    def present_values(self) -> pd.DataFrame:
        """Present values of both accounts; see :func:`compute_present_values`."""
        return compute_present_values(self.results)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators of the European Union in the years looked at, central path.

        Columns ``scenario``, ``indicator``, ``category`` (``all``, ``without_4b``, or one), ``year``,
        ``value`` (%), ``target`` (%), ``met``.
        """
        parts = []
        for result in self.results:
            collection = compute_collection_rates(result)
            whole = collection["photovoltaics"].map({True: "all", False: "without_4b"})
            rows = pd.concat([collection.assign(category=whole), compute_recovery_rates(result)])
            parts.append(rows[rows["year"].isin(self.years)].assign(scenario=read_name(result)))
        columns = ["scenario", "indicator", "category", "year", "value", "target", "met"]
        return pd.concat(parts, ignore_index=True)[columns]

    @property
    def record(self) -> dict[str, Any]:
        """What the runs were: that of the base, with the scenarios of all."""
        record = dict(self.base.record)
        record["scenarios"] = [result.record["scenario"] for result in self.results]
        record["years"] = list(self.years)
        return record


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write the tables of a comparison and its record into an empty folder.

    Parameters
    ----------
    comparison
        Scenarios side by side.
    folder
        An existing folder, best one of :func:`ainalym.results.folder.replace_folder`.

    Notes
    -----
    Writes ``tables/outcomes.csv`` (years asked for and the longest period), ``tables/paths.csv`` (every
    year), ``tables/present_values.csv``, ``tables/indicators.csv``, the names of labels,
    ``tables/quantities.csv`` and ``run.json``.
    """
    tables = folder / TABLES_FOLDER
    tables.mkdir()
    base = comparison.base
    vocabulary = pd.DataFrame(
        [
            {"name": one.name, "unit": one.unit, "definition": one.definition, "source": one.source}
            for one in read_quantities().values()
            if one.name in OUTCOMES
        ]
    )
    for name, table in {
        "outcomes": comparison.outcomes,
        "paths": comparison.paths,
        "present_values": comparison.present_values,
        "indicators": comparison.indicators,
        "quantities": vocabulary,
        "label_categories": base.tables["categories"].reset_index(),
        "label_materials": base.tables["materials"].reset_index(),
        "label_routes": base.tables["routes"].reset_index(),
        "label_substances": base.tables["substances"].reset_index(),
        "sources": base.tables["sources"],
    }.items():
        write_table(table, tables / f"{name}.csv")
    text = json.dumps(comparison.record, ensure_ascii=False, indent=2)
    (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")
