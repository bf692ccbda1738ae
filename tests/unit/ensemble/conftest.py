"""One small model and its ensemble, for all tests of this folder."""

from __future__ import annotations

import pytest

from ainalym.ensemble.model import Model, prepare_model
from ainalym.results.result import Result


@pytest.fixture(scope="session")
def prepared() -> tuple[Model, Result]:
    return prepare_model("KAZ")


@pytest.fixture(scope="session")
def model(prepared: tuple[Model, Result]) -> Model:
    return prepared[0]
