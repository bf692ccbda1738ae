"""The cohort engine gives the known results of flodym's own tests, and what flodym 0.8.1 was run for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven, compute_stock_by_cohort, compute_stock_driven
from ainalym.kernels.grid import survival_on_periods
from ainalym.kernels.lifetime import (
    CONVENTIONS,
    Fixed,
    FoldedNormal,
    Lifetime,
    Lognormal,
    Normal,
    Weibull,
    survival_by_age,
    survival_by_cohort,
    survival_from_moment,
)

GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "golden"
pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="the golden cases are not beside the repository")

Case = Mapping[str, Any]
IsMet = Callable[..., object]
COMPUTED_SET, KNOWN_SET = "flodym 0.8.1, computed", "flodym, results its own tests know"

# Points and weights of Gauss-Lobatto quadrature on [-1, 1], by number of points.
LOBATTO: dict[int, tuple[list[float], list[float]]] = {
    2: ([-1.0, 1.0], [1.0, 1.0]),
    6: (
        [
            -1.0,
            -np.sqrt(1 / 3 + 2 * np.sqrt(7) / 21),
            -np.sqrt(1 / 3 - 2 * np.sqrt(7) / 21),
            np.sqrt(1 / 3 - 2 * np.sqrt(7) / 21),
            np.sqrt(1 / 3 + 2 * np.sqrt(7) / 21),
            1.0,
        ],
        [
            1 / 15,
            (14 - np.sqrt(7)) / 30,
            (14 + np.sqrt(7)) / 30,
            (14 + np.sqrt(7)) / 30,
            (14 - np.sqrt(7)) / 30,
            1 / 15,
        ],
    ),
}


def read_cases(name: str, key: str) -> list[Case]:
    path = GOLDEN / name
    if not path.exists():
        return []
    cases: list[Case] = json.loads(path.read_text(encoding="utf-8"))[key]
    return cases


def column(values: Any) -> FloatArray:
    return np.asarray(values, dtype=np.float64)[:, None]


def lifetime_of(entry: Mapping[str, Any]) -> Lifetime:
    """Read a lifetime as flodym means it; a folded normal is told before folding."""
    mean = np.atleast_1d(entry.get("mean", entry.get("Mean", 1.0)))
    sd = np.atleast_1d(entry.get("std", entry.get("StdDev", 1.0)))
    if entry["Type"] == "Weibull":
        shape, scale = (np.asarray(entry[f"weibull_{name}"], dtype=float) for name in ("shape", "scale"))
        return Weibull(shape[:, None], scale[:, None]) if shape.ndim else Weibull(shape[None], scale[None])
    makers: dict[str, Callable[[FloatArray, FloatArray], Lifetime]] = {
        "Fixed": lambda mean, _: Fixed(mean),
        "Normal": Normal,
        "FoldedNormal": FoldedNormal,
        "LogNormal": Lognormal.from_mean_and_sd,
    }
    return makers[entry["Type"]](mean, sd)


def survival_of(lifetime: Lifetime, years: int, inflow_at: str) -> FloatArray:
    """Survival by cohort with the inflow at a convention of ours, or at flodym's Gauss-Lobatto points."""
    if not inflow_at.startswith("gl"):
        (convention,) = (convention for convention in CONVENTIONS if convention == inflow_at)
        return survival_by_cohort(lifetime, years, convention)
    points, weights = LOBATTO[int(inflow_at[2:])]
    return np.asarray(
        sum(
            0.5 * weight * survival_from_moment(lifetime, years, 0.5 * (point + 1))
            for point, weight in zip(points, weights, strict=True)
        )
    )


COMPUTED = read_cases("flodym_computed.json", "cases")
KNOWN = {case["id"]: case for case in read_cases("flodym_known_results.json", "test_cases")}


@pytest.mark.parametrize(
    "case",
    [case for case in COMPUTED if "uneven" not in case["id"] and "stockdriven" not in case["id"]],
    ids=lambda case: str(case["id"]),
)
def test_that_an_inflow_driven_run_of_flodym_is_met(case: Case, is_met: IsMet) -> None:
    inflow = column(case["inflow"])
    survival = survival_of(lifetime_of(case["lifetime"]), len(inflow), case["inflow_at"])
    stock, outflow = compute_inflow_driven(inflow, survival)
    assert is_met(COMPUTED_SET, case["id"], stock[:, 0], case["stock"], rtol=1e-12)
    assert is_met(COMPUTED_SET, case["id"], outflow[:, 0], case["outflow"], rtol=1e-12, atol=1e-14)
    if "stock_by_cohort_last_year" in case:
        last = compute_stock_by_cohort(inflow, survival)[-1, :, 0]
        assert is_met(
            COMPUTED_SET, case["id"], last, case["stock_by_cohort_last_year"], rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize(
    "case", [case for case in COMPUTED if "stockdriven" in case["id"]], ids=lambda case: str(case["id"])
)
def test_that_a_stock_driven_run_of_flodym_is_met(case: Case, is_met: IsMet) -> None:
    survival = survival_of(lifetime_of(case["lifetime"]), len(case["stock"]), case["inflow_at"])
    solved = compute_stock_driven(column(case["stock"]), survival)
    assert is_met(COMPUTED_SET, case["id"], solved.inflow[:, 0], case["inflow"], rtol=1e-12)
    assert is_met(COMPUTED_SET, case["id"], solved.outflow[:, 0], case["outflow"], rtol=1e-12)


@pytest.mark.parametrize(
    "case", [case for case in COMPUTED if "uneven" in case["id"]], ids=lambda case: str(case["id"])
)
def test_that_the_stock_of_flodym_on_an_uneven_grid_is_met_and_its_fault_is_not(
    case: Case, is_met: IsMet
) -> None:
    """Its outflow is that of a year's inflow instead of the period's, as its own balance shows."""
    bounds = np.asarray(case["bounds"])
    inflow = column(case["inflow_per_year"]) * np.diff(bounds)[:, None]
    survival = survival_on_periods(lifetime_of(case["lifetime"]), bounds, case["inflow_at"])
    stock, outflow = compute_inflow_driven(inflow, survival)
    assert is_met(COMPUTED_SET, case["id"], stock[:, 0], case["stock"], rtol=1e-12)
    np.testing.assert_allclose(inflow - outflow, np.diff(stock, axis=0, prepend=0), atol=1e-12)
    assert np.abs(outflow[:, 0] - case["outflow_as_returned"]).max() > 1
    assert np.abs(case["balance_as_returned"]).max() > 1


@pytest.mark.parametrize("name", [name for name in KNOWN if "stationary" in name and "0.3" not in name])
def test_that_a_level_inflow_ends_in_the_stock_that_flodym_knows(name: str, is_met: IsMet) -> None:
    case = KNOWN[name]
    years = case["inputs"]["years"][1] - case["inputs"]["years"][0] + 1
    survival = survival_of(lifetime_of(case["inputs"]["lifetime"]), years, case["inputs"]["inflow_at"])
    stock = compute_inflow_driven(np.full((years, 1), case["inputs"]["inflow"]), survival).stock
    assert is_met(KNOWN_SET, name, stock[-1, 0], case["expected"]["stock_last"], atol=case["tol"])


def test_that_only_a_fine_account_of_the_year_serves_lifetimes_below_a_year(is_met: IsMet) -> None:
    case = KNOWN["flodym_stationary_0.3_gl6"]
    lifetime = lifetime_of(case["inputs"]["lifetime"])
    expected, tolerance = case["expected"]["stock_last"], case["tol"]

    def last_stock(inflow_at: str) -> float:
        return float(
            compute_inflow_driven(np.ones((201, 1)), survival_of(lifetime, 201, inflow_at)).stock[-1, 0]
        )

    assert is_met(KNOWN_SET, case["id"], last_stock("gl6"), expected, atol=tolerance)
    assert last_stock("uniform") == pytest.approx(expected, abs=1e-12)
    for coarse in ("start", "middle", "end", "gl2"):
        assert abs(last_stock(coarse) - expected) > tolerance


def test_that_the_round_trip_of_flodym_comes_home(is_met: IsMet) -> None:
    entry = KNOWN["flodym_roundtrip"]["inputs"]
    inflow = column(np.exp(-(np.linspace(-2, 2, 201) ** 2)))
    survival = survival_of(lifetime_of(entry["lifetime"]), 201, entry["inflow_at"])
    stock = compute_inflow_driven(inflow, survival).stock
    assert is_met(
        KNOWN_SET, "flodym_roundtrip", compute_stock_driven(stock, survival).inflow, inflow, rtol=1e-9
    )


def test_that_uneven_years_end_in_the_stock_of_every_year(is_met: IsMet) -> None:
    entry = KNOWN["flodym_uneven_years"]["inputs"]
    lifetime = lifetime_of(entry["lifetime"])
    uneven = np.array([year for year in range(1900, 2101) if year % 7 == 0 or year % 13 == 0], dtype=float)
    middles = 0.5 * (uneven[1:] + uneven[:-1])
    # As flodym has it: half-way between years, and the first and last period as long as their neighbours.
    bounds = np.concatenate([[2 * middles[0] - middles[1]], middles, [2 * middles[-1] - middles[-2]]])
    periods = compute_inflow_driven(np.diff(bounds)[:, None], survival_on_periods(lifetime, bounds)).stock
    annual = compute_inflow_driven(np.ones((201, 1)), survival_by_age(lifetime, 201)).stock
    tolerance = KNOWN["flodym_uneven_years"]["tol"]
    assert is_met(KNOWN_SET, "flodym_uneven_years", periods[-10:], annual[-10:], rtol=1e-7, atol=tolerance)


def test_that_no_case_of_flodym_is_missed() -> None:
    assert len({case["id"] for case in COMPUTED}) == len(COMPUTED) == 28
    tested = {
        "flodym_roundtrip",
        "flodym_uneven_years",
        *(name for name in KNOWN if name.startswith("flodym_stationary_")),
    }
    assert set(KNOWN) == tested
    assert len(KNOWN) == 8
