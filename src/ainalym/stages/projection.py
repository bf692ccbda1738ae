"""Placed on market after the last year of history, each product by the method that suits it.

``profile``
    What the reference groups buy at the future income of the country.
``trend``
    The forecast of the common European method: a line in purchasing power.
``saturation``
    Ownership per household or person climbs a curve in income; what is bought replaces what wears out and
    adds what is missing. Products of one demand group share what the group buys.

The first two go on from history by its ratio to the method in the last year, of which a part lasts
(:mod:`ainalym.kernels.joining`); the third starts from the stock that history has left
(:mod:`ainalym.kernels.ownership_market`). Photovoltaics have a stage of their own. A leading axis such as
``draw`` is welcome in every array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ainalym.core.arrays import label_array, read_coordinates
from ainalym.core.units import KG_PER_TONNE
from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.common_method.forecast import Approach, ForecastException
from ainalym.kernels.joining import join_to_history
from ainalym.kernels.lifetime import Convention, Weibull, survival_by_age
from ainalym.kernels.ownership_curves import CurveSet, compute_levels
from ainalym.kernels.ownership_market import OwnershipPath, compute_market_for_ownership
from ainalym.kernels.technology import Switches, compute_technology_shares
from ainalym.kernels.trend import fit_reference_lines, project_trend

IntArray = npt.NDArray[np.intp]
Choice = Literal["table", "profile", "trend"]

LAST_REPORTED_YEAR = 2015
"""Last year in which the reference groups have figures; later ones are extrapolated by the trend method."""

APPROACHES = {
    "ConnectionConstant": Approach.CONNECTION_CONSTANT,
    "KPI": Approach.KPI,
    "LastReliableConstant": Approach.LAST_RELIABLE_CONSTANT,
}
"""Names of the official settings."""


class Drivers(NamedTuple):
    """What drives the future.

    Attributes
    ----------
    population
        Dims (..., year), persons.
    income
        Dims (..., year), int$2011/person.
    households
        Dims (..., year), households.
    """

    population: xr.DataArray
    income: xr.DataArray
    households: xr.DataArray


class Profile(NamedTuple):
    """What the reference groups say.

    Attributes
    ----------
    mass, pieces
        Placed on market of the country by the reference method, in every year. Dims (..., year, product),
        t/yr and piece/yr.
    per_inhabitant
        Placed on market of the groups, kg/person. Dims (year, reference_group, product).
    group_income
        Dims (year, reference_group), int$2011/person.
    """

    mass: xr.DataArray
    pieces: xr.DataArray
    per_inhabitant: xr.DataArray
    group_income: xr.DataArray


class Tables(NamedTuple):
    """Tables of the reference package that a projection follows.

    Attributes
    ----------
    methods
        ``projection_methods``, indexed by key.
    switches
        ``technology_switches``, indexed by key.
    exceptions
        ``trend_exceptions``.
    """

    methods: pd.DataFrame
    switches: pd.DataFrame
    exceptions: pd.DataFrame


@dataclass(frozen=True, slots=True)
class ProjectionPlan:
    """Which product goes on in which way.

    Parameters
    ----------
    products
        Keys of all products.
    by_profile, by_trend, by_saturation
        Positions of the products of each method; those of saturation stand group by group.
    groups
        Positions among the curves of the demand groups in use.
    group
        Position among ``groups`` of each product of saturation. Shape (product of saturation,).
    successor
        Position among the products of saturation of the one that takes over in each group.
    switches
        How the products of saturation give way.
    exceptions
        Of the trend method.
    """

    products: tuple[str, ...]
    by_profile: IntArray
    by_trend: IntArray
    by_saturation: IntArray
    groups: IntArray
    group: IntArray
    successor: IntArray
    switches: Switches
    exceptions: tuple[ForecastException, ...]


def plan_projection(
    products: list[str],
    tables: Tables,
    curves: CurveSet,
    area: str,
    choice: Choice = "table",
) -> ProjectionPlan:
    """Say which product goes on in which way.

    Parameters
    ----------
    products
        Keys of all products.
    tables
        Methods, switches and exceptions.
    curves
        Curves of the demand groups.
    area
        ISO code of the country, for the exceptions of the trend method.
    choice
        ``table``, or one method for all products.

    Returns
    -------
    ProjectionPlan
        Every product in exactly one method.

    Raises
    ------
    InputError
        [PRJ-002] for a product of saturation without a known demand group, [PRJ-003] for a group that no
        single product takes over.
    """
    methods = tables.methods["method"].reindex(products)
    if choice != "table":
        methods = pd.Series(choice, index=products)
    groups = tables.methods["demand_group"].reindex(products)
    saturated = [key for key in products if methods[key] == "saturation"]
    _check_groups(saturated, groups, curves)
    used = sorted({str(groups[key]) for key in saturated})
    saturated.sort(key=lambda key: used.index(str(groups[key])))
    group = np.array([used.index(str(groups[key])) for key in saturated], dtype=np.intp)
    return ProjectionPlan(
        products=tuple(products),
        by_profile=_find(products, methods, "profile"),
        by_trend=_find(products, methods, "trend"),
        by_saturation=np.array([products.index(key) for key in saturated], dtype=np.intp),
        groups=np.array([curves.names.index(name) for name in used], dtype=np.intp),
        group=group,
        successor=_find_successors(saturated, group, used, tables.switches),
        switches=_read_switches(saturated, tables.switches),
        exceptions=_read_exceptions(tables.exceptions, area),
    )


def _find(products: list[str], methods: pd.Series, method: str) -> IntArray:
    return np.array([place for place, key in enumerate(products) if methods[key] == method], dtype=np.intp)


def _check_groups(saturated: list[str], groups: pd.Series, curves: CurveSet) -> None:
    problems = [
        Problem(
            "PRJ-002",
            f"table 'projection_methods.csv', key {key}, column 'demand_group'",
            repr(groups[key]),
            f"one of {', '.join(curves.names)}",
            "Name a group of table demand_groups, or choose another method.",
        )
        for key in saturated
        if groups[key] not in curves.names
    ]
    if problems:
        raise InputError(problems)


def _find_successors(
    saturated: list[str], group: IntArray, names: list[str], switches: pd.DataFrame
) -> IntArray:
    """Find in each group the one product that the others give way to."""
    found, problems = [], []
    for number, name in enumerate(names):
        members = [key for key, own in zip(saturated, group, strict=True) if own == number]
        staying = [key for key in members if key not in switches.index]
        heirs = {str(switches.loc[key, "successor"]) for key in members if key in switches.index}
        if len(staying) == 1 and heirs <= set(staying):
            found.append(saturated.index(staying[0]))
            continue
        problems.append(
            Problem(
                "PRJ-003",
                f"table 'technology_switches.csv', demand group {name}",
                f"no switch for {', '.join(staying) or 'none'}, successors {', '.join(sorted(heirs))}",
                f"all of {', '.join(members)} but one with a switch, that one as the successor",
                "Add or correct the rows.",
            )
        )
    if problems:
        raise InputError(problems)
    return np.array(found, dtype=np.intp)


def _read_switches(saturated: list[str], switches: pd.DataFrame) -> Switches:
    own = switches.reindex(saturated)
    return Switches(
        speed=own["speed"].fillna(0.0).to_numpy(float),
        midpoint=own["midpoint"].fillna(0.0).to_numpy(float),
        remaining=own["remaining_share"].fillna(0.0).to_numpy(float),
        phase_out=own["phase_out"].fillna(np.inf).to_numpy(float),
    )


def _read_exceptions(exceptions: pd.DataFrame, area: str) -> tuple[ForecastException, ...]:
    """Take the exceptions of the country before those of all countries.

    The connection years of the official settings speak of figures that end in 2015 and are left aside.
    """
    rows = pd.concat([exceptions[exceptions["area"] == area], exceptions[exceptions["area"] == "all"]])
    return tuple(
        ForecastException(
            key=str(row["key"]),
            approach=APPROACHES[row["approach"]],
            years_for_trend=None if np.isnan(row["years_for_trend"]) else int(row["years_for_trend"]),
        )
        for row in rows.to_dict("records")
    )


def project_market(
    mass: xr.DataArray,
    pieces: xr.DataArray,
    last_year: int,
    drivers: Drivers,
    profile: Profile,
    curves: CurveSet,
    plan: ProjectionPlan,
    lifetime: xr.DataArray,
    convention: Convention,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Carry placed on market on after its last year of history.

    Parameters
    ----------
    mass, pieces
        Placed on market of all years; those after ``last_year`` are not looked at. Dims (..., year, product),
        t/yr and piece/yr, each 0 or more.
    last_year
        Last year of history.
    drivers
        Population, income and households of the same years.
    profile
        What the reference groups say.
    curves
        Curves of ownership; parameters may have leading axes.
    plan
        Which product goes on in which way.
    lifetime
        Dims (..., parameter, product), Weibull shape (1) and scale (yr).
    convention
        When within the year equipment is sold and discarded.

    Returns
    -------
    tuple of xarray.DataArray
        Placed on market, mass and pieces, of all years. Dims (..., year, product), each 0 or more; history
        as it was given.

    Raises
    ------
    InputError
        [PRJ-005] if there is no year after history, or history ends outside the years.

    Notes
    -----
    Saturation and trend keep the unit weight of the last year in which a product was sold; the profile has
    mass and pieces of its own.
    """
    years = mass["year"].values
    _check_years(years, last_year)
    past = int(np.searchsorted(years, last_year)) + 1
    history = _History(mass.values[..., :past, :], pieces.values[..., :past, :], profile)
    batch = np.broadcast_shapes(
        *(array.shape[:-1] for array in (drivers.population, drivers.income, drivers.households)),
        *(array.shape[:-2] for array in (mass, pieces, profile.mass, profile.pieces)),
        lifetime.shape[:-2],
        *(array.shape[:-1] for array in (curves.saturation, curves.rate, curves.midpoint)),
    )
    shape = (*batch, len(years), len(plan.products))
    future = _Values(np.empty(shape), np.empty(shape))
    future.mass[..., :past, :], future.pieces[..., :past, :] = history.mass, history.pieces
    if plan.by_profile.size:
        values = _project_profile(history, drivers, profile, plan.by_profile)
        _fill(future, past, plan.by_profile, values)
    if plan.by_trend.size:
        values = _project_trend(history, drivers, profile, plan, years)
        _fill(future, past, plan.by_trend, values)
    if plan.by_saturation.size:
        own = lifetime.isel(product=plan.by_saturation)
        weibull = Weibull(own.sel(parameter="shape").values, own.sel(parameter="scale").values)
        survival = survival_by_age(weibull, len(years), convention)
        values = _project_saturation(history, drivers, curves, plan, survival, years)
        _fill(future, past, plan.by_saturation, values)
    coordinates = _read_leading_labels((mass, *drivers, lifetime), batch)
    coordinates |= {"year": years, "product": np.array(plan.products)}
    return (
        label_array("placed_on_market", future.mass, coordinates),
        label_array("placed_on_market_pieces", future.pieces, coordinates),
    )


class _Values(NamedTuple):
    """Placed on market in t/yr and piece/yr. Shape (..., year, product)."""

    mass: FloatArray
    pieces: FloatArray


class _History:
    """Placed on market to the last year of history, and the weight of a piece then."""

    def __init__(self, mass: FloatArray, pieces: FloatArray, profile: Profile) -> None:
        self.mass, self.pieces = mass, pieces
        self.past = mass.shape[-2]
        self.unit_weight = _read_last_weight(mass, pieces)
        fallback = _read_last_weight(profile.mass.values, profile.pieces.values)
        self.unit_weight = np.where(self.unit_weight > 0, self.unit_weight, fallback)


def _read_last_weight(mass: FloatArray, pieces: FloatArray) -> FloatArray:
    """Read the weight of the last year with sales, t/piece, 0 where there are none. Shape (..., product)."""
    sold = (mass > 0) & (pieces > 0)
    last = mass.shape[-2] - 1 - np.argmax(sold[..., ::-1, :], axis=-2, keepdims=True)
    weight = np.divide(mass, pieces, out=np.zeros_like(mass), where=sold)
    return np.asarray(np.take_along_axis(weight, last, axis=-2)[..., 0, :])


def _fill(future: _Values, past: int, products: IntArray, values: _Values) -> None:
    for whole, part in zip(future, values, strict=True):
        whole[..., past:, products] = part


def _project_profile(history: _History, drivers: Drivers, profile: Profile, products: IntArray) -> _Values:
    past = history.past
    persons = drivers.population.values
    growth = persons[..., past:] / persons[..., past - 1, np.newaxis]
    joined = [
        join_to_history(
            then[..., -1, products],
            method.values[..., past - 1, products],
            method.values[..., past:, products],
            growth,
        )
        for then, method in ((history.mass, profile.mass), (history.pieces, profile.pieces))
    ]
    return _Values(*joined)


def _project_trend(
    history: _History, drivers: Drivers, profile: Profile, plan: ProjectionPlan, years: npt.NDArray[np.int64]
) -> _Values:
    past, products = history.past, plan.by_trend
    persons = drivers.population.values[..., np.newaxis]
    lines = fit_reference_lines(
        profile.group_income.values,
        profile.per_inhabitant.values[..., products],
        profile.group_income["year"].values,
        min(LAST_REPORTED_YEAR, int(years[past - 1])),
    )
    per_person = project_trend(
        history.mass[..., products] / persons[..., :past, :] * KG_PER_TONNE,
        drivers.income.values,
        years,
        tuple(plan.products[product] for product in products),
        plan.exceptions,
        lines,
    )
    mass = per_person * persons[..., past:, :] / KG_PER_TONNE
    weight = history.unit_weight[..., np.newaxis, products]
    shape = np.broadcast_shapes(mass.shape, weight.shape)
    return _Values(mass, np.divide(mass, weight, out=np.zeros(shape), where=weight > 0))


def _project_saturation(
    history: _History,
    drivers: Drivers,
    curves: CurveSet,
    plan: ProjectionPlan,
    survival: FloatArray,
    years: npt.NDArray[np.int64],
) -> _Values:
    """Compute what keeps ownership on its curve. Shape (..., year, product of saturation)."""
    past, products = history.past, plan.by_saturation
    sold = history.pieces[..., products]
    from_last = slice(past - 1, None)
    # What is owned is not given up when income falls.
    income = np.maximum.accumulate(drivers.income.values, axis=-1)[..., from_last]
    levels = compute_levels(curves, income, years[from_last].astype(np.float64))
    owners = np.where(
        curves.per_household[plan.groups],
        drivers.households.values[..., from_last, np.newaxis],
        drivers.population.values[..., from_last, np.newaxis],
    )
    shares = np.ones((*sold.shape[:-2], len(years) - past, products.size))
    for number, successor in enumerate(plan.successor):
        members = np.flatnonzero(plan.group == number)
        if members.size > 1:
            own = Switches(
                *(
                    getattr(plan.switches, name)[..., members]
                    for name in ("speed", "midpoint", "remaining", "phase_out")
                )
            )
            shares[..., members] = compute_technology_shares(
                sold[..., -1, members], years[from_last], own, int(np.flatnonzero(members == successor)[0])
            )
    path = OwnershipPath(levels[..., plan.groups] * owners, owners, shares, plan.group)
    pieces = compute_market_for_ownership(sold, survival, path)
    return _Values(pieces * history.unit_weight[..., np.newaxis, products], pieces)


def _check_years(years: npt.NDArray[np.int64], last_year: int) -> None:
    if years[0] <= last_year < years[-1]:
        return
    raise InputError(
        Problem(
            "PRJ-005",
            "last year of history",
            str(last_year),
            f"a year from {years[0]} to {years[-1] - 1}, with drivers after it",
            "Extend the drivers, or end the outlook later.",
        )
    )


def _read_leading_labels(
    arrays: tuple[xr.DataArray, ...], batch: tuple[int, ...]
) -> dict[str, npt.NDArray[Any]]:
    """Read the labels of the leading axes from whichever array has them; count them where none has."""
    found = {
        name: labels
        for array in arrays
        for name, labels in read_coordinates(array).items()
        if name in ("draw", "scenario")
    }
    return found if len(found) == len(batch) else {"draw": np.arange(batch[-1])} | found
