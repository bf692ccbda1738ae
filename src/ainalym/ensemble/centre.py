"""The centre of draws that have learned: every uncertain input at its mean over the draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import ParameterDraws
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.kernels.technology import Switches


def hold_at_mean(model: Model, draws: ParameterDraws, count: int) -> ParameterDraws:
    """Set every uncertain input to its mean over draws.

    Parameters
    ----------
    model
        The model.
    draws
        Draws of the uncertain inputs, before or after learning.
    count
        How many equal draws to make.

    Returns
    -------
    ParameterDraws
        Draws that differ in nothing.

    Notes
    -----
    Before learning this is the deterministic outlook up to chance; after it no table says where the centre
    lies. A drift of a lognormal market is held where its factor has its mean, not where its score has.
    """

    def hold(values: FloatArray) -> FloatArray:
        return np.repeat(values.mean(axis=0, keepdims=True), count, axis=0)

    drift = hold(draws.market_drift)
    if model.spreads["market_drift", "all"].distribution == "lognormal":
        drift += 0.5 * draws.drift_spread
    return replace(
        draws,
        population=hold(draws.population),
        income=hold(draws.income),
        elasticity=hold(draws.elasticity),
        total_elasticity=hold(draws.total_elasticity),
        market_level=hold(draws.market_level),
        unit_weight=hold(draws.unit_weight),
        market_error=np.repeat(draws.market_error.mean(axis=-1, keepdims=True), count, axis=-1),
        market_drift=drift,
        shape=hold(draws.shape),
        scale=hold(draws.scale),
        composition=hold(draws.composition),
        price=hold(draws.price),
        capacity=None if draws.capacity is None else hold(draws.capacity),
        ownership_curves=_hold_curves(draws.ownership_curves, count),
        switches=_hold_switches(draws.switches, count),
    )


def _hold_curves(curves: CurveSet | None, count: int) -> CurveSet | None:
    if curves is None:
        return None
    return replace(
        curves,
        saturation=_hold_drawn(curves.saturation, count),
        rate=_hold_drawn(curves.rate, count),
        midpoint=_hold_drawn(curves.midpoint, count),
        innovation=_hold_drawn(curves.innovation, count),
    )


def _hold_switches(switches: Switches | None, count: int) -> Switches | None:
    if switches is None:
        return None
    names = ("speed", "midpoint", "remaining", "phase_out")
    return replace(switches, **{name: _hold_drawn(getattr(switches, name), count) for name in names})


def _hold_drawn(values: FloatArray, count: int) -> FloatArray:
    """Hold what was drawn, and leave alone what is the same in every draw."""
    if values.ndim == 1:
        return values
    return np.repeat(values.mean(axis=0, keepdims=True), count, axis=0)
