"""Scenarios as texts: YAML read safely, made of what a form holds, packed into an address."""

from __future__ import annotations

import base64
import binascii
import io
import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import InputError, Problem
from ainalym.scenarios.reading import SUFFIX, list_scenarios

LARGEST_TEXT = 32 * 1024
"""Characters of a scenario."""

MOST_PARTS = 4_000
"""Keys, values and lists of a scenario together."""

DEEPEST = 8
"""Lists and mappings that may stand in one another."""

MOST_LEVERS = 60

BYTES_PER_CHARACTER = 4

LINE_WIDTH = 100

FILE = f"scenario{SUFFIX}"
"""Name of the scenario in messages: the visitor's file has no path here."""


def check_text(text: str) -> None:
    """Refuse a text that is no plain scenario, before anything is made of it.

    Parameters
    ----------
    text
        YAML.

    Raises
    ------
    InputError
        [WEB-012] if it is too long, too deep, refers to its own parts or names a type; [SCN-001] if it is no
        YAML.
    """
    if len(text) > LARGEST_TEXT:
        raise InputError(_refuse(f"{len(text)} characters", f"at most {LARGEST_TEXT}"))
    depth = parts = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            parts += 1
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
                raise InputError(_refuse("a reference to another part (& or *)", "every value written out"))
            if getattr(event, "tag", None):
                raise InputError(_refuse("a type tag (!)", "texts, numbers, lists and keys"))
            if depth > DEEPEST or parts > MOST_PARTS:
                raise InputError(_refuse("too many parts, or too deep", "a plain scenario"))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{FILE}, line {mark.line + 1}, column {mark.column + 1}" if mark else FILE
        mend = "Correct the line; a text with a colon stands in quotation marks."
        got = str(getattr(error, "problem", None) or "something that is no YAML")
        raise InputError(Problem("SCN-001", place, got, "YAML", mend)) from error


def _refuse(got: str, expected: str) -> Problem:
    return Problem("WEB-012", FILE, got, expected, "See the embedded scenarios for the form.")


def read_plain(text: str) -> dict[str, Any]:
    """Read a checked text as plain values.

    Parameters
    ----------
    text
        YAML.

    Returns
    -------
    dict
        Keys of the scenario.

    Raises
    ------
    InputError
        As :func:`check_text`; [SCN-001] if it is no mapping, [SCN-008] if its base is no embedded scenario,
        [WEB-012] if it has too many levers.
    """
    check_text(text)
    content = YAML(typ="safe", pure=True).load(text)
    if not isinstance(content, dict):
        expected = "the keys name, description, base, levers"
        raise InputError(Problem("SCN-001", FILE, type(content).__name__, expected, "Write the keys."))
    known = list_scenarios()
    base = content.get("base") or ""
    # A base may be a file beside the scenario on the command line; a visitor has no files here.
    if base and base not in known:
        place = f"{FILE}, base"
        raise InputError(
            Problem("SCN-008", place, repr(base), f"one of {', '.join(known)}", "Take one of them.")
        )
    levers = content.get("levers")
    if isinstance(levers, list) and len(levers) > MOST_LEVERS:
        raise InputError(_refuse(f"{len(levers)} levers", f"at most {MOST_LEVERS}"))
    return content


def write_text(content: Mapping[str, Any]) -> str:
    """Write a scenario as YAML.

    Parameters
    ----------
    content
        Keys of the scenario with plain values.

    Returns
    -------
    str
        YAML that the command line reads too.
    """
    stream = io.StringIO()
    yaml = YAML()
    yaml.width = LINE_WIDTH
    yaml.dump(json.loads(json.dumps(dict(content))), stream)
    return stream.getvalue()


def name_unnamed(content: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Give a scenario without a name or description one in every language."""
    named = dict(content)
    for key in ("name", "description"):
        if not named.get(key):
            named[key] = {str(language): titles[language] for language in LANGUAGES}
        elif isinstance(named[key], str):
            named[key] = dict.fromkeys(map(str, LANGUAGES), named[key])
    return named


def pack_text(text: str) -> str:
    """Pack a scenario into a part of an address.

    Parameters
    ----------
    text
        YAML.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_`` alone.
    """
    packed = zlib.compress(text.encode("utf-8"), 9)
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def unpack_text(code: str) -> str:
    """Unpack what :func:`pack_text` gave.

    Parameters
    ----------
    code
        Part of an address.

    Returns
    -------
    str
        YAML, not yet checked.

    Raises
    ------
    InputError
        [WEB-008] if it is damaged, or longer than a scenario may be.
    """
    try:
        packed = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(packed, LARGEST_TEXT * BYTES_PER_CHARACTER).decode("utf-8")
        damage: Exception | None = None if unpacker.eof else ValueError("longer than a scenario may be")
    except (binascii.Error, zlib.error, ValueError) as error:
        text, damage = "", error
    if damage is None:
        return text
    raise InputError(
        Problem(
            "WEB-008",
            "scenario in the address",
            "a damaged or too long text",
            "the whole address as it was copied",
            "Copy the address again, or load the scenario as a file.",
        )
    ) from damage


@contextmanager
def lend_file(text: str) -> Iterator[Path]:
    """Lend a scenario as a file of its own folder, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ainalym-") as folder:
        path = Path(folder) / FILE
        path.write_text(text, encoding="utf-8")
        yield path
