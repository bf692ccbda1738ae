"""Evidence beside prior and posterior, and what would have to be true for a figure that does not fit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ainalym.calibration.evidence import INPUTS, Evidence
from ainalym.calibration.posterior import BY_PRODUCT, BY_YEAR, Layout
from ainalym.core.streams import correlate_products
from ainalym.ensemble.model import NORMAL_95, FloatArray, Model
from ainalym.kernels.smoother import Moments, find_least_change, predict_left_out

WIDE = NORMAL_95
"""Half-width of a 90 % interval in standard deviations."""

CONFLICT = 2.5758293035489004
"""Standard deviations beyond which a figure contradicts the rest: 99 % of figures lie within."""

CHANGES_SHOWN = 3
"""Inputs that are named for each conflict, those that would have to change most."""


def compare_fit(evidence: Evidence, prior: Moments, posterior: Moments) -> pd.DataFrame:
    """Set every row of evidence beside what the model says before and after.

    Parameters
    ----------
    evidence
        What was seen.
    prior, posterior
        Moments of the predictions, as differences from the figures in logarithms.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`ainalym.calibration.evidence.Evidence.rows`, and in the unit of the figure
        ``low`` and ``high`` (its 90 % range), ``prior``, ``prior_low``, ``prior_high``, ``posterior``,
        ``posterior_low``, ``posterior_high`` (median and 90 % interval), ``left_out`` (what prior and all
        other rows predict), and distances in standard deviations, error of the figure included:
        ``distance_prior``, ``distance_left_out``, ``distance_posterior`` (in errors of the figure alone), NaN
        for a row without an error; and ``conflict``, whether one of the first two is beyond 99 %.
    """
    rows = evidence.rows
    value = rows["value"].to_numpy(dtype=np.float64)
    error = rows["deviation"].to_numpy(dtype=np.float64)
    # Inputs have neither a spread nor an error to be measured in; a row without an error is only shown.
    judged = (error >= 0.0) & ~rows["quantity"].isin(INPUTS).to_numpy()
    table = rows.assign(low=value * np.exp(-WIDE * error), high=value * np.exp(WIDE * error))
    spreads = {}
    for name, moments in (("prior", prior), ("posterior", posterior)):
        spread = spreads[name] = np.sqrt(np.maximum(np.diag(moments.covariance), 0.0))
        table[name] = value * np.exp(moments.mean)
        table[f"{name}_low"] = value * np.exp(moments.mean - WIDE * spread)
        table[f"{name}_high"] = value * np.exp(moments.mean + WIDE * spread)
    table["distance_prior"] = _measure(prior.mean, np.hypot(spreads["prior"], error), judged)
    entering = np.flatnonzero(evidence.enters)
    others = predict_left_out(prior.select(entering), evidence.error_covariance)
    # A row that is shown is predicted by all that enter.
    mean, spread = posterior.mean.copy(), np.hypot(spreads["posterior"], error)
    mean[entering], spread[entering] = others.mean, others.deviation
    table["left_out"] = value * np.exp(mean)
    table["distance_left_out"] = _measure(mean, spread, judged)
    table["distance_posterior"] = _measure(posterior.mean, error, judged)
    furthest = np.fmax(np.abs(table["distance_prior"]), np.abs(table["distance_left_out"]))
    return table.assign(conflict=(furthest > CONFLICT).to_numpy(dtype=bool))


def _measure(difference: FloatArray, spread: FloatArray, judged: npt.NDArray[np.bool_]) -> FloatArray:
    """Give how far a figure lies from a prediction, in standard deviations; NaN where that has no meaning."""
    usable = judged & (spread > 0.0)
    return np.asarray(np.divide(-difference, spread, out=np.full(len(difference), np.nan), where=usable))


def explain_conflicts(
    model: Model, layout: Layout, evidence: Evidence, prior: Moments, posterior: Moments
) -> pd.DataFrame:
    """Tell what would have to be true for each figure that does not fit.

    Parameters
    ----------
    model
        The model.
    layout
        Scores that evidence may move.
    evidence
        What was seen.
    prior, posterior
        Moments of the predictions, as differences from the figures in logarithms.

    Returns
    -------
    pandas.DataFrame
        One row per figure in conflict and input: columns ``row`` (place among the evidence), ``sigmas`` (norm
        of the smallest change of all scores that would meet the figure exactly), ``input``, ``product``
        (empty for a path), ``factor`` (by which the input would have to differ from its prior median; NaN for
        the market from year to year and for paths), ``share`` of the change.
    """
    fit = compare_fit(evidence, prior, posterior)
    changes, norms = find_least_change(prior, np.zeros(len(fit)))
    tables = []
    for row in np.flatnonzero(fit["conflict"]):
        table = _describe_change(model, layout, changes[:, row])
        tables.append(table.head(CHANGES_SHOWN).assign(row=row, sigmas=norms[row]))
    columns = ["row", "sigmas", "input", "product", "factor", "share"]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _describe_change(model: Model, layout: Layout, change: FloatArray) -> pd.DataFrame:
    """List the inputs of a change, largest share first."""
    rows = []
    products = len(model.products)
    for stream, place in layout.slices().items():
        own = change[place]
        if stream == BY_YEAR:
            weights = np.square(own).reshape(products, -1).sum(axis=1)
            factors = np.full(products, np.nan)
        elif stream in BY_PRODUCT:
            weights, factors = np.square(own), _to_factors(model, stream, own)
        else:
            # Paths, curves and switches act together on the years after history: no single factor tells them.
            rows.append((stream, "", np.nan, float(np.square(own).sum())))
            continue
        rows += [
            (stream, product, factor, weight)
            for product, factor, weight in zip(model.products, factors, weights, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["input", "product", "factor", "share"])
    total = float(table["share"].sum())
    table["share"] /= total if total > 0.0 else 1.0
    return table.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _to_factors(model: Model, stream: str, scores: FloatArray) -> FloatArray:
    """Turn a change of scores into factors of an input, by its spread."""
    if stream == "income_elasticity":
        return np.full(len(scores), np.nan)
    row = model.spreads[stream, model.products[0] if stream == "market_level" else "all"]
    width = model.market_spread if stream == "market_level" else row.spread
    return np.asarray(np.exp(width * correlate_products(scores[np.newaxis], row.between_products)[0]))
