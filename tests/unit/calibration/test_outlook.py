"""The outlook that has learned: its central path agrees with its draws; without evidence all is as before."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ainalym.calibration.outlook import list_entering_tables, run_calibrated_outlook
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.errors import InputError
from ainalym.results.intervals import compute_totals
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

OPTIONS = EnsembleOptions(draws=64, seed=9, block=32)


def drop_evidence(folder: Path) -> str:
    """Take the table of evidence out of a package."""
    document = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    document["resources"] = [entry for entry in document["resources"] if entry["name"] != "evidence"]
    (folder / "datapackage.json").write_text(json.dumps(document), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("year", [2022, 2030, 2050])
def test_that_the_central_path_lies_where_the_draws_do(calibrated: Result, year: int) -> None:
    central = float(calibrated.data["ewaste_generated"].sel(year=year).sum())
    interval = compute_totals(calibrated, "ewaste_generated")[year]
    assert central == pytest.approx(interval.median, rel=0.06)


def test_that_the_central_path_adds_up_and_conserves_mass(calibrated: Result) -> None:
    data = calibrated.data
    change = data["stock"].diff("year")
    balance = data["placed_on_market"] - data["ewaste_generated"] - change
    assert float(np.abs(balance).max() / data["stock"].max()) < 1e-9
    regions = data["ewaste_generated_by_region"].sum(("region", "category"))
    assert regions.values == pytest.approx(data["ewaste_generated"].sum("product").values, rel=1e-9)
    assert calibrated.record["checks"]["mass_balance_relative_error"] < 1e-9


def test_that_the_same_seed_gives_the_same_outlook(calibrated: Result) -> None:
    again = run_calibrated_outlook("KAZ", ensemble=EnsembleOptions(64, 9, threads=2, block=16), draws=512)
    xr.testing.assert_identical(again.data, calibrated.data)
    xr.testing.assert_identical(again.draws, calibrated.draws)


def test_that_a_country_without_evidence_runs_as_before(country_folder: Path) -> None:
    folder = drop_evidence(country_folder)
    assert list_entering_tables(folder) == set()
    ours = run_calibrated_outlook(folder, ensemble=OPTIONS)
    theirs = run_outlook_with_draws(folder, ensemble=OPTIONS)
    xr.testing.assert_identical(ours.data, theirs.data)
    xr.testing.assert_identical(ours.draws, theirs.draws)
    assert "evidence" not in ours.tables


def test_that_asking_to_learn_without_evidence_is_told(country_folder: Path) -> None:
    with pytest.raises(InputError, match=r"CAL-009.*no row that enters"):
        run_calibrated_outlook(drop_evidence(country_folder), ensemble=OPTIONS, needs_evidence=True)


def test_that_without_draws_the_central_path_stays_that_of_the_model(kazakhstan: Result) -> None:
    xr.testing.assert_identical(run_calibrated_outlook("KAZ").data, kazakhstan.data)


def test_that_sales_beside_the_model_teach_it_nothing() -> None:
    found = run_calibrated_outlook("KAZ", RunOptions(sales="beside"), OPTIONS, draws=512)
    rows = found.tables["evidence"]
    assert set(rows.loc[rows["quantity"] == "placed_on_market", "use"]) == {"shown"}
    assert found.record["options"]["sales"] == "beside"
    assert found.record["calibration"]["rows_that_enter"] == 18
