"""How fast the cohort engine is, against what this machine could do and against its peers, in one run.

    python benchmarks/engine.py [--draws 10000] [--output benchmarks/results/engine.json]

The bound is the CPU time of the exponentials and multiply-adds that 10,000 draws need at least, at the
rates at which one core of this machine does them with numpy in double precision. flodym is the peer of the
test requirements; ODYM is measured as well where its ``dynamic_stock_model`` can be imported. Times are the
best of some repeats, with the bound measured after each of them, as other work on the machine slows both.
What an ensemble is over flodym is the median processor time of a draw over ours, measured in turns: against a
model per draw, warm and given new lifetimes, and against models that have draws as a dimension of their own,
which spares flodym the calls but computes no quantiles, as neither does.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from engine_peers import DRAWS_AT_ONCE, FlodymPeer, Kind, prepare_odym

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_driven
from ainalym.kernels.ensemble import (
    LifetimeDraws,
    Precision,
    compute_inflow_driven_ensemble,
    compute_stock_driven_ensemble,
)
from ainalym.kernels.lifetime import Convention, Weibull, survival_by_age, survival_by_cohort

YEARS, PRODUCTS = 71, 54
SPREAD = 0.1
EXPONENTIALS = 2 * (YEARS - 1) * PRODUCTS
"""Per draw: two for each survival after age 0; 75.6 million for 10,000 draws."""
MULTIPLY_ADDS = YEARS * (YEARS + 1) // 2 * PRODUCTS
"""Per draw: one for each cohort and later year; 1.38 thousand million for 10,000 draws."""
MEBIBYTE = 2**20
REPEATED = 100
REPEATS = 5
RESULTS = Path(__file__).resolve().parent / "results" / "engine.json"


Peers: TypeAlias = tuple[Callable[[], FloatArray], Callable[[], FloatArray]]
"""flodym with a model per draw, and with some draws as a dimension of the model."""

CASES: list[tuple[str, Convention, Precision, int]] = [
    ("inflow-driven", "start", "single", 1),
    ("inflow-driven", "middle", "single", 1),
    ("inflow-driven", "uniform", "single", 1),
    ("inflow-driven", "cbs", "single", 1),
    ("inflow-driven", "start", "double", 1),
    ("inflow-driven", "uniform", "double", 1),
    ("inflow-driven", "start", "single", 2),
    ("inflow-driven", "uniform", "single", 2),
    ("lifetimes by cohort", "start", "single", 1),
    ("lifetimes by cohort", "uniform", "single", 1),
    ("lifetimes by cohort", "start", "single", 2),
    ("stock-driven", "start", "single", 1),
    ("stock-driven", "uniform", "single", 1),
    ("stock-driven", "start", "single", 2),
    ("stock-driven", "start", "double", 1),
    ("stock-driven", "start", "double", 2),
]


@dataclass(frozen=True)
class Timing:
    """Best of some repeats, and the median of their processor times."""

    wall: float
    cpu: float
    median_cpu: float


@dataclass
class Report:
    """Everything measured, as it goes into the JSON file."""

    machine: dict[str, Any] = field(default_factory=dict)
    bound: dict[str, float] = field(default_factory=dict)
    ensembles: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    memory: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Work:
    """The inputs: as many products and years as the outlook has, lifetimes like those of UNU-KEYs."""

    inflow: FloatArray
    stock: FloatArray
    lifetime: Weibull
    changing: Weibull
    draws: LifetimeDraws


def make_work(draws: int, seed: int = 20261123) -> Work:
    generator = np.random.default_rng(seed)
    shape, scale = generator.uniform(1.2, 3.0, PRODUCTS), generator.uniform(5, 25, PRODUCTS)
    inflow = 10 * np.cumsum(generator.random((YEARS, PRODUCTS)), axis=0)
    way = np.linspace(0, 1, YEARS)[:, None]
    # Over the cohorts lifetimes lose a third of their length, smoothly, and some of their spread.
    changing = Weibull(shape * (1 + 0.1 * way), scale * (1.1 - 0.35 * way))
    shape_factor, scale_factor = (generator.lognormal(0, SPREAD, (draws, PRODUCTS)) for _ in range(2))
    stock = 100 + 0.5 * np.cumsum(inflow, axis=0)
    return Work(inflow, stock, Weibull(shape, scale), changing, LifetimeDraws(shape_factor, scale_factor))


def best_of(repeats: int, act: Callable[[], object]) -> Timing:
    return take_turns(repeats, act)[0]


def take_turns(repeats: int, *acts: Callable[[], object]) -> list[Timing]:
    """Time some acts in turns, after a turn that warms them up."""
    for act in acts:
        act()
    seconds = np.empty((2, len(acts), repeats))
    for turn in range(repeats):
        for number, act in enumerate(acts):
            wall, cpu = time.perf_counter(), time.process_time()
            act()
            seconds[:, number, turn] = time.perf_counter() - wall, time.process_time() - cpu
    medians = np.median(seconds[1], axis=-1)
    return [Timing(*best, median) for *best, median in zip(*seconds.min(axis=-1), medians, strict=True)]


def measure_rates() -> dict[str, float]:
    """Measure seconds per exponential and per multiply-add on one core, in a child with one BLAS thread."""
    generator = np.random.default_rng(1)
    rates = {}
    precisions: tuple[tuple[Precision, type[np.floating[Any]]], ...] = (
        ("double", np.float64),
        ("single", np.float32),
    )
    for name, dtype in precisions:
        numbers = (-3 * generator.random(16384)).astype(dtype)
        seconds = best_of(15, partial(take_exponentials, numbers, np.empty_like(numbers))).cpu
        rates[f"exponential_{name}"] = seconds / REPEATED / numbers.size
        # A product large enough to reach what the core can do, not of the shape the engine needs.
        left, right = (generator.random((1024, 1024)).astype(dtype) for _ in range(2))
        seconds = best_of(9, partial(np.matmul, left, right, np.empty_like(left))).cpu
        rates[f"multiply_add_{name}"] = seconds / 1024**3
    return rates


def take_exponentials(numbers: FloatArray, out: FloatArray) -> None:
    for _ in range(REPEATED):
        np.exp(numbers, out=out)


def measure_two_threads() -> float:
    """Measure how much more two threads of this machine do than one, with numbers of their own each.

    Two is all that can be had. Where other work holds a core, or the host of a virtual machine does, it is
    less, and no ensemble can gain more from a second thread than that.
    """

    def work(numbers: FloatArray) -> None:
        take_exponentials(numbers, np.empty_like(numbers))

    pair = [-3 * np.random.default_rng(seed).random((8, 16384)) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        alone = best_of(REPEATS, lambda: [work(numbers) for numbers in pair])
        together = best_of(REPEATS, lambda: list(pool.map(work, pair)))
    return alone.wall / together.wall


def measure_rates_in_child() -> dict[str, float]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, "--rates"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def measure_memory(draws: int) -> dict[str, Any]:
    """Measure the peak memory of an ensemble above its inputs, in a child of its own."""
    command = [sys.executable, __file__, "--memory", str(draws)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def report_memory(draws: int) -> None:
    """Print the peak memory above the inputs; inputs and libraries are there before the clock starts."""
    work = make_work(draws)
    small = make_work(10)
    compute_inflow_driven_ensemble(small.inflow, small.lifetime, small.draws)
    before = resident_memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    started = time.perf_counter()
    compute_inflow_driven_ensemble(work.inflow, work.lifetime, work.draws)
    seconds = time.perf_counter() - started
    peak = resident_memory("VmHWM") - before
    print(json.dumps({"draws": draws, "peak_mebibytes": peak / MEBIBYTE, "seconds": seconds}))


def resident_memory(name: str) -> int:
    """Read a memory figure of this process in bytes; Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def measure_runs(work: Work, report: Report) -> dict[str, Peers]:
    """Measure single runs of ours and of the peers, and check that they agree; gives flodym's runs."""
    flodym = FlodymPeer(YEARS, PRODUCTS)
    middle: Convention = "middle"

    def constant(convention: Convention) -> FloatArray:
        survival = survival_by_age(Weibull(work.lifetime.shape, work.lifetime.scale), YEARS, convention)
        return compute_inflow_driven(work.inflow, survival).outflow

    def by_cohort() -> FloatArray:
        survival = survival_by_cohort(work.changing, YEARS, middle)
        return compute_inflow_driven(work.inflow, survival).outflow

    def from_stock() -> FloatArray:
        survival = survival_by_age(work.lifetime, YEARS, middle)
        return compute_stock_driven(work.stock, survival, "retire_proportionally").outflow

    def peers(kind: Kind, lifetime: Weibull, given: FloatArray) -> Peers:
        some = work.draws.shape_factor[:DRAWS_AT_ONCE], work.draws.scale_factor[:DRAWS_AT_ONCE]
        return flodym.prepare_run(kind, lifetime, given), flodym.prepare_draws(kind, lifetime, given, some)

    cases: list[tuple[str, Callable[[], FloatArray], Peers | None]] = [
        ("inflow-driven", lambda: constant(middle), peers("inflow-driven", work.lifetime, work.inflow)),
        ("inflow-driven, uniform", lambda: constant("uniform"), None),
        ("lifetimes by cohort", by_cohort, peers("inflow-driven", work.changing, work.inflow)),
        ("stock-driven", from_stock, peers("stock-driven", work.lifetime, work.stock)),
    ]
    for name, ours, theirs in cases:
        timing = best_of(100, ours)
        entry: dict[str, Any] = {"run": name, "seconds": timing.wall}
        if theirs is not None:
            np.testing.assert_allclose(ours(), theirs[0](), rtol=1e-8, atol=1e-8)
            seconds = best_of(9, theirs[0]).wall
            entry |= {"flodym_seconds": seconds, "times_flodym": seconds / timing.wall}
        report.runs.append(entry)
    odym = prepare_odym(work.lifetime, work.inflow)
    report.runs[0]["odym_seconds"] = best_of(3, odym).wall if odym else None
    return {name: theirs for name, _, theirs in cases if theirs is not None}


def measure_ensembles(
    work: Work, draws: int, flodym: dict[str, Peers], report: Report
) -> list[dict[str, float]]:
    """Measure ensembles, each in turns with flodym and followed by the rates of the machine.

    Other work on the machine slows all of them alike.
    """
    constant = partial(compute_inflow_driven_ensemble, work.inflow, work.lifetime, work.draws)
    by_cohort = partial(compute_inflow_driven_ensemble, work.inflow, work.changing, work.draws)
    from_stock = partial(
        compute_stock_driven_ensemble, work.stock, work.lifetime, work.draws, "retire_proportionally"
    )
    acts: dict[str, Callable[..., object]] = {
        "inflow-driven": constant,
        "lifetimes by cohort": by_cohort,
        "stock-driven": from_stock,
    }
    rates = []
    for name, convention, precision, threads in CASES:
        act = partial(acts[name], convention=convention, precision=precision, threads=threads)
        ours, one, many = take_turns(REPEATS, act, *flodym[name])
        rates.append(measure_rates_in_child())
        # Processor time of flodym's median draw over that of our median one.
        per_draw = ours.median_cpu / draws
        report.ensembles.append(
            {
                "ensemble": name,
                "convention": convention,
                "precision": precision,
                "threads": threads,
                "draws": draws,
                **asdict(ours),
                "flodym_per_run": one.median_cpu,
                "flodym_per_draw_of_many": many.median_cpu / DRAWS_AT_ONCE,
                "times_flodym": one.median_cpu / per_draw,
                "times_flodym_of_many": many.median_cpu / DRAWS_AT_ONCE / per_draw,
                "two_threads_can": measure_two_threads() if threads == 2 else None,
            }
        )
    return rates


def compute_bound(rates: list[dict[str, float]], draws: int) -> dict[str, float]:
    """Compute the CPU seconds that the draws need at least, from the best rates seen."""
    best = {name: min(measured[name] for measured in rates) for name in rates[0]}
    for precision in ("double", "single"):
        best[f"seconds_{precision}"] = draws * (
            EXPONENTIALS * best[f"exponential_{precision}"]
            + MULTIPLY_ADDS * best[f"multiply_add_{precision}"]
        )
    return best


def print_report(report: Report) -> None:
    bound = report.bound
    print(f"{report.machine['processor']}, {report.machine['cores']} cores, numpy {np.__version__}")
    print(f"load before and after: {report.machine['load_before']:.1f}, {report.machine['load_after']:.1f}")
    for precision in ("double", "single"):
        print(
            f"one-core bound, {precision} precision: {bound[f'seconds_{precision}']:.3f} s"
            f" ({1e9 * bound[f'exponential_{precision}']:.2f} ns an exponential,"
            f" {1e-9 / bound[f'multiply_add_{precision}']:.1f} G multiply-adds/s)"
        )
    print(
        "\nensemble            convention  precision  threads   wall s    CPU s  x bound"
        "  x flodym: a model per draw  draws together"
    )
    for row in report.ensembles:
        # The bound is that of one curve per draw and product, not of one per cohort, nor of a solution.
        plain = row["ensemble"] == "inflow-driven"
        times = f"{row['cpu'] / bound['seconds_double']:7.2f}" if plain else "      -"
        print(
            f"{row['ensemble']:<19} {row['convention']:<11} {row['precision']:<10} {row['threads']:>7}"
            f" {row['wall']:8.3f} {row['cpu']:8.3f}  {times}"
            f"  {row['times_flodym']:26.0f}  {row['times_flodym_of_many']:14.0f}"
        )
    print_threads(report.ensembles)
    print("\none run                    ms  flodym ms  x flodym")
    for row in report.runs:
        theirs = row.get("flodym_seconds")
        peer = f"{1e3 * theirs:10.2f} {row['times_flodym']:9.0f}" if theirs else " " * 20
        print(f"{row['run']:<24} {1e3 * row['seconds']:7.3f} {peer}")
    odym = report.runs[0]["odym_seconds"]
    print("ODYM: not installed" if odym is None else f"ODYM, inflow-driven: {1e3 * odym:.1f} ms")
    print("\nmemory above the inputs")
    for row in report.memory:
        print(f"{row['draws']:>9,} draws  {row['peak_mebibytes']:6.0f} MiB  {row['seconds']:7.2f} s")


def print_threads(ensembles: list[dict[str, Any]]) -> None:
    """Print what a second thread gains, beside what it could gain on this machine at that moment."""
    same = ("ensemble", "convention", "precision")
    print("\ntwo threads over one                       gained  this machine can")
    for row in ensembles:
        if row["threads"] == 2:
            alone = next(
                one for one in ensembles if one["threads"] == 1 and all(one[key] == row[key] for key in same)
            )
            name = " ".join(row[key] for key in same)
            print(f"{name:<42} {alone['wall'] / row['wall']:6.2f}  {row['two_threads_can']:16.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--rates", action="store_true", help="print the rates of this machine and stop")
    parser.add_argument("--memory", type=int, help="print the peak memory of so many draws and stop")
    options = parser.parse_args()
    if options.rates:
        print(json.dumps(measure_rates()))
        return
    if options.memory:
        report_memory(options.memory)
        return
    report = Report()
    report.machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "load_before": os.getloadavg()[0],
    }
    work = make_work(options.draws)
    flodym = measure_runs(work, report)
    rates = measure_ensembles(work, options.draws, flodym, report)
    report.bound = compute_bound(rates, options.draws)
    report.memory = [
        measure_memory(draws) for draws in (options.draws, 4 * options.draws, 16 * options.draws)
    ]
    report.machine["load_after"] = os.getloadavg()[0]
    print_report(report)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
