"""The figures by which scenarios are compared: what is collected, what comes back, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from ainalym.errors import InputError, Problem
from ainalym.results.intervals import ENDS, HIGH, LOW, MEDIAN

COMPARED_YEARS = (2030, 2035, 2040, 2050)
"""Years in which scenarios are set side by side."""

QUANTILES = (LOW, MEDIAN, HIGH)


class ScenarioFigure(NamedTuple):
    """A figure by which scenarios are compared.

    Attributes
    ----------
    quantity
        Name in the vocabulary, which gives label and unit.
    total
        Name of its total in the draws.
    reduce
        Sums or selects what is not a year or a draw; it is given the materials that add up, too.
    """

    quantity: str
    total: str
    reduce: Callable[[xr.DataArray, list[str]], xr.DataArray]


def _keep(array: xr.DataArray, _: list[str]) -> xr.DataArray:
    return array


def _sum_additive(array: xr.DataArray, additive: list[str]) -> xr.DataArray:
    # In double precision, as the totals of masses are.
    return array.sel(material=additive).sum("material", dtype=np.float64)


def _select(**labels: str) -> Callable[[xr.DataArray, list[str]], xr.DataArray]:
    return lambda array, _: array.sel(labels, drop=True)


FIGURES: dict[str, ScenarioFigure] = {
    figure.quantity: figure
    for figure in (
        ScenarioFigure("ewaste_generated", "ewaste_generated_total", _keep),
        ScenarioFigure("ewaste_collected", "ewaste_collected", _keep),
        ScenarioFigure("collection_rate", "collection_rate", _keep),
        ScenarioFigure("material_recovered", "material_recovered_total", _sum_additive),
        ScenarioFigure("recovered_value", "recovered_value_total", _keep),
        ScenarioFigure("emissions_avoided", "emissions_avoided", _select(boundary="life_cycle")),
        ScenarioFigure("refrigerants_released", "refrigerants_released", _keep),
        ScenarioFigure("formal_account", "formal_account", _select(item="net_benefit")),
    )
}
"""Figures in the order in which they are shown."""


@dataclass(frozen=True, eq=False)
class ScenarioRun:
    """The draws of the figures of a scenario.

    Attributes
    ----------
    scenario
        Its name, titles, description and levers, as a run record has them.
    years
        Shape (year,).
    draws
        By name in :data:`FIGURES`. Shape (draw, year), in the unit of the quantity.
    """

    scenario: Mapping[str, Any]
    years: npt.NDArray[np.intp]
    draws: Mapping[str, npt.NDArray[np.float64]]

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(next(iter(self.draws.values())))


def gather_figures(draws: xr.Dataset, scenario: Mapping[str, Any], materials: pd.DataFrame) -> ScenarioRun:
    """Gather the figures of a scenario from the draws of a run.

    Parameters
    ----------
    draws
        Draws as a result has them, of years from anywhere to anywhere.
    scenario
        Entry ``scenario`` of the record of the run.
    materials
        Table of materials, whose column ``additive`` tells which of them add up to the mass.

    Returns
    -------
    ScenarioRun
        In double precision.
    """
    additive = [name for name in draws["material"].values.tolist() if materials.at[name, "additive"]]
    arrays = {
        name: figure.reduce(draws[figure.total], additive).transpose("draw", "year").values.astype(np.float64)
        for name, figure in FIGURES.items()
    }
    return ScenarioRun(scenario, draws["year"].values.astype(np.intp), arrays)


def check_figure(name: str) -> str:
    """Refuse a name that is no figure.

    Raises
    ------
    InputError
        [OPT-004] for such a name.
    """
    if name in FIGURES:
        return name
    known = ", ".join(FIGURES)
    raise InputError(Problem("OPT-004", "figure", repr(name), f"one of {known}", "Use a name of the list."))


def compute_scenario_series(run: ScenarioRun, name: str) -> pd.DataFrame:
    """Compute the median and the 90 % interval of a figure over the years.

    Parameters
    ----------
    run
        Draws of a scenario.
    name
        One of :data:`FIGURES`.

    Returns
    -------
    pandas.DataFrame
        Columns ``year``, ``low``, ``median``, ``high``, in the unit of the quantity.

    Raises
    ------
    InputError
        [OPT-004] for another name.
    """
    ends = np.quantile(run.draws[check_figure(name)], QUANTILES, axis=0)
    return pd.DataFrame({"year": run.years, **dict(zip(ENDS, ends, strict=True))})


def compare_scenarios(run: ScenarioRun, base: ScenarioRun) -> pd.DataFrame:
    """Set a scenario beside another one in some years.

    Parameters
    ----------
    run
        Draws of the scenario.
    base
        Draws of what it is held against, with the same random numbers.

    Returns
    -------
    pandas.DataFrame
        Columns ``name`` (one of :data:`FIGURES`), ``year``, ``low``, ``median``, ``high`` of the scenario,
        ``base_low``, ``base_median``, ``base_high`` of the other, and ``difference_low``,
        ``difference_median``, ``difference_high`` of what it has more, draw by draw.
    """
    shown = np.isin(run.years, COMPARED_YEARS)
    parts = []
    for name in FIGURES:
        own, other = run.draws[name][:, shown], base.draws[name][:, shown]
        columns: dict[str, Any] = {"name": name, "year": run.years[shown]}
        for prefix, values in (("", own), ("base_", other), ("difference_", own - other)):
            ends = np.quantile(values, QUANTILES, axis=0)
            columns |= {f"{prefix}{end}": row for end, row in zip(ENDS, ends, strict=True)}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)
