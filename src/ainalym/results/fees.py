"""Fees of producers in a year: what full cost asks for, and what a coefficient set by law would bring."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.kernels.fees import compute_index_fee, raise_for_free_riders
from ainalym.results.indicators import sum_categories
from ainalym.results.result import Result

Basis: TypeAlias = Literal["mass", "piece"]
"""What a coefficient is set for: a tonne, or a piece."""


def find_calculation_index(table: pd.DataFrame, year: int) -> float:
    """Find the calculation index of a year: the mean of those that held in it, by day.

    Parameters
    ----------
    table
        Columns ``valid_from`` (YYYY-MM-DD) and ``value``, KZT.
    year
        Calendar year.

    Returns
    -------
    float
        KZT.

    Raises
    ------
    InputError
        [ECO-006] for a year that the table does not know.
    """
    starts = pd.to_datetime(table["valid_from"])
    known = sorted({int(start.year) for start in starts})
    if year not in known:
        span = f"{known[0]} to {known[-1]}" if known else "none: the country has no such table"
        mend = "Ask for one of these years, or add the index to table calculation_index."
        raise InputError(
            Problem("ECO-006", "calculation index", f"year {year}", f"a year of the table ({span})", mend)
        )
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    index = pd.Series(table["value"].to_numpy(dtype=float), index=starts).sort_index()
    return float(index.reindex(index.index.union(days)).ffill().reindex(days).mean())


def compute_fees(
    result: Result,
    year: int,
    free_riders: float = 0.0,
    coefficient: float | None = None,
    basis: Basis = "mass",
    index_year: int | None = None,
) -> pd.DataFrame:
    """Compute the fee of each category in a year.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year of the outlook.
    free_riders
        Share of the market that pays nothing, in [0, 1).
    coefficient
        Of the fee set by law, in calculation indices for a tonne or a piece; None where it is not known. The
        program never guesses it.
    basis
        What the coefficient is for.
    index_year
        Year whose calculation index holds; the last known one by default.

    Returns
    -------
    pandas.DataFrame
        Columns ``category``, ``placed_on_market`` (t), ``net_cost`` (USD), ``full_cost_fee`` (USD/t),
        ``fee_of_payers`` (USD/t, carrying the free riders), ``fee_of_payers_local`` (money of the country per
        tonne), and with a coefficient ``statutory_revenue_local`` and ``coverage`` (of the net cost, 1).

    Raises
    ------
    InputError
        [ECO-002] for the share of free riders, [ECO-006] for the index,
        [ECO-007] for a coefficient below 0, [ENS-007] for a year outside the outlook.
    """
    _check(result, year, coefficient)
    market = sum_categories(result, "placed_on_market").loc[year]
    pieces = sum_categories(result, "placed_on_market_pieces").loc[year]
    fee = result.data["epr_fee"].sel(year=year).to_series()
    rate = float(result.record["scenario"]["local_money_per_usd"])
    paying = pd.Series(raise_for_free_riders(fee.to_numpy(dtype=float), free_riders), index=fee.index)
    table = pd.DataFrame(
        {
            "placed_on_market": market,
            "net_cost": fee * market,
            "full_cost_fee": fee,
            "fee_of_payers": paying,
            "fee_of_payers_local": paying * rate,
        }
    )
    if coefficient is not None:
        index_table = result.tables["calculation_index"]
        last = int(pd.to_datetime(index_table["valid_from"]).dt.year.max()) if len(index_table) else year
        index = find_calculation_index(index_table, index_year or last)
        quantity = (market if basis == "mass" else pieces).to_numpy(dtype=float) * (1.0 - free_riders)
        table["statutory_revenue_local"] = compute_index_fee(quantity, coefficient, np.full(1, index))
        table["coverage"] = table["statutory_revenue_local"] / (table["net_cost"] * rate).where(
            table["net_cost"] > 0
        )
    return table.rename_axis("category").reset_index()


def _check(result: Result, year: int, coefficient: float | None) -> None:
    years = result.data["year"].values
    if year not in years:
        expected = f"a year from {years[0]} to {years[-1]}"
        raise InputError(
            Problem("ENS-007", "option --year", str(year), expected, "Run the outlook further with --until.")
        )
    if coefficient is not None and not coefficient >= 0:
        mend = "Give the coefficient that the ministry has set."
        raise InputError(
            Problem("ECO-007", "option --coefficient", f"{coefficient:g}", "a number of 0 or more", mend)
        )
