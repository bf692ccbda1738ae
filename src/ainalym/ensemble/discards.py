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
    expected: FloatArray | None = None,
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
    expected
        Of :func:`ainalym.ensemble.block.expect_market`, where it is known already.

    Returns
    -------
    FloatArray
        Shape (year, product, draw), t/yr.
    """
    market = np.empty(survival.shape)
    fill_market(model, draws, survival, market, installed, expected)
    discards = np.empty((len(places), len(market), draws.count))
    for row, place in zip(discards, places, strict=True):
        for entering, left, total in zip(market, survival, row, strict=True):
            _discard_cohorts(entering, left, place, total)
    return discards


def exchange_panels(
    model: Model,
    draws: ParameterDraws,
    survival: FloatArray,
    places: Sequence[int],
    installed: FloatArray,
    discards: FloatArray,
) -> FloatArray:
    """Compute the e-waste of some years where the photovoltaics alone differ from what is known.

    Parameters
    ----------
    model
        A model with photovoltaics.
    draws, survival, places
        As for :func:`compute_discards`.
    installed
        Photovoltaic power installed in each year. Shape (year, draw), MW/yr.
    discards
        E-waste with the other inputs as they are. Shape (year, product, draw), t/yr.

    Returns
    -------
    FloatArray
        A copy with other photovoltaics.
    """
    panels = model.photovoltaics
    if panels is None:
        raise AssertionError("there are no photovoltaics to exchange")
    position, exchanged = panels.position, discards.copy()
    mass = panels.tonnes_per_megawatt[:, np.newaxis] * draws.unit_weight[:, position]
    for row, place in zip(exchanged, places, strict=True):
        _discard_cohorts(installed * mass, survival[position], place, row[position])
    return exchanged


def _discard_cohorts(entering: FloatArray, left: FloatArray, place: int, total: FloatArray) -> None:
    """Fill in the e-waste of one product in one year. Shape (year, draw), (age, draw), (draw,).

    It is the sum of P(c) (S(t-1-c) - S(t-c)), where all of a cohort is there before its first year ends.
    """
    np.einsum("cd,cd->d", entering[:place], left[place - 1 :: -1][:place], out=total)
    total += entering[place]
    total -= np.einsum("cd,cd->d", entering[: place + 1], left[place::-1])
