from __future__ import annotations

from dataclasses import replace

import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.reports.draw_facilities import draw_facilities
from ainalym.reports.facility_tables import compose_facility_table, list_facilities, name_groups
from ainalym.reports.language import Translator
from ainalym.results.result import Result


def test_that_every_facility_is_a_mark_on_the_tile_of_its_region(kazakhstan: Result) -> None:
    spec = draw_facilities(kazakhstan, Translator("en"))
    assert spec is not None
    marks = spec["layer"][-1]["data"]["values"]
    facilities, regions = kazakhstan.tables["facilities"], kazakhstan.tables["regions"]
    assert sorted(mark["name"] for mark in marks) == sorted(facilities["name_en"])
    for mark in marks:
        row = facilities[facilities["name_en"] == mark["name"]].iloc[0]
        tile = regions.loc[row["region"]]
        assert (mark["column"], mark["row"]) == (tile["tile_column"], tile["tile_row"])
        assert (mark["filled"] == 1.0) == (row["status"] == "operating")
    places = [(mark["column"], mark["row"], mark["slot"]) for mark in marks]
    assert len(set(places)) == len(places), "marks that hide one another"


def test_that_a_place_that_is_not_known_is_the_centre_of_the_region_and_says_so(kazakhstan: Result) -> None:
    facilities, regions = kazakhstan.tables["facilities"], kazakhstan.tables["regions"]
    unknown = facilities[facilities["place"] == "region"]
    assert len(unknown) == (facilities["town_en"] == "").sum() == 1
    for row in unknown.to_dict("records"):
        centre = regions.loc[row["region"]]
        assert (row["latitude"], row["longitude"]) == (centre["latitude"], centre["longitude"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_table_names_facilities_with_source_and_grade(kazakhstan: Result, language: str) -> None:
    table = compose_facility_table(kazakhstan, Translator(language))
    assert table is not None
    keys = [column.key for column in table.columns]
    for row in table.rows:
        cells = dict(zip(keys, row, strict=True))
        assert cells["source"]
        assert cells["grade"] in {"A", "B", "C", "D"}
        assert not (cells["source"].startswith("AINALYM_2026") and cells["grade"] != "D")
    groups = name_groups(Translator(language))
    assert {one.group for one in list_facilities(kazakhstan, Translator(language))} == set(groups)


def test_that_a_country_without_facilities_has_neither_map_nor_table(kazakhstan: Result) -> None:
    bare = {name: table for name, table in kazakhstan.tables.items() if name != "facilities"}
    empty = kazakhstan.tables | {"facilities": kazakhstan.tables["facilities"].iloc[:0]}
    for tables in (bare, empty):
        result = replace(kazakhstan, tables=tables)
        assert draw_facilities(result, Translator("en")) is None
        assert compose_facility_table(result, Translator("en")) is None
