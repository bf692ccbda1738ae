from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ainalym.after_generation.central import make_labels
from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.scenarios.checks import Labels
from ainalym.scenarios.levers import read_levers
from ainalym.scenarios.reading import list_scenarios, read_scenario, read_source

HEAD = """name: {en: Mine, ru: Моя, kk: Менің}
description: {en: Try, ru: Проба, kk: Сынақ}
"""

GOOD = """  - lever: collection
    start: 2026
    end: 2035
    target: 40 %
"""


@pytest.fixture(scope="module")
def labels(reference: Reference) -> Labels:
    return make_labels(reference)


def write(folder: Path, text: str, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def fails(folder: Path, labels: Labels, text: str) -> str:
    with pytest.raises(InputError) as raised:
        read_scenario(write(folder, text), labels)
    return str(raised.value)


@pytest.mark.parametrize("name", list_scenarios())
def test_that_an_embedded_scenario_reads_and_says_where_its_targets_come_from(
    name: str, labels: Labels
) -> None:
    scenario = read_scenario(name, labels)
    titles = scenario.titles.model_dump()
    assert len(set(titles.values())) == len(titles)
    for override in scenario.overrides:
        assert override.source or override.choice
        assert override.lever in read_levers()


def test_that_the_embedded_scenarios_are_those_of_the_documents() -> None:
    assert list_scenarios() == ["baseline", "circular", "eu2035", "recovery"]


def test_that_a_share_may_be_written_in_per_cent(tmp_path: Path, labels: Labels) -> None:
    scenario = read_scenario(write(tmp_path, HEAD + "levers:\n" + GOOD), labels)
    assert scenario.overrides[0].target == pytest.approx(0.4)
    assert scenario.name == "mine"


def test_that_the_levers_of_a_base_act_first(tmp_path: Path, labels: Labels) -> None:
    scenario = read_scenario(write(tmp_path, HEAD + "base: recovery\nlevers:\n" + GOOD), labels)
    own = read_scenario("recovery", labels)
    assert scenario.overrides[:-1] == own.overrides
    assert scenario.overrides[-1].target == pytest.approx(0.4)


def test_that_a_base_may_stand_beside_the_file(tmp_path: Path, labels: Labels) -> None:
    write(tmp_path, HEAD + "levers:\n" + GOOD, "base.yaml")
    scenario = read_scenario(write(tmp_path, HEAD + "base: base.yaml\n"), labels)
    assert len(scenario.overrides) == 1


@pytest.mark.parametrize(
    ("levers", "expected"),
    [
        ("  - lever: colection\n    start: 2026\n    end: 2030\n    target: 1\n", "SCN-003"),
        (GOOD.replace("2035", "2025"), "SCN-004"),
        (GOOD.replace("40 %", "140 %"), "SCN-005"),
        (GOOD + "    range: [50 %, 60 %]\n", "SCN-005"),
        (GOOD + GOOD.replace("2026", "2030"), "SCN-006"),
        (GOOD + "    applies_to: [9]\n", "SCN-009"),
        (
            "  - {lever: refrigerant_recovery, start: 2026, end: 2030, target: 0.5, applies_to: [1]}\n",
            "SCN-009",
        ),
        (
            "  - {lever: sales, start: 2026, end: 2030, target: 0.9, applies_to: [1]}\n"
            "  - {lever: ownership, start: 2026, end: 2030, target: 1, applies_to: ['0108']}\n",
            "SCN-010",
        ),
        (
            GOOD.replace("40 %", "90 %") + "  - {lever: reuse, start: 2026, end: 2030, target: 20 %}\n",
            "SCN-011",
        ),
        (GOOD.replace("target: 40 %", "target: many"), "SCN-002"),
        (GOOD + "    until: 2040\n", "SCN-002"),
        (GOOD.replace("    end: 2035\n", ""), "SCN-002"),
    ],
)
def test_that_a_mistake_is_told_with_its_code_line_and_column(
    tmp_path: Path, labels: Labels, levers: str, expected: str
) -> None:
    message = fails(tmp_path, labels, HEAD + "levers:\n" + levers)
    assert expected in message
    assert "mine.yaml, line " in message
    assert ", column " in message


def test_that_the_line_is_the_right_one(tmp_path: Path, labels: Labels) -> None:
    message = fails(tmp_path, labels, HEAD + "levers:\n" + GOOD.replace("40 %", "140 %"))
    assert "mine.yaml, line 7, column 13" in message


def test_that_all_mistakes_are_told_at_once(tmp_path: Path, labels: Labels) -> None:
    both = GOOD.replace("40 %", "140 %") + GOOD.replace("collection", "colection")
    message = fails(tmp_path, labels, HEAD + "levers:\n" + both)
    assert "SCN-005" in message
    assert "SCN-003" in message
    assert "collection" in message


@pytest.mark.parametrize("text", ["name: [", "\tname: x\n", "", "- a list\n"])
def test_that_a_file_that_is_no_scenario_is_told(tmp_path: Path, labels: Labels, text: str) -> None:
    assert "SCN-001" in fails(tmp_path, labels, text)


def test_that_a_scenario_cannot_base_on_itself(tmp_path: Path, labels: Labels) -> None:
    write(tmp_path, HEAD + "base: mine.yaml\n", "other.yaml")
    assert "SCN-007" in fails(tmp_path, labels, HEAD + "base: other.yaml\n")
    assert "SCN-007" in fails(tmp_path, labels, HEAD + "base: mine.yaml\n")


def test_that_an_unknown_scenario_is_told_with_the_nearest_name(labels: Labels) -> None:
    with pytest.raises(InputError, match=r"SCN-008.*circular"):
        read_scenario("circullar", labels)


def test_that_levers_may_follow_one_another(tmp_path: Path, labels: Labels) -> None:
    later = GOOD.replace("2026", "2035").replace("2035\n    end: 2035", "2035\n    end: 2045")
    scenario = read_scenario(write(tmp_path, HEAD + "levers:\n" + GOOD + later), labels)
    assert [override.end for override in scenario.overrides] == [2035, 2045]


def test_that_the_file_of_a_scenario_can_be_copied() -> None:
    assert read_source("recovery").startswith("# Collection and treatment as in Europe")


def test_that_every_lever_is_defined_in_three_languages() -> None:
    for lever in read_levers().values():
        assert len(set(lever.labels.values())) == 3
        assert lever.minimum < lever.maximum
        assert all(len(text) > 15 for text in lever.definitions.values())
    assert np.unique(list(read_levers())).size == len(read_levers())
