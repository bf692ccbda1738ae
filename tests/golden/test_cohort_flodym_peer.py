"""flodym and the cohort engine, given the same inputs, give the same answers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Literal

import flodym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, compute_outflow_by_cohort, compute_stock_driven
from ainalym.kernels.lifetime import (
    Fixed,
    FoldedNormal,
    Lifetime,
    Lognormal,
    Normal,
    Weibull,
    survival_by_cohort,
)

Moment = Literal["start", "middle", "end"]
YEARS, PRODUCTS = 25, 3
IsMet = Callable[..., object]
DRAWN = count()
MOMENTS: tuple[Moment, ...] = ("start", "middle", "end")

amounts = arrays(np.float64, (YEARS, PRODUCTS), elements=st.floats(0, 1e3))
cells = st.sampled_from([(PRODUCTS,), (YEARS, PRODUCTS)])


def in_range(low: float, high: float) -> st.SearchStrategy[FloatArray]:
    """Draw a parameter, the same for all cohorts or one for each."""
    return cells.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(low, high)))


def assert_same(is_met: IsMet, *pairs: tuple[FloatArray, Any], slack: float = 1e-10) -> None:
    """Hold results to be equal to 1e-10, or to rounding where amounts of 1,000 cancel to nought."""
    case = str(next(DRAWN))
    for ours, theirs in pairs:
        assert is_met(
            "flodym, inputs drawn by hypothesis", case, ours, np.asarray(theirs), rtol=1e-10, atol=slack
        )


class Peer:
    """flodym's stock models with our arrays."""

    def __init__(self, lifetime: Any, moment: Moment) -> None:
        time = flodym.Dimension(letter="t", name="time", dtype=int, items=list(range(2000, 2000 + YEARS)))
        product = flodym.Dimension(letter="p", name="product", dtype=int, items=list(range(PRODUCTS)))
        self.dims = flodym.DimensionSet(dim_list=[time, product])
        self.lifetime = lifetime
        self.moment = moment

    def model(self, kind: Any, parameters: dict[str, FloatArray]) -> Any:
        lifetime = self.lifetime(
            dims=self.dims,
            inflow_at=self.moment,
            **{key: np.broadcast_to(value, (YEARS, PRODUCTS)) for key, value in parameters.items()},
        )
        return kind(dims=self.dims, lifetime_model=lifetime, time_letter="t")

    def inflow_driven(self, parameters: dict[str, FloatArray], inflow: FloatArray) -> Any:
        model = self.model(flodym.InflowDrivenDSM, parameters)
        model.inflow.values[...] = inflow
        model.compute()
        return model

    def stock_driven(self, parameters: dict[str, FloatArray], stock: FloatArray) -> Any:
        model = self.model(flodym.StockDrivenDSM, parameters)
        model.stock.values[...] = stock
        model.compute()
        return model


def assert_same_inflow_driven(
    is_met: IsMet,
    ours: Lifetime,
    theirs: Any,
    parameters: dict[str, FloatArray],
    moment: Moment,
    inflow: FloatArray,
) -> None:
    survival = survival_by_cohort(ours, YEARS, moment)
    stock, outflow = compute_inflow_driven(inflow, survival)
    peer = Peer(theirs, moment).inflow_driven(parameters, inflow)
    by_cohort = compute_outflow_by_cohort(inflow, survival)
    assert_same(
        is_met,
        (stock, peer.stock.values),
        (outflow, peer.outflow.values),
        (by_cohort, peer.get_outflow_by_cohort()),
    )


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(inflow=amounts, shape=in_range(0.5, 6), scale=in_range(0.5, 40))
def test_that_weibull_lifetimes_agree_with_flodym(
    is_met: IsMet, moment: Moment, inflow: FloatArray, shape: FloatArray, scale: FloatArray
) -> None:
    ours = Weibull(shape, scale)
    parameters = {"weibull_shape": shape, "weibull_scale": scale}
    assert_same_inflow_driven(is_met, ours, flodym.WeibullLifetime, parameters, moment, inflow)


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(inflow=amounts, mean=in_range(0.5, 40), sd=in_range(0.2, 20))
def test_that_lognormal_lifetimes_agree_with_flodym(
    is_met: IsMet, moment: Moment, inflow: FloatArray, mean: FloatArray, sd: FloatArray
) -> None:
    ours = Lognormal.from_mean_and_sd(mean, sd)
    assert_same_inflow_driven(
        is_met, ours, flodym.LogNormalLifetime, {"mean": mean, "std": sd}, moment, inflow
    )


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(inflow=amounts, mean=in_range(0.5, 40), sd=in_range(0.2, 20))
def test_that_normal_lifetimes_agree_with_flodym(
    is_met: IsMet, moment: Moment, inflow: FloatArray, mean: FloatArray, sd: FloatArray
) -> None:
    assert_same_inflow_driven(
        is_met, Normal(mean, sd), flodym.NormalLifetime, {"mean": mean, "std": sd}, moment, inflow
    )


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(inflow=amounts, mean=in_range(0.5, 40), sd=in_range(0.2, 20))
def test_that_folded_normal_lifetimes_agree_with_flodym(
    is_met: IsMet, moment: Moment, inflow: FloatArray, mean: FloatArray, sd: FloatArray
) -> None:
    parameters = {"mean": mean, "std": sd}
    assert_same_inflow_driven(
        is_met, FoldedNormal(mean, sd), flodym.FoldedNormalLifetime, parameters, moment, inflow
    )


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(inflow=amounts, length=in_range(0, 30))
def test_that_fixed_lifetimes_agree_with_flodym(
    is_met: IsMet, moment: Moment, inflow: FloatArray, length: FloatArray
) -> None:
    assert_same_inflow_driven(is_met, Fixed(length), flodym.FixedLifetime, {"mean": length}, moment, inflow)


@pytest.mark.parametrize("moment", MOMENTS)
@settings(deadline=None, max_examples=30)
@given(stock=amounts, shape=in_range(1, 4), scale=in_range(6, 40))
def test_that_stock_driven_runs_agree_with_flodym_down_to_their_negative_inflows(
    is_met: IsMet, moment: Moment, stock: FloatArray, shape: FloatArray, scale: FloatArray
) -> None:
    survival = survival_by_cohort(Weibull(shape, scale), YEARS, moment)
    ours = compute_stock_driven(stock, survival, "negative_inflow")
    parameters = {"weibull_shape": shape, "weibull_scale": scale}
    peer = Peer(flodym.WeibullLifetime, moment).stock_driven(parameters, stock)
    pairs = (ours.inflow, peer.inflow.values), (ours.outflow, peer.outflow.values)
    assert_same(is_met, *pairs, slack=1e-8)
