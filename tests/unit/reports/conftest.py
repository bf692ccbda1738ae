"""Variants of the outlook of Kazakhstan: with figures missing, with a nearer end, with hostile names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions


def change_table(result: Result, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Result:
    """Return the result with one table changed, the original untouched."""
    return replace(result, tables={**result.tables, table: change(result.tables[table].copy())})


@pytest.fixture
def change() -> Callable[..., Result]:
    return change_table


@pytest.fixture(scope="session")
def drawn(calibrated: Result) -> Result:
    """Give an outlook with all that a view may show: learned from evidence, and ranges of the inputs."""
    return calibrated


@pytest.fixture(scope="session")
def untaught() -> Result:
    """Give the outlook with draws that have learned nothing."""
    return run_outlook_with_draws("KAZ", ensemble=EnsembleOptions(draws=64, seed=9, block=32))


@pytest.fixture(scope="session")
def to_2030() -> Result:
    return run_outlook("KAZ", RunOptions(until=2030))


@pytest.fixture(scope="session")
def to_2025() -> Result:
    return run_outlook("KAZ", RunOptions(until=2025))


@pytest.fixture(scope="session")
def sparse(kazakhstan: Result) -> Result:
    """Give an outlook of a country without regions, photovoltaic figures, sales and published figures."""
    empty = {
        name: kazakhstan.tables[name].iloc[:0] for name in ("published", "sales", "photovoltaic_capacity")
    }
    gone = ["ewaste_generated_by_region", "region_population", "photovoltaic_capacity"]
    return replace(kazakhstan, data=kazakhstan.data.drop_vars(gone), tables={**kazakhstan.tables, **empty})
