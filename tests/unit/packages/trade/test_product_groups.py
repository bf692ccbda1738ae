"""Product groups that a publication names in words: which are products, and what becomes of the rest."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")
pytest.importorskip("python_calamine", reason="the extra 'trade' is not installed")

from ainalym.cli import trade_commands
from ainalym.cli.application import app
from ainalym.packages.country import find_country
from ainalym.packages.package import read_package
from ainalym.packages.reference import Reference
from ainalym.packages.trade.bns_resources import clean_name
from ainalym.packages.trade.classification import CountryTables, read_country_tables
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.importer import import_trade
from ainalym.packages.trade.statistics_options import StatisticsOptions
from ainalym.packages.trade.statistics_reader import read_statistics

FRIDGES = "Холодильники и морозильники бытовые, штук"
WATCHES = "Часы, кроме механизмов часовых и частей часов, штук"
TYRES = "Шины резиновые пневматические новые, тыс. штук"

JANUARY_TO_JULY = {
    FRIDGES: {"Производство": (1026, 0), "Импорт": (519_104, 489_491), "Экспорт": (54_172, 58_144)},
    WATCHES: {"Производство": (1554, 3347), "Импорт": (629_323, 4_804_635), "Экспорт": (15_396, 8941)},
    TYRES: {"Импорт": (3176.874, 3871.181)},
}
"""As published for January to July of 2026 and 2025; the tests lay them out as whole years."""


@pytest.fixture(scope="module")
def tables(reference: Reference) -> CountryTables:
    return read_country_tables(read_package(find_country("KAZ"), reference.vocabularies))


def write_annual(trade_files: ModuleType, path: Path) -> Path:
    sheet = trade_files.resources_sheet([2024, 2023], JANUARY_TO_JULY)
    written: Path = trade_files.write_workbook(path, {"1": sheet})
    return written


def test_that_groups_give_placed_on_market_and_the_rest_is_listed(
    tables: CountryTables, reference: Reference, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = write_annual(trade_files, tmp_path / "72035.xlsx")
    import_trade([path], "bns-resources", "KAZ", tmp_path / "store", ImportOptions(tables=tables))
    found = read_statistics(tmp_path / "store", reference, StatisticsOptions(tables=tables))
    both = found.pieces.sel(product=["0108", "0109"]).sum("product")
    assert float(both.sel(year=2024)) == pytest.approx(1026 + 519_104 - 54_172)
    assert float(both.sel(year=2023)) == pytest.approx(489_491 - 58_144)
    assert (found.kg.sel(product=["0108", "0109"]) > 0).all()
    assert found.pieces.drop_sel(product=["0108", "0109"]).isnull().all()
    pieces = found.unmapped.set_index("code")["pieces"]
    assert set(pieces.index) == {clean_name(WATCHES)[0], clean_name(TYRES)[0]}
    assert pieces[clean_name(TYRES)[0]] == pytest.approx(7_048_055)


def test_that_every_group_is_a_product_or_says_why_not(tables: CountryTables) -> None:
    groups = tables.statistics_products
    assert groups is not None
    sums = groups.groupby("name")["share"].sum()
    assert len(sums) == 18
    assert sums[sums > 0].tolist() == pytest.approx([1.0] * 4)
    unused = groups[groups["share"] == 0]
    assert set(unused["grade"]) == {"D"}
    assert unused["note"].str.len().min() > 0


def test_that_names_of_groups_are_those_that_the_reader_gives(tables: CountryTables) -> None:
    groups = tables.statistics_products
    assert groups is not None
    for name in groups["name"]:
        assert clean_name(f"{name}, штук") == (name, "штук")


def test_that_a_group_whose_shares_leave_a_rest_is_listed_with_it(
    reference: Reference, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = write_annual(trade_files, tmp_path / "72035.xlsx")
    import_trade([path], "bns-resources", "KAZ", tmp_path / "store")
    name = clean_name(FRIDGES)[0]
    groups = pd.DataFrame({"name": [name], "key": ["0108"], "share": [0.75], "note": [""]})
    tables = CountryTables(statistics_products=groups)
    found = read_statistics(tmp_path / "store", reference, StatisticsOptions(tables=tables))
    assert float(found.pieces.sel(product="0108", year=2023)) == pytest.approx(0.75 * (489_491 - 58_144))
    row = found.unmapped.set_index("code").loc[name]
    assert row["share"] == pytest.approx(0.25)
    assert row["pieces"] == pytest.approx(0.25 * (1026 + 519_104 + 54_172 + 489_491 + 58_144))


def test_that_an_import_tells_products_reasons_and_parts_of_years(
    trade_files: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trade_commands, "console", Console(width=200))
    cells = {
        name: {flow: [1, 2, 3, *(now, 4, before)] for flow, (now, before) in flows.items()}
        for name, flows in JANUARY_TO_JULY.items()
    }
    sheet = trade_files.resources_sheet(trade_files.MONTHLY_HEADINGS, cells)
    path = trade_files.write_workbook(tmp_path / "19065.xlsx", {"1": sheet})
    command: list[Any] = ["trade", "import", path, "--source", "bns-resources", "--country", "KAZ"]
    result = CliRunner().invoke(app, [str(word) for word in (*command, "--out", tmp_path / "store")])
    assert result.exit_code == 0, result.output
    printed = " ".join(result.output.split())
    assert "1 of 3 product groups have a product." in printed
    assert "0108 (76%), 0109 (24%)" in printed
    assert "Mechanical watches are mixed in" in printed
    assert "without a product: шины резиновые пневматические новые." in printed
    assert "2026 has 7 of 12 months (export, import, production)" in printed
