"""E-waste that follows from a market: from the one that was projected, and from the one that came.

Nobody observes the e-waste that is generated. What is judged is how far errors of the projected market come
through to it: both sides have the central lifetimes, and the market that came is completed by the official
method with all its figures.
"""

from __future__ import annotations

import numpy as np

from ainalym.backtest.knowledge import PROFILE, FloatArray, IntArray, Knowledge
from ainalym.backtest.scoring import EWASTE, LEAST_SHARE_REPORTED, Truth
from ainalym.core.units import KG_PER_TONNE
from ainalym.kernels.lifetime import Convention, Weibull, leaving_by_age
from ainalym.packages.panel import Panel
from ainalym.packages.reference import Reference

CONVENTION: Convention = "uniform"
"""When within the year equipment is sold and discarded, as an outlook has it by default."""


def spread_leaving(reference: Reference, years: IntArray, past: int) -> FloatArray:
    """Spread over cohorts the share that leaves in each year after the origin.

    Parameters
    ----------
    reference
        Reference package, for lifetimes.
    years
        All years. Shape (year,).
    past
        Number of years to the origin.

    Returns
    -------
    FloatArray
        Nought for cohorts that are not yet sold. Shape (product, later year, cohort).
    """
    lifetime = reference.lifetime.sel(profile=PROFILE)
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    by_age = leaving_by_age(weibull, years.size, CONVENTION)
    age = years[past:, np.newaxis] - years
    return np.moveaxis(np.where((age >= 0)[..., np.newaxis], by_age[np.maximum(age, 0)], 0.0), -1, 0)


def compute_ewaste(market: FloatArray, leaving: FloatArray) -> FloatArray:
    """Compute the e-waste of the years after the origin.

    Parameters
    ----------
    market
        Placed on market of all years. Shape (product, year, draw), any unit of mass per year.
    leaving
        Of :func:`spread_leaving`.

    Returns
    -------
    FloatArray
        Shape (product, later year, draw), in the unit of ``market``.
    """
    return np.asarray(leaving @ market)


def find_true_ewaste(
    panel: Panel, whole: Knowledge, knowledge: Knowledge, leaving: FloatArray, country: int
) -> Truth:
    """Find the e-waste that follows from the market that came.

    Parameters
    ----------
    panel
        Figures of all years.
    whole
        What is known in the end: the market of all years, completed.
    knowledge
        What could be known at the origin.
    leaving
        Of :func:`spread_leaving`.
    country
        Position in the panel.

    Returns
    -------
    Truth
        Products count that have an original figure in half of the years after the origin.
    """
    end = len(knowledge.years)
    later = slice(knowledge.past, end)
    persons = panel.population[country, :end]
    market = whole.kg[country, :, :end] * persons / KG_PER_TONNE
    ewaste = compute_ewaste(market[..., np.newaxis], leaving)[..., 0]
    reported = panel.is_kept[country, :, later].mean(axis=-1) >= LEAST_SHARE_REPORTED
    return Truth(
        panel.countries[country],
        knowledge.origin,
        [int(year) for year in knowledge.years[later]],
        ewaste * KG_PER_TONNE / persons[later],
        np.broadcast_to(reported[:, np.newaxis], ewaste.shape),
        EWASTE,
    )
