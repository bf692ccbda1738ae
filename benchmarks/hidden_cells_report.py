"""What is measured on hidden cells, and how it is shown.

Twice: 20 % of the original cells at random (several seeds), and the last five years. All methods are scored
on the same cells: relative error, continuous ranked probability score (CRPS; of a point it is its absolute
error) and the share of truths inside the 90 % interval. Raw figures hold absurd cells, so scores are pooled
by medians, and shown again for the cells that the common method keeps when it sees everything, there also
with the CRPS weighted by amount per inhabitant. Cells that a rule of the common method for single products
sets (tube screens) are left out for all, as are cells that one of the methods leaves without an answer.

No leakage: the settings of the robust method were chosen on the black fields of a chess board of series
(country and product), with other seeds and with forecasts of 2005-2009 and 2006-2010. Shown here are the
white fields. The common method has no settings to choose, but its exceptions were made with all figures in
view.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hidden_cells import (
    FIRST_DATA_YEAR,
    LAST_DATA_YEAR,
    BoolArray,
    Figures,
    Prediction,
    find_kept,
    find_reporting_series,
    hide_after,
    hide_at_random,
    read_figures,
    run_common,
    run_robust,
    run_robust_alone,
    score,
)

from ainalym.kernels.common_method import Provenance

SHARE_HIDDEN = 0.2
YEARS_HIDDEN = 5
FIRST_SEED = 201
FEWEST_CELLS = 20
"""A product is listed where so many of its cells are scored."""
PRODUCTS_LISTED = 8
MEASURES = ("kg", "pieces")


@dataclass(frozen=True)
class Trial:
    """One set of hidden cells and what every method says about it."""

    hidden: BoolArray
    scored: BoolArray
    predictions: dict[str, tuple[Prediction, Prediction]]


def run_trial(figures: Figures, hidden: BoolArray, last_year: int) -> Trial:
    predictions = {}
    special = np.zeros(hidden.shape, dtype=bool)
    for strict, name in ((True, "common, strict"), (False, "common, mended")):
        kg, pieces, provenance = run_common(figures, hidden, last_year, strict)
        predictions[name] = (kg, pieces)
        special |= provenance == Provenance.SPECIAL
    predictions["robust"] = run_robust(figures, hidden)
    predictions["robust, country alone"] = run_robust_alone(figures, hidden)
    answered = [~np.isnan(prediction.central) for method in predictions.values() for prediction in method]
    scored = hidden & ~special & find_reporting_series(figures) & np.logical_and.reduce(answered)
    return Trial(hidden, scored, predictions)


def pool(
    figures: Figures, trials: list[Trial], method: str, measure: int, subset: BoolArray
) -> dict[str, float]:
    """Pool the scores of one method over the cells of all trials."""
    truth = (figures.kg, figures.pieces)[measure]
    parts = [score(truth, trial.predictions[method][measure], trial.scored & subset) for trial in trials]
    error = np.concatenate([part.error for part in parts])
    crps = np.concatenate([part.crps for part in parts])
    inside = np.concatenate([part.inside for part in parts])
    per_inhabitant = truth / figures.population[:, np.newaxis]
    weight = np.concatenate([per_inhabitant[trial.scored & subset] for trial in trials])
    pooled = {
        "cells": error.size,
        "median_error": np.median(error),
        "median_crps": np.median(crps),
        "weighted_crps": (weight * crps).sum() / weight.sum(),
    }
    if not np.isnan(inside).any():
        pooled["inside_90"] = inside.mean()
    return {name: float(value) for name, value in pooled.items()}


def score_by_product(figures: Figures, trials: list[Trial]) -> dict[str, dict[str, dict[str, float]]]:
    """Score every product that has enough cells, in kg."""
    products = {}
    for position, key in enumerate(figures.keys):
        subset = np.zeros((1, len(figures.keys), 1), dtype=bool)
        subset[:, position] = True
        if sum(int((trial.scored & subset).sum()) for trial in trials) >= FEWEST_CELLS:
            methods = trials[0].predictions
            products[key] = {method: pool(figures, trials, method, 0, subset) for method in methods}
    return products


def score_experiment(figures: Figures, trials: list[Trial], kept: BoolArray) -> dict[str, Any]:
    everything = np.ones_like(kept)
    pooled = {
        f"{measure}, {label}": {
            method: pool(figures, trials, method, number, subset) for method in trials[0].predictions
        }
        for label, subset in (("all cells", everything), ("kept cells", kept))
        for number, measure in enumerate(MEASURES)
    }
    return {"pooled": pooled, "products": score_by_product(figures, trials)}


def measure_times(figures: Figures) -> dict[str, float]:
    """Measure one run of each method on all figures, after a first one that warms up."""
    nothing = np.zeros(figures.kg.shape, dtype=bool)
    count = len(figures.countries)
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "common, strict": (lambda: run_common(figures, nothing, LAST_DATA_YEAR, strict=True), 1),
        "robust": (lambda: run_robust(figures, nothing), 1),
        "robust, country alone": (lambda: run_robust_alone(figures, nothing), count),
    }
    seconds = {}
    for name, (run, times) in runs.items():
        run()
        begun = time.perf_counter()
        run()
        seconds[name] = (time.perf_counter() - begun) / times
    return seconds


def list_rows(results: dict[str, Any], listed: int = PRODUCTS_LISTED) -> Iterator[str]:
    yield f"{'':34} {'cells':>7} {'error':>7} {'CRPS':>7} {'in 90 %':>8} {'weighted':>9}"
    for experiment, scores in results["experiments"].items():
        for subset, methods in scores["pooled"].items():
            yield f"{experiment}: {subset}"
            for method, row in methods.items():
                inside = f"{row['inside_90']:8.3f}" if "inside_90" in row else f"{'':8}"
                numbers = f"{row['cells']:7.0f} {row['median_error']:7.3f} {row['median_crps']:7.3f}"
                # Weighted by amount, absurd cells would decide everything.
                weighted = f"{row['weighted_crps']:9.3f}" if "kept" in subset else ""
                yield f"    {method:30} {numbers} {inside} {weighted}".rstrip()
        yield from list_products(experiment, scores["products"], listed)
    for name, seconds in results["seconds"].items():
        yield f"{name:34} {seconds:7.2f} s a run"


def list_products(
    experiment: str, products: dict[str, dict[str, dict[str, float]]], listed: int
) -> Iterator[str]:
    """Show in how many products the robust method wins, and where it does worst."""
    ratios = {
        key: {
            what: methods["robust"][what] / methods["common, strict"][what]
            for what in ("median_error", "median_crps")
        }
        for key, methods in products.items()
    }
    won = {
        what: sum(ratio[what] < 1 for ratio in ratios.values()) for what in ("median_error", "median_crps")
    }
    yield (
        f"{experiment}: products won by the robust method: {won['median_error']} by error, "
        f"{won['median_crps']} by CRPS, of {len(ratios)}; where it does worst:"
    )
    for key in sorted(ratios, key=lambda key: -ratios[key]["median_crps"])[:listed]:
        robust, common = products[key]["robust"], products[key]["common, strict"]
        yield (
            f"    {key:30} {robust['cells']:7.0f} {robust['median_error']:7.3f} {robust['median_crps']:7.3f} "
            f"{robust['inside_90']:8.3f}   common {common['median_error']:7.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--figures", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--products", type=int, default=PRODUCTS_LISTED, help="how many products to list, worst first"
    )
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/statistics.json"))
    options = parser.parse_args()
    figures = read_figures(options.figures / "cbs")
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    last_year = LAST_DATA_YEAR - YEARS_HIDDEN
    trials = {
        f"{SHARE_HIDDEN:.0%} at random": [
            run_trial(figures, hide_at_random(figures, SHARE_HIDDEN, seed), LAST_DATA_YEAR) for seed in seeds
        ],
        f"last {YEARS_HIDDEN} years": [run_trial(figures, hide_after(figures, last_year), last_year)],
    }
    kept = find_kept(figures)
    results = {
        "years_of_figures": [FIRST_DATA_YEAR, LAST_DATA_YEAR],
        "seeds": list(seeds),
        "experiments": {name: score_experiment(figures, runs, kept) for name, runs in trials.items()},
        "seconds": measure_times(figures),
    }
    for line in list_rows(results, options.products):
        print(line)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
