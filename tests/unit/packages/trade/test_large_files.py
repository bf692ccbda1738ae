"""Files too large to be sorted enter the store as they were staged, and count as if they had been written
anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.packages.trade import importer, row_digest, tabular
from ainalym.packages.trade.importer import import_trade
from ainalym.packages.trade.statistics_reader import read_statistics

Take = Callable[..., Any]


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "SORTED_UP_TO_ROWS", 0)
    monkeypatch.setattr(tabular, "LINES_UP_TO_BYTES", 0)


def write_years(trade_files: ModuleType, path: Path, *years: int, pieces: int = 1000) -> Path:
    rows = [
        trade_files.comtrade_row(period=year, flow=flow, pieces=pieces // flow, kg=60 * pieces // flow)
        | {"Year": year}
        for year in years
        for flow in (1, 2)
    ]
    return Path(trade_files.write_comtrade(path, rows))


def read_rows(trade_files: ModuleType, store: Path) -> list[dict[str, Any]]:
    return [row | {"line": None} for row in trade_files.read_rows(store)]


def test_that_a_large_file_gives_the_same_rows_and_summary(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_years(trade_files, tmp_path / "kaz.csv", 2019, 2020)
    written = import_trade([path], "comtrade", "KAZ", tmp_path / "written")
    monkeypatch.setattr(importer, "SORTED_UP_TO_ROWS", 0)
    monkeypatch.setattr(importer, "WRITE", None)  # Nothing is written a second time.
    adopted = take(path)
    assert read_rows(trade_files, store_folder) == read_rows(trade_files, tmp_path / "written")
    assert adopted.coverage.equals(written.coverage)
    assert (adopted.rows, adopted.codes, adopted.levels) == (written.rows, written.codes, written.levels)


@pytest.mark.usefixtures("everything_is_large")
def test_that_several_large_files_stand_as_several_imports(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    files = [write_years(trade_files, tmp_path / f"{year}.csv", year) for year in (2019, 2020)]
    entries = take(*files).store.contents.imports
    assert [entry.inputs[0].name for entry in entries] == ["2019.csv", "2020.csv"]
    assert [(entry.first_year, entry.rows) for entry in entries] == [(2019, 2), (2020, 2)]
    assert sorted(path.name for path in store_folder.iterdir()) == [
        "0001-comtrade.parquet",
        "0002-comtrade.parquet",
        "trade.json",
    ]


@pytest.mark.usefixtures("everything_is_large")
def test_that_a_year_of_a_large_file_can_be_replaced_and_read(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path, reference: Reference
) -> None:
    take(write_years(trade_files, tmp_path / "old.csv", 2019, 2020))
    take(write_years(trade_files, tmp_path / "new.csv", 2020, pieces=3000), replace=True)
    pieces = read_statistics(store_folder, reference).pieces.sel(product="0108")
    assert pieces.values.tolist() == [500, 1500]


@pytest.mark.usefixtures("everything_is_large")
def test_that_a_large_file_with_rows_beside_is_written_without_them(
    take: Take, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    total = trade_files.comtrade_row(code="84", level=2)
    summary = take(trade_files.write_comtrade(tmp_path / "kaz.csv", [trade_files.comtrade_row(), total]))
    assert summary.levels == {"leaf": 1, "aggregate": 1}
    assert [row["code"] for row in trade_files.read_rows(store_folder)] == ["841810"]


@pytest.mark.usefixtures("everything_is_large")
def test_that_rows_there_twice_are_found_a_part_at_a_time(
    take: Take, trade_files: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_digest, "KEYS_AT_ONCE", 2)
    rows = [trade_files.comtrade_row(partner=partner) for partner in (4, 8, 12, 20, 24, 8, 24)]
    with pytest.raises(InputError) as caught:
        take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    assert [problem.code for problem in caught.value.problems] == ["TRD-008", "TRD-008"]
    assert [problem.where for problem in caught.value.problems] == [
        "file 'kaz.csv', row 7",
        "file 'kaz.csv', row 8",
    ]


@pytest.mark.usefixtures("everything_is_large")
def test_that_an_absurd_weight_is_told_with_its_row_among_sound_ones_of_the_same_code(
    take: Take, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=partner) for partner in (4, 8, 12)]
    rows[1] = trade_files.comtrade_row(partner=8, kg=6e9)
    with pytest.raises(InputError) as caught:
        take(trade_files.write_comtrade(tmp_path / "kaz.csv", rows))
    (problem,) = caught.value.problems
    assert problem.code == "TRD-007"
    assert problem.where.startswith("file 'kaz.csv', row 3")
