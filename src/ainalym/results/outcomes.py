"""What becomes of e-waste, by year and accumulated, of one run or of scenarios that share their draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ainalym.core.quantities import get_quantity
from ainalym.errors import InputError, Problem
from ainalym.kernels.fees import compute_present_value
from ainalym.results.difference import check_shared
from ainalym.results.intervals import HIGH, LOW, MEDIAN
from ainalym.results.result import Result
from ainalym.results.summary import ACCUMULATIONS, list_years

FloatArray: TypeAlias = npt.NDArray[np.float64]
Period: TypeAlias = tuple[int, int]

PER_YEAR = "/yr"

RATE = "collection_rate"
"""Quantity that is a ratio: over several years it is that of the sums."""

OUTCOMES: dict[str, str] = {
    "placed_on_market_total": "",
    "stock_total": "",
    "ewaste_generated_total": "",
    "ewaste_collected": "",
    RATE: "",
    "ewaste_unmanaged": "",
    "ewaste_generated_by_category": "category",
    "ewaste_collected_by_category": "category",
    "ewaste_by_route": "route",
    "material_embedded_total": "material",
    "material_recoverable_total": "material",
    "material_recovered_total": "material",
    "material_lost_total": "material",
    "recovered_value_total": "",
    "recovered_value": "material",
    "formal_account": "item",
    "world_frame_account": "world_item",
    "producer_payments": "",
    "public_payments": "",
    "emissions_avoided": "boundary",
    "refrigerants_captured": "",
    "refrigerants_released": "",
    "substance_unmanaged": "substance",
}
"""Quantities of the table of outcomes, and the axis whose labels they are listed by."""

STOCKS = ("stock_total",)
"""Quantities of a moment, which are not accumulated."""

ACCOUNTS = {"formal_account": ("item", "net_benefit"), "world_frame_account": ("world_item", "net_value")}
"""Accounts that have a present value: their axis and the item that is their net."""

RATES_BESIDE = (0.0, 0.12)
"""Rates of discount that are shown beside those of table economic_parameters."""


class Spread(NamedTuple):
    """A figure and the ends of its interval; ends that are not numbers where there are no draws.

    Attributes
    ----------
    low, value, high
        The 5, 50 and 95 % quantiles, or the central path in the middle. Shape (label,).
    """

    low: FloatArray
    value: FloatArray
    high: FloatArray


SPREAD_COLUMNS = ("value", "low", "high")
CHANGE_COLUMNS = ("change", "change_low", "change_high")


def list_periods(result: Result, years: Sequence[int] | None = None) -> list[Period]:
    """List the periods that a table of outcomes shows: single years, then the longest accumulation.

    Parameters
    ----------
    result
        Result of a run.
    years
        Years to show, the headline years by default.

    Returns
    -------
    list of tuple of int
        First and last year.

    Raises
    ------
    InputError
        [ENS-007] for a year outside the outlook.
    """
    known = result.data["year"].values
    check_years(years or (), int(known[0]), int(known[-1]))
    chosen = list_years(result) if years is None else list(dict.fromkeys(years))
    long = [period for period in ACCUMULATIONS if period[1] <= known[-1]][-1:]
    return [*((year, year) for year in chosen), *long]


def check_years(years: Sequence[int], first: int, last: int) -> None:
    """Refuse years that an outlook does not have.

    Parameters
    ----------
    years
        Years that are asked for.
    first, last
        First and last year of the outlook.

    Raises
    ------
    InputError
        [ENS-007] for each year outside.
    """
    expected, mend = f"a year from {first} to {last}", "Run the outlook further with --until."
    wrong = [year for year in years if not first <= year <= last]
    if wrong:
        raise InputError([Problem("ENS-007", "option --year", str(year), expected, mend) for year in wrong])


def compute_outcomes(results: Sequence[Result], periods: Sequence[Period]) -> pd.DataFrame:
    """Compute what becomes of e-waste in scenarios, and what each differs by from the first.

    Parameters
    ----------
    results
        One or more, of the same country and with the same draws, or all without.
    periods
        First and last year of each period, both included.

    Returns
    -------
    pandas.DataFrame
        Columns ``scenario``, ``first_year``, ``last_year``, ``quantity``, ``label`` (empty for a total),
        ``unit`` (without "per year" over several years), ``value``, ``low``, ``high``, ``change``,
        ``change_low``, ``change_high``. With draws the values are medians between the ends of their 90 %
        intervals, and so is the change from the first scenario, draw by draw; without, they are the central
        path and the ends are missing. The first scenario has no change.

    Raises
    ------
    InputError
        [ENS-013] if the draws are not shared.
    """
    base, *others = results
    for other in others:
        check_shared(other, base)
    rows = []
    for result in results:
        for quantity, axis in OUTCOMES.items():
            unit = get_quantity(quantity).unit
            for period in periods:
                several = period[0] < period[1]
                if several and quantity in STOCKS:
                    continue
                own = _sum_period(result, quantity, period)
                first = own if result is base else _sum_period(base, quantity, period)
                entry = {
                    "scenario": read_name(result),
                    "first_year": period[0],
                    "last_year": period[1],
                    "quantity": quantity,
                }
                shown = unit.removesuffix(PER_YEAR) if several else unit
                labels = _read_labels(result, quantity, axis)
                laid_out = _lay_out(own, None if result is base else own - first)
                for place, label in enumerate(labels):
                    figures = {name: float(values[place]) for name, values in laid_out.items()}
                    rows.append({**entry, "label": label, "unit": shown, **figures})
    return pd.DataFrame(rows)


def compute_present_values(results: Sequence[Result]) -> pd.DataFrame:
    """Compute the present value of both accounts over the longest period, at several rates of discount.

    Parameters
    ----------
    results
        As for :func:`compute_outcomes`.

    Returns
    -------
    pandas.DataFrame
        Columns ``scenario``, ``quantity`` (the account), ``first_year`` (to which the flow is discounted),
        ``last_year``, ``rate`` (1/yr), ``chosen`` (whether it is the rate of the table, a choice), and
        ``value`` to ``change_high`` as in :func:`compute_outcomes`, USD. Without rows where the outlook ends
        before the period does.

    Raises
    ------
    InputError
        [ENS-013] if the draws are not shared.
    """
    base, *others = results
    for other in others:
        check_shared(other, base)
    rows = []
    for result in results:
        for account, first, last, rate, own in _discount(result):
            before = own if result is base else _find(base, account, rate)
            rows.append(
                {
                    "scenario": read_name(result),
                    "quantity": account,
                    "first_year": first,
                    "last_year": last,
                    "rate": rate,
                    "chosen": rate == _read_rates(result)[0],
                    **_lay_out_one(own, None if result is base else own - before),
                }
            )
    columns = [
        "scenario",
        "quantity",
        "first_year",
        "last_year",
        "rate",
        "chosen",
        *SPREAD_COLUMNS,
        *CHANGE_COLUMNS,
    ]
    return pd.DataFrame(rows, columns=columns)


def read_name(result: Result) -> str:
    """Read the name of the scenario of a result.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    str
        Short name.
    """
    return str(result.record["scenario"]["name"])


def read_path(result: Result, quantity: str) -> xr.DataArray:
    """Read the central path of a quantity of which draws are kept.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        One of :data:`OUTCOMES`.

    Returns
    -------
    xarray.DataArray
        Dims (year,) or (year, axis), in the unit of the quantity.
    """
    data = result.data
    if quantity in data:
        return data[quantity]
    if quantity == "ewaste_by_route":
        return data["ewaste_routed"].sum("product")
    if quantity.endswith("_by_category"):
        return _sum_categories(result, quantity.removesuffix("_by_category"))
    source = data[quantity.removesuffix("_total")]
    return source.sum("product" if "product" in source.dims else "material")


def _sum_categories(result: Result, quantity: str) -> xr.DataArray:
    array = result.data[quantity]
    own = result.tables["products"]["category"].reindex(array["product"].values).to_numpy()
    names = [str(name) for name in result.tables["categories"].index]
    sums = [array.isel(product=np.flatnonzero(own == name)).sum("product") for name in names]
    return xr.concat(sums, dim=pd.Index(names, name="category"))


def read_values(result: Result, quantity: str, central: bool = False) -> xr.DataArray:
    """Read all draws of a quantity.

    Parameters
    ----------
    result
        Result of a run.
    quantity
        One of :data:`OUTCOMES`.
    central
        Whether the central path is wanted all the same.

    Returns
    -------
    xarray.DataArray
        With the axis ``draw``; the central path as the only draw where there are none.
    """
    if central or result.draws is None:
        return read_path(result, quantity).expand_dims("draw")
    return result.draws[quantity]


def _read_labels(result: Result, quantity: str, axis: str) -> list[str]:
    if not axis:
        return [""]
    return [str(label) for label in read_values(result, quantity)[axis].values]


def _sum_period(result: Result, quantity: str, period: Period) -> FloatArray:
    """Sum a quantity over a period. Shape (draw, label)."""
    if quantity == RATE:
        collected = _sum_period(result, "ewaste_collected", period)
        generated = _sum_period(result, "ewaste_generated_total", period)
        return 100.0 * np.divide(collected, generated, out=np.zeros_like(collected), where=generated > 0)
    values = read_values(result, quantity).sel(year=slice(*period)).transpose("draw", "year", ...)
    sums = values.values.sum(axis=1, dtype=np.float64)
    return np.asarray(sums.reshape(len(sums), -1))


def _lay_out(values: FloatArray, change: FloatArray | None) -> dict[str, FloatArray]:
    """Lay out quantiles of the draws and of their changes as columns. Shape (label,) each."""
    own = _spread(values)
    moved = _spread(change) if change is not None else Spread(*np.full((3, *own.value.shape), np.nan))
    columns = (*SPREAD_COLUMNS, *CHANGE_COLUMNS)
    return dict(zip(columns, (own.value, own.low, own.high, moved.value, moved.low, moved.high), strict=True))


def _lay_out_one(values: FloatArray, change: FloatArray | None) -> dict[str, float]:
    """Lay out one figure. Shape (draw,)."""
    wide = None if change is None else change[:, np.newaxis]
    return {name: float(found[0]) for name, found in _lay_out(values[:, np.newaxis], wide).items()}


def _spread(values: FloatArray) -> Spread:
    if len(values) == 1:
        missing = np.full_like(values[0], np.nan)
        return Spread(missing, values[0], missing)
    return Spread(*np.quantile(values, (LOW, MEDIAN, HIGH), axis=0))


def _read_rates(result: Result) -> tuple[float, ...]:
    """Read the rates of discount: that of the table, the ends of its range, and those shown beside it."""
    table = result.tables["economic_parameters"].set_index("parameter")
    row = table.loc["discount_rate"]
    return tuple(dict.fromkeys(float(rate) for rate in (*row[["value", "low", "high"]], *RATES_BESIDE)))


def _discount(result: Result) -> Iterator[tuple[str, int, int, float, FloatArray]]:
    """Give the present value of each account at each rate in every draw."""
    years = result.data["year"].values
    for first, last in [period for period in ACCUMULATIONS if period[1] <= years[-1]][-1:]:
        for account, (axis, net) in ACCOUNTS.items():
            flow = read_values(result, account).sel({axis: net, "year": slice(first, last)})
            values = flow.transpose("year", "draw").values.astype(np.float64)
            span = flow["year"].values.astype(np.float64)
            for rate in _read_rates(result):
                worth = compute_present_value(values, span, float(first), rate)
                yield account, first, last, rate, worth


def _find(result: Result, account: str, rate: float) -> FloatArray:
    return next(own for name, _, _, at, own in _discount(result) if (name, at) == (account, rate))
