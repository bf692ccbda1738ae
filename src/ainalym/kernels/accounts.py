"""Money of what follows generation: the account of the formal system, and the frame of the world monitor.

Arrays end in (year, draw); the first axis of those by group is the category.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ainalym.kernels.boundary import FloatArray


class UnitCosts(NamedTuple):
    """What a tonne costs, USD/t; what harm and carbon are worth.

    Attributes
    ----------
    collection, treatment
        Of a tonne collected. Shape (group, year or 1, draw).
    administration, residue
        Of a tonne collected, and of a tonne of it that is not recovered. Shape (draw,).
    harm
        Of a tonne that is scrapped, landfilled or in informal hands. Shape (year or 1, draw).
    carbon
        USD/t CO2e. Shape (draw,).
    """

    collection: FloatArray
    treatment: FloatArray
    administration: FloatArray
    residue: FloatArray
    harm: FloatArray
    carbon: FloatArray


class NationalAccount(NamedTuple):
    """Account of the formal system against leaving that e-waste where it would go, USD/yr.

    Attributes
    ----------
    revenue
        Paid for recovered materials, after the charges of smelters. Shape (group, year, draw); so are the
        costs.
    collection, treatment, residue, administration
        Costs, positive.
    carbon, harm
        Value of emissions avoided and of harm avoided. Shape (year, draw).
    net
        Benefits less costs. Shape (year, draw).
    """

    revenue: FloatArray
    collection: FloatArray
    treatment: FloatArray
    residue: FloatArray
    administration: FloatArray
    carbon: FloatArray
    harm: FloatArray
    net: FloatArray

    @property
    def paid(self) -> FloatArray:
        """What the system costs, USD/yr. Shape (group, year, draw)."""
        return self.collection + self.treatment + self.residue + self.administration

    @property
    def net_cost(self) -> FloatArray:
        """What is left for producers to pay, USD/yr. Shape (group, year, draw)."""
        return self.paid - self.revenue


def compute_national_account(
    collected: FloatArray,
    not_recovered: FloatArray,
    revenue: FloatArray,
    emissions_avoided: FloatArray,
    costs: UnitCosts,
) -> NationalAccount:
    """Compute costs and benefits of the formal system.

    Parameters
    ----------
    collected
        Formally collected. Shape (group, year, draw), t/yr.
    not_recovered
        Of it, not recovered. Same shape, t/yr.
    revenue
        Paid for what it recovers. Same shape, USD/yr.
    emissions_avoided
        By it. Shape (year, draw), t CO2e/yr.
    costs
        Unit costs.

    Returns
    -------
    NationalAccount
        Benefits less costs in ``net``.
    """
    collection = collected * costs.collection
    treatment = collected * costs.treatment
    residue = not_recovered * costs.residue
    administration = collected * costs.administration
    carbon = emissions_avoided * costs.carbon
    harm = collected.sum(axis=0) * costs.harm
    paid = (collection + treatment + residue + administration).sum(axis=0)
    net = revenue.sum(axis=0) + carbon + harm - paid
    return NationalAccount(
        revenue, collection, treatment, residue, administration, carbon, harm, np.asarray(net)
    )


class WorldFrame(NamedTuple):
    """The frame of the Global E-waste Monitor 2024, USD/yr.

    Attributes
    ----------
    materials, carbon
        Value of all recovered materials, from whatever route, and of all emissions avoided.
    treatment, harm
        Costs: of the treatment of what is documented, and those carried by people and environment.
    net
        Benefits less costs.
    """

    materials: FloatArray
    carbon: FloatArray
    treatment: FloatArray
    harm: FloatArray
    net: FloatArray


def compute_world_frame(
    materials: FloatArray, carbon: FloatArray, treatment: FloatArray, harm: FloatArray
) -> WorldFrame:
    """Add up the frame of the Global E-waste Monitor.

    Parameters
    ----------
    materials, carbon, treatment, harm
        Benefits and costs, positive. Any one shape, USD/yr.

    Returns
    -------
    WorldFrame
        With net = materials + carbon - treatment - harm.

    References
    ----------
    Global E-waste Monitor 2024: 28 + 23 - 10 - 78 = -37 bn USD for the world in 2022.
    """
    return WorldFrame(materials, carbon, treatment, harm, np.asarray(materials + carbon - treatment - harm))


def transfer_harm(
    harm: FloatArray, income: FloatArray, world_income: FloatArray, elasticity: FloatArray
) -> FloatArray:
    """Carry the value of harm from the world to a country by its income.

    Parameters
    ----------
    harm
        USD/t in the world. Shape (draw,).
    income
        Of the country, int$/person. Shape (year, draw).
    world_income
        Same money, above 0. Shape (draw,).
    elasticity
        Income elasticity of the value of a statistical life. Shape (draw,).

    Returns
    -------
    FloatArray
        USD/t. Shape (year, draw).
    """
    return np.asarray(harm * (income / world_income) ** elasticity)
