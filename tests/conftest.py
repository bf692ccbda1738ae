"""Fixtures that several folders of tests use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from ainalym.calibration.outlook import run_calibrated_outlook
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.packages.package import seal_package
from ainalym.packages.reference import Reference, read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result

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
def calibrated() -> Result:
    """Give the outlook after learning from evidence, with few draws."""
    return run_calibrated_outlook("KAZ", ensemble=EnsembleOptions(draws=64, seed=9, block=32), draws=512)


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
