"""Scenarios share what the baseline has learned."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.calibration.outlook import Lesson, run_taught_outlook
from ainalym.calibration.scenario_runs import check_scenarios
from ainalym.ensemble.options import EnsembleOptions
from ainalym.errors import InputError
from ainalym.results.result import Result

HISTORY = slice(None, 2025)
SINGLE = 1e-5


@pytest.fixture(scope="module")
def circular(lesson: Lesson) -> Result:
    options = lesson.options.model_copy(update={"scenario": "circular"})
    return run_taught_outlook("KAZ", options, EnsembleOptions(draws=64, seed=9, block=32), lesson)


def test_that_the_past_of_a_scenario_is_that_of_the_baseline_in_every_draw(
    lesson: Lesson, circular: Result
) -> None:
    base = lesson.result.draws
    assert base is not None
    assert circular.draws is not None
    for quantity in ("ewaste_generated_total", "ewaste_collected", "recovered_value_total"):
        own, other = (draws[quantity].sel(year=HISTORY) for draws in (circular.draws, base))
        assert np.allclose(own, other, rtol=1e-9, atol=0.0)


def test_that_draws_that_have_learned_carry_their_end_of_life(lesson: Lesson, circular: Result) -> None:
    for result in (lesson.result, circular):
        draws = result.draws
        assert draws is not None
        routes = draws["ewaste_by_route"].sum("route") / draws["ewaste_generated_total"]
        assert float(np.abs(routes - 1.0).max()) < SINGLE
        fates = draws["material_recovered_total"] + draws["material_lost_total"]
        assert bool((fates <= draws["material_embedded_total"] * (1.0 + SINGLE)).all())
        assert result.record["ensemble"]["mass_balance_relative_error"] < 1e-9


def test_that_the_present_policy_collects_what_was_documented(lesson: Lesson, circular: Result) -> None:
    for result in (lesson.result, circular):
        assert float(result.data["ewaste_collected"].sel(year=2022)) == pytest.approx(12400.0)


def test_that_a_circular_economy_has_as_much_in_use_after_learning_too(
    lesson: Lesson, circular: Result
) -> None:
    base = lesson.result
    for year in (2030, 2050):
        own, other = (run.data["stock"].sel(year=year).sum("product") for run in (circular, base))
        assert float(own / other) > 1.0 - 1e-9
        less, more = (run.data["ewaste_generated"].sel(year=year).sum("product") for run in (circular, base))
        assert float(less) < float(more)


@pytest.mark.parametrize("names", [(), ("baseline",), ("circular", "circular")])
def test_that_fewer_than_two_scenarios_are_told(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="SCN-012"):
        check_scenarios(names)
