"""Writes a data package: tables, hashes and the descriptor with the sources that its rows name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import read_decisions
from tables import Design, Row, write_table

STANDARD = "https://datapackage.org/profiles/2.0/datapackage.json"
VERSION = "2026.11"
CREATED = "2026-11-23T00:00:00Z"
LICENCE = {
    "name": "Apache-2.0",
    "title": "Apache License 2.0 for the arrangement; each source keeps its own licence, named beside it",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
}


@dataclass(frozen=True)
class Package:
    """A data package to be written."""

    name: str
    title: str
    description: str
    identity: Mapping[str, str]
    tables: list[tuple[Design, Iterable[Row]]] = field(default_factory=list)


def write_package(package: Package, folder: Path) -> dict[str, int]:
    """Write the tables and the descriptor of a package; return the number of rows of each table."""
    folder.mkdir(parents=True, exist_ok=True)
    resources, counts, used = [], {}, set()
    for design, rows in package.tables:
        content = write_table(design, rows)
        (folder / f"{design.name}.csv").write_bytes(content)
        resources.append(_describe_resource(design, content))
        records = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
        counts[design.name] = len(records)
        used |= {name for record in records for name in record["source"].split(";")}
    descriptor = {
        "$schema": STANDARD,
        "name": package.name,
        "title": package.title,
        "description": package.description,
        "version": VERSION,
        "created": CREATED,
        "licenses": [LICENCE],
        "contributors": [{"title": "The Ainalym authors", "roles": ["wrangler"]}],
        "sources": describe_sources(used),
        "ainalym": dict(package.identity),
        "resources": resources,
    }
    write_json(descriptor, folder / "datapackage.json")
    return counts


def _describe_resource(design: Design, content: bytes) -> dict[str, Any]:
    return {
        "name": design.name,
        "type": "table",
        "path": f"{design.name}.csv",
        "title": design.title,
        "description": design.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": design.describe(),
    }


def describe_sources(used: Iterable[str]) -> list[dict[str, Any]]:
    """Look up the sources that rows name, in alphabetical order."""
    known = read_decisions("sources.csv", "name")
    missing = sorted(set(used) - set(known))
    if missing:
        raise KeyError(f"sources.csv has no entry for {', '.join(missing)}")
    return [{**known[name], "year": int(known[name]["year"])} for name in sorted(used)]


def write_json(document: Mapping[str, Any], path: Path) -> None:
    """Write JSON as people read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
