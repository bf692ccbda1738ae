from __future__ import annotations

import io
from collections.abc import Callable

import httpx
import numpy as np
import pandas as pd
import pytest

from ainalym.errors import read_error_codes
from ainalym.results.result import Result
from ainalym.results.scenario_figures import FIGURES
from ainalym.scenarios.reading import list_scenarios, read_source

Codes = Callable[[httpx.Response], list[str]]

SERIES = "/api/v1/countries/KAZ/series"
GENERATED = {"quantity": "ewaste_generated"}
RUN = "/api/v1/countries/KAZ/scenarios/run"
COMPARE = "/api/v1/countries/KAZ/scenarios/compare"
VALIDATE = "/api/v1/countries/KAZ/scenarios/validate"


def test_that_the_country_says_what_it_is(client: httpx.Client) -> None:
    (country,) = client.get("/api/v1/countries").json()
    assert country["iso3"] == "KAZ"
    assert country["names"] == {"en": "Kazakhstan", "ru": "Казахстан", "kk": "Қазақстан"}
    assert country["last_year"] == 2050


def test_that_a_series_is_that_of_the_store(client: httpx.Client, drawn: Result) -> None:
    rows = client.get(SERIES, params=GENERATED | {"product": "0306", "first": 2020, "last": 2030}).json()[
        "rows"
    ]
    stored = drawn.data["ewaste_generated"].sel(product="0306", year=slice(2020, 2030))
    assert [row["year"] for row in rows] == stored["year"].values.tolist()
    assert [row["value"] for row in rows] == pytest.approx(stored.values.tolist(), rel=1e-12)


def test_that_a_total_is_summed_and_csv_is_the_same(client: httpx.Client, drawn: Result) -> None:
    asked = GENERATED | {"total": "product", "first": 2022, "last": 2022}
    (row,) = client.get(SERIES, params=asked).json()["rows"]
    assert row["value"] == pytest.approx(float(drawn.data["ewaste_generated"].sel(year=2022).sum()))
    answer = client.get(SERIES, params=asked | {"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    table = pd.read_csv(io.StringIO(answer.text))
    assert float(table["value"].iloc[0]) == pytest.approx(row["value"], rel=1e-7)


def test_that_products_quantities_levers_and_scenarios_are_listed(client: httpx.Client) -> None:
    assert len(client.get("/api/v1/products").json()) == 54
    assert {"ewaste_generated", "stock"} <= {row["name"] for row in client.get("/api/v1/quantities").json()}
    assert "collection" in {row["name"] for row in client.get("/api/v1/levers").json()}
    assert [row["name"] for row in client.get("/api/v1/scenarios").json()] == list_scenarios()


def test_that_the_record_is_that_of_the_run(client: httpx.Client, drawn: Result) -> None:
    record = client.get("/api/v1/countries/KAZ/record").json()
    assert record["ensemble"]["seed"] == drawn.record["ensemble"]["seed"]
    assert record["versions"] == drawn.record["versions"]


def test_that_what_a_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get(SERIES, params=GENERATED | {"total": "product"})
    again = client.get(
        SERIES, params=GENERATED | {"total": "product"}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "no-cache"


def test_that_a_code_is_explained(client: httpx.Client) -> None:
    assert client.get("/api/v1/problems/SCN-005").json()["title"] == read_error_codes()["SCN-005"].title
    assert client.get("/api/v1/problems/XYZ-999").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/countries/XYZ/record", 404, "WEB-002"),
        (f"{SERIES}?quantity=weather", 404, "OPT-004"),
        (f"{SERIES}?quantity=stock&product=9999", 422, "OPT-008"),
        (f"{SERIES}?quantity=stock&first=abc", 422, "WEB-008"),
        (f"{SERIES}?quantity=stock&first=2050&last=2020", 422, "OPT-008"),
        (f"{SERIES}?quantity=material_embedded", 422, "WEB-008"),
        ("/api/v1/nothing", 404, "WEB-002"),
    ],
)
def test_that_a_bad_request_is_answered_with_problem_details(
    client: httpx.Client, codes: Codes, path: str, status: int, code: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert codes(answer)[0] == code
    assert answer.json()["instance"] == path.partition("?")[0]


def test_that_a_method_that_is_not_taken_is_refused(client: httpx.Client, codes: Codes) -> None:
    answer = client.delete("/api/v1/countries")
    assert (answer.status_code, codes(answer)) == (405, ["WEB-009"])


def test_that_an_embedded_scenario_runs_by_name_by_text_and_as_an_object(client: httpx.Client) -> None:
    named, written = (
        client.post(RUN, json={"scenario": scenario, "draws": 16}).json()
        for scenario in ("recovery", read_source("recovery"))
    )
    assert named["figures"] == written["figures"]
    assert [figure["name"] for figure in named["figures"]] == list(FIGURES)
    assert named["draws"] == 16


def test_that_two_scenarios_are_compared_with_the_same_draws(client: httpx.Client) -> None:
    lever = {"lever": "collection", "start": 2026, "end": 2030, "target": 0.4}
    body = {"scenario": {"levers": [lever]}, "draws": 16}
    rows = client.post(COMPARE, json=body).json()["rows"]
    rate = next(row for row in rows if row["name"] == "collection_rate" and row["year"] == 2035)
    assert [rate[end] for end in ("low", "median", "high")] == pytest.approx([40.0] * 3)
    assert rate["difference_median"] > 0
    generated = next(row for row in rows if row["name"] == "ewaste_generated")
    assert generated["difference_low"] == generated["difference_high"] == 0.0


def test_that_the_baseline_is_the_outlook_itself(client: httpx.Client, drawn: Result) -> None:
    assert drawn.draws is not None
    figures = client.post(RUN, json={"scenario": "baseline", "draws": 64}).json()["figures"]
    own = next(figure for figure in figures if figure["name"] == "ewaste_collected")["rows"]
    stored = drawn.draws["ewaste_collected"].transpose("draw", "year")
    wanted = np.quantile(stored.values, 0.5, axis=0)[stored["year"].values >= own[0]["year"]]
    assert [row["median"] for row in own] == wanted.tolist()


def test_that_a_sound_scenario_is_said_to_be_one(client: httpx.Client) -> None:
    answer = client.post(VALIDATE, json={"scenario": read_source("circular")}).json()
    assert answer["titles"]["kk"] == "Айналмалы"
    assert {lever["lever"] for lever in answer["levers"]} >= {"lifetime", "collection"}


NAMES = "name: {en: a, ru: б, kk: б}\ndescription: {en: a, ru: б, kk: б}\n"
ONE = "levers: [{lever: collection, start: 2026, end: 2030, target: %s}]\n"


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        (NAMES + ONE % "1.5", "SCN-005"),
        (NAMES + "levers: [{lever: collecting, start: 2026, end: 2030, target: 0.5}]", "SCN-003"),
        ("a: [", "SCN-001"),
        ("- a list", "SCN-001"),
        (NAMES + "base: ../../secret.yaml\n", "SCN-008"),
        ("a: &a [1]\nb: *a\n", "WEB-012"),
        ("a: !!python/object/apply:os.system [ls]", "WEB-012"),
        ("[" * 20 + "]" * 20, "WEB-012"),
        ("a: [" + "1, " * 9000 + "1]", "WEB-012"),
        ("x" * 33_000, "WEB-012"),
        (
            NAMES + "levers: [" + "{lever: collection, start: 2026, end: 2030, target: 0.5}, " * 61 + "]",
            "WEB-012",
        ),
    ],
    ids=["range", "lever", "syntax", "list", "base", "alias", "tag", "deep", "wide", "long", "levers"],
)
def test_that_a_bad_scenario_is_refused_before_anything_is_run(
    client: httpx.Client, codes: Codes, scenario: str, code: str
) -> None:
    answer = client.post(VALIDATE, json={"scenario": scenario})
    assert (answer.status_code, codes(answer)[0]) == (422, code)
    assert "/tmp" not in answer.text


def test_that_draws_are_limited(client: httpx.Client, codes: Codes) -> None:
    for draws in (0, 1001, 2.5, "many"):
        answer = client.post(RUN, json={"scenario": "baseline", "draws": draws})
        assert (answer.status_code, codes(answer)[0]) == (422, "WEB-008")


def test_that_a_key_that_nobody_knows_is_refused(client: httpx.Client, codes: Codes) -> None:
    answer = client.post(RUN, json={"scenario": "baseline", "speed": 3})
    assert (answer.status_code, codes(answer)[0]) == (422, "WEB-008")


def test_that_a_huge_body_and_a_huge_query_are_refused(client: httpx.Client, codes: Codes) -> None:
    body = client.post(VALIDATE, content=b"x" * 70_000, headers={"Content-Type": "application/json"})
    assert (body.status_code, codes(body)) == (413, ["WEB-003"])
    query = client.get(SERIES, params={"product": "x" * 9000})
    assert (query.status_code, codes(query)) == (413, ["WEB-003"])
