"""The embedded engine: its limits, what it spills, what it tells, and how names and texts are quoted."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ainalym.core import extras
from ainalym.errors import InputError
from ainalym.packages.trade.engine import (
    Engine,
    EngineLimits,
    open_engine,
    quote_list,
    quote_name,
    quote_text,
)

pandas = pytest.importorskip("pandas")
duckdb = pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

LARGE = "SELECT number, hash(number) AS mixed FROM range(4000000) numbers(number)"
"""Rows of 16 bytes: 64 MB, twice the memory that the tests below allow."""

TIGHT = EngineLimits(memory="32MB", threads=1)


def read_setting(engine: Engine, name: str) -> str:
    return str(engine.fetch("SELECT current_setting(?)", [name])[0][0])


def test_that_rows_beyond_memory_are_spilled_to_the_scratch_folder(tmp_path: Path) -> None:
    with open_engine(tmp_path, TIGHT) as engine:
        engine.run(f"CREATE TABLE large AS {LARGE}")
        spilled = sum(file.stat().st_size for file in (tmp_path / "spill").iterdir())
        assert spilled > 16e6
        assert engine.fetch("SELECT count(*), count(DISTINCT number) FROM large") == [(4_000_000, 4_000_000)]


def test_that_nothing_is_spilled_where_memory_suffices(tmp_path: Path) -> None:
    with open_engine(tmp_path, EngineLimits(memory="256MB", threads=1)) as engine:
        engine.run("CREATE TABLE small AS SELECT number FROM range(1000) numbers(number)")
        assert engine.fetch("SELECT sum(number) FROM small") == [(499_500,)]
        folder = tmp_path / "spill"
        assert not folder.exists() or not any(folder.iterdir())


def test_that_spilled_rows_are_gone_when_the_engine_is_closed(tmp_path: Path) -> None:
    with open_engine(tmp_path, TIGHT) as engine:
        engine.run(f"CREATE TABLE large AS {LARGE}")
        assert any((tmp_path / "spill").iterdir())
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_that_a_lack_of_memory_is_told_with_a_mend(tmp_path: Path) -> None:
    with open_engine(tmp_path, TIGHT) as engine:
        engine.run("SET temp_directory = ''")
        with pytest.raises(InputError) as raised:
            engine.run(f"CREATE TABLE large AS {LARGE}")
    problem = raised.value.problems[0]
    assert problem.code == "TRD-026"
    assert "too little memory" in problem.got
    assert "--memory" in problem.mend


def test_that_no_room_for_spilled_rows_is_told_as_a_lack_of_disk_space(tmp_path: Path) -> None:
    with open_engine(tmp_path, TIGHT) as engine:
        engine.run("SET max_temp_directory_size = '1MB'")
        with pytest.raises(InputError) as raised:
            engine.run(f"CREATE TABLE large AS {LARGE}")
    problem = raised.value.problems[0]
    assert problem.code == "TRD-026"
    assert "too little disk space" in problem.got
    assert "Free some space" in problem.mend


class FullDisk:
    """A connection on a disk that is full, or that fails in another way."""

    def __init__(self, message: str) -> None:
        self.message = message

    def execute(self, _statement: str, _parameters: list[object]) -> None:
        raise duckdb.IOException(self.message)


def test_that_a_full_disk_is_told_with_a_mend() -> None:
    with pytest.raises(InputError, match=r"\[TRD-026\].*too little disk space") as raised:
        Engine(FullDisk("IO Error: write failed: No space left on device")).run("SELECT 1")
    assert "--out" in raised.value.problems[0].mend


def test_that_another_failure_of_the_disk_is_not_called_a_lack_of_space() -> None:
    with pytest.raises(duckdb.IOException, match="no such file"):
        Engine(FullDisk("IO Error: no such file")).run("SELECT 1")


@pytest.mark.parametrize("memory", ["much", "12 apples", ""])
def test_that_a_memory_limit_must_be_an_amount(tmp_path: Path, memory: str) -> None:
    with pytest.raises(InputError) as raised, open_engine(tmp_path, EngineLimits(memory=memory)):
        pass
    problem = raised.value.problems[0]
    assert (problem.code, problem.where, problem.got) == ("TRD-026", "option 'memory'", repr(memory))
    assert "512MB" in problem.expected


def test_that_the_engine_takes_the_limits_that_it_is_given(tmp_path: Path) -> None:
    with open_engine(tmp_path, EngineLimits(memory="1GiB", threads=2)) as engine:
        assert read_setting(engine, "memory_limit") == "1.0 GiB"
        assert read_setting(engine, "threads") == "2"
        assert read_setting(engine, "temp_directory") == str(tmp_path / "spill")


def test_that_the_engine_never_fetches_extensions(tmp_path: Path) -> None:
    with open_engine(tmp_path) as engine:
        assert read_setting(engine, "autoinstall_known_extensions") == "False"


def test_that_a_missing_extra_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(InputError) as raised, open_engine(tmp_path):
        pass
    assert raised.value.problems[0].code == "EXT-001"
    assert "ainalym[trade]" in raised.value.problems[0].mend


def test_that_the_connection_is_closed_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(duckdb.CatalogException), open_engine(tmp_path) as engine:
        engine.run("SELECT * FROM nowhere")
    with pytest.raises(duckdb.ConnectionException):
        engine.fetch("SELECT 1")


def test_that_a_registered_table_is_a_copy_that_replaces_an_older_one(tmp_path: Path) -> None:
    with open_engine(tmp_path) as engine:
        engine.register("some rows", pandas.DataFrame({"year": [1, 2]}))
        frame = pandas.DataFrame({"year": [2020], "code": ["084181"]})
        engine.register("some rows", frame)
        frame["year"] = 0
        assert engine.fetch('SELECT year, code FROM "some rows"') == [(2020, "084181")]
        assert engine.fetch_frame('FROM "some rows"').columns.tolist() == ["year", "code"]


def test_that_a_listener_is_told_the_stage_and_a_share(tmp_path: Path) -> None:
    told: list[tuple[str, float | None]] = []
    with open_engine(tmp_path, listen=lambda stage, share: told.append((stage, share))) as engine:
        engine.run(f"CREATE TABLE large AS {LARGE}", "counting")
        engine.run("CREATE TABLE silent AS SELECT 1")
    assert {stage for stage, _ in told} == {"counting"}
    assert all(share is None or 0 <= share <= 1 for _, share in told)


def test_that_a_failure_while_a_listener_is_told_reaches_the_caller(tmp_path: Path) -> None:
    with (
        open_engine(tmp_path, listen=lambda _stage, _share: None) as engine,
        pytest.raises(duckdb.CatalogException, match="nowhere"),
    ):
        engine.run("SELECT * FROM nowhere", "looking")


def test_that_an_interrupt_stops_the_statement_and_the_thread(tmp_path: Path) -> None:
    def interrupt(_stage: str, _share: float | None) -> None:
        raise KeyboardInterrupt

    before = threading.active_count()
    with open_engine(tmp_path, EngineLimits(threads=1), interrupt) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.run("CREATE TABLE endless AS SELECT sum(hash(range)) FROM range(100000000000)", "adding")
        assert threading.active_count() == before
        assert engine.fetch("SELECT 1") == [(1,)]


@pytest.mark.parametrize("text", ["plain", "it's", 'a "name"', "';--", "Қазақстан", ""])
def test_that_quoted_texts_come_back_as_they_were(tmp_path: Path, text: str) -> None:
    with open_engine(tmp_path) as engine:
        assert engine.fetch(f"SELECT {quote_text(text)}") == [(text,)]
        assert engine.fetch(f"SELECT 1 WHERE {quote_text(text)} IN {quote_list(['other', text])}") == [(1,)]


@pytest.mark.parametrize("name", ["plain", "it's", 'a "name"', "two words", "Код ТН ВЭД"])
def test_that_quoted_names_find_their_column(tmp_path: Path, name: str) -> None:
    with open_engine(tmp_path) as engine:
        assert engine.fetch_frame(f"SELECT 1 AS {quote_name(name)}").columns.tolist() == [name]
