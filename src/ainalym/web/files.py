"""Files to save: quantities as CSV, all as a workbook or NetCDF, the run record, charts as pictures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection

import pandas as pd
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import Language
from ainalym.errors import InputError, Problem
from ainalym.reports.chart_parts import Spec
from ainalym.reports.charts import draw_chart
from ainalym.results.result import Result
from ainalym.results.store import CENTRAL_LEVEL, dump_arrays, format_table
from ainalym.results.summary import compute_headline, compute_material_summary
from ainalym.web.cache import Document, make_document
from ainalym.web.drawing import DrawingRoom
from ainalym.web.pages import read_language, read_site
from ainalym.web.shelf import Holding
from ainalym.web.site import answer_document, find_visitor

CSV = "text/csv; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NETCDF = "application/x-netcdf"

IMAGES: dict[str, str] = {"png": "image/png", "svg": "image/svg+xml"}

LONGEST_SHEET_NAME = 31
"""Characters that a workbook allows for the name of a sheet."""

LARGEST_SHEET = 20_000
"""Rows up to which a quantity has a sheet of its own; larger ones are in the NetCDF and CSV files."""

router = APIRouter(include_in_schema=False)


@router.get("/{language}/{country}/files/{name}")
async def save_file(request: Request, language: str, country: str, name: str) -> Response:
    """Give a file of the store."""
    read_language(language)
    site = read_site(request)
    holding = await site.open_country(country)
    makers = list_makers(holding)
    if name not in makers:
        raise InputError(
            Problem("WEB-002", "file", repr(name), f"one of {', '.join(makers)}", "Use a link of the page.")
        )

    def make() -> Document:
        return site.workroom.do(find_visitor(request), makers[name])

    document = await site.keep((holding.fingerprint, "file", name), make)
    return answer_document(request, document, filename=f"ainalym-{holding.iso3}-{name}")


@router.get("/{language}/{country}/charts/{file}")
async def save_chart(request: Request, language: str, country: str, file: str) -> Response:
    """Give a chart as a picture."""
    return await save_labelled_chart(
        request, language, country, file.partition(".")[0], f".{file.partition('.')[2]}"
    )


@router.get("/{language}/{country}/charts/{name}/{file}")
async def save_labelled_chart(
    request: Request, language: str, country: str, name: str, file: str
) -> Response:
    """Give the chart of one product, material or measure as a picture."""
    site, code = read_site(request), read_language(language)
    holding = await site.open_country(country)
    label, ending = split_picture(file)

    def make() -> Document:
        return site.workroom.do(
            find_visitor(request), lambda: make_picture(site.drawing, holding, code, name, label, ending)
        )

    document = await site.keep((holding.fingerprint, "chart", code, name, label, ending), make)
    saved = "-".join(part for part in ("ainalym", holding.iso3, name, label, code) if part)
    return answer_document(request, document, filename=f"{saved}.{ending}")


def make_picture(
    drawing: DrawingRoom, holding: Holding, language: Language, name: str, label: str, ending: str
) -> Document:
    """Draw a chart as a picture.

    Raises
    ------
    InputError
        [VIE-001] for an unknown chart, [VIE-003] where the country has no figures for it.
    """
    from ainalym.reports.language import Translator

    spec = draw_chart(holding.result, name, Translator(language), label)
    if spec is None:
        raise InputError(describe_no_figures(name))
    return draw_picture(drawing, spec, ending)


def describe_no_figures(name: str) -> Problem:
    """Describe a chart that the country has no figures for."""
    return Problem(
        "VIE-003", "chart", repr(name), "a chart that the country has figures for", "Draw another."
    )


def draw_picture(drawing: DrawingRoom, spec: Spec, ending: str) -> Document:
    """Draw a specification as a picture.

    Parameters
    ----------
    drawing
        Where it is drawn.
    spec
        Specification of a chart.
    ending
        One of :data:`IMAGES`.

    Returns
    -------
    Document
        The picture.
    """
    body = drawing.draw_png(spec) if ending == "png" else drawing.draw_svgs([spec])[0].encode("utf-8")
    return make_document(body, IMAGES[ending])


def split_picture(file: str, known: Collection[str] = ()) -> tuple[str, str]:
    """Split the name of a picture into what it shows and its ending.

    Parameters
    ----------
    file
        Such as ``flow.png``.
    known
        What it may show; anything if nothing is named.

    Returns
    -------
    tuple of str and str
        Both parts.

    Raises
    ------
    InputError
        [WEB-002] for another ending, or something that is not known.
    """
    name, _, ending = file.partition(".")
    if ending in IMAGES and (not known or name in known):
        return name, ending
    shown = f"one of {', '.join(known)}, with" if known else "a name with"
    expected = f"{shown} the ending {' or '.join(IMAGES)}"
    raise InputError(Problem("WEB-002", "picture", repr(file), expected, "Use a link of the page."))


def list_makers(holding: Holding) -> dict[str, Callable[[], Document]]:
    """List the files of a result and who makes each."""
    result = holding.result
    makers: dict[str, Callable[[], Document]] = {
        "outlook.nc": lambda: make_document(dump_arrays(result.data, CENTRAL_LEVEL), NETCDF),
        "outlook.xlsx": lambda: make_document(make_workbook(result), WORKBOOK),
        "run.json": lambda: make_document(
            json.dumps(dict(result.record), ensure_ascii=False, indent=2).encode("utf-8"), "application/json"
        ),
        "quantities.csv": lambda: _make_csv(result.describe_quantities()),
        "sources.csv": lambda: _make_csv(result.tables["sources"]),
    }
    for quantity in result.data.data_vars:
        makers[f"{quantity}.csv"] = lambda name=str(quantity): _make_csv(result.to_frame(name))  # type: ignore[misc]
    return makers


def _make_csv(table: pd.DataFrame) -> Document:
    return make_document(format_table(table).encode("utf-8"), CSV)


def make_workbook(result: Result) -> bytes:
    """Make a workbook: one sheet per quantity, with units, sources and the run record.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    bytes
        An ``.xlsx`` file.

    Raises
    ------
    InputError
        [EXT-001] if the library of the extra ``web`` is missing.
    """
    from ainalym.core.extras import require_extra

    xlsxwriter = require_extra("xlsxwriter", "web")
    stream = io.BytesIO()
    # Texts that begin like a formula or an address stay texts.
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, plain) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1})
        for name, table in _list_sheets(result).items():
            sheet = workbook.add_worksheet(name[:LONGEST_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(table.columns) - 1, 0), 18)
            sheet.write_row(0, 0, [str(column) for column in table.columns], heading)
            cells = table.astype(object).where(table.notna(), None)
            for position, row in enumerate(cells.itertuples(index=False), start=1):
                sheet.write_row(position, 0, row)
    return stream.getvalue()


def _list_sheets(result: Result) -> dict[str, pd.DataFrame]:
    record = pd.json_normalize(dict(result.record)).T.reset_index()
    record.columns = pd.Index(["entry", "value"])
    sheets = {
        "quantities": result.describe_quantities(),
        "headline": compute_headline(result),
        "materials": compute_material_summary(result),
        "products": result.tables["products"].reset_index(),
    }
    for quantity in result.data.data_vars:
        if result.data[quantity].size <= LARGEST_SHEET:
            sheets[str(quantity)] = result.to_frame(str(quantity))
    return {**sheets, "sources": result.tables["sources"], "run_record": record.astype(str)}
