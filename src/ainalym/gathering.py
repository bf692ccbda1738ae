"""Gathers what a run leaves: arrays, tables that explain them, record and timings."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.packages.country import Country
from ainalym.packages.end_of_life import EndOfLife
from ainalym.packages.evidence import list_package_tables, list_product_evidence
from ainalym.packages.reference import Reference
from ainalym.schemas.run import FIRST_YEAR, LAST_YEAR_OF_HISTORY, RunOptions
from ainalym.stages.stock import MASS_BALANCE_TOLERANCE

RECORDED_LIBRARIES = (
    "ainalym",
    "numpy",
    "scipy",
    "xarray",
    "pandas",
    "pydantic",
    "h5netcdf",
    "altair",
    "vl-convert-python",
)


@dataclass
class Stopwatch:
    """Times the stages and tells a listener which one begins.

    Attributes
    ----------
    listener
        Called with the name of each stage when it begins.
    seconds
        Wall time by stage, s.
    """

    listener: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        self.listener(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 4)


def collect_arrays(
    arrays: list[xr.DataArray], reference: Reference, figures: Country, options: RunOptions
) -> xr.Dataset:
    """Gather the arrays of a run.

    Parameters
    ----------
    arrays
        Named as in the vocabulary.
    reference, figures
        Data packages.
    options
        Choices of the run.

    Returns
    -------
    xarray.Dataset
        With titles and the category of each product.

    Raises
    ------
    AssertionError
        If an array but the price held a value that is not a number.
    """
    for array in arrays:
        # A material without a price is the one gap that a result may have; the views name it.
        if array.name != "price" and not bool(np.isfinite(array.values).all()):
            raise AssertionError(f"{array.name} holds a value that is not a number")
    data = xr.Dataset({str(array.name): array.reset_coords(drop=True) for array in arrays})
    category = reference.products["category"].to_numpy(dtype=str)
    data = data.assign_coords(product_category=("product", category))
    data.attrs = {
        "Conventions": "CF-1.11",
        "title": f"E-waste outlook of {figures.names['en']}, {FIRST_YEAR} to {options.until}",
        "institution": "Ainalym",
        "source": f"ainalym {version('ainalym')}; data packages reference and {figures.package.name}",
        "convention": options.convention,
        "composition": options.composition,
    }
    return data


def collect_tables(reference: Reference, figures: Country, known: EndOfLife) -> dict[str, pd.DataFrame]:
    """Gather the tables that say what labels mean and what the figures rest on.

    Parameters
    ----------
    reference, figures
        Data packages.
    known
        Tables of what follows generation.

    Returns
    -------
    dict of str to pandas.DataFrame
        As :class:`ainalym.results.result.Result` lists them.
    """
    packages = (reference.package, figures.package)
    sources = [
        {"package": package.name, **source.model_dump()}
        for package in packages
        for source in package.descriptor.sources
    ]
    return {
        "products": reference.products,
        "categories": reference.categories,
        "materials": reference.materials,
        "prices": reference.package.frame("prices"),
        "composition_grade": reference.composition_grade.to_series().unstack("material"),
        "regions": figures.regions,
        "facilities": figures.facilities,
        "published": figures.published,
        "sales": figures.sales,
        "photovoltaic_capacity": figures.photovoltaic_capacity,
        "routes": reference.package.frame("routes").set_index("route"),
        "treatments": reference.package.frame("treatments").set_index("treatment"),
        "substances": reference.package.frame("substances").set_index("substance"),
        "recovery_targets": known.targets,
        "economic_parameters": reference.package.frame("economic_parameters"),
        "calculation_index": known.calculation_index,
        "sources": pd.DataFrame(sources),
        "package_tables": list_package_tables(packages),
        "product_evidence": list_product_evidence(packages),
    }


def compose_record(
    reference: Reference,
    figures: Country,
    options: RunOptions,
    seconds: dict[str, float],
    balance: float,
    convention_error: float,
) -> dict[str, Any]:
    """Compose the record of a run.

    Parameters
    ----------
    reference, figures
        Data packages.
    options
        Choices of the run.
    seconds
        Wall time by stage.
    balance
        Largest relative error of the mass balance.
    convention_error
        What the convention makes or loses of a product's mass over its life, at most.

    Returns
    -------
    dict
        Country, options, versions, hashes, checks and timings.
    """
    return {
        "country": figures.iso3,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": options.model_dump(),
        "first_year": FIRST_YEAR,
        "last_year_of_history": LAST_YEAR_OF_HISTORY,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RECORDED_LIBRARIES},
        "packages": {
            package.name: {"version": package.descriptor.version, "hashes": dict(package.hashes)}
            for package in (reference.package, figures.package)
        },
        "checks": {
            "mass_balance_relative_error": balance,
            "mass_balance_tolerance": MASS_BALANCE_TOLERANCE,
            "convention_mass_error": convention_error,
        },
        "seconds": {**seconds, "total": round(sum(seconds.values()), 4)},
    }
