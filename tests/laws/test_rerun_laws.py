"""A scenario on what is held in memory is the scenario run from the beginning."""

from __future__ import annotations

from dataclasses import replace

import pytest
import xarray as xr

from ainalym.after_generation.central import make_labels
from ainalym.after_generation.rerun import find_contents, prepare_central, rerun_central
from ainalym.calibration.reruns import FIRST_YEAR_RERUN, Reruns
from ainalym.ensemble.model import Model, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.rerun import TOTALS, prepare_parts, rerun_draws
from ainalym.ensemble.run import run_ensemble
from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.results.scenario_figures import FIGURES, compare_scenarios, compute_scenario_series
from ainalym.scenarios.paths import find_first_year
from ainalym.scenarios.reading import ReadScenario, read_scenario
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions

DRAWS = 20
"""Not a multiple of what is computed together: the rest of a part must not matter."""


@pytest.fixture(scope="module")
def prepared() -> tuple[Model, Result]:
    return prepare_model("KAZ")


@pytest.fixture(scope="module")
def circular(reference: Reference) -> ReadScenario:
    """Give the scenario that pulls levers of every kind."""
    return read_scenario("circular", make_labels(reference))


def test_that_the_central_path_is_that_of_a_run(
    prepared: tuple[Model, Result], circular: ReadScenario
) -> None:
    base = prepare_central(prepared[1])
    again, wanted = rerun_central(base, circular), run_outlook("KAZ", RunOptions(scenario="circular"))
    assert again.record["scenario"] == wanted.record["scenario"]
    for name, array in again.data.data_vars.items():
        xr.testing.assert_allclose(array, wanted.data[name], rtol=1e-9)
    left_out = set(wanted.data.data_vars) - set(again.data.data_vars)
    assert left_out == {name for name in wanted.data.data_vars if "region" in wanted.data[name].dims}


def test_that_the_draws_are_those_of_a_run_to_the_last_bit(
    prepared: tuple[Model, Result], circular: ReadScenario
) -> None:
    model, central = prepared
    options = EnsembleOptions(draws=DRAWS, seed=3, block=16)
    contents = find_contents(prepare_central(central), circular)
    parts = prepare_parts(model, options.streams, DRAWS)
    again = rerun_draws(model, parts, circular, contents, FIRST_YEAR_RERUN, threads=2)
    assert model.end_of_life is not None
    after = replace(
        model.end_of_life,
        scenario=circular,
        first_year=find_first_year(circular.overrides, LAST_YEAR_OF_HISTORY),
        gas_content=contents.gases,
        substance_content=contents.substances,
    )
    wanted = run_ensemble(replace(model, end_of_life=after), options).draws
    for name, array in again.data_vars.items():
        xr.testing.assert_identical(array, wanted[name].sel(year=slice(FIRST_YEAR_RERUN, None)))
    assert {f"{name}_total" for name in TOTALS} <= set(map(str, again.data_vars))


def test_that_no_rerun_changes_what_the_next_one_starts_from(drawn: Result, circular: ReadScenario) -> None:
    reruns = Reruns(drawn)
    baseline = read_scenario("baseline", reruns.labels)
    before = reruns.run_draws(baseline, DRAWS)
    moved = reruns.run_draws(circular, DRAWS)
    after = reruns.run_draws(baseline, DRAWS)
    for name in FIGURES:
        assert (before.draws[name] == after.draws[name]).all()
    assert (moved.draws["ewaste_generated"] != before.draws["ewaste_generated"]).any()
    table = compare_scenarios(before, after)
    assert (table[["difference_low", "difference_median", "difference_high"]] == 0.0).all(axis=None)
    series = compute_scenario_series(moved, "collection_rate")
    assert (series["low"] <= series["median"]).all()
    assert (series["median"] <= series["high"]).all()
    with pytest.raises(InputError, match="OPT-004"):
        compute_scenario_series(moved, "weather")


def test_that_an_outlook_that_moves_products_is_no_base(drawn: Result, circular: ReadScenario) -> None:
    levers = [override.model_dump() for override in circular.overrides]
    moved = replace(
        drawn, record={**drawn.record, "scenario": {**drawn.record["scenario"], "levers": levers}}
    )
    with pytest.raises(InputError, match="SCN-016"):
        prepare_central(moved)
