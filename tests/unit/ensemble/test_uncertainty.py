"""The table of uncertain quantities: every problem of it is told, with its place and its code."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ainalym.ensemble.uncertainty import DISTRIBUTIONS_OF_QUANTITY, read_uncertainty
from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import Table


def break_cell(reference: Reference, quantity: str, column: str, value: object) -> Table:
    """Give the table with one cell changed on purpose."""
    table = reference.package.tables["uncertainty"]
    frame = table.frame.copy()
    row = int(frame.index[frame["quantity"] == quantity][0])
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return replace(table, frame=frame)


def read(reference: Reference, table: Table) -> None:
    read_uncertainty(table, list(reference.products.index))


@pytest.mark.parametrize(
    ("quantity", "column", "value", "code"),
    [
        ("unit_weight", "spread", -0.1, "ENS-001"),
        ("unit_weight", "spread", float("nan"), "ENS-001"),
        ("unit_weight", "spread", float("inf"), "ENS-001"),
        ("lifetime_scale", "distribution", "lognormale", "ENS-002"),
        ("income_elasticity", "distribution", "lognormal", "ENS-002"),
        ("unit_weight", "spread_unit", "band", "ENS-002"),
        ("market_error", "correlation_years", 1.2, "ENS-003"),
        ("market_error", "correlation_products", -1.01, "ENS-003"),
        ("market_error", "correlation_products", float("nan"), "ENS-003"),
        ("lifetime_scale", "correlation_products", -0.5, "ENS-004"),
    ],
)
def test_that_a_cell_that_cannot_be_is_refused(
    reference: Reference, quantity: str, column: str, value: object, code: str
) -> None:
    with pytest.raises(InputError, match="ENS-00") as caught:
        read(reference, break_cell(reference, quantity, column, value))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert column in caught.value.problems[0].where


def test_that_a_half_width_beyond_one_is_refused(reference: Reference) -> None:
    table = reference.package.tables["uncertainty"]
    frame = table.frame.copy()
    frame.loc[frame["applies_to"] == "plastics", "spread"] = 1.5
    with pytest.raises(InputError, match="ENS-001"):
        read(reference, replace(table, frame=frame))


@pytest.mark.parametrize(
    ("quantity", "applies_to"),
    [("market_level", "0306"), ("composition", "precious_D"), ("population_path", "without_band")],
)
def test_that_a_missing_row_is_named(reference: Reference, quantity: str, applies_to: str) -> None:
    table = reference.package.tables["uncertainty"]
    kept = ~((table.frame["quantity"] == quantity) & (table.frame["applies_to"] == applies_to))
    frame: pd.DataFrame = table.frame[kept].reset_index(drop=True)
    with pytest.raises(InputError, match=rf"ENS-005.*{quantity}, {applies_to}"):
        read(reference, replace(table, frame=frame, lines=table.lines[kept.to_numpy()]))


def test_that_all_problems_are_told_at_once(reference: Reference) -> None:
    table = break_cell(reference, "unit_weight", "spread", -1.0)
    table = replace(table, frame=table.frame.assign(correlation_years=3.0))
    with pytest.raises(InputError) as caught:
        read(reference, table)
    assert len(caught.value.problems) == len(table.frame) + 1


def test_that_the_shipped_spreads_say_what_their_grade_promises(reference: Reference) -> None:
    rows = read_uncertainty(reference.package.tables["uncertainty"], list(reference.products.index))
    for kind in ("additive", "precious"):
        spreads = [rows["composition", f"{kind}_{grade}"].spread for grade in "ABCD"]
        assert spreads == sorted(spreads)
        assert spreads[-1] > spreads[0]


def test_that_every_uncertain_quantity_of_the_model_has_rows_with_a_source(reference: Reference) -> None:
    frame = reference.package.frame("uncertainty")
    assert set(frame["quantity"]) == set(DISTRIBUTIONS_OF_QUANTITY)
    assert frame["source"].str.len().gt(0).all()
    assert frame["grade"].isin(list("ABCD")).all()


def test_that_a_guess_is_wider_than_what_was_measured_of_the_same_quantity(reference: Reference) -> None:
    frame = reference.package.frame("uncertainty")
    alike = frame[frame["spread_unit"] == "log"]
    for quantity in ("composition", "market_level"):
        spreads = alike[alike["quantity"] == quantity].groupby("grade")["spread"].min()
        assert spreads["D"] >= spreads["C"], quantity
    assumed = frame[(frame["source"] == "AINALYM_2026") & (frame["spread_unit"] == "log_2050")]
    assert (assumed["spread"] >= 0.15).all()
    assert (assumed["grade"] == "D").all()
