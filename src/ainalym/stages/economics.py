"""Money with labels: the account of the formal system, the frame of the world monitor, fees of producers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ainalym.core.arrays import label_array
from ainalym.kernels.accounts import NationalAccount, WorldFrame
from ainalym.kernels.boundary import FloatArray

FORMAL_ITEMS = (
    "revenue",
    "carbon",
    "avoided_harm",
    "collection",
    "treatment",
    "residues",
    "administration",
    "net_benefit",
)
"""Items of the account of the formal system; the last is the sum of the others."""

WORLD_ITEMS = ("materials", "carbon_all", "treatment_all", "harm", "net_value")
"""Items of the frame of the world monitor; the last is the sum of the others."""


def label_accounts(
    account: NationalAccount, frame: WorldFrame, years: Sequence[int] | np.ndarray
) -> list[xr.DataArray]:
    """Put both accounts of one draw into labelled arrays; costs are negative.

    Parameters
    ----------
    account
        Of the formal system.
    frame
        Of the world monitor.
    years
        Labels.

    Returns
    -------
    list of xarray.DataArray
        ``formal_account``, dims (year, item), and ``world_frame_account``, dims (year, world_item), USD/yr.
    """
    formal = (
        account.revenue.sum(axis=0),
        account.carbon,
        account.harm,
        -account.collection.sum(axis=0),
        -account.treatment.sum(axis=0),
        -account.residue.sum(axis=0),
        -account.administration.sum(axis=0),
        account.net,
    )
    world = (frame.materials, frame.carbon, -frame.treatment, -frame.harm, frame.net)
    return [
        _stack("formal_account", formal, years, "item", FORMAL_ITEMS),
        _stack("world_frame_account", world, years, "world_item", WORLD_ITEMS),
    ]


def _stack(
    name: str, parts: Sequence[FloatArray], years: Sequence[int] | np.ndarray, axis: str, items: Sequence[str]
) -> xr.DataArray:
    values = np.stack([part[:, 0] for part in parts], axis=-1)
    return label_array(name, values, {"year": years, axis: list(items)})


def label_fees(
    fee: FloatArray,
    market: xr.DataArray,
    pieces: xr.DataArray,
    categories: Sequence[str],
    category: Sequence[str],
) -> list[xr.DataArray]:
    """Put labels on the full-cost fee, by tonne and by piece.

    Parameters
    ----------
    fee
        Shape (category, year, 1), USD/t.
    market, pieces
        Placed on market. Dims (year, product), t/yr and piece/yr.
    categories
        Labels.
    category
        Category of each product.

    Returns
    -------
    list of xarray.DataArray
        ``epr_fee`` (year, category), USD/t, and ``epr_fee_per_piece`` (year, product), USD/piece.
    """
    years = market["year"].values
    by_category = fee[..., 0].T
    places = [list(categories).index(name) for name in category]
    weight = np.divide(
        market.values, pieces.values, out=np.zeros_like(market.values), where=pieces.values > 0
    )
    return [
        label_array("epr_fee", by_category, {"year": years, "category": list(categories)}),
        label_array(
            "epr_fee_per_piece",
            by_category[:, places] * weight,
            {"year": years, "product": market["product"].values},
        ),
    ]
