"""Fetches the trade of a country from the UN Comtrade API in chunks that survive an interruption."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ainalym.errors import InputError, Problem
from ainalym.packages.reference import Reference
from ainalym.packages.table_reader import suggest
from ainalym.packages.trade.classification import find_revision
from ainalym.packages.trade.comtrade_api import KEY_VARIABLE, ComtradeClient
from ainalym.packages.trade.country_codes import CountryCodes
from ainalym.packages.trade.engine import Listener
from ainalym.packages.trade.tidy import REVISIONS, Flow

FLOW_CODES: dict[Flow, str] = {"import": "M", "export": "X", "re_export": "RX", "re_import": "RM"}
"""Codes of the API."""

Partners = Literal["world", "each", "mirror"]
"""Totals over partners, every partner by itself, or what the partners report."""

CODES_PER_REQUEST = 60
"""Codes in one request: the address stays short enough for every server on the way."""

FIRST_YEAR = 1988
"""First year of the Harmonised System."""

PREVIEW_REQUESTS = 300
"""Requests that are made without a key at most, out of courtesy to a free service."""

DOWNLOADS = "downloads"
"""Folder of the answers, in the folder of the store."""


@dataclass(frozen=True)
class Chunk:
    """One request.

    Attributes
    ----------
    year
        Calendar year; the API takes one per request.
    codes
        Subheadings of the Harmonised System.
    flows
        Codes of the flows.
    reporter, partner
        Numeric codes of the API, empty for all.
    """

    year: int
    codes: tuple[str, ...]
    flows: tuple[str, ...]
    reporter: str
    partner: str

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the API; totals over second partner, customs procedure and transport."""
        query = {
            "period": str(self.year),
            "cmdCode": ",".join(self.codes),
            "flowCode": ",".join(self.flows),
            "reporterCode": self.reporter,
            "partnerCode": self.partner,
            "partner2Code": "0",
            "customsCode": "C00",
            "motCode": "0",
            "includeDesc": "false",
        }
        return {name: value for name, value in query.items() if value}

    @property
    def file(self) -> str:
        """Name of the file for its answer; the same request always has the same."""
        digest = hashlib.sha256(json.dumps(self.query, sort_keys=True).encode()).hexdigest()
        return f"{self.year}-{digest[:16]}.json"

    def split(self) -> tuple[Chunk, ...]:
        """Split the request where its answer would be too long; empty if it cannot be split."""
        if len(self.codes) > 1:
            half = len(self.codes) // 2
            return tuple(
                Chunk(self.year, codes, self.flows, self.reporter, self.partner)
                for codes in (self.codes[:half], self.codes[half:])
            )
        if len(self.flows) > 1:
            return tuple(
                Chunk(self.year, self.codes, (flow,), self.reporter, self.partner) for flow in self.flows
            )
        return ()


def list_mapped_codes(reference: Reference, year: int) -> tuple[str, ...]:
    """List the codes with a product that a country may report in a year.

    Parameters
    ----------
    reference
        Reference package.
    year
        Calendar year.

    Returns
    -------
    tuple of str
        Codes of the revision in force and of the one before: countries move to a new revision late.
    """
    current = REVISIONS.index(find_revision(year))
    revisions = REVISIONS[max(current - 1, 0) : current + 1]
    mapping = reference.package.frame("hs_to_product")
    return tuple(sorted(set(mapping.loc[mapping["hs_revision"].isin(revisions), "code"])))


class Request(NamedTuple):
    """What a user asks for.

    Attributes
    ----------
    years
        Calendar years.
    codes
        Subheadings; None for those with a product.
    flows
        Flows.
    """

    years: tuple[int, ...]
    codes: tuple[str, ...] | None
    flows: tuple[Flow, ...]


def parse_request(years: str, codes: str | None, flows: str) -> Request:
    """Read what a user wrote.

    Parameters
    ----------
    years
        Such as ``2015-2023`` or ``2015,2018``.
    codes
        Codes separated by commas, or None.
    flows
        Flows separated by commas.

    Returns
    -------
    Request
        What is asked for.

    Raises
    ------
    InputError
        [TRD-006] for what is no code, [TRD-021] for what is no year, [TRD-022] for what is no flow.
    """
    problems = []
    found: list[int] = []
    for part in years.split(","):
        match = re.fullmatch(r"\s*(\d{4})(?:\s*-\s*(\d{4}))?\s*", part)
        span = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
        if not span or span[0] < FIRST_YEAR:
            expected, mend = (
                f"years from {FIRST_YEAR} such as 2015-2023",
                "Write the first and the last year.",
            )
            problems.append(Problem("TRD-021", "option 'years'", repr(part), expected, mend))
        found += span
    wanted = tuple(code.strip() for code in codes.split(",")) if codes is not None else None
    problems += [
        Problem("TRD-006", "option 'codes'", repr(code), "an HS code of 6 digits", "Write all six digits.")
        for code in wanted or ()
        if not re.fullmatch(r"\d{6}", code)
    ]
    named = [word.strip() for word in flows.split(",")]
    expected = f"one of {', '.join(FLOW_CODES)}"
    problems += [
        Problem("TRD-022", "option 'flows'", repr(word), expected, suggest(word, list(FLOW_CODES)))
        for word in named
        if word not in FLOW_CODES
    ]
    if problems:
        raise InputError(problems)
    return Request(tuple(sorted(set(found))), wanted, tuple(flow for flow in FLOW_CODES if flow in named))


def plan_chunks(
    country: CountryCodes, request: Request, partners: Partners, reference: Reference
) -> list[Chunk]:
    """Plan the requests to the API.

    Parameters
    ----------
    country
        Codes of the country.
    request
        What is asked for.
    partners
        Whose figures.
    reference
        Reference package.

    Returns
    -------
    list of Chunk
        By year and codes.
    """
    own = country.comtrade
    reporter, partner = ("", own) if partners == "mirror" else (own, "0" if partners == "world" else "")
    letters = tuple(FLOW_CODES[flow] for flow in request.flows)
    chunks = []
    for year in request.years:
        wanted = request.codes if request.codes is not None else list_mapped_codes(reference, year)
        for start in range(0, len(wanted), CODES_PER_REQUEST):
            part = wanted[start : start + CODES_PER_REQUEST]
            chunks.append(Chunk(year, part, letters, reporter, partner))
    return chunks


def fetch_chunks(
    client: ComtradeClient, chunks: Sequence[Chunk], folder: Path, listen: Listener | None = None
) -> list[Path]:
    """Fetch chunks into a folder; those that are there already are not asked for again.

    Parameters
    ----------
    client
        Open client.
    chunks
        Requests.
    folder
        Folder for the answers, made if it is not there.
    listen
        Told the progress.

    Returns
    -------
    list of Path
        Files with at least one record, in order.

    Raises
    ------
    InputError
        [TRD-030] if too many requests would be needed without a key, [TRD-031] to [TRD-033] and [TRD-035]
        from the server, [TRD-034] if an answer is at the limit and cannot be split.
    """
    missing = [chunk for chunk in chunks if not (folder / chunk.file).exists()]
    if client.options.key is None and len(missing) > PREVIEW_REQUESTS:
        raise InputError(
            Problem(
                "TRD-030",
                f"environment variable {KEY_VARIABLE}",
                f"no key, and {len(missing)} requests to make",
                f"at most {PREVIEW_REQUESTS} requests without a key",
                f"Get a free key at comtradedeveloper.un.org and set {KEY_VARIABLE}, or ask for less.",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for done, chunk in enumerate(chunks):
        if listen is not None:
            listen(f"fetching {chunk.year}", done / len(chunks))
        _fetch(client, chunk, folder)
        files += _list_files(folder, chunk.file)
    return files


def _fetch(client: ComtradeClient, chunk: Chunk, folder: Path) -> None:
    path = folder / chunk.file
    if path.exists():
        return
    records = client.read_records(chunk.query)
    if len(records) < client.options.row_limit:
        _write(path, {"query": chunk.query, "data": records})
        return
    parts = chunk.split()
    if not parts:
        raise InputError(_describe_limit(client, chunk))
    for part in parts:
        _fetch(client, part, folder)
    # The whole is kept as an empty answer that names its parts, so that it is not asked for again.
    _write(path, {"query": chunk.query, "parts": [part.file for part in parts], "data": []})


def _list_files(folder: Path, name: str) -> Iterator[Path]:
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    if document["data"]:
        yield folder / name
    for part in document.get("parts", []):
        yield from _list_files(folder, part)


def _write(path: Path, document: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)


def _describe_limit(client: ComtradeClient, chunk: Chunk) -> Problem:
    return Problem(
        "TRD-034",
        f"request for {chunk.year}, code {chunk.codes[0]}, flow {chunk.flows[0]}",
        f"{client.options.row_limit} rows, the most that an answer holds",
        "fewer rows than that",
        f"Ask for --partners world, or set a key in {KEY_VARIABLE}, whose answers hold more rows.",
    )
