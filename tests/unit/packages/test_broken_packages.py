"""Every kind of bad input that a data package can hold: its code, its place and what to do are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ainalym.errors import InputError, Problem
from ainalym.packages.country import read_country
from ainalym.packages.package import inspect_package, read_package, seal_package
from ainalym.packages.reference import Reference

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


def on_line(number: int, change: Callable[[list[str]], list[str]]) -> Edit:
    """Change the cells of one line of the file, counted from 1."""

    def edit(text: str) -> str:
        lines = text.split("\n")
        lines[number - 1] = ",".join(change(lines[number - 1].split(",")))
        return "\n".join(lines)

    return edit


def cell(column: int, value: str) -> Callable[[list[str]], list[str]]:
    return lambda cells: [*cells[:column], value, *cells[column + 1 :]]


def repeat_line(number: int) -> Edit:
    return lambda text: text + text.split("\n")[number - 1] + "\n"


def drop_line(pattern: str) -> Edit:
    return lambda text: "\n".join(line for line in text.split("\n") if not re.match(pattern, line))


def problems_of(folder: Path, reference: Reference | None) -> list[Problem]:
    return inspect_package(folder, reference.vocabularies if reference else None)[1]


# table, edit, code, words that the message must hold
COUNTRY_CASES: dict[str, tuple[str, Edit, str, tuple[str, ...]]] = {
    "a negative value": ("population", on_line(3, cell(2, "-4")), "PKG-009", ("row 3", "'value'", "-4")),
    "a missing value": (
        "population",
        on_line(4, cell(2, "")),
        "PKG-007",
        ("row 4", "'value'", "an empty cell"),
    ),
    "text for a number": (
        "population",
        on_line(5, cell(2, "many")),
        "PKG-008",
        ("row 5", "'many'", "a number"),
    ),
    "a NaN": ("population", on_line(5, cell(2, "nan")), "PKG-008", ("row 5", "'nan'")),
    "an infinity": ("population", on_line(5, cell(2, "inf")), "PKG-008", ("row 5", "'inf'")),
    "half a year": (
        "population",
        on_line(5, cell(1, "2009.5")),
        "PKG-008",
        ("row 5", "'year'", "a whole number"),
    ),
    "a duplicate row": ("population", repeat_line(6), "PKG-014", ("a second time", "first in row 6")),
    "a year gap": ("population", drop_line(r"national,2015,"), "PKG-015", ("no row for 2015", "national")),
    "an unknown product": (
        "lifetime_profiles",
        swap("\n0104,", "\n0107,"),
        "PKG-011",
        ("'0107'", "54 UNU-KEYs", "Did you mean"),
    ),
    "a product left out": ("lifetime_profiles", drop_line("0104,"), "PKG-016", ("no row for product 0104",)),
    "a source that does not exist": (
        "population",
        lambda text: re.sub(r"^(national,2010,[^,]*,)[^,]*", r"\1BNS_POPULATON_2026", text, flags=re.M),
        "PKG-013",
        ("'BNS_POPULATON_2026'", "Did you mean 'BNS_POPULATION_2026'"),
    ),
    "an unknown grade": (
        "population",
        lambda text: re.sub(r"^(national,2010,[^,]*,[^,]*,)A", r"\1E", text, flags=re.M),
        "PKG-010",
        ("'E'", "A, B, C, D"),
    ),
    "a unit that does not fit": (
        "published",
        lambda text: re.sub(r"^(ewaste_generated,2022,[^,]*,)t,", r"\1lb,", text, flags=re.M),
        "PKG-017",
        ("'lb'", "'unit'"),
    ),
    "a row with a cell too many": (
        "population",
        on_line(7, lambda cells: [*cells, "x"]),
        "PKG-006",
        ("row 7",),
    ),
    "a missing column": ("population", swap("value", "amount"), "PKG-005", ("no column 'value'",)),
    "a column twice": (
        "population",
        lambda text: "\n".join(f"{line},x" if line else "" for line in text.split("\n")).replace(
            ",x", ",year", 1
        ),
        "PKG-005",
        ("column 'year' 2 times",),
    ),
    "an empty table": (
        "population",
        lambda text: text.split("\n", maxsplit=1)[0] + "\n",
        "PKG-005",
        ("no rows",),
    ),
    "regions that miss the nation": (
        "region_population",
        on_line(2, lambda cells: [*cells[:2], str(float(cells[2]) + 1000), *cells[3:]]),
        "PKG-021",
        ("regions that sum to", "year 2009"),
    ),
    "shares of a group that sum to more than one": (
        "statistics_products",
        swap("бытовые,0109,0.235", "бытовые,0109,0.9"),
        "TRD-027",
        ("холодильники и морозильники бытовые", "shares that sum to 1.665"),
    ),
}

REFERENCE_CASES: dict[str, tuple[str, Edit, str, tuple[str, ...]]] = {
    "a composition that does not sum": (
        "composition",
        lambda text: re.sub(r"^0104,plastics,[^,]*", "0104,plastics,0.9", text, flags=re.M),
        "PKG-019",
        ("product 0104", "materials that sum to"),
    ),
    "a composition in the wrong unit": (
        "composition",
        lambda text: re.sub(r"^(0306,gold,[^,]*,)mg/kg", r"\1kg/kg", text, flags=re.M),
        "PKG-017",
        ("'kg/kg'", "'mg/kg' for gold"),
    ),
    "a lifetime of zero": (
        "lifetimes",
        lambda text: re.sub(r"^(0104,IT,[^,]*,)[^,]*", r"\g<1>0", text, flags=re.M),
        "PKG-009",
        ("'scale'", "got 0"),
    ),
    "an endless lifetime": (
        "lifetimes",
        lambda text: re.sub(r"^(0104,IT,)[^,]*", r"\g<1>0.2", text, flags=re.M),
        "PKG-020",
        ("a mean lifetime of", "shape 0.2"),
    ),
    "a material left out": ("composition", drop_line("0104,zinc,"), "PKG-016", ("key 0104", "zinc")),
    "a category that is none": ("products", swap(",4a,", ",9z,"), "PKG-012", ("'9z'", "category")),
}


@pytest.mark.parametrize("case", COUNTRY_CASES)
def test_that_a_broken_country_package_is_told(
    case: str, country_folder: Path, reference: Reference, edit: Callable[[Path, str, Edit], None]
) -> None:
    table, change, code, words = COUNTRY_CASES[case]
    edit(country_folder, table, change)
    found = [problem for problem in problems_of(country_folder, reference) if problem.code == code]
    assert found, f"{code} did not fire: {problems_of(country_folder, reference)}"
    assert table in str(found[0])
    for word in words:
        assert word in str(found[0])
    with pytest.raises(InputError, match=code):
        read_package(country_folder, reference.vocabularies)


@pytest.mark.parametrize("case", REFERENCE_CASES)
def test_that_a_broken_reference_package_is_told(
    case: str, reference_folder: Path, edit: Callable[[Path, str, Edit], None]
) -> None:
    table, change, code, words = REFERENCE_CASES[case]
    edit(reference_folder, table, change)
    found = [problem for problem in problems_of(reference_folder, None) if problem.code == code]
    assert found, f"{code} did not fire: {problems_of(reference_folder, None)}"
    for word in words:
        assert word in str(found[0])


def test_that_all_problems_are_told_at_once(country_folder: Path, reference: Reference) -> None:
    path = country_folder / "population.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[2] = ",".join(cell(2, "-4")(lines[2].split(",")))
    lines[5] = ",".join(cell(2, "many")(lines[5].split(",")))
    path.write_text("\n".join(lines), encoding="utf-8")
    seal_package(country_folder)
    with pytest.raises(InputError) as caught:
        read_package(country_folder, reference.vocabularies)
    assert [problem.code for problem in caught.value.problems] == ["PKG-008", "PKG-009"]


def test_that_the_row_told_is_the_row_in_the_file(country_folder: Path, reference: Reference) -> None:
    path = country_folder / "published.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = lines[1].rstrip(",") + ',"a note\nover two lines"'
    cells = lines[2].split(",")
    lines[2] = ",".join(cell(2, "-1")(cells))
    path.write_text("\n".join(lines), encoding="utf-8")
    seal_package(country_folder)
    problems = problems_of(country_folder, reference)
    assert "row 4" in next(problem.where for problem in problems if problem.code == "PKG-009")


def test_that_a_file_changed_after_sealing_is_told(country_folder: Path, reference: Reference) -> None:
    path = country_folder / "income.csv"
    path.write_bytes(path.read_bytes().replace(b",A,", b",B,", 1))
    (problem,) = problems_of(country_folder, reference)
    assert problem.code == "PKG-004"
    assert "income.csv" in problem.where
    assert seal_package(country_folder) == ["income"]
    assert problems_of(country_folder, reference) == []


def test_that_a_file_in_another_encoding_is_told(country_folder: Path, reference: Reference) -> None:
    path = country_folder / "regions.csv"
    path.write_bytes(path.read_text(encoding="utf-8").replace("ә", "а").encode("cp1251", errors="replace"))
    seal_package(country_folder)
    problems = [problem for problem in problems_of(country_folder, reference) if problem.code == "PKG-018"]
    assert "regions.csv" in problems[0].where
    assert "CSV UTF-8" in problems[0].mend


def change_descriptor(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "datapackage.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def test_that_a_folder_without_descriptor_is_told(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, None)
    assert problem.code == "PKG-001"


def test_that_a_descriptor_that_is_no_json_is_told(country_folder: Path, reference: Reference) -> None:
    path = country_folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    (problem,) = problems_of(country_folder, reference)
    assert problem.code == "PKG-002"


def test_that_a_mistyped_key_is_told(country_folder: Path, reference: Reference) -> None:
    change_descriptor(country_folder, lambda document: document.update(licences=document.pop("licenses")))
    (problem,) = problems_of(country_folder, reference)
    assert problem.code == "PKG-002"
    assert "licences" in problem.where


def test_that_a_missing_table_is_told(country_folder: Path, reference: Reference) -> None:
    def remove(document: dict[str, Any]) -> None:
        document["resources"] = [entry for entry in document["resources"] if entry["name"] != "income"]

    change_descriptor(country_folder, remove)
    (problem,) = problems_of(country_folder, reference)
    assert problem.code == "PKG-003"
    assert "'income'" in problem.got


def test_that_an_unknown_table_is_told(country_folder: Path, reference: Reference) -> None:
    change_descriptor(country_folder, lambda document: document["resources"][0].update(name="regiones"))
    problems = problems_of(country_folder, reference)
    assert "Did you mean 'regions'" in " ".join(p.mend for p in problems if p.code == "PKG-003")


def test_that_a_path_out_of_the_package_is_refused(country_folder: Path, reference: Reference) -> None:
    change_descriptor(country_folder, lambda document: document["resources"][0].update(path="../other.csv"))
    problems = problems_of(country_folder, reference)
    assert "PKG-003" in {problem.code for problem in problems}


def test_that_an_unknown_lifetime_profile_is_told(
    country_folder: Path, reference: Reference, edit: Callable[[Path, str, Edit], None]
) -> None:
    edit(country_folder, "lifetime_profiles", swap("NL-FR-BE", "NL-FR"))
    with pytest.raises(InputError, match="CTY-003") as caught:
        read_country(str(country_folder), reference)
    assert "Did you mean 'NL-FR-BE'" in str(caught.value)
