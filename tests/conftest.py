"""Fixtures that several folders of tests use."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ainalym.calibration.outlook import Lesson, attach_calibration, learn
from ainalym.calibration.scenario_runs import run_scenarios
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import attach_ranges, run_outlook_with_draws
from ainalym.packages.package import seal_package
from ainalym.packages.reference import Reference, read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.schemas.run import RunOptions

if TYPE_CHECKING:
    from ainalym.web.application import Application

Edit = Callable[[str], str]


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep statistics that the user of this machine has imported out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AINALYM_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def reference() -> Reference:
    return read_reference()


@pytest.fixture(scope="session")
def kazakhstan() -> Result:
    return run_outlook("KAZ")


@pytest.fixture(scope="session")
def drawn() -> Result:
    """Give the outlook with few draws: enough for every view, too few to trust."""
    return run_outlook_with_draws("KAZ", ensemble=EnsembleOptions(draws=64, seed=9, block=32))


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    """Give what the outlook learns from evidence, with few draws."""
    found = learn("KAZ", RunOptions(), EnsembleOptions(draws=64, seed=9, block=32), draws=512)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def calibrated(lesson: Lesson) -> Result:
    """Give the outlook after learning from evidence."""
    result = attach_ranges(lesson.result, lesson.model, lesson.calibration.streams)
    return attach_calibration(result, lesson.calibration, lesson.prior, seed=9)


@pytest.fixture(scope="session")
def side_by_side() -> tuple[Result, ...]:
    """Give three scenarios on the same few draws."""
    few = EnsembleOptions(draws=32, seed=9, block=32)
    return run_scenarios("KAZ", ["baseline", "recovery", "circular"], ensemble=few, calibrated=False)


def copy_package(name: str, folder: Path) -> Path:
    """Copy an embedded package, so that a test may break it."""
    target = folder / name.replace("/", "-")
    shutil.copytree(str(files("ainalym").joinpath(name)), target)
    return target


@pytest.fixture
def country_folder(tmp_path: Path) -> Path:
    return copy_package("countries/kaz", tmp_path)


@pytest.fixture
def reference_folder(tmp_path: Path) -> Path:
    return copy_package("reference", tmp_path)


def edit_table(folder: Path, table: str, edit: Edit) -> None:
    """Change a table on purpose: edit its text and seal the package again."""
    path = folder / f"{table}.csv"
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before, "the edit found nothing to change"
    path.write_text(after, encoding="utf-8")
    seal_package(folder)


@pytest.fixture
def edit() -> Callable[[Path, str, Edit], None]:
    return edit_table


@pytest.fixture(scope="session")
def outlook_folder(drawn: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that `ainalym outlook` writes, of the outlook with few draws."""
    folder = tmp_path_factory.mktemp("store") / "outlook-KAZ"
    folder.mkdir()
    write_result(drawn, folder)
    return folder


class Served(NamedTuple):
    """Pages that are served on a port of this machine."""

    address: str
    application: Application


@contextmanager
def open_server(application: Application) -> Iterator[str]:
    """Serve an application on a free port of this machine, and give its address."""
    import uvicorn

    from ainalym.web.server import name_address, take_port

    listening = take_port("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    yield name_address(listening)
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()


@pytest.fixture(scope="session")
def serving() -> Callable[[Application], AbstractContextManager[str]]:
    return open_server


@pytest.fixture(scope="session")
def served(outlook_folder: Path) -> Iterator[Served]:
    """Serve the outlook with few draws: one server for all tests."""
    from ainalym.web.application import create_application
    from ainalym.web.shelf import Shelf, hold_folder

    application = create_application(Shelf([hold_folder(outlook_folder)]))
    with open_server(application) as address:
        yield Served(address, application)
