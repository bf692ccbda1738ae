"""Means of strata, and gaps filled from countries of other purchasing power (scripts 03d, 03e).

Strata are groups of countries, 1 the richest. A gap is read off a broken line through five points of
purchasing power and amount per inhabitant: the poorest country, the strata from poor to rich, the richest
country.

Defects kept by ``strict``:

- **empty strata are never filled**: the scripts interpolate the stratum means, but a year in which a stratum
  has no figure has no row either, so there is never a gap to fill. Mended: filled by the rules of 03c.
- **anchor repair compared with stratum 1**: the poorest country's value is put at the mean of the last
  stratum if it is above the mean of the FIRST. Mended: if it is above that of the last.
- **no clamp**: below the poorest and above the richest country the line goes on, also below nought. Mended:
  held above the richest point, and in proportion to purchasing power below the poorest.
- **a missing point breaks the line**: without either of its two points a cell stays empty. Mended: the next
  point that is there takes its place, as long as the country's own stratum is there.
- **segments beside the own stratum**: a country is read off the two segments beside its own stratum, even if
  its purchasing power lies far from it, so that one of the two is carried on as a straight line. Mended: the
  segment in which the purchasing power lies.
- **means count people without a figure**: the sums of pieces and of purchasing power over a stratum leave
  missing figures out, the population below them does not. Mended: the same countries above and below.
- **missing purchasing power is carried one year**, from the year after it, and only if that one was there
  from the start. Mended: over gaps of any length, backwards and forwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.flags import FROM_STRATA, REPORTED, IntArray
from ainalym.kernels.common_method.interpolation import fill_single_series


@dataclass(frozen=True, slots=True)
class Anchors:
    """Points of the broken line, the poorest first: poorest country, strata S to 1, richest country.

    Parameters
    ----------
    kg, pieces
        Amounts per inhabitant. Shape (anchor, key, year); NaN where missing.
    power
        Purchasing power per inhabitant. Shape (anchor, year); NaN where missing.
    """

    kg: FloatArray
    pieces: FloatArray
    power: FloatArray


@dataclass(frozen=True, slots=True)
class StratumMeans:
    """Amounts and purchasing power per inhabitant of the strata, stratum 1 (the richest) first.

    Parameters
    ----------
    kg, pieces
        Shape (stratum, key, year); NaN where missing.
    power
        Shape (stratum, year); NaN where missing.
    """

    kg: FloatArray
    pieces: FloatArray
    power: FloatArray


def compute_stratum_means(
    cells: Cells, population: FloatArray, power: FloatArray, stratum: IntArray, strict: bool
) -> StratumMeans:
    """Compute the means of the strata, weighted by population, over reported figures alone (flag 0).

    Parameters
    ----------
    cells
        Shape (country, key, year).
    population
        Persons. Shape (country, year).
    power
        Purchasing power per inhabitant; NaN where missing. Shape (country, year).
    stratum
        Stratum of each country, 1 to S. Shape (country,).
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    StratumMeans
        Shapes (stratum, key, year) and (stratum, year).
    """
    people = np.broadcast_to(population[:, np.newaxis, :], cells.kg.shape)
    counted = (cells.flag == REPORTED) & ~np.isnan(cells.kg)
    groups = [stratum == number for number in range(1, int(stratum.max()) + 1)]
    kg, pieces, mean_power = [], [], []
    for members in groups:
        used = counted[members]
        kg.append(_weighted_mean(cells.kg[members], people[members], used))
        weighed = used if strict else used & ~np.isnan(cells.pieces[members])
        pieces.append(_weighted_mean(cells.pieces[members], people[members], weighed))
        known = np.ones_like(power[members], dtype=np.bool_) if strict else ~np.isnan(power[members])
        mean_power.append(_weighted_mean(power[members], population[members], known))
    means = StratumMeans(np.stack(kg), np.stack(pieces), np.stack(mean_power))
    if strict:
        return means
    return StratumMeans(
        fill_single_series(means.kg), fill_single_series(means.pieces), fill_single_series(means.power)
    )


def complete_purchasing_power(
    power: FloatArray, stratum_power: FloatArray, stratum: IntArray, strict: bool
) -> FloatArray:
    """Fill missing purchasing power in proportion to the stratum, else with the stratum itself.

    Parameters
    ----------
    power
        Purchasing power per inhabitant; NaN where missing. Shape (country, year).
    stratum_power
        Shape (stratum, year).
    stratum
        Stratum of each country. Shape (country,).
    strict
        Whether to carry over one year alone.

    Returns
    -------
    FloatArray
        Shape (country, year).
    """
    of_stratum = stratum_power[stratum - 1]
    relative = power / of_stratum
    carried = _carry_one_year_back(relative) if strict else _carry_both_ways(relative)
    completed = carried * of_stratum
    completed = np.where(np.isnan(power), completed, power)
    return np.where(np.isnan(completed), of_stratum, completed)


def choose_anchors(
    means: StratumMeans, poorest: StratumMeans, richest: StratumMeans, strict: bool
) -> Anchors:
    """Put the points of the broken line together and mend the outer two.

    Parameters
    ----------
    means
        Of the strata.
    poorest, richest
        The two outer countries as strata of one country; all NaN where there is none.
    strict
        Whether to compare the poorest country with stratum 1, as the scripts do.

    Returns
    -------
    Anchors
        Poorest first. An outer country that is missing, or on the wrong side of its stratum, takes the
        amounts of that stratum; it keeps its own purchasing power.
    """
    first, last = slice(0, 1), slice(-1, None)
    too_low = (richest.kg < means.kg[first]) | (np.isnan(richest.kg) & ~np.isnan(means.kg[first]))
    limit = means.kg[first] if strict else means.kg[last]
    too_high = (poorest.kg > limit) | (np.isnan(poorest.kg) & ~np.isnan(means.kg[last]))
    amounts = []
    for name in ("kg", "pieces"):
        strata = getattr(means, name)
        low = np.where(too_high, strata[last], getattr(poorest, name))
        high = np.where(too_low, strata[first], getattr(richest, name))
        amounts.append(np.concatenate([low, strata[::-1], high]))
    power = np.concatenate([poorest.power, means.power[::-1], richest.power])
    return Anchors(amounts[0], amounts[1], power)


def fill_from_anchors(
    cells: Cells, anchors: Anchors, power: FloatArray, stratum: IntArray, strict: bool
) -> tuple[Cells, BoolArray]:
    """Fill gaps from the broken line.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    anchors
        Points of the line.
    power
        Purchasing power per inhabitant, no gaps. Shape (country, year).
    stratum
        Stratum of each country. Shape (country,).
    strict
        Whether to keep the defects of the scripts.

    Returns
    -------
    tuple of Cells, BoolArray
        The cells, flags of the filled ones 20 higher, and which were filled.

    Notes
    -----
    x = x_low + (x_high - x_low) / (PPP_high - PPP_low) * (PPP - PPP_low) between two points.
    """
    if strict:
        kg, pieces = _read_beside_stratum(anchors, power, stratum)
    else:
        kg, pieces = _read_line(anchors, power, stratum)
    filled = np.isnan(cells.kg) & ~np.isnan(kg)
    return cells.replace(filled, kg, pieces, cells.flag + FROM_STRATA), filled


def _weighted_mean(values: FloatArray, weights: FloatArray, used: BoolArray) -> FloatArray:
    """Average over the first axis; a missing value that is used still counts in the weights."""
    weight = np.where(used, weights, 0.0).sum(axis=0)
    total = np.where(used & ~np.isnan(values), values * weights, 0.0).sum(axis=0)
    mean: FloatArray = np.divide(total, weight, where=weight > 0, out=np.full_like(total, np.nan))
    return mean


def _carry_one_year_back(relative: FloatArray) -> FloatArray:
    """Give a missing year the value of the year after it."""
    later = np.full_like(relative, np.nan)
    later[:, :-1] = relative[:, 1:]
    return np.where(np.isnan(relative), later, relative)


def _carry_both_ways(relative: FloatArray) -> FloatArray:
    """Give missing years the next later value, and after the last one the last value."""
    carried = relative
    for backwards in (True, False):
        flipped = carried[:, ::-1] if backwards else carried
        position = np.where(np.isnan(flipped), -1, np.arange(flipped.shape[1]))
        source = np.maximum.accumulate(position, axis=1)
        taken = np.take_along_axis(flipped, np.maximum(source, 0), axis=1)
        flipped = np.where(source >= 0, taken, np.nan)
        carried = flipped[:, ::-1] if backwards else flipped
    return carried


def _read_beside_stratum(
    anchors: Anchors, power: FloatArray, stratum: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Read the line on the segment above or below the stratum of each country, whatever lies beyond."""
    strata = anchors.power.shape[0] - 2
    position = strata + 1 - stratum
    own = anchors.power[position]
    with np.errstate(invalid="ignore"):
        lower = np.where(power > own, position[:, np.newaxis], position[:, np.newaxis] - 1)
    years = np.arange(power.shape[1])
    low_power, high_power = anchors.power[lower, years], anchors.power[lower + 1, years]
    # Two points of equal purchasing power have no line between them.
    apart = np.where(high_power == low_power, np.nan, high_power - low_power)
    share = ((power - low_power) / apart)[:, np.newaxis, :]
    keys = np.arange(anchors.kg.shape[1])[:, np.newaxis]
    index = lower[:, np.newaxis, :]
    read = []
    for amounts in (anchors.kg, anchors.pieces):
        low, high = amounts[index, keys, years], amounts[index + 1, keys, years]
        read.append(low + (high - low) * share)
    return read[0], read[1]


def _read_line(anchors: Anchors, power: FloatArray, stratum: IntArray) -> tuple[FloatArray, FloatArray]:
    """Read the line on the segment in which the purchasing power lies, missing points left out."""
    strata = anchors.power.shape[0] - 2
    kg, pieces = (np.full((power.shape[0], *anchors.kg.shape[1:]), np.nan) for _ in range(2))
    usable = ~np.isnan(anchors.kg) & ~np.isnan(anchors.power)[:, np.newaxis, :]
    for key, year in np.argwhere(usable.any(axis=0)):
        points = np.flatnonzero(usable[:, key, year])
        points = points[np.argsort(anchors.power[points, year], kind="stable")]
        grid = anchors.power[points, year]
        # Below the poorest point amounts fall in proportion to purchasing power, and never below nought.
        scale = np.minimum(power[:, year] / grid[0], 1.0)
        # Without its own stratum a country would be measured by one of quite another kind.
        known = np.isin(strata + 1 - stratum, points)
        for read, amounts in ((kg, anchors.kg), (pieces, anchors.pieces)):
            value = np.interp(power[:, year], grid, amounts[points, key, year]) * scale
            read[:, key, year] = np.where(known, value, np.nan)
    return kg, pieces
