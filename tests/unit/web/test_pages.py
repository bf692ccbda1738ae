"""What stands on the pages, read without a browser: words, numbers, files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import read_error_codes
from ainalym.reports.chart_parts import make_frame
from ainalym.reports.images import render_png
from ainalym.reports.language import Translator
from ainalym.results.flows import compute_flows
from ainalym.results.intervals import compute_totals
from ainalym.results.result import Result
from ainalym.scenarios.reading import list_scenarios, read_source
from ainalym.web.shelf import hold_result
from ainalym.web.views import MENU

Own = Callable[..., httpx.Client]

PAGES = [
    "",
    *[page for page in MENU if page != "overview"],
    "products/0306",
    "materials/gold",
    "flows?year=2050&scenario=circular",
    "nowhere",
]

ENGLISH = re.compile(r"(?:\b[A-Z]?[a-z]+\b[\s,]+){3,}")
"""Four Latin words in a row: no name is that long, a sentence is."""

SPOKEN_IN_ENGLISH = {"code", "script", "style", "svg"}


class Texts(HTMLParser):
    """Collects the texts of a page that say to be in its language, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "html":
            self.language = named.get("lang") or ""
        if tag not in {"meta", "link", "br", "input", "hr", "wbr", "img"}:
            foreign = named.get("lang", self.language) != self.language or tag in SPOKEN_IN_ENGLISH
            self._open.append((tag, foreign))
        if not self.foreign:
            self.texts += [
                str(named[key]) for key in ("aria-label", "placeholder", "title") if named.get(key)
            ]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.foreign:
            self.texts.append(" ".join(data.split()))

    @property
    def foreign(self) -> bool:
        return any(foreign for _, foreign in self._open)


def read_texts(page: str) -> Texts:
    texts = Texts()
    texts.feed(page)
    return texts


def list_english(texts: Texts, translator: Translator) -> Iterator[str]:
    """Give the texts that are English sentences, or that the catalogue has another word for."""
    for text in texts.texts:
        if ENGLISH.search(text) or translator.catalogue.gettext(text) != text:
            yield text


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("page", PAGES)
def test_that_no_text_of_a_page_is_left_in_english(client: httpx.Client, page: str, language: str) -> None:
    texts = read_texts(client.get(f"/{language}/kaz/{page}").text)
    assert texts.language == language
    assert len(texts.texts) > 10
    assert list(list_english(texts, Translator(language))) == []


@pytest.fixture(scope="module")
def learned_pages(calibrated: Result, serving: Any) -> Iterator[httpx.Client]:
    from ainalym.web.application import create_application
    from ainalym.web.shelf import Shelf

    with (
        serving(create_application(Shelf([hold_result(calibrated)]))) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield client


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("page", ["", "sources"])
def test_that_what_was_learned_is_said_in_the_language_of_the_page(
    learned_pages: httpx.Client, page: str, language: str
) -> None:
    texts = read_texts(learned_pages.get(f"/{language}/kaz/{page}").text)
    assert Translator(language).gettext("What the model has learned") in texts.texts
    assert list(list_english(texts, Translator(language))) == []


def test_that_the_reading_of_texts_would_find_english_ones() -> None:
    page = '<html lang="ru"><p>Downloads</p><p>not a single word of it</p><p lang="en">that is so, it is</p>'
    assert list(list_english(read_texts(page), Translator("ru"))) == ["Downloads", "not a single word of it"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_headline_is_that_of_the_store(client: httpx.Client, drawn: Result, language: str) -> None:
    page = client.get(f"/{language}/kaz/").text
    translator = Translator(language)
    for year, interval in compute_totals(drawn, "ewaste_generated").items():
        if year in {2022, 2030, 2050}:
            assert f'<dd class="large">{translator.number(interval.median / 1000)}</dd>' in page
            ends = translator.interval(interval.low / 1000, interval.high / 1000)
            assert f'<dd class="interval">{ends}</dd>' in page


def test_that_the_table_of_a_flow_is_that_of_the_store(client: httpx.Client, drawn: Result) -> None:
    page = client.get("/en/kaz/flows?year=2022").text
    flows = compute_flows(drawn, 2022)
    shown = re.findall(r'<td class="number">([^<]+)</td>', page)
    assert shown == [Translator("en").number(mass / 1000) for mass in flows["value"]]
    routed = flows[flows["target_kind"] == "route"]["value"].sum()
    assert routed == pytest.approx(float(drawn.data["ewaste_generated"].sel(year=2022).sum()), rel=1e-9)


def test_that_downloads_are_the_files_of_the_store(
    client: httpx.Client, drawn: Result, outlook_folder: Path
) -> None:
    for name in ("ewaste_generated.csv", "stock.csv", "quantities.csv"):
        assert client.get(f"/en/kaz/files/{name}").content == (outlook_folder / "tables" / name).read_bytes()
    answer = client.get("/en/kaz/files/outlook.nc")
    assert 'filename="ainalym-KAZ-outlook.nc"' in answer.headers["content-disposition"]
    with xr.open_dataset(io.BytesIO(answer.content), engine="h5netcdf") as again:
        xr.testing.assert_identical(again.load(), drawn.data)
    workbook = pd.read_excel(
        io.BytesIO(client.get("/en/kaz/files/outlook.xlsx").content),
        sheet_name="ewaste_generated",
        engine="calamine",
        dtype={"product": str},
    )
    stored = drawn.to_frame("ewaste_generated")
    assert workbook["value"].to_numpy() == pytest.approx(stored["value"].to_numpy())


@pytest.mark.parametrize(
    "path",
    [
        "charts/ewaste_generated.svg",
        "charts/composition/0306.svg",
        "flows/flow.svg?year=2040&scenario=recovery",
        "scenarios/ewaste_collected.svg?s={code}",
    ],
)
def test_that_pictures_speak_kazakh(client: httpx.Client, path: str) -> None:
    code = re.search(r"s=([\w-]+)", client.get("/kk/kaz/scenarios").text)
    assert code is not None
    answer = client.get(f"/kk/kaz/{path.format(code=code.group(1))}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert set("әғқңөұүі") & set(answer.text)
    assert client.get(
        f"/kk/kaz/{path.format(code=code.group(1))}".replace(".svg", ".png")
    ).content.startswith(b"\x89PNG")


def test_that_kazakh_letters_have_a_glyph_in_the_typeface_of_pictures() -> None:
    def draw(letter: str) -> bytes:
        frame = make_frame(Translator("kk"), "letter", "", "", "")
        mark = {"type": "text", "fontSize": 30}
        return render_png(
            frame | {"data": {"values": [{"t": letter}]}, "mark": mark, "encoding": {"text": {"field": "t"}}}
        )

    letters = [draw(letter) for letter in "әғқңөұүһіӘҒҚҢӨҰҮҺІ"]
    assert len(set(letters)) == len(letters), "letters without a glyph all look alike"
    assert draw("\U0010fffd") not in letters


@pytest.mark.parametrize("name", list_scenarios())
def test_that_an_embedded_scenario_is_given_as_its_file(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/en/kaz/scenarios/scenario.yaml?name={name}")
    assert answer.text == read_source(name)
    assert f'filename="{name}.yaml"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/en/xyz/", 404, "WEB-002"),
        ("/de/kaz/", 404, "WEB-002"),
        ("/en/kaz/nothing", 404, "WEB-002"),
        ("/en/kaz/products/9999", 404, "OPT-007"),
        ("/en/kaz/charts/nothing.svg", 404, "VIE-001"),
        ("/en/kaz/charts/stock.gif", 404, "WEB-002"),
        ("/en/kaz/flows?year=2090", 422, "OPT-008"),
        ("/en/kaz/flows?scenario=nothing", 422, "SCN-008"),
        ("/en/kaz/flows/flow.gif", 404, "WEB-002"),
        ("/en/kaz/scenarios?s=damaged", 422, "WEB-008"),
        ("/en/kaz/scenarios/weather.svg?s=x", 404, "WEB-002"),
    ],
)
def test_that_a_bad_address_is_answered_with_a_page_that_helps(
    client: httpx.Client, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert f"<code>{code}</code>" in answer.text
    assert 'class="menu"' in answer.text


def test_that_the_language_of_the_browser_is_met(client: httpx.Client) -> None:
    for wish, language in (("kk,ru;q=0.8", "kk"), ("de,ru;q=0.5", "ru"), ("fr", "en"), ("*;q=x", "en")):
        answer = client.get("/", headers={"Accept-Language": wish})
        assert (answer.status_code, answer.headers["location"]) == (302, f"/{language}/")


def test_that_a_page_is_kept_as_long_as_the_outlook_is_the_same(client: httpx.Client) -> None:
    first = client.get("/en/kaz/products")
    again = client.get("/en/kaz/products", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    style = re.search(r'href="(/assets/[^"]+\.css)"', first.text)
    assert style is not None
    assert "immutable" in client.get(style.group(1)).headers["cache-control"]


def test_that_every_figure_links_to_where_it_comes_from(client: httpx.Client) -> None:
    for page in ("", "products", "materials", "flows", "regions", "scenarios", "products/0306"):
        text = client.get(f"/en/kaz/{page}").text
        figures = text.count('<figure id="chart-')
        assert figures
        assert text.count('<a href="/en/kaz/sources') >= figures, page


def test_that_the_draws_of_a_page_are_those_of_the_interface(client: httpx.Client) -> None:
    page = client.get("/en/kaz/scenarios").text
    code = re.search(r"scenarios\?s=([\w-]+)", page)
    assert code is not None
    text = client.get(f"/en/kaz/scenarios/scenario.yaml?s={code.group(1)}").text
    rows = client.post("/api/v1/countries/KAZ/scenarios/compare", json={"scenario": text}).json()["rows"]
    collected = next(row for row in rows if row["name"] == "ewaste_collected" and row["year"] == 2035)
    assert f'<dd class="large">{Translator("en").number(collected["median"] / 1000)}</dd>' in page
    assert np.isfinite([row["difference_median"] for row in rows]).all()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_that_a_refusal_says_what_it_means_in_the_language_of_the_page(
    client: httpx.Client, language: str
) -> None:
    translator, codes = Translator(language), read_error_codes()
    page = client.get(f"/{language}/kaz/flows?scenario=nothing").text
    for text in (codes["SCN-008"].meaning, codes["SCN-008"].mend):
        told = translator.translate_data(text)[0]
        assert told != text
        assert told in page
    levers = [{"lever": "collection", "start": 2026, "end": 2030, "target": 5}]
    answer = client.post(
        f"/{language}/kaz/scenarios/result",
        json={"scenario": {"levers": levers}},
        headers={"Accept": "application/json"},
    )
    (problem,) = answer.json()["problems"]
    assert problem["code"] == "SCN-005"
    assert problem["told"].startswith(translator.translate_data(codes["SCN-005"].meaning)[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_facility_stands_on_the_page_of_the_regions(
    client: httpx.Client, drawn: Result, language: str
) -> None:
    page = client.get(f"/{language}/kaz/regions").text
    facilities = drawn.tables["facilities"]
    assert len(facilities) > 10
    for row in facilities.to_dict("records"):
        assert f">{row[f'name_{language}']}</th>" in page
        for source in row["source"].split(";"):
            assert f"#source-{source}" in page
    assert client.get(f"/{language}/kaz/charts/facilities.svg").headers["content-type"] == "image/svg+xml"
