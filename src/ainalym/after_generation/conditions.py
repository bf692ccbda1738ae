"""What decides where e-waste goes and what comes back: one array per lever, by year and draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ranges import read_range
from ainalym.kernels.routing import Picking, RouteShares, TreatedShares, share_routes
from ainalym.packages.end_of_life import EndOfLife

Probabilities: TypeAlias = Callable[[str, int], FloatArray | None]
"""Gives, for the name of a stream and a size, probabilities of shape (size, draw); None for the centre."""

Conditions: TypeAlias = dict[str, FloatArray]
"""By lever. Shape (cell, year, draw); a cell is a category, a material, or the country."""

MOST_COLLECTED = 0.95
"""Highest share that published tonnes may be of the e-waste of a draw: more would be a stock release."""


def keep_centre(_stream: str, _size: int) -> None:
    """Give the central value of every range."""


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Numbers that no lever moves, at their central value or drawn.

    Attributes
    ----------
    efficiency
        Shape (treatment, material, draw).
    ceiling
        The best that a formal treatment is known to recover. Shape (material, draw).
    picked
        Shape (material, draw).
    emission_factors
        Shape (boundary, material, draw), t CO2e/t.
    economics
        By parameter and what it applies to. Shape (draw,).
    gas_left, hazard_content
        Factor on the central content of gases and of hazardous substances. Shape (draw,).
    """

    efficiency: FloatArray
    ceiling: FloatArray
    picked: FloatArray
    emission_factors: FloatArray
    economics: Mapping[tuple[str, str], FloatArray]
    gas_left: FloatArray
    hazard_content: FloatArray


def read_uncertain(known: EndOfLife, probabilities: Probabilities = keep_centre) -> Uncertain:
    """Read the numbers that no lever moves.

    Parameters
    ----------
    known
        Tables of the country.
    probabilities
        Where in its range each draw lies.

    Returns
    -------
    Uncertain
        With one draw, the central value, without probabilities.

    Notes
    -----
    One number per material places it in the ranges of all treatments: where a material is easily recovered it
    is so everywhere, and a formal treatment is never drawn below an informal one.
    """
    materials = len(known.materials)
    of_material = probabilities("recovery_efficiency", materials)
    efficiency = read_range(known.efficiency, None if of_material is None else of_material[np.newaxis])
    highest = np.asarray(known.efficiency.high)[list(known.places.formal)].max(axis=0)
    ceiling = np.maximum(highest[:, np.newaxis], efficiency[list(known.places.formal)].max(axis=0))
    one = probabilities("emission_factors", 1)
    factors = read_range(known.emission_factors, None if one is None else one[np.newaxis])
    names = sorted(known.economics)
    drawn = probabilities("economics", len(names))
    two = probabilities("contents", 2)
    return Uncertain(
        efficiency=efficiency,
        ceiling=ceiling,
        picked=read_range(known.picked, probabilities("cherry_picking", materials)),
        emission_factors=factors,
        economics={
            name: read_range(known.economics[name], None if drawn is None else drawn[place])
            for place, name in enumerate(names)
        },
        gas_left=read_range(known.gas_left, None if two is None else two[0]),
        hazard_content=read_range(known.hazard_content, None if two is None else two[1]),
    )


def prepare_conditions(
    known: EndOfLife,
    years: FloatArray,
    generated: FloatArray,
    published: Mapping[int, float],
    probabilities: Probabilities = keep_centre,
) -> Conditions:
    """Prepare the conditions of today, held into the future.

    Parameters
    ----------
    known
        Tables of the country.
    years
        Shape (year,).
    generated
        E-waste generated in all. Shape (year, draw), t/yr.
    published
        Documented collection by year, t/yr.
    probabilities
        Where in its range each draw lies.

    Returns
    -------
    dict of str to FloatArray
        By lever, each of shape (cell, year, draw) and its own to change.
    """
    shape = (len(years), generated.shape[1])
    categories, materials = len(known.categories), len(known.materials)

    def hold(values: FloatArray) -> FloatArray:
        return np.array(np.broadcast_to(values[:, np.newaxis, :], (len(values), *shape)))

    def fill(cells: int, value: float) -> FloatArray:
        return np.full((cells, *shape), value)

    conditions = {
        "collection": _prepare_collection(known, years, generated, published, probabilities),
        "reuse": hold(read_range(known.reused, probabilities("reuse", 1))),
        "hibernation": hold(read_range(known.held, probabilities("hibernation", 1))),
        "manual_dismantling": hold(read_range(known.mix, probabilities("manual_dismantling", 1))),
        "recovery": fill(materials, 0.0),
        "cherry_picking": fill(materials, 1.0),
        "price": fill(materials, 1.0),
        "refrigerant_recovery": fill(1, 0.0),
        "energy_recovery": fill(1, 0.0),
        "treatment_cost": fill(categories, 1.0),
        "collection_cost": fill(categories, 1.0),
        "fee_coverage": fill(1, 1.0),
    }
    drawn = probabilities("route_weights", len(known.undocumented))
    weights = read_range(known.weights, None if drawn is None else drawn[:, np.newaxis])
    weights = weights / weights.sum(axis=0)
    for place, route in enumerate(known.undocumented):
        conditions[route] = hold(weights[place])
    return conditions


def _prepare_collection(
    known: EndOfLife,
    years: FloatArray,
    generated: FloatArray,
    published: Mapping[int, float],
    probabilities: Probabilities,
) -> FloatArray:
    """Give the share collected: that of the published tonnes, between and after their years too.

    Before the first published year nothing was documented, and documented collection is what this route is.
    """
    level = read_range(known.formal, probabilities("collection", 1))
    shape = (len(known.categories), *generated.shape)
    at = [year for year in sorted(published) if year in years]
    if not known.formal_is_factor or not at:
        held = np.zeros_like(level) if known.formal_is_factor else level
        return np.array(np.broadcast_to(held[:, np.newaxis, :], shape))
    places = np.searchsorted(years, at)
    tonnes = np.array([published[year] for year in at])
    rates = tonnes[:, np.newaxis] / np.maximum(generated[places], np.finfo(float).tiny)
    share = np.zeros(generated.shape)
    for draw in range(generated.shape[1]):
        share[:, draw] = np.interp(years, at, rates[:, draw], left=0.0)
    return np.minimum(level[:, np.newaxis, :] * share, MOST_COLLECTED)


def share_conditions(known: EndOfLife, conditions: Conditions) -> tuple[RouteShares, TreatedShares]:
    """Turn conditions into shares of routes and of treatments.

    Parameters
    ----------
    known
        Tables of the country.
    conditions
        By lever.

    Returns
    -------
    tuple of RouteShares and TreatedShares
        By category, year and draw.

    Raises
    ------
    InputError
        [EOL-001] to [EOL-003] if the shares are not possible.
    """
    weights = np.stack([conditions[route] for route in known.undocumented])
    routes = share_routes(conditions["collection"], conditions["reuse"], conditions["hibernation"], weights)
    treated = np.zeros((len(known.treatments), *routes.formal.shape))
    first, others = known.places.formal[0], known.places.formal[1:]
    treated[first] = routes.formal * (conditions["manual_dismantling"] if others else 1.0)
    for place in others:
        treated[place] = (routes.formal - treated[first]) / len(others)
    exported = np.zeros(routes.formal.shape)
    for share, place in zip(routes.undocumented, known.route_treatment, strict=True):
        if place < 0:
            exported = exported + share
        else:
            treated[place] += share
    return routes, TreatedShares(treated, routes.reused, exported, routes.held)


def read_picking(uncertain: Uncertain, conditions: Conditions) -> Picking:
    """Read what is taken out of equipment before its treatment.

    Parameters
    ----------
    uncertain
        Of which the shares of today are read.
    conditions
        Of which the lever ``cherry_picking`` is read; it acts on what is formally collected.

    Returns
    -------
    Picking
        Shape (material, year or 1, draw).
    """
    today = uncertain.picked[:, np.newaxis, :]
    return Picking(conditions["cherry_picking"] * today, today)


def raise_efficiency(known: EndOfLife, uncertain: Uncertain, conditions: Conditions) -> FloatArray:
    """Close a part of the gap between each formal treatment and the best that is known.

    Parameters
    ----------
    known
        Tables of the country.
    uncertain
        Efficiencies.
    conditions
        Of which the lever ``recovery`` is read.

    Returns
    -------
    FloatArray
        Shape (treatment, material, year, draw); one year where nothing changes.
    """
    efficiency = uncertain.efficiency[:, :, np.newaxis, :]
    closed = conditions["recovery"]
    if not closed.any():
        return efficiency
    raised = np.array(np.broadcast_to(efficiency, (*efficiency.shape[:2], *closed.shape[1:])))
    for place in known.places.formal:
        gap = uncertain.ceiling[:, np.newaxis, :] - raised[place]
        raised[place] += closed * gap
    return raised
