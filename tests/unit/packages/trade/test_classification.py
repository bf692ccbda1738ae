"""Codes to products with shares, unit weights by product and by code, revisions, codes of countries."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.packages.trade.classification import (
    FIRST_YEAR,
    LAST_YEAR,
    CountryTables,
    find_revision,
    list_code_weights,
    list_codes_outside_chapters,
    list_expected_weights,
    list_product_weights,
    list_shares,
)
from ainalym.packages.trade.country_codes import list_country_codes, read_country_codes
from ainalym.packages.trade.tidy import EEE_CHAPTERS, REVISION_YEARS, REVISIONS

NOTHING = CountryTables()
YEARS = np.arange(2010, 2026)

Decision = tuple[str, str, str, float, int, int]


def decide(*decisions: Decision) -> CountryTables:
    """Make the tables of a country with decisions (revision, code, product, share, first and last year)."""
    columns = ["hs_revision", "code", "key", "share", "valid_from", "valid_to"]
    return CountryTables(share_overrides=pd.DataFrame(list(decisions), columns=columns))


def look_up(shares: pd.DataFrame, revision: str, code: str, year: int) -> dict[str, float]:
    rows = shares.query("hs_revision == @revision and code == @code and year == @year")
    return dict(zip(rows["product"], rows["share"], strict=True))


def weigh(rows: list[tuple[str, int, float]], label: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[label, "year", "weight"])


@pytest.mark.parametrize(
    ("year", "revision"),
    [
        (1985, "HS1992"),
        (1992, "HS1992"),
        (1995, "HS1992"),
        (1996, "HS1996"),
        (2001, "HS1996"),
        (2002, "HS2002"),
        (2007, "HS2007"),
        (2011, "HS2007"),
        (2012, "HS2012"),
        (2016, "HS2012"),
        (2017, "HS2017"),
        (2021, "HS2017"),
        (2022, "HS2022"),
        (2040, "HS2022"),
    ],
)
def test_that_a_year_follows_the_revision_in_force(year: int, revision: str) -> None:
    assert find_revision(year) == revision


def test_that_revisions_follow_one_another_in_time() -> None:
    assert all(earlier < later for earlier, later in pairwise(REVISION_YEARS))
    assert [find_revision(year) for year in REVISION_YEARS] == list(REVISIONS)


def test_that_the_shares_of_every_code_sum_to_one_in_every_year(reference: Reference) -> None:
    shares = list_shares(reference, NOTHING, np.arange(1993, 2031))
    totals = shares.groupby(["hs_revision", "code", "year"])["share"].sum()
    # The mapping gives counted shares to four decimals, so that three of them may miss by 0.0002.
    off = totals[~np.isclose(totals, 1.0, rtol=0, atol=2e-4)]
    assert len(totals) > 5000
    assert off.empty, off.head(10).to_string()
    assert shares["share"].between(0, 1, inclusive="right").all()


def test_that_every_mapped_code_has_a_product_in_every_year(reference: Reference) -> None:
    mapping = reference.package.frame("hs_to_product")[["hs_revision", "code"]].drop_duplicates()
    shares = list_shares(reference, NOTHING, YEARS)
    counted = shares.groupby(["hs_revision", "code"])["year"].nunique()
    assert len(counted) == len(mapping)
    assert (counted == len(YEARS)).all()


def test_that_no_product_stands_twice_in_a_code_and_year(reference: Reference) -> None:
    shares = list_shares(reference, NOTHING, YEARS)
    assert not shares.duplicated(["hs_revision", "code", "year", "product"]).any()
    assert set(shares["product"]) <= set(reference.products.index)


@pytest.mark.parametrize(
    ("revision", "code", "year", "expected"),
    [
        ("HS2012", "852872", 2013, {"0408": 1.0}),
        ("HS2017", "852872", 2019, {"0408": 1.0}),
        ("HS2022", "852872", 2023, {"0408": 1.0}),
        ("HS2012", "854140", 2013, {"0002": 1.0}),
        ("HS2017", "854140", 2019, {"0002": 1.0}),
        ("HS2012", "852859", 2013, {"0309": 1.0}),
        ("HS2007", "852872", 2011, {"0404": 0.0936, "0407": 0.6731, "0408": 0.2333}),
        ("HS2007", "854140", 2011, {"0002": 0.9, "0505": 0.1}),
        ("HS2007", "852859", 2011, {"0308": 0.4667, "0309": 0.5333}),
    ],
)
def test_that_decided_shares_replace_counted_ones_where_they_hold(
    reference: Reference, revision: str, code: str, year: int, expected: dict[str, float]
) -> None:
    shares = list_shares(reference, NOTHING, YEARS)
    assert look_up(shares, revision, code, year) == expected


@pytest.mark.parametrize("code", ["852872", "854140", "852859"])
def test_that_counted_shares_return_before_a_decision_begins(reference: Reference, code: str) -> None:
    shares = list_shares(reference, NOTHING, np.array([2011, 2012]))
    assert len(look_up(shares, "HS2012", code, 2011)) > 1
    assert len(look_up(shares, "HS2012", code, 2012)) == 1


def test_that_only_shares_by_count_are_marked_as_counted(reference: Reference) -> None:
    shares = list_shares(reference, NOTHING, np.array([2011, 2012]))
    televisions = shares[(shares["hs_revision"] == "HS2012") & (shares["code"] == "852872")]
    assert televisions.groupby("year")["is_counted"].all().to_dict() == {2011: True, 2012: False}
    single = shares[(shares["hs_revision"] == "HS2012") & (shares["code"] == "841821")]
    assert not single["is_counted"].any()


def test_that_every_decision_of_the_reference_says_why(reference: Reference) -> None:
    decisions = reference.package.frame("share_overrides")
    assert (decisions["reason"].str.len() > 20).all()
    assert (decisions["valid_from"] <= decisions["valid_to"]).all()


def test_that_a_decision_of_the_country_goes_before_one_of_the_reference(reference: Reference) -> None:
    country = decide(
        ("HS2017", "852872", "0407", 0.25, 2018, 2019), ("HS2017", "852872", "0408", 0.75, 2018, 2019)
    )
    shares = list_shares(reference, country, YEARS)
    by_year = {year: look_up(shares, "HS2017", "852872", year) for year in range(2017, 2021)}
    assert by_year == {
        2017: {"0408": 1.0},
        2018: {"0407": 0.25, "0408": 0.75},
        2019: {"0407": 0.25, "0408": 0.75},
        2020: {"0408": 1.0},
    }


def test_that_a_decision_leaves_other_codes_and_revisions_alone(reference: Reference) -> None:
    country = decide(("HS2017", "852872", "0407", 1.0, 2010, 2025))
    before, after = list_shares(reference, NOTHING, YEARS), list_shares(reference, country, YEARS)

    def leave_out(shares: pd.DataFrame) -> pd.DataFrame:
        is_decided = (shares["hs_revision"] == "HS2017") & (shares["code"] == "852872")
        return shares[~is_decided].reset_index(drop=True)

    pd.testing.assert_frame_equal(leave_out(before), leave_out(after))


def test_that_a_country_may_give_a_product_to_a_code_without_one(reference: Reference) -> None:
    country = decide(("HS2017", "847989", "0201", 1.0, 2018, 2018))
    shares = list_shares(reference, country, YEARS)
    assert look_up(shares, "HS2017", "847989", 2018) == {"0201": 1.0}
    assert look_up(shares, "HS2017", "847989", 2019) == {}


def test_that_a_code_decided_to_be_no_product_has_no_share(reference: Reference) -> None:
    shares = list_shares(reference, decide(("HS2017", "841821", "0108", 0.0, 2018, 2018)), YEARS)
    assert look_up(shares, "HS2017", "841821", 2018) == {}
    assert look_up(shares, "HS2017", "841821", 2019) == {"0108": 1.0}


def test_that_the_order_of_decisions_does_not_matter(reference: Reference) -> None:
    decisions = [
        ("HS2017", "852872", "0407", 0.25, 2018, 2019),
        ("HS2017", "852872", "0408", 0.75, 2018, 2019),
        ("HS2017", "854140", "0002", 1.0, 2018, 2019),
    ]
    forth = list_shares(reference, decide(*decisions), YEARS)
    back = list_shares(reference, decide(*decisions[::-1]), YEARS)
    pd.testing.assert_frame_equal(forth, back)


def test_that_every_mapped_product_has_a_weight_in_every_year(reference: Reference) -> None:
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    weights = list_product_weights(reference, NOTHING, years)
    products = set(list_shares(reference, NOTHING, YEARS)["product"])
    assert products <= set(weights["product"])
    assert (weights.groupby("product")["year"].nunique() == len(years)).all()
    assert (weights["weight"] > 0).all()


def test_that_weights_are_held_outside_and_between_their_years(reference: Reference) -> None:
    country = CountryTables(unit_weights=weigh([("0108", 2015, 50.0), ("0108", 2018, 60.0)], "key"))
    weights = list_product_weights(reference, country, np.arange(2013, 2021))
    own = weights[weights["product"] == "0108"].set_index("year")["weight"]
    assert own.tolist() == [50.0, 50.0, 50.0, 50.0, 50.0, 60.0, 60.0, 60.0]


def test_that_a_weight_of_the_country_replaces_that_of_the_reference_alone(reference: Reference) -> None:
    country = CountryTables(unit_weights=weigh([("0108", 2015, 50.0)], "key"))
    before = list_product_weights(reference, NOTHING, YEARS).set_index(["product", "year"])["weight"]
    after = list_product_weights(reference, country, YEARS).set_index(["product", "year"])["weight"]
    changed = before.index[before != after.reindex(before.index)]
    assert set(changed.get_level_values("product")) == {"0108"}
    assert (after.loc["0108"] == 50.0).all()


@pytest.mark.parametrize("table", [None, weigh([], "code")], ids=["no table", "an empty table"])
def test_that_there_are_no_code_weights_without_a_table(table: pd.DataFrame | None) -> None:
    found = list_code_weights(CountryTables(code_weights=table), YEARS)
    assert found.empty
    assert found.columns.tolist() == ["code", "year", "weight"]


def test_that_code_weights_are_held_over_the_years_asked_for() -> None:
    country = CountryTables(code_weights=weigh([("841821", 2015, 48.0), ("847130", 2017, 2.0)], "code"))
    found = list_code_weights(country, np.array([2014, 2018])).set_index(["code", "year"])["weight"]
    assert found.to_dict() == {
        ("841821", 2014): 48.0,
        ("841821", 2018): 48.0,
        ("847130", 2014): 2.0,
        ("847130", 2018): 2.0,
    }


def test_that_a_code_is_expected_between_its_lightest_and_heaviest_product(reference: Reference) -> None:
    expected = list_expected_weights(reference, NOTHING, np.array([2019])).set_index(["hs_revision", "code"])
    weights = list_product_weights(reference, NOTHING, np.array([2019])).set_index("product")["weight"]
    row = expected.loc[("HS2017", "852872")]
    products = ["0404", "0407", "0408"]
    assert sorted(row["products"].split(";")) == products
    assert (row["low"], row["high"]) == (weights[products].min(), weights[products].max())
    assert (expected["low"] <= expected["high"]).all()


def test_that_a_code_weight_narrows_what_is_expected_of_its_code_alone(reference: Reference) -> None:
    country = CountryTables(code_weights=weigh([("852872", 2019, 12.5)], "code"))
    before, after = (
        list_expected_weights(reference, tables, np.array([2019])).set_index(["hs_revision", "code"])
        for tables in (NOTHING, country)
    )
    assert tuple(after.loc[("HS2017", "852872"), ["low", "high"]]) == (12.5, 12.5)
    others = before.index[before.index.get_level_values("code") != "852872"]
    pd.testing.assert_frame_equal(before.loc[others], after.loc[others])


def test_that_codes_outside_the_chapters_are_those_of_other_chapters(reference: Reference) -> None:
    found = list_codes_outside_chapters(reference)
    assert "630110" in found
    assert found == sorted(set(found))
    assert not {code[:2] for code in found} & set(EEE_CHAPTERS)


def test_that_kazakhstan_is_known_by_each_way_of_writing(reference: Reference) -> None:
    codes = read_country_codes(reference, "KAZ")
    assert (codes.iso3, codes.comtrade) == ("KAZ", "398")
    assert codes.by_system == {"iso3": ("KAZ",), "iso2": ("KZ",), "m49": ("398",)}


def test_that_an_unknown_country_is_told_with_a_near_one(reference: Reference) -> None:
    with pytest.raises(InputError) as raised:
        read_country_codes(reference, "KAX")
    problem = raised.value.problems[0]
    assert (problem.code, problem.got) == ("TRD-023", "'KAX'")
    assert "KAZ" in problem.mend


def test_that_no_code_of_a_country_stands_for_two(reference: Reference) -> None:
    codes = list_country_codes(reference)
    assert not codes.duplicated(["system", "code"]).any()
    assert set(codes["system"]) == {"iso3", "iso2", "m49"}


@pytest.mark.parametrize(("system", "code"), [("m49", "0"), ("iso2", "WORLD"), ("iso3", "WLD")])
def test_that_the_world_is_a_partner(reference: Reference, system: str, code: str) -> None:
    codes = list_country_codes(reference).set_index(["system", "code"])["iso3"]
    assert codes[(system, code)] == "WLD"
