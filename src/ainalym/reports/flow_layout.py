"""Geometry of a flow diagram: where nodes and bands lie, for whatever flows there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LINE_HEIGHT = 15.0
"""Height of a line of a label, px."""
GAP = 9.0
"""Distance between two nodes, px."""
STEPS = 14
"""Points along a band."""


class Node(NamedTuple):
    """A node of a flow diagram.

    Attributes
    ----------
    name
        Key, unique.
    column
        Its column, from 0.
    lines
        Label.
    """

    name: str
    column: int
    lines: tuple[str, ...]


class Link(NamedTuple):
    """A flow between two nodes.

    Attributes
    ----------
    source, target
        Names of nodes.
    mass
        Above 0.
    """

    source: str
    target: str
    mass: float


@dataclass(frozen=True)
class Place:
    """Where a node lies, px.

    Attributes
    ----------
    top, height
        Of the bar.
    """

    top: float
    height: float

    @property
    def middle(self) -> float:
        """Height at which its label is centred."""
        return self.top + self.height / 2.0


class Band(NamedTuple):
    """A band, with its upper edges at both ends and its width, px.

    Attributes
    ----------
    link
        What it stands for.
    begin, end
        Upper edge at the source and at the target.
    width
        The same at both ends.
    """

    link: Link
    begin: float
    end: float
    width: float


def lay_out_flows(
    nodes: Sequence[Node], links: Sequence[Link], height: float
) -> tuple[dict[str, Place], list[Band]]:
    """Lay out a flow diagram.

    Parameters
    ----------
    nodes
        In the order in which they stand in their columns, from the top.
    links
        Flows between them.
    height
        Of the diagram, px, enough for the labels.

    Returns
    -------
    tuple of dict and list
        Place of every node, and every band.

    Notes
    -----
    One scale holds for all columns: the largest at which every node has room for its label. Bands leave and
    enter their nodes in the order of the nodes at the other end, so that few of them cross.
    """
    mass = {node.name: _read_mass(node.name, links) for node in nodes}
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(node.column, []).append(node)
    scale = min(_find_scale(column, mass, height) for column in columns.values())
    places = {}
    for column in columns.values():
        slots = [_slot(node, mass, scale) for node in column]
        spare = height - sum(slots) - GAP * (len(slots) - 1)
        top = spare / 2.0
        for node, slot in zip(column, slots, strict=True):
            bar = mass[node.name] * scale
            places[node.name] = Place(top + (slot - bar) / 2.0, bar)
            top += slot + GAP
    return places, _lay_bands(nodes, links, places, scale)


def _read_mass(name: str, links: Sequence[Link]) -> float:
    into = sum(link.mass for link in links if link.target == name)
    out = sum(link.mass for link in links if link.source == name)
    return max(into, out)


def _slot(node: Node, mass: Mapping[str, float], scale: float) -> float:
    return max(mass[node.name] * scale, LINE_HEIGHT * len(node.lines))


def _find_scale(column: Sequence[Node], mass: Mapping[str, float], height: float) -> float:
    """Find the largest scale at which a column has room; nodes that stay below their label fix it."""
    room = height - GAP * (len(column) - 1)
    tall = sorted(column, key=lambda node: mass[node.name] / len(node.lines), reverse=True)
    best = 0.0
    for count in range(1, len(tall) + 1):
        labels = sum(LINE_HEIGHT * len(node.lines) for node in tall[count:])
        total = sum(mass[node.name] for node in tall[:count])
        scale = (room - labels) / total if total > 0 else math.inf
        if scale > 0 and sum(_slot(node, mass, scale) for node in column) <= room * (1 + 1e-9):
            best = max(best, scale)
    return best


def _lay_bands(
    nodes: Sequence[Node], links: Sequence[Link], places: Mapping[str, Place], scale: float
) -> list[Band]:
    order = {node.name: position for position, node in enumerate(nodes)}
    ends: dict[tuple[Link, bool], float] = {}
    for node in nodes:
        for outgoing in (True, False):
            own = [link for link in links if (link.source if outgoing else link.target) == node.name]
            own.sort(key=lambda link: order[link.target if outgoing else link.source])
            top = places[node.name].top
            for link in own:
                ends[link, outgoing] = top
                top += link.mass * scale
    return [Band(link, ends[link, True], ends[link, False], link.mass * scale) for link in links]


def trace_band(band: Band) -> list[tuple[float, float, float]]:
    """Trace a band from its source to its target.

    Parameters
    ----------
    band
        Of :func:`lay_out_flows`.

    Returns
    -------
    list of tuple of float
        Share of the way, upper and lower edge, px.
    """
    points = []
    for step in range(STEPS + 1):
        way = step / STEPS
        ease = way * way * (3.0 - 2.0 * way)
        top = band.begin + (band.end - band.begin) * ease
        points.append((way, top, top + band.width))
    return points


def wrap_label(text: str, longest: int) -> tuple[str, ...]:
    """Break a label into lines between words.

    Parameters
    ----------
    text
        Label.
    longest
        Letters of a line; a longer word stands alone.

    Returns
    -------
    tuple of str
        At least one line.
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= longest:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return tuple(lines)
