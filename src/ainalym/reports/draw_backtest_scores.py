"""Charts of the scores of a back-test by category: bias, CRPS and what the intervals held."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from ainalym.backtest.run import METHODS, WAYS, Backtest
from ainalym.backtest.scoring import ALL_CATEGORIES
from ainalym.core.quantities import get_quantity
from ainalym.reports.backtest_tables import list_scored_categories, name_methods, read_category_scores
from ainalym.reports.chart_parts import TEXT, Spec, color_scale, label_rows, make_frame, row_point, tooltip
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, INK_SOFT, LIGHT, PAPER, WIDE

PERCENT = 100.0

LETTER = 0.56
"""Width of a letter over the size of the type, rather too wide: the longest name still fits a telephone."""


class Series(NamedTuple):
    """One mark in every row.

    Attributes
    ----------
    field
        Its field in the rows.
    name
        Its name in the legend.
    fill, stroke, shape
        How it is drawn.
    """

    field: str
    name: str
    fill: str
    stroke: str
    shape: str


class Scored(NamedTuple):
    """Scores of one quantity from one origin.

    Attributes
    ----------
    quantity
        ``placed_on_market`` or ``ewaste_generated``.
    origin
        Last year that was known.
    """

    quantity: str
    origin: int


def draw_bias(backtest: Backtest, translator: Translator, scored: Scored) -> Spec:
    """Draw the bias of every method by category."""
    return _draw_methods(
        backtest,
        translator,
        scored,
        "bias",
        translator.gettext("%(when)s: bias of the median", when=_say_when(translator, scored)),
        translator.gettext(
            "Mean error over the mean of what happened, %(unit)s; the line is no bias.",
            unit=translator.unit("%"),
        ),
    )


def draw_crps(backtest: Backtest, translator: Translator, scored: Scored) -> Spec:
    """Draw the CRPS of every method by category, over what happened so that categories compare."""
    return _draw_methods(
        backtest,
        translator,
        scored,
        "crps_relative",
        translator.gettext("%(when)s: score (CRPS)", when=_say_when(translator, scored)),
        translator.gettext(
            "CRPS over the mean of what happened, %(unit)s; nearer to nought is better.",
            unit=translator.unit("%"),
        ),
    )


def draw_coverage(backtest: Backtest, translator: Translator, scored: Scored) -> Spec:
    """Draw the share of figures inside the 50 and 90 % intervals by category."""
    names = name_methods(translator)
    series = [
        Series(f"{way}_{level}", f"{names[way]}, {translator.percent(level / PERCENT)}", *look)
        for way, colour in zip(WAYS, (ACCENT, LIGHT["warning"]), strict=True)
        for level, look in ((50, (PAPER, colour, "circle")), (90, (colour, colour, "circle")))
    ]
    columns = {f"{way}_{level}": (way, f"inside_{level}", PERCENT) for way in WAYS for level in (50, 90)}
    title = translator.gettext(
        "%(when)s: inside the 50 and 90 %% intervals", when=_say_when(translator, scored)
    )
    subtitle = translator.gettext(
        "Share of figures, %(unit)s; the lines are what the intervals promise.", unit=translator.unit("%")
    )
    return _compose(
        backtest, translator, scored, "coverage", (title, subtitle), columns, series, (50.0, 90.0)
    )


SCORE_CHARTS: dict[str, Callable[[Backtest, Translator, Scored], Spec]] = {
    "bias": draw_bias,
    "crps_relative": draw_crps,
    "coverage": draw_coverage,
}
"""Charts of every quantity and origin, by name."""


def _draw_methods(
    backtest: Backtest, translator: Translator, scored: Scored, measure: str, title: str, subtitle: str
) -> Spec:
    names = name_methods(translator)
    looks = (
        (ACCENT, ACCENT, "circle"),
        (PAPER, WIDE, "circle"),
        (LIGHT["warning"], LIGHT["warning"], "diamond"),
    )
    series = [Series(way, names[way], *look) for way, look in zip(METHODS, looks, strict=True)]
    columns = {way: (way, measure, PERCENT) for way in METHODS}
    lines = (0.0,) if measure == "bias" else ()
    return _compose(backtest, translator, scored, measure, (title, subtitle), columns, series, lines)


def _compose(
    backtest: Backtest,
    translator: Translator,
    scored: Scored,
    measure: str,
    texts: tuple[str, str],
    columns: dict[str, tuple[str, str, float]],
    series: list[Series],
    lines: tuple[float, ...],
) -> Spec:
    """Compose a chart of labelled rows, one per category, with a point of every series."""
    rows = _list_rows(backtest, translator, scored, columns)
    shown = [tooltip("label", translator.gettext("Category"))]
    shown += [tooltip(one.field, one.name, ",.1f") for one in series]
    title, subtitle = texts
    description = translator.gettext(
        "One row per category, one point per method. %(subtitle)s", subtitle=subtitle
    )
    name = f"{measure}_{scored.quantity}_{scored.origin}"
    marks = [_draw_line(line) for line in lines] + _draw_points(series, shown)
    frame = make_frame(translator, name, title, subtitle, description)
    spec = label_rows(rows, marks, translator.unit("%"))
    # Points alone would stand on the edges of their rows.
    spec["encoding"]["y"]["scale"]["type"] = "band"
    longest = max(len(row["label"]) for row in rows)
    for layer in spec["layer"]:
        if layer["mark"]["type"] == "text":
            layer["mark"]["fontSize"] = {"expr": f"min({TEXT}, width / {LETTER * longest:.1f})"}
    return frame | spec


def _list_rows(
    backtest: Backtest, translator: Translator, scored: Scored, columns: dict[str, tuple[str, str, float]]
) -> list[dict[str, Any]]:
    scores = {
        field: (read_category_scores(backtest, scored.quantity, scored.origin, column), method, factor)
        for field, (method, column, factor) in columns.items()
    }
    labels = list_scored_categories(backtest, scored.quantity, scored.origin, translator)
    return [
        {
            "label": label,
            **{
                field: float(f"{factor * found[method, category]:.4g}")
                for field, (found, method, factor) in scores.items()
            },
        }
        for category, label in (
            *labels,
            (ALL_CATEGORIES, translator.gettext("Categories without photovoltaics")),
        )
    ]


def _draw_line(place: float) -> Spec:
    return {
        "mark": {"type": "rule", "color": INK_SOFT, "strokeDash": [4, 4], "tooltip": None},
        "encoding": {
            "x": {"datum": place, "type": "quantitative"},
            "y": {"value": 0},
            "y2": {"value": "height"},
        },
    }


def _draw_points(series: list[Series], shown: list[Spec]) -> list[Spec]:
    names = [one.name for one in series]
    scales = {
        "fill": color_scale(names, [one.fill for one in series]),
        "stroke": color_scale(names, [one.stroke for one in series]),
        "shape": color_scale(names, [one.shape for one in series]),
    }
    layers = []
    for one in series:
        point = row_point(one.field, {}, shown)
        called = {"calculate": json.dumps(one.name, ensure_ascii=False), "as": "group"}
        layers.append({"transform": [called], **point, "encoding": {**point["encoding"], **scales}})
    return layers


def _say_when(translator: Translator, scored: Scored) -> str:
    return translator.gettext(
        "%(quantity)s, known to %(origin)s",
        quantity=get_quantity(scored.quantity).labels[translator.language],
        origin=scored.origin,
    )


def list_scored(backtest: Backtest) -> list[Scored]:
    """List the quantities and origins that were scored, the market first."""
    quantities = sorted(set(backtest.scores["quantity"]), reverse=True)
    return [Scored(quantity, origin) for quantity in quantities for origin in backtest.options.origins]
