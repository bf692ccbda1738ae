"""Charts drawn in processes of their own: the converter holds up all threads of the process it works in."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from ainalym.reports.chart_parts import Spec
from ainalym.reports.images import bundle_vega, load_converter, render_png, render_svg

Made = TypeVar("Made")


class DrawingRoom:
    """Draws charts beside the server, so that pages are given meanwhile.

    Parameters
    ----------
    processes
        Charts drawn at the same time. The processes begin when the first chart is asked for.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def prepare(self) -> None:
        """Begin a process and let it bundle the chart library, without waiting for it."""
        self._open().submit(bundle_vega)

    def draw_svgs(self, specs: Sequence[Spec]) -> list[str]:
        """Draw charts as SVG, several at a time.

        Parameters
        ----------
        specs
            Specifications of charts.

        Returns
        -------
        list of str
            In the same order.
        """
        return self._gather(lambda pool: [pool.submit(render_svg, spec) for spec in specs])

    def draw_png(self, spec: Spec) -> bytes:
        """Draw a chart as PNG."""
        return self._gather(lambda pool: [pool.submit(render_png, spec)])[0]

    def bundle_vega(self) -> str:
        """Bundle the chart library; see :func:`ainalym.reports.images.bundle_vega`."""
        return self._gather(lambda pool: [pool.submit(bundle_vega)])[0]

    def close(self) -> None:
        """End the processes; they begin anew when a chart is asked for."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _gather(self, submit: Callable[[ProcessPoolExecutor], list[Future[Made]]]) -> list[Made]:
        try:
            return [future.result() for future in submit(self._open())]
        except BrokenProcessPool:
            # A process was ended from outside, for want of memory perhaps: once more with new ones.
            self.close()
            return [future.result() for future in submit(self._open())]

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                # A fork would copy the locks of threads that are at work.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self._processes, context, initializer=_begin)
            return self._pool


def _begin() -> None:
    """Begin a process that draws: it must not outlive a server that was ended by force."""
    threading.Thread(target=_end_with_server, daemon=True).start()
    load_converter()


def _end_with_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(0)
