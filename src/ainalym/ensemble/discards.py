"""The e-waste of some years alone, for analyses that run the model very often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ainalym.ensemble.block import fill_market
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import ParameterDraws
from ainalym.ensemble.survival import fill_survival


def survive(model: Model, draws: ParameterDraws) -> FloatArray:
    """Compute the survival by age of every draw.

    Parameters
    ----------
    model
        The model.
    draws
        Draws of the uncertain inputs.

    Returns
    -------
    FloatArray
        Shape (product, age, draw).
    """
    room = np.empty((len(model.products), len(model.years), draws.count))
    return fill_survival(draws.shape, draws.scale, model.convention, room)


def compute_discards(
    model: Model,
    draws: ParameterDraws,
    survival: FloatArray,
    places: Sequence[int],
    installed: FloatArray | None = None,
) -> FloatArray:
    """Compute the e-waste of some years.

    Parameters
    ----------
    model
        The model.
    draws
        Draws of the uncertain inputs.
    survival
        Shape (product, age, draw).
    places
        Places of the years.
    installed
        Photovoltaic power installed in each year, where it is known already. Shape (year, draw), MW/yr.

    Returns
    -------
    FloatArray
        Shape (year, product, draw), t/yr.
    """
    market = np.empty(survival.shape)
    fill_market(model, draws, survival, market, installed)
    discards = np.empty((len(places), len(market), draws.count))
    for row, place in zip(discards, places, strict=True):
        for entering, left, total in zip(market, survival, row, strict=True):
            # Sum of P(c) (S(t-1-c) - S(t-c)), where all of a cohort is there before its first year ends.
            np.einsum("cd,cd->d", entering[:place], left[place - 1 :: -1][:place], out=total)
            total += entering[place]
            total -= np.einsum("cd,cd->d", entering[: place + 1], left[place::-1])
    return discards
