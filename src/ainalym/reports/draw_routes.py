"""The flow diagram from placed on market to the last fraction, of one year in the central path."""

from __future__ import annotations

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.reports.chart_parts import Spec, make_frame, to_kilotonnes, tooltip
from ainalym.reports.flow_layout import Band, Link, Node, Place, lay_out_flows, trace_band, wrap_label
from ainalym.reports.language import Translator
from ainalym.reports.outcome_names import name_scenario
from ainalym.reports.palette import ACCENT, CATEGORIES, EARLY, INK, PAPER, WIDE, category_color
from ainalym.reports.palette import LIGHT as COLORS
from ainalym.reports.text_table import Column, TextTable
from ainalym.results.flows import (
    FROM_STOCK,
    LOST,
    MARKET,
    NAMED_FRACTIONS,
    REST,
    TO_STOCK,
    compute_flows,
)
from ainalym.results.result import Result

FLOW_YEAR = 2030
"""Year of the diagram of an outlook."""

HEIGHT, LONGEST_LINE = 560, 20
NODE = 0.016
"""Width of the bar of a node, as a share of the drawing."""

COLUMNS = (0.0, 0.27, 0.54, 0.81)
"""Left edges of the columns: market, categories, routes, ends; the rest is for the labels of the last."""

LAST = len(COLUMNS) - 1
FLOWS_SAID = 4


def draw_flows(result: Result, translator: Translator, year: int | None = None) -> Spec | None:
    """Draw the flows of a year from placed on market to the last fraction.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the labels.
    year
        Year of the outlook; 2030, or the last one if that is earlier, where none is given.

    Returns
    -------
    Spec or None
        Vega-Lite specification; None where nothing is discarded in that year.
    """
    year = choose_year(result, year)
    table = compute_flows(result, year)
    if table.empty:
        return None
    nodes, links = _gather(result, translator, table)
    places, bands = lay_out_flows(nodes, links, HEIGHT)
    unit = translator.unit("kt/yr")
    title = translator.gettext(
        "From placed on market to the last fraction in %(year)s: %(scenario)s",
        year=year,
        scenario=name_scenario(result, translator),
    )
    subtitle = translator.gettext(
        "Widths: %(unit)s in the central path. Left to right: market, categories of e-waste, routes, what "
        "comes back, is lost, used again or exported.",
        unit=unit,
    )
    said = _say_ends(nodes, links)
    description = translator.gettext(
        "%(title)s. Where it ends, %(unit)s: %(list)s.", title=title, unit=unit, list=said
    )
    frame = make_frame(translator, "flows", title, subtitle, description)
    return frame | {
        "height": HEIGHT,
        "encoding": {
            "x": {
                "field": "x",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [0, 1], "nice": False, "zero": False},
            },
            "y": {
                "field": "y",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [HEIGHT, 0], "nice": False},
            },
        },
        "layer": [
            _draw_bands(nodes, bands, translator),
            _draw_nodes(nodes, places, translator),
            *_draw_labels(nodes, places),
        ],
    }


def choose_year(result: Result, year: int | None) -> int:
    """Choose the year of a diagram.

    Parameters
    ----------
    result
        Result of a run.
    year
        Year that is asked for.

    Returns
    -------
    int
        It, or 2030, or the last year of a shorter outlook.
    """
    last = int(result.data["year"].max())
    return min(FLOW_YEAR, last) if year is None else year


def _gather(result: Result, translator: Translator, table: pd.DataFrame) -> tuple[list[Node], list[Link]]:
    """Turn the list of flows into nodes with labels, in the order of their columns, and links."""
    links = [
        Link(
            _key(row["source_kind"], row["source"]),
            _key(row["target_kind"], row["target"]),
            float(row["value"]),
        )
        for row in table.to_dict("records")
    ]
    used = {end for link in links for end in (link.source, link.target)}
    routes = [("route", str(name)) for name in result.tables["routes"].index]
    last = [
        *(("material", name) for name in (*NAMED_FRACTIONS, REST)),
        *(("end", name) for _, name in routes),
        ("end", LOST),
    ]
    order = [
        (0, [("stage", MARKET), ("stage", FROM_STOCK)]),
        (1, [*(("category", code) for code in CATEGORIES), ("stage", TO_STOCK)]),
        (2, routes),
        (3, last),
    ]
    nodes = []
    for column, entries in order:
        for kind, name in entries:
            key = _key(kind, name)
            if key in used:
                mass = max(
                    sum(link.mass for link in links if link.target == key),
                    sum(link.mass for link in links if link.source == key),
                )
                text = f"{_name(result, translator, kind, name)} {translator.number(to_kilotonnes(mass))}"
                nodes.append(Node(key, column, wrap_label(text, LONGEST_LINE)))
    return nodes, links


def _key(kind: str, name: str) -> str:
    return f"{kind}:{name}"


def _name(result: Result, translator: Translator, kind: str, name: str) -> str:
    if kind in ("category", "route"):
        table = {"category": "categories", "route": "routes"}[kind]
        return result.name_of(table, name, translator.language)
    if kind == "material" and name != REST:
        return result.name_of("materials", name, translator.language)
    names = {
        MARKET: get_quantity("placed_on_market").labels[translator.language],
        FROM_STOCK: translator.gettext("Out of the stock"),
        TO_STOCK: translator.gettext("Growth of the stock"),
        REST: translator.gettext("Other materials recovered"),
        LOST: translator.gettext("Lost or landfilled"),
        "preparing_for_reuse": translator.gettext("Used again"),
        "used_export": translator.gettext("Exported as used equipment"),
        "hibernation": translator.gettext("Kept unused"),
    }
    return names[name]


def _color(key: str) -> str:
    kind, name = key.split(":")
    if kind == "category":
        return category_color(name)
    if kind == "material":
        return ACCENT
    if name == LOST:
        return COLORS["warning"]
    return EARLY if kind == "stage" else WIDE


def _draw_bands(nodes: list[Node], bands: list[Band], translator: Translator) -> Spec:
    """Draw the bands; each has the colour of its category, or of where it ends."""
    column = {node.name: node.column for node in nodes}
    label = {node.name: " ".join(node.lines) for node in nodes}
    points, said = [], []
    for position, band in enumerate(bands):
        source, target = band.link.source, band.link.target
        begin, end = COLUMNS[column[source]] + NODE, COLUMNS[column[target]]
        said.append(
            {
                "band": position,
                "color": _color(source if source.startswith("category") else target),
                "from": label[source],
                "to": label[target],
                "value": to_kilotonnes(band.link.mass),
            }
        )
        points += [
            {
                "band": position,
                "x": round(begin + (end - begin) * way, 4),
                "y": round(top, 1),
                "y2": round(bottom, 1),
            }
            for way, top, bottom in trace_band(band)
        ]
    words = {"data": {"values": said}, "key": "band", "fields": ["color", "from", "to", "value"]}
    return {
        "data": {"values": points},
        "transform": [{"lookup": "band", "from": words}],
        "mark": {"type": "area", "opacity": 0.5, "strokeWidth": 0},
        "encoding": {
            "y2": {"field": "y2"},
            "detail": {"field": "band"},
            "fill": {"field": "color", "type": "nominal", "scale": None},
            "tooltip": [
                tooltip("from", translator.gettext("From")),
                tooltip("to", translator.gettext("To")),
                tooltip("value", translator.unit("kt/yr"), ",.2f"),
            ],
        },
    }


def _draw_nodes(nodes: list[Node], places: dict[str, Place], translator: Translator) -> Spec:
    rows = [
        {
            "x": COLUMNS[node.column],
            "x2": round(COLUMNS[node.column] + NODE, 4),
            "y": round(places[node.name].top, 1),
            "y2": round(places[node.name].top + max(places[node.name].height, 1.0), 1),
            "color": _color(node.name),
            "name": " ".join(node.lines),
        }
        for node in nodes
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": {
            "x2": {"field": "x2"},
            "y2": {"field": "y2"},
            "fill": {"field": "color", "type": "nominal", "scale": None},
            "tooltip": [tooltip("name", translator.unit("kt/yr"))],
        },
    }


def _draw_labels(nodes: list[Node], places: dict[str, Place]) -> list[Spec]:
    """Write labels to the right of their nodes; a rim keeps the bands out of the letters."""
    rows = [
        {
            "x": round(COLUMNS[node.column] + NODE, 4),
            "y": round(places[node.name].middle, 1),
            "label": list(node.lines),
        }
        for node in nodes
    ]
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 5, "fontSize": 12, "lineHeight": 14}
    encoding = {"text": {"field": "label"}}
    rim = {**mark, "stroke": PAPER, "strokeWidth": 3.5, "strokeJoin": "round", "color": PAPER}
    return [
        {"data": {"values": rows}, "mark": rim, "encoding": encoding},
        {"data": {"values": rows}, "mark": {**mark, "color": INK}, "encoding": encoding},
    ]


def _say_ends(nodes: list[Node], links: list[Link]) -> str:
    """List the largest ends of the flows."""
    ends = [node for node in nodes if node.column == LAST]
    mass = {node.name: sum(link.mass for link in links if link.target == node.name) for node in ends}
    largest = sorted(ends, key=lambda node: -mass[node.name])[:FLOWS_SAID]
    return "; ".join(" ".join(node.lines) for node in largest)


def compose_flow_table(result: Result, translator: Translator, year: int | None = None) -> TextTable:
    """Compose the table of the flows of a year.

    Parameters
    ----------
    result, translator, year
        As for :func:`draw_flows`.

    Returns
    -------
    TextTable
        One row per flow.
    """
    year = choose_year(result, year)
    columns = (
        Column("from", translator.gettext("From")),
        Column("to", translator.gettext("To")),
        Column("mass", translator.unit("kt/yr"), numeric=True),
    )
    rows = tuple(
        (
            _name(result, translator, row["source_kind"], row["source"]),
            _name(result, translator, row["target_kind"], row["target"]),
            translator.number(to_kilotonnes(row["value"])),
        )
        for row in compute_flows(result, year).to_dict("records")
    )
    caption = translator.gettext(
        "Flows of %(year)s: %(scenario)s", year=year, scenario=name_scenario(result, translator)
    )
    return TextTable(f"flows_{result.record['scenario']['name']}", caption, columns, rows)
