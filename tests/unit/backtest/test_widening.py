"""The drift of markets is what the back-test finds, and is proved on what it did not see."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.backtest.run import BacktestOptions, run_backtest
from ainalym.backtest.widening import ErrorSet, estimate_drift, prove_drift
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.uncertainty import read_uncertainty
from ainalym.kernels.joining import FADING
from ainalym.packages.reference import read_reference


def make_errors(drift: float, seed: int = 0) -> ErrorSet:
    """Errors of an ensemble whose factors have mean 1, with a drift that is known."""
    generator = np.random.default_rng(seed)
    count = 20_000
    growth = 1.0 - FADING ** generator.integers(1, 11, count)
    variance = np.full(count, 0.16)
    whole = variance + (drift * growth) ** 2
    error = np.sqrt(whole) * generator.standard_normal(count) - whole / 2.0
    country, origin = generator.integers(0, 10, count), generator.choice([2005, 2010], count)
    return ErrorSet(origin, country, error, variance, growth)


@pytest.mark.parametrize("drift", [0.2, 0.5, 1.0])
def test_that_a_drift_that_is_there_is_found(drift: float) -> None:
    errors = make_errors(drift)
    assert estimate_drift(errors, np.ones(errors.error.shape, dtype=bool)) == pytest.approx(drift, abs=0.04)


def test_that_a_market_without_drift_is_given_none() -> None:
    errors = make_errors(0.0)
    assert estimate_drift(errors, np.ones(errors.error.shape, dtype=bool)) < 0.15


def test_that_the_proof_judges_by_what_was_left_out() -> None:
    proof = prove_drift(make_errors(0.6)).set_index("left_out")
    assert list(proof.index) == ["without_drift", "none", "country", "half", "origin"]
    assert proof.loc["without_drift", "inside_90"] < 0.85
    for scheme in ("country", "half", "origin"):
        assert proof.loc[scheme, "inside_90"] == pytest.approx(0.9, abs=0.02)
        assert proof.loc[scheme, "inside_50"] == pytest.approx(0.5, abs=0.02)


def test_that_one_origin_cannot_be_left_out() -> None:
    both = make_errors(0.3)
    one = ErrorSet(np.full_like(both.origin, 2005), both.country, both.error, both.variance, both.growth)
    assert "origin" not in set(prove_drift(one)["left_out"])


def test_that_the_table_holds_the_drift_that_the_back_test_finds_and_keeps_its_promise() -> None:
    backtest = run_backtest(BacktestOptions(projection="table", ensemble=EnsembleOptions(draws=8, threads=2)))
    proof = backtest.proof.set_index("left_out")
    reference = read_reference()
    spreads = read_uncertainty(reference.package.tables["uncertainty"], list(reference.products.index))
    assert spreads["market_drift", "all"].spread == pytest.approx(proof.loc["none", "least"], abs=0.02)
    for scheme in ("country", "half", "origin"):
        assert proof.loc[scheme, "inside_90"] == pytest.approx(0.9, abs=0.1)
        assert proof.loc[scheme, "inside_50"] == pytest.approx(0.5, abs=0.1)
