"""Charts of the evidence: the model against published figures, and assumptions among the inputs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from ainalym.reports.chart_parts import (
    HEIGHT,
    ROW_OFFSET,
    Spec,
    color_scale,
    interval_lines,
    label_rows,
    make_frame,
    nested_bars,
    row_bar,
    row_point,
    to_kilotonnes,
    tooltip,
    value_axis,
    year_axis,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, INK, INK_SOFT, LATE, PAPER, WIDE
from ainalym.results.result import Result
from ainalym.results.summary import compute_comparison
from ainalym.results.trust import compute_gap


def draw_comparison(result: Result, translator: Translator) -> Spec | None:
    """Draw the model beside every published total, as a thin bar on a broad one."""
    gap = compute_gap(result)
    if gap is None:
        return None
    comparison = compute_comparison(result)
    totals = comparison[(comparison["quantity"] == "ewaste_generated") & comparison["model"].notna()]
    names = (translator.gettext("Published"), translator.gettext("Model"))
    rows = [
        {
            "group": names[0],
            "label": f"{row['year']}, {row['vintage']}: × {translator.number_fixed(row['ratio'], 2)}",
            "name": f"{row['year']}, {row['vintage']}",
            "published": to_kilotonnes(row["published"]),
            "model": to_kilotonnes(row["model"]),
            **_read_ends(row),
            "ratio": translator.number_fixed(row["ratio"], 2),
        }
        for row in totals.sort_values(["year", "vintage"], ascending=False).to_dict("records")
    ]
    lines = [
        tooltip("name", translator.gettext("Edition")),
        tooltip("published", f"{names[0]}, {translator.unit('kt')}", ",.1f"),
        tooltip("model", f"{names[1]}, {translator.unit('kt')}", ",.1f"),
        tooltip("ratio", translator.gettext("Ratio")),
    ]
    bars = nested_bars("published", "model", names, lines)
    if result.draws is not None:
        # A thin bar would hide the lower end of its interval.
        bars = [
            row_bar("published", color_scale(names, [WIDE, LATE]), tooltip=lines),
            *interval_lines("low", "high", ROW_OFFSET),
            row_point("model", {"color": LATE, "fill": LATE}, lines),
        ]
    title = translator.gettext(
        "For %(year)s the model gives %(ratio)s times the newest published total",
        year=gap.year,
        ratio=translator.number_fixed(gap.ratio, 2),
    )
    subtitle = translator.gettext("E-waste generated, %(unit)s.", unit=translator.unit("kt/yr"))
    if result.draws is not None:
        reading = translator.gettext("Circles: median of the model; lines: 90 %% of its draws.")
        subtitle = f"{subtitle} {reading}"
    description = translator.gettext(
        "Two bars per published total. The model is between %(low)s and %(high)s times the published totals.",
        low=translator.number_fixed(gap.lowest_ratio, 2),
        high=translator.number_fixed(gap.highest_ratio, 2),
    )
    frame = make_frame(translator, "comparison", title, subtitle, description)
    return frame | label_rows(rows, bars, translator.unit("kt/yr"))


def _read_ends(row: Mapping[Hashable, Any]) -> dict[str, float]:
    if pd.isna(row["model_low"]):
        return {}
    return {"low": to_kilotonnes(row["model_low"]), "high": to_kilotonnes(row["model_high"])}


def draw_photovoltaic_capacity(result: Result, translator: Translator) -> Spec | None:
    """Draw the installed photovoltaic capacity, telling reported figures from assumptions."""
    figures = result.tables["photovoltaic_capacity"]
    if figures.empty or "photovoltaic_capacity" not in result.data:
        return None
    names = {
        "reported": translator.gettext("Reported"),
        "assumption": translator.gettext("Assumption, with its range"),
    }
    capacity = result.to_frame("photovoltaic_capacity")
    first = int(figures["year"].min())
    last = int(capacity["year"].max())
    shown = figures[figures["year"] <= last]
    points = [_capacity_point(row, names) for row in shown.to_dict("records")]
    curve = [
        {"year": int(row["year"]), "value": float(row["value"])}
        for row in capacity[capacity["year"] >= first].to_dict("records")
    ]
    unit = translator.unit("MW")
    lines = [
        tooltip("year", translator.gettext("Year"), "d"),
        tooltip("value", unit, ",.1f"),
        tooltip("group", translator.gettext("Kind of figure")),
    ]
    title = translator.gettext("Photovoltaic capacity: what is known and what is assumed")
    subtitle = translator.ngettext(
        "%(number)s of %(all)s figures is an assumption. Installed capacity, MW.",
        "%(number)s of %(all)s figures are assumptions. Installed capacity, MW.",
        int((shown["status"] == "assumption").sum()),
        all=len(shown),
    )
    description = translator.gettext(
        "Line of capacity over the years with the figures as points. %(subtitle)s", subtitle=subtitle
    )
    return make_frame(translator, "photovoltaic_capacity", title, subtitle, description) | {
        "height": HEIGHT,
        "encoding": {"x": year_axis(first, last)},
        "layer": [
            {
                "data": {"values": curve},
                "mark": {"type": "line", "color": WIDE, "strokeWidth": 2},
                "encoding": {"y": {"field": "value", "type": "quantitative", "axis": value_axis(unit)}},
            },
            *_layer_figures(points, list(names.values()), lines),
        ],
    }


def _layer_figures(points: list[dict[str, Any]], kinds: list[str], lines: list[Spec]) -> list[Spec]:
    """Draw the range of every figure as a line and the figure as a point, filled only if it is reported."""
    ranges = [point for point in points if point["low"] != point["high"]]
    return [
        {
            "data": {"values": ranges},
            "mark": {"type": "rule", "strokeWidth": 1.4, "color": INK_SOFT},
            "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "size": 60, "strokeWidth": 1.6, "opacity": 1},
            "encoding": {
                "y": {"field": "value", "type": "quantitative"},
                "stroke": color_scale(kinds, [ACCENT, INK]),
                "fill": color_scale(kinds, [ACCENT, PAPER]),
                "shape": color_scale(kinds, ["circle", "diamond"]),
                "tooltip": lines,
            },
        },
    ]


def _capacity_point(row: dict[Any, Any], names: dict[str, str]) -> dict[str, Any]:
    low, high = (row[name] if pd.notna(row[name]) else row["value"] for name in ("low", "high"))
    return {
        "year": int(row["year"]),
        "value": float(row["value"]),
        "low": float(low),
        "high": float(high),
        "group": names[row["status"]],
    }
