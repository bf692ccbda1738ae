"""What a user may choose about a run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ainalym.schemas.data_package import Frozen

FIRST_YEAR = 1980
"""First year of the outlook: the reference countries begin here."""

LAST_YEAR_OF_HISTORY = 2025
"""Last year whose population and income are figures and not projections."""

LAST_POSSIBLE_YEAR = 2100
"""Last year to which the projections of population reach."""


Correction = Literal["mirror", "re_exports", "partial_years"]
"""Names of the corrections of imported statistics; see ``ainalym.packages.trade.statistics_options``."""

LEAST_COVER = 0.8
"""Share of the value of a flow that partners must hold before their reports stand for the whole flow.

An assumption. The flow is then up to a fifth too low, about as far as mirror statistics differ from the
reports that they stand for by freight and by the time at which goods are counted.
"""


class RunOptions(Frozen):
    """Choices of a run; they are stored with the result."""

    until: int = 2050
    """Last year of the outlook."""
    convention: str = "uniform"
    """When within the year equipment is sold and discarded."""
    composition: Literal["table", "calibrated"] = "table"
    """Composition as in the table, or scaled to published world totals."""
    projection: Literal["table", "profile", "trend"] = "table"
    """Method of projection of each product from the table, or one for all products but photovoltaics."""
    population: str = "medium"
    """Series of the country package that the future population follows."""
    income: str = "ssp2"
    """Series of the country package that the future income follows."""
    sales: Literal["enter", "beside", "evidence"] = "enter"
    """Whether the usable sales of the country set the level of placed on market, only stand beside it, or are
    evidence that a calibration learns from."""
    statistics: Literal["robust", "common", "common_strict", "ignore"] = "robust"
    """How imported statistics of the country are cleaned before they enter, or that they do not."""
    corrections: dict[Correction, bool] = Field(default_factory=dict)
    """Which corrections of imported statistics are switched on or off, by name."""
    least_cover: Annotated[float, Field(ge=0, le=1)] = LEAST_COVER
    """Share of the value of a flow that the partners who report it must hold to stand for a silent
    country."""
    price_years: int = 3
    """How many of the last full years the prices are averaged over."""
    scenario: str = "baseline"
    """Scenario of what follows generation and of the use of products: an embedded one, or a YAML file."""
