"""Problems: what was found, where, what is allowed and what to do about it.

Every error that a user can cause is a :class:`Problem` with a stable code. Problems are collected and raised
once, as an :class:`InputError`, so that a data package is mended in one round and not in twenty. What each
code means stands in the tables of ``error_codes/`` beside this module, which ``ainalym explain`` reads.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

PROBLEMS_PRINTED = 20
"""How many problems a message prints before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Parameters
    ----------
    code
        Stable code such as ``PKG-004``; its meaning stands in ``error_codes/``.
    where
        The place as the user sees it: file, row, column, option.
    got
        What was found there.
    expected
        What is allowed there.
    mend
        What to do, as a sentence.
    """

    code: str
    where: str
    got: str
    expected: str
    mend: str

    def __str__(self) -> str:
        return f"[{self.code}] {self.where}: got {self.got}, expected {self.expected}. {self.mend}"


class InputError(ValueError):
    """All the problems of one input, raised together.

    Parameters
    ----------
    problems
        One or more problems; all stay readable in :attr:`problems`.
    about
        What was being read, such as ``country package 'kaz'``; heads the message.
    """

    def __init__(self, problems: Iterable[Problem] | Problem, about: str = "") -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            raise AssertionError("an InputError needs at least one problem")
        self.about = about
        super().__init__(self._message())

    def _message(self) -> str:
        count = len(self.problems)
        if count == 1 and not self.about:
            return str(self.problems[0])
        shown = [f"  {problem}" for problem in self.problems[:PROBLEMS_PRINTED]]
        if count > PROBLEMS_PRINTED:
            shown.append(f"  ... and {count - PROBLEMS_PRINTED} more")
        noun = "problem" if count == 1 else "problems"
        head = f"{count} {noun} in {self.about}:" if self.about else f"{count} {noun}:"
        return "\n".join([head, *shown])

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...], str]]:
        return type(self), (self.problems, self.about)


class ErrorCode(NamedTuple):
    """What an error code means, in words for a reader who met it.

    Attributes
    ----------
    code
        The code, such as ``PKG-004``.
    title
        What is wrong, in a few words.
    meaning
        Why it is a problem.
    mend
        What to do.
    """

    code: str
    title: str
    meaning: str
    mend: str


def read_error_codes() -> dict[str, ErrorCode]:
    """Read every error code of the program.

    Returns
    -------
    dict of str to ErrorCode
        By code, in alphabetical order.
    """
    codes: dict[str, ErrorCode] = {}
    tables = (
        entry for entry in files(__package__).joinpath("error_codes").iterdir() if entry.name.endswith(".csv")
    )
    for table in sorted(tables, key=lambda entry: entry.name):
        for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))):
            codes[row["code"]] = ErrorCode(**row)
    return dict(sorted(codes.items()))
