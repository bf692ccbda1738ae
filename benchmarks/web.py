"""Time of the pages: a scenario change at the server, the overview, and many users at a time.

    python benchmarks/web.py [--folder outlook-KAZ] [--users 50] [--seconds 20]

Everything stays on this machine: a server of its own on a free port of the loopback address, a bounded
number of users, a bounded time.
"""

from __future__ import annotations

import argparse
import random
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import uvicorn

from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.web.application import create_application
from ainalym.web.server import name_address, take_port
from ainalym.web.settings import WebSettings
from ainalym.web.shelf import Holding, Shelf, hold_folder, hold_result

MOST_USERS, MOST_SECONDS = 100, 120

TIMEOUT = 300

PAGES = ("", "products", "materials", "flows?year=2040", "scenarios", "regions", "sources", "products/0306")

BUDGET = {"scenario 200": 0.3, "scenario 1000": 1.0, "overview": 0.1, "page p95": 0.5}
"""What is wanted, s; on a machine that has nothing else to do."""

LARGEST_OVERVIEW = 300_000


def write_scenario(number: int, lever: str = "collection") -> dict[str, object]:
    """Write a scenario that nobody has asked for yet."""
    target = 0.3 + number / 1000
    levers = [{"lever": lever, "start": 2026, "end": 2035, "ramp": "linear", "target": target}]
    return {"levers": levers}


def fetch(address: str, body: object = None) -> httpx.Response:
    """Ask as a browser does, and be patient: this measures."""
    if body is None:
        return httpx.get(address, timeout=TIMEOUT)
    return httpx.post(address, json=body, timeout=TIMEOUT)


def time_it(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def say(name: str, value: float, wanted: float | None = None, unit: str = "s") -> None:
    verdict = (
        "" if wanted is None else f"  (wanted: under {wanted:g} {unit}: {'yes' if value < wanted else 'NO'})"
    )
    print(f"{name:<46} {value:9.3f} {unit}{verdict}")


def bench_scenarios(address: str, number: int) -> int:
    """Time a change at the server, over the whole way: text, check, run, charts, table, answer."""
    result = f"{address}/en/kaz/scenarios/result"
    run = f"{address}/api/v1/countries/KAZ/scenarios/run"
    for lever in ("collection", "lifetime"):
        times = []
        for _ in range(7):
            number += 1
            body = {"scenario": write_scenario(number, lever)}
            times.append(time_it(lambda body=body: fetch(result, body)))
        walls, cpus = zip(*times[1:], strict=True)
        wanted = BUDGET["scenario 200"]
        say(f"scenario change, {lever}, 200 draws, wall", statistics.median(walls), wanted)
        say(f"scenario change, {lever}, 200 draws, CPU", statistics.median(cpus))
    fetch(run, {"scenario": write_scenario(number), "draws": 1000})
    for lever in ("collection", "lifetime"):
        times = []
        for _ in range(3):
            number += 1
            body = {"scenario": write_scenario(number, lever), "draws": 1000}
            times.append(time_it(lambda body=body: fetch(run, body)))
        walls, cpus = zip(*times, strict=True)
        wanted = BUDGET["scenario 1000"]
        say(f"scenario change, {lever}, 1,000 draws, wall", statistics.median(walls), wanted)
        say(f"scenario change, {lever}, 1,000 draws, CPU", statistics.median(cpus))
    return number


def bench_overview(address: str) -> None:
    first, _ = time_it(lambda: fetch(f"{address}/en/kaz/"))
    warm = statistics.median(time_it(lambda: fetch(f"{address}/en/kaz/"))[0] for _ in range(9))
    say("overview page, first time", first)
    say("overview page, warm", warm, BUDGET["overview"])
    page = fetch(f"{address}/en/kaz/")
    say("overview page, size", len(page.content) / 1000, LARGEST_OVERVIEW / 1000, "kB")
    say("overview page, size as it travels", page.num_bytes_downloaded / 1000, None, "kB")


def bench_load(address: str, users: int, seconds: float, number: int) -> None:
    """Let users read pages with a pause between two, and one of ten move a lever now and then."""
    pages: list[float] = []
    runs: list[float] = []
    failures: list[int] = []
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def visit(user: int) -> None:
        dice = random.Random(user)  # noqa: S311 - a user's whims, the same in every run
        while time.perf_counter() < end:
            moves = user % 10 == 0 and dice.random() < 0.3
            begun = time.perf_counter()
            if moves:
                body = {"scenario": write_scenario(number + dice.randrange(10_000) % 600)}
                status = fetch(f"{address}/en/kaz/scenarios/result", body).status_code
            else:
                language = dice.choice(("en", "ru", "kk"))
                status = fetch(f"{address}/{language}/kaz/{dice.choice(PAGES)}").status_code
            with lock:
                (runs if moves else pages).append(time.perf_counter() - begun)
                if status >= 400:
                    failures.append(status)
            time.sleep(dice.uniform(0.5, 1.5))

    threads = [threading.Thread(target=visit, args=(user,)) for user in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(f"{users} users, {seconds:.0f} s: pages read", len(pages), None, "")
    say("page, median", statistics.median(pages))
    say("page, p95", statistics.quantiles(pages, n=20)[-1], BUDGET["page p95"])
    say("scenario changes among them", len(runs), None, "")
    if len(runs) > 1:
        say("scenario change under load, median", statistics.median(runs))
    say("answers that failed", len(failures), None, "")


def find_holding(folder: Path | None) -> Holding:
    if folder is not None:
        return hold_folder(folder)
    return hold_result(run_outlook_with_draws("KAZ", ensemble=EnsembleOptions(draws=200, threads=2)))


def warm_up(address: str) -> None:
    seconds, _ = time_it(lambda: fetch(f"{address}/en/kaz/scenarios"))
    say("first scenario page, all prepared", seconds)
    for language in ("en", "ru", "kk"):
        for page in PAGES:
            fetch(f"{address}/{language}/kaz/{page}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="an outlook folder; computed with 200 draws without")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    holding = find_holding(options.folder)
    # One address stands for all users: the limit of a visitor is lifted to that of all.
    application = create_application(Shelf([holding]), WebSettings(queue_per_visitor=32))
    application.site.runner.prepare(holding)
    listening = take_port("127.0.0.1", 0)
    address = name_address(listening)
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off"))
    threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True).start()
    bench_overview(address)
    warm_up(address)
    number = bench_scenarios(address, 0)
    bench_load(address, min(options.users, MOST_USERS), min(options.seconds, MOST_SECONDS), number)
    server.should_exit = True


if __name__ == "__main__":
    main()
