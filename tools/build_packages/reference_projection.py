"""Reference tables of projections: methods, demand groups, technology switches, household sizes.

Levels of ownership are not recalled but computed: the stock of the three groups of EU countries follows from
what they placed on market and how long it lasts, and curves in income are fitted to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from figures import Figures, Record, read_curated, read_decisions
from reference_groups import make_reference_groups, read_country_series, read_groups
from reference_market import make_placed_on_market
from reference_names import make_lifetimes
from tables import Row, format_number

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.cohort import compute_inflow_driven
from ainalym.kernels.growth import CURVES, Curve, compute_saturation_curve
from ainalym.kernels.growth_fit import Fit
from ainalym.kernels.lifetime import Weibull, survival_by_age
from ainalym.kernels.reference_curves import SPREAD, fit_level, fit_switch

GROUPS = ("3", "2", "1")
FIRST_YEAR, LAST_YEAR = 1980, 2021
LAST_REPORTED_YEAR = 2015
"""Placed on market after 2015 is extrapolated by the source."""

PROFILE = "NL-FR-BE"

YEAR_OF_SIZES = 2014

SATURATION_QUANTILE = 1.645
"""Standard deviations from the middle to the ends of a 90 % range."""


@dataclass(frozen=True)
class ReferenceStock:
    """What the reference groups bought and own.

    ``pieces`` and ``stock`` per person, shape (group, year, product); ``income`` in thousand int$2011, shape
    (group, year); ``household_size``, shape (group,); ``products`` are the keys in order.
    """

    products: list[str]
    pieces: FloatArray
    stock: FloatArray
    income: FloatArray
    household_size: FloatArray


def make_projection_methods() -> Iterator[Row]:
    """Make the list of methods, with the reason for each."""
    yield from read_curated("projection_methods.csv")


def make_household_sizes() -> Iterator[Row]:
    """Make the household sizes of 163 countries: the EU in 2014 by the OECD, others by the United Nations."""
    for record in read_curated("household_sizes.csv"):
        yield {
            "area": record["iso3"],
            "size": record["size"],
            "source": record["source"],
            "grade": "B",
            "note": "Latest count, of any year." if record["source"] == "UN_HOUSEHOLDS_2019" else None,
        }


def make_trend_exceptions(figures: Figures) -> Iterator[Row]:
    """Make the exceptions of the official settings."""
    for record in figures.read("cbs/tbl_Extrapolation_exceptions.csv"):
        yield {
            "key": record["UNU_Key"].zfill(4),
            "area": record["Country"] or "all",
            "approach": record["ExtrapolationApproach"],
            "connection_year": _read_year(record["ConnectionYear"]),
            "years_for_trend": _read_year(record["YearsForTrend"]),
            "source": "CBS_WOT_2017",
            "grade": "A",
        }


def _read_year(cell: str) -> int | None:
    return None if cell in ("", "NA") else int(float(cell))


def read_reference_stock(figures: Figures) -> ReferenceStock:
    """Compute the stock of the reference groups from what they placed on market and its lifetime."""
    lifetimes = {row["key"]: row for row in make_lifetimes(figures) if row["profile"] == PROFILE}
    products = sorted(str(key) for key in lifetimes)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    market = {
        (row["group"], row["key"], int(str(row["year"]))): float(str(row["pieces"]))
        for row in make_placed_on_market(figures)
    }
    income = {
        (row["group"], int(str(row["year"]))): float(str(row["income"])) / 1000
        for row in make_reference_groups(figures)
    }
    pieces = np.array([[[market[g, k, y] for k in products] for y in years] for g in GROUPS])
    shape, scale = (
        np.array([float(str(lifetimes[k][name])) for k in products]) for name in ("shape", "scale")
    )
    survival = survival_by_age(Weibull(shape, scale), len(years), "uniform")
    return ReferenceStock(
        products=products,
        pieces=pieces,
        stock=compute_inflow_driven(pieces, survival, by_cohort=False).stock,
        income=np.array([[income[g, y] for y in years] for g in GROUPS]),
        household_size=np.array([_mean_size(figures, group) for group in GROUPS]),
    )


def _mean_size(figures: Figures, group: str) -> float:
    """Divide the persons of a group by its households."""
    sizes = {record["iso3"]: float(record["size"]) for record in read_curated("household_sizes.csv")}
    codes = read_groups(figures)[group]
    persons = read_country_series(figures, "pop 17").loc[YEAR_OF_SIZES, codes]
    return float(persons.sum() / sum(persons[code] / sizes[code] for code in codes))


def make_demand_groups(figures: Figures) -> Iterator[Row]:
    """Make the curves: fits to the stock of the reference groups per household or person."""
    reference = read_reference_stock(figures)
    for record in read_curated("demand_groups.csv"):
        income, level, years = read_levels(reference, record)
        fits = {curve: fit_level(curve, income, level) for curve in CURVES}
        errors = {curve: _compute_error(curve, fits[curve], income, level) for curve in CURVES}
        yield _describe_fit(record, fits["gompertz"], level, years, errors)


def read_levels(reference: ReferenceStock, record: Record) -> tuple[FloatArray, FloatArray, list[int]]:
    """Read income and stock per owner of the groups in the years of the fit."""
    years = [int(year) for year in record["years"].split(";")]
    members = [reference.products.index(key) for key in record["keys"].split(";")]
    level = reference.stock[:, :, members].sum(axis=-1)
    if record["basis"] == "household":
        level = level * reference.household_size[:, np.newaxis]
    chosen = np.array(years) - FIRST_YEAR
    return reference.income[:, chosen], level[:, chosen], years


def _compute_error(curve: Curve, fit: Fit, income: FloatArray, level: FloatArray) -> float:
    fitted = compute_saturation_curve(
        curve, income, fit.value("saturation"), fit.value("rate"), fit.value("midpoint")
    )
    return float(np.sqrt(np.mean(np.log(fitted / level) ** 2)))


def _describe_fit(
    record: Record, fit: Fit, level: FloatArray, years: list[int], errors: dict[Curve, float]
) -> Row:
    saturation = fit.value("saturation")
    correlation = fit.covariance / np.outer(fit.deviation, fit.deviation)
    # Groups that scatter more than was assumed leave the parameters as much less certain.
    deviation = fit.deviation * max(1.0, errors["gompertz"] / SPREAD)
    width = np.exp(SATURATION_QUANTILE * deviation[0])
    unit = f"piece/{record['basis']}"
    seen = ", ".join(format_number(value, 3) for value in level[::-1, -1])
    return {
        "demand_group": record["demand_group"],
        **{name: record[name] for name in ("name_en", "name_ru", "name_kk", "basis", "curve")},
        "driver": "income",
        "saturation": format_number(saturation, 4),
        "saturation_low": format_number(saturation / width, 3),
        "saturation_high": format_number(saturation * width, 3),
        "unit": unit,
        "rate": format_number(fit.value("rate"), 4),
        "midpoint": format_number(fit.value("midpoint"), 4),
        "deviation_saturation": format_number(deviation[0], 3),
        "deviation_rate": format_number(deviation[1], 3),
        "deviation_midpoint": format_number(deviation[2], 3),
        "correlation_saturation_rate": format_number(correlation[0, 1], 3),
        "correlation_saturation_midpoint": format_number(correlation[0, 2], 3),
        "correlation_rate_midpoint": format_number(correlation[1, 2], 3),
        "source": "CBS_WOT_2017;UNITAR_WCT_2023;IMF_WEO_2019;OECD_FAMILY_2014",
        "grade": "C" if errors["gompertz"] <= SPREAD and years[-1] <= LAST_REPORTED_YEAR else "D",
        "note": (
            f"Fit to the stock of the three reference groups computed from placed on market and lifetimes, "
            f"{', '.join(map(str, years))}; in {years[-1]} groups 1, 2 and 3 had {seen} {unit}. Everything "
            f"in stock counts, in use or idle, in households or businesses. Root mean square error of the "
            f"logarithm {errors['gompertz']:.2f}, of a logistic curve {errors['logistic']:.2f}."
            f"{record['note']}"
        ),
    }


def make_technology_switches(figures: Figures) -> Iterator[Row]:
    """Make the switches: speed and midpoint from the shares of pieces in the reference groups."""
    reference = read_reference_stock(figures)
    for key, record in read_decisions("technology_switches.csv").items():
        fits = [fit_group_switch(reference, position, record) for position in range(len(GROUPS))]
        speeds = [fit.value("speed") for fit in fits]
        yield {
            "key": key,
            "successor": record["successor"],
            "speed": format_number(float(np.exp(np.mean(np.log(speeds)))), 3),
            "speed_low": format_number(min(speeds), 3),
            "speed_high": format_number(max(speeds), 3),
            "midpoint": format_number(float(np.mean([fit.value("midpoint") for fit in fits])), 5),
            **{name: record[name] or None for name in ("remaining_share", "phase_out", "note")},
            **{name: record[name] for name in ("source", "grade")},
        }


def fit_group_switch(reference: ReferenceStock, group: int, record: Record) -> Fit:
    """Fit the fall of a product's share against its successor in one group, above what remains."""
    old, new = (
        reference.pieces[group, :, reference.products.index(record[name])] for name in ("key", "successor")
    )
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    return fit_switch(years, old, new, float(record["remaining_share"]), LAST_REPORTED_YEAR)
