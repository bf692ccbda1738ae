"""Scores of the methods, case by case and pooled: a case is a country, a year, and a category or product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from ainalym.backtest.knowledge import FloatArray
from ainalym.kernels.scores import compute_crps, compute_rank, is_inside

BoolArray: TypeAlias = npt.NDArray[np.bool_]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are kept of every case."""

QUANTILE_COLUMNS = tuple(f"q{round(100 * level):02d}" for level in QUANTILES)

LEVELS = tuple(round(0.1 * step, 1) for step in range(1, 10))
"""Nominal shares inside the central intervals of the reliability table."""

LEAST_SHARE_REPORTED = 0.5
"""A category is judged in a year where so many of its products have a figure, over these products."""

ALL_CATEGORIES = "all"
"""Label of all products but photovoltaics together."""

MARKET, EWASTE = "placed_on_market", "ewaste_generated"
"""Quantities that are judged."""

PRODUCTS, CATEGORIES, TOTAL = "product", "category", "total"
"""Scopes of a case."""


@dataclass(frozen=True)
class Truth:
    """What happened in one country after the origin.

    Attributes
    ----------
    country, origin
        Labels.
    years
        Shape (year,).
    kg
        Of the quantity, kg/person. Shape (product, year).
    is_kept
        Whether the figure may judge. Same shape.
    quantity
        :data:`MARKET` or :data:`EWASTE`.
    """

    country: str
    origin: int
    years: Sequence[int]
    kg: FloatArray
    is_kept: BoolArray
    quantity: str = MARKET


def score_forecast(
    truth: Truth,
    method: str,
    draws: FloatArray,
    category: Sequence[str],
    products: Sequence[str],
    photovoltaics: str,
) -> pd.DataFrame:
    """Score what a method said of one country.

    Parameters
    ----------
    truth
        What happened.
    method
        Label of the method.
    draws
        Forecast, kg/person; a point forecast has one draw. Shape (product, year, draw).
    category
        Category of each product.
    products
        Their keys.
    photovoltaics
        Category that stands apart from the total.

    Returns
    -------
    pandas.DataFrame
        One row per case: labels, number of products counted, truth, quantiles, score and rank, kg/person.
    """
    rows = [
        _score_cases(truth, method, draws, members, labels, scope)
        for scope, labels, members in _list_scopes(category, products, photovoltaics)
    ]
    return pd.concat(rows, ignore_index=True)


def _list_scopes(
    category: Sequence[str], products: Sequence[str], photovoltaics: str
) -> Iterator[tuple[str, list[tuple[str, str]], BoolArray]]:
    """List scopes with the labels (category, product) of their members and which products belong to each."""
    own = np.asarray(category)
    names = [str(name) for name in np.unique(own)]
    yield TOTAL, [(ALL_CATEGORIES, "")], (own != photovoltaics)[np.newaxis]
    yield CATEGORIES, [(name, "") for name in names], np.array([own == name for name in names])
    labels = [(str(name), str(key)) for name, key in zip(own, products, strict=True)]
    yield PRODUCTS, labels, np.eye(len(own), dtype=bool)


def _score_cases(
    truth: Truth,
    method: str,
    draws: FloatArray,
    members: BoolArray,
    labels: list[tuple[str, str]],
    scope: str,
) -> pd.DataFrame:
    """Score the sums over the members that have a figure, where enough of them have."""
    counted = members.astype(np.float64) @ truth.is_kept
    judged = (counted > 0) & (counted >= LEAST_SHARE_REPORTED * members.sum(axis=1, keepdims=True))
    group, year = np.nonzero(judged)
    total = members.astype(np.float64) @ np.where(truth.is_kept, truth.kg, 0.0)
    true = total[group, year]
    said = np.empty((group.size, draws.shape[-1]))
    for place, (own, when) in enumerate(zip(group, year, strict=True)):
        said[place] = draws[members[own] & truth.is_kept[:, when], when].sum(axis=0)
    quantiles = np.quantile(said, QUANTILES, axis=1) if group.size else np.zeros((len(QUANTILES), 0))
    return pd.DataFrame(
        {
            "quantity": truth.quantity,
            "origin": truth.origin,
            "method": method,
            "scope": scope,
            "country": truth.country,
            "category": [labels[own][0] for own in group],
            "product": [labels[own][1] for own in group],
            "year": np.asarray(truth.years)[year],
            "products": counted[group, year].astype(int),
            "truth": true,
            **dict(zip(QUANTILE_COLUMNS, quantiles, strict=True)),
            "crps": compute_crps(said, true),
            "rank": compute_rank(said, true) if draws.shape[-1] > 1 else np.nan,
        }
    )


def pool_scores(cases: pd.DataFrame) -> pd.DataFrame:
    """Pool the scores over countries and years.

    Parameters
    ----------
    cases
        Of :func:`score_forecast`, photovoltaics in a category of their own.

    Returns
    -------
    pandas.DataFrame
        By quantity, origin, method, scope and category: number of cases, mean truth, bias (mean error of the
        median over mean truth), mean absolute error and score (kg/person), score over mean truth, shares
        inside the 50 and 90 % intervals.
        Scope ``category`` has a row ``all`` for the six categories together, scope ``product`` one for all
        products; photovoltaics are in neither.
    """
    pooled = cases[(cases["category"] != ALL_CATEGORIES) & ~cases["is_apart"]].assign(category=ALL_CATEGORIES)
    single = cases[cases["scope"] != PRODUCTS]
    both = pd.concat([single, pooled], ignore_index=True)
    error = both["q50"] - both["truth"]
    measured = both.assign(
        error=error,
        absolute=error.abs(),
        inside_50=_find_inside(both["rank"], 0.5),
        inside_90=_find_inside(both["rank"], 0.9),
    )
    grouped = measured.groupby(["quantity", "origin", "method", "scope", "category"], sort=True)
    means = grouped[["truth", "error", "absolute", "crps", "inside_50", "inside_90"]].mean()
    return pd.DataFrame(
        {
            "cases": grouped.size(),
            "truth": means["truth"],
            "bias": means["error"] / means["truth"],
            "mean_absolute_error": means["absolute"],
            "crps": means["crps"],
            "crps_relative": means["crps"] / means["truth"],
            "inside_50": means["inside_50"],
            "inside_90": means["inside_90"],
        }
    ).reset_index()


def pool_reliability(cases: pd.DataFrame) -> pd.DataFrame:
    """Compare nominal with observed shares inside the central intervals.

    Parameters
    ----------
    cases
        As for :func:`pool_scores`.

    Returns
    -------
    pandas.DataFrame
        By quantity, origin, method, scope and nominal share: the observed one, pooled over countries, years
        and categories; photovoltaics apart from them are left out.
    """
    ranked = cases[cases["rank"].notna() & ~cases["is_apart"]]
    tables = []
    for level in LEVELS:
        inside = ranked.assign(observed=_find_inside(ranked["rank"], level))
        shares = inside.groupby(["quantity", "origin", "method", "scope"], sort=True)["observed"].mean()
        tables.append(shares.reset_index().assign(nominal=level))
    return pd.concat(tables, ignore_index=True)


def _find_inside(rank: pd.Series, level: float) -> FloatArray:
    """Tell where the truth was inside, NaN where a point forecast has no interval."""
    inside = is_inside(rank.to_numpy(), level).astype(np.float64)
    return np.asarray(np.where(rank.isna(), np.nan, inside))
