"""Turns raw figures into logarithms per inhabitant, with what drives them, and says what is nought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.kernels.robust_market.panel import MarketPanel, find_sold
from ainalym.kernels.robust_market.states import BoolArray, FloatArray, Readings

SHORTEST_RUN_OF_ZEROS = 2
"""So many reported noughts at the beginning or end of a series are believed; a lone one is an error."""

FEWEST_SERIES, FEWEST_YEARS_OF_BOTH = 3, 4
"""Countries that must have both products in a year, and such years, before a replacement has a course."""


@dataclass(frozen=True, slots=True)
class LogFigures:
    """Figures of countries and peers as natural logarithms; the peers stand after the countries.

    Parameters
    ----------
    kg, pieces
        Per inhabitant. Shape (country + group, key, year); 0 where there is no figure above nought.
    has_kg, has_pieces
        Where there is one, while the product is sold. Same shape.
    driver
        Purchasing power, less its mean over the years with figures. Shape (country + group, year).
    spreading
        What is expected of the course of a product after its introduction, and while another one replaces it.
        Shape (key, year).
    reference_weight
        Usual unit weight. Shape (key, year); 0 where unknown.
    """

    kg: FloatArray
    pieces: FloatArray
    has_kg: BoolArray
    has_pieces: BoolArray
    driver: FloatArray
    spreading: FloatArray
    reference_weight: FloatArray

    def take_years(self, years: slice) -> LogFigures:
        """Give some years.

        Parameters
        ----------
        years
            Positions on the axis.

        Returns
        -------
        LogFigures
            Views.
        """
        return LogFigures(
            self.kg[..., years],
            self.pieces[..., years],
            self.has_kg[..., years],
            self.has_pieces[..., years],
            self.driver[:, years],
            self.spreading[:, years],
            self.reference_weight[:, years],
        )

    @property
    def ratio_readings(self) -> Readings:
        """Unit weights where kg and pieces are both there; income is no driver of them."""
        both = self.has_kg & self.has_pieces
        nothing = np.zeros(self.kg.shape)
        no_driver = np.zeros(self.driver.shape)
        return Readings(
            np.where(both, self.kg - self.pieces, 0.0), both, nothing, no_driver, self.reference_weight
        )


def take_logarithms(panel: MarketPanel, ramp: float, damping: float) -> LogFigures:
    """Take the logarithms of all that is above nought.

    Parameters
    ----------
    panel
        Checked figures.
    ramp
        Years over which a product spreads.
    damping
        Share of the pace of a replacement that is left a year later, after the last figures; in [0, 1).

    Returns
    -------
    LogFigures
        Of countries and peers.
    """
    people = panel.population[:, np.newaxis, :]
    sold = find_sold(panel)
    kg, pieces, power = panel.kg / people, panel.pieces / people, panel.purchasing_power
    if panel.peers is not None:
        kg = np.concatenate([kg, panel.peers.kg_per_inhabitant])
        pieces = np.concatenate([pieces, panel.peers.pieces_per_inhabitant])
        power = np.concatenate([power, panel.peers.purchasing_power])
        can_be = panel.years >= panel.introduction_year[:, np.newaxis]
        sold = np.concatenate([sold, np.broadcast_to(can_be, panel.peers.kg_per_inhabitant.shape)])
    log_kg, has_kg = _take_log(kg, sold)
    log_pieces, has_pieces = _take_log(pieces, sold)
    log_power = complete_purchasing_power(np.log(power))
    age = panel.years - panel.introduction_year[:, np.newaxis] + 1.0
    spreading = np.log1p(-np.exp(-np.maximum(age, 1.0) / ramp))
    for old, new in panel.successors:
        place, by = panel.keys.index(old), panel.keys.index(new)
        both = has_kg[:, place] & has_kg[:, by]
        odds = np.where(both, log_kg[:, by] - log_kg[:, place], np.nan)
        spreading[place] += find_remaining_share(odds, damping)
    return LogFigures(
        log_kg,
        log_pieces,
        has_kg,
        has_pieces,
        log_power - log_power[:, find_window(has_kg | has_pieces)].mean(),
        spreading,
        _complete_weight(panel.reference_weight, spreading.shape),
    )


def find_remaining_share(odds: FloatArray, damping: float) -> FloatArray:
    """Find which share of their common market a product keeps that another one replaces.

    Parameters
    ----------
    odds
        Logarithm of the sales of the new product over those of the old one. Shape (country, year), NaN where
        one of them is unknown.
    damping
        Share of the pace that is left a year later, after the last year with figures; in [0, 1).

    Returns
    -------
    FloatArray
        Natural logarithm of the share. Shape (year,); 0 where the new product does not gain, or too little is
        known.

    Notes
    -----
    A replacement follows a logistic curve (Fisher and Pry), so the logarithm of the odds is a line. It is
    laid through the medians over the countries of each year: its slope is the median of the slopes of all
    pairs of years (Theil and Sen), so that single years and countries do not bend it. The newcomer keeps
    its own course: on figures of the European Union it was worse foretold as the rest of a common market.

    References
    ----------
    Fisher, Pry (1971), A simple substitution model of technological change, Technological Forecasting and
    Social Change 3. Sen (1968), Estimates of the regression coefficient based on Kendall's tau, Journal of
    the American Statistical Association 63.
    """
    count = (~np.isnan(odds)).sum(0)
    years = np.flatnonzero(count >= min(FEWEST_SERIES, odds.shape[0]))
    if years.size < FEWEST_YEARS_OF_BOTH:
        return np.zeros(odds.shape[1])
    medians = np.nanmedian(odds[:, years], axis=0)
    first, second = np.triu_indices(years.size, k=1)
    pace = float(np.median((medians[second] - medians[first]) / (years[second] - years[first])))
    if pace <= 0:
        return np.zeros(odds.shape[1])
    start = float(np.median(medians - pace * years))
    place = np.arange(odds.shape[1])
    ahead = np.maximum(place - years[-1], 0)
    beyond = damping * (1.0 - damping**ahead) / (1.0 - damping)
    return np.asarray(-np.logaddexp(0.0, start + pace * (np.minimum(place, years[-1]) + beyond)))


def complete_purchasing_power(log_power: FloatArray) -> FloatArray:
    """Fill gaps in purchasing power by the growth of the other countries.

    Parameters
    ----------
    log_power
        Natural logarithms. Shape (country, year), NaN where unknown; one year per country at least is known.

    Returns
    -------
    FloatArray
        Same shape, without NaN. Between two known years the country goes from one to the other; outside it
        grows as the others do, or keeps its level where no country tells.
    """
    years = np.arange(log_power.shape[-1])
    growth = np.diff(log_power, axis=-1)
    known = ~np.isnan(growth)
    together = np.where(known, growth, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    # What is left after the common course is carried on flat and read on a line in between.
    course = np.concatenate([[0.0], np.cumsum(together)])
    filled = log_power.copy()
    for row in filled:
        seen = ~np.isnan(row)
        row[~seen] = course[~seen] + np.interp(years[~seen], years[seen], (row - course)[seen])
    return filled


def find_window(seen: BoolArray) -> slice:
    """Find the years from the first to the last figure of any series.

    Parameters
    ----------
    seen
        Shape (country, key, year).

    Returns
    -------
    slice
        Positions on the year axis; all years where there is no figure.
    """
    years = np.flatnonzero(seen.any((0, 1)))
    return slice(int(years[0]), int(years[-1]) + 1) if years.size else slice(0, seen.shape[-1])


def find_zeros(panel: MarketPanel) -> BoolArray:
    """Find the cells that are nought by knowledge of the market or by a run of reported noughts.

    Parameters
    ----------
    panel
        Checked figures.

    Returns
    -------
    BoolArray
        Shape (country, key, year): before the introduction, after the end, and from the start of a series to
        the last of its leading noughts or from the first of its trailing noughts to the end, if there are two
        or more of them.
    """
    kg, pieces = np.nan_to_num(panel.kg), np.nan_to_num(panel.pieces)
    reported = ~np.isnan(panel.kg) | ~np.isnan(panel.pieces)
    nought = reported & (kg == 0) & (pieces == 0)
    backwards = (slice(None), slice(None), slice(None, None, -1))
    leading = _find_leading(nought, reported)
    trailing = _find_leading(nought[backwards], reported[backwards])[backwards]
    return np.asarray(~find_sold(panel) | leading | trailing)


def _find_leading(nought: BoolArray, reported: BoolArray) -> BoolArray:
    """Find the cells up to the last of the noughts that stand before any other figure."""
    other = np.logical_or.accumulate(reported & ~nought, axis=-1)
    leading = nought & ~other
    enough = leading.sum(-1) >= SHORTEST_RUN_OF_ZEROS
    up_to_last = np.logical_or.accumulate(leading[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(up_to_last & enough[..., np.newaxis])


def _take_log(amounts: FloatArray, sold: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Give logarithms, 0 where there is none, and where there is one."""
    usable = sold & (np.nan_to_num(amounts) > 0)
    return np.log(np.where(usable, amounts, 1.0)), usable


def _complete_weight(weight: FloatArray | None, shape: tuple[int, ...]) -> FloatArray:
    """Give the logarithm of the reference weight in every year, held at its ends; 0 where it is unknown."""
    logs = np.zeros(shape)
    if weight is None:
        return logs
    years = np.arange(shape[-1])
    for row, given in zip(logs, weight, strict=True):
        known = ~np.isnan(given)
        if known.any():
            row[:] = np.interp(years, years[known], np.log(given[known]))
    return logs
