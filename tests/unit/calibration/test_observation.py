"""What evidence would read in a draw is what the outlook of that draw says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ainalym.calibration.calibrate import Calibration
from ainalym.calibration.evidence import Evidence
from ainalym.calibration.observation import HeldScores, Sight, build_scene, predict
from ainalym.calibration.posterior import draw_prior, hold_scores, plan_layout
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.block import Workspace, compute_block
from ainalym.ensemble.model import Model, hold_at_centre
from ainalym.ensemble.parameters import Scores, draw_parameters
from ainalym.results.result import Result

DRAWS = 16
FRIDGES = (7, 8)


@pytest.fixture(scope="module")
def sights(prior: tuple[Model, Result]) -> tuple[Sight, ...]:
    year = int(np.searchsorted(prior[0].years, 2021))
    everything = tuple(range(54))
    return (
        Sight("ewaste_generated", False, everything, year),
        Sight("stock", False, FRIDGES, year - 9),
        Sight("placed_on_market", False, FRIDGES, year),
        Sight("stock", True, FRIDGES, year),
        Sight("ewaste_generated", True, FRIDGES, year - 3),
        Sight("placed_on_market", True, FRIDGES, year),
        Sight("photovoltaic_capacity", False, (), year),
        Sight("households", False, (), year),
        Sight("placed_on_market", False, FRIDGES, year + 5),
    )


def test_that_masses_are_those_of_the_whole_outlook(
    prior: tuple[Model, Result], sights: tuple[Sight, ...]
) -> None:
    model, result = prior
    scene = build_scene(model, sights, *read_pieces(result))
    layout = plan_layout(model, len(scene.model.years))
    streams = RandomStreams(9)
    found = predict(scene, hold_scores(layout, draw_prior(streams, layout, 0, DRAWS)))
    drawn = draw_parameters(model, Scores(streams, 0, DRAWS))
    block = compute_block(model, drawn, Workspace(model, DRAWS))
    year = sights[0].year
    fridges = list(FRIDGES)
    assert found[0] == pytest.approx(block.ewaste[:, year].sum(axis=0), rel=1e-9)
    assert found[1] == pytest.approx(block.stock[fridges, year - 9].sum(axis=0), rel=1e-9)
    assert found[2] == pytest.approx(block.market[fridges, year].sum(axis=0), rel=1e-9)
    # The first year after history follows ownership and drifts, in the cut model as in the whole one.
    assert found[8] == pytest.approx(block.market[fridges, year + 5].sum(axis=0), rel=1e-9)
    assert drawn.capacity is not None
    assert found[6] == pytest.approx(drawn.capacity[:, year])
    # A piece weighs what the draw says it weighs.
    weight = drawn.unit_weight[:, fridges].T
    expected = block.market[fridges, year] / weight * scene.pieces_per_tonne[fridges, year, np.newaxis]
    assert found[5] == pytest.approx(expected.sum(axis=0), rel=1e-9)


def test_that_pieces_at_the_centre_are_those_of_the_central_run(
    prior: tuple[Model, Result], sights: tuple[Sight, ...]
) -> None:
    model, result = prior
    scene = build_scene(hold_at_centre(model), sights, *read_pieces(result))
    found = predict(scene, HeldScores({}, 8))[:, 0]
    data = result.data.isel(product=list(FRIDGES))
    years = [int(model.years[sight.year]) for sight in sights]
    assert found[3] == pytest.approx(float(data["stock_pieces"].sel(year=years[3]).sum()))
    assert found[4] == pytest.approx(float(data["ewaste_generated_pieces"].sel(year=years[4]).sum()))
    assert found[5] == pytest.approx(float(data["placed_on_market_pieces"].sel(year=years[5]).sum()))
    assert found[7] == pytest.approx(float(result.data["households"].sel(year=years[7])))


def test_that_heavier_pieces_are_fewer_and_that_nothing_is_written_over(
    prior: tuple[Model, Result], sights: tuple[Sight, ...]
) -> None:
    model, result = prior
    scene = build_scene(model, sights, *read_pieces(result))
    layout = plan_layout(model, len(scene.model.years))
    scores = draw_prior(RandomStreams(2), layout, 0, 8)
    before = scores.copy()
    light = predict(scene, hold_scores(layout, scores))
    assert np.array_equal(scores, before)
    scores[layout.slices()["unit_weight"]] += 1.0
    heavy = predict(scene, hold_scores(layout, scores))
    # The mass that is placed on market carries the weight: the pieces do not change, the mass does.
    assert heavy[3] == pytest.approx(light[3])
    assert (heavy[1] > light[1]).all()


def test_that_evidence_before_the_last_year_is_not_moved_by_later_years(
    prior: tuple[Model, Result], evidence: Evidence, calibration: Calibration
) -> None:
    model, result = prior
    scene = build_scene(model, evidence.sights, *read_pieces(result))
    early = replace(scene, sights=scene.sights[:9])
    whole = predict(scene, hold_scores(calibration.streams.layout, scores_of(calibration)))
    part = predict(early, hold_scores(calibration.streams.layout, scores_of(calibration)))
    assert np.array_equal(whole[:9], part)


def read_pieces(result: Result) -> tuple[np.ndarray, np.ndarray]:
    return result.data["placed_on_market_pieces"].values, result.data["households"].values


def scores_of(calibration: Calibration) -> np.ndarray:
    return calibration.streams.compute_scores(0, 8)
