"""The pages: which address shows what, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.errors import InputError, Problem
from ainalym.reports.language import Translator
from ainalym.reports.page import leave_undrawn
from ainalym.reports.run_tables import say_date
from ainalym.results.details import check_label
from ainalym.web.assets import find_release, list_assets, load_asset
from ainalym.web.cache import Document, make_document
from ainalym.web.shelf import Holding
from ainalym.web.site import FOREVER, Site, answer_document, choose_language
from ainalym.web.views import DETAILS, MENU, PAGES

HTML = "text/html; charset=utf-8"

OVERVIEW = "overview"

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""Each language in its own words: a reader who knows only that one must find it."""

router = APIRouter(include_in_schema=False)


def read_site(request: Request) -> Site:
    """Give what all requests share."""
    site: Site = request.scope["ainalym.site"]
    return site


def read_language(code: str) -> Language:
    """Refuse a language that the pages do not speak.

    Raises
    ------
    InputError
        [WEB-002] for any other code.
    """
    for language in LANGUAGES:
        if code == language:
            return language
    raise InputError(
        Problem("WEB-002", "language", repr(code), f"one of {', '.join(LANGUAGES)}", "Choose one of them.")
    )


@router.get("/")
def redirect_to_language(request: Request) -> Response:
    """Lead to the language that the browser prefers."""
    language = choose_language(request.headers.get("accept-language", ""))
    response = RedirectResponse(f"/{language}/", status_code=302)
    response.headers["vary"] = "Accept-Language"
    return response


@router.get("/assets/{release}/{name}")
async def show_asset(request: Request, release: str, name: str) -> Response:
    """Give a file of the pages; under the present release it may be kept for ever."""
    if name not in list_assets():
        raise InputError(Problem("WEB-002", "file", repr(name), "a file of the pages", "Reload the page."))
    kept = FOREVER if release == find_release() else "no-cache"
    drawing = read_site(request).drawing
    document = await read_site(request).keep(("asset", name), lambda: load_asset(name, drawing))
    return answer_document(request, document, kept)


@router.get("/{language}")
@router.get("/{language}/")
def redirect_to_country(request: Request, language: str) -> Response:
    """Lead to the first country."""
    first = read_site(request).shelf.first.lower()
    return RedirectResponse(f"/{read_language(language)}/{first}/", status_code=302)


@router.get("/{language}/{country}/")
async def show_overview(request: Request, language: str, country: str) -> Response:
    """Show the first page of a country."""
    return await show_page(request, language, country, OVERVIEW)


@router.get("/{language}/{country}/{page}")
async def show_page(request: Request, language: str, country: str, page: str) -> Response:
    """Show a page of a country."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    compose = PAGES.get(page)
    if compose is None:
        raise InputError(_describe_unknown_page(page))

    def make() -> Document:
        translator = site.translators[code]
        context = compose(holding.result, translator, site.drawing.draw_svgs)
        frame = compose_frame(site, holding, code, page)
        text = site.render(code, f"page_{page}.html.jinja", **frame, **context)
        return make_document(text.encode("utf-8"), HTML)

    key = (holding.fingerprint, code, page)
    return answer_document(request, await site.compose(request, key, make))


@router.get("/{language}/{country}/{page}/{label}")
async def show_detail(request: Request, language: str, country: str, page: str, label: str) -> Response:
    """Show the page of one product or material."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    kind = DETAILS.get(page)
    if kind is None:
        raise InputError(_describe_unknown_page(page))
    check_label(holding.result, kind.axis, label)

    def make() -> Document:
        # There are many such pages: their charts are drawn by the browser, or as a picture where it cannot.
        context = kind.compose(holding.result, site.translators[code], leave_undrawn, label)
        frame = compose_frame(site, holding, code, page, label)
        text = site.render(code, kind.template, **frame, **context)
        return make_document(text.encode("utf-8"), HTML)

    key = (holding.fingerprint, code, page, label)
    return answer_document(request, await site.compose(request, key, make))


def compose_frame(
    site: Site, holding: Holding, language: Language, page: str, label: str = ""
) -> dict[str, Any]:
    """Compose what every page of a country has around its content.

    Parameters
    ----------
    site
        What all requests share.
    holding
        Result of the country.
    language
        Language of the page.
    page
        Name of the page.
    label
        Product or material of the page; empty for a page of none.

    Returns
    -------
    dict
        Names for the template ``layout.html.jinja``.
    """
    result, translator = holding.result, site.translators[language]
    place = holding.iso3.lower()
    rest = "/".join(part for part in (place, "" if page == OVERVIEW else page, label) if part)
    return {
        "page": page,
        "page_title": MENU[page](translator),
        "label": label,
        "base": f"/{language}/{place}",
        "sources_page": f"/{language}/{place}/sources",
        "menu": list_menu(translator, f"/{language}/{place}"),
        "languages": list_languages(f"{rest}/" if page == OVERVIEW else rest),
        "countries": {iso3: own.result.country[language] for iso3, own in site.shelf.countries.items()},
        "country": result.country[language],
        "record": result.record,
        "first_year": int(result.data["year"].min()),
        "last_year": int(result.data["year"].max()),
        "created": say_date(result, translator),
        "assets": f"/assets/{find_release()}",
    }


def list_menu(translator: Translator, base: str) -> list[tuple[str, str, str]]:
    """List name, title and address of every page of a country."""
    return [
        (name, write_title(translator), f"{base}/{'' if name == OVERVIEW else name}")
        for name, write_title in MENU.items()
    ]


def list_languages(rest: str) -> Mapping[Language, tuple[str, str]]:
    """List name and address of the same page in every language."""
    return {language: (LANGUAGE_NAMES[language], f"/{language}/{rest}") for language in LANGUAGES}


def _describe_unknown_page(page: str) -> Problem:
    return Problem("WEB-002", "page", repr(page), f"one of {', '.join(MENU)}", "Choose a page of the menu.")
