"""Limits of the server: what one visitor may ask for."""

from __future__ import annotations

from dataclasses import dataclass

KIBIBYTE = 1024


@dataclass(frozen=True)
class RoomLimits:
    """How much is done at the same time, and how much may wait.

    Attributes
    ----------
    workers
        Pieces of work done at the same time.
    longest_queue
        Pieces that may wait.
    per_visitor
        How many of those may be of one visitor.
    longest_wait
        Seconds after which a piece that is still waiting is given up.
    """

    workers: int = 2
    longest_queue: int = 32
    per_visitor: int = 4
    longest_wait: float = 30.0

    @property
    def places(self) -> int:
        """Pieces that are done or wait."""
        return self.workers + self.longest_queue


@dataclass(frozen=True)
class WebSettings:
    """Limits of the server.

    Attributes
    ----------
    largest_body
        Bytes of a request's body.
    longest_query
        Characters of the query of an address; a permalink that holds a whole scenario fits.
    most_draws
        Draws of a scenario run.
    works
        Limits of heavy work: scenario runs, images, workbooks.
    pages
        Limits of what is composed for the first time, and of scenarios that are read; a page that is kept
        waits for nothing.
    drawers
        Processes that draw charts.
    longest_preparation
        Seconds that the first scenarios wait for what all of them share.
    cached_bytes
        Memory for finished pages and files.
    countries_prepared
        Outlooks whose scenarios are held ready.
    """

    largest_body: int = 64 * KIBIBYTE
    longest_query: int = 8 * KIBIBYTE
    most_draws: int = 1000
    works: RoomLimits = RoomLimits()
    pages: RoomLimits = RoomLimits(per_visitor=24)
    drawers: int = 2
    longest_preparation: float = 180.0
    cached_bytes: int = 64 * KIBIBYTE * KIBIBYTE
    countries_prepared: int = 4
