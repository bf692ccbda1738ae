"""What goes into the robust method, and the checks at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.robust_market.settings import RobustSettings, check_settings
from ainalym.kernels.robust_market.states import BoolArray, FloatArray

IntArray = npt.NDArray[np.int64]

FEWEST_YEARS = 3
"""Shorter than this, a series has no course."""
CELLS_NAMED = 20
"""How many bad cells of one array become problems of their own; the rest is counted."""


@dataclass(frozen=True, slots=True)
class PeerGroups:
    """What groups of other countries place on the market, to lean on where a country has no figures.

    Parameters
    ----------
    groups
        Labels of the first axis, each once.
    kg_per_inhabitant, pieces_per_inhabitant
        Shape (group, key, year), kg and pieces per inhabitant and year; NaN where unknown.
    purchasing_power
        Shape (group, year), in the unit of the panel, above 0; NaN where unknown.
    """

    groups: tuple[str, ...]
    kg_per_inhabitant: FloatArray
    pieces_per_inhabitant: FloatArray
    purchasing_power: FloatArray


@dataclass(frozen=True, slots=True)
class MarketPanel:
    """Raw figures of one country or several.

    Parameters
    ----------
    countries, keys
        Labels of the first two axes, each once.
    years
        Labels of the year axis, consecutive; all years that are wanted, with figures or without.
    kg, pieces
        Placed on market. Shape (country, key, year), kg/yr and pieces/yr; NaN = not reported. Either may be
        missing alone. Nought and net exports may stand: see :func:`estimate_market`.
    population
        Persons. Shape (country, year), each above 0.
    purchasing_power
        Gross domestic product per inhabitant at purchasing power parity, in CONSTANT prices, any one unit.
        Shape (country, year), above 0; NaN where unknown, but at least one year per country.
    introduction_year
        First year in which a product can be sold. Shape (key,).
    phase_out_year
        First year in which a product is no longer sold. Shape (country, key); NaN = still sold. None = no
        product has been phased out.
    reference_weight
        Usual unit weight. Shape (key, year), kg per piece, above 0; NaN where unknown. None = take it from
        the figures.
    peers
        Groups of other countries, over the same keys and years. None = the countries have one another alone.
    successors
        Pairs of a product and the one that replaces it, both of ``keys``; each product is replaced at most
        once.
    """

    countries: tuple[str, ...]
    keys: tuple[str, ...]
    years: IntArray
    kg: FloatArray
    pieces: FloatArray
    population: FloatArray
    purchasing_power: FloatArray
    introduction_year: IntArray
    phase_out_year: FloatArray | None = None
    reference_weight: FloatArray | None = None
    peers: PeerGroups | None = None
    successors: tuple[tuple[str, str], ...] = ()


def check_panel(panel: MarketPanel, settings: RobustSettings) -> None:
    """Check the input of the robust method, all at once.

    Parameters
    ----------
    panel, settings
        What to check.

    Raises
    ------
    InputError
        RBM-001 to RBM-009.
    """
    problems = _check_axes(panel) + check_settings(settings)
    if not problems:
        problems = _check_years(panel) + _check_labels(panel) + _check_amounts(panel) + _check_drivers(panel)
    if not problems:
        problems = _check_figures(panel)
    if problems:
        raise InputError(problems, "input of the robust method")


def find_sold(panel: MarketPanel) -> BoolArray:
    """Find the cells in which a product can be sold: from its introduction until its end.

    Parameters
    ----------
    panel
        With years of introduction and end.

    Returns
    -------
    BoolArray
        Shape (country, key, year).
    """
    sold = panel.years >= panel.introduction_year[:, np.newaxis]
    if panel.phase_out_year is None:
        return np.broadcast_to(sold, panel.kg.shape).copy()
    last = np.where(np.isnan(panel.phase_out_year), np.inf, panel.phase_out_year)
    return np.asarray(sold & (panel.years < last[..., np.newaxis]))


def _check_axes(panel: MarketPanel) -> list[Problem]:
    """Check every shape against the labels."""
    countries, keys, years = len(panel.countries), len(panel.keys), len(panel.years)
    cells, by_year = (countries, keys, years), (countries, years)
    shapes: list[tuple[str, FloatArray | IntArray | None, tuple[int, ...], str]] = [
        ("kg", panel.kg, cells, "(country, key, year)"),
        ("pieces", panel.pieces, cells, "(country, key, year)"),
        ("population", panel.population, by_year, "(country, year)"),
        ("purchasing_power", panel.purchasing_power, by_year, "(country, year)"),
        ("introduction_year", panel.introduction_year, (keys,), "(key,)"),
        ("phase_out_year", panel.phase_out_year, (countries, keys), "(country, key)"),
        ("reference_weight", panel.reference_weight, (keys, years), "(key, year)"),
    ]
    if panel.peers is not None:
        groups = len(panel.peers.groups)
        cells = (groups, keys, years)
        shapes += [
            ("peers.kg_per_inhabitant", panel.peers.kg_per_inhabitant, cells, "(group, key, year)"),
            ("peers.pieces_per_inhabitant", panel.peers.pieces_per_inhabitant, cells, "(group, key, year)"),
            ("peers.purchasing_power", panel.peers.purchasing_power, (groups, years), "(group, year)"),
        ]
    mend = "Give each axis as many entries as it has labels."
    problems = [
        Problem("RBM-001", what, f"shape {np.shape(array)}", f"{expected} for {axes}", mend)
        for what, array, expected, axes in shapes
        if array is not None and np.shape(array) != expected
    ]
    mend = "Give at least one country and one product."
    problems += [
        Problem("RBM-001", what, "an empty list", "one label or more", mend)
        for what, labels in (("countries", panel.countries), ("keys", panel.keys))
        if not labels
    ]
    return problems


def _check_years(panel: MarketPanel) -> list[Problem]:
    """Check that the years follow one another."""
    years = np.asarray(panel.years)
    if years.size >= FEWEST_YEARS and np.array_equal(np.diff(years), np.ones(years.size - 1)):
        return []
    shown = ", ".join(str(year) for year in years[:6])
    expected = f"{FEWEST_YEARS} consecutive years or more"
    return [Problem("RBM-002", "years", shown or "none", expected, "List every year once, in rising order.")]


def _check_labels(panel: MarketPanel) -> list[Problem]:
    """Check that no label stands twice."""
    problems = []
    groups = () if panel.peers is None else panel.peers.groups
    for what, labels in (("countries", panel.countries), ("keys", panel.keys), ("peers.groups", groups)):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            mend = "Add the two up, or drop one."
            problems.append(Problem("RBM-003", what, f"{', '.join(twice)} twice", "each label once", mend))
    return problems + _check_successors(panel)


def _check_successors(panel: MarketPanel) -> list[Problem]:
    """Check that pairs name two products of the panel, and no product has two successors."""
    replaced = [old for old, _ in panel.successors]
    mend = "Leave the pair out, or correct it."
    problems = [
        Problem("RBM-009", "successors", f"{old}, {new}", "two different products of the panel", mend)
        for old, new in panel.successors
        if old == new or not {old, new} <= set(panel.keys)
    ]
    problems += [
        Problem("RBM-009", "successors", f"{old} replaced twice", "one successor of each product", mend)
        for old in sorted({old for old in replaced if replaced.count(old) > 1})
    ]
    return problems


def _check_amounts(panel: MarketPanel) -> list[Problem]:
    """Check that amounts are no infinities and that weights are weights."""
    labels = (panel.countries, panel.keys, panel.years)
    mend = "Correct the figure, or leave it out (NaN) to have it estimated."
    problems = []
    for what, amounts in (("kg", panel.kg), ("pieces", panel.pieces)):
        problems += _check_cells(
            "RBM-004", what, ~np.isinf(amounts), amounts, labels, "a finite number", mend
        )
    if panel.peers is not None:
        labels = (panel.peers.groups, panel.keys, panel.years)
        for what in ("kg_per_inhabitant", "pieces_per_inhabitant"):
            amounts = getattr(panel.peers, what)
            good = ~np.isinf(amounts)
            problems += _check_cells(
                "RBM-004", f"peers.{what}", good, amounts, labels, "a finite number", mend
            )
    if panel.reference_weight is not None:
        weight = panel.reference_weight
        mend = "Correct the weight, or leave it out (NaN) to have it taken from the figures."
        problems += _check_cells(
            "RBM-006", "reference_weight", _is_positive_or_nan(weight), weight, labels[1:], "above 0 kg", mend
        )
    return problems


def _check_drivers(panel: MarketPanel) -> list[Problem]:
    """Check population, purchasing power and the years of introduction and end."""
    labels = (panel.countries, panel.years)
    people = np.isfinite(panel.population) & (panel.population > 0)
    mend = "Give the population of every year that is wanted."
    problems = _check_cells("RBM-005", "population", people, panel.population, labels, "above 0", mend)
    powers = [("purchasing_power", panel.purchasing_power, panel.countries)]
    if panel.peers is not None:
        powers.append(("peers.purchasing_power", panel.peers.purchasing_power, panel.peers.groups))
    for what, power, names in powers:
        mend = "Correct the figure, or leave it out (NaN) to have it carried on from other years."
        good = _is_positive_or_nan(power)
        problems += _check_cells("RBM-005", what, good, power, (names, panel.years), "above 0", mend)
        mend = "Give one year at least; without it the country has no place among the others."
        problems += [
            Problem("RBM-005", f"{what}, {name}", "no year", "one year or more", mend)
            for name, row in zip(names, power, strict=True)
            if np.isnan(row).all()
        ]
    if panel.phase_out_year is not None:
        ends = panel.phase_out_year
        good = np.isnan(ends) | (np.isfinite(ends) & (ends > panel.introduction_year))
        mend = "Correct the year, or leave it out (NaN) while the product is sold."
        labels_of_ends = (panel.countries, panel.keys)
        expected = "a year after the introduction"
        problems += _check_cells("RBM-005", "phase_out_year", good, ends, labels_of_ends, expected, mend)
    return problems


def _check_figures(panel: MarketPanel) -> list[Problem]:
    """Check that there is something to say about every product, in kg and in pieces."""
    sold = find_sold(panel)
    has_kg, has_pieces = (panel.kg > 0) & sold, (panel.pieces > 0) & sold
    if panel.peers is not None:
        can_be = panel.years >= panel.introduction_year[:, np.newaxis]
        has_kg = np.concatenate([has_kg, (panel.peers.kg_per_inhabitant > 0) & can_be])
        has_pieces = np.concatenate([has_pieces, (panel.peers.pieces_per_inhabitant > 0) & can_be])
    has_any = has_kg | has_pieces
    always_zero = _find_always_zero(panel)
    problems = []
    for position, key in enumerate(panel.keys):
        weight = panel.reference_weight is not None and bool((panel.reference_weight[position] > 0).any())
        if not has_any[:, position].any():
            if sold[:, position].any() and not always_zero[position]:
                expected = "one cell or more in any country or group"
                mend = "Leave the product out, or add peers that have figures of it."
                problems.append(Problem("RBM-007", f"key '{key}'", "no figure above 0", expected, mend))
        elif not weight and not (has_kg & has_pieces)[:, position].any():
            expected = "kg and pieces of one cell, or a weight"
            mend = "Give a reference weight of the product."
            problems.append(Problem("RBM-007", f"key '{key}'", "no unit weight", expected, mend))
    return problems


def _find_always_zero(panel: MarketPanel) -> BoolArray:
    """Find the products of which every country reports nought and nothing else. Shape (key,)."""
    reported = ~np.isnan(panel.kg) | ~np.isnan(panel.pieces)
    nought = np.nan_to_num(panel.kg) == 0
    nought &= np.nan_to_num(panel.pieces) == 0
    return np.asarray(((reported.sum(-1) > 1) & (nought | ~reported).all(-1)).all(0))


def _is_positive_or_nan(values: FloatArray) -> BoolArray:
    """Find what is a number above 0, or missing."""
    return np.asarray(np.isnan(values) | (np.isfinite(values) & (values > 0)))


def _check_cells(
    code: str,
    what: str,
    good: BoolArray,
    values: FloatArray,
    labels: Sequence[Sequence[object] | IntArray],
    expected: str,
    mend: str,
) -> list[Problem]:
    """Give a problem for each cell that is not good, at most 20, and one more that counts the rest."""
    places = np.argwhere(~good)
    problems = []
    for place in places[:CELLS_NAMED]:
        named = ", ".join(str(names[position]) for names, position in zip(labels, place, strict=True))
        problems.append(Problem(code, f"{what}, {named}", f"{values[tuple(place)]:g}", expected, mend))
    if len(places) > CELLS_NAMED:
        rest = f"{len(places) - CELLS_NAMED} more cells like these"
        problems.append(Problem(code, what, rest, expected, mend))
    return problems
