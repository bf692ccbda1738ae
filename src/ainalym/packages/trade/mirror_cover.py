"""How much of a flow the partners that report it stand for.

A country that is silent can be seen in the mirror of its partners, but only as far as they report: the
exports of two of twenty partners are no imports of the country. What a partner's share is can be known from
the country's own reports of years nearby alone; where there are none, nothing is known of the partners that
are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ainalym.errors import Problem

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FLOWS = ("import", "export")
"""Flows that have a mirror."""

WORLD = "WLD"

COMPARABLE_YEARS = 5
"""How many years off an own report may be and still tell what each partner's share is; an assumption."""

NEARLY_ALL = 0.9
"""Share of an own total that its rows by partner must give to tell the shares of partners; an assumption."""

MONTHS_OF_A_YEAR = 12

TABLE_COLUMNS = (
    "flow",
    "year",
    "product",
    "partners",
    "partners_needed",
    "months",
    "months_needed",
    "value_usd",
    "cover",
    "basis",
    "basis_year",
    "is_used",
)


class MirrorCover(NamedTuple):
    """What is known of the cover of the partners' reports.

    Attributes
    ----------
    is_usable
        Whether the partners that report stand for the whole flow. Shape (flow, year, product), flows as in
        :data:`FLOWS`; a product without trade counts as well, for its nought is then known.
    table
        One row for each flow, year and product that the country is silent of and partners report:
        ``partners`` that report the whole year, of ``partners_needed`` that the country's own reports name
        (missing where these are not known); ``months`` that they report, of ``months_needed``;
        ``value_usd`` that they report; ``cover``, the share of the value of the flow that they hold, 0 to
        1, missing where unknown; ``basis``, what it was computed from (``product``, ``all products`` or
        nothing) in ``basis_year``; ``is_used``.
    """

    is_usable: BoolArray
    table: pd.DataFrame


class _Needed(NamedTuple):
    """What the country's own reports say of a flow of a product.

    ``total`` has the shape (year, product + 1) and ``by_partner`` (year, partner, product + 1), USD; the last
    product is all of them together.
    """

    total: FloatArray
    by_partner: FloatArray


class _Case(NamedTuple):
    """Cover of one flow, year and product, and what it rests on."""

    cover: float
    basis: str
    basis_year: int | None
    needed: BoolArray


def compute_mirror_cover(
    values: pd.DataFrame,
    coverage: pd.DataFrame,
    is_candidate: BoolArray,
    years: NDArray[np.int_],
    products: Sequence[str],
    least_cover: float,
) -> MirrorCover:
    """Compute which share of a flow the partners hold that report it.

    Parameters
    ----------
    values
        Columns ``is_own``, ``is_whole``, ``flow``, ``year``, ``partner`` (``WLD`` for the country's own
        totals), ``product`` and ``value``, USD a year.
    coverage
        Result of :func:`ainalym.packages.trade.statistics_options.choose_publications`.
    is_candidate
        Where the country is silent and partners report. Shape (flow, year, product).
    years, products
        Labels of the axes.
    least_cover
        Share from which on partners stand for the flow; with 0 they always do.

    Returns
    -------
    MirrorCover
        What is usable, and the table.
    """
    is_usable = np.zeros(is_candidate.shape, dtype=bool)
    rows = []
    partners = sorted({*values["partner"], *coverage.loc[~coverage["is_own"], "reporter"]} - {WORLD})
    for place, flow in enumerate(FLOWS):
        of_flow = values[values["flow"] == flow]
        needed = _read_needed(of_flow[of_flow["is_own"]], years, partners, products)
        others = of_flow[~of_flow["is_own"]]
        whole, partial = (
            _spread(others[others["is_whole"] == is_whole], years, partners, products)
            for is_whole in (True, False)
        )
        is_whole, months = _read_months(coverage[coverage["flow"] == flow], years, partners)
        for row in np.flatnonzero(months.any(1)).tolist():
            for column in range(len(products)):
                case = _judge(needed, whole[row], partial[row], is_whole[row], row, column, years)
                usable = least_cover == 0 or case.cover >= least_cover
                is_usable[place, row, column] = usable
                if is_candidate[place, row, column]:
                    seen = months[row]
                    label = (flow, int(years[row]), products[column])
                    rows.append((*label, *_count(case, is_whole[row], seen), whole[row, :, column].sum(),
                                 case.cover, case.basis, case.basis_year, usable))  # fmt: skip
    table = pd.DataFrame(rows, columns=list(TABLE_COLUMNS))
    whole_numbers = ["partners", "partners_needed", "months", "months_needed", "basis_year"]
    return MirrorCover(is_usable, table.astype(dict.fromkeys(whole_numbers, "Int64") | {"cover": float}))


def describe_thin_cover(table: pd.DataFrame, least_cover: float) -> list[Problem]:
    """Say which flows of the partners were not used, and why.

    Parameters
    ----------
    table
        Of :class:`MirrorCover`.
    least_cover
        Share from which on partners stand for a flow.

    Returns
    -------
    list of Problem
        [TRD-028] where the partners that report hold too little, [TRD-029] where it is not known how much
        they hold; one for each flow, year and product, largest value first.
    """
    unused = table[~table["is_used"].astype(bool)].sort_values("value_usd", ascending=False, kind="stable")
    return [_describe(row, least_cover) for row in unused.itertuples(index=False)]


def _describe(row: object, least_cover: float) -> Problem:
    read = row._asdict()  # type: ignore[attr-defined]
    where = f"{read['flow']}s of product {read['product']} in {read['year']}"
    take = "or take what there is as an estimate with --least-cover 0."
    seen = f"{read['partners']} partners, {read['months']} months"
    if np.isnan(read["cover"]):
        got = f"reports of {seen}, and none of the country within {COMPARABLE_YEARS} years to compare with"
        mend = f"Import the country's own report of a year nearby, {take}"
        return Problem("TRD-029", where, got, "reports of partners whose share of the flow is known", mend)
    if not pd.isna(read["partners_needed"]):
        seen = (
            f"{read['partners']} of {read['partners_needed']} partners, {read['months']} of"
            f" {read['months_needed']} months"
        )
    got = f"reports of partners that hold {read['cover']:.0%} of its value ({seen})"
    mend = f"Import the reports of the other partners and months, {take}"
    return Problem("TRD-028", where, got, f"{least_cover:.0%} or more", mend)


def _spread(
    frame: pd.DataFrame, years: NDArray[np.int_], partners: Sequence[str], products: Sequence[str]
) -> FloatArray:
    """Lay values out over (year, partner, product + 1); the last product is all of them."""
    cube = np.zeros((len(years), len(partners), len(products) + 1))
    rows = frame["year"].to_numpy(dtype=int) - int(years[0])
    columns = pd.Index(partners).get_indexer(pd.Index(frame["partner"]))
    keys = pd.Index(products).get_indexer(pd.Index(frame["product"]))
    np.add.at(cube, (rows, columns, keys), np.nan_to_num(frame["value"].to_numpy(dtype=float)))
    cube[..., -1] = cube[..., :-1].sum(-1)
    return cube


def _read_needed(
    own: pd.DataFrame, years: NDArray[np.int_], partners: Sequence[str], products: Sequence[str]
) -> _Needed:
    is_total = own["partner"] == WORLD
    by_partner = _spread(own[~is_total], years, partners, products)
    totals = own[is_total].assign(partner=WORLD)
    total = _spread(totals, years, [WORLD], products)[:, 0]
    return _Needed(np.maximum(total, by_partner.sum(1)), by_partner)


def _read_months(
    coverage: pd.DataFrame, years: NDArray[np.int_], partners: Sequence[str]
) -> tuple[BoolArray, NDArray[np.int_]]:
    """Read which partners report the whole of each year, and how many months; shape (year, partner)."""
    is_whole = np.zeros((len(years), len(partners)), dtype=bool)
    months = np.zeros(is_whole.shape, dtype=int)
    others = coverage[~coverage["is_own"]]
    rows = others["year"].to_numpy(dtype=int) - int(years[0])
    columns = pd.Index(partners).get_indexer(pd.Index(others["reporter"]))
    np.logical_or.at(is_whole, (rows, columns), others["is_chosen"].to_numpy(dtype=bool))
    np.maximum.at(months, (rows, columns), others["months"].to_numpy(dtype=int))
    return is_whole, months


def _judge(
    needed: _Needed,
    whole: FloatArray,
    partial: FloatArray,
    is_whole: BoolArray,
    row: int,
    column: int,
    years: NDArray[np.int_],
) -> _Case:
    """Judge what the partners of one year hold of one product, by its own history, else by that of all."""
    everything = whole.shape[-1] - 1
    nobody = np.zeros(is_whole.shape, dtype=bool)
    for product, basis in ((column, "product"), (everything, "all products")):
        distance = np.abs(years - years[row])
        known = (needed.total[:, product] > 0) & (distance <= COMPARABLE_YEARS)
        if not known.any():
            continue
        base = int(np.argmin(np.where(known, distance, distance.max() + 1)))
        total, shares = needed.total[base, product], needed.by_partner[base, :, product]
        has_partners = shares.sum() >= NEARLY_ALL * total
        held = shares[is_whole].sum() if has_partners else whole[:, product].sum()
        cover = min(1.0, float(held / total))
        told = whole[:, column].sum() + partial[:, column].sum()
        if told > 0:
            # A partner that broke off in the year is missing from it, whatever it used to hold.
            cover = min(cover, float(whole[:, column].sum() / told))
        return _Case(cover, basis, int(years[base]), shares > 0 if has_partners else nobody)
    return _Case(np.nan, "", None, nobody)


def _count(
    case: _Case, is_whole: BoolArray, months: NDArray[np.int_]
) -> tuple[int, int | None, int, int | None]:
    """Count partners and months, seen and needed."""
    if not case.needed.any():
        return int(is_whole.sum()), None, int(months.sum()), None
    needed = int(case.needed.sum())
    return (
        int((is_whole & case.needed).sum()),
        needed,
        int(months[case.needed].sum()),
        MONTHS_OF_A_YEAR * needed,
    )
