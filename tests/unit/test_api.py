"""The outlook as Python and notebooks have it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

import ainalym
from ainalym.api import Outlook
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions


@pytest.fixture(scope="module")
def outlook(kazakhstan: Result) -> Outlook:
    return Outlook(kazakhstan)


def test_that_one_call_gives_the_outlook() -> None:
    outlook = ainalym.outlook("Kazakhstan", until=2030, sales="beside", draws=0)
    assert repr(outlook) == "<Outlook of Kazakhstan, 1980 to 2030>"
    assert outlook.record["options"]["sales"] == "beside"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"until": 2000}, "OPT-001"),
        ({"convention": "uniforn"}, "OPT-002"),
        ({"projection": "crystal ball"}, "OPT-006"),
        ({"until": "soon"}, "OPT-006"),
        ({"draws": -1}, "ENS-006"),
        ({"draws": 0, "threads": 0}, "ENS-006"),
    ],
)
def test_that_impossible_options_are_told(options: dict[str, Any], code: str) -> None:
    with pytest.raises(ainalym.InputError, match=code):
        ainalym.outlook("KAZ", **cast("Any", options))


def test_that_tables_are_tables(outlook: Outlook) -> None:
    for table in (
        outlook.summary(),
        outlook.materials(),
        outlook.comparison(),
        outlook.sales(),
        outlook.categories(),
        outlook.products(2030),
        outlook.regions(2030),
        outlook.to_frame("ewaste_generated"),
    ):
        assert isinstance(table, pd.DataFrame)
        assert len(table) > 0


def test_that_an_unknown_quantity_is_told(outlook: Outlook) -> None:
    with pytest.raises(ainalym.InputError, match="OPT-004"):
        outlook.to_frame("ewaste")


def test_that_a_notebook_shows_the_headline_and_charts(outlook: Outlook) -> None:
    html = outlook._repr_html_()
    assert "2050" in html
    assert "<table" in html
    chart = outlook.plot("ewaste_generated", language="kk")
    assert chart.to_dict()["$schema"].endswith(".json")


def test_that_the_folder_can_be_written_from_python(outlook: Outlook, tmp_path: Path) -> None:
    folder = outlook.write(tmp_path / "outlook")
    assert {entry.name for entry in folder.iterdir()} == {
        "outlook.nc",
        "tables",
        "exports",
        "run.json",
        "report.html",
    }
    with pytest.raises(ainalym.InputError, match="OUT-001"):
        outlook.write(folder)


def test_that_python_and_the_options_of_a_run_agree_on_every_default() -> None:
    parameters = inspect.signature(ainalym.outlook).parameters
    fields = RunOptions.model_fields
    shared = set(parameters) & set(fields)
    assert set(fields) - shared == {"price_years"}
    # No correction named is the same as none switched.
    assert RunOptions().corrections == {}
    assert parameters["corrections"].default is None
    named = shared - {"corrections"}
    assert all(parameters[name].default == fields[name].default for name in named)
