"""Options of a run that several commands take are the same options in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ainalym.cli.application import app
from ainalym.errors import InputError
from ainalym.schemas.run import RunOptions

COMMANDS = {
    "outlook": "ainalym.cli.outlook_command.write_outlook_folder",
    "ensemble": "ainalym.cli.ensemble_commands.run_ensemble_command",
    "sensitivity": "ainalym.cli.sensitivity_command.run_sensitivity_command",
    "calibrate": "ainalym.cli.calibrate_command.run_calibrate_command",
}
"""Commands that run the model of a country, and what each of them hands its options to."""

SHARED = ("sales", "statistics", "correction", "least_cover")

CHOSEN = (
    *("--sales", "beside", "--statistics", "common", "--least-cover", "0.5"),
    *("--correction", "mirror=off", "--correction", "re_exports=off", "--correction", "partial_years=on"),
)


def ask(command: str, words: Sequence[str], patch: pytest.MonkeyPatch) -> tuple[RunOptions | None, Any]:
    """Call a command as a user does, and catch what it would run."""
    caught: list[RunOptions] = []
    patch.setattr(COMMANDS[command], lambda country, options, *rest: caught.append(options))
    result = CliRunner().invoke(app, [command, "KAZ", *words])
    return (caught[0] if caught else None), result


@pytest.mark.parametrize("command", COMMANDS)
def test_that_every_run_takes_the_choices_of_imported_statistics(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, result = ask(command, CHOSEN, monkeypatch)
    assert result.exit_code == 0, result.output
    assert options is not None
    assert (options.sales, options.statistics, options.least_cover) == ("beside", "common", 0.5)
    assert options.corrections == {"mirror": False, "re_exports": False, "partial_years": True}


@pytest.mark.parametrize("command", COMMANDS)
def test_that_without_choices_a_run_is_the_default_one(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options, _ = ask(command, (), monkeypatch)
    assert options is not None
    assert options.model_dump(exclude={"until"}) == RunOptions().model_dump(exclude={"until"})


@pytest.mark.parametrize("command", COMMANDS)
def test_that_a_correction_that_is_not_known_is_told_before_the_run(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, result = ask(command, ("--correction", "miror=off"), monkeypatch)
    assert options is None
    assert isinstance(result.exception, InputError)
    assert [problem.code for problem in result.exception.problems] == ["TRD-024"]


@pytest.mark.parametrize("words", [("--statistics", "best"), ("--least-cover", "1.5"), ("--sales", "no")])
@pytest.mark.parametrize("command", COMMANDS)
def test_that_a_choice_out_of_range_is_refused(
    command: str, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options, result = ask(command, words, monkeypatch)
    assert options is None
    assert result.exit_code == 2


def test_that_the_shared_options_are_one_definition() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name in SHARED:
        described = {
            (option.help, tuple(option.opts), str(option.default))
            for command in COMMANDS
            for option in commands[command].params
            if option.name == name
        }
        assert len(described) == 1, name
        assert all(any(option.name == name for option in commands[command].params) for command in COMMANDS)
