"""Every error of the cohort engine fires, and names the product, the year or cohort, and the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from ainalym.errors import InputError, read_error_codes
from ainalym.kernels.boundary import CELLS_NAMED, FloatArray, Labels
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_driven
from ainalym.kernels.grid import read_years_per_step, survival_on_periods
from ainalym.kernels.hazard import survival_under_hazard
from ainalym.kernels.initial_stock import compute_initial_stock, estimate_past_inflow, spread_initial_stock
from ainalym.kernels.lifetime import (
    CONVENTIONS,
    Convention,
    Exponential,
    Fixed,
    FoldedNormal,
    Gamma,
    Lognormal,
    RemainingLife,
    SurvivalTable,
    Weibull,
    survival_by_age,
    survival_by_cohort,
    survival_from_moment,
)
from ainalym.kernels.reuse import ReuseShares, compute_reuse_chain
from ainalym.kernels.used_imports import compute_used_imports

PHONES = Labels(products=("0306", "0101"), years=(2004, 2005, 2006))
ONE = np.ones(1)
WEIBULL = Weibull(np.array([1.5, 2.0]), np.array([6.0, 12.0]))
INFLOW = np.ones((3, 2))
LEFT = survival_by_age(WEIBULL, 3)


class Misuse(NamedTuple):
    """What is done wrong, and what the message must then hold."""

    code: str
    act: Callable[[], object]
    message: tuple[str, ...]


def changed(array: FloatArray, place: tuple[int, ...], value: float) -> FloatArray:
    copy = array.copy()
    copy[place] = value
    return copy


MISUSES = [
    Misuse(
        "COH-001",
        lambda: Weibull(np.array([1.5, 2]), np.array([6.0, -12]), PHONES),
        ("product '0101'", "-12", "Weibull scale"),
    ),
    Misuse(
        "COH-001",
        lambda: Weibull(changed(np.ones((3, 2)), (1, 0), np.nan), np.ones(2), PHONES),
        ("product '0306', cohort 2005", "nan", "Weibull shape"),
    ),
    Misuse("COH-001", lambda: Weibull(np.array([np.inf]), ONE), ("product number 0", "inf")),
    Misuse("COH-001", lambda: Gamma.from_mean_and_sd(5, 0), ("gamma sd", "got 0")),
    Misuse("COH-001", lambda: Exponential(np.zeros(1)), ("exponential mean_life",)),
    Misuse("COH-001", lambda: Fixed(np.array([-1.0, 2]), PHONES), ("product '0306'", "-1")),
    Misuse("COH-001", lambda: FoldedNormal(np.array([-1.0]), ONE), ("folded normal location", "-1")),
    Misuse("COH-001", lambda: FoldedNormal(ONE, np.array([0.0])), ("folded normal spread",)),
    Misuse("COH-001", lambda: RemainingLife(WEIBULL, np.array([-3.0]), PHONES), ("age at entry", "-3")),
    Misuse("COH-002", lambda: Weibull(np.ones(2), np.ones(3)), ("shape (2,), scale (3,)",)),
    Misuse("COH-002", lambda: FoldedNormal(np.ones(2), np.ones(3)), ("(2,)", "(3,)")),
    Misuse("COH-002", lambda: compute_inflow_driven(np.ones((4, 2)), LEFT), ("(4, 2)", "(3, 2)")),
    Misuse("COH-002", lambda: compute_inflow_driven(np.ones((3, 5)), LEFT), ("(3, 5)",)),
    Misuse("COH-002", lambda: compute_inflow_driven(np.ones(3), LEFT), ("two axes or more",)),
    Misuse(
        "COH-002",
        lambda: compute_inflow_driven(np.ones((4, 3, 2)), np.broadcast_to(LEFT, (5, 3, 2)), by_cohort=False),
        ("(4, 3, 2)", "(5, 3, 2)"),
    ),
    Misuse("COH-002", lambda: compute_inflow_driven(INFLOW, LEFT, by_cohort=True), ("(3, 2)",)),
    Misuse("COH-002", lambda: survival_by_cohort(Weibull(np.ones((4, 2)), np.ones(2)), 3), ("3 cohorts",)),
    Misuse("COH-002", lambda: SurvivalTable(np.arange(3.0), np.ones((2, 1))), ("(2, 1)",)),
    Misuse("COH-002", lambda: survival_under_hazard(WEIBULL, np.ones((3, 5))), ("(3, 5)",)),
    Misuse(
        "COH-002",
        lambda: compute_used_imports(np.ones((3, 2, 2)), np.ones(3), WEIBULL),
        ("(3, 2, 2)", "(3,)"),
    ),
    Misuse(
        "COH-002",
        lambda: compute_reuse_chain(INFLOW, ReuseShares(np.full((7, 1, 1), 0.1)), LEFT, LEFT),
        ("hibernated", "(7, 1, 1)"),
    ),
    Misuse(
        "COH-002",
        lambda: compute_reuse_chain(INFLOW, ReuseShares(np.full(5, 0.1)), LEFT, LEFT),
        ("hibernated", "(5,)"),
    ),
    Misuse(
        "COH-003",
        lambda: compute_inflow_driven(changed(INFLOW, (1, 1), np.nan), LEFT, labels=PHONES),
        ("inflow", "product '0101', year 2005", "nan"),
    ),
    Misuse(
        "COH-003",
        lambda: compute_inflow_driven(changed(INFLOW, (2, 0), np.inf), LEFT, labels=PHONES),
        ("inflow", "product '0306', year 2006", "inf"),
    ),
    Misuse(
        "COH-003",
        lambda: compute_inflow_driven(INFLOW, changed(LEFT, (2, 1), np.nan), labels=PHONES),
        ("survival", "product '0101', age 2", "nan"),
    ),
    Misuse(
        "COH-003",
        lambda: SurvivalTable(np.arange(2.0), np.array([[1.0], [np.nan]])),
        ("survival table", "age 1", "nan"),
    ),
    Misuse(
        "COH-004",
        lambda: compute_inflow_driven(changed(INFLOW, (0, 1), -4.2), LEFT, labels=PHONES),
        ("inflow", "product '0101', year 2004", "-4.2"),
    ),
    Misuse(
        "COH-004",
        lambda: compute_stock_driven(changed(INFLOW, (1, 0), -1), LEFT, labels=PHONES),
        ("stock", "product '0306', year 2005", "-1"),
    ),
    Misuse(
        "COH-004",
        lambda: compute_initial_stock(changed(np.ones((2, 2)), (1, 0), -3), LEFT, 1, labels=PHONES),
        ("initial stock", "product '0306', age 1", "-3"),
    ),
    Misuse(
        "COH-005",
        lambda: compute_inflow_driven(INFLOW, LEFT[::-1], labels=PHONES),
        ("survival", "product '0306', age 1", "Put the ages in order"),
    ),
    Misuse(
        "COH-005",
        lambda: compute_inflow_driven(INFLOW, changed(LEFT, (0, 1), 1.5), labels=PHONES),
        ("product '0101', age 0", "1.5"),
    ),
    Misuse(
        "COH-005",
        lambda: compute_inflow_driven(
            INFLOW, changed(survival_by_cohort(WEIBULL, 3), (2, 1, 1), 1.2), labels=PHONES
        ),
        ("product '0101', cohort 2005, year 2006", "1.2"),
    ),
    Misuse(
        "COH-005",
        lambda: SurvivalTable(np.arange(3.0), np.array([[1.0], [0.4], [0.5]])),
        ("survival table", "age 2", "0.5"),
    ),
    Misuse(
        "COH-006",
        lambda: compute_stock_driven(np.array([[5.0, 5], [9, 9], [1, 9]]), LEFT, labels=PHONES),
        ("product '0306'", "year 2006", "got 1", "early retirement"),
    ),
    Misuse(
        "COH-007",
        lambda: compute_stock_driven(INFLOW, survival_by_age(Fixed(np.array([0.0, 9])), 3), labels=PHONES),
        ("product '0306'", "cohort 2004", "got 0"),
    ),
    Misuse("COH-007", lambda: spread_initial_stock(ONE, np.zeros((3, 1))), ("initial stock",)),
    Misuse("COH-008", lambda: survival_by_age(WEIBULL, 3, "mid"), ("'mid'", "uniform, start")),  # type: ignore[arg-type]
    Misuse("COH-008", lambda: survival_by_age(WEIBULL, 0), ("got 0",)),
    Misuse("COH-008", lambda: survival_by_age(WEIBULL, 3, years_per_step=0), ("years per step",)),
    Misuse(
        "COH-008",
        lambda: compute_stock_driven(INFLOW, LEFT, "ignore"),  # type: ignore[arg-type]
        ("'ignore'", "retire_oldest"),
    ),
    Misuse("COH-008", lambda: survival_from_moment(WEIBULL, 3, 1.5), ("1.5",)),
    Misuse("COH-008", lambda: spread_initial_stock(np.ones(2), LEFT, -1.0), ("growth", "-1")),
    Misuse("COH-008", lambda: survival_on_periods(WEIBULL, np.arange(3.0), "cbs"), ("cbs",)),
    Misuse(
        "COH-009", lambda: read_years_per_step([2000, 2005, 2011]), ("a step of 6 years from 2005 to 2011",)
    ),
    Misuse("COH-009", lambda: read_years_per_step([2000, 2000.5, 2001]), ("a step of 0.5 years",)),
    Misuse("COH-009", lambda: read_years_per_step([2005, 2000]), ("a step of -5 years",)),
    Misuse("COH-009", lambda: read_years_per_step([]), ("[]",)),
    Misuse("COH-009", lambda: survival_on_periods(WEIBULL, np.array([3.0, 2, 4])), ("3, 2, 4",)),
    Misuse("COH-009", lambda: SurvivalTable(np.array([0.0, 2, 1]), np.ones((3, 1))), ("0, 2, 1",)),
    Misuse("COH-009", lambda: SurvivalTable(np.array([1.0, 2]), np.ones((2, 1))), ("1, 2",)),
    Misuse(
        "COH-010",
        lambda: Weibull.from_quantiles(np.array([5.0, 9]), np.array([8.0, 7]), PHONES),
        ("product '0101'", "got 7", "Weibull t90"),
    ),
    Misuse(
        "COH-011",
        lambda: FoldedNormal.from_mean_and_sd(np.array([5.0, 5]), np.array([2.0, 4.5]), PHONES),
        ("product '0101'", "0.9", "folded normal sd / mean"),
    ),
    Misuse("COH-011", lambda: Weibull.from_mean_and_sd(10, 1e-3), ("Weibull sd / mean", "0.0001")),
    Misuse("COH-011", lambda: Gamma.from_quantiles(1, 1e6), ("gamma t90 / t50", "1e+06")),
    Misuse("COH-011", lambda: Weibull(np.array([0.05]), ONE), ("Weibull shape", "0.05")),
    Misuse("COH-011", lambda: Lognormal(ONE, np.array([9.0])), ("lognormal log_sd", "got 9")),
    Misuse("COH-011", lambda: FoldedNormal.from_quantiles(1, 3), ("folded normal t90 / t50",)),
    Misuse(
        "COH-012",
        lambda: compute_initial_stock(
            np.ones((3, 2)), survival_by_age(Fixed(np.array([2.0, 9])), 5, "end"), 2, labels=PHONES
        ),
        ("initial stock", "product '0306', age 2"),
    ),
    Misuse(
        "COH-012",
        lambda: estimate_past_inflow(np.ones((3, 1)), survival_by_age(Fixed(np.array([2.0])), 3, "end")),
        ("age 2",),
    ),
    Misuse(
        "COH-012",
        lambda: RemainingLife(Fixed(np.array([5.0, 9])), np.asarray(7.0), PHONES),
        ("product '0306'", "got 7"),
    ),
    Misuse(
        "COH-013",
        lambda: ReuseShares(hibernated=np.array([0.2, -0.1]), labels=PHONES),
        ("product '0101'", "-0.1", "hibernated"),
    ),
    Misuse(
        "COH-013",
        lambda: ReuseShares(hibernated=np.full(2, 0.6), exported=np.array([0.3, 0.5]), labels=PHONES),
        ("product '0101'", "1.1", "first use"),
    ),
    Misuse(
        "COH-013",
        lambda: ReuseShares(reused_later=np.array([np.nan]), labels=PHONES),
        ("reused_later", "nan"),
    ),
    Misuse(
        "COH-014",
        lambda: survival_under_hazard(WEIBULL, changed(INFLOW, (1, 0), -0.5), labels=PHONES),
        ("product '0306', year 2005", "-0.5"),
    ),
    Misuse(
        "COH-014",
        lambda: survival_under_hazard(WEIBULL, changed(INFLOW, (1, 0), np.nan), labels=PHONES),
        ("nan",),
    ),
]


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: f"{misuse.code} {misuse.message[0]}")
def test_that_a_misuse_is_told_with_its_code_place_and_value(misuse: Misuse) -> None:
    with pytest.raises(InputError) as caught:
        misuse.act()
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {misuse.code}
    for part in misuse.message:
        assert part in str(caught.value)


def test_that_every_code_of_the_cohort_engine_is_documented_and_has_a_test() -> None:
    documented = {code for code in read_error_codes() if code.startswith("COH-")}
    assert documented == {misuse.code for misuse in MISUSES}


def test_that_many_bad_cells_are_counted_and_not_all_printed() -> None:
    with pytest.raises(InputError) as caught:
        compute_inflow_driven(np.full((3, 50), -1.0), survival_by_age(Exponential(np.full(50, 9.0)), 3))
    assert len(caught.value.problems) == CELLS_NAMED + 1
    assert f"{150 - CELLS_NAMED} more cells" in str(caught.value.problems[-1])


def test_that_a_bad_draw_is_named_by_its_number() -> None:
    inflow = np.ones((4, 3, 2))
    inflow[2, 1, 0] = np.nan
    with pytest.raises(InputError, match=r"product '0306', year 2005, batch \(2,\)"):
        compute_inflow_driven(inflow, LEFT, labels=PHONES)


def test_that_a_gap_and_a_negative_number_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        compute_inflow_driven(np.array([[np.nan, -1.0], [1, 1], [1, 1]]), LEFT)
    assert {problem.code for problem in caught.value.problems} == {"COH-003", "COH-004"}


@pytest.mark.parametrize("extreme", [(0.1, 1e-6), (0.1, 1e6), (50.0, 1e-6), (50.0, 1e6), (1e3, 9.0)])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_extreme_lifetimes_give_numbers(extreme: tuple[float, float], convention: Convention) -> None:
    lifetime = Weibull(np.array([extreme[0]]), np.array([extreme[1]]))
    left = survival_by_age(lifetime, 30, convention)
    assert np.isfinite(left).all()
    assert np.isfinite(compute_inflow_driven(np.ones((30, 1)), left).outflow).all()
