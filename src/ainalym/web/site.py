"""What all requests share: results, limits, kept documents, templates, answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

from jinja2 import ChoiceLoader, Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.errors import InputError, Problem
from ainalym.packages.table_reader import suggest
from ainalym.reports.language import Translator
from ainalym.reports.page import make_environment
from ainalym.web.cache import Document, DocumentCache
from ainalym.web.drawing import DrawingRoom
from ainalym.web.runner import Runner
from ainalym.web.settings import WebSettings
from ainalym.web.shelf import Holding, Shelf
from ainalym.web.workroom import Workroom

REVALIDATE = "no-cache"
"""A browser may keep an answer, and asks each time whether it still holds."""

SPARE_THREADS = 8

Made = TypeVar("Made")

FOREVER = "public, max-age=31536000, immutable"
"""For an address that changes with its content."""


class Site:
    """All that a request needs.

    Parameters
    ----------
    shelf
        Results by country.
    settings
        Limits of the server.
    """

    def __init__(self, shelf: Shelf, settings: WebSettings) -> None:
        self.shelf = shelf
        self.settings = settings
        self.cache = DocumentCache(settings.cached_bytes)
        self.workroom = Workroom(settings.works)
        self.desk = Workroom(settings.pages)
        self.runner = Runner(settings, self.workroom)
        self.drawing = DrawingRoom(settings.drawers)
        # All that is inside the rooms takes a thread, and what is refused at their doors needs one too.
        most = settings.works.places + settings.pages.places + SPARE_THREADS
        self._threads = ThreadPoolExecutor(most, "visitor")
        self._making: dict[Hashable, asyncio.Future[Document]] = {}

    @cached_property
    def translators(self) -> dict[Language, Translator]:
        """One per language."""
        return {language: Translator(language) for language in LANGUAGES}

    @cached_property
    def environments(self) -> dict[Language, Environment]:
        """Templates of the pages, and those of the report that they share, per language."""
        loader = ChoiceLoader(
            [PackageLoader("ainalym.web", "templates"), PackageLoader("ainalym.reports", "templates")]
        )
        made = {}
        for language, translator in self.translators.items():
            made[language] = make_environment(translator)
            made[language].loader = loader
        return made

    def render(self, language: Language, template: str, **context: Any) -> str:
        """Render a page."""
        return (
            self.environments[language].get_template(template).render(language=language, **context).lstrip()
        )

    async def open_country(self, country: str) -> Holding:
        """Open the result of a country by its ISO code in any case.

        Raises
        ------
        InputError
            [WEB-002] if the server does not hold it, [WEB-004] if its store is gone.
        """
        known = self.shelf.countries
        if country.upper() in known:
            iso3 = country.upper()
            held = self.shelf.find(iso3)
            return held if held is not None else await self.work(lambda: self.shelf.open(iso3))
        raise InputError(
            Problem(
                "WEB-002",
                "country",
                repr(country),
                f"one of {', '.join(known)}",
                suggest(country.upper(), known),
            )
        )

    async def keep(self, key: Hashable, make: Callable[[], Document]) -> Document:
        """Give a document that is kept, or make it; what many ask for at a time is made once.

        Parameters
        ----------
        key
            All that the document depends on.
        make
            Makes it, in a thread of its own; whatever it raises is passed on and nothing is kept.

        Returns
        -------
        Document
            One that is kept is given without waiting for any thread.
        """
        known = self.cache.find(key)
        if known is not None:
            return known
        making = self._making.get(key)
        if making is None:
            making = asyncio.ensure_future(self.work(make))
            self._making[key] = making
            making.add_done_callback(lambda done: self._finish(key, done))
        # One visitor who goes away does not take the document from the others.
        return await asyncio.shield(making)

    def _finish(self, key: Hashable, done: asyncio.Future[Document]) -> None:
        self._making.pop(key, None)
        if not done.cancelled() and done.exception() is None:
            self.cache.keep(key, done.result())

    async def compose(self, request: Request, key: Hashable, make: Callable[[], Document]) -> Document:
        """Give a page that is kept, or compose it when the turn of the visitor has come; see :meth:`keep`."""
        visitor = find_visitor(request)
        return await self.keep(key, lambda: self.desk.do(visitor, make))

    async def work(self, make: Callable[[], Made]) -> Made:
        """Do something in a thread, while others are answered."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)


def answer_document(
    request: Request, document: Document, cache_control: str = REVALIDATE, filename: str = ""
) -> Response:
    """Answer with a document: nothing if the browser has it, compressed if it takes that.

    Parameters
    ----------
    request
        The request.
    document
        What to answer.
    cache_control
        How long it may be kept.
    filename
        Name under which it is saved; empty for a document to be shown.

    Returns
    -------
    Response
        Status 200, or 304 if the browser has this document already.
    """
    headers = {
        "etag": f'"{document.etag}"',
        "cache-control": cache_control,
        "vary": "Accept-Encoding",
    }
    if _names_tag(request.headers.get("if-none-match", ""), document.etag):
        return Response(status_code=304, headers=headers)
    if filename:
        headers["content-disposition"] = f'attachment; filename="{filename}"'
    taken = document.compressed and "gzip" in request.headers.get("accept-encoding", "")
    if taken:
        headers["content-encoding"] = "gzip"
    content = document.content if taken else document.body
    return Response(content, media_type=document.media_type, headers=headers)


def _names_tag(asked: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in asked.split(",")]
    return etag in tags or "*" in tags


def find_visitor(request: Request) -> str:
    """Tell visitors apart by their address; nothing of it is written anywhere."""
    return request.client.host if request.client else ""


def choose_language(header: str) -> Language:
    """Choose the language of a visitor who asked for none, by what the browser says it prefers.

    Parameters
    ----------
    header
        ``Accept-Language`` of the request, such as ``kk,ru;q=0.8``.

    Returns
    -------
    Language
        The preferred one that the pages speak; English if there is none.
    """
    wishes = []
    for position, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            value = 0.0
        wishes.append((-value, position, tag.split("-")[0].lower()))
    spoken = {str(language): language for language in LANGUAGES}
    return next((spoken[tag] for value, _, tag in sorted(wishes) if tag in spoken and value), "en")
