"""Country packages: finding them, reading them, their figures as labelled arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.errors import InputError, Problem
from ainalym.packages.package import DESCRIPTOR_FILE, DataPackage, read_descriptor, read_package
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import suggest
from ainalym.schemas.data_package import Descriptor, Identity


@dataclass(frozen=True, eq=False)
class Country:
    """Figures of one country.

    Attributes
    ----------
    package
        The package they come from.
    iso3
        ISO 3166-1 alpha-3 code.
    names
        Name of the country by language.
    population
        Every series of population. Dims (series, year), persons, NaN where a series has no figure.
    income
        Every series of GDP per inhabitant at purchasing power parity. Dims (series, year), each series in
        constant international dollars of its own base year, NaN where it has no figure.
    lifetime_profile
        Name of the lifetime profile of each product. Dims (product,).
    regions
        One row per first-level region, indexed by its code; empty if the package has none.
    facilities
        Where e-waste is collected or treated, indexed by the short name of the facility; empty if the
        package has none.
    region_population
        Population. Dims (year, region), persons.
    region_wage
        Wage of the region over that of the nation. Dims (region,), 1; 1 where no figure exists.
    photovoltaic_capacity
        Installed capacity by year, MW, with status ``reported`` or ``assumption``; empty if the package has
        none.
    published
        Figures that others have published, one row each.
    sales
        Sales on the domestic market in pieces, one row per product group and period.
    urban_share
        Every series of the share of the population in towns. Dims (series, year), %, NaN where a series has
        no figure; without series if the package has none.
    """

    package: DataPackage
    iso3: str
    names: dict[Language, str]
    population: xr.DataArray
    income: xr.DataArray
    lifetime_profile: xr.DataArray
    regions: pd.DataFrame
    facilities: pd.DataFrame
    region_population: xr.DataArray
    region_wage: xr.DataArray
    photovoltaic_capacity: pd.DataFrame
    published: pd.DataFrame
    sales: pd.DataFrame
    urban_share: xr.DataArray


def list_countries() -> dict[str, Descriptor]:
    """List the countries whose packages travel with the program.

    Returns
    -------
    dict of str to Descriptor
        By ISO code, in alphabetical order.
    """
    found = {}
    for folder in _embedded_folders():
        descriptor = Descriptor.model_validate_json(folder.joinpath(DESCRIPTOR_FILE).read_bytes())
        found[descriptor.ainalym.iso3] = descriptor
    return dict(sorted(found.items()))


def _embedded_folders() -> Iterator[Traversable]:
    for folder in files("ainalym").joinpath("countries").iterdir():
        if folder.joinpath(DESCRIPTOR_FILE).is_file():
            yield folder


def find_country(name: str) -> Path | Traversable:
    """Find the package of a country.

    Parameters
    ----------
    name
        ISO code, name in any language of the program, or folder of a country package.

    Returns
    -------
    Path or Traversable
        The folder of the package.

    Raises
    ------
    InputError
        [CTY-001] if there is none, with near matches.
    """
    if Path(name).joinpath(DESCRIPTOR_FILE).is_file():
        return Path(name)
    known = list_countries()
    wanted = name.strip().casefold()
    for iso3, descriptor in known.items():
        identity = descriptor.ainalym
        names = {iso3, identity.name_en, identity.name_ru, identity.name_kk}
        if wanted in {candidate.casefold() for candidate in names}:
            return files("ainalym").joinpath("countries", iso3.lower())
    words = [*known, *(descriptor.ainalym.name_en for descriptor in known.values())]
    raise InputError(
        Problem(
            "CTY-001",
            "country",
            repr(name),
            f"one of {', '.join(known)} or the folder of a country package",
            # Codes are written in capitals; a lower-case one should still find its neighbour.
            suggest(name.upper() if len(name) <= 3 else name, words),
        )
    )


def read_identity(name: str) -> Identity:
    """Read who a country package is for, and nothing else of it.

    Parameters
    ----------
    name
        ISO code, name, or folder of a country package.

    Returns
    -------
    Identity
        ISO code, names, currency.

    Raises
    ------
    InputError
        [CTY-001] for an unknown country, [PKG-002] for a descriptor that cannot be read.
    """
    folder = find_country(name)
    descriptor, problems = read_descriptor(folder)
    if descriptor is None:
        raise InputError(problems, about=f"data package '{folder.name}'")
    return descriptor.ainalym


def read_country(name: str, reference: Reference) -> Country:
    """Read and check the package of a country.

    Parameters
    ----------
    name
        ISO code, name, or folder of a country package.
    reference
        The reference package whose products and materials the country refers to.

    Returns
    -------
    Country
        Its figures.

    Raises
    ------
    InputError
        [CTY-001] for an unknown country, [CTY-003] for an unknown lifetime profile, [PKG-001] to [PKG-021]
        for what is wrong with the package.
    """
    return _label_country(read_package(find_country(name), reference.vocabularies), reference)


# A package that has not changed is the same object: its figures are put into arrays once.
@lru_cache(maxsize=4)
def _label_country(package: DataPackage, reference: Reference) -> Country:
    identity = package.descriptor.ainalym
    regions = package.frame("regions").set_index("region")
    return Country(
        package=package,
        iso3=identity.iso3,
        names={language: getattr(identity, f"name_{language}") for language in LANGUAGES},
        population=_pivot_series(package.frame("population")),
        income=_pivot_series(package.frame("income")),
        lifetime_profile=_read_profiles(package, reference),
        regions=regions,
        facilities=package.frame("facilities").set_index("facility"),
        region_population=_read_region_population(package.frame("region_population"), list(regions.index)),
        region_wage=_read_region_wage(package.frame("region_wages"), identity.iso3, list(regions.index)),
        photovoltaic_capacity=package.frame("photovoltaic_capacity").sort_values("year"),
        published=package.frame("published"),
        sales=package.frame("sales"),
        urban_share=_pivot_series(package.frame("urban_share")),
    )


def identify_country(reference: Reference, figures: Country) -> dict[str, str]:
    """Gather the codes and names of a country.

    Parameters
    ----------
    reference
        Reference package, of which the list of codes is read.
    figures
        Country package.

    Returns
    -------
    dict of str to str
        ``iso3``, ``iso2`` and ``m49``, empty where the list does not know them, and names by language.
    """
    codes = reference.package.frame("country_codes").set_index("iso3").reindex([figures.iso3]).iloc[0]
    short = {name: "" if pd.isna(codes[name]) else str(codes[name]) for name in ("iso2", "m49")}
    names = {str(language): name for language, name in figures.names.items()}
    return {"iso3": figures.iso3, **short, **names}


def _pivot_series(frame: pd.DataFrame) -> xr.DataArray:
    wide = frame.pivot_table(index="series", columns="year", values="value")
    return xr.DataArray(
        wide.to_numpy(),
        coords={"series": list(wide.index), "year": list(wide.columns)},
        dims=("series", "year"),
    )


def _read_profiles(package: DataPackage, reference: Reference) -> xr.DataArray:
    table = package.tables["lifetime_profiles"]
    known = [str(profile) for profile in reference.lifetime["profile"].values]
    problems = [
        Problem(
            "CTY-003",
            table.place(row, "profile"),
            repr(profile),
            f"one of {', '.join(known)}",
            suggest(profile, known),
        )
        for row, profile in enumerate(table.frame["profile"])
        if profile not in known
    ]
    if problems:
        raise InputError(problems, about=f"country package '{package.name}'")
    chosen = table.frame.set_index("key")["profile"].reindex(reference.products.index)
    return xr.DataArray(chosen.to_numpy(dtype=str), coords={"product": list(chosen.index)}, dims=("product",))


def _read_region_population(frame: pd.DataFrame, regions: list[str]) -> xr.DataArray:
    wide = frame.pivot_table(index="year", columns="region", values="value").reindex(columns=regions)
    return xr.DataArray(
        wide.to_numpy(dtype=float),
        coords={"year": list(wide.index), "region": regions},
        dims=("year", "region"),
    )


def _read_region_wage(frame: pd.DataFrame, nation: str, regions: list[str]) -> xr.DataArray:
    """Divide the newest wage of each region by the national wage of the same quarter, else of the nearest."""
    ratios = np.ones(len(regions))
    figures = frame.assign(when=frame["year"] * 4 + frame["quarter"]).sort_values("when")
    national = figures[figures["region"] == nation]
    for position, region in enumerate(regions):
        own = figures[figures["region"] == region]
        if own.empty or national.empty:
            continue
        newest = own.iloc[-1]
        nearest = int((national["when"] - newest["when"]).abs().to_numpy().argmin())
        ratios[position] = newest["value"] / national["value"].iloc[nearest]
    return xr.DataArray(ratios, coords={"region": regions}, dims=("region",))
