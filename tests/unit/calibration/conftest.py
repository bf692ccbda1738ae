"""One small calibration of Kazakhstan for all tests of this folder."""

from __future__ import annotations

import pytest

from ainalym.calibration.calibrate import Calibration, calibrate, read_country_evidence
from ainalym.calibration.evidence import Evidence
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import Model, prepare_model
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

DRAWS = 640


@pytest.fixture(scope="session")
def prior() -> tuple[Model, Result]:
    """The ensemble that sales do not enter: they are evidence."""
    return prepare_model("KAZ", RunOptions(sales="beside"))


@pytest.fixture(scope="session")
def evidence(prior: tuple[Model, Result]) -> Evidence:
    found = read_country_evidence("KAZ", prior[1])
    assert found is not None
    return found


@pytest.fixture(scope="session")
def calibration(prior: tuple[Model, Result], evidence: Evidence) -> Calibration:
    return calibrate(*prior, evidence, RandomStreams(3), draws=DRAWS)
