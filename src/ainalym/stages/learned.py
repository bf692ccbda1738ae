"""Lets what was learned from evidence enter the central path."""

from __future__ import annotations

from typing import NamedTuple

import xarray as xr

from ainalym.core.arrays import describe_array


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


def enter_learned(
    mass: xr.DataArray, pieces: xr.DataArray, lifetime: xr.DataArray, learned: Learned
) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """Move market and lifetimes to what was learned.

    Parameters
    ----------
    mass, pieces
        Placed on market before learning. Dims (year, product), t/yr and piece/yr.
    lifetime
        Weibull lifetimes before learning. Dims (parameter, product), 1 and yr.
    learned
        Factors, with the same labels.

    Returns
    -------
    tuple of three xarray.DataArray
        Mass, pieces and lifetime as new arrays.
    """
    return (
        describe_array(mass * learned.mass, "placed_on_market"),
        describe_array(pieces * learned.pieces, "placed_on_market_pieces"),
        lifetime * learned.lifetime,
    )
