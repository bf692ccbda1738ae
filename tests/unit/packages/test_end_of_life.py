from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ainalym.errors import InputError
from ainalym.packages.country import read_country
from ainalym.packages.end_of_life import EndOfLife, find_exchange_rate, read_end_of_life
from ainalym.packages.package import read_package
from ainalym.packages.reference import Reference

Edit = Callable[[Path, str, Callable[[str], str]], None]


def read_broken(reference: Reference, folder: Path) -> EndOfLife:
    broken = replace(reference, package=read_package(folder))
    return read_end_of_life(broken, read_country("KAZ", reference))


def test_that_the_tables_of_kazakhstan_are_its_own(reference: Reference) -> None:
    known = read_end_of_life(reference, read_country("KAZ", reference))
    assert known.from_country
    assert known.formal_is_factor
    assert known.currency == "KZT"


def test_that_a_country_without_routes_takes_those_of_the_reference(
    reference: Reference, country_folder: Path
) -> None:
    descriptor = country_folder / "datapackage.json"
    document = json.loads(descriptor.read_text(encoding="utf-8"))
    document["resources"] = [
        entry for entry in document["resources"] if entry["name"] not in {"route_shares", "region_coverage"}
    ]
    descriptor.write_text(json.dumps(document), encoding="utf-8")
    known = read_end_of_life(reference, read_country(str(country_folder), reference))
    assert not known.from_country
    assert not known.formal_is_factor


@pytest.mark.parametrize(
    ("table", "before", "after", "code"),
    [
        ("cherry_picking", "copper,0.03,0.1,0.3", "copper,0.2,0.1,0.3", "EOL-004"),
        (
            "recovery_efficiencies",
            "mechanical,gold,0.15,0.24,0.45",
            "mechanical,gold,0.01,0.02,0.45",
            "EOL-005",
        ),
        ("recovery_efficiencies", "0.15,0.24,0.45,0.95", "0.15,0.24,0.45,0.4", "EOL-006"),
        (
            "treatment_mix",
            "1,manual_dismantling,0.05,0.3,0.7",
            "1,manual_dismantling,0.05,0.4,0.7",
            "EOL-008",
        ),
        ("treatment_mix", "1,mechanical", "1,mecanical", "EOL-009"),
    ],
)
def test_that_what_is_wrong_in_a_table_is_told(
    reference: Reference,
    reference_folder: Path,
    edit: Edit,
    table: str,
    before: str,
    after: str,
    code: str,
) -> None:
    edit(reference_folder, table, lambda text: text.replace(before, after, 1))
    with pytest.raises(InputError, match=code):
        read_broken(reference, reference_folder)


def test_that_a_missing_efficiency_is_told(reference: Reference, reference_folder: Path, edit: Edit) -> None:
    def drop(text: str) -> str:
        return "\n".join(line for line in text.split("\n") if not line.startswith("shredder,gold"))

    edit(reference_folder, "recovery_efficiencies", drop)
    with pytest.raises(InputError, match=r"EOL-007.*shredder, gold"):
        read_broken(reference, reference_folder)


def test_that_a_currency_without_a_rate_is_told(reference: Reference) -> None:
    rates = reference.package.frame("exchange_rates")
    assert find_exchange_rate(rates, "USD", 2024) == 1.0
    assert find_exchange_rate(rates, "KZT", 2024) == pytest.approx(1 / 469.4, rel=1e-4)
    assert find_exchange_rate(rates, "KZT", 2050) == find_exchange_rate(rates, "KZT", 2025)
    with pytest.raises(InputError, match="ECO-001"):
        find_exchange_rate(rates, "KZZ", 2024)
