from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ainalym.errors import InputError
from ainalym.results.exports import compose_eurostat, compose_questionnaire, compose_sdg, write_exports
from ainalym.results.fees import compute_fees, find_calculation_index
from ainalym.results.indicators import (
    SDG_SERIES,
    compute_collection_rates,
    compute_recovery_rates,
    compute_sdg_series,
)
from ainalym.results.result import Result


def test_that_the_rate_of_the_market_is_of_the_three_years_before(kazakhstan: Result) -> None:
    data = kazakhstan.data
    routed = data["ewaste_routed"].sel(year=2030, route=["formal_collection", "preparing_for_reuse"])
    market = data["placed_on_market"].sel(year=[2027, 2028, 2029]).sum("product").mean()
    rates = compute_collection_rates(kazakhstan)
    found = rates.query("indicator == 'rate_of_market' and photovoltaics and year == 2030")["value"]
    assert found.item() == pytest.approx(100.0 * float(routed.sum() / market))


def test_that_photovoltaics_can_be_left_out_of_both_rates(kazakhstan: Result) -> None:
    rates = compute_collection_rates(kazakhstan).query("year == 2030 and indicator == 'rate_of_market'")
    with_panels, without = rates.sort_values("photovoltaics")["value"][::-1]
    assert with_panels < without


def test_that_what_is_recycled_is_part_of_what_is_recovered_and_collected(kazakhstan: Result) -> None:
    rates = compute_recovery_rates(kazakhstan).pivot_table(
        index=["year", "category"], columns="indicator", values="value"
    )
    assert (rates["recycling"] <= rates["recovery"] + 1e-9).all()
    assert (rates["recovery"] <= 100.0 + 1e-9).all()
    assert set(rates.reset_index()["category"]) == {"1", "2", "3", "4a", "4b", "5", "6"}


def test_that_the_series_of_the_goals_are_complete_and_agree(kazakhstan: Result) -> None:
    series = compute_sdg_series(kazakhstan).query("year == 2022").set_index("code")["value"]
    assert set(series.index) == {named.code for named in SDG_SERIES}
    assert series["EN_EWT_COLLV"] == pytest.approx(12400.0)
    rate = 100.0 * series["EN_EWT_COLLV"] / series["EN_EWT_GENV"]
    assert series["EN_EWT_COLLR"] == pytest.approx(rate)


def test_that_the_eurostat_total_is_the_sum_of_its_categories(kazakhstan: Result) -> None:
    table = compose_eurostat(kazakhstan).query("TIME_PERIOD == 2030 and wst_oper == 'MKT'")
    by_code = table.set_index("waste")["OBS_VALUE"]
    assert by_code["EE_LE"] == pytest.approx(by_code["EE_LEXPVP"] + by_code["EE_LE_PVP"])
    parts = table[~table["waste"].isin(["EE6", "EE_LEXPVP", "EE_LE_PVP"])]["OBS_VALUE"].sum()
    assert by_code["EE6"] == pytest.approx(parts)
    assert set(table["geo"]) == {"KZ"}
    assert set(table["OBS_FLAG"]) == {"f"}


def test_that_the_export_files_have_their_layouts(kazakhstan: Result, tmp_path: Path) -> None:
    write_exports(kazakhstan, tmp_path)
    names = sorted(path.name for path in (tmp_path / "exports").iterdir())
    assert names == [
        "eurostat_env_waseleeos.csv",
        "sdg_12_4_2_and_12_5_1.csv",
        "unsd_style_questionnaire.csv",
    ]
    sdg = pd.read_csv(tmp_path / "exports" / "sdg_12_4_2_and_12_5_1.csv")
    assert set(sdg["GeoAreaCode"]) == {398}
    assert set(sdg["Indicator"]) == {"12.4.2", "12.5.1"}
    assert list(compose_sdg(kazakhstan).columns) == list(sdg.columns)
    items = compose_questionnaire(kazakhstan).query("year == 2022 and category == 'all'")
    assert items.set_index("item")["value"]["E-waste generated"] > 2e5


def test_that_fees_pay_the_net_cost(kazakhstan: Result) -> None:
    fees = compute_fees(kazakhstan, 2030, free_riders=0.2)
    lamps = fees.set_index("category").loc["3"]
    assert lamps["full_cost_fee"] > 0
    assert lamps["fee_of_payers"] == pytest.approx(lamps["full_cost_fee"] / 0.8)


def test_that_a_coefficient_is_the_users_and_brings_money_in_proportion(kazakhstan: Result) -> None:
    assert "coverage" not in compute_fees(kazakhstan, 2030)
    one, two = (compute_fees(kazakhstan, 2030, coefficient=value) for value in (1.0, 2.0))
    assert two["statutory_revenue_local"].tolist() == pytest.approx(
        (2 * one["statutory_revenue_local"]).tolist()
    )


def test_that_a_negative_coefficient_is_refused(kazakhstan: Result) -> None:
    with pytest.raises(InputError, match="ECO-007"):
        compute_fees(kazakhstan, 2030, coefficient=-1.0)


def test_that_a_year_outside_the_outlook_is_refused(kazakhstan: Result) -> None:
    with pytest.raises(InputError, match="ENS-007"):
        compute_fees(kazakhstan, 2090)


def test_that_the_index_of_a_year_is_the_mean_of_its_days(kazakhstan: Result) -> None:
    table = kazakhstan.tables["calculation_index"]
    assert find_calculation_index(table, 2019) == 2525.0
    assert 2651.0 < find_calculation_index(table, 2020) < 2778.0
    with pytest.raises(InputError, match="ECO-006"):
        find_calculation_index(table, 2040)
