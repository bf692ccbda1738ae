"""The draws again under another scenario: what no lever touches is held in memory, the rest is computed."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from ainalym.after_generation.central import YEAR_OF_HARM, Contents
from ainalym.core.streams import Streams
from ainalym.ensemble.block import (
    DRAWS_IN_STEP,
    Workspace,
    compute_block,
    sum_categories,
)
from ainalym.ensemble.end_of_life import (
    DRAWS_AT_A_TIME,
    HEADLINE_AFTER,
    KEPT_AFTER,
    Before,
    EndOfLifeModel,
    compute_end_of_life,
    pull_on_products,
)
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import ParameterDraws, Scores, draw_parameters
from ainalym.ensemble.run import AnyArray, label_quantities
from ainalym.ensemble.slab import add_rows
from ainalym.scenarios.paths import find_first_year
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY

TOTALS = ("placed_on_market", "stock", "ewaste_generated")
"""Quantities of which the total of every draw is kept, in the order of the flows of a part."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some draws of an outlook without levers.

    Attributes
    ----------
    count
        Draws that are wanted; arrays may hold a few more.
    flows
        Market, stock and e-waste. Each of shape (product, year, draw), t/yr, t, t/yr.
    survival
        By age. Shape (product, age, draw).
    parameters
        Draws of the inputs.
    """

    count: int
    flows: tuple[FloatArray, FloatArray, FloatArray]
    survival: FloatArray
    parameters: ParameterDraws


def prepare_parts(model: Model, streams: Streams, draws: int) -> list[Part]:
    """Compute draws without levers, to be held in memory.

    Parameters
    ----------
    model
        The model of an outlook.
    streams
        Random streams of the prior, or those that have learned from evidence.
    draws
        Number of draws; the first ones of a run with the same streams.

    Returns
    -------
    list of Part
        About 0.13 MB per draw.
    """
    plain = replace(model, end_of_life=None)
    parts = []
    # Of about one size, so that threads which share them end together.
    size = -(-draws // (-(-draws // DRAWS_AT_A_TIME) * DRAWS_IN_STEP)) * DRAWS_IN_STEP
    for first in range(0, draws, size):
        count = min(size, draws - first)
        padded = -(-count // DRAWS_IN_STEP) * DRAWS_IN_STEP
        # The probabilities of what follows generation are drawn by the whole model, and kept.
        parameters = draw_parameters(model, Scores(streams, first, padded))
        workspace = Workspace(plain, padded)
        block = compute_block(plain, parameters, workspace)
        survival = workspace.left[:, len(model.years) - 1 :].copy()
        parts.append(Part(count, (block.market, block.stock, block.ewaste), survival, parameters))
    return parts


def rerun_draws(
    model: Model,
    parts: Iterable[Part],
    scenario: ReadScenario,
    contents: Contents,
    first_year: int,
    threads: int = 2,
) -> xr.Dataset:
    """Compute the draws under a scenario.

    Parameters
    ----------
    model
        The model of the outlook.
    parts
        Of :func:`prepare_parts`.
    scenario
        Levers.
    contents
        What a tonne of e-waste holds under the scenario, of
        :func:`ainalym.after_generation.rerun.rerun_central`.
    first_year
        First year that is wanted; earlier ones are computed only as far as later ones need them.
    threads
        Threads that compute parts; they change no number.

    Returns
    -------
    xarray.Dataset
        Totals, and everything after generation, of every draw. Dims (draw, ..., year); the same numbers as
        those of a run with this scenario, its seed and its first draws.

    Raises
    ------
    InputError
        [EOL-001] to [EOL-003] if routes and scenario do not go together.
    """
    if model.end_of_life is None:
        raise AssertionError("the model knows nothing of the time after generation")
    # Shares collected and the worth of harm are read from these years.
    begin = int(np.searchsorted(model.years, min(first_year, YEAR_OF_HARM, *model.end_of_life.published)))
    after = replace(
        model.end_of_life,
        scenario=scenario,
        first_year=find_first_year(scenario.overrides, LAST_YEAR_OF_HISTORY),
        gas_content=contents.gases[begin:],
        substance_content=contents.substances[:, begin:],
    )
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda part: _rerun_part(model, after, part, begin), parts))
    joined = {name: np.concatenate([part[name] for part in found], axis=-1) for name in found[0]}
    labelled = label_quantities(replace(model, years=model.years[begin:]), joined, after="draw")
    return labelled.sel(year=slice(first_year, None))


def _rerun_part(model: Model, after: EndOfLifeModel, part: Part, begin: int) -> dict[str, AnyArray]:
    parameters, flows = part.parameters, part.flows
    if after.moves_products:
        flows = (flows[0].copy(), flows[1].copy(), flows[2].copy())
        pull_on_products(after, parameters.probabilities, model.years, part.survival, parameters.shape, flows)
    by_category = [sum_categories(values[:, begin:], model) for values in flows]
    before = Before(
        model.years[begin:],
        model.category,
        flows[2][:, begin:],
        by_category[0],
        parameters.composition,
        np.ascontiguousarray(parameters.income.T[begin:]),
        parameters.price,
    )
    found, _ = compute_end_of_life(after, before, parameters.probabilities)
    totals = {f"{name}_total": add_rows(values) for name, values in zip(TOTALS, by_category, strict=True)}
    kept: dict[str, AnyArray] = {name: found[name].astype(np.float32) for name in KEPT_AFTER}
    headline = {name: found[name] for name in HEADLINE_AFTER}
    return {name: values[..., : part.count] for name, values in (totals | kept | headline).items()}
