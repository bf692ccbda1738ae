"""The table of evidence, checked: what was seen, how well, and what of the model it is held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ainalym.calibration.figures import Figure, find_figure
from ainalym.calibration.observation import Sight, find_products
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.model import NORMAL_95, FloatArray, IntArray
from ainalym.errors import InputError, Problem
from ainalym.kernels.smoother import correlate_errors
from ainalym.packages.country import Country
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import Table, suggest
from ainalym.results.result import Result

TABLE = "evidence"

SALES = "sales"
"""Table whose figures may also set the level of the market: never both."""

UNITS = {
    "ewaste_generated": ("t", "kg/person", "piece"),
    "placed_on_market": ("t", "kg/person", "piece"),
    "stock": (
        "t",
        "kg/person",
        "piece",
        "units per 100 households",
        "% of households owning",
        "units per 1000 persons",
    ),
    "photovoltaic_capacity": ("MW",),
    "households": ("household",),
}
"""Quantities that evidence may speak of, and the units that fit each."""

INPUTS = ("households",)
"""Quantities that are no result of the model: evidence of them is shown only."""


@dataclass(frozen=True)
class Evidence:
    """What was seen, row by row of the table.

    Attributes
    ----------
    rows
        Columns ``quantity``, ``item``, ``year``, ``vintage``, ``products``, ``use``, ``reason``, ``source``,
        ``grade``, ``error_grade``, ``note``; ``value`` and ``unit`` as published; ``factor``, by which the
        quantity of the model is multiplied to give a figure in that unit; ``deviation``, the standard
        deviation of the logarithm, NaN for a row that is shown without error.
    sights
        What each row looks at.
    observed
        Logarithm of the figure, in pieces or tonnes. Shape (row,).
    error_covariance
        Of the logarithms, of the rows that enter, in their order.
    """

    rows: pd.DataFrame
    sights: tuple[Sight, ...]
    observed: FloatArray
    error_covariance: FloatArray

    @property
    def enters(self) -> npt.NDArray[np.bool_]:
        """Whether each row enters. Shape (row,)."""
        return (self.rows["use"] == "enters").to_numpy(dtype=bool)


def read_evidence(
    figures: Country, reference: Reference, result: Result, with_sales: bool = True
) -> Evidence | None:
    """Read and check the evidence of a country.

    Parameters
    ----------
    figures
        Country package.
    reference
        Reference package.
    result
        Central run: its years, population and households.
    with_sales
        Whether figures of the table ``sales`` may enter; else they are only shown.

    Returns
    -------
    Evidence or None
        None if the package holds none.

    Raises
    ------
    InputError
        With every problem of the table, [CAL-001] to [CAL-008].
    """
    table = figures.package.tables.get(TABLE)
    if table is None or table.frame.empty:
        return None
    years = [int(year) for year in result.data["year"].values]
    products = tuple(str(name) for name in result.data["product"].values)
    known = products, reference.products["category"].reindex(list(products))
    problems: list[Problem] = []
    rows = []
    for place, record in enumerate(table.frame.to_dict("records")):
        cells = {str(name): None if _is_empty(cell) else cell for name, cell in record.items()}
        if cells["table"] == SALES and not with_sales:
            cells["use"] = "shown"
        figure, wrong = find_figure(figures.package, table, place, cells)
        problems += wrong
        problems += _check_entry(table, place, cells, figures.iso3)
        if figure is None:
            continue
        problems += _check_figure(table, place, figure, years)
        problems += _check_error(table, place, cells, figure.value)
        chosen, wrong = _choose_products(table, place, figure, *known)
        problems += wrong
        rows.append({**cells, **figure.describe(), "places": chosen, "row": place})
    if not problems:
        problems = _check_contradictions(table, rows)
    if problems:
        raise InputError(problems, about=f"table '{table.file}'")
    return _collect(rows, result, years)


def _is_empty(cell: object) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell))


def _check_entry(table: Table, row: int, cells: dict[str, Any], iso3: str) -> list[Problem]:
    """Check that a row that enters is one that the model can learn from."""
    if cells["use"] != "enters":
        return []
    problems = []
    if cells["region"] != iso3:
        problems.append(
            Problem(
                "CAL-008",
                table.place(row, "region"),
                repr(cells["region"]),
                f"'{iso3}' for a figure that enters",
                "The model learns from figures of the whole country; let the row be shown.",
            )
        )
    if cells["quantity"] in INPUTS:
        problems.append(
            Problem(
                "CAL-008",
                table.place(row, "quantity"),
                f"{cells['quantity']!r} that enters",
                "a quantity that the model computes",
                "It is an input and would count twice; let the row be shown.",
            )
        )
    return problems


def _check_figure(table: Table, row: int, figure: Figure, years: list[int]) -> list[Problem]:
    problems = []
    allowed = UNITS.get(figure.quantity)
    if allowed is None:
        problems.append(
            Problem(
                "CAL-003",
                table.place(row, "quantity"),
                repr(figure.quantity),
                f"one of {', '.join(UNITS)}",
                suggest(figure.quantity, list(UNITS)),
            )
        )
    elif figure.unit not in allowed:
        problems.append(
            Problem(
                "CAL-003",
                table.place(row, "unit"),
                repr(figure.unit),
                f"{' or '.join(allowed)} for {figure.quantity}",
                "Convert the figure, or correct the unit.",
            )
        )
    if figure.year not in years:
        problems.append(
            Problem(
                "CAL-004",
                table.place(row, "year"),
                str(figure.year),
                f"a year from {years[0]} to {years[-1]}",
                "The model knows no other years; leave the row out, or run the outlook further with --until.",
            )
        )
    if not figure.value > 0.0:
        problems.append(
            Problem(
                "CAL-007",
                table.place(row, "value"),
                f"{figure.value:g}",
                "a figure above 0",
                "Figures are compared by their ratio; leave a figure of zero out.",
            )
        )
    return problems


def _check_error(table: Table, row: int, cells: dict[str, Any], value: float) -> list[Problem]:
    """Check that a row says how uncertain it is, in one way."""
    error, low, high = (_number(cells[name]) for name in ("standard_error", "low", "high"))
    given = (error is not None, low is not None and high is not None)
    got = ""
    if not any(given):
        # A figure that is only shown may stand without an error.
        if cells["use"] == "enters" or low is not None or high is not None:
            got = "neither a standard error nor both ends of a range"
    elif all(given):
        got = "a standard error and a range"
    elif error is not None and not (error >= 0.0 and math.isfinite(error)):
        got = f"a standard error of {error:g}"
    elif low is not None and high is not None and not 0.0 < low <= value <= high:
        got = f"a range from {low:g} to {high:g} about {value:g}"
    if not got:
        return []
    return [
        Problem(
            "CAL-001",
            table.place(row, "standard_error"),
            got,
            "a standard error of 0 or more, or a range of 90 % above 0 around the figure",
            "Say how far the figure may be off, and why in the column reason; let the row be shown if nobody "
            "knows.",
        )
    ]


def _number(cell: object) -> float | None:
    return None if cell is None else float(str(cell))


def _choose_products(
    table: Table, row: int, figure: Figure, products: tuple[str, ...], category: pd.Series
) -> tuple[tuple[int, ...], list[Problem]]:
    names = [name.strip() for name in figure.products.split(";")]
    if names == ["all"]:
        return tuple(range(len(products))), []
    categories = {str(name) for name in category}
    unknown = [name for name in names if name not in products and name not in categories]
    if unknown:
        return (), [
            Problem(
                "CAL-002",
                table.place(row, "products"),
                ", ".join(repr(name) for name in unknown),
                "UNU-KEYs separated by ';', the code of a category, or 'all'",
                suggest(unknown[0], [*products, *categories]),
            )
        ]
    wanted = [name for name in products if name in names or str(category[name]) in names]
    return find_products(products, wanted), []


def _check_contradictions(table: Table, rows: list[dict[str, Any]]) -> list[Problem]:
    """Find rows that say different things of the same, each without error."""
    seen: dict[tuple[object, ...], dict[str, Any]] = {}
    problems = []
    for row in rows:
        exact = row["standard_error"] == 0.0 or (row["low"] is not None and row["low"] == row["high"])
        if row["use"] != "enters" or not exact:
            continue
        key = (row["quantity"], row["unit"], row["places"], row["year"])
        other = seen.setdefault(key, row)
        ratios = [one["value"] / (_number(one["ratio"]) or 1.0) for one in (row, other)]
        if not math.isclose(*ratios, rel_tol=1e-9):
            problems.append(
                Problem(
                    "CAL-005",
                    table.place(row["row"], "standard_error"),
                    f"{row['value']:g} without error, beside {other['value']:g} without error in row "
                    f"{table.lines[other['row']]}",
                    "an error for at least one of two figures that differ",
                    "Both cannot be true; give one of them its error.",
                )
            )
    return problems


def _collect(rows: list[dict[str, Any]], result: Result, years: list[int]) -> Evidence:
    sights, factors, deviations = [], [], []
    for row in rows:
        year = years.index(row["year"])
        unit, value = str(row["unit"]), float(row["value"])
        counted = unit not in ("t", "kg/person")
        sights.append(Sight(row["quantity"], counted, row["places"], year))
        factors.append((_number(row["ratio"]) or 1.0) * row["share"] * _convert(unit, result, year))
        deviations.append(_measure_error(row, value))
    table = pd.DataFrame(rows).assign(factor=factors, deviation=deviations)
    values = table["value"].to_numpy(dtype=np.float64)
    entering = (table["use"] == "enters").to_numpy(dtype=bool)
    group, shared = _number_groups(table["error_group"]), table["shared_error"].astype(float).fillna(0.0)
    widths, common = (np.asarray(column, dtype=np.float64)[entering] for column in (deviations, shared))
    covariance = correlate_errors(widths, group[entering], common)
    kept = ["quantity", "item", "year", "vintage", "products", "value", "unit", "factor", "deviation", "use"]
    kept += ["reason", "error_grade", "source", "grade", "note"]
    return Evidence(table[kept], tuple(sights), np.log(values / np.asarray(factors)), covariance)


def _measure_error(row: dict[str, Any], value: float) -> float:
    """Compute the standard deviation of the logarithm."""
    error, low, high = (_number(row[name]) for name in ("standard_error", "low", "high"))
    if error is not None:
        return math.sqrt(math.log1p((error / value) ** 2))
    if low is not None and high is not None:
        return math.log(high / low) / (2.0 * NORMAL_95)
    return math.nan


def _number_groups(names: pd.Series) -> IntArray:
    codes, _ = pd.factorize(names.fillna(""))
    return np.where(names.notna() & (names != ""), codes, -1).astype(np.intp)


def _convert(unit: str, result: Result, year: int) -> float:
    """Give what one piece or tonne, or one of its own unit, of the model makes in the unit of a figure."""
    persons = float(result.data["population"].values[year])
    households = float(result.data["households"].values[year])
    return {
        "kg/person": KG_PER_TONNE / persons,
        "units per 100 households": 100.0 / households,
        "% of households owning": 100.0 / households,
        "units per 1000 persons": 1000.0 / persons,
    }.get(unit, 1.0)
