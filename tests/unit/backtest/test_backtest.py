"""The back-test forgets what came later, judges original figures alone, and says what it says honestly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ainalym.backtest.ewaste import compute_ewaste, find_true_ewaste, spread_leaving
from ainalym.backtest.forecast import describe_place, draw_market, draw_survival, project_centre
from ainalym.backtest.knowledge import PROFILE, carry_on, learn, look_around
from ainalym.backtest.run import OFFICIAL, PROJECTION, REFERENCE, Backtest, BacktestOptions, run_backtest
from ainalym.backtest.scoring import MARKET, Truth, pool_scores, score_forecast
from ainalym.backtest.store import choose_paths, write_backtest
from ainalym.core.units import KG_PER_TONNE
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.uncertainty import read_uncertainty
from ainalym.errors import InputError
from ainalym.kernels.cohort import compute_inflow_driven
from ainalym.kernels.lifetime import Weibull, survival_by_age
from ainalym.packages.panel import read_panel
from ainalym.packages.reference import read_reference
from ainalym.reports.backtest_page import draw_score_charts, render_backtest
from ainalym.reports.backtest_tables import (
    LEAST_SHARE_INSIDE,
    compose_drift_table,
    compose_score_tables,
    describe_backtest,
)
from ainalym.reports.draw_backtest import draw_country_paths, draw_paths, draw_reliability
from ainalym.reports.images import render_svg
from ainalym.reports.language import Translator

FEW = EnsembleOptions(draws=64, threads=2)


@pytest.fixture(scope="module")
def backtest() -> Backtest:
    return run_backtest(BacktestOptions(origins=(2010,), until=2012, ensemble=FEW))


@pytest.mark.parametrize("foresee", [False, True])
def test_that_figures_after_the_origin_change_nothing_of_what_was_known(foresee: bool) -> None:
    panel, reference = read_panel(), read_reference()
    later = panel.years > 2005
    changed = replace(
        panel,
        kg=np.where(later, 7.0 * panel.kg, panel.kg),
        pieces=np.where(later, np.nan, panel.pieces),
        population=panel.population if foresee else np.where(later, 1.0, panel.population),
        income=panel.income if foresee else np.where(later, 1.0, panel.income),
        purchasing_power=panel.purchasing_power if foresee else np.where(later, 1.0, panel.purchasing_power),
    )
    projected = []
    for seen in (panel, changed):
        knowledge = learn(seen, reference, 2005, 2015, foresee)
        around = look_around(knowledge, seen, reference, 3)
        place = describe_place(seen, reference, knowledge, around, 3)
        centres = [
            project_centre(reference, knowledge, place, way).mass for way in ("table", "trend", "reference")
        ]
        projected.append([knowledge.official, *centres])
    for own, other in zip(*projected, strict=True):
        np.testing.assert_array_equal(own, other)


def test_that_a_country_tells_nothing_about_itself() -> None:
    panel, reference = read_panel(), read_reference()
    knowledge = learn(panel, reference, 2005, 2006, False)
    doubled = knowledge.kg.copy()
    doubled[5] *= 2.0
    own, other = (
        look_around(known, panel, reference, 5) for known in (knowledge, replace(knowledge, kg=doubled))
    )
    np.testing.assert_array_equal(own.per_inhabitant.values, other.per_inhabitant.values)
    np.testing.assert_array_equal(own.elasticity.values, other.elasticity.values)
    neighbour = look_around(replace(knowledge, kg=doubled), panel, reference, 6)
    assert not np.array_equal(
        look_around(knowledge, panel, reference, 6).per_inhabitant.values, neighbour.per_inhabitant.values
    )


def test_that_series_are_carried_on_by_their_own_growth() -> None:
    series = 100.0 * 1.03 ** np.arange(20)[np.newaxis]
    np.testing.assert_allclose(carry_on(series, 15, 5), series)


def test_that_only_original_figures_that_the_official_method_keeps_are_judged(backtest: Backtest) -> None:
    panel = read_panel()
    single = backtest.cases[
        (backtest.cases["scope"] == "product")
        & (backtest.cases["method"] == OFFICIAL)
        & (backtest.cases["quantity"] == MARKET)
    ]
    judged = {(row.country, row.product, row.year) for row in single.itertuples()}
    later = (panel.years > 2010) & (panel.years <= 2012)
    kept = np.argwhere(panel.is_kept & later)
    assert judged == {
        (panel.countries[country], panel.products[product], int(panel.years[year]))
        for country, product, year in kept
    }
    assert np.isfinite(panel.kg[panel.is_kept]).all()
    assert (panel.kg[panel.is_kept] > 0).all()


def test_that_scores_are_those_of_the_cases(backtest: Backtest) -> None:
    cases, labels = backtest.cases, ["quantity", "method", "scope", "category"]
    own = cases.set_index(labels).sort_index().loc[(MARKET, PROJECTION, "category", "5")]
    row = backtest.scores.set_index(labels).loc[(MARKET, PROJECTION, "category", "5")]
    assert row["cases"] == len(own)
    assert row["bias"] == pytest.approx((own["q50"].mean() - own["truth"].mean()) / own["truth"].mean())
    inside = (own["q05"] <= own["truth"]) & (own["truth"] <= own["q95"])
    assert row["inside_90"] == pytest.approx(inside.mean(), abs=2 / 64)


def test_that_the_official_method_is_a_number_and_has_no_interval(backtest: Backtest) -> None:
    official = backtest.scores[backtest.scores["method"] == OFFICIAL]
    assert official[["inside_50", "inside_90"]].isna().all(axis=None)
    np.testing.assert_allclose(official["crps"], official["mean_absolute_error"])


def test_that_the_sum_of_a_forecast_runs_over_the_products_with_a_figure() -> None:
    kg = np.array([[1.0, 1.0], [2.0, np.nan], [4.0, 4.0]])
    truth = Truth("AAA", 2000, [2001, 2002], kg, np.isfinite(kg))
    draws = np.full((3, 2, 5), 3.0)
    cases = score_forecast(truth, "own", draws, ["1", "1", "2"], ["0001", "0002", "0003"], "9")
    category = cases[(cases["scope"] == "category") & (cases["category"] == "1")].set_index("year")
    assert category.loc[2001, ["truth", "q50", "crps", "products"]].tolist() == [3.0, 6.0, 3.0, 2]
    assert category.loc[2002, ["truth", "q50", "crps", "products"]].tolist() == [1.0, 3.0, 2.0, 1]


def test_that_photovoltaics_are_in_no_pooled_score(backtest: Backtest) -> None:
    apart = backtest.cases["is_apart"]
    assert set(backtest.cases.loc[apart, "category"]) == {"4b"}
    without = pool_scores(backtest.cases[~apart])
    pooled = ["all"]
    assert (
        without[without["category"].isin(pooled)]
        .reset_index(drop=True)
        .equals(backtest.scores[backtest.scores["category"].isin(pooled)].reset_index(drop=True))
    )


def test_that_the_numbers_do_not_depend_on_the_threads_and_the_listener_hears_of_every_country() -> None:
    heard: list[tuple[int, int]] = []
    tables = [
        run_backtest(
            BacktestOptions(origins=(2013,), until=2014, ensemble=EnsembleOptions(draws=16, threads=threads)),
            lambda done, whole: heard.append((done, whole)),
        ).cases
        for threads in (1, 2)
    ]
    pd.testing.assert_frame_equal(*tables)
    assert heard == 2 * [(done, 28) for done in range(1, 29)]


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"origins": (1999,)}, "BKT-001"),
        ({"origins": (2015,)}, "BKT-001"),
        ({"origins": ()}, "BKT-001"),
        ({"until": 2016}, "BKT-002"),
        ({"until": 1990, "origins": (2005,)}, "BKT-002"),
    ],
)
def test_that_a_year_outside_the_figures_is_refused(choices: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        BacktestOptions(**choices)  # type: ignore[arg-type]
    assert code in [problem.code for problem in caught.value.problems]


def test_that_tables_are_written_whole(backtest: Backtest, tmp_path: Path) -> None:
    write_backtest(backtest, tmp_path)
    folder = tmp_path / "tables"
    cases = pd.read_csv(folder / "cases.csv", dtype={"category": str, "product": str})
    assert len(cases) == len(backtest.cases)
    assert cases.drop(columns=["product", "rank"]).notna().all(axis=None)
    assert sorted(path.name for path in folder.iterdir()) == [
        "cases.csv",
        "drift.csv",
        "paths.csv",
        "reliability.csv",
        "scores.csv",
    ]


def test_that_a_picture_shows_two_countries_of_each_group(backtest: Backtest) -> None:
    shown = choose_paths(backtest).drop_duplicates("country")
    assert shown.groupby("group").size().to_dict() == {1: 2, 2: 2, 3: 2}


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_that_tables_and_pictures_speak_the_language(backtest: Backtest, language: str) -> None:
    translator = Translator(language)
    tables = [*compose_score_tables(backtest, translator), compose_drift_table(backtest, translator)]
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
    assert len(tables) == 2 * len({PROJECTION, REFERENCE, OFFICIAL}) + 1
    page = render_backtest(backtest, language)
    assert f'<html lang="{language}">' in page
    specs = [*draw_score_charts(backtest, translator), *draw_country_paths(backtest, translator)]
    assert page.count('role="img"') == len([*specs, draw_reliability(backtest, translator)])
    titles = [spec["title"]["text"] for spec in (*specs, draw_paths(backtest, translator))]
    assert all(title in page for title in titles[:-1])
    assert "2010" in titles[-1]
    assert "<svg" in render_svg(specs[0])


def test_that_what_the_intervals_failed_to_hold_is_said(backtest: Backtest) -> None:
    said = " ".join(describe_backtest(backtest, Translator("en")))
    scores = backtest.scores.set_index(["quantity", "method", "scope", "category"])
    for code, name in (
        ("3", "Lamps"),
        ("4b", "Photovoltaic panels"),
        ("1", "Temperature exchange equipment"),
    ):
        is_poor = scores.at[(MARKET, PROJECTION, "category", code), "inside_90"] < LEAST_SHARE_INSIDE
        assert (name in said) == is_poor


def test_that_a_projected_market_that_came_true_gives_the_e_waste_that_came() -> None:
    panel, reference = read_panel(), read_reference()
    whole = learn(panel, reference, 2015, 2015, True)
    early = learn(panel, reference, 2012, 2015, True)
    leaving = spread_leaving(reference, early.years, early.past)
    truth = find_true_ewaste(panel, whole, early, leaving, 4)
    market = whole.kg[4] * panel.population[4] / KG_PER_TONNE
    discards = compute_ewaste(market[..., np.newaxis], leaving)[..., 0]
    np.testing.assert_allclose(discards * KG_PER_TONNE / panel.population[4, early.past :], truth.kg)
    lifetime = reference.lifetime.sel(profile=PROFILE)
    weibull = Weibull(lifetime.sel(parameter="shape").values, lifetime.sel(parameter="scale").values)
    survival = survival_by_age(weibull, early.years.size, "uniform")
    engine = compute_inflow_driven(market.T, survival, by_cohort=False).outflow
    np.testing.assert_allclose(discards, engine[early.past :].T, rtol=1e-9)


def test_that_figures_of_a_country_close_its_level_and_time_opens_it() -> None:
    panel, reference = read_panel(), read_reference()
    knowledge = learn(panel, reference, 2010, 2015, False)
    around = look_around(knowledge, panel, reference, 2)
    place = describe_place(panel, reference, knowledge, around, 2)
    spreads = read_uncertainty(reference.package.tables["uncertainty"], panel.products)
    options = EnsembleOptions(draws=256)
    survival = draw_survival(reference, knowledge, place, spreads, options)
    centre = project_centre(reference, knowledge, place, "profile")
    product = panel.products.index("0601")
    assert place.is_known[: knowledge.past, product].any()
    assert not place.is_known[knowledge.past :].any()
    width = {}
    for name, own in (("known", centre), ("unknown", replace(centre, open_level=None))):
        still = draw_market(reference, knowledge, place, own, spreads, survival, options).still[product]
        width[name] = np.log(still).std(axis=-1)[knowledge.past - 1 :]
    assert (width["known"] < width["unknown"]).all()
    assert (np.diff(width["known"] / width["unknown"]) > 0.0).all()
