"""Heavy work in turn: so much at a time, so much waiting, and so much of it for one visitor."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ainalym.errors import InputError, Problem
from ainalym.web.settings import RoomLimits

Made = TypeVar("Made")


class Workroom:
    """Lets heavy work in by turns, so that one visitor cannot starve the rest.

    Parameters
    ----------
    limits
        How much.
    """

    def __init__(self, limits: RoomLimits) -> None:
        self._limits = limits
        self._free = threading.BoundedSemaphore(limits.workers)
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
        with self.enter(visitor):
            return self.take_turn(work)

    def take_turn(self, work: Callable[[], Made]) -> Made:
        """Do a piece of work of a visitor who has entered, when its turn has come; see :meth:`do`."""
        if not self._free.acquire(timeout=self._limits.longest_wait):
            raise InputError(describe_full())
        try:
            return work()
        finally:
            self._free.release()

    @contextmanager
    def enter(self, visitor: str) -> Iterator[None]:
        """Let a visitor in who wants something done, and count who is inside; see :meth:`do`."""
        with self._lock:
            if self._inside[visitor] >= self._limits.per_visitor:
                raise InputError(
                    Problem(
                        "WEB-007",
                        "queue of the server",
                        f"{self._inside[visitor]} of your requests that are not done yet",
                        f"at most {self._limits.per_visitor} at a time",
                        "Wait until they are done.",
                    )
                )
            if self._inside.total() >= self._limits.places:
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
