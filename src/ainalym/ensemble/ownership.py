"""Products whose market follows ownership: curves and switches, and how sure an ensemble is of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ownership_curves import CurveSet
from ainalym.kernels.technology import Switches
from ainalym.packages.country import Country
from ainalym.packages.reference import Reference
from ainalym.pipeline import estimate_country_curves, plan_country
from ainalym.results.result import Result
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.stages.projection import ProjectionPlan

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Ownership:
    """Products whose market after history keeps ownership on a curve.

    Attributes
    ----------
    products
        Places among all products, demand group by demand group. Shape (member,).
    group
        Place of the demand group of each member among the groups in use. Shape (member,).
    successor
        Place among the members of the one that takes over in each group. Shape (group,).
    groups
        Places of the groups in use among all demand groups: streams draw all of them. Shape (group,).
    group_count
        Number of all demand groups.
    curves
        Most probable curves of the groups in use.
    root
        Root of their covariance: of log saturation, log rate and midpoint, lower triangle. Shape
        (group, 3, 3).
    switches
        How members give way. Shape (member,).
    past
        Number of years of history.
    pieces_per_tonne
        Of history, 0 where nothing was sold. Shape (member, past year).
    unit_weight
        After history, t/piece. Shape (member,).
    bearers
        Households or persons who own, from the last year of history on. Shape (group, 1 + year).
    """

    products: IntArray
    group: IntArray
    successor: IntArray
    groups: IntArray
    group_count: int
    curves: CurveSet
    root: FloatArray
    switches: Switches
    past: int
    pieces_per_tonne: FloatArray
    unit_weight: FloatArray
    bearers: FloatArray


def collect_ownership(
    reference: Reference, figures: Country, result: Result, options: RunOptions
) -> Ownership | None:
    """Gather what the products of the method ``saturation`` need.

    Parameters
    ----------
    reference
        Reference package.
    figures
        Country package.
    result
        Deterministic outlook of the country.
    options
        Choices of the run.

    Returns
    -------
    Ownership or None
        None where no product follows ownership.
    """
    data = result.data
    past = int(np.searchsorted(data["year"].values, LAST_YEAR_OF_HISTORY)) + 1
    if past >= data.sizes["year"]:
        return None
    size = data["population"].values / data["households"].values
    curves = estimate_country_curves(reference, figures, data["income"], size)
    return compose_ownership(
        plan_country(reference, figures, curves, options),
        curves,
        Amounts(data["placed_on_market"].values, data["placed_on_market_pieces"].values),
        Owners(data["population"].values, data["households"].values),
        past,
    )


class Amounts(NamedTuple):
    """Placed on market of the centre of an ensemble, in two measures.

    Attributes
    ----------
    mass, pieces
        Shape (year, product), t/yr and piece/yr.
    """

    mass: FloatArray
    pieces: FloatArray


class Owners(NamedTuple):
    """Who owns.

    Attributes
    ----------
    population, households
        Shape (year,).
    """

    population: FloatArray
    households: FloatArray


def compose_ownership(
    plan: ProjectionPlan, curves: CurveSet, amounts: Amounts, owners: Owners, past: int
) -> Ownership | None:
    """Gather what the products of the method ``saturation`` need, from bare arrays.

    Parameters
    ----------
    plan
        Which product goes on in which way.
    curves
        Curves of all demand groups.
    amounts
        What the centre of the ensemble places on market.
    owners
        Persons and households.
    past
        Number of years of history, fewer than there are years.

    Returns
    -------
    Ownership or None
        None where no product follows ownership.
    """
    if not plan.by_saturation.size:
        return None
    mass, pieces = (amount[:, plan.by_saturation].T for amount in amounts)
    bearers = np.where(
        curves.per_household[plan.groups, np.newaxis],
        owners.households[past - 1 :],
        owners.population[past - 1 :],
    )
    # After history a piece keeps its weight, so that any year with sales, and all of them together, tell it.
    later_mass, later_pieces = (array[:, past:].sum(axis=1) for array in (mass, pieces))
    return Ownership(
        products=plan.by_saturation,
        group=plan.group,
        successor=plan.successor,
        groups=plan.groups,
        group_count=len(curves.names),
        curves=choose_groups(curves, plan.groups),
        root=np.asarray(np.linalg.cholesky(curves.covariance[plan.groups]), dtype=np.float64),
        switches=plan.switches,
        past=past,
        pieces_per_tonne=_divide(pieces[:, :past], mass[:, :past]),
        unit_weight=_divide(later_mass, later_pieces),
        bearers=bearers,
    )


def choose_groups(curves: CurveSet, places: IntArray) -> CurveSet:
    """Take the curves of some demand groups.

    Parameters
    ----------
    curves
        Curves of all groups, of shape (group,).
    places
        Places of those wanted.

    Returns
    -------
    CurveSet
        In the order of the places.
    """
    chosen = {
        field.name: getattr(curves, field.name)[places]
        for field in fields(curves)
        if isinstance(getattr(curves, field.name), np.ndarray)
    }
    names, forms = (tuple(labels[place] for place in places) for labels in (curves.names, curves.curve))
    return replace(curves, names=names, curve=forms, **chosen)


def shift_curves(ownership: Ownership, scores: FloatArray, spread: float) -> CurveSet:
    """Draw the curves of ownership.

    Parameters
    ----------
    ownership
        The most probable curves, and how sure they are.
    scores
        Standard normal numbers of all demand groups. Shape (draw, all groups, 3).
    spread
        Multiple of the standard errors, 0 or more.

    Returns
    -------
    CurveSet
        Saturation, rate and midpoint of shape (draw, group). A score of 0 leaves the curve alone.
    """
    own = scores[:, ownership.groups] * spread
    # Added one by one, so that a draw has the same bits in any block.
    saturation, rate, midpoint = (
        sum(
            (ownership.root[:, row, column] * own[..., column] for column in range(1, row + 1)),
            ownership.root[:, row, 0] * own[..., 0],
        )
        for row in range(3)
    )
    curves = ownership.curves
    return replace(
        curves,
        saturation=curves.saturation * np.exp(saturation),
        rate=curves.rate * np.exp(rate),
        midpoint=curves.midpoint + midpoint,
    )


def shift_switches(
    ownership: Ownership, speed: FloatArray, date: FloatArray, phase_out: FloatArray, remaining: FloatArray
) -> Switches:
    """Draw how products give way.

    Parameters
    ----------
    ownership
        The switches of the table.
    speed, remaining
        Factors, 0 or more. Shape (draw, product), of all products.
    date, phase_out
        Years by which a switch, or the end of making and trade, comes later. Shape (draw, product).

    Returns
    -------
    Switches
        Of shape (draw, member).
    """
    switches, members = ownership.switches, ownership.products
    return Switches(
        speed=switches.speed * speed[:, members],
        midpoint=switches.midpoint + date[:, members],
        remaining=switches.remaining * remaining[:, members],
        phase_out=switches.phase_out + phase_out[:, members],
    )


def take_members(switches: Switches, members: IntArray) -> Switches:
    """Take the switches of some members.

    Parameters
    ----------
    switches
        Shape (draw, member).
    members
        Places of those wanted.

    Returns
    -------
    Switches
        Shape (draw, wanted).
    """
    return Switches(*(getattr(switches, field.name)[..., members] for field in fields(switches)))


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0.0)
