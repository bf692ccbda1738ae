"""Tables of what follows generation as arrays: routes, treatments, efficiencies, gases, costs, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.ranges import Range
from ainalym.kernels.routing import TreatmentPlaces
from ainalym.packages.country import Country
from ainalym.packages.package import DataPackage
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import Table, suggest

FORMAL, REUSED, HELD, EXPORTED = "formal_collection", "preparing_for_reuse", "hibernation", "used_export"
"""Routes that the model knows by name; the others are those without documents."""

INFORMAL, LANDFILL = "informal", "landfill"
"""Treatments that the model knows by name."""

EVERY = "all"
"""What a row applies to that holds where no other does."""

BOUNDARIES = ("life_cycle", "smelter_gate")
"""System boundaries of avoided emissions."""

ENDS = ("low", "value", "high")

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class EndOfLife:
    """What is known of the time after generation, for one country.

    Attributes
    ----------
    categories, materials
        Labels.
    routes
        Every route in the order in which it is shown.
    undocumented
        Routes without documents, in the order of their arrays.
    treatments
        Every treatment in the order of its arrays.
    places
        Which treatment is which.
    route_treatment
        Treatment of each route without documents by its place; -1 for the export of used equipment.
    formal
        Share of the e-waste generated, or factor on the published tonnes. Shape (category,).
    formal_is_factor
        Whether it is the latter.
    reused, held
        Shape (category,), 1.
    weights
        Of the routes without documents. Shape (route, category).
    mix
        Share of the first formal treatment; the others divide the rest. Shape (category,).
    efficiency, refining_yield
        Shape (treatment, material), 1.
    picked
        Shape (material,), 1.
    emission_factors
        Shape (boundary, material), kg CO2e/kg, 0 where a boundary has none.
    economics
        By parameter and what it applies to, in the unit of the table but USD for EUR.
    gas_left, hazard_content
        Factor on the central content of gases and of hazardous substances.
    hazards, refrigerants, targets, coverage, calculation_index, exchange_rates
        Tables as they are.
    currency
        Of the country.
    from_country
        Whether the shares of the routes are the country's own.
    """

    categories: tuple[str, ...]
    materials: tuple[str, ...]
    routes: tuple[str, ...]
    undocumented: tuple[str, ...]
    treatments: tuple[str, ...]
    places: TreatmentPlaces
    route_treatment: tuple[int, ...]
    formal: Range
    formal_is_factor: bool
    reused: Range
    held: Range
    weights: Range
    mix: Range
    efficiency: Range
    refining_yield: FloatArray
    picked: Range
    emission_factors: Range
    economics: Mapping[tuple[str, str], Range]
    gas_left: Range
    hazard_content: Range
    hazards: pd.DataFrame
    refrigerants: pd.DataFrame
    targets: pd.DataFrame
    coverage: pd.DataFrame
    calculation_index: pd.DataFrame
    exchange_rates: pd.DataFrame
    currency: str
    from_country: bool


@lru_cache(maxsize=4)
def read_end_of_life(reference: Reference, figures: Country) -> EndOfLife:
    """Read what is known of the time after generation.

    Parameters
    ----------
    reference
        Reference package.
    figures
        Country package; its own tables of routes and treatment go before those of the reference.

    Returns
    -------
    EndOfLife
        Ready for the stages.

    Raises
    ------
    InputError
        [EOL-004] to [EOL-009] with every problem of the tables, [ECO-001] if a currency has no rate.
    """
    package = reference.package
    routes, mix = (
        _choose_table(package, figures.package, name) for name in ("route_shares", "treatment_mix")
    )
    categories = tuple(str(name) for name in reference.categories.index)
    materials = tuple(str(name) for name in reference.materials.index)
    order = package.frame("routes").sort_values("position")
    treatments, places = _read_treatments(package)
    undocumented = tuple(name for name in order["route"] if name not in (FORMAL, REUSED, HELD))
    efficiencies = package.tables["recovery_efficiencies"]
    _check_tables(package, routes, mix, efficiencies, Names(tuple(order["route"]), treatments, places))
    efficiency = _pivot(efficiencies.frame, ("treatment", "material"), (treatments, materials))
    _check_formal_first(efficiency, treatments, materials, places)
    rates = package.frame("exchange_rates")
    treatment_of = order.set_index("route")["treatment"]
    basis = routes.frame.loc[routes.frame["route"] == FORMAL, "basis"]
    return EndOfLife(
        categories=categories,
        materials=materials,
        routes=tuple(order["route"]),
        undocumented=undocumented,
        treatments=treatments,
        places=places,
        route_treatment=tuple(
            -1 if name == EXPORTED else treatments.index(str(treatment_of[name])) for name in undocumented
        ),
        formal=_by_category(routes.frame, FORMAL, categories),
        formal_is_factor=bool((basis == "published").all()),
        reused=_by_category(routes.frame, REUSED, categories),
        held=_by_category(routes.frame, HELD, categories),
        weights=_stack([_by_category(routes.frame, name, categories) for name in undocumented]),
        mix=_pick(_pivot(mix.frame, ("category", "treatment"), (categories, treatments)), places.formal[0]),
        efficiency=efficiency,
        refining_yield=_pivot_column(
            efficiencies.frame, "yield", ("treatment", "material"), (treatments, materials)
        ),
        picked=_by_name(package.frame("cherry_picking"), "material", materials),
        emission_factors=_pivot(
            package.frame("emission_factors"), ("boundary", "material"), (BOUNDARIES, materials)
        ),
        economics=_read_economics(package.frame("economic_parameters"), rates),
        gas_left=_relate_sums(package.frame("refrigerants")),
        hazard_content=_relate_rows(package.frame("hazards")),
        hazards=package.frame("hazards"),
        refrigerants=package.frame("refrigerants"),
        targets=package.frame("recovery_targets").set_index("category").reindex(list(categories)),
        coverage=figures.package.frame("region_coverage"),
        calculation_index=figures.package.frame("calculation_index"),
        exchange_rates=rates,
        currency=str(figures.package.descriptor.ainalym.currency),
        from_country="route_shares" in figures.package.tables,
    )


class Names(NamedTuple):
    """Names that rows may use: routes, treatments, and which of the latter is which."""

    routes: tuple[str, ...]
    treatments: tuple[str, ...]
    places: TreatmentPlaces


def _choose_table(package: DataPackage, own: DataPackage, name: str) -> Table:
    """Take the table of the country where it has one, else that of the reference package."""
    return (own if name in own.tables else package).tables[name]


def _read_treatments(package: DataPackage) -> tuple[tuple[str, ...], TreatmentPlaces]:
    table = package.frame("treatments").sort_values("position")
    names = tuple(str(name) for name in table["treatment"])
    formal = np.flatnonzero(table["formal"].to_numpy(dtype=bool))
    return names, TreatmentPlaces(
        tuple(int(place) for place in formal), names.index(INFORMAL), names.index(LANDFILL)
    )


def _check_tables(package: DataPackage, routes: Table, mix: Table, efficiencies: Table, names: Names) -> None:
    """Raise every problem of the tables together."""
    categories = tuple(package.frame("categories")["category"])
    materials = tuple(package.frame("materials")["material"])
    problems = [
        *_check_names(routes, "route", names.routes),
        *_check_names(mix, "treatment", names.treatments),
        *_check_names(efficiencies, "treatment", names.treatments),
    ]
    for table in (routes, mix, efficiencies, *_other_ranges(package)):
        problems += _check_order(table)
    problems += _check_mix(mix, categories, [names.treatments[place] for place in names.places.formal])
    problems += _check_yields(efficiencies)
    problems += _check_complete(efficiencies, ("treatment", "material"), (names.treatments, materials))
    problems += _check_routes(routes, names.routes, categories)
    if problems:
        raise InputError(problems, about="tables of routes and treatment")


def find_exchange_rate(rates: pd.DataFrame, currency: str, year: int) -> float:
    """Find the dollars that one unit of a currency was worth.

    Parameters
    ----------
    rates
        Table ``exchange_rates``.
    currency
        ISO 4217 code.
    year
        Year; after the last known year its rate holds, before the first the first.

    Returns
    -------
    float
        USD for one unit, above 0.

    Raises
    ------
    InputError
        [ECO-001] if the currency has no rate.
    """
    if currency == "USD":
        return 1.0
    own = rates[rates["currency"] == currency].sort_values("year")
    if own.empty:
        known = ["USD", *sorted(set(rates["currency"]))]
        got = f"currency {currency!r}"
        raise InputError(
            Problem("ECO-001", "exchange rate", got, f"one of {', '.join(known)}", suggest(currency, known))
        )
    year = int(np.clip(year, own["year"].min(), own["year"].max()))
    return float(own.loc[own["year"] <= year, "value"].iloc[-1])


def _read_economics(table: pd.DataFrame, rates: pd.DataFrame) -> dict[tuple[str, str], Range]:
    found = {}
    in_euro = table.loc[table["unit"].str.startswith("EUR"), "year"]
    dollars = {int(year): find_exchange_rate(rates, "EUR", int(year)) for year in in_euro.unique()}
    for row in table.to_dict("records"):
        unit = str(row["unit"])
        factor = dollars[int(row["year"])] if unit.startswith("EUR") else 1.0
        ends = (np.asarray(float(row[end]) * factor) for end in ENDS)
        found[str(row["parameter"]), str(row["applies_to"])] = Range(*ends)
    return found


def _relate_sums(table: pd.DataFrame) -> Range:
    """Relate the ends of all rows together to their central value."""
    return Range(*(np.asarray(table[end].sum() / table["value"].sum()) for end in ENDS))


def _relate_rows(table: pd.DataFrame) -> Range:
    """Relate the ends of each row to its central value, and take the mean over the rows."""
    return Range(*(np.asarray((table[end] / table["value"]).mean()) for end in ENDS))


def _other_ranges(package: DataPackage) -> Iterable[Table]:
    names = ("cherry_picking", "hazards", "refrigerants", "emission_factors", "economic_parameters")
    return (package.tables[name] for name in names)


def _by_category(table: pd.DataFrame, route: str, categories: tuple[str, ...]) -> Range:
    rows = table[table["route"] == route].set_index("category")
    places = [name if name in rows.index else EVERY for name in categories]
    return Range(*(rows[end].reindex(places).to_numpy(dtype=np.float64) for end in ENDS))


def _by_name(table: pd.DataFrame, column: str, names: tuple[str, ...]) -> Range:
    rows = table.set_index(column).reindex(list(names))
    return Range(*(rows[end].fillna(0.0).to_numpy(dtype=np.float64) for end in ENDS))


def _pivot(table: pd.DataFrame, columns: tuple[str, str], labels: tuple[tuple[str, ...], ...]) -> Range:
    return Range(*(_pivot_column(table, end, columns, labels) for end in ENDS))


def _pivot_column(
    table: pd.DataFrame, values: str, columns: tuple[str, str], labels: tuple[tuple[str, ...], ...]
) -> FloatArray:
    # Placed by hand: that is a tenth of the time of a pivot table, and no pair of names stands twice.
    places = [
        pd.Index(names).get_indexer(pd.Index(table[column]))
        for names, column in zip(labels, columns, strict=True)
    ]
    found = (places[0] >= 0) & (places[1] >= 0)
    wide = np.zeros([len(names) for names in labels])
    wide[places[0][found], places[1][found]] = np.nan_to_num(table[values].to_numpy(dtype=np.float64)[found])
    return wide


def _pick(known: Range, place: int) -> Range:
    return Range(*(part[:, place] for part in known))


def _stack(ranges: list[Range]) -> Range:
    return Range(*(np.stack(parts) for parts in zip(*ranges, strict=True)))


def _check_names(table: Table, column: str, known: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(
            "EOL-009",
            table.place(row, column),
            repr(name),
            f"one of {', '.join(known)}",
            suggest(name, known),
        )
        for row, name in enumerate(table.frame[column])
        if name not in known
    ]


def _check_order(table: Table) -> list[Problem]:
    frame = table.frame
    wrong = ~((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"]))
    return [
        Problem(
            "EOL-004",
            table.place(int(row), "value"),
            f"{frame['low'].iloc[row]:g}, {frame['value'].iloc[row]:g}, {frame['high'].iloc[row]:g}",
            "low end, central value and high end in order of size",
            "Correct the row.",
        )
        for row in np.flatnonzero(wrong)
    ]


def _check_mix(table: Table, categories: tuple[str, ...], formal: list[str]) -> list[Problem]:
    sums = table.frame[table.frame["treatment"].isin(formal)].groupby("category")["value"].sum()
    return [
        Problem(
            "EOL-008",
            f"table '{table.file}', category {category}",
            f"a sum of {float(sums.get(category, 0.0)):g}",
            "1",
            "Correct the shares of the formal treatments.",
        )
        for category in categories
        if abs(float(sums.get(category, 0.0)) - 1.0) > TOLERANCE
    ]


def _check_yields(table: Table) -> list[Problem]:
    frame = table.frame
    return [
        Problem(
            "EOL-006",
            table.place(int(row), "high"),
            f"{frame['high'].iloc[row]:g}",
            f"at most the yield of {frame['yield'].iloc[row]:g}",
            "Correct the efficiency or the yield.",
        )
        for row in np.flatnonzero(frame["high"] > frame["yield"] + TOLERANCE)
    ]


def _check_complete(
    table: Table, columns: tuple[str, str], labels: tuple[tuple[str, ...], ...]
) -> list[Problem]:
    present = set(zip(table.frame[columns[0]], table.frame[columns[1]], strict=True))
    return [
        _missing(table, f"{first}, {second}")
        for first in labels[0]
        for second in labels[1]
        if (first, second) not in present
    ]


def _check_routes(table: Table, routes: tuple[str, ...], categories: tuple[str, ...]) -> list[Problem]:
    present = set(zip(table.frame["route"], table.frame["category"], strict=True))
    return [
        _missing(table, f"{route}, category {category}")
        for route in routes
        for category in categories
        if (route, category) not in present and (route, EVERY) not in present
    ]


def _missing(table: Table, what: str) -> Problem:
    return Problem("EOL-007", f"table '{table.file}'", f"no row for {what}", "a row for each", "Add the row.")


def _check_formal_first(
    efficiency: Range, treatments: tuple[str, ...], materials: tuple[str, ...], places: TreatmentPlaces
) -> None:
    """Refuse formal treatments that recover less than others: more collection would recover less."""
    others = [place for place in range(len(treatments)) if place not in places.formal]
    problems = []
    for end, array in zip(ENDS, efficiency, strict=True):
        for place in places.formal:
            for other in others:
                problems += [
                    Problem(
                        "EOL-005",
                        f"table 'recovery_efficiencies.csv', {materials[material]}, column '{end}'",
                        f"{array[place, material]:g} for {treatments[place]}",
                        f"at least {array[other, material]:g} as {treatments[other]} recovers",
                        "Correct one of the two.",
                    )
                    for material in np.flatnonzero(array[place] < array[other] - TOLERANCE)
                ]
    if problems:
        raise InputError(problems, about="efficiency of recovery")
