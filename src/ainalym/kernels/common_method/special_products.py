"""Products with rules of their own: tube televisions, tube monitors, photovoltaics, and one heavy cap.

Tube televisions (0407) end by year and stratum, with half of the year before in their last year. Tube
monitors (0308) are 1.16 times the desktops less the flat panels (script 03g). Photovoltaics (0002) come from
installed capacity (00c, 03h). Values of 0802 above 20 kg per inhabitant are removed at once (03).

Defects kept by ``strict``:

- **tube monitors without a flag**: the computed value keeps the flag of the one it replaces, mostly 0, and so
  passes for a reported figure. Mended: flag 54, and 52 for the years without sales.
- **photovoltaics emptied where no capacity is known**: the figures replace the series after its forecast and
  in every year, also where there are none. Mended: they come in before the cleaning (as the description has
  it), so that the forecast goes on from them, and again after it; nothing was sold before the first figure.
- **panels below nought**: where the stock gains mass while a panel becomes heavier, the difference of two
  numbers of panels is negative beside a positive mass (2008 in the published figures); only a negative mass
  is set to nought. Mended: such pieces follow from the mass at the unit weight of the year beside.
- **falling mass per megawatt taken off the whole stock**: sales are the difference of two stocks, each at the
  mass per megawatt of its year, so that lighter new panels make the old ones lighter too. Mended: added
  capacity at the mass of its year, plus panels that are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ainalym.kernels.common_method.cells import BoolArray, Cells, FloatArray
from ainalym.kernels.common_method.flags import (
    FROM_CAPACITY,
    FROM_OTHER_PRODUCTS,
    HIGH_OVER_YEARS,
    MISSING,
    PHASED_OUT,
    IntArray,
)
from ainalym.kernels.common_method.pieces import complete_pieces


@dataclass(frozen=True, slots=True)
class SpecialProducts:
    """Keys and years of the products with rules of their own.

    Parameters
    ----------
    television, television_end
        Key of tube televisions, and the first year without sales by stratum.
    monitor, monitor_end
        Key of tube monitors, and the first year without sales by stratum.
    desktop, flat_panel
        Keys from which tube monitors are computed.
    monitors_per_desktop
        Screens sold per desktop computer.
    photovoltaic
        Key of photovoltaic panels.
    highest_kg
        Amounts per inhabitant above which a reported value is removed at once, by key.
    """

    television: str = "0407"
    television_end: Mapping[int, int] = field(default_factory=lambda: {1: 2007, 2: 2008, 3: 2009})
    monitor: str = "0308"
    monitor_end: Mapping[int, int] = field(default_factory=lambda: {1: 2008, 2: 2009, 3: 2010})
    desktop: str = "0302"
    flat_panel: str = "0309"
    monitors_per_desktop: float = 1.16
    photovoltaic: str = "0002"
    highest_kg: Mapping[str, float] = field(default_factory=lambda: {"0802": 20.0})


def end_televisions(
    cells: Cells, products: SpecialProducts, keys: Sequence[str], years: IntArray, stratum: IntArray
) -> Cells:
    """End the sales of tube televisions.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    products
        Key and years.
    keys, years
        Labels of the axes.
    stratum
        Of each country. Shape (country,).

    Returns
    -------
    Cells
        Nought from the first year without sales, half of the year before in the year before it; flag 52, or 1
        where that leaves nothing.
    """
    if products.television not in keys:
        return cells
    here = keys.index(products.television)
    kg, pieces, flag = cells.kg.copy(), cells.pieces.copy(), cells.flag.copy()
    for country, number in enumerate(stratum):
        end = products.television_end[int(number)]
        over = years >= end
        kg[country, here, over] = pieces[country, here, over] = 0.0
        flag[country, here, over] = PHASED_OUT
        for last in np.flatnonzero(years == end - 1):
            if last > 0:
                kg[country, here, last] = kg[country, here, last - 1] / 2
                pieces[country, here, last] = pieces[country, here, last - 1] / 2
                flag[country, here, last] = PHASED_OUT
    flag[(flag == PHASED_OUT) & np.isnan(kg)] = MISSING
    return Cells(kg, pieces, flag)


def remove_unlikely_mass(
    cells: Cells, products: SpecialProducts, keys: Sequence[str]
) -> tuple[Cells, BoolArray]:
    """Remove amounts per inhabitant that are known to be wrong.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    products
        Limits by key.
    keys
        Labels of the axis.

    Returns
    -------
    tuple of Cells, BoolArray
        The rest, with flag 5; and what was removed.
    """
    limit = np.array([products.highest_kg.get(key, np.inf) for key in keys])
    unlikely = cells.kg > limit[:, np.newaxis]
    return cells.empty(unlikely, HIGH_OVER_YEARS), unlikely


def replace_monitors(
    cells: Cells,
    products: SpecialProducts,
    keys: Sequence[str],
    years: IntArray,
    stratum: IntArray,
    weight: FloatArray,
    strict: bool,
) -> Cells:
    """Compute tube monitors from desktops and flat panels.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    products
        Keys and years.
    keys, years
        Labels of the axes.
    stratum
        Of each country. Shape (country,).
    weight
        Unit weights. Shape (country, key, year), kg per piece; where NaN the old value stays.
    strict
        Whether to leave the flags as they are.

    Returns
    -------
    Cells
        pieces = max(0, 1.16 desktops - flat panels); nought from the first year without sales.
    """
    if not {products.monitor, products.desktop, products.flat_panel} <= set(keys):
        return cells
    here = keys.index(products.monitor)
    desktops = cells.pieces[:, keys.index(products.desktop)]
    flat_panels = cells.pieces[:, keys.index(products.flat_panel)]
    computed = np.maximum(products.monitors_per_desktop * desktops - flat_panels, 0.0)
    computed_kg = computed * weight[:, here]
    known = ~np.isnan(computed_kg)
    end = np.array([products.monitor_end[int(number)] for number in stratum])
    over = years >= end[:, np.newaxis]
    kg, pieces, flag = cells.kg.copy(), cells.pieces.copy(), cells.flag.copy()
    kg[:, here] = np.where(over, 0.0, np.where(known, computed_kg, cells.kg[:, here]))
    pieces[:, here] = np.where(over, 0.0, np.where(known, computed, cells.pieces[:, here]))
    if not strict:
        marked = np.where(known, FROM_OTHER_PRODUCTS, cells.flag[:, here])
        flag[:, here] = np.where(over, PHASED_OUT, marked)
    return Cells(kg, pieces, flag)


def replace_photovoltaics(
    cells: Cells,
    products: SpecialProducts,
    keys: Sequence[str],
    kg: FloatArray,
    pieces: FloatArray,
    strict: bool,
) -> Cells:
    """Put sales of photovoltaic panels, computed from capacity, in the place of the statistics.

    Parameters
    ----------
    cells
        Shape (country, key, year).
    products
        Key.
    keys
        Labels of the axis.
    kg, pieces
        Sales per inhabitant; NaN where there is no figure. Shape (country, year).
    strict
        Whether to empty the years without a figure.

    Returns
    -------
    Cells
        Flag 53 where replaced.
    """
    if products.photovoltaic not in keys:
        return cells
    here = np.zeros(cells.kg.shape, dtype=np.bool_)
    here[:, keys.index(products.photovoltaic)] = True
    if not strict:
        likely = np.where((pieces > 0) | (kg == 0), pieces, np.nan)[:, np.newaxis, :]
        pieces = complete_pieces(Cells(kg[:, np.newaxis, :], likely, cells.flag[:, :1]), None).pieces[:, 0]
        known = ~np.isnan(kg) & ~np.isnan(pieces)
        # Capacity statistics start with the first panels: nothing was sold before.
        before = ~np.logical_or.accumulate(known, axis=1) & known.any(axis=1, keepdims=True)
        kg, pieces = np.where(before, 0.0, kg), np.where(before, 0.0, pieces)
        here &= (known | before)[:, np.newaxis, :]
    return cells.replace(here, kg[:, np.newaxis, :], pieces[:, np.newaxis, :], FROM_CAPACITY)


def compute_photovoltaic_sales(
    capacity: FloatArray,
    kg_per_megawatt: FloatArray,
    kg_per_panel: FloatArray,
    retired_share: FloatArray | None = None,
    *,
    strict: bool,
) -> tuple[FloatArray, FloatArray]:
    """Compute sales of photovoltaic panels from installed capacity.

    Parameters
    ----------
    capacity
        Installed at the end of each year. Shape (..., year), MW; before the first year nothing is installed.
    kg_per_megawatt, kg_per_panel
        Mass of panels sold in a year. Shape (year,), each above 0.
    retired_share
        Share of a year's additions retired by age in years, from age 0; retired panels are replaced. Shape
        (age,), sum up to 1. Without it none is replaced. Left out if ``strict``.
    strict
        Whether to difference the mass of the stock, as the scripts do.

    Returns
    -------
    tuple of FloatArray
        kg/yr, 0 or more, and pieces/yr, in the mended setting 0 or more. Shape (..., year).

    Notes
    -----
    Strict: kg(t) = max(0, MW(t) f(t) - MW(t-1) f(t-1)), pieces likewise with f over the mass of a panel.
    Mended: MW_sold(t) = max(0, MW(t) - MW(t-1) + retired(t)), kg = MW_sold f(t), pieces = kg / mass of a
    panel.
    """
    if strict:
        stock = capacity * kg_per_megawatt
        kg = np.diff(stock, axis=-1, prepend=0.0)
        pieces = np.diff(stock / kg_per_panel, axis=-1, prepend=0.0)
        return np.maximum(kg, 0.0), np.where(kg < 0, 0.0, pieces)
    change = np.diff(capacity, axis=-1, prepend=0.0)
    sold = np.zeros_like(change)
    shares = np.zeros(0) if retired_share is None else np.asarray(retired_share)[1:]
    for year in range(change.shape[-1]):
        ages = shares[:year][::-1]
        replaced = (sold[..., year - ages.size : year] * ages).sum(axis=-1)
        sold[..., year] = np.maximum(change[..., year] + replaced, 0.0)
    kg = sold * kg_per_megawatt
    return kg, kg / kg_per_panel
