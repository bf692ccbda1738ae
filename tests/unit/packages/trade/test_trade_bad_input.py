"""Every bad file is refused with its code, its place and a mend, and leaves the store as it was."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")
pytest.importorskip("python_calamine", reason="the extra 'trade' is not installed")

from ainalym.errors import InputError, Problem, read_error_codes
from ainalym.packages.reference import Reference
from ainalym.packages.trade import row_checks, store
from ainalym.packages.trade.country_codes import read_country_codes
from ainalym.packages.trade.engine import EngineLimits
from ainalym.packages.trade.import_options import ImportOptions
from ainalym.packages.trade.importer import import_trade

Refuse = Callable[..., list[Problem]]


@pytest.fixture(scope="session")
def filled_store(trade_files: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a store with one year, so that there is something that a failed import could harm."""
    place = tmp_path_factory.mktemp("filled")
    path = trade_files.write_comtrade(place / "old.csv", [trade_files.comtrade_row(period=2019)])
    import_trade([path], "comtrade", "KAZ", place / "store")
    return place / "store"


def take_picture(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def refuse(filled_store: Path, store_folder: Path) -> Refuse:
    """Import what must be refused, and give the problems; the store must be byte for byte as it was."""
    shutil.copytree(filled_store, store_folder)

    def import_bad(
        *files: Path, source: Any = "comtrade", iso3: str = "KAZ", **options: Any
    ) -> list[Problem]:
        before = take_picture(store_folder)
        with pytest.raises(InputError) as caught:
            import_trade(files, source, iso3, store_folder, ImportOptions(**options))
        assert take_picture(store_folder) == before
        known = read_error_codes()
        for problem in caught.value.problems:
            assert problem.code in known
            assert problem.mend.endswith((".", "?"))
        return list(caught.value.problems)

    return import_bad


def only(problems: list[Problem], code: str) -> Problem:
    assert [problem.code for problem in problems] == [code]
    return problems[0]


def edit_bytes(path: Path, before: bytes, after: bytes) -> Path:
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))
    return path


# The file as a whole


@pytest.mark.parametrize("source", ["comtrade", "bns-hs6", "bns-resources"])
def test_that_a_missing_file_is_named(source: str, refuse: Refuse, tmp_path: Path) -> None:
    problem = only(refuse(tmp_path / "gone.xlsx", source=source), "TRD-001")
    assert "gone.xlsx" in problem.where
    assert problem.mend == "Correct the path."


def test_that_a_file_of_another_publication_is_recognised(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_table(tmp_path / "x.csv", trade_files.API_HEADINGS, [trade_files.api_row()])
    problem = only(refuse(path), "TRD-002")
    assert problem.where == "file 'x.csv', row 1"
    assert "layout of the API (47 columns)" in problem.got
    assert problem.mend == "Run again with --source comtrade-api."


def test_that_a_table_of_no_known_publication_is_told_with_its_headings(
    refuse: Refuse, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,height\nAnna,170\n")
    problem = only(refuse(path), "TRD-002")
    assert "name, height" in problem.got
    assert "--source tidy --mapping FILE" in problem.mend


def test_that_json_without_records_is_told(refuse: Refuse, trade_files: ModuleType, tmp_path: Path) -> None:
    path = trade_files.write_json(tmp_path / "a.json", {"statusCode": 403, "message": "no"})
    problem = only(refuse(path, source="comtrade-api"), "TRD-002")
    assert "statusCode, message" in problem.got


def test_that_another_delimiter_is_told_unless_the_user_vouches_for_it(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv", delimiter=";")
    problem = only(refuse(path), "TRD-003")
    assert problem.where == "file 'x.csv', row 1"
    assert "a semicolon" in problem.got
    assert "--delimiter ';'" in problem.mend
    import_trade([path], "comtrade", "KAZ", store_folder, ImportOptions(delimiter=";"))
    assert [row["year"] for row in trade_files.read_rows(store_folder)] == [2019, 2022]


def test_that_cyrillic_text_in_cp1251_is_recognised_with_its_place(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    row = trade_files.comtrade_row() | {"Commodity": "Холодильники бытовые"}
    path = trade_files.write_comtrade(tmp_path / "x.csv", [row], encoding="cp1251")
    problem = only(refuse(path), "TRD-004")
    assert problem.where.startswith("file 'x.csv', row 2, byte ")
    assert "--encoding cp1251" in problem.mend


def test_that_western_text_is_not_taken_for_cyrillic(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    row = trade_files.comtrade_row() | {"Partner": "Côte d'Ivoire"}
    path = trade_files.write_comtrade(tmp_path / "x.csv", [row], encoding="cp1252")
    assert "--encoding cp1252" in only(refuse(path), "TRD-004").mend


def test_that_a_wrong_letter_far_down_a_file_is_found(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=number) | {"Commodity": "x" * 1000} for number in range(1200)]
    rows.append(trade_files.comtrade_row(code="ХОЛОДЛ"))
    path = trade_files.write_comtrade(tmp_path / "x.csv", rows, encoding="cp1251")
    problem = only(refuse(path), "TRD-004")
    assert problem.where == "file 'x.csv', row 1202"


def test_that_an_encoding_that_does_not_fit_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    row = trade_files.comtrade_row() | {"Commodity": "Изделия"}
    path = trade_files.write_comtrade(tmp_path / "x.csv", [row])
    problem = only(refuse(path, encoding="cp1251"), "TRD-004")
    assert "as said with --encoding" in problem.expected


def test_that_utf_16_without_its_mark_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv")
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16-le"))
    assert only(refuse(path, encoding="utf-16"), "TRD-004").where == "file 'x.csv', byte 1"


def test_that_mixed_line_ends_are_told(refuse: Refuse, trade_files: ModuleType, tmp_path: Path) -> None:
    rows = [trade_files.comtrade_row(), trade_files.comtrade_row()]
    path = trade_files.write_comtrade(tmp_path / "x.csv", rows)
    headings, *lines = path.read_bytes().splitlines()
    path.write_bytes(headings + b"\r\n" + b"\n".join(lines))
    assert only(refuse(path), "TRD-018").got.startswith("lines that end in different ways")


def test_that_an_import_of_no_files_is_told(refuse: Refuse) -> None:
    assert only(refuse(), "TRD-001").got == "none"


@pytest.mark.parametrize(
    ("heading", "renamed"),
    [("Netweight (kg)", "Net weight in kg"), ("Trade Value (US$)", "Trade Value (USD)")],
)
def test_that_a_renamed_column_is_told_with_its_new_name(
    heading: str, renamed: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = edit_bytes(
        trade_files.write_comtrade(tmp_path / "x.csv"), f",{heading},".encode(), f",{renamed},".encode()
    )
    problem = only(refuse(path), "TRD-005")
    assert problem.where == "file 'x.csv', row 1"
    assert problem.got == f"no column '{heading}', but a column '{renamed}'"
    assert f"renamed it to '{renamed}'" in problem.mend


def test_that_a_file_cut_off_on_the_way_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=1 + number, kg=number) for number in range(2000)]
    path = trade_files.write_comtrade(tmp_path / "x.csv.gz", rows)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    problem = only(refuse(path), "TRD-009")
    assert problem.where == "file 'x.csv.gz'"
    assert "compare its size" in problem.mend


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx", "x.json"])
def test_that_a_damaged_container_is_told(
    name: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / name
    if name == "x.json":
        trade_files.write_json(path, [trade_files.api_row()])
    else:
        trade_files.write_table(path, trade_files.API_HEADINGS, [trade_files.api_row()])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    problem = only(refuse(path, source="comtrade-api"), "TRD-009")
    assert name in problem.where
    assert problem.mend.startswith("Fetch the file again")


def test_that_a_file_without_rows_is_empty_in_every_form(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "nothing.csv").write_bytes(b"")
    (tmp_path / "blank.csv").write_bytes(b"\n \n")
    paths = [tmp_path / "nothing.csv", tmp_path / "blank.csv"]
    paths += [trade_files.write_comtrade(tmp_path / f"headings.{form}", []) for form in ("csv", "xlsx")]
    problems = refuse(*paths)
    assert {problem.code for problem in problems} == {"TRD-010"}
    assert [problem.where for problem in problems] == [
        "file 'nothing.csv'",
        "file 'blank.csv'",
        "file 'headings.csv'",
        "file 'headings.xlsx [data]'",
    ]


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"BZh91AY", b"\xfd7zXZ\x00"])
def test_that_an_archive_must_be_unpacked_first(head: bytes, refuse: Refuse, tmp_path: Path) -> None:
    path = tmp_path / "full_v2_202252.zip"
    path.write_bytes(head + bytes(100))
    problem = only(refuse(path, source="comext"), "TRD-019")
    assert "Unpack the archive" in problem.mend


def test_that_a_row_with_a_cell_too_many_is_told_with_its_line(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv")
    with path.open("a", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(
            [*trade_files.comtrade_row(partner=156).values(), "one more"]
        )
    problem = only(refuse(path), "TRD-018")
    assert problem.where == "file 'x.csv', row 3"
    assert (problem.got, problem.expected) == ("36 cells", "35 cells as in the headings")
    assert "fetch the file again if it ends here" in problem.mend


def test_that_a_text_cut_off_in_the_middle_of_a_row_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(
        tmp_path / "x.csv", [trade_files.comtrade_row(partner=p) for p in (0, 156)]
    )
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"841810")])
    assert only(refuse(path), "TRD-018").where == "file 'x.csv', row 3"


# Cells


CELLS = [
    ({"code": "85"}, "TRD-006", "Commodity Code", "'85'", "counted twice"),
    ({"code": "85171"}, "TRD-006", "Commodity Code", "'85171'", "leading nought"),
    ({"code": "841810.0"}, "TRD-006", "Commodity Code", "'841810.0'", "codes into numbers"),
    ({"code": "FRIDGE"}, "TRD-006", "Commodity Code", "'FRIDGE'", "Correct the code"),
    ({"code": "991810"}, "", "", "", ""),
    ({"kg": "60 000"}, "TRD-013", "Netweight (kg)", "'60 000'", "decimal point"),
    ({"kg": -1}, "TRD-013", "Netweight (kg)", "'-1'", "decimal point"),
    ({"pieces": "many"}, "TRD-013", "Qty", "'many'", "decimal point"),
    ({"value": "1,5"}, "TRD-013", "Trade Value (US$)", "'1,5'", "decimal point"),
    ({"period": "202213"}, "TRD-021", "Period", "'202213'", "Correct the period"),
    ({"period": "soon"}, "TRD-021", "Period", "'soon'", "Correct the period"),
    ({"flow": 7}, "TRD-022", "Trade Flow Code", "'7'", "Correct the cell"),
    ({"revision": "S3"}, "TRD-020", "Classification", "'S3'", "--revision"),
]


def test_that_every_unreadable_cell_is_told_at_once_with_row_and_column(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=643)]
    rows += [trade_files.comtrade_row(**change) for change, *_ in CELLS]
    problems = refuse(trade_files.write_comtrade(tmp_path / "x.csv", rows))
    expected = [(line, *case) for line, (_, *case) in enumerate(CELLS, start=3) if case[0]]
    found = [(problem.code, problem.where, problem.got) for problem in problems]
    assert found == [
        (code, f"file 'x.csv', row {line}, column '{column}'", got) for line, code, column, got, _ in expected
    ]
    for problem, (*_, mend) in zip(problems, expected, strict=True):
        assert mend in problem.mend


def test_that_problems_beyond_a_limit_are_counted(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(code="FRIDGE", partner=number) for number in range(250)]
    problems = refuse(trade_files.write_comtrade(tmp_path / "x.csv", rows))
    assert len(problems) == row_checks.PROBLEMS_SHOWN + 1
    assert problems[-1].got == "50 more cells that cannot be read"


@pytest.mark.parametrize(("kg", "implied"), [(60_000_000, " 60,000 kg/piece"), (60, " 0.06 kg/piece")])
def test_that_an_absurd_unit_weight_is_told_with_what_is_usual(
    kg: int, implied: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=156), trade_files.comtrade_row(kg=kg)]
    problem = only(refuse(trade_files.write_comtrade(tmp_path / "x.csv", rows)), "TRD-007")
    assert problem.where == "file 'x.csv', row 3, columns 'Netweight (kg)' and 'Qty'"
    assert implied in problem.got
    assert "about 40.79 kg/piece for product 0108" in problem.expected
    assert "--accept-absurd" in problem.mend


def test_that_accepted_absurd_rows_are_flagged(
    take: Any, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(partner=156), trade_files.comtrade_row(kg=60)]
    summary = take(trade_files.write_comtrade(tmp_path / "x.csv", rows), accept_absurd=True)
    flags = {row["partner"]: row["flags"] for row in trade_files.read_rows(store_folder)}
    assert flags == {"CHN": "", "WLD": "absurd_weight"}
    assert summary.absurd == 1


# Years twice, countries, totals


def test_that_a_year_of_the_store_is_not_imported_again_unless_it_is_replaced(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    rows = [trade_files.comtrade_row(period=2019, kg=61_000), trade_files.comtrade_row(period=2020)]
    path = trade_files.write_comtrade(tmp_path / "new.csv", rows)
    problem = only(refuse(path), "TRD-008")
    assert problem.where == "file 'new.csv'"
    assert "year 2019 of KAZ, import, which was imported from 'old.csv'" in problem.got
    assert "--replace" in problem.mend
    import_trade([path], "comtrade", "KAZ", store_folder, ImportOptions(replace=True))
    masses = {row["year"]: row["kg"] for row in trade_files.read_rows(store_folder)}
    assert masses == {2019: 61_000.0, 2020: 60_000.0}


def test_that_a_year_of_the_store_is_not_imported_again_in_months_or_another_revision(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    for change in ({"period": 201903}, {"period": 2019, "code": "841821", "revision": "H5"}):
        path = trade_files.write_comtrade(tmp_path / "new.csv", [trade_files.comtrade_row(**change)])
        assert "year 2019 of KAZ" in only(refuse(path), "TRD-008").got


def test_that_the_same_row_twice_is_told_with_both_places(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    first = trade_files.write_comtrade(tmp_path / "a.csv")
    second = trade_files.write_comtrade(
        tmp_path / "b.csv", [trade_files.comtrade_row(period=2021), trade_files.comtrade_row()]
    )
    problem = only(refuse(first, second), "TRD-008")
    assert problem.where.startswith("file 'b.csv', row ")
    assert "code 841810 of KAZ, import, 2022, partner WLD 2 times (first in 'a.csv' row 2)" in problem.got
    assert "give the file once" in problem.mend


def test_that_the_same_code_spelt_in_two_ways_is_the_same_row_twice(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {period: a, code: b, flow: c, kg: d}\n")
    row = {"a": "2020", "b": "841821", "c": "import", "d": 5}
    spelt = {"a": " 2020.0", "b": "8418.21 ", "c": " Import", "d": 5}
    path = trade_files.write_table(tmp_path / "x.csv", list(row), [row, spelt])
    problem = only(refuse(path, source="tidy", mapping=mapping), "TRD-008")
    assert problem.where == "file 'x.csv', row 3"


@pytest.mark.parametrize(
    ("change", "got"),
    [({"period": 202203}, "as a year and as months"), ({"revision": "H5"}, "in HS2017 and HS2022")],
)
def test_that_a_year_in_two_forms_is_told(
    change: dict[str, Any], got: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    rows = [trade_files.comtrade_row(), trade_files.comtrade_row(code="841821", **change)]
    problem = only(refuse(trade_files.write_comtrade(tmp_path / "x.csv", rows)), "TRD-008")
    assert got in problem.got


def write_codes(
    trade_files: ModuleType, path: Path, kg_by_code: dict[str, float], period: str = "2020"
) -> Path:
    rows = [
        {"period": period, "flow": "import", "code": code, "kg": kg, "value": 10 * kg}
        for code, kg in kg_by_code.items()
    ]
    path.with_name("codes.yaml").write_text(
        "columns: {period: period, flow: flow, code: code, kg: kg, value: value}\n", encoding="utf-8"
    )
    written: Path = trade_files.write_table(path, list(rows[0]), rows)
    return written


@pytest.mark.parametrize("digits", [8, 10])
def test_that_a_total_that_its_parts_do_not_give_is_told(
    digits: int, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    amounts = {"841821": 4000.0, "841821" + "1" * (digits - 6): 3000.0}
    path = write_codes(trade_files, tmp_path / "x.csv", amounts)
    problem = only(refuse(path, source="tidy", mapping=tmp_path / "codes.yaml"), "TRD-008")
    assert problem.where == "file 'x.csv', row 2"
    assert "4,000 kg, 40,000 USD, beside 1 rows of more digits that sum to 3,000 kg" in problem.got


def test_that_a_total_left_out_beside_its_parts_is_counted(
    take: Callable[..., Any], trade_files: ModuleType, tmp_path: Path
) -> None:
    amounts = {"841821": 4000.0, "84182110": 3000.0, "84182191": 1000.0, "847130": 500.0}
    path = write_codes(trade_files, tmp_path / "x.csv", amounts)
    summary = take(path, source="tidy", mapping=tmp_path / "codes.yaml")
    assert (summary.rows, summary.levels) == (3, {"leaf": 3, "aggregate": 1})
    assert summary.store.contents.imports[0].totals_left_out == 1


@pytest.mark.parametrize(
    ("code", "period"), [("84182110", "2020"), ("841821", "2020"), ("847130", "2020-05")]
)
def test_that_parts_and_months_of_a_year_of_the_store_are_told(
    code: str, period: str, take: Callable[..., Any], trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / "codes.yaml"
    take(write_codes(trade_files, tmp_path / "a.csv", {"841821": 4000.0}), source="tidy", mapping=mapping)
    later = write_codes(trade_files, tmp_path / "b.csv", {code: 3000.0}, period)
    with pytest.raises(InputError) as caught:
        take(later, source="tidy", mapping=mapping)
    assert {problem.code for problem in caught.value.problems} == {"TRD-008"}
    summary = take(later, source="tidy", mapping=mapping, replace=True)
    assert [entry.rows for entry in summary.store.contents.imports] == [1]


def test_that_a_file_without_the_country_and_one_of_totals_alone_are_told_together(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    row = trade_files.comtrade_row
    problems = refuse(
        trade_files.write_comtrade(tmp_path / "china.csv", [row(reporter=156, partner=276)]),
        trade_files.write_comtrade(tmp_path / "totals.csv", [row(code="84", level=2), row(customs="C01")]),
    )
    found = {problem.code: problem for problem in problems}
    assert set(found) == {"TRD-014", "TRD-015"}
    assert found["TRD-014"].where == "file 'china.csv'"
    assert found["TRD-014"].got == "no row of KAZ"
    assert found["TRD-015"].where == "file 'totals.csv'"
    assert "1 rows aggregate, 1 rows part" in found["TRD-015"].got


def test_that_one_bad_file_among_good_ones_stops_all(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    good = trade_files.write_comtrade(tmp_path / "good.csv")
    bad = trade_files.write_comtrade(tmp_path / "bad.csv", [trade_files.comtrade_row(period=2021, code="8")])
    assert only(refuse(good, bad), "TRD-006").where.startswith("file 'bad.csv', row 2")


# Workbooks of the Bureau


def write_sheets(trade_files: ModuleType, path: Path, **changes: Any) -> Path:
    months = changes.get("months", ["январь 2025 года"])
    codes = changes.get("codes", {"841810": [10.0, 160, 70.0]})
    sheet = trade_files.bns_sheet(months, {"г. Алматы": codes}, [10.0, None, 70.0])
    sheet[0][0] = changes.get("title", "Импорт Республики Казахстан")
    return trade_files.write_workbook(path, {"2025": sheet})


def test_that_a_workbook_without_figures_is_called_a_stub(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_workbook(tmp_path / "446906.xlsx", {"Метаданные": [["Метаданные"]]})
    problem = only(refuse(path, source="bns-hs6"), "TRD-011")
    assert "KB without a sheet of figures" in problem.got
    assert "fetch the file again later" in problem.mend


def test_that_the_two_workbooks_of_the_bureau_are_told_apart(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    table = trade_files.write_workbook(tmp_path / "r.xlsx", {"1": [["x"]], "2": [["x"]]})
    assert "--source bns-resources" in only(refuse(table, source="bns-hs6"), "TRD-002").mend
    trade = write_sheets(trade_files, tmp_path / "446906.xlsx")
    problem = only(refuse(trade, source="bns-resources"), "TRD-012")
    assert problem.got == "no sheet '1', but '2025'"
    csv_file = trade_files.write_comtrade(tmp_path / "x.csv")
    assert "another kind (text)" in only(refuse(csv_file, source="bns-hs6"), "TRD-002").got


def test_that_another_table_on_the_sheet_of_products_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_workbook(tmp_path / "r.xlsx", {"1": [["x"]] * 20})
    problem = only(refuse(path, source="bns-resources"), "TRD-002")
    assert problem.got == "no heading 'Фактически за'"


def test_that_cells_of_the_foreign_trade_workbook_are_told_with_sheet_row_and_column(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    codes = {"841810": [10.0, "много", 70.0], "10121": [1.0, 1, 1.0], "851713": [1.0, 1, -5.0]}
    path = write_sheets(trade_files, tmp_path / "446906.xlsx", codes=codes)
    problems = refuse(path, source="bns-hs6")
    assert [(problem.code, problem.where) for problem in problems] == [
        ("TRD-013", "file '446906.xlsx' [2025], row 6, column C"),
        ("TRD-006", "file '446906.xlsx' [2025], row 7, column A"),
        ("TRD-013", "file '446906.xlsx' [2025], row 8, column D"),
    ]
    assert "it was '010121'" in problems[1].mend


def test_that_a_month_heading_of_another_form_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = write_sheets(trade_files, tmp_path / "446906.xlsx", months=["январь 2025 года", "2025-02"])
    problem = only(refuse(path, source="bns-hs6"), "TRD-005")
    assert problem.where == "file '446906.xlsx' [2025], row 2, column E"
    assert problem.got == "'2025-02'"


@pytest.mark.parametrize(
    ("column", "unit"),
    [(1, "кг"), (1, "тыс. тонн"), (3, "млн. долл. США"), (3, "долл. США"), (6, "тыс. евро")],
)
def test_that_a_column_in_another_unit_is_told(
    column: int, unit: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    codes = {"841810": [10.0, 100, 70.0] * 2}
    rows = trade_files.bns_sheet(
        ["январь 2025 года", "февраль 2025 года"], {"г. Алматы": codes}, codes["841810"]
    )
    rows[2][column] = unit
    path = trade_files.write_workbook(tmp_path / "446906.xlsx", {"2025": rows})
    problem = only(refuse(path, source="bns-hs6"), "TRD-005")
    assert problem.where == f"file '446906.xlsx' [2025], row 3, column {'ABCDEFG'[column]}"
    assert problem.got == repr(unit)


def test_that_a_workbook_that_does_not_say_its_flow_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = write_sheets(trade_files, tmp_path / "trade.xlsx", title="Внешняя торговля")
    problem = only(refuse(path, source="bns-hs6"), "TRD-022")
    assert "--flow import or --flow export" in problem.mend


def test_that_cells_and_periods_of_the_resources_table_are_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    headings = list(trade_files.MONTHLY_HEADINGS)
    for cell, got in (("n.a.", "'n.a.'"), ("нет данных", "'нет данных'"), (-4, "'-4'"), ("nan", "'nan'")):
        bad_cell = trade_files.resources_sheet(headings, {"Утюги, штук": {"Импорт": [1, 2, 3, cell, 5, 6]}})
        path = trade_files.write_workbook(tmp_path / "cell.xlsx", {"1": bad_cell})
        problem = only(refuse(path, source="bns-resources"), "TRD-013")
        assert (problem.where, problem.got) == ("file 'cell.xlsx' [1], row 5, column E", got)
    headings[3] = "всего"
    moved = trade_files.resources_sheet(headings, {"Утюги, штук": {"Импорт": [1, 2, 3, 4, 5, 6]}})
    path = trade_files.write_workbook(tmp_path / "moved.xlsx", {"1": moved})
    problem = only(refuse(path, source="bns-resources"), "TRD-005")
    assert problem.where == "file 'moved.xlsx' [1], row 3, column E"
    cloth = trade_files.resources_sheet(trade_files.MONTHLY_HEADINGS, {"Ткани, кв. м": {"Импорт": [1] * 6}})
    path = trade_files.write_workbook(tmp_path / "cloth.xlsx", {"1": cloth})
    assert only(refuse(path, source="bns-resources"), "TRD-010").where == "file 'cloth.xlsx' [1]"


# Mapping files, options, BACI


@pytest.mark.parametrize(
    ("name", "text", "where", "expected"),
    [
        ("m.yaml", "columns: [unclosed", "row 1", "YAML"),
        ("m.yaml", "columns: {period: a, code: b, kg: c}\n", "columns and constants", "flow"),
        ("m.yaml", "columns: {period: a, code: b, flow: c}\n", "columns", "one of kg, pieces, value"),
        ("m.yaml", "columns: {weight: a}\n", "columns > weight", ""),
        ("m.yaml", "columns: {period: a}\nseparator: x\n", "separator", ""),
        ("m.csv", "a,b\n1,2\n", "row 1", "setting, name, value"),
    ],
)
def test_that_a_wrong_mapping_file_is_told_with_its_place(
    name: str, text: str, where: str, expected: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / name
    mapping.write_text(text, encoding="utf-8")
    problems = refuse(trade_files.write_comtrade(tmp_path / "x.csv"), source="tidy", mapping=mapping)
    assert {problem.code for problem in problems} == {"TRD-016"}
    assert problems[0].where.startswith(f"mapping file '{name}', {where}")
    assert expected in problems[0].expected


@pytest.mark.parametrize(
    ("constant", "where", "mend"),
    [
        ("reporter: Kazakhstan", "constants > reporter", "iso3 (KAZ)"),
        ("partner: kz", "constants > partner", "'countries: iso2'"),
        ("flow: imports", "constants > flow", "'import'"),
        ("hs_revision: HS2016", "constants > hs_revision", "HS2017"),
        ("reporter: ''", "constants > reporter", "iso3 (KAZ)"),
    ],
)
def test_that_a_constant_that_is_no_country_flow_or_revision_is_told(
    constant: str, where: str, mend: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.yaml"
    flow = "" if constant.startswith("flow") else ", flow: c"
    mapping.write_text(f"columns: {{period: a, code: b{flow}, kg: d}}\nconstants: {{{constant}}}\n")
    row = {"a": 2020, "b": "841821", "c": "import", "d": 5}
    path = trade_files.write_table(tmp_path / "x.csv", list(row), [row])
    problem = only(refuse(path, source="tidy", mapping=mapping), "TRD-016")
    assert problem.where == f"mapping file 'm.yaml', {where}"
    assert mend in problem.mend


@pytest.mark.parametrize(
    ("reporter", "partner", "column", "word"),
    [("KAZ", "China", "to", "China"), ("Казахстан", "KAZ", "from", "Казахстан"), ("KAZ", "chn", "to", "chn")],
)
def test_that_a_country_in_words_is_told_with_row_and_column(
    reporter: str,
    partner: str,
    column: str,
    word: str,
    refuse: Refuse,
    trade_files: ModuleType,
    tmp_path: Path,
) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {period: a, code: b, flow: c, kg: d, reporter: from, partner: to}\n")
    good = {"a": 2020, "b": "841821", "c": "import", "d": 5, "from": "KAZ", "to": "RUS"}
    path = trade_files.write_table(
        tmp_path / "x.csv", list(good), [good, good | {"from": reporter, "to": partner}]
    )
    problem = only(refuse(path, source="tidy", mapping=mapping), "TRD-036")
    assert problem.where == f"file 'x.csv', row 3, column '{column}'"
    assert problem.got == repr(word)
    assert "iso3" in problem.expected


def test_that_a_delimiter_that_the_file_does_not_have_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {period: a, code: b, flow: c, kg: d}\n")
    row = {"a": 2020, "b": "841821", "c": "import", "d": 5}
    path = trade_files.write_table(tmp_path / "x.csv", list(row), [row])
    problem = only(refuse(path, source="tidy", mapping=mapping, delimiter=";"), "TRD-003")
    assert "a comma" in problem.got
    assert "a semicolon" in problem.expected
    assert "--delimiter ','" in problem.mend


def test_that_a_sheet_that_the_mapping_names_must_be_there(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {period: a, code: b, flow: c, kg: d}\nsheet: Data\n")
    path = trade_files.write_workbook(tmp_path / "x.xlsx", {"data": [["a", "b", "c", "d"], [1, 2, 3, 4]]})
    problem = only(refuse(path, source="tidy", mapping=mapping), "TRD-012")
    assert problem.got == "no sheet 'Data', but 'data'"


def test_that_a_baci_file_under_another_name_must_be_given_its_revision(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_table(tmp_path / "mine.csv", trade_files.BACI_HEADINGS, [trade_files.baci_row()])
    problem = only(refuse(path, source="baci"), "TRD-020")
    assert problem.where == "file 'mine.csv'"
    assert "--revision HS2017" in problem.mend


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"source": "comtrad"}, "option 'source'"),
        ({"revision": "HS2023"}, "option 'revision'"),
        ({"source": "tidy"}, "option 'mapping'"),
        ({"absurd_factor": 1.0}, "option 'absurd_factor'"),
        ({"absurd_factor": float("nan")}, "option 'absurd_factor'"),
        ({"encoding": "cp12511"}, "option 'encoding'"),
    ],
)
def test_that_an_impossible_option_is_told_before_a_file_is_opened(
    options: dict[str, Any], where: str, refuse: Refuse, tmp_path: Path
) -> None:
    assert only(refuse(tmp_path / "never-opened.csv", **options), "TRD-024").where == where


def test_that_workbooks_of_the_bureau_are_for_kazakhstan_alone(
    trade_files: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        import_trade([tmp_path / "x.xlsx"], "bns-hs6", "UZB", tmp_path / "store")
    assert only(list(caught.value.problems), "TRD-014").got == "country UZB"
    assert not (tmp_path / "store").exists()


def test_that_a_country_without_codes_is_told(reference: Reference) -> None:
    with pytest.raises(InputError) as caught:
        read_country_codes(reference, "KAS")
    problem = only(list(caught.value.problems), "TRD-023")
    assert problem.got == "'KAS'"
    assert "KAZ" in problem.mend


# The store


def test_that_the_store_of_another_country_is_left_alone(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    problem = only(refuse(trade_files.write_comtrade(tmp_path / "x.csv"), iso3="UZB"), "TRD-017")
    assert problem.got == "the store of KAZ"


def test_that_a_damaged_store_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv")
    table = next(store_folder.glob("*.parquet"))
    table.rename(table.with_suffix(".away"))
    problem = only(refuse(path), "TRD-017")
    assert f"{table.name}, which is not there" in problem.got
    (store_folder / "trade.json").write_text("{")
    assert "Move the folder away" in only(refuse(path), "TRD-017").mend
    with pytest.raises(InputError, match="TRD-017"):
        store.open_store(tmp_path / "nowhere")


def test_that_a_place_that_cannot_be_written_is_told(trade_files: ModuleType, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(InputError) as caught:
        import_trade([trade_files.write_comtrade(tmp_path / "x.csv")], "comtrade", "KAZ", blocked / "store")
    problem = only(list(caught.value.problems), "TRD-025")
    assert "--out" in problem.mend
    assert blocked.read_text() == "in the way"


def test_that_an_import_that_cannot_be_put_on_the_list_does_not_count(
    refuse: Refuse,
    trade_files: ModuleType,
    tmp_path: Path,
    store_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replace = Path.replace

    def fail_at_the_list(self: Path, target: Path) -> Path:
        if Path(target).name == store.LIST_FILE:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_at_the_list)
    before = store.open_store(store_folder)
    with pytest.raises(InputError) as caught:
        import_trade([trade_files.write_comtrade(tmp_path / "x.csv")], "comtrade", "KAZ", store_folder)
    assert only(list(caught.value.problems), "TRD-025").got == "permission denied"
    assert store.open_store(store_folder) == before


def test_that_a_failed_first_import_leaves_no_folder(
    take: Any, trade_files: ModuleType, tmp_path: Path, store_folder: Path
) -> None:
    with pytest.raises(InputError, match="TRD-006"):
        take(trade_files.write_comtrade(tmp_path / "x.csv", [trade_files.comtrade_row(code="8")]))
    assert not store_folder.exists()


def test_that_a_memory_limit_must_be_an_amount(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv")
    problem = only(refuse(path, limits=EngineLimits(memory="a lot")), "TRD-026")
    assert problem.where == "option 'memory'"
    assert "512MB" in problem.expected


def test_that_too_little_memory_leaves_the_store_as_it_was(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    path = trade_files.write_comtrade(tmp_path / "x.csv")
    problem = only(refuse(path, limits=EngineLimits(memory="1MB")), "TRD-026")
    assert "--memory" in problem.mend


def test_that_bytes_that_are_no_text_are_told(refuse: Refuse, tmp_path: Path) -> None:
    path = tmp_path / "photo.csv"
    path.write_bytes(bytes(range(256)) * 8)
    (problem,) = refuse(path)
    assert (problem.code, problem.got) == ("TRD-002", "bytes that are no text")


@pytest.mark.parametrize("source", ["comtrade", "bns-hs6", "bns-resources"])
def test_that_a_folder_is_no_file(source: str, refuse: Refuse, tmp_path: Path) -> None:
    (problem,) = refuse(tmp_path, source=source)
    assert (problem.code, problem.got) == ("TRD-001", "a folder")


def test_that_problems_of_files_and_of_rows_are_told_together(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    whole = trade_files.write_comtrade(tmp_path / "whole.csv.gz", [trade_files.comtrade_row()])
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(whole.read_bytes()[:-12])
    row = trade_files.comtrade_row(code="84X810")
    problems = refuse(cut, trade_files.write_comtrade(tmp_path / "code.csv", [row]))
    assert [problem.code for problem in problems] == ["TRD-009", "TRD-006"]


@pytest.mark.parametrize(
    ("month", "code", "got"),
    [("янв. 25", "TRD-005", "'янв. 25'"), ("", "TRD-005", "no month")],
)
def test_that_a_bureau_workbook_without_its_months_is_told(
    month: str, code: str, got: str, refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    sheet = trade_files.bns_sheet([month], {"Абай": {"841810": [1.0, 2.0, 3.0]}}, [1.0, 2.0, 3.0])
    path = trade_files.write_workbook(tmp_path / "Импорт.xlsx", {"2025": sheet})
    (problem,) = refuse(path, source="bns-hs6")
    assert (problem.code, problem.got) == (code, got)


def test_that_a_bureau_workbook_without_codes_is_told(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    sheet = trade_files.bns_sheet(["январь 2025 года"], {"Абай": {}}, [1.0, 2.0, 3.0])
    path = trade_files.write_workbook(tmp_path / "Импорт.xlsx", {"2025": sheet})
    (problem,) = refuse(path, source="bns-hs6")
    assert (problem.code, problem.got) == ("TRD-010", "no code with an amount")


def test_that_a_mapping_file_that_is_not_there_is_told_without_words_of_the_system(
    refuse: Refuse, trade_files: ModuleType, tmp_path: Path
) -> None:
    table = trade_files.write_comtrade(tmp_path / "table.csv")
    (problem,) = refuse(table, source="tidy", mapping=tmp_path / "none.yaml")
    assert (problem.code, problem.got) == ("TRD-016", "no such file or directory")
