"""Names and order of the axes, the same for every array of the program."""

from __future__ import annotations

from collections.abc import Iterable

AXIS_ORDER = (
    "draw",
    "scenario",
    "year",
    "cohort",
    "region",
    "reference_group",
    "product",
    "category",
    "material",
    "route",
    "site",
    "treatment",
    "fate",
    "substance",
    "boundary",
    "item",
    "world_item",
)
"""The one order in which axes stand. ``cohort`` is the year placed on the market, ``product`` a UNU-KEY."""


def order_dimensions(names: Iterable[str]) -> tuple[str, ...]:
    """Put dimension names into the order of the program.

    Parameters
    ----------
    names
        Dimension names, each one of :data:`AXIS_ORDER`.

    Returns
    -------
    tuple of str
        The same names in order.
    """
    return tuple(sorted(names, key=AXIS_ORDER.index))
