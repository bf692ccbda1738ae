"""The embedded SQL engine: bounded memory, spilling to disk, progress, a stop that leaves nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from numpy.typing import NDArray

Listener = Callable[[str, float | None], None]
"""Is told what is being done, and which share of it is done, 0 to 1, where that is known."""

EXTRA = "trade"

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class EngineLimits:
    """What the engine may use.

    Attributes
    ----------
    memory
        Memory for rows in work, such as ``512MB``; what does not fit is spilled to the scratch folder. The
        process needs about 250 MB beside it.
    threads
        Threads; all cores if None.
    """

    memory: str = "512MB"
    threads: int | None = None


class Engine:
    """A connection to the engine.

    Parameters
    ----------
    connection
        Open connection.
    listen
        Told the progress of long statements.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, listen: Listener | None = None) -> None:
        self._connection = connection
        self._listen = listen

    def run(self, statement: str, stage: str = "") -> None:
        """Run a statement that may take long.

        Parameters
        ----------
        statement
            SQL.
        stage
            What to tell the listener that is being done; nothing is told where it is empty.

        Raises
        ------
        duckdb.Error
            Whatever the engine finds wrong; readers turn it into a problem of the file.
        InputError
            [TRD-026] if memory or disk do not suffice.
        """
        if self._listen is None or not stage:
            self._execute(statement)
            return
        failures: list[BaseException] = []

        def work() -> None:
            try:
                self._execute(statement)
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(POLL_SECONDS)
                share = self._connection.query_progress() / 100.0
                self._listen(stage, share if 0.0 <= share <= 1.0 else None)
        except KeyboardInterrupt:
            self._connection.interrupt()
            thread.join()
            raise
        if failures:
            raise failures[0]

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a question and return its rows.

        Parameters
        ----------
        statement
            SQL, with ``?`` for parameters.
        parameters
            Values of the parameters.

        Returns
        -------
        list of tuple
            Rows of the answer.
        """
        return self._execute(statement, parameters).fetchall()

    def fetch_frame(self, statement: str) -> pd.DataFrame:
        """Run a question and return its rows as a table.

        Parameters
        ----------
        statement
            SQL.

        Returns
        -------
        pandas.DataFrame
            Rows of the answer.
        """
        return self._execute(statement).df()

    def fetch_column(self, statement: str) -> NDArray[Any]:
        """Run a question of one column and return its values.

        Parameters
        ----------
        statement
            SQL.

        Returns
        -------
        NDArray
            Values of the column, without missing ones. Shape (row,).
        """
        (column,) = self._execute(statement).fetchnumpy().values()
        return np.array(column)

    def keep_order(self, is_kept: bool) -> None:
        """Say whether rows are written in the order in which they are read.

        Parameters
        ----------
        is_kept
            True for the same order, at the price of threads that wait.
        """
        self._execute(f"SET preserve_insertion_order = {'true' if is_kept else 'false'}")

    def register(self, name: str, frame: pd.DataFrame) -> None:
        """Give a small table to the engine.

        Parameters
        ----------
        name
            Name under which statements find it.
        frame
            Its rows; copied.
        """
        self._connection.register("incoming", frame)
        self._execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM incoming')
        self._connection.unregister("incoming")

    def _execute(self, statement: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        engine = require_extra("duckdb", EXTRA)
        try:
            return self._connection.execute(statement, list(parameters))
        except engine.OutOfMemoryException as error:
            # The engine calls it a lack of memory, too, when the disk has no room for what it spills.
            what = "disk space" if "max_temp_directory_size" in str(error) else "memory"
            raise InputError(_describe_lack(what, str(error))) from error
        except engine.IOException as error:
            if "No space left" in str(error):
                raise InputError(_describe_lack("disk space", str(error))) from error
            raise


@contextmanager
def open_engine(
    scratch: Path, limits: EngineLimits | None = None, listen: Listener | None = None
) -> Iterator[Engine]:
    """Open the engine.

    Parameters
    ----------
    scratch
        Folder for what does not fit into memory; must exist.
    limits
        Memory and threads; the defaults of :class:`EngineLimits` if None.
    listen
        Told the progress of long statements.

    Yields
    ------
    Engine
        Closed at the end.

    Raises
    ------
    InputError
        [EXT-001] if the extra is not installed, [TRD-026] for a memory limit that is no amount.
    """
    engine = require_extra("duckdb", EXTRA)
    chosen = limits or EngineLimits()
    connection = engine.connect(":memory:")
    try:
        try:
            connection.execute("SET memory_limit = ?", [chosen.memory])
        except engine.Error as error:
            raise InputError(
                Problem(
                    "TRD-026",
                    "option 'memory'",
                    repr(chosen.memory),
                    "an amount such as 512MB or 2GB",
                    "Write a number and a unit without a space.",
                )
            ) from error
        connection.execute("SET threads = ?", [chosen.threads or os.cpu_count() or 1])
        connection.execute("SET temp_directory = ?", [str(scratch / "spill")])
        # Every join here looks rows of a file up in a small table. The engine cannot know how long a file is
        # and would at times hold the file in memory instead of the table. Lists of words are rather compared
        # where a case asks for it than joined for every row.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side,in_clause'")
        # Extensions are never fetched: an import must work, and work the same, without a network.
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        yield Engine(connection, listen)
    finally:
        connection.close()


def quote_name(name: str) -> str:
    """Quote a column or table name for SQL.

    Parameters
    ----------
    name
        The name.

    Returns
    -------
    str
        In double quotes.
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Quote a text for SQL.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    str
        In single quotes.
    """
    return "'" + text.replace("'", "''") + "'"


def quote_list(texts: Sequence[str]) -> str:
    """Quote texts for the list of an ``IN``.

    Parameters
    ----------
    texts
        One or more texts.

    Returns
    -------
    str
        In parentheses, separated by commas.
    """
    return "(" + ", ".join(quote_text(text) for text in texts) + ")"


def _describe_lack(what: str, reason: str) -> Problem:
    mend = (
        "Give more memory with --memory, or import fewer files at once."
        if what == "memory"
        else "Free some space where the store stands, or give another place with --out."
    )
    return Problem(
        "TRD-026", "import", f"too little {what} ({reason.splitlines()[0][:120]})", f"enough {what}", mend
    )
