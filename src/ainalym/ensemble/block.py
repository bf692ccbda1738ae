"""The whole outlook of a block of draws, on bare arrays and reused memory.

Arrays are ordered (product, year, draw), draws last: every sum over cohorts or products then runs over whole
rows of draws, in the same order whatever the number of draws, so that a draw has the same bits in any block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ainalym.ensemble.end_of_life import pull_on_products
from ainalym.ensemble.model import FloatArray, Model
from ainalym.ensemble.owned_market import fill_owned_market
from ainalym.ensemble.parameters import ParameterDraws, to_factor
from ainalym.ensemble.survival import fill_survival
from ainalym.kernels.joining import FADING
from ainalym.kernels.profile import read_at_income

YEARS_AT_A_TIME = 9
"""Years whose cohorts are summed in one call."""

DRAWS_IN_STEP = 8
"""Blocks are computed in multiples of this: numpy takes another way, with other rounding, for one draw."""


class Workspace:
    """Large arrays that are used again for every block: fresh ones made a block four times slower.

    Parameters
    ----------
    model
        The model.
    draws
        Largest number of draws in a block.
    """

    def __init__(self, model: Model, draws: int) -> None:
        products, years = len(model.products), len(model.years)
        self.market = np.empty((products, years, draws))
        self.stock = np.empty((products, years, draws))
        self.ewaste = np.empty((products, years, draws))
        # Before the ages, zeros: a cohort has no share of the years before its own.
        self.left = np.zeros((products, 2 * years - 1, draws))
        self.leaving = np.zeros((products, 2 * years - 1, draws))


@dataclass(frozen=True)
class Block:
    """The outlook of a block of draws.

    The arrays by product are those of the workspace: read them before the next block is computed.

    Attributes
    ----------
    market, stock, ewaste
        By product. Shape (product, year, draw), t/yr, t, t/yr.
    market_by_category, stock_by_category, ewaste_by_category
        Shape (category, year, draw).
    material
        Embedded in e-waste. Shape (material, year, draw), t/yr.
    value
        Shape (material, year, draw), USD/yr.
    ewaste_by_region
        Shape (region, year, draw), t/yr.
    population, income
        Shape (year, draw).
    mass_error
        Largest error of the mass balance of each draw, relative to the largest stock of the product. Shape
        (draw,).
    """

    market: FloatArray
    stock: FloatArray
    ewaste: FloatArray
    market_by_category: FloatArray
    stock_by_category: FloatArray
    ewaste_by_category: FloatArray
    material: FloatArray
    value: FloatArray
    ewaste_by_region: FloatArray
    population: FloatArray
    income: FloatArray
    mass_error: FloatArray


def compute_block(model: Model, parameters: ParameterDraws, workspace: Workspace) -> Block:
    """Compute the outlook of every draw of a block.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs, a multiple of :data:`DRAWS_IN_STEP`.
    workspace
        Memory for at least as many draws.

    Returns
    -------
    Block
        Some of its arrays are those of the workspace.
    """
    draws = parameters.count
    if draws % DRAWS_IN_STEP:
        raise AssertionError(f"a block has {draws} draws, not a multiple of {DRAWS_IN_STEP}")
    market, stock, ewaste, padded_left, padded_leaving = (
        buffer[..., :draws]
        for buffer in (workspace.market, workspace.stock, workspace.ewaste, workspace.left, workspace.leaving)
    )
    left, leaving = (padded[:, len(model.years) - 1 :] for padded in (padded_left, padded_leaving))
    fill_survival(parameters.shape, parameters.scale, model.convention, left)
    fill_market(model, parameters, left, market)
    np.subtract(1.0, left[:, 0], out=leaving[:, 0])
    np.subtract(left[:, :-1], left[:, 1:], out=leaving[:, 1:])
    sum_cohorts(market, padded_left, stock)
    sum_cohorts(market, padded_leaving, ewaste)
    if model.end_of_life is not None:
        pull_on_products(
            model.end_of_life,
            parameters.probabilities,
            model.years,
            left,
            parameters.shape,
            (market, stock, ewaste),
        )
    material = sum_materials(ewaste, parameters.composition)
    by_category = [sum_categories(array, model) for array in (market, stock, ewaste)]
    return Block(
        market=market,
        stock=stock,
        ewaste=ewaste,
        market_by_category=by_category[0],
        stock_by_category=by_category[1],
        ewaste_by_category=by_category[2],
        material=material,
        value=material * parameters.price.T[:, np.newaxis, :],
        ewaste_by_region=share_regions(model, parameters, by_category[2]),
        population=np.ascontiguousarray(parameters.population.T),
        income=np.ascontiguousarray(parameters.income.T),
        mass_error=compute_mass_error(market, stock, ewaste),
    )


def fill_market(
    model: Model,
    parameters: ParameterDraws,
    survival: FloatArray,
    market: FloatArray,
    installed: FloatArray | None = None,
    expected: FloatArray | None = None,
) -> None:
    """Fill in what is placed on market in every draw.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs.
    survival
        Survival by age. Shape (product, age, draw).
    market
        Filled in. Shape (product, year, draw), t/yr.
    installed
        Photovoltaic power installed in each year, where it is known already. Shape (year, draw), MW/yr.
    expected
        Of :func:`expect_market`, where it is known already.

    Notes
    -----
    P = P_0 q(y, e) / q(y_0, e_0) N / N_0 x level x weight x error(t), where the index 0 marks the centre and
    q is what reference countries place on market per inhabitant at an income. Whatever method made the
    centre, the ensemble lies around it; and where it is that of the reference countries, the product is
    exactly theirs at the drawn income. Figures of the country leave only a part of the level's spread open
    (``open_level``). After history, products that follow ownership do so in every draw
    (:func:`ainalym.ensemble.owned_market.fill_owned_market`).
    Every market then drifts (:func:`let_drift`).
    """
    drawn = expect_market(model, parameters) if expected is None else expected
    persons = (parameters.population / model.population).T
    level, weight = parameters.market_level.T, parameters.unit_weight.T
    for product, entering in enumerate(market):
        np.multiply(drawn[:, product], persons, out=entering)
        if model.open_level is None:
            entering *= level[product] * weight[product]
        else:
            entering *= level[product] ** model.open_level[:, product, np.newaxis]
            entering *= weight[product]
        entering *= parameters.market_error[product]
    fill_owned_market(model, parameters, survival, market)
    let_drift(model, parameters, market)
    panels = model.photovoltaics
    if panels is None or parameters.capacity is None:
        return
    place = panels.position
    if installed is None:
        installed = install_panels(parameters.capacity, survival[place])
    mass = panels.tonnes_per_megawatt[:, np.newaxis] * parameters.unit_weight[:, place]
    np.multiply(installed, mass, out=market[place])


def expect_market(model: Model, parameters: ParameterDraws) -> FloatArray:
    """Compute what the centre would place on market at the drawn incomes and elasticities.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs.

    Returns
    -------
    FloatArray
        P_0 q(y, e) / q(y_0, e_0) of :func:`fill_market`. Shape (year, product, draw), t/yr.
    """
    centre = read_profile(model, model.income[np.newaxis], model.elasticity[np.newaxis])[..., 0]
    # A product that no group sells yet has neither a market nor a ratio.
    base = np.divide(model.market, centre, out=np.zeros_like(centre), where=centre > 0.0)
    drawn = read_profile(model, parameters.income, parameters.elasticity)
    drawn *= base[:, :, np.newaxis]
    return drawn


def let_drift(model: Model, parameters: ParameterDraws, market: FloatArray) -> None:
    """Let every market drift away from its projection in the years after history, in place.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs, which bring the spread along: that of a centre is nought.
    market
        Shape (product, year, draw), t/yr.

    Notes
    -----
    A factor of mean 1 with the spread s (1 - f^n) of its logarithm, n years after history: as what history
    tells of a market fades by f a year (:data:`ainalym.kernels.joining.FADING`), so the error of the method
    comes in. One number moves all years: what was projected too high stays too high.
    """
    row = model.spreads["market_drift", "all"]
    if parameters.drift_spread == 0.0:
        return
    scores = np.ascontiguousarray(parameters.market_drift.T)
    for place, year in enumerate(model.years):
        ahead = int(year) - model.last_year_of_history
        if ahead > 0:
            market[:, place] *= to_factor(row, scores, parameters.drift_spread * (1.0 - FADING**ahead))


def install_panels(capacity: FloatArray, survival: FloatArray) -> FloatArray:
    """Compute the power that is installed in each year, growth and replacement.

    Parameters
    ----------
    capacity
        At the end of the year. Shape (draw, year), MW.
    survival
        Of panels by age, above 0 in the first year. Shape (age, draw).

    Returns
    -------
    FloatArray
        Shape (year, draw), MW/yr.

    Notes
    -----
    I(t) = (K(t) - O(t)) / S(0), with O(t) what is left of earlier cohorts; where the capacity falls below
    that, nothing is installed and all cohorts retire in proportion, as ``retire_proportionally`` of
    :func:`ainalym.kernels.cohort.compute_stock_driven`. That kernel tells draws that retire early from
    others by the batch they come in, so that its last bits would depend on the block. As early retirement
    scales all cohorts alike, one running factor F stands for it: O(t) = F(t) sum of I(c) / F(c) S(t - c).
    """
    wanted = np.ascontiguousarray(capacity.T)
    installed = np.zeros(wanted.shape)
    scaled = np.zeros(wanted.shape)
    factor = np.ones(wanted.shape[1])
    for year, held in enumerate(wanted):
        left = np.zeros_like(factor)
        if year:
            left = factor * np.einsum("cd,cd->d", scaled[:year], survival[year:0:-1])
        gap = held - left
        np.divide(np.maximum(gap, 0.0), survival[0], out=installed[year])
        early = gap < 0.0
        factor[early] *= held[early] / left[early]
        # Where nothing was held, the count begins anew.
        gone = factor == 0.0
        scaled[:year, gone] = 0.0
        factor[gone] = 1.0
        np.divide(installed[year], factor, out=scaled[year])
    return installed


def read_profile(model: Model, income: FloatArray, elasticity: FloatArray) -> FloatArray:
    """Read what reference countries place on market at the income of every draw.

    Parameters
    ----------
    model
        The model.
    income
        Shape (draw, year), int$2011/person.
    elasticity
        Shape (draw, product).

    Returns
    -------
    FloatArray
        Shape (year, product, draw), kg/person.

    Notes
    -----
    The reading is linear in the figures of the groups, so that it is done once, for the shares of the
    groups, and not for each product.
    """
    years, groups = model.group_income.shape
    unit = np.broadcast_to(np.eye(groups), (years, groups, groups))
    shares = read_at_income(unit, model.group_income, income, np.zeros(groups))
    # A product of one kilogram everywhere with an elasticity of 1 reads min(y / Y_1, 1).
    below = read_at_income(np.ones((years, groups, 1)), model.group_income, income, np.ones(1))[..., 0]
    shares = np.ascontiguousarray(shares.transpose(1, 2, 0))
    values = np.zeros((years, model.profile.shape[2], income.shape[0]))
    term = np.empty(values.shape[1:])
    for year in range(years):
        for group in range(groups):
            np.multiply(model.profile[year, group, :, np.newaxis], shares[year, group], out=term)
            values[year] += term
        if below[:, year].min() < 1.0:
            values[year] *= np.exp(elasticity.T * np.log(below[:, year]))
    return values


def sum_cohorts(inflow: FloatArray, padded_share: FloatArray, sums: FloatArray) -> None:
    """Sum over cohorts the inflow times a share that depends on age, product by product.

    Parameters
    ----------
    inflow
        Shape (product, year, draw).
    padded_share
        Share by age, after as many zeros as there are years but one. Shape (product, 2 years - 1, draw).
    sums
        Filled in. Shape (product, year, draw).

    Notes
    -----
    A product fits into the cache. Years are taken some at a time, with the cohorts up to the last of them:
    one year at a time costs more in calls than in sums, all at once twice the sums.
    """
    years = inflow.shape[1]
    # The share of cohort c in year t stands at [t, draw, c].
    shares = sliding_window_view(padded_share, years, axis=1)[..., ::-1]
    for entering, share, total in zip(inflow, shares, sums, strict=True):
        for begin in range(0, years, YEARS_AT_A_TIME):
            end = min(begin + YEARS_AT_A_TIME, years)
            np.einsum("cd,tdc->td", entering[:end], share[begin:end, :, :end], out=total[begin:end])


def sum_materials(ewaste: FloatArray, composition: FloatArray) -> FloatArray:
    """Sum the materials over all products.

    Parameters
    ----------
    ewaste
        Shape (product, year, draw), t/yr.
    composition
        Shape (draw, product, material).

    Returns
    -------
    FloatArray
        Shape (material, year, draw), t/yr.
    """
    fractions = np.ascontiguousarray(composition.transpose(2, 1, 0))
    sums = np.empty((len(fractions), *ewaste.shape[1:]))
    for total, fraction in zip(sums, fractions, strict=True):
        np.einsum("pyd,pd->yd", ewaste, fraction, out=total)
    return sums


def sum_categories(values: FloatArray, model: Model) -> FloatArray:
    """Sum the products of each category.

    Parameters
    ----------
    values
        Shape (product, year, draw).
    model
        The model.

    Returns
    -------
    FloatArray
        Shape (category, year, draw).
    """
    sums = np.zeros((len(model.categories), *values.shape[1:]))
    for product, category in enumerate(model.category):
        sums[category] += values[product]
    return sums


def share_regions(model: Model, parameters: ParameterDraws, by_category: FloatArray) -> FloatArray:
    """Distribute the e-waste of the nation to its regions.

    Parameters
    ----------
    model
        The model.
    parameters
        Draws of the uncertain inputs.
    by_category
        E-waste of the nation. Shape (category, year, draw), t/yr.

    Returns
    -------
    FloatArray
        Shape (region, year, draw), t/yr, summing to the nation.
    """
    total = np.zeros(by_category.shape[1:])
    for category in by_category:
        total += category
    shares = np.empty((len(model.regions), *total.shape))
    weight = model.region_wage[:, np.newaxis] ** parameters.total_elasticity
    sums = np.zeros_like(total)
    for region in range(len(model.regions)):
        np.multiply(model.region_population[:, [region]], weight[region], out=shares[region])
        sums += shares[region]
    np.divide(total, sums, out=sums, where=sums > 0.0)
    shares *= sums
    return shares


def compute_mass_error(market: FloatArray, stock: FloatArray, ewaste: FloatArray) -> FloatArray:
    """Compute the largest error of the mass balance of each draw, reading the stock.

    Parameters
    ----------
    market, stock, ewaste
        Shape (product, year, draw), t/yr, t, t/yr.

    Returns
    -------
    FloatArray
        Relative to the largest stock of the product. Shape (draw,).
    """
    worst = np.zeros(market.shape[-1])
    error = np.empty(market.shape[1:])
    for entering, held, leaving in zip(market, stock, ewaste, strict=True):
        np.subtract(entering, leaving, out=error)
        error -= held
        error[1:] += held[:-1]
        np.abs(error, out=error)
        largest = np.maximum(held.max(axis=0), np.finfo(float).tiny)
        np.maximum(worst, error.max(axis=0) / largest, out=worst)
    return worst
