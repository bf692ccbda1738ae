"""What the REST interface answers with, as its description names it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A part of an answer; nothing else stands in it."""

    model_config = ConfigDict(extra="forbid")


class ProblemEntry(Answer):
    """One problem of a request."""

    code: str = Field(description="Stable code, explained at /api/v1/problems/{code}.")
    where: str = Field(description="Place as the caller sees it.")
    got: str = Field(description="What was found there.")
    expected: str = Field(description="What is allowed there.")
    mend: str = Field(description="What to do.")


class ProblemDetails(Answer):
    """All problems of a request, as RFC 9457 asks."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[ProblemEntry]


class Names(Answer):
    """A name in the three languages."""

    en: str
    ru: str
    kk: str


class CountryEntry(Answer):
    """A country whose outlook is served."""

    iso3: str = Field(description="ISO 3166-1 alpha-3 code.")
    names: Names
    first_year: int
    last_year_of_history: int
    last_year: int
    created: str = Field(description="When the outlook was computed, UTC.")
    version: str = Field(description="Version of the program that computed it.")


class ProductEntry(Answer):
    """One of the 54 products."""

    key: str = Field(description="UNU-KEY.")
    names: Names
    category: str = Field(description="Category of WEEE Directive Annex III; 4b are photovoltaic panels.")
    category_names: Names


class QuantityEntry(Answer):
    """A quantity of the vocabulary."""

    name: str
    symbol: str
    unit: str
    dimensions: list[str]
    names: Names
    definition: str
    source: str


class SeriesRow(BaseModel):
    """One value with its labels; which labels there are depends on the quantity."""

    model_config = ConfigDict(extra="allow")

    value: float | None = Field(description="In the unit of the quantity; null where nothing is known.")


class Series(Answer):
    """Values of one quantity."""

    country: str
    quantity: str
    unit: str
    statistic: str = Field(description="central path, or mean, 5 %, 50 % or 95 % quantile of the draws.")
    dimensions: list[str]
    rows: list[SeriesRow]


class LeverEntry(Answer):
    """A lever that a scenario may pull."""

    name: str
    names: Names
    acts_on: str = Field(description="category, product, material or none.")
    unit: str = Field(description="share of a whole, factor on the value of today, or relative change.")
    minimum: float
    maximum: float
    definitions: Names


class PulledLever(Answer):
    """A lever of a scenario with its years and target."""

    lever: str
    applies_to: list[str] = Field(description="Categories, products or materials; all where it is empty.")
    start: int
    end: int
    ramp: str
    target: float
    range: list[float] | None = Field(description="Low and high end of the target in the draws.")
    source: str
    choice: bool


class ScenarioEntry(Answer):
    """A scenario that is sound."""

    name: str = Field(description="Name of an embedded scenario, or own.")
    titles: Names
    description: Names
    levers: list[PulledLever] = Field(description="In the order in which they act, those of its base first.")


class IntervalRow(Answer):
    """A figure of a year: median and 90 % interval."""

    year: int
    low: float
    median: float
    high: float


class FigureEntry(Answer):
    """A figure of a scenario over the years."""

    name: str
    unit: str
    rows: list[IntervalRow]


class ScenarioFigures(Answer):
    """Figures of a scenario."""

    country: str
    draws: int
    scenario: ScenarioEntry
    figures: list[FigureEntry]


class ComparedRow(Answer):
    """A figure of two scenarios in a year, and what the first has more, draw by draw."""

    name: str
    unit: str
    year: int
    low: float
    median: float
    high: float
    base_low: float
    base_median: float
    base_high: float
    difference_low: float
    difference_median: float
    difference_high: float


class ComparedScenarios(Answer):
    """Two scenarios side by side."""

    country: str
    draws: int
    scenario: ScenarioEntry
    against: ScenarioEntry
    rows: list[ComparedRow]


class CodeEntry(Answer):
    """What an error code means."""

    code: str
    title: str
    meaning: str
    mend: str


Record = dict[str, Any]
"""Record of a run: versions, hashes of the data, options, checks, timings."""

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "problems"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "problems": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "where", "got", "expected", "mend"],
                "properties": {
                    name: {"type": "string"} for name in ("code", "where", "got", "expected", "mend")
                },
            },
        },
    },
}
"""The form of problem details, for the description of every answer that is one."""


def describe_refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of an address that are problems, for the description of the interface."""
    meanings = {
        404: "Nothing is at this address",
        413: "The request is too large",
        422: "Something in the request is not possible",
        429: "Too many requests of one visitor",
        503: "The server is busy, or the outlook is gone for the moment",
    }
    content = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": meanings[status], "content": content} for status in statuses}
