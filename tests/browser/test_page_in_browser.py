from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.reports.charts import CHARTS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

TELEPHONE = 390

# Text of the charts that reaches beyond the window; a flow diagram slides in a frame of its own.
TEXT_BEYOND_THE_WINDOW = """() => [...document.querySelectorAll(".chart text")]
    .filter((text) => !text.closest(".scroll"))
    .filter((text) => text.getBoundingClientRect().right > window.innerWidth + 0.5)
    .map((text) => text.textContent)"""

Open = Callable[..., Any]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_page_opens_offline_without_a_complaint(visit: Open, language: str) -> None:
    opened = visit(language)
    assert opened.requests == []
    assert opened.complaints == []


def test_that_a_request_to_the_outside_would_be_seen(visit: Open) -> None:
    opened = visit("en")
    opened.page.evaluate("fetch('https://example.org/').catch(() => null)")
    assert opened.requests == ["https://example.org/"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_chart_comes_alive_and_is_drawn(visit: Open, language: str) -> None:
    page = visit(language).page
    assert page.locator(".chart svg").count() == len(CHARTS)
    for name in CHARTS:
        marks = page.locator(f"#chart-{name} .chart svg path")
        assert marks.count() > 3, name
        box = page.locator(f"#chart-{name} .chart svg").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 150, name


def test_that_the_charts_are_drawn_without_scripts_too(visit: Open) -> None:
    page = visit("kk", java_script_enabled=False).page
    assert page.locator(".chart svg").count() == len(CHARTS)
    assert page.locator(".chart svg path").count() > 100
    assert page.get_by_role("table").count() > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_that_axe_finds_no_barrier(visit: Open, language: str, scheme: str) -> None:
    page = visit(language, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) > 30
    barriers = [
        (violation["id"], [node["html"][:120] for node in violation["nodes"][:3]])
        for violation in found["violations"]
    ]
    assert barriers == []


def test_that_axe_would_find_a_barrier(visit: Open) -> None:
    page = visit("en").page
    page.evaluate("document.querySelector('.lede').style.color = '#ddd'")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    assert [violation["id"] for violation in found["violations"]] == ["color-contrast"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_telephone_scrolls_down_only(visit: Open, language: str) -> None:
    page = visit(language, width=TELEPHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE
    assert page.evaluate(TEXT_BEYOND_THE_WINDOW) == []


def test_that_the_colours_of_the_charts_follow_the_scheme_of_the_reader(visit: Open) -> None:
    def read_fill(scheme: str) -> str:
        page = visit("en", color_scheme=scheme).page
        areas = page.locator("#chart-stock .chart svg .mark-area path")
        assert areas.count() == 7
        return str(areas.first.evaluate("(area) => getComputedStyle(area).fill"))

    assert read_fill("light") != read_fill("dark")
    assert all(re.match(r"rgb\(", read_fill(scheme)) for scheme in ("light", "dark"))


@pytest.mark.parametrize(("language", "word"), [("en", "All categories"), ("kk", "Барлық санаттар")])
def test_that_pointing_at_a_year_shows_its_values(visit: Open, language: str, word: str) -> None:
    page = visit(language).page
    chart = page.locator("#chart-stock .chart svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
    shown = page.locator("#vg-tooltip-element.visible")
    shown.wait_for()
    assert word in shown.inner_text()


def test_that_the_keyboard_reaches_the_figures_and_the_tables(visit: Open) -> None:
    page = visit("en").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "glance"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
    summary = page.locator("#chart-stock summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#caption-stock").is_visible()


def test_that_paper_is_light_and_shows_no_navigation(visit: Open) -> None:
    page = visit("ru", color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("nav").is_visible()
    assert not page.locator("summary").first.is_visible()
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
    assert ink == "#18222c"
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) > 8
