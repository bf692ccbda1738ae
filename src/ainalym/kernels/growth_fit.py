"""Fits of growth curves where data are thin: least squares in logarithms, a prior as further residuals.

What is found is the maximum a posteriori estimate (MAP): the parameters that make data and prior together
most probable when both scatter normally, the data in logarithms. Its covariance is the inverse of the
curvature there (Laplace). Positive parameters are fitted by their logarithms, so that they stay positive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.special import log_expit

from ainalym.errors import InputError, Problem
from ainalym.kernels.boundary import FloatArray, as_floats
from ainalym.kernels.growth import CURVES, Curve, compute_bass_share


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of the parameters before the data, normally distributed.

    Parameters
    ----------
    mean
        Shape (parameter,), in the scale in which the parameters are fitted.
    precision
        Inverse of the covariance; nought where nothing is known. Shape (parameter, parameter), symmetric,
        without a negative eigenvalue.
    """

    mean: FloatArray
    precision: FloatArray

    @staticmethod
    def from_deviations(mean: npt.ArrayLike, deviation: npt.ArrayLike) -> Prior:
        """Make a prior of independent parameters.

        Parameters
        ----------
        mean
            Shape (parameter,).
        deviation
            Standard deviations, above 0; infinite where nothing is known. Shape (parameter,).

        Returns
        -------
        Prior
            With a diagonal precision.
        """
        return Prior(as_floats(mean), np.diag(as_floats(deviation) ** -2.0))


@dataclass(frozen=True, slots=True)
class Fit:
    """Estimate with its uncertainty.

    Parameters
    ----------
    names
        Names of the parameters; ``log_`` stands before one that is fitted by its logarithm.
    estimate
        Shape (parameter,).
    covariance
        Shape (parameter, parameter).
    """

    names: tuple[str, ...]
    estimate: FloatArray
    covariance: FloatArray

    def value(self, name: str) -> float:
        """Give a parameter in its own scale.

        Parameters
        ----------
        name
            Without ``log_``.

        Returns
        -------
        float
            The estimate, its exponential where the logarithm was fitted.
        """
        if name in self.names:
            return float(self.estimate[self.names.index(name)])
        return float(np.exp(self.estimate[self.names.index(f"log_{name}")]))

    @property
    def deviation(self) -> FloatArray:
        """Standard deviation of each parameter, in the scale in which it was fitted. Shape (parameter,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


OPEN_DIRECTION = 1e-8
"""Share of the greatest curvature below which a direction counts as one that nothing fixes."""

CURVE_PARAMETERS = ("log_saturation", "log_rate", "midpoint")
"""Parameters of a saturating curve, in the order of priors and fits."""

SUBSTITUTION_PARAMETERS = ("log_speed", "midpoint")
"""Parameters of a substitution, in the order of priors and fits."""

BASS_PARAMETERS = ("log_saturation", "log_innovation", "log_imitation")
"""Parameters of a diffusion, in the order of priors and fits."""


def fit_saturation_curve(
    curve: Curve,
    x: npt.ArrayLike,
    level: npt.ArrayLike,
    deviation_below: npt.ArrayLike,
    deviation_above: npt.ArrayLike,
    prior: Prior,
) -> Fit:
    """Fit a saturating curve to levels that were observed, or are bounded, at some incomes or times.

    Parameters
    ----------
    curve
        ``gompertz`` or ``logistic``.
    x
        Income or time of each observation. Shape (observation,); none is allowed.
    level
        Observed level, above 0. Shape (observation,).
    deviation_below, deviation_above
        Standard deviation of the logarithm where the curve runs below the observation, and above it. The
        two differ for a figure that is a lower bound: a curve below it is hardly possible, one above it is;
        infinite where a side says nothing.
    prior
        Of log saturation, log rate and midpoint.

    Returns
    -------
    Fit
        Estimate and covariance of :data:`CURVE_PARAMETERS`.

    Raises
    ------
    InputError
        [GRO-003] if the arrays differ in length, [GRO-001] if a level or deviation is not positive,
        [GRO-004] if data and prior leave a parameter open, [GRO-005] if no optimum was found, [GRO-006] if
        the curve is unknown.
    """
    if curve not in CURVES:
        expected = f"one of {', '.join(CURVES)}"
        raise InputError(Problem("GRO-006", "saturation curve", repr(curve), expected, "Correct the name."))
    points, levels, below, above = _check_observations(
        {"x": x, "level": level, "deviation_below": deviation_below, "deviation_above": deviation_above}
    )

    def compare(parameters: FloatArray) -> FloatArray:
        distance = np.exp(parameters[1]) * (points - parameters[2])
        shape = -np.exp(-distance) if curve == "gompertz" else log_expit(distance)
        excess = parameters[0] + shape - np.log(levels)
        return np.asarray(excess / np.where(excess < 0, below, above))

    return solve_map(compare, prior, CURVE_PARAMETERS, f"{curve} curve")


def fit_substitution(years: npt.ArrayLike, share: npt.ArrayLike, prior: Prior, deviation: float = 0.3) -> Fit:
    """Fit how fast one technology takes over from another.

    Parameters
    ----------
    years
        Shape (observation,).
    share
        Share of the old technology among the two, above 0 and below 1. Shape (observation,).
    prior
        Of log speed and midpoint.
    deviation
        Standard deviation of the log odds of an observation.

    Returns
    -------
    Fit
        Of log speed (1/yr) and midpoint (the year in which both sell as much).

    Raises
    ------
    InputError
        [GRO-002] if a share is not between 0 and 1, [GRO-003], [GRO-004] and [GRO-005] as
        :func:`fit_saturation_curve`.
    """
    moments, shares = _check_observations({"years": years, "share": share})
    if not (shares < 1).all():
        expected = "a share above 0 and below 1"
        mend = "Leave out the years in which only one of the two was sold."
        raise InputError(Problem("GRO-002", "share of a technology", f"{shares.max():g}", expected, mend))
    log_odds = np.log(shares / (1.0 - shares))

    def compare(parameters: FloatArray) -> FloatArray:
        fitted = -np.exp(parameters[0]) * (moments - parameters[1])
        return np.asarray((fitted - log_odds) / deviation)

    return solve_map(compare, prior, SUBSTITUTION_PARAMETERS, "substitution")


def fit_bass(years: npt.ArrayLike, owned: npt.ArrayLike, prior: Prior, deviation: float = 0.1) -> Fit:
    """Fit the diffusion of a new product to how many own it.

    Parameters
    ----------
    years
        Years since it came to the market, above 0. Shape (observation,).
    owned
        Level of ownership, above 0. Shape (observation,).
    prior
        Of log saturation, log innovation and log imitation.
    deviation
        Standard deviation of the logarithm of an observation.

    Returns
    -------
    Fit
        Of :data:`BASS_PARAMETERS`.

    Raises
    ------
    InputError
        [GRO-001], [GRO-003], [GRO-004] and [GRO-005] as :func:`fit_saturation_curve`.
    """
    moments, levels = _check_observations({"years": years, "owned": owned})

    def compare(parameters: FloatArray) -> FloatArray:
        innovation, imitation = np.exp(np.clip(parameters[1:], -30.0, 5.0))
        share = compute_bass_share(moments, innovation, imitation)
        return np.asarray((parameters[0] + np.log(share) - np.log(levels)) / deviation)

    return solve_map(compare, prior, BASS_PARAMETERS, "Bass diffusion")


def solve_map(
    compare: Callable[[FloatArray], FloatArray], prior: Prior, names: tuple[str, ...], what: str
) -> Fit:
    """Find the parameters that fit data and prior together, and how certain they are.

    Parameters
    ----------
    compare
        Gives the residuals of the data, each over its standard deviation, for parameters of shape
        (parameter,).
    prior
        Where the search begins, and what holds it where data are thin.
    names
        Names of the parameters.
    what
        What is fitted, for errors.

    Returns
    -------
    Fit
        Estimate and covariance.

    Raises
    ------
    InputError
        [GRO-003] if the prior has another number of parameters or is none, [GRO-004] if a parameter stays
        open, [GRO-005] if no optimum was found.
    """
    mean, root = as_floats(prior.mean), _root(prior, names, what)

    def residuals(parameters: FloatArray) -> FloatArray:
        return np.concatenate([compare(parameters), root @ (parameters - mean)])

    if not np.isfinite(residuals(mean)).all():
        expected, mend = "residuals that are numbers", "Look at the observations, or move the prior."
        raise InputError(Problem("GRO-005", f"fit of the {what}", "no number at the prior", expected, mend))
    # Central differences: the curvature at the optimum is the covariance, so it should have its digits.
    found = least_squares(residuals, mean, jac="3-point", method="trf", x_scale="jac")
    estimate, slopes = as_floats(found.x), np.asarray(found.jac, dtype=np.float64)
    if not found.success or not np.isfinite(estimate).all():
        mend = "Look at the data, or give a narrower prior."
        raise InputError(Problem("GRO-005", f"fit of the {what}", str(found.message), "an optimum", mend))
    # Parameters may differ by many orders of magnitude; scaled to a unit diagonal the rank can be told.
    scale = np.sqrt((slopes**2).sum(axis=0))
    scaled = slopes / np.where(scale > 0, scale, 1.0)
    if np.linalg.matrix_rank(scaled, tol=OPEN_DIRECTION) < len(names):
        expected = f"observations or a prior that fix each of {', '.join(names)}"
        mend = "Add observations, or give a finite deviation of the prior."
        raise InputError(Problem("GRO-004", f"fit of the {what}", "a parameter left open", expected, mend))
    return Fit(names, estimate, np.linalg.inv(scaled.T @ scaled) / np.outer(scale, scale))


def _root(prior: Prior, names: tuple[str, ...], what: str) -> FloatArray:
    """Give a matrix whose square is the precision, and refuse a prior that is none."""
    mean, precision = as_floats(prior.mean), as_floats(prior.precision)
    count = len(names)
    fits = mean.shape == (count,) and precision.shape == (count, count) and np.isfinite(precision).all()
    if not fits or not np.allclose(precision, precision.T):
        got = f"mean of shape {mean.shape}, precision of shape {precision.shape}"
        expected = f"a mean and a finite symmetric precision for {', '.join(names)}"
        raise InputError(Problem("GRO-003", f"prior of the {what}", got, expected, "Correct the prior."))
    values, vectors = np.linalg.eigh(precision)
    if values.min() < -OPEN_DIRECTION * abs(values).max():
        expected = "a precision without a negative eigenvalue"
        got = f"an eigenvalue of {values.min():g}"
        raise InputError(Problem("GRO-003", f"prior of the {what}", got, expected, "Correct the prior."))
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, np.newaxis] * vectors.T)


def _check_observations(arrays: dict[str, npt.ArrayLike]) -> list[FloatArray]:
    """Give arrays of one length; all but ``x`` must be positive, and all but deviations finite."""
    given = {name: np.atleast_1d(as_floats(values)) for name, values in arrays.items()}
    lengths = {name: array.shape for name, array in given.items()}
    if len(set(lengths.values())) > 1 or any(array.ndim != 1 for array in given.values()):
        shown = ", ".join(f"{name} {shape}" for name, shape in lengths.items())
        mend = "Give one of each per observation."
        raise InputError(Problem("GRO-003", "observations", shown, "rows of the same length", mend))
    for name, array in given.items():
        good, expected = np.isfinite(array) & (array > 0), "a positive finite number"
        if name == "x":
            good, expected = np.isfinite(array), "a finite number"
        elif name.startswith("deviation"):
            good, expected = array > 0, "a positive number, or infinity"
        if not good.all():
            got = f"{array[~good][0]:g}"
            mend = "Correct the observation, or leave it out."
            raise InputError(Problem("GRO-001", f"observation, {name}", got, expected, mend))
    return list(given.values())
