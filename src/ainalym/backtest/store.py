"""Writes a back-test as tidy tables, and chooses what a picture shows of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ainalym.backtest.run import Backtest

SHOWN_OF_GROUP = 2
"""Countries of each reference group in a picture."""

DIGITS = 6
"""Significant digits in the tables."""


def write_backtest(backtest: Backtest, folder: Path) -> None:
    """Write scores, cases, reliability, paths and the proof of the drift.

    Parameters
    ----------
    backtest
        Result of a back-test.
    folder
        An existing folder.
    """
    tables = {
        "scores": backtest.scores,
        "cases": backtest.cases.drop(columns="is_apart"),
        "reliability": backtest.reliability,
        "paths": backtest.paths,
        "drift": backtest.proof,
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")


def choose_paths(backtest: Backtest) -> pd.DataFrame:
    """Choose the paths of a picture: the first origin, and of each group the countries with most figures.

    Parameters
    ----------
    backtest
        Result of a back-test.

    Returns
    -------
    pandas.DataFrame
        Paths of two countries of each reference group, as in :class:`Backtest`.
    """
    first = backtest.paths[backtest.paths["origin"] == min(backtest.options.origins)]
    ranked = first.drop_duplicates("country").sort_values(["products", "country"], ascending=[False, True])
    chosen = ranked[ranked["products"] > 0].groupby("group").head(SHOWN_OF_GROUP)
    return first[first["country"].isin(chosen["country"])].sort_values(["group", "country", "year"])
