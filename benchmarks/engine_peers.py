"""The peers of the cohort engine, given the same inputs: flodym in its fastest public ways, and ODYM."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.lifetime import Weibull

Kind = Literal["inflow-driven", "stock-driven"]
DRAWS_AT_ONCE = 16
"""Draws that flodym takes as a dimension of their own; it is no faster per draw with more."""


class FlodymPeer:
    """flodym's models with our inputs, at its own default moment, the middle of the year.

    Everything that stays the same is made before the clock starts; a run sets the lifetimes and computes.
    """

    def __init__(self, years: int, products: int) -> None:
        self.flodym = importlib.import_module("flodym")
        self.shape = years, products

    def prepare_run(self, kind: Kind, lifetime: Weibull, given: FloatArray) -> Callable[[], FloatArray]:
        """Make a run of one draw ready: a model of its own, made once and given new lifetimes."""
        shapes, scales = (np.broadcast_to(part, self.shape) for part in (lifetime.shape, lifetime.scale))
        return self._prepare(kind, self.shape, (shapes, scales), given)

    def prepare_draws(
        self, kind: Kind, lifetime: Weibull, given: FloatArray, factors: tuple[FloatArray, FloatArray]
    ) -> Callable[[], FloatArray]:
        """Make a run of some draws ready, which are a dimension of the model. Factors (draw, product)."""
        years, products = self.shape
        shape = years, len(factors[0]), products
        shapes, scales = (
            np.broadcast_to(np.broadcast_to(part, self.shape)[:, None] * factor, shape)
            for part, factor in zip((lifetime.shape, lifetime.scale), factors, strict=True)
        )
        return self._prepare(kind, shape, (shapes, scales), given[:, None])

    def _prepare(
        self,
        kind: Kind,
        shape: tuple[int, ...],
        parameters: tuple[FloatArray, FloatArray],
        given: FloatArray,
    ) -> Callable[[], FloatArray]:
        axes = ("time", "product") if len(shape) == 2 else ("time", "draw", "product")
        dims = self.flodym.DimensionSet(
            dim_list=[
                self.flodym.Dimension(letter=name[0], name=name, dtype=int, items=list(range(size)))
                for name, size in zip(axes, shape, strict=True)
            ]
        )
        curve: Any = self.flodym.WeibullLifetime(
            dims=dims, inflow_at="middle", weibull_shape=parameters[0], weibull_scale=parameters[1]
        )
        from_stock = kind == "stock-driven"
        model = self.flodym.StockDrivenDSM if from_stock else self.flodym.InflowDrivenDSM
        stock = model(dims=dims, lifetime_model=curve, time_letter="t")
        (stock.stock if from_stock else stock.inflow).values[...] = given

        def run() -> FloatArray:
            curve.weibull_shape, curve.weibull_scale = parameters
            stock.compute()
            return np.asarray(stock.outflow.values)

        return run


def prepare_odym(lifetime: Weibull, inflow: FloatArray) -> Callable[[], None] | None:
    """Make a run of ODYM ready, product by product as it works; None where the user has no ODYM."""
    try:
        module = importlib.import_module("odym.dynamic_stock_model")
    except ImportError:
        try:
            module = importlib.import_module("dynamic_stock_model")
        except ImportError:
            return None
    years, products = inflow.shape

    def act() -> None:
        for product in range(products):
            given = {
                "Type": "Weibull",
                "Shape": np.full(years, lifetime.shape[product]),
                "Scale": np.full(years, lifetime.scale[product]),
            }
            model = module.DynamicStockModel(t=np.arange(years), i=inflow[:, product].copy(), lt=given)
            model.compute_s_c_inflow_driven()
            model.compute_o_c_from_s_c()
            model.compute_stock_total()
            model.compute_outflow_total()

    return act
