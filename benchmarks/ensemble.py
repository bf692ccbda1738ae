"""Measures ensembles of Kazakhstan: draws, sensitivity, and a slice of a grid of countries and scenarios.

Every measurement runs in a process of its own, so that the largest memory is that of the measurement. The
grid stands for 200 countries x 5 scenarios x 1,000 draws: a slice of it is run with one and more workers, and
the time of the whole is told from it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

Figures = dict[str, float]

WHOLE_GRID = 200 * 5 * 1000
"""Draws of the grid that the cluster is meant for."""

INCOME_FACTORS = (0.85, 0.95, 1.05, 1.15)
"""Variants of future income that stand for scenarios in the slice."""


def measure_draws(draws: int, threads: int) -> Figures:
    from ainalym.ensemble.model import prepare_model
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.ensemble.run import run_ensemble

    model, _ = prepare_model("KAZ")
    return time_call(lambda: run_ensemble(model, EnsembleOptions(draws=draws, threads=threads)))


def measure_sensitivity(samples: int, threads: int) -> Figures:
    from ainalym.ensemble.model import prepare_model
    from ainalym.ensemble.sensitivity import analyse_sensitivity

    model, _ = prepare_model("KAZ")
    figures = time_call(lambda: analyse_sensitivity(model, samples=samples, threads=threads))
    return {"runs": samples * 12, **figures}


def measure_grid(draws: int, workers: int) -> Figures:
    from ainalym.ensemble.cluster import open_cluster
    from ainalym.ensemble.model import prepare_model
    from ainalym.ensemble.options import EnsembleOptions
    from ainalym.ensemble.run import run_ensemble

    model, _ = prepare_model("KAZ")
    future = model.years > 2025
    variants = []
    for factor in INCOME_FACTORS:
        income = model.income.copy()
        income[future] *= factor
        variants.append(replace(model, income=income))
    options = EnsembleOptions(draws=draws)
    with open_cluster(workers) as cluster:
        run_ensemble(model, EnsembleOptions(draws=8 * workers, block=8), blocks=cluster)
        figures = time_call(lambda: [run_ensemble(variant, options, blocks=cluster) for variant in variants])
    done = draws * len(variants)
    return {
        "draws": done,
        **figures,
        "draws_per_second": done / figures["seconds"],
        "hours_of_whole_grid": WHOLE_GRID / done * figures["seconds"] / 3600,
    }


def time_call(call: Callable[[], Any]) -> Figures:
    begun, used = time.perf_counter(), time.process_time()
    call()
    return {
        "seconds": time.perf_counter() - begun,
        "processor_seconds": time.process_time() - used,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


MEASUREMENTS: dict[str, Callable[[int, int], Figures]] = {
    "draws": measure_draws,
    "sensitivity": measure_sensitivity,
    "grid": measure_grid,
}

PLAN = (
    ("draws", 1000, 1),
    ("draws", 1000, 2),
    ("draws", 10_000, 1),
    ("draws", 10_000, 2),
    ("sensitivity", 10_240, 2),
    ("grid", 500, 1),
    ("grid", 500, 2),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("NAME", "COUNT", "THREADS"), help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/ensemble.json"))
    options = parser.parse_args()
    if options.one:
        name, count, threads = options.one
        print(json.dumps(MEASUREMENTS[name](int(count), int(threads))))
        return
    results = []
    print(f"{'':12}{'count':>8}{'threads':>9}{'s':>9}{'cpu s':>9}{'peak MiB':>10}  more")
    for name, count, threads in PLAN:
        command = [sys.executable, __file__, "--one", name, str(count), str(threads)]
        finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        figures = json.loads(finished.stdout.splitlines()[-1])
        results.append({"name": name, "count": count, "threads": threads, **figures})
        shown = [figures.pop(key) for key in ("seconds", "processor_seconds", "peak_mib")]
        more = ", ".join(f"{key} {value:,.1f}" for key, value in figures.items())
        print(f"{name:12}{count:8}{threads:9}{shown[0]:9.2f}{shown[1]:9.2f}{shown[2]:10.0f}  {more}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
