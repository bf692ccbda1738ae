"""Sums over cohorts of what entered times a share, for shares by age and by cohort."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ainalym.kernels.boundary import FloatArray

YEARS_AT_ONCE = 18
"""Years whose sums over cohorts are taken in one call."""


def sum_over_cohorts(inflow: FloatArray, share: FloatArray) -> FloatArray:
    """Sum over cohorts the inflow times a share that depends on age alone.

    Parameters
    ----------
    inflow
        What enters during each year. Shape (..., year, product).
    share
        Share in stock, or leaving, by age. Shape (..., age, product), with as many ages as years.

    Returns
    -------
    FloatArray
        The sums. Shape (..., year, product).
    """
    return sum_kinds_over_cohorts(inflow, share[..., None, :])[..., 0, :]


def sum_kinds_over_cohorts(inflow: FloatArray, shares: FloatArray) -> FloatArray:
    """Sum over cohorts the inflow times several shares that depend on age alone.

    Parameters
    ----------
    inflow
        What enters during each year. Shape (..., year, product).
    shares
        Shares by age. Shape (..., age, kind, product), with as many ages as years.

    Returns
    -------
    FloatArray
        The sums. Shape (..., year, kind, product).

    Notes
    -----
    Some years are taken at a time: numpy sees the shares through a window that slides up by a row with each
    year, and adds whole rows of products. It is a Toeplitz matrix product for matrices too small to be
    worth building.
    """
    years = inflow.shape[-2]
    batch = np.broadcast_shapes(inflow.shape[:-2], shares.shape[:-3])
    before = YEARS_AT_ONCE - 1
    padded = np.zeros((*shares.shape[:-3], years + 2 * before, *shares.shape[-2:]))
    padded[..., before : before + years, :, :] = shares
    up, *inner = padded.strides[-3:]
    sums = np.empty((*batch, years, shares.shape[-2], max(inflow.shape[-1], shares.shape[-1])))
    for start in range(0, years, YEARS_AT_ONCE):
        stop = min(start + YEARS_AT_ONCE, years)
        # Row t, column c of the window is the share at age start + t - c, nought where that is below 0.
        window = as_strided(
            padded[..., start + before :, :, :],
            (*padded.shape[:-3], stop - start, stop, *padded.shape[-2:]),
            (*padded.strides[:-3], up, -up, *inner),
            writeable=False,
        )
        np.einsum("...tckp,...cp->...tkp", window, inflow[..., :stop, :], out=sums[..., start:stop, :, :])
    return sums


def sum_by_cohort(inflow: FloatArray, share: FloatArray) -> FloatArray:
    """Sum over cohorts the inflow times a share of its own for each cohort.

    Parameters
    ----------
    inflow
        What enters during each year. Shape (..., year, product).
    share
        Share in stock, or leaving. Shape (..., year, cohort, product).

    Returns
    -------
    FloatArray
        The sums. Shape (..., year, product).
    """
    return np.asarray(np.einsum("...tcp,...cp->...tp", share, inflow))
