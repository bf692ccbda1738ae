"""The list of sources, with links that a browser may open."""

from __future__ import annotations

import re
from typing import NamedTuple

from ainalym.results.result import Result

GITHUB = "https://github.com/"


class SourceEntry(NamedTuple):
    """One source as the page lists it.

    Attributes
    ----------
    name
        Short name that tables refer to.
    title
        Title in the language of the publication.
    publisher
        Who published it.
    year
        Year of publication.
    licence
        Licence of the data, as far as it was seen.
    link
        Address that a browser can open; empty if there is none.
    path
        The address as it stands in the package.
    note
        How it was read, what to beware of.
    """

    name: str
    title: str
    publisher: str
    year: str
    licence: str
    link: str
    path: str
    note: str


def list_sources(result: Result) -> list[SourceEntry]:
    """List every source once, in alphabetical order of its name.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    list of SourceEntry
        Sources of both data packages; one that both name is listed once.
    """
    unique = result.tables["sources"].drop_duplicates("name").sort_values("name")
    return [
        SourceEntry(
            name=row["name"],
            title=row["title"],
            publisher=row["publisher"],
            year=str(row["year"]),
            licence=row["licence"],
            link=find_link(row["path"]),
            path=row["path"],
            note=row["note"],
        )
        for row in unique.to_dict("records")
    ]


def find_link(path: str) -> str:
    """Find the address that a browser can open.

    Parameters
    ----------
    path
        Address of a source: an address of the web, or ``github:owner/name@commit path``.

    Returns
    -------
    str
        Web address; empty for anything else, so that no other scheme ever becomes a link.
    """
    if re.match(r"https?://[^\s]+$", path):
        return path
    repository = re.match(r"github:([\w.-]+/[\w.-]+)@([0-9a-f]+)", path)
    return f"{GITHUB}{repository[1]}/tree/{repository[2]}" if repository else ""
