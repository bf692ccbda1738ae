"""The command line as a user has it: a process of its own, its words, its files, its exit status."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import xarray as xr

from ainalym.core.quantities import read_quantities
from ainalym.schemas.run import RunOptions


def run(*arguments: str, folder: Path | None = None, width: int = 200) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ainalym", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env=os.environ | {"COLUMNS": str(width), "PYTHONUTF8": "1", "NO_COLOR": "1"},
    )


@pytest.fixture(scope="module")
def outlook(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("run")
    finished = run("outlook", "KAZ", folder=folder)
    assert finished.returncode == 0, finished.stderr
    return folder / "outlook-KAZ", finished.stdout


def test_that_help_names_every_command() -> None:
    finished = run("--help")
    assert finished.returncode == 0
    for command in ("outlook", "countries", "products", "check", "explain"):
        assert command in finished.stdout
        assert run(command, "--help").returncode == 0


def test_that_help_needs_no_heavy_library() -> None:
    heavy = "{'numpy', 'pandas', 'xarray', 'scipy', 'altair'}"
    code = f"import sys, ainalym.cli; print({heavy} & set(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "set()"


def test_that_the_headline_is_printed(outlook: tuple[Path, str]) -> None:
    printed = outlook[1]
    for word in ("2022", "2030", "2050", "Copper", "Gold", "2025", "GEM2024", "report.html"):
        assert word in printed
    assert "nan" not in printed.lower().split()


def test_that_the_folder_is_complete(outlook: tuple[Path, str]) -> None:
    folder = outlook[0]
    arrays = {"outlook.nc", "draws.nc", "quantiles.nc", "means.nc"}
    others = {"tables", "exports", "run.json", "report.html"}
    assert {entry.name for entry in folder.iterdir()} == arrays | others
    assert list(folder.parent.iterdir()) == [folder], "nothing half-written is left beside it"


def test_that_the_arrays_say_what_they_are(outlook: tuple[Path, str]) -> None:
    with xr.open_dataset(outlook[0] / "outlook.nc", engine="h5netcdf") as data:
        assert data.attrs["Conventions"].startswith("CF-")
        for name, array in data.data_vars.items():
            quantity = read_quantities()[str(name)]
            assert array.attrs["units"] == quantity.unit
            assert array.attrs["definition"] == quantity.definition
        assert float(data["ewaste_generated"].sel(year=2022).sum()) > 1e5


def test_that_there_is_a_tidy_table_for_every_quantity(outlook: tuple[Path, str]) -> None:
    tables = outlook[0] / "tables"
    with (tables / "quantities.csv").open(encoding="utf-8", newline="") as stream:
        header = {row["name"]: row for row in csv.DictReader(stream)}
    for name, row in header.items():
        central, spread = tables / f"{name}.csv", tables / f"{name}_quantiles.csv"
        values = {central: ["value"], spread: ["mean", "q05", "q25", "q50", "q75", "q95"]}
        written = [path for path in values if path.exists()]
        assert written, f"{name} has a table"
        for path in written:
            with path.open(encoding="utf-8", newline="") as stream:
                assert next(csv.reader(stream)) == [*row["dimensions"].split(), *values[path]]
        assert row["unit"] == read_quantities()[name].unit


def test_that_the_record_tells_how_the_result_came_to_be(outlook: tuple[Path, str]) -> None:
    record = json.loads((outlook[0] / "run.json").read_text(encoding="utf-8"))
    # Sales are evidence where the outlook learns, instead of setting levels.
    assert record["options"] == {**RunOptions().model_dump(), "sales": "evidence"}
    assert record["checks"]["mass_balance_relative_error"] < 1e-9
    assert set(record["packages"]) == {"ainalym-reference", "ainalym-kaz"}
    assert all(
        digest.startswith("sha256:")
        for package in record["packages"].values()
        for digest in package["hashes"].values()
    )


def test_that_an_existing_outlook_is_replaced_only_by_force(outlook: tuple[Path, str]) -> None:
    folder = outlook[0]
    before = (folder / "run.json").read_bytes()
    refused = run("outlook", "KAZ", "--until", "2030", folder=folder.parent)
    assert refused.returncode == 2
    assert "[OUT-001]" in refused.stderr
    assert (folder / "run.json").read_bytes() == before
    copy = folder.parent.parent / f"{folder.parent.name}-copy"
    shutil.copytree(folder, copy)
    forced = run("outlook", "KAZ", "--until", "2030", "--force", "--out", str(copy))
    assert forced.returncode == 0, forced.stderr
    assert json.loads((copy / "run.json").read_text(encoding="utf-8"))["options"]["until"] == 2030
    shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("outlook", "KAX"), "CTY-001", "Did you mean 'KAZ'"),
        (("outlook", "Kazakstan"), "CTY-001", "Kazakhstan"),
        (("outlook", "KAZ", "--until", "1999"), "OPT-001", "2025 to 2100"),
        (("outlook", "KAZ", "--convention", "uniforn"), "OPT-002", "uniform"),
        (("explain", "PKG-999"), "OPT-003", "PKG-"),
        (("check", "/"), "PKG-001", "datapackage.json"),
    ],
)
def test_that_bad_arguments_are_told_without_a_traceback(
    arguments: tuple[str, ...], code: str, word: str, tmp_path: Path
) -> None:
    finished = run(*arguments, folder=tmp_path)
    assert finished.returncode == 2
    assert f"[{code}]" in finished.stderr
    assert word in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_that_check_tells_all_problems_of_a_package(tmp_path: Path) -> None:
    folder = tmp_path / "kaz"
    shutil.copytree(str(files("ainalym").joinpath("countries/kaz")), folder)
    table = folder / "population.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(lines[1].split(",")[2], "-5")
    lines[2] = lines[2].replace(lines[2].split(",")[2], "many")
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    unsealed = run("check", str(folder))
    assert unsealed.returncode == 2
    assert "[PKG-004]" in unsealed.stderr
    sealed = run("check", str(folder), "--seal")
    assert sealed.returncode == 2
    assert "Sealed 1 changed tables: population" in sealed.stdout
    assert "[PKG-008]" in sealed.stderr
    assert "[PKG-009]" in sealed.stderr
    assert "[PKG-004]" not in sealed.stderr


def test_that_check_tells_what_cannot_be_learned_from(tmp_path: Path) -> None:
    folder = tmp_path / "kaz"
    shutil.copytree(str(files("ainalym").joinpath("countries/kaz")), folder)
    table = folder / "evidence.csv"
    before = table.read_text(encoding="utf-8")
    after = before.replace(",39200,", ",,", 1)
    assert after != before
    table.write_text(after, encoding="utf-8")
    told = run("check", str(folder), "--seal")
    assert told.returncode == 2
    assert "[CAL-001] table 'evidence.csv', row" in told.stderr
    assert "Traceback" not in told.stderr


def test_that_a_country_may_come_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(str(files("ainalym").joinpath("countries/kaz")), folder)
    finished = run("outlook", str(folder), "--until", "2030", folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "outlook-KAZ" / "report.html").is_file()


@pytest.mark.parametrize(("language", "word"), [("ru", "Медь"), ("kk", "Мыс")])
def test_that_headline_and_report_speak_the_language(language: str, word: str, tmp_path: Path) -> None:
    finished = run("outlook", "KAZ", "--language", language, "--until", "2030", folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert word in finished.stdout
    page = (tmp_path / "outlook-KAZ" / "report.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}"' in page
    assert word in page


def test_that_lists_are_complete() -> None:
    products = run("products").stdout
    assert all(key in products for key in ("0001", "0306", "1002"))
    assert "Холодильники" in run("products", "--language", "ru").stdout
    assert "KAZ" in run("countries").stdout
    assert "Out of range" in run("explain", "PKG-009").stdout
    assert "OUT-004" in run("explain").stdout
    assert "no problems" in run("check", "KAZ").stdout
