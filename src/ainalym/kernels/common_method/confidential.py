"""Production that a statistics office hides, estimated from exports (script 01).

Hidden production is exports over the usual ratio of exports to production: of the same country in other years
(flag 1), else of the stratum (flag 2). The estimates are fitted into what the total of all countries leaves
beside the open figures, and replaced by the trend of the open figures where they are more than 20 % off it
(flag 3).

Defects kept by ``strict``:

- **EU total broken by the last override**: the trend replaces estimates after they were fitted into the
  total. Mended: the trend first, the total last.
- **no open figures, no estimate**: where every country hides, the sum of the open figures is missing instead
  of nought, and the fit turns all estimates into missing ones. Mended: nought.
- **scaled up over unknown cells**: the description scales down alone; the script also scales up, so that
  countries with an estimate take over the production of hidden ones without. Mended: up only where none is
  left unknown.
- **exports of hidden production in the ratio of the stratum**: exports are summed over all countries of the
  stratum, production over those where it is known. Mended: the same countries in both sums.
- **noughts of the fit count as open figures**: an estimate that the fit puts at nought loses its flag and
  bends the trend. Mended: open figures alone make the trend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.common_method.cells import BoolArray, FloatArray
from ainalym.kernels.common_method.flags import IntArray
from ainalym.kernels.common_method.outliers import compute_median
from ainalym.kernels.common_method.panel import check_shape
from ainalym.kernels.common_method.regression import fit_lines

OPEN = 0
BY_OTHER_YEARS = 1
BY_STRATUM = 2
BY_TREND = 3
FARTHEST_FROM_TREND = 0.2


@dataclass(frozen=True, slots=True)
class HiddenProduction:
    """Production statistics of several countries, some of it hidden.

    Parameters
    ----------
    production
        Units produced; NaN where hidden or not reported. Shape (code, country, year).
    hidden
        Whether a figure exists and is confidential. Same shape.
    exports
        Exported units; 0 where only a value is known, NaN where nothing is. Same shape.
    export_value
        Value of the exports, any one currency. Same shape.
    total
        Units produced in all countries together; NaN where not published. Shape (code, year).
    stratum
        Of each country, from 1. Shape (country,).
    years
        Labels of the year axis.
    """

    production: FloatArray
    hidden: BoolArray
    exports: FloatArray
    export_value: FloatArray
    total: FloatArray
    stratum: IntArray
    years: IntArray


def estimate_export_units(exports: FloatArray, value: FloatArray, strict: bool) -> FloatArray:
    """Estimate exported units from their value, where only that is known.

    Parameters
    ----------
    exports, value
        As in :class:`HiddenProduction`. Shape (code, country, year).
    strict
        Whether only noughts, and not missing units, are estimated.

    Returns
    -------
    FloatArray
        Units, at the mean value per unit of the code over all countries and years.
    """
    both = (exports > 0) & (value > 0)
    values, units = (
        np.where(both, amount, 0.0).sum(axis=(1, 2), keepdims=True) for amount in (value, exports)
    )
    price = np.divide(values, units, where=units > 0, out=np.full_like(values, np.nan))
    unknown = (exports == 0) if strict else (exports == 0) | np.isnan(exports)
    return np.where(unknown, value / price, exports)


def estimate_hidden_production(given: HiddenProduction, strict: bool) -> tuple[FloatArray, IntArray]:
    """Estimate hidden production.

    Parameters
    ----------
    given
        Production and exports.
    strict
        Whether to keep the defects of the script.

    Returns
    -------
    tuple of FloatArray, IntArray
        Units produced, NaN where nothing could be said; and flags 0 (open), 1, 2, 3 by the step that gave the
        estimate. Shape (code, country, year). An estimate of nought has flag 0, as in the script.

    Raises
    ------
    InputError
        CLN-001 if shapes differ, CLN-010 if open figures are below nought.

    Notes
    -----
    rho = X / Q, Q_hidden = X / median(rho). Fit: Q := round(Q / sum Q_hidden (Q_total - sum Q_open)), 0 or
    more.
    """
    _check(given)
    exports = estimate_export_units(given.exports, given.export_value, strict)
    production, flag = _estimate_from_exports(given, exports, strict)
    if strict:
        production = _fit_to_total(production, given, strict)
        flag = np.where((production == 0) | np.isnan(production), OPEN, flag)
        return _replace_by_trend(production, flag, (flag == OPEN) & (production >= 0), given.years)
    open_figures = ~given.hidden & (production >= 0)
    production, flag = _replace_by_trend(production, flag, open_figures, given.years)
    production = _fit_to_total(production, given, strict)
    return production, np.where((production == 0) | np.isnan(production), OPEN, flag)


def _estimate_from_exports(
    given: HiddenProduction, exports: FloatArray, strict: bool
) -> tuple[FloatArray, IntArray]:
    """Take the ratio of the country, else of the stratum."""
    known = ~given.hidden & (given.production > 0)
    ratio = np.divide(exports, given.production, where=known, out=np.full_like(exports, np.nan))
    usual = compute_median(ratio, 2)[:, :, np.newaxis]
    production, flag = given.production.copy(), np.full(exports.shape, OPEN, dtype=np.int64)
    first = given.hidden & (usual > 0)
    production = np.divide(exports, usual, where=first, out=production)
    flag[first] = BY_OTHER_YEARS
    of_stratum = np.full_like(exports, np.nan)
    for number in np.unique(given.stratum):
        members = given.stratum == number
        # A country without a record of the code does not count, whatever it exports.
        recorded = ~np.isnan(production[:, members]) | (given.hidden[:, members] & strict)
        made, sent = (
            np.where(recorded, np.nan_to_num(amount[:, members]), 0.0).sum(axis=1)
            for amount in (production, exports)
        )
        by_year = np.divide(sent, made, where=made > 0, out=np.full_like(sent, np.nan))
        of_stratum[:, members] = compute_median(by_year, 1)[:, np.newaxis, np.newaxis]
    second = given.hidden & np.isnan(production) & (of_stratum > 0)
    production = np.divide(exports, of_stratum, where=second, out=production)
    flag[second] = BY_STRATUM
    return production, flag


def _fit_to_total(production: FloatArray, given: HiddenProduction, strict: bool) -> FloatArray:
    """Fit the estimates into what the total leaves beside the open figures."""
    open_sum = np.where(given.hidden, 0.0, np.nan_to_num(production)).sum(axis=1)
    hidden_sum = np.where(given.hidden, np.nan_to_num(production), 0.0).sum(axis=1)
    if strict:
        none_open = ~(~given.hidden & ~np.isnan(given.production)).any(axis=1)
        open_sum = np.where(none_open, np.nan, open_sum)
    room = given.total - open_sum
    fits = (hidden_sum > 0) & (given.total > 0)
    if not strict:
        unknown = (given.hidden & np.isnan(production)).any(axis=1)
        fits &= ~(unknown & (room > hidden_sum))
    factor = np.divide(room, hidden_sum, where=fits, out=np.ones_like(room))
    fitted = np.round(production * factor[:, np.newaxis, :])
    fitted = np.where(given.hidden & fits[:, np.newaxis, :], fitted, production)
    return np.where(fitted < 0, 0.0, fitted)


def _replace_by_trend(
    production: FloatArray, flag: IntArray, open_figures: BoolArray, years: IntArray
) -> tuple[FloatArray, IntArray]:
    """Replace estimates that are far from the trend of the open figures."""
    time = years.astype(np.float64)
    line = fit_lines(time, production, open_figures, axes=(2,))
    trend = line.intercept[..., np.newaxis] + line.slope[..., np.newaxis] * time
    rises = trend > 0
    off = np.divide(np.abs(production - trend), trend, where=rises, out=np.zeros_like(trend))
    far = (flag > OPEN) & rises & (off > FARTHEST_FROM_TREND)
    return np.where(far, trend, production), np.where(far, BY_TREND, flag)


def _check(given: HiddenProduction) -> None:
    """Check shapes and signs."""
    cells = given.production.shape
    codes, countries, years = cells
    problems = []
    for what in ("hidden", "exports", "export_value"):
        problems += check_shape(what, getattr(given, what).shape, cells, "(code, country, year)")
    problems += check_shape("total", given.total.shape, (codes, years), "(code, year)")
    problems += check_shape("stratum", given.stratum.shape, (countries,), "(country,)")
    problems += check_shape("years", given.years.shape, (years,), "(year,)")
    for place in np.argwhere(given.production < 0):
        where = f"production, code {place[0]}, country {place[1]}, year {place[2]}"
        got = f"{given.production[tuple(place)]:g}"
        problems.append(
            Problem("CLN-010", where, got, "0 or more", "Correct the figure, or mark it as hidden.")
        )
    if problems:
        raise InputError(problems, "hidden production")
