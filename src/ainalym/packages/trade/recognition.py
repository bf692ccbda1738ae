"""Tells by its headings which publication a file is, and which heading the publisher may have renamed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ainalym.errors import InputError, Problem
from ainalym.packages.trade.layouts import LAYOUTS, Layout
from ainalym.packages.trade.source_file import DELIMITERS, SourceFile, find_delimiter
from ainalym.packages.trade.tidy import Source

SHARE_THAT_RECOGNISES = 0.5
"""Share of its headings by which a layout is recognised although some are missing."""

DESCRIBE_COLUMNS = "describe its columns in a mapping file (--source tidy --mapping FILE)"

NEAR = 0.6
"""Likeness from which a heading may be another one renamed, of 1."""


@dataclass(frozen=True)
class Recognised:
    """A file with its layout.

    Attributes
    ----------
    layout
        The layout.
    actual
        Heading of the file for each heading that the layout needs.
    """

    layout: Layout
    actual: Mapping[str, str]


def recognise(
    file: SourceFile, layouts: Sequence[Layout], said: Source, *, trust_delimiter: bool = False
) -> Recognised:
    """Find the layout of a file among those of the publication that the user named.

    Parameters
    ----------
    file
        The file.
    layouts
        Layouts of that publication, newest first.
    said
        Name of the publication, for messages.
    trust_delimiter
        Whether the user vouches for the character between columns.

    Returns
    -------
    Recognised
        Layout and headings. Case and outer spaces of headings do not matter.

    Raises
    ------
    InputError
        [TRD-002] if it looks like another publication or like none, [TRD-003] if columns are separated by
        another character than the publisher's, [TRD-005] for each heading that is missing, with a near one.
    """
    best = max(layouts, key=lambda layout: _measure_likeness(file.headings, layout))
    actual = _match(file.headings, best.needed)
    missing = [heading for heading in best.needed if heading not in actual]
    if not missing:
        if not trust_delimiter:
            _check_delimiter(file, best)
        return Recognised(best, actual)
    other = _find_other(file.headings, said)
    if other is not None:
        raise InputError(_describe_other(file, best, other))
    if _measure_likeness(file.headings, best) < SHARE_THAT_RECOGNISES:
        raise InputError(_describe_unknown(file, best))
    raise InputError(
        [_describe_missing(file, best, heading) for heading in missing],
        about=f"file '{file.name}'",
    )


def _match(headings: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    known = {_fold(heading): heading for heading in headings}
    return {heading: known[_fold(heading)] for heading in wanted if _fold(heading) in known}


def _fold(heading: str) -> str:
    return " ".join(heading.casefold().split())


def _measure_likeness(headings: Sequence[str], layout: Layout) -> float:
    return len(_match(headings, layout.headings)) / len(layout.headings)


def _find_other(headings: Sequence[str], said: Source) -> Layout | None:
    others = [
        layout
        for layout in LAYOUTS
        if layout.source != said and len(_match(headings, layout.needed)) == len(layout.needed)
    ]
    return max(others, key=lambda layout: len(layout.needed), default=None)


def _check_delimiter(file: SourceFile, layout: Layout) -> None:
    if file.kind != "csv" or file.delimiter in layout.delimiters:
        return
    expected = " or ".join(DELIMITERS[delimiter] for delimiter in layout.delimiters)
    shown = DELIMITERS.get(file.delimiter, repr(file.delimiter))
    raise InputError(
        Problem(
            "TRD-003",
            f"file '{file.name}', row {file.first_line - 1}",
            f"columns separated by {shown}",
            f"columns separated by {expected}, as {layout.title} publishes them",
            "A spreadsheet may have saved the file again and dropped the leading noughts of its codes: take "
            f"the file as published. If you are sure of it, run again with --delimiter '{file.delimiter}'.",
        )
    )


def _describe_other(file: SourceFile, expected: Layout, other: Layout) -> Problem:
    return Problem(
        "TRD-002",
        f"file '{file.name}', row {file.first_line - 1}",
        f"the headings of {other.title}",
        f"those of {expected.title}",
        f"Run again with --source {other.source}.",
    )


def _describe_unknown(file: SourceFile, expected: Layout) -> Problem:
    if file.kind == "csv" and not file.is_copy and len(file.headings) == 1:
        found = find_delimiter(file.headings[0])
        if found in file.headings[0]:
            return _describe_said_delimiter(file, found)
    shown = ", ".join(file.headings[:6]) + (", ..." if len(file.headings) > 6 else "")
    return Problem(
        "TRD-002",
        f"file '{file.name}', row {file.first_line - 1}",
        f"headings {shown}",
        f"those of {expected.title}: {', '.join(expected.headings[:6])}, ...",
        f"Check that it is the right file, or {DESCRIBE_COLUMNS}.",
    )


def _describe_said_delimiter(file: SourceFile, found: str) -> Problem:
    said = DELIMITERS.get(file.delimiter, repr(file.delimiter))
    return Problem(
        "TRD-003",
        f"file '{file.name}', row {file.first_line - 1}",
        f"columns separated by {DELIMITERS[found]}",
        f"columns separated by {said}, as was said",
        f"Leave the delimiter out, or give the one that the file has: --delimiter '{found}'.",
    )


def _describe_missing(file: SourceFile, layout: Layout, heading: str) -> Problem:
    known = {_fold(name) for name in layout.headings}
    free = [name for name in file.headings if _fold(name) not in known]
    near = difflib.get_close_matches(heading, free, n=1, cutoff=NEAR) or _find_by_words(heading, free)
    mend = (
        f"The publisher may have renamed it to '{near[0]}': rename it back, or {DESCRIBE_COLUMNS}."
        if near
        else f"Take the file with all its columns, or {DESCRIBE_COLUMNS}."
    )
    return Problem(
        "TRD-005",
        f"file '{file.name}', row {file.first_line - 1}",
        f"no column '{heading}'" + (f", but a column '{near[0]}'" if near else ""),
        f"the columns of {layout.title}",
        mend,
    )


def _find_by_words(heading: str, names: Sequence[str]) -> list[str]:
    """Find a heading that shares words, whatever their order: 'Net weight in kg' for 'Netweight (kg)'."""

    def squeeze(text: str) -> str:
        return "".join(sorted(letter for letter in text.casefold() if letter.isalnum()))

    scores = {name: difflib.SequenceMatcher(None, squeeze(heading), squeeze(name)).ratio() for name in names}
    best = max(scores, key=lambda name: scores[name], default=None)
    return [best] if best is not None and scores[best] >= NEAR else []
