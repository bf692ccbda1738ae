"""National e-waste outlooks and circular-electronics roadmaps.

>>> import ainalym
>>> outlook = ainalym.outlook("KAZ")
>>> outlook.summary()
>>> outlook.data["ewaste_generated"].sum("product")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ainalym.errors import InputError, Problem

if TYPE_CHECKING:
    from ainalym.api import Outlook

__all__ = ["InputError", "Problem", "outlook"]


def outlook(
    country: str,
    *,
    until: int = 2050,
    convention: str = "uniform",
    composition: Literal["table", "calibrated"] = "table",
    projection: Literal["table", "profile", "trend"] = "table",
    population: str = "medium",
    income: str = "ssp2",
    sales: Literal["enter", "beside"] = "enter",
    statistics: Literal["robust", "common", "common_strict", "ignore"] = "robust",
    draws: int = 1000,
    seed: int = 1,
    threads: int = 2,
    calibrate: bool = True,
) -> Outlook:
    """Compute the outlook of a country.

    Parameters
    ----------
    country
        ISO code such as ``"KAZ"``, a name, or the folder of a country package.
    until
        Last year, 2025 to 2100.
    convention
        When within the year equipment is sold and discarded: ``"uniform"`` (exact), ``"start"``,
        ``"middle"``, ``"end"`` or ``"cbs"`` (as in the official European figures).
    composition
        Materials as in the table, or ``"calibrated"`` to published world totals.
    projection
        How the market goes on after history: each product's method, reference countries at future income, or
        the official trend.
    population, income
        Series of the country package that the future follows, such as ``"80_high"`` and ``"ssp1"``.
    sales
        Whether the usable sales of the country enter the model.
    statistics
        How imported statistics of the country are cleaned, or that they are ignored.
    draws
        Draws of all uncertain inputs, from which medians and 90 % intervals come; 0 for the central path
        alone.
    seed
        Same seed, same numbers, on any machine.
    threads
        Threads of this machine that compute draws.
    calibrate
        Whether the model learns from the evidence of the country: published totals, ownership, sales. Without
        draws, or for a country without evidence, there is nothing to learn.

    Returns
    -------
    Outlook
        Labelled arrays, tables and pictures.

    Raises
    ------
    InputError
        With every problem of the input, each with a code that ``ainalym explain`` explains.
    """
    from ainalym.api import run

    return run(
        country,
        until=until,
        convention=convention,
        composition=composition,
        projection=projection,
        population=population,
        income=income,
        sales=sales,
        statistics=statistics,
        draws=draws,
        seed=seed,
        threads=threads,
        calibrate=calibrate,
    )
