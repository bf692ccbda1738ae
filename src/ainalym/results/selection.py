"""A part of a result: one quantity, some of its labels and years, summed where it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import xarray as xr

from ainalym.core.quantities import get_quantity
from ainalym.errors import InputError, Problem
from ainalym.results.result import Result

SUMMABLE_UNITS = ("t", "t/yr", "piece", "piece/yr", "persons", "USD/yr")
"""Units of amounts: those of parts add up to that of the whole; shares, prices and lifetimes do not."""

LABELS_NAMED = 20
"""How many known labels a message lists."""


@dataclass(frozen=True)
class Selection:
    """What is asked of a result.

    Attributes
    ----------
    quantity
        Name in the vocabulary.
    labels
        Labels wanted by axis; all where an axis is not named.
    years
        First and last year, None for the ends of the outlook.
    totals
        Axes to sum over.
    """

    quantity: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    years: tuple[int | None, int | None] = (None, None)
    totals: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.quantity, tuple(sorted(self.labels.items())), self.years, self.totals))


def select_values(result: Result, selection: Selection) -> pd.DataFrame:
    """Select values of a quantity as a tidy table.

    Parameters
    ----------
    result
        Result of a run.
    selection
        What is asked.

    Returns
    -------
    pandas.DataFrame
        One column per axis that is left, and ``value`` in the unit of the vocabulary.

    Raises
    ------
    InputError
        [OPT-004] for an unknown quantity, [OPT-008] with all labels, years and sums that are not possible.
    """
    array = read_array(result, selection.quantity)
    problems = [
        *_check_labels(array, selection.labels),
        *_check_years(array, selection.years),
        *_check_totals(array, selection),
    ]
    if problems:
        raise InputError(problems)
    for axis, names in selection.labels.items():
        array = array.sel({axis: [name for name in array[axis].values.tolist() if name in names]})
    if "year" in array.dims:
        array = array.sel(year=slice(*selection.years))
    if selection.totals:
        array = array.sum(list(selection.totals))
    if not array.dims:
        return pd.DataFrame({"value": [float(array)]})
    return array.reset_coords(drop=True).to_series().rename("value").reset_index()


def read_array(result: Result, quantity: str) -> xr.DataArray:
    """Read the array of a quantity, refusing one that the result does not have."""
    if quantity not in result.data.data_vars:
        known = ", ".join(str(name) for name in result.data.data_vars)
        raise InputError(
            Problem("OPT-004", "quantity", repr(quantity), f"one of {known}", "Use a name of the list.")
        )
    return result.data[quantity]


def _check_labels(array: xr.DataArray, labels: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    problems = []
    for axis, names in labels.items():
        if axis not in array.dims:
            axes = ", ".join(str(name) for name in array.dims)
            mend = f"Leave {axis} out."
            problems.append(Problem("OPT-008", axis, f"labels for {array.name}", f"its axes: {axes}", mend))
            continue
        known = [str(name) for name in array[axis].values]
        listed = ", ".join(known[:LABELS_NAMED]) + (", ..." if len(known) > LABELS_NAMED else "")
        problems += [
            Problem("OPT-008", axis, repr(name), f"one of {listed}", "Use a name of the list.")
            for name in names
            if name not in known
        ]
    return problems


def _check_years(array: xr.DataArray, years: tuple[int | None, int | None]) -> list[Problem]:
    first, last = years
    if first is None and last is None:
        return []
    if "year" not in array.dims:
        return [
            Problem("OPT-008", "year", f"years for {array.name}", "no years", "Leave first and last out.")
        ]
    begin, end = int(array["year"].min()), int(array["year"].max())
    problems = [
        Problem("OPT-008", name, str(year), f"a year from {begin} to {end}", "Correct it.")
        for name, year in (("first", first), ("last", last))
        if year is not None and not begin <= year <= end
    ]
    if first is not None and last is not None and first > last:
        problems.append(Problem("OPT-008", "first", str(first), f"{last} or before", "Correct it."))
    return problems


def _check_totals(array: xr.DataArray, selection: Selection) -> list[Problem]:
    problems = [
        Problem("OPT-008", "total", axis, f"an axis of {selection.quantity}", "Leave it out.")
        for axis in selection.totals
        if axis not in array.dims
    ]
    unit = get_quantity(selection.quantity).unit
    if selection.totals and unit not in SUMMABLE_UNITS:
        problems.append(
            Problem(
                "OPT-008",
                "total",
                f"a sum of {selection.quantity}, in {unit}",
                f"a quantity in {', '.join(SUMMABLE_UNITS)}",
                "Leave total out.",
            )
        )
    return problems
