"""Laws that imported statistics keep whatever the figures are."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ainalym.kernels.consumption import (
    compute_apparent_consumption,
    compute_implied_weight,
    find_absurd_weights,
)
from ainalym.packages.reference import Reference, read_reference
from ainalym.packages.trade.classification import CountryTables, find_revision, list_shares
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.statistics_options import StatisticsOptions
from ainalym.packages.trade.statistics_reader import Statistics, read_statistics

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

from ainalym.packages.trade.importer import import_trade

CODES = ("841821", "847130", "852872", "854140", "852859", "847989", "853400")
YEARS = (2010, 2013, 2018)
FLOWS = ("production", "import", "export", "re_export")
MAPPING = """
columns: {period: period, flow: flow, partner: partner, code: code, kg: kg, pieces: pieces, value: value}
"""

few = settings(max_examples=4, deadline=None)
many = settings(max_examples=100, deadline=None)

Row = tuple[int, str, str, str, int | None, int | None, int]
"""Year, flow, partner, code, kg, pieces and dollars."""

amounts = st.none() | st.integers(1, 10**6)
places = st.tuples(
    st.sampled_from(YEARS),
    st.sampled_from(FLOWS),
    st.sampled_from(("CHN", "RUS", "DEU", "USA", "KOR")),
    st.sampled_from(CODES),
)
tables = st.dictionaries(
    places, st.tuples(amounts, amounts, st.integers(1, 10**6)), min_size=1, max_size=30
).map(lambda cells: [(*place, *cell) for place, cell in cells.items()])
terms = st.lists(
    st.tuples(*[st.just(np.nan) | st.floats(0, 1e9, allow_subnormal=False)] * 3), min_size=1, max_size=20
).map(lambda rows: np.array(rows).T)


read_known_reference = cache(read_reference)
"""Reads the reference package once for all examples; it takes longer than an example."""


def write_rows(path: Path, rows: Sequence[Row]) -> Path:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(["period,flow,partner,code,kg,pieces,value", *lines]) + "\n", encoding="utf-8")
    return path


def count_market(files: Sequence[Sequence[Row]], options: StatisticsOptions | None = None) -> Statistics:
    """Import rows, one file for each list of them, and read the market from the store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mapping = folder / "mapping.yaml"
        mapping.write_text(MAPPING, encoding="utf-8")
        paths = [write_rows(folder / f"{number}.csv", rows) for number, rows in enumerate(files)]
        # Figures drawn at random imply any weight; that is not what these laws are about.
        chosen = ImportOptions(mapping=mapping, accept_absurd=True, absurd_factor=1e12)
        import_trade(paths, "tidy", "KAZ", folder / "trade", chosen)
        return read_statistics(folder / "trade", read_known_reference(), options)


def check_same(first: Statistics, second: Statistics, factor: float = 1.0) -> None:
    """Check that the second is the first times a factor, with the same flags."""
    for name in ("kg", "pieces", "flows", "used"):
        one, other = getattr(first, name), getattr(second, name)
        # Sums of up to a million units; terms that cancel leave what rounding leaves.
        np.testing.assert_allclose(other.values, factor * one.values, rtol=1e-9, atol=1e-3, err_msg=name)
    np.testing.assert_array_equal(first.flags.values, second.flags.values)
    assert first.unmapped["code"].tolist() == second.unmapped["code"].tolist()


@few
@given(tables, st.randoms(use_true_random=False))
def test_that_the_order_of_rows_does_not_matter(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    check_same(count_market([rows]), count_market([shuffled]))


@few
@given(tables, st.integers(0, 30))
def test_that_rows_may_come_in_several_files_in_any_order(rows: list[Row], cut: int) -> None:
    parts = [part for part in (rows[:cut], rows[cut:]) if part]
    whole = count_market([rows])
    check_same(whole, count_market(parts[::-1]))


@few
@given(tables)
def test_that_twice_the_quantities_are_twice_the_market(rows: list[Row]) -> None:
    doubled = [
        (*row[:4], *(None if amount is None else 2 * amount for amount in row[4:6]), 2 * row[6])
        for row in rows
    ]
    check_same(count_market([rows]), count_market([doubled]), 2.0)


@few
@given(tables)
def test_that_no_mass_is_lost_between_codes_and_products(rows: list[Row]) -> None:
    weighed: list[Row] = [(*row[:4], row[4] or 1, None, row[6]) for row in rows]
    found = count_market([weighed], StatisticsOptions(corrections={"re_exports": False}))
    mapped, unmapped = float(found.flows.sel(measure="kg").sum()), float(found.unmapped["kg"].sum())
    # The counted shares of a code are given to four decimals.
    assert mapped + unmapped == pytest.approx(sum(row[4] or 0 for row in weighed), rel=3e-4)
    assert set(found.unmapped["code"]) >= {row[3] for row in rows} & {"847989", "853400"}


@few
@given(tables, st.sampled_from(("mirror", "re_exports")))
def test_that_a_correction_that_finds_nothing_to_correct_changes_nothing(rows: list[Row], name: str) -> None:
    plain = [row for row in rows if row[1] != "re_export"] or [(2018, "import", "CHN", "841821", 1, 1, 1)]
    check_same(count_market([plain]), count_market([plain], StatisticsOptions(corrections={name: False})))


@many
@given(terms)
def test_that_more_exports_never_raise_consumption(cells: NDArray[np.float64]) -> None:
    produced, imported, exported = cells
    before = compute_apparent_consumption(produced, imported, exported)
    after = compute_apparent_consumption(produced, imported, exported + 1)
    has_both = ~np.isnan(before.amount)
    assert (after.amount[has_both] <= before.amount[has_both]).all()
    assert (after.is_negative | ~before.is_negative).all()


@many
@given(terms, st.floats(1e-3, 1e3))
def test_that_consumption_grows_with_its_terms(cells: NDArray[np.float64], factor: float) -> None:
    before, after = compute_apparent_consumption(*cells), compute_apparent_consumption(*(factor * cells))
    np.testing.assert_allclose(after.amount, factor * before.amount, rtol=1e-9, atol=1e-3)
    np.testing.assert_array_equal(after.is_gross, before.is_gross)


@many
@given(terms)
def test_that_a_cell_is_empty_only_where_all_terms_are(cells: NDArray[np.float64]) -> None:
    found = compute_apparent_consumption(*cells)
    np.testing.assert_array_equal(np.isnan(found.amount), np.isnan(cells).all(axis=0))
    np.testing.assert_array_equal(found.is_negative, np.nan_to_num(found.amount) < 0)


@many
@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(1.01, 1e3))
def test_that_a_laxer_factor_finds_no_more_absurd_weights(kg: float, weight: float, factor: float) -> None:
    strict, lax = (find_absurd_weights([kg], [1.0], [weight], by)[0] for by in (factor, 2 * factor))
    assert strict or not lax
    assert not find_absurd_weights([weight], [1.0], [weight], factor)[0]


@many
@given(st.floats(1e-3, 1e9), st.floats(1e-3, 1e9))
def test_that_pieces_of_the_implied_weight_are_the_mass(kg: float, pieces: float) -> None:
    assert float(compute_implied_weight([kg], [pieces])[0]) * pieces == pytest.approx(kg)


@many
@given(st.integers(1900, 2200), st.integers(0, 50))
def test_that_a_later_year_never_has_an_earlier_revision(year: int, later: int) -> None:
    assert find_revision(year) <= find_revision(year + later)


def test_that_shares_do_not_depend_on_which_years_are_asked_for(reference: Reference) -> None:
    together = list_shares(reference, CountryTables(), np.array(YEARS))
    for year in YEARS:
        alone = list_shares(reference, CountryTables(), np.array([year]))
        part = together[together["year"] == year].reset_index(drop=True)
        assert part.equals(alone)


def test_that_one_thread_gives_the_same_bits_each_time() -> None:
    rows: list[Row] = [
        (year, flow, partner, code, 1000 + 7 * place, 3 + place, 500 * place + 1)
        for place, code in enumerate(CODES)
        for year in YEARS
        for flow in FLOWS
        for partner in ("CHN", "RUS", "DEU")
    ]
    options = replace(StatisticsOptions(), corrections={"partial_years": True})
    first, second = count_market([rows], options), count_market([rows], options)
    assert first.kg.values.tobytes() == second.kg.values.tobytes()
    assert first.pieces.values.tobytes() == second.pieces.values.tobytes()
