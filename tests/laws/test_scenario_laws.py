"""Scenarios in the draws: mass is kept, draws are shared, more collection recovers no less in any of them."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.ensemble.model import hold_at_centre, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import EnsembleResult, run_ensemble
from ainalym.results.result import Result
from ainalym.scenarios.reading import list_scenarios
from ainalym.schemas.run import RunOptions

OPTIONS = EnsembleOptions(draws=40, threads=1)
TOLERANCE = 1e-9
SINGLE = 1e-5

Runs = dict[str, tuple[Result, EnsembleResult, EnsembleResult]]


@pytest.fixture(scope="module")
def runs() -> Runs:
    """Central run, draws, and draws held at the centre, of every embedded scenario."""
    found = {}
    for name in list_scenarios():
        model, result = prepare_model("KAZ", RunOptions(scenario=name))
        held = run_ensemble(hold_at_centre(model), EnsembleOptions(draws=8, threads=1))
        found[name] = (result, run_ensemble(model, OPTIONS), held)
    return found


@pytest.mark.parametrize("name", list_scenarios())
def test_that_mass_is_kept_in_every_draw_of_every_scenario(runs: Runs, name: str) -> None:
    result, ensemble, _ = runs[name]
    assert ensemble.mass_error < TOLERANCE
    assert result.record["scenario"]["material_balance_relative_error"] < TOLERANCE
    routes = ensemble.draws["ewaste_by_route"].sum("route")
    generated = ensemble.draws["ewaste_generated_total"]
    assert float(np.abs(routes / generated - 1.0).max()) < SINGLE


@pytest.mark.parametrize("name", list_scenarios())
def test_that_draws_held_at_the_centre_are_the_central_run(runs: Runs, name: str) -> None:
    result, _, held = runs[name]
    for quantity in ("ewaste_collected", "recovered_value", "formal_account", "substance_unmanaged"):
        central = result.data[quantity]
        drawn = held.draws[quantity].isel(draw=0).transpose(*central.dims)
        assert np.allclose(drawn, central, rtol=1e-4, atol=1e-6 * float(np.abs(central).max()))


@pytest.mark.parametrize("name", ["recovery", "eu2035"])
def test_that_more_collection_recovers_no_less_of_any_material_in_any_draw(runs: Runs, name: str) -> None:
    base = runs["baseline"][1].draws["material_recovered_total"]
    more = runs[name][1].draws["material_recovered_total"]
    assert bool((more >= base * (1.0 - SINGLE)).all())


def test_that_scenarios_are_ordered_as_they_must_be_in_every_draw(runs: Runs) -> None:
    draws = {name: runs[name][1].draws for name in list_scenarios()}
    future = slice(2027, None)

    def read(name: str, quantity: str) -> np.ndarray:
        return draws[name][quantity].sel(year=future).values

    collected = [read(name, "ewaste_collected") for name in ("baseline", "recovery", "eu2035")]
    assert bool((collected[1] >= collected[0]).all())
    # Both pull the same lever on the way to 2040, but one to a higher target and sooner.
    assert bool((collected[2] >= collected[1] * (1.0 - SINGLE)).all())
    unmanaged = [read(name, "ewaste_unmanaged") for name in ("baseline", "recovery", "circular")]
    assert bool((unmanaged[1] <= unmanaged[0]).all())
    assert bool((unmanaged[2] <= unmanaged[1] * (1.0 + SINGLE)).all())
    for name in ("recovery", "circular"):
        released = read(name, "refrigerants_released")
        assert bool((released <= read("baseline", "refrigerants_released") * (1.0 + SINGLE)).all())


def test_that_documented_collection_of_2022_is_the_centre_of_the_present_policy(runs: Runs) -> None:
    for name in list_scenarios():
        assert float(runs[name][0].data["ewaste_collected"].sel(year=2022)) == pytest.approx(12400.0)
    drawn = runs["baseline"][1].draws["ewaste_collected"].sel(year=2022)
    assert float(drawn.min()) < 12400.0 <= float(drawn.max()) * 1.05
    for name in ("recovery", "circular", "eu2035"):
        assert np.allclose(runs[name][1].draws["ewaste_collected"].sel(year=2022), drawn, rtol=1e-9)


def test_that_scenarios_share_what_they_do_not_change(runs: Runs) -> None:
    base, more = (runs[name][1].draws["ewaste_generated_total"] for name in ("baseline", "recovery"))
    assert (base == more).all()


def test_that_a_circular_economy_generates_no_more_with_as_much_in_use(runs: Runs) -> None:
    base, circular = (runs[name][1].draws for name in ("baseline", "circular"))
    generated = circular["ewaste_generated_total"] - base["ewaste_generated_total"]
    assert float(generated.max()) < 1e-6 * float(base["ewaste_generated_total"].max())
    stock = circular["stock_total"] / base["stock_total"]
    assert float(stock.min()) > 1.0 - 1e-9
