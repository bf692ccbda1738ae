"""What becomes of e-waste in the draws, by the kernels of the central run: routes, recovery, money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ainalym.after_generation.block import Generated, Outcome, compute_outcome
from ainalym.after_generation.central import (
    find_income,
    find_urban_share,
    make_labels,
    read_published_collection,
)
from ainalym.after_generation.conditions import (
    Probabilities,
    keep_centre,
    prepare_conditions,
    read_uncertain,
)
from ainalym.kernels.product_levers import ProductFlows, group_products, pull_side_by_side
from ainalym.packages.country import Country
from ainalym.packages.end_of_life import BOUNDARIES, FORMAL, HELD, REUSED, EndOfLife, read_end_of_life
from ainalym.packages.reference import Reference
from ainalym.results.result import Result
from ainalym.scenarios.checks import Labels
from ainalym.scenarios.levers import read_levers
from ainalym.scenarios.paths import (
    PRODUCT_LEVERS,
    Targets,
    draw_targets,
    find_first_year,
    pull_conditions,
    pull_products,
    take_centre,
)
from ainalym.scenarios.reading import ReadScenario, read_scenario
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.stages.economics import FORMAL_ITEMS, WORLD_ITEMS

FloatArray: TypeAlias = npt.NDArray[np.float64]

DRAWS_AT_A_TIME = 64
"""Draws whose materials are followed together: seven fates of all materials would else fill the memory."""

COLUMNS_AT_A_TIME = 256
"""Products times draws whose levers are pulled together: one alone is too little for a call."""

KEPT_AFTER: dict[str, tuple[str, ...]] = {
    "ewaste_by_route": ("route", "year"),
    "ewaste_collected_by_category": ("category", "year"),
    "material_recoverable_total": ("material", "year"),
    "material_recovered_total": ("material", "year"),
    "material_lost_total": ("material", "year"),
    "recovered_value": ("material", "year"),
    "emissions_avoided": ("boundary", "year"),
    "emissions_avoided_formally": ("boundary", "year"),
    "substance_unmanaged": ("substance", "year"),
    "formal_account": ("item", "year"),
    "world_frame_account": ("world_item", "year"),
}
"""Quantities after generation of which every draw is kept, and their axes before the draws."""

HEADLINE_AFTER: dict[str, tuple[str, ...]] = {
    "ewaste_collected": ("year",),
    "collection_rate": ("year",),
    "ewaste_unmanaged": ("year",),
    "recovered_value_total": ("year",),
    "refrigerants_captured": ("year",),
    "refrigerants_released": ("year",),
    "producer_payments": ("year",),
    "public_payments": ("year",),
}
"""The same in double precision."""


@dataclass(frozen=True, eq=False)
class EndOfLifeModel:
    """All that the draws need to know of the time after generation.

    Attributes
    ----------
    known
        Tables of the country.
    scenario
        Levers.
    labels
        What they act on.
    substances
        Labels.
    gas_content
        Shape (year, product), t CO2e/t.
    substance_content
        Shape (substance, year, product), t/t.
    published
        Documented collection by year, t/yr.
    additive
        1 for materials that are part of the mass of e-waste. Shape (material,).
    urban_share
        Share of the served population that lives in towns.
    first_year
        First year whose sales the scenario may change.
    at_centre
        Whether every range is held at its central value.
    """

    known: EndOfLife
    scenario: ReadScenario
    labels: Labels
    substances: tuple[str, ...]
    gas_content: FloatArray
    substance_content: FloatArray
    published: Mapping[int, float]
    additive: FloatArray
    urban_share: float
    first_year: int
    at_centre: bool = False

    @property
    def moves_products(self) -> bool:
        """Whether the scenario pulls a lever on products."""
        return any(override.lever in PRODUCT_LEVERS for override in self.scenario.overrides)

    @property
    def axes(self) -> dict[str, list[str]]:
        """Labels of the axes of :data:`KEPT_AFTER`, year and material apart."""
        return {
            "route": list(self.known.routes),
            "boundary": list(BOUNDARIES),
            "substance": list(self.substances),
            "item": list(FORMAL_ITEMS),
            "world_item": list(WORLD_ITEMS),
        }

    @property
    def streams(self) -> dict[str, int]:
        """Random streams and how many numbers a draw takes of each; all scenarios share them."""
        known = self.known
        levers = {f"lever_{name}": 1 for name in read_levers()}
        return {
            "collection": 1,
            "reuse": 1,
            "hibernation": 1,
            "manual_dismantling": 1,
            "route_weights": len(known.undocumented),
            "recovery_efficiency": len(known.materials),
            "cherry_picking": len(known.materials),
            "emission_factors": 1,
            "economics": len(known.economics),
            "contents": 2,
            **levers,
        }


def collect_end_of_life(
    reference: Reference, figures: Country, result: Result, options: RunOptions
) -> EndOfLifeModel:
    """Gather what the draws need to know of the time after generation.

    Parameters
    ----------
    reference, figures
        Data packages.
    result
        Central outlook, of which the contents of gases and substances are read.
    options
        Choices of the run.

    Returns
    -------
    EndOfLifeModel
        Bare arrays and tables.
    """
    labels = make_labels(reference)
    known = read_end_of_life(reference, figures)
    scenario = read_scenario(options.scenario, labels)
    content = result.data["substance_content"].transpose("substance", "year", "product")
    return EndOfLifeModel(
        known=known,
        scenario=scenario,
        labels=labels,
        substances=tuple(str(name) for name in content["substance"].values),
        gas_content=result.data["gas_content"].transpose("year", "product").values,
        substance_content=content.values,
        published=read_published_collection(figures),
        additive=reference.materials["additive"].to_numpy(dtype=np.float64),
        urban_share=find_urban_share(known, figures),
        first_year=find_first_year(scenario.overrides, LAST_YEAR_OF_HISTORY),
    )


def draw_probabilities(
    after: EndOfLifeModel, normal: Callable[[str, int], FloatArray]
) -> dict[str, FloatArray]:
    """Draw where in its range every number after generation lies.

    Parameters
    ----------
    after
        Model of the time after generation.
    normal
        Gives standard normal numbers of a stream, for its name and a size. Shape (draw, size).

    Returns
    -------
    dict of str to FloatArray
        By stream. Shape (size, draw), from 0 to 1; empty where everything is held at its centre.
    """
    if after.at_centre:
        return {}
    return {
        name: np.ascontiguousarray(ndtr(normal(f"end_of_life_{name}", size)).T)
        for name, size in after.streams.items()
    }


def find_targets(probabilities: Mapping[str, FloatArray]) -> Targets:
    """Give the targets of levers in the draws.

    Parameters
    ----------
    probabilities
        Of :func:`draw_probabilities`.

    Returns
    -------
    Targets
        Central targets where there are no probabilities.
    """
    if not probabilities:
        return take_centre
    return draw_targets(lambda lever: probabilities[f"lever_{lever}"][0])


def pull_on_products(
    after: EndOfLifeModel,
    probabilities: Mapping[str, FloatArray],
    years: npt.NDArray[np.intp],
    survival: FloatArray,
    shape: FloatArray,
    flows: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    """Pull the levers on products in every draw, in place.

    Parameters
    ----------
    after
        Model of the time after generation.
    probabilities
        Of :func:`draw_probabilities`.
    years
        Shape (year,).
    survival
        By age. Shape (product, age, draw).
    shape
        Of the Weibull lifetimes. Shape (draw, product).
    flows
        Market, stock and e-waste, changed where a lever is pulled. Shape (product, year, draw).
    """
    paths = pull_products(after.scenario, years.astype(np.float64), after.labels, find_targets(probabilities))
    first = int(np.searchsorted(years, after.first_year))
    for path, products in group_products(paths):
        plain = ProductFlows(*(array[products] for array in flows))
        found = pull_side_by_side(
            plain, survival[products], shape[:, products].T, path, first, COLUMNS_AT_A_TIME
        )
        for array, values in zip(flows, found, strict=True):
            array[products] = values


@dataclass(frozen=True, eq=False)
class Before:
    """What a block of draws has before its end of life is computed.

    Attributes
    ----------
    years
        Shape (year,).
    category
        Place of the category of each product. Shape (product,).
    ewaste
        Shape (product, year, draw), t/yr.
    market_by_category
        Shape (category, year, draw), t/yr.
    composition
        Shape (draw, product, material).
    income
        Shape (year, draw), int$/person.
    price
        Shape (draw, material), USD/t.
    """

    years: npt.NDArray[np.intp]
    category: npt.NDArray[np.intp]
    ewaste: FloatArray
    market_by_category: FloatArray
    composition: FloatArray
    income: FloatArray
    price: FloatArray

    def take(self, draws: slice) -> Before:
        """Take some of the draws, with the draws last in memory as well."""
        return Before(
            self.years,
            self.category,
            self.ewaste[..., draws],
            self.market_by_category[..., draws],
            self.composition[draws],
            self.income[..., draws],
            self.price[draws],
        )


def compute_end_of_life(
    after: EndOfLifeModel, before: Before, probabilities: Mapping[str, FloatArray]
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Compute what becomes of the e-waste of a block of draws.

    Parameters
    ----------
    after
        Model of the time after generation.
    before
        E-waste and its surroundings.
    probabilities
        Of :func:`draw_probabilities`.

    Returns
    -------
    tuple of dict and FloatArray
        Quantities of :data:`KEPT_AFTER` and :data:`HEADLINE_AFTER`, shape (..., year, draw); largest error of
        the balance of materials, shape (draw,).
    """
    draws = before.income.shape[-1]
    parts, errors = [], []
    for begin in range(0, draws, DRAWS_AT_A_TIME):
        chosen = slice(begin, min(begin + DRAWS_AT_A_TIME, draws))
        own = {name: values[:, chosen] for name, values in probabilities.items()}
        found, error = _compute_some(after, before.take(chosen), own)
        parts.append(found)
        errors.append(error)
    joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
    return joined, np.concatenate(errors)


def _compute_some(
    after: EndOfLifeModel, before: Before, probabilities: Mapping[str, FloatArray]
) -> tuple[dict[str, FloatArray], FloatArray]:
    generated = _gather(after, before)
    find: Probabilities = _read_from(probabilities) if probabilities else keep_centre
    years = before.years.astype(np.float64)
    total = _add(generated.ewaste)
    conditions = prepare_conditions(after.known, years, total, after.published, find)
    conditions = pull_conditions(after.scenario, conditions, years, after.labels, find_targets(probabilities))
    outcome = compute_outcome(
        after.known,
        read_uncertain(after.known, find),
        conditions,
        generated,
        after.additive,
        after.urban_share,
    )
    shape = total.shape
    found = {
        name: np.broadcast_to(values, (*values.shape[:-2], *shape))
        for name, values in _name_quantities(after, outcome, generated.ewaste).items()
    }
    return found, np.broadcast_to(outcome.mass_error, shape[-1:])


def _read_from(probabilities: Mapping[str, FloatArray]) -> Callable[[str, int], FloatArray]:
    def find(stream: str, _size: int) -> FloatArray:
        return probabilities[stream]

    return find


def _gather(after: EndOfLifeModel, before: Before) -> Generated:
    """Sum e-waste and its contents to categories."""
    categories = len(after.labels.categories)
    years, draws = before.ewaste.shape[1:]
    ewaste = np.zeros((categories, years, draws))
    gases = np.zeros_like(ewaste)
    substances = np.zeros((len(after.substances), categories, years, draws))
    materials = before.composition.shape[2]
    embedded = np.zeros((materials, categories, years, draws))
    fractions = np.ascontiguousarray(before.composition.transpose(2, 1, 0))
    for place in range(categories):
        own = np.flatnonzero(before.category == place)
        mass = before.ewaste[own]
        np.einsum("pyd->yd", mass, out=ewaste[place])
        np.einsum("pyd,yp->yd", mass, after.gas_content[:, own], out=gases[place])
        for substance, content in enumerate(after.substance_content):
            np.einsum("pyd,yp->yd", mass, content[:, own], out=substances[substance, place])
        for material in range(materials):
            np.einsum("pyd,pd->yd", mass, fractions[material, own], out=embedded[material, place])
    return Generated(
        ewaste=ewaste,
        market=np.ascontiguousarray(before.market_by_category),
        embedded=embedded,
        gases=gases,
        substances=substances,
        income=find_income(before.income, before.years.astype(np.float64)),
        price=np.ascontiguousarray(before.price.T),
    )


def _add(values: FloatArray) -> FloatArray:
    """Add up the first axis row by row, in the same order whatever the number of draws."""
    total = np.zeros(values.shape[1:])
    for row in values:
        total += row
    return total


def _name_quantities(after: EndOfLifeModel, outcome: Outcome, ewaste: FloatArray) -> dict[str, FloatArray]:
    """Give what is kept of an outcome by its name in the vocabulary."""
    routes = outcome.routes
    shares = {FORMAL: routes.formal, REUSED: routes.reused, HELD: routes.held}
    shares |= dict(zip(after.known.undocumented, routes.undocumented, strict=True))
    by_route = np.stack([_add(ewaste * shares[name]) for name in after.known.routes])
    collected, total = _add(outcome.collected), _add(ewaste)
    account, frame = outcome.account, outcome.frame
    formal = (
        _add(account.revenue),
        account.carbon,
        account.harm,
        -_add(account.collection),
        -_add(account.treatment),
        -_add(account.residue),
        -_add(account.administration),
        account.net,
    )
    world = (frame.materials, frame.carbon, -frame.treatment, -frame.harm, frame.net)
    return {
        "ewaste_by_route": by_route,
        "ewaste_collected_by_category": outcome.collected,
        "ewaste_unmanaged": _add(outcome.ewaste_unmanaged),
        "material_recoverable_total": outcome.recoverable,
        "material_recovered_total": outcome.sums.recovered,
        "material_lost_total": outcome.sums.lost,
        "recovered_value": outcome.value,
        "emissions_avoided": outcome.emissions,
        "emissions_avoided_formally": outcome.emissions_formal,
        "substance_unmanaged": outcome.unmanaged,
        "formal_account": np.stack(formal),
        "world_frame_account": np.stack(world),
        "ewaste_collected": collected,
        "collection_rate": 100.0 * np.divide(collected, total, out=np.zeros_like(total), where=total > 0),
        "recovered_value_total": _add(outcome.value),
        "refrigerants_captured": outcome.gases_captured,
        "refrigerants_released": outcome.gases_released,
        "producer_payments": outcome.producers_pay,
        "public_payments": outcome.others_pay,
    }
