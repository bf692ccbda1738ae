"""The REST interface of scenarios: levers, embedded scenarios, check, run, comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import LANGUAGES, get_quantity
from ainalym.results.intervals import ENDS
from ainalym.results.scenario_figures import (
    FIGURES,
    ScenarioRun,
    compare_scenarios,
    compute_scenario_series,
)
from ainalym.scenarios.levers import read_levers
from ainalym.scenarios.reading import BASELINE, list_scenarios
from ainalym.web.cache import Document
from ainalym.web.interface import make_json
from ainalym.web.interface_models import (
    ComparedScenarios,
    LeverEntry,
    ScenarioEntry,
    ScenarioFigures,
    describe_refusals,
)
from ainalym.web.pages import read_site
from ainalym.web.problems import INTERFACE
from ainalym.web.runner import DRAWS
from ainalym.web.scenario_pages import say_own
from ainalym.web.scenario_text import name_unnamed, write_text
from ainalym.web.site import answer_document, find_visitor
from ainalym.web.wishes import OWN, Wish, check_wish

router = APIRouter(prefix=INTERFACE, tags=["scenarios"])

NO_STORE = "no-store"

ScenarioBody = Annotated[
    str | dict[str, Any],
    Field(
        description="Name of an embedded scenario, a scenario as YAML, or the same as an object.",
        examples=[
            "recovery",
            {"levers": [{"lever": "collection", "start": 2026, "end": 2035, "target": 0.5}]},
        ],
    ),
]


class Question(BaseModel):
    """What is asked about a scenario."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scenario: ScenarioBody


class RunQuestion(Question):
    """A scenario to run."""

    draws: int = Field(default=DRAWS, ge=1, le=1000, description="Draws of all uncertain inputs.")


class CompareQuestion(RunQuestion):
    """Two scenarios to run."""

    against: ScenarioBody = BASELINE


@router.get("/levers", response_model=list[LeverEntry])
def list_levers(request: Request) -> Response:
    """List the levers that a scenario may pull, with units and limits."""
    entries = [
        {
            "name": lever.name,
            "names": {str(language): label for language, label in lever.labels.items()},
            "acts_on": lever.acts_on,
            "unit": lever.unit,
            "minimum": lever.minimum,
            "maximum": lever.maximum,
            "definitions": {str(language): text for language, text in lever.definitions.items()},
        }
        for lever in read_levers().values()
    ]
    return answer_document(request, make_json(entries))


@router.get("/scenarios", response_model=list[ScenarioEntry])
def list_embedded(request: Request) -> Response:
    """List the scenarios that travel with the program."""
    return answer_document(request, make_json([describe_wish(Wish(name)) for name in list_scenarios()]))


@router.post(
    "/countries/{iso3}/scenarios/validate",
    response_model=ScenarioEntry,
    responses=describe_refusals(404, 413, 422, 429, 503),
)
async def validate_scenario(request: Request, iso3: str, question: Question) -> Response:
    """Check a scenario without running it; what is wrong is told all at once, with line and column."""
    site = read_site(request)
    await site.open_country(iso3)
    visitor = find_visitor(request)

    def make() -> Document:
        return make_json(describe_wish(read_body(question.scenario)))

    return answer_document(request, await site.work(lambda: site.desk.do(visitor, make)), NO_STORE)


@router.post(
    "/countries/{iso3}/scenarios/run",
    response_model=ScenarioFigures,
    responses=describe_refusals(404, 413, 422, 429, 503),
)
async def run_scenario(request: Request, iso3: str, question: RunQuestion) -> Response:
    """Run a scenario: medians and 90 % intervals of what is collected, recovered, saved and paid."""
    site = read_site(request)
    holding = await site.open_country(iso3)
    visitor = find_visitor(request)

    def make() -> Document:
        wish = site.desk.do(visitor, lambda: read_body(question.scenario))
        run = site.runner.run(holding, wish, visitor, question.draws)
        return make_json(
            {
                "country": holding.iso3,
                "draws": run.count,
                "scenario": describe_wish(wish),
                "figures": [describe_figure(run, name) for name in FIGURES],
            }
        )

    return answer_document(request, await site.work(make), NO_STORE)


@router.post(
    "/countries/{iso3}/scenarios/compare",
    response_model=ComparedScenarios,
    responses=describe_refusals(404, 413, 422, 429, 503),
)
async def compare_two(request: Request, iso3: str, question: CompareQuestion) -> Response:
    """Run two scenarios with the same draws and give their figures and differences in some years."""
    site = read_site(request)
    holding = await site.open_country(iso3)
    visitor = find_visitor(request)

    def make() -> Document:
        asked = (question.scenario, question.against)
        wishes = site.desk.do(visitor, lambda: [read_body(text) for text in asked])
        runs = [site.runner.run(holding, wish, visitor, question.draws) for wish in wishes]
        return make_json(
            {
                "country": holding.iso3,
                "draws": runs[0].count,
                "scenario": describe_wish(wishes[0]),
                "against": describe_wish(wishes[1]),
                "rows": [
                    {**row, "unit": get_quantity(FIGURES[row["name"]].quantity).unit}
                    for row in compare_scenarios(*runs).to_dict("records")
                ],
            }
        )

    return answer_document(request, await site.work(make), NO_STORE)


def read_body(scenario: str | Mapping[str, Any]) -> Wish:
    """Read and check what a body names: an embedded scenario, YAML, or an object."""
    if not isinstance(scenario, str):
        wish = Wish(OWN, write_text(name_unnamed(scenario, say_own())))
    else:
        wish = Wish(scenario) if scenario in list_scenarios() else Wish(OWN, scenario or "{}")
    check_wish(wish)
    return wish


def describe_wish(wish: Wish) -> dict[str, Any]:
    """Describe a scenario with all its levers, those of its bases first.

    Raises
    ------
    InputError
        [SCN-...] and [WEB-012] for what is wrong with it.
    """
    scenario = check_wish(wish)
    return {
        "name": wish.name,
        "titles": {str(language): getattr(scenario.titles, language) for language in LANGUAGES},
        "description": {str(language): getattr(scenario.description, language) for language in LANGUAGES},
        "levers": [override.model_dump(mode="json") for override in scenario.overrides],
    }


def describe_figure(run: ScenarioRun, name: str) -> dict[str, Any]:
    """Describe a figure of a scenario over the years."""
    table = compute_scenario_series(run, name)
    return {
        "name": name,
        "unit": get_quantity(FIGURES[name].quantity).unit,
        "rows": [
            {"year": int(row["year"]), **{end: float(row[end]) for end in ENDS}}
            for row in table.to_dict("records")
        ],
    }
