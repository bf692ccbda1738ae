"""What is kept of a block of draws: totals in full, all else for the quantiles."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.core.streams import Streams
from ainalym.ensemble.block import DRAWS_IN_STEP, Block, Workspace, compute_block
from ainalym.ensemble.end_of_life import HEADLINE_AFTER, KEPT_AFTER, Before, compute_end_of_life
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import ParameterDraws, Scores, draw_parameters

SingleArray: TypeAlias = npt.NDArray[np.float32]

Layout: TypeAlias = dict[str, tuple[str, ...]]

SUMMARISED: Layout = {
    "placed_on_market": ("product", "year"),
    "stock": ("product", "year"),
    "ewaste_generated": ("product", "year"),
    "ewaste_generated_by_region_total": ("region", "year"),
}
"""Quantities of which quantiles are kept, and their axes before the draws."""

KEPT: Layout = {
    "placed_on_market_by_category": ("category", "year"),
    "stock_by_category": ("category", "year"),
    "ewaste_generated_by_category": ("category", "year"),
    "material_embedded_total": ("material", "year"),
    "material_value": ("material", "year"),
}
"""Quantities of which every draw is kept, in single precision."""

HEADLINE: Layout = {
    "placed_on_market_total": ("year",),
    "stock_total": ("year",),
    "ewaste_generated_total": ("year",),
    "material_value_total": ("year",),
    "population": ("year",),
    "income": ("year",),
}
"""Quantities of which every draw is kept, in double precision."""


@dataclass(frozen=True)
class Slab:
    """Draws of a block, as they are kept.

    Attributes
    ----------
    first
        First draw.
    summarised
        All quantities of :data:`SUMMARISED`, one below the other. Shape (cell, draw), single precision.
    kept
        Quantities of :data:`KEPT`. Shape (..., draw), single precision.
    headline
        Quantities of :data:`HEADLINE`. Shape (year, draw).
    mass_error
        Largest relative error of the mass balance.
    """

    first: int
    summarised: SingleArray
    kept: dict[str, SingleArray]
    headline: dict[str, FloatArray]
    mass_error: float


_memory = threading.local()


def compute_slab(model: Model, streams: Streams, first: int, last: int) -> Slab:
    """Compute a block of draws and keep of it what is kept.

    Parameters
    ----------
    model
        The model.
    streams
        Random streams of the run.
    first, last
        Draws from ``first`` up to, not including, ``last``.

    Returns
    -------
    Slab
        The same bits in any block, thread or process.
    """
    draws = last - first
    padded = -(-draws // DRAWS_IN_STEP) * DRAWS_IN_STEP
    workspace = _find_workspace(model, padded)
    parameters = draw_parameters(model, Scores(streams, first, padded))
    block = compute_block(model, parameters, workspace)
    slab = keep_block(block, first, draws)
    if model.end_of_life is None:
        return slab
    return keep_end_of_life(slab, model, block, parameters)


def keep_end_of_life(slab: Slab, model: Model, block: Block, parameters: ParameterDraws) -> Slab:
    """Compute what becomes of the e-waste of a block, and keep of it what is kept.

    Parameters
    ----------
    slab
        What is kept of the block.
    model
        The model, with its end of life.
    block
        The block, before the next one is computed.
    parameters
        Draws of the block.

    Returns
    -------
    Slab
        With the quantities after generation.
    """
    if model.end_of_life is None:
        raise AssertionError("the model knows nothing of the time after generation")
    before = Before(
        model.years,
        model.category,
        block.ewaste,
        block.market_by_category,
        parameters.composition,
        block.income,
        parameters.price,
    )
    found, error = compute_end_of_life(model.end_of_life, before, parameters.probabilities)
    draws = slab.summarised.shape[1]
    kept = {name: found[name][..., :draws].astype(np.float32) for name in KEPT_AFTER}
    headline = {name: found[name][..., :draws].copy() for name in HEADLINE_AFTER}
    return replace(
        slab,
        kept=slab.kept | kept,
        headline=slab.headline | headline,
        mass_error=max(slab.mass_error, float(error[:draws].max())),
    )


def keep_block(block: Block, first: int, draws: int) -> Slab:
    """Copy what is kept of a block out of its memory.

    Parameters
    ----------
    block
        A computed block.
    first
        First draw.
    draws
        How many of its draws are wanted.

    Returns
    -------
    Slab
        In memory of its own.
    """
    by_product = (block.market, block.stock, block.ewaste, block.ewaste_by_region)
    cells = [array.reshape(-1, array.shape[-1])[:, :draws] for array in by_product]
    summarised = np.empty((sum(len(part) for part in cells), draws), dtype=np.float32)
    row = 0
    for part in cells:
        summarised[row : row + len(part)] = part
        row += len(part)
    by_group = (
        block.market_by_category,
        block.stock_by_category,
        block.ewaste_by_category,
        block.material,
        block.value,
    )
    totals = [add_rows(array) for array in (*by_group[:3], block.value)]
    headline = dict(zip(HEADLINE, (*totals, block.population, block.income), strict=True))
    return Slab(
        first=first,
        summarised=summarised,
        kept={
            name: array[..., :draws].astype(np.float32) for name, array in zip(KEPT, by_group, strict=True)
        },
        headline={name: array[..., :draws].copy() for name, array in headline.items()},
        mass_error=float(block.mass_error[:draws].max()),
    )


def add_rows(array: FloatArray) -> FloatArray:
    """Add up the first axis row by row, in the same order whatever the other axes.

    Parameters
    ----------
    array
        Shape (row, ...).

    Returns
    -------
    FloatArray
        Shape (...).
    """
    total = np.zeros(array.shape[1:])
    for row in array:
        total += row
    return total


def _find_workspace(model: Model, draws: int) -> Workspace:
    """Give the memory of this thread, fresh only where it is too small or of another model."""
    size = (len(model.products), len(model.years))
    workspace: Workspace | None = getattr(_memory, "workspace", None)
    if workspace is None or workspace.market.shape[:2] != size or workspace.market.shape[2] < draws:
        workspace = Workspace(model, draws)
        _memory.workspace = workspace
    return workspace
