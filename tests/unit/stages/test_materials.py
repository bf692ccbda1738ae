from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions
from ainalym.stages.materials import calibrate_composition, compute_mean_price, compute_value

MATERIALS = ["copper", "iron_steel", "other", "gold"]


def composition(*rows: list[float]) -> xr.DataArray:
    products = [f"010{number}" for number in range(len(rows))]
    return xr.DataArray(
        list(rows), coords={"product": products, "material": MATERIALS}, dims=("product", "material")
    )


def by_material(values: list[float | bool]) -> xr.DataArray:
    return xr.DataArray(values, coords={"material": MATERIALS}, dims="material")


def test_that_a_calibrated_composition_still_sums_to_one() -> None:
    table = composition([0.2, 0.5, 0.3, 1e-5], [0.1, 0.9, 0.0, 1e-6])
    additive = by_material([True, True, True, False])
    scaled = calibrate_composition(table, by_material([0.5, 1.2, 1.0, 0.8]), additive)
    np.testing.assert_allclose(scaled.where(additive, 0.0).sum("material"), 1.0)
    np.testing.assert_allclose(scaled[0], [0.1, 0.6, 0.3, 0.8e-5])
    # 0.05 copper and 1.08 iron exceed one: both are scaled back together.
    np.testing.assert_allclose(scaled[1], [0.05 / 1.13, 1.08 / 1.13, 0.0, 0.8e-6])


def test_that_a_price_is_the_mean_of_the_figures_that_exist() -> None:
    prices = xr.DataArray(
        [[9.0, 1.0], [1.0, np.nan], [2.0, np.nan], [3.0, 5.0]],
        coords={"year": [2022, 2023, 2024, 2025], "material": ["copper", "cobalt"]},
        dims=("year", "material"),
    )
    np.testing.assert_allclose(compute_mean_price(prices, 3), [2.0, 5.0])


def test_that_a_material_without_a_price_stays_without_one_and_is_valued_at_zero() -> None:
    prices = xr.DataArray(
        [[1.0, np.nan]], coords={"year": [2025], "material": ["copper", "glass"]}, dims=("year", "material")
    )
    price = compute_mean_price(prices)
    assert bool(price.isnull().sel(material="glass"))
    embedded = xr.DataArray(
        [[[2.0, 7.0]]],
        coords={"year": [2025], "product": ["0104"], "material": ["copper", "glass"]},
        dims=("year", "product", "material"),
    )
    np.testing.assert_allclose(compute_value(embedded, price), [[2.0, 0.0]])


@pytest.mark.parametrize("choice", ["table", "calibrated"])
def test_that_the_additive_materials_sum_to_the_mass_of_the_ewaste(choice: str, kazakhstan: Result) -> None:
    result = kazakhstan if choice == "table" else run_outlook("KAZ", RunOptions(composition="calibrated"))
    additive = result.tables["materials"]["additive"].to_xarray()
    total = result.data["material_embedded"].where(additive, 0.0).sum("material")
    np.testing.assert_allclose(total, result.data["ewaste_generated"], rtol=1e-6, atol=1e-9)


def test_that_the_calibration_is_an_option_that_says_so(kazakhstan: Result) -> None:
    calibrated = run_outlook("KAZ", RunOptions(composition="calibrated"))
    copper = {"year": 2022, "material": "copper"}
    ratio = (
        calibrated.data["material_embedded"].sel(copper).sum()
        / kazakhstan.data["material_embedded"].sel(copper).sum()
    )
    assert 0.6 < float(ratio) < 0.8
    assert calibrated.record["options"]["composition"] == "calibrated"
    assert calibrated.data.attrs["composition"] == "calibrated"
