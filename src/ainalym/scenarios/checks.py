"""What can be wrong with the levers of a scenario, each with its code and its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Sequence
from itertools import combinations
from typing import NamedTuple

from ainalym.errors import Problem
from ainalym.scenarios.levers import Lever, read_levers
from ainalym.schemas.scenario import Override

Place = Callable[[int, str], str]
"""Names the place of a key of the lever at a position, counted from 0."""

GENERATED = ("collection", "reuse", "hibernation")
"""Levers that share the e-waste generated among them."""

UNDOCUMENTED = ("metal_scrap", "informal", "residual_waste", "used_export")
"""Levers that share what the former leave."""

ROUNDING = 1e-9


class Labels(NamedTuple):
    """What levers may act on.

    Attributes
    ----------
    categories, materials
        Labels in their order.
    products
        UNU-KEYs in their order.
    category_of
        Category of each product.
    """

    categories: tuple[str, ...]
    products: tuple[str, ...]
    category_of: tuple[str, ...]
    materials: tuple[str, ...]

    def cells(self, lever: Lever) -> tuple[str, ...]:
        """Labels of the cells of a lever; one empty label for a lever that acts on nothing in particular."""
        by_kind = {"category": self.categories, "product": self.products, "material": self.materials}
        return by_kind.get(lever.acts_on, ("",))

    def select(self, lever: Lever, names: Sequence[str]) -> tuple[bool, ...]:
        """Tell which cells an override acts on; all where it names none."""
        cells = self.cells(lever)
        if not names:
            return (True,) * len(cells)
        if lever.acts_on == "product":
            return tuple(
                key in names or category in names
                for key, category in zip(self.products, self.category_of, strict=True)
            )
        return tuple(cell in names for cell in cells)

    def allowed(self, lever: Lever) -> tuple[str, ...]:
        """Names that ``applies_to`` of a lever may hold."""
        more = self.categories if lever.acts_on == "product" else ()
        return (*more, *self.cells(lever)) if lever.acts_on != "none" else ()


def suggest_name(word: str, known: Collection[str]) -> str:
    """Suggest the nearest known names.

    Parameters
    ----------
    word
        What was written.
    known
        What may be.

    Returns
    -------
    str
        A sentence.
    """
    near = difflib.get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else "Correct the name."


def check_overrides(overrides: Sequence[Override], labels: Labels, place: Place) -> list[Problem]:
    """Check the levers of one file.

    Parameters
    ----------
    overrides
        The levers.
    labels
        What they may act on.
    place
        Names where a key stands.

    Returns
    -------
    list of Problem
        Empty if all is well.
    """
    problems: list[Problem] = []
    known = read_levers()
    sound: list[tuple[int, Override, Lever]] = []
    for position, override in enumerate(overrides):
        lever = known.get(override.lever)
        if lever is None:
            names = ", ".join(known)
            mend = suggest_name(override.lever, known)
            problems.append(
                Problem("SCN-003", place(position, "lever"), repr(override.lever), f"one of {names}", mend)
            )
            continue
        found = [
            *_check_years(override, position, place),
            *_check_target(override, lever, position, place),
            *_check_scope(override, lever, labels, position, place),
        ]
        problems += found
        if not found:
            sound.append((position, override, lever))
    for one, two in combinations(sound, 2):
        problems += _check_pair(one, two, labels, place)
    return problems + _check_sums(sound, labels, place)


def _check_years(override: Override, position: int, place: Place) -> list[Problem]:
    if override.end >= override.start:
        return []
    return [
        Problem(
            "SCN-004",
            place(position, "end"),
            f"{override.end}, before the start in {override.start}",
            f"{override.start} or later",
            "Exchange the years, or correct one.",
        )
    ]


def _check_target(override: Override, lever: Lever, position: int, place: Place) -> list[Problem]:
    expected = f"{lever.minimum:g} to {lever.maximum:g} ({lever.unit})"
    values = [("target", override.target)]
    if override.range is not None:
        values += [("range", value) for value in override.range]
    problems = [
        Problem(
            "SCN-005",
            place(position, key),
            f"{value:g} for {lever.name}",
            expected,
            "Correct it; shares may be written as '65 %'.",
        )
        for key, value in values
        if not lever.minimum <= value <= lever.maximum
    ]
    if override.range is not None and not override.range[0] <= override.target <= override.range[1]:
        got = f"{override.range[0]:g} to {override.range[1]:g}"
        mend = "Widen the range, or correct the target."
        expected = f"a range around the target of {override.target:g}"
        problems.append(Problem("SCN-005", place(position, "range"), got, expected, mend))
    return problems


def _check_scope(
    override: Override, lever: Lever, labels: Labels, position: int, place: Place
) -> list[Problem]:
    allowed = labels.allowed(lever)
    return [
        Problem(
            "SCN-009",
            place(position, "applies_to"),
            repr(name),
            f"one of {', '.join(allowed)}" if allowed else f"nothing: {lever.name} acts on the country",
            suggest_name(name, allowed) if allowed else "Leave it out.",
        )
        for name in override.applies_to
        if name not in allowed
    ]


Sound = tuple[int, Override, Lever]


def _check_pair(one: Sound, two: Sound, labels: Labels, place: Place) -> list[Problem]:
    (_, first, lever), (position, second, other) = one, two
    shared = {lever.name, other.name} == {"sales", "ownership"}
    if lever.name != other.name and not shared:
        return []
    scopes = (labels.select(lever, first.applies_to), labels.select(other, second.applies_to))
    if not any(left and right for left, right in zip(*scopes, strict=True)):
        return []
    if shared:
        expected = "one of the two for a product, as ownership decides the sales"
        got = "sales and ownership of the same product"
        mend = "Take one out, or let them act on other products."
        return [Problem("SCN-010", place(position, "lever"), got, expected, mend)]
    if second.start >= first.end or first.start >= second.end:
        return []
    return [
        Problem(
            "SCN-006",
            place(position, "start"),
            f"{second.start} to {second.end}, while the same lever runs from {first.start} to {first.end}",
            "years that do not overlap, or other things to act on",
            "Let the later one start when the earlier one has ended.",
        )
    ]


def _check_sums(sound: Sequence[Sound], labels: Labels, place: Place) -> list[Problem]:
    """Find targets that together ask for more than all."""
    problems = []
    for group in (GENERATED, UNDOCUMENTED):
        last = {
            (lever.name, cell): (position, override.target)
            for position, override, lever in sorted(sound, key=lambda entry: entry[1].end)
            if lever.name in group
            for cell, hit in zip(labels.categories, labels.select(lever, override.applies_to), strict=True)
            if hit
        }
        for cell in labels.categories:
            own = [last[name, cell] for name in group if (name, cell) in last]
            total = sum(target for _, target in own)
            if total > 1.0 + ROUNDING:
                position = max(place_of for place_of, _ in own)
                problems.append(
                    Problem(
                        "SCN-011",
                        place(position, "target"),
                        f"{total:.0%} for category {cell}, {', '.join(name for name in group)} together",
                        "at most 100 %",
                        "Lower one of the targets.",
                    )
                )
    return problems
