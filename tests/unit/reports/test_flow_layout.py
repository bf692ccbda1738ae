"""Geometry of the flow diagram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ainalym.reports.flow_layout import (
    LINE_HEIGHT,
    Link,
    Node,
    lay_out_flows,
    trace_band,
    wrap_label,
)

HEIGHT = 500.0
masses = st.lists(st.floats(0.01, 1e4), min_size=3, max_size=8)


def tell(values: list[float]) -> tuple[list[Node], list[Link]]:
    """One source, as many middles as there are values, two ends."""
    middle = [Node(f"m{place}", 1, ("one", "two")) for place in range(len(values))]
    nodes = [Node("source", 0, ("source",)), *middle, Node("a", 2, ("a",)), Node("b", 2, ("b",))]
    links = [Link("source", node.name, value) for node, value in zip(middle, values, strict=True)]
    links += [
        Link(node.name, end, value / 2)
        for node, value in zip(middle, values, strict=True)
        for end in ("a", "b")
    ]
    return nodes, links


@given(masses)
def test_that_nodes_stay_inside_and_apart_with_room_for_their_labels(values: list[float]) -> None:
    nodes, links = tell(values)
    places, _ = lay_out_flows(nodes, links, HEIGHT)
    for column in (0, 1, 2):
        own = [places[node.name] for node in nodes if node.column == column]
        lines = [len(node.lines) for node in nodes if node.column == column]
        assert min(place.top for place in own) >= -1e-6
        assert max(place.top + place.height for place in own) <= HEIGHT + 1e-6
        for above, below, first, second in zip(own, own[1:], lines, lines[1:], strict=False):
            room = LINE_HEIGHT * (first + second) / 2
            assert below.middle - above.middle >= room - 1e-6


@given(masses)
def test_that_one_scale_holds_for_all_and_bands_fill_their_nodes(values: list[float]) -> None:
    nodes, links = tell(values)
    places, bands = lay_out_flows(nodes, links, HEIGHT)
    scale = places["source"].height / sum(values)
    for band in bands:
        assert band.width == pytest.approx(band.link.mass * scale)
    for node in nodes:
        out = [band.width for band in bands if band.link.source == node.name]
        if out:
            assert sum(out) == pytest.approx(places[node.name].height)


def test_that_a_band_goes_from_its_source_to_its_target_at_one_width() -> None:
    nodes, links = tell([1.0, 2.0, 3.0])
    _, bands = lay_out_flows(nodes, links, HEIGHT)
    points = trace_band(bands[0])
    assert points[0][1] == pytest.approx(bands[0].begin)
    assert points[-1][1] == pytest.approx(bands[0].end)
    assert all(lower - upper == pytest.approx(bands[0].width) for _, upper, lower in points)


def test_that_labels_break_between_words_alone() -> None:
    assert wrap_label("Small IT and telecommunication equipment 20.2", 20) == (
        "Small IT and",
        "telecommunication",
        "equipment 20.2",
    )
