"""What the run record says of scenario, routes and balance."""

from __future__ import annotations

from typing import Any

from ainalym.after_generation.central import AfterGeneration
from ainalym.packages.end_of_life import EndOfLife
from ainalym.scenarios.reading import ReadScenario


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
        come from, and the largest relative error of the balance of materials.
    """
    return {
        "scenario": {
            "name": scenario.name,
            "titles": scenario.titles.model_dump(),
            "description": scenario.description.model_dump(),
            "levers": [override.model_dump() for override in scenario.overrides],
            "routes_of": "country" if known.from_country else "reference",
            "material_balance_relative_error": float(after.outcome.mass_error.max()),
            "currency": known.currency,
        }
    }
