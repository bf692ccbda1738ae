"""The REST interface: countries, products, quantities, series, record, each with its tag for caches."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from ainalym.core.quantities import LANGUAGES, get_quantity, read_quantities
from ainalym.errors import InputError, Problem, read_error_codes
from ainalym.results.result import Result
from ainalym.results.selection import Selection, select_values
from ainalym.results.store import format_table
from ainalym.web.cache import Document, make_document
from ainalym.web.files import CSV
from ainalym.web.interface_models import (
    CodeEntry,
    CountryEntry,
    ProductEntry,
    QuantityEntry,
    Record,
    Series,
    describe_refusals,
)
from ainalym.web.pages import read_site
from ainalym.web.problems import INTERFACE
from ainalym.web.site import answer_document

JSON = "application/json"

MOST_ROWS = 20_000
"""Rows of an answer in JSON; as CSV there is no limit."""

router = APIRouter(prefix=INTERFACE, tags=["outlook"])

Labels = Annotated[list[str] | None, Query(max_length=100)]


@router.get("/countries", response_model=list[CountryEntry], responses=describe_refusals(503))
def list_countries(request: Request) -> Response:
    """List the countries whose outlooks are served."""
    entries = []
    for iso3, holding in read_site(request).shelf.countries.items():
        result, record = holding.result, holding.result.record
        entries.append(
            {
                "iso3": iso3,
                "names": {language: result.country[language] for language in LANGUAGES},
                "first_year": int(result.data["year"].min()),
                "last_year_of_history": int(record["last_year_of_history"]),
                "last_year": int(result.data["year"].max()),
                "created": str(record["created"]),
                "version": str(record["versions"]["ainalym"]),
            }
        )
    return answer_document(request, make_json(entries))


@router.get("/products", response_model=list[ProductEntry])
def list_products(request: Request) -> Response:
    """List the products (UNU-KEYs) with their categories."""
    shelf = read_site(request).shelf
    result = shelf.countries[shelf.first].result
    entries = [
        {
            "key": str(key),
            "names": _name(result, "products", str(key)),
            "category": str(category),
            "category_names": _name(result, "categories", str(category)),
        }
        for key, category in result.tables["products"]["category"].items()
    ]
    return answer_document(request, make_json(entries))


@router.get("/quantities", response_model=list[QuantityEntry])
def list_quantities(request: Request) -> Response:
    """List the quantities of the vocabulary with unit, axes, definition and source."""
    entries = [
        {
            "name": quantity.name,
            "symbol": quantity.symbol,
            "unit": quantity.unit,
            "dimensions": list(quantity.dimensions),
            "names": {str(language): label for language, label in quantity.labels.items()},
            "definition": quantity.definition,
            "source": quantity.source,
        }
        for quantity in read_quantities().values()
    ]
    return answer_document(request, make_json(entries))


@router.get(
    "/countries/{iso3}/series",
    response_model=Series,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **describe_refusals(404, 422, 429, 503),
    },
)
async def read_series(
    request: Request,
    iso3: str,
    quantity: str,
    product: Labels = None,
    category: Labels = None,
    material: Labels = None,
    region: Labels = None,
    first: Annotated[int | None, Query(ge=1900, le=2150, description="First year.")] = None,
    last: Annotated[int | None, Query(ge=1900, le=2150, description="Last year.")] = None,
    total: Annotated[
        list[Literal["product", "category", "material", "region"]] | None,
        Query(description="Axes to sum over; not for quantities that cannot be summed.", max_length=4),
    ] = None,
    output: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Read the values of a quantity, filtered by labels and years, as JSON or CSV."""
    site = read_site(request)
    holding = await site.open_country(iso3)
    labels = {"product": product, "category": category, "material": material, "region": region}
    selection = Selection(
        quantity=quantity,
        labels={axis: tuple(names) for axis, names in labels.items() if names},
        years=(first, last),
        totals=tuple(total or ()),
    )

    def make() -> Document:
        table = select_values(holding.result, selection)
        if output == "csv":
            return make_document(format_table(table).encode("utf-8"), CSV)
        if len(table) > MOST_ROWS:
            raise InputError(_describe_rows(len(table)))
        rows = json.loads(table.to_json(orient="records", double_precision=15))
        dimensions = [str(name) for name in table.columns if name != "value"]
        return make_json(
            {
                "country": holding.iso3,
                "quantity": quantity,
                "unit": get_quantity(quantity).unit,
                "statistic": "central",
                "dimensions": dimensions,
                "rows": rows,
            }
        )

    key = (holding.fingerprint, "series", selection, output)
    return answer_document(request, await site.compose(request, key, make))


@router.get("/countries/{iso3}/record", response_model=Record, responses=describe_refusals(404, 503))
async def read_record(request: Request, iso3: str) -> Response:
    """Read how the outlook came to be: versions, hashes of the data, options, checks."""
    holding = await read_site(request).open_country(iso3)
    return answer_document(request, make_json(dict(holding.result.record)))


@router.get("/problems/{code}", response_model=CodeEntry, responses=describe_refusals(404))
def explain_problem(request: Request, code: str) -> Response:
    """Explain what an error code means and what to do."""
    entry = read_error_codes().get(code)
    if entry is None:
        raise InputError(
            Problem(
                "WEB-002", "code", repr(code[:40]), "an error code", "See `ainalym explain` for the list."
            )
        )
    return answer_document(request, make_json(entry._asdict()))


def make_json(content: Any) -> Document:
    """Make an answer in JSON."""
    return make_document(json.dumps(content, ensure_ascii=False, allow_nan=False).encode("utf-8"), JSON)


def _name(result: Result, table: str, label: str) -> dict[str, str]:
    return {language: result.name_of(table, label, language) for language in LANGUAGES}


def _describe_rows(count: int) -> Problem:
    return Problem(
        "WEB-008",
        "parameters of the series",
        f"{count} rows",
        f"at most {MOST_ROWS} rows in JSON",
        "Filter by years or labels, sum with total, or ask for format=csv.",
    )
