"""Imported statistics enter the outlook: what was imported stands, what was not is filled and says so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ainalym.core.origins import Origin
from ainalym.pipeline import run_outlook
from ainalym.reports.language import Translator
from ainalym.reports.statistics_notes import describe_statistics, list_statistics_warnings
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

MAPPING = """
columns:
  period: year
  flow: flow
  reporter: reporter
  partner: partner
  code: code
  kg: kg
  pieces: pieces
  value: usd
value_unit: USD
"""


@pytest.fixture(scope="module")
def outlook_with_trade(kazakhstan: Result, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """Trade of washing machines and refrigerators.

    A year brings 300,000 washing machines (HS 845011), 70 kg each, of which 100 leave again, but for one
    silent year. Refrigerators (HS 841821) are reported up to 2017, all from China; after that China alone
    reports them.

    The outlook without statistics is asked for first, so that no other test sees this store.
    """
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade
    from ainalym.packages.trade.store import find_store_folder

    assert "statistics" not in kazakhstan.record
    folder = tmp_path_factory.mktemp("trade")
    table, mapping = folder / "washing.csv", folder / "mapping.yaml"
    years = [year for year in range(2012, 2022) if year != 2016]
    amounts = {"import": 300_000, "export": 100}
    rows = [
        f"{year},{flow},KAZ,WLD,845011,{pieces * 70},{pieces},{pieces * 200}"
        for year in years
        for flow, pieces in amounts.items()
    ]
    for year in range(2012, 2022):
        sides = "import,KAZ,CHN" if year < 2018 else "export,CHN,KAZ"
        rows.append(f"{year},{sides},841821,{200_000 * 60},{200_000},{200_000 * 250}")
    headings = "year,flow,reporter,partner,code,kg,pieces,usd"
    table.write_text("\n".join([headings, *rows]) + "\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AINALYM_DATA", str(folder / "data"))
        import_trade([table], "tidy", "KAZ", find_store_folder("KAZ"), ImportOptions(mapping=mapping))
        yield run_outlook("KAZ")


def test_that_imported_figures_stand_and_the_gap_is_filled(outlook_with_trade: Result) -> None:
    pieces = outlook_with_trade.data["placed_on_market_pieces"].sel(product="0104")
    origin = outlook_with_trade.data["placed_on_market_origin"].sel(product="0104")
    np.testing.assert_allclose(pieces.sel(year=[2013, 2014, 2018]), 300_000, rtol=0.02)
    assert float(pieces.sel(year=2016)) == pytest.approx(300_000, rel=0.15)
    assert int(origin.sel(year=2014)) == Origin.REPORTED
    assert int(origin.sel(year=2016)) == Origin.IMPUTED
    assert int(origin.sel(year=2000)) == Origin.REFERENCE
    assert int(origin.sel(year=2040)) == Origin.PROJECTED


def test_that_what_partners_report_is_an_estimate(outlook_with_trade: Result) -> None:
    origin = outlook_with_trade.data["placed_on_market_origin"].sel(product="0108")
    assert origin.sel(year=[2014, 2015]).values.tolist() == [Origin.REPORTED] * 2
    assert origin.sel(year=[2018, 2020]).values.tolist() == [Origin.ESTIMATED] * 2
    mirror = outlook_with_trade.tables["statistics_mirror"]
    used = mirror[mirror["is_used"]]
    assert (set(used["year"]), set(used["cover"])) == ({2018, 2019, 2020, 2021}, {1.0})


def test_that_the_reader_is_told_of_reports_of_partners(outlook_with_trade: Result) -> None:
    told = describe_statistics(outlook_with_trade, Translator("en"))
    assert told[1].startswith("Flows that the country is silent of and its partners report")
    assert told[1].endswith("used as estimates: 4; these partners hold 100\xa0% to 100\xa0% of their value.")
    assert not list_statistics_warnings(outlook_with_trade, Translator("en"))


def test_that_nothing_is_told_where_nothing_was_imported(kazakhstan: Result) -> None:
    assert describe_statistics(kazakhstan, Translator("en")) == []
    assert list_statistics_warnings(kazakhstan, Translator("en")) == []


def test_that_other_products_stay_with_the_reference_countries(
    outlook_with_trade: Result, kazakhstan: Result
) -> None:
    for name in ("placed_on_market", "placed_on_market_origin"):
        np.testing.assert_array_equal(
            outlook_with_trade.data[name].sel(product="0306"), kazakhstan.data[name].sel(product="0306")
        )


def test_that_the_record_says_what_entered(outlook_with_trade: Result) -> None:
    assert outlook_with_trade.record["statistics"]["method"] == "robust"


def test_that_statistics_may_be_ignored(outlook_with_trade: Result, kazakhstan: Result) -> None:
    ignored = run_outlook("KAZ", RunOptions(statistics="ignore"))
    np.testing.assert_array_equal(ignored.data["placed_on_market"], kazakhstan.data["placed_on_market"])
    assert "statistics" not in ignored.record
