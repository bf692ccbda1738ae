"""Measures the outlook of Kazakhstan: the command as a whole process, the model alone, and the help.

Prints a table and writes JSON. Times of whole processes are medians over several runs; the first run is shown
apart, as the cold one.
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
from pathlib import Path

WORKERS = {
    "help": [sys.executable, "-m", "ainalym", "--help"],
    "outlook": [sys.executable, "-m", "ainalym", "outlook", "KAZ", "--force", "--out"],
}


def run_process(command: list[str]) -> tuple[float, float]:
    """Run a command; give its wall time (s) and the largest memory of the process (MiB)."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def measure_commands(runs: int) -> dict[str, dict[str, float]]:
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command in WORKERS.items():
            full = [*command, str(Path(folder) / "outlook")] if name == "outlook" else command
            first, *rest = [run_process(full) for _ in range(runs + 1)]
            results[name] = {
                "first_seconds": first[0],
                "median_seconds": statistics.median(seconds for seconds, _ in rest),
                "peak_mib": max(memory for _, memory in rest),
            }
    return results


def measure_model(runs: int) -> dict[str, float]:
    from ainalym.pipeline import run_outlook

    seconds = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        run_outlook("KAZ")
        seconds.append(time.perf_counter() - begun)
    return {"first_seconds": seconds[0], "median_seconds": statistics.median(seconds[1:])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/outlook.json"))
    options = parser.parse_args()
    results = {"model": measure_model(options.runs), **measure_commands(options.runs)}
    print(f"{'':10} {'first s':>9} {'median s':>9} {'peak MiB':>9}")
    for name, row in results.items():
        memory = f"{row['peak_mib']:9.0f}" if "peak_mib" in row else f"{'':9}"
        print(f"{name:10} {row['first_seconds']:9.3f} {row['median_seconds']:9.3f} {memory}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
