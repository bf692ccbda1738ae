"""What two runs differ by, draw by draw: uncertain inputs that both share fall out."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ainalym.core.dimensions import order_dimensions
from ainalym.errors import InputError, Problem
from ainalym.results.result import Result

SHARED = ("seed", "sampling", "draws")
"""Options of an ensemble that must agree for the draws to be shared; country and last year likewise."""


def compute_difference(result: Result, base: Result) -> xr.Dataset:
    """Compute what a run differs by from another one, draw by draw.

    Parameters
    ----------
    result
        Result with draws, such as that of a scenario.
    base
        Result with draws that it is held against.

    Returns
    -------
    xarray.Dataset
        Quantiles of the differences of all totals, this run less the base. Dims (quantile, year, ...). As
        both share their draws, what is uncertain in both alike falls out.

    Raises
    ------
    InputError
        [ENS-013] if country, last year, seed, sampling or number of draws differ, or one has no draws: they
        would not be shared.
    """
    if result.draws is None or base.draws is None or result.quantiles is None:
        raise InputError(_describe_mismatch(result, base))
    check_shared(result, base)
    probabilities = result.quantiles["quantile"].values.tolist()
    variables = {}
    for name, values in result.draws.data_vars.items():
        change = values.astype(np.float64) - base.draws[name]
        quantiles = change.quantile(probabilities, "draw")
        inner = order_dimensions(str(axis) for axis in quantiles.dims if axis != "quantile")
        variables[str(name)] = quantiles.transpose("quantile", *inner).assign_attrs(values.attrs)
    return xr.Dataset(variables)


def check_shared(result: Result, base: Result) -> None:
    """Refuse two runs that do not share their draws.

    Parameters
    ----------
    result, base
        Results of the same country, last year, seed, sampling and number of draws, or both without draws.

    Raises
    ------
    InputError
        [ENS-013] if they differ in one of these.
    """
    if (result.draws is None) != (base.draws is None):
        raise InputError(_describe_mismatch(result, base))
    if result.draws is not None and _read_shared(result) != _read_shared(base):
        raise InputError(_describe_mismatch(result, base))


def _read_shared(result: Result) -> list[object]:
    record = result.record
    return [record["country"], record["options"]["until"], *(record["ensemble"][name] for name in SHARED)]


def _describe_mismatch(result: Result, base: Result) -> Problem:
    said = []
    for run in (result, base):
        if run.draws is None:
            said.append("a run without draws")
        else:
            country, until, seed, sampling, draws = _read_shared(run)
            said.append(f"{country} to {until}, seed {seed}, {sampling}, {draws} draws")
    return Problem(
        "ENS-013",
        "difference of two runs",
        " against ".join(said),
        "the same country, last year, seed, sampling and number of draws",
        "Run both with the same options.",
    )
