"""Mixtures of draws: the model run again with one family of inputs exchanged, and only what it acts on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ainalym.core.streams import Streams
from ainalym.ensemble.block import expect_market, install_panels
from ainalym.ensemble.discards import compute_discards, exchange_panels, survive
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.parameters import FAMILIES, ParameterDraws, Scores, draw_parameters

MATERIALS = ("gold", "copper", "plastics")
"""Materials whose mass in e-waste is looked at."""

PANELS = "photovoltaics"
"""Family that acts on one product alone."""

AFTER_DISCARD = frozenset({"composition", "prices"})
"""Families that act on what is discarded, not on how much."""


class Runner:
    """Runs the model for mixtures of draws, and remembers what they have in common.

    Parameters
    ----------
    model
        The model.
    places
        Places of the years looked at.
    """

    def __init__(self, model: Model, places: Sequence[int]) -> None:
        self.model = model
        self.places = places
        self._survival: dict[int, FloatArray] = {}
        self._installed: dict[tuple[int, int], FloatArray] = {}
        self._expected: dict[tuple[int, int], FloatArray] = {}
        self._drawn: list[ParameterDraws] = []

    def draw(self, model: Model, streams: Streams, first: int, count: int) -> ParameterDraws:
        """Draw all inputs, and keep them as long as this runner: their identity tells what is known.

        Parameters
        ----------
        model
            The model, or its centre.
        streams
            Random streams.
        first, count
            First draw, and how many.

        Returns
        -------
        ParameterDraws
            Of these draws.
        """
        return self.take(draw_parameters(model, Scores(streams, first, count)))

    def take(self, drawn: ParameterDraws) -> ParameterDraws:
        """Keep draws as long as this runner.

        Parameters
        ----------
        drawn
            Draws of all inputs.

        Returns
        -------
        ParameterDraws
            The same.
        """
        self._drawn.append(drawn)
        self._survival[id(drawn.scale)] = survive(self.model, drawn)
        return drawn

    def discard(self, draws: ParameterDraws) -> FloatArray:
        """Compute the e-waste of the years looked at; see :func:`compute_discards`.

        Parameters
        ----------
        draws
            Draws of this runner, or a mixture of them.

        Returns
        -------
        FloatArray
            Shape (year, product, draw), t/yr.
        """
        key = (id(draws.income), id(draws.elasticity))
        if key not in self._expected:
            self._expected[key] = expect_market(self.model, draws)
        survival = self._survival[id(draws.scale)]
        installed = self._install(draws)
        return compute_discards(self.model, draws, survival, self.places, installed, self._expected[key])

    def exchange_panels(self, draws: ParameterDraws, discards: FloatArray) -> FloatArray:
        """Compute the e-waste where only the capacity of photovoltaics differs from what is known.

        Parameters
        ----------
        draws
            Draws of this runner, or a mixture of them.
        discards
            E-waste with another capacity. Shape (year, product, draw), t/yr.

        Returns
        -------
        FloatArray
            Same shape.
        """
        installed = self._install(draws)
        if installed is None:
            return discards
        survival = self._survival[id(draws.scale)]
        return exchange_panels(self.model, draws, survival, self.places, installed, discards)

    def _install(self, draws: ParameterDraws) -> FloatArray | None:
        """Compute what is installed in each year, once for each capacity and lifetime."""
        panels = self.model.photovoltaics
        if panels is None or draws.capacity is None:
            return None
        key = (id(draws.capacity), id(draws.scale))
        if key not in self._installed:
            survival = self._survival[id(draws.scale)]
            self._installed[key] = install_panels(draws.capacity, survival[panels.position])
        return self._installed[key]

    def exchange(
        self, base: ParameterDraws, source: ParameterDraws, family: str, discards: FloatArray
    ) -> FloatArray:
        """Run the model with one family of inputs from other draws.

        Parameters
        ----------
        base, source
            Draws of this runner: of all other families, and of this one.
        family
            One of :data:`FAMILIES`.
        discards
            E-waste of ``base``. Shape (year, product, draw), t/yr.

        Returns
        -------
        FloatArray
            As :func:`compute_outputs`.
        """
        mixed = exchange(base, source, family)
        if family == PANELS:
            discards = self.exchange_panels(mixed, discards)
        elif family not in AFTER_DISCARD:
            discards = self.discard(mixed)
        return compute_outputs(self.model, mixed, discards)


def exchange(base: ParameterDraws, source: ParameterDraws, family: str) -> ParameterDraws:
    """Take one family of inputs from other draws.

    Parameters
    ----------
    base
        Draws of all other families.
    source
        Draws of this family.
    family
        One of :data:`FAMILIES`.

    Returns
    -------
    ParameterDraws
        A mixture that shares its arrays with both.
    """
    return replace(base, **{name: getattr(source, name) for name in FAMILIES[family]})


def compute_outputs(model: Model, draws: ParameterDraws, discards: FloatArray) -> FloatArray:
    """Compute the results that are looked at.

    Parameters
    ----------
    model
        The model.
    draws
        Draws of the uncertain inputs.
    discards
        E-waste. Shape (year, product, draw), t/yr.

    Returns
    -------
    FloatArray
        Shape (draw, output of each year): t/yr, value in USD/yr.
    """
    columns = []
    for row in discards:
        masses = np.einsum("pd,dpm->md", row, draws.composition)
        columns.append(row.sum(axis=0))
        columns += [masses[model.materials.index(material)] for material in MATERIALS]
        columns.append(np.einsum("md,dm->d", masses, draws.price))
    return np.stack(columns, axis=-1)
