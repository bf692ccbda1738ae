"""Checks of the calibration that take minutes: synthetic countries, rows left out, time.

Run ``python benchmarks/calibration.py [--countries 200] [--draws 640] [--out calibration.json]``. It prints
tables and writes the figures as JSON. Each synthetic country draws its truth from the prior, is seen through
the evidence of Kazakhstan with its errors, and is calibrated anew: were the posterior too narrow or too wide,
the ranks of the truths would not be uniform.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gamma
from scipy.stats import binom, chi2

from ainalym.calibration.calibrate import Work, calibrate, read_country_evidence
from ainalym.calibration.evidence import Evidence
from ainalym.calibration.observation import build_scene
from ainalym.calibration.posterior import (
    PosteriorStreams,
    Target,
    draw_prior,
    hold_scores,
    plan_layout,
    predict_logs,
)
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import FloatArray, Model, prepare_model
from ainalym.ensemble.parameters import draw_parameters
from ainalym.kernels.smoother import compute_root
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

BINS = 10
FIRST_TRUTH = 1_000_000
"""Draw from which on truths are taken, far beyond those that are learned from."""

NOMINAL = 0.9
"""Share of the truths that an interval shall hold."""

INFORMED = 0.9
"""Ratio of the standard deviations, posterior over prior, below which evidence informs an input."""


class Synthetic:
    """Synthetic countries, all seen through the evidence of one."""

    def __init__(self, model: Model, result: Result, evidence: Evidence, draws: int, seed: int) -> None:
        entering = np.flatnonzero(evidence.enters)
        # Rows that are only shown teach nothing and cost as much.
        evidence = replace(
            evidence,
            rows=evidence.rows.iloc[entering].reset_index(drop=True),
            sights=tuple(evidence.sights[row] for row in entering),
            observed=evidence.observed[entering],
        )
        self.evidence, self.draws = evidence, draws
        self.base = RandomStreams(seed)
        pieces = result.data["placed_on_market_pieces"].values
        self.scene = build_scene(model, evidence.sights, pieces, result.data["households"].values)
        self.layout = plan_layout(model, len(self.scene.model.years))
        self.entering = np.flatnonzero(evidence.enters)
        self.root = compute_root(evidence.error_covariance)
        products = self.scene.model.products
        self.names = [
            f"{name} {key}" for name in ("lifetime", "market_level", "unit_weight") for key in products
        ]
        rows = evidence.rows.iloc[self.entering]
        self.names += [f"{row.item}, {row.year}, {row.vintage}" for row in rows.itertuples()]

    def look(self, scores: FloatArray, logs: FloatArray) -> FloatArray:
        """Give all that is judged, as logarithms. Shape (quantity, draw)."""
        drawn = draw_parameters(self.scene.model, hold_scores(self.layout, scores))
        life = drawn.scale * gamma(1.0 + 1.0 / drawn.shape)
        inputs = np.concatenate([life.T, drawn.market_level.T, drawn.unit_weight.T])
        return np.concatenate([np.log(inputs), logs[self.entering]])

    def run(self, country: int) -> dict[str, FloatArray]:
        """Calibrate one country and say where its truth lies."""
        first = FIRST_TRUTH + 8 * country
        truth_scores = draw_prior(self.base, self.layout, first, first + 8)
        truth_logs = predict_logs(self.scene, self.layout, truth_scores)
        truth = self.look(truth_scores, truth_logs)[:, 0]
        error = self.root @ self.base.normal("synthetic_error", country, country + 1, len(self.entering))[0]
        observed = self.evidence.observed.copy()
        observed[self.entering] = truth_logs[self.entering, 0] + error
        evidence = replace(self.evidence, observed=observed)
        # Streams of its own for every country: the truth is none of the draws that are learned from.
        streams = PosteriorStreams(
            RandomStreams(self.base.seed + 1 + country),
            replace(self.scene, sights=tuple(self.scene.sights[row] for row in self.entering)),
            self.layout,
            Target(observed[self.entering], self.root),
            (),
        )
        work = Work(streams, self.scene, evidence, self.draws, 1, lambda _: None)
        prior_moments = work.begin()
        before = self._gather(work)
        work.learn(prior_moments)
        after = self._gather(work)
        low, high = np.quantile(after, ((1.0 - NOMINAL) / 2.0, (1.0 + NOMINAL) / 2.0), axis=1)
        return {
            "rank": (after < truth[:, np.newaxis]).mean(axis=1),
            "inside": (low <= truth) & (truth <= high),
            "error_prior": np.abs(before.mean(axis=1) - truth),
            "error_posterior": np.abs(after.mean(axis=1) - truth),
            "ratio": after.std(axis=1) / before.std(axis=1),
        }

    def _gather(self, work: Work) -> FloatArray:
        pairs = zip(work.scores, work.logs, strict=True)
        return np.concatenate([self.look(scores, logs) for scores, logs in pairs], axis=1)


def check_synthetic(synthetic: Synthetic, countries: int) -> pd.DataFrame:
    """Run all synthetic countries and summarise each quantity."""
    runs = []
    for country in range(countries):
        runs.append(synthetic.run(country))
        if country % 10 == 9:
            print(f"synthetic country {country + 1} of {countries}", flush=True)
    stacked = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    counts = np.stack([np.histogram(ranks, BINS, (0.0, 1.0))[0] for ranks in stacked["rank"].T])
    expected = countries / BINS
    statistic = ((counts - expected) ** 2 / expected).sum(axis=1)
    return pd.DataFrame(
        {
            "quantity": synthetic.names,
            "ratio": stacked["ratio"].mean(axis=0),
            "coverage": stacked["inside"].mean(axis=0),
            "error_prior": stacked["error_prior"].mean(axis=0),
            "error_posterior": stacked["error_posterior"].mean(axis=0),
            "rank_p_value": chi2.sf(statistic, BINS - 1),
            "counts": counts.tolist(),
        }
    )


def summarise_synthetic(table: pd.DataFrame, countries: int) -> dict[str, Any]:
    """Judge coverage, errors and ranks, over what evidence informs and over the rest."""
    informed = table[table["ratio"] < INFORMED]
    low, high = binom.ppf((0.005, 0.995), countries, 1.0 / BINS)
    # What chance alone does to the coverage of one quantity over so many countries.
    band = binom.ppf((0.005, 0.995), countries, NOMINAL) / countries
    judged = {}
    for name, part in (("informed", informed), ("all", table)):
        counts = np.stack(part["counts"].to_numpy())
        judged[name] = {
            "quantities": len(part),
            "coverage_mean": float(part["coverage"].mean()),
            "coverage_lowest": float(part["coverage"].min()),
            "coverage_highest": float(part["coverage"].max()),
            "share_with_coverage_85_to_95": float(part["coverage"].between(0.85, 0.95).mean()),
            "coverage_99_band_of_chance": band.tolist(),
            "share_with_coverage_in_99_band": float(part["coverage"].between(*band).mean()),
            "error_falls": float((part["error_posterior"] < part["error_prior"]).mean()),
            "error_ratio": float((part["error_posterior"] / part["error_prior"]).mean()),
            "share_of_rank_bins_in_99_band": float(((counts >= low) & (counts <= high)).mean()),
            "rank_p_below_5_percent": float((part["rank_p_value"] < 0.05).mean()),
            "pooled_rank_counts": counts.sum(axis=0).tolist(),
        }
    return judged


def check_left_out(model: Model, result: Result, evidence: Evidence, draws: int) -> pd.DataFrame:
    """Leave out each row in turn and predict it from a calibration without it."""
    whole = calibrate(model, result, evidence, RandomStreams(1), draws=draws)
    entering = np.flatnonzero(evidence.enters)
    found = []
    for row in entering:
        rows = evidence.rows.copy()
        rows.loc[row, "use"] = "shown"
        kept = entering != row
        covariance = evidence.error_covariance[np.ix_(kept, kept)]
        without = replace(evidence, rows=rows, error_covariance=covariance)
        fit = calibrate(model, result, without, RandomStreams(1), draws=draws).fit.loc[row]
        found.append(
            {
                "item": fit["item"],
                "year": fit["year"],
                "value": fit["value"],
                "predicted": fit["posterior"],
                "distance": fit["distance_left_out"],
                "closed_form": whole.fit.loc[row, "left_out"],
                "distance_closed_form": whole.fit.loc[row, "distance_left_out"],
            }
        )
        print(f"left out {fit['item']} {fit['year']}", flush=True)
    return pd.DataFrame(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--countries", type=int, default=200)
    parser.add_argument("--draws", type=int, default=640, help="draws of each synthetic country")
    parser.add_argument("--left-out-draws", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=Path("calibration.json"))
    options = parser.parse_args()
    model, result = prepare_model("KAZ", RunOptions(sales="beside"))
    evidence = read_country_evidence("KAZ", result)
    assert evidence is not None
    wall, spent = time.perf_counter(), time.process_time()
    whole = calibrate(model, result, evidence, RandomStreams(1), draws=10_000, threads=2)
    seconds = {"wall": time.perf_counter() - wall, "processor": time.process_time() - spent}
    print(f"10,000 draws: {seconds['wall']:.1f} s, {seconds['processor']:.1f} s of processor time")
    columns = ["item", "year", "vintage", "use", "value", "prior", "posterior", "distance_prior"]
    columns += ["distance_left_out", "distance_posterior", "conflict"]
    print(whole.fit[columns].round(2).to_string())
    left_out = check_left_out(model, result, evidence, options.left_out_draws)
    print(left_out.round(2).to_string(index=False), flush=True)
    table = check_synthetic(Synthetic(model, result, evidence, options.draws, seed=1), options.countries)
    judged = summarise_synthetic(table, options.countries)
    informed = table[table["ratio"] < INFORMED].drop(columns="counts").sort_values("ratio")
    print(informed.round(3).to_string(index=False))
    print(json.dumps(judged, indent=2))
    document = {
        "draws": options.draws,
        "countries": options.countries,
        "seconds": seconds,
        "judged": judged,
        "synthetic": table.to_dict("records"),
        "fit": json.loads(whole.fit[columns].to_json(orient="records")),
        "left_out": json.loads(left_out.to_json(orient="records")),
    }
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
