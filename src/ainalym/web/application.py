"""The ASGI application: pages, files and the REST interface over a shelf of results."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.errors import InputError, Problem
from ainalym.web import (
    files,
    flow_pages,
    interface,
    pages,
    scenario_interface,
    scenario_pages,
)
from ainalym.web.assets import find_release
from ainalym.web.problems import (
    INTERFACE,
    PROBLEM_MEDIA_TYPE,
    describe_problems,
    explain_code,
    find_status,
    list_retry_header,
    translate_validation,
)
from ainalym.web.security import Door
from ainalym.web.settings import WebSettings
from ainalym.web.shelf import Shelf
from ainalym.web.site import Site, choose_language

logger = logging.getLogger(__name__)

FAILURE = Problem("WEB-010", "server", "a failure of the program", "an answer", "Try again, or report it.")


class Application:
    """The pages behind their door.

    Parameters
    ----------
    shelf
        Results by country.
    settings
        Limits of the server.
    """

    def __init__(self, shelf: Shelf, settings: WebSettings | None = None) -> None:
        self.site = Site(shelf, settings or WebSettings())
        self.framework = _make_framework()
        self._door = Door(self.framework, self.site.settings, answer_problems)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        scope["ainalym.site"] = self.site
        await self._door(scope, receive, send)


def create_application(shelf: Shelf, settings: WebSettings | None = None) -> Application:
    """Create the application.

    Parameters
    ----------
    shelf
        Results by country.
    settings
        Limits of the server.

    Returns
    -------
    Application
        To be given to an ASGI server.
    """
    return Application(shelf, settings)


def describe_interface() -> dict[str, Any]:
    """Describe the REST interface as it is served, in OpenAPI."""
    return _make_framework().openapi()


def _make_framework() -> FastAPI:
    # The documentation pages of the framework load scripts from elsewhere: the description itself is served.
    framework = FastAPI(
        title="Ainalym",
        summary="E-waste outlooks: every number with its unit, source and interval.",
        version="1",
        openapi_url=f"{INTERFACE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        license_info={"name": "Apache-2.0"},
    )
    framework.include_router(interface.router)
    framework.include_router(scenario_interface.router)
    framework.include_router(files.router)
    framework.include_router(flow_pages.router)
    framework.include_router(scenario_pages.router)
    framework.include_router(pages.router)
    framework.add_exception_handler(InputError, _answer_input_error)
    framework.add_exception_handler(RequestValidationError, _answer_validation)
    framework.add_exception_handler(HTTPException, _answer_refusal)
    framework.add_exception_handler(Exception, _answer_failure)
    return framework


async def answer_problems(request: Request, error: InputError) -> Response:
    """Answer with problems: as problem details to a program, as a page to a person.

    Parameters
    ----------
    request
        The request.
    error
        What is wrong with it.

    Returns
    -------
    Response
        With the status of the first problem.
    """
    status = find_status(error.problems)
    headers = {**list_retry_header(status), "cache-control": "no-store"}
    path = request.url.path
    if path.startswith("/api/") or request.headers.get("accept") == "application/json":
        language = _find_language(path)
        translator = None if language is None else pages.read_site(request).translators[language]
        details = describe_problems(error, status, path, translator)
        return JSONResponse(details, status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)
    page = _render_problems(pages.read_site(request), request, error, status)
    return HTMLResponse(page, status, headers=headers)


def _render_problems(site: Site, request: Request, error: InputError, status: int) -> str:
    path = request.url.path
    language = _find_language(path) or choose_language(request.headers.get("accept-language", ""))
    rest = path.lstrip("/").partition("/")[2]
    known = site.shelf.countries
    asked = rest.partition("/")[0].upper()
    iso3 = asked if asked in known else site.shelf.first
    base = f"/{language}/{iso3.lower()}"
    translator = site.translators[language]
    return site.render(
        language,
        "problem.html.jinja",
        page="",
        label="",
        page_title=say_problem(site, language, error.problems[0].code),
        base=base,
        sources_page=f"{base}/sources",
        menu=pages.list_menu(translator, base),
        languages=pages.list_languages(f"{iso3.lower()}/"),
        countries={code: own.result.country[language] for code, own in known.items()},
        country=known[iso3].result.country[language],
        record=known[iso3].result.record,
        created="",
        assets=f"/assets/{find_release()}",
        status=status,
        problems=[(problem, explain_code(problem.code, translator)) for problem in error.problems],
        figures={},
    )


def _find_language(path: str) -> Language | None:
    spoken: dict[str, Language] = {str(language): language for language in LANGUAGES}
    return spoken.get(path.lstrip("/").partition("/")[0])


def say_problem(site: Site, language: Language, code: str) -> str:
    """Say in a few words of a language what went wrong."""
    translator = site.translators[language]
    sentences = {
        "WEB-003": translator.gettext("The request is too large"),
        "WEB-004": translator.gettext("The outlook is gone for the moment"),
        "WEB-006": translator.gettext("The server is busy"),
        "WEB-007": translator.gettext("Too many requests at a time"),
        "WEB-009": translator.gettext("This request is not possible here"),
        "WEB-010": translator.gettext("The server failed"),
    }
    if code in sentences:
        return sentences[code]
    if find_status([Problem(code, "", "", "", "")]) == 404:
        return translator.gettext("Nothing is at this address")
    return translator.gettext("Something in the request is not possible")


async def _answer_input_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, InputError):
        raise error
    return await answer_problems(request, error)


async def _answer_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return await answer_problems(request, translate_validation(error))


async def _answer_refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code, expected = (
        ("WEB-002", "an address of the server")
        if error.status_code == 404
        else (
            "WEB-009",
            "a method that the address takes",
        )
    )
    got = repr(request.url.path[:80]) if code == "WEB-002" else request.method
    return await answer_problems(
        request, InputError(Problem(code, "address", got, expected, "Choose a page of the menu."))
    )


async def _answer_failure(request: Request, error: Exception) -> Response:
    logger.error("failure at %s", request.url.path, exc_info=error)
    return await answer_problems(request, InputError(FAILURE))
