"""Rows of table uncertainty for what a projection rests on: curves of ownership and technology switches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from figures import Figures, read_decisions
from reference_projection import GROUPS, fit_group_switch, read_reference_stock
from reference_uncertainty import correlate_markets, make_row, read_market_fits
from tables import Row

PHASE_OUT_SPREAD = 3.0
"""Years by which the end of making and trade may come earlier or later. An assumption."""


def make_uncertainty_of_projection(figures: Figures) -> Iterator[Row]:
    """Make the rows of curves and switches."""
    yield make_row(
        "saturation_curve",
        "all",
        1.0,
        distribution="normal",
        unit="standard_error",
        correlation=correlate_markets(*read_market_fits(figures)),
        years=1.0,
        source="CBS_WOT_2017;UNITAR_WCT_2023",
        grade="C",
        note=(
            "Saturation, rate and midpoint of each demand group together: deviations and correlations of "
            "table demand_groups, widened by what countries differ from the reference groups and narrowed by "
            "the surveys of the country. That groups are correlated as the levels of markets are is an "
            "assumption."
        ),
    )
    yield from _make_switches(figures)
    yield make_row(
        "phase_out",
        "all",
        PHASE_OUT_SPREAD,
        distribution="normal",
        unit="yr",
        correlation=1.0,
        years=1.0,
        source="AINALYM_2026",
        grade="D",
        note="Assumption: when an agreed end of making and trade is felt, for all products alike.",
    )
    yield make_row(
        "switch_remaining",
        "all",
        1.0,
        distribution="uniform",
        unit="relative",
        correlation=0.0,
        years=1.0,
        source="AINALYM_2026",
        grade="D",
        note="Assumption: from none to twice the remaining share of table technology_switches.",
    )


def _make_switches(figures: Figures) -> Iterator[Row]:
    """Make speed and date: how far the three reference groups lie from one another."""
    reference = read_reference_stock(figures)
    fits = [
        [fit_group_switch(reference, position, record) for position in range(len(GROUPS))]
        for record in read_decisions("technology_switches.csv").values()
    ]
    speeds, dates = (
        [[fit.value(name) for fit in groups] for groups in fits] for name in ("speed", "midpoint")
    )
    for quantity, values, distribution, unit, of in (
        ("switch_speed", np.log(speeds), "lognormal", "log", "the logarithm of the speed"),
        ("switch_date", np.array(dates), "normal", "yr", "the midpoint"),
    ):
        yield make_row(
            quantity,
            "all",
            float(np.sqrt(values.var(axis=1, ddof=1).mean())),
            distribution=distribution,
            unit=unit,
            correlation=0.0,
            years=1.0,
            source="CBS_WOT_2017",
            grade="C",
            note=(
                f"Pooled deviation of {of} between the three reference groups, {len(fits)} switches."
                + (
                    " Where the successor is sold already, history says how far a switch is, and the levels "
                    "drawn for it move the date."
                    if quantity == "switch_date"
                    else ""
                )
            ),
        )
