"""Gases and hazardous substances in e-waste: what a tonne of each product holds, by year of discard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ainalym.core.units import KG_PER_TONNE, MG_PER_KG
from ainalym.kernels.boundary import FloatArray

LEAD = "lead"
"""Substance that is a material of the composition."""

EVERY = "all"


def compute_gas_content(
    table: pd.DataFrame, discarded: FloatArray, ewaste: FloatArray, products: Sequence[str], years: FloatArray
) -> FloatArray:
    """Compute the warming potential of the gases in a tonne of discarded equipment.

    Parameters
    ----------
    table
        Fillings by product and year of sale: ``key``, ``cohort_from``, ``cohort_to``, ``mass`` (kg/piece),
        ``gwp`` (kg CO2e/kg), ``value`` (share left at the end).
    discarded
        Pieces discarded. Shape (year, cohort, product), piece/yr.
    ewaste
        Their mass. Shape (year, product), t/yr.
    products
        UNU-KEYs.
    years
        Years, which are the cohorts too. Shape (year,).

    Returns
    -------
    FloatArray
        Shape (year, product), t CO2e/t.
    """
    content = np.zeros((len(years), len(products)))
    for row in table.to_dict("records"):
        product = products.index(str(row["key"]))
        sold = (years >= row["cohort_from"]) & (years <= row["cohort_to"])
        pieces = discarded[:, sold, product].sum(axis=1)
        content[:, product] += pieces * float(row["mass"] * row["gwp"] * row["value"]) / KG_PER_TONNE
    return np.asarray(np.divide(content, ewaste, out=np.zeros_like(content), where=ewaste > 0))


def compute_substance_content(
    table: pd.DataFrame,
    substances: Sequence[str],
    discarded: FloatArray,
    composition: pd.DataFrame,
    products: Sequence[str],
    years: FloatArray,
) -> FloatArray:
    """Compute the mass of hazardous substances in a tonne of discarded equipment.

    Parameters
    ----------
    table
        Contents by product and year of sale: ``substance``, ``key``, ``cohort_from``, ``cohort_to``,
        ``value``, ``unit``.
    substances
        Substances wanted; lead is read from the composition.
    discarded
        Mass discarded. Shape (year, cohort, product), t/yr.
    composition
        Mass fractions by product (rows) and material (columns).
    products
        UNU-KEYs.
    years
        Years, which are the cohorts too. Shape (year,).

    Returns
    -------
    FloatArray
        Shape (substance, year, product), t/t.
    """
    total = discarded.sum(axis=1)
    content = np.zeros((len(substances), *total.shape))
    if LEAD in substances:
        content[substances.index(LEAD)] = total * composition[LEAD].reindex(list(products)).to_numpy(
            dtype=float
        )
    plastics = composition["plastics"].reindex(list(products)).to_numpy(dtype=float)
    for row in table.to_dict("records"):
        place = substances.index(str(row["substance"]))
        hit = np.array([row["key"] in (key, EVERY) for key in products])
        sold = (years >= row["cohort_from"]) & (years <= row["cohort_to"])
        fraction = plastics if row["unit"] == "kg/kg plastics" else np.full(len(products), 1.0 / MG_PER_KG)
        mass = discarded[:, sold].sum(axis=1) * float(row["value"]) * fraction
        content[place][:, hit] += mass[:, hit]
    return np.asarray(np.divide(content, total, out=np.zeros_like(content), where=total > 0))
