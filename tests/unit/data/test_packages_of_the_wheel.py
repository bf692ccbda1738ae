"""The data packages that travel in the wheel: complete, consistent, each figure with a source."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import frictionless
import pytest

PROGRAM = Path(str(files("ainalym")))
FOLDERS = {
    "reference": PROGRAM / "reference",
    "kaz": PROGRAM / "countries" / "kaz",
    "panel": PROGRAM / "panel",
}
SCHEMAS = PROGRAM / "schemas" / "table_schemas"

Row = dict[str, str]

ABSOLUTE_PATH = re.compile(r"(?<![\w:/.])/[A-Za-z]+/|[A-Z]:\\")
"""A path from the root of a disk; addresses have a letter, a point or a colon before each stroke."""

TABLES = sorted(
    (package, resource["name"])
    for package, folder in FOLDERS.items()
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
)


def read_descriptor(package: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDERS[package] / "datapackage.json").read_text(encoding="utf-8"))
    return document


def read_rows(package: str, table: str) -> list[Row]:
    with (FOLDERS[package] / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_schema(table: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{table}.json").read_text(encoding="utf-8"))
    return schema


@pytest.fixture(scope="module")
def keys() -> set[str]:
    return {row["key"] for row in read_rows("reference", "products")}


@pytest.mark.parametrize("package", FOLDERS)
def test_that_a_package_is_valid_for_frictionless(package: str) -> None:
    report = frictionless.Package(str(FOLDERS[package] / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "rowNumber", "fieldName", "message"])[:5]


@pytest.mark.parametrize(("package", "table"), TABLES)
def test_that_a_resource_describes_its_file(package: str, table: str) -> None:
    resource = next(entry for entry in read_descriptor(package)["resources"] if entry["name"] == table)
    content = (FOLDERS[package] / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["schema"] == read_schema(table)
    assert b"\r" not in content
    assert content.endswith(b"\n")


@pytest.mark.parametrize(("package", "table"), TABLES)
def test_that_every_row_has_a_known_source_and_a_grade(package: str, table: str) -> None:
    sources = {source["name"] for source in read_descriptor(package)["sources"]}
    for row in read_rows(package, table):
        assert set(row["source"].split(";")) <= sources
        assert row["grade"] in {"A", "B", "C", "D"}


@pytest.mark.parametrize("package", FOLDERS)
def test_that_every_source_is_used_and_says_who_where_and_when(package: str) -> None:
    tables = [table for owner, table in TABLES if owner == package]
    used = {
        name for table in tables for row in read_rows(package, table) for name in row["source"].split(";")
    }
    for source in read_descriptor(package)["sources"]:
        assert source["name"] in used
        assert source["title"]
        assert source["path"] or source["note"], "an address, or how it was read where none was seen"
        assert source["publisher"]
        assert source["licence"]
        assert 1990 <= source["year"] <= 2026


@pytest.mark.parametrize(("package", "table"), TABLES)
def test_that_required_numbers_are_finite_and_positive_where_they_must_be(package: str, table: str) -> None:
    fields = [field for field in read_schema(table)["fields"] if field["type"] in {"number", "integer"}]
    for row in read_rows(package, table):
        for field in fields:
            limits = field.get("constraints", {})
            cell = row[field["name"]]
            if cell == "":
                assert not limits.get("required", False)
                continue
            value = float(cell)
            assert math.isfinite(value)
            assert value >= limits.get("minimum", -math.inf)
            assert value > limits.get("exclusiveMinimum", -math.inf)
            assert value <= limits.get("maximum", math.inf)


@pytest.mark.parametrize(("package", "table"), TABLES)
def test_that_the_primary_key_tells_rows_apart_and_orders_them(package: str, table: str) -> None:
    schema = read_schema(table)
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    places = [
        tuple(int(row[name]) if kinds[name] == "integer" else row[name] for name in schema["primaryKey"])
        for row in read_rows(package, table)
    ]
    assert len(set(places)) == len(places)
    assert places == sorted(places)


@pytest.mark.parametrize(("package", "table"), TABLES)
def test_that_no_path_of_a_machine_stands_in_a_table(package: str, table: str) -> None:
    content = (FOLDERS[package] / f"{table}.csv").read_text(encoding="utf-8")
    assert not ABSOLUTE_PATH.search(content)


def test_that_there_are_54_products_each_in_a_known_category() -> None:
    products = read_rows("reference", "products")
    categories = {row["category"] for row in read_rows("reference", "categories")}
    assert len(products) == 54
    assert {row["category"] for row in products} == categories


def test_that_contested_products_stand_where_they_were_decided_and_say_why() -> None:
    products = {row["key"]: row for row in read_rows("reference", "products")}
    assert {key: products[key]["category"] for key in ("0002", "0501", "0703", "1002")} == {
        "0002": "4b",
        "0501": "5",
        "0703": "4a",
        "1002": "1",
    }
    assert all("Decided" in products[key]["note"] for key in ("0501", "0703", "1002"))


@pytest.mark.parametrize("table", ["categories", "products", "materials"])
def test_that_names_are_given_in_three_languages_and_differ_within_each(table: str) -> None:
    rows = read_rows("reference", table)
    for column in ("name_en", "name_ru", "name_kk"):
        assert len({row[column] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("package", "table"),
    [
        ("reference", "unit_weights"),
        ("reference", "composition"),
        ("kaz", "lifetime_profiles"),
    ],
)
def test_that_a_table_covers_all_products_and_no_other(package: str, table: str, keys: set[str]) -> None:
    assert {row["key"] for row in read_rows(package, table)} == keys


def test_that_elasticities_cover_all_products_and_their_sum(keys: set[str]) -> None:
    assert {row["key"] for row in read_rows("reference", "income_elasticities")} == keys | {"all"}


def test_that_both_lifetime_profiles_cover_all_products(keys: set[str]) -> None:
    rows = read_rows("reference", "lifetimes")
    for profile in ("NL-FR-BE", "IT"):
        assert {row["key"] for row in rows if row["profile"] == profile} == keys


def test_that_every_chosen_lifetime_profile_exists() -> None:
    known = {row["profile"] for row in read_rows("reference", "lifetimes")}
    assert {row["profile"] for row in read_rows("kaz", "lifetime_profiles")} <= known


def test_that_placed_on_market_is_complete_over_groups_products_and_years(keys: set[str]) -> None:
    places = {
        (row["group"], row["key"], int(row["year"])) for row in read_rows("reference", "placed_on_market")
    }
    assert places == {(g, k, y) for g in "123" for k in keys for y in range(1980, 2022)}


def test_that_the_grade_of_placed_on_market_follows_the_reported_share() -> None:
    for row in read_rows("reference", "placed_on_market"):
        share = float(row["share_reported"])
        assert row["grade"] == ("A" if share >= 0.75 else "B" if share >= 0.25 else "C")


def test_that_additive_materials_sum_to_one_and_precious_metals_come_on_top(keys: set[str]) -> None:
    additive = {row["material"]: row["additive"] == "true" for row in read_rows("reference", "materials")}
    assert sum(additive.values()) == 13
    totals = dict.fromkeys(keys, 0.0)
    for row in read_rows("reference", "composition"):
        assert row["unit"] == ("kg/kg" if additive[row["material"]] else "mg/kg")
        if additive[row["material"]]:
            totals[row["key"]] += float(row["value"])
    assert all(abs(total - 1) < 1e-9 for total in totals.values())


def test_that_compositions_name_every_material_of_every_product(keys: set[str]) -> None:
    materials = {row["material"] for row in read_rows("reference", "materials")}
    places = {(row["key"], row["material"]) for row in read_rows("reference", "composition")}
    assert places == {(key, material) for key in keys for material in materials}


def test_that_richer_groups_are_richer_in_every_year() -> None:
    income = {
        (row["group"], row["year"]): float(row["income"])
        for row in read_rows("reference", "reference_groups")
    }
    for year in range(1980, 2022):
        assert income["1", str(year)] > income["2", str(year)] > income["3", str(year)]


def test_that_the_income_of_a_group_never_jumps_when_a_country_enters() -> None:
    rows = read_rows("reference", "reference_groups")
    for group in "123":
        series = [float(row["income"]) for row in rows if row["group"] == group]
        assert all(abs(math.log(after / before)) < 0.12 for before, after in pairwise(series))


def test_that_regions_sum_to_the_nation_exactly() -> None:
    nation = {
        int(row["year"]): float(row["value"])
        for row in read_rows("kaz", "population")
        if row["series"] == "national"
    }
    totals = dict.fromkeys(nation, 0.0)
    regions: dict[int, set[str]] = {year: set() for year in nation}
    for row in read_rows("kaz", "region_population"):
        totals[int(row["year"])] += float(row["value"])
        regions[int(row["year"])].add(row["region"])
    assert totals == nation
    assert {len(names) for names in regions.values()} == {20}


def test_that_regions_and_their_tables_name_the_same_20_codes() -> None:
    codes = {row["region"] for row in read_rows("kaz", "regions")}
    assert len(codes) == 20
    assert {row["region"] for row in read_rows("kaz", "region_population")} == codes
    assert {row["region"] for row in read_rows("kaz", "region_wages")} <= codes | {"KAZ"}


@pytest.mark.parametrize("table", ["population", "income"])
def test_that_yearly_series_have_no_gap(table: str) -> None:
    years: dict[str, list[int]] = {}
    for row in read_rows("kaz", table):
        years.setdefault(row["series"], []).append(int(row["year"]))
    for series, found in years.items():
        step = 5 if series.startswith("ssp") else 1
        assert found == list(range(found[0], found[-1] + 1, step)), series


def test_that_photovoltaic_capacity_lies_in_its_range_and_never_falls() -> None:
    rows = read_rows("kaz", "photovoltaic_capacity")
    for row in rows:
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])
    values = [float(row["value"]) for row in rows]
    assert values == sorted(values)


def test_that_sales_name_products_where_they_may_be_used(keys: set[str]) -> None:
    rows = read_rows("kaz", "sales")
    assert len(rows) == 36
    for row in rows:
        named = set(row["keys"].split(";")) - {""}
        assert named <= keys
        assert named or row["usable"] == "false"
        assert row["reason"]


def test_that_prices_of_the_last_three_years_are_there_for_all_quoted_metals() -> None:
    places = {(row["material"], row["year"]) for row in read_rows("reference", "prices")}
    metals = (
        "aluminium",
        "copper",
        "gold",
        "iron_steel",
        "lead",
        "nickel",
        "palladium",
        "silver",
        "tin",
        "zinc",
    )
    assert {(metal, year) for metal in metals for year in ("2023", "2024", "2025")} <= places
    assert not {"glass", "lithium", "other", "other_metals"} & {material for material, _ in places}
