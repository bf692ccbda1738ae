"""The passes of an ensemble over its draws: blocks, threads, counts, wider bins where too narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock
from typing import TypeVar

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ensemble_products import PIECE_DRAWS, Block, Product, Workspace
from ainalym.kernels.ensemble_settings import EnsembleSummary, LifetimeDraws, Settings
from ainalym.kernels.histogram import BINS, Bins, Histogram

BATCH_PIECES = 4
"""Pieces that a thread takes and counts together, at most."""

SAMPLE_DRAWS = 256
"""Draws, evenly among all, that suggest the range of the bins."""

WIDENING = 16.0
"""How many times wider the bins are laid when a quantile falls out of them."""


Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass
class _Tally:
    """Counts of one pass over the draws, to which all threads add."""

    by_product: dict[int, Histogram]
    total: Histogram | None
    totals: FloatArray | None
    lock: Lock = field(default_factory=Lock)


def run_over(threads: int, act: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """Run something over items, on some threads.

    Parameters
    ----------
    threads
        Number of threads; with 1 it runs on the calling one.
    act
        What to run.
    items
        What it is run over.

    Returns
    -------
    list of Answer
        In the order of the items.
    """
    if threads == 1:
        return [act(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(act, items))


def summarise_draws(
    plans: list[Product], draws: LifetimeDraws, years: int, settings: Settings, errors: FloatArray
) -> EnsembleSummary:
    """Pass over the draws, again with wider bins for what fell out of them, and read the quantiles.

    Parameters
    ----------
    plans
        One per product.
    draws
        Factors on their lifetimes.
    years
        Number of years.
    settings
        Options.
    errors
        Error of the survivals, to be told with the result. Shape (product,).

    Returns
    -------
    EnsembleSummary
        Quantiles of what the products give, and of their sum.
    """
    products = len(plans)
    totals = np.zeros((draws.number, years)) if settings.keep_totals else None
    histograms, overall = _lay_bins(plans, draws, years, settings)
    shape = len(settings.chosen), years
    quantiles, resolution = np.zeros((*shape, products)), np.zeros((years, products))
    total_quantiles, total_resolution = np.zeros(shape), np.zeros(years)
    tally = _Tally(histograms, overall, totals)
    while tally.by_product or tally.total is not None:
        _pass_over(plans, draws, years, settings, tally)
        wider: dict[int, Histogram] = {}
        for product, histogram in tally.by_product.items():
            quantiles[..., product], out = histogram.quantiles(settings.probabilities)
            resolution[:, product] = histogram.width
            if out.any():
                wider[product] = histogram.widened(WIDENING)
        again = None
        if tally.total is not None:
            total_quantiles, out = tally.total.quantiles(settings.probabilities)
            total_resolution = tally.total.width
            again = tally.total.widened(WIDENING) if out.any() else None
        tally = _Tally(wider, again, None)
    return EnsembleSummary(
        settings.probabilities, quantiles, total_quantiles, resolution, total_resolution, errors, totals
    )


def _lay_bins(
    plans: list[Product], draws: LifetimeDraws, years: int, settings: Settings
) -> tuple[dict[int, Histogram], Histogram]:
    """Lay bins for every product and for the total around what some of the draws give."""
    count = min(SAMPLE_DRAWS, draws.number)
    chosen = np.linspace(0, draws.number - 1, count).astype(int)
    work = Workspace(settings.dtype)
    values, total = np.empty((years, count), dtype=settings.dtype), np.zeros((years, count))
    # One large array for all counts: the system hands it out in large pages, which takes a tenth of the time.
    counts = np.zeros((len(plans) + 1, years * BINS), dtype=np.intp)
    histograms = {}
    for product, plan in enumerate(plans):
        block = Block(draws.shape_factor[chosen, product], draws.scale_factor[chosen, product])
        plan.compute(block, work, values)
        histograms[product] = Histogram.around(values, settings.least_span, counts[product])
        total += values
    return histograms, Histogram.around(total, settings.least_span, counts[-1])


def _pass_over(
    plans: list[Product], draws: LifetimeDraws, years: int, settings: Settings, tally: _Tally
) -> None:
    """Take all draws once, in batches over the threads."""
    # Pieces are the same whatever the threads, so that every draw meets the same roundings.
    pieces = -(-draws.number // PIECE_DRAWS)
    turns = -(-pieces // (BATCH_PIECES * settings.threads))
    edges = np.linspace(0, pieces, min(turns * settings.threads, pieces) + 1).astype(int) * PIECE_DRAWS
    batches = [slice(begin, min(end, draws.number)) for begin, end in pairwise(edges.tolist())]

    def take(batch: slice) -> None:
        _take_batch(plans, draws, years, batch, Workspace(settings.dtype), tally)

    run_over(settings.threads, take, batches)


def _take_batch(
    plans: list[Product],
    draws: LifetimeDraws,
    years: int,
    batch: slice,
    work: Workspace,
    tally: _Tally,
) -> None:
    """Take a batch of draws, product by product."""
    number = batch.stop - batch.start
    total = np.zeros((years, number), dtype=work.dtype)
    values = np.empty_like(total)
    bins = Bins.for_block(total.shape)
    # Draws of a product in one piece: read across the products, each would cost a line of the cache.
    shape_factors, scale_factors = (
        np.ascontiguousarray(factors[batch].T) for factors in (draws.shape_factor, draws.scale_factor)
    )
    for product, plan in enumerate(plans):
        histogram = tally.by_product.get(product)
        if histogram is None and tally.total is None:
            continue
        block = Block(shape_factors[product], scale_factors[product])
        plan.compute(block, work, values)
        total += values
        if histogram is not None:
            histogram.count(values, bins, tally.lock)
    if tally.totals is not None:
        tally.totals[batch] = total.T
    if tally.total is not None:
        tally.total.count(total, bins, tally.lock)
