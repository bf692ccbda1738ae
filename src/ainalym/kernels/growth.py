"""Growth that ends: saturation in income or time, diffusion, adjustment, and one technology after another.

All functions work on bare arrays of any shape that broadcast against one another, so that draws, years and
products go through together. With ``K`` the saturation, ``b`` the rate and ``m`` the midpoint:

=============  ===============================  ====================================================
curve          level at x                       midpoint m
=============  ===============================  ====================================================
``gompertz``   K exp(-exp(-b (x - m)))          inflection, where K / e = 37 % of K is reached
``logistic``   K / (1 + exp(-b (x - m)))        inflection, where half of K is reached
=============  ===============================  ====================================================

``x`` is income or time, in any one unit. The other way of writing Gompertz, K exp(-a exp(-b x)), is the same
curve with a = exp(b m).
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray, as_floats

Curve: TypeAlias = Literal["gompertz", "logistic"]

CURVES: tuple[Curve, ...] = get_args(Curve)
"""All saturating curves."""


def compute_saturation_curve(
    curve: Curve, x: npt.ArrayLike, saturation: npt.ArrayLike, rate: npt.ArrayLike, midpoint: npt.ArrayLike
) -> FloatArray:
    """Compute the level that a saturating curve has at an income or a time.

    Parameters
    ----------
    curve
        One of :data:`CURVES`.
    x
        Income or time.
    saturation
        Level that is never passed, above 0, any unit.
    rate
        Steepness, above 0, 1 over the unit of ``x``.
    midpoint
        Inflection, in the unit of ``x``.

    Returns
    -------
    FloatArray
        In [0, saturation], rising with ``x``. Shape of the parameters broadcast together.

    Raises
    ------
    InputError
        [GRO-001] if a saturation or rate is not positive and finite or a midpoint not finite, [GRO-006] if
        the curve is unknown.

    References
    ----------
    Gompertz for durables: Dargay, Gately and Sommer (2007), Energy Journal 28(4), for cars.
    """
    x, saturation, rate, midpoint = check_curve(curve, x, saturation, rate, midpoint)
    distance = rate * (x - midpoint)
    if curve == "gompertz":
        # Far to the left the inner exponential is infinite, and the level nought, as it should be.
        with np.errstate(over="ignore"):
            return np.asarray(saturation * np.exp(-np.exp(-distance)))
    return np.asarray(saturation * expit(distance))


def compute_elasticity(
    curve: Curve, x: npt.ArrayLike, rate: npt.ArrayLike, midpoint: npt.ArrayLike
) -> FloatArray:
    """Compute by how many per cent the level rises when x rises by one per cent.

    Parameters
    ----------
    curve
        One of :data:`CURVES`.
    x
        Income, above 0.
    rate, midpoint
        As in :func:`compute_saturation_curve`.

    Returns
    -------
    FloatArray
        0 or more.

    Raises
    ------
    InputError
        [GRO-001] and [GRO-006] as :func:`compute_saturation_curve`.

    Notes
    -----
    Gompertz: b x exp(-b (x - m)), greatest at x = 1 / b. Logistic: b x (1 - s / K).
    """
    x, _, rate, midpoint = check_curve(curve, x, 1.0, rate, midpoint)
    distance = rate * (x - midpoint)
    left = np.exp(-distance) if curve == "gompertz" else expit(-distance)
    return np.asarray(rate * x * left)


def invert_saturation_curve(
    curve: Curve,
    level: npt.ArrayLike,
    saturation: npt.ArrayLike,
    rate: npt.ArrayLike,
    midpoint: npt.ArrayLike,
) -> FloatArray:
    """Find the income or time at which a curve has a level.

    Parameters
    ----------
    curve
        One of :data:`CURVES`.
    level
        Above 0 and below the saturation.
    saturation, rate, midpoint
        As in :func:`compute_saturation_curve`.

    Returns
    -------
    FloatArray
        In the unit of ``midpoint``.

    Raises
    ------
    InputError
        [GRO-002] if a level is not between 0 and the saturation, [GRO-001] and [GRO-006] as
        :func:`compute_saturation_curve`.
    """
    level, saturation, rate, midpoint = check_curve(curve, level, saturation, rate, midpoint)
    outside = ~((level > 0) & (level < saturation))
    if outside.any():
        shown = np.broadcast_to(level, outside.shape)[outside][0]
        expected = "a level above 0 and below the saturation of the curve"
        mend = "Raise the saturation, or take a level that the curve has."
        raise InputError(Problem("GRO-002", f"{curve} curve", f"{shown:g}", expected, mend))
    share = level / saturation
    distance = -np.log(-np.log(share)) if curve == "gompertz" else np.log(share / (1.0 - share))
    return np.asarray(midpoint + distance / rate)


def check_curve(
    curve: str,
    x: npt.ArrayLike,
    saturation: npt.ArrayLike,
    rate: npt.ArrayLike,
    midpoint: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Refuse a curve or parameters that give no level.

    Parameters
    ----------
    curve, x, saturation, rate, midpoint
        As in :func:`compute_saturation_curve`.

    Returns
    -------
    tuple of FloatArray
        ``x``, saturation, rate and midpoint as arrays.

    Raises
    ------
    InputError
        [GRO-001], [GRO-006].
    """
    if curve not in CURVES:
        expected = f"one of {', '.join(CURVES)}"
        raise InputError(Problem("GRO-006", "saturation curve", repr(curve), expected, "Correct the name."))
    arrays = as_floats(x), as_floats(saturation), as_floats(rate), as_floats(midpoint)
    problems = check_positive_parameter(f"{curve} saturation", arrays[1])
    problems += check_positive_parameter(f"{curve} rate", arrays[2])
    problems += check_finite_parameter(f"{curve} midpoint", arrays[3])
    if problems:
        raise InputError(problems)
    return arrays


def check_positive_parameter(name: str, values: FloatArray) -> list[Problem]:
    """Give a problem if a parameter is not positive and finite everywhere.

    Parameters
    ----------
    name
        Name of the parameter, for the message.
    values
        The parameter.

    Returns
    -------
    list of Problem
        [GRO-001] with the first bad value, or nothing.
    """
    return _tell_first(name, values, (values > 0) & np.isfinite(values), "a positive finite number")


def check_finite_parameter(name: str, values: FloatArray) -> list[Problem]:
    """Give a problem if a parameter is not finite everywhere.

    Parameters
    ----------
    name
        Name of the parameter, for the message.
    values
        The parameter.

    Returns
    -------
    list of Problem
        [GRO-001] with the first bad value, or nothing.
    """
    return _tell_first(name, values, np.isfinite(values), "a finite number")


def _tell_first(name: str, values: FloatArray, good: npt.NDArray[np.bool_], expected: str) -> list[Problem]:
    if good.all():
        return []
    return [
        Problem(
            "GRO-001", name, f"{values[~good][0]:g}", expected, "Correct the parameter of the growth curve."
        )
    ]


def compute_bass_share(
    years: npt.ArrayLike, innovation: npt.ArrayLike, imitation: npt.ArrayLike
) -> FloatArray:
    """Compute which share of those who will own a new product in the end do so already.

    Parameters
    ----------
    years
        Years since the product came to the market; before that the share is nought.
    innovation
        Rate of those who buy of themselves, above 0, 1/yr; about 0.01 to 0.03.
    imitation
        Rate of those who follow others, 0 or more, 1/yr; about 0.3 to 0.5.

    Returns
    -------
    FloatArray
        In [0, 1], rising with the years.

    Raises
    ------
    InputError
        [GRO-001] if innovation is not positive or imitation below 0.

    Notes
    -----
    Solution of dF/dt = (p + q F)(1 - F) with F(0) = 0. Steepest at ln(q / p) / (p + q) years.

    References
    ----------
    Bass (1969), Management Science 15(5), 215-227.
    """
    years, innovation, imitation = as_floats(years), as_floats(innovation), as_floats(imitation)
    problems = check_positive_parameter("Bass innovation", innovation)
    is_possible = (imitation >= 0) & np.isfinite(imitation)
    problems += _tell_first("Bass imitation", imitation, is_possible, "a finite number of 0 or more")
    if problems:
        raise InputError(problems)
    faded = np.exp(-(innovation + imitation) * np.maximum(years, 0.0))
    return np.asarray((1.0 - faded) / (1.0 + imitation / innovation * faded))


def compute_bass_peak(innovation: npt.ArrayLike, imitation: npt.ArrayLike) -> FloatArray:
    """Compute after how many years first purchases are greatest.

    Parameters
    ----------
    innovation, imitation
        As in :func:`compute_bass_share`.

    Returns
    -------
    FloatArray
        Years, 0 or more; 0 where nobody imitates more than innovates.
    """
    innovation, imitation = as_floats(innovation), as_floats(imitation)
    ratio = np.maximum(imitation / innovation, 1.0)
    return np.asarray(np.log(ratio) / (innovation + imitation))


def adjust_partially(start: npt.ArrayLike, target: npt.ArrayLike, speed: npt.ArrayLike) -> FloatArray:
    """Move a level towards a moving target, closing each year the same share of the gap.

    Parameters
    ----------
    start
        Level in the year before the first. Shape (..., product).
    target
        Shape (..., year, product).
    speed
        Share of the gap closed in a year, in [0, 1]; about 0.05 to 0.3. Shape (product,) or a number.

    Returns
    -------
    FloatArray
        Shape (..., year, product), never beyond the greatest and least of start and targets so far.

    Raises
    ------
    InputError
        [GRO-001] if the speed is not in [0, 1].

    Notes
    -----
    s(t) = s(t-1) + speed (target(t) - s(t-1)).
    """
    level, target, speed = as_floats(start), as_floats(target), as_floats(speed)
    problems = _tell_first("speed of adjustment", speed, (speed >= 0) & (speed <= 1), "a share in [0, 1]")
    if problems:
        raise InputError(problems)
    path = np.empty(np.broadcast_shapes(target.shape, (*level.shape[:-1], 1, level.shape[-1])))
    for year in range(target.shape[-2]):
        level = level + speed * (target[..., year, :] - level)
        path[..., year, :] = level
    return path


def compute_substitution_shares(log_odds: npt.ArrayLike) -> FloatArray:
    """Share a demand among technologies by their odds.

    Parameters
    ----------
    log_odds
        Logarithm of what a technology sells over what any one of them sells, the same one for all;
        -infinity for one that is no longer sold. Technologies stand on the last axis.

    Returns
    -------
    FloatArray
        Shares, same shape, each in [0, 1], summing to 1 over the last axis.

    Raises
    ------
    InputError
        [GRO-007] if somewhere no technology is left, or an entry is not a number or +infinity.

    Notes
    -----
    With two technologies and log odds that fall in time as -speed (t - midpoint) this is Fisher and Pry's
    substitution; with more it is its usual generalisation, in which any two of them substitute one another
    in that way.

    References
    ----------
    Fisher and Pry (1971), Technological Forecasting and Social Change 3, 75-88.
    """
    odds = as_floats(log_odds)
    greatest = odds.max(axis=-1, keepdims=True)
    if not np.isfinite(greatest).all():
        shown = f"{greatest[~np.isfinite(greatest)][0]:g} as the greatest"
        expected = "log odds of which at least one is finite, and none is NaN or +infinity"
        mend = "Leave a technology on the market, or take the group out of the table."
        raise InputError(Problem("GRO-007", "log odds of technologies", shown, expected, mend))
    weights = np.exp(odds - greatest)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
