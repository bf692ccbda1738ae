"""The page that builds scenarios: levers, the result beside another scenario, files and permalinks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import Language
from ainalym.reports.draw_scenarios import (
    compose_scenario_table,
    draw_scenario,
    list_scenario_figures,
    name_both,
)
from ainalym.reports.language import Translator
from ainalym.reports.page import make_figure
from ainalym.results.result import Result
from ainalym.results.scenario_figures import FIGURES, check_figure
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
def show_scenarios(
    request: Request,
    language: str,
    country: str,
    s: Packed = "",
    against: ScenarioName = BASELINE,
    other: Packed = "",
) -> Response:
    """Show the builder with the scenario of the address, and its result."""
    site, code = read_site(request), read_language(language)
    holding = site.open_country(country)
    text = unpack_text(s) if s else write_text(name_unnamed(OFFERED, say_own(site)))
    pair = Pair(Wish(OWN, text), read_wish(against, other))
    scenario = check_wish(pair.own)

    def make() -> Document:
        page = site.render(
            code,
            "page_scenarios.html.jinja",
            **compose_frame(site, holding, code, SCENARIOS),
            **compose_outcome(site, holding, site.translators[code], pair, find_visitor(request)),
            levers=describe_levers(holding.result, site.translators[code]),
            state=dump_state(holding.result, site.translators[code], scenario, read_plain(text)),
            scenarios=list_titles(code),
        )
        return make_document(page.encode("utf-8"), HTML)

    return answer_document(request, site.keep((holding.fingerprint, code, SCENARIOS, pair), make))


@router.post("/{language}/{country}/scenarios/result")
def show_result(
    request: Request,
    language: str,
    country: str,
    scenario: Annotated[dict[str, Any] | str, Body()],
    against: Annotated[str, Body(max_length=40)] = BASELINE,
    other: Annotated[str, Body(max_length=8000)] = "",
) -> Response:
    """Run a scenario of the builder, or a text that was loaded, and give its result as a piece of a page."""
    site, code = read_site(request), read_language(language)
    holding = site.open_country(country)
    text = scenario if isinstance(scenario, str) else write_text(name_unnamed(scenario, say_own(site)))
    pair = Pair(Wish(OWN, text), read_wish(against, other))
    checked = check_wish(pair.own)
    translator = site.translators[code]
    outcome = compose_outcome(site, holding, translator, pair, find_visitor(request), still=False)
    frame = compose_frame(site, holding, code, SCENARIOS)
    piece = site.render(code, "result.html.jinja", **frame, **outcome)
    body = {
        "html": piece,
        "code": outcome["code"],
        "scenario": plain_scenario(checked, read_plain(text)),
    }
    content = json.dumps(body, ensure_ascii=False).encode("utf-8")
    return answer_document(request, make_document(content, JSON), "no-store")


@router.get("/{language}/{country}/scenarios/scenario.yaml")
def save_scenario(
    request: Request, language: str, country: str, s: Packed = "", name: ScenarioName = BASELINE
) -> Response:
    """Give a scenario as a file: that of the address, or an embedded one."""
    read_language(language)
    read_site(request).open_country(country)
    wish = read_wish(name, s)
    check_wish(wish)
    text = wish.text or read_source(name)
    document = make_document(text.encode("utf-8"), YAML_MEDIA_TYPE)
    return answer_document(request, document, filename=f"{'scenario' if s else name}.yaml")


@router.get("/{language}/{country}/scenarios/{file}")
def save_scenario_chart(
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
    holding = site.open_country(country)
    name, ending = split_picture(file, FIGURES)
    pair = Pair(Wish(OWN, unpack_text(s)), read_wish(against, other))
    visitor = find_visitor(request)

    def make() -> Document:
        run, base = (site.runner.run(holding, wish, visitor) for wish in pair)
        spec = draw_scenario(run, base, site.translators[code], check_figure(name))
        return site.workroom.do(visitor, lambda: draw_picture(spec, ending))

    key = (holding.fingerprint, code, "scenario", name, pair, ending)
    return answer_document(request, site.keep(key, make), filename=f"ainalym-{holding.iso3}-{file}")


def say_own(site: Site) -> Mapping[str, str]:
    """Say in every language what a scenario is called that has no name yet."""
    return {language: translator.gettext("Own scenario") for language, translator in site.translators.items()}


def compose_outcome(
    site: Site,
    holding: Holding,
    translator: Translator,
    pair: Pair,
    visitor: str,
    still: bool = True,
) -> dict[str, Any]:
    """Run two scenarios and compose figures, charts and table that set them side by side.

    Parameters
    ----------
    site
        What all requests share.
    holding
        The outlook.
    translator
        Language of the page.
    pair
        The scenario, and what it is held against.
    visitor
        Who asks.
    still
        Whether the charts are drawn already.

    Returns
    -------
    dict
        Names for the template ``result.html.jinja``.
    """
    run, base = (site.runner.run(holding, wish, visitor) for wish in pair)
    figures = {
        name: make_figure(draw_scenario(run, base, translator, name), f"scenario-{name}", still)
        for name in SHOWN_FIGURES
    }
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
