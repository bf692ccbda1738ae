"""What ``ainalym target`` does: solve for levers, say what they are or what stands in the way."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from ainalym.after_generation.central import make_labels
from ainalym.calibration.outlook import learn
from ainalym.cli.text_output import print_table
from ainalym.core.quantities import Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.errors import InputError, Problem
from ainalym.packages.reference import read_reference
from ainalym.pipeline import check_options
from ainalym.reports.headline import describe_place
from ainalym.reports.language import Translator
from ainalym.reports.target_tables import compose_target_table, describe_answer, list_obstacles
from ainalym.results.goals import find_goal
from ainalym.schemas.run import RunOptions
from ainalym.targets import Question, check_question, parse_target, solve_target, write_scenario_text


class TargetOptions(NamedTuple):
    """What is asked.

    Attributes
    ----------
    indicator, year, levers
        As in :class:`ainalym.targets.Question`.
    value
        Target as the user writes it.
    run
        Choices of the runs.
    ensemble
        Choices of the draws to learn with; None for the model as it is.
    """

    indicator: str
    year: int
    value: str
    levers: tuple[str, ...]
    run: RunOptions
    ensemble: EnsembleOptions | None


def print_target(
    country: str,
    options: TargetOptions,
    save: Path | None,
    force: bool,
    language: Language,
    console: Console,
) -> None:
    """Solve for the levers of a target and print them, or what stands in the way.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    options
        Indicator, year, target, levers, choices of the runs.
    save
        YAML file for the scenario found; None to write nothing.
    force
        Whether an older file may be replaced.
    language
        Language of the answer.
    console
        Where to print.

    Raises
    ------
    InputError
        [SCN-003], [SCN-013] to [SCN-015] for the question, [OUT-001] and [OUT-002] for the file, before the
        model runs; and as :func:`ainalym.targets.solve_target`.
    """
    check_options(options.run)
    goal, _ = find_goal(options.indicator, make_labels(read_reference()).materials)
    value = parse_target(options.value, goal)
    question = Question(options.indicator, options.year, value, options.levers)
    check_question(question, options.run.until)
    if save is not None:
        _check_file(save, force)
    with console.status("packages") as status:
        run, learned = options.run, None
        if options.ensemble is not None:
            status.update("learning")
            lesson = learn(country, run, options.ensemble)
            if lesson is not None:
                learned = lesson.learned
                run = lesson.options.model_copy(update={"scenario": run.scenario})
        answer = solve_target(country, question, run, learned, lambda name: status.update(name))
    translator = Translator(language)
    console.print(describe_answer(answer, translator), highlight=False)
    for sentence in list_obstacles(answer, translator):
        console.print(f"- {sentence}", highlight=False)
    table = compose_target_table(answer, translator)
    if table is not None:
        print_table(table, console)
    if save is not None:
        _write_file(save, write_scenario_text(answer))
        console.print(describe_place(str(save), translator), highlight=False, soft_wrap=True)


def _check_file(path: Path, force: bool) -> None:
    if path.exists() and not (force and path.is_file()):
        mend = "Give --force to replace it, or another name."
        raise InputError(Problem("OUT-001", f"file '{path}'", "something that is there", "a new file", mend))


def _write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        got = (error.strerror or str(error)).lower()
        mend = "Give a place that you may write to with --save."
        raise InputError(
            Problem("OUT-002", f"file '{path}'", got, "a place that can be written", mend)
        ) from error
