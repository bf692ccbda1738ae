"""The pages of flows: where the e-waste of a year goes under a scenario."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from ainalym.errors import InputError
from ainalym.reports.draw_routes import compose_flow_table, draw_flows
from ainalym.reports.page import make_figures
from ainalym.results.details import check_year
from ainalym.results.result import Result
from ainalym.scenarios.reading import BASELINE
from ainalym.web.cache import Document, make_document
from ainalym.web.files import describe_no_figures, draw_picture, split_picture
from ainalym.web.pages import HTML, compose_frame, read_language, read_site
from ainalym.web.site import answer_document, find_visitor
from ainalym.web.wishes import Packed, ScenarioName, list_titles, read_wish

FLOWS = "flows"

FLOW_YEARS = (2010, 2050)
"""First and last year of the slider of flows."""

FIRST_SHOWN = 2030

Year = Annotated[int, Query(ge=1900, le=2150)]

router = APIRouter(include_in_schema=False)


@router.get("/{language}/{country}/flows")
async def show_flows(
    request: Request,
    language: str,
    country: str,
    year: Year = FIRST_SHOWN,
    scenario: ScenarioName = BASELINE,
    s: Packed = "",
) -> Response:
    """Show where the e-waste of a year goes, under an embedded scenario or that of the address."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    wish = read_wish(scenario, s)
    check_year(holding.result, year)

    visitor = find_visitor(request)

    def make() -> Document:
        result = site.runner.run_central(holding, wish, visitor)
        return site.desk.do(visitor, lambda: compose(result))

    def compose(result: Result) -> Document:
        translator = site.translators[code]
        page = site.render(
            code,
            "page_flows.html.jinja",
            **compose_frame(site, holding, code, FLOWS),
            figures=make_figures({"flow": draw_flows(result, translator, year)}, site.drawing.draw_svgs),
            table=compose_flow_table(result, translator, year),
            year=year,
            years=limit_years(result),
            scenario="" if s else scenario,
            scenarios=list_titles(code),
            own=result.record["scenario"]["titles"][code] if s else "",
            code=s,
            query=f"year={year}&s={s}" if s else f"year={year}&scenario={scenario}",
        )
        return make_document(page.encode("utf-8"), HTML)

    return answer_document(request, await site.keep((holding.fingerprint, code, FLOWS, year, wish), make))


def limit_years(result: Result) -> tuple[int, int]:
    """Give the first and the last year of the slider."""
    years = result.data["year"]
    return max(FLOW_YEARS[0], int(years.min())), min(FLOW_YEARS[1], int(years.max()))


@router.get("/{language}/{country}/flows/{file}")
async def save_flow(
    request: Request,
    language: str,
    country: str,
    file: str,
    year: Year = FIRST_SHOWN,
    scenario: ScenarioName = BASELINE,
    s: Packed = "",
) -> Response:
    """Give the flow of a year as a picture."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    _, ending = split_picture(file, {"flow"})
    wish = read_wish(scenario, s)
    check_year(holding.result, year)
    visitor = find_visitor(request)

    def make() -> Document:
        result = site.runner.run_central(holding, wish, visitor)
        spec = draw_flows(result, site.translators[code], year)
        if spec is None:
            raise InputError(describe_no_figures("flow"))
        return site.workroom.do(visitor, lambda: draw_picture(site.drawing, spec, ending))

    name = f"ainalym-{holding.iso3}-flow-{year}-{wish.name}-{code}.{ending}"
    key = (holding.fingerprint, code, "flow", year, wish, ending)
    return answer_document(request, await site.keep(key, make), filename=name)
