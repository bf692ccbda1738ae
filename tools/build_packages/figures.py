"""Reads the collected figures, cell by cell as texts, so that a number keeps the digits of its source."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

Record = dict[str, str]
"""One row of a table by column; an empty cell is an empty text."""

CURATED = Path(__file__).parent / "curated"


@dataclass(frozen=True)
class Figures:
    """The folder of collected figures."""

    folder: Path

    def read(self, name: str, **wanted: str) -> list[Record]:
        """Read those rows of a table whose cells are as wanted."""
        return [
            record
            for record in _read(self.folder / name)
            if all(record[column] == cell for column, cell in wanted.items())
        ]


def read_curated(name: str) -> list[Record]:
    """Read a table of names, decisions and sources that is kept beside this script."""
    return _read(CURATED / name)


def read_decisions(name: str, column: str = "key") -> dict[str, Record]:
    """Read a curated table by one of its columns."""
    return {record[column]: record for record in read_curated(name)}


def _read(path: Path) -> list[Record]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
