"""Charts of the calibration: fans before and after learning, and every piece of evidence beside both."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.calibration_tables import name_evidence
from ainalym.reports.chart_parts import (
    HEIGHT,
    ROW_OFFSET,
    Spec,
    color_scale,
    hover_rule,
    interval_lines,
    label_rows,
    make_frame,
    projection_layers,
    tooltip,
    value_axis,
    year_axis,
)
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, BAND_HALF, BAND_MOST, INK, LATE, PAPER, WIDE
from ainalym.results.calibration import compute_learning, has_learned
from ainalym.results.intervals import compute_fan
from ainalym.results.result import Result


def draw_placed_on_market_learned(result: Result, translator: Translator) -> Spec | None:
    """Draw placed on market before and after learning; None if nothing was learned."""
    return _draw_learned(result, translator, "placed_on_market")


def draw_stock_learned(result: Result, translator: Translator) -> Spec | None:
    """Draw the stock before and after learning; None if nothing was learned."""
    return _draw_learned(result, translator, "stock")


def draw_ewaste_generated_learned(result: Result, translator: Translator) -> Spec | None:
    """Draw the e-waste before and after learning, with its evidence on top; None if nothing was learned."""
    return _draw_learned(result, translator, "ewaste_generated")


def _draw_learned(result: Result, translator: Translator, quantity: str) -> Spec | None:
    if not has_learned(result) or result.draws is None:
        return None
    prior = result.tables["prior"]
    before, after = prior[prior["quantity"] == quantity], compute_fan(result, quantity)
    unit = translator.unit("kt" if get_quantity(quantity).unit == "t" else "kt/yr")
    legend = (translator.gettext("Before, 90 %%"), translator.gettext("After, 90 %%"))
    rows = [
        {"year": int(year)}
        | {f"prior_{name}": _scale(one) for name, one in zip(("low", "median", "high"), old, strict=True)}
        | {name: _scale(one) for name, one in zip(("low", "median", "high"), new, strict=True)}
        for year, old, new in zip(
            after["year"],
            before[["low", "median", "high"]].to_numpy(),
            after[["low", "median", "high"]].to_numpy(),
            strict=True,
        )
    ]
    first, last = int(after["year"].iloc[0]), int(after["year"].iloc[-1])
    history = int(result.record["last_year_of_history"])
    points = _list_points(result, translator, quantity)
    title, subtitle, description = _say_learned(result, translator, quantity, unit, bool(points))
    frame = make_frame(translator, f"{quantity}_learned", title, subtitle, description)
    layers = [
        *projection_layers(history, last, translator.gettext("Projection")),
        *_layer_bands(legend, unit),
        hover_rule(_list_lines(translator, legend)),
    ]
    return frame | {
        "height": HEIGHT,
        "data": {"values": rows},
        "encoding": {"x": year_axis(first, last)},
        "layer": layers + (_layer_points(points, translator) if points else []),
    }


def _scale(tonnes: float) -> float:
    return float(f"{tonnes / TONNES_PER_KILOTONNE:.5g}")


def _say_learned(
    result: Result, translator: Translator, quantity: str, unit: str, has_points: bool
) -> tuple[str, str, str]:
    """Give title, subtitle and description."""
    name = get_quantity(quantity).labels[translator.language]
    learning = compute_learning(result)
    own = learning[learning["quantity"] == quantity].iloc[-1]
    width = (own["high"] - own["low"]) / (own["prior_high"] - own["prior_low"])
    title = translator.gettext(
        "%(quantity)s: evidence moves the median of %(year)s from %(before)s to %(after)s",
        quantity=name,
        year=int(own["year"]),
        before=translator.number(own["prior_median"] / TONNES_PER_KILOTONNE),
        after=translator.with_unit(own["median"] / TONNES_PER_KILOTONNE, "kt"),
    )
    subtitle = translator.gettext(
        "Bands of 90 %% and medians of the draws before and after learning, %(unit)s.", unit=unit
    )
    if has_points:
        reading = translator.gettext("Points: evidence with its range of 90 %%.")
        subtitle = f"{subtitle} {reading}"
    description = translator.gettext(
        "%(title)s. Two bands over the years, the later one %(width)s as wide in the last year.",
        title=title,
        width=translator.percent(float(width)),
    )
    return title, subtitle, description


def _list_lines(translator: Translator, legend: tuple[str, str]) -> list[Spec]:
    median = translator.gettext("Median")
    lines = [tooltip("year", translator.gettext("Year"), "d")]
    for prefix, said in zip(("prior_", ""), legend, strict=True):
        short = said.split(",")[0]
        lines.append(tooltip(f"{prefix}low", f"{short}, {translator.percent(0.05)}", ",.3~r"))
        lines.append(tooltip(f"{prefix}median", f"{short}, {median.lower()}", ",.3~r"))
        lines.append(tooltip(f"{prefix}high", f"{short}, {translator.percent(0.95)}", ",.3~r"))
    return lines


def _layer_bands(legend: tuple[str, str], unit: str) -> list[Spec]:
    """Lay the band after learning on the one before, and both medians on top."""
    axis = {"type": "quantitative", "scale": {"zero": True}, "axis": value_axis(unit)}
    colors = color_scale(legend, [BAND_MOST, BAND_HALF])
    bands = [
        {
            "transform": [{"calculate": _quote(said), "as": "group"}],
            "mark": {"type": "area", "stroke": edge, "strokeWidth": 0.8, "tooltip": None},
            "encoding": {
                "y": {"field": f"{prefix}low", **axis},
                "y2": {"field": f"{prefix}high"},
                "color": colors,
            },
        }
        for said, prefix, edge in zip(legend, ("prior_", ""), (WIDE, BAND_HALF), strict=True)
    ]
    lines = [
        {
            "mark": {"type": "line", "color": color, "strokeWidth": 2.2, "tooltip": None, **dash},
            "encoding": {"y": {"field": f"{prefix}median", **axis}},
        }
        for prefix, color, dash in (("prior_", WIDE, {"strokeDash": [5, 4]}), ("", LATE, {}))
    ]
    return [*bands, *lines]


def _list_points(result: Result, translator: Translator, quantity: str) -> list[dict[str, Any]]:
    """List the evidence of a quantity over all products."""
    evidence = result.tables["evidence"]
    chosen = evidence[(evidence["quantity"] == quantity) & (evidence["products"] == "all")]
    chosen = chosen[chosen["unit"] == "t"]
    uses = {"enters": translator.gettext("enters"), "shown": translator.gettext("only shown")}
    return [
        {
            "year": int(row["year"]),
            "value": _scale(row["value"]),
            "low_end": _scale(row["low"]),
            "high_end": _scale(row["high"]),
            "vintage": row["vintage"],
            "use": uses[row["use"]],
            "weight": 1.0 if row["use"] == "enters" else 0.0,
        }
        for row in chosen.to_dict("records")
        if not np.isnan(row["low"])
    ]


def _layer_points(points: list[dict[str, Any]], translator: Translator) -> list[Spec]:
    lines = [
        tooltip("year", translator.gettext("Year"), "d"),
        tooltip("value", translator.unit("kt"), ",.1f"),
        tooltip("vintage", translator.gettext("Edition")),
        tooltip("use", translator.gettext("Use")),
    ]
    fill = {"condition": {"test": "datum.weight > 0", "value": ACCENT}, "value": PAPER}
    return [
        {
            "data": {"values": points},
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2, "tooltip": None},
            "encoding": {
                "y": {"field": "low_end", "type": "quantitative"},
                "y2": {"field": "high_end"},
            },
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "size": 60, "strokeWidth": 1.5, "opacity": 1, "stroke": INK},
            "encoding": {
                "y": {"field": "value", "type": "quantitative"},
                "fill": fill,
                "tooltip": lines,
            },
        },
    ]


def draw_evidence_fit(result: Result, translator: Translator) -> Spec | None:
    """Draw the model over every figure that enters, before and after; None if nothing was learned."""
    if not has_learned(result):
        return None
    evidence = result.tables["evidence"]
    entering = evidence[evidence["use"] == "enters"]
    # A label must fit a telephone: the edition stands in it only where two figures would read alike.
    alike = entering.duplicated(["quantity", "item", "year"], keep=False)
    rows = [
        _make_row(row, translator, bool(twice))
        for (_, row), twice in zip(entering.iterrows(), alike, strict=True)
    ]
    names = (
        translator.gettext("Range of the figure, 90 %%"),
        translator.gettext("Model before"),
        translator.gettext("Model after"),
    )
    lines = [
        tooltip("name", translator.gettext("Evidence")),
        tooltip("prior", names[1], ".2f"),
        tooltip("posterior", names[2], ".2f"),
    ]
    met = int((entering["distance_posterior"].abs() <= 1.0).sum())
    title = translator.gettext(
        "After learning, %(met)s of %(all)s figures are met within one standard error",
        met=met,
        all=len(entering),
    )
    subtitle = translator.gettext("Model over figure: 1 means that both agree. Lines: 90 %% after learning.")
    description = translator.gettext(
        "For every figure a bar of its range, and points of the model before and after. %(title)s.",
        title=title,
    )
    spec = label_rows(rows, _layer_fit(names, lines), translator.gettext("Model over figure"))
    # Half and double lie equally far from 1.
    spec["encoding"]["x"]["scale"] = {"type": "log"}
    return make_frame(translator, "evidence_fit", title, subtitle, description) | spec


def _make_row(row: pd.Series, translator: Translator, with_edition: bool) -> dict[str, Any]:
    value = float(row["value"])
    ratios = {
        "prior": row["prior"] / value,
        "posterior": row["posterior"] / value,
        "low": row["posterior_low"] / value,
        "high": row["posterior_high"] / value,
        "error_low": row["low"] / value,
        "error_high": row["high"] / value,
    }
    return {
        # The year first: what does not fit a telephone is cut off at the end.
        "label": f"{row['year']} · {name_evidence(row, translator, with_edition)}",
        "name": f"{name_evidence(row, translator)}, {row['year']}",
        "one": 1,
        **{name: float(f"{one:.4g}") for name, one in ratios.items()},
    }


def _layer_fit(names: tuple[str, str, str], lines: list[Spec]) -> list[Spec]:
    """Draw the range of the figure as a bar, the model as points: hollow before, filled after."""
    colors = color_scale(names, [BAND_MOST, PAPER, LATE])
    strokes = color_scale(names, [WIDE, LATE, LATE])
    shapes = color_scale(names, ["square", "circle", "circle"])
    bar = {
        "mark": {"type": "bar", "height": 12, "yOffset": ROW_OFFSET, "tooltip": None},
        "encoding": {
            "x": {"field": "error_low", "type": "quantitative"},
            "x2": {"field": "error_high"},
            "color": {"value": BAND_MOST},
        },
    }
    middle = {
        "mark": {"type": "tick", "color": WIDE, "height": 22, "yOffset": ROW_OFFSET, "tooltip": None},
        "encoding": {"x": {"field": "one", "type": "quantitative"}},
    }
    points = [
        {
            "transform": [{"calculate": _quote(name), "as": "group"}],
            "mark": {"type": "point", "yOffset": ROW_OFFSET, "size": 70, "strokeWidth": 1.8, "opacity": 1},
            "encoding": {
                "x": {"field": field, "type": "quantitative"},
                "fill": colors,
                "stroke": strokes,
                "shape": shapes,
                "tooltip": lines,
            },
        }
        for field, name in (("prior", names[1]), ("posterior", names[2]))
    ]
    return [bar, middle, *interval_lines("low", "high", ROW_OFFSET), *points]


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
