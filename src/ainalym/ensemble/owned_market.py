"""The market of products that follow ownership, in every draw through the stock-driven engine."""

from __future__ import annotations

import numpy as np

from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.ownership import Ownership, take_members
from ainalym.ensemble.parameters import ParameterDraws
from ainalym.kernels.ownership_curves import CurveSet, compute_levels
from ainalym.kernels.ownership_market import OwnershipPath, follow_ownership
from ainalym.kernels.technology import Switches, compute_technology_shares


def fill_owned_market(
    model: Model, parameters: ParameterDraws, survival: FloatArray, market: FloatArray
) -> None:
    """Fill in what is placed on market after history where ownership says so.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs.
    survival
        Survival by age. Shape (product, age, draw).
    market
        History of every draw, after which is filled in. Shape (product, year, draw), t/yr.

    Notes
    -----
    Each draw is what the deterministic outlook would be with its inputs: its history leaves a stock by its
    lifetimes, its curve and its drivers say what the stock should come to, its switches how the demand is
    shared. The level of a market drawn for history fades as the stock comes back to the curve; the error of
    a year moves that year, and what was bought too early is not needed later.
    """
    ownership, curves, switches = model.ownership, parameters.ownership_curves, parameters.switches
    if ownership is None or curves is None or switches is None:
        return
    past, members = ownership.past, ownership.products
    weight = np.ascontiguousarray(parameters.unit_weight.T[members])[:, np.newaxis]
    sales = market[members]
    sales[:, :past] *= ownership.pieces_per_tonne[..., np.newaxis]
    sales[:, :past] /= weight
    fluctuation = parameters.market_error[members, past - 1 :]
    usual = np.ascontiguousarray((sales[:, past - 1] / fluctuation[:, 0]).T)
    path = OwnershipPath(
        *_find_wanted_stock(model, ownership, parameters, curves),
        _share_demand(model, ownership, switches, usual),
        ownership.group,
    )
    follow_ownership(sales, survival[members], path, fluctuation=fluctuation)
    sales[:, past:] *= ownership.unit_weight[:, np.newaxis, np.newaxis] * weight
    market[members, past:] = sales[:, past:]


def _find_wanted_stock(
    model: Model, ownership: Ownership, parameters: ParameterDraws, curves: CurveSet
) -> tuple[FloatArray, FloatArray]:
    """Compute wanted stock and bearers from the last year of history on. Shape (group, 1 + year, draw)."""
    later = slice(ownership.past - 1, None)
    # What is owned is not given up when income falls.
    income = np.maximum.accumulate(parameters.income, axis=1)[:, later]
    levels = compute_levels(curves, income, model.years[later].astype(np.float64))
    persons = (parameters.population[:, later] / model.population[later]).T
    bearers = ownership.bearers[..., np.newaxis] * persons
    return np.ascontiguousarray(levels.transpose(2, 1, 0)) * bearers, bearers


def _share_demand(model: Model, ownership: Ownership, switches: Switches, usual: FloatArray) -> FloatArray:
    """Compute the share of every member in the demand of its group. Shape (member, year, draw)."""
    years = model.years[ownership.past - 1 :]
    shares = np.ones((len(ownership.products), years.size - 1, len(usual)))
    for number, successor in enumerate(ownership.successor):
        members = np.flatnonzero(ownership.group == number)
        if members.size > 1:
            heir = int(np.flatnonzero(members == successor)[0])
            own = take_members(switches, members)
            found = compute_technology_shares(usual[:, members], years, own, heir)
            shares[members] = found.transpose(2, 1, 0)
    return shares
