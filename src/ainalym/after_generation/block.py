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
    Picking,
    RouteShares,
    Sums,
    TreatedShares,
    compute_sum_error,
    sum_fates,
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
    sums
        Of the materials, over all categories.
    recoverable
        What the best formal treatment of all e-waste would recover. Shape (material, year, draw), t/yr.
    collected
        Formal collection. Shape (category, year, draw), t/yr.
    ewaste_unmanaged
        Scrapped, taken apart informally or landfilled. Same shape.
    recycled, burnt
        Of what is collected, entering recycling, and burnt for energy. Same shape.
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
    producers_pay, others_pay
        Of the net cost of the formal system. Shape (year, draw), USD/yr.
    mass_error
        Largest relative error of the balance of materials. Shape (draw,).
    """

    routes: RouteShares
    treated: TreatedShares
    efficiency: FloatArray
    sums: Sums
    recoverable: FloatArray
    collected: FloatArray
    ewaste_unmanaged: FloatArray
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
    producers_pay: FloatArray
    others_pay: FloatArray
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
    sums = sum_fates(generated.embedded, treated, efficiency, picked, known.places)
    best = efficiency[list(known.places.formal)].max(axis=0)
    collected = generated.ewaste * routes.formal
    unmanaged = treated.treated.sum(axis=0) - routes.formal
    emissions = np.einsum("myd,bmd->byd", sums.recovered, uncertain.emission_factors)
    emissions_formal = np.einsum("myd,bmd->byd", sums.formally, uncertain.emission_factors)
    captured, released = _follow_gases(uncertain, conditions, generated, routes)
    price = conditions["price"] * generated.price[:, np.newaxis, :]
    value = sums.recovered * price
    recycled, burnt, lost, revenue = _sum_formal(
        known, uncertain, conditions, generated, treated, efficiency, picked, additive, price
    )
    avoided = (emissions[LIFE_CYCLE] + captured, emissions_formal[LIFE_CYCLE] + captured)
    costs = _read_costs(known, uncertain, conditions, generated.income, urban_share)
    account = compute_national_account(collected, lost, revenue, avoided[1], costs)
    frame = compute_world_frame(
        value.sum(axis=0),
        avoided[0] * costs.carbon,
        account.paid.sum(axis=0),
        (generated.ewaste * unmanaged).sum(axis=0) * costs.harm,
    )
    payments = _divide_cost(account, conditions)
    return Outcome(
        routes=routes,
        treated=treated,
        efficiency=efficiency,
        sums=sums,
        recoverable=generated.embedded.sum(axis=1) * best,
        collected=collected,
        ewaste_unmanaged=generated.ewaste * unmanaged,
        recycled=recycled,
        burnt=burnt,
        value=value,
        emissions=emissions,
        emissions_formal=emissions_formal,
        gases_captured=captured,
        gases_released=released,
        managed=_sum_substances(uncertain, generated, routes.formal),
        unmanaged=_sum_substances(uncertain, generated, unmanaged),
        account=account,
        frame=frame,
        fee=_compute_fee(account, generated.market, uncertain),
        producers_pay=payments[0],
        others_pay=payments[1],
        mass_error=compute_sum_error(sums),
    )


def _sum_substances(uncertain: Uncertain, generated: Generated, share: FloatArray) -> FloatArray:
    """Sum the hazardous substances in a share of the e-waste. Shape (substance, year, draw), t/yr."""
    return np.asarray(np.einsum("sgyd,gyd->syd", generated.substances, share) * uncertain.hazard_content)


def _follow_gases(
    uncertain: Uncertain, conditions: Conditions, generated: Generated, routes: RouteShares
) -> tuple[FloatArray, FloatArray]:
    """Give the gases that are captured and those that nobody captures. Shape (year, draw), t CO2e/yr."""
    gases = generated.gases * uncertain.gas_left
    captured = (gases * routes.formal).sum(axis=0) * conditions["refrigerant_recovery"][0]
    return captured, (gases * (1.0 - routes.reused - routes.held)).sum(axis=0) - captured


def _divide_cost(account: NationalAccount, conditions: Conditions) -> tuple[FloatArray, FloatArray]:
    """Divide the net cost of the categories that cost something between producers and public budgets."""
    to_pay = np.maximum(account.net_cost, 0.0).sum(axis=0)
    by_producers = to_pay * conditions["fee_coverage"][0]
    return by_producers, to_pay - by_producers


def _sum_formal(
    known: EndOfLife,
    uncertain: Uncertain,
    conditions: Conditions,
    generated: Generated,
    treated: TreatedShares,
    efficiency: FloatArray,
    picked: Picking,
    additive: FloatArray,
    price: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sum over the materials of each category what formal treatment recycles, burns, loses and is paid for.

    Entering recycling counts refining losses still in it; what is burnt are plastics that are left. Each sum
    is linear in the materials, so that one weight for each material is all that a treatment needs.
    """
    shape = generated.ewaste.shape
    recycled, burnt, recovered, revenue = (np.zeros(shape) for _ in range(4))
    delivered = 1.0 - picked.formal
    worth = price * _read_payable(known, uncertain)
    plastics = known.materials.index("plastics")
    own = additive[:, np.newaxis, np.newaxis]
    for place in known.places.formal:
        won = delivered * efficiency[place]
        entering = won / known.refining_yield[place][:, np.newaxis, np.newaxis]
        for total, weight in ((recycled, entering * own), (recovered, won * own), (revenue, won * worth)):
            weighed = np.einsum("mgyd,myd->gyd", generated.embedded, weight)
            weighed *= treated.treated[place]
            total += weighed
        left = delivered[plastics] - entering[plastics]
        burnt += treated.treated[place] * generated.embedded[plastics] * left
    burnt *= conditions["energy_recovery"][0]
    collected = sum(treated.treated[place] for place in known.places.formal) * generated.ewaste
    return recycled, burnt, np.maximum(collected - recovered, 0.0), revenue


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
