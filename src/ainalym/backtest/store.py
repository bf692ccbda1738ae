"""Writes a back-test as tidy tables, and chooses what a picture shows of it."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ainalym.backtest.run import Backtest
from ainalym.gathering import RECORDED_LIBRARIES
from ainalym.packages.panel import read_panel
from ainalym.packages.reference import read_reference
from ainalym.results.folder import RECORD_FILE

SHOWN_OF_GROUP = 2
"""Countries of each reference group in a picture."""

TABLES_FOLDER = "tables"

DIGITS = 6
"""Significant digits in the tables."""


def write_backtest(backtest: Backtest, folder: Path) -> None:
    """Write scores, cases, reliability, paths and the proof of the drift, with a record of the run.

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
    place = folder / TABLES_FOLDER
    place.mkdir()
    for name, table in tables.items():
        table.to_csv(place / f"{name}.csv", index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    record = json.dumps(describe_run(backtest), indent=2, ensure_ascii=False)
    (folder / RECORD_FILE).write_text(record + "\n", encoding="utf-8")


def describe_run(backtest: Backtest) -> dict[str, Any]:
    """Describe how a back-test came to be: options, versions, hashes of the packages, time.

    Parameters
    ----------
    backtest
        Result of a back-test.

    Returns
    -------
    dict
        Ready for JSON.
    """
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "backtest": asdict(backtest.options),
        "correlation_of_errors": backtest.correlation,
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in RECORDED_LIBRARIES},
        "packages": {
            package.name: {"version": package.descriptor.version, "hashes": dict(package.hashes)}
            for package in (read_reference().package, read_panel().package)
        },
        "seconds": round(backtest.seconds, 4),
    }


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
