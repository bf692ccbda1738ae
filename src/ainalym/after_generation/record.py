"""What the run record says of scenario, routes and balance."""

from __future__ import annotations

from typing import Any

from ainalym.after_generation.central import AfterGeneration
from ainalym.packages.end_of_life import EndOfLife, find_exchange_rate
from ainalym.scenarios.paths import NEUTRAL
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.run import FIRST_YEAR, LAST_YEAR_OF_HISTORY


def describe_scenario(scenario: ReadScenario, known: EndOfLife, after: AfterGeneration) -> dict[str, Any]:
    """Describe the scenario of a run, for its record.

    Parameters
    ----------
    scenario
        With all its bases.
    known
        Tables of the country.
    after
        Result after generation.

    Returns
    -------
    dict
        Name and texts of the scenario, its levers in the order in which they act, where the shares of routes
        come from, the largest relative error of the balance of materials, and the money of the country for a
        dollar.

    Raises
    ------
    InputError
        [ECO-001] if the currency of the country has no rate.
    """
    return {
        "scenario": {
            "name": scenario.name,
            "titles": scenario.titles.model_dump(),
            "description": scenario.description.model_dump(),
            "present": _read_present(after),
            "levers": [override.model_dump() for override in scenario.overrides],
            "routes_of": "country" if known.from_country else "reference",
            "material_balance_relative_error": float(after.outcome.mass_error.max()),
            "currency": known.currency or "USD",
            "local_money_per_usd": 1.0
            / find_exchange_rate(known.exchange_rates, known.currency or "USD", LAST_YEAR_OF_HISTORY),
            "rate_of_year": LAST_YEAR_OF_HISTORY,
        }
    }


def _read_present(after: AfterGeneration) -> dict[str, float]:
    """Read where every lever stands in the last year of history, as the mean of what it acts on."""
    place = LAST_YEAR_OF_HISTORY - FIRST_YEAR
    levers = {lever: float(values[:, place].mean()) for lever, values in after.conditions.items()}
    return levers | NEUTRAL
