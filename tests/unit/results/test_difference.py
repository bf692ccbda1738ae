"""What two runs differ by, from the draws that they share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ainalym.ensemble.model import Model, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import attach_draws
from ainalym.ensemble.run import run_ensemble
from ainalym.errors import InputError
from ainalym.results.difference import compute_difference
from ainalym.results.result import Result

OPTIONS = EnsembleOptions(draws=64, seed=9, block=32)


@pytest.fixture(scope="module")
def prepared() -> tuple[Model, Result]:
    return prepare_model("KAZ")


@pytest.fixture(scope="module")
def base(prepared: tuple[Model, Result]) -> Result:
    model, result = prepared
    return attach_draws(result, run_ensemble(model, OPTIONS))


def test_that_a_scenario_differs_by_less_uncertainty_than_its_level(
    prepared: tuple[Model, Result], base: Result
) -> None:
    model, result = prepared
    scenario = attach_draws(result, run_ensemble(replace(model, scale=1.1 * model.scale), OPTIONS))
    change = compute_difference(scenario, base)["stock_total"].sel(year=2030)
    assert (change > 0.0).all()
    assert base.quantiles is not None
    level = base.quantiles["stock_total"].sel(year=2030)
    assert float(change[-1] - change[0]) < 0.3 * float(level[-1] - level[0])


def test_that_no_scenario_means_no_difference(base: Result) -> None:
    change = compute_difference(base, base)
    assert all(float(abs(values).max()) == 0.0 for values in change.data_vars.values())
    assert change["ewaste_generated_by_category"].dims == ("quantile", "year", "category")
    assert change["stock_total"].attrs["units"] == "t"


@pytest.mark.parametrize("change", [{"seed": 10}, {"draws": 60}, {"sampling": "sobol"}], ids=str)
def test_that_draws_that_are_not_shared_are_refused(
    prepared: tuple[Model, Result], base: Result, change: dict[str, int | str]
) -> None:
    model, result = prepared
    other = attach_draws(result, run_ensemble(model, replace(OPTIONS, **change)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ENS-013"):
        compute_difference(other, base)


def test_that_a_run_without_draws_is_refused(prepared: tuple[Model, Result], base: Result) -> None:
    with pytest.raises(InputError, match=r"ENS-013.*a run without draws"):
        compute_difference(prepared[1], base)
