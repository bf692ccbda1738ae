"""Scenarios of a country that share their draws, run one after another with what evidence has taught."""

from __future__ import annotations

from collections.abc import Sequence

from ainalym.after_generation.central import make_labels
from ainalym.calibration.outlook import CALIBRATION_DRAWS, Lesson, Listeners, learn, run_taught_outlook
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.errors import InputError, Problem
from ainalym.packages.reference import read_reference
from ainalym.results.result import Result
from ainalym.scenarios.reading import BASELINE, read_scenario
from ainalym.schemas.run import RunOptions

FEWEST = 2
"""Scenarios that a comparison needs."""


def run_scenarios(
    country: str,
    scenarios: Sequence[str],
    options: RunOptions | None = None,
    ensemble: EnsembleOptions | None = None,
    *,
    calibrated: bool = True,
    draws: int = CALIBRATION_DRAWS,
    listeners: Listeners | None = None,
) -> tuple[Result, ...]:
    """Run scenarios of a country on the same draws.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    scenarios
        Two or more, each an embedded one or a YAML file; the first is what the others are held against.
    options
        Choices of the runs; their scenario is left aside.
    ensemble
        Choices of the ensemble.
    calibrated
        Whether the model learns from the evidence of the country, where it has any. It learns once, under
        present policy.
    draws
        Number of draws to learn from.
    listeners
        Who is told how far the runs are.

    Returns
    -------
    tuple of Result
        In the order of the scenarios, each with its draws.

    Raises
    ------
    InputError
        [SCN-001] to [SCN-011] for a scenario, [SCN-012] for fewer than two different ones, before anything is
        computed; and as :func:`ainalym.calibration.outlook.run_calibrated_outlook`.
    """
    options, ensemble = options or RunOptions(), ensemble or EnsembleOptions()
    listeners = listeners or Listeners()
    check_scenarios(scenarios)
    lesson = learn(country, options, ensemble, draws, listeners) if calibrated else None
    return tuple(_run_one(country, name, options, ensemble, lesson, listeners) for name in scenarios)


def check_scenarios(scenarios: Sequence[str]) -> None:
    """Refuse scenarios that cannot be compared.

    Parameters
    ----------
    scenarios
        Embedded ones, or YAML files.

    Raises
    ------
    InputError
        [SCN-001] to [SCN-011] for a scenario, [SCN-012] for fewer than two, or two of one name.
    """
    labels = make_labels(read_reference())
    problems: list[Problem] = []
    names: list[str] = []
    for scenario in scenarios:
        try:
            names.append(read_scenario(scenario, labels).name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    if len(set(names)) < max(len(names), FEWEST):
        got = ", ".join(names) or "none"
        expected = "two or more of different names"
        mend = "Name each once; give a file another name where two are called the same."
        raise InputError(Problem("SCN-012", "scenarios to compare", got, expected, mend))


def _run_one(
    country: str,
    scenario: str,
    options: RunOptions,
    ensemble: EnsembleOptions,
    lesson: Lesson | None,
    listeners: Listeners,
) -> Result:
    """Run one scenario; the baseline of a lesson is there already."""
    listeners.stage(scenario)
    chosen = (lesson.options if lesson else options).model_copy(update={"scenario": scenario})
    if lesson is None:
        return run_outlook_with_draws(country, chosen, ensemble, draw_listener=listeners.draws)
    if scenario == BASELINE:
        return lesson.result
    return run_taught_outlook(country, chosen, ensemble, lesson, listener=listeners.draws)
