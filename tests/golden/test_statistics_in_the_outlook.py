"""Imported statistics enter the outlook: what was imported stands, what was not is filled and says so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from ainalym.core.origins import Origin
from ainalym.pipeline import run_outlook
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

MAPPING = """
columns:
  period: year
  flow: flow
  code: code
  kg: kg
  pieces: pieces
  value: usd
value_unit: USD
"""


@pytest.fixture(scope="module")
def outlook_with_trade(kazakhstan: Result, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Result]:
    """Imports of 300,000 washing machines a year (HS 845011), 70 kg each, but for one silent year.

    The outlook without statistics is asked for first, so that no other test sees this store.
    """
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade
    from ainalym.packages.trade.store import find_store_folder

    assert "statistics" not in kazakhstan.record
    folder = tmp_path_factory.mktemp("trade")
    table, mapping = folder / "washing.csv", folder / "mapping.yaml"
    years = [year for year in range(2012, 2022) if year != 2016]
    rows = [f"{year},import,845011,{300_000 * 70},{300_000},{300_000 * 200}" for year in years]
    table.write_text("year,flow,code,kg,pieces,usd\n" + "\n".join(rows) + "\n", encoding="utf-8")
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
