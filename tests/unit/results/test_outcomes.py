"""Outcomes of scenarios, accumulated and discounted, and what they differ by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ainalym.errors import InputError
from ainalym.results.comparison import Comparison
from ainalym.results.flows import compute_fate_shares, compute_flows
from ainalym.results.outcomes import OUTCOMES, compute_outcomes, compute_present_values, list_periods
from ainalym.results.result import Result

Runs = tuple[Result, ...]
LONG = (2025, 2050)


def pick(table: pd.DataFrame, **wanted: object) -> pd.Series:
    chosen = table
    for column, value in wanted.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


@pytest.fixture(scope="module")
def outcomes(side_by_side: Runs) -> pd.DataFrame:
    return compute_outcomes(side_by_side, list_periods(side_by_side[0], [2030, 2050]))


def test_that_every_outcome_stands_in_the_table(outcomes: pd.DataFrame) -> None:
    assert set(outcomes["quantity"]) == set(OUTCOMES)
    assert bool(outcomes["value"].notna().all())
    assert bool(
        (outcomes["low"] <= outcomes["value"]).all() and (outcomes["value"] <= outcomes["high"]).all()
    )


def test_that_a_change_is_that_of_every_draw(outcomes: pd.DataFrame, side_by_side: Runs) -> None:
    base, _, circular = (
        run.draws["ewaste_collected"].sel(year=slice(*LONG)).sum("year") for run in side_by_side
    )
    row = pick(outcomes, scenario="circular", quantity="ewaste_collected", first_year=2025)
    wanted = np.quantile(circular - base, (0.05, 0.5, 0.95))
    assert row[["change_low", "change", "change_high"]].tolist() == pytest.approx(wanted.tolist())
    assert row["unit"] == "t"


def test_that_the_first_scenario_has_no_change_and_a_copy_of_it_none_at_all(side_by_side: Runs) -> None:
    base = side_by_side[0]
    table = compute_outcomes([base, base], [(2030, 2030)])
    assert bool(table["change"].isna().all())
    twin = replace(base, record={**base.record, "scenario": {**base.record["scenario"], "name": "twin"}})
    moved = compute_outcomes([base, twin], [(2030, 2030)]).query("scenario == 'twin'")
    assert bool((moved[["change", "change_low", "change_high"]] == 0.0).all(axis=None))


def test_that_a_rate_over_years_is_that_of_the_sums(side_by_side: Runs) -> None:
    alone = replace(side_by_side[1], draws=None)
    table = compute_outcomes([alone], [LONG])
    collected, generated, rate = (
        float(pick(table, quantity=name)["value"])
        for name in ("ewaste_collected", "ewaste_generated_total", "collection_rate")
    )
    assert rate == pytest.approx(100.0 * collected / generated)
    assert bool(table["low"].isna().all())


def test_that_the_parts_of_an_outcome_sum_to_its_total(side_by_side: Runs) -> None:
    table = compute_outcomes([replace(side_by_side[2], draws=None)], [(2040, 2040)])

    def add(quantity: str) -> float:
        return float(table.loc[table["quantity"] == quantity, "value"].sum())

    assert add("ewaste_collected_by_category") == pytest.approx(add("ewaste_collected"))
    assert add("ewaste_generated_by_category") == pytest.approx(add("ewaste_generated_total"))
    assert add("ewaste_by_route") == pytest.approx(add("ewaste_generated_total"))
    assert add("recovered_value") == pytest.approx(add("recovered_value_total"))
    kept = table[
        table["label"].isin(["formal_collection", "preparing_for_reuse", "hibernation", "used_export"])
    ]
    assert add("ewaste_unmanaged") + float(kept["value"].sum()) == pytest.approx(add("ewaste_by_route"))


def test_that_a_present_value_without_discount_is_the_sum(side_by_side: Runs) -> None:
    table = compute_present_values(side_by_side)
    flows = side_by_side[1].draws["formal_account"].sel(item="net_benefit", year=slice(*LONG))
    row = pick(table, scenario="recovery", quantity="formal_account", rate=0.0)
    assert row["value"] == pytest.approx(float(np.median(flows.astype(float).sum("year"))), rel=1e-6)
    chosen = table[table["chosen"]]
    assert set(chosen["rate"]) == {0.05}


def test_that_a_higher_rate_of_discount_makes_a_gain_smaller(side_by_side: Runs) -> None:
    table = compute_present_values(side_by_side).query("scenario == 'recovery'")
    gains = table[table["quantity"] == "formal_account"].sort_values("rate")["value"]
    assert bool((gains.diff().dropna() < 0).all())


def test_that_a_year_outside_the_outlook_is_told(side_by_side: Runs) -> None:
    with pytest.raises(InputError, match="ENS-007"):
        list_periods(side_by_side[0], [2030, 2070])


def test_that_runs_of_other_draws_are_not_compared(side_by_side: Runs, drawn: Result) -> None:
    with pytest.raises(InputError, match="ENS-013"):
        compute_outcomes([side_by_side[0], drawn], [(2030, 2030)])


def test_that_what_flows_into_a_place_flows_out_of_it(side_by_side: Runs) -> None:
    for result in side_by_side:
        table = compute_flows(result, 2045)
        for kind in ("category", "route"):
            into = table[table["target_kind"] == kind].groupby("target")["value"].sum()
            out = table[table["source_kind"] == kind].groupby("source")["value"].sum()
            assert into.sort_index().to_numpy() == pytest.approx(out.sort_index().to_numpy(), rel=1e-9)


def test_that_the_fates_of_a_material_are_shares_of_one(side_by_side: Runs) -> None:
    shares = compute_fate_shares(side_by_side[2], 2040)
    parts = shares[["formally", "otherwise", "passed_on", "lost"]]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert float(parts.min(axis=None)) > -1e-12
    assert bool((shares["formally"] <= shares["recoverable"] + 1e-12).all())


def test_that_the_routes_of_a_material_sum_to_what_is_recovered_and_lost(kazakhstan: Result) -> None:
    data = kazakhstan.data
    for name in ("recovered", "lost"):
        whole = data[f"material_{name}"].sum("product")
        parts = data[f"material_{name}_by_route"].sum("route")
        assert float(np.abs(parts - whole).max() / whole.max()) < 1e-9


def test_that_indicators_say_whether_their_target_is_met(side_by_side: Runs) -> None:
    table = Comparison(side_by_side, (2050,)).indicators.dropna(subset=["target"])
    assert bool((table["met"] == (table["value"] >= table["target"])).all())
    assert set(table["scenario"]) == {"baseline", "recovery", "circular"}


def test_that_what_producers_leave_is_paid_by_others(kazakhstan: Result) -> None:
    assert float(np.abs(kazakhstan.data["public_payments"]).max()) == 0.0
    assert float(kazakhstan.data["producer_payments"].sel(year=2030)) > 0.0
