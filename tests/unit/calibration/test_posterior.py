"""Draws of the posterior: the same bits wherever they are computed, narrower where evidence speaks."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ainalym.calibration.calibrate import Calibration, calibrate
from ainalym.calibration.evidence import Evidence
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import EnsembleResult, run_ensemble
from ainalym.results.result import Result

OPTIONS = EnsembleOptions(draws=83, seed=3, block=40)


@pytest.fixture(scope="module")
def posterior(prior: tuple[Model, Result], calibration: Calibration) -> EnsembleResult:
    return run_ensemble(prior[0], OPTIONS, streams=calibration.streams)


@pytest.mark.parametrize("change", [{"threads": 2}, {"block": 7}, {"threads": 2, "block": 16}], ids=str)
def test_that_threads_and_blocks_change_no_bit_of_the_posterior(
    prior: tuple[Model, Result],
    calibration: Calibration,
    posterior: EnsembleResult,
    change: dict[str, int],
) -> None:
    again = run_ensemble(prior[0], replace(OPTIONS, **change), streams=calibration.streams)
    xr.testing.assert_identical(again.draws, posterior.draws)
    xr.testing.assert_identical(again.quantiles, posterior.quantiles)


def test_that_streams_that_travelled_give_the_same_bits(calibration: Calibration) -> None:
    travelled = pickle.loads(pickle.dumps(calibration.streams))
    for name in ("market_level", "market_error"):
        size = calibration.streams.layout.sizes[name]
        numbers = travelled.normal(name, 8, 24, size)
        assert np.array_equal(numbers, calibration.streams.normal(name, 8, 24, size))


def test_that_the_same_seed_learns_the_same_on_any_number_of_threads(
    prior: tuple[Model, Result], evidence: Evidence, calibration: Calibration
) -> None:
    again = calibrate(*prior, evidence, RandomStreams(3), draws=640, threads=2)
    for ours, theirs in zip(again.streams.steps, calibration.streams.steps, strict=True):
        assert np.array_equal(ours.gain, theirs.gain)
    assert again.fit.equals(calibration.fit)
    assert again.learned.equals(calibration.learned)


def test_that_streams_without_a_step_are_those_of_the_prior(calibration: Calibration) -> None:
    untouched = replace(calibration.streams, steps=())
    for name, size in calibration.streams.layout.sizes.items():
        expected = calibration.streams.base.normal(name, 0, 16, size)
        assert np.allclose(untouched.normal(name, 0, 16, size), expected, rtol=0.0, atol=1e-12)


def test_that_what_acts_on_no_evidence_is_left_alone(calibration: Calibration) -> None:
    streams, base = calibration.streams, calibration.streams.base
    for name in ("composition", "price", "total_elasticity"):
        assert np.array_equal(streams.normal(name, 0, 8, 5), base.normal(name, 0, 8, 5))
    size = streams.layout.sizes["market_error"]
    ours, theirs = (one.normal("market_error", 0, 8, size).reshape(8, 54, -1) for one in (streams, base))
    last = int(np.searchsorted(np.arange(1980, 2051), 2026))
    assert np.array_equal(ours[:, :, last + 1 :], theirs[:, :, last + 1 :])
    assert not np.array_equal(ours[:, :, last], theirs[:, :, last])


def test_that_the_posterior_conserves_mass_and_is_narrower(
    prior: tuple[Model, Result], calibration: Calibration
) -> None:
    options = EnsembleOptions(draws=400, seed=3)
    before = run_ensemble(prior[0], options).draws["ewaste_generated_total"].sel(year=2022)
    after = run_ensemble(prior[0], options, streams=calibration.streams)
    assert after.mass_error < 1e-9
    found = after.draws["ewaste_generated_total"].sel(year=2022)
    assert float(found.std() / found.mean()) < 0.8 * float(before.std() / before.mean())
    # The whole outlook of a draw reads what the calibration predicted.
    row = calibration.fit.set_index(["vintage", "year"]).loc[("GEM2024", 2022)]
    assert float(np.exp(np.log(found).mean())) == pytest.approx(float(row["posterior"]), rel=0.02)
