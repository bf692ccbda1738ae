"""What it would take to reach a target, or what stands in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from ainalym.after_generation.central import make_labels
from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.reports.language import Translator
from ainalym.reports.target_tables import compose_target_table, describe_answer, list_obstacles
from ainalym.results.goals import GOALS, compute_goal, find_goal
from ainalym.results.result import Result
from ainalym.scenarios.reading import read_scenario
from ainalym.schemas.run import RunOptions
from ainalym.targets import (
    Answer,
    Question,
    check_question,
    parse_target,
    solve_target,
    write_scenario_text,
)

MATERIALS = ("gold", "copper")
NEAR = RunOptions(until=2035)


@pytest.fixture(scope="module")
def reached() -> Answer:
    return solve_target("KAZ", Question("collection_rate", 2035, 40.0), NEAR)


@pytest.fixture(scope="module")
def missed() -> Answer:
    """Recovery alone cannot bring back what nobody collects; one lever of four is left to be named."""
    levers = ("manual_dismantling", "recovery", "cherry_picking")
    return solve_target("KAZ", Question("share_recovered:gold", 2035, 60.0, levers), NEAR)


def test_that_forty_per_cent_of_collection_asks_for_forty_per_cent(reached: Answer) -> None:
    assert reached.reached
    assert reached.value == pytest.approx(40.0, abs=0.02)
    (override,) = reached.scenario.layers[-1]
    assert (override.lever, override.end) == ("collection", 2035)
    assert override.target == pytest.approx(0.4, abs=2e-4)
    assert reached.present < 10.0


def test_that_the_scenario_of_an_answer_is_a_file_that_a_run_reads(
    reached: Answer, tmp_path: Path, reference: Reference
) -> None:
    path = tmp_path / "forty.yaml"
    path.write_text(write_scenario_text(reached), encoding="utf-8")
    assert read_scenario(str(path), make_labels(reference)).overrides == reached.scenario.overrides


def test_that_what_cannot_be_reached_says_what_stands_in_the_way(missed: Answer) -> None:
    assert not missed.reached
    assert missed.present < missed.value < 60.0
    ((lever, value),) = missed.obstacles
    assert lever == "collection"
    assert value > missed.value


def test_that_a_target_that_is_met_already_asks_for_nothing() -> None:
    answer = solve_target("KAZ", Question("collection_rate", 2035, 1.0), NEAR)
    assert (answer.reached, answer.ambition) == (True, 0.0)
    assert compose_target_table(answer, Translator("en")) is None
    assert "without any lever" in describe_answer(answer, Translator("en"))


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_that_answers_are_said_in_every_language(reached: Answer, missed: Answer, language: str) -> None:
    translator = Translator(language)
    table = compose_target_table(reached, translator)
    assert table is not None
    assert len(table.rows) == 1
    assert "40" in describe_answer(reached, translator)
    assert list_obstacles(reached, translator) == []
    assert len(list_obstacles(missed, translator)) >= 1


@pytest.mark.parametrize(
    "name", ["collection", "share_recovered", "share_recovered:mithril", "net_benefit:gold"]
)
def test_that_an_indicator_that_does_not_exist_is_told(name: str) -> None:
    with pytest.raises(InputError, match="SCN-013"):
        find_goal(name, MATERIALS)


@pytest.mark.parametrize("text", ["140%", "-1", "much", "nan", "inf"])
def test_that_a_target_that_cannot_be_is_told(text: str) -> None:
    with pytest.raises(InputError, match="SCN-014"):
        parse_target(text, GOALS["collection_rate"])


def test_that_tonnes_are_no_per_cent() -> None:
    assert parse_target("140", GOALS["ewaste_collected"]) == 140.0
    assert parse_target("40,5 %", GOALS["collection_rate"]) == 40.5
    with pytest.raises(InputError, match="SCN-014"):
        parse_target("40%", GOALS["ewaste_collected"])


@pytest.mark.parametrize("year", [2020, 2026, 2051])
def test_that_a_year_without_time_to_act_is_told(year: int) -> None:
    with pytest.raises(InputError, match="SCN-015"):
        check_question(Question("collection_rate", year, 40.0), 2050)


def test_that_a_lever_that_does_not_exist_is_told() -> None:
    with pytest.raises(InputError, match=r"SCN-003.*Did you mean 'collection'"):
        check_question(Question("collection_rate", 2035, 40.0, ("colection",)), 2050)


@pytest.mark.parametrize("name", sorted(GOALS))
def test_that_every_indicator_is_a_number_in_the_centre_and_in_the_draws(
    side_by_side: tuple[Result, ...], name: str
) -> None:
    asked = f"{name}:gold" if GOALS[name].of_material else name
    goal, material = find_goal(asked, MATERIALS)
    central = compute_goal(side_by_side[1], goal, material, 2035).item()
    drawn = compute_goal(side_by_side[1], goal, material, 2035, central=False)
    assert drawn.shape == (32,)
    assert drawn.min() * 0.5 < central < drawn.max() * 1.5
