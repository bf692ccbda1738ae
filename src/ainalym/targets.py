"""What it would take: solves for the lever values with which an indicator reaches a target in a year."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from scipy.optimize import brentq

from ainalym.after_generation.central import make_labels
from ainalym.errors import InputError, Problem
from ainalym.packages.reference import read_reference
from ainalym.pipeline import run_outlook
from ainalym.results.goals import Goal, compute_goal, find_goal
from ainalym.results.indicators import PRECEDING_YEARS
from ainalym.results.result import Result
from ainalym.scenarios.checks import Labels, check_overrides, suggest_name
from ainalym.scenarios.levers import Lever, read_levers
from ainalym.scenarios.reading import ReadScenario, read_scenario
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.schemas.scenario import Override, Titles
from ainalym.stages.learned import Learned

FIRST_CHANGE = LAST_YEAR_OF_HISTORY + 1
"""Last year in which nothing has changed yet."""

FALLING = ("cherry_picking", "sales", "unit_weight", "treatment_cost", "collection_cost", "hibernation")
"""Levers that are pulled down."""

SHARED = ("collection", "reuse", "hibernation")
"""Levers that share the e-waste generated: one can take no more than the others leave."""

PRECISION = 1e-4
"""How near the ambition is found, from 0 (present) to 1 (limit)."""

MOST = 0.999
"""Share of its room that a lever comes to at full ambition: rounding must not make it more than all."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    indicator
        Name of a goal, see :data:`ainalym.results.goals.GOALS`.
    year
        Year in which the target is to be reached.
    value
        Target, in the unit of the indicator; % as 40 for 40 %.
    levers
        Levers that may be pulled, all by the same share of their room; by default those of the
        goal.
    """

    indicator: str
    year: int
    value: float
    levers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What it would take.

    Attributes
    ----------
    question, goal
        What was asked.
    present
        Value of the indicator in that year if nothing changes.
    reached
        Whether the target can be reached with these levers.
    value
        Value of the indicator with the levers of the scenario: the target, or the best that can be.
    ambition
        Share of the way from present to limit that the levers go; 0 if nothing need change.
    base
        Scenario that the levers are pulled on top of.
    scenario
        Levers that reach the target, or at their limits.
    result
        Central run with them.
    obstacles
        Where it cannot be reached: what the indicator would be if a further lever went to its limit too.
    kept
        Share of the e-waste of the year that reuse and storage keep from being collected, where the target
        cannot be reached.
    of_market
        All e-waste of the year over the mean market of the three years before, where it cannot be reached.
    """

    question: Question
    goal: Goal
    present: float
    reached: bool
    value: float
    ambition: float
    base: ReadScenario
    scenario: ReadScenario
    result: Result
    obstacles: tuple[tuple[str, float], ...] = ()
    kept: float = 0.0
    of_market: float = 0.0


def parse_target(text: str, goal: Goal) -> float:
    """Read a target as a user writes it.

    Parameters
    ----------
    text
        A number, or one with a per cent sign.
    goal
        What it is a target of.

    Returns
    -------
    float
        In the unit of the goal.

    Raises
    ------
    InputError
        [SCN-014] if it is no number, below 0, or beyond 100 % of a whole.
    """
    try:
        value = float(text.strip().removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    whole = goal.unit == "%"
    has_sign = text.strip().endswith("%")
    if not (value >= 0.0) or value == float("inf") or (whole and value > 100.0) or (has_sign and not whole):
        expected = "from 0 % to 100 %" if whole else f"a number of 0 or more, {goal.unit}"
        raise InputError(Problem("SCN-014", "option --value", repr(text), expected, "Correct the target."))
    return value


def solve_target(
    country: str,
    question: Question,
    options: RunOptions | None = None,
    learned: Learned | None = None,
    listener: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Solve for the lever values with which an indicator reaches a target in a year, in the central path.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    question
        Indicator, year, value, levers.
    options
        Choices of the runs; their scenario is what the levers are pulled on top of.
    learned
        What evidence has taught.
    listener
        Told before each run of the model.

    Returns
    -------
    Answer
        With the scenario that reaches the target, or with what stands in the way.

    Raises
    ------
    InputError
        [SCN-003] for a lever, [SCN-013] for the indicator, [SCN-015] for the year, and as
        :func:`ainalym.pipeline.run_outlook`.

    Notes
    -----
    Every lever goes the same share of the way from where it stands to its limit, so that one number is
    solved for, by the method of Brent between no change and all the way. All ramps are linear from the last
    year of history to the year of the target.
    """
    options = options or RunOptions()
    labels = make_labels(read_reference())
    goal, material = find_goal(question.indicator, labels.materials)
    levers = _find_levers(question.levers or goal.levers)
    _check_year(question.year, options.until)
    base = read_scenario(options.scenario, labels)

    def run(scenario: ReadScenario) -> Result:
        listener(scenario.name)
        return run_outlook(country, options, learned=learned, scenario=scenario)

    def measure(result: Result) -> float:
        return float(compute_goal(result, goal, material, question.year).item())

    today = run(base)
    present = measure(today)
    unchanged = Answer(question, goal, present, True, present, 0.0, base, base, today)
    if (present - question.value) * (1.0 if goal.rises else -1.0) >= 0.0:
        return unchanged
    room = _Room(base, question, levers, today)
    limit = run(room.pull(1.0, labels))
    best = measure(limit)
    if (best - question.value) * (1.0 if goal.rises else -1.0) < 0.0:
        others = [lever for lever in _find_levers(goal.levers) if lever not in levers]
        found = [(lever.name, measure(run(room.join(lever).pull(1.0, labels)))) for lever in others]
        kept, of_market = _read_bounds(limit, question.year)
        return replace(
            unchanged,
            reached=False,
            value=best,
            ambition=1.0,
            scenario=room.pull(1.0, labels),
            result=limit,
            obstacles=tuple(found),
            kept=kept,
            of_market=of_market,
        )
    ambition = float(
        brentq(
            lambda share: measure(run(room.pull(share, labels))) - question.value, 0.0, 1.0, xtol=PRECISION
        )
    )
    scenario = room.pull(ambition, labels)
    result = run(scenario)
    return replace(unchanged, value=measure(result), ambition=ambition, scenario=scenario, result=result)


def check_question(question: Question, until: int) -> None:
    """Refuse a question that cannot be answered.

    Parameters
    ----------
    question
        What is asked.
    until
        Last year of the outlook.

    Raises
    ------
    InputError
        [SCN-003] for a lever, [SCN-015] for the year.
    """
    _find_levers(question.levers)
    _check_year(question.year, until)


def _find_levers(names: Sequence[str]) -> tuple[Lever, ...]:
    known = read_levers()
    wrong = [name for name in names if name not in known]
    if wrong:
        raise InputError(
            [
                Problem(
                    "SCN-003",
                    "option --lever",
                    repr(name),
                    f"one of {', '.join(known)}",
                    suggest_name(name, known),
                )
                for name in wrong
            ]
        )
    return tuple(known[name] for name in dict.fromkeys(names))


def _check_year(year: int, until: int) -> None:
    if not FIRST_CHANGE < year <= until:
        expected = f"a year from {FIRST_CHANGE + 1} to {until}"
        mend = "Levers need time to act; run the outlook further with --until."
        raise InputError(Problem("SCN-015", "option --year", str(year), expected, mend))


@dataclass(frozen=True)
class _Room:
    """Between where levers stand and how far they can go."""

    base: ReadScenario
    question: Question
    levers: tuple[Lever, ...]
    today: Result

    def join(self, lever: Lever) -> _Room:
        return replace(self, levers=(*self.levers, lever))

    def pull(self, ambition: float, labels: Labels) -> ReadScenario:
        """Pull every lever the same share of its way."""
        overrides = tuple(self._override(lever, ambition) for lever in self.levers)
        problems = check_overrides(
            overrides, labels, lambda place, key: f"lever {overrides[place].lever}, {key}"
        )
        if problems:
            raise InputError(problems)
        text = f"{self.question.indicator} {self.question.value:g} in {self.question.year}"
        titles = Titles(en=text, ru=text, kk=text)
        return ReadScenario("target", titles, titles, (*self.base.layers, overrides))

    def _override(self, lever: Lever, ambition: float) -> Override:
        begin = float(self.today.record["scenario"]["present"][lever.name])
        share = begin + MOST * ambition * (self._find_limit(lever) - begin)
        return Override(
            lever=lever.name,
            start=FIRST_CHANGE,
            end=self.question.year,
            target=min(max(round(share, 6), lever.minimum), lever.maximum),
            choice=True,
        )

    def _find_limit(self, lever: Lever) -> float:
        if lever.name in FALLING:
            return lever.minimum
        if lever.name not in SHARED:
            return lever.maximum
        # Others of the three keep what they have, or what the base gives them.
        pulled = {one.name for one in self.levers}
        taken = self.today.data["route_share"].sel(year=self.question.year)
        routes = {
            "reuse": "preparing_for_reuse",
            "hibernation": "hibernation",
            "collection": "formal_collection",
        }
        others = [route for name, route in routes.items() if name != lever.name]
        room = 1.0 - float(taken.sel(route=others).sum("route").max())
        return room / sum(name in pulled for name in SHARED)


def _read_bounds(result: Result, year: int) -> tuple[float, float]:
    """Read what bounds collection: the share that is kept from it, and e-waste over the market before."""
    data = result.data
    kept = float(data["ewaste_routed"].sel(year=year, route=["preparing_for_reuse", "hibernation"]).sum())
    generated = float(data["ewaste_generated"].sel(year=year).sum())
    market = data["placed_on_market"].sel(year=slice(year - PRECEDING_YEARS, year - 1)).sum("product")
    return kept / generated, generated / float(market.mean())


def write_scenario_text(answer: Answer) -> str:
    """Write the scenario of an answer as a file that a run can read.

    Parameters
    ----------
    answer
        Of :func:`solve_target`.

    Returns
    -------
    str
        YAML.
    """
    question, overrides = answer.question, answer.scenario.overrides
    text = f"{question.indicator} {question.value:g} {question.year}"
    content: dict[str, Any] = {
        "name": dict.fromkeys(("en", "ru", "kk"), text),
        "description": dict.fromkeys(("en", "ru", "kk"), text),
        "levers": [_describe_override(override) for override in overrides],
    }
    stream = io.StringIO()
    writer = YAML()
    writer.default_flow_style = False
    writer.dump(content, stream)
    return stream.getvalue()


def _describe_override(override: Override) -> dict[str, Any]:
    entry = override.model_dump(exclude_defaults=True)
    for key in ("applies_to", "range"):
        if key in entry:
            entry[key] = list(entry[key])
    return entry
