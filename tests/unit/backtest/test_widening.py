"""The drift of markets is what the back-test finds, and is proved on what it did not see."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.backtest.run import PROJECTION, REFERENCE, Backtest, BacktestOptions, run_backtest
from ainalym.backtest.scoring import MARKET
from ainalym.backtest.widening import (
    ErrorSet,
    Gaps,
    correlate_errors,
    estimate_drift,
    prove_drift,
    rank_truth,
    try_drifts,
)
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.uncertainty import read_uncertainty
from ainalym.kernels.joining import FADING, LASTING, compute_open_share
from ainalym.packages.reference import read_reference

OTHER_SPREAD = 0.4


def make_errors(drift: float, shared: float = 0.0, seed: int = 0) -> ErrorSet:
    """Errors of an ensemble whose factors have mean 1, with a drift and a correlation that are known."""
    generator = np.random.default_rng(seed)
    count, products = 6_000, 20
    group = np.repeat(np.arange(count // products), products)
    ahead = generator.integers(1, 11, count // products)[group].astype(float)
    variance = OTHER_SPREAD**2 + (drift * (1.0 - FADING**ahead)) ** 2
    common = generator.standard_normal(count // products)[group]
    score = np.sqrt(shared) * common + np.sqrt(1.0 - shared) * generator.standard_normal(count)
    truth = np.sqrt(variance) * score - variance / 2.0
    draws = OTHER_SPREAD * generator.standard_normal((count, 64)) - OTHER_SPREAD**2 / 2.0
    # Every country comes once a year, so that no two groups share a label.
    country, origin = group % 10, 2005 + group // 10
    gaps = Gaps(truth[:, np.newaxis] - draws, ahead)
    return ErrorSet(origin, country, np.zeros(count, dtype=np.int64), gaps)


def estimate_from(errors: ErrorSet) -> float:
    return estimate_drift(try_drifts(errors), np.ones(errors.origin.shape, dtype=bool))


@pytest.mark.parametrize("drift", [0.2, 0.5, 1.0])
def test_that_a_drift_that_is_there_is_found(drift: float) -> None:
    assert estimate_from(make_errors(drift)) == pytest.approx(drift, abs=0.07)


def test_that_a_market_without_drift_is_given_little() -> None:
    assert estimate_from(make_errors(0.0)) < 0.15


def test_that_the_drift_is_added_to_the_draws_exactly() -> None:
    """Against an ensemble that drifts by drawn numbers, draw by draw."""
    gaps = Gaps(np.log(np.array([[0.5, 1.0, 2.0]])), np.array([4.0]))
    spread = 0.6 * (1.0 - FADING**4)
    factor = np.exp(spread * np.random.default_rng(1).standard_normal(200_000) - spread**2 / 2.0)
    below = np.mean([(factor < np.exp(gap)).mean() for gap in gaps.gap[0]])
    assert rank_truth(gaps, 0.6)[0] == pytest.approx(below, abs=0.003)


def test_that_a_draw_of_nought_lies_below_every_truth() -> None:
    gaps = Gaps(np.full((1, 4), np.inf), np.array([1.0]))
    assert rank_truth(gaps, 0.0)[0] == rank_truth(gaps, 0.5)[0] == 1.0


@pytest.mark.parametrize("shared", [0.0, 0.3])
def test_that_a_correlation_that_is_there_is_found(shared: float) -> None:
    assert correlate_errors(make_errors(0.5, shared), 0.5)[0] == pytest.approx(shared, abs=0.05)


def test_that_the_proof_judges_by_what_was_left_out() -> None:
    proof = prove_drift(make_errors(0.6)).set_index("left_out")
    assert list(proof.index) == ["without_drift", "none", "country", "half", "origin"]
    assert proof.loc["without_drift", "inside_90"] < 0.85
    for scheme in ("country", "half", "origin"):
        assert proof.loc[scheme, "inside_90"] == pytest.approx(0.9, abs=0.02)
        assert proof.loc[scheme, "inside_50"] == pytest.approx(0.5, abs=0.02)


def test_that_one_origin_cannot_be_left_out() -> None:
    both = make_errors(0.3)
    one = ErrorSet(np.full_like(both.origin, 2005), both.country, both.way, both.gaps)
    assert "origin" not in set(prove_drift(one)["left_out"])


def test_that_a_level_is_closed_by_a_figure_and_opens_with_time() -> None:
    is_known = np.zeros((30, 2), dtype=bool)
    is_known[5, 0] = True
    share = compute_open_share(is_known)
    assert share[5, 0] == 0.0
    assert (np.diff(share[5:, 0]) > 0.0).all()
    assert (np.diff(share[:6, 0]) < 0.0).all()
    assert share[-1, 0] == pytest.approx(np.sqrt(1.0 - LASTING**2), abs=1e-3)
    assert (share[:, 1] == 1.0).all()


@pytest.fixture(scope="module")
def whole() -> Backtest:
    """All origins by the methods of the table, with draws enough for an interval."""
    return run_backtest(BacktestOptions(ensemble=EnsembleOptions(draws=256, threads=2)))


def test_that_the_table_holds_a_drift_that_the_back_test_finds(whole: Backtest) -> None:
    proof = whole.proof.set_index("left_out")
    reference = read_reference()
    row = read_uncertainty(reference.package.tables["uncertainty"], list(reference.products.index))[
        "market_drift", "all"
    ]
    assert proof.loc["none", "least"] <= row.spread <= proof.loc["origin", "largest"] + 0.02
    assert row.between_products <= whole.correlation[PROJECTION] + 0.02
    for scheme in ("country", "half", "origin"):
        assert proof.loc[scheme, "inside_90"] == pytest.approx(0.9, abs=0.1)
        assert proof.loc[scheme, "inside_50"] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("origin", [2005, 2010])
@pytest.mark.parametrize("method", [PROJECTION, REFERENCE])
@pytest.mark.parametrize("scope", ["category", "product", "total"])
def test_that_the_intervals_hold_what_they_promise_within_ten_points_and_what_few_draws_add(
    whole: Backtest, origin: int, method: str, scope: str
) -> None:
    scores = whole.scores.set_index(["quantity", "origin", "method", "scope", "category"])
    row = scores.loc[(MARKET, origin, method, scope, "all")]
    # Countries share their draws, so that few draws move all intervals together, by a point or two.
    assert row["inside_50"] == pytest.approx(0.5, abs=0.12)
    assert row["inside_90"] == pytest.approx(0.9, abs=0.12)
