from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from ainalym.reports.palette import (
    CATEGORIES,
    DARK,
    LIGHT,
    category_color,
    replace_by_variables,
    write_variables,
)

Color = NDArray[np.float64]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

# Machado, Oliveira, Fernandes 2009, severity 1, on linear light.
SIGHT = {
    "all colours": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}

# Ottosson 2020, OKLab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

TELLS_APART = 0.08
"""Distance in OKLab; 0.02 is just noticed side by side."""


def to_linear(color: str) -> Color:
    channels = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def compute_contrast(one: str, other: str) -> float:
    high, low = sorted((float(to_linear(color) @ LUMINANCE) for color in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def compute_distance(one: str, other: str, sight: Color) -> float:
    seen = [np.cbrt(TO_CONES @ np.clip(sight @ to_linear(color), 0, 1)) @ TO_LAB.T for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_that_any_two_categories_stay_apart(ground: dict[str, str], sight: str) -> None:
    colors = [ground[f"category-{code}"] for code in CATEGORIES]
    nearest = min(compute_distance(*pair, SIGHT[sight]) for pair in itertools.combinations(colors, 2))
    assert nearest >= TELLS_APART


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
def test_that_every_mark_stands_out_from_its_ground(ground: dict[str, str]) -> None:
    marks = [role for role in ground if role.startswith("category-")]
    for role in (*marks, "early", "middle", "late", "wide", "accent"):
        assert compute_contrast(ground[role], ground["paper"]) >= 3.0, role


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
def test_that_every_text_can_be_read(ground: dict[str, str]) -> None:
    for role in ("ink", "ink-soft", "accent", "warning"):
        assert compute_contrast(ground[role], ground["paper"]) >= 4.5, role
    assert compute_contrast(ground["ink-soft"], ground["shade"]) >= 4.5


@pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])
def test_that_a_thin_bar_shows_on_a_broad_one_and_years_follow_one_another(ground: dict[str, str]) -> None:
    assert compute_contrast(ground["late"], ground["wide"]) >= 3.0
    light = [float(to_linear(ground[role]) @ LUMINANCE) for role in ("early", "middle", "late")]
    assert light in (sorted(light), sorted(light, reverse=True))


def test_that_both_grounds_have_the_same_roles_and_no_colour_stands_for_two() -> None:
    assert list(LIGHT) == list(DARK)
    assert len(set(LIGHT.values())) == len(LIGHT)


def test_that_every_colour_of_a_drawing_becomes_its_variable() -> None:
    drawing = f'<path fill="{category_color("4a")}" stroke="{LIGHT["paper"].upper()}"/>'
    assert replace_by_variables(drawing) == '<path fill="var(--category-4a)" stroke="var(--paper)"/>'
    assert replace_by_variables('fill="#123456"') == 'fill="#123456"'
    assert "--category-4a:#255d6b;" in write_variables(LIGHT)
