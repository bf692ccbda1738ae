"""National e-waste outlooks and circular-electronics roadmaps.

>>> import ainalym
>>> outlook = ainalym.outlook("KAZ")
>>> outlook.summary()
>>> outlook.data["ewaste_generated"].sum("product")
>>> ainalym.compare("KAZ", ["baseline", "circular"]).table()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ainalym.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ainalym.api import Outlook
    from ainalym.scenario_api import ScenarioComparison

__all__ = ["InputError", "Problem", "compare", "outlook"]


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
    corrections: Mapping[str, bool] | None = None,
    least_cover: float = 0.8,
    scenario: str = "baseline",
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
    corrections
        Corrections of imported statistics by name, such as ``{"mirror": False}``: ``mirror`` (what partners
        report stands for what the country does not; on), ``re_exports`` (added to exports that leave them
        out; on), ``partial_years`` (years of which some months are known are scaled to twelve; off).
    least_cover
        Share of the value of a flow, 0 to 1, that the partners who report it must hold for ``mirror``; 0
        takes whatever they report.
    scenario
        What becomes of e-waste and of the use of products: ``"baseline"``, ``"recovery"``, ``"circular"``,
        ``"eu2035"``, or a YAML file.
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
        corrections=dict(corrections or {}),
        least_cover=least_cover,
        scenario=scenario,
        draws=draws,
        seed=seed,
        threads=threads,
        calibrate=calibrate,
    )


def compare(
    country: str,
    scenarios: Sequence[str],
    *,
    years: Sequence[int] = (2030, 2050),
    until: int = 2050,
    draws: int = 1000,
    seed: int = 1,
    threads: int = 2,
    calibrate: bool = True,
) -> ScenarioComparison:
    """Compare scenarios of a country on the same draws.

    Parameters
    ----------
    country
        ISO code such as ``"KAZ"``, a name, or the folder of a country package.
    scenarios
        Two or more, each an embedded one or a YAML file; the first is what the others are held against.
    years
        Years to look at, beside 2025 to 2050 accumulated.
    until
        Last year, 2025 to 2100.
    draws
        Draws of all uncertain inputs, which all scenarios share; 1 or more.
    seed
        Same seed, same numbers, on any machine.
    threads
        Threads of this machine that compute draws.
    calibrate
        Whether the model learns from the evidence of the country, once for all scenarios.

    Returns
    -------
    ScenarioComparison
        Outlooks of the scenarios and tables of what they differ by.

    Raises
    ------
    InputError
        With every problem of the input, each with a code that ``ainalym explain`` explains.
    """
    from ainalym.scenario_api import run_comparison

    return run_comparison(
        country,
        scenarios,
        years=years,
        until=until,
        draws=draws,
        seed=seed,
        threads=threads,
        calibrate=calibrate,
    )
