"""What becomes of the materials: embedded, recoverable, recovered, lost, as bars of the whole."""

from __future__ import annotations

import json

import pandas as pd

from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.chart_parts import (
    ROW_OFFSET,
    Spec,
    color_scale,
    label_rows,
    make_frame,
    row_point,
    tooltip,
)
from ainalym.reports.draw_routes import choose_year
from ainalym.reports.language import Translator
from ainalym.reports.outcome_names import name_scenario
from ainalym.reports.palette import ACCENT, BAND_HALF, BAND_MOST, INK, LIGHT, PAPER
from ainalym.results.flows import compute_fate_shares
from ainalym.results.result import Result

PER_CENT = 100.0
BAR = 10
"""Height of a bar, px."""

PARTS = ("formally", "otherwise", "passed_on", "lost")
COLORS = (ACCENT, BAND_HALF, BAND_MOST, LIGHT["warning"])


def draw_material_fates(result: Result, translator: Translator, year: int | None = None) -> Spec | None:
    """Draw what becomes of each material in the e-waste of a year, as shares of what is embedded.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the chart.
    year
        Year of the outlook; 2030, or the last one if that is earlier, where none is given.

    Returns
    -------
    Spec or None
        Vega-Lite specification; None where nothing is discarded in that year.
    """
    year = choose_year(result, year)
    shares = compute_fate_shares(result, year).sort_values("embedded", ascending=False)
    if shares.empty:
        return None
    names = (
        translator.gettext("Recovered formally"),
        translator.gettext("Recovered otherwise"),
        translator.gettext("Used again or exported"),
        translator.gettext("Lost or landfilled"),
    )
    rows = _list_rows(result, translator, shares)
    lines = [
        tooltip("name", translator.gettext("Material")),
        *(tooltip(part, f"{name}, %", ",.1f") for part, name in zip(PARTS, names, strict=True)),
        tooltip("recoverable", f"{translator.gettext('Recoverable')}, %", ",.1f"),
    ]
    title = translator.gettext(
        "What becomes of the materials in the e-waste of %(year)s: %(scenario)s",
        year=year,
        scenario=name_scenario(result, translator),
    )
    subtitle = translator.gettext(
        "Per cent of the embedded mass, which stands beside each name; central path. Diamonds: what the best "
        "formal treatment of all of it would recover."
    )
    said = "; ".join(
        f"{row['name']} {translator.number_fixed(row['formally'] + row['otherwise'], 0)}" for row in rows
    )
    description = translator.gettext(
        "%(title)s. Recovered, per cent of the embedded mass: %(list)s.", title=title, list=said
    )
    frame = make_frame(translator, "material_fates", title, subtitle, description)
    marks = [
        *(_draw_part(part, name, names, lines) for part, name in zip(PARTS, names, strict=True)),
        row_point(
            "recoverable",
            {"shape": "diamond", "fill": PAPER, "stroke": INK},
            lines,
        ),
    ]
    spec = frame | label_rows(rows, marks, "%")
    spec["encoding"]["x"]["scale"] = {"domain": [0, PER_CENT], "nice": False}
    return spec


def _list_rows(result: Result, translator: Translator, shares: pd.DataFrame) -> list[Spec]:
    """Lay out one row per material: label, and where each part of the bar begins and ends."""
    rows: list[Spec] = []
    for material, row in shares.iterrows():
        begin = 0.0
        unit = str(result.tables["materials"].at[material, "display_unit"])
        mass = row["embedded"] / (TONNES_PER_KILOTONNE if unit == "kt" else 1.0)
        name = result.name_of("materials", str(material), translator.language)
        entry: Spec = {
            "label": f"{name}: {translator.with_unit(mass, unit)}",
            "name": name,
            "recoverable": round(PER_CENT * row["recoverable"], 2),
        }
        for part in PARTS:
            entry[f"{part}_from"] = round(begin, 2)
            begin += PER_CENT * row[part]
            entry[f"{part}_to"], entry[part] = round(begin, 2), round(PER_CENT * row[part], 2)
        rows.append(entry)
    return rows


def _draw_part(part: str, name: str, names: tuple[str, ...], lines: list[Spec]) -> Spec:
    return {
        "transform": [{"calculate": _quote(name), "as": "group"}],
        "mark": {"type": "bar", "height": BAR, "yOffset": ROW_OFFSET, "stroke": PAPER, "strokeWidth": 0.6},
        "encoding": {
            "x": {"field": f"{part}_from", "type": "quantitative"},
            "x2": {"field": f"{part}_to"},
            "color": color_scale(names, COLORS),
            "tooltip": lines,
        },
    }


def _quote(text: str) -> str:
    """Write a text as a constant of an expression."""
    return json.dumps(text, ensure_ascii=False)
