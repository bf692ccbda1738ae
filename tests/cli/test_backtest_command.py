"""What ``ainalym backtest`` prints and writes, on a slice of two years."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from ainalym.cli.application import app
from ainalym.errors import InputError

SLICE = ["backtest", "--origin", "2013", "--until", "2014", "--draws", "8", "--language", "kk"]


def test_that_the_back_test_prints_its_tables_and_writes_its_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(app, [*SLICE, "--out", str(out)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "CRPS" in result.output
    assert "2013" in result.output
    assert {path.name for path in out.iterdir()} == {"backtest.html", "charts", "run.json", "tables"}
    scores = pd.read_csv(out / "tables" / "scores.csv")
    assert set(scores["quantity"]) == {"placed_on_market", "ewaste_generated"}
    assert set(scores["origin"]) == {2013}
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["backtest"]["origins"] == [2013]
    assert record["backtest"]["ensemble"]["draws"] == 8
    page = (out / "backtest.html").read_text(encoding="utf-8")
    assert '<html lang="kk">' in page
    assert "https://" not in page.split("<main>")[1].split('<script type="module">')[0].replace(
        "https://vega.github.io", ""
    )
    assert len(list((out / "charts").glob("*.svg"))) == 8


def test_that_an_older_folder_is_replaced_by_force_alone(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="OUT-001"):
        CliRunner().invoke(app, [*SLICE, "--out", str(tmp_path)], catch_exceptions=False)
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "{}"


def test_that_every_year_outside_the_panel_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(
            app,
            ["backtest", "--origin", "1990", "--until", "2050", "--out", str(tmp_path / "out")],
            catch_exceptions=False,
        )
    assert {problem.code for problem in caught.value.problems} == {"BKT-001", "BKT-002"}
    assert not (tmp_path / "out").exists()
