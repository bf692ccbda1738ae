"""Colours of the charts and of the page, by role, for a light and a dark ground.

Charts are drawn in the colours of the light ground. In the page every colour becomes a variable of its
style sheet, so that the same drawing follows the colour scheme of the reader.

The seven colours of the categories were searched in OKLCH so that any two of them stay apart for readers who
see no red, no green or no blue, and so that each stands out from its ground by 3 to 1 (WCAG 2.2, 1.4.11). A
test recomputes both.
"""

from __future__ import annotations

import re

CATEGORIES = ("1", "2", "3", "4a", "4b", "5", "6")
"""Categories in the order in which they are stacked."""

LIGHT = {
    "paper": "#fcfcfa",
    "ink": "#18222c",
    "ink-soft": "#4f5d69",
    "line": "#dde2e5",
    "shade": "#edf0f0",
    "accent": "#14576b",
    "early": "#76919d",
    "middle": "#3f7286",
    "late": "#123c4c",
    "wide": "#7b929d",
    "band-half": "#8fb4c1",
    "band-most": "#cbdde3",
    "category-1": "#376dbe",
    "category-2": "#3b1f6e",
    "category-3": "#a98f00",
    "category-4a": "#255d6b",
    "category-4b": "#a56436",
    "category-5": "#669d86",
    "category-6": "#942a35",
    "warning": "#9a4a00",
}
"""Colour of every role on a light ground; no two roles share one."""

DARK = {
    "paper": "#12171c",
    "ink": "#e8edf1",
    "ink-soft": "#a5b2bd",
    "line": "#303b45",
    "shade": "#1c242b",
    "accent": "#7fc6da",
    "early": "#53798a",
    "middle": "#84b4c5",
    "late": "#d3ecf4",
    "wide": "#5d7784",
    "band-half": "#3f6a7b",
    "band-most": "#243e4a",
    "category-1": "#5aa8f9",
    "category-2": "#8a60b8",
    "category-3": "#f8e599",
    "category-4a": "#2f7867",
    "category-4b": "#cd7500",
    "category-5": "#7f9682",
    "category-6": "#d6b1b9",
    "warning": "#f0a860",
}
"""The same roles on a dark ground."""

PAPER = LIGHT["paper"]
INK = LIGHT["ink"]
INK_SOFT = LIGHT["ink-soft"]
LINE = LIGHT["line"]
SHADE = LIGHT["shade"]
ACCENT = LIGHT["accent"]
EARLY, MIDDLE, LATE = LIGHT["early"], LIGHT["middle"], LIGHT["late"]
"""Three years in order of time."""
WIDE = LIGHT["wide"]
"""The longer of two periods, behind the shorter one; the end of an interval."""
WARNING = LIGHT["warning"]
BAND_HALF, BAND_MOST = LIGHT["band-half"], LIGHT["band-most"]
"""Bands that hold half and nine tenths of the draws."""


def category_color(category: str) -> str:
    """Return the colour of a category on a light ground.

    Parameters
    ----------
    category
        One of :data:`CATEGORIES`.

    Returns
    -------
    str
        Colour such as ``#376dbe``.
    """
    return LIGHT[f"category-{category}"]


def write_variables(colors: dict[str, str]) -> str:
    """Write the colours of a ground as variables of a style sheet."""
    return "".join(f"--{role}:{color};" for role, color in colors.items())


_ROLES = {color: role for role, color in LIGHT.items()}
_ANY_COLOR = re.compile("|".join(map(re.escape, _ROLES)), re.IGNORECASE)


def replace_by_variables(drawing: str) -> str:
    """Replace every colour of a drawing or specification by its variable of the style sheet.

    Parameters
    ----------
    drawing
        SVG or JSON text in the colours of the light ground.

    Returns
    -------
    str
        The same with ``var(--role)`` in the place of each colour.
    """
    return _ANY_COLOR.sub(lambda match: f"var(--{_ROLES[match.group().lower()]})", drawing)
