"""The central path again under another scenario, from a result that is there: only what levers touch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import xarray as xr

from ainalym.after_generation.central import (
    Contents,
    Flows,
    compute_after_generation,
    compute_contents,
    make_labels,
)
from ainalym.after_generation.record import describe_scenario
from ainalym.errors import InputError, Problem
from ainalym.kernels.lifetime import CONVENTIONS, Convention
from ainalym.packages.country import Country, read_country
from ainalym.packages.end_of_life import EndOfLife, read_end_of_life
from ainalym.packages.reference import Reference, read_reference
from ainalym.results.result import Result
from ainalym.scenarios.paths import PRODUCT_LEVERS, find_first_year, pull_products
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.run import LAST_YEAR_OF_HISTORY
from ainalym.stages.materials import compute_embedded, compute_value
from ainalym.stages.measures import MeasuredFlows, apply_measures, compute_survival

FLOWS = ("placed_on_market", "stock", "ewaste_generated")


@dataclass(frozen=True, eq=False)
class CentralBase:
    """What the central path holds that no lever changes.

    Attributes
    ----------
    result
        A result whose scenario pulls no lever on products.
    reference, figures
        Data packages.
    known
        Tables of what follows generation.
    lifetime
        Dims (parameter, product), Weibull shape (1) and scale (yr).
    convention
        When within the year equipment is sold and discarded.
    mass, pieces
        What is sold, held and discarded without levers.
    """

    result: Result
    reference: Reference
    figures: Country
    known: EndOfLife
    lifetime: xr.DataArray
    convention: Convention
    mass: MeasuredFlows
    pieces: MeasuredFlows


def prepare_central(result: Result) -> CentralBase:
    """Gather what the central path of a result holds that no lever changes.

    Parameters
    ----------
    result
        Result of a run, whose data packages are those of the program.

    Returns
    -------
    CentralBase
        For :func:`rerun_central`.

    Raises
    ------
    InputError
        [SCN-016] if the data packages have changed since, or the scenario of the result pulls a lever on
        products: what would be sold without it is then not known. [CTY-001] for an unknown country.
    """
    reference = read_reference()
    figures = read_country(str(result.country["iso3"]), reference)
    check_base(result, reference, figures)
    data = result.data
    lifetime = xr.concat(
        [data[f"lifetime_{name}"].reset_coords(drop=True) for name in ("shape", "scale")], dim="parameter"
    ).assign_coords(parameter=["shape", "scale"])
    convention = next(name for name in CONVENTIONS if name == result.record["options"]["convention"])
    survival = compute_survival(lifetime, data.sizes["year"], convention)
    by_mass, by_pieces = (
        [data[f"{name}{suffix}"].reset_coords(drop=True) for name in FLOWS] for suffix in ("", "_pieces")
    )
    mass = MeasuredFlows(by_mass[0], by_mass[1], by_mass[2], survival)
    pieces = MeasuredFlows(by_pieces[0], by_pieces[1], by_pieces[2], survival)
    known = read_end_of_life(reference, figures)
    return CentralBase(result, reference, figures, known, lifetime, convention, mass, pieces)


def check_base(result: Result, reference: Reference, figures: Country) -> None:
    """Refuse a result that another scenario cannot be computed from.

    Parameters
    ----------
    result
        Result of a run.
    reference, figures
        Data packages of the program.

    Raises
    ------
    InputError
        [SCN-016].
    """
    record = result.record
    iso3 = str(result.country["iso3"])
    mend = f"Write it again: ainalym outlook {iso3} --force"
    for package in (reference.package, figures.package):
        if record["packages"].get(package.name, {}).get("hashes") != dict(package.hashes):
            got = f"other figures than those of the package '{package.name}' now"
            expected = "the figures that the outlook was computed with"
            raise InputError(Problem("SCN-016", f"outlook of {iso3}", got, expected, mend))
    moved = [entry["lever"] for entry in record["scenario"]["levers"] if entry["lever"] in PRODUCT_LEVERS]
    if moved:
        got = f"a scenario that moves {', '.join(sorted(set(moved)))}"
        expected = "a scenario that leaves products as they are, such as baseline"
        raise InputError(Problem("SCN-016", f"outlook of {iso3}", got, expected, mend))


def rerun_central(base: CentralBase, scenario: ReadScenario) -> Result:
    """Compute the central path under a scenario.

    Parameters
    ----------
    base
        Of :func:`prepare_central`.
    scenario
        Levers.

    Returns
    -------
    Result
        Without draws, and its regions left out.

    Raises
    ------
    InputError
        [EOL-001] to [EOL-003] if routes and scenario do not go together.
    """
    data = base.result.data
    mass, pieces = _pull(base, scenario)
    embedded = compute_embedded(mass.ewaste, data["composition"].reset_coords(drop=True))
    price = data["price"].reset_coords(drop=True)
    value = compute_value(embedded, price)
    flows = Flows(
        mass.market,
        pieces.market,
        mass.ewaste,
        embedded,
        mass.survival,
        data["income"].reset_coords(drop=True),
        price,
        None,
    )
    after = compute_after_generation(base.known, base.reference, base.figures, flows, scenario)
    changed = {str(array.name): array.reset_coords(drop=True) for array in (*after.arrays, embedded, value)}
    for suffix, own in (("", mass), ("_pieces", pieces)):
        changed |= {f"{name}{suffix}": array for name, array in zip(FLOWS, own[:3], strict=True)}
    by_region = [name for name, array in data.data_vars.items() if "region" in array.dims]
    record = {**base.result.record, **describe_scenario(scenario, base.known, after)}
    return replace(
        base.result,
        data=data.drop_vars(by_region).assign(changed),
        record=record,
        draws=None,
        quantiles=None,
        means=None,
    )


def find_contents(base: CentralBase, scenario: ReadScenario) -> Contents:
    """Find what a tonne of e-waste holds under a scenario: longer lives change which cohorts are in it.

    Parameters
    ----------
    base
        Of :func:`prepare_central`.
    scenario
        Levers.

    Returns
    -------
    Contents
        By product and year of discard.
    """
    data = base.result.data
    if not _moves_products(scenario):
        return Contents(
            data["gas_content"].transpose("year", "product").values,
            data["substance_content"].transpose("substance", "year", "product").values,
        )
    mass, pieces = _pull(base, scenario)
    survival, income = mass.survival, data["income"].reset_coords(drop=True)
    flows = Flows(mass.market, pieces.market, mass.ewaste, mass.ewaste, survival, income, income, None)
    return compute_contents(base.known, base.reference, flows)


def _moves_products(scenario: ReadScenario) -> bool:
    return any(override.lever in PRODUCT_LEVERS for override in scenario.overrides)


def _pull(base: CentralBase, scenario: ReadScenario) -> tuple[MeasuredFlows, MeasuredFlows]:
    if not _moves_products(scenario):
        return base.mass, base.pieces
    years = base.mass.market["year"].values
    paths = pull_products(scenario, years, make_labels(base.reference))
    first = find_first_year(scenario.overrides, LAST_YEAR_OF_HISTORY)
    mass = apply_measures(base.mass, base.lifetime, base.convention, paths, first)
    pieces = apply_measures(
        base.pieces, base.lifetime, base.convention, paths, first, "pieces", mass.survival
    )
    return mass, pieces
