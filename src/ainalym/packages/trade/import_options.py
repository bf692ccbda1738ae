"""Choices of an import, and what is wrong with them."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import Path

from ainalym.errors import InputError, Problem
from ainalym.packages.table_reader import suggest
from ainalym.packages.trade.classification import CountryTables
from ainalym.packages.trade.engine import EngineLimits
from ainalym.packages.trade.tidy import REVISIONS, SOURCES, Flow

ABSURD_FACTOR = 100.0
"""How many times lighter or heavier than its product a piece may be before the row is refused.

An assumption. Codes hold parts and large machines beside the product, so that a factor of ten is common; two
orders of magnitude mean that a unit or a column was mistaken.
"""


@dataclass(frozen=True)
class ImportOptions:
    """Choices of an import.

    Attributes
    ----------
    mapping
        Mapping file, for ``tidy``.
    replace
        Whether new figures take the place of old ones of the same year.
    accept_absurd
        Whether rows with an absurd unit weight are imported with a flag instead of refused.
    absurd_factor
        How many times off a unit weight is absurd, above 1.
    encoding, delimiter
        What the user says about a text file.
    revision
        Revision of the Harmonised System, for files that do not name it.
    flow
        Imports or exports, for workbooks that do not say which.
    tables
        Tables of the country package, for the weights and products of its codes and groups.
    limits
        What the engine may use.
    """

    mapping: Path | None = None
    replace: bool = False
    accept_absurd: bool = False
    absurd_factor: float = ABSURD_FACTOR
    encoding: str | None = None
    delimiter: str | None = None
    revision: str | None = None
    flow: Flow | None = None
    tables: CountryTables = field(default_factory=CountryTables)
    limits: EngineLimits = field(default_factory=EngineLimits)


def check_options(source: str, iso3: str, options: ImportOptions) -> None:
    """Check the choices of an import before a file is opened.

    Parameters
    ----------
    source
        Publication.
    iso3
        ISO 3166-1 alpha-3 code of the country.
    options
        Choices.

    Raises
    ------
    InputError
        [TRD-024] for an unknown source, revision or factor, or a mapping that is missing; [TRD-014] for a
        publication of another country.
    """
    problems = []
    if source not in SOURCES:
        problems.append(
            Problem(
                "TRD-024",
                "option 'source'",
                repr(source),
                f"one of {', '.join(SOURCES)}",
                suggest(source, SOURCES),
            )
        )
    if options.revision is not None and options.revision not in REVISIONS:
        expected, mend = f"one of {', '.join(REVISIONS)}", suggest(options.revision, REVISIONS)
        problems.append(Problem("TRD-024", "option 'revision'", repr(options.revision), expected, mend))
    if (source == "tidy") != (options.mapping is not None):
        got = "a mapping file" if options.mapping else "no mapping file"
        expected = "one with --source tidy, none with another source"
        problems.append(
            Problem(
                "TRD-024",
                "option 'mapping'",
                got,
                expected,
                "Give --mapping FILE together with --source tidy.",
            )
        )
    if options.encoding is not None and not _is_encoding(options.encoding):
        expected = "an encoding such as utf-8, cp1251 or cp1252"
        mend = "Write its name as Python knows it, or leave it out for UTF-8."
        problems.append(Problem("TRD-024", "option 'encoding'", repr(options.encoding), expected, mend))
    if not options.absurd_factor > 1:
        got = f"{options.absurd_factor:g}"
        problems.append(
            Problem(
                "TRD-024", "option 'absurd_factor'", got, "a number above 1", "Give 100, or more to be laxer."
            )
        )
    if source.startswith("bns") and iso3 != "KAZ":
        mend = "Use --country KAZ, or describe the table of your office in a mapping file."
        problems.append(Problem("TRD-014", f"source '{source}'", f"country {iso3}", "KAZ", mend))
    if problems:
        raise InputError(problems)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
