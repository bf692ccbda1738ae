"""Charts of the back-test: paths of some countries with what happened, and what intervals hold."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ainalym.backtest.run import PROJECTION, REFERENCE, Backtest
from ainalym.backtest.scoring import CATEGORIES
from ainalym.backtest.store import choose_paths
from ainalym.reports.backtest_tables import name_methods
from ainalym.reports.chart_parts import Spec, color_scale, make_frame, value_axis
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, INK, INK_SOFT, LIGHT, WIDE

COLUMNS = 3
SMALL_WIDTH, SMALL_HEIGHT = 200, 130
SQUARE = 360
COUNTRY_HEIGHT = 240
"""Sizes in px."""


def draw_paths(backtest: Backtest, translator: Translator) -> Spec:
    """Draw what was projected for some countries, and what happened."""
    paths = choose_paths(backtest)
    origin = int(paths["origin"].iloc[0])
    names = _name_lines(translator)
    title = translator.gettext("Projected from %(origin)s, and what happened", origin=origin)
    subtitle = _say_paths(translator)
    description = translator.gettext(
        "Small charts of %(countries)s. %(subtitle)s",
        countries=translator.join(sorted(set(paths["country"]))),
        subtitle=subtitle,
    )
    frame = make_frame(translator, "backtest_paths", title, subtitle, description)
    del frame["width"]
    return frame | {
        "data": {"values": _list_marks(paths, names)},
        "facet": {"field": "country", "type": "nominal", "title": None},
        "columns": COLUMNS,
        "spec": {"width": SMALL_WIDTH, "height": SMALL_HEIGHT, "layer": _layer_path(list(names.values()))},
    }


def draw_country_paths(backtest: Backtest, translator: Translator) -> list[Spec]:
    """Draw the same countries, each in a chart of its own, that takes the width it is given."""
    paths = choose_paths(backtest)
    names = _name_lines(translator)
    return [
        _draw_country(
            own, translator.country(str(country), backtest.countries[str(country)]), names, translator
        )
        for country, own in paths.groupby("country", sort=False)
    ]


def _draw_country(own: pd.DataFrame, country: str, names: dict[str, str], translator: Translator) -> Spec:
    last = own.iloc[-1]
    title = translator.gettext(
        "%(country)s, projected from %(origin)s", country=country, origin=int(last["origin"])
    )
    description = translator.gettext(
        "In %(year)s happened %(truth)s, projected were %(median)s (%(interval)s), by the official method "
        "%(official)s %(unit)s.",
        year=int(last["year"]),
        truth=translator.number(last["truth"]),
        median=translator.number(last["median"]),
        interval=translator.interval(last["low"], last["high"]),
        official=translator.number(last["official"]),
        unit=translator.unit("kg/person"),
    )
    name = f"path_{last['country']}"
    frame = make_frame(translator, name, title, _say_paths(translator), description)
    return frame | {
        "height": COUNTRY_HEIGHT,
        "data": {"values": _list_marks(own, names)},
        "layer": _layer_path(list(names.values())),
    }


def _name_lines(translator: Translator) -> dict[str, str]:
    return {
        "truth": translator.gettext("What happened"),
        "median": translator.gettext("Projection"),
        "official": translator.gettext("Official method"),
    }


def _say_paths(translator: Translator) -> str:
    return translator.gettext(
        "Placed on market of the products with a figure in every year, %(unit)s; band: 90 %% interval.",
        unit=translator.unit("kg/person"),
    )


def _list_marks(paths: pd.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    """List the points of the lines and of the band, by country."""
    lines = [
        {"year": row["year"], "country": row["country"], "value": float(f"{row[field]:.4g}"), "group": name}
        for field, name in names.items()
        for row in paths[paths[field].notna()].to_dict("records")
    ]
    bands = [
        {name: row[name] for name in ("year", "country", "low", "high")}
        for row in paths[paths["low"].notna()].to_dict("records")
    ]
    return [*bands, *lines]


def _layer_path(names: list[str]) -> list[Spec]:
    year = {
        "field": "year",
        "type": "quantitative",
        "axis": {"title": None, "format": "d", "grid": False, "tickCount": 4},
        "scale": {"zero": False, "nice": False},
    }
    return [
        {
            "transform": [{"filter": "isValid(datum.low)"}],
            "mark": {"type": "area", "color": WIDE, "opacity": 0.35},
            "encoding": {
                "x": year,
                "y": {"field": "low", "type": "quantitative", "axis": value_axis("", tickCount=3)},
                "y2": {"field": "high"},
            },
        },
        {
            "transform": [{"filter": "isValid(datum.value)"}],
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": year,
                "y": {"field": "value", "type": "quantitative"},
                "color": color_scale(names, [INK, ACCENT, LIGHT["warning"]]),
            },
        },
    ]


def draw_reliability(backtest: Backtest, translator: Translator) -> Spec:
    """Draw the observed share inside each interval over the promised one, by categories."""
    methods = name_methods(translator)
    shares = backtest.reliability
    shares = shares[(shares["scope"] == CATEGORIES) & shares["method"].isin((PROJECTION, REFERENCE))]
    points = [_reliability_point(row, methods) for row in shares.to_dict("records")]
    groups = list(dict.fromkeys(point["group"] for point in points))
    palette = [ACCENT, WIDE, INK, LIGHT["warning"], INK_SOFT, LIGHT["category-4b"]]
    title = translator.gettext("What the intervals promise and what they hold")
    subtitle = translator.gettext(
        "Share of figures inside the central interval, by category without photovoltaics, %(unit)s.",
        unit=translator.unit("%"),
    )
    outside = _find_largest_gap(shares)
    description = translator.gettext(
        "Lines along the diagonal; the largest distance from it is %(gap)s points.",
        gap=translator.number_fixed(outside, 0),
    )
    axis = {"scale": {"domain": [0, 100]}, "type": "quantitative"}
    promised = {
        **axis,
        "field": "nominal",
        "axis": {"title": translator.gettext("Promised, %%"), "tickCount": 5},
    }
    held = {**axis, "field": "observed", "axis": value_axis(translator.gettext("Held, %%"))}
    frame = make_frame(translator, "backtest_reliability", title, subtitle, description)
    return frame | {
        "width": SQUARE,
        "height": SQUARE,
        "layer": [
            {
                "data": {"values": [{"nominal": 0, "observed": 0}, {"nominal": 100, "observed": 100}]},
                "mark": {"type": "line", "color": INK_SOFT, "strokeDash": [4, 4]},
                "encoding": {"x": promised, "y": held},
            },
            {
                "data": {"values": points},
                "mark": {"type": "line", "strokeWidth": 2, "point": True},
                "encoding": {"x": promised, "y": held, "color": color_scale(groups, palette[: len(groups)])},
            },
        ],
    }


def _reliability_point(row: dict[Any, Any], methods: dict[str, str]) -> dict[str, Any]:
    return {
        "nominal": round(100 * row["nominal"]),
        "observed": float(f"{100 * row['observed']:.4g}"),
        "group": f"{methods[row['method']]}, {row['origin']}",
    }


def _find_largest_gap(shares: pd.DataFrame) -> float:
    return float(100 * (shares["observed"] - shares["nominal"]).abs().max())
