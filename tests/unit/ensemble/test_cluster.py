"""The same blocks on real worker processes: the same bits, also where workers die."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr

from ainalym.ensemble import cluster as cluster_module
from ainalym.ensemble.cluster import Cluster, open_cluster, report_versions
from ainalym.ensemble.model import Model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.run import EnsembleResult, Progress, run_ensemble
from ainalym.errors import InputError

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

OPTIONS = EnsembleOptions(draws=160, seed=4, block=16)

LONGEST_START = 300.0
"""Seconds after which a process that lives counts as stuck."""


@pytest.fixture(scope="module")
def local(model: Model) -> EnsembleResult:
    return run_ensemble(model, OPTIONS)


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Cluster]:
    with open_cluster(workers=2) as cluster:
        yield cluster


def assert_same_bits(first: EnsembleResult, second: EnsembleResult) -> None:
    xr.testing.assert_identical(first.draws, second.draws)
    xr.testing.assert_identical(first.quantiles, second.quantiles)
    xr.testing.assert_identical(first.means, second.means)


def test_that_two_worker_processes_give_the_same_bits(
    model: Model, local: EnsembleResult, two_workers: Cluster
) -> None:
    assert two_workers.workers == 2
    own = os.getpid()
    assert own not in two_workers.client.run(os.getpid).values()
    assert_same_bits(run_ensemble(model, OPTIONS, blocks=two_workers), local)


def test_that_a_worker_killed_in_the_middle_changes_nothing(
    model: Model, local: EnsembleResult, two_workers: Cluster
) -> None:
    pids = list(two_workers.client.run(os.getpid).values())
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if not killed and progress.done < OPTIONS.draws:
            os.kill(pids[0], signal.SIGKILL)
            killed.append(progress.done)

    result = run_ensemble(model, OPTIONS, kill_one, blocks=two_workers)
    assert killed
    assert_same_bits(result, local)


def test_that_a_scheduler_out_of_reach_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "SECONDS_TO_CONNECT", 0.5)
    with (
        pytest.raises(InputError, match=r"ENS-008.*tcp://127\.0\.0\.1:9"),
        open_cluster(address="tcp://127.0.0.1:9"),
    ):
        pytest.fail("a scheduler answered at the port of nobody")


@pytest.mark.parametrize(
    "address", ["somewhere://else", "nonsense", "tcp://127.0.0.1:door", "tls://127.0.0.1:9"]
)
def test_that_an_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(cluster_module, "SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(InputError, match="ENS-008") as caught, open_cluster(address=address):
        pytest.fail("a scheduler answered at no address")
    assert address in caught.value.problems[0].got


def test_that_workers_here_beside_a_cluster_elsewhere_are_refused() -> None:
    with (
        pytest.raises(InputError, match="ENS-006") as caught,
        open_cluster(workers=1, address="tcp://127.0.0.1:9"),
    ):
        pytest.fail("two clusters were opened at once")
    assert "beside --cluster" in caught.value.problems[0].got


def test_that_a_cluster_without_workers_is_refused() -> None:
    with pytest.raises(InputError, match="ENS-006"), open_cluster(workers=0):
        pytest.fail("a cluster of nobody was started")


@dataclass(frozen=True)
class LoneCluster:
    """A scheduler and one worker, neither of which anybody starts again."""

    address: str
    scheduler: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]


def start(*command: str) -> subprocess.Popen[bytes]:
    full = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
    return subprocess.Popen(full, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def lone_cluster() -> Iterator[LoneCluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    worker = start("worker", address, "--no-nanny", "--nthreads", "1")
    try:
        wait_until(lambda: is_answered(port), scheduler, "scheduler")
        yield LoneCluster(address, scheduler, worker)
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()


def wait_until(is_there: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    """Wait for what a process shall do, as long as it lives: a busy machine may take minutes to start it."""
    deadline = time.monotonic() + LONGEST_START
    while not is_there():
        assert process.poll() is None, f"the {name} ended by itself"
        assert time.monotonic() < deadline, f"the {name} did not come"
        time.sleep(0.1)


def is_answered(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def wait_for_worker(cluster: Cluster, lone: LoneCluster) -> None:
    wait_until(lambda: bool(cluster.workers), lone.worker, "worker")


@pytest.mark.parametrize("victim", ["worker", "scheduler"])
def test_that_losing_every_worker_is_told_and_leaves_nothing(
    model: Model, lone_cluster: LoneCluster, tmp_path: Path, victim: str
) -> None:
    def kill(_: Progress) -> None:
        process = getattr(lone_cluster, victim)
        process.kill()
        process.wait()

    with open_cluster(address=lone_cluster.address, patience=2.0) as cluster:
        wait_for_worker(cluster, lone_cluster)
        with pytest.raises(InputError, match="ENS-009"):
            run_ensemble(model, OPTIONS, kill, blocks=cluster, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_that_a_running_cluster_gives_the_same_bits(
    model: Model, local: EnsembleResult, lone_cluster: LoneCluster
) -> None:
    with open_cluster(address=lone_cluster.address) as cluster:
        wait_for_worker(cluster, lone_cluster)
        assert_same_bits(run_ensemble(model, OPTIONS, blocks=cluster), local)


def test_that_other_versions_on_a_worker_are_told(
    model: Model, two_workers: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = report_versions()
    assert own["ainalym"] != "none"
    # The workers are as they are: it is this process that pretends to be another.
    monkeypatch.setattr(cluster_module, "CHECKED_LIBRARIES", ("ainalym", "numpy"))
    with pytest.raises(InputError, match="ENS-010"):
        run_ensemble(model, OPTIONS, blocks=two_workers)
