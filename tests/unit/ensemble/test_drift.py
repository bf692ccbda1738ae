"""Markets drift after history and never in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ainalym.core.streams import RandomStreams
from ainalym.ensemble.block import let_drift
from ainalym.ensemble.model import Model
from ainalym.ensemble.parameters import Scores, draw_parameters
from ainalym.kernels.joining import FADING


def drift_alone(model: Model, draws: int) -> np.ndarray:
    """Markets of one tonne, after drifting. Shape (product, year, draw)."""
    parameters = draw_parameters(model, Scores(RandomStreams(2), 0, draws))
    market = np.ones((len(model.products), len(model.years), draws))
    let_drift(model, parameters, market)
    return market


def test_that_history_does_not_drift_and_the_future_does_the_more_the_later(model: Model) -> None:
    market = drift_alone(model, 2000)
    past = model.years <= model.last_year_of_history
    assert (market[:, past] == 1.0).all()
    spread = np.log(market[:, ~past]).std(axis=-1).mean(axis=0)
    ahead = model.years[~past] - model.last_year_of_history
    expected = model.spreads["market_drift", "all"].spread * (1.0 - FADING**ahead)
    np.testing.assert_allclose(spread, expected, rtol=0.03)


def test_that_a_drifting_market_stays_where_it_was_projected_on_average(model: Model) -> None:
    last = drift_alone(model, 4000)[:, -1]
    assert last.mean() == pytest.approx(1.0, abs=0.02)


def test_that_what_drifts_up_stays_up(model: Model) -> None:
    later = np.log(drift_alone(model, 200)[:, -5:])
    centred = later - later.mean(axis=-1, keepdims=True)
    assert (np.sign(centred[:, 0]) == np.sign(centred[:, -1])).mean() > 0.99


def test_that_a_spread_of_nought_lets_nothing_drift(model: Model) -> None:
    row = model.spreads["market_drift", "all"]
    still = replace(model, spreads={**model.spreads, ("market_drift", "all"): replace(row, spread=0.0)})
    assert (drift_alone(still, 16) == 1.0).all()
