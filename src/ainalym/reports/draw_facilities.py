"""The map of facilities: marks on the tiles of their regions."""

from __future__ import annotations

from typing import Any

from ainalym.reports.chart_parts import Spec, make_frame, tooltip
from ainalym.reports.draw_areas import TILE_HEIGHT, WIDE_MAP, break_region_name
from ainalym.reports.facility_tables import GROUPS, Facility, list_facilities, name_groups
from ainalym.reports.language import Translator
from ainalym.reports.palette import ACCENT, INK_SOFT, SHADE, WARNING, WIDE
from ainalym.results.result import Result

SHAPES = ("circle", "square", "diamond")
COLORS = (WIDE, ACCENT, WARNING)

SAID = ("name", "kind", "group", "place", "status", "works")
"""What a mark knows of its facility."""

MARK_SIZE, SMALL_MARK = 90, 45
"""Area of a mark on a wide and a narrow map, px2."""

MARK_STEP = 17
"""From mark to mark of a tile, px; closer where the tile is narrow."""

MARK_OFFSET = 13
"""How far below the middle of a tile its marks stand, px."""


def draw_facilities(result: Result, translator: Translator) -> Spec | None:
    """Draw facilities as marks on the tiles of their regions.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the chart.

    Returns
    -------
    Spec or None
        None where the country package has no facilities, or gives no places of tiles.
    """
    facilities = list_facilities(result, translator)
    regions = result.tables["regions"]
    if not facilities or "tile_column" not in regions or bool(regions["tile_column"].isna().any()):
        return None
    groups = name_groups(translator)
    counts = {group: sum(one.group == group for one in facilities) for group in GROUPS}
    said = "; ".join(f"{groups[group]}: {count}" for group, count in counts.items())
    frame = make_frame(
        translator,
        "facilities",
        translator.gettext("Facilities for collection and treatment"),
        translator.gettext(
            "Marks on the tile of the region; hollow: planned, idle or ended. What public reports name, not "
            "a register."
        ),
        translator.gettext("A map of tiles with marks. %(counts)s.", counts=said),
    )
    tiles = [_place_tile(result, translator, str(code)) for code in regions.index]
    columns, rows = (sorted({tile[axis] for tile in tiles}) for axis in ("column", "row"))
    place = {"type": "ordinal", "axis": None}
    return frame | {
        "height": TILE_HEIGHT * len(rows),
        "encoding": {
            "x": {**place, "field": "column", "scale": {"domain": columns, "padding": 0.05}},
            "y": {**place, "field": "row", "scale": {"domain": rows, "padding": 0.05}},
        },
        "layer": [
            *_draw_tiles(tiles),
            _draw_marks(_place_marks(facilities, tiles), len(columns), translator),
        ],
    }


def _place_tile(result: Result, translator: Translator, region: str) -> dict[str, Any]:
    own: dict[Any, Any] = result.tables["regions"].loc[region].to_dict()
    name = result.name_of("regions", region, translator.language)
    return {
        "code": region,
        "lines": break_region_name(name),
        "column": int(own["tile_column"]),
        "row": int(own["tile_row"]),
    }


def _place_marks(facilities: list[Facility], tiles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Set the marks of a region side by side, about the middle of its tile."""
    places = {tile["code"]: (tile["column"], tile["row"]) for tile in tiles}
    marks = []
    for region in dict.fromkeys(one.region for one in facilities):
        own = [one for one in facilities if one.region == region]
        for position, one in enumerate(own):
            column, row = places[region]
            slot = position - (len(own) - 1) / 2
            said = {
                name: getattr(one, name) for name in ("name", "kind", "group", "place", "status", "works")
            }
            marks.append({**said, "column": column, "row": row, "slot": slot})
    return marks


def _draw_tiles(tiles: list[dict[str, Any]]) -> list[Spec]:
    def write(field: str, shown: str) -> Spec:
        return {
            "data": {"values": tiles},
            "mark": {
                "type": "text",
                "dy": -17,
                "fontSize": 10.5,
                "lineHeight": 12,
                "color": INK_SOFT,
                "baseline": "middle",
                "opacity": {"expr": shown},
            },
            "encoding": {"text": {"field": field}},
        }

    return [
        {"data": {"values": tiles}, "mark": {"type": "rect", "color": SHADE, "cornerRadius": 3}},
        write("lines", f"width < {WIDE_MAP} ? 0 : 1"),
        write("code", f"width < {WIDE_MAP} ? 1 : 0"),
    ]


def _draw_marks(marks: list[dict[str, Any]], columns: int, translator: Translator) -> Spec:
    groups = name_groups(translator)
    names = [groups[group] for group in GROUPS]
    values = [
        {**mark, "group": groups[mark["group"]], "filled": 1.0 if mark["works"] else 0.0} for mark in marks
    ]
    widest = max(abs(mark["slot"]) for mark in marks) + 0.5
    color = {"field": "group", "type": "nominal", "scale": {"domain": names, "range": list(COLORS)}}
    color["legend"] = {"title": None, "orient": "bottom"}
    return {
        "data": {"values": values},
        "mark": {
            "type": "point",
            "size": {"expr": f"width < {WIDE_MAP} ? {SMALL_MARK} : {MARK_SIZE}"},
            "opacity": 1,
            "strokeWidth": 1.6,
            "xOffset": {"expr": f"datum.slot * min({MARK_STEP}, width / {2 * widest * columns:g})"},
            "yOffset": MARK_OFFSET,
        },
        "encoding": {
            "fill": color,
            "stroke": color,
            "shape": {"field": "group", "type": "nominal", "scale": {"domain": names, "range": list(SHAPES)}},
            "fillOpacity": {"field": "filled", "type": "quantitative", "scale": None, "legend": None},
            "tooltip": [
                tooltip("name", translator.gettext("Facility")),
                tooltip("kind", translator.gettext("What it does")),
                tooltip("place", translator.gettext("Place")),
                tooltip("status", translator.gettext("State")),
            ],
        },
    }
