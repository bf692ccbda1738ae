from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.kernels.lifetime import CONVENTIONS
from ainalym.reports.language import Translator
from ainalym.reports.method import (
    describe_convention,
    describe_projection,
    describe_sales_use,
    note_sales,
)
from ainalym.reports.page_tables import (
    compose_category_table,
    compose_left_out_table,
    compose_product_table,
    compose_region_table,
    compose_sales_table,
    compose_unmatched_table,
)
from ainalym.reports.run_tables import (
    compose_hash_table,
    compose_record_table,
    compose_version_table,
    say_date,
)
from ainalym.reports.sources import find_link, list_sources
from ainalym.reports.text_table import ForeignText, TextTable
from ainalym.reports.trust_tables import (
    compose_capacity_table,
    compose_grade_table,
    compose_origin_table,
    describe_trust,
)
from ainalym.results.result import Result

ENGLISH = Translator("en")


def column_of(table: TextTable, key: str) -> list[str]:
    position = [column.key for column in table.columns].index(key)
    return [row[position] for row in table.rows]


def compose_all(result: Result, translator: Translator) -> list[TextTable | None]:
    return [
        compose_category_table(result, translator, "stock"),
        compose_product_table(result, translator, 15),
        compose_region_table(result, translator),
        compose_sales_table(result, translator),
        compose_left_out_table(result, translator),
        compose_unmatched_table(result, translator),
        compose_grade_table(result, translator),
        compose_origin_table(result, translator),
        compose_capacity_table(result, translator),
        compose_record_table(result, translator),
        compose_version_table(result, translator),
        compose_hash_table(result, translator),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_table_is_whole_in_every_language(kazakhstan: Result, language: str) -> None:
    tables = compose_all(kazakhstan, Translator(language))
    assert len({table.name for table in tables if table}) == len(tables)
    for table in tables:
        assert table is not None
        assert table.rows
        assert all(len(row) == len(table.columns) for row in table.rows), table.name
        assert all(isinstance(cell, str) for row in table.rows for cell in row), table.name


def test_that_a_country_without_figures_has_no_table_of_them(sparse: Result) -> None:
    names = {table.name for table in compose_all(sparse, ENGLISH) if table}
    assert names.isdisjoint({"regions", "sales", "sales_left_out", "published", "photovoltaic_capacity"})
    assert {"stock", "largest_products", "grades", "origins", "record"} <= names


def test_that_the_category_table_has_every_fifth_year_and_the_headline_years(kazakhstan: Result) -> None:
    table = compose_category_table(kazakhstan, ENGLISH, "ewaste_generated")
    years = [int(year) for year in column_of(table, "year")]
    assert years == sorted({*range(1980, 2051, 5), 2022})
    totals = kazakhstan.data["ewaste_generated"].sum("product").sel(year=years) / 1000
    assert column_of(table, "total") == [ENGLISH.number(float(total)) for total in totals]


def test_that_the_regions_sum_to_the_nation_in_the_table(kazakhstan: Result) -> None:
    table = compose_region_table(kazakhstan, ENGLISH)
    assert table is not None
    assert len(table.rows) == 20
    for year in (2022, 2030, 2050):
        total = float(kazakhstan.data["ewaste_generated"].sel(year=year).sum()) / 1000
        shown = sum(float(cell.replace(",", "")) for cell in column_of(table, str(year)))
        assert shown == pytest.approx(total, rel=0.005)


def test_that_every_reported_sale_is_compared_or_left_out_with_a_reason(kazakhstan: Result) -> None:
    compared = compose_sales_table(kazakhstan, ENGLISH)
    left_out = compose_left_out_table(kazakhstan, ENGLISH)
    assert compared is not None
    assert left_out is not None
    assert len(compared.rows) + len(left_out.rows) == len(kazakhstan.tables["sales"])
    assert all(column_of(left_out, "note"))
    assert all(float(ratio) > 0 for ratio in column_of(compared, "ratio"))
    assert set(column_of(compared, "period")) == {"January–July 2025", "January–July 2026"}


def test_that_published_figures_without_a_counterpart_are_listed_too(kazakhstan: Result) -> None:
    table = compose_unmatched_table(kazakhstan, ENGLISH)
    assert table is not None
    assert "E-waste formally collected" in column_of(table, "quantity")
    assert "6.300 %" not in column_of(table, "published")
    assert "12,400 t" in [cell.replace("\u00a0", " ") for cell in column_of(table, "published")]


def test_that_the_shares_of_the_grades_sum_to_the_whole(kazakhstan: Result) -> None:
    for row in compose_grade_table(kazakhstan, ENGLISH).rows:
        percentages = [
            0.0 if cell.startswith("under") else float(cell.removesuffix("\xa0%")) for cell in row[1:]
        ]
        assert sum(percentages) == pytest.approx(100, abs=2)


def test_that_the_origin_of_the_market_is_said_in_words(kazakhstan: Result) -> None:
    origins = column_of(compose_origin_table(kazakhstan, ENGLISH), "origin")
    assert origins[0] == "Reference countries at the same income"
    assert "Reported national figures" not in origins


def test_that_every_assumed_capacity_is_marked(kazakhstan: Result) -> None:
    table = compose_capacity_table(kazakhstan, ENGLISH)
    assert table is not None
    marked = [
        (year, status)
        for year, status in zip(column_of(table, "year"), column_of(table, "status"), strict=True)
    ]
    figures = kazakhstan.tables["photovoltaic_capacity"]
    wanted = figures["status"].map({"reported": "Reported", "assumption": "Assumption"})
    assert marked == list(zip(figures["year"].astype(str), wanted, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_trust_is_told_with_shares_and_the_assumed_prices(kazakhstan: Result, language: str) -> None:
    said = describe_trust(kazakhstan, Translator(language))
    assert said.count("%") == 3
    assert kazakhstan.name_of("materials", "palladium", Translator(language).language).lower() in said


def test_that_trust_says_nothing_of_values_where_none_is_accumulated(to_2025: Result) -> None:
    assert describe_trust(to_2025, ENGLISH).count("%") == 2


def test_that_a_text_without_translation_is_marked_as_english(
    kazakhstan: Result, change: Callable[..., Result]
) -> None:
    def rename(sales: pd.DataFrame) -> pd.DataFrame:
        return sales.assign(
            product_group_en=sales["product_group_en"].replace("Television receivers", "Tubes")
        )

    table = compose_sales_table(change(kazakhstan, "sales", rename), Translator("kk"))
    assert table is not None
    foreign = [cell for row in table.rows for cell in row if isinstance(cell, ForeignText)]
    assert foreign == ["Tubes"]
    assert foreign[0].language == "en"


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("https://stat.gov.kz", "https://stat.gov.kz"),
        (
            "github:Statistics-Netherlands/ewaste@ec30251 data/x.csv",
            "https://github.com/Statistics-Netherlands/ewaste/tree/ec30251",
        ),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("README.md", ""),
        ("", ""),
        ("https://a b", ""),
    ],
)
def test_that_only_web_addresses_become_links(path: str, link: str) -> None:
    assert find_link(path) == link


def test_that_every_source_is_listed_once(kazakhstan: Result) -> None:
    names = [source.name for source in list_sources(kazakhstan)]
    assert names == sorted(set(kazakhstan.tables["sources"]["name"]))


def with_option(result: Result, **options: str) -> Result:
    return replace(result, record={**result.record, "options": {**result.record["options"], **options}})


def test_that_every_convention_is_explained(kazakhstan: Result) -> None:
    said = {
        describe_convention(with_option(kazakhstan, convention=convention), ENGLISH)
        for convention in CONVENTIONS
    }
    assert len(said) == len(CONVENTIONS)


def test_that_every_method_of_projection_is_explained(kazakhstan: Result) -> None:
    methods = ("profile", "trend", "table")
    said = {describe_projection(with_option(kazakhstan, projection=method), ENGLISH) for method in methods}
    assert len(said) == len(methods)


def test_that_the_page_says_whether_sales_have_changed_the_model(kazakhstan: Result) -> None:
    entered, beside = (with_option(kazakhstan, sales=use) for use in ("enter", "beside"))
    assert "brought to the level of those sales" in describe_sales_use(entered, ENGLISH)
    assert "not how well the model foretells them" in note_sales(entered, ENGLISH)
    assert "do not change it" in describe_sales_use(beside, ENGLISH)
    assert "as evidence" in note_sales(beside, ENGLISH)


def test_that_a_country_without_sales_has_none_that_entered(sparse: Result) -> None:
    assert "do not change it" in describe_sales_use(with_option(sparse, sales="enter"), ENGLISH)


def test_that_an_option_that_nobody_named_is_recorded_too(kazakhstan: Result) -> None:
    rows = dict(compose_record_table(with_option(kazakhstan, colour="blue"), ENGLISH).rows)
    assert rows["colour"] == "blue"
    assert rows["Last year"] == "2050"


def test_that_the_mass_a_convention_makes_or_loses_is_told_where_it_does(kazakhstan: Result) -> None:
    name = "Mass of a product that the convention makes or loses over its life, at most, as a part of it"
    assert kazakhstan.record["checks"]["convention_mass_error"] == 0.0
    assert name not in dict(compose_record_table(kazakhstan, ENGLISH).rows)
    checks = {**kazakhstan.record["checks"], "convention_mass_error": -0.0439}
    lossy = replace(kazakhstan, record={**kazakhstan.record, "checks": checks})
    assert dict(compose_record_table(lossy, ENGLISH).rows)[name].endswith("0.044")


def test_that_the_record_gives_versions_and_fingerprints(kazakhstan: Result) -> None:
    versions = dict(compose_version_table(kazakhstan, ENGLISH).rows)
    assert versions["ainalym"] == kazakhstan.record["versions"]["ainalym"]
    assert "ainalym-kaz" in versions
    hashes = compose_hash_table(kazakhstan, ENGLISH)
    count = sum(len(package["hashes"]) for package in kazakhstan.record["packages"].values())
    assert len(hashes.rows) == count
    assert all(len(row[-1]) == 16 for row in hashes.rows)


def test_that_the_day_of_the_run_is_written_as_the_language_does(kazakhstan: Result) -> None:
    year = str(kazakhstan.record["created"])[:4]
    said = {language: say_date(kazakhstan, Translator(language)) for language in LANGUAGES}
    assert len(set(said.values())) == 3
    assert all(year in text for text in said.values())
