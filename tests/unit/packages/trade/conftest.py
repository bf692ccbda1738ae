"""Fixtures for the tests of trade statistics: builders of files, and a short way to import them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def trade_files() -> ModuleType:
    """Load the builders of files that stand beside this module."""
    place = Path(__file__).with_name("trade_files.py")
    found = importlib.util.spec_from_file_location("trade_files", place)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def take(store_folder: Path) -> Callable[..., Any]:
    """Import files into the store of the test; everything that is not said has its default."""
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade

    def import_files(*files: Path, source: Any = "comtrade", iso3: str = "KAZ", **options: Any) -> Any:
        return import_trade(files, source, iso3, store_folder, ImportOptions(**options))

    return import_files
