"""`ainalym trade show`: what the statistics say, what was left out, and the switches of the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

from ainalym.cli.application import app
from ainalym.errors import InputError
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.importer import import_trade

MAPPING = """
columns: {period: period, flow: flow, reporter: reporter, partner: partner, code: code, kg: kg,
  pieces: pieces, value: value}
"""
ROWS = (
    "2016,import,KAZ,CHN,841821,3000,80,8000",
    "2016,import,KAZ,RUS,841821,1000,20,2000",
    "2016,export,KAZ,RUS,841821,100,3,300",
    "2018,export,RUS,KAZ,841821,1000,25,2400",
    "2018,import,RUS,KAZ,841821,100,2,250",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    table, mapping = folder / "rows.csv", folder / "mapping.yaml"
    table.write_text("\n".join(["period,flow,reporter,partner,code,kg,pieces,value", *ROWS]) + "\n", "utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    import_trade([table], "tidy", "KAZ", folder / "trade", ImportOptions(mapping=mapping))
    return folder / "trade"


def show(store: Path, *options: str) -> Result:
    command = ["trade", "show", "--country", "KAZ", "--store", str(store), *options]
    return CliRunner().invoke(app, command, env={"COLUMNS": "200"})


def test_that_thin_cover_is_told_with_year_product_and_code(store: Path) -> None:
    told = show(store).output
    assert "[TRD-028] imports of product 0108 in 2018: got reports of partners that hold 20%" in told
    assert "1 of 2" in told
    assert "12 of 24" in told


def test_that_the_tables_hold_every_cell_with_its_flags(store: Path, tmp_path: Path) -> None:
    show(store, "--least-cover", "0", "--mass-from", "reported", "--out", str(tmp_path / "tables"))
    cells = pd.read_csv(tmp_path / "tables" / "statistics_cells.csv", dtype={"product": str})
    cells = cells.set_index("year")
    assert cells["kg"].to_dict() == {2016: 3900, 2018: 900}
    assert cells["is_as_reported"].to_dict() == {2016: True, 2018: False}
    assert cells.loc[2018, "flags"] == "mirror"
    mirror = pd.read_csv(tmp_path / "tables" / "statistics_mirror.csv")
    assert mirror.set_index("flow")["cover"].to_dict() == {"import": 0.2, "export": 1.0}
    assert (tmp_path / "tables" / "statistics_unmapped.csv").is_file()


def test_that_a_correction_is_switched_by_its_name(store: Path) -> None:
    told = show(store, "--correction", "mirror=off", "--least-cover", "0").output
    assert "2018" not in told
    assert "TRD-028" not in told


def test_that_used_imports_are_shown_as_a_flag_and_can_be_left_unmarked(tmp_path: Path) -> None:
    table, mapping = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    prices = {"CHN": 4000, "RUS": 5000, "DEU": 5000, "USA": 6000, "KOR": 500}
    rows = [f"2018,import,KAZ,{partner},847130,20,10,{price}" for partner, price in prices.items()]
    table.write_text("\n".join(["period,flow,reporter,partner,code,kg,pieces,value", *rows]) + "\n", "utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    import_trade([table], "tidy", "KAZ", tmp_path / "trade", ImportOptions(mapping=mapping))
    assert "used_imports 1" in show(tmp_path / "trade").output
    assert "used_imports" not in show(tmp_path / "trade", "--used-share", "0").output


@pytest.mark.parametrize("word", ["miror=off", "mirror", "mirror=no"])
def test_that_a_correction_that_is_not_known_is_told(store: Path, word: str) -> None:
    caught = show(store, "--correction", word).exception
    assert isinstance(caught, InputError)
    (problem,) = caught.problems
    assert (problem.code, problem.got) == ("TRD-024", repr(word))
    assert "mirror" in problem.mend


def test_that_a_folder_that_is_there_is_left_alone(store: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    caught = show(store, "--out", str(tmp_path)).exception
    assert isinstance(caught, InputError)
    assert caught.problems[0].code == "OUT-003"
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
