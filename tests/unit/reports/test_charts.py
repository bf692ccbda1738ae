from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair
import numpy as np
import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import InputError, read_error_codes
from ainalym.reports.chart_parts import Spec
from ainalym.reports.charts import CHARTS, draw_chart
from ainalym.reports.images import FORMATS, load_converter, render_svg, write_image
from ainalym.reports.language import Translator
from ainalym.reports.palette import CATEGORIES, category_color
from ainalym.results.result import Result
from ainalym.results.summary import (
    compute_comparison,
    compute_largest_products,
    compute_material_summary,
    compute_region_summary,
)

KAZAKH_LETTERS = "әғқңөұүһіӘҒҚҢӨҰҮҺІ"


def draw(result: Result, name: str, language: str = "en") -> Spec:
    spec = draw_chart(result, name, Translator(language))
    assert spec is not None
    return spec


def rows_of(spec: Spec) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = spec["data"]["values"]
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_that_every_chart_is_valid_vega_lite_in_every_language(
    drawn: Result, name: str, language: str
) -> None:
    spec = draw(drawn, name, language)
    altair.Chart.from_dict(spec)
    assert spec["name"] == name


@pytest.mark.parametrize("name", CHARTS)
def test_that_every_chart_says_what_is_seen_in_its_language(drawn: Result, name: str) -> None:
    said = {language: draw(drawn, name, language) for language in LANGUAGES}
    for part in (
        lambda spec: spec["title"]["text"],
        lambda spec: spec["title"]["subtitle"],
        lambda spec: spec["description"],
    ):
        texts = [part(said[language]) for language in LANGUAGES]
        assert len(set(texts)) == len(LANGUAGES)
        assert all(len(text) > 8 for text in texts)


@pytest.mark.parametrize("quantity", ["placed_on_market", "stock", "ewaste_generated"])
def test_that_the_areas_hold_the_whole_quantity(kazakhstan: Result, quantity: str) -> None:
    rows = rows_of(draw(kazakhstan, quantity))
    totals = kazakhstan.data[quantity].sum("product") / 1000
    assert [row["year"] for row in rows] == totals["year"].values.tolist()
    stacked = [sum(row[f"category_{code}"] for code in CATEGORIES) for row in rows]
    np.testing.assert_allclose(stacked, totals.values, rtol=1e-5)
    np.testing.assert_allclose([row["total"] for row in rows], totals.values, rtol=1e-5)


def test_that_published_totals_lie_on_top_as_points(kazakhstan: Result) -> None:
    points = draw(kazakhstan, "ewaste_generated")["layer"][-1]
    comparison = compute_comparison(kazakhstan)
    published = comparison[(comparison["quantity"] == "ewaste_generated") & comparison["model"].notna()]
    assert points["mark"]["type"] == "point"
    shown = [(row["edition"], row["year"], row["value"]) for row in points["data"]["values"]]
    for row in published.to_dict("records"):
        wanted = (row["vintage"], row["year"], pytest.approx(row["published"] / 1000, rel=1e-5))
        assert shown.count(wanted) == 1
    assert len(shown) == len(published)


def test_that_projected_years_are_shaded_from_the_last_year_of_history(kazakhstan: Result) -> None:
    shade = draw(kazakhstan, "stock")["layer"][0]
    assert shade["mark"]["type"] == "rect"
    assert shade["data"]["values"] == [{"year": 2025, "end": 2050, "label": "Projection"}]


def test_that_nothing_is_shaded_where_nothing_is_projected(to_2025: Result) -> None:
    marks = [layer["mark"]["type"] for layer in draw(to_2025, "stock")["layer"]]
    assert "rect" not in marks
    assert "area" in marks


def test_that_a_category_has_one_colour_in_every_chart(kazakhstan: Result) -> None:
    names = [kazakhstan.name_of("categories", code, "en") for code in CATEGORIES]
    colors = [category_color(code) for code in CATEGORIES]
    found = 0
    for chart in ("placed_on_market", "stock", "ewaste_generated", "largest_products"):
        for layer in draw(kazakhstan, chart)["layer"]:
            scale = layer.get("encoding", {}).get("color", {}).get("scale")
            if scale:
                assert dict(zip(scale["domain"], scale["range"], strict=True)) == dict(
                    zip(names, colors, strict=True)
                )
                found += 1
    assert found == 4


def test_that_the_largest_products_stand_in_order_with_their_masses(kazakhstan: Result) -> None:
    rows = rows_of(draw(kazakhstan, "largest_products"))
    expected = compute_largest_products(kazakhstan, 2022)
    assert len(rows) == 15
    np.testing.assert_allclose([row["value"] for row in rows], expected["value"] / 1000, rtol=1e-5)
    future = kazakhstan.data["ewaste_generated"].sel(year=2050, product=expected["product"].tolist())
    np.testing.assert_allclose([row["future"] for row in rows], future / 1000, rtol=1e-5)


def test_that_every_material_is_in_one_of_the_charts_of_materials(kazakhstan: Result) -> None:
    masses = compute_material_summary(kazakhstan).query("first_year == last_year")
    shown: dict[tuple[str, str], float] = {}
    for name, scale in (("materials_bulk", 1000.0), ("materials_minor", 1.0), ("materials_precious", 1.0)):
        shown |= {
            (row["name"], row["group"]): row["value"] * scale for row in rows_of(draw(kazakhstan, name))
        }
    for row in masses.to_dict("records"):
        name = kazakhstan.name_of("materials", row["material"], "en")
        assert shown.pop((name, str(row["first_year"]))) == pytest.approx(row["mass"], rel=1e-5)
    assert shown == {}


def test_that_assumed_prices_are_marked_in_the_chart_of_values(kazakhstan: Result) -> None:
    labels = [row["label"] for row in rows_of(draw(kazakhstan, "material_value"))]
    marked = [label.split(":")[0] for label in labels if label.endswith("(price D)")]
    assert marked == ["Iron and steel", "Palladium", "Plastics"]
    assert not any(label.startswith("Glass") for label in labels)


def test_that_a_run_to_2030_has_one_period_of_values_and_two_years_of_materials(to_2030: Result) -> None:
    value = draw(to_2030, "material_value")
    assert "2025–2030" in value["title"]["text"]
    assert len([layer for layer in value["layer"] if layer["mark"]["type"] == "bar"]) == 1
    assert {row["group"] for row in rows_of(draw(to_2030, "materials_bulk"))} == {"2022", "2030"}


def test_that_a_run_to_2025_has_no_accumulated_value(to_2025: Result) -> None:
    assert draw_chart(to_2025, "material_value", Translator("en")) is None


def test_that_the_comparison_shows_every_published_total_with_its_ratio(kazakhstan: Result) -> None:
    rows = rows_of(draw(kazakhstan, "comparison"))
    assert len(rows) == 9
    for row in rows:
        assert float(row["ratio"]) == pytest.approx(row["model"] / row["published"], abs=0.006)
        assert row["label"].endswith(f"× {row['ratio']}")


def test_that_all_regions_stand_in_order_and_sum_to_the_nation(kazakhstan: Result) -> None:
    values = [row["value"] for row in rows_of(draw(kazakhstan, "regions"))]
    assert values == sorted(values, reverse=True)
    assert len(values) == len(compute_region_summary(kazakhstan, 2022)) == 20
    total = float(kazakhstan.data["ewaste_generated"].sel(year=2022).sum()) / 1000
    assert sum(values) == pytest.approx(total, rel=1e-5)


def test_that_assumed_capacity_looks_different_from_reported(kazakhstan: Result) -> None:
    points = draw(kazakhstan, "photovoltaic_capacity")["layer"][-1]
    table = kazakhstan.tables["photovoltaic_capacity"]
    groups = [row["group"] for row in points["data"]["values"]]
    assert groups.count("Reported") == (table["status"] == "reported").sum()
    encoding = points["encoding"]
    for channel in ("fill", "stroke", "shape"):
        assert len(set(encoding[channel]["scale"]["range"])) == 2


def test_that_a_chart_without_figures_is_left_out(sparse: Result) -> None:
    drawn = {name: draw_chart(sparse, name, Translator("kk")) for name in CHARTS}
    missing = [name for name, spec in drawn.items() if spec is None]
    fans = [name for name in CHARTS if name.endswith("_fan")]
    tornadoes = [name for name in CHARTS if name.startswith("tornado_")]
    learned = [name for name in CHARTS if name.endswith("_learned")]
    without = [*fans, "regions", *tornadoes, "comparison", *learned, "evidence_fit", "photovoltaic_capacity"]
    assert missing == without


def test_that_a_fan_holds_the_quantiles_of_the_draws_and_the_published_points(drawn: Result) -> None:
    spec = draw(drawn, "ewaste_generated_fan")
    row = next(row for row in rows_of(spec) if row["year"] == 2030)
    assert drawn.draws is not None
    totals = drawn.draws["ewaste_generated_total"].sel(year=2030).values / 1000
    quantiles = np.quantile(totals, [0.05, 0.25, 0.5, 0.75, 0.95])
    bands = [row[name] for name in ("low", "lower", "median", "upper", "high")]
    np.testing.assert_allclose(bands, quantiles, rtol=1e-4)
    assert spec["layer"][-1]["mark"]["type"] == "point"
    gold = next(row for row in rows_of(draw(drawn, "gold_fan")) if row["year"] == 2030)
    tonnes = drawn.draws["material_embedded_total"].sel(year=2030, material="gold").values
    assert gold["median"] == pytest.approx(float(np.median(tonnes)), rel=1e-4)


def test_that_a_tornado_runs_from_the_widest_range_to_the_narrowest(drawn: Result) -> None:
    rows = rows_of(draw(drawn, "tornado_ewaste_generated"))
    widths = [row["high"] - row["low"] for row in rows]
    assert widths == sorted(widths, reverse=True)
    assert sum(row["every"] for row in rows) == 1
    assert len(rows) == len(drawn.tables["sensitivity_ranges"]["family"].unique())


def test_that_bars_of_medians_carry_the_ends_of_their_intervals(drawn: Result) -> None:
    for name in ("largest_products", "regions", "materials_bulk", "comparison"):
        for row in rows_of(draw(drawn, name)):
            assert 0.0 < row["low"] < row["high"]


def test_that_an_unknown_chart_is_refused_with_the_names_there_are(kazakhstan: Result) -> None:
    with pytest.raises(InputError, match=r"\[VIE-001\] chart: got 'pie', expected one of placed_on_market"):
        draw_chart(kazakhstan, "pie", Translator("en"))
    assert "VIE-001" in read_error_codes()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_that_axes_write_numbers_as_the_language_does(kazakhstan: Result, language: str) -> None:
    drawing = render_svg(draw(kazakhstan, "stock", language))
    assert ">5\u202f000<" in drawing
    assert ">5,000<" not in drawing


@pytest.mark.parametrize("ending", FORMATS)
def test_that_an_image_is_written_in_the_format_of_its_ending(
    kazakhstan: Result, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"chart{ending}"
    write_image(draw(kazakhstan, "materials_precious", "kk"), path)
    start = {".png": b"\x89PNG", ".svg": b"<svg", ".pdf": b"%PDF"}[ending]
    assert path.read_bytes().startswith(start)
    assert path.stat().st_size > 5000


def test_that_another_ending_is_refused(kazakhstan: Result, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\[VIE-002\] file 'chart.gif': got '.gif'"):
        write_image(draw(kazakhstan, "stock"), tmp_path / "chart.gif")
    assert not (tmp_path / "chart.gif").exists()


def test_that_the_font_of_the_images_has_every_letter_of_kazakh() -> None:
    def render(letter: str) -> bytes:
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
            f'<text x="5" y="30" font-family="Inter" font-size="28">{letter}</text></svg>'
        )
        return bytes(load_converter().svg_to_png(drawing))

    # A code point without a letter shows what a font draws in the place of a letter it does not have.
    images = {letter: render(letter) for letter in f"{KAZAKH_LETTERS}\u0378 "}
    assert len(set(images.values())) >= len(KAZAKH_LETTERS) + 1
    assert all(images[letter] != images["\u0378"] for letter in KAZAKH_LETTERS)


def test_that_drawing_changes_nothing_in_the_result(drawn: Result) -> None:
    before = {name: table.copy() for name, table in drawn.tables.items()}
    for name in CHARTS:
        json.dumps(draw(drawn, name))
    for name, table in before.items():
        assert table.equals(drawn.tables[name])
