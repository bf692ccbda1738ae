"""What the robust method refuses, and how it says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ainalym.errors import InputError, read_error_codes
from ainalym.kernels.robust_market import LevelPrior, MarketPanel, PeerGroups, RobustSettings, estimate_market

YEARS = np.arange(2000, 2010)


@pytest.fixture
def panel() -> MarketPanel:
    kg = np.full((2, 2, YEARS.size), 1000.0)
    return MarketPanel(
        ("KAZ", "KGZ"),
        ("0104", "0306"),
        YEARS,
        kg,
        kg / 50.0,
        np.full((2, YEARS.size), 1e6),
        np.full((2, YEARS.size), 1e4),
        np.array([1960, 1985]),
    )


def make_peers() -> PeerGroups:
    per_inhabitant = np.full((1, 2, YEARS.size), 2.0)
    return PeerGroups(("rich",), per_inhabitant, per_inhabitant / 50.0, np.full((1, YEARS.size), 3e4))


def refuse(panel: MarketPanel, settings: RobustSettings | None = None) -> list[str]:
    """Give the problems with which an input is refused, as text."""
    with pytest.raises(InputError) as caught:
        estimate_market(panel, settings or RobustSettings())
    return [str(problem) for problem in caught.value.problems]


def with_cell(values: np.ndarray, place: tuple[int, ...], value: float) -> np.ndarray:
    changed = values.copy()
    changed[place] = value
    return changed


def test_that_every_code_of_the_family_is_explained() -> None:
    codes = [code for code in read_error_codes() if code.startswith("RBM-")]
    assert codes == [f"RBM-00{number}" for number in range(1, 10)]


def test_that_a_wrong_shape_is_named_with_both_shapes(panel: MarketPanel) -> None:
    (problem,) = refuse(replace(panel, pieces=panel.pieces[:, :1]))
    assert problem == (
        "[RBM-001] pieces: got shape (2, 1, 10), expected (2, 2, 10) for (country, key, year). "
        "Give each axis as many entries as it has labels."
    )


def test_that_peers_of_another_shape_are_refused(panel: MarketPanel) -> None:
    peers = replace(make_peers(), purchasing_power=np.ones((2, YEARS.size)))
    (problem,) = refuse(replace(panel, peers=peers))
    assert problem.startswith("[RBM-001] peers.purchasing_power: got shape (2, 10), expected (1, 10)")


def test_that_an_empty_panel_is_refused(panel: MarketPanel) -> None:
    nobody = replace(
        panel,
        countries=(),
        kg=panel.kg[:0],
        pieces=panel.pieces[:0],
        population=panel.population[:0],
        purchasing_power=panel.purchasing_power[:0],
    )
    (problem,) = refuse(nobody)
    assert problem.startswith("[RBM-001] countries: got an empty list")


@pytest.mark.parametrize("years", [YEARS[::-1], np.r_[1990, YEARS[1:]], np.r_[YEARS[:9], 2008]])
def test_that_years_with_a_hole_or_out_of_order_are_refused(panel: MarketPanel, years: np.ndarray) -> None:
    (problem,) = refuse(replace(panel, years=years))
    assert problem.startswith("[RBM-002] years: got ")


def test_that_a_label_twice_is_refused(panel: MarketPanel) -> None:
    problems = refuse(replace(panel, countries=("KAZ", "KAZ"), keys=("0104", "0104")))
    assert [problem[:20] for problem in problems] == ["[RBM-003] countries:", "[RBM-003] keys: got "]


def test_that_an_infinite_amount_is_refused_with_its_place(panel: MarketPanel) -> None:
    (problem,) = refuse(replace(panel, kg=with_cell(panel.kg, (1, 0, 3), np.inf)))
    assert problem == (
        "[RBM-004] kg, KGZ, 0104, 2003: got inf, expected a finite number. "
        "Correct the figure, or leave it out (NaN) to have it estimated."
    )


def test_that_an_infinite_amount_of_peers_is_refused(panel: MarketPanel) -> None:
    peers = make_peers()
    peers = replace(peers, kg_per_inhabitant=with_cell(peers.kg_per_inhabitant, (0, 1, 0), -np.inf))
    (problem,) = refuse(replace(panel, peers=peers))
    assert problem.startswith("[RBM-004] peers.kg_per_inhabitant, rich, 0306, 2000: got -inf")


def test_that_many_bad_cells_are_counted_and_not_all_printed(panel: MarketPanel) -> None:
    problems = refuse(replace(panel, kg=np.full(panel.kg.shape, np.inf)))
    assert len(problems) == 21
    assert problems[-1].startswith("[RBM-004] kg: got 20 more cells like these")


@pytest.mark.parametrize("people", [0.0, -1.0, np.nan, np.inf])
def test_that_a_year_without_people_is_refused(panel: MarketPanel, people: float) -> None:
    (problem,) = refuse(replace(panel, population=with_cell(panel.population, (0, 0), people)))
    assert problem.startswith("[RBM-005] population, KAZ, 2000: got ")


def test_that_income_of_nought_is_refused(panel: MarketPanel) -> None:
    (problem,) = refuse(replace(panel, purchasing_power=with_cell(panel.purchasing_power, (1, 2), 0.0)))
    assert problem.startswith("[RBM-005] purchasing_power, KGZ, 2002: got 0, expected above 0")


def test_that_a_country_without_any_income_is_refused(panel: MarketPanel) -> None:
    power = panel.purchasing_power.copy()
    power[1] = np.nan
    (problem,) = refuse(replace(panel, purchasing_power=power))
    assert problem.startswith("[RBM-005] purchasing_power, KGZ: got no year, expected one year or more")


def test_that_an_end_before_the_beginning_is_refused(panel: MarketPanel) -> None:
    ends = np.full((2, 2), np.nan)
    ends[0, 1] = 1980
    (problem,) = refuse(replace(panel, phase_out_year=ends))
    assert problem.startswith("[RBM-005] phase_out_year, KAZ, 0306: got 1980, expected a year after")


def test_that_a_unit_weight_of_nought_is_refused(panel: MarketPanel) -> None:
    weight = np.full((2, YEARS.size), 50.0)
    (problem,) = refuse(replace(panel, reference_weight=with_cell(weight, (1, 4), 0.0)))
    assert problem.startswith("[RBM-006] reference_weight, 0306, 2004: got 0, expected above 0 kg")


def test_that_a_product_of_which_nothing_is_known_is_refused(panel: MarketPanel) -> None:
    kg, pieces = panel.kg.copy(), panel.pieces.copy()
    kg[:, 1] = pieces[:, 1] = np.nan
    unknown = replace(panel, kg=kg, pieces=pieces)
    (problem,) = refuse(unknown)
    assert problem.startswith("[RBM-007] key '0306': got no figure above 0")
    assert np.isfinite(estimate_market(replace(unknown, peers=make_peers())).kg.central).all()


def test_that_kg_alone_are_refused_without_a_unit_weight(panel: MarketPanel) -> None:
    kg_alone = replace(panel, pieces=np.full(panel.kg.shape, np.nan))
    problems = refuse(kg_alone)
    assert [problem[:40] for problem in problems] == [
        f"[RBM-007] key '{key}': got no unit weight" for key in panel.keys
    ]
    weighed = estimate_market(replace(kg_alone, reference_weight=np.full((2, YEARS.size), 50.0)))
    assert np.isfinite(weighed.pieces.central).all()


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (RobustSettings(degrees_of_freedom=0.5), "degrees_of_freedom"),
        (RobustSettings(coverage=1.0), "coverage"),
        (RobustSettings(iterations=0), "iterations"),
        (RobustSettings(trusted_weight=np.nan), "trusted_weight"),
        (RobustSettings(level=LevelPrior(persistence=1.0)), "level.persistence"),
        (RobustSettings(unit_weight=LevelPrior(typical_deviation=-0.1)), "unit_weight.typical_deviation"),
    ],
)
def test_that_a_setting_out_of_range_is_refused(
    panel: MarketPanel, settings: RobustSettings, name: str
) -> None:
    (problem,) = refuse(panel, settings)
    assert problem.startswith(f"[RBM-008] setting '{name}': got ")


def test_that_all_problems_come_at_once(panel: MarketPanel) -> None:
    bad = replace(
        panel,
        kg=with_cell(panel.kg, (0, 0, 0), np.inf),
        population=with_cell(panel.population, (0, 0), 0.0),
        keys=("0104", "0104"),
    )
    assert sorted(problem[1:8] for problem in refuse(bad)) == ["RBM-003", "RBM-004", "RBM-005"]


@pytest.mark.parametrize(
    ("pairs", "got"),
    [
        ((("0104", "0999"),), "0104, 0999"),
        ((("0104", "0104"),), "0104, 0104"),
        ((("0104", "0306"), ("0104", "0306")), "0104 replaced twice"),
    ],
)
def test_that_a_pair_that_cannot_be_is_refused(
    panel: MarketPanel, pairs: tuple[tuple[str, str], ...], got: str
) -> None:
    (problem,) = refuse(replace(panel, successors=pairs))
    assert problem.startswith(f"[RBM-009] successors: got {got}, expected")
