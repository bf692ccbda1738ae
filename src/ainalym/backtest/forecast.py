"""What each method would have said of one country, the ensemble with its draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import xarray as xr

from ainalym.backtest.ewaste import CONVENTION
from ainalym.backtest.knowledge import (
    PROFILE,
    BoolArray,
    FloatArray,
    Knowledge,
    Surroundings,
    read_household_sizes,
)
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.block import fill_market, let_drift
from ainalym.ensemble.model import SPREAD_YEAR, Band, Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.ownership import Amounts, Owners, Ownership, compose_ownership
from ainalym.ensemble.parameters import Scores, draw_parameters
from ainalym.ensemble.survival import fill_survival
from ainalym.ensemble.uncertainty import Spreads
from ainalym.kernels.joining import compute_open_share
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
    is_known
        Whether a figure was reported by the origin. Shape (year, product).
    surroundings
        What the other countries tell.
    """

    country: int
    drivers: Drivers
    suggested: Market
    mass: xr.DataArray
    pieces: xr.DataArray
    is_known: BoolArray
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
    end = len(knowledge.years)
    is_known = (
        np.isfinite(panel.kg[country, :, :end].T) & (knowledge.years <= knowledge.origin)[:, np.newaxis]
    )
    mass, pieces = own
    drivers = Drivers(persons, income, persons / size)
    return Place(country, drivers, suggested, mass, pieces, is_known, surroundings)


@dataclass(frozen=True)
class Projected:
    """The middle of an ensemble, and which of its products follow ownership.

    Attributes
    ----------
    mass
        Placed on market, years to the origin as the method has them. Shape (year, product), t/yr.
    ownership
        None where no product follows it.
    open_level
        Share of the spread of levels that the country's own figures leave open. Shape (year, product); None
        where they are not looked at.
    """

    mass: FloatArray
    ownership: Ownership | None = None
    open_level: FloatArray | None = None


def project_centre(reference: Reference, knowledge: Knowledge, place: Place, centre: Centre) -> Projected:
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
    Projected
        Mass, and what the ensemble needs to follow ownership in every draw.
    """
    if centre == "reference":
        return Projected(np.asarray(place.suggested.mass.values))
    around = place.surroundings
    tables = Tables(around.methods, around.switches, reference.package.frame("trend_exceptions").iloc[:0])
    plan = plan_projection(list(around.methods.index), tables, around.curves, "", centre)
    profile = Profile(
        place.suggested.mass,
        place.suggested.pieces,
        around.per_inhabitant.sel(measure="kg", drop=True),
        around.group_income,
    )
    mass, pieces = project_market(
        place.mass,
        place.pieces,
        knowledge.origin,
        place.drivers,
        profile,
        around.curves,
        plan,
        reference.lifetime.sel(profile=PROFILE, drop=True),
        CONVENTION,
    )
    owners = Owners(place.drivers.population.values, place.drivers.households.values)
    amounts = Amounts(np.asarray(mass.values), np.asarray(pieces.values))
    ownership = compose_ownership(plan, around.curves, amounts, owners, knowledge.past)
    return Projected(amounts.mass, ownership, compute_open_share(place.is_known))


class DrawnMarket(NamedTuple):
    """Placed on market of every draw.

    Attributes
    ----------
    still
        Before it drifts after the origin. Shape (product, year, draw), t/yr.
    market
        As the ensemble has it. Same shape.
    """

    still: FloatArray
    market: FloatArray


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
    nothing = Projected(np.zeros((len(knowledge.years), len(reference.products))))
    model = compose_model(reference, knowledge, place, nothing, spreads)
    parameters = draw_parameters(model, Scores(options.streams, 0, options.draws))
    survival = np.empty((len(model.products), len(model.years), options.draws))
    fill_survival(parameters.shape, parameters.scale, model.convention, survival)
    return survival


def draw_market(
    reference: Reference,
    knowledge: Knowledge,
    place: Place,
    centre: Projected,
    spreads: Spreads,
    survival: FloatArray,
    options: EnsembleOptions,
) -> DrawnMarket:
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
    DrawnMarket
        With and without the drift after the origin.
    """
    model = compose_model(reference, knowledge, place, centre, spreads)
    parameters = draw_parameters(model, Scores(options.streams, 0, options.draws))
    still = np.empty((len(model.products), len(model.years), options.draws))
    fill_market(model, replace(parameters, drift_spread=0.0), survival, still)
    market = still.copy()
    let_drift(model, parameters, market)
    return DrawnMarket(still, market)


def compose_model(
    reference: Reference, knowledge: Knowledge, place: Place, centre: Projected, spreads: Spreads
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
        Of :func:`project_centre`.
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
        market=centre.mass,
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
        convention=CONVENTION,
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
        ownership=centre.ownership,
        last_year_of_history=knowledge.origin,
        open_level=centre.open_level,
    )


def _widen_ahead(knowledge: Knowledge, spreads: Spreads, quantity: str) -> Band:
    """Let a path open in proportion to the years since the origin, as without a band of its own."""
    ahead = np.maximum(knowledge.years - knowledge.origin, 0)
    row = spreads[quantity, "without_band"]
    width = row.spread * ahead / (SPREAD_YEAR - LAST_YEAR_OF_HISTORY) * (not knowledge.is_foreseen)
    return Band(width, width)
