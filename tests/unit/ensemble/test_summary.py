"""Intervals of the headline, and differences of scenarios from shared draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from ainalym.cli.ensemble_commands import print_ensemble_headline, print_sensitivity, run_draws
from ainalym.ensemble.model import Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import EnsembleResult, run_ensemble
from ainalym.ensemble.summary import compute_difference, summarise_headline, summarise_materials
from ainalym.errors import InputError
from ainalym.schemas.run import RunOptions

OPTIONS = EnsembleOptions(draws=64, seed=9, block=32)


@pytest.fixture(scope="module")
def ensemble(model: Model) -> EnsembleResult:
    return run_ensemble(model, OPTIONS)


def test_that_the_headline_gives_median_and_interval_of_the_draws(ensemble: EnsembleResult) -> None:
    table = summarise_headline(ensemble, (2030, 2150)).set_index("quantity")
    assert sorted(table.index) == ["ewaste_generated", "placed_on_market", "stock"]
    draws = ensemble.draws["stock_total"].sel(year=2030).values
    row = table.loc["stock"]
    assert [row["low"], row["median"], row["high"]] == pytest.approx(np.quantile(draws, [0.05, 0.5, 0.95]))
    per = draws * 1000.0 / ensemble.draws["population"].sel(year=2030).values
    assert row["high_per_inhabitant"] == pytest.approx(np.quantile(per, 0.95))


def test_that_materials_are_summarised_by_mass_and_value(ensemble: EnsembleResult) -> None:
    table = summarise_materials(ensemble, [2030])
    gold = table[(table["material"] == "gold") & (table["quantity"] == "material_embedded")]
    draws = ensemble.draws["material_embedded_total"].sel(material="gold", year=2030).values
    assert gold["median"].item() == pytest.approx(float(np.median(draws)), rel=1e-6)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()


def test_that_a_scenario_differs_by_less_uncertainty_than_its_level(
    model: Model, ensemble: EnsembleResult
) -> None:
    scenario = run_ensemble(replace(model, scale=1.1 * model.scale), OPTIONS)
    change = compute_difference(scenario, ensemble)["stock_total"].sel(year=2030)
    assert (change > 0.0).all()
    level = ensemble.quantiles["stock_total"].sel(year=2030)
    assert float(change[-1] - change[0]) < 0.3 * float(level[-1] - level[0])


def test_that_no_scenario_means_no_difference(ensemble: EnsembleResult) -> None:
    change = compute_difference(ensemble, ensemble)
    assert all(float(abs(values).max()) == 0.0 for values in change.data_vars.values())
    assert change["ewaste_generated_by_category"].dims == ("quantile", "year", "category")


def test_that_draws_that_are_not_shared_are_refused(model: Model, ensemble: EnsembleResult) -> None:
    other = run_ensemble(model, replace(OPTIONS, seed=10))
    with pytest.raises(InputError, match="ENS-013"):
        compute_difference(other, ensemble)


def test_that_the_headline_prints_its_intervals(model: Model) -> None:
    console = Console(record=True, width=120)
    print_ensemble_headline(run_draws(model, OPTIONS, console), console)
    text = console.export_text()
    assert "64 draws, seed 9" in text
    assert text.count(" to ") >= 18


def test_that_the_sensitivity_prints_every_family_and_output() -> None:
    pytest.importorskip("SALib", reason="the extra 'sensitivity' is not installed")
    console = Console(record=True, width=140)
    print_sensitivity("KAZ", RunOptions(), console, years=[2030], samples=64)
    text = console.export_text()
    for word in ("Level of the market", "Prices", "Gold", "Value", "768 model runs"):
        assert word in text
