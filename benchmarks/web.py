"""Time of the pages: a scenario change at the server, the overview, and many users at a time.

    python benchmarks/web.py [--folder outlook-KAZ] [--users 50] [--seconds 120] [--load-only]

The server is the one that `ainalym serve` starts, in a process of its own with its own limits, so that what
the users cost is not counted as its time. Everything stays on this machine: a free port of the loopback
address, a bounded number of users, each from an address of its own, a bounded time.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.packages.reference import read_reference
from ainalym.results.store import write_result

MOST_USERS, MOST_SECONDS = 100, 300

TIMEOUT = 300

PAGES = ("", "products", "materials", "flows?year=2040", "scenarios", "regions", "sources", "downloads")

LANGUAGES = ("en", "ru", "kk")

BUDGET = {"scenario 200": 0.3, "scenario 1000": 1.0, "overview": 0.1, "page p95": 0.5}
"""What is wanted, s; on a machine that has nothing else to do."""

LARGEST_OVERVIEW = 300_000

PAUSE = (2.0, 6.0)
"""Shortest and longest time that a user looks at a page, s."""

DETAIL_SHARE = 0.2
"""Share of the pages that are of one product: most users look at the same few, some at any."""

MOVERS = 10
"""One of so many users moves levers, now and then."""

MOVES = 3
"""Changes that a user makes in a row, one as soon as the other is answered."""

STATUS_OK, STATUS_KNOWN, STATUS_BAD = 200, 304, 400


class Answer(NamedTuple):
    """An answer as it came, and how long it took."""

    status: int
    body: bytes
    etag: str
    seconds: float


class User:
    """A user with a browser: one connection that stays open, and pages that it has already."""

    def __init__(self, port: int, number: int = 1) -> None:
        self.number = number
        # Every user has an address: the server limits what one visitor may ask for.
        self._source = f"127.0.0.{number + 1}" if sys.platform == "linux" else "127.0.0.1"
        self._port = port
        self._connection: http.client.HTTPConnection | None = None
        self._seen: dict[str, str] = {}

    def ask(self, path: str, body: object = None) -> Answer:
        """Ask as a browser does, and be patient: this measures."""
        try:
            return self._ask(path, body)
        except (http.client.HTTPException, ConnectionError):
            # The server closes connections that were idle: a browser opens another one.
            self._connection = None
            return self._ask(path, body)

    def _ask(self, path: str, body: object) -> Answer:
        begun = time.perf_counter()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=TIMEOUT, source_address=(self._source, 0)
            )
        headers = {"Accept-Encoding": "gzip", "If-None-Match": self._seen.get(path, "")}
        content = None
        if body is not None:
            content = json.dumps(body).encode("utf-8")
            headers["Content-Type"] = "application/json"
        self._connection.request("GET" if body is None else "POST", path, content, headers)
        response = self._connection.getresponse()
        answer = response.read()
        etag = response.headers.get("etag", "")
        if body is None:
            self._seen[path] = etag
        return Answer(response.status, answer, etag, time.perf_counter() - begun)


@dataclass
class Count:
    """What all users saw."""

    pages: list[float] = field(default_factory=list)
    details: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    known: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answer: Answer, *lists: list[float]) -> None:
        """Count an answer in some of the lists."""
        with self.lock:
            for own in lists:
                own.append(answer.seconds)
            self.known += answer.status == STATUS_KNOWN
            if answer.status >= STATUS_BAD:
                self.failures.append(answer.status)


def write_scenario(number: int, lever: str = "collection") -> dict[str, object]:
    """Write a scenario that nobody has asked for yet."""
    levers = [{"lever": lever, "start": 2026, "end": 2035, "ramp": "linear", "target": 0.3 + number / 10_000}]
    return {"levers": levers}


def say(name: str, value: float, wanted: float | None = None, unit: str = "s") -> None:
    verdict = (
        "" if wanted is None else f"  (wanted: under {wanted:g} {unit}: {'yes' if value < wanted else 'NO'})"
    )
    print(f"{name:<46} {value:9.3f} {unit}{verdict}", flush=True)


def read_cpu(process: int) -> float:
    """Read the CPU time that a process and its threads have taken, s; 0 where that is not told."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
    return 0.0


def bench_scenarios(user: User, process: int) -> None:
    """Time a change at the server, over the whole way: text, check, run, charts, table, answer."""
    run = "/api/v1/countries/KAZ/scenarios/run"
    number = 0
    user.ask(run, {"scenario": write_scenario(1), "draws": 1000})
    for draws, path, repeats in ((200, "/en/kaz/scenarios/result", 7), (1000, run, 5)):
        for lever in ("collection", "lifetime"):
            walls, cpu = [], read_cpu(process)
            for _ in range(repeats):
                number += 1
                body: dict[str, object] = {"scenario": write_scenario(number, lever)}
                answer = user.ask(path, body if path != run else body | {"draws": draws})
                if answer.status != STATUS_OK:
                    raise RuntimeError(answer.body.decode("utf-8"))
                walls.append(answer.seconds)
            name = f"scenario change, {lever}, {draws:,} draws"
            say(f"{name}, wall", statistics.median(walls), BUDGET[f"scenario {draws}"])
            say(f"{name}, CPU", (read_cpu(process) - cpu) / repeats)


def bench_overview(user: User, port: int) -> None:
    say("overview page, first time", user.ask("/en/kaz/").seconds)
    # Each time as somebody who has not seen it.
    warm = [User(port, 2).ask("/en/kaz/") for _ in range(9)]
    say("overview page, warm", statistics.median(answer.seconds for answer in warm), BUDGET["overview"])
    say("overview page, size as it travels", len(warm[0].body) / 1000, None, "kB")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.request("GET", "/en/kaz/")
    say("overview page, size", len(connection.getresponse().read()) / 1000, LARGEST_OVERVIEW / 1000, "kB")


def bench_load(port: int, users: int, seconds: float) -> None:
    """Let users read pages with a pause between two, and some move levers."""
    keys = [str(key) for key in read_reference().products.index]
    random.Random(0).shuffle(keys)  # noqa: S311 - which products are asked for most
    count, end = Count(), time.perf_counter() + seconds

    def visit(number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - a user's whims, the same in every run
        user, language = User(port, number + 10), dice.choice(LANGUAGES)
        time.sleep(dice.uniform(0, PAUSE[1]))
        while time.perf_counter() < end:
            if number % MOVERS == 0 and dice.random() < 1 / 3:
                for _ in range(MOVES):
                    lever = dice.choice(("collection", "lifetime"))
                    body = {"scenario": write_scenario(dice.randrange(6000), lever)}
                    count.add(user.ask(f"/{language}/kaz/scenarios/result", body), count.runs)
            elif dice.random() < DETAIL_SHARE:
                place = min(int(dice.expovariate(1 / 8)), len(keys) - 1)
                count.add(user.ask(f"/{language}/kaz/products/{keys[place]}"), count.pages, count.details)
            else:
                count.add(user.ask(f"/{language}/kaz/{dice.choice(PAGES)}"), count.pages)
            time.sleep(dice.uniform(*PAUSE))

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        f"{users} users for {seconds:.0f} s, each looks {PAUSE[0]:g} to {PAUSE[1]:g} s at a page; the pages "
        f"of the menu were shown before, those of products ({DETAIL_SHARE:.0%}) were not; one of {MOVERS} "
        f"moves levers, {MOVES} times in a row"
    )
    say("pages read", len(count.pages), None, "")
    say("of which the browser had already", count.known, None, "")
    say("page, median", statistics.median(count.pages))
    say("page, p95", statistics.quantiles(count.pages, n=20)[-1], BUDGET["page p95"])
    say("page, longest", max(count.pages))
    say("pages of products among them", len(count.details), None, "")
    say("page of a product, median", statistics.median(count.details))
    say("scenario changes among them", len(count.runs), None, "")
    if len(count.runs) > 1:
        say("scenario change under load, median", statistics.median(count.runs))
        say("scenario change under load, longest", max(count.runs))
    say("answers that failed", len(count.failures), None, "")


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextlib.contextmanager
def start_server(folder: Path) -> Iterator[tuple[int, int]]:
    """Start the server on a folder, and give its port and its process."""
    port = find_port()
    command = [sys.executable, "-m", "ainalym", "serve", str(folder), "--port", str(port), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield port, process.pid
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server ended with code {process.returncode}")


def bench(folder: Path, users: int, seconds: float, load_only: bool) -> None:
    with start_server(folder) as (port, process):
        user = User(port)
        bench_overview(user, port)
        say("first scenario page, all prepared", user.ask("/en/kaz/scenarios").seconds)
        if not load_only:
            bench_scenarios(user, process)
        for language in LANGUAGES:
            for page in PAGES:
                user.ask(f"/{language}/kaz/{page}")
        if users:
            bench_load(port, users, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="an outlook folder; computed with 200 draws without")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--load-only", action="store_true", help="leave the scenario changes out")
    options = parser.parse_args()
    users, seconds = min(options.users, MOST_USERS), min(options.seconds, MOST_SECONDS)
    if options.folder is not None:
        bench(options.folder, users, seconds, options.load_only)
        return
    with tempfile.TemporaryDirectory() as folder:
        result = run_outlook_with_draws("KAZ", ensemble=EnsembleOptions(draws=200, threads=2))
        write_result(result, Path(folder))
        bench(Path(folder), users, seconds, options.load_only)


if __name__ == "__main__":
    main()
