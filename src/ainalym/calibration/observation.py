"""The model as surveys and statistics see it: what each piece of evidence would read in every draw.

Only the years and products that evidence speaks of are computed, so that ten thousand draws take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.ensemble.block import fill_market
from ainalym.ensemble.model import Band, FloatArray, Model
from ainalym.ensemble.ownership import Ownership
from ainalym.ensemble.parameters import ParameterDraws, draw_parameters
from ainalym.ensemble.survival import fill_survival

Kind: TypeAlias = Literal[
    "placed_on_market", "stock", "ewaste_generated", "photovoltaic_capacity", "households"
]


@dataclass(frozen=True)
class Sight:
    """What one piece of evidence looks at.

    Attributes
    ----------
    kind
        Quantity of the model.
    pieces
        Whether pieces are counted; else mass, t.
    products
        Places of the products that are summed.
    year
        Place of the year.
    """

    kind: Kind
    pieces: bool
    products: tuple[int, ...]
    year: int


@dataclass(frozen=True)
class Scene:
    """The model cut down to what evidence sees, and what is looked at.

    Attributes
    ----------
    model
        Without materials and later years.
    sights
        One per piece of evidence.
    pieces_per_tonne
        Of the centre, 0 where nothing is placed on market. Shape (product, year).
    households
        Of the centre. Shape (year,).
    """

    model: Model
    sights: tuple[Sight, ...]
    pieces_per_tonne: FloatArray
    households: FloatArray


@dataclass(frozen=True)
class HeldScores:
    """Scores that are known already; a stream that is not held stays at its centre.

    Attributes
    ----------
    held
        Standard normal numbers by stream. Shape (size, draw).
    count
        Number of draws.
    """

    held: Mapping[str, FloatArray]
    count: int

    def normal(self, stream: str, size: int) -> FloatArray:
        """Give the scores of a stream, shape (draw, size)."""
        if stream in self.held:
            # A copy: whoever asks for numbers may write over them.
            return self.held[stream].copy().T
        return np.zeros((self.count, size))


def build_scene(model: Model, sights: tuple[Sight, ...], pieces: FloatArray, households: FloatArray) -> Scene:
    """Cut the model down to what evidence sees.

    Parameters
    ----------
    model
        The model of the ensemble.
    sights
        What is looked at.
    pieces
        Placed on market of the central run, piece/yr. Shape (year, product).
    households
        Of the central run. Shape (year,).

    Returns
    -------
    Scene
        Ready for :func:`predict`.
    """
    seen = slice(max(sight.year for sight in sights) + 1)
    ratio = np.divide(pieces, model.market, out=np.zeros_like(pieces), where=model.market > 0.0)[seen]
    return Scene(
        cut_years(drop_materials(model), seen), sights, np.ascontiguousarray(ratio.T), households[seen]
    )


def drop_materials(model: Model) -> Model:
    """Leave the materials out of a model: no evidence speaks of them.

    Parameters
    ----------
    model
        Any model.

    Returns
    -------
    Model
        A copy without materials.
    """
    return replace(
        model,
        materials=(),
        composition=model.composition[:, :0],
        composition_spread=model.composition_spread[:, :0],
        additive=model.additive[:0],
        price=model.price[:0],
        price_changes=model.price_changes[:, :0],
    )


def cut_years(model: Model, seen: slice) -> Model:
    """Leave the later years out of a model: what happens in a year acts on no year before.

    Parameters
    ----------
    model
        Any model.
    seen
        The years that stay, from the first one on.

    Returns
    -------
    Model
        A copy with fewer years.
    """
    panels = model.photovoltaics
    if panels is not None:
        panels = replace(
            panels,
            capacity=panels.capacity[seen],
            band=_cut_band(panels.band, seen),
            tonnes_per_megawatt=panels.tonnes_per_megawatt[seen],
        )
    return replace(
        model,
        years=model.years[seen],
        market=model.market[seen],
        population=model.population[seen],
        income=model.income[seen],
        population_band=_cut_band(model.population_band, seen),
        income_band=_cut_band(model.income_band, seen),
        profile=model.profile[seen],
        group_income=model.group_income[seen],
        region_population=model.region_population[seen],
        photovoltaics=panels,
        ownership=_cut_ownership(model.ownership, int(seen.stop)),
    )


def _cut_ownership(ownership: Ownership | None, years: int) -> Ownership | None:
    """Leave the later years out; within history no market follows ownership."""
    if ownership is None or years <= ownership.past:
        return None
    return replace(ownership, bearers=ownership.bearers[:, : 1 + years - ownership.past])


def _cut_band(band: Band, seen: slice) -> Band:
    return Band(band.down[seen], band.up[seen])


def predict(scene: Scene, scores: HeldScores) -> FloatArray:
    """Compute what every piece of evidence would read.

    Parameters
    ----------
    scene
        What is looked at.
    scores
        Scores of the draws; a multiple of :data:`ainalym.ensemble.block.DRAWS_IN_STEP`.

    Returns
    -------
    FloatArray
        Shape (sight, draw): pieces, t, or the same per year, MW, households; 0 where a product is not sold
        yet.

    Notes
    -----
    A piece weighs what its unit weight says in this draw: pieces are mass over the drawn weight, for each
    cohort, and stay in use as long as the mass does.
    """
    model = scene.model
    draws = draw_parameters(model, scores)
    shape = (len(model.products), len(model.years), draws.count)
    survival, market = np.empty(shape), np.empty(shape)
    fill_survival(draws.shape, draws.scale, model.convention, survival)
    fill_market(model, draws, survival, market)
    found: dict[tuple[Kind, bool, int, int], FloatArray] = {}
    readings = np.zeros((len(scene.sights), draws.count))
    for total, sight in zip(readings, scene.sights, strict=True):
        if sight.kind == "households":
            total += scene.households[sight.year]
            continue
        if sight.kind == "photovoltaic_capacity":
            total += 0.0 if draws.capacity is None else draws.capacity[:, sight.year]
            continue
        # One product after the other, so that a sum has the same bits in any block.
        for product in sight.products:
            key = (sight.kind, sight.pieces, sight.year, product)
            if key not in found:
                found[key] = _read(scene, draws, survival[product], market[product], key)
            total += found[key]
    return readings


def _read(
    scene: Scene,
    draws: ParameterDraws,
    left: FloatArray,
    entering: FloatArray,
    key: tuple[Kind, bool, int, int],
) -> FloatArray:
    """Read one quantity of one product in one year, from its survival and market by (year, draw)."""
    kind, pieces, year, product = key
    inflow = entering[: year + 1]
    if pieces:
        inflow = inflow * scene.pieces_per_tonne[product, : year + 1, np.newaxis]
        inflow /= draws.unit_weight[:, product]
    if kind == "placed_on_market":
        return np.asarray(inflow[year])
    held = np.einsum("cd,cd->d", inflow, left[year::-1])
    if kind == "stock":
        return np.asarray(held)
    # What was there at the end of the year before, and what entered, less what is there at the end.
    before = np.einsum("cd,cd->d", inflow[:year], left[year - 1 :: -1][:year]) if year else 0.0
    return np.asarray(before + inflow[year] - held)


def find_products(names: tuple[str, ...], wanted: npt.ArrayLike) -> tuple[int, ...]:
    """Find the places of products.

    Parameters
    ----------
    names
        All products, in order.
    wanted
        Names of some; all of them known.

    Returns
    -------
    tuple of int
        In the order of the model.
    """
    chosen = set(np.asarray(wanted).tolist())
    return tuple(place for place, name in enumerate(names) if name in chosen)
