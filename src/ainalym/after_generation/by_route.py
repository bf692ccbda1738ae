"""What each route gives back and loses: e-waste can be followed from its route to its last fraction."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ainalym.after_generation.block import Generated, Outcome
from ainalym.after_generation.conditions import Conditions, Uncertain, read_picking
from ainalym.core.arrays import label_array
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.routing import TreatedShares, sum_fates
from ainalym.packages.end_of_life import FORMAL, EndOfLife


def follow_routes(
    known: EndOfLife,
    uncertain: Uncertain,
    conditions: Conditions,
    generated: Generated,
    outcome: Outcome,
    years: FloatArray,
) -> list[xr.DataArray]:
    """Follow the materials on each route alone, in one draw.

    Parameters
    ----------
    known
        Tables of the country.
    uncertain, conditions
        What decides the outcome.
    generated
        What was generated, of one draw.
    outcome
        What became of it.
    years
        Labels. Shape (year,).

    Returns
    -------
    list of xarray.DataArray
        ``material_recovered_by_route`` and ``material_lost_by_route``, dims (year, material, route), t/yr.

    Notes
    -----
    All maps are linear in the shares of the routes, so that the routes sum to the whole.
    """
    picked = read_picking(uncertain, conditions)
    found = [
        sum_fates(generated.embedded, shares, outcome.efficiency, picked, known.places)
        for shares in (_keep_route(known, outcome, route) for route in known.routes)
    ]
    axes: dict[str, list[str] | np.ndarray] = {
        "year": years,
        "material": list(known.materials),
        "route": list(known.routes),
    }

    def label(name: str, parts: list[FloatArray]) -> xr.DataArray:
        return label_array(name, np.stack([part[..., 0].T for part in parts], axis=-1), axes)

    return [
        label("material_recovered_by_route", [sums.recovered for sums in found]),
        label("material_lost_by_route", [sums.lost for sums in found]),
    ]


def _keep_route(known: EndOfLife, outcome: Outcome, route: str) -> TreatedShares:
    """Give the shares of one route alone; without a treatment it neither recovers nor loses anything."""
    shares = outcome.treated
    treated = np.zeros_like(shares.treated)
    none = np.zeros_like(shares.reused)
    if route == FORMAL:
        places = list(known.places.formal)
        treated[places] = shares.treated[places]
    elif route in known.undocumented:
        position = known.undocumented.index(route)
        if known.route_treatment[position] >= 0:
            treated[known.route_treatment[position]] = outcome.routes.undocumented[position]
    return TreatedShares(treated, none, none, none)
