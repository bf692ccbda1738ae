"""Lets what was learned from evidence enter the central path."""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr

from ainalym.core.arrays import describe_array
from ainalym.stages.placed_on_market import Market


class Learned(NamedTuple):
    """Factors by which the central path differs after learning from evidence.

    Attributes
    ----------
    mass, pieces
        Of placed on market. Dims (year, product), 1, each 0 or more.
    lifetime
        Of shape and scale. Dims (parameter, product), 1, above 0.
    """

    mass: xr.DataArray
    pieces: xr.DataArray
    lifetime: xr.DataArray


def enter_learned(market: Market, lifetime: xr.DataArray, learned: Learned) -> tuple[Market, xr.DataArray]:
    """Move market and lifetimes to what was learned.

    Parameters
    ----------
    market
        Before learning.
    lifetime
        Weibull lifetimes before learning. Dims (parameter, product).
    learned
        Factors, with the same labels.

    Returns
    -------
    tuple of Market and xarray.DataArray
        New arrays; the origin of a value stays what it was.
    """
    mass, pieces = market.mass * learned.mass, market.pieces * learned.pieces
    moved = Market(
        describe_array(mass, "placed_on_market"),
        describe_array(pieces, "placed_on_market_pieces"),
        market.origin,
    )
    return moved, lifetime * learned.lifetime
