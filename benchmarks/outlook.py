"""Measures the outlook of Kazakhstan: help, outlook, ensembles and sensitivity as whole processes.

Prints a table and writes JSON. Times are those of a user: from the start of the process to its end, with the
time of all its processors beside it. The first run is shown apart, as the cold one; of a command that is run
once there is no other. The central path is measured apart, without the start of a process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Figures = dict[str, float | None]

PROGRAM = (sys.executable, "-m", "ainalym")

SENSITIVITY_SAMPLES = 8_192
"""Samples of each half: with twelve families 143,360 runs of the model."""


class Command(NamedTuple):
    """A command to measure.

    Attributes
    ----------
    arguments
        After the name of the program; ``{out}`` stands for a folder to write.
    runs
        How often it is run; None for as often as the user asks.
    seconds, mebibytes
        What it may take at most, None where nothing was promised.
    """

    arguments: str
    runs: int | None = None
    seconds: float | None = None
    mebibytes: float | None = None


COMMANDS = {
    "help": Command("--help"),
    "outlook": Command("outlook KAZ --force --out {out} --threads {threads}"),
    "1,000 draws": Command("ensemble KAZ --draws 1000 --threads {threads}", seconds=3.0),
    "10,000 draws": Command("ensemble KAZ --draws 10000 --threads {threads}", 1, 10.0, 1536.0),
    "sensitivity": Command(f"sensitivity KAZ --samples {SENSITIVITY_SAMPLES}", 1, 60.0),
}


class Run(NamedTuple):
    """What one run of a command took: wall time and processor time (s), largest memory (MiB)."""

    seconds: float
    processor_seconds: float
    mebibytes: float


def run_process(command: list[str]) -> Run:
    """Run a command to its end."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    seconds = time.perf_counter() - begun
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure_command(command: Command, runs: int, threads: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        filled = command.arguments.format(out=Path(folder) / "outlook", threads=threads)
        found = [run_process([*PROGRAM, *filled.split()]) for _ in range(command.runs or runs + 1)]
    later = found[1:] or found
    return {
        "first_seconds": found[0].seconds,
        "median_seconds": statistics.median(run.seconds for run in later),
        "processor_seconds": statistics.median(run.processor_seconds for run in later),
        "peak_mib": max(run.mebibytes for run in found),
        "allowed_seconds": command.seconds,
        "allowed_mib": command.mebibytes,
    }


def measure_calls(call: Callable[[], object], runs: int) -> Figures:
    seconds, processor = [], []
    for _ in range(runs + 1):
        begun, used = time.perf_counter(), time.process_time()
        call()
        seconds.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return {
        "first_seconds": seconds[0],
        "median_seconds": statistics.median(seconds[1:]),
        "processor_seconds": statistics.median(processor[1:]),
    }


def measure_model(runs: int) -> Figures:
    from ainalym.pipeline import run_outlook

    return measure_calls(lambda: run_outlook("KAZ"), runs)


def print_row(name: str, figures: Figures) -> None:
    columns = ("first_seconds", "median_seconds", "processor_seconds")
    cells = "".join(f"{figures[column]:10.2f}" for column in columns)
    memory = figures.get("peak_mib")
    allowed = [
        f"{figures[key]:g} {unit}"
        for key, unit in (("allowed_seconds", "s"), ("allowed_mib", "MiB"))
        if figures.get(key)
    ]
    print(f"{name:14}{cells}{'' if memory is None else f'{memory:10.0f}':>10}  {', '.join(allowed)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(COMMANDS), help="commands to measure")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/outlook.json"))
    options = parser.parse_args()
    print(f"{'':14}{'first s':>10}{'median s':>10}{'cpu s':>10}{'peak MiB':>10}  at most")
    results: dict[str, Figures] = {}
    if options.only is None:
        results["model"] = measure_model(options.runs)
        print_row("model", results["model"])
    for name in options.only or COMMANDS:
        results[name] = measure_command(COMMANDS[name], options.runs, options.threads)
        print_row(name, results[name])
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
