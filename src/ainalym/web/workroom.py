"""Heavy work in turn: so much at a time, so much waiting, and so much of it for one visitor."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ainalym.errors import InputError, Problem
from ainalym.web.settings import WebSettings

Made = TypeVar("Made")


class Workroom:
    """Lets heavy work in by turns, so that one visitor cannot starve the rest.

    Parameters
    ----------
    settings
        Limits of the server.
    """

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._free = threading.BoundedSemaphore(settings.workers)
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    def do(self, visitor: str, work: Callable[[], Made]) -> Made:
        """Do a piece of work when its turn has come.

        Parameters
        ----------
        visitor
            Who asks for it.
        work
            The work.

        Returns
        -------
        Made
            What the work gives.

        Raises
        ------
        InputError
            [WEB-006] if too much work waits already or the wait was too long, [WEB-007] if too much of it is
            this visitor's.
        """
        with self._enter(visitor):
            if not self._free.acquire(timeout=self._settings.longest_wait):
                raise InputError(describe_full())
            try:
                return work()
            finally:
                self._free.release()

    @contextmanager
    def _enter(self, visitor: str) -> Iterator[None]:
        with self._lock:
            if self._inside[visitor] >= self._settings.queue_per_visitor:
                raise InputError(
                    Problem(
                        "WEB-007",
                        "queue of the server",
                        f"{self._inside[visitor]} of your requests that are not done yet",
                        f"at most {self._settings.queue_per_visitor} at a time",
                        "Wait until they are done.",
                    )
                )
            if self._inside.total() >= self._settings.workers + self._settings.longest_queue:
                raise InputError(describe_full())
            self._inside[visitor] += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside[visitor] -= 1
                if not self._inside[visitor]:
                    del self._inside[visitor]


def describe_full() -> Problem:
    """Describe a server that has too much to do at the moment."""
    return Problem("WEB-006", "queue of the server", "too many requests", "a free place", "Try again soon.")
