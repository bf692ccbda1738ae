"""Medians and intervals are those of the draws, in every table that shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ainalym.results.intervals import compute_fan, compute_material_fan, tabulate_quantiles
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.results.summary import (
    compute_comparison,
    compute_headline,
    compute_largest_products,
    compute_material_summary,
    compute_region_summary,
)
from ainalym.results.trust import compute_gap
from ainalym.results.value import compute_total_value

ENDS = [0.05, 0.5, 0.95]


def take_draws(result: Result, name: str) -> xr.DataArray:
    assert result.draws is not None
    return result.draws[name].astype(np.float64)


def test_that_the_headline_gives_median_and_interval_of_the_draws(drawn: Result) -> None:
    row = compute_headline(drawn).query("quantity == 'stock' and year == 2030").iloc[0]
    draws = take_draws(drawn, "stock_total").sel(year=2030).values
    assert row["statistic"] == "median"
    assert [row["low"], row["value"], row["high"]] == pytest.approx(np.quantile(draws, ENDS))
    per = draws * 1000.0 / take_draws(drawn, "population").sel(year=2030).values
    shown = [row[f"per_inhabitant{end}"] for end in ("_low", "", "_high")]
    assert shown == pytest.approx(np.quantile(per, ENDS))


def test_that_without_draws_the_headline_is_the_central_path_and_has_no_interval(
    kazakhstan: Result,
) -> None:
    headline = compute_headline(kazakhstan)
    assert set(headline["statistic"]) == {"central"}
    assert headline[["low", "high", "per_inhabitant_low", "per_inhabitant_high"]].isna().all(axis=None)
    total = float(kazakhstan.data["stock"].sel(year=2030).sum())
    assert headline.query("quantity == 'stock' and year == 2030")["value"].item() == pytest.approx(total)


def test_that_materials_are_accumulated_draw_by_draw_before_their_interval_is_read(drawn: Result) -> None:
    table = compute_material_summary(drawn, ["gold", "glass"])
    gold = table.query("material == 'gold' and first_year == 2025 and last_year == 2050").iloc[0]
    for name, column in (("material_embedded_total", "mass"), ("material_value", "value")):
        sums = take_draws(drawn, name).sel(material="gold", year=slice(2025, 2050)).sum("year").values
        shown = [gold[f"{column}_low"], gold[column], gold[f"{column}_high"]]
        assert shown == pytest.approx(np.quantile(sums, ENDS))
    glass = table[table["material"] == "glass"]
    assert glass[["value", "value_low", "value_high"]].isna().all(axis=None)
    assert glass["mass_low"].notna().all()


def test_that_the_total_value_is_that_of_the_draws(drawn: Result) -> None:
    row = compute_total_value(drawn).iloc[-1]
    sums = take_draws(drawn, "material_value_total").sel(year=slice(2025, 2050)).sum("year").values
    assert [row["value_low"], row["value"], row["value_high"]] == pytest.approx(np.quantile(sums, ENDS))


def test_that_published_figures_stand_beside_the_median_and_its_interval(drawn: Result) -> None:
    comparison = compute_comparison(drawn)
    known = comparison[comparison["model"].notna()]
    assert (known["model_low"] < known["model"]).all()
    assert (known["model"] < known["model_high"]).all()
    assert (known["ratio"] == known["model"] / known["published"]).all()
    gap = compute_gap(drawn)
    assert gap is not None
    draws = take_draws(drawn, "ewaste_generated_total").sel(year=gap.year).values
    assert [gap.model_low, gap.model, gap.model_high] == pytest.approx(np.quantile(draws, ENDS))


def test_that_products_and_regions_have_the_quantiles_of_the_store(drawn: Result) -> None:
    assert drawn.quantiles is not None
    products = compute_largest_products(drawn, 2022, 54)
    assert products["value"].is_monotonic_decreasing
    assert products["share"].sum() == pytest.approx(1.0)
    regions = compute_region_summary(drawn, 2022)
    for table, name, axis in (
        (products, "ewaste_generated", "product"),
        (regions, "ewaste_generated_by_region_total", "region"),
    ):
        first = table.iloc[0]
        stored = drawn.quantiles[name].sel({"year": 2022, axis: first[axis], "quantile": ENDS}).values
        assert [first["low"], first["value"], first["high"]] == pytest.approx(stored)


def test_that_a_fan_never_crosses_itself_and_holds_the_median_of_the_headline(drawn: Result) -> None:
    for fan in (
        compute_fan(drawn, "ewaste_generated"),
        compute_fan(drawn, "stock", per_inhabitant=True),
        compute_material_fan(drawn, "gold"),
    ):
        bands = fan[["low", "lower", "median", "upper", "high"]].to_numpy()
        assert (np.diff(bands, axis=1) >= 0.0).all()
        assert len(fan) == drawn.data.sizes["year"]
    headline = compute_headline(drawn).query("quantity == 'ewaste_generated' and year == 2050")
    fan = compute_fan(drawn, "ewaste_generated").set_index("year")
    assert fan.at[2050, "median"] == headline["value"].item()


def test_that_there_is_no_fan_without_draws(kazakhstan: Result) -> None:
    assert compute_fan(kazakhstan, "stock").empty
    assert compute_material_fan(kazakhstan, "gold").empty
    assert tabulate_quantiles(kazakhstan, "stock").empty


def test_that_the_folder_holds_draws_quantiles_and_their_tables(drawn: Result, tmp_path: Path) -> None:
    assert drawn.draws is not None
    assert drawn.quantiles is not None
    write_result(drawn, tmp_path)
    for name, dataset in (("draws", drawn.draws), ("quantiles", drawn.quantiles), ("means", drawn.means)):
        with xr.open_dataset(tmp_path / f"{name}.nc", engine="h5netcdf") as stored:
            xr.testing.assert_equal(stored.load(), dataset)
    units = pd.read_csv(tmp_path / "tables" / "quantities.csv").set_index("name")["unit"]
    for quantity in drawn.quantiles.data_vars:
        table = pd.read_csv(tmp_path / "tables" / f"{quantity}_quantiles.csv")
        assert list(table.columns[-6:]) == ["mean", "q05", "q25", "q50", "q75", "q95"]
        assert (table["q05"] <= table["q95"]).all()
        assert units[str(quantity)] == drawn.quantiles[quantity].attrs["units"]


def test_that_the_range_of_all_inputs_is_that_of_the_draws_and_no_family_alone_spans_more(
    drawn: Result,
) -> None:
    ranges = drawn.tables["sensitivity_ranges"]
    gold = ranges.query("output == 'gold' and year == 2050").set_index("family")
    draws = take_draws(drawn, "material_embedded_total").sel(material="gold", year=2050).values
    assert gold.loc["all", ["low", "median", "high"]].tolist() == pytest.approx(np.quantile(draws, ENDS))
    width = gold["high"] - gold["low"]
    assert width["prices"] == pytest.approx(0.0, abs=1e-9)
    assert width.drop("all").max() < width["all"]
    assert (width >= 0.0).all()


def test_that_an_error_that_lasts_spans_more_than_one_that_comes_and_goes(drawn: Result) -> None:
    """Errors of single years cancel over the cohorts that are discarded together; a level stays wrong."""
    ranges = drawn.tables["sensitivity_ranges"].query("year == 2050").set_index(["output", "family"])
    width = ranges["high"] - ranges["low"]
    for output in ("ewaste_generated", "gold"):
        assert width[output, "market_drift"] > 2.0 * width[output, "market_years"]
        assert width[output, "market_level"] > 2.0 * width[output, "market_years"]
