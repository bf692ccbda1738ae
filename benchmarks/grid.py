"""Measures a slice of the grid that a cluster is meant for: countries x scenarios x draws.

The whole grid is 200 countries, the five scenarios SSP 1 to 5 and 1,000 draws each. The slice takes copies of
the package of Kazakhstan for countries, as one package is embedded so far; each copy is read, checked and run
like a country of its own. It is run with one worker process and with more, and tells the time of the whole
grid from the draws per second.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

from ainalym.ensemble.cluster import Cluster, open_cluster
from ainalym.ensemble.model import prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import run_ensemble
from ainalym.schemas.run import RunOptions

Figures = dict[str, float]

SCENARIOS = tuple(f"ssp{number}" for number in range(1, 6))

WHOLE_COUNTRIES, WHOLE_DRAWS = 200, 1000


def copy_countries(count: int, folder: Path) -> list[Path]:
    """Copy the embedded package as so many countries."""
    with as_file(files("ainalym").joinpath("countries", "kaz")) as package:
        return [Path(shutil.copytree(package, folder / f"country-{number}")) for number in range(count)]


def run_grid(countries: list[Path], draws: int, cluster: Cluster) -> Figures:
    """Run every country under every scenario, and tell what it took."""
    options = EnsembleOptions(draws=draws)
    preparing = computing = 0.0
    for country in countries:
        for scenario in SCENARIOS:
            begun = time.perf_counter()
            model, _ = prepare_model(str(country), RunOptions(population=scenario, income=scenario))
            prepared = time.perf_counter()
            run_ensemble(model, options, blocks=cluster)
            preparing += prepared - begun
            computing += time.perf_counter() - prepared
    runs = len(countries) * len(SCENARIOS)
    seconds = preparing + computing
    return {
        "draws": runs * draws,
        "seconds": seconds,
        "preparing_seconds": preparing,
        "computing_seconds": computing,
        "draws_per_second": runs * draws / seconds,
        "hours_of_whole_grid": WHOLE_COUNTRIES
        * len(SCENARIOS)
        * (preparing / runs + computing / runs * WHOLE_DRAWS / draws)
        / 3600,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--countries", type=int, default=3)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/grid.json"))
    options = parser.parse_args()
    results: dict[int, Figures] = {}
    print(f"{'workers':>7}{'draws':>9}{'s':>8}{'prepare s':>11}{'draws/s':>9}{'speed-up':>10}{'grid, h':>9}")
    with tempfile.TemporaryDirectory() as folder:
        countries = copy_countries(options.countries, Path(folder))
        for workers in options.workers:
            with open_cluster(workers) as cluster:
                # Workers import the program with their first block.
                warm, _ = prepare_model("KAZ")
                run_ensemble(warm, EnsembleOptions(draws=8 * workers, block=8), blocks=cluster)
                found = results[workers] = run_grid(countries, options.draws, cluster)
            speed_up = results[options.workers[0]]["computing_seconds"] / found["computing_seconds"]
            print(
                f"{workers:7}{found['draws']:9,.0f}{found['seconds']:8.1f}{found['preparing_seconds']:11.1f}"
                f"{found['draws_per_second']:9,.0f}{speed_up:10.2f}{found['hours_of_whole_grid']:9.2f}"
            )
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
