"""What Kazakhstan teaches: it fits, it leaves out what cannot be, and it finds a known truth again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ainalym.calibration.calibrate import Calibration, calibrate
from ainalym.calibration.evidence import Evidence
from ainalym.calibration.fit import CONFLICT
from ainalym.calibration.posterior import draw_prior, predict_logs
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import Model
from ainalym.results.result import Result

OWNED = ("Refrigerator", "Refrigerators and freezers", "Washing machine", "Television")


def find_row(fit: pd.DataFrame, item: str, year: int, vintage: str) -> pd.Series:
    return fit[(fit["item"] == item) & (fit["year"] == year) & (fit["vintage"] == vintage)].iloc[0]


def test_that_the_published_total_of_2022_is_met_within_its_error(calibration: Calibration) -> None:
    row = find_row(calibration.fit, "All equipment", 2022, "GEM2024")
    assert abs(row["distance_posterior"]) < 1.0
    assert row["posterior_low"] < row["value"] < row["posterior_high"]


@pytest.mark.parametrize("year", [2012, 2021])
def test_that_ownership_of_large_equipment_is_met_within_its_errors(
    calibration: Calibration, year: int
) -> None:
    fit = calibration.fit
    chosen = fit[fit["item"].isin(OWNED) & (fit["year"] == year)]
    assert len(chosen) == 3
    assert (chosen["distance_posterior"].abs() < 1.0).all()


def test_that_posterior_predictions_are_narrower_wherever_evidence_enters(calibration: Calibration) -> None:
    entering = calibration.fit[calibration.fit["use"] == "enters"]
    widths = [np.log(entering[f"{name}_high"] / entering[f"{name}_low"]) for name in ("prior", "posterior")]
    assert (widths[1] < widths[0]).all()


def test_that_what_contradicts_the_rest_is_named_with_what_would_have_to_be_true(
    calibration: Calibration,
) -> None:
    fit = calibration.fit
    named = set(fit.loc[fit["conflict"], "item"])
    assert "Dishwasher" in named
    assert "Television receivers" in named
    assert named.isdisjoint({"All equipment", "Washing machine", "Households"})
    place = int(np.flatnonzero((fit["item"] == "Dishwasher").to_numpy())[0])
    causes = calibration.conflicts[calibration.conflicts["row"] == place]
    first = causes.iloc[0]
    assert (first["input"], first["product"]) == ("market_level", "0102")
    assert first["factor"] < 0.3
    assert first["sigmas"] > 3.0
    assert causes["share"].is_monotonic_decreasing


def test_that_343_kt_for_2014_cannot_be_met(prior: tuple[Model, Result], evidence: Evidence) -> None:
    row = evidence.rows.index[
        (evidence.rows["item"] == "All equipment") & (evidence.rows["vintage"] == "ROP2017")
    ][0]
    rows = evidence.rows.copy()
    rows.loc[row, ["year", "value", "deviation"]] = [2014, 343_000.0, 0.05]
    sights = list(evidence.sights)
    sights[row] = replace(sights[row], year=2014 - 1980)
    observed = evidence.observed.copy()
    observed[row] = np.log(343_000.0)
    covariance = evidence.error_covariance.copy()
    place = int(np.flatnonzero(evidence.enters).tolist().index(row))
    covariance[place, place] = 0.05**2
    changed = replace(
        evidence, rows=rows, sights=tuple(sights), observed=observed, error_covariance=covariance
    )
    found = calibrate(*prior, changed, RandomStreams(1), draws=512)
    fitted = found.fit.iloc[row]
    assert fitted["conflict"]
    assert fitted["distance_prior"] > 3.0
    assert fitted["distance_left_out"] > 5.0
    causes = found.conflicts[found.conflicts["row"] == row]
    assert len(causes) > 0
    # All of it would have to come from many inputs at once, each a little.
    assert causes["share"].max() < 0.5
    assert causes["sigmas"].iloc[0] > 3.0


def test_that_every_input_that_evidence_may_move_is_told_before_and_after(
    prior: tuple[Model, Result], calibration: Calibration
) -> None:
    told = {
        "market_error": {"market_of_year"},
        "lifetime_scale": {"lifetime"},
        "saturation_curve": {"ownership_saturation", "ownership_rate", "ownership_midpoint"},
    }
    inputs = calibration.learned.groupby("input")
    for stream in calibration.streams.layout.columns:
        for name in told.get(stream, {stream}):
            rows = inputs.get_group(name)
            assert (rows["prior_deviation"] > 0.0).any()
            assert np.isfinite(rows.drop(columns=["input", "product"]).to_numpy()).all()
    products = prior[0].products
    assert list(inputs.get_group("lifetime_shape")["product"]) == list(products)
    assert set(inputs.get_group("switch_date")["product"]) < set(products)
    assert list(inputs.get_group("population_path")["product"]) == [""]


def test_that_a_row_without_error_is_shown_and_judged_by_nobody(calibration: Calibration) -> None:
    row = find_row(calibration.fit, "Households", 2021, "census")
    assert np.isnan(row["distance_prior"])
    assert not row["conflict"]
    assert row["posterior"] == pytest.approx(5.6e6, rel=0.02)


def test_that_leaving_a_row_out_is_predicted_as_a_calibration_without_it_does(
    prior: tuple[Model, Result], evidence: Evidence, calibration: Calibration
) -> None:
    row = find_row(calibration.fit, "Mobile phone", 2012, "ETODAY2022").name
    entering = np.flatnonzero(evidence.enters)
    kept = entering != row
    rows = evidence.rows.copy()
    rows.loc[row, "use"] = "shown"
    covariance = evidence.error_covariance[np.ix_(kept, kept)]
    without = calibrate(
        *prior, replace(evidence, rows=rows, error_covariance=covariance), RandomStreams(3), draws=640
    )
    expected = without.fit.loc[row, "posterior"]
    # Both surveys of phones share part of their errors, which the prediction knows and the fit does not.
    assert calibration.fit.loc[row, "left_out"] == pytest.approx(expected, rel=0.2)
    assert abs(calibration.fit.loc[row, "distance_left_out"]) < CONFLICT


def test_that_a_known_truth_is_found_again(prior: tuple[Model, Result], evidence: Evidence) -> None:
    """A country whose phones live half as long and sell twice as much is told from its own evidence."""
    base = RandomStreams(11)
    first = calibrate(*prior, evidence, base, draws=512)
    streams = first.streams
    truth = draw_prior(base, streams.layout, 5000, 5008)
    level = streams.layout.slices()["market_level"]
    truth[level] = 0.0
    truth[level.start + prior[0].products.index("0306")] = 2.0
    observed = evidence.observed.copy()
    observed[evidence.enters] = predict_logs(streams.scene, streams.layout, truth)[:, 0]
    narrow = replace(evidence, observed=observed, error_covariance=evidence.error_covariance / 25.0)
    found = calibrate(*prior, narrow, base, draws=512)
    row = found.learned.set_index(["input", "product"]).loc[("market_level", "0306")]
    assert row["shift"] > 0.5
    assert row["narrowing"] > 0.15
    seen = found.fit[evidence.enters]
    away, before = (np.log(seen[name] / seen["value"]).abs().mean() for name in ("posterior", "prior"))
    assert away < 0.5 * before
