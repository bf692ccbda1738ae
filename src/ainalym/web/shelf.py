"""The results that a server shows: read once, read again when their folder is written anew."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ainalym.errors import InputError, Problem
from ainalym.results.folder import RECORD_FILE
from ainalym.results.reader import read_result
from ainalym.results.result import Result

logger = logging.getLogger(__name__)

Stamp = tuple[int, int]
"""Time of change and identity of the run record of a folder."""


@dataclass(frozen=True)
class Holding:
    """One country's result as it is shown.

    Attributes
    ----------
    result
        The result.
    fingerprint
        Changes whenever the result does.
    folder
        Where it was read from; None if it was computed at the start of the server.
    stamp
        State of the folder when it was read.
    """

    result: Result
    fingerprint: str
    folder: Path | None = None
    stamp: Stamp | None = None

    @property
    def iso3(self) -> str:
        """ISO 3166-1 alpha-3 code of the country."""
        return str(self.result.country["iso3"])


def hold_result(result: Result) -> Holding:
    """Hold a result that was computed just now."""
    return Holding(result, _fingerprint(result))


def hold_folder(folder: Path) -> Holding:
    """Hold the result of an outlook folder.

    Parameters
    ----------
    folder
        Folder that ``ainalym outlook`` wrote.

    Returns
    -------
    Holding
        Its result.

    Raises
    ------
    InputError
        [OUT-005] to [OUT-007] if the folder cannot be read.
    """
    stamp = _read_stamp(folder)
    result = read_result(folder)
    return Holding(result, _fingerprint(result), folder, stamp)


class Shelf:
    """The results of a server by country.

    Parameters
    ----------
    holdings
        One per country; the first one is shown where no country is asked for.
    """

    def __init__(self, holdings: Iterable[Holding]) -> None:
        self._holdings = {holding.iso3: holding for holding in holdings}
        if not self._holdings:
            raise AssertionError("a server needs at least one result")
        self._lock = threading.Lock()

    @property
    def countries(self) -> Mapping[str, Holding]:
        """Every holding by ISO code, as it was last read."""
        return dict(self._holdings)

    @property
    def first(self) -> str:
        """ISO code of the country that is shown first."""
        return next(iter(self._holdings))

    def find(self, iso3: str) -> Holding | None:
        """Give the result of a country as it was read; None if its folder has changed since."""
        holding = self._holdings[iso3]
        same = holding.folder is None or _read_stamp(holding.folder) == holding.stamp
        return holding if same else None

    def open(self, iso3: str) -> Holding:
        """Open the result of a country; a folder that was written anew is read again.

        Parameters
        ----------
        iso3
            ISO code of a country on the shelf.

        Returns
        -------
        Holding
            The result as its folder has it now.

        Raises
        ------
        InputError
            [WEB-004] if the folder is gone or can no longer be read.
        KeyError
            If the country is not on the shelf.
        """
        holding = self.find(iso3)
        if holding is not None:
            return holding
        with self._lock:
            return self._read_again(iso3)

    def _read_again(self, iso3: str) -> Holding:
        folder = self._holdings[iso3].folder
        if folder is None:
            raise AssertionError("only a folder is read again")
        if _read_stamp(folder) != self._holdings[iso3].stamp:
            try:
                self._holdings[iso3] = hold_folder(folder)
            except InputError as error:
                # The log is for who runs the server; a visitor learns no path of the machine.
                logger.warning("%s", error)
                raise InputError(describe_gone_store(iso3)) from error
        return self._holdings[iso3]


def describe_gone_store(iso3: str) -> Problem:
    """Describe a store that cannot be read any more."""
    return Problem(
        "WEB-004",
        f"outlook of {iso3}",
        "a store that is gone or damaged",
        "the outlook that was there when the server started",
        f"Write it again: ainalym outlook {iso3} --force",
    )


def _read_stamp(folder: Path) -> Stamp | None:
    try:
        state = (folder / RECORD_FILE).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_ino


def _fingerprint(result: Result) -> str:
    record = json.dumps(dict(result.record), sort_keys=True, default=str)
    return hashlib.sha256(record.encode("utf-8")).hexdigest()[:16]
