"""The reference package as labelled arrays: what all countries share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import xarray as xr

from ainalym.core.units import TO_MASS_FRACTION, TO_USD_PER_TONNE
from ainalym.packages.package import DataPackage, read_package


@dataclass(frozen=True, eq=False)
class Reference:
    """Tables of the reference package, aligned on the 54 UNU-KEYs.

    Attributes
    ----------
    package
        The package they come from.
    products
        One row per product, indexed by key: names, category, introduction year.
    categories
        One row per category, indexed by its code.
    materials
        One row per material, indexed by name.
    group_income
        Income of the reference groups. Dims (year, reference_group), int$2011/person, poorest group first.
    per_inhabitant
        Placed on market of the reference groups. Dims (measure, year, reference_group, product) with measure
        ``kg`` and ``pieces``, kg/person and piece/person.
    elasticity
        Income elasticity of placed on market. Dims (product,), 0 or more.
    total_elasticity
        Income elasticity of all products together.
    lifetime
        Weibull parameters. Dims (parameter, profile, product) with parameter ``shape`` (1) and ``scale``
        (yr).
    composition
        Mass fractions. Dims (product, material); additive materials sum to 1, precious metals come on top.
    composition_grade
        Grade of trust of each composition. Dims (product, material).
    calibration
        Factor by which published world totals differ from the composition table. Dims (material,), 1 where
        none is known.
    prices
        Yearly mean prices. Dims (year, material), USD/t, NaN where there is no figure.
    photovoltaic_mass
        Mass of photovoltaic equipment. Dims (measure, year) with measure ``kg_per_megawatt`` and
        ``kg_per_panel``.
    """

    package: DataPackage
    products: pd.DataFrame
    categories: pd.DataFrame
    materials: pd.DataFrame
    group_income: xr.DataArray
    per_inhabitant: xr.DataArray
    elasticity: xr.DataArray
    total_elasticity: float
    lifetime: xr.DataArray
    composition: xr.DataArray
    composition_grade: xr.DataArray
    calibration: xr.DataArray
    prices: xr.DataArray
    photovoltaic_mass: xr.DataArray

    @property
    def vocabularies(self) -> Mapping[str, Collection[str]]:
        """Names that a country package may refer to, by vocabulary."""
        return {
            "product": list(self.products.index),
            "category": list(self.categories.index),
            "material": list(self.materials.index),
        }

    @property
    def successors(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a product and the one that replaces it."""
        pairs = self.package.frame("technology_switches")[["key", "successor"]]
        return tuple((str(old), str(new)) for old, new in pairs.itertuples(index=False, name=None))


PHOTOVOLTAIC_PRODUCT = "0002"
"""UNU-KEY of photovoltaic panels, whose market follows installed capacity."""


@cache
def read_reference() -> Reference:
    """Read the reference package that travels with the program.

    Returns
    -------
    Reference
        Its tables as labelled arrays.
    """
    package = read_package(files("ainalym").joinpath("reference"))
    products = package.frame("products").set_index("key")
    materials = package.frame("materials").set_index("material")
    groups = package.frame("reference_groups")
    mean_income = groups.groupby("group")["income"].mean().sort_values()
    order = list(mean_income.index)
    income = groups.pivot_table(index="year", columns="group", values="income")[order]
    composition = package.frame("composition").assign(
        fraction=lambda frame: frame["value"] * frame["unit"].map(TO_MASS_FRACTION)
    )
    axes = (list(products.index), list(materials.index))
    return Reference(
        package=package,
        products=products,
        categories=package.frame("categories").set_index("category"),
        materials=materials,
        group_income=xr.DataArray(income, dims=("year", "reference_group")),
        per_inhabitant=_read_per_inhabitant(package.frame("placed_on_market"), order, axes[0]),
        elasticity=_read_elasticity(package.frame("income_elasticities"), axes[0]),
        total_elasticity=_read_total_elasticity(package.frame("income_elasticities")),
        lifetime=_read_lifetime(package.frame("lifetimes"), axes[0]),
        composition=_pivot(composition, "key", "material", "fraction", axes, ("product", "material")),
        composition_grade=_pivot(composition, "key", "material", "grade", axes, ("product", "material")),
        calibration=_read_calibration(package.frame("composition_calibration"), axes[1]),
        prices=_read_prices(package.frame("prices"), axes[1]),
        photovoltaic_mass=xr.DataArray(
            package.frame("photovoltaic_mass").set_index("year")[["kg_per_megawatt", "kg_per_panel"]].T,
            dims=("measure", "year"),
        ),
    )


def _pivot(
    frame: pd.DataFrame,
    rows: str,
    columns: str,
    values: str,
    axes: tuple[list[str], list[str]],
    dims: tuple[str, str],
) -> xr.DataArray:
    wide = frame.pivot_table(index=rows, columns=columns, values=values, aggfunc="first").reindex(
        axes[0], columns=axes[1]
    )
    return xr.DataArray(wide.to_numpy(), coords={dims[0]: axes[0], dims[1]: axes[1]}, dims=dims)


def _read_per_inhabitant(frame: pd.DataFrame, groups: list[str], products: list[str]) -> xr.DataArray:
    indexed = frame.set_index(["year", "group", "key"])[["kg", "pieces"]]
    years = sorted(frame["year"].unique())
    full = pd.MultiIndex.from_product([years, groups, products])
    cube = indexed.reindex(full).to_numpy().reshape(len(years), len(groups), len(products), 2)
    return xr.DataArray(
        np.moveaxis(cube, -1, 0),
        coords={"measure": ["kg", "pieces"], "year": years, "reference_group": groups, "product": products},
        dims=("measure", "year", "reference_group", "product"),
    )


def _read_elasticity(frame: pd.DataFrame, products: list[str]) -> xr.DataArray:
    """Take the elasticity of a product where its fit is usable, that of all products together elsewhere."""
    indexed = frame.set_index("key")
    usable = indexed["usable"].reindex(products, fill_value=False) & (
        indexed["elasticity"].reindex(products) >= 0
    )
    values = indexed["elasticity"].reindex(products).where(usable, indexed.loc["all", "elasticity"])
    return xr.DataArray(values.to_numpy(dtype=float), coords={"product": products}, dims=("product",))


def _read_total_elasticity(frame: pd.DataFrame) -> float:
    return float(frame.loc[frame["key"] == "all", "elasticity"].iloc[0])


def _read_lifetime(frame: pd.DataFrame, products: list[str]) -> xr.DataArray:
    profiles = sorted(frame["profile"].unique())
    indexed = frame.set_index(["profile", "key"])[["shape", "scale"]]
    cube = indexed.reindex(pd.MultiIndex.from_product([profiles, products])).to_numpy()
    return xr.DataArray(
        np.moveaxis(cube.reshape(len(profiles), len(products), 2), -1, 0),
        coords={"parameter": ["shape", "scale"], "profile": profiles, "product": products},
        dims=("parameter", "profile", "product"),
    )


def _read_calibration(frame: pd.DataFrame, materials: list[str]) -> xr.DataArray:
    factors = frame.set_index("material")["factor"].reindex(materials).fillna(1.0)
    return xr.DataArray(factors.to_numpy(), coords={"material": materials}, dims=("material",))


def _read_prices(frame: pd.DataFrame, materials: list[str]) -> xr.DataArray:
    priced = frame.assign(price=frame["value"] * frame["unit"].map(TO_USD_PER_TONNE))
    wide = priced.pivot_table(index="year", columns="material", values="price").reindex(columns=materials)
    return xr.DataArray(
        wide.to_numpy(), coords={"year": list(wide.index), "material": materials}, dims=("year", "material")
    )
