"""The table of evidence: every way to get it wrong is told, with file and row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ainalym.calibration.calibrate import calibrate, read_country_evidence
from ainalym.calibration.evidence import Evidence
from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import Model
from ainalym.errors import InputError
from ainalym.results.result import Result

HEADER = (
    "quantity,item,year,vintage,table,products,region,value,unit,standard_error,low,high,ratio,error_group,"
    "shared_error,use,reason,error_grade,source,grade,note\n"
)
GOOD = {
    "quantity": "ewaste_generated",
    "item": "All equipment",
    "year": "2014",
    "vintage": "PRESS",
    "table": "",
    "products": "all",
    "region": "KAZ",
    "value": "150000",
    "unit": "t",
    "standard_error": "30000",
    "low": "",
    "high": "",
    "ratio": "",
    "error_group": "",
    "shared_error": "",
    "use": "enters",
    "reason": "A test.",
    "error_grade": "D",
    "source": "GEM_2024",
    "grade": "B",
    "note": "",
}

Edit = Callable[[Path, str, Callable[[str], str]], None]


def write_rows(folder: Path, edit: Edit, *rows: dict[str, str]) -> str:
    """Put rows of their own in the place of the evidence of the package."""
    lines = [",".join((GOOD | row).values()) + "\n" for row in rows]
    edit(folder, "evidence", lambda _: HEADER + "".join(lines))
    return str(folder)


def read_problems(folder: str, result: Result) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        read_country_evidence(folder, result)
    return tuple(str(problem) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"standard_error": ""}, "CAL-001", "neither a standard error nor both ends of a range"),
        ({"standard_error": "-5"}, "CAL-001", "a standard error of -5"),
        ({"low": "100000", "high": "200000"}, "CAL-001", "a standard error and a range"),
        (
            {"standard_error": "", "low": "200000", "high": "100000"},
            "CAL-001",
            "a range from 200000 to 100000",
        ),
        ({"standard_error": "", "low": "100000"}, "CAL-001", "neither"),
        ({"products": "0198"}, "CAL-002", "'0198'"),
        ({"products": "0104;fridges"}, "CAL-002", "'fridges'"),
        ({"unit": "MW"}, "CAL-003", "t or kg/person or piece for ewaste_generated"),
        ({"quantity": "ewaste_colected"}, "CAL-003", "'ewaste_colected'"),
        ({"year": "1950"}, "CAL-004", "a year from 1980 to 2050"),
        ({"year": "2060"}, "CAL-004", "2060"),
        ({"table": "published"}, "CAL-006", "a value, and table 'published' that holds it too"),
        ({"table": "publishd", "value": ""}, "CAL-006", "Did you mean 'published'?"),
        ({"table": "published", "value": ""}, "CAL-006", "0 rows of table 'published' with year 2014"),
        ({"value": "", "unit": ""}, "CAL-006", "no figure with its unit"),
        ({"value": "0"}, "CAL-007", "a figure above 0"),
        ({"region": "ALA"}, "CAL-008", "'KAZ' for a figure that enters"),
        ({"quantity": "households", "unit": "household"}, "CAL-008", "a quantity that the model computes"),
    ],
)
def test_that_a_wrong_row_is_told_with_its_file_and_row(
    country_folder: Path,
    edit: Edit,
    prior: tuple[Model, Result],
    change: dict[str, str],
    code: str,
    words: str,
) -> None:
    folder = write_rows(country_folder, edit, {}, {"vintage": "OTHER"} | change)
    problems = read_problems(folder, prior[1])
    assert len(problems) == 1
    assert problems[0].startswith(f"[{code}] table 'evidence.csv', row 3, column '")
    assert words in problems[0]


def test_that_two_figures_without_error_may_not_differ(
    country_folder: Path, edit: Edit, prior: tuple[Model, Result]
) -> None:
    exact = {"standard_error": "0"}
    other = exact | {"vintage": "OTHER", "value": "160000"}
    problems = read_problems(write_rows(country_folder, edit, exact, other), prior[1])
    assert len(problems) == 1
    assert problems[0].startswith("[CAL-005] table 'evidence.csv', row 3")
    assert "in row 2" in problems[0]
    same = write_rows(country_folder, edit, exact, exact | {"vintage": "OTHER"})
    assert read_country_evidence(same, prior[1]) is not None


def test_that_all_problems_are_told_at_once(
    country_folder: Path, edit: Edit, prior: tuple[Model, Result]
) -> None:
    wrong = ({"standard_error": ""}, {"unit": "MW", "year": "1950", "vintage": "B"})
    codes = [text[1:8] for text in read_problems(write_rows(country_folder, edit, *wrong), prior[1])]
    assert sorted(codes) == ["CAL-001", "CAL-003", "CAL-004"]


def test_that_a_product_not_sold_yet_cannot_be_evidence(
    country_folder: Path, edit: Edit, prior: tuple[Model, Result]
) -> None:
    row = {"quantity": "stock", "products": "0408", "year": "1985", "unit": "units per 100 households"}
    evidence = read_country_evidence(write_rows(country_folder, edit, row), prior[1])
    assert evidence is not None
    with pytest.raises(InputError, match=r"CAL-007.*'All equipment' of 1985"):
        calibrate(*prior, evidence, RandomStreams(1), draws=64)


def test_that_too_few_draws_are_refused(prior: tuple[Model, Result], evidence: Evidence) -> None:
    with pytest.raises(InputError, match=r"CAL-010.*option --draws"):
        calibrate(*prior, evidence, RandomStreams(1), draws=100)


def test_that_a_country_without_evidence_has_nothing_to_learn_from(
    country_folder: Path, edit: Edit, prior: tuple[Model, Result]
) -> None:
    shown = write_rows(country_folder, edit, {"use": "shown", "standard_error": ""})
    assert read_country_evidence(shown, prior[1]) is None
    document = json.loads((country_folder / "datapackage.json").read_text(encoding="utf-8"))
    document["resources"] = [entry for entry in document["resources"] if entry["name"] != "evidence"]
    (country_folder / "datapackage.json").write_text(json.dumps(document), encoding="utf-8")
    assert read_country_evidence(str(country_folder), prior[1]) is None


def test_that_figures_are_read_in_the_terms_of_the_model(
    country_folder: Path, edit: Edit, prior: tuple[Model, Result]
) -> None:
    per_person = {"unit": "kg/person", "value": "8", "standard_error": "0.8", "vintage": "A"}
    share = {
        "quantity": "stock",
        "unit": "% of households owning",
        "products": "0108;0109",
        "value": "80",
        "standard_error": "",
        "low": "60",
        "high": "100",
        "ratio": "0.8",
    }
    sales = {"quantity": "placed_on_market", "table": "sales", "value": "", "unit": "", "year": "2026"}
    sales |= {"item": "Vacuum cleaners (household)", "products": "", "vintage": "BNS2026"}
    evidence = read_country_evidence(write_rows(country_folder, edit, per_person, share, sales), prior[1])
    assert evidence is not None
    rows = evidence.rows.set_index("vintage")
    at = prior[1].data.sel(year=2014)
    by_quantity = dict(zip(evidence.rows["quantity"], np.exp(evidence.observed), strict=True))
    assert by_quantity["ewaste_generated"] == pytest.approx(8 * float(at["population"]) / 1000.0)
    assert by_quantity["stock"] == pytest.approx(float(at["households"]) * 80 / 100 / 0.8)
    # 315,531 pieces in seven months of twelve.
    assert by_quantity["placed_on_market"] == pytest.approx(315_531 * 12 / 7)
    assert rows.at["BNS2026", "products"] == "0204"
    assert rows.at["PRESS", "deviation"] == pytest.approx(np.log(100 / 60) / (2 * 1.6449), rel=1e-4)
    assert rows.at["A", "deviation"] == pytest.approx(0.0998, abs=1e-4)


def test_that_the_evidence_of_kazakhstan_says_how_far_it_may_be_off(evidence: Evidence) -> None:
    entering = evidence.rows[evidence.enters]
    assert len(entering) == 25
    assert entering["deviation"].between(0.1, 0.5).all()
    assert (evidence.rows["reason"].str.len() > 20).all()
    covariance = evidence.error_covariance
    assert np.allclose(np.sqrt(np.diag(covariance)), entering["deviation"])
    vintages = (entering["item"] + entering["vintage"]).tolist()
    one, other, operator = (
        vintages.index(f"All equipment{name}") for name in ("GEM2020", "REM2021", "ROP2017")
    )
    assert covariance[one, other] / covariance[one, one] == pytest.approx(0.5, abs=0.01)
    assert covariance[one, operator] == 0.0


def test_that_photovoltaics_and_households_are_inputs_and_only_shown(evidence: Evidence) -> None:
    inputs = evidence.rows[evidence.rows["quantity"].isin(["households", "photovoltaic_capacity"])]
    assert len(inputs) == 5
    assert set(inputs["use"]) == {"shown"}
