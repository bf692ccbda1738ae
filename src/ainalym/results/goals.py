"""Goals that a country may set itself: figures of a year, of the central path or of every draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.results.indicators import PRECEDING_YEARS
from ainalym.results.outcomes import read_values
from ainalym.results.result import Result

FloatArray: TypeAlias = npt.NDArray[np.float64]
Reader: TypeAlias = Callable[[str, str, int], FloatArray]
"""Gives a quantity for a label (or all together) and a year. Shape (draw,)."""

PER_CENT = 100.0
PART = ":"
"""Stands between an indicator and the material it is asked for."""

COLLECTION = ("collection",)
RECOVERY = ("collection", "manual_dismantling", "recovery", "cherry_picking")


class Goal(NamedTuple):
    """One indicator.

    Attributes
    ----------
    unit
        Of its value; a target for one in % may be written as a share.
    rises
        Whether more is better.
    of_material
        Whether it is asked for a material, as in ``share_recovered:gold``.
    levers
        Levers that move it, pulled together where none are named.
    compute
        From a reader, a year and a material.
    """

    unit: str
    rises: bool
    of_material: bool
    levers: tuple[str, ...]
    compute: Callable[[Reader, int, str], FloatArray]


def _rate_of_generated(read: Reader, year: int, _material: str) -> FloatArray:
    return PER_CENT * read("ewaste_collected", "", year) / read("ewaste_generated_total", "", year)


def _separately_collected(read: Reader, year: int) -> FloatArray:
    routes = ("formal_collection", "preparing_for_reuse")
    return np.asarray(sum(read("ewaste_by_route", name, year) for name in routes))


def _rate_of_market(read: Reader, year: int, _material: str) -> FloatArray:
    before = range(year - PRECEDING_YEARS, year)
    market = np.mean([read("placed_on_market_total", "", one) for one in before], axis=0)
    return np.asarray(PER_CENT * _separately_collected(read, year) / market)


def _separate_rate(read: Reader, year: int, _material: str) -> FloatArray:
    return PER_CENT * _separately_collected(read, year) / read("ewaste_generated_total", "", year)


def _share_recovered(read: Reader, year: int, material: str) -> FloatArray:
    embedded = read("material_embedded_total", material, year)
    return PER_CENT * read("material_recovered_total", material, year) / embedded


def _read_total(quantity: str, label: str = "") -> Callable[[Reader, int, str], FloatArray]:
    def compute(read: Reader, year: int, material: str) -> FloatArray:
        return read(quantity, label or material, year)

    return compute


GOALS: dict[str, Goal] = {
    "collection_rate": Goal("%", True, False, COLLECTION, _rate_of_generated),
    "rate_of_generated": Goal("%", True, False, COLLECTION, _separate_rate),
    "rate_of_market": Goal("%", True, False, COLLECTION, _rate_of_market),
    "ewaste_collected": Goal("t/yr", True, False, COLLECTION, _read_total("ewaste_collected")),
    "ewaste_unmanaged": Goal("t/yr", False, False, COLLECTION, _read_total("ewaste_unmanaged")),
    "share_recovered": Goal("%", True, True, RECOVERY, _share_recovered),
    "material_recovered": Goal("t/yr", True, True, RECOVERY, _read_total("material_recovered_total")),
    "emissions_avoided": Goal(
        "t CO2e/yr", True, False, RECOVERY, _read_total("emissions_avoided", "life_cycle")
    ),
    "refrigerants_captured": Goal(
        "t CO2e/yr", True, False, ("collection", "refrigerant_recovery"), _read_total("refrigerants_captured")
    ),
    "net_benefit": Goal("USD/yr", True, False, RECOVERY, _read_total("formal_account", "net_benefit")),
}
"""Indicators by name."""


def find_goal(name: str, materials: tuple[str, ...]) -> tuple[Goal, str]:
    """Find an indicator by the name that a user gives.

    Parameters
    ----------
    name
        One of :data:`GOALS`, with a material after a colon where it takes one.
    materials
        Labels.

    Returns
    -------
    tuple of Goal and str
        The indicator, and its material or an empty text.

    Raises
    ------
    InputError
        [SCN-013] if there is no such indicator, or its material is missing, unknown, or not taken.
    """
    stem, _, material = name.partition(PART)
    goal = GOALS.get(stem)
    if goal is None:
        expected = f"one of {', '.join(_describe(known) for known in GOALS)}"
    elif goal.of_material and material not in materials:
        expected = f"{stem}{PART} and one of {', '.join(materials)}"
    elif not goal.of_material and material:
        expected = f"{stem} alone"
    else:
        return goal, material
    raise InputError(Problem("SCN-013", "option --indicator", repr(name), expected, "Use such a name."))


def _describe(name: str) -> str:
    return f"{name}{PART}MATERIAL" if GOALS[name].of_material else name


def compute_goal(result: Result, goal: Goal, material: str, year: int, central: bool = True) -> FloatArray:
    """Compute an indicator in a year.

    Parameters
    ----------
    result
        Result of a run.
    goal, material
        Of :func:`find_goal`.
    year
        Year of the outlook.
    central
        Whether the central path is read, or every draw.

    Returns
    -------
    FloatArray
        Shape (draw,), one draw for the central path, in the unit of the goal.
    """

    def read(quantity: str, label: str, at: int) -> FloatArray:
        values = read_values(result, quantity, central).sel(year=at)
        axes = [axis for axis in values.dims if axis != "draw"]
        return np.asarray(values.sel(dict.fromkeys(axes, label)).values, dtype=np.float64)

    return goal.compute(read, year, material)
