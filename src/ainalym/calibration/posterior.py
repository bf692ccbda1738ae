"""Draws of the posterior: scores of the prior, moved towards evidence in a few small steps.

A gain says how far each score follows each piece of evidence. With the gains at hand, a draw of the
posterior depends on the seed and its number alone, as one of the prior does: threads, blocks and workers
compute it anew and get the same bits, and only the gains travel.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import ndtri

from ainalym.calibration.observation import HeldScores, Scene, predict
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import FloatArray, IntArray, Model
from ainalym.kernels.smoother import update_parameters, widen_parameters

ERROR_STREAM = "evidence_error_{}"
"""Stream of the errors of evidence in each step."""

BY_PRODUCT = ("market_level", "lifetime_scale", "lifetime_shape", "unit_weight", "income_elasticity")
"""Streams with one score per product that act on what evidence sees."""

SWITCHES = ("switch_speed", "switch_date", "phase_out", "switch_remaining")
"""Streams with one score per product that act on the years after history."""

FUTURES = ("population_path", "income_path")
"""Streams with one score that act on the years after history."""

DRIFT = "market_drift"
"""Stream with one score per product that acts on the years after history."""

CURVES = "saturation_curve"
"""Stream with three scores per demand group that act on the years after history."""

PATHS = ("photovoltaic_path",)
"""Streams with one score that act on years of history."""

BY_YEAR = "market_error"
"""Stream with one score per product and year."""


@dataclass(frozen=True)
class Layout:
    """Which scores are moved, and where they stand in their streams.

    Attributes
    ----------
    sizes
        Numbers per draw of each stream.
    columns
        Which of them are moved.
    """

    sizes: Mapping[str, int]
    columns: Mapping[str, IntArray]

    @property
    def size(self) -> int:
        """Number of scores that are moved."""
        return sum(len(columns) for columns in self.columns.values())

    def slices(self) -> dict[str, slice]:
        """Give the rows of each stream among all scores that are moved."""
        found, begin = {}, 0
        for stream, columns in self.columns.items():
            found[stream] = slice(begin, begin + len(columns))
            begin += len(columns)
        return found


def plan_layout(model: Model, seen: int) -> Layout:
    """Choose the scores that evidence may move.

    Parameters
    ----------
    model
        The model.
    seen
        Number of years up to the last one that evidence speaks of.

    Returns
    -------
    Layout
        All that acts on the years up to then. What happens in a year afterwards acts on no evidence: its
        scores are left alone, and follow only through the correlation of a year with the next.
    """
    products, years = len(model.products), len(model.years)
    sizes = dict.fromkeys(BY_PRODUCT, products) | dict.fromkeys(PATHS, 1) | {BY_YEAR: products * years}
    if model.years[seen - 1] > model.last_year_of_history:
        sizes |= dict.fromkeys(FUTURES, 1) | {DRIFT: products}
    ownership = model.ownership
    if ownership is not None and seen > ownership.past:
        sizes |= dict.fromkeys(SWITCHES, products) | {CURVES: 3 * ownership.group_count}
    columns = {stream: np.arange(size, dtype=np.intp) for stream, size in sizes.items()}
    grid = columns[BY_YEAR].reshape(products, years)
    columns[BY_YEAR] = np.ascontiguousarray(grid[:, :seen].ravel())
    return Layout(sizes, columns)


@dataclass(frozen=True)
class Step:
    """One small update.

    Attributes
    ----------
    gain
        Shape (score, observation).
    inflation
        Factor by which the variance of the errors is inflated.
    centre
        Mean of the scores after the update. Shape (score,).
    lost
        Share of its variance that chance correlations take from a score, and that is given back.
    """

    gain: FloatArray
    inflation: float
    centre: FloatArray
    lost: float


@dataclass(frozen=True)
class Target:
    """What is observed, in logarithms.

    Attributes
    ----------
    value
        Shape (observation,).
    root
        Turns independent normal scores into errors. Shape (observation, observation).
    """

    value: FloatArray
    root: FloatArray


_memory = threading.local()


@dataclass(frozen=True, eq=False)
class PosteriorStreams:
    """Random streams whose scores have learned from evidence, with the interface of the prior ones.

    Attributes
    ----------
    base
        Streams of the prior.
    scene
        What evidence sees.
    layout
        Scores that are moved.
    target
        What is observed.
    steps
        The updates, in order; without any, the streams are those of the prior.
    """

    base: RandomStreams
    scene: Scene
    layout: Layout
    target: Target
    steps: tuple[Step, ...]
    _known: FloatArray | None = field(default=None, init=False, repr=False)

    def remember(self, scores: FloatArray) -> PosteriorStreams:
        """Keep the moved scores of the first draws, which were learned from and are at hand.

        Parameters
        ----------
        scores
            What :meth:`compute_scores` would compute anew, bit for bit. Shape (score, draw).

        Returns
        -------
        PosteriorStreams
            The same streams. A copy that travels to a worker leaves the scores behind: it computes them
            faster than it would receive them.
        """
        object.__setattr__(self, "_known", scores)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_known": None}

    def normal(self, name: str, first: int, last: int, size: int) -> FloatArray:
        """Draw numbers of the posterior; see :meth:`ainalym.core.streams.RandomStreams.normal`."""
        numbers = self.base.normal(name, first, last, size)
        if name in self.layout.columns:
            rows = self.layout.slices()[name]
            numbers[:, self.layout.columns[name]] = self._recall(first, last)[rows].T
        return numbers

    def compute_scores(self, first: int, last: int) -> FloatArray:
        """Compute the moved scores of a block of draws.

        Parameters
        ----------
        first, last
            Draws from ``first`` up to, not including, ``last``: a multiple of
            :data:`ainalym.ensemble.block.DRAWS_IN_STEP` of them.

        Returns
        -------
        FloatArray
            Shape (score, draw).
        """
        scores = draw_prior(self.base, self.layout, first, last)
        for number, step in enumerate(self.steps):
            self.advance(scores, predict_logs(self.scene, self.layout, scores), number, step, first)
        return scores

    def advance(
        self, scores: FloatArray, predictions: FloatArray, number: int, step: Step, first: int
    ) -> None:
        """Move the scores of a block by one update, in place.

        Parameters
        ----------
        scores
            Shape (score, draw); overwritten.
        predictions
            Logarithms of what evidence would read. Shape (observation, draw).
        number
            Which update it is, from 0.
        step
            The update.
        first
            First draw of the block.
        """
        count = scores.shape[1]
        raw = self.base.normal(ERROR_STREAM.format(number), first, first + count, len(self.target.value))
        error = np.einsum("oq,dq->od", self.target.root, raw) * np.sqrt(step.inflation)
        residual = self.target.value[:, np.newaxis] + error - predictions
        update_parameters(scores, step.gain, residual)
        widen_parameters(scores, step.centre, step.lost)

    def _recall(self, first: int, last: int) -> FloatArray:
        """Give the scores of a block, computed once for all its streams."""
        if self._known is not None and last <= self._known.shape[1]:
            return self._known[:, first:last]
        known = getattr(_memory, "block", None)
        if known is None or known[:3] != (id(self), first, last) or known[4] is not self:
            known = (id(self), first, last, self.compute_scores(first, last), self)
            _memory.block = known
        scores: FloatArray = known[3]
        return scores


def draw_prior(base: RandomStreams, layout: Layout, first: int, last: int) -> FloatArray:
    """Draw the scores that may be moved, as they are before.

    Parameters
    ----------
    base
        Streams of the prior.
    layout
        Which scores.
    first, last
        Draws from ``first`` up to, not including, ``last``.

    Returns
    -------
    FloatArray
        Shape (score, draw).
    """
    scores = np.empty((layout.size, last - first))
    for name, rows in layout.slices().items():
        uniform = base.uniform(name, first, last, layout.sizes[name])
        scores[rows] = ndtri(uniform[:, layout.columns[name]]).T
    return scores


def hold_scores(layout: Layout, scores: FloatArray) -> HeldScores:
    """Sort the moved scores into their streams, as the model cut down to what is seen has them.

    Parameters
    ----------
    layout
        Which scores.
    scores
        Shape (score, draw).

    Returns
    -------
    HeldScores
        For :func:`ainalym.calibration.observation.predict`.
    """
    return HeldScores({name: scores[rows] for name, rows in layout.slices().items()}, scores.shape[1])


def predict_logs(scene: Scene, layout: Layout, scores: FloatArray) -> FloatArray:
    """Compute the logarithms of what evidence would read, from the scores that may be moved.

    Parameters
    ----------
    scene
        What evidence sees.
    layout
        Which scores.
    scores
        Shape (score, draw).

    Returns
    -------
    FloatArray
        Shape (observation, draw).
    """
    readings = predict(scene, hold_scores(layout, scores))
    return np.log(np.maximum(readings, np.finfo(float).tiny))
