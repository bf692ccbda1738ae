"""What a calibrated result has learned, in the tables that views show."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from ainalym.results.intervals import ENDS, compute_totals
from ainalym.results.result import Result
from ainalym.results.summary import HEADLINE_QUANTITIES, list_years

MOVED = 0.5
"""Shift in prior standard deviations from which on an input counts as moved."""

LEAST_SHARE = 0.03
"""Share of a change below which an input is not named as a cause."""


class Cause(NamedTuple):
    """One input that would have to differ for a figure to be true.

    Attributes
    ----------
    input
        One of the inputs of the calibration, such as ``market_level``.
    product
        UNU-KEY; empty for a path of the whole country.
    factor
        By which it would have to differ; NaN where it has no single factor.
    share
        Share of the whole change.
    """

    input: str
    product: str
    factor: float
    share: float


class Conflict(NamedTuple):
    """A figure that contradicts prior and all other evidence.

    Attributes
    ----------
    row
        The row of the table ``evidence``.
    sigmas
        Smallest change of all inputs that would meet the figure, in standard deviations.
    causes
        Inputs that would have to change most.
    """

    row: pd.Series
    sigmas: float
    causes: tuple[Cause, ...]


def has_learned(result: Result) -> bool:
    """Tell whether a result has learned from evidence."""
    return "evidence" in result.tables


def compute_learning(result: Result) -> pd.DataFrame:
    """Compare placed on market, stock and e-waste before and after learning, in the headline years.

    Parameters
    ----------
    result
        Result that has learned.

    Returns
    -------
    pandas.DataFrame
        Columns ``quantity``, ``year``, ``prior_low``, ``prior_median``, ``prior_high``, ``low``, ``median``,
        ``high``: medians and 90 % intervals, t or t/yr.
    """
    prior = result.tables["prior"]
    rows = []
    for quantity in HEADLINE_QUANTITIES:
        after = compute_totals(result, quantity)
        before = prior[prior["quantity"] == quantity].set_index("year")
        rows += [
            {
                "quantity": quantity,
                "year": year,
                **{f"prior_{name}": float(before[name].loc[year]) for name in ENDS},
                **after[year]._asdict(),
            }
            for year in list_years(result)
        ]
    return pd.DataFrame(rows)


def list_moved(result: Result) -> pd.DataFrame:
    """List the inputs that evidence has moved by more than half a prior standard deviation.

    Parameters
    ----------
    result
        Result that has learned.

    Returns
    -------
    pandas.DataFrame
        Rows of the table ``learned``, those that moved most first.
    """
    learned = result.tables["learned"]
    moved = learned[learned["shift"].abs() > MOVED]
    return moved.sort_values("shift", key=lambda shift: -shift.abs(), kind="stable", ignore_index=True)


def list_conflicts(result: Result) -> list[Conflict]:
    """List the figures that contradict prior and all other evidence, the worst first.

    Parameters
    ----------
    result
        Result that has learned.

    Returns
    -------
    list of Conflict
        With what would have to be true for each.
    """
    evidence, causes = result.tables["evidence"], result.tables["conflicts"]
    found = []
    for place, row in evidence[evidence["conflict"]].iterrows():
        own = causes[causes["row"] == place]
        named = own[own["share"] >= LEAST_SHARE]
        columns = [named[name] for name in Cause._fields]
        found.append(
            Conflict(
                row,
                float(own["sigmas"].iloc[0]),
                tuple(Cause(*values) for values in zip(*columns, strict=True)),
            )
        )
    return sorted(found, key=lambda conflict: -conflict.sigmas)
