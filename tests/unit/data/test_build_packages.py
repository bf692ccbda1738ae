"""The script that builds the data packages: same figures, same bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "tools" / "build_packages"
FIGURES = ROOT.parent / "shared" / "data"
PROGRAM = ROOT / "src" / "ainalym"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))


def list_files(program: Path) -> dict[str, bytes]:
    folders = ("reference", "countries/kaz", "panel", "schemas/table_schemas")
    return {
        str(path.relative_to(program)): path.read_bytes()
        for folder in folders
        for path in sorted((program / folder).glob("*"))
        if path.suffix in {".csv", ".json"}
    }


@pytest.mark.skipif(not FIGURES.is_dir(), reason="the collected figures are not on this machine")
def test_that_the_collected_figures_give_what_is_shipped_byte_for_byte(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(SCRIPTS / "build.py"),
        "--figures",
        str(FIGURES),
        "--program",
        str(tmp_path),
    ]
    subprocess.run(command, check=True, capture_output=True)
    rebuilt, shipped = list_files(tmp_path), list_files(PROGRAM)
    assert sorted(rebuilt) == sorted(shipped)
    assert [name for name in rebuilt if rebuilt[name] != shipped[name]] == []


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.0, 6, "0"),
        (1.0, 6, "1"),
        (608893.5, 10, "608893.5"),
        (24289.4123, 6, "24289.4"),
        (0.000123456, 4, "0.0001235"),
        (0.0000123456, 3, "0.0000123"),
        (1234567.0, 3, "1230000"),
    ],
)
def test_that_numbers_are_written_without_false_digits_or_exponents(
    value: float, digits: int, shown: str
) -> None:
    from tables import format_number

    assert format_number(value, digits) == shown


@pytest.mark.usefixtures("scripts")
def test_that_fractions_sum_to_one_after_rounding() -> None:
    from reference_materials import normalise

    fractions = normalise({"iron_steel": "0.3333", "copper": "0.3333", "other": "0.3330"})
    assert sum(fractions.values()) == 1


@pytest.mark.usefixtures("scripts")
def test_that_a_late_country_is_carried_back_without_a_jump_of_the_mean() -> None:
    import pandas as pd
    from reference_groups import carry_back

    income = pd.DataFrame(
        {"AAA": [10.0, 20.0, 22.0], "BBB": [float("nan"), float("nan"), 11.0]}, [1990, 1991, 1992]
    )
    population = pd.DataFrame({"AAA": [1.0, 1.0, 1.0], "BBB": [3.0, 3.0, 3.0]}, [1990, 1991, 1992])
    filled = carry_back(income, population)
    assert list(filled["AAA"]) == [10.0, 20.0, 22.0]
    assert list(filled["BBB"]) == pytest.approx([5.0, 10.0, 11.0])


@pytest.mark.usefixtures("scripts")
def test_that_a_source_without_an_entry_stops_the_build() -> None:
    from packages import describe_sources

    with pytest.raises(KeyError, match="NOWHERE_1999"):
        describe_sources({"CBS_WOT_2017", "NOWHERE_1999"})


@pytest.mark.usefixtures("scripts")
def test_that_a_column_outside_the_design_stops_the_build() -> None:
    from designs import CATEGORIES
    from tables import write_table

    with pytest.raises(KeyError, match="colour"):
        write_table(CATEGORIES, [{"category": "1", "colour": "red"}])
