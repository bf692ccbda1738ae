"""The central run after generation: from the e-waste of every product to labelled results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr

from ainalym.after_generation.block import Generated, Outcome, compute_outcome
from ainalym.after_generation.by_route import follow_routes
from ainalym.after_generation.conditions import (
    Conditions,
    Uncertain,
    prepare_conditions,
    read_picking,
    read_uncertain,
    share_conditions,
)
from ainalym.core.arrays import label_array
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_outflow_by_cohort
from ainalym.kernels.routing import compute_balance_error, follow_materials
from ainalym.packages.country import Country
from ainalym.packages.end_of_life import BOUNDARIES, FORMAL, HELD, REUSED, EndOfLife
from ainalym.packages.reference import Reference
from ainalym.scenarios.checks import Labels
from ainalym.scenarios.paths import pull_conditions
from ainalym.scenarios.reading import ReadScenario
from ainalym.stages.economics import label_accounts, label_fees
from ainalym.stages.end_of_life import (
    RouteNames,
    label_fates,
    label_route_shares,
    label_treated,
    route_ewaste,
    route_regions,
)
from ainalym.stages.hazards import compute_gas_content, compute_substance_content

MASS_BALANCE_TOLERANCE = 1e-9

YEAR_OF_HARM = 2022
"""Year for which the world monitor gives the cost of harm."""

UNKNOWN_URBAN_SHARE = 1.0
"""Share of the served population in towns where a country has no table of regions: the lower cost."""


class Flows(NamedTuple):
    """What was placed on the market and discarded.

    Attributes
    ----------
    market, pieces, ewaste
        Dims (year, product), t/yr, piece/yr, t/yr.
    embedded
        Dims (year, product, material), t/yr.
    survival
        Share of a cohort still in stock. Shape (year, cohort, product).
    income
        Dims (year,), int$/person.
    price
        Dims (material,), USD/t, NaN where there is none.
    by_region
        Dims (year, region, category), t/yr; None where the country has no regions.
    """

    market: xr.DataArray
    pieces: xr.DataArray
    ewaste: xr.DataArray
    embedded: xr.DataArray
    survival: FloatArray
    income: xr.DataArray
    price: xr.DataArray
    by_region: xr.DataArray | None


@dataclass(frozen=True, eq=False)
class Contents:
    """What a tonne of e-waste of each product holds, by year of discard.

    Attributes
    ----------
    gases
        Shape (year, product), t CO2e/t.
    substances
        Shape (substance, year, product), t/t.
    """

    gases: FloatArray
    substances: FloatArray


@dataclass(frozen=True, eq=False)
class AfterGeneration:
    """The central result.

    Attributes
    ----------
    arrays
        Labelled results.
    outcome
        The same as bare arrays by category, of one draw.
    conditions
        What decided it, by lever.
    contents
        Of gases and substances.
    urban_share
        Share of the served population that lives in towns.
    """

    arrays: list[xr.DataArray]
    outcome: Outcome
    conditions: Conditions
    contents: Contents
    urban_share: float


def make_labels(reference: Reference) -> Labels:
    """Make the labels that the levers of scenarios act on.

    Parameters
    ----------
    reference
        Reference package.

    Returns
    -------
    Labels
        Categories, products, materials.
    """
    return Labels(
        categories=tuple(str(name) for name in reference.categories.index),
        products=tuple(str(name) for name in reference.products.index),
        category_of=tuple(str(name) for name in reference.products["category"]),
        materials=tuple(str(name) for name in reference.materials.index),
    )


def read_published_collection(figures: Country) -> dict[int, float]:
    """Read the documented tonnes of collection; of several editions the newest.

    Parameters
    ----------
    figures
        Country package.

    Returns
    -------
    dict of int to float
        By year, t/yr.
    """
    table = figures.published
    rows = table[table["quantity"] == "ewaste_collected"].sort_values(["year", "vintage"])
    return {int(year): float(value) for year, value in zip(rows["year"], rows["value"], strict=True)}


def find_urban_share(known: EndOfLife, figures: Country) -> float:
    """Find which share of the people whose waste is collected lives in towns.

    Parameters
    ----------
    known
        Tables of the country, of which the coverage of regions is read.
    figures
        Country package, of which the newest population of regions is read.

    Returns
    -------
    float
        In [0, 1]; 1 where the country has no such table.
    """
    if known.coverage.empty or figures.region_population.size == 0:
        return UNKNOWN_URBAN_SHARE
    table = known.coverage.set_index("region")
    persons = figures.region_population.isel(year=-1).to_series().reindex(table.index)
    urban = (persons * table["urban_share"] * table["urban_coverage"]).sum()
    rural = (persons * (1.0 - table["urban_share"]) * table["rural_coverage"]).sum()
    return float(urban / (urban + rural))


def compute_after_generation(
    known: EndOfLife, reference: Reference, figures: Country, flows: Flows, scenario: ReadScenario
) -> AfterGeneration:
    """Compute what becomes of the e-waste of a central run.

    Parameters
    ----------
    known
        Tables of what follows generation.
    reference, figures
        Data packages.
    flows
        What was placed on the market and discarded.
    scenario
        Levers.

    Returns
    -------
    AfterGeneration
        Labelled arrays and what an ensemble needs.

    Raises
    ------
    InputError
        [EOL-001] to [EOL-003] if routes and scenario do not go together.
    AssertionError
        If mass were not conserved to 1e-9.
    """
    labels = make_labels(reference)
    years = flows.ewaste["year"].values.astype(np.float64)
    contents = compute_contents(known, reference, flows)
    generated = gather_by_category(labels, flows, contents)
    conditions = prepare_conditions(
        known, years, generated.ewaste.sum(axis=0), read_published_collection(figures)
    )
    conditions = pull_conditions(scenario, conditions, years, labels)
    uncertain = read_uncertain(known)
    additive = reference.materials["additive"].to_numpy(dtype=np.float64)
    urban = find_urban_share(known, figures)
    outcome = compute_outcome(known, uncertain, conditions, generated, additive, urban)
    if outcome.mass_error.max() > MASS_BALANCE_TOLERANCE:
        raise AssertionError(f"materials are not conserved: relative error {outcome.mass_error.max():.3g}")
    substances = [str(name) for name in reference.package.frame("substances")["substance"]]
    arrays = [
        *_label_routes(known, labels, flows, outcome),
        *_label_materials(known, labels, flows, outcome, uncertain, conditions),
        *_label_totals(labels, flows, outcome, contents, substances),
        *follow_routes(known, uncertain, conditions, generated, outcome, years.astype(np.intp)),
        *label_accounts(outcome.account, outcome.frame, flows.ewaste["year"].values),
        *label_fees(outcome.fee, flows.market, flows.pieces, labels.categories, labels.category_of),
    ]
    return AfterGeneration(arrays, outcome, conditions, contents, urban)


def compute_contents(known: EndOfLife, reference: Reference, flows: Flows) -> Contents:
    """Compute what a tonne of e-waste holds of gases and substances.

    Parameters
    ----------
    known
        Tables of gases and substances.
    reference
        Reference package.
    flows
        Of which market, pieces, e-waste and survival are read.

    Returns
    -------
    Contents
        By product and year of discard.
    """
    years = flows.ewaste["year"].values.astype(np.float64)
    products = [str(name) for name in flows.ewaste["product"].values]
    mass, pieces = (
        compute_outflow_by_cohort(amount.values, flows.survival, by_cohort=True)
        for amount in (flows.market, flows.pieces)
    )
    composition = reference.composition.to_series().unstack("material")
    substances = [str(name) for name in reference.package.frame("substances")["substance"]]
    return Contents(
        compute_gas_content(known.refrigerants, pieces, mass.sum(axis=1), products, years),
        compute_substance_content(known.hazards, substances, mass, composition, products, years),
    )


def gather_by_category(labels: Labels, flows: Flows, contents: Contents) -> Generated:
    """Sum products to categories, with an axis for one draw at the end.

    Parameters
    ----------
    labels
        Of categories and products.
    flows
        Central flows.
    contents
        Of gases and substances.

    Returns
    -------
    Generated
        Of one draw.
    """
    member = np.array([[float(own == name) for own in labels.category_of] for name in labels.categories])
    ewaste = flows.ewaste.values
    years = flows.ewaste["year"].values

    def gather(values: FloatArray) -> FloatArray:
        return np.ascontiguousarray(np.einsum("gp,...yp->...gy", member, values)[..., np.newaxis])

    return Generated(
        ewaste=gather(ewaste),
        market=gather(flows.market.values),
        embedded=gather(flows.embedded.transpose("material", "year", "product").values),
        gases=gather(ewaste * contents.gases),
        substances=gather(ewaste * contents.substances),
        income=find_income(flows.income.values[:, np.newaxis], years),
        price=np.nan_to_num(flows.price.values)[:, np.newaxis],
    )


def find_income(income: FloatArray, years: FloatArray) -> FloatArray:
    """Take the income of the year in which harm was valued: its worth is not let grow with the country.

    Parameters
    ----------
    income
        Shape (year, draw), int$/person.
    years
        Shape (year,).

    Returns
    -------
    FloatArray
        Shape (1, draw).
    """
    return income[[int(np.argmin(np.abs(np.asarray(years) - YEAR_OF_HARM)))]]


def _name_routes(known: EndOfLife) -> RouteNames:
    return RouteNames(known.routes, FORMAL, REUSED, HELD, known.undocumented)


def _label_routes(known: EndOfLife, labels: Labels, flows: Flows, outcome: Outcome) -> list[xr.DataArray]:
    years = flows.ewaste["year"].values
    share = label_route_shares(outcome.routes, _name_routes(known), labels.categories, years)
    ewaste = gather_total(labels, flows.ewaste)
    arrays = [
        share,
        route_ewaste(flows.ewaste, share, labels.category_of),
        label_treated(ewaste, outcome.treated, known.treatments, labels.categories, years),
    ]
    if flows.by_region is not None:
        arrays.append(route_regions(flows.by_region, share, FORMAL, _read_coverage(known, flows.by_region)))
    return arrays


def gather_total(labels: Labels, values: xr.DataArray) -> FloatArray:
    """Sum an array of (year, product) to categories. Shape (category, year, 1)."""
    own = np.array(labels.category_of)
    return np.stack([values.values[:, own == name].sum(axis=1) for name in labels.categories])[
        ..., np.newaxis
    ]


def _read_coverage(known: EndOfLife, by_region: xr.DataArray) -> FloatArray:
    regions = [str(name) for name in by_region["region"].values]
    if known.coverage.empty:
        return np.ones(len(regions))
    table = known.coverage.set_index("region").reindex(regions)
    urban = table["urban_share"].to_numpy(dtype=np.float64)
    served = urban * table["urban_coverage"].to_numpy(dtype=np.float64) + (1.0 - urban) * table[
        "rural_coverage"
    ].to_numpy(dtype=np.float64)
    # A region without a row is served as the mean of the others.
    return np.asarray(np.where(np.isnan(served), np.nanmean(served), served))


def _label_materials(
    known: EndOfLife,
    labels: Labels,
    flows: Flows,
    outcome: Outcome,
    uncertain: Uncertain,
    conditions: Conditions,
) -> list[xr.DataArray]:
    """Follow the materials of every product, each on the routes of its category."""
    years = flows.ewaste["year"].values
    places = [labels.categories.index(name) for name in labels.category_of]
    _, treated = share_conditions(known, conditions)
    by_product = type(treated)(treated.treated[:, places], *(part[places] for part in treated[1:]))
    embedded = flows.embedded.transpose("material", "product", "year").values[..., np.newaxis]
    picked = read_picking(uncertain, conditions)
    fates, formal = follow_materials(embedded, by_product, outcome.efficiency, picked, known.places)
    error = compute_balance_error(embedded, fates).max()
    if error > MASS_BALANCE_TOLERANCE:
        raise AssertionError(f"materials of a product are not conserved: relative error {error:.3g}")
    best = outcome.efficiency[list(known.places.formal)].max(axis=0)
    axes: dict[str, list[str] | np.ndarray] = {
        "year": years,
        "product": list(labels.products),
        "material": list(labels.materials),
    }

    def label(name: str, values: FloatArray) -> xr.DataArray:
        return label_array(name, values[..., 0].transpose(2, 1, 0), axes)

    return [
        label("material_recoverable", embedded * best[:, np.newaxis]),
        label("material_recovered", fates.recovered),
        label("material_recovered_formally", formal),
        label("material_lost", fates.lost),
        label_fates(fates, labels.materials, years),
        label_array(
            "recovered_value", outcome.value[..., 0].T, {"year": years, "material": list(labels.materials)}
        ),
    ]


def _label_totals(
    labels: Labels, flows: Flows, outcome: Outcome, contents: Contents, substances: list[str]
) -> list[xr.DataArray]:
    years = flows.ewaste["year"].values
    collected = outcome.collected.sum(axis=0)[:, 0]
    total = flows.ewaste.values.sum(axis=1)
    rate = np.divide(collected, total, out=np.zeros_like(total), where=total > 0) * 100.0
    axes: dict[str, dict[str, list[str] | np.ndarray]] = {
        "category": {"year": years, "category": list(labels.categories)},
        "boundary": {"year": years, "boundary": list(BOUNDARIES)},
        "substance": {"year": years, "substance": substances},
        "product": {"year": years, "product": list(labels.products)},
        "product_substance": {
            "year": years,
            "product": list(labels.products),
            "substance": substances,
        },
        "": {"year": years},
    }
    values = {
        "ewaste_collected": (collected, ""),
        "collection_rate": (rate, ""),
        "ewaste_collected_by_category": (outcome.collected[..., 0].T, "category"),
        "ewaste_unmanaged": (outcome.ewaste_unmanaged.sum(axis=0)[:, 0], ""),
        "producer_payments": (outcome.producers_pay[:, 0], ""),
        "public_payments": (outcome.others_pay[:, 0], ""),
        "ewaste_recycled": (outcome.recycled[..., 0].T, "category"),
        "ewaste_energy_recovered": (outcome.burnt[..., 0].T, "category"),
        "emissions_avoided": (outcome.emissions[..., 0].T, "boundary"),
        "emissions_avoided_formally": (outcome.emissions_formal[..., 0].T, "boundary"),
        "refrigerants_captured": (outcome.gases_captured[:, 0], ""),
        "refrigerants_released": (outcome.gases_released[:, 0], ""),
        "gas_content": (contents.gases, "product"),
        "substance_content": (contents.substances.transpose(1, 2, 0), "product_substance"),
        "substance_managed": (outcome.managed[..., 0].T, "substance"),
        "substance_unmanaged": (outcome.unmanaged[..., 0].T, "substance"),
    }
    return [label_array(name, array, axes[axis]) for name, (array, axis) in values.items()]
