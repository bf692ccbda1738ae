from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from ainalym.errors import InputError
from ainalym.results.reader import read_result
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.results.tables import name_table_file


@pytest.fixture
def store(kazakhstan: Result, tmp_path: Path) -> Path:
    folder = tmp_path / "outlook"
    folder.mkdir()
    write_result(kazakhstan, folder)
    return folder


def test_that_reading_gives_back_what_was_written(kazakhstan: Result, store: Path) -> None:
    again = read_result(store)
    xr.testing.assert_identical(again.data, kazakhstan.data)
    assert again.country == kazakhstan.country
    assert again.record == kazakhstan.record
    check_tables(again, kazakhstan)


def test_that_what_was_learned_and_drawn_is_read_back_too(calibrated: Result, tmp_path: Path) -> None:
    write_result(calibrated, tmp_path)
    again = read_result(tmp_path)
    check_tables(again, calibrated)
    for name in ("draws", "quantiles", "means"):
        xr.testing.assert_identical(getattr(again, name), getattr(calibrated, name))


def check_tables(again: Result, written: Result) -> None:
    assert set(again.tables) == set(written.tables)
    for name, table in written.tables.items():
        pd.testing.assert_frame_equal(
            again.tables[name].astype(object),
            table.astype(object),
            check_index_type=False,
            check_names=False,
        )


def test_that_a_folder_without_a_record_is_no_outlook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="OUT-005"):
        read_result(tmp_path)


def test_that_an_outlook_of_another_format_says_what_to_run(store: Path) -> None:
    record = json.loads((store / "run.json").read_text(encoding="utf-8"))
    del record["store"]
    (store / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="OUT-006") as caught:
        read_result(store)
    assert f"ainalym outlook KAZ --out '{store}' --force" in str(caught.value)


@pytest.mark.parametrize("damage", ["outlook.nc", f"tables/{name_table_file('products')}"])
def test_that_a_damaged_file_is_told(store: Path, damage: str) -> None:
    (store / damage).write_bytes(b"\x00\x01")
    with pytest.raises(InputError, match="OUT-007"):
        read_result(store)


def test_that_a_missing_table_is_told(store: Path) -> None:
    (store / "tables" / name_table_file("sales")).unlink()
    with pytest.raises(InputError, match="OUT-007"):
        read_result(store)
