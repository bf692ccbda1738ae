"""The robust method: from raw figures to an estimate with an interval in every cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ainalym.kernels.robust_market.estimate import CellOrigin, MarketEstimate, MeasureEstimate
from ainalym.kernels.robust_market.figures import LogFigures, find_window, find_zeros, take_logarithms
from ainalym.kernels.robust_market.hierarchy import build_shared_prior, solve_posterior
from ainalym.kernels.robust_market.panel import MarketPanel, check_panel
from ainalym.kernels.robust_market.reweighting import learn_scales, start_scales
from ainalym.kernels.robust_market.settings import RobustSettings
from ainalym.kernels.robust_market.states import BoolArray, FloatArray, Posterior, Readings, Scales

DEFAULT_SETTINGS = RobustSettings()
LEAST_GAIN = 1e-6
"""Share of what is known of a cell that the other figures tell at least."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Series after smoothing: what was read, what came out, with which scales."""

    readings: Readings
    posterior: Posterior
    scales: Scales

    def take_years(self, years: slice) -> Smoothed:
        """Give some years.

        Parameters
        ----------
        years
            Positions on the axis.

        Returns
        -------
        Smoothed
            Views.
        """
        posterior, scales = self.posterior, self.scales
        return Smoothed(
            self.readings.take(years=years),
            Posterior(
                posterior.mean[..., years],
                posterior.variance[..., years],
                posterior.squared_step[..., years],
                posterior.profile_energy,
            ),
            Scales(
                scales.reading_weight[..., years],
                scales.step_weight[..., years],
                scales.variance,
                scales.pace,
            ),
        )

    @property
    def year_variance(self) -> FloatArray:
        """Variance of a year's own movement, shape (country, key, 1)."""
        return self.scales.variance[..., np.newaxis]

    @property
    def forecast_variance(self) -> FloatArray:
        """Variance of a figure that was not seen, shape (country, key, year)."""
        return self.posterior.variance + self.year_variance


@dataclass(frozen=True, slots=True)
class Said:
    """What some figures say of a logarithm: its mean and variance, shape (country, key, year)."""

    mean: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Kg and pieces of each cell brought together. All arrays have shape (country, key, year).

    Parameters
    ----------
    readings
        The mass that both speak for, per inhabitant.
    ratio
        Logarithm of the unit weight between the two.
    kg_variance, pieces_variance
        Doubt that is left about each besides the doubt about the level.
    """

    readings: Readings
    ratio: FloatArray
    kg_variance: FloatArray
    pieces_variance: FloatArray


def estimate_market(panel: MarketPanel, settings: RobustSettings = DEFAULT_SETTINGS) -> MarketEstimate:
    """Estimate placed on market in every cell of a panel, reported or not.

    Parameters
    ----------
    panel
        Raw figures of one country or several, and groups of other countries to lean on.
    settings
        What is assumed before any figure.

    Returns
    -------
    MarketEstimate
        Kg and pieces with intervals, shape (country, key, year). No cell is NaN.

    Raises
    ------
    InputError
        RBM-001 to RBM-009.

    Notes
    -----
    On the logarithm of kg per inhabitant, for country c, product k and year t,

        y = profile_k(t) + response_k(t) purchasing_power_c(t) + level_ck + movement_ck(t) + noise_ckt

    with a damped trend in the profile, a response that drifts, an autoregressive movement whose steps follow
    a Student distribution (so that a series may break) and Student noise (so that a figure may be wild). The
    unit weight follows the same model around its reference weight, without purchasing power. A product that
    another one replaces is expected to lose its share along a logistic curve, damped after the last figure.
    Where kg and pieces of a cell do not fit the path of the unit weight, the one nearer to what all other
    figures say counts.

    A reported figure stands as it is while its weight is ordinary. Its interval tells how well the other
    figures would know it; that of an imputed one has the year's own movement on top.

    Noughts and net exports have no logarithm: two or more noughts at the beginning or end of a series are
    believed (not yet, no longer sold), all others are kept out and estimated.
    """
    check_panel(panel, settings)
    figures = take_logarithms(panel, settings.ramp, settings.level.slope_damping)
    path = smooth_ratios(figures, settings)
    level, reconciled = smooth_levels(figures, path, settings)
    return _assemble(panel, path, level, reconciled, settings)


def smooth_ratios(figures: LogFigures, settings: RobustSettings) -> Smoothed:
    """Smooth the unit weights of all series.

    Parameters
    ----------
    figures
        Logarithms of kg and pieces.
    settings
        What is assumed.

    Returns
    -------
    Smoothed
        Of the logarithm of kg per piece.
    """
    readings = figures.ratio_readings
    prior = settings.unit_weight
    years = readings.values.shape[-1]
    window = find_window(readings.seen)
    inner = readings.take(years=window)
    scales = start_scales(inner, prior)
    shared = build_shared_prior(prior, years, window)
    for _ in range(settings.iterations):
        posterior = solve_posterior(inner, scales, prior, shared)
        scales = learn_scales(inner, scales, posterior, settings, prior)
    scales = scales.extend(window, years)
    posterior = solve_posterior(readings, scales, prior, build_shared_prior(prior, years))
    return Smoothed(readings, posterior, scales)


def smooth_levels(
    figures: LogFigures, path: Smoothed, settings: RobustSettings
) -> tuple[Smoothed, Reconciled]:
    """Smooth the mass per inhabitant of all series, kg and pieces together.

    Parameters
    ----------
    figures
        Logarithms of kg and pieces.
    path
        Unit weights.
    settings
        What is assumed.

    Returns
    -------
    tuple of Smoothed, Reconciled
        Of the logarithm of kg per inhabitant, and what became of kg and pieces of each cell.
    """
    prior = settings.level
    years = figures.kg.shape[-1]
    believed = np.where(figures.has_kg & figures.has_pieces, 0.5, np.where(figures.has_kg, 1.0, 0.0))
    # Scales are learned where there are figures; the years around them add nothing but work.
    window = find_window(figures.has_kg | figures.has_pieces)
    inner, inner_path = figures.take_years(window), path.take_years(window)
    readings = _reconcile(inner, inner_path, believed[..., window], settings).readings
    scales = start_scales(readings, prior)
    shared = build_shared_prior(prior, years, window)
    for _ in range(settings.iterations):
        posterior = solve_posterior(readings, scales, prior, shared)
        scales = learn_scales(readings, scales, posterior, settings, prior)
        smoothed = Smoothed(readings, posterior, scales)
        believed[..., window] = _choose_measure(inner, inner_path, smoothed, settings)
        readings = _reconcile(inner, inner_path, believed[..., window], settings).readings
    reconciled = _reconcile(figures, path, believed, settings)
    scales = scales.extend(window, years)
    posterior = solve_posterior(reconciled.readings, scales, prior, build_shared_prior(prior, years))
    return Smoothed(reconciled.readings, posterior, scales), reconciled


def compute_trust(smoothed: Smoothed, settings: RobustSettings) -> FloatArray:
    """Compute which share of each figure is kept.

    Parameters
    ----------
    smoothed
        Series after smoothing.
    settings
        With the weight above which a figure stands as it is.

    Returns
    -------
    FloatArray
        In [0, 1]; 0 where nothing was seen. Shape (country, key, year).
    """
    trust = np.minimum(smoothed.scales.reading_weight / settings.trusted_weight, 1.0)
    return np.where(smoothed.readings.seen, trust, 0.0)


def _reconcile(
    figures: LogFigures, path: Smoothed, believed: FloatArray, settings: RobustSettings
) -> Reconciled:
    """Bring kg and pieces together, believing kg with the given probability where the two disagree."""
    trust = compute_trust(path, settings)
    doubt = 1.0 - trust
    by_pieces = figures.pieces + path.posterior.mean
    both = figures.has_kg & figures.has_pieces
    gap = np.where(both, figures.kg - by_pieces, 0.0)
    mixed = believed * figures.kg + (1.0 - believed) * by_pieces
    open_question = doubt * believed * (1.0 - believed) * gap**2
    kg_variance = open_question + doubt * (1.0 - believed) * path.forecast_variance
    pieces_variance = open_question + doubt * believed * path.forecast_variance
    seen = figures.has_kg | figures.has_pieces
    values = np.where(both, trust * figures.kg + doubt * mixed, mixed)
    readings = Readings(
        np.where(seen, values, 0.0),
        seen,
        np.where(seen, kg_variance, 0.0),
        figures.driver,
        figures.spreading,
    )
    ratio = np.where(both, path.posterior.mean + trust * gap, path.posterior.mean)
    return Reconciled(
        readings,
        ratio,
        np.where(seen, kg_variance, 0.0),
        np.where(seen, pieces_variance, path.forecast_variance),
    )


def _choose_measure(
    figures: LogFigures, path: Smoothed, level: Smoothed, settings: RobustSettings
) -> FloatArray:
    """Give the probability that kg and not pieces are right, from what all other figures say of the cell."""
    others = _say_without(level)
    scale = others.variance + level.year_variance
    tail = settings.degrees_of_freedom
    by_kg = (figures.kg - others.mean) ** 2 / scale
    by_pieces = (figures.pieces + path.posterior.mean - others.mean) ** 2 / scale
    odds = ((tail + by_pieces) / (tail + by_kg)) ** ((tail + 1.0) / 2.0)
    both = figures.has_kg & figures.has_pieces
    return np.where(both, odds / (1.0 + odds), np.where(figures.has_kg, 1.0, 0.0))


def _say_without(level: Smoothed) -> Said:
    """Give what the other figures say of each cell, without its own."""
    posterior, readings = level.posterior, level.readings
    noise = level.year_variance / level.scales.reading_weight + readings.extra_variance
    # An uncertainty never grows by a figure, so the gain is above 0 but for rounding.
    gain = np.maximum(1.0 / posterior.variance - 1.0 / noise, LEAST_GAIN / posterior.variance)
    mean = (posterior.mean / posterior.variance - readings.values / noise) / gain
    return Said(
        np.where(readings.seen, mean, posterior.mean),
        np.where(readings.seen, 1.0 / gain, posterior.variance),
    )


def _doubt_measure(level: Smoothed, trust: FloatArray, extra: FloatArray) -> FloatArray:
    """Give the variance of a measure: as if read by itself, with the doubt that is its own."""
    noise = level.year_variance / level.scales.reading_weight
    read = 1.0 / (1.0 / _say_without(level).variance + 1.0 / noise)
    variance = np.where(level.readings.seen, read, level.posterior.variance)
    return np.asarray(variance + (1.0 - trust) * level.year_variance + extra)


def _assemble(
    panel: MarketPanel, path: Smoothed, level: Smoothed, reconciled: Reconciled, settings: RobustSettings
) -> MarketEstimate:
    """Put the estimate together: figures that stand, figures that are drawn, gaps, noughts."""
    own = slice(0, len(panel.countries))
    zero = find_zeros(panel)
    trust = compute_trust(level, settings)
    ratio_trust = compute_trust(path, settings)
    fit = level.posterior.mean
    log_kg = fit + trust * (reconciled.readings.values - fit)
    people = np.log(panel.population)[:, np.newaxis, :]
    measures = []
    for reported, log_mean, extra in (
        (panel.kg, log_kg, reconciled.kg_variance),
        (panel.pieces, log_kg - reconciled.ratio, reconciled.pieces_variance),
    ):
        other = panel.pieces if reported is panel.kg else panel.kg
        undisputed = (trust == 1.0)[own] & ((ratio_trust == 1.0)[own] | ~(other > 0))
        variance = _doubt_measure(level, trust, extra)[own]
        measures.append(_finish(reported, zero, undisputed, log_mean[own] + people, variance, settings))
    reported_at_all = level.readings.seen[own] | ~np.isnan(panel.kg) | ~np.isnan(panel.pieces)
    return MarketEstimate(
        panel.countries,
        panel.keys,
        panel.years.copy(),
        measures[0],
        measures[1],
        np.exp(path.posterior.mean)[own],
        np.sqrt(path.posterior.variance)[own],
        np.where(reported_at_all, trust[own], np.nan),
        np.where(path.readings.seen[own], ratio_trust[own], np.nan),
        settings.degrees_of_freedom,
    )


def _finish(
    reported: FloatArray,
    zero: BoolArray,
    undisputed: BoolArray,
    log_mean: FloatArray,
    variance: FloatArray,
    settings: RobustSettings,
) -> MeasureEstimate:
    """Give one measure with its interval and origin."""
    given = ~np.isnan(reported)
    stands = ~zero & undisputed & (np.nan_to_num(reported) > 0)
    origin = np.where(given, CellOrigin.ESTIMATED, CellOrigin.IMPUTED)
    origin[stands] = CellOrigin.REPORTED
    origin[zero] = CellOrigin.ZERO
    origin[zero & given & (reported == 0)] = CellOrigin.REPORTED
    scale = np.where(zero, 0.0, np.sqrt(variance))
    log_mean = np.where(stands, np.log(np.where(stands, reported, 1.0)), log_mean)
    central = np.where(zero, 0.0, np.where(stands, reported, np.exp(log_mean)))
    reach = stdtrit(settings.degrees_of_freedom, 0.5 + settings.coverage / 2.0)
    return MeasureEstimate(
        central,
        central * np.exp(-reach * scale),
        central * np.exp(reach * scale),
        np.where(zero, -np.inf, log_mean),
        scale,
        origin.astype(np.int8),
    )
