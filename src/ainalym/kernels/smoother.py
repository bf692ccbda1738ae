"""Ensemble smoother with multiple data assimilation: what an ensemble learns from observations.

The parameters are standard normal scores, so that a linear update is the right one wherever predictions are
close to linear in them, and several small updates instead of one large one where they are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-10
"""Directions of the observations whose variance is below this share of the largest carry no information."""


@dataclass(frozen=True)
class Moments:
    """Sums over draws from which means and covariances follow; sums of blocks are added in order.

    Attributes
    ----------
    draws
        Number of draws.
    parameter, observation
        Sums of the parameters and of the predictions. Shapes (parameter,), (observation,).
    cross
        Sums of products of both. Shape (parameter, observation).
    square
        Sums of products of predictions. Shape (observation, observation).
    """

    draws: int
    parameter: FloatArray
    observation: FloatArray
    cross: FloatArray
    square: FloatArray

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.draws + other.draws,
            self.parameter + other.parameter,
            self.observation + other.observation,
            self.cross + other.cross,
            self.square + other.square,
        )

    def select(self, rows: npt.NDArray[np.intp]) -> Moments:
        """Take some of the observations alone."""
        return Moments(
            self.draws,
            self.parameter,
            self.observation[rows],
            self.cross[:, rows],
            self.square[np.ix_(rows, rows)],
        )

    @property
    def mean(self) -> FloatArray:
        """Mean of the predictions. Shape (observation,)."""
        return self.observation / self.draws

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the predictions. Shape (observation, observation)."""
        whole = np.outer(self.observation, self.observation) / self.draws
        return np.asarray((self.square - whole) / (self.draws - 1))

    @property
    def cross_covariance(self) -> FloatArray:
        """Covariance of parameters and predictions. Shape (parameter, observation)."""
        whole = np.outer(self.parameter, self.observation) / self.draws
        return np.asarray((self.cross - whole) / (self.draws - 1))


def compute_moments(parameters: FloatArray, predictions: FloatArray) -> Moments:
    """Sum up a block of draws.

    Parameters
    ----------
    parameters
        Shape (parameter, draw).
    predictions
        Best as differences from the observations, so that squares keep their digits. Shape (observation,
        draw).

    Returns
    -------
    Moments
        Of this block.

    Notes
    -----
    einsum and not BLAS: the sums must not depend on how many threads a library takes.
    """
    return Moments(
        parameters.shape[1],
        parameters.sum(axis=1),
        predictions.sum(axis=1),
        np.einsum("pd,od->po", parameters, predictions),
        np.einsum("od,qd->oq", predictions, predictions),
    )


def compute_gain(moments: Moments, error_covariance: FloatArray, inflation: float = 1.0) -> FloatArray:
    """Compute how far each parameter follows each observation.

    Parameters
    ----------
    moments
        Of the whole ensemble, two draws or more.
    error_covariance
        Of the errors of the observations, positive semi-definite. Shape (observation, observation).
    inflation
        Factor by which the errors are inflated in this step, 1 or more.

    Returns
    -------
    FloatArray
        K = C_xd (C_dd + a R)^-1. Shape (parameter, observation).

    Notes
    -----
    The inverse is taken in the subspace of the directions that carry information: rows that say the same
    without error of their own would leave the matrix singular.
    """
    total = moments.covariance + inflation * error_covariance
    scale = np.sqrt(np.maximum(np.diag(total), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(total / np.outer(scale, scale))
    kept = values > NEGLIGIBLE * values[-1]
    basis = vectors[:, kept] / scale[:, np.newaxis]
    inverse = np.einsum("ok,k,qk->oq", basis, 1.0 / values[kept], basis)
    gain: FloatArray = np.einsum("po,oq->pq", moments.cross_covariance, inverse)
    return gain


def update_parameters(parameters: FloatArray, gain: FloatArray, residual: FloatArray) -> None:
    """Move every draw towards its perturbed observations, in place.

    Parameters
    ----------
    parameters
        Shape (parameter, draw); overwritten.
    gain
        Shape (parameter, observation).
    residual
        Perturbed observations minus predictions. Shape (observation, draw).

    Notes
    -----
    einsum adds one observation after the other to whole rows of draws: a draw has the same bits however many
    are in its block, which BLAS does not promise.
    """
    parameters += np.einsum("po,od->pd", gain, residual)


def compute_root(error_covariance: FloatArray) -> FloatArray:
    """Compute a matrix that turns independent normal scores into errors of a covariance.

    Parameters
    ----------
    error_covariance
        Positive semi-definite. Shape (observation, observation).

    Returns
    -------
    FloatArray
        The symmetric root. Same shape.
    """
    values, vectors = np.linalg.eigh(error_covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def correlate_errors(deviations: FloatArray, group: npt.NDArray[np.intp], shared: FloatArray) -> FloatArray:
    """Compute the covariance of errors that observations of one group share in part.

    Parameters
    ----------
    deviations
        Standard deviation of each error, 0 or more. Shape (observation,).
    group
        Number of the group of each observation; below 0 it shares with none. Shape (observation,).
    shared
        Share of the variance that is common to the group, in [0, 1]. Shape (observation,).

    Returns
    -------
    FloatArray
        Shape (observation, observation), positive semi-definite.
    """
    together = (group[:, np.newaxis] == group) & (group >= 0)
    common = np.sqrt(shared) * deviations
    covariance = np.where(together, np.outer(common, common), 0.0)
    np.fill_diagonal(covariance, deviations**2)
    return np.asarray(covariance)


@dataclass(frozen=True)
class LeftOut:
    """What the other observations, and the prior, say about each observation.

    Attributes
    ----------
    mean
        Predicted value. Shape (observation,).
    deviation
        Standard deviation of the prediction, its own error included. Shape (observation,).
    """

    mean: FloatArray
    deviation: FloatArray


def predict_left_out(
    moments: Moments, error_covariance: FloatArray, observed: FloatArray | float = 0.0
) -> LeftOut:
    """Predict each observation from the prior and all the others, as if predictions were linear.

    Parameters
    ----------
    moments
        Of the prior ensemble.
    error_covariance
        Shape (observation, observation).
    observed
        Observed values, in the same terms as the predictions. Shape (observation,).

    Returns
    -------
    LeftOut
        Mean and standard deviation of every observation given the others.

    Notes
    -----
    With V = C_dd + R and r = y - m: the residual of observation i given the others is (V^-1 r)_i / (V^-1)_ii,
    with variance 1 / (V^-1)_ii.

    References
    ----------
    Rasmussen, Williams (2006), Gaussian Processes for Machine Learning, 5.4.2.
    """
    total = moments.covariance + error_covariance
    precision = np.linalg.pinv(total, rcond=NEGLIGIBLE, hermitian=True)
    residual = np.broadcast_to(np.asarray(observed) - moments.mean, moments.mean.shape)
    variance = 1.0 / np.diag(precision)
    return LeftOut(
        np.asarray(observed - np.einsum("oq,q->o", precision, residual) * variance), np.sqrt(variance)
    )


def find_least_change(moments: Moments, wanted: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find the smallest change of independent normal scores that would bring each prediction to a value.

    Parameters
    ----------
    moments
        Of the prior ensemble, whose parameters are independent standard normal scores.
    wanted
        Value to be met by each prediction alone. Shape (observation,).

    Returns
    -------
    tuple of FloatArray
        The change by parameter, shape (parameter, observation), and its norm in standard deviations, shape
        (observation,).

    Notes
    -----
    With independent scores the slope of a prediction is g = C_xd, and the change of least norm is
    g (y - m) / |g|^2. The variance of the prediction stands for |g|^2, to which sampling errors of thousands
    of slopes would add.
    """
    variance = np.maximum(np.diag(moments.covariance), np.finfo(float).tiny)
    distance = wanted - moments.mean
    return moments.cross_covariance * (distance / variance), np.abs(distance) / np.sqrt(variance)
