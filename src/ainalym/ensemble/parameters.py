"""Draws of everything that is uncertain, as bare arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtr

from ainalym.core.streams import (
    Streams,
    correlate_products,
    correlate_years,
    to_lognormal,
    to_triangular,
    to_truncated,
    to_uniform,
)
from ainalym.ensemble.end_of_life import draw_probabilities
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.ownership import shift_curves, shift_switches
from ainalym.ensemble.uncertainty import Spread
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.kernels.technology import Switches

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "lifetimes": ("shape", "scale"),
    "market_level": ("market_level",),
    "market_years": ("market_error",),
    "market_drift": ("market_drift", "drift_spread"),
    "unit_weights": ("unit_weight",),
    "elasticities": ("elasticity", "total_elasticity"),
    "saturation": ("ownership_curves",),
    "switches": ("switches",),
    "population": ("population",),
    "income": ("income",),
    "photovoltaics": ("capacity",),
    "composition": ("composition",),
    "prices": ("price",),
}
"""Families of inputs and the fields of :class:`ParameterDraws` of each, as sensitivity groups them."""

SOBOL_PLACES: Mapping[str, int] = {
    "population_path": 0,
    "income_path": 1,
    "photovoltaic_path": 2,
    "total_elasticity": 3,
    "market_level": 10,
    "lifetime_scale": 80,
    "lifetime_shape": 150,
    "unit_weight": 220,
    "income_elasticity": 290,
    "saturation_curve": 345,
    "switch_speed": 405,
    "switch_date": 460,
    "phase_out": 515,
    "switch_remaining": 570,
}
"""First Sobol dimension of each stream: a new stream takes a free place and leaves the others alone.

Errors by year and compositions have thousands of numbers, each of little weight: they stay plain."""

BLOCK_YEARS = 5
"""Years of price history that are drawn together, so that a business cycle stays whole."""


class Normals(Protocol):
    """Standard normal numbers of named streams, for draws in a row."""

    @property
    def count(self) -> int:
        """Number of draws."""

    def normal(self, stream: str, size: int) -> FloatArray:
        """Give standard normal numbers of a stream, shape (draw, size)."""


@dataclass(frozen=True)
class Scores:
    """Standard normal numbers of the named streams, for draws in a row.

    Parameters
    ----------
    streams
        The random streams of the run.
    first
        First draw.
    count
        Number of draws.
    """

    streams: Streams
    first: int
    count: int

    def normal(self, stream: str, size: int) -> FloatArray:
        """Give standard normal numbers of a stream, shape (draw, size)."""
        return self.streams.normal(stream, self.first, self.first + self.count, size)


@dataclass(frozen=True)
class ParameterDraws:
    """One block of draws of all uncertain inputs.

    Attributes
    ----------
    population, income
        Persons, int$2011/person. Shape (draw, year).
    elasticity
        Shape (draw, product), each 0 or more.
    total_elasticity
        Shape (draw,), each 0 or more.
    market_level, unit_weight
        Factors. Shape (draw, product).
    market_error
        Factors. Shape (product, year, draw).
    market_drift
        Standard normal numbers: which way a market drifts after history. Shape (draw, product).
    drift_spread
        Spread of the logarithm that the drift comes to, 0 or more.
    shape, scale
        Weibull lifetime, 1 and yr. Shape (draw, product).
    composition
        Mass fractions, additive ones summing to one. Shape (draw, product, material).
    price
        USD/t. Shape (draw, material).
    capacity
        Photovoltaics, MW. Shape (draw, year), None where the country has no figures.
    ownership_curves
        Parameters of shape (draw, demand group), None where no product follows ownership.
    switches
        Of shape (draw, product that follows ownership), None where there is none.
    probabilities
        Where in its range every number after generation lies, by stream. Shape (size, draw).
    """

    population: FloatArray
    income: FloatArray
    elasticity: FloatArray
    total_elasticity: FloatArray
    market_level: FloatArray
    unit_weight: FloatArray
    market_error: FloatArray
    market_drift: FloatArray
    drift_spread: float
    shape: FloatArray
    scale: FloatArray
    composition: FloatArray
    price: FloatArray
    capacity: FloatArray | None
    ownership_curves: CurveSet | None
    switches: Switches | None
    probabilities: Mapping[str, FloatArray]

    @property
    def count(self) -> int:
        """Number of draws."""
        return int(self.population.shape[0])


def draw_parameters(model: Model, scores: Normals) -> ParameterDraws:
    """Draw all uncertain inputs of a block.

    Parameters
    ----------
    model
        The model.
    scores
        Standard normal numbers of the streams.

    Returns
    -------
    ParameterDraws
        Bare arrays, one row per draw.
    """
    spreads, products = model.spreads, len(model.products)

    def by_product(quantity: str, row: Spread, width: FloatArray | float) -> FloatArray:
        raw = correlate_products(scores.normal(quantity, products), row.between_products)
        return to_factor(row, raw, width)

    def for_all(quantity: str) -> FloatArray:
        row = spreads[quantity, "all"]
        return by_product(quantity, row, row.spread)

    population = model.population_band.shift(_draw_one(scores, "population_path"))
    income = model.income_band.shift(_draw_one(scores, "income_path"))
    elasticity, total = _draw_elasticities(model, scores)
    return ParameterDraws(
        population=model.population * np.exp(population),
        income=model.income * np.exp(income),
        elasticity=elasticity,
        total_elasticity=total,
        market_level=by_product(
            "market_level", spreads["market_level", model.products[0]], model.market_spread
        ),
        unit_weight=for_all("unit_weight"),
        market_error=_draw_market_errors(model, scores),
        market_drift=_draw_drift(model, scores),
        drift_spread=spreads["market_drift", "all"].spread,
        shape=model.shape * for_all("lifetime_shape"),
        scale=model.scale * for_all("lifetime_scale"),
        composition=_draw_compositions(model, scores),
        price=_draw_prices(model, scores),
        capacity=_draw_capacity(model, scores),
        ownership_curves=_draw_curves(model, scores),
        switches=_draw_switches(model, scores),
        probabilities=_draw_probabilities(model, scores),
    )


def to_factor(row: Spread, scores: FloatArray, width: FloatArray | float) -> FloatArray:
    """Turn normal scores into factors by the distribution of a row.

    Parameters
    ----------
    row
        Row of the table, with a distribution of a factor.
    scores
        Standard normal numbers. Any shape.
    width
        Spread in the unit of the row. A shape that broadcasts.

    Returns
    -------
    FloatArray
        Factors of 0 or more with mean 1. Same shape.
    """
    transforms = {"lognormal": to_lognormal, "uniform": to_uniform, "triangular": to_triangular}
    return transforms[row.distribution](scores, width)


def _draw_one(scores: Normals, stream: str) -> FloatArray:
    return scores.normal(stream, 1)[:, 0]


def _draw_elasticities(model: Model, scores: Normals) -> tuple[FloatArray, FloatArray]:
    row = model.spreads["income_elasticity", "all"]
    raw = correlate_products(scores.normal("income_elasticity", len(model.products)), row.between_products)
    error = model.elasticity_error * row.spread
    # Cut off on both sides alike, so that none is negative and the centre stays the table value.
    limit = np.divide(model.elasticity, error, out=np.zeros_like(error), where=error > 0.0)
    elasticity = model.elasticity + error * to_truncated(raw, limit)
    total_error = model.total_elasticity_error * row.spread
    total_limit = model.total_elasticity / total_error if total_error > 0.0 else 0.0
    shift = to_truncated(_draw_one(scores, "total_elasticity"), total_limit)
    return elasticity, np.asarray(model.total_elasticity + total_error * shift)


def _draw_market_errors(model: Model, scores: Normals) -> FloatArray:
    row = model.spreads["market_error", "all"]
    years, products = len(model.years), len(model.products)
    raw = scores.normal("market_error", products * years)
    by_product = np.ascontiguousarray(raw.T).reshape(products, years, scores.count)
    if row.between_products:
        for year in range(years):
            by_product[:, year] = correlate_products(by_product[:, year].T, row.between_products).T
    correlate_years(by_product.swapaxes(0, 1), row.between_years)
    return to_factor(row, by_product, row.spread)


def _draw_drift(model: Model, scores: Normals) -> FloatArray:
    row = model.spreads["market_drift", "all"]
    return correlate_products(scores.normal("market_drift", len(model.products)), row.between_products)


def _draw_compositions(model: Model, scores: Normals) -> FloatArray:
    shape = (scores.count, *model.composition.shape)
    raw = scores.normal("composition", shape[1] * shape[2]).reshape(shape)
    row = model.spreads["composition", "additive_A"]
    drawn = model.composition * to_factor(
        row, correlate_products(raw, row.between_products), model.composition_spread
    )
    total = np.zeros(shape[:2])
    for material in np.flatnonzero(model.additive):
        total += drawn[..., material]
    drawn[..., model.additive] /= total[..., np.newaxis]
    return np.asarray(drawn)


def _draw_prices(model: Model, scores: Normals) -> FloatArray:
    row = model.spreads["price", "all"]
    if row.distribution == "resampled_history":
        shift = _resample(model.price_changes, scores, round(row.spread / BLOCK_YEARS))
        factor = np.exp(shift)
    else:
        raw = np.repeat(scores.normal("price_history", 1), len(model.materials), axis=1)
        factor = to_factor(row, raw, row.spread)
    own = scores.normal("price", len(model.materials))
    for place, material in enumerate(model.materials):
        if ("price", material) in model.spreads:
            special = model.spreads["price", material]
            factor[:, place] = to_factor(special, own[:, place], special.spread)
    return np.asarray(model.price * factor)


def _resample(changes: FloatArray, scores: Normals, blocks: int) -> FloatArray:
    """Add up the changes of blocks of years drawn from history, which is closed to a ring."""
    years = len(changes)
    raw = scores.normal("price_history", max(blocks, 1))[:, :blocks]
    ring = np.concatenate([np.zeros((1, changes.shape[1])), np.cumsum(np.tile(changes, (2, 1)), axis=0)])
    start = np.minimum((ndtr(raw) * years).astype(np.intp), years - 1)
    total = np.zeros((scores.count, changes.shape[1]))
    for block in range(blocks):
        total += ring[start[:, block] + BLOCK_YEARS] - ring[start[:, block]]
    return total


def _draw_probabilities(model: Model, scores: Normals) -> Mapping[str, FloatArray]:
    if model.end_of_life is None:
        return {}
    return draw_probabilities(model.end_of_life, scores.normal)


def _draw_capacity(model: Model, scores: Normals) -> FloatArray | None:
    panels = model.photovoltaics
    if panels is None:
        return None
    drawn = panels.capacity + panels.band.shift(_draw_one(scores, "photovoltaic_path"))
    return np.maximum(drawn, 0.0)


def _draw_curves(model: Model, scores: Normals) -> CurveSet | None:
    """Draw the curves of ownership: one set of scores moves level, rate and midpoint of a group together."""
    ownership = model.ownership
    if ownership is None:
        return None
    row = model.spreads["saturation_curve", "all"]
    raw = scores.normal("saturation_curve", 3 * ownership.group_count)
    by_group = correlate_products(raw.reshape(scores.count, -1, 3), row.between_products)
    return shift_curves(ownership, by_group, row.spread)


def _draw_switches(model: Model, scores: Normals) -> Switches | None:
    """Draw speed, date, end of trade and remaining share of every switch."""
    ownership = model.ownership
    if ownership is None:
        return None

    def draw(quantity: str) -> tuple[Spread, FloatArray]:
        row = model.spreads[quantity, "all"]
        return row, correlate_products(scores.normal(quantity, len(model.products)), row.between_products)

    (speed_row, speed), (kept_row, remaining) = draw("switch_speed"), draw("switch_remaining")
    (date_row, date), (ban_row, phase_out) = draw("switch_date"), draw("phase_out")
    return shift_switches(
        ownership,
        speed=to_factor(speed_row, speed, speed_row.spread),
        date=date * date_row.spread,
        phase_out=phase_out * ban_row.spread,
        remaining=to_factor(kept_row, remaining, kept_row.spread),
    )
