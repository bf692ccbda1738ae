"""Every check of the common method fires, and names the place and the mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ainalym.errors import InputError
from ainalym.kernels.common_method import (
    CommonPanel,
    CommonSettings,
    ForecastException,
    ReferenceStrata,
    clean_series,
    compute_common_method,
)
from ainalym.kernels.common_method.confidential import HiddenProduction, estimate_hidden_production
from ainalym.kernels.common_method.conversion import convert_production, convert_trade
from ainalym.kernels.common_method.special_products import SpecialProducts

YEARS = np.arange(2000, 2008)
Break = Callable[[CommonPanel, CommonSettings], tuple[CommonPanel, CommonSettings]]


def good() -> tuple[CommonPanel, CommonSettings]:
    kg = np.full((2, 1, 8), 50.0)
    people = np.full((2, 8), 10.0)
    panel = CommonPanel(
        ("AAA", "BBB"), ("0103",), YEARS, 2000, 2005, kg, kg / 2, people, people * 1000, np.array([1, 2])
    )
    return panel, CommonSettings(np.array([1960]))


def with_cell(array: np.ndarray, value: float) -> np.ndarray:
    changed = array.copy()
    changed[(0,) * array.ndim] = value
    return changed


BROKEN: list[tuple[str, str, Break]] = [
    ("CLN-001", "kg: got shape (2, 8)", lambda p, s: (replace(p, kg=p.kg[:, 0]), s)),
    ("CLN-001", "introduction_year", lambda p, s: (p, replace(s, introduction_year=np.array([1, 2])))),
    ("CLN-001", "corrected_kg alone", lambda p, s: (p, replace(s, corrected_kg=p.kg))),
    ("CLN-002", "years: got", lambda p, s: (replace(p, years=YEARS * 2), s)),
    ("CLN-002", "2004 to 2005", lambda p, s: (replace(p, first_data_year=2004), s)),
    ("CLN-002", "2000 to 2009", lambda p, s: (replace(p, last_data_year=2009), s)),
    ("CLN-003", "AAA twice", lambda p, s: (replace(p, countries=("AAA", "AAA")), s)),
    ("CLN-004", "[1, 3]", lambda p, s: (replace(p, stratum=np.array([1, 3])), s)),
    (
        "CLN-004",
        "no year for strata [2]",
        lambda p, s: (p, replace(s, products=SpecialProducts(television_end={1: 2007}))),
    ),
    ("CLN-005", "kg, AAA, 0103, 2000", lambda p, s: (replace(p, kg=with_cell(p.kg, np.inf)), s)),
    ("CLN-005", "pieces, AAA, 0103", lambda p, s: (replace(p, pieces=with_cell(p.pieces, -np.inf)), s)),
    ("CLN-006", "population, AAA, 2000", lambda p, s: (replace(p, population=with_cell(p.population, 0)), s)),
    (
        "CLN-006",
        "purchasing_power, AAA, 2000",
        lambda p, s: (replace(p, purchasing_power=with_cell(p.purchasing_power, -1)), s),
    ),
    (
        "CLN-006",
        "purchasing_power, AAA, 2006: got nan",
        lambda p, s: (
            replace(p, purchasing_power=np.where(YEARS == 2006, np.nan, p.purchasing_power)),
            s,
        ),
    ),
    (
        "CLN-007",
        "country 'all'",
        lambda p, s: (p, replace(s, exceptions=(ForecastException("0103", None, None, 2006),))),
    ),
]


@pytest.mark.parametrize(
    ("code", "words", "spoil"), BROKEN, ids=[f"{code} {words}" for code, words, _ in BROKEN]
)
def test_that_a_broken_panel_is_named(code: str, words: str, spoil: Break) -> None:
    with pytest.raises(InputError) as caught:
        compute_common_method(*spoil(*good()), strict=False)
    assert {problem.code for problem in caught.value.problems} == {code}
    assert words in str(caught.value)


def test_that_a_good_panel_passes() -> None:
    result = compute_common_method(*good(), strict=False)
    assert result.kg.shape == (2, 1, 8)


def test_that_unknown_purchasing_power_of_the_past_is_allowed() -> None:
    panel, settings = good()
    panel = replace(panel, purchasing_power=with_cell(panel.purchasing_power, np.nan))
    assert np.isfinite(compute_common_method(panel, settings, strict=False).kg).all()


def test_that_many_bad_cells_are_counted_and_not_listed() -> None:
    panel, settings = good()
    panel = replace(panel, kg=np.full((2, 1, 8), np.inf), pieces=np.full((2, 1, 8), np.inf))
    with pytest.raises(InputError) as caught:
        compute_common_method(panel, settings, strict=True)
    assert len(caught.value.problems) == 32
    panel = replace(panel, keys=("0103", "0104", "0105"), kg=np.full((2, 3, 8), np.inf))
    panel = replace(panel, pieces=np.ones((2, 3, 8)))
    with pytest.raises(InputError) as caught:
        compute_common_method(panel, CommonSettings(np.array([1960] * 3)), strict=True)
    assert "28 more cells like these" in caught.value.problems[-1].got


def clean_one(reference: ReferenceStrata, stratum: int | None = None) -> None:
    amounts, by_year = np.full((1, 8), 50.0), np.full(8, 10.0)
    clean_series(
        amounts,
        amounts,
        by_year,
        by_year,
        keys=("0103",),
        years=YEARS,
        first_data_year=2000,
        last_data_year=2005,
        reference=reference,
        settings=CommonSettings(np.array([1960])),
        stratum=stratum,
    )


def test_that_reference_strata_of_other_years_are_named() -> None:
    amounts = np.ones((3, 1, 7))
    with pytest.raises(InputError, match="CLN-001") as caught:
        clean_one(ReferenceStrata(amounts, amounts, np.ones((3, 7))))
    assert len(caught.value.problems) == 3


def test_that_a_stratum_outside_the_reference_is_named() -> None:
    amounts = np.ones((3, 1, 8))
    with pytest.raises(InputError, match="CLN-004"):
        clean_one(ReferenceStrata(amounts, amounts, np.ones((3, 8))), stratum=4)


def test_that_another_unit_of_production_is_named() -> None:
    with pytest.raises(InputError, match="CLN-008"):
        convert_production(np.array([1.0]), ["m2"], np.array([2.0]))


def test_that_a_weight_of_nought_is_named() -> None:
    one = np.array([1.0])
    with pytest.raises(InputError, match="CLN-009"):
        convert_production(one, ["kg"], np.array([0.0]))
    with pytest.raises(InputError, match="CLN-009"):
        convert_trade(one, one, np.array([True]), np.array([-3.0]), strict=True)


def test_that_negative_production_and_crossed_axes_are_named() -> None:
    made = np.array([[[-1.0, 2.0]]])
    given = HiddenProduction(
        made,
        np.zeros(made.shape, dtype=np.bool_),
        made * 0,
        made * 0,
        np.ones((1, 2)),
        np.array([1]),
        np.array([2000, 2001]),
    )
    with pytest.raises(InputError, match="CLN-010"):
        estimate_hidden_production(given, strict=True)
    with pytest.raises(InputError, match="CLN-001"):
        estimate_hidden_production(replace(given, total=np.ones((1, 3)), production=-made), strict=True)
