"""Runs an ensemble: blocks of draws on threads or a cluster, results reduced on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import xarray as xr

from ainalym.core.arrays import describe_array
from ainalym.core.dimensions import order_dimensions
from ainalym.core.streams import Streams
from ainalym.ensemble.end_of_life import HEADLINE_AFTER, KEPT_AFTER
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.options import QUANTILES, EnsembleOptions
from ainalym.ensemble.quantiles import DrawFile, compute_quantiles
from ainalym.ensemble.slab import HEADLINE, KEPT, SUMMARISED, SingleArray, Slab, compute_slab
from ainalym.stages.stock import MASS_BALANCE_TOLERANCE

BLOCKS_AHEAD = 2
"""Blocks that wait for each thread: more would only fill memory with results nobody has written yet."""

AnyArray: TypeAlias = SingleArray | FloatArray

LAYOUT = SUMMARISED | KEPT | HEADLINE | KEPT_AFTER | HEADLINE_AFTER
"""Axes of every quantity, draws and quantiles apart."""


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    done, draws
        Draws that are computed, and all of them.
    seconds_left
        Expected from the pace so far.
    """

    done: int
    draws: int
    seconds_left: float


Listener: TypeAlias = Callable[[Progress], None]

Blocks: TypeAlias = Callable[[Model, EnsembleOptions, Streams], Iterator[Slab]]
"""Gives every block of a run, in any order."""


@dataclass(frozen=True)
class EnsembleResult:
    """The draws and quantiles of an ensemble.

    Attributes
    ----------
    draws
        Totals by category and by material, and headline totals, of every draw. Dims (draw, ..., year).
    quantiles
        Quantiles of everything, with dim ``quantile``. Dims (quantile, ..., year).
    means
        Means of everything. Dims (..., year).
    options
        Choices of the ensemble.
    mass_error
        Largest relative error of the mass balance in any draw.
    seconds
        Wall time, s.
    """

    draws: xr.Dataset
    quantiles: xr.Dataset
    means: xr.Dataset
    options: EnsembleOptions
    mass_error: float
    seconds: float


def run_ensemble(
    model: Model,
    options: EnsembleOptions | None = None,
    listener: Listener = lambda _: None,
    blocks: Blocks | None = None,
    folder: Path | None = None,
    streams: Streams | None = None,
) -> EnsembleResult:
    """Run an ensemble.

    Parameters
    ----------
    model
        The model, of :func:`ainalym.ensemble.model.prepare_model`.
    options
        Choices of the ensemble.
    listener
        Told after each block how far the run is.
    blocks
        Who computes the blocks; threads of this process by default, else
        :func:`ainalym.ensemble.cluster.open_cluster`.
    folder
        Where the temporary file shall be.
    streams
        Streams that have learned from evidence; those of the options by default.

    Returns
    -------
    EnsembleResult
        The same bits whoever computed it, and in blocks of whatever size.

    Raises
    ------
    InputError
        [ENS-008] to [ENS-012] if a cluster or the disk fails; nothing is left behind.
    """
    options = options or EnsembleOptions()
    begun = time.perf_counter()
    kept = _make_room(model, options.draws)
    cells = sum(int(np.prod(_sizes(model, axes))) for axes in SUMMARISED.values())
    mass_error, done = 0.0, 0
    with DrawFile(cells, options.draws, folder) as file:
        for slab in (blocks or compute_on_threads)(model, options, streams or options.streams):
            file.write(slab.first, slab.summarised)
            count = slab.summarised.shape[1]
            for name, values in (slab.kept | slab.headline).items():
                kept[name][..., slab.first : slab.first + count] = values
            mass_error, done = max(mass_error, slab.mass_error), done + count
            left = (time.perf_counter() - begun) * (options.draws - done) / done
            listener(Progress(done, options.draws, left))
        if mass_error > MASS_BALANCE_TOLERANCE and model.convention != "cbs":
            raise AssertionError(f"mass is not conserved in a draw: relative error {mass_error:.3g}")
        quantiles, means = _summarise_file(model, file, options.threads)
    more_quantiles, more_means = _summarise_kept(kept, options.threads)
    return EnsembleResult(
        draws=label_quantities(model, kept, after="draw"),
        quantiles=label_quantities(model, quantiles | more_quantiles, before="quantile"),
        means=label_quantities(model, means | more_means),
        options=options,
        mass_error=mass_error,
        seconds=time.perf_counter() - begun,
    )


def compute_on_threads(model: Model, options: EnsembleOptions, streams: Streams) -> Iterator[Slab]:
    """Compute every block on threads of this process.

    Parameters
    ----------
    model
        The model.
    options
        Choices of the ensemble.
    streams
        Streams of the run.

    Yields
    ------
    Slab
        In any order.
    """
    waiting = iter(options.blocks)
    if options.threads == 1:
        for first, last in waiting:
            yield compute_slab(model, streams, first, last)
        return
    with _stop_early(ThreadPoolExecutor(options.threads)) as pool:
        running: set[Future[Slab]] = set()
        more = True
        while more or running:
            while more and len(running) < options.threads * BLOCKS_AHEAD:
                pair = next(waiting, None)
                if pair is None:
                    more = False
                else:
                    running.add(pool.submit(compute_slab, model, streams, *pair))
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()


@contextmanager
def _stop_early(pool: ThreadPoolExecutor) -> Iterator[ThreadPoolExecutor]:
    """Drop the blocks that wait when the run is broken off, so that Ctrl-C answers within one block."""
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make_room(model: Model, draws: int) -> dict[str, AnyArray]:
    """Make empty arrays for what is kept of every draw."""
    after = model.end_of_life is not None
    single = KEPT | (KEPT_AFTER if after else {})
    double = HEADLINE | (HEADLINE_AFTER if after else {})
    kept: dict[str, AnyArray] = {
        name: np.empty((*_sizes(model, axes), draws), dtype=np.float32) for name, axes in single.items()
    }
    for name, axes in double.items():
        kept[name] = np.empty((*_sizes(model, axes), draws))
    return kept


def _axes(model: Model) -> dict[str, list[str] | list[int]]:
    return {
        "product": list(model.products),
        "category": list(model.categories),
        "material": list(model.materials),
        "region": list(model.regions),
        "year": [int(year) for year in model.years],
        **({} if model.end_of_life is None else model.end_of_life.axes),
    }


def _sizes(model: Model, axes: tuple[str, ...]) -> tuple[int, ...]:
    labels = _axes(model)
    return tuple(len(labels[axis]) for axis in axes)


def _summarise_file(model: Model, file: DrawFile, threads: int) -> tuple[dict[str, FloatArray], ...]:
    """Compute quantiles and means of what waits in the file, chunk by chunk."""
    quantiles, means = np.empty((len(QUANTILES), file.cells)), np.empty(file.cells)

    def summarise(chunk: tuple[int, int]) -> None:
        values = file.read(*chunk)
        means[slice(*chunk)] = values.mean(axis=-1, dtype=np.float64)
        quantiles[:, slice(*chunk)] = compute_quantiles(values, QUANTILES)

    with _stop_early(ThreadPoolExecutor(threads)) as pool:
        for _ in pool.map(summarise, file.chunks):
            pass
    found: tuple[dict[str, FloatArray], ...] = ({}, {})
    begin = 0
    for name, axes in SUMMARISED.items():
        sizes = _sizes(model, axes)
        cells = slice(begin, begin + int(np.prod(sizes)))
        found[0][name] = quantiles[:, cells].reshape(len(QUANTILES), *sizes)
        found[1][name] = means[cells].reshape(sizes)
        begin = cells.stop
    return found


def _summarise_kept(kept: dict[str, AnyArray], threads: int) -> tuple[dict[str, FloatArray], ...]:
    def summarise(values: AnyArray) -> tuple[FloatArray, FloatArray]:
        return compute_quantiles(values.copy(), QUANTILES), values.mean(axis=-1, dtype=np.float64)

    with _stop_early(ThreadPoolExecutor(threads)) as pool:
        found = list(pool.map(summarise, kept.values()))
    quantiles, means = zip(*found, strict=True)
    return dict(zip(kept, quantiles, strict=True)), dict(zip(kept, means, strict=True))


def label_quantities(
    model: Model, arrays: Mapping[str, AnyArray], before: str = "", after: str = ""
) -> xr.Dataset:
    """Put labels on arrays of quantities.

    Parameters
    ----------
    model
        The model, of which the labels are read.
    arrays
        By name; axes as in :data:`LAYOUT`, with an axis before or after them.
    before, after
        That axis; empty where there is none.

    Returns
    -------
    xarray.Dataset
        In the order of axes of the vocabulary.
    """
    labels: dict[str, Any] = _axes(model) | {"quantile": list(QUANTILES)}
    variables = {}
    for name, values in arrays.items():
        axes = (*((before,) if before else ()), *LAYOUT[name], *((after,) if after else ()))
        leading = [axis for axis in ("draw", "quantile") if axis in axes]
        inner = order_dimensions(axis for axis in axes if axis not in leading)
        array = xr.DataArray(values, dims=axes).transpose(*leading, *inner)
        variables[name] = describe_array(array, name).variable
    used = {axis for variable in variables.values() for axis in variable.dims}
    return xr.Dataset(variables, coords={name: values for name, values in labels.items() if name in used})
