"""Reads the JSON that the UN Comtrade API answers with: a list of records, alone or under ``data``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from ainalym.errors import InputError, Problem


def read_records(name: str, stream: BinaryIO) -> Iterator[list[str]]:
    """Read records as rows of a table.

    Parameters
    ----------
    name
        File as the user sees it.
    stream
        The file, unpacked.

    Returns
    -------
    iterator of list of str
        Headings first, then one row per record. A missing value is an empty text.

    Raises
    ------
    InputError
        [TRD-009] if it is no whole JSON, [TRD-002] if it holds no list of records.
    """
    try:
        document = json.load(stream)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Problem(
                "TRD-009",
                f"file '{name}'",
                f"JSON that is cut off or damaged ({error})",
                "a whole JSON document",
                "Fetch the file again.",
            )
        ) from error
    return _list_rows(find_records(name, document))


def find_records(name: str, document: Any) -> list[dict[str, Any]]:
    """Find the list of records in an answer of the API.

    Parameters
    ----------
    name
        File or address as the user sees it.
    document
        Decoded JSON.

    Returns
    -------
    list of dict
        The records.

    Raises
    ------
    InputError
        [TRD-002] if there is none.
    """
    records = document.get("data") if isinstance(document, dict) else document
    if isinstance(records, list) and all(isinstance(record, dict) for record in records):
        return records
    keys = ", ".join(list(document)[:6]) if isinstance(document, dict) else type(document).__name__
    raise InputError(
        Problem(
            "TRD-002",
            f"file '{name}'",
            f"JSON with {keys}",
            "a list of records, alone or under 'data'",
            "Give an answer of the UN Comtrade API as it was received.",
        )
    )


def _list_rows(records: list[dict[str, Any]]) -> Iterator[list[str]]:
    headings = list(dict.fromkeys(key for record in records for key in record))
    yield headings
    for record in records:
        yield [_format(record.get(heading)) for heading in headings]


def _format(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
