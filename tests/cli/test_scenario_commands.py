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


def test_that_scenarios_are_compared_and_their_folder_written(tmp_path: Path) -> None:
    out = tmp_path / "both"
    printed = run(
        "compare", "KAZ", "baseline", "recovery", "--no-calibrate", "--draws", "8", "--threads", "1",
        "--year", "2040", "--until", "2050", "--out", str(out), "-l", "kk",
    )  # fmt: skip
    assert "Базалық" in printed
    assert "2025–2050" in printed
    assert {path.name for path in out.iterdir()} == {"comparison.html", "run.json", "tables"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("baseline",), "SCN-012"),
        (("baseline", "baseline"), "SCN-012"),
        (("baseline", "utopia"), "SCN-008"),
        (("baseline", "circular", "--year", "2090"), "ENS-007"),
        (("baseline", "circular", "--draws", "0"), "ENS-006"),
    ],
)
def test_that_what_cannot_be_compared_is_told_before_anything_runs(
    tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match=code):
        run("compare", "KAZ", *arguments, "--out", str(out))
    assert not out.exists()


def test_that_a_target_is_answered_and_its_scenario_saved(tmp_path: Path) -> None:
    saved = tmp_path / "forty.yaml"
    asked = ("target", "KAZ", "--year", "2032", "--value", "30%", "--until", "2032", "--no-calibrate")
    assert "30.0" in run(*asked, "--save", str(saved))
    assert "lever: collection" in saved.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="OUT-001"):
        run(*asked, "--save", str(saved))


def test_that_fees_and_levers_speak_the_language_of_the_reader() -> None:
    assert "Платежи производителей" in run("fees", "KAZ", "-l", "ru")
    assert "Тетік" in run("levers", "-l", "kk")
