"""The page in a real browser: Chromium with no way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from ainalym.core.quantities import LANGUAGES
from ainalym.reports.page import write_report
from ainalym.results.result import Result

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

NO_WAY_OUT = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No name of another machine is found."""

PATIENCE = 180_000
"""Milliseconds that a page may take on a machine that does other things too."""

CHARTS_ALIVE = """() => {
    const charts = [...document.querySelectorAll("[data-specification]")];
    return charts.length > 0 && charts.every((chart) => chart.dataset.live === "true");
}"""


@dataclass
class Visit:
    """A page that was opened, what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = [path for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    if not found:
        pytest.skip(f"none of {', '.join(CHROMIUM_NAMES)} is on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found[0],
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", NO_WAY_OUT],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def reports(calibrated: Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    paths = {language: folder / f"{language}.html" for language in LANGUAGES}
    for language, path in paths.items():
        write_report(calibrated, path, language)
    return paths


@pytest.fixture
def visit(browser: Browser, reports: dict[str, Path]) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_report(language: str, width: int = 1280, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visit = Visit(page)

        def stop_at_the_door(route: Route) -> None:
            address = route.request.url
            if address.startswith(("file:", "data:")):
                route.continue_()
                return
            visit.requests.append(address)
            route.abort()

        context.route("**/*", stop_at_the_door)
        page.on("console", lambda message: visit.complaints.append(message.text))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(reports[language].as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_function(CHARTS_ALIVE)
        return visit

    yield open_report
    for context in contexts:
        context.close()
