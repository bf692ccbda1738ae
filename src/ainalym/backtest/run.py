"""Runs the back-test: every country from every origin, by every method."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from ainalym.backtest.ewaste import compute_ewaste, find_true_ewaste, spread_leaving
from ainalym.backtest.forecast import Centre, describe_place, draw_market, draw_survival, project_centre
from ainalym.backtest.knowledge import FloatArray, Knowledge, learn, look_around
from ainalym.backtest.scoring import BoolArray, Truth, pool_reliability, pool_scores, score_forecast
from ainalym.backtest.widening import Gaps, collect_errors, correlate_errors, measure_gaps, prove_drift
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.uncertainty import Spreads, read_uncertainty
from ainalym.errors import InputError, Problem
from ainalym.packages.panel import FIRST_YEAR_OF_FIGURES, Panel, read_panel
from ainalym.packages.reference import PHOTOVOLTAIC_PRODUCT, Reference, read_reference
from ainalym.schemas.run import RunOptions

EARLIEST_ORIGIN = FIRST_YEAR_OF_FIGURES + 9
"""The official method rests its lines on nine years."""

PROJECTION, REFERENCE, OFFICIAL = "projection", "reference", "official"
"""Methods: the projection with the country's own figures to the origin; the reference countries alone, as for
a country without figures; the forecast of the official European method, a single number."""

WAYS = (PROJECTION, REFERENCE)
"""Methods with an ensemble."""

METHODS = (*WAYS, OFFICIAL)

Listener = Callable[[int, int], None]
"""Told how many of all steps are done."""


@dataclass(frozen=True)
class BacktestOptions:
    """Choices of a back-test.

    Parameters
    ----------
    origins
        Last years of figures to be known, rising.
    until
        Last year to be projected.
    projection
        Method of projection, as of an outlook.
    drivers
        ``carried``: population and income go on by their mean growth of ten years, as nobody knew better;
        ``foreseen``: they are those that came, so that the model of the market alone is judged.
    widening
        ``table``: markets drift as in table ``uncertainty``; ``none``: not at all, to see what that does.
    ensemble
        Draws and seed.

    Raises
    ------
    InputError
        [BKT-001] for an origin, [BKT-002] for the last year.
    """

    origins: tuple[int, ...] = (2005, 2010)
    until: int = 2015
    projection: Literal["table", "profile", "trend"] = RunOptions().projection
    drivers: Literal["carried", "foreseen"] = "carried"
    widening: Literal["table", "none"] = "table"
    ensemble: EnsembleOptions = field(default_factory=lambda: EnsembleOptions(threads=2))

    def __post_init__(self) -> None:
        last = int(read_panel().years[-1])
        problems = []
        if not EARLIEST_ORIGIN < self.until <= last:
            problems.append(
                Problem(
                    "BKT-002",
                    "option --until",
                    str(self.until),
                    f"a year from {EARLIEST_ORIGIN + 1} to {last}",
                    "The figures of the panel end there.",
                )
            )
        problems += [
            Problem(
                "BKT-001",
                "option --origin",
                str(origin),
                f"a year from {EARLIEST_ORIGIN} to {min(self.until, last) - 1}",
                "A projection needs ten years of figures before it and one after it.",
            )
            for origin in self.origins
            if not EARLIEST_ORIGIN <= origin < min(self.until, last)
        ]
        if problems or not self.origins:
            raise InputError(
                problems
                or [
                    Problem(
                        "BKT-001",
                        "option --origin",
                        "none",
                        "one year at least",
                        "Give a year, such as 2005.",
                    )
                ]
            )


@dataclass(frozen=True)
class Backtest:
    """What came out.

    Attributes
    ----------
    cases
        One row per origin, method, country, year and category or product.
    scores
        Pooled over countries and years.
    reliability
        Nominal and observed shares inside intervals.
    paths
        Of every country and origin: figures to the origin and after it, and the projection, of those products
        that have a figure in every year after it; kg/person.
    proof
        Drift of markets, estimated without those countries or origins by which it is then judged.
    correlation
        Of the errors of two products of a country in a year, by method.
    countries
        English name by code.
    options
        Choices.
    seconds
        Wall time, s.
    """

    cases: pd.DataFrame
    scores: pd.DataFrame
    reliability: pd.DataFrame
    paths: pd.DataFrame
    proof: pd.DataFrame
    correlation: dict[str, float]
    countries: dict[str, str]
    options: BacktestOptions
    seconds: float


@dataclass(frozen=True)
class Judgement:
    """What came out of one country from one origin.

    Attributes
    ----------
    cases, paths
        As in :class:`Backtest`.
    gaps
        Distance of what happened to the draws of each ensemble.
    """

    cases: pd.DataFrame
    paths: pd.DataFrame
    gaps: list[Gaps]


def run_backtest(
    options: BacktestOptions | None = None, listener: Listener = lambda _done, _all: None
) -> Backtest:
    """Project the countries of the panel from the past, and score what was said.

    Parameters
    ----------
    options
        Choices.
    listener
        Told after each country how far the run is.

    Returns
    -------
    Backtest
        The same numbers whatever the number of threads.

    Raises
    ------
    InputError
        [PKG-001] to [PKG-021] and [ENS-001] to [ENS-005] for tables that were changed.
    """
    options = options or BacktestOptions()
    begun = time.perf_counter()
    panel, reference = read_panel(), read_reference()
    spreads = read_uncertainty(reference.package.tables["uncertainty"], panel.products)
    drift = spreads["market_drift", "all"]
    if options.widening == "none":
        spreads = {**spreads, ("market_drift", "all"): replace(drift, spread=0.0)}
    last = int(panel.years[-1])
    whole = learn(panel, reference, last, last, foresee_drivers=True)
    views = [_look_back(panel, reference, origin, spreads, whole, options) for origin in options.origins]
    countries = range(len(panel.countries))
    steps = [(origin, country) for origin in options.origins for country in countries]
    found: dict[tuple[int, int], Judgement] = {}
    with ThreadPoolExecutor(options.ensemble.threads) as pool:
        waiting = {
            pool.submit(judge_country, view, country): (view.knowledge.origin, country)
            for view in views
            for country in countries
        }
        try:
            for future in as_completed(waiting):
                found[waiting[future]] = future.result()
                listener(len(found), len(steps))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    cases = pd.concat([found[step].cases for step in steps], ignore_index=True)
    errors = collect_errors({step: found[step].gaps for step in steps})
    return Backtest(
        cases=cases,
        scores=pool_scores(cases),
        reliability=pool_reliability(cases),
        paths=pd.concat([found[step].paths for step in steps], ignore_index=True),
        proof=prove_drift(errors),
        correlation=dict(zip(WAYS, correlate_errors(errors, drift.spread).tolist(), strict=True)),
        countries=dict(zip(panel.countries, panel.names, strict=True)),
        options=options,
        seconds=time.perf_counter() - begun,
    )


@dataclass(frozen=True)
class View:
    """The panel as seen from one origin.

    Attributes
    ----------
    panel
        Figures of all years.
    reference
        Reference package.
    knowledge
        What could be known.
    spreads
        Table of uncertain quantities.
    survival
        Draws, the same for all countries. Shape (product, age, draw).
    whole
        What is known in the end.
    leaving
        Share of each cohort that leaves in the years after the origin. Shape (product, later year, cohort).
    options
        Choices.
    """

    panel: Panel
    reference: Reference
    knowledge: Knowledge
    spreads: Spreads
    survival: FloatArray
    whole: Knowledge
    leaving: FloatArray
    options: BacktestOptions


def _look_back(
    panel: Panel,
    reference: Reference,
    origin: int,
    spreads: Spreads,
    whole: Knowledge,
    options: BacktestOptions,
) -> View:
    knowledge = learn(panel, reference, origin, options.until, options.drivers == "foreseen")
    place = describe_place(panel, reference, knowledge, look_around(knowledge, panel, reference, 0), 0)
    survival = draw_survival(reference, knowledge, place, spreads, options.ensemble)
    leaving = spread_leaving(reference, knowledge.years, knowledge.past)
    return View(panel, reference, knowledge, spreads, survival, whole, leaving, options)


def judge_country(view: View, country: int) -> Judgement:
    """Project one country from one origin by every method, and score it.

    Parameters
    ----------
    view
        The panel as seen from the origin.
    country
        Position in the panel.

    Returns
    -------
    Judgement
        Of the country.
    """
    panel, reference, knowledge, options = view.panel, view.reference, view.knowledge, view.options
    surroundings = look_around(knowledge, panel, reference, country)
    place = describe_place(panel, reference, knowledge, surroundings, country)
    truth = find_truth(panel, knowledge, country)
    persons = knowledge.drivers.population[country, :, np.newaxis]
    is_apart = np.array([name == read_apart(reference) for name in reference.products["category"]])
    markets = {OFFICIAL: knowledge.official[country][..., np.newaxis] * (persons / KG_PER_TONNE)}
    ways: dict[str, Centre] = dict(zip(WAYS, (options.projection, "reference"), strict=True))
    gaps = []
    later, per_person = slice(knowledge.past, None), KG_PER_TONNE / persons[knowledge.past :]
    for method, how in ways.items():
        centre = project_centre(reference, knowledge, place, how)
        still, markets[method] = draw_market(
            reference, knowledge, place, centre, view.spreads, view.survival, options.ensemble
        )
        gaps.append(measure_gaps(truth, still[:, later] * per_person, ~is_apart))
    forecasts = {method: market[:, later] * per_person for method, market in markets.items()}
    discards = {
        method: compute_ewaste(market, view.leaving) * per_person for method, market in markets.items()
    }
    true_ewaste = find_true_ewaste(panel, view.whole, knowledge, view.leaving, country)
    cases = [_score(reference, truth, forecasts), _score(reference, true_ewaste, discards)]
    return Judgement(
        cases=pd.concat(cases, ignore_index=True),
        paths=trace_paths(panel, knowledge, truth, forecasts, country, is_apart),
        gaps=gaps,
    )


def read_apart(reference: Reference) -> str:
    """Read the category that stands apart from all sums: photovoltaics."""
    return str(reference.products.loc[PHOTOVOLTAIC_PRODUCT, "category"])


def _score(reference: Reference, truth: Truth, forecasts: dict[str, FloatArray]) -> pd.DataFrame:
    category = [str(name) for name in reference.products["category"]]
    products = [str(key) for key in reference.products.index]
    apart = read_apart(reference)
    scored = [
        score_forecast(truth, method, forecasts[method], category, products, apart) for method in METHODS
    ]
    return pd.concat(scored, ignore_index=True).assign(is_apart=lambda cases: cases["category"] == apart)


def find_truth(panel: Panel, knowledge: Knowledge, country: int) -> Truth:
    """Find what happened after the origin: original figures that the official method keeps.

    Parameters
    ----------
    panel
        Figures of all years.
    knowledge
        For its years.
    country
        Position in the panel.

    Returns
    -------
    Truth
        Photovoltaics with them.
    """
    later = slice(knowledge.past, len(knowledge.years))
    kg = panel.kg[country, :, later] / panel.population[country, later]
    years = [int(year) for year in knowledge.years[later]]
    return Truth(panel.countries[country], knowledge.origin, years, kg, panel.is_kept[country, :, later])


def trace_paths(
    panel: Panel,
    knowledge: Knowledge,
    truth: Truth,
    forecasts: dict[str, FloatArray],
    country: int,
    is_apart: BoolArray,
) -> pd.DataFrame:
    """Trace the sum of the products that have a figure in every year after the origin.

    Parameters
    ----------
    panel, knowledge, truth, country
        As before.
    forecasts
        By method. Shape (product, year, draw), kg/person.
    is_apart
        Products that are left out. Shape (product,).

    Returns
    -------
    pandas.DataFrame
        Columns ``truth`` (cleaned figures to the origin), ``low``, ``median``, ``high`` (5, 50 and 95 % of
        the projection) and ``official`` by year, kg/person, with the number of products.
    """
    members = truth.is_kept.all(axis=1) & ~is_apart
    before = slice(knowledge.past - 10, knowledge.past)
    history = knowledge.kg[country, members, before].sum(axis=0)
    low, median, high = np.quantile(forecasts[PROJECTION][members].sum(axis=0), (0.05, 0.5, 0.95), axis=-1)
    gap = np.full(history.size, np.nan)
    return pd.DataFrame(
        {
            "origin": knowledge.origin,
            "country": panel.countries[country],
            "group": int(panel.group[country]),
            "year": np.concatenate([knowledge.years[before], truth.years]),
            "products": int(members.sum()),
            "truth": np.concatenate([history, truth.kg[members].sum(axis=0)]),
            "low": np.concatenate([gap, low]),
            "median": np.concatenate([gap, median]),
            "high": np.concatenate([gap, high]),
            "official": np.concatenate([gap, forecasts[OFFICIAL][members, :, 0].sum(axis=0)]),
        }
    )
