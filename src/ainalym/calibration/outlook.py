"""The outlook that has learned from evidence: draws before and after, and the central path, as one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.calibration.calibrate import (
    STEPS,
    Calibration,
    Listener,
    calibrate,
    read_country_evidence,
)
from ainalym.calibration.evidence import SALES, TABLE
from ainalym.ensemble.model import Model, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import attach_draws, attach_ranges, run_outlook_with_draws
from ainalym.ensemble.run import Blocks, EnsembleResult, run_ensemble
from ainalym.ensemble.run import Listener as DrawListener
from ainalym.errors import InputError, Problem
from ainalym.packages.country import read_country
from ainalym.packages.reference import read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.intervals import compute_fan
from ainalym.results.result import Result
from ainalym.scenarios.reading import BASELINE
from ainalym.schemas.run import RunOptions
from ainalym.stages.learned import Learned

CALIBRATION_DRAWS = 2000
"""Draws that an outlook learns from: chance correlations then blur what each score follows by some 1 %."""

FANS = ("placed_on_market", "stock", "ewaste_generated")
"""Quantities whose draws before learning are kept beside those after it."""


class Listeners(NamedTuple):
    """Who is told how far a calibrated outlook is.

    Attributes
    ----------
    stage
        Called with the name of each stage of the central run.
    calibration
        Told what share of the calibration is done.
    draws
        Told after each block of draws, those of the prior and those of the posterior.
    """

    stage: Callable[[str], None] = lambda _: None
    calibration: Listener = lambda _: None
    draws: DrawListener = lambda _: None


class Lesson(NamedTuple):
    """What the outlook of a country has learned, before any of its results is made.

    Attributes
    ----------
    calibration
        With the streams that have learned.
    learned
        By which factors the central path differs after learning.
    options
        Choices of the run as they were learned with: the baseline.
    model
        Model of the baseline.
    prior, result
        The baseline before and after learning, with its draws.
    """

    calibration: Calibration
    learned: Learned
    options: RunOptions
    model: Model
    prior: Result
    result: Result


def run_calibrated_outlook(
    country: str,
    options: RunOptions | None = None,
    ensemble: EnsembleOptions | None = None,
    *,
    draws: int = CALIBRATION_DRAWS,
    listeners: Listeners | None = None,
    blocks: Blocks | None = None,
    needs_evidence: bool = False,
) -> Result:
    """Run the outlook of a country and let it learn from what the country has seen.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the central run. Sales that would set the level of their products are evidence instead.
    ensemble
        Choices of the ensemble; None for the central path alone, which does not learn.
    draws
        Number of draws to learn from.
    listeners
        Who is told how far the run is.
    blocks
        Who computes the blocks of the ensemble; threads of this process by default.
    needs_evidence
        Whether it is an error that there is no evidence; else the outlook runs as it is.

    Returns
    -------
    Result
        With the tables ``evidence`` (fit of every row), ``learned``, ``conflicts``, ``prior`` (bands of the
        draws before learning) and ``sensitivity_ranges``, and ``calibration`` in the record; as without
        calibration where there is no evidence.

    Raises
    ------
    InputError
        [CAL-001] to [CAL-010] for the evidence, and as
        :func:`ainalym.ensemble.outlook.run_outlook_with_draws`.

    Notes
    -----
    The central path is that of the prior times the ratio of the means of both ensembles, whose draws are
    shared: what chance has put into one mean it has put into the other. Stock, e-waste and materials follow
    from market and mean lifetimes by the stages, so that all adds up and conserves mass.
    """
    options, listeners = options or RunOptions(), listeners or Listeners()
    lesson = None if ensemble is None else learn(country, options, ensemble, draws, listeners, blocks)
    if lesson is None or ensemble is None:
        if needs_evidence and not list_entering_tables(country):
            raise InputError(describe_lack())
        return run_outlook_with_draws(country, options, ensemble, listeners.stage, listeners.draws, blocks)
    result, prior, model = lesson.result, lesson.prior, lesson.model
    if options.scenario != BASELINE:
        taught = lesson.options.model_copy(update={"scenario": options.scenario})
        model, prior = prepare_model(country, taught)
        prior = attach_draws(prior, run_ensemble(model, ensemble, listeners.draws, blocks))
        result = run_taught_outlook(country, taught, ensemble, lesson, model, listeners.draws, blocks)
    result = attach_ranges(result, model, lesson.calibration.streams)
    return attach_calibration(result, lesson.calibration, prior, ensemble.seed)


def run_taught_outlook(
    country: str,
    options: RunOptions,
    ensemble: EnsembleOptions,
    lesson: Lesson,
    model: Model | None = None,
    listener: DrawListener = lambda _: None,
    blocks: Blocks | None = None,
) -> Result:
    """Run the outlook of a country under a scenario with what the baseline has learned.

    Parameters
    ----------
    country, ensemble, blocks
        As for the lesson.
    options
        Those of the lesson, but for the scenario.
    lesson
        What was learned.
    model
        Model of the scenario, where it is prepared already.
    listener
        Told after each block of draws.

    Returns
    -------
    Result
        Central path and draws that share all that the lesson says, so that a difference between two scenarios
        is that of their levers alone.

    Raises
    ------
    InputError
        As :func:`ainalym.ensemble.model.prepare_model`.
    """
    if model is None:
        model, _ = prepare_model(country, options)
    posterior = run_ensemble(model, ensemble, listener, blocks, streams=lesson.calibration.streams)
    return attach_draws(run_outlook(country, options, learned=lesson.learned), posterior)


def learn(
    country: str,
    options: RunOptions,
    ensemble: EnsembleOptions,
    draws: int = CALIBRATION_DRAWS,
    listeners: Listeners | None = None,
    blocks: Blocks | None = None,
) -> Lesson | None:
    """Let the outlook of a country learn from what the country has seen, under its present policy.

    Parameters
    ----------
    country, options, ensemble, draws, listeners, blocks
        As :func:`run_calibrated_outlook`; the scenario of the options is left aside, as evidence lies in the
        past, and a factor learned on the market must not hold what a lever did to it.

    Returns
    -------
    Lesson or None
        None for a country without evidence.

    Raises
    ------
    InputError
        [CAL-001] to [CAL-010] for the evidence, and as :func:`ainalym.ensemble.model.prepare_model`.
    """
    listeners = listeners or Listeners()
    entering = list_entering_tables(country)
    if not entering:
        return None
    options = options.model_copy(update={"scenario": BASELINE})
    if options.sales == "enter" and SALES in entering:
        options = options.model_copy(update={"sales": "evidence"})
    model, prior_result = prepare_model(country, options, listeners.stage)
    evidence = read_country_evidence(country, prior_result, with_sales=options.sales == "evidence")
    if evidence is None:
        raise InputError(describe_lack())
    base, threads = ensemble.streams, ensemble.threads
    found = calibrate(
        model,
        prior_result,
        evidence,
        base,
        draws=draws,
        threads=threads,
        listener=listeners.calibration,
    )
    # Bands before learning are shown of market, stock and e-waste alone.
    before = replace(model, end_of_life=None)
    prior = run_ensemble(before, ensemble, listeners.draws, blocks)
    posterior = run_ensemble(model, ensemble, listeners.draws, blocks, streams=found.streams)
    learned = measure_learned(model, prior_result, found, prior, posterior)
    result = attach_draws(run_outlook(country, options, learned=learned), posterior)
    return Lesson(found, learned, options, model, attach_draws(prior_result, prior), result)


def list_entering_tables(country: str) -> set[str]:
    """List the tables whose figures enter as evidence; a figure of its own stands in ``evidence`` itself.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.

    Returns
    -------
    set of str
        Empty if nothing enters.
    """
    frame = read_country(country, read_reference()).package.frame(TABLE)
    rows = frame[frame["use"] == "enters"]
    return {str(name) if isinstance(name, str) and name else TABLE for name in rows["table"]}


def check_evidence(country: str) -> int:
    """Check the evidence of a country against its own outlook, without learning from it.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.

    Returns
    -------
    int
        Number of figures that would enter; 0 where the package holds none.

    Raises
    ------
    InputError
        [CAL-001] to [CAL-008], and as :func:`ainalym.pipeline.run_outlook`.
    """
    if not list_entering_tables(country):
        return 0
    evidence = read_country_evidence(country, run_outlook(country, RunOptions(sales="evidence")))
    return 0 if evidence is None else int(evidence.enters.sum())


def describe_lack() -> Problem:
    """Describe a country without evidence.

    Returns
    -------
    Problem
        [CAL-009].
    """
    return Problem(
        "CAL-009",
        f"table '{TABLE}.csv'",
        "no row that enters",
        "figures to learn from",
        "Add rows to the table, or run 'ainalym outlook'.",
    )


def measure_learned(
    model: Model,
    result: Result,
    found: Calibration,
    prior: EnsembleResult,
    posterior: EnsembleResult,
) -> Learned:
    """Measure by which factors the central path differs after learning.

    Parameters
    ----------
    model
        The model.
    result
        Central run before learning.
    found
        What was learned.
    prior, posterior
        Ensembles before and after, of the same draws.

    Returns
    -------
    Learned
        For :func:`ainalym.pipeline.run_outlook`.
    """
    name = "placed_on_market"
    before, after = (one.means[name].transpose("year", "product").values for one in (prior, posterior))
    mass = np.divide(after, before, out=np.ones_like(before), where=before > 0.0)
    axes = {"year": result.data["year"].values, "product": list(model.products)}
    shapes = np.stack([found.ratios["lifetime_shape"], found.ratios["lifetime_scale"]])
    parameters = {"parameter": ["shape", "scale"], "product": list(model.products)}
    return Learned(
        mass=xr.DataArray(mass, axes, ("year", "product")),
        pieces=xr.DataArray(mass / found.ratios["unit_weight"], axes, ("year", "product")),
        lifetime=xr.DataArray(shapes, parameters, ("parameter", "product")),
    )


def attach_calibration(result: Result, found: Calibration, prior: Result, seed: int) -> Result:
    """Put beside a result what was learned, and what the model said before.

    Parameters
    ----------
    result
        Result after learning.
    found
        What was learned.
    prior
        Result before learning, with its draws.
    seed
        Seed of the streams.

    Returns
    -------
    Result
        With the tables of the calibration and its record.
    """
    fans = [compute_fan(prior, quantity).assign(quantity=quantity) for quantity in FANS]
    entry: dict[str, Any] = {
        "method": "ensemble smoother with multiple data assimilation",
        "rows_that_enter": int(found.evidence.enters.sum()),
        "rows_shown": int((~found.evidence.enters).sum()),
        "draws": found.draws,
        "steps": STEPS,
        "seed": seed,
        "seconds": round(found.seconds, 3),
    }
    tables = {
        "evidence": found.fit,
        "learned": found.learned,
        "conflicts": found.conflicts,
        "prior": pd.concat(fans, ignore_index=True),
    }
    return replace(result, tables={**result.tables, **tables}, record={**result.record, "calibration": entry})
