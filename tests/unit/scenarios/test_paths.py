from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ainalym.after_generation.central import make_labels
from ainalym.kernels.ramps import compute_ramp
from ainalym.packages.reference import read_reference
from ainalym.scenarios.checks import UNDOCUMENTED
from ainalym.scenarios.paths import draw_targets, find_first_year, pull_conditions, pull_products
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.scenario import Override, Titles

YEARS = np.arange(2020.0, 2051.0)
LABELS = make_labels(read_reference())
TITLES = Titles(en="a", ru="b", kk="c")


def scenario(*overrides: Override) -> ReadScenario:
    return ReadScenario("mine", TITLES, TITLES, (overrides,))


def lever(name: str, target: float, **more: object) -> Override:
    return Override.model_validate({"lever": name, "start": 2025, "end": 2040, "target": target, **more})


def conditions(share: float = 0.1) -> dict[str, np.ndarray]:
    shape = (7, len(YEARS), 1)
    weights = dict(zip(UNDOCUMENTED, (0.3, 0.2, 0.4, 0.1), strict=True))
    return {
        "collection": np.full(shape, share),
        **{name: np.full(shape, value) for name, value in weights.items()},
    }


@pytest.mark.parametrize("form", ["linear", "s_curve", "step"])
def test_that_a_ramp_begins_at_nothing_ends_at_all_and_never_falls(form: str) -> None:
    ramp = compute_ramp(YEARS, 2025, 2040, form)  # type: ignore[arg-type]
    assert ramp[YEARS <= 2025].max() == 0.0
    assert ramp[YEARS >= 2040].min() == 1.0
    assert (np.diff(ramp) >= 0).all()


def test_that_a_curve_is_half_way_in_the_middle_and_slow_at_its_ends() -> None:
    ramp = compute_ramp(np.array([0.0, 1.0, 5.0, 10.0]), 0, 10, "s_curve")
    assert ramp[2] == pytest.approx(0.5)
    assert ramp[1] < 0.1


def test_that_a_lever_moves_only_what_it_names_from_today_to_its_target() -> None:
    before = conditions()
    after = pull_conditions(scenario(lever("collection", 0.6, applies_to=["1"])), before, YEARS, LABELS)
    assert after["collection"][0, -1, 0] == pytest.approx(0.6)
    assert after["collection"][0, 0, 0] == pytest.approx(0.1)
    assert (after["collection"][1:] == 0.1).all()
    assert (before["collection"] == 0.1).all()


def test_that_a_later_layer_starts_from_what_the_earlier_gives() -> None:
    first, second = lever("collection", 0.5), lever("collection", 0.8, start=2040, end=2045)
    layered = ReadScenario("mine", TITLES, TITLES, ((first,), (second,)))
    after = pull_conditions(layered, conditions(), YEARS, LABELS)["collection"][0, :, 0]
    assert after[YEARS == 2040] == pytest.approx(0.5)
    assert after[YEARS == 2045] == pytest.approx(0.8)


@given(st.sampled_from(UNDOCUMENTED), st.floats(0, 1), st.sampled_from(UNDOCUMENTED), st.floats(0, 1))
def test_that_routes_without_documents_always_share_one_whole(
    one: str, target: float, two: str, other: float
) -> None:
    pulled = scenario(lever(one, target), lever(two, other, start=2040, end=2045))
    after = pull_conditions(pulled, conditions(), YEARS, LABELS)
    total = sum(after[name] for name in UNDOCUMENTED)
    assert total == pytest.approx(1.0, abs=1e-9)
    assert min(after[name].min() for name in UNDOCUMENTED) >= 0.0


def test_that_a_route_that_was_all_gives_room_to_the_others() -> None:
    only = conditions()
    for name in UNDOCUMENTED:
        only[name] = np.full_like(only[name], float(name == "residual_waste"))
    after = pull_conditions(scenario(lever("residual_waste", 0.4)), only, YEARS, LABELS)
    assert after["informal"][0, -1, 0] == pytest.approx(0.2)


def test_that_a_category_names_its_products() -> None:
    paths = pull_products(scenario(lever("lifetime", 0.2, applies_to=["1", "0306"])), YEARS, LABELS)
    pulled = {key for key, path in zip(LABELS.products, paths, strict=True) if path.pulled}
    assert {"0108", "0111", "0306"} <= pulled
    assert "0303" not in pulled


def test_that_targets_are_drawn_from_their_range_with_the_target_in_the_middle() -> None:
    find = draw_targets(lambda _: np.array([0.0, 0.5, 1.0]))
    drawn = find(lever("collection", 0.5, range=[0.4, 0.7]))
    assert drawn == pytest.approx([0.4, 0.5, 0.7])
    assert find(lever("collection", 0.5)) == pytest.approx([0.5, 0.5, 0.5])


def test_that_sales_change_only_after_history() -> None:
    assert find_first_year([lever("ownership", 1.0)], 2025) == 2026
    assert find_first_year([lever("ownership", 1.0, start=2020)], 2025) == 2026
    assert find_first_year([lever("ownership", 1.0, start=2030)], 2025) == 2031
