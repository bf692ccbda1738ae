"""The outlook with its draws: the central run, and the ensemble around it, as one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from ainalym.core.streams import Streams
from ainalym.ensemble.model import Model, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import Blocks, EnsembleResult, Listener, run_ensemble
from ainalym.ensemble.sensitivity import YEARS, analyse_sensitivity, compute_ranges
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions


def run_outlook_with_draws(
    country: str,
    options: RunOptions | None = None,
    ensemble: EnsembleOptions | None = None,
    listener: Callable[[str], None] = lambda _: None,
    draw_listener: Listener = lambda _: None,
    blocks: Blocks | None = None,
    with_ranges: bool = True,
) -> Result:
    """Run the outlook of a country with its uncertainty.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Choices of the central run.
    ensemble
        Choices of the ensemble; None for the central path alone.
    listener
        Called with the name of each stage of :data:`ainalym.pipeline.STAGES` when it begins.
    draw_listener
        Told after each block of draws how far they are.
    blocks
        Who computes the blocks; threads of this process by default.
    with_ranges
        Whether to tell what families of inputs span alone: as much work as some hundred draws.

    Returns
    -------
    Result
        The central path in ``data``; ``draws``, ``quantiles`` and ``means`` of the ensemble; in ``tables``
        the ``sensitivity_ranges`` that families of inputs span alone, where they are asked for.

    Raises
    ------
    InputError
        As :func:`ainalym.pipeline.run_outlook`, :func:`ainalym.ensemble.model.prepare_model` and
        :func:`ainalym.ensemble.run.run_ensemble`.
    """
    if ensemble is None:
        return run_outlook(country, options, listener)
    model, result = prepare_model(country, options, listener)
    result = attach_draws(result, run_ensemble(model, ensemble, draw_listener, blocks))
    return attach_ranges(result, model) if with_ranges else result


def attach_draws(result: Result, ensemble: EnsembleResult) -> Result:
    """Put the draws of an ensemble beside the central path.

    Parameters
    ----------
    result
        The central run that the ensemble spreads around.
    ensemble
        Result of an ensemble.

    Returns
    -------
    Result
        The same with draws, quantiles and means, and their options in the record.
    """
    entry = {
        **asdict(ensemble.options),
        "mass_balance_relative_error": ensemble.mass_error,
        "seconds": round(ensemble.seconds, 3),
    }
    return replace(
        result,
        draws=ensemble.draws,
        quantiles=ensemble.quantiles,
        means=ensemble.means,
        record={**result.record, "ensemble": entry},
    )


def attach_ranges(result: Result, model: Model, streams: Streams | None = None) -> Result:
    """Put the ranges that families of inputs span alone beside the draws.

    Parameters
    ----------
    result
        Result with draws.
    model
        The model that they are of.
    streams
        Streams that have learned from evidence; those of the seed by default.

    Returns
    -------
    Result
        The same with the table ``sensitivity_ranges`` of :func:`ainalym.ensemble.sensitivity.compute_ranges`;
        without it under a scenario that changes how products are sold and used, which the ranges leave out.
    """
    moves_products = model.end_of_life is not None and model.end_of_life.moves_products
    if result.draws is None or moves_products:
        return result
    options = result.record["ensemble"]
    ranges = compute_ranges(
        model, result.draws, seed=options["seed"], threads=options["threads"], streams=streams
    )
    return replace(result, tables={**result.tables, "sensitivity_ranges": ranges})


@dataclass(frozen=True)
class SensitivityOptions:
    """Choices of a sensitivity analysis.

    Attributes
    ----------
    years
        Years to look at.
    samples
        Samples of each half; the model runs that often for every family of inputs, and twice more.
    seed
        Seed of all random streams, 0 or more.
    threads
        Threads of this machine.
    """

    years: tuple[int, ...] = YEARS
    samples: int = 8_192
    seed: int = 1
    threads: int = 2


def run_sensitivity(
    country: str,
    run_options: RunOptions | None = None,
    options: SensitivityOptions | None = None,
    listener: Callable[[float], None] = lambda _: None,
) -> Result:
    """Compute what drives the outlook of a country.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    run_options
        Choices of the central run.
    options
        Choices of the analysis.
    listener
        Told what share of the runs is done.

    Returns
    -------
    Result
        The central path, with the tables ``sensitivity_indices`` and ``sensitivity_ranges`` of
        :class:`ainalym.ensemble.sensitivity.Sensitivity`.

    Raises
    ------
    InputError
        As :func:`ainalym.ensemble.model.prepare_model` and
        :func:`ainalym.ensemble.sensitivity.analyse_sensitivity`.
    """
    options = options or SensitivityOptions()
    model, result = prepare_model(country, run_options)
    found = analyse_sensitivity(model, listener=listener, **asdict(options))
    tables = {"sensitivity_indices": found.indices, "sensitivity_ranges": found.ranges}
    entry = {**asdict(options), "runs": found.runs}
    return replace(
        result,
        tables={**result.tables, **tables},
        record={**result.record, "sensitivity": entry},
    )
