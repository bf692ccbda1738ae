"""Starts the server: finds what to show, takes the port, opens the browser."""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn

from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.errors import InputError, Problem
from ainalym.results.folder import RECORD_FILE
from ainalym.web.application import create_application
from ainalym.web.shelf import Holding, Shelf, hold_folder, hold_result

HIGHEST_PORT = 65_535

CONNECTIONS_WAITING = 128

SIGNAL_CODE = 128
"""A program that a signal has ended says so by this code and the number of the signal."""

THREADS = 2
"""Threads that compute the draws of a country at the start."""

Listener = Callable[[str], None]
"""Told what is being done, for a progress bar."""


def collect_holdings(names: Sequence[str], listener: Listener = lambda _: None) -> list[Holding]:
    """Find or compute the results to show.

    Parameters
    ----------
    names
        Outlook folders, or countries to be computed now; without any, all outlook folders that stand here.
    listener
        Told what is being done.

    Returns
    -------
    list of Holding
        One per country, in the order of the names.

    Raises
    ------
    InputError
        [WEB-011] if there is nothing to show, [OUT-005] to [OUT-007] for a folder, [CTY-001] for a country.
    """
    wanted = list(names) or [str(folder) for folder in find_outlooks(Path())]
    if not wanted:
        raise InputError(
            Problem(
                "WEB-011",
                "this folder",
                "no outlook",
                "a folder that `ainalym outlook` wrote, or the name of a country",
                "Run `ainalym outlook KAZ` first, or `ainalym serve KAZ` to compute it now.",
            )
        )
    return [_hold(name, listener) for name in wanted]


def find_outlooks(place: Path) -> list[Path]:
    """Find the outlook folders that stand in a folder."""
    return sorted(record.parent for record in place.glob(f"outlook-*/{RECORD_FILE}"))


def _hold(name: str, listener: Listener) -> Holding:
    folder = Path(name)
    if (folder / RECORD_FILE).is_file():
        listener(f"reading {name}")
        return hold_folder(folder)
    listener(f"computing {name}")
    return hold_result(run_outlook_with_draws(name, ensemble=EnsembleOptions(threads=THREADS)))


def take_port(host: str, port: int) -> socket.socket:
    """Take a port before anything is said about it.

    Parameters
    ----------
    host
        Address or name of this machine.
    port
        Port; 0 takes a free one.

    Returns
    -------
    socket.socket
        A socket that listens.

    Raises
    ------
    InputError
        [WEB-001] if the port is in use, [WEB-005] if host or port cannot be used.
    """
    if not 0 <= port <= HIGHEST_PORT:
        raise InputError(_describe_refusal(OSError(errno.EINVAL, "no such port"), host, port))
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(CONNECTIONS_WAITING)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise InputError(_describe_refusal(error, host, port)) from error
    return listening


def _describe_refusal(error: OSError, host: str, port: int) -> Problem:
    if error.errno == errno.EADDRINUSE:
        return Problem(
            "WEB-001",
            f"port {port}",
            "a port that is in use",
            "a free port",
            "Stop the program that uses it, or give another one with --port (0 takes any free one).",
        )
    return Problem(
        "WEB-005",
        f"address {host}, port {port}",
        (error.strerror or str(error)).lower(),
        "an address of this machine and a port that may be used",
        "Correct --host or --port.",
    )


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def name_address(listening: socket.socket) -> str:
    """Write the address of a listening socket as a browser takes it."""
    host, port = listening.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - only named, and replaced by an address that can be opened
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(holdings: Iterable[Holding], listening: socket.socket, open_browser: bool) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    holdings
        Results to show.
    listening
        Socket of :func:`take_port`.
    open_browser
        Whether to open the first page.
    """
    shelf = Shelf(holdings)
    application = create_application(shelf)
    application.site.drawing.prepare()
    for holding in shelf.countries.values():
        application.site.runner.prepare(holding)
    config = uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_keep_alive=20,
        h11_max_incomplete_event_size=32 * 1024,
    )
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [name_address(listening)]).start()
    # A polite end from outside is an end like Ctrl-C: the processes that draw are told, too.
    signal.signal(signal.SIGTERM, _leave)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        application.site.drawing.close()


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(SIGNAL_CODE + number)
