"""What the robust method assumes before it has seen a figure, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ainalym.errors import Problem


@dataclass(frozen=True, slots=True)
class LevelPrior:
    """What is assumed of a logarithm that moves through the years, for all countries of one product.

    A value is the sum of a profile that all countries share, of a response to the purchasing power of the
    country, of the country's own level, of the country's own movement around it, and of the movement of the
    year alone. All spreads are standard deviations of natural logarithms.

    Parameters
    ----------
    profile_drift
        Yearly step of the shared profile (random walk).
    profile_slope
        Standard deviation of the growth rate of the shared profile.
    slope_damping
        Share of that growth which is left a year later, in [0, 1).
    profile_noise
        Movement of a year alone in the shared profile.
    elasticity
        Expected response to the logarithm of purchasing power.
    elasticity_spread, elasticity_drift
        How far the response of a product may differ from it, and its yearly step: as products spread, poorer
        countries catch up.
    country_spread
        How far the level of a country may lie from the one that its purchasing power suggests.
    persistence
        Share of a country's own movement that is left a year later, in (0, 1).
    shift_share
        Variance of a yearly step of a country's own movement over the variance of the year alone.
    typical_deviation
        Movement of a year alone in a typical series; each product, country and series finds its own.
    """

    profile_drift: float = 0.15
    profile_slope: float = 0.03
    slope_damping: float = 0.7
    profile_noise: float = 0.02
    elasticity: float = 0.8
    elasticity_spread: float = 0.5
    elasticity_drift: float = 0.1
    country_spread: float = 0.6
    persistence: float = 0.9
    shift_share: float = 1.5
    typical_deviation: float = 0.14


UNIT_WEIGHT_PRIOR = LevelPrior(
    profile_drift=0.02,
    profile_slope=0.005,
    profile_noise=0.005,
    elasticity=0.0,
    elasticity_spread=0.0,
    elasticity_drift=0.0,
    country_spread=0.3,
    persistence=0.95,
    shift_share=0.3,
    typical_deviation=0.05,
)
"""Unit weights hardly differ with income and change slowly, so a steady path is expected of them."""


@dataclass(frozen=True, slots=True)
class RobustSettings:
    """Settings of the robust method.

    Parameters
    ----------
    level
        What is assumed of the mass per inhabitant.
    unit_weight
        What is assumed of the unit weight, relative to the reference weight where there is one.
    degrees_of_freedom
        Of the Student distribution of a year's own movement: the smaller, the more wild figures are expected.
    shift_degrees_of_freedom
        The same for the steps of a country's own movement: the smaller, the more breaks in level.
    trusted_weight
        A reported figure stands as it is while its weight in the fit is at least this; below, it is drawn
        towards the fit in proportion. One third is met at 3 standard deviations (of 3 degrees of freedom).
    series_strength, country_strength, product_strength
        Years of figures that a series, a country and a product must have before their own scatter counts as
        much as that of the next larger group.
    profile_strength
        Years that a product must have before its own pace of change counts as much as the usual one.
    smallest_deviation
        No series is taken to be more regular than this.
    ramp
        Years over which a product spreads after its introduction: sales follow 1 - exp(-age / ramp), until
        figures say otherwise.
    iterations
        Rounds of re-weighting.
    coverage
        Probability that the interval of a cell is to hold the figure, in (0, 1).
    """

    level: LevelPrior = LevelPrior()
    unit_weight: LevelPrior = UNIT_WEIGHT_PRIOR
    degrees_of_freedom: float = 3.0
    shift_degrees_of_freedom: float = 2.5
    trusted_weight: float = 1.0 / 3.0
    series_strength: float = 4.0
    country_strength: float = 200.0
    product_strength: float = 20.0
    profile_strength: float = 30.0
    smallest_deviation: float = 0.005
    ramp: float = 25.0
    iterations: int = 10
    coverage: float = 0.9


SHARES = {"slope_damping": (0.0, 0.999), "persistence": (0.001, 0.999)}
"""Smallest and largest value of the settings that are shares; every other one only has to be above 0."""


def check_settings(settings: RobustSettings) -> list[Problem]:
    """Check that the settings lie in their ranges.

    Parameters
    ----------
    settings
        What to check.

    Returns
    -------
    list of Problem
        ``RBM-008`` for each setting that is out of range.
    """
    ranges = {"degrees_of_freedom": (1.0, 1e6), "coverage": (0.01, 0.999), "iterations": (1, 1000)}
    problems = []
    for prior in ("level", "unit_weight"):
        for field in fields(LevelPrior):
            lowest, highest = SHARES.get(field.name, (0.0, 100.0))
            value = getattr(getattr(settings, prior), field.name)
            problems += _check_range(f"{prior}.{field.name}", value, lowest, highest)
    for field in fields(RobustSettings):
        if field.name not in ("level", "unit_weight"):
            lowest, highest = ranges.get(field.name, (1e-9, 1e6))
            problems += _check_range(field.name, getattr(settings, field.name), lowest, highest)
    return problems


def _check_range(name: str, value: float, lowest: float, highest: float) -> list[Problem]:
    """Give a problem where a setting lies outside its range, or is not a number."""
    if lowest <= value <= highest:
        return []
    expected = f"{lowest:g} to {highest:g}"
    return [Problem("RBM-008", f"setting '{name}'", f"{value:g}", expected, "Give a value in this range.")]
