"""The REST interface is what its description says, asked at random."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from ainalym.web.application import describe_interface

EXAMPLES = 8
"""Questions to each address."""

MOST_DRAWS = 8

schema = schemathesis.openapi.from_dict(describe_interface())

OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}


def ask_about_what_is_there(case: schemathesis.Case) -> None:
    """Name the country of the server and few draws: else nothing but the country would be tested."""
    if "iso3" in case.path_parameters:
        case.path_parameters["iso3"] = "KAZ"
    if isinstance(case.body, dict) and isinstance(case.body.get("draws"), int):
        case.body["draws"] = min(case.body["draws"], MOST_DRAWS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_that_every_answer_fits_the_description(label: str, served: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        ask_about_what_is_there(case)
        answer = case.call(base_url=served.address, timeout=120)
        assert answer.status_code < 500 or answer.status_code == 503
        # A scenario is a language of its own: what its schema lets pass may still be refused, with a code.
        case.validate_response(answer, excluded_checks=[positive_data_acceptance])

    ask()


def test_that_the_description_names_every_address_of_the_interface() -> None:
    assert {label.partition(" ")[2] for label in OPERATIONS} == {
        "/api/v1/countries",
        "/api/v1/countries/{iso3}/record",
        "/api/v1/countries/{iso3}/scenarios/compare",
        "/api/v1/countries/{iso3}/scenarios/run",
        "/api/v1/countries/{iso3}/scenarios/validate",
        "/api/v1/countries/{iso3}/series",
        "/api/v1/levers",
        "/api/v1/problems/{code}",
        "/api/v1/products",
        "/api/v1/quantities",
        "/api/v1/scenarios",
    }
