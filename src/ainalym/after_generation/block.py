"""What becomes of e-waste in every draw of a block; a block of one draw is the central run.

Arrays are ordered (..., category, year, draw).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.after_generation.conditions import (
    Conditions,
    Uncertain,
    raise_efficiency,
    read_picking,
    share_conditions,
)
from ainalym.core.units import KG_PER_TONNE
from ainalym.kernels.accounts import (
    NationalAccount,
    UnitCosts,
    WorldFrame,
    compute_national_account,
    compute_world_frame,
    transfer_harm,
)
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.routing import (
    Fates,
    Picking,
    RouteShares,
    TreatedShares,
    compute_balance_error,
    follow_materials,
)
from ainalym.packages.end_of_life import BOUNDARIES, EVERY, EndOfLife

LIFE_CYCLE = BOUNDARIES.index("life_cycle")
"""Boundary whose emissions are valued: the one in which the world monitor counts."""


@dataclass(frozen=True, eq=False)
class Generated:
    """What was generated, and the surroundings in which it is treated.

    Attributes
    ----------
    ewaste, market
        Shape (category, year, draw), t/yr.
    embedded
        Shape (material, category, year, draw), t/yr.
    gases
        Refrigerants and foam gases contained. Shape (category, year, draw), t CO2e/yr.
    substances
        Hazardous substances contained. Shape (substance, category, year, draw), t/yr.
    income
        In the year in which harm was valued. Shape (1, draw), int$/person.
    price
        Shape (material, draw), USD/t.
    """

    ewaste: FloatArray
    market: FloatArray
    embedded: FloatArray
    gases: FloatArray
    substances: FloatArray
    income: FloatArray
    price: FloatArray


@dataclass(frozen=True, eq=False)
class Outcome:
    """What becomes of e-waste.

    Attributes
    ----------
    routes, treated
        Shares of the e-waste generated.
    efficiency
        Of recovery. Shape (treatment, material, year or 1, draw).
    fates
        Of the materials. Shape (material, category, year, draw), t/yr.
    recovered_formally
        Of what is recovered, that by formal treatment. Same shape.
    recoverable
        What the best formal treatment of all e-waste would recover. Same shape.
    collected
        Formal collection. Shape (category, year, draw), t/yr.
    recycled, burnt
        Of it, entering recycling, and burnt for energy. Same shape.
    value
        Of all recovered materials at their price, before charges. Shape (material, year, draw), USD/yr.
    emissions
        Avoided by materials from any route. Shape (boundary, year, draw), t CO2e/yr.
    emissions_formal
        The part of formal treatment. Same shape.
    gases_captured, gases_released
        Shape (year, draw), t CO2e/yr.
    managed, unmanaged
        Substances in formally treated e-waste, and in what is scrapped, taken apart informally or landfilled.
        Shape (substance, year, draw), t/yr.
    account, frame
        Money.
    fee
        Full-cost fee. Shape (category, year, draw), USD/t placed on market.
    mass_error
        Largest relative error of the balance of materials. Shape (draw,).
    """

    routes: RouteShares
    treated: TreatedShares
    efficiency: FloatArray
    fates: Fates
    recovered_formally: FloatArray
    recoverable: FloatArray
    collected: FloatArray
    recycled: FloatArray
    burnt: FloatArray
    value: FloatArray
    emissions: FloatArray
    emissions_formal: FloatArray
    gases_captured: FloatArray
    gases_released: FloatArray
    managed: FloatArray
    unmanaged: FloatArray
    account: NationalAccount
    frame: WorldFrame
    fee: FloatArray
    mass_error: FloatArray


def compute_outcome(
    known: EndOfLife,
    uncertain: Uncertain,
    conditions: Conditions,
    generated: Generated,
    additive: FloatArray,
    urban_share: float,
) -> Outcome:
    """Compute what becomes of e-waste in every draw.

    Parameters
    ----------
    known
        Tables of the country.
    uncertain
        Numbers that no lever moves.
    conditions
        By lever.
    generated
        What was generated.
    additive
        1 for materials that are part of the mass of e-waste, 0 for those on top. Shape (material,).
    urban_share
        Share of the served population that lives in towns.

    Returns
    -------
    Outcome
        Every array of its own.

    Raises
    ------
    InputError
        [EOL-001] to [EOL-003] if the shares of routes are not possible.
    """
    routes, treated = share_conditions(known, conditions)
    efficiency = raise_efficiency(known, uncertain, conditions)
    picked = read_picking(uncertain, conditions)
    fates, formal = follow_materials(generated.embedded, treated, efficiency, picked, known.places)
    best = efficiency[list(known.places.formal)].max(axis=0)
    collected = generated.ewaste * routes.formal
    recycled, burnt = _count_recycled(known, conditions, generated, treated, efficiency, picked, additive)
    emissions, emissions_formal = (
        np.einsum("mgyd,bmd->byd", back, uncertain.emission_factors) for back in (fates.recovered, formal)
    )
    gases = generated.gases * uncertain.gas_left
    captured = (gases * routes.formal).sum(axis=0) * conditions["refrigerant_recovery"][0]
    released = (gases * (1.0 - routes.reused - routes.held)).sum(axis=0) - captured
    price = conditions["price"] * generated.price[:, np.newaxis, :]
    value = fates.recovered.sum(axis=1) * price
    undocumented = treated.treated.sum(axis=0) - routes.formal
    avoided = (emissions[LIFE_CYCLE] + captured, emissions_formal[LIFE_CYCLE] + captured)
    costs = _read_costs(known, uncertain, conditions, generated.income, urban_share)
    lost = np.maximum(collected - np.einsum("mgyd,m->gyd", formal, additive), 0.0)
    revenue = np.einsum("mgyd,myd->gyd", formal, price * _read_payable(known, uncertain))
    account = compute_national_account(collected, lost, revenue, avoided[1], costs)
    frame = compute_world_frame(
        value.sum(axis=0),
        avoided[0] * costs.carbon,
        account.paid.sum(axis=0),
        (generated.ewaste * undocumented).sum(axis=0) * costs.harm,
    )
    content = generated.substances * uncertain.hazard_content
    return Outcome(
        routes=routes,
        treated=treated,
        efficiency=efficiency,
        fates=fates,
        recovered_formally=formal,
        recoverable=generated.embedded * best[:, np.newaxis],
        collected=collected,
        recycled=recycled,
        burnt=burnt,
        value=value,
        emissions=emissions,
        emissions_formal=emissions_formal,
        gases_captured=captured,
        gases_released=released,
        managed=(content * routes.formal).sum(axis=1),
        unmanaged=(content * undocumented).sum(axis=1),
        account=account,
        frame=frame,
        fee=_compute_fee(account, generated.market, uncertain),
        mass_error=compute_balance_error(generated.embedded, fates),
    )


def _count_recycled(
    known: EndOfLife,
    conditions: Conditions,
    generated: Generated,
    treated: TreatedShares,
    efficiency: FloatArray,
    picked: Picking,
    additive: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Count what enters recycling, refining losses still in it, and what is burnt of the plastics left."""
    recycled = np.zeros(generated.ewaste.shape)
    burnt = np.zeros(generated.ewaste.shape)
    for place in known.places.formal:
        for material in np.flatnonzero(additive):
            entering = efficiency[place, material] / known.refining_yield[place, material]
            delivered = (
                generated.embedded[material] * treated.treated[place] * (1.0 - picked.formal[material])
            )
            recycled += delivered * entering
            if known.materials[material] == "plastics":
                burnt += delivered * (1.0 - entering) * conditions["energy_recovery"][0]
    return recycled, burnt


def _read_payable(known: EndOfLife, uncertain: Uncertain) -> FloatArray:
    """Read the share of its price that is paid for each material. Shape (material, 1, draw)."""
    return np.stack([uncertain.economics["payable", name] for name in known.materials])[:, np.newaxis, :]


def _read_costs(
    known: EndOfLife,
    uncertain: Uncertain,
    conditions: Conditions,
    income: FloatArray,
    urban_share: float,
) -> UnitCosts:
    numbers = uncertain.economics
    collection = (
        urban_share * numbers["collection_cost", "urban"]
        + (1.0 - urban_share) * (numbers["collection_cost", "rural"])
    )
    treatment = np.stack([numbers["treatment_cost", name] for name in known.categories])
    return UnitCosts(
        collection=conditions["collection_cost"] * collection,
        treatment=conditions["treatment_cost"] * treatment[:, np.newaxis, :],
        administration=numbers["administration_cost", EVERY],
        residue=numbers["residue_cost", EVERY],
        harm=transfer_harm(
            numbers["externality", EVERY] * KG_PER_TONNE,
            income,
            numbers["world_income", EVERY],
            numbers["externality_elasticity", EVERY],
        ),
        carbon=numbers["carbon_value", EVERY],
    )


def _compute_fee(account: NationalAccount, market: FloatArray, uncertain: Uncertain) -> FloatArray:
    """Compute the fee that pays the net cost, its reserve included."""
    paid = np.maximum(account.net_cost, 0.0) * (1.0 + uncertain.economics["fee_reserve", EVERY])
    return np.divide(paid, market, out=np.zeros_like(paid), where=market > 0)
