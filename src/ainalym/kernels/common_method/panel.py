"""What goes into the common method and what comes out, and the checks at the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ainalym.errors import InputError, Problem
from ainalym.kernels.common_method.cells import BoolArray, FloatArray
from ainalym.kernels.common_method.flags import IntArray
from ainalym.kernels.common_method.forecast import ForecastException
from ainalym.kernels.common_method.outliers import Fence
from ainalym.kernels.common_method.special_products import SpecialProducts

FEWEST_YEARS = 3
"""Ends of a series are filled along the line of two years."""
CELLS_NAMED = 20
"""How many bad cells of one array become problems of their own; the rest is counted."""


@dataclass(frozen=True, slots=True)
class CommonPanel:
    """Reported figures of several countries.

    Parameters
    ----------
    countries, keys
        Labels of the first two axes, each once.
    years
        Labels of the year axis, consecutive: from the first year of the backcast to the last of the forecast.
    first_data_year, last_data_year
        Years for which figures were collected, at least three; the figures outside are not looked at.
    kg, pieces
        Placed on market. Shape (country, key, year), kg/yr and pieces/yr; NaN = not reported.
    population
        Persons. Shape (country, year), each above 0.
    purchasing_power
        Gross domestic product per inhabitant at purchasing power parity, any one unit. Shape (country, year),
        each above 0; NaN where unknown, up to the last year of figures.
    stratum
        Group of countries of like purchasing power, 1 the richest, no number left out. Shape (country,).
    """

    countries: tuple[str, ...]
    keys: tuple[str, ...]
    years: IntArray
    first_data_year: int
    last_data_year: int
    kg: FloatArray
    pieces: FloatArray
    population: FloatArray
    purchasing_power: FloatArray
    stratum: IntArray

    @property
    def data_years(self) -> slice:
        """Positions of the years for which figures were collected."""
        first = int(self.years[0])
        return slice(self.first_data_year - first, self.last_data_year - first + 1)


@dataclass(frozen=True, slots=True)
class CommonSettings:
    """What the common method needs besides figures.

    Parameters
    ----------
    introduction_year
        First year in which a product can be sold. Shape (key,).
    unit_weight
        Shape (country, key, year), kg per piece; NaN where unknown. Without it tube monitors are left alone.
    corrected_kg, corrected_pieces
        Corrections by hand that replace the figures (flag 60). Shape (country, key, year); NaN = none.
    exceptions
        Series that are not forecast by default.
    photovoltaic_kg, photovoltaic_pieces
        Sales of photovoltaic panels from installed capacity. Shape (country, year), kg/yr and pieces/yr; NaN
        where there is no figure. Without them photovoltaics are treated like any product.
    production_step
        Step by which confidential production behind a cell was estimated, 1 to 3, 0 where none was. Shape
        (country, key, year).
    fence
        How far from the median a value may be.
    richest_country, poorest_country
        Ends of the line of purchasing power; the richest one does not count in the lines of all countries.
    products
        Keys and years of products with rules of their own.
    """

    introduction_year: IntArray
    unit_weight: FloatArray | None = None
    corrected_kg: FloatArray | None = None
    corrected_pieces: FloatArray | None = None
    exceptions: tuple[ForecastException, ...] = ()
    photovoltaic_kg: FloatArray | None = None
    photovoltaic_pieces: FloatArray | None = None
    production_step: IntArray | None = None
    fence: Fence = field(default_factory=Fence)
    richest_country: str = "LUX"
    poorest_country: str = "ROU"
    products: SpecialProducts = field(default_factory=SpecialProducts)


@dataclass(frozen=True, slots=True)
class CommonCounts:
    """How many cells each step changed, in the order of the steps.

    Parameters
    ----------
    cells
        Countries times products times years of figures.
    reported
        Cells with a figure.
    corrected
        Replaced by hand.
    unlikely
        Removed for an impossible mass per inhabitant.
    missing_before_outliers
        Empty cells then.
    high_over_years, low_over_years, high_in_stratum, low_in_stratum
        Removed as outliers.
    missing_after_outliers
        Empty cells then.
    interpolated
        Filled from other years.
    from_strata
        Filled from other countries.
    jumps
        Emptied by smoothing.
    interpolated_again
        Filled from other years after smoothing.
    jumps_restored
        Emptied by smoothing and put back, as nothing could fill them.
    forecast, backcast
        Cells of the result with such a flag.
    restored
        Put back to the reported figure, as the alteration was small.
    """

    cells: int
    reported: int
    corrected: int
    unlikely: int
    missing_before_outliers: int
    high_over_years: int
    low_over_years: int
    high_in_stratum: int
    low_in_stratum: int
    missing_after_outliers: int
    interpolated: int
    from_strata: int
    jumps: int
    interpolated_again: int
    jumps_restored: int
    forecast: int
    backcast: int
    restored: int


@dataclass(frozen=True, slots=True)
class CommonResult:
    """Placed on market, cleaned and completed.

    Parameters
    ----------
    countries, keys, years
        Labels of the axes.
    kg_per_inhabitant, pieces_per_inhabitant
        Shape (country, key, year). NaN only where nothing could be said; such cells have flag 1 in the mended
        setting.
    flag
        Same shape, see :mod:`ainalym.kernels.common_method.flags`. It speaks of the kilograms: where pieces
        alone were not reported, they are completed under the flag of the kilograms.
    kg, pieces
        The same times population, kg/yr and pieces/yr.
    raw_kg, raw_pieces
        What was reported, kg/yr and pieces/yr; NaN = not reported.
    approach
        How each series was forecast in the end, members of ``Approach``. Shape (country, key).
    counts
        Cells changed by each step.
    strict
        Whether the defects of the scripts were kept.
    """

    countries: tuple[str, ...]
    keys: tuple[str, ...]
    years: IntArray
    kg_per_inhabitant: FloatArray
    pieces_per_inhabitant: FloatArray
    flag: IntArray
    kg: FloatArray
    pieces: FloatArray
    raw_kg: FloatArray
    raw_pieces: FloatArray
    approach: IntArray
    counts: CommonCounts
    strict: bool


def check_panel(panel: CommonPanel, settings: CommonSettings) -> None:
    """Check the input of the common method, all at once.

    Parameters
    ----------
    panel, settings
        What to check.

    Raises
    ------
    InputError
        CLN-001 to CLN-007.
    """
    problems = _check_axes(panel, settings)
    if not problems:
        problems = _check_years(panel) + _check_labels(panel) + _check_strata(panel, settings)
        problems += _check_numbers(panel) + _check_exceptions(panel, settings)
    if problems:
        raise InputError(problems, "input of the common method")


def check_shape(what: str, got: tuple[int, ...], expected: tuple[int, ...], axes: str) -> list[Problem]:
    """Give a problem where an array has another shape than its labels.

    Parameters
    ----------
    what
        Name of the array.
    got, expected
        Shapes.
    axes
        Names of the axes.

    Returns
    -------
    list of Problem
        CLN-001, or nothing.
    """
    if got == expected:
        return []
    return [
        Problem(
            "CLN-001",
            what,
            f"shape {got}",
            f"{expected} for {axes}",
            "Give each axis as many entries as labels.",
        )
    ]


def check_cells(
    code: str,
    what: str,
    good: BoolArray,
    values: FloatArray,
    labels: Sequence[Sequence[object]],
    expected: str,
    mend: str,
) -> list[Problem]:
    """Give a problem for each cell that is not good.

    Parameters
    ----------
    code, what, expected, mend
        As in :class:`ainalym.errors.Problem`.
    good
        Whether a cell is as it should be. Shape of ``values``.
    values
        The numbers, to be shown.
    labels
        Labels of each axis.

    Returns
    -------
    list of Problem
        At most 20; one more counts the rest.
    """
    places = np.argwhere(~good)
    problems = []
    for place in places[:CELLS_NAMED]:
        names = [str(axis[position]) for axis, position in zip(labels, place, strict=True)]
        where = f"{what}, {', '.join(names)}"
        problems.append(Problem(code, where, f"{values[tuple(place)]:g}", expected, mend))
    if len(places) > CELLS_NAMED:
        problems.append(
            Problem(code, what, f"{len(places) - CELLS_NAMED} more cells like these", expected, mend)
        )
    return problems


def _check_axes(panel: CommonPanel, settings: CommonSettings) -> list[Problem]:
    """Check every shape against the labels."""
    countries, keys, years = len(panel.countries), len(panel.keys), len(panel.years)
    cells, by_year = (countries, keys, years), (countries, years)
    shapes = [
        ("kg", panel.kg, cells, "(country, key, year)"),
        ("pieces", panel.pieces, cells, "(country, key, year)"),
        ("population", panel.population, by_year, "(country, year)"),
        ("purchasing_power", panel.purchasing_power, by_year, "(country, year)"),
        ("stratum", panel.stratum, (countries,), "(country,)"),
        ("introduction_year", settings.introduction_year, (keys,), "(key,)"),
        ("unit_weight", settings.unit_weight, cells, "(country, key, year)"),
        ("corrected_kg", settings.corrected_kg, cells, "(country, key, year)"),
        ("corrected_pieces", settings.corrected_pieces, cells, "(country, key, year)"),
        ("photovoltaic_kg", settings.photovoltaic_kg, by_year, "(country, year)"),
        ("photovoltaic_pieces", settings.photovoltaic_pieces, by_year, "(country, year)"),
        ("production_step", settings.production_step, cells, "(country, key, year)"),
    ]
    problems = []
    for what, array, expected, axes in shapes:
        if array is not None:
            problems += check_shape(what, np.shape(array), expected, axes)
    for pair in (("corrected_kg", "corrected_pieces"), ("photovoltaic_kg", "photovoltaic_pieces")):
        given = [name for name in pair if getattr(settings, name) is not None]
        if len(given) == 1:
            mend = "Give both arrays or neither."
            problems.append(Problem("CLN-001", "settings", f"{given[0]} alone", " and ".join(pair), mend))
    return problems


def _check_years(panel: CommonPanel) -> list[Problem]:
    """Check the year axis and the years of figures."""
    problems = []
    if len(panel.years) == 0 or not np.array_equal(np.diff(panel.years), np.ones(len(panel.years) - 1)):
        shown = f"{list(map(int, panel.years[:5]))} ..."
        mend = "List every year once, in rising order."
        problems.append(Problem("CLN-002", "years", shown, "consecutive years", mend))
        return problems
    first, last = int(panel.years[0]), int(panel.years[-1])
    window = f"{panel.first_data_year} to {panel.last_data_year}"
    inside = first <= panel.first_data_year and panel.last_data_year <= last
    if not inside or panel.last_data_year - panel.first_data_year + 1 < FEWEST_YEARS:
        expected = f"{FEWEST_YEARS} years or more within {first} to {last}"
        problems.append(
            Problem(
                "CLN-002", "years of figures", window, expected, "Widen the years, or collect more figures."
            )
        )
    return problems


def _check_labels(panel: CommonPanel) -> list[Problem]:
    """Check that no label stands twice."""
    problems = []
    for what, labels in (("countries", panel.countries), ("keys", panel.keys)):
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            mend = "Add the two up, or drop one."
            problems.append(Problem("CLN-003", what, f"{', '.join(twice)} twice", "each label once", mend))
    return problems


def check_ends(strata: set[int], products: SpecialProducts) -> list[Problem]:
    """Check that products that ended have a year for each stratum.

    Parameters
    ----------
    strata
        Numbers of the strata.
    products
        With the years.

    Returns
    -------
    list of Problem
        CLN-004 for each product without one.
    """
    problems = []
    ends = {"television_end": products.television_end, "monitor_end": products.monitor_end}
    for what, end in ends.items():
        without = sorted(strata - set(end))
        if without:
            mend = f"Add a year for stratum {without[0]}."
            problems.append(
                Problem("CLN-004", what, f"no year for strata {without}", "one per stratum", mend)
            )
    return problems


def _check_strata(panel: CommonPanel, settings: CommonSettings) -> list[Problem]:
    """Check the numbers of the strata, and that products end in each of them."""
    numbers = {int(number) for number in panel.stratum}
    if numbers == set(range(1, len(numbers) + 1)):
        return check_ends(numbers, settings.products)
    mend = "Number the strata from 1, the richest, without leaving one out."
    return [Problem("CLN-004", "stratum", str(sorted(numbers)), "1, 2, ... without a gap", mend)]


def _check_numbers(panel: CommonPanel) -> list[Problem]:
    """Check that amounts are no infinities, and that there are people."""
    years = [int(year) for year in panel.years]
    labels = (panel.countries, panel.keys, years)
    problems = []
    for what, amounts in (("kg", panel.kg), ("pieces", panel.pieces)):
        mend = "Correct the figure, or leave it out (NaN) to have it estimated."
        problems += check_cells("CLN-005", what, ~np.isinf(amounts), amounts, labels, "a finite number", mend)
    by_year = (panel.countries, years)
    people = np.isfinite(panel.population) & (panel.population > 0)
    mend = "Give the population of every year; complete_population() carries it back by world growth."
    problems += check_cells("CLN-006", "population", people, panel.population, by_year, "above 0", mend)
    power = panel.purchasing_power
    rich = np.isfinite(power) & (power > 0)
    rich |= np.isnan(power) & (panel.years <= panel.last_data_year)
    mend = "Correct the figure; up to the last year of figures it may be left out (NaN)."
    problems += check_cells("CLN-006", "purchasing_power", rich, power, by_year, "above 0", mend)
    return problems


def _check_exceptions(panel: CommonPanel, settings: CommonSettings) -> list[Problem]:
    """Check the connection years; labels that the panel lacks are allowed, as one list serves many panels."""
    problems = []
    for exception in settings.exceptions:
        year = exception.connection_year
        if year is not None and not panel.first_data_year <= year <= panel.last_data_year:
            where = f"forecast exception of key '{exception.key}', country '{exception.country or 'all'}'"
            expected = f"a connection year from {panel.first_data_year} to {panel.last_data_year}"
            mend = "Name a year of figures, or None for the last one."
            problems.append(Problem("CLN-007", where, str(year), expected, mend))
    return problems
