"""A client of the served pages, and applications of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from ainalym.web.application import create_application
from ainalym.web.settings import WebSettings
from ainalym.web.shelf import Holding, Shelf, hold_folder


@pytest.fixture(scope="session")
def client(served: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.address, timeout=120) as client:
        yield client


@pytest.fixture
def own_server(outlook_folder: Path, serving: Any) -> Iterator[Callable[..., httpx.Client]]:
    """Give a server of a test's own, which it may ill-treat."""
    with ExitStack() as stack:

        def make(holding: Holding | None = None, **limits: Any) -> httpx.Client:
            shelf = Shelf([holding or hold_folder(outlook_folder)])
            address = stack.enter_context(serving(create_application(shelf, WebSettings(**limits))))
            return stack.enter_context(httpx.Client(base_url=address, timeout=60))

        yield make


def list_codes(answer: httpx.Response) -> list[str]:
    return [problem["code"] for problem in answer.json()["problems"]]


@pytest.fixture
def codes() -> Callable[[httpx.Response], list[str]]:
    return list_codes
