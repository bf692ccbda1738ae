"""Checks that look at a table as a whole, or at two tables together; each has a code and a test."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np

from ainalym.core.units import TO_MASS_FRACTION
from ainalym.errors import Problem
from ainalym.packages.share_checks import SHARE_TABLES, check_share_sums
from ainalym.packages.table_reader import Table

LONGEST_MEAN_LIFETIME = 200.0
"""Mean lifetime in years above which a product would practically never be discarded."""

COMPOSITION_TOLERANCE = 1e-4
"""How far the materials of a product may sum from one: tables are published with four digits."""

REGION_TOLERANCE = 1e-6
"""How far the regions may sum from the nation, relative: both are counts of the same office."""

Tables = Mapping[str, Table]
Names = Mapping[str, Collection[str]]

YEARLY_TABLES = {
    "placed_on_market": ("group", "key"),
    "reference_groups": ("group",),
    "region_population": ("region",),
    "population": ("series",),
    "income": ("series",),
    "panel_drivers": ("iso3",),
}
"""Tables in which every year must stand, by the columns that tell one series from another."""

COMPLETE_TABLES = {
    "lifetimes": ("profile", "product", "key"),
    "composition": ("key", "material", "material"),
    "lifetime_profiles": ("", "product", "key"),
    "placed_on_market": ("group", "product", "key"),
    "projection_methods": ("", "product", "key"),
}
"""Tables in which every name of a vocabulary must stand, for each value of the first column."""


def check_tables(tables: Tables, known: Names) -> list[Problem]:
    """Run every check that looks at whole tables.

    Parameters
    ----------
    tables
        Tables of a package, each free of problems in its cells.
    known
        Names by vocabulary.

    Returns
    -------
    list of Problem
        Empty if all is well.
    """
    checks: tuple[Callable[[Tables, Names], Iterator[Problem]], ...] = (
        check_years,
        check_completeness,
        check_compositions,
        check_lifetimes,
        check_regions,
        check_shares,
    )
    return [problem for check in checks for problem in check(tables, known)]


def check_years(tables: Tables, _known: Names) -> Iterator[Problem]:
    """[PKG-015] Find years that a yearly series leaves out.

    Scenario series such as SSP come in steps of five years and are interpolated; they may have gaps.
    """
    for name, columns in YEARLY_TABLES.items():
        if name not in tables:
            continue
        table = tables[name]
        for label, rows in table.frame.groupby(list(columns), sort=False):
            parts = tuple(label)
            if str(parts[0]).startswith("ssp"):
                continue
            years = set(rows["year"].astype(int))
            missing = sorted(set(range(min(years), max(years))) - years)
            if missing:
                shown = ", ".join(f"{column} {part}" for column, part in zip(columns, parts, strict=True))
                yield Problem(
                    "PKG-015",
                    f"table '{table.file}', {shown}",
                    f"no row for {_shorten(missing)}",
                    f"every year from {min(years)} to {max(years)}",
                    "Add the missing years; fill them by a named step and give the row grade C or D.",
                )


def check_completeness(tables: Tables, known: Names) -> Iterator[Problem]:
    """[PKG-016] Find products or materials that a table leaves out."""
    for name, (group, vocabulary, column) in COMPLETE_TABLES.items():
        if name not in tables or vocabulary not in known:
            continue
        table = tables[name]
        labels = table.frame[group].unique().tolist() if group else [""]
        for label in labels:
            rows = table.frame[table.frame[group] == label] if group else table.frame
            missing = sorted(set(known[vocabulary]) - set(rows[column]))
            if missing:
                where = f", {group} {label}" if group else ""
                yield Problem(
                    "PKG-016",
                    f"table '{table.file}'{where}",
                    f"no row for {vocabulary} {_shorten(missing)}",
                    f"each of the {len(known[vocabulary])} {vocabulary} names",
                    "Add the missing rows.",
                )


def check_compositions(tables: Tables, _known: Names) -> Iterator[Problem]:
    """[PKG-017] and [PKG-019] Find units that do not fit and compositions that do not sum to one."""
    if "composition" not in tables or "materials" not in tables:
        return
    table = tables["composition"]
    materials = tables["materials"].frame.set_index("material")["additive"]
    additive = table.frame["material"].map(materials).astype(bool)
    expected = additive.map({True: "kg/kg", False: "mg/kg"})
    for row in np.flatnonzero((table.frame["unit"] != expected).to_numpy()):
        yield Problem(
            "PKG-017",
            table.place(int(row), "unit"),
            repr(table.frame["unit"].iloc[row]),
            f"'{expected.iloc[row]}' for {table.frame['material'].iloc[row]}",
            "Convert the value, or correct the unit.",
        )
    fractions = table.frame["value"] * table.frame["unit"].map(TO_MASS_FRACTION)
    sums = fractions[additive].groupby(table.frame["key"]).sum()
    for key, total in sums[(sums - 1.0).abs() > COMPOSITION_TOLERANCE].items():
        yield Problem(
            "PKG-019",
            f"table '{table.file}', product {key}",
            f"materials that sum to {total:.6g}",
            "1 over the materials that are not precious metals",
            "Correct the fractions, or put what is unknown into 'other'.",
        )


def check_lifetimes(tables: Tables, _known: Names) -> Iterator[Problem]:
    """[PKG-020] Find lifetimes that are practically endless; zero is refused by the schema."""
    if "lifetimes" not in tables:
        return
    table = tables["lifetimes"]
    for row, (shape, scale) in enumerate(zip(table.frame["shape"], table.frame["scale"], strict=True)):
        # Shapes below 0.05 have means beyond the range of a floating-point number.
        mean = scale * math.gamma(1.0 + 1.0 / shape) if shape > 0.05 else math.inf
        if mean > LONGEST_MEAN_LIFETIME:
            yield Problem(
                "PKG-020",
                table.place(row, "scale"),
                f"a mean lifetime of {mean:.4g} yr (shape {shape:g}, scale {scale:g} yr)",
                f"a mean up to {LONGEST_MEAN_LIFETIME:g} yr",
                "Correct shape and scale; they may stand in each other's column.",
            )


def check_regions(tables: Tables, _known: Names) -> Iterator[Problem]:
    """[PKG-021] Find years in which the regions do not sum to the nation."""
    if "region_population" not in tables:
        return
    table = tables["region_population"]
    population = tables["population"].frame
    rows = population[population["series"] == "national"]
    nation = dict(zip(rows["year"].tolist(), rows["value"].tolist(), strict=True))
    sums = table.frame.groupby("year")["value"].sum()
    for year, total in zip(sums.index.tolist(), sums.tolist(), strict=True):
        if year in nation and abs(total / nation[year] - 1.0) > REGION_TOLERANCE:
            yield Problem(
                "PKG-021",
                f"table '{table.file}', year {year}",
                f"regions that sum to {total:,.1f} persons",
                f"{nation[year]:,.1f} persons as in table '{tables['population'].file}'",
                "Add the missing region, or correct the figure.",
            )


def check_shares(tables: Tables, _known: Names) -> Iterator[Problem]:
    """[TRD-027] Find codes and product groups whose shares sum to more than one."""
    for name in SHARE_TABLES:
        if name in tables:
            yield from check_share_sums(name, tables[name].frame, f"table '{tables[name].file}'")


def _shorten(names: list[Any]) -> str:
    shown = ", ".join(str(name) for name in names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
