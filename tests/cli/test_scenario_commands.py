"""Scenarios, levers and fees on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ainalym.cli.application import app
from ainalym.errors import InputError

RUNNER = CliRunner()


def run(*arguments: str) -> str:
    finished = RUNNER.invoke(app, list(arguments), catch_exceptions=False, env={"COLUMNS": "160"})
    assert finished.exit_code == 0, finished.output
    return finished.output


def test_that_the_file_of_a_scenario_is_printed_as_it_is() -> None:
    assert "lever: refrigerant_recovery" in run("scenarios", "--show", "recovery")


def test_that_levers_and_scenarios_are_listed_in_the_language_of_the_reader() -> None:
    assert "Официальный сбор" in run("levers", "-l", "ru")
    assert "Айналмалы" in run("scenarios", "-l", "kk")


def test_that_a_mistake_in_a_scenario_stops_the_outlook_before_anything_is_written(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("name: {en: a, ru: b, kk: c}\n", encoding="utf-8")
    out = tmp_path / "out"
    with pytest.raises(InputError, match="SCN-002"):
        run("outlook", "KAZ", "--scenario", str(mine), "--draws", "0", "--out", str(out))
    assert not out.exists()


def test_that_fees_need_no_coefficient_and_show_what_one_would_bring() -> None:
    assert "By law" not in run("fees", "KAZ")
    assert "By law" in run("fees", "KAZ", "--coefficient", "2")
