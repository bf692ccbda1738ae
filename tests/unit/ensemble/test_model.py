"""Bands of a country: from its own package where it has them, assumed and wide where it has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ainalym.core.streams import RandomStreams
from ainalym.ensemble.block import Workspace, compute_block
from ainalym.ensemble.model import Band, Model, collect_model
from ainalym.ensemble.parameters import Scores, draw_parameters
from ainalym.packages.country import Country, read_country
from ainalym.packages.reference import Reference
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

STREAMS = RandomStreams(2)


@pytest.fixture(scope="module")
def figures(reference: Reference) -> Country:
    return read_country("KAZ", reference)


def keep_series(series: xr.DataArray, beginning: tuple[str, ...]) -> xr.DataArray:
    names = [name for name in series["series"].values if str(name).startswith(beginning)]
    return series.sel(series=names)


def test_that_the_population_lies_in_the_published_band(model: Model, figures: Country) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 4000)).population
    place = int(np.searchsorted(model.years, 2050))
    low, medium, high = (
        float(figures.population.sel(series=f"wpp2024_{name}", year=2050))
        for name in ("80_low", "medium", "80_high")
    )
    found = np.quantile(drawn[:, place] / model.population[place], [0.1, 0.5, 0.9])
    assert found == pytest.approx([low / medium, 1.0, high / medium], rel=0.03)


def test_that_the_income_spreads_as_the_scenarios_do(model: Model, figures: Country) -> None:
    place = int(np.searchsorted(model.years, 2050))
    names = [f"ssp{number}" for number in range(1, 6)]
    paths = figures.income.sel(series=names).dropna("year").interp(year=[2025, 2050])
    growth = np.log(paths.sel(year=2050) / paths.sel(year=2025)).values
    spread = np.sqrt(((growth - growth[1]) ** 2).sum() / 4)
    # Scenarios are read every five years on a curve, here on a straight line.
    assert model.income_band.up[place] == pytest.approx(spread, rel=0.1)


def test_that_a_country_without_bands_gets_wide_ones(
    reference: Reference, figures: Country, prepared: tuple[Model, Result]
) -> None:
    bare = replace(
        figures,
        population=keep_series(figures.population, ("national", "wpp2024_history", "wpp2024_medium")),
        income=keep_series(figures.income, ("imf", "wdi", "gapminder", "ssp2")),
        photovoltaic_capacity=figures.photovoltaic_capacity.iloc[:0],
    )
    model = collect_model(reference, bare, prepared[1], RunOptions())
    place = int(np.searchsorted(model.years, 2050))
    assert model.population_band.up[place] == model.spreads["population_path", "without_band"].spread
    assert model.income_band.down[place] == model.spreads["income_path", "without_band"].spread
    assert (model.population_band.up[model.years <= 2025] == 0.0).all()
    drawn = draw_parameters(model, Scores(STREAMS, 0, 8))
    assert drawn.capacity is None
    assert compute_block(model, drawn, Workspace(model, 8)).market.min() >= 0.0


def test_that_a_country_without_regions_has_none_in_its_draws(model: Model) -> None:
    bare = replace(
        model, regions=(), region_population=np.zeros((len(model.years), 0)), region_wage=np.zeros(0)
    )
    block = compute_block(bare, draw_parameters(bare, Scores(STREAMS, 0, 8)), Workspace(bare, 8))
    assert block.ewaste_by_region.shape == (0, len(model.years), 8)


def test_that_a_band_may_be_wider_on_one_side() -> None:
    band = Band(down=np.array([0.0, 1.0]), up=np.array([0.0, 3.0]))
    assert band.shift(np.array([-2.0, 0.0, 1.0])).tolist() == [[0.0, -2.0], [0.0, 0.0], [0.0, 3.0]]


def test_that_gold_lies_within_a_factor_of_three(model: Model) -> None:
    gold = model.materials.index("gold")
    drawn = draw_parameters(model, Scores(STREAMS, 0, 4000)).composition[:, :, gold]
    sold = model.composition[:, gold] > 0.0
    low, high = np.quantile(drawn[:, sold] / model.composition[sold, gold], [0.025, 0.975], axis=0)
    ratios = np.sqrt(high / low)
    assert ratios.min() > 1.9
    assert ratios.max() < 3.2


def test_that_prices_move_together_as_they_did(model: Model) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 4000)).price
    copper, zinc = (np.log(drawn[:, model.materials.index(name)]) for name in ("copper", "zinc"))
    assert np.corrcoef(copper, zinc)[0, 1] > 0.3
    assert copper.mean() == pytest.approx(np.log(model.price[model.materials.index("copper")]), abs=0.05)


def test_that_a_drawn_composition_still_sums_to_one(model: Model) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 64)).composition
    assert drawn[..., model.additive].sum(axis=-1) == pytest.approx(1.0, abs=1e-12)
    assert drawn.min() >= 0.0


@pytest.mark.parametrize("distribution", ["uniform", "triangular", "lognormal"])
def test_that_a_factor_may_have_another_distribution(model: Model, distribution: str) -> None:
    unit = "log" if distribution == "lognormal" else "relative"
    name = ("price", "all")
    row = replace(model.spreads[name], distribution=distribution, spread=0.3, unit=unit)
    changed = replace(model, spreads={**model.spreads, name: row})
    drawn = draw_parameters(changed, Scores(STREAMS, 0, 2000)).price
    copper = model.materials.index("copper")
    assert drawn[:, copper].mean() == pytest.approx(model.price[copper], rel=0.05)
    assert drawn[:, copper].std() > 0.0
