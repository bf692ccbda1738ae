"""Placed on market from a store: shares, weights, corrections, used equipment, and the flags of cells."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.packages.trade.classification import CountryTables, list_product_weights
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.statistics_options import StatisticsOptions
from ainalym.packages.trade.statistics_reader import CellFlag, Statistics, read_statistics
from ainalym.packages.trade.tidy import Source

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

from ainalym.packages.trade.importer import import_trade
from ainalym.packages.trade.store import LIST_FILE, StoreList

FRIDGE, LAPTOP, PHONE, TELEVISION, MONITOR, PANEL = "0108", "0303", "0306", "0408", "0309", "0002"
FRIDGES, LAPTOPS, NO_PRODUCT = "841821", "847130", "847989"
HEADINGS = "period,flow,reporter,partner,revision,code,kg,pieces,value"
MAPPING = """
columns: {period: period, flow: flow, reporter: reporter, partner: partner, hs_revision: revision,
  code: code, kg: kg, pieces: pieces, value: value}
"""


def write_tidy(folder: Path, rows: Sequence[str], name: str) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    table, mapping = folder / name, folder / "mapping.yaml"
    table.write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    mapping.write_text(MAPPING, encoding="utf-8")
    return table, mapping


def add_tidy(store: Path, *rows: str, name: str = "rows.csv", **options: Any) -> Path:
    """Import rows 'period,flow,reporter,partner,revision,code,kg,pieces,value'."""
    table, mapping = write_tidy(store.parent / "input", rows, name)
    import_trade([table], "tidy", "KAZ", store, ImportOptions(mapping=mapping, **options))
    return store


def add_file(store: Path, source: Source, name: str, lines: Sequence[str]) -> Path:
    path = store.parent / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_trade([path], source, "KAZ", store)
    return store


def own(flow: str, kg: object = "", pieces: object = "", code: str = FRIDGES, year: object = 2018) -> str:
    """A row that Kazakhstan reports with the whole world; the value is ten dollars per kg."""
    value = 10 * float(str(kg)) if kg != "" else 100
    return f"{year},{flow},KAZ,WLD,,{code},{kg},{pieces},{value:g}"


def read_cell(values: Any, product: str = FRIDGE, year: int = 2018) -> float:
    return float(values.sel(product=product, year=year))


def read_flags(statistics: Statistics, product: str = FRIDGE, year: int = 2018) -> CellFlag:
    return CellFlag(int(statistics.flags.sel(product=product, year=year)))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "trade"


@pytest.fixture(scope="module")
def fridge_weight(reference: Reference) -> float:
    weights = list_product_weights(reference, CountryTables(), np.array([2018]))
    return float(weights.set_index("product").loc[FRIDGE, "weight"])


# --- The identity, in kg and in pieces ---


def test_that_a_cell_is_production_plus_imports_less_exports(store: Path, reference: Reference) -> None:
    add_tidy(store, own("production", 800, 20), own("import", 4000, 100), own("export", 400, 10))
    found = read_statistics(store, reference, StatisticsOptions(mass_from="reported"))
    assert read_cell(found.pieces) == 110
    assert read_cell(found.kg) == 4400
    assert read_flags(found) == CellFlag(0)
    assert found.cells.empty
    assert (found.kg.attrs["units"], found.pieces.attrs["units"]) == ("kg/yr", "pieces/yr")


def test_that_a_product_without_a_row_has_no_figure_and_no_flag(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100), own("export", 400, 10))
    found = read_statistics(store, reference)
    others = found.kg.drop_sel(product=FRIDGE)
    assert others.isnull().all()
    assert not found.flags.drop_sel(product=FRIDGE).any()
    assert found.kg["product"].values.tolist() == reference.products.index.tolist()


def test_that_years_run_without_a_gap(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100, year=2015), own("import", 4000, 100, year=2018))
    found = read_statistics(store, reference)
    assert found.kg["year"].values.tolist() == [2015, 2016, 2017, 2018]
    assert np.isnan(read_cell(found.kg, year=2016))


def test_that_negative_cells_are_kept_flagged_and_listed(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 400, 10), own("export", 4000, 100))
    found = read_statistics(store, reference, StatisticsOptions(mass_from="reported"))
    assert (read_cell(found.kg), read_cell(found.pieces)) == (-3600, -90)
    assert read_flags(found) == CellFlag.NEGATIVE_KG | CellFlag.NEGATIVE_PIECES
    listed = found.cells.iloc[0]
    assert (listed["year"], listed["product"], listed["kg"]) == (2018, FRIDGE, -3600)
    assert listed["reason"] == "negative_kg;negative_pieces"


def test_that_mass_and_pieces_of_two_signs_are_absurd(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100), own("export", 5000, 90))
    found = read_statistics(store, reference, StatisticsOptions(mass_from="reported"))
    assert (read_cell(found.kg), read_cell(found.pieces)) == (-1000, 10)
    assert read_flags(found) == CellFlag.NEGATIVE_KG | CellFlag.ABSURD_WEIGHT


def test_that_supply_without_exports_is_marked_as_an_upper_bound(store: Path, reference: Reference) -> None:
    add_tidy(store, own("production", 400, 10), own("import", 4000, 100))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 110
    assert read_flags(found) == CellFlag.NO_EXPORTS


def test_that_a_product_not_exported_in_a_year_with_exports_is_no_upper_bound(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, own("import", 4000, 100), own("export", 2, 1, LAPTOPS))
    found = read_statistics(store, reference)
    assert read_flags(found) == CellFlag(0)
    assert read_cell(found.pieces) == 100


def test_that_sales_stand_where_there_is_neither_trade_nor_production(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, own("sales", "", 70), own("sales", "", 30, LAPTOPS), own("import", 50, 20, LAPTOPS))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 70
    assert read_flags(found) == CellFlag.SALES
    assert read_cell(found.pieces, LAPTOP) == 20
    assert CellFlag.SALES not in read_flags(found, LAPTOP)


# --- Pieces and mass ---


def test_that_mass_follows_from_pieces_or_is_taken_as_reported(
    store: Path, reference: Reference, fridge_weight: float
) -> None:
    add_tidy(store, own("import", 5000, 100))
    from_pieces = read_statistics(store, reference)
    reported = read_statistics(store, reference, StatisticsOptions(mass_from="reported"))
    assert read_cell(from_pieces.kg) == pytest.approx(100 * fridge_weight)
    assert read_cell(reported.kg) == 5000
    assert read_cell(from_pieces.pieces) == read_cell(reported.pieces) == 100
    assert read_cell(from_pieces.reported_weight) == read_cell(reported.reported_weight) == 50


def test_that_a_missing_amount_follows_from_the_other_by_the_unit_weight(
    store: Path, reference: Reference, fridge_weight: float
) -> None:
    add_tidy(store, own("import", 4000), own("export", "", 10))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == pytest.approx(4000 / fridge_weight - 10)
    assert read_cell(found.kg) == pytest.approx(4000 - 10 * fridge_weight)
    assert np.isnan(read_cell(found.reported_weight))


def test_that_weights_of_code_country_and_reference_go_in_this_order(
    store: Path, reference: Reference, fridge_weight: float
) -> None:
    add_tidy(store, own("import", "", 10), own("production", "", 10, "841810"))
    of_product = pd.DataFrame({"key": [FRIDGE], "year": [2018], "weight": [60.0]})
    of_code = pd.DataFrame({"code": [FRIDGES], "year": [2018], "weight": [50.0]})
    tables = (
        CountryTables(),
        CountryTables(unit_weights=of_product),
        CountryTables(unit_weights=of_product, code_weights=of_code),
    )
    masses = [
        read_cell(read_statistics(store, reference, StatisticsOptions(tables=each)).kg) for each in tables
    ]
    assert masses == pytest.approx([20 * fridge_weight, 1200, 1100])


@pytest.mark.parametrize(("factor", "is_absurd"), [(10.0, True), (30.0, False)])
def test_that_a_cell_of_an_absurd_weight_is_kept_and_flagged(
    store: Path, reference: Reference, factor: float, is_absurd: bool
) -> None:
    add_tidy(store, own("import", 80_000, 100))
    found = read_statistics(store, reference, StatisticsOptions(mass_from="reported", absurd_factor=factor))
    assert (read_cell(found.kg), read_cell(found.pieces)) == (80_000, 100)
    assert (CellFlag.ABSURD_WEIGHT in read_flags(found)) == is_absurd
    assert found.cells["reason"].tolist() == ["absurd_weight"] * is_absurd


def test_that_pieces_of_an_absurd_row_do_not_count(
    store: Path, reference: Reference, fridge_weight: float
) -> None:
    add_tidy(store, own("import", 4_000_000, 100), accept_absurd=True)
    found = read_statistics(store, reference)
    assert read_cell(found.kg) == 4_000_000
    assert read_cell(found.pieces) == pytest.approx(4_000_000 / fridge_weight)
    assert CellFlag.ABSURD_WEIGHT in read_flags(found)


def test_that_trade_with_a_value_alone_is_flagged(store: Path, reference: Reference) -> None:
    add_tidy(store, "2018,import,KAZ,RUS,,841821,400,10,9000", "2018,import,KAZ,CHN,,841821,,,9000")
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 10
    assert read_flags(found) == CellFlag.VALUE_ALONE | CellFlag.NO_EXPORTS


# --- Codes and products ---


@pytest.mark.parametrize(
    ("year", "code", "product"),
    [
        (2013, "852872", TELEVISION),
        (2018, "852872", TELEVISION),
        (2018, "854140", PANEL),
        (2013, "852859", MONITOR),
    ],
)
def test_that_a_decided_code_goes_to_one_product(
    store: Path, reference: Reference, year: int, code: str, product: str
) -> None:
    add_tidy(store, own("import", 4000, "", code, year))
    found = read_statistics(store, reference)
    assert read_cell(found.kg, product, year) == 4000
    assert float(found.kg.sum()) == 4000
    assert CellFlag.COUNTED_SHARE not in read_flags(found, product, year)


def test_that_a_code_of_several_products_is_shared_without_a_loss(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 10_000, "", "852872", 2010))
    found = read_statistics(store, reference)
    shared = found.kg.sel(year=2010).dropna("product")
    assert dict(zip(shared["product"].values, shared.values, strict=True)) == pytest.approx(
        {"0404": 936, "0407": 6731, "0408": 2333}
    )
    assert all(CellFlag.COUNTED_SHARE in read_flags(found, key, 2010) for key in ("0404", "0407", "0408"))


def decide(*shares: tuple[str, str, float, int, int]) -> StatisticsOptions:
    columns = ["code", "key", "share", "valid_from", "valid_to"]
    frame = pd.DataFrame(list(shares), columns=columns).assign(hs_revision="HS2017")
    return StatisticsOptions(tables=CountryTables(share_overrides=frame))


def test_that_a_decision_of_the_country_holds_in_its_years_alone(store: Path, reference: Reference) -> None:
    add_tidy(store, *(own("import", 1000, "", "852872", year) for year in (2018, 2019)))
    options = decide(("852872", "0407", 0.25, 2018, 2018), ("852872", "0408", 0.75, 2018, 2018))
    found = read_statistics(store, reference, options)
    assert [read_cell(found.kg, key) for key in ("0407", "0408")] == [250, 750]
    assert read_cell(found.kg, TELEVISION, 2019) == 1000


def test_that_a_decision_for_eight_digits_goes_before_one_for_six(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 1000, "", "85414010"), own("import", 500, "", "85414090"))
    found = read_statistics(store, reference, decide(("85414010", "0505", 1.0, 2018, 2018)))
    assert (read_cell(found.kg, "0505"), read_cell(found.kg, PANEL)) == (1000, 500)


def test_that_trade_is_not_lost_when_a_decision_for_eight_digits_has_ended(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, *(own("import", 1000, "", "85414010", year) for year in (2018, 2019)))
    found = read_statistics(store, reference, decide(("85414010", "0505", 1.0, 2018, 2018)))
    assert read_cell(found.kg, "0505", 2018) == 1000
    assert read_cell(found.kg, PANEL, 2019) == 1000
    assert found.unmapped.empty


def test_that_codes_without_a_product_are_listed_with_their_trade(store: Path, reference: Reference) -> None:
    add_tidy(
        store,
        own("import", 4000, 100),
        own("import", 300, 3, NO_PRODUCT, 2017),
        own("export", 200, 2, NO_PRODUCT),
        own("import", 900, "", "847150"),
    )
    unmapped = read_statistics(store, reference).unmapped.set_index("code")
    assert FRIDGES not in unmapped.index
    row = unmapped.loc[NO_PRODUCT]
    assert (row["rows"], row["kg"], row["pieces"], row["value_usd"]) == (2, 500, 5, 5000)
    assert (row["first_year"], row["last_year"], row["hs_revision"]) == (2017, 2018, "HS2017")


def test_that_unmapped_and_mapped_trade_together_are_all_trade(store: Path, reference: Reference) -> None:
    codes = [FRIDGES, LAPTOPS, NO_PRODUCT, "850440", "852872", "901890", "950450", "853400"]
    add_tidy(store, *(own("import", 100 + place, "", code) for place, code in enumerate(codes)))
    found = read_statistics(store, reference)
    total = sum(100 + place for place in range(len(codes)))
    assert not found.unmapped.empty
    assert float(found.kg.sum()) + found.unmapped["kg"].sum() == pytest.approx(total)


def test_that_the_rest_of_shares_below_one_is_listed(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100), own("export", 40, 1))
    found = read_statistics(store, reference, decide((FRIDGES, FRIDGE, 0.6, 2000, 2030)))
    assert read_cell(found.pieces) == pytest.approx(0.6 * 99)
    row = found.unmapped.set_index("code").loc[FRIDGES]
    assert row["share"] == pytest.approx(0.4)
    assert (row["kg"], row["pieces"]) == (pytest.approx(0.4 * 4040), pytest.approx(0.4 * 101))
    assert row["rows"] == 2


def test_that_shares_above_one_are_refused(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    shares = decide((FRIDGES, FRIDGE, 0.6, 2000, 2030), (FRIDGES, "0109", 0.6, 2010, 2015))
    with pytest.raises(InputError) as caught:
        read_statistics(store, reference, shares)
    (problem,) = caught.value.problems
    assert (problem.code, problem.got) == ("TRD-027", "shares that sum to 1.2")
    assert problem.where.endswith(f"{FRIDGES}, from 2010")


def test_that_a_code_decided_to_be_no_product_is_listed(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    found = read_statistics(store, reference, decide((FRIDGES, FRIDGE, 0.0, 2018, 2018)))
    assert np.isnan(read_cell(found.kg))
    assert found.unmapped["code"].tolist() == [FRIDGES]
    assert found.unmapped["heading_is_mapped"].tolist() == [True]


def test_that_a_decision_for_eight_digits_takes_them_out_of_their_subheading(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, own("import", 1000, "", "85414010"), own("import", 500, "", "85414090"))
    found = read_statistics(store, reference, decide(("85414010", PANEL, 0.0, 2018, 2018)))
    assert read_cell(found.kg, PANEL) == 500
    assert (found.unmapped["code"].tolist(), found.unmapped["kg"].tolist()) == (["85414010"], [1000])


def test_that_a_weight_of_eight_digits_counts_where_the_mapping_knows_six(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, own("import", "", 10, "84182110"), own("production", "", 10, "84182190"))
    weights = pd.DataFrame({"code": ["84182110", "841821"], "year": [2018, 2018], "weight": [50.0, 40.0]})
    tables = CountryTables(code_weights=weights)
    found = read_statistics(store, reference, StatisticsOptions(tables=tables))
    assert read_cell(found.kg) == pytest.approx(10 * 50 + 10 * 40)


def test_that_unmapped_codes_of_partners_are_listed_where_the_country_is_silent(
    store: Path, reference: Reference
) -> None:
    add_tidy(
        store,
        own("import", 4000, 100, year=2017),
        f"2018,export,CHN,KAZ,,{NO_PRODUCT},700,7,7000",
        f"2017,export,CHN,KAZ,,{NO_PRODUCT},600,6,6000",
    )
    unmapped = read_statistics(store, reference).unmapped
    assert unmapped[["code", "first_year", "last_year", "kg"]].values.tolist() == [
        [NO_PRODUCT, 2018, 2018, 700.0]
    ]


def test_that_the_total_over_partners_is_not_added_to_the_partners(store: Path, reference: Reference) -> None:
    rows = [f"2018,import,KAZ,{partner},,841821,400,10,4000" for partner in ("CHN", "RUS")]
    add_tidy(store, own("import", 900, 22), *rows, "2018,import,KAZ,CHN,,847130,20,10,100")
    found = read_statistics(store, reference)
    assert (read_cell(found.pieces), read_cell(found.pieces, LAPTOP)) == (22, 10)


def test_that_rows_without_a_revision_follow_that_of_the_year(store: Path, reference: Reference) -> None:
    years = {2005: "HS2002", 2011: "HS2007", 2012: "HS2012", 2016: "HS2012", 2017: "HS2017", 2022: "HS2022"}
    add_tidy(store, *(own("import", 400, 10, NO_PRODUCT, year) for year in years))
    unmapped = read_statistics(store, reference).unmapped
    covered = {(row.hs_revision, row.first_year, row.last_year) for row in unmapped.itertuples(index=False)}
    assert covered == {
        ("HS2002", 2005, 2005),
        ("HS2007", 2011, 2011),
        ("HS2012", 2012, 2016),
        ("HS2017", 2017, 2017),
        ("HS2022", 2022, 2022),
    }


def test_that_smartphones_are_found_under_the_code_of_their_revision(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, own("import", 20, "", "851712", 2021), own("import", 30, "", "851713", 2022))
    found = read_statistics(store, reference)
    assert [read_cell(found.kg, PHONE, year) for year in (2021, 2022)] == [20, 30]


# --- Corrections ---

MIRRORED = ("2018,export,CHN,KAZ,,841821,4000,100,9000", "2018,import,RUS,KAZ,,841821,400,10,900")

OWN_BY_PARTNER = (
    "2016,import,KAZ,CHN,,841821,3000,80,8000",
    "2016,import,KAZ,RUS,,841821,1000,20,2000",
    "2016,export,KAZ,RUS,,841821,100,3,300",
)
"""What the country itself reported two years before: China held 80 % of imports, Russia all exports."""

ANY_COVER = StatisticsOptions(least_cover=0.0)


def read_mirror(statistics: Statistics, flow: str = "import") -> pd.Series:
    rows = statistics.mirror
    return rows[(rows["flow"] == flow) & (rows["product"] == FRIDGE)].iloc[0]


def test_that_flows_the_country_does_not_report_are_what_its_partners_report(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, *OWN_BY_PARTNER, *MIRRORED)
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 90
    assert read_flags(found) == CellFlag.MIRROR
    assert not found.warnings
    assert found.record["options"]["corrections"] == {
        "mirror": True,
        "re_exports": True,
        "partial_years": False,
    }


def test_that_a_mirrored_cell_is_not_as_reported_and_an_own_one_is(store: Path, reference: Reference) -> None:
    add_tidy(store, *OWN_BY_PARTNER, *MIRRORED)
    found = read_statistics(store, reference).is_as_reported.sel(product=FRIDGE)
    assert found.sel(year=[2016, 2017, 2018]).values.tolist() == [True, False, False]


def test_that_the_cover_of_the_partners_is_told(store: Path, reference: Reference) -> None:
    add_tidy(store, *OWN_BY_PARTNER, *MIRRORED)
    row = read_mirror(read_statistics(store, reference))
    assert (row["partners"], row["partners_needed"]) == (1, 2)
    assert (row["months"], row["months_needed"]) == (12, 24)
    assert (row["cover"], row["basis"], row["basis_year"]) == (0.8, "product", 2016)
    assert (row["value_usd"], row["is_used"]) == (9000, True)


def test_that_few_partners_do_not_stand_for_the_whole_flow(store: Path, reference: Reference) -> None:
    add_tidy(store, *OWN_BY_PARTNER, "2018,export,RUS,KAZ,,841821,1000,25,2400")
    found = read_statistics(store, reference)
    assert np.isnan(read_cell(found.pieces))
    (warning,) = found.warnings
    assert (warning.code, warning.where) == ("TRD-028", f"imports of product {FRIDGE} in 2018")
    assert warning.got == (
        "reports of partners that hold 20% of its value (1 of 2 partners, 12 of 24 months)"
    )
    assert warning.expected == "80% or more"


def test_that_partners_of_an_unknown_share_do_not_stand_for_the_whole_flow(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, *MIRRORED)
    found = read_statistics(store, reference)
    assert found.pieces.isnull().all()
    assert [warning.code for warning in found.warnings] == ["TRD-029", "TRD-029"]
    assert found.warnings[0].where == f"imports of product {FRIDGE} in 2018"
    assert np.isnan(read_mirror(found)["cover"])


def test_that_an_own_report_of_long_ago_tells_nothing_of_the_partners(
    store: Path, reference: Reference
) -> None:
    old = [row.replace("2016", "2012", 1) for row in OWN_BY_PARTNER]
    add_tidy(store, *old, *MIRRORED)
    assert {warning.code for warning in read_statistics(store, reference).warnings} == {"TRD-029"}


@pytest.mark.parametrize(("own_value", "is_used"), [(10_000, True), (20_000, False)])
def test_that_an_own_total_of_a_year_nearby_tells_the_cover_as_well(
    store: Path, reference: Reference, own_value: int, is_used: bool
) -> None:
    add_tidy(store, f"2017,import,KAZ,WLD,,841821,4000,100,{own_value}", MIRRORED[0])
    row = read_mirror(read_statistics(store, reference))
    assert row["cover"] == 9000 / own_value
    assert row["is_used"] == is_used
    assert pd.isna(row["partners_needed"])


def test_that_a_product_without_an_own_report_is_judged_by_all_products(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, *OWN_BY_PARTNER, "2018,export,CHN,KAZ,,847130,20,10,4000")
    mirror = read_statistics(store, reference).mirror.set_index("product").loc[LAPTOP]
    assert (mirror["cover"], mirror["basis"], mirror["is_used"]) == (0.8, "all products", True)


def test_that_thin_reports_of_partners_are_taken_on_demand(store: Path, reference: Reference) -> None:
    add_tidy(store, *MIRRORED)
    found = read_statistics(store, reference, ANY_COVER)
    assert read_cell(found.pieces) == 90
    assert read_flags(found) == CellFlag.MIRROR
    assert not found.is_as_reported.any()
    assert not found.warnings


def test_that_partners_count_for_nothing_with_the_mirror_off(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 800, 20), *MIRRORED)
    options = StatisticsOptions(corrections={"mirror": False}, least_cover=0.0)
    found = read_statistics(store, reference, options)
    assert read_cell(found.pieces) == 20
    assert read_flags(found) == CellFlag.NO_EXPORTS
    assert found.mirror.empty


def test_that_the_own_report_of_a_flow_goes_before_the_mirror(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 800, 20), *MIRRORED)
    found = read_statistics(store, reference, ANY_COVER)
    flows = found.flows.sel(measure="pieces", year=2018, product=FRIDGE)
    assert (float(flows.sel(flow="import")), float(flows.sel(flow="export"))) == (20, 10)
    assert read_flags(found) == CellFlag.MIRROR


@pytest.mark.parametrize(("partner", "is_bound"), [("RUS", False), ("UZB", True)])
def test_that_a_product_is_not_exported_only_where_the_partners_that_matter_report(
    store: Path, reference: Reference, partner: str, is_bound: bool
) -> None:
    other = f"2018,import,{partner},KAZ,,847130,20,10,4000"
    add_tidy(store, own("import", 4000, 100), *OWN_BY_PARTNER, other)
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 100
    assert (CellFlag.NO_EXPORTS in read_flags(found)) == is_bound


FIRST_QUARTER = [f"2018-{month:02d},export,RUS,KAZ,,841821,40,1,90" for month in (1, 2, 3)]


def test_that_every_partner_is_asked_by_itself_whether_its_year_is_whole(
    store: Path, reference: Reference
) -> None:
    add_tidy(store, MIRRORED[0], *FIRST_QUARTER)
    left_out = read_statistics(store, reference, ANY_COVER)
    assert read_cell(left_out.pieces) == 100
    assert left_out.record["left_out"] == ["tidy: RUS, import 2018, 3 of 12 months, 3 rows"]
    options = StatisticsOptions(corrections={"partial_years": True}, least_cover=0.0)
    assert read_cell(read_statistics(store, reference, options).pieces) == 100 + 3 * 4


def test_that_a_partner_that_broke_off_before_the_others_is_missed(store: Path, reference: Reference) -> None:
    months = [f"2018-{month:02d},export,CHN,KAZ,,841821,400,10,900" for month in range(1, 13)]
    large = [row.replace(",90", ",900") for row in FIRST_QUARTER]
    add_tidy(store, *OWN_BY_PARTNER, *months, *large)
    found = read_statistics(store, reference)
    row = read_mirror(found)
    assert row["cover"] == pytest.approx(0.5)
    assert (row["months"], row["months_needed"], row["is_used"]) == (15, 24, False)
    assert [warning.code for warning in found.warnings] == ["TRD-028"]


def test_that_a_member_state_without_trade_in_a_month_of_comext_is_not_missed(
    store: Path, reference: Reference
) -> None:
    headings = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC"
    headings += ",PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC"
    headings += ",QUANTITY_KG,QUANTITY_SUPPL_UNIT"
    rows = [f"DE,KZ,E,84182110,,,,,,,2,1,PST,2018{month:02d},900,,40,1" for month in range(1, 13)]
    add_file(store, "comext", "full_v2.csv", [headings, *rows, rows[4].replace("DE", "FR", 1)])
    assert read_cell(read_statistics(store, reference, ANY_COVER).pieces) == 13


def test_that_flags_of_partners_stay_with_the_flow_that_they_fill(store: Path, reference: Reference) -> None:
    mirror = "2018,export,CHN,KAZ,,841821,4000000,1,9000"
    add_tidy(store, own("import", 800, 20), mirror, MIRRORED[1], accept_absurd=True)
    found = read_statistics(store, reference, ANY_COVER)
    assert read_flags(found) == CellFlag.MIRROR
    alone = read_statistics(store, reference, StatisticsOptions(corrections={"mirror": False}))
    assert not read_flags(alone) & CellFlag.MIRROR


def test_that_a_total_of_six_digits_is_not_added_to_its_parts(store: Path, reference: Reference) -> None:
    parts = (own("import", 3000, 75, "84182110"), own("import", 1000, 25, "84182191"))
    add_tidy(store, own("import", 4000, 100), *parts, own("export", 40, 1))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 99
    assert found.record["totals_left_out"] == 1


def test_that_a_total_beside_parts_of_ten_digits_is_not_added_either(
    store: Path, reference: Reference
) -> None:
    parts = (own("import", 3000, 75, "8418211000"), own("import", 1000, 25, "8418219100"))
    add_tidy(store, own("import", 4000, 100), *parts, own("export", 40, 1))
    assert read_cell(read_statistics(store, reference).pieces) == 99


RE_EXPORTED = (own("import", 4000, 100), own("export", 80, 2), own("re_export", 400, 10))


@pytest.mark.parametrize(
    ("is_on", "pieces", "flag"), [(True, 88, CellFlag.RE_EXPORTS), (False, 98, CellFlag(0))]
)
def test_that_re_exports_are_added_where_exports_leave_them_out(
    store: Path, reference: Reference, is_on: bool, pieces: int, flag: CellFlag
) -> None:
    add_tidy(store, *RE_EXPORTED)
    found = read_statistics(store, reference, StatisticsOptions(corrections={"re_exports": is_on}))
    assert read_cell(found.pieces) == pieces
    assert read_flags(found) == flag


def test_that_re_exports_within_exports_are_not_added_again(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100), own("export", 800, 20), own("re_export", 400, 10))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 80
    assert read_flags(found) == CellFlag(0)


def test_that_re_exports_alone_are_the_exports(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100), own("re_export", 400, 10))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 90
    assert read_flags(found) == CellFlag.RE_EXPORTS


# --- Used equipment ---


def from_partners(*values: int, flow: str = "import") -> list[str]:
    """Ten laptops from each partner, for these dollars."""
    partners = ("CHN", "RUS", "DEU", "USA", "KOR", "JPN")
    pairs = zip(partners, values, strict=False)
    return [f"2018,{flow},KAZ,{partner},,847130,20,10,{value}" for partner, value in pairs]


@pytest.mark.parametrize(
    ("share", "pieces"), [(0.3, 10), (0.05, 0), (0.0, 0)], ids=["usual", "a low share", "none"]
)
def test_that_cheap_imports_are_marked_as_used(
    store: Path, reference: Reference, share: float, pieces: int
) -> None:
    add_tidy(store, *from_partners(4000, 5000, 5000, 6000, 500))
    found = read_statistics(store, reference, StatisticsOptions(used_share=share))
    assert read_cell(found.used.sel(measure="pieces"), LAPTOP) == pieces
    assert read_cell(found.pieces, LAPTOP) == 50
    (cell,) = found.tabulate().to_dict("records")
    assert cell["used_pieces"] == pieces
    assert ("used_imports" in cell["flags"].split(";")) == (pieces > 0)


def test_that_a_cell_with_used_imports_is_as_reported(store: Path, reference: Reference) -> None:
    rows = from_partners(4000, 5000, 5000, 6000, 500)
    add_tidy(store, *rows, "2018,export,KAZ,CHN,,847130,2,1,400")
    (cell,) = read_statistics(store, reference).tabulate().to_dict("records")
    assert (cell["flags"], cell["is_as_reported"], cell["pieces"]) == ("used_imports", True, 49)


def test_that_few_partners_give_no_usual_value(store: Path, reference: Reference) -> None:
    add_tidy(store, *from_partners(5000, 5000, 500))
    assert read_cell(read_statistics(store, reference).used.sel(measure="kg"), LAPTOP) == 0


def test_that_months_of_one_partner_are_not_taken_for_partners(store: Path, reference: Reference) -> None:
    rows = [f"2018-{month:02},import,KAZ,CHN,,847130,20,10,5000" for month in range(1, 12)]
    add_tidy(store, *rows, "2018-12,import,KAZ,CHN,,847130,20,10,500")
    found = read_statistics(store, reference)
    assert read_cell(found.pieces, LAPTOP) == 120
    assert read_cell(found.used.sel(measure="pieces"), LAPTOP) == 0


def test_that_nothing_is_known_of_used_imports_without_partners(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 20, 10, LAPTOPS), *from_partners(5000, 5000, 5000, 500, flow="export"))
    assert read_statistics(store, reference).used.isnull().all()


# --- Years and publications ---

SEVEN_MONTHS = tuple(own("import", 400, 10, FRIDGES, f"2018-{month:02}") for month in range(1, 8))


def test_that_a_partial_year_is_left_out(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100, year=2017), *SEVEN_MONTHS)
    found = read_statistics(store, reference)
    assert (read_cell(found.pieces, year=2017), np.isnan(read_cell(found.pieces))) == (100, True)
    assert found.coverage.set_index("year")["is_chosen"].to_dict() == {2017: True, 2018: False}
    assert found.coverage.set_index("year")["months"].to_dict() == {2017: 12, 2018: 7}


def test_that_a_partial_year_is_scaled_on_demand_and_flagged(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100, year=2017), *SEVEN_MONTHS)
    found = read_statistics(store, reference, StatisticsOptions(corrections={"partial_years": True}))
    assert read_cell(found.pieces) == pytest.approx(70 * 12 / 7)
    assert CellFlag.SCALED in read_flags(found)
    assert CellFlag.SCALED not in read_flags(found, year=2017)


def test_that_twelve_months_are_a_whole_year(store: Path, reference: Reference) -> None:
    add_tidy(store, *(own("import", 400, 10, FRIDGES, f"2018-{month:02}") for month in range(1, 13)))
    found = read_statistics(store, reference)
    assert read_cell(found.pieces) == 120
    assert CellFlag.SCALED not in read_flags(found)


BACI_ROWS = ("t,i,j,k,v,q", "2018,156,398,841821,9,5", "2018,643,398,847130,9,0.04")


def test_that_of_two_publications_one_counts_by_preference(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    add_file(store, "baci", "BACI_HS17_Y2018_V202301.csv", BACI_ROWS)
    first = read_statistics(store, reference, StatisticsOptions(mass_from="reported"))
    options = StatisticsOptions(mass_from="reported", preference=("baci", "tidy"))
    second = read_statistics(store, reference, options)
    assert (read_cell(first.kg), read_cell(second.kg)) == (4000, 5000)
    assert np.isnan(read_cell(first.kg, LAPTOP))
    assert read_cell(second.kg, LAPTOP) == 40
    assert first.coverage.set_index("source")["is_chosen"].to_dict() == {"baci": False, "tidy": True}


def test_that_a_whole_year_goes_before_a_preferred_part_of_one(store: Path, reference: Reference) -> None:
    add_tidy(store, *SEVEN_MONTHS)
    add_file(store, "baci", "BACI_HS17_Y2018_V202301.csv", BACI_ROWS)
    found = read_statistics(store, reference, StatisticsOptions(corrections={"partial_years": True}))
    assert read_cell(found.kg) == 5000
    assert CellFlag.SCALED not in read_flags(found)


def write_comtrade(kg_and_flags: Sequence[tuple[str, str]]) -> list[str]:
    """Write imports of refrigerators from partners in the classic layout, with codes of estimation."""
    table = files("ainalym.packages.trade").joinpath("headings.csv").read_text(encoding="utf-8")
    headings = [row["heading"] for row in csv.DictReader(table.splitlines()) if row["layout"] == "comtrade"]
    known = {
        "Classification": "H5",
        "Year": "2018",
        "Period": "2018",
        "Aggregate Level": "6",
        "Trade Flow Code": "1",
        "Reporter Code": "398",
        "Commodity Code": FRIDGES,
        "Qty Unit Code": "1",
        "Trade Value (US$)": "1000",
    }
    lines = [",".join(f'"{heading}"' for heading in headings)]
    for partner, (kg, flag) in zip(("156", "643"), kg_and_flags, strict=True):
        row = known | {"Partner Code": partner, "Netweight (kg)": kg, "Flag": flag}
        lines.append(",".join(row.get(heading, "") for heading in headings))
    return lines


@pytest.mark.parametrize(("flag", "is_estimated"), [("0", False), ("4", True), ("6", True)])
def test_that_quantities_estimated_by_the_publisher_are_flagged(
    store: Path, reference: Reference, flag: str, is_estimated: bool
) -> None:
    add_file(store, "comtrade", "comtrade.csv", write_comtrade([("400", "0"), ("800", flag)]))
    found = read_statistics(store, reference)
    assert read_cell(found.kg) == 1200
    assert (CellFlag.ESTIMATED in read_flags(found)) == is_estimated


# --- The store over several imports ---


def test_that_a_second_import_leaves_the_first_one_in_place(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 400, 10, year=2017))
    first = (store / "0001-tidy.parquet").read_bytes()
    add_tidy(store, own("import", 800, 20))
    found = read_statistics(store, reference)
    assert [read_cell(found.pieces, year=year) for year in (2017, 2018)] == [10, 20]
    assert (store / "0001-tidy.parquet").read_bytes() == first


def test_that_replacing_a_year_leaves_the_other_years_in_place(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 400, 10, year=2017), own("import", 400, 10))
    add_tidy(store, own("import", 800, 20), replace=True)
    found = read_statistics(store, reference)
    assert [read_cell(found.pieces, year=year) for year in (2017, 2018)] == [10, 20]


def test_that_a_store_takes_no_figures_of_another_country(store: Path) -> None:
    add_tidy(store, own("import", 400, 10))
    table, mapping = write_tidy(store.parent / "input", [own("import", 400, 10)], "other.csv")
    with pytest.raises(InputError, match=r"\[TRD-017\].*the store of KAZ, expected a store of UZB"):
        import_trade([table], "tidy", "UZB", store, ImportOptions(mapping=mapping))
    assert StoreList.model_validate_json((store / LIST_FILE).read_bytes()).country == "KAZ"


# --- What is refused, and what is recorded ---


def test_that_the_record_names_the_hash_of_every_import(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    found = read_statistics(store, reference)
    contents = StoreList.model_validate_json((store / LIST_FILE).read_bytes())
    assert found.record["store"] == {"0001-tidy.parquet": contents.imports[0].hash}
    assert found.record["country"] == "KAZ"
    assert found.record["options"]["mass_from"] == "pieces"


def test_that_there_must_be_a_store(tmp_path: Path, reference: Reference) -> None:
    with pytest.raises(InputError, match=r"\[TRD-017\].*no trade.json"):
        read_statistics(tmp_path, reference)


def test_that_an_empty_store_is_told(tmp_path: Path, reference: Reference) -> None:
    (tmp_path / LIST_FILE).write_text(StoreList(country="KAZ").model_dump_json(), encoding="utf-8")
    with pytest.raises(InputError, match=r"\[TRD-017\].*an empty store"):
        read_statistics(tmp_path, reference)


def test_that_a_store_whose_file_is_gone_is_told(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    (store / "0001-tidy.parquet").unlink()
    with pytest.raises(InputError, match=r"\[TRD-017\].*0001-tidy.parquet, which is not there"):
        read_statistics(store, reference)


def test_that_a_damaged_list_is_told(store: Path, reference: Reference) -> None:
    add_tidy(store, own("import", 4000, 100))
    (store / LIST_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"\[TRD-017\].*expected the list of a store"):
        read_statistics(store, reference)


def test_that_all_options_that_cannot_be_are_told_at_once(tmp_path: Path, reference: Reference) -> None:
    options = StatisticsOptions({"miror": True}, least_cover=-0.5, used_share=1.5, absurd_factor=1.0)
    with pytest.raises(InputError) as raised:
        read_statistics(tmp_path, reference, options)
    assert [(problem.code, problem.where) for problem in raised.value.problems] == [
        ("TRD-024", "option 'corrections'"),
        ("TRD-024", "option 'used_share'"),
        ("TRD-024", "option 'least_cover'"),
        ("TRD-024", "option 'absurd_factor'"),
    ]
    assert "mirror" in raised.value.problems[0].mend
