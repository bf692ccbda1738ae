"""How much households and persons own: curves of the reference groups, updated with the country's surveys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.errors import InputError, Problem
from ainalym.kernels.ownership_curves import INCOME_UNIT, CurveSet, Observations, update_curves

UNIT_DEVIATIONS = {
    "units per 100 households": (0.15, 0.3),
    "units per 1000 persons": (0.15, 0.3),
    "% of households owning": (0.05, 0.5),
}
"""Standard deviations of the logarithm where the stock is below a surveyed level, and above it. Surveys miss
what is kept unused and what businesses own, so that the stock is above rather than below; of the share that
owns, some own several pieces, so that it is a lower bound. Assumptions."""

COUNTRY_DEVIATIONS = (0.2, 0.0, 4.0)
"""Standard deviations by which a country differs from the curve of the reference groups, beside the error of
the curve: of log saturation, log rate and midpoint (thousand int$, or years). With them the level scatters by
about 0.2 near saturation and 0.35 on the way up; in 14 EU countries it scattered by 0.09 to 0.38 in 2015."""

GRADE_FACTORS = {"A": 1.0, "B": 1.0, "C": 1.5, "D": 3.0}
"""By how much the deviations of a figure are wider for its grade of trust. Assumptions."""


def read_curves(demand_groups: pd.DataFrame) -> CurveSet:
    """Read the curves of the reference groups, as uncertain as they are for another country.

    Parameters
    ----------
    demand_groups
        Table ``demand_groups``: one row per group.

    Returns
    -------
    CurveSet
        In the order of the rows.

    Raises
    ------
    InputError
        [PRJ-004] for a Bass curve without innovation or not in time, or another curve with an innovation.
    """
    is_bass = demand_groups["curve"] == "bass"
    in_time = demand_groups["driver"] == "time"
    has_innovation = demand_groups["innovation"].notna()
    bad = (is_bass & ~(in_time & has_innovation)) | (~is_bass & has_innovation)
    if bad.any():
        raise InputError(
            Problem(
                "PRJ-004",
                f"table 'demand_groups.csv', demand_group {row.demand_group}",
                f"curve '{row.curve}' with driver '{row.driver}' and innovation {row.innovation:g}",
                "an innovation and the driver time for a Bass curve, no innovation for others",
                "Correct the row.",
            )
            for row in demand_groups[bad].itertuples()
        )
    deviations = demand_groups[["deviation_saturation", "deviation_rate", "deviation_midpoint"]].to_numpy(
        float
    )
    correlation = np.broadcast_to(np.eye(3), (len(demand_groups), 3, 3)).copy()
    names = ("saturation_rate", "saturation_midpoint", "rate_midpoint")
    for name, (row, column) in zip(names, ((0, 1), (0, 2), (1, 2)), strict=True):
        correlation[:, row, column] = correlation[:, column, row] = demand_groups[f"correlation_{name}"]
    return CurveSet(
        names=tuple(demand_groups["demand_group"]),
        curve=tuple(demand_groups["curve"]),
        in_time=in_time.to_numpy(bool),
        per_household=(demand_groups["basis"] == "household").to_numpy(bool),
        saturation=demand_groups["saturation"].to_numpy(float),
        rate=demand_groups["rate"].to_numpy(float),
        midpoint=demand_groups["midpoint"].to_numpy(float),
        innovation=demand_groups["innovation"].fillna(1.0).to_numpy(float),
        covariance=correlation * deviations[:, :, np.newaxis] * deviations[:, np.newaxis, :]
        + np.diag(np.square(COUNTRY_DEVIATIONS)),
    )


def estimate_curves(
    curves: CurveSet,
    ownership: pd.DataFrame,
    demand_group: pd.Series,
    area: str,
    income: xr.DataArray,
    household_size: np.ndarray,
) -> CurveSet:
    """Update the curves of the reference groups with what surveys of the country found.

    Parameters
    ----------
    curves
        Curves of the reference groups, without a draw axis.
    ownership
        Table ``ownership`` of the country; without rows the curves stay as they are.
    demand_group
        Name of the demand group by product, empty where it has none. Indexed by key.
    area
        Code of the country: rows of other areas, such as ``rural``, are left aside.
    income
        Dims (year,), int$2011/person.
    household_size
        Persons in a household, in the same years. Shape (year,).

    Returns
    -------
    CurveSet
        The most probable curves, with their covariance.

    Raises
    ------
    InputError
        [GRO-001] if a level of ownership is nought.

    Notes
    -----
    A row counts where all its keys belong to one demand group and its year has an income. One that covers
    only a part of the equipment bounds the curve from below and never draws it down. The income is the
    highest so far: what is owned is not given up when income falls, as it did in the 1990s.
    """
    rows = []
    years = income["year"].values.tolist()
    highest = np.maximum.accumulate(income.values)
    for row in ownership.to_dict("records"):
        groups = {str(demand_group.get(key, "")) for key in row["keys"].split(";")}
        name = groups.pop()
        if groups or name not in curves.names or row["area"] != area or row["year"] not in years:
            continue
        position, year = curves.names.index(name), years.index(row["year"])
        per_household = bool(curves.per_household[position])
        below, above = (GRADE_FACTORS[row["grade"]] * width for width in UNIT_DEVIATIONS[row["unit"]])
        rows.append(
            (
                position,
                float(row["year"]) if curves.in_time[position] else highest[year] / INCOME_UNIT,
                _convert(row["value"], row["unit"], household_size[year], per_household),
                below,
                np.inf if row["coverage"] == "part" else above,
            )
        )
    if not rows:
        return curves
    # Sorted, so that the order of the rows moves not even the last digit of a fit.
    group, x, level, low, high = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return update_curves(curves, Observations(group.astype(np.intp), x, level, low, high))


def _convert(value: float, unit: str, household_size: float, per_household: bool) -> float:
    """Convert a level of ownership to pieces per household or per person."""
    if unit == "units per 1000 persons":
        return value / 1000.0 * (household_size if per_household else 1.0)
    return value / 100.0 / (1.0 if per_household else household_size)
