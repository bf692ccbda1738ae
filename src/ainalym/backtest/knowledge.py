"""What could be known in a year: the figures to that year, cleaned and completed by nothing later.

All that a projection rests on is estimated again from these figures: the profiles of the reference groups,
income elasticities, curves of ownership, switches of technology, and which product goes on by which method.
For the projection of a country they are estimated without that country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ainalym.kernels.cohort import compute_inflow_driven
from ainalym.kernels.common_method import (
    CommonPanel,
    CommonResult,
    CommonSettings,
    compute_common_method,
)
from ainalym.kernels.growth import Curve
from ainalym.kernels.income_fit import IncomeFit, fit_income_elasticity
from ainalym.kernels.lifetime import Weibull, survival_by_age
from ainalym.kernels.ownership_curves import INCOME_UNIT, CurveSet
from ainalym.kernels.reference_curves import fit_level, fit_switch
from ainalym.packages.panel import FIRST_YEAR_OF_FIGURES, Panel
from ainalym.packages.reference import PHOTOVOLTAIC_PRODUCT, Reference
from ainalym.stages.ownership import read_curves

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

PROFILE = "NL-FR-BE"
"""Lifetimes of the reference groups."""

YEARS_OF_GROWTH = 10
"""Years before the origin whose mean growth carries population and income on."""

YEARS_OF_CROSS_SECTION = 5
"""Years before the origin whose mean is compared across countries."""

YEARS_BETWEEN_LEVELS, LEVELS = 5, 3
"""Curves of ownership are fitted to the stock of the origin and of five and ten years before."""

CURVE: Curve = "gompertz"
"""Curve of ownership in income."""

LEAST_SHARE_OF_SUCCESSOR = 0.02
"""Pieces of a successor over those of the product from which on a switch has begun."""

LEAST_LEVEL = 1e-6
"""Pieces per owner that stand for none: the fit is in logarithms."""


@dataclass(frozen=True)
class Drivers:
    """Population and income: figures to the origin, carried on after it or as they came.

    Attributes
    ----------
    population
        Persons. Shape (country, year).
    income
        int$2011/person. Same shape.
    purchasing_power
        Current int$/person, NaN in early years without a figure. Same shape.
    """

    population: FloatArray
    income: FloatArray
    purchasing_power: FloatArray


@dataclass(frozen=True)
class Knowledge:
    """What could be known of all countries in a year.

    Attributes
    ----------
    origin
        Last year with figures.
    years
        From the first year to the last that is projected. Shape (year,).
    past
        Number of years to the origin.
    drivers
        Of all years.
    kg, pieces
        Placed on market per inhabitant, cleaned and completed. Shape (country, product, past year).
    official
        What the official method says, per inhabitant, kg/person. Shape (country, product, year).
    is_foreseen
        Whether population and income after the origin are those that came.
    """

    origin: int
    years: IntArray
    past: int
    drivers: Drivers
    kg: FloatArray
    pieces: FloatArray
    official: FloatArray
    is_foreseen: bool


@dataclass(frozen=True)
class Surroundings:
    """What the other countries tell about one.

    Attributes
    ----------
    per_inhabitant
        Of the groups, to the origin. Dims (measure, year, reference_group, product).
    group_income
        Dims (year, reference_group), poorest first.
    elasticity
        Dims (product,), 0 or more.
    elasticity_error
        Shape (product,).
    methods, switches
        Tables ``projection_methods`` and ``technology_switches`` as the figures to the origin have them.
    curves
        Curves of ownership.
    """

    per_inhabitant: xr.DataArray
    group_income: xr.DataArray
    elasticity: xr.DataArray
    elasticity_error: FloatArray
    methods: pd.DataFrame
    switches: pd.DataFrame
    curves: CurveSet


def carry_on(values: FloatArray, past: int, later: int) -> FloatArray:
    """Carry series on by their mean growth of the last years.

    Parameters
    ----------
    values
        Shape (series, year), above 0; years after ``past`` are not looked at.
    past
        Number of years that are known, more than :data:`YEARS_OF_GROWTH`.
    later
        Number of years to add.

    Returns
    -------
    FloatArray
        Shape (series, past + later).
    """
    known = values[:, :past]
    growth = np.log(known[:, -1] / known[:, -1 - YEARS_OF_GROWTH]) / YEARS_OF_GROWTH
    ahead = known[:, -1:] * np.exp(growth[:, np.newaxis] * np.arange(1, later + 1))
    return np.concatenate([known, ahead], axis=1)


def learn(panel: Panel, reference: Reference, origin: int, until: int, foresee_drivers: bool) -> Knowledge:
    """Forget everything after the origin, and complete what is left.

    Parameters
    ----------
    panel
        Figures of all years.
    reference
        Reference package, for introduction years and unit weights.
    origin
        Last year to be known.
    until
        Last year to be projected.
    foresee_drivers
        Whether population and income after the origin are those that came, as if they had been foreseen, or
        are carried on.

    Returns
    -------
    Knowledge
        Of all countries.

    Notes
    -----
    Corrections and exceptions that Statistics Netherlands made by hand are left out: they were made with all
    figures in sight.
    """
    past, end = origin - int(panel.years[0]) + 1, until - int(panel.years[0]) + 1
    drivers = _cut_drivers(panel, past, end, foresee_drivers)
    mended = _complete(panel, reference, drivers, origin, end, strict=False)
    strict = _complete(panel, reference, drivers, origin, end, strict=True)
    kg, pieces = (
        np.maximum(np.nan_to_num(amount[:, :, :past]), 0.0)
        for amount in (mended.kg_per_inhabitant, mended.pieces_per_inhabitant)
    )
    official = np.maximum(np.nan_to_num(strict.kg_per_inhabitant), 0.0)
    return Knowledge(origin, panel.years[:end], past, drivers, kg, pieces, official, foresee_drivers)


def _cut_drivers(panel: Panel, past: int, end: int, foresee: bool) -> Drivers:
    series = (panel.population, panel.income, panel.purchasing_power)
    if foresee:
        return Drivers(*(values[:, :end] for values in series))
    return Drivers(*(carry_on(values, past, end - past) for values in series))


def _complete(
    panel: Panel, reference: Reference, drivers: Drivers, origin: int, end: int, *, strict: bool
) -> CommonResult:
    """Clean and complete all series by the official method, with the figures to the origin alone."""
    years = panel.years[:end]
    is_known = years <= origin
    kg, pieces = (np.where(is_known, cells[:, :, :end], np.nan) for cells in (panel.kg, panel.pieces))
    common = CommonPanel(
        panel.countries,
        panel.products,
        years,
        FIRST_YEAR_OF_FIGURES,
        origin,
        kg,
        pieces,
        drivers.population,
        drivers.purchasing_power,
        panel.group,
    )
    weights = reference.package.frame("unit_weights").pivot_table(
        index="key", columns="year", values="weight"
    )
    weight = weights.reindex(index=list(panel.products), columns=years).to_numpy(dtype=np.float64)
    introduction = reference.products["introduction_year"].loc[list(panel.products)]
    panels = panel.products.index(PHOTOVOLTAIC_PRODUCT)
    # As published, the method has no future for photovoltaics without a plan of their capacity.
    capacity = None if strict else (kg[:, panels], pieces[:, panels])
    settings = CommonSettings(
        introduction.to_numpy(dtype=np.int64),
        np.broadcast_to(weight, kg.shape),
        photovoltaic_kg=capacity and capacity[0],
        photovoltaic_pieces=capacity and capacity[1],
    )
    return compute_common_method(common, settings, strict)


def look_around(knowledge: Knowledge, panel: Panel, reference: Reference, country: int) -> Surroundings:
    """Estimate what the other countries tell about one.

    Parameters
    ----------
    knowledge
        What could be known.
    panel
        For the groups of the countries.
    reference
        Reference package, for lifetimes and for which products share a demand.
    country
        Position of the country that does not count.

    Returns
    -------
    Surroundings
        Without that country.
    """
    past = knowledge.past
    others = np.arange(len(panel.countries)) != country
    people = knowledge.drivers.population[:, :past]
    groups = sorted(set(panel.group.tolist()), reverse=True)
    names = [str(group) for group in groups]
    members = [others & (panel.group == group) for group in groups]
    mean_income = np.stack([_average(knowledge.drivers.income[:, :past], people, own) for own in members], 1)
    per_inhabitant = np.stack(
        [
            np.stack([_average(amount, people[:, np.newaxis], own).T for own in members], axis=1)
            for amount in (knowledge.kg, knowledge.pieces)
        ]
    )
    axes = {"year": knowledge.years[:past], "reference_group": names, "product": list(panel.products)}
    fit = _fit_elasticities(knowledge, others)
    total = fit_income_elasticity(
        *(values[others] for values in _average_late(knowledge, total=True))
    ).elasticity[0]
    elasticity = np.where(fit.is_usable, np.nan_to_num(fit.elasticity), total)
    error = np.where(fit.is_usable, np.nan_to_num(fit.error), reference.total_elasticity)
    return Surroundings(
        per_inhabitant=xr.DataArray(
            per_inhabitant,
            coords={"measure": ["kg", "pieces"], **axes},
            dims=("measure", "year", "reference_group", "product"),
        ),
        group_income=xr.DataArray(
            mean_income,
            coords={name: axes[name] for name in ("year", "reference_group")},
            dims=("year", "reference_group"),
        ),
        elasticity=xr.DataArray(elasticity, coords={"product": list(panel.products)}, dims=("product",)),
        elasticity_error=error,
        methods=_choose_methods(reference, fit),
        switches=_fit_switches(reference, knowledge, per_inhabitant[1]),
        curves=_fit_curves(reference, panel, members, mean_income, per_inhabitant[1]),
    )


def _average(values: FloatArray, people: FloatArray, members: npt.NDArray[np.bool_]) -> FloatArray:
    """Average over some countries, each inhabitant counting alike. Shape of one country."""
    weights = people[members]
    return np.asarray((values[members] * weights).sum(axis=0) / weights.sum(axis=0))


def _average_late(knowledge: Knowledge, total: bool = False) -> tuple[FloatArray, FloatArray]:
    """Average income and placed on market per inhabitant over the last years. Shape (country[, product])."""
    last = slice(knowledge.past - YEARS_OF_CROSS_SECTION, knowledge.past)
    amount = knowledge.kg[:, :, last].mean(axis=-1)
    if total:
        amount = amount.sum(axis=1, keepdims=True)
    return knowledge.drivers.income[:, last].mean(axis=-1), amount


def _fit_elasticities(knowledge: Knowledge, others: npt.NDArray[np.bool_]) -> IncomeFit:
    income, amount = _average_late(knowledge)
    return fit_income_elasticity(income[others], amount[others])


def _choose_methods(reference: Reference, fit: IncomeFit) -> pd.DataFrame:
    """Choose methods by what is known: the table of the package was chosen with all figures in sight.

    Products with bounded ownership follow it, as in the table; others the profile where their elasticity is
    usable, else the trend.
    """
    table = reference.package.frame("projection_methods").set_index("key")
    usable = pd.Series(fit.is_usable, index=list(reference.products.index)).reindex(table.index)
    by_rule = usable.map({True: "profile", False: "trend"})
    return table.assign(method=by_rule.where(table["method"] != "saturation", "saturation"))


def _fit_switches(reference: Reference, knowledge: Knowledge, pieces: FloatArray) -> pd.DataFrame:
    """Fit the switches to the groups' pieces; nobody knew yet what would remain, or be forbidden.

    A switch that no group has begun was not foreseen: its products keep their shares.
    """
    table = reference.package.frame("technology_switches").set_index("key").copy()
    products = list(reference.products.index)
    years = knowledge.years[: knowledge.past]
    for key, successor in table["successor"].items():
        old, new = (pieces[:, :, products.index(str(name))] for name in (key, successor))
        fits = [
            fit_switch(years, old[:, group], new[:, group], 0.0, knowledge.origin)
            for group in range(pieces.shape[1])
            if new[-1, group] > 0 and LEAST_SHARE_OF_SUCCESSOR * old[-1, group] < new[-1, group]
        ]
        table.loc[key, ["speed", "midpoint"]] = 0.0
        if fits:
            table.loc[key, "speed"] = np.exp(np.mean(np.log([fit.value("speed") for fit in fits])))
            table.loc[key, "midpoint"] = np.mean([fit.value("midpoint") for fit in fits])
    table["remaining_share"], table["phase_out"] = 0.0, np.nan
    return table


def _fit_curves(
    reference: Reference,
    panel: Panel,
    members: list[npt.NDArray[np.bool_]],
    income: FloatArray,
    pieces: FloatArray,
) -> CurveSet:
    """Fit the curves of ownership to the stock of the groups."""
    shipped = read_curves(reference.package.frame("demand_groups"))
    groups = reference.package.frame("projection_methods").set_index("key")["demand_group"]
    lifetime = reference.lifetime.sel(profile=PROFILE)
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    survival = survival_by_age(weibull, len(pieces), "uniform")
    by_group = np.moveaxis(pieces, 1, 0)
    stock = compute_inflow_driven(by_group, survival, by_cohort=False).stock
    sizes = read_household_sizes(reference, panel)
    size = np.array([sizes[own].mean() for own in members])
    chosen = np.arange(-1 - YEARS_BETWEEN_LEVELS * (LEVELS - 1), 0, YEARS_BETWEEN_LEVELS)
    found = []
    for name, per_household in zip(shipped.names, shipped.per_household, strict=True):
        own = [place for place, key in enumerate(reference.products.index) if groups.get(key) == name]
        level = stock[:, chosen][:, :, own].sum(axis=-1) * (size[:, np.newaxis] if per_household else 1.0)
        fit = fit_level(CURVE, income[chosen].T / INCOME_UNIT, np.maximum(level, LEAST_LEVEL))
        found.append([fit.value(parameter) for parameter in ("saturation", "rate", "midpoint")])
    saturation, rate, midpoint = np.array(found).T
    return CurveSet(
        names=shipped.names,
        curve=(CURVE,) * len(shipped.names),
        in_time=np.zeros(len(shipped.names), dtype=bool),
        per_household=shipped.per_household,
        saturation=saturation,
        rate=rate,
        midpoint=midpoint,
        innovation=np.ones(len(shipped.names)),
        covariance=shipped.covariance,
    )


def read_household_sizes(reference: Reference, panel: Panel) -> FloatArray:
    """Read the persons in a household of every country; the count is of 2014. Shape (country,)."""
    sizes = reference.package.frame("household_sizes").set_index("area")["size"]
    return sizes.loc[list(panel.countries)].to_numpy(dtype=np.float64)
