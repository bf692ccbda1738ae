"""Used things that come into the country with an age, and live out what remains of their lives."""

from __future__ import annotations

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import NO_LABELS, FloatArray, Labels, as_floats
from ainalym.kernels.cohort import StockAndOutflow, compute_inflow_driven
from ainalym.kernels.lifetime import Convention, Lifetime, RemainingLife, survival_by_age


def compute_used_imports(
    imports: FloatArray,
    ages: FloatArray,
    lifetime: Lifetime,
    convention: Convention = "uniform",
    *,
    keep_ages: bool = False,
    labels: Labels = NO_LABELS,
) -> StockAndOutflow:
    """Compute stock and outflow of things that enter with an age.

    Parameters
    ----------
    imports
        Used things that enter during each year, by age at entry. Shape (..., year, age, product), t/yr or
        pieces/yr, each 0 or more. Age is that of the thing, so its composition is that of the year of entry
        less its age.
    ages
        Ages at entry, yr, 0 or more. Shape (age,).
    lifetime
        Lifetime from new, with parameters of shape (..., product).
    convention
        When within a year things enter.
    keep_ages
        Whether to keep the ages at entry apart, as the axis before product.
    labels
        Names for products and years, for errors.

    Returns
    -------
    StockAndOutflow
        Shape (..., year, product), or (..., year, age, product).

    Raises
    ------
    InputError
        [COH-001] if an age is negative or not finite, [COH-002] if the axes do not fit, [COH-003] or
        [COH-004] if an amount is not finite or below 0, [COH-012] if nothing lives to an age.

    Notes
    -----
    Of what enters at age a, S(a + x) / S(a) is left x years later.
    """
    imports, ages = as_floats(imports), as_floats(ages)
    if imports.ndim < 3 or ages.shape != imports.shape[-2:-1]:
        got = f"imports {imports.shape}, ages {ages.shape}"
        mend = "Give the imports as (..., year, age, product), with one age per row."
        raise InputError(Problem("COH-002", "used imports", got, "the same ages", mend))
    years = imports.shape[-3]
    parts = []
    for number, age in enumerate(ages):
        rest = RemainingLife(lifetime, age, labels)
        left = survival_by_age(rest, years, convention)
        parts.append(compute_inflow_driven(imports[..., number, :], left, by_cohort=False, labels=labels))
    stock = np.stack([part.stock for part in parts], axis=-2)
    outflow = np.stack([part.outflow for part in parts], axis=-2)
    if keep_ages:
        return StockAndOutflow(stock, outflow)
    return StockAndOutflow(stock.sum(axis=-2), outflow.sum(axis=-2))
