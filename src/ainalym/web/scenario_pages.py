"""The page that builds scenarios: levers, the result beside another scenario, files and permalinks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeAlias

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.reports.draw_scenarios import (
    compose_scenario_table,
    draw_scenario,
    list_scenario_figures,
    name_both,
)
from ainalym.reports.language import Translator
from ainalym.reports.page import Renderer, leave_undrawn, make_figures
from ainalym.results.result import Result
from ainalym.results.scenario_figures import FIGURES, ScenarioRun, check_figure
from ainalym.scenarios.levers import Lever, read_levers
from ainalym.scenarios.reading import BASELINE, ReadScenario, read_source
from ainalym.web.cache import Document, make_document
from ainalym.web.files import draw_picture, split_picture
from ainalym.web.pages import HTML, compose_frame, read_language, read_site
from ainalym.web.scenario_text import name_unnamed, pack_text, read_plain, unpack_text, write_text
from ainalym.web.shelf import Holding
from ainalym.web.site import Site, answer_document, find_visitor
from ainalym.web.wishes import OWN, Packed, ScenarioName, Wish, check_wish, list_titles, read_wish

SCENARIOS = "scenarios"

YAML_MEDIA_TYPE = "application/yaml; charset=utf-8"
JSON = "application/json"

SHOWN_FIGURES = ("ewaste_collected", "material_recovered", "ewaste_generated", "formal_account")
"""Figures of a scenario that have a chart; the table holds them all."""

OFFERED: dict[str, Any] = {
    "levers": [{"lever": "collection", "start": 2026, "end": 2035, "ramp": "linear", "target": 0.5}]
}
"""What the builder begins with: half of the e-waste collected by 2035."""

HIGHEST_FACTOR = 3.0
"""End of the slider of a factor; more can be written in the field beside it."""

router = APIRouter(include_in_schema=False)


Runs: TypeAlias = tuple[ScenarioRun, ScenarioRun]
"""Draws of a scenario and of what it is held against."""


class Pair(NamedTuple):
    """A scenario, and what it is held against.

    Attributes
    ----------
    own
        The scenario.
    other
        What it is held against.
    """

    own: Wish
    other: Wish


@router.get("/{language}/{country}/scenarios")
async def show_scenarios(
    request: Request,
    language: str,
    country: str,
    s: Packed = "",
    against: ScenarioName = BASELINE,
    other: Packed = "",
) -> Response:
    """Show the builder with the scenario of the address, and its result."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    pair = Pair(Wish(OWN, unpack_text(s)) if s else offer_wish(), read_wish(against, other))
    visitor = find_visitor(request)

    def make() -> Document:
        scenario = site.desk.do(visitor, lambda: check_wish(pair.own))
        runs = run_pair(site, holding, pair, visitor)
        return site.desk.do(visitor, lambda: compose(scenario, runs))

    def compose(scenario: ReadScenario, runs: Runs) -> Document:
        translator = site.translators[code]
        page = site.render(
            code,
            "page_scenarios.html.jinja",
            **compose_frame(site, holding, code, SCENARIOS),
            **compose_outcome(translator, pair, runs, site.drawing.draw_svgs),
            levers=describe_levers(holding.result, translator),
            state=dump_state(holding.result, translator, scenario, read_plain(pair.own.text)),
            scenarios=list_titles(code),
        )
        return make_document(page.encode("utf-8"), HTML)

    return answer_document(request, await site.keep((holding.fingerprint, code, SCENARIOS, pair), make))


@router.post("/{language}/{country}/scenarios/result")
async def show_result(
    request: Request,
    language: str,
    country: str,
    scenario: Annotated[dict[str, Any] | str, Body()],
    against: Annotated[str, Body(max_length=40)] = BASELINE,
    other: Annotated[str, Body(max_length=8000)] = "",
) -> Response:
    """Run a scenario of the builder, or a text that was loaded, and give its result as a piece of a page."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    visitor = find_visitor(request)

    def make() -> Document:
        pair, checked = site.desk.do(visitor, read)
        runs = run_pair(site, holding, pair, visitor)
        return site.desk.do(visitor, lambda: compose(pair, checked, runs))

    def read() -> tuple[Pair, ReadScenario]:
        text = scenario if isinstance(scenario, str) else write_text(name_unnamed(scenario, say_own()))
        pair = Pair(Wish(OWN, text), read_wish(against, other))
        return pair, check_wish(pair.own)

    def compose(pair: Pair, checked: ReadScenario, runs: Runs) -> Document:
        outcome = compose_outcome(site.translators[code], pair, runs, leave_undrawn)
        frame = compose_frame(site, holding, code, SCENARIOS)
        body = {
            "html": site.render(code, "result.html.jinja", **frame, **outcome),
            "code": outcome["code"],
            "scenario": plain_scenario(checked, read_plain(pair.own.text)),
        }
        return make_document(json.dumps(body, ensure_ascii=False).encode("utf-8"), JSON)

    return answer_document(request, await site.work(make), "no-store")


@router.get("/{language}/{country}/scenarios/scenario.yaml")
async def save_scenario(
    request: Request, language: str, country: str, s: Packed = "", name: ScenarioName = BASELINE
) -> Response:
    """Give a scenario as a file: that of the address, or an embedded one."""
    read_language(language)
    site, visitor = read_site(request), find_visitor(request)
    await site.open_country(country)

    def make() -> Document:
        wish = read_wish(name, s)
        check_wish(wish)
        return make_document((wish.text or read_source(name)).encode("utf-8"), YAML_MEDIA_TYPE)

    return answer_document(
        request,
        await site.work(lambda: site.desk.do(visitor, make)),
        filename=f"{'scenario' if s else name}.yaml",
    )


@router.get("/{language}/{country}/scenarios/{file}")
async def save_scenario_chart(
    request: Request,
    language: str,
    country: str,
    file: str,
    s: Packed = "",
    against: ScenarioName = BASELINE,
    other: Packed = "",
) -> Response:
    """Give a chart of a scenario as a picture."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    name, ending = split_picture(file, FIGURES)
    pair = Pair(Wish(OWN, unpack_text(s)), read_wish(against, other))
    visitor = find_visitor(request)

    def make() -> Document:
        runs = run_pair(site, holding, pair, visitor)
        spec = draw_scenario(*runs, site.translators[code], check_figure(name))
        return site.workroom.do(visitor, lambda: draw_picture(site.drawing, spec, ending))

    key = (holding.fingerprint, code, "scenario", name, pair, ending)
    return answer_document(request, await site.keep(key, make), filename=f"ainalym-{holding.iso3}-{file}")


def say_own() -> Mapping[str, str]:
    """Say in every language what a scenario is called that has no name yet."""
    return {language: Translator(language).gettext("Own scenario") for language in LANGUAGES}


@cache
def offer_wish() -> Wish:
    """Write the scenario that the builder begins with."""
    return Wish(OWN, write_text(name_unnamed(OFFERED, say_own())))


def run_pair(site: Site, holding: Holding, pair: Pair, visitor: str) -> Runs:
    """Run a scenario and what it is held against."""
    own, other = (site.runner.run(holding, wish, visitor) for wish in pair)
    return own, other


def compose_outcome(translator: Translator, pair: Pair, runs: Runs, render: Renderer) -> dict[str, Any]:
    """Compose figures, charts and table that set two scenarios side by side.

    Parameters
    ----------
    translator
        Language of the page.
    pair
        The scenario, and what it is held against.
    runs
        Draws of both.
    render
        Draws the charts.

    Returns
    -------
    dict
        Names for the template ``result.html.jinja``.
    """
    run, base = runs
    specs = {f"scenario-{name}": draw_scenario(run, base, translator, name) for name in SHOWN_FIGURES}
    figures = dict(zip(SHOWN_FIGURES, make_figures(specs, render).values(), strict=True))
    code = pack_text(pair.own.text)
    other = pack_text(pair.other.text) if pair.other.text else ""
    return {
        "figures": figures,
        "table": compose_scenario_table(run, base, translator),
        "key_figures": list_scenario_figures(run, base, translator),
        "titles": name_both(run, base, translator),
        "draw_count": run.count,
        "code": code,
        "against": "" if other else pair.other.name,
        "other": other,
        "query": f"s={code}&other={other}" if other else f"s={code}&against={pair.other.name}",
    }


def describe_levers(result: Result, translator: Translator) -> list[dict[str, Any]]:
    """Describe the levers for the builder: name, meaning, unit, limits, and what each may act on.

    Parameters
    ----------
    result
        Result whose categories and materials they act on.
    translator
        Language of the page.

    Returns
    -------
    list of dict
        In the order of the table of levers.
    """
    named = {
        "category": _list_names(result, "categories", translator.language),
        "product": _list_names(result, "categories", translator.language),
        "material": _list_names(result, "materials", translator.language),
        "none": [],
    }
    return [_describe_lever(lever, translator, named[lever.acts_on]) for lever in read_levers().values()]


def _describe_lever(lever: Lever, translator: Translator, names: list[tuple[str, str]]) -> dict[str, Any]:
    factor = lever.unit == "factor"
    return {
        "name": lever.name,
        "label": lever.labels[translator.language],
        "definition": lever.definitions[translator.language],
        "unit": "×" if factor else "%",
        "scale": 1 if factor else 100,
        "minimum": lever.minimum,
        "maximum": lever.maximum,
        "slider": min(lever.maximum, HIGHEST_FACTOR) if factor else lever.maximum,
        "neutral": 1.0 if factor else 0.0 if lever.minimum < 0 else 0.5,
        "labels": names,
    }


def _list_names(result: Result, table: str, language: Language) -> list[tuple[str, str]]:
    return [(str(name), result.name_of(table, str(name), language)) for name in result.tables[table].index]


def dump_state(
    result: Result, translator: Translator, scenario: ReadScenario, content: Mapping[str, Any]
) -> str:
    """Write what the script of the builder begins with, as JSON that may stand in a script element."""
    state = {
        "scenario": plain_scenario(scenario, content),
        "levers": describe_levers(result, translator),
        "last": int(result.data["year"].max()),
    }
    return json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")


def plain_scenario(scenario: ReadScenario, content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a checked scenario with its numbers as numbers, as the builder has it."""
    return {
        "name": scenario.titles.model_dump(),
        "description": scenario.description.model_dump(),
        "base": str(content.get("base") or ""),
        "levers": [override.model_dump(mode="json") for override in scenario.layers[-1]],
    }
