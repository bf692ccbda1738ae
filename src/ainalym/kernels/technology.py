"""How the products of one demand share it while one technology takes over from the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray, as_floats
from ainalym.kernels.growth import compute_substitution_shares

PHASE_OUT_SPEED = 0.75
"""By how much the logarithm of a product's share falls in a year once its making and trade have ended, 1/yr.

No figures after a ban are at hand; this is how fast tube televisions and monitors left the reference groups
when their makers gave them up (0.71 and 0.79 in table technology_switches)."""

PHASE_OUT_YEARS = 5.0
"""Years until that speed is reached, growing evenly from nought: exemptions and what shops hold. Tube
televisions and monitors took as long, from a fall of 0.3 a year in 2002 to one of 1 in 2006. That a ban works
like it is an assumption."""


@dataclass(frozen=True, slots=True)
class Switches:
    """How each product of a group gives way to the successor of the group.

    Parameters
    ----------
    speed
        Fall of the log odds against the successor, 1/yr, 0 or more; 0 for the successor. Shape
        (..., product).
    midpoint
        Year in which product and successor sell as much; used where the history of a country does not tell,
        0 for the successor. Shape (..., product).
    remaining
        Share of the group that the product keeps in the end, in [0, 1). Shape (..., product).
    phase_out
        Last year in which the product may be made or traded, infinite where there is none. Shape
        (..., product).
    """

    speed: FloatArray
    midpoint: FloatArray
    remaining: FloatArray
    phase_out: FloatArray


def compute_technology_shares(
    history: FloatArray, years: npt.ArrayLike, switches: Switches, successor: int
) -> FloatArray:
    """Compute the share of each product in what its group buys.

    Parameters
    ----------
    history
        Sales in the last year of history, any unit, each 0 or more. Shape (..., product), one group.
    years
        The last year of history, and every year after it for which shares are wanted. Shape (1 + year,).
    switches
        How the products give way.
    successor
        Position of the product that takes over.

    Returns
    -------
    FloatArray
        Shares. Shape (..., year, product), in [0, 1], summing to 1 over products.

    Raises
    ------
    InputError
        [GRO-001] if a speed or remaining share is out of range.

    Notes
    -----
    The log odds against the successor are those of history and fall by ``speed`` a year (Fisher-Pry). After
    its phase-out the logarithm of a share falls on top of that, ever faster for :data:`PHASE_OUT_YEARS` and
    by :data:`PHASE_OUT_SPEED` a year from then on; the successor has what it loses. A product that is no
    longer sold stays away; one that sells less than its remaining share keeps what it has. Where the
    successor was not sold in the last year of history, the odds of the table are taken:
    -speed (t - midpoint).
    """
    moments = as_floats(years)
    _check(switches)
    total = history.sum(axis=-1, keepdims=True)
    is_sold = total > 0
    share = np.divide(history, total, out=np.zeros_like(history), where=is_sold)
    kept = np.where(is_sold, np.minimum(switches.remaining, share), switches.remaining)
    kept[..., successor] = 0.0
    free = 1.0 - kept.sum(axis=-1, keepdims=True)
    by_table = -switches.speed * (moments[0] - switches.midpoint)
    takes_over = history[..., successor, np.newaxis] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        by_history = np.log(share - kept) - np.log(share[..., successor, np.newaxis])
    # Without sales of the successor the odds of history are infinite; without any sales there are none.
    is_alive = (share > kept) | ~is_sold
    start = np.where(is_alive, np.where(takes_over, by_history, by_table), -np.inf)
    start[..., successor] = 0.0
    passed = (moments[1:] - moments[0])[:, np.newaxis]
    odds = start[..., np.newaxis, :] - switches.speed[..., np.newaxis, :] * passed
    shares = kept[..., np.newaxis, :] + free[..., np.newaxis] * compute_substitution_shares(odds)
    end = np.maximum(switches.phase_out, moments[0])[..., np.newaxis, :]
    left: FloatArray = shares * np.exp(-PHASE_OUT_SPEED * count_years_at_speed(moments[1:, np.newaxis] - end))
    left[..., successor] += (shares - left).sum(axis=-1)
    return left


def count_years_at_speed(passed: FloatArray) -> FloatArray:
    """Count the years since a phase-out as so many years at its full speed.

    Parameters
    ----------
    passed
        Years since the phase-out, below 0 before it. Any shape.

    Returns
    -------
    FloatArray
        0 or more, rising without a kink: x^2 / 2n for the first n = :data:`PHASE_OUT_YEARS`, then x - n / 2.
    """
    since = np.maximum(passed, 0.0)
    starting = np.minimum(since, PHASE_OUT_YEARS)
    return np.asarray(0.5 * starting**2 / PHASE_OUT_YEARS + since - starting)


def _check(switches: Switches) -> None:
    problems = []
    if not (np.isfinite(switches.speed) & (switches.speed >= 0)).all():
        expected = "a finite number of 0 or more"
        got = f"{switches.speed.min():g} as the least"
        problems.append(Problem("GRO-001", "speed of a substitution", got, expected, "Correct the speed."))
    sums = switches.remaining.sum(axis=-1)
    if not ((switches.remaining >= 0).all() and (sums < 1).all()):
        got = f"shares from {switches.remaining.min():g}, that sum to {sums.max():g}"
        expected = "shares of 0 or more that leave something to the successor"
        problems.append(Problem("GRO-001", "remaining share", got, expected, "Correct the shares."))
    if problems:
        raise InputError(problems)
