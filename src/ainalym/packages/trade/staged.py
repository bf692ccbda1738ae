"""What is known of files whose rows are staged for an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ainalym.errors import Problem
from ainalym.packages.trade.recognition import Recognised
from ainalym.packages.trade.source_file import SourceFile
from ainalym.packages.trade.tabular import FoundLine

LineFinder = Callable[[str, str], list[FoundLine]]
"""Finds the lines of a file, named first, whose staged columns meet a condition."""


class StagedTable(NamedTuple):
    """A file in its staging table, which holds the rows in the form of the store.

    Attributes
    ----------
    path
        The table, Parquet.
    file
        Name of the file of the user.
    kg_rounding
        Step to which the publication rounds mass, kg.
    """

    path: Path
    file: str
    kg_rounding: float


@dataclass(frozen=True)
class Staged:
    """What is known of the files whose rows are staged.

    Attributes
    ----------
    files
        Files, with the layout of those that come as one table.
    find_lines
        Finds lines in a file whose rows were staged without them.
    tables
        Staging tables, in the order of the files.
    problems
        What is wrong with files that could not be staged.
    """

    files: Mapping[str, tuple[SourceFile, Recognised | None]]
    find_lines: LineFinder
    tables: tuple[StagedTable, ...]
    problems: tuple[Problem, ...] = ()
