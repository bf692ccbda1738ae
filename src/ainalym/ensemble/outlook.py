"""The outlook with its draws: the central run, and the ensemble around it, as one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

from ainalym.ensemble.model import prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import Blocks, EnsembleResult, Listener, run_ensemble
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

    Returns
    -------
    Result
        The central path in ``data``; ``draws``, ``quantiles`` and ``means`` of the ensemble.

    Raises
    ------
    InputError
        As :func:`ainalym.pipeline.run_outlook`, :func:`ainalym.ensemble.model.prepare_model` and
        :func:`ainalym.ensemble.run.run_ensemble`.
    """
    if ensemble is None:
        return run_outlook(country, options, listener)
    model, result = prepare_model(country, options, listener)
    return attach_draws(result, run_ensemble(model, ensemble, draw_listener, blocks))


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
