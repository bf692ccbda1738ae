from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import InputError
from ainalym.reports.chart_parts import Spec
from ainalym.reports.charts import CHARTS, draw_chart
from ainalym.reports.language import Translator
from ainalym.reports.page import adapt_to_page, read_legend, render_report, write_report
from ainalym.results.result import Result
from ainalym.results.summary import compute_headline

LARGEST_PAGE = 2_500_000
"""Bytes; the page shall still travel by mail."""

ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|year|market|stock|waste|e-waste|products?|materials?|table|figures?|sources?|price|value|"
    r"model|published|reported|assumption|region|grade|share|note|method|version|projection|with|from|not)\b",
    re.IGNORECASE,
)

VOID = {"meta", "link", "br", "wbr", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append((tag, attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        hidden = any(
            tag in {"script", "style", "math", "code"} or attributes.get("class") == "address"
            for tag, attributes in self._open
        )
        foreign = any(tag != "html" and attributes.get("lang") == "en" for tag, attributes in self._open)
        if not hidden and not foreign and data.strip():
            self.words.append(data.strip())

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


@pytest.fixture(scope="module")
def pages(drawn: Result) -> dict[str, Page]:
    return {language: Page(render_report(drawn, language)) for language in LANGUAGES}


@pytest.fixture(params=LANGUAGES)
def page(request: pytest.FixtureRequest, pages: dict[str, Page]) -> Page:
    return pages[request.param]


def test_that_the_page_is_written_whole_and_small_enough_to_send(kazakhstan: Result, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(kazakhstan, path, "kk")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    assert path.stat().st_size < LARGEST_PAGE


def test_that_another_language_is_refused(kazakhstan: Result) -> None:
    with pytest.raises(InputError, match=r"\[OPT-005\]"):
        render_report(kazakhstan, "de")


def test_that_the_page_needs_nothing_from_outside(page: Page) -> None:
    loading = [tag for tag, attributes in page.elements if "src" in attributes or "srcset" in attributes]
    assert loading == []
    assert [link["href"] for link in page.all("link")] == ["data:,"]
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert "@import" not in style[1]
    assert re.findall(r"url\((?!data:)", style[1]) == []
    assert page.all("iframe", "object", "embed", "form") == []


def test_that_vega_is_inlined_once(page: Page) -> None:
    assert page.text.count("window.vegaEmbed=") == 1
    assert page.text.count('<script type="module">') == 2


def test_that_the_page_says_its_language(pages: dict[str, Page]) -> None:
    for language, page in pages.items():
        assert page.all("html")[0]["lang"] == language


def test_that_every_chart_stands_as_a_drawing_and_as_a_live_one(page: Page) -> None:
    for name in CHARTS:
        assert f'id="chart-{name}"' in page.text
        assert f'id="specification-{name}"' in page.text
    assert len(page.all("figure")) == len(CHARTS)
    assert len(page.all("svg")) == len(CHARTS)


def test_that_every_chart_is_described_for_who_cannot_see_it(page: Page) -> None:
    described = [attributes for attributes in page.all("div") if attributes.get("role") == "img"]
    assert len(described) == len(CHARTS)
    assert all(len(attributes["aria-label"]) > 20 for attributes in described)


def test_that_names_are_unique_and_links_arrive(page: Page) -> None:
    names = page.values("id")
    assert len(names) == len(set(names))
    targets = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert len(targets) > 20
    assert set(targets) <= set(names)
    for labels in page.values("aria-labelledby"):
        assert set(labels.split()) <= set(names)
    clips = re.findall(r"url\(#([\w-]+)\)", page.text)
    assert set(clips) <= set(names)


def test_that_every_table_has_a_caption_and_headings_with_a_scope(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table")) > 10
    assert all(heading.get("scope") in {"col", "row"} for heading in page.all("th"))


def test_that_headings_go_down_step_by_step(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_that_links_to_the_outside_tell_nothing_and_are_of_the_web(page: Page) -> None:
    outside = [link for link in page.all("a") if not link["href"].startswith("#")]
    assert len(outside) > 20
    assert all(re.match("https?://", link["href"]) for link in outside)
    assert all(link["rel"] == "noreferrer" for link in outside)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_that_no_english_word_stands_in_a_page_of_another_language(
    pages: dict[str, Page], language: str
) -> None:
    names_of_works = ("Global E-waste Monitor",)
    found = []
    for text in pages[language].words:
        for name in names_of_works:
            text = text.replace(name, "")
        found += [(match.group(), text) for match in ENGLISH_WORDS.finditer(text)]
    assert found == []


def test_that_the_english_page_would_be_caught(pages: dict[str, Page]) -> None:
    assert sum(bool(ENGLISH_WORDS.search(text)) for text in pages["en"].words) > 100


def test_that_assumptions_and_weak_grades_are_marked(kazakhstan: Result, page: Page) -> None:
    figures = kazakhstan.tables["photovoltaic_capacity"]
    assert page.text.count('class="assumption"') == (figures["status"] == "assumption").sum()
    assert page.text.count('class="mark mark-D"') > 5


def test_that_hostile_names_stay_text(drawn: Result, change: Callable[..., Result]) -> None:
    attack = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'

    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(name_en=attack)

    hostile = replace(drawn, country={**drawn.country, "en": attack})
    for table in ("products", "categories", "materials", "regions"):
        hostile = change(hostile, table, spoil)
    hostile = change(
        hostile,
        "sources",
        lambda sources: sources.assign(title=attack, note=attack, path="javascript:alert(1)"),
    )
    hostile = change(hostile, "published", lambda table: table.assign(note=attack, vintage=attack))
    page = Page(render_report(hostile, "en"))
    assert len([tag for tag, _ in page.elements if tag == "script"]) == len(CHARTS) + 2
    assert page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any(link["href"].startswith("javascript") for link in page.all("a"))


def test_that_a_run_with_calibrated_composition_says_so(kazakhstan: Result) -> None:
    options = {**kazakhstan.record["options"], "composition": "calibrated"}
    calibrated = replace(kazakhstan, record={**kazakhstan.record, "options": options})
    sentence = "the composition of products is scaled"
    assert sentence in render_report(calibrated, "en")
    assert sentence not in render_report(kazakhstan, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_country_with_few_figures_has_a_page_too(sparse: Result, language: str) -> None:
    page = Page(render_report(sparse, language))
    names = set(page.values("id"))
    assert names.isdisjoint({"regions", "chart-regions", "chart-comparison", "chart-photovoltaic_capacity"})
    assert {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")} <= names


def test_that_an_outlook_with_a_nearer_end_has_a_page_too(to_2030: Result, to_2025: Result) -> None:
    assert "e-waste outlook to 2030" in render_report(to_2030, "en")
    assert 'id="chart-material_value"' not in render_report(to_2025, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_page_shows_the_figures_of_the_headline_with_their_intervals(
    drawn: Result, pages: dict[str, Page], language: str
) -> None:
    translator = Translator(language)
    for row in compute_headline(drawn).to_dict("records"):
        low, median, high = (row[name] / 1000 for name in ("low", "value", "high"))
        assert translator.number(median) in pages[language].words
        assert translator.interval(low, high) in pages[language].words


def test_that_a_page_without_draws_says_that_it_has_no_ranges(kazakhstan: Result) -> None:
    page = Page(render_report(kazakhstan, "en"))
    words = " ".join(page.words)
    assert "Central values, without a range of uncertainty." in words
    assert "every figure is one central value" in words
    assert "median" not in words
    assert {name for name in CHARTS if f'id="chart-{name}"' not in page.text} == {
        name for name in CHARTS if name.endswith(("_fan", "_learned", "_fit")) or name.startswith("tornado_")
    }
    total = float(kazakhstan.data["stock"].sel(year=2030).sum()) / 1000
    assert Translator("en").number(total) in page.words


def draw(result: Result, name: str) -> Spec:
    spec = draw_chart(result, name, Translator("en"))
    assert spec is not None
    return spec


def test_that_a_chart_is_left_as_it_was_when_it_is_adapted_to_the_page(kazakhstan: Result) -> None:
    spec = draw(kazakhstan, "stock")
    bare = adapt_to_page(spec)
    assert "title" in spec
    assert "title" not in bare
    assert bare["layer"][2]["encoding"]["color"]["legend"] is None
    assert "legend" not in spec["layer"][2]["encoding"]["color"]


def test_that_legends_of_the_page_are_read_from_the_scales(kazakhstan: Result) -> None:
    stock = read_legend(draw(kazakhstan, "stock"))
    assert [entry.fill for entry in stock][:2] == ["var(--category-1)", "var(--category-2)"]
    capacity = read_legend(draw(kazakhstan, "photovoltaic_capacity"))
    assert [entry.shape for entry in capacity] == ["circle", "diamond"]
    assert capacity[1].fill != capacity[1].stroke
    assert read_legend(draw(kazakhstan, "regions")) == []
