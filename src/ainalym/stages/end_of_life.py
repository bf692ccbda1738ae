"""Where e-waste goes: routes by product and region, treatments, fates of its materials, with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from ainalym.core.arrays import label_array
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.routing import Fates, RouteShares, TreatedShares, spread_by_coverage

FATES = (
    "recovered",
    "lost_in_treatment",
    "lost_to_picking",
    "disposed",
    "reused",
    "exported",
    "held",
)
"""Names of the fates of a material, in the order in which they are shown."""

HIGHEST_COVERAGE = 2.0
"""Most that a region's coverage may be over the mean, so that no share leaves [0, 1]."""


class RouteNames(NamedTuple):
    """Labels of the routes.

    Attributes
    ----------
    shown
        Every route in the order in which it is shown.
    formal, reused, held
        Names of the three that are decided first.
    undocumented
        The others, in the order of their arrays.
    """

    shown: tuple[str, ...]
    formal: str
    reused: str
    held: str
    undocumented: tuple[str, ...]


def label_route_shares(
    shares: RouteShares, names: RouteNames, categories: Sequence[str], years: Sequence[int] | np.ndarray
) -> xr.DataArray:
    """Put labels on the shares of the routes.

    Parameters
    ----------
    shares
        Of one draw.
    names
        Labels of the routes.
    categories, years
        Labels of the other axes.

    Returns
    -------
    xarray.DataArray
        Dims (year, category, route), 1, summing to one over routes.
    """
    known: Mapping[str, FloatArray] = {
        names.formal: shares.formal,
        names.reused: shares.reused,
        names.held: shares.held,
        **dict(zip(names.undocumented, shares.undocumented, strict=True)),
    }
    values = np.stack([known[name][..., 0].T for name in names.shown], axis=-1)
    return label_array(
        "route_share", values, {"year": years, "category": categories, "route": list(names.shown)}
    )


def route_ewaste(ewaste: xr.DataArray, share: xr.DataArray, category: Sequence[str]) -> xr.DataArray:
    """Send the e-waste of every product on its routes.

    Parameters
    ----------
    ewaste
        Dims (year, product), t/yr.
    share
        Dims (year, category, route), 1.
    category
        Category of each product.

    Returns
    -------
    xarray.DataArray
        Dims (year, product, route), t/yr.
    """
    by_product = share.sel(category=list(category)).values
    values = ewaste.values[..., np.newaxis] * by_product
    return label_array(
        "ewaste_routed",
        values,
        {"year": ewaste["year"].values, "product": ewaste["product"].values, "route": share["route"].values},
    )


def route_regions(
    by_region: xr.DataArray, share: xr.DataArray, formal: str, coverage: FloatArray
) -> xr.DataArray:
    """Send the e-waste of every region on its routes: more is collected where more people are served.

    Parameters
    ----------
    by_region
        Dims (year, region, category), t/yr.
    share
        Dims (year, category, route), 1, of the nation.
    formal
        Name of formal collection.
    coverage
        Share of people in each region whose waste is collected. Shape (region,).

    Returns
    -------
    xarray.DataArray
        Dims (year, region, route), t/yr; over the regions the routes of the nation, and over the routes the
        e-waste of the region.
    """
    mass = by_region.values
    total = mass.sum(axis=1, keepdims=True)
    mean = np.divide(
        (mass * coverage[:, np.newaxis]).sum(axis=1, keepdims=True),
        total,
        out=np.ones_like(total),
        where=total > 0,
    )
    over_mean = np.minimum(coverage[:, np.newaxis] / mean, HIGHEST_COVERAGE)
    routes = [str(name) for name in share["route"].values]
    place = routes.index(formal)
    nation = share.values[:, np.newaxis]
    collected = spread_by_coverage(nation[..., place], over_mean)
    others = np.delete(nation, place, axis=-1)
    rest = 1.0 - nation[..., place]
    scale = np.divide(1.0 - collected, rest, out=np.zeros_like(collected), where=rest > 0)
    values = np.insert(others * scale[..., np.newaxis], place, collected, axis=-1)
    routed = (values * mass[..., np.newaxis]).sum(axis=2)
    return label_array(
        "ewaste_routed_by_region",
        routed,
        {"year": by_region["year"].values, "region": by_region["region"].values, "route": routes},
    )


def label_treated(
    ewaste: FloatArray,
    treated: TreatedShares,
    treatments: Sequence[str],
    categories: Sequence[str],
    years: Sequence[int] | np.ndarray,
) -> xr.DataArray:
    """Put labels on the mass that reaches each treatment.

    Parameters
    ----------
    ewaste
        Shape (category, year, 1), t/yr.
    treated
        Shares of one draw.
    treatments, categories, years
        Labels.

    Returns
    -------
    xarray.DataArray
        Dims (year, category, treatment), t/yr.
    """
    values = (treated.treated * ewaste)[..., 0].transpose(2, 1, 0)
    labels = {"year": years, "category": categories, "treatment": treatments}
    return label_array("ewaste_treated", values, labels)


def label_fates(fates: Fates, materials: Sequence[str], years: Sequence[int] | np.ndarray) -> xr.DataArray:
    """Sum the fates of every material over all e-waste and put labels on them.

    Parameters
    ----------
    fates
        Of one draw.
    materials, years
        Labels.

    Returns
    -------
    xarray.DataArray
        Dims (year, material, fate), t/yr.
    """
    values = np.stack([getattr(fates, name).sum(axis=1)[..., 0].T for name in FATES], axis=-1)
    return label_array("material_by_fate", values, {"year": years, "material": materials, "fate": FATES})
