"""The page on statistics names all that the program knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ainalym.kernels.common_method.defects import DEFECTS
from ainalym.packages.trade.statistics_options import CORRECTIONS
from ainalym.packages.trade.statistics_reader import CellFlag
from ainalym.packages.trade.tidy import SOURCES
from ainalym.schemas.run import LEAST_COVER

PAGE = Path(__file__).parents[4] / "docs" / "statistics.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_that_every_source_and_every_flag_has_a_row(page: str) -> None:
    rows = set(re.findall(r"`([a-z0-9_-]+)`", "\n".join(re.findall(r"^\| .*?\|", page, re.MULTILINE))))
    assert {*SOURCES, *(str(flag.name).lower() for flag in CellFlag)} <= rows


def test_that_every_correction_has_a_row_with_its_usual_switch(page: str) -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (on|off) \|", page, re.MULTILINE))
    assert rows == {name: "on" if is_on else "off" for name, is_on in CORRECTIONS.items()}


def test_that_the_page_says_how_much_partners_must_hold_and_how_many_defects_there_are(page: str) -> None:
    assert f"From {LEAST_COVER:.0%}".replace("%", " %") in page
    assert f"The {len(DEFECTS)} defects" in page
