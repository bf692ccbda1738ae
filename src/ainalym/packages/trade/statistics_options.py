"""Choices of how statistics become placed on market, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ainalym.errors import InputError, Problem
from ainalym.packages.share_checks import SHARE_TABLES, check_share_sums
from ainalym.packages.table_reader import suggest
from ainalym.packages.trade.classification import CountryTables
from ainalym.packages.trade.engine import EngineLimits
from ainalym.schemas.run import LEAST_COVER, Correction

CORRECTIONS: dict[Correction, bool] = {"mirror": True, "re_exports": True, "partial_years": False}
"""Corrections that can be switched on and off by name, and whether they are on where nothing is said.

``mirror``: a flow of a product that the country does not report in a year is what its partners report, where
these cover it (:mod:`ainalym.packages.trade.mirror_cover`). ``re_exports``: exports smaller than the
re-exports of the same product and year leave them out, against IMTS 2010, and they are added.
``partial_years``: a year of which a flow has only some months is scaled to twelve, instead of left out.
"""

PREFERENCE = ("tidy", "bns-hs6", "comtrade-api", "comtrade", "comext", "baci", "bns-resources")
"""Publications in the order in which they count where several have the same flow and year.

The table that a user described is the country's own; then the national office, the reports to the UN, and
last BACI, which is a compromise of both partners' reports. Product groups in words come last, they cover few
products.
"""

USED_SHARE = 0.3
"""Share of the usual value per piece below which an import is taken for used equipment.

An assumption, after the price of second-hand goods over that of new ones in the circular EEE model of CBS
data. Trade codes tell new from used only for few products.
"""

ABSURD_FACTOR = 10.0
"""How many times off the unit weight of a whole cell may be before it is listed; an assumption."""

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class StatisticsOptions:
    """Choices of how statistics become placed on market.

    Attributes
    ----------
    corrections
        Which of :data:`CORRECTIONS` are on, by name; those left out are as they are there.
    least_cover
        Share of the value of a flow that the partners must hold for their reports to stand for it, 0 to 1;
        with 0 whatever they report is taken.
    mass_from
        ``pieces`` computes the mass of a row from its pieces and the unit weight where it has pieces, as the
        official method does; ``reported`` takes the published mass where there is one.
    used_share
        Share of the usual value per piece below which an import counts as used, 0 to 1.
    absurd_factor
        How many times off the unit weight of a cell may be, above 1.
    preference
        Publications in the order in which they count.
    tables
        Tables of the country package.
    limits
        What the engine may use. One thread adds in the same order each time, to the last bit.
    """

    corrections: Mapping[Correction, bool] = field(default_factory=dict)
    mass_from: Literal["pieces", "reported"] = "pieces"
    least_cover: float = LEAST_COVER
    used_share: float = USED_SHARE
    absurd_factor: float = ABSURD_FACTOR
    preference: tuple[str, ...] = PREFERENCE
    tables: CountryTables = field(default_factory=CountryTables)
    limits: EngineLimits = field(default_factory=lambda: EngineLimits(threads=1))

    def is_on(self, correction: Correction) -> bool:
        """Whether a correction is on."""
        return self.corrections.get(correction, CORRECTIONS[correction])


SWITCHES = {"on": True, "off": False}


def parse_corrections(words: Sequence[str]) -> dict[Correction, bool]:
    """Read corrections as they are written on the command line.

    Parameters
    ----------
    words
        Such as ``mirror=off``.

    Returns
    -------
    dict of str to bool
        Whether each is on.

    Raises
    ------
    InputError
        [TRD-024] for a name or a switch that is not known.
    """
    chosen: dict[Correction, bool] = {}
    problems = []
    for word in words:
        name, _, switch = word.partition("=")
        known = [correction for correction in CORRECTIONS if correction == name]
        if known and switch in SWITCHES:
            chosen[known[0]] = SWITCHES[switch]
            continue
        expected = f"NAME=on or NAME=off, where NAME is one of {', '.join(CORRECTIONS)}"
        mend = "Write for example --correction mirror=off." if known else suggest(name, tuple(CORRECTIONS))
        problems.append(Problem("TRD-024", "option --correction", repr(word), expected, mend))
    if problems:
        raise InputError(problems)
    return chosen


def check_statistics_options(options: StatisticsOptions) -> None:
    """Check the choices before the store is opened.

    Parameters
    ----------
    options
        Choices.

    Raises
    ------
    InputError
        [TRD-024] for an unknown correction, a share or a factor that cannot be, [TRD-027] for shares of a
        code or group that sum to more than one.
    """
    problems = [
        Problem(
            "TRD-024",
            "option 'corrections'",
            repr(name),
            f"one of {', '.join(CORRECTIONS)}",
            suggest(name, tuple(CORRECTIONS)),
        )
        for name in options.corrections
        if name not in CORRECTIONS
    ]
    shares = {
        "used_share": (options.used_share, f"Give {USED_SHARE:g}, or 0 for none."),
        "least_cover": (options.least_cover, f"Give {LEAST_COVER:g}, or 0 to take whatever partners report."),
    }
    for name, (share, mend) in shares.items():
        if not 0 <= share <= 1:
            problems.append(Problem("TRD-024", f"option '{name}'", f"{share:g}", "a share, 0 to 1", mend))
    if not options.absurd_factor > 1:
        got = f"{options.absurd_factor:g}"
        problems.append(
            Problem("TRD-024", "option 'absurd_factor'", got, "a number above 1", "Give 10, or more.")
        )
    for name in SHARE_TABLES:
        frame = getattr(options.tables, name, None)
        if frame is not None and len(frame):
            problems += check_share_sums(name, frame, f"table '{name}' of the country")
    if problems:
        raise InputError(problems)


def choose_publications(coverage: pd.DataFrame, options: StatisticsOptions) -> pd.DataFrame:
    """Choose one publication for every reporter, flow and year: whole years first, then by preference.

    Parameters
    ----------
    coverage
        What there is, columns ``is_own``, ``reporter``, ``flow``, ``year``, ``source`` and ``months``.
    options
        Choices.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``is_whole``, ``is_chosen``, ``is_part`` (nothing is chosen of the year, since it
        is not whole) and ``factor``, which scales the months to a year.
    """
    order = {source: place for place, source in enumerate(options.preference)}
    ranked = coverage.assign(
        is_whole=coverage["months"] >= MONTHS_OF_A_YEAR,
        place=coverage["source"].map(order).fillna(len(order)),
    )
    series = ["is_own", "reporter", "flow", "year"]
    ranked = ranked.sort_values([*series, "is_whole", "place"], ascending=[True] * 4 + [False, True])
    is_first = ~ranked.duplicated(series)
    is_usable = ranked["is_whole"] | options.is_on("partial_years")
    factor = MONTHS_OF_A_YEAR / ranked["months"].clip(lower=1)
    chosen = ranked.assign(is_chosen=is_first & is_usable, is_part=is_first & ~is_usable, factor=factor)
    return chosen.drop(columns=["place"]).sort_index()


def describe_left_out(coverage: pd.DataFrame) -> list[str]:
    """Say which parts of years do not count, and which publications stand behind another one.

    Parameters
    ----------
    coverage
        Result of :func:`choose_publications`.

    Returns
    -------
    list of str
        One line for each reporter, flow, year and publication that was not chosen.
    """
    rows = coverage[~coverage["is_chosen"]]
    return [
        f"{row.source}: {row.reporter}, {row.flow} {row.year}, {row.months} of {MONTHS_OF_A_YEAR} months,"
        f" {row.rows} rows"
        for row in rows.itertuples()
    ]
