"""The served pages in a real browser that is not let out of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import xarray as xr
from playwright.sync_api import Browser, Page, Request

from ainalym.cli.application import app
from ainalym.core.quantities import LANGUAGES
from ainalym.reports.language import Translator
from ainalym.web.runner import DRAWS
from ainalym.web.views import MENU

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

PAGES = ["", *[page for page in MENU if page != "overview"], "products/0306", "materials/gold"]

TELEPHONE = 360

CHARTS_ALIVE = """() => {
    const charts = [...document.querySelectorAll("[data-specification]")];
    charts.find((chart) => chart.dataset.live !== "true")?.scrollIntoView();
    return charts.every((chart) => chart.dataset.live === "true");
}"""

LOOK_FOR_BARRIERS = """(rules) => axe.run(
    {exclude: [".chart"]}, {runOnly: rules, resultTypes: ["violations"]}
)"""
"""A chart is an image with a text that says the same: its parts are not looked at."""

Open = Callable[..., Any]


class Guest:
    """A visitor with a browser of their own: what was asked for, and what the pages complained about."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        self.outside: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(180_000)
        # Watched and not held up: a browser whose requests are held up keeps no file from page to page.
        self.context.on("request", self._watch)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page


@pytest.fixture
def guest(browser: Browser, served: Any) -> Iterator[Open]:
    guests: list[Guest] = []

    def open_browser(width: int = 1280, **options: Any) -> Guest:
        guests.append(Guest(browser, served.address, viewport={"width": width, "height": 900}, **options))
        return guests[-1]

    yield open_browser
    for one in guests:
        one.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_page_comes_alive_without_a_complaint_or_a_barrier(guest: Open, language: str) -> None:
    visitor = guest(color_scheme="dark" if language == "ru" else "light")
    for path in PAGES:
        page = visitor.go(f"/{language}/kaz/{path}")
        page.wait_for_function(CHARTS_ALIVE)
        assert page.locator("html").get_attribute("lang") == language
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(LOOK_FOR_BARRIERS, RULES)
        assert len(found["passes"]) > 15
        barriers = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]
        ]
        assert barriers == [], path
    assert visitor.complaints == []
    assert visitor.outside == []


def test_that_a_way_out_would_be_seen(guest: Open) -> None:
    visitor = guest()
    visitor.go("/en/kaz/downloads")
    # The policy of the page refuses it before the door does.
    refused = visitor.page.evaluate("fetch('https://example.org/').then(() => 'went', () => 'refused')")
    assert refused == "refused"
    assert any("Content Security Policy" in complaint for complaint in visitor.complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_pages_fit_a_telephone(guest: Open, language: str) -> None:
    visitor = guest(width=TELEPHONE, has_touch=True)
    for path in PAGES:
        page = visitor.go(f"/{language}/kaz/{path}")
        page.wait_for_function(CHARTS_ALIVE)
        assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE, path
    assert visitor.complaints == []


def test_that_the_language_switch_keeps_the_page_and_what_was_asked(guest: Open) -> None:
    page = guest().go("/en/kaz/flows?year=2040&scenario=recovery")
    page.get_by_role("link", name="Қазақша").click()
    page.wait_for_url("**/kk/kaz/flows?year=2040&scenario=recovery")
    assert page.locator("#year").input_value() == "2040"
    assert page.locator("#scenario").input_value() == "recovery"


def test_that_moving_the_year_of_the_flow_changes_chart_table_and_address(guest: Open) -> None:
    visitor = guest()
    page = visitor.go("/en/kaz/flows?year=2030&scenario=baseline")
    before = page.locator("#flow-result tbody").text_content()
    page.locator("#year").focus()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('#chart-flow h2').textContent.includes('2050')")
    page.wait_for_function(CHARTS_ALIVE)
    assert page.locator("#flow-result tbody").text_content() != before
    assert urlsplit(page.url).query == "year=2050&scenario=baseline"
    page.locator("#scenario").select_option("eu2035")
    page.wait_for_url("**scenario=eu2035")
    page.wait_for_function(
        "() => document.querySelector('#flow-result').getAttribute('aria-busy') === 'false'"
    )
    page.go_back()
    page.wait_for_url("**year=2050&scenario=baseline")
    page.wait_for_function("() => document.querySelector('#scenario').value === 'baseline'")
    assert visitor.complaints == []


def move_lever(page: Page, wanted: int) -> None:
    """Move the slider of the first lever by the keyboard, and wait for the answer."""
    slide = page.locator(".card .slide").first
    step = "ArrowRight" if wanted > int(slide.input_value()) else "ArrowLeft"
    slide.focus()
    while int(slide.input_value()) != wanted:
        page.keyboard.press(step)
    page.wait_for_function(
        "(wanted) => document.querySelector('#result .compared .large').textContent.startsWith(wanted)",
        arg=f"{wanted}",
    )
    page.wait_for_function("() => document.querySelector('#result').getAttribute('aria-busy') === 'false'")


def test_that_the_builder_gives_the_number_of_the_command_line(
    guest: Open, tmp_path: Path, drawn: Any
) -> None:
    visitor = guest(accept_downloads=True)
    page = visitor.go("/en/kaz/scenarios")
    move_lever(page, 62)
    figures = page.locator(".compared > div")
    shown = figures.nth(1).locator(".large").inner_text(), figures.nth(1).locator(".interval").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as YAML").click()
    file = tmp_path / "scenario.yaml"
    download.value.save_as(file)
    out = tmp_path / "outlook"
    seed = drawn.record["ensemble"]["seed"]
    options = ["--no-calibrate", "--draws", DRAWS, "--seed", seed, "--out", out]
    with pytest.raises(SystemExit) as end:
        app(["outlook", "KAZ", "--scenario", str(file), *map(str, options)])
    assert end.value.code == 0
    with xr.open_dataset(out / "draws.nc", engine="h5netcdf") as draws:
        collected = draws["ewaste_collected"].sel(year=2035).values / 1000
    low, median, high = np.quantile(collected, (0.05, 0.5, 0.95))
    english = Translator("en")
    assert shown == (english.number(median), english.interval(low, high))
    assert visitor.complaints == []


def test_that_a_permalink_opens_the_same_scenario_in_another_browser(guest: Open) -> None:
    page = guest().go("/ru/kaz/scenarios")
    move_lever(page, 57)
    page.locator("#more").select_option("lifetime")
    page.wait_for_function("() => document.querySelectorAll('.card').length === 2")
    page.wait_for_function("() => location.search.includes('s=')")
    page.wait_for_function("() => document.querySelector('#result').getAttribute('aria-busy') === 'false'")
    link = page.locator("#link").get_attribute("href")
    shown = page.locator(".compared").inner_text()
    assert link is not None
    other = guest().go(link)
    assert other.locator(".compared").inner_text() == shown
    assert other.locator(".card .slide").first.input_value() == "57"
    assert other.locator(".card").count() == 2


def test_that_a_saved_scenario_is_loaded_and_two_stand_side_by_side(guest: Open, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: {en: Mine, ru: Мой, kk: Менікі}\n"
        "description: {en: Mine, ru: Мой, kk: Менікі}\n"
        "levers:\n"
        "  - {lever: collection, start: 2026, end: 2030, target: 70 %, range: [60 %, 80 %]}\n",
        encoding="utf-8",
    )
    visitor = guest()
    page = visitor.go("/kk/kaz/scenarios")
    page.locator("#keep").click()
    page.wait_for_url("**other=**")
    page.locator("#file").set_input_files(file)
    page.wait_for_function("() => document.querySelector('.result-title').textContent.includes('Менікі')")
    assert page.locator(".card .target").first.input_value() == "70"
    assert page.locator(".card .low").first.input_value() == "60"
    assert "Өз сценарийі" in page.locator(".result-title").inner_text()
    file.write_text("levers: [{lever: collection, target: 5}]", encoding="utf-8")
    page.locator("#file").set_input_files(file)
    page.locator("#refusal").wait_for()
    assert "SCN-002" in page.locator("#refusal").inner_text()
    refusals = [text for text in visitor.complaints if "422" not in text]
    assert refusals == []


def test_that_the_pages_are_there_without_scripts(guest: Open) -> None:
    visitor = guest(java_script_enabled=False)
    for path in ("", "flows?year=2040&scenario=recovery", "scenarios"):
        page = visitor.go(f"/kk/kaz/{path}")
        assert page.locator(".chart svg").count() >= 1
        assert page.get_by_role("table").count() + page.locator("table").count() >= 1
    # The many pages of one product show pictures instead.
    pictures = visitor.go("/kk/kaz/products/0306").locator("img.still")
    assert pictures.count() >= 4
    picture = visitor.context.request.get(f"{visitor.address}{pictures.first.get_attribute('src')}")
    assert picture.headers["content-type"] == "image/svg+xml"


def test_that_the_keyboard_reaches_the_content_and_the_search_finds(guest: Open) -> None:
    page = guest().go("/en/kaz/products")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("#search").fill("0306")
    assert page.locator("#product-list tbody tr:visible").count() == 1
    page.locator("#product-list tbody tr:visible a").click()
    page.wait_for_url("**/products/0306")


def test_that_paper_shows_the_content_and_not_the_controls(guest: Open) -> None:
    page = guest().go("/en/kaz/scenarios")
    page.emulate_media(media="print")
    assert not page.locator("#builder").is_visible()
    assert not page.locator(".menu").is_visible()
    assert page.locator(".compared").is_visible()
    assert re.search(r"\d", page.locator(".compared").inner_text())
