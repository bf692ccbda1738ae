"""Charts of what becomes of e-waste: the flow of a year, and the fate of its materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from ainalym.reports.chart_parts import (
    Spec,
    color_scale,
    length_axis,
    make_frame,
    to_kilotonnes,
    tooltip,
)
from ainalym.reports.draw_areas import VEGA_SCHEMA, make_vega_config
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, BAND_MOST, INK, LATE, MIDDLE, PAPER, WIDE, category_color
from ainalym.reports.text_table import Column, TextTable
from ainalym.results.flows import STEPS, compute_flows, compute_material_fates
from ainalym.results.result import Result
from ainalym.results.summary import list_years

FLOW_WIDTH, FLOW_HEIGHT = 720, 460
NODE_WIDTH = 14
NODE_GAP = 12
FORMAL_ROUTES = ("formal_collection", "preparing_for_reuse")
"""Routes that are documented; the others are drawn in the colour of a warning."""


COLUMNS = (0.0, 0.44, 1.0)
"""Where the columns stand, in shares of the width: the labels of the middle one need the room of two."""

BAND = (
    "'M' + datum.left + ',' + datum.y0"
    " + 'C' + datum.middle + ',' + datum.y0 + ' ' + datum.middle + ',' + datum.y1"
    " + ' ' + datum.right + ',' + datum.y1 + 'v' + datum.thickness"
    " + 'C' + datum.middle + ',' + (datum.y1 + datum.thickness)"
    " + ' ' + datum.middle + ',' + (datum.y0 + datum.thickness)"
    " + ' ' + datum.left + ',' + (datum.y0 + datum.thickness) + 'Z'"
)
"""Outline of a band, as an expression of Vega: filled and not stroked, so that its bounds are its own."""


class Node(NamedTuple):
    """A bar of the flow.

    Attributes
    ----------
    step
        Position of its column, 0 to 2.
    name
        Label in the result.
    mass
        Mass that passes it, t/yr.
    """

    step: int
    name: str
    mass: float


def draw_flow(result: Result, translator: Translator, year: str) -> Spec:
    """Draw where the e-waste of a year goes, from categories by routes to destinations.

    Parameters
    ----------
    result
        Result of a run that follows e-waste after its generation.
    translator
        Language of the chart.
    year
        The year, as text.

    Returns
    -------
    Spec
        Vega specification.

    Raises
    ------
    InputError
        [OPT-008] for a year that the outlook does not have.
    """
    flows = compute_flows(result, int(year) if year.isdigit() else 0)
    nodes = _list_nodes(result, flows)
    scale = _find_scale(nodes)
    tops = _stack_nodes(nodes, scale)
    labels = {node: _name_node(result, translator, node) for node in nodes}
    boxes = [
        {
            "step": node.step,
            "y0": tops[node.step, node.name],
            "y1": tops[node.step, node.name] + node.mass * scale,
            "label": f"{translator.number(to_kilotonnes(node.mass))} {labels[node]}",
            "name": labels[node],
            "mass": translator.number(to_kilotonnes(node.mass)),
            "color": _color_node(node),
        }
        for node in nodes
    ]
    per_year = translator.unit("kt/yr")
    title = translator.gettext("Where the e-waste of %(year)s goes", year=year)
    subtitle = translator.gettext(
        "Categories, routes and what treats or keeps it, %(unit)s. Height: mass.", unit=per_year
    )
    ends = "; ".join(str(box["label"]) for box in boxes if box["step"] == 2)
    description = translator.gettext(
        "Flow from left to right. At its ends: %(ends)s (%(unit)s).", ends=ends, unit=per_year
    )
    frame = make_frame(translator, "flow", title, subtitle, description)
    names = (translator.gettext("From, to"), per_year)
    links = _lay_links(flows, nodes, labels, scale, translator)
    return {**frame, "$schema": VEGA_SCHEMA, "config": make_vega_config()} | _lay_out_flow(
        boxes, links, names
    )


def _list_nodes(result: Result, flows: pd.DataFrame) -> list[Node]:
    """List the bars of every column in the order in which they stand."""
    by_step = flows[flows["step"] == "category"], flows[flows["step"] == "route"]
    masses = (
        by_step[0].groupby("begin")["mass"].sum(),
        by_step[0].groupby("end")["mass"].sum(),
        by_step[1].groupby("end")["mass"].sum(),
    )
    orders = (
        list(result.tables["categories"].index),
        list(result.tables["routes"].sort_values("position").index),
        [*result.tables["treatments"].sort_values("position").index, "reused", "exported", "held"],
    )
    return [
        Node(step, str(name), float(own[name]))
        for step, (own, order) in enumerate(zip(masses, orders, strict=True))
        for name in order
        if name in own.index
    ]


def _find_scale(nodes: list[Node]) -> float:
    """Find how many pixels stand for a tonne, so that the fullest column fits."""
    columns = [[node.mass for node in nodes if node.step == step] for step in range(len(STEPS))]
    return min(
        (FLOW_HEIGHT - NODE_GAP * (len(column) - 1)) / sum(column) for column in columns if sum(column) > 0
    )


def _stack_nodes(nodes: list[Node], scale: float) -> dict[tuple[int, str], float]:
    tops, edge = {}, dict.fromkeys(range(len(STEPS)), 0.0)
    for node in nodes:
        tops[node.step, node.name] = edge[node.step]
        edge[node.step] += node.mass * scale + NODE_GAP
    return tops


def _lay_links(
    flows: pd.DataFrame,
    nodes: list[Node],
    labels: Mapping[Node, str],
    scale: float,
    translator: Translator,
) -> list[dict[str, Any]]:
    """Lay one band per flow, packed at both of its ends in the order of the bars."""
    by_name = {(node.step, node.name): node for node in nodes}
    position = {key: place for place, key in enumerate(by_name)}
    leaves, arrives = _stack_nodes(nodes, scale), _stack_nodes(nodes, scale)
    rows = []
    for flow in flows.to_dict("records"):
        step = STEPS.index(flow["step"])
        rows.append((step, (step, flow["begin"]), (step + 1, flow["end"]), float(flow["mass"])))
    links = []
    for step, begin, end, mass in sorted(rows, key=lambda row: (position[row[1]], position[row[2]])):
        width = mass * scale
        links.append(
            {
                "step": step,
                "y0": leaves[begin],
                "y1": arrives[end],
                "thickness": max(width, 0.5),
                "color": _color_node(by_name[begin]),
                "name": f"{labels[by_name[begin]]} → {labels[by_name[end]]}",
                "mass": translator.number(to_kilotonnes(mass)),
            }
        )
        leaves[begin] += width
        arrives[end] += width
    return links


def _color_node(node: Node) -> str:
    if node.step == 0:
        return category_color(node.name)
    formal = {*FORMAL_ROUTES, "manual_dismantling", "mechanical", "reused"}
    return ACCENT if node.name in formal else WIDE


def _name_node(result: Result, translator: Translator, node: Node) -> str:
    language = translator.language
    if node.step == 0:
        return result.name_of("categories", node.name, language)
    if node.step == 1:
        return result.name_of("routes", node.name, language)
    if node.name in result.tables["treatments"].index:
        return result.name_of("treatments", node.name, language)
    return {
        "reused": translator.gettext("Used again"),
        "exported": translator.gettext("Abroad"),
        "held": translator.gettext("Kept"),
    }[node.name]


def _lay_out_flow(boxes: list[Any], links: list[Any], names: tuple[str, str]) -> Spec:
    place, following = (f"{list(COLUMNS)}[datum.step + {ahead}] * (width - {NODE_WIDTH})" for ahead in (0, 1))
    said = {"signal": f"{{'{names[0]}': datum.name, '{names[1]}': datum.mass}}"}
    paths = [
        {"type": "formula", "as": "left", "expr": f"{place} + {NODE_WIDTH}"},
        {"type": "formula", "as": "right", "expr": following},
        {"type": "formula", "as": "middle", "expr": "(datum.left + datum.right) / 2"},
        {"type": "formula", "as": "path", "expr": BAND},
    ]
    band = {
        "path": {"field": "path"},
        "fill": {"field": "color"},
        "fillOpacity": {"value": 0.28},
        "tooltip": said,
    }
    bar = {
        "x": {"signal": place},
        "width": {"value": NODE_WIDTH},
        "y": {"field": "y0"},
        "y2": {"signal": "max(datum.y1, datum.y0 + 1)"},
        "fill": {"field": "color"},
        "tooltip": said,
    }
    return {
        "width": FLOW_WIDTH,
        "height": FLOW_HEIGHT,
        "data": [
            {"name": "links", "values": links, "transform": paths},
            {"name": "boxes", "values": boxes},
        ],
        "scales": [],
        "marks": [
            {"type": "path", "from": {"data": "links"}, "aria": False, "encode": {"update": band}},
            {"type": "rect", "from": {"data": "boxes"}, "aria": False, "encode": {"update": bar}},
            *(_write_labels(place, stroke) for stroke in (True, False)),
        ],
    }


def _write_labels(place: str, halo: bool) -> Spec:
    """Write the labels beside the bars, in the last column before them; once as a halo below the letters."""
    last = len(STEPS) - 1
    encode: Spec = {
        "x": {"signal": f"datum.step == {last} ? {place} - 6 : {place} + {NODE_WIDTH + 6}"},
        "y": {"signal": "(datum.y0 + datum.y1) / 2"},
        "align": {"signal": f"datum.step == {last} ? 'right' : 'left'"},
        "baseline": {"value": "middle"},
        "text": {"signal": "width < 560 ? datum.name : datum.label"},
        "limit": {"signal": "width * [0.4, 0.3, 0.235][datum.step]"},
        "fontSize": {"signal": "width < 560 ? 10.5 : 12.5"},
        "fill": {"value": INK},
    }
    if halo:
        rim = {"stroke": PAPER, "fill": PAPER, "strokeWidth": 3.5, "strokeJoin": "round"}
        encode |= {channel: {"value": value} for channel, value in rim.items()}
    return {
        "type": "text",
        "from": {"data": "boxes"},
        "interactive": False,
        "aria": False,
        "encode": {"update": encode},
    }


def draw_material_fates(result: Result, translator: Translator) -> Spec:
    """Draw which part of every material in the e-waste comes back, formally and otherwise."""
    year = list_years(result)[0]
    names = (
        translator.gettext("Recovered formally"),
        translator.gettext("Recovered otherwise"),
        translator.gettext("Not recovered"),
    )
    rows, said = [], []
    table = compute_material_fates(result, year)
    table = table[table["embedded"] > 0]
    for row in (
        table.assign(share=table["recovered"] / table["embedded"])
        .sort_values("share", ascending=False)
        .to_dict("records")
    ):
        name = result.name_of("materials", row["material"], translator.language)
        formal = row["recovered_formally"] / row["embedded"]
        parts = (formal, row["share"] - formal, 1 - row["share"])
        said.append(f"{name} {translator.percent(row['share'])}")
        rows += [
            {"name": name, "group": group, "position": place, "value": round(100 * part, 4)}
            for place, (group, part) in enumerate(zip(names, parts, strict=True))
        ]
    title = translator.gettext("What comes back of the materials, %(year)s", year=year)
    subtitle = translator.gettext("Share of what the e-waste contains, %%, under the present policy.")
    description = translator.gettext(
        "Bars by material, the most recovered first. Recovered: %(list)s.", list="; ".join(said)
    )
    frame = make_frame(translator, "material_fates", title, subtitle, description)
    order = list(dict.fromkeys(row["name"] for row in rows))
    return frame | {
        "height": 26 * len(order),
        "data": {"values": rows},
        "mark": {"type": "bar", "height": 14, "tooltip": None},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": length_axis(translator.unit("%"))},
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": order,
                "axis": {"title": None, "grid": False, "labelColor": INK, "labelLimit": 160},
            },
            "color": color_scale(names, [LATE, MIDDLE, BAND_MOST]),
            "order": {"field": "position", "type": "quantitative"},
            "tooltip": [
                tooltip("name", translator.gettext("Material")),
                tooltip("group", translator.gettext("What becomes of it")),
                tooltip("value", translator.unit("%"), ",.1f"),
            ],
        },
    }


def compose_flow_table(result: Result, translator: Translator, year: int) -> TextTable:
    """Compose the table of the flow of a year: from, to, mass."""
    flows = compute_flows(result, year)
    labels = {
        (node.step, node.name): _name_node(result, translator, node) for node in _list_nodes(result, flows)
    }
    rows = [
        (
            labels[STEPS.index(row["step"]), row["begin"]],
            labels[STEPS.index(row["step"]) + 1, row["end"]],
            translator.number(to_kilotonnes(row["mass"])),
        )
        for row in flows.to_dict("records")
    ]
    return TextTable(
        "flow",
        translator.gettext("Where the e-waste of %(year)s goes", year=year),
        (
            Column("begin", translator.gettext("From")),
            Column("end", translator.gettext("To")),
            Column("mass", translator.unit("kt/yr"), numeric=True),
        ),
        tuple(rows),
    )
