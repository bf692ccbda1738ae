"""The table of uncertain quantities, checked: what may lie how far from its table value."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ainalym.errors import InputError, Problem
from ainalym.packages.table_reader import Table, suggest

SPREAD_UNITS: Mapping[str, tuple[str, ...]] = {
    "lognormal": ("log", "log_2050"),
    "uniform": ("relative",),
    "triangular": ("relative",),
    "truncated_normal": ("standard_error",),
    "normal": ("standard_error", "yr"),
    "band": ("band",),
    "resampled_history": ("yr",),
}
"""Distributions that the program draws from, and the units of spread that belong to each."""

FACTORS = ("lognormal", "uniform", "triangular")
"""Distributions of a factor that multiplies the table value; any of them may stand where one does."""

DISTRIBUTIONS_OF_QUANTITY: Mapping[str, tuple[str, ...]] = {
    "lifetime_shape": FACTORS,
    "lifetime_scale": FACTORS,
    "market_level": FACTORS,
    "market_error": FACTORS,
    "market_drift": ("lognormal",),
    "unit_weight": FACTORS,
    "income_elasticity": ("truncated_normal",),
    "population_path": ("band", "lognormal"),
    "income_path": ("band", "lognormal"),
    "photovoltaic_path": ("band", "lognormal"),
    "composition": FACTORS,
    "price": ("resampled_history", *FACTORS),
    "saturation_curve": ("normal",),
    "switch_speed": FACTORS,
    "switch_date": ("normal",),
    "phase_out": ("normal",),
    "switch_remaining": ("uniform", "triangular"),
}
"""What the model draws, and from which distributions it can."""

NEEDED = (
    *(("lifetime_shape", "all"), ("lifetime_scale", "all"), ("market_error", "all"), ("unit_weight", "all")),
    *(("market_drift", "all"), ("income_elasticity", "all"), ("price", "all"), ("saturation_curve", "all")),
    *(("switch_speed", "all"), ("switch_date", "all"), ("phase_out", "all"), ("switch_remaining", "all")),
    *(
        (f"{path}_path", band)
        for path in ("population", "income", "photovoltaic")
        for band in ("with_band", "without_band")
    ),
    *(("composition", f"{kind}_{grade}") for kind in ("additive", "precious") for grade in "ABCD"),
)
"""Rows that must stand in the table, beside one row of ``market_level`` for every product."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a quantity may lie from its table value.

    Attributes
    ----------
    distribution
        One of :data:`SPREAD_UNITS`.
    spread
        0 or more, in ``unit``.
    unit
        Unit of the spread, one of those of the distribution.
    between_products
        Correlation of two products.
    between_years
        Correlation of a year with the next.
    """

    distribution: str
    spread: float
    unit: str
    between_products: float
    between_years: float


Spreads = Mapping[tuple[str, str], Spread]
"""By quantity and what it applies to."""


def read_uncertainty(table: Table, products: Collection[str]) -> dict[tuple[str, str], Spread]:
    """Read the table of uncertain quantities.

    Parameters
    ----------
    table
        Table ``uncertainty`` of the reference package.
    products
        UNU-KEYs of the model.

    Returns
    -------
    dict
        By quantity and what it applies to.

    Raises
    ------
    InputError
        With every problem of the table, [ENS-001] to [ENS-005].
    """
    rows: dict[tuple[str, str], Spread] = {}
    problems: list[Problem] = []
    for number, record in enumerate(table.frame.to_dict("records")):
        spread = Spread(
            str(record["distribution"]),
            float(record["spread"]),
            str(record["spread_unit"]),
            float(record["correlation_products"]),
            float(record["correlation_years"]),
        )
        quantity = str(record["quantity"])
        problems += _check_distribution(table, number, quantity, spread)
        problems += _check_numbers(table, number, spread, len(products))
        rows[quantity, str(record["applies_to"])] = spread
    problems += _check_completeness(table, rows, products)
    if problems:
        raise InputError(problems, about=f"table '{table.file}'")
    return rows


def _check_distribution(table: Table, row: int, quantity: str, spread: Spread) -> list[Problem]:
    allowed = DISTRIBUTIONS_OF_QUANTITY.get(quantity, tuple(SPREAD_UNITS))
    if spread.distribution not in allowed:
        return [
            Problem(
                "ENS-002",
                table.place(row, "distribution"),
                repr(spread.distribution),
                f"one of {', '.join(allowed)} for {quantity}",
                suggest(spread.distribution, list(allowed)),
            )
        ]
    units = SPREAD_UNITS[spread.distribution]
    if spread.unit not in units:
        return [
            Problem(
                "ENS-002",
                table.place(row, "spread_unit"),
                repr(spread.unit),
                f"{' or '.join(units)}, as {spread.distribution} is measured",
                "Convert the spread, or correct the unit.",
            )
        ]
    return []


def _check_numbers(table: Table, row: int, spread: Spread, products: int) -> list[Problem]:
    problems = []
    if not (spread.spread >= 0.0 and math.isfinite(spread.spread)):
        problems.append(
            Problem(
                "ENS-001",
                table.place(row, "spread"),
                f"{spread.spread:g}",
                "a number of 0 or more",
                "Give 0 to hold the quantity at its table value.",
            )
        )
    if spread.unit == "relative" and spread.spread > 1.0:
        problems.append(
            Problem(
                "ENS-001",
                table.place(row, "spread"),
                f"{spread.spread:g}",
                "a half-width from 0 to 1, so that nothing falls below zero",
                "Give a smaller spread, or take the lognormal distribution.",
            )
        )
    for column, value in (
        ("correlation_products", spread.between_products),
        ("correlation_years", spread.between_years),
    ):
        if not -1.0 <= value <= 1.0:
            problems.append(
                Problem(
                    "ENS-003",
                    table.place(row, column),
                    f"{value:g}",
                    "a correlation from -1 to 1",
                    "Correct the cell.",
                )
            )
    lowest = -1.0 / max(products - 1, 1)
    if -1.0 <= spread.between_products < lowest:
        problems.append(
            Problem(
                "ENS-004",
                table.place(row, "correlation_products"),
                f"{spread.between_products:g} between every two of {products} products",
                f"{lowest:.4g} or more, so that the correlation matrix is positive definite",
                "Not all products can be opposed to one another; give 0 or more.",
            )
        )
    return problems


def _check_completeness(table: Table, rows: Spreads, products: Collection[str]) -> list[Problem]:
    needed = [*NEEDED, *(("market_level", product) for product in sorted(products))]
    return [
        Problem(
            "ENS-005",
            f"table '{table.file}'",
            f"no row for {quantity}, {applies_to}",
            "a row for every quantity that the model draws",
            "Add the row; spread 0 holds the quantity at its table value.",
        )
        for quantity, applies_to in needed
        if (quantity, applies_to) not in rows
    ]
