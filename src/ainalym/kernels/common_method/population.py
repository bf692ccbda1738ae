"""Population of years before a country has figures of its own (script 03)."""

from __future__ import annotations

import numpy as np

from ainalym.kernels.common_method.cells import FloatArray

PER_CENT = 100.0


def complete_population(population: FloatArray, world_growth: FloatArray) -> FloatArray:
    """Carry population back at the growth of the world.

    Parameters
    ----------
    population
        Persons; NaN where missing. Shape (..., year), consecutive years.
    world_growth
        Growth of the world population over the year before, per cent; NaN where unknown. Shape (year,).

    Returns
    -------
    FloatArray
        Same shape; missing years after the last figure stay NaN.

    Notes
    -----
    P(t) = P(t+1) / (1 + g(t+1) / 100), from late to early, so that a gap of any length is filled.
    """
    completed = population.copy()
    for year in range(population.shape[-1] - 2, -1, -1):
        carried = completed[..., year + 1] / (1 + world_growth[year + 1] / PER_CENT)
        completed[..., year] = np.where(np.isnan(completed[..., year]), carried, completed[..., year])
    return completed
