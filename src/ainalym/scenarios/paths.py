"""Lets the levers of a scenario act on the conditions of every draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.product_levers import ProductPaths
from ainalym.kernels.ramps import approach, compute_ramp
from ainalym.kernels.ranges import Range, read_range
from ainalym.scenarios.checks import UNDOCUMENTED, Labels
from ainalym.scenarios.levers import read_levers
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.scenario import Override

Targets: TypeAlias = Callable[[Override], FloatArray]
"""Gives the target of an override in every draw. Shape (draw,)."""

PRODUCT_LEVERS = ("sales", "unit_weight", "lifetime", "ownership")

NEUTRAL = {"sales": 1.0, "unit_weight": 1.0, "lifetime": 0.0, "ownership": 1.0}
"""Value of a lever on products that is not pulled."""


def take_centre(override: Override) -> FloatArray:
    """Take the target itself, in one draw."""
    return np.array([override.target])


def draw_targets(probability: Callable[[str], FloatArray]) -> Targets:
    """Draw the targets from their ranges.

    Parameters
    ----------
    probability
        For the name of a lever, where in the ranges of its targets each draw lies. Shape (draw,). Scenarios
        share it, so that a wider range alone makes no difference between two of them.

    Returns
    -------
    Targets
        For :func:`pull_conditions` and :func:`pull_products`.
    """

    def find(override: Override) -> FloatArray:
        low, high = override.range or (override.target, override.target)
        ends = (np.asarray(value) for value in (low, override.target, high))
        return read_range(Range(*ends), probability(override.lever))

    return find


def pull_conditions(
    scenario: ReadScenario,
    conditions: dict[str, FloatArray],
    years: FloatArray,
    labels: Labels,
    targets: Targets = take_centre,
) -> dict[str, FloatArray]:
    """Pull the levers that act after generation.

    Parameters
    ----------
    scenario
        Levers and their years.
    conditions
        By lever. Shape (cell, year, draw).
    years
        Shape (year,).
    labels
        Of the cells.
    targets
        Target of each override in every draw.

    Returns
    -------
    dict of str to FloatArray
        New conditions; those that no lever moves are the arrays given.
    """
    moved = dict(conditions)
    for override in scenario.overrides:
        if override.lever in PRODUCT_LEVERS:
            continue
        hit = np.array(labels.select(read_levers()[override.lever], override.applies_to))
        before = moved[override.lever]
        after = before.copy()
        after[hit] = _move(override, before[hit], years, targets)
        moved[override.lever] = after
        if override.lever in UNDOCUMENTED:
            _make_room(moved, override.lever, before)
    return moved


def pull_products(
    scenario: ReadScenario, years: FloatArray, labels: Labels, targets: Targets = take_centre
) -> tuple[ProductPaths, ...]:
    """Give the paths of the levers on products.

    Parameters
    ----------
    scenario
        Levers and their years.
    years
        Shape (year,).
    labels
        Of the products.
    targets
        Target of each override in every draw.

    Returns
    -------
    tuple of ProductPaths
        One for each product; a lever that is not pulled is None.
    """
    paths: list[dict[str, FloatArray]] = [{} for _ in labels.products]
    for override in scenario.overrides:
        if override.lever not in PRODUCT_LEVERS:
            continue
        neutral = np.full((len(years), 1), NEUTRAL[override.lever])
        # Products of which the same was asked so far share the array of it, and go on doing so.
        moved: dict[int, tuple[FloatArray, FloatArray]] = {}
        for own, hit in zip(
            paths, labels.select(read_levers()[override.lever], override.applies_to), strict=True
        ):
            if hit:
                base = own.get(override.lever, neutral)
                if id(base) not in moved:
                    moved[id(base)] = base, _move(override, base[np.newaxis], years, targets)[0]
                own[override.lever] = moved[id(base)][1]
    return tuple(ProductPaths(**own) for own in paths)


def find_first_year(overrides: Sequence[Override], last_of_history: int) -> int:
    """Find the first year whose sales a scenario may change.

    Parameters
    ----------
    overrides
        Levers of the scenario.
    last_of_history
        Last year whose sales are figures.

    Returns
    -------
    int
        The year after the earliest start of a lever on ownership, never before history has ended.
    """
    starts = [override.start for override in overrides if override.lever == "ownership"]
    return max(last_of_history, min(starts, default=last_of_history)) + 1


def _move(override: Override, base: FloatArray, years: FloatArray, targets: Targets) -> FloatArray:
    ramp = compute_ramp(years, override.start, override.end, override.ramp)
    return approach(base, targets(override), ramp)


def _make_room(conditions: dict[str, FloatArray], lever: str, before: FloatArray) -> None:
    """Scale the other routes without documents to what the moved one leaves."""
    others = [name for name in UNDOCUMENTED if name != lever]
    left, room = 1.0 - before, np.maximum(1.0 - conditions[lever], 0.0)
    # Where the moved route was all there was, the others share what it leaves evenly.
    for name in others:
        share = np.divide(
            conditions[name],
            left,
            out=np.full(np.broadcast(left, room).shape, 1 / len(others)),
            where=left > 0,
        )
        conditions[name] = share * room
