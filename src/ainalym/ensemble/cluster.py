"""The same blocks on a cluster of dask.distributed: a local one, or one that runs already."""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from queue import Empty, Queue
from typing import Any

from ainalym.core.extras import require_extra
from ainalym.core.streams import Streams
from ainalym.ensemble.model import Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.slab import Slab, compute_slab
from ainalym.errors import InputError, Problem

EXTRA = "cluster"

BLOCKS_AHEAD = 2
"""Blocks that wait for each worker, so that none is idle while results travel."""

SECONDS_TO_CONNECT = 10.0
"""How long a scheduler may take to answer."""

SECONDS_WITHOUT_WORKERS = 20.0
"""How long a cluster may be without any worker: one that was killed may be started again by its nanny."""

SECONDS_TO_LOOK = 1.0
"""How often the workers are counted while nothing arrives."""

CHECKED_LIBRARIES = ("ainalym", "numpy", "scipy")
"""Libraries that must be the same on workers as here, or the same seed would not give the same bits."""


@dataclass(frozen=True)
class Cluster:
    """Workers that compute blocks; give it to :func:`ainalym.ensemble.run.run_ensemble` as ``blocks``.

    Parameters
    ----------
    client
        Connection to the scheduler, a ``distributed.Client``.
    patience
        Seconds that the cluster may be without any worker.
    """

    client: Any = field(repr=False)
    patience: float = SECONDS_WITHOUT_WORKERS

    @property
    def workers(self) -> int:
        """Number of workers that the scheduler knows."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def __call__(self, model: Model, options: EnsembleOptions, streams: Streams) -> Iterator[Slab]:
        """Compute every block of a run.

        Parameters
        ----------
        model
            The model; it travels with every block, so that a block can begin again on any worker.
        options
            Choices of the ensemble.
        streams
            Streams of the run.

        Yields
        ------
        Slab
            In any order.

        Raises
        ------
        InputError
            [ENS-009] if all workers or the scheduler are lost, [ENS-010] if workers cannot compute.
        """
        self._check_versions()
        waiting = iter(options.blocks)
        running: set[Any] = set()
        arrived: Queue[Any] = Queue()
        try:
            while True:
                free = max(self.workers, 1) * BLOCKS_AHEAD - len(running)
                for first, last in islice(waiting, max(free, 0)):
                    future = self.client.submit(compute_slab, model, streams, first, last, pure=False)
                    running.add(future)
                    future.add_done_callback(arrived.put)
                if not running:
                    return
                future = self._wait(arrived)
                running.discard(future)
                yield self._fetch(future)
        finally:
            for future in running:
                future.release()

    def _wait(self, arrived: Queue[Any]) -> Any:
        """Wait for a block, and count the workers while none arrives."""
        alone_since: float | None = None
        while True:
            try:
                return arrived.get(timeout=SECONDS_TO_LOOK)
            except Empty:
                pass
            if self.client.status != "running":
                raise InputError(describe_loss("a scheduler that went away"))
            now = time.monotonic()
            alone_since = None if self.workers else (alone_since or now)
            if alone_since is not None and now - alone_since >= self.patience:
                raise InputError(describe_loss(f"no worker for {self.patience:g} seconds"))

    def _fetch(self, future: Any) -> Slab:
        distributed = require_extra("distributed", EXTRA)
        try:
            slab: Slab = future.result()
        except (
            OSError,
            TimeoutError,
            asyncio.CancelledError,
            distributed.KilledWorker,
            distributed.client.FutureCancelledError,
        ) as error:
            raise InputError(describe_loss("a block that its workers lost again and again")) from error
        return slab

    def _check_versions(self) -> None:
        own = report_versions()
        try:
            found: dict[str, dict[str, str]] = self.client.run(report_versions)
        except (ImportError, AttributeError) as error:
            raise InputError(describe_worker(str(error), own)) from error
        except (OSError, TimeoutError) as error:
            raise InputError(describe_loss("a scheduler that went away")) from error
        for address, versions in found.items():
            if versions != own:
                raise InputError(describe_worker(f"{versions} on {address}", own))


def report_versions() -> dict[str, str]:
    """Report the versions that decide over the bits of a draw.

    Returns
    -------
    dict of str to str
        By library; ``none`` where it is not installed.
    """
    versions = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in CHECKED_LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "none"
    return versions


def describe_loss(got: str) -> Problem:
    """Describe a cluster that was lost.

    Parameters
    ----------
    got
        What was found.

    Returns
    -------
    Problem
        [ENS-009].
    """
    return Problem(
        "ENS-009",
        "cluster",
        got,
        "workers until every block is computed",
        "Start workers and run the command again; no older outlook was touched.",
    )


def describe_worker(got: str, own: dict[str, str]) -> Problem:
    """Describe a worker that would compute other numbers, or none.

    Parameters
    ----------
    got
        What was found on the worker.
    own
        Versions of this process.

    Returns
    -------
    Problem
        [ENS-010].
    """
    expected = ", ".join(f"{name} {number}" for name, number in own.items())
    return Problem("ENS-010", "worker of the cluster", got, expected, "Install the same versions there.")


@contextmanager
def open_cluster(
    workers: int | None = None, address: str | None = None, patience: float = SECONDS_WITHOUT_WORKERS
) -> Iterator[Cluster]:
    """Start a cluster on this machine, or join one that runs.

    Parameters
    ----------
    workers
        Worker processes to start on this machine.
    address
        Address of a scheduler, such as ``tcp://10.0.0.5:8786``; then none is started.
    patience
        Seconds that the cluster may be without any worker.

    Yields
    ------
    Cluster
        Closed, with the workers that were started here, at the end.

    Raises
    ------
    InputError
        [EXT-001] without the extra, [ENS-006] for a number of workers below 1 or beside an address, [ENS-008]
        if no scheduler answers.
    """
    distributed = require_extra("distributed", EXTRA)
    if workers is not None and address is not None:
        got, expected = f"{workers} beside --cluster {address}", "workers here, or a cluster elsewhere"
        raise InputError(Problem("ENS-006", "option --workers", got, expected, "Leave one of the two out."))
    with ExitStack() as stack:
        if address is None:
            count = 1 if workers is None else workers
            if count < 1:
                expected = "a whole number of 1 or more"
                raise InputError(Problem("ENS-006", "option --workers", str(count), expected, "Correct it."))
            # One thread each: the numbers are then computed by as many threads as there are processes.
            # Two runs side by side must not fight for one port: the system gives a free one.
            target = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=count, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
                )
            )
        else:
            target = address
            _knock(distributed, address)
        client = stack.enter_context(_connect(distributed.Client, target, address or "this machine"))
        yield Cluster(client, patience)


def _knock(distributed: Any, address: str) -> None:
    """Find out whether somebody answers, before a client begins that ends badly where nobody does."""

    async def knock() -> None:
        arguments = distributed.Security().get_connection_args("client")
        door = await distributed.comm.connect(address, timeout=SECONDS_TO_CONNECT, **arguments)
        await door.close()

    try:
        # On a thread of its own: a notebook has a loop of events already, beside which no other may run.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: asyncio.run(knock())).result()
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise InputError(_describe_silence(address)) from error


def _connect(client: Callable[..., Any], target: object, place: str) -> Any:
    try:
        return client(target, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(_describe_silence(place)) from error


def _describe_silence(place: str) -> Problem:
    return Problem(
        "ENS-008",
        "option --cluster",
        f"no answer from {place}",
        "the address of a running dask scheduler, such as tcp://10.0.0.5:8786",
        "Start one with 'dask scheduler', or compute here with --workers.",
    )
