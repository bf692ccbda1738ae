"""Learns from evidence: runs the ensemble on what evidence sees, moves its scores, tells what it learned."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from ainalym.calibration.evidence import TABLE, Evidence, read_evidence
from ainalym.calibration.fit import compare_fit, explain_conflicts
from ainalym.calibration.learned import Inputs, compare_inputs, compute_ratios, gather_inputs
from ainalym.calibration.observation import Scene, build_scene
from ainalym.calibration.posterior import (
    Layout,
    PosteriorStreams,
    Step,
    Target,
    draw_prior,
    hold_scores,
    plan_layout,
    predict_logs,
)
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.block import DRAWS_IN_STEP
from ainalym.ensemble.model import FloatArray, Model
from ainalym.errors import InputError, Problem
from ainalym.kernels.smoother import Moments, compute_gain, compute_moments, compute_root
from ainalym.packages.country import read_country
from ainalym.packages.reference import read_reference
from ainalym.results.result import Result

STEPS = 4
"""Updates, each with errors inflated so that together they count once."""

BLOCK = 256
"""Draws that are summed up together: fixed, so that sums do not depend on the options of a run."""

DRAWS_PER_ROW = 20
"""Least number of draws for each row that enters: chance correlations then cost at most 5 % of a variance."""

Listener: TypeAlias = Callable[[float], None]


@dataclass(frozen=True)
class Calibration:
    """What was learned from evidence.

    Attributes
    ----------
    streams
        Streams of the posterior: give them to :func:`ainalym.ensemble.run.run_ensemble`.
    evidence
        What was seen.
    fit
        Every row of evidence beside prior and posterior; see :func:`ainalym.calibration.fit.compare_fit`.
    learned
        Every uncertain input before and after; see :func:`ainalym.calibration.learned.compare_inputs`.
    conflicts
        What would have to be true for rows that do not fit; see
        :func:`ainalym.calibration.fit.explain_conflicts`.
    ratios
        By how much the mean of every input has changed. Shape (product,).
    draws
        Number of draws that were learned from.
    seconds
        Wall time, s.
    """

    streams: PosteriorStreams
    evidence: Evidence
    fit: pd.DataFrame
    learned: pd.DataFrame
    conflicts: pd.DataFrame
    ratios: dict[str, FloatArray]
    draws: int
    seconds: float


def read_country_evidence(country: str, result: Result, with_sales: bool = True) -> Evidence | None:
    """Read the evidence of a country; see :func:`ainalym.calibration.evidence.read_evidence`.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    result
        Central run of the country.
    with_sales
        Whether figures of the table ``sales`` may enter; else they are only shown.

    Returns
    -------
    Evidence or None
        None if the package holds none that enters.

    Raises
    ------
    InputError
        With every problem of the table, [CAL-001] to [CAL-008].
    """
    reference = read_reference()
    evidence = read_evidence(read_country(country, reference), reference, result, with_sales)
    return evidence if evidence is not None and evidence.enters.any() else None


def calibrate(
    model: Model,
    result: Result,
    evidence: Evidence,
    base: RandomStreams,
    *,
    draws: int = 10_000,
    threads: int = 1,
    listener: Listener = lambda _: None,
) -> Calibration:
    """Learn from evidence.

    Parameters
    ----------
    model
        The model of the ensemble.
    result
        The central run it lies around.
    evidence
        What was seen; at least one row enters.
    base
        Streams of the prior.
    draws
        Number of draws to learn from.
    threads
        Threads that compute blocks; they change no number.
    listener
        Told after each block what share of the work is done.

    Returns
    -------
    Calibration
        Streams of the posterior, and what was learned.

    Raises
    ------
    InputError
        [CAL-007] if a product that evidence speaks of is not sold yet in its year, [CAL-010] for too few
        draws.

    Notes
    -----
    Ensemble smoother with multiple data assimilation: four updates of standard normal scores with the errors
    of evidence inflated fourfold, figures and predictions as logarithms. There is no localisation: with ten
    thousand draws a chance correlation is of the size of 0.01, and all of them together take less than one
    per cent of a variance, while cutting small correlations off would also cut those by which a total hangs
    on thousands of yearly errors.

    References
    ----------
    Emerick, Reynolds (2013), Ensemble smoother with multiple data assimilation.
    """
    begun = time.perf_counter()
    entering = np.flatnonzero(evidence.enters)
    _check_draws(draws, len(entering))
    pieces, households = result.data["placed_on_market_pieces"].values, result.data["households"].values
    everything = build_scene(model, evidence.sights, pieces, households)
    scene = replace(everything, sights=tuple(evidence.sights[row] for row in entering))
    layout = plan_layout(model, len(everything.model.years))
    _check_centre(everything, layout, evidence)
    target = Target(evidence.observed[entering], compute_root(evidence.error_covariance))
    streams = PosteriorStreams(base, scene, layout, target, ())
    work = Work(streams, everything, evidence, draws, threads, listener)
    prior = work.begin()
    before = work.gather()
    steps, posterior = work.learn(prior)
    after = work.gather()
    learned = PosteriorStreams(base, scene, layout, target, steps)
    return Calibration(
        streams=learned.remember(np.concatenate(work.scores, axis=1)),
        evidence=evidence,
        fit=compare_fit(evidence, prior, posterior),
        learned=compare_inputs(model, before, after),
        conflicts=explain_conflicts(model, layout, evidence, prior, posterior),
        ratios=compute_ratios(before, after),
        draws=draws,
        seconds=time.perf_counter() - begun,
    )


class Work:
    """The draws of a calibration, block by block, as they are moved.

    Parameters
    ----------
    streams
        Streams without any update yet.
    everything
        What all rows look at, those that are only shown too.
    evidence
        What was seen.
    draws, threads, listener
        As in :func:`calibrate`.
    """

    def __init__(
        self,
        streams: PosteriorStreams,
        everything: Scene,
        evidence: Evidence,
        draws: int,
        threads: int,
        listener: Listener,
    ) -> None:
        self.streams, self.everything, self.evidence = streams, everything, evidence
        self.threads, self.listener = threads, listener
        self.entering = np.flatnonzero(evidence.enters)
        count = -(-draws // DRAWS_IN_STEP) * DRAWS_IN_STEP
        self.spans = [(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK)]
        self.scores: list[FloatArray] = [np.empty(0)] * len(self.spans)
        self.logs: list[FloatArray] = [np.empty(0)] * len(self.spans)
        self._seen: list[FloatArray] = [np.empty(0)] * len(self.spans)
        self._done = 0

    def begin(self) -> Moments:
        """Draw the prior and predict every row of evidence."""

        def draw(block: int) -> None:
            self.scores[block] = draw_prior(self.streams.base, self.streams.layout, *self.spans[block])

        return self._add_up(draw, with_shown=True)

    def learn(self, moments: Moments) -> tuple[tuple[Step, ...], Moments]:
        """Move all draws step by step, and predict every row of evidence after each step."""
        steps = []
        moments = moments.select(self.entering)
        for number in range(STEPS):
            gain = compute_gain(moments, self.evidence.error_covariance, STEPS)
            step = Step(gain, float(STEPS))

            def move(block: int, number: int = number, step: Step = step) -> None:
                self.streams.advance(
                    self.scores[block], self._seen[block], number, step, self.spans[block][0]
                )

            # Rows that are only shown teach nothing: they are looked at before and after.
            moments = self._add_up(move, with_shown=number == STEPS - 1)
            steps.append(step)
        return tuple(steps), moments

    def gather(self) -> Inputs:
        """Gather the uncertain inputs as they are now."""
        layout, model = self.streams.layout, self.everything.model
        return gather_inputs(model, (hold_scores(layout, scores) for scores in self.scores))

    def _add_up(self, prepare: Callable[[int], None], with_shown: bool) -> Moments:
        """Prepare and predict every block, and add the blocks up in order, whoever computed them."""
        scene = self.everything if with_shown else self.streams.scene
        observed = self.evidence.observed if with_shown else self.streams.target.value

        def run(block: int) -> Moments:
            prepare(block)
            logs = predict_logs(scene, self.streams.layout, self.scores[block])
            self._seen[block] = logs[self.entering] if with_shown else logs
            if with_shown:
                self.logs[block] = logs
            return compute_moments(self.scores[block], logs - observed[:, np.newaxis])

        parts = []
        with ThreadPoolExecutor(self.threads) as pool:
            for part in pool.map(run, range(len(self.spans))):
                parts.append(part)
                self._done += 1
                self.listener(self._done / (len(self.spans) * (STEPS + 1)))
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


def _check_draws(draws: int, rows: int) -> None:
    least = rows * DRAWS_PER_ROW
    if draws < least:
        raise InputError(
            Problem(
                "CAL-010",
                "option --draws",
                str(draws),
                f"{least} draws or more for {rows} rows of evidence",
                "With fewer, chance correlations pass for knowledge.",
            )
        )


def _check_centre(scene: Scene, layout: Layout, evidence: Evidence) -> None:
    """Refuse evidence of what the model does not know in that year."""
    logs = predict_logs(scene, layout, np.zeros((layout.size, DRAWS_IN_STEP)))
    nothing = logs[:, 0] < np.log(np.finfo(float).eps)
    problems = [
        Problem(
            "CAL-007",
            f"evidence '{row['item']}' of {row['year']}",
            f"{row['quantity']} of products {row['products']}, which the model does not know in that year",
            "products that are sold by then",
            "Leave the row out, or let it be shown only.",
        )
        for row, is_nothing in zip(evidence.rows.to_dict("records"), nothing, strict=True)
        if is_nothing and row["use"] == "enters"
    ]
    if problems:
        raise InputError(problems, about=f"table '{TABLE}.csv'")
