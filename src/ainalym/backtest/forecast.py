"""What each method would have said of one country, the ensemble with its draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import xarray as xr

from ainalym.backtest.knowledge import (
    PROFILE,
    FloatArray,
    Knowledge,
    Surroundings,
    read_household_sizes,
)
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.block import fill_market
from ainalym.ensemble.model import SPREAD_YEAR, Band, Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.parameters import Scores, draw_parameters
from ainalym.ensemble.survival import fill_survival
from ainalym.ensemble.uncertainty import Spreads
from ainalym.packages.panel import Panel
from ainalym.packages.reference import Reference
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY
from ainalym.stages.placed_on_market import Market, compute_from_reference
from ainalym.stages.projection import Drivers, Profile, Tables, plan_projection, project_market

Centre: TypeAlias = Literal["table", "profile", "trend", "reference"]
"""How the middle of an ensemble is made: by the methods of projection from the country's own figures, or from
the reference countries alone as for a country without figures."""


@dataclass(frozen=True)
class Place:
    """One country of the panel as it looked from the origin.

    Attributes
    ----------
    country
        Position in the panel.
    drivers
        Dims (year,).
    suggested
        What the reference countries say. Dims (year, product).
    mass, pieces
        Its own figures, nought after the origin. Dims (year, product), t/yr and piece/yr.
    surroundings
        What the other countries tell.
    """

    country: int
    drivers: Drivers
    suggested: Market
    mass: xr.DataArray
    pieces: xr.DataArray
    surroundings: Surroundings


def describe_place(
    panel: Panel, reference: Reference, knowledge: Knowledge, surroundings: Surroundings, country: int
) -> Place:
    """Label what is known of one country.

    Parameters
    ----------
    panel
        For labels.
    reference
        Reference package.
    knowledge
        What could be known.
    surroundings
        What the other countries tell.
    country
        Position in the panel.

    Returns
    -------
    Place
        Ready for :func:`project_centre`.
    """
    axes = {"year": knowledge.years, "product": list(panel.products)}
    persons, income = (
        xr.DataArray(values[country], coords={"year": knowledge.years}, dims=("year",))
        for values in (knowledge.drivers.population, knowledge.drivers.income)
    )
    own = []
    for amount, unit in ((knowledge.kg, KG_PER_TONNE), (knowledge.pieces, 1.0)):
        values = np.zeros((len(knowledge.years), len(panel.products)))
        values[: knowledge.past] = amount[country].T * persons.values[: knowledge.past, np.newaxis] / unit
        own.append(xr.DataArray(values, coords=axes, dims=("year", "product")))
    suggested = compute_from_reference(
        persons,
        income,
        surroundings.per_inhabitant,
        surroundings.group_income,
        surroundings.elasticity,
        reference.products["introduction_year"].to_xarray().rename(key="product"),
        knowledge.origin,
    )
    size = read_household_sizes(reference, panel)[country]
    mass, pieces = own
    return Place(country, Drivers(persons, income, persons / size), suggested, mass, pieces, surroundings)


def project_centre(reference: Reference, knowledge: Knowledge, place: Place, centre: Centre) -> FloatArray:
    """Project placed on market without its uncertainty.

    Parameters
    ----------
    reference
        Reference package, for lifetimes.
    knowledge
        What could be known.
    place
        The country.
    centre
        How.

    Returns
    -------
    FloatArray
        Shape (year, product), t/yr; years to the origin as the method has them.
    """
    if centre == "reference":
        return np.asarray(place.suggested.mass.values)
    around = place.surroundings
    tables = Tables(around.methods, around.switches, reference.package.frame("trend_exceptions").iloc[:0])
    plan = plan_projection(list(around.methods.index), tables, around.curves, "", centre)
    profile = Profile(
        place.suggested.mass,
        place.suggested.pieces,
        around.per_inhabitant.sel(measure="kg", drop=True),
        around.group_income,
    )
    mass, _ = project_market(
        place.mass,
        place.pieces,
        knowledge.origin,
        place.drivers,
        profile,
        around.curves,
        plan,
        reference.lifetime.sel(profile=PROFILE, drop=True),
        "uniform",
    )
    return np.asarray(mass.values)


def draw_survival(
    reference: Reference,
    knowledge: Knowledge,
    place: Place,
    spreads: Spreads,
    options: EnsembleOptions,
) -> FloatArray:
    """Draw the survival of every product: lifetimes are the same in all countries, and so are their draws.

    Parameters
    ----------
    reference
        Reference package.
    knowledge
        For its years.
    place
        Any country.
    spreads
        Table of uncertain quantities.
    options
        Number of draws and seed.

    Returns
    -------
    FloatArray
        Shape (product, age, draw).
    """
    nothing = np.zeros((len(knowledge.years), len(reference.products)))
    model = compose_model(reference, knowledge, place, nothing, spreads)
    parameters = draw_parameters(model, Scores(options.streams, 0, options.draws))
    survival = np.empty((len(model.products), len(model.years), options.draws))
    fill_survival(parameters.shape, parameters.scale, model.convention, survival)
    return survival


def draw_market(
    reference: Reference,
    knowledge: Knowledge,
    place: Place,
    centre: FloatArray,
    spreads: Spreads,
    survival: FloatArray,
    options: EnsembleOptions,
) -> FloatArray:
    """Draw placed on market around its centre, as the ensemble of an outlook does.

    Parameters
    ----------
    reference
        Reference package.
    knowledge
        What could be known.
    place
        The country.
    centre
        Of :func:`project_centre`.
    spreads
        Table of uncertain quantities.
    survival
        Of :func:`draw_survival`.
    options
        Number of draws and seed.

    Returns
    -------
    FloatArray
        Shape (product, year, draw), t/yr.
    """
    model = compose_model(reference, knowledge, place, centre, spreads)
    parameters = draw_parameters(model, Scores(options.streams, 0, options.draws))
    market = np.empty((len(model.products), len(model.years), options.draws))
    fill_market(model, parameters, survival, market)
    return market


def compose_model(
    reference: Reference, knowledge: Knowledge, place: Place, centre: FloatArray, spreads: Spreads
) -> Model:
    """Compose the model of an ensemble, of which the market alone is looked at: it has no materials.

    Parameters
    ----------
    reference
        Reference package.
    knowledge
        What could be known.
    place
        The country.
    centre
        Shape (year, product), t/yr.
    spreads
        Table of uncertain quantities.

    Returns
    -------
    Model
        Population and income are open from the origin on as for a country package without a band, unless
        they were foreseen.
    """
    around, years = place.surroundings, knowledge.years
    known = np.clip(years, None, knowledge.origin)
    products = tuple(str(key) for key in reference.products.index)
    lifetime = reference.lifetime.sel(profile=PROFILE)
    return Model(
        iso3="",
        years=years.astype(np.intp),
        products=products,
        categories=(),
        materials=(),
        regions=(),
        category=np.zeros(len(products), dtype=np.intp),
        market=centre,
        population=place.drivers.population.values,
        income=place.drivers.income.values,
        population_band=_widen_ahead(knowledge, spreads, "population_path"),
        income_band=_widen_ahead(knowledge, spreads, "income_path"),
        profile=around.per_inhabitant.sel(measure="kg", year=known).values,
        group_income=around.group_income.sel(year=known).values,
        elasticity=around.elasticity.values,
        elasticity_error=around.elasticity_error,
        total_elasticity=reference.total_elasticity,
        total_elasticity_error=0.0,
        shape=lifetime.sel(parameter="shape").values,
        scale=lifetime.sel(parameter="scale").values,
        convention="uniform",
        composition=np.zeros((len(products), 0)),
        composition_spread=np.zeros((len(products), 0)),
        additive=np.zeros(0, dtype=bool),
        price=np.zeros(0),
        price_changes=np.zeros((20, 0)),
        market_spread=np.array([spreads["market_level", product].spread for product in products]),
        spreads=spreads,
        region_population=np.zeros((years.size, 0)),
        region_wage=np.zeros(0),
        photovoltaics=None,
        last_year_of_history=knowledge.origin,
    )


def _widen_ahead(knowledge: Knowledge, spreads: Spreads, quantity: str) -> Band:
    """Let a path open in proportion to the years since the origin, as without a band of its own."""
    ahead = np.maximum(knowledge.years - knowledge.origin, 0)
    row = spreads[quantity, "without_band"]
    width = row.spread * ahead / (SPREAD_YEAR - LAST_YEAR_OF_HISTORY) * (not knowledge.is_foreseen)
    return Band(width, width)
