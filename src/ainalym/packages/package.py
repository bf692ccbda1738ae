"""Opens a data package: descriptor, hashes, tables. All that is wrong with it is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pydantic import ValidationError

from ainalym.errors import InputError, Problem
from ainalym.packages.table_checks import check_tables
from ainalym.packages.table_reader import Table, read_table, suggest
from ainalym.schemas.data_package import (
    COUNTRY_TABLES,
    OPTIONAL_COUNTRY_TABLES,
    PANEL_TABLES,
    REFERENCE_TABLES,
    Descriptor,
    Resource,
    read_table_schema,
)

DESCRIPTOR_FILE = "datapackage.json"

TABLES_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "reference": REFERENCE_TABLES,
    "country": COUNTRY_TABLES,
    "panel": PANEL_TABLES,
}
"""Tables that a package must hold, by what it is to the program."""

GRADES = ("A", "B", "C", "D")
"""Grades of trust, best first; their meaning stands in the README of the reference package."""


@dataclass(frozen=True, eq=False)
class DataPackage:
    """An opened and checked data package.

    Attributes
    ----------
    folder
        Where it was read from.
    descriptor
        Its ``datapackage.json``.
    tables
        Its tables by name.
    hashes
        ``sha256:`` hash of each table file, by table name.
    """

    folder: str
    descriptor: Descriptor
    tables: Mapping[str, Table]
    hashes: Mapping[str, str]

    @property
    def name(self) -> str:
        """Name of the package."""
        return self.descriptor.name

    def frame(self, table: str) -> pd.DataFrame:
        """Return the rows of a table; a table that the package lacks has none."""
        if table in self.tables:
            return self.tables[table].frame
        return pd.DataFrame(columns=list(read_table_schema(table).names))


def read_package(
    folder: Path | Traversable, vocabularies: Mapping[str, Collection[str]] | None = None
) -> DataPackage:
    """Open a data package and check it.

    Parameters
    ----------
    folder
        Folder with ``datapackage.json`` and the tables.
    vocabularies
        Names from elsewhere that cells may refer to, by vocabulary: a country package refers to the products
        and materials of the reference package.

    Returns
    -------
    DataPackage
        The package.

    Raises
    ------
    InputError
        With all problems of the package, [PKG-001] to [PKG-021].
    """
    names = {key: tuple(known) for key, known in (vocabularies or {}).items()}
    opened = _opened.get(str(folder))
    if opened is not None and opened.names == names and _is_unchanged(opened.package, folder):
        return opened.package
    package, problems = inspect_package(folder, vocabularies)
    if package is None or problems:
        name = package.name if package else folder.name
        raise InputError(problems, about=f"data package '{name}'")
    _opened[str(folder)] = Opened(package, names)
    return package


class Opened(NamedTuple):
    """A package that was opened and found good, and the names that it was checked with."""

    package: DataPackage
    names: Mapping[str, tuple[str, ...]]


_opened: dict[str, Opened] = {}
"""By folder: an outlook reads its country several times, and to hash a table takes less than to check it."""


def _is_unchanged(package: DataPackage, folder: Path | Traversable) -> bool:
    """Find out whether every file of a package still is what it was, bit by bit."""
    descriptor, _ = read_descriptor(folder)
    if descriptor != package.descriptor:
        return False
    contents = {resource.name: _read_file(folder, resource)[0] for resource in _order_resources(descriptor)}
    return all(
        content is not None and compute_hash(content) == package.hashes[name]
        for name, content in contents.items()
    )


def inspect_package(
    folder: Path | Traversable, vocabularies: Mapping[str, Collection[str]] | None = None
) -> tuple[DataPackage | None, list[Problem]]:
    """Open a data package and list its problems without raising.

    Parameters
    ----------
    folder
        Folder with ``datapackage.json`` and the tables.
    vocabularies
        Names from elsewhere that cells may refer to, by vocabulary.

    Returns
    -------
    tuple of DataPackage or None, and list of Problem
        The package as far as it could be read, None where the descriptor could not be.
    """
    descriptor, problems = read_descriptor(folder)
    if descriptor is None:
        return None, problems
    problems += _check_resources(descriptor)
    known = {
        "source": [source.name for source in descriptor.sources],
        "grade": GRADES,
        **(vocabularies or {}),
    }
    tables: dict[str, Table] = {}
    hashes: dict[str, str] = {}
    for resource in _order_resources(descriptor):
        content, found = _read_file(folder, resource)
        problems += found
        if content is None:
            continue
        hashes[resource.name] = compute_hash(content)
        table, found = read_table(
            resource.name, resource.path, content, read_table_schema(resource.name), known
        )
        tables[resource.name] = table
        problems += found
        known |= _own_names(table)
    package = DataPackage(str(folder), descriptor, tables, hashes)
    if not problems:
        # A table with unreadable cells would only repeat its problems as gaps and wrong sums.
        problems += check_tables(tables, known)
    return package, problems


def compute_hash(content: bytes) -> str:
    """Compute the hash of a file as Data Package writes it.

    Parameters
    ----------
    content
        The file.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits.
    """
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def seal_package(folder: Path) -> list[str]:
    """Write the hash and size of every table into the descriptor, after tables were changed on purpose.

    Parameters
    ----------
    folder
        Folder of the package.

    Returns
    -------
    list of str
        Names of the tables whose hash has changed.

    Raises
    ------
    InputError
        [PKG-001] to [PKG-004] if the descriptor or a file cannot be read.
    """
    descriptor, problems = read_descriptor(folder)
    if descriptor is None:
        raise InputError(problems, about=f"data package '{folder.name}'")
    path = folder / DESCRIPTOR_FILE
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    changed = []
    for resource, entry in zip(descriptor.resources, document["resources"], strict=True):
        content, _ = _read_file(folder, resource)
        if content is None:
            problems += _read_file(folder, resource)[1]
            continue
        seal = {"bytes": len(content), "hash": compute_hash(content)}
        if (entry.get("bytes"), entry.get("hash")) != (seal["bytes"], seal["hash"]):
            changed.append(resource.name)
            entry.update(seal)
    if problems:
        raise InputError(problems, about=f"data package '{folder.name}'")
    partial = path.with_suffix(".json.partial")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
    return changed


def read_descriptor(folder: Path | Traversable) -> tuple[Descriptor | None, list[Problem]]:
    """Read the ``datapackage.json`` of a folder.

    Parameters
    ----------
    folder
        Folder of a data package.

    Returns
    -------
    tuple of Descriptor or None, and list of Problem
        None with [PKG-001] or [PKG-002] where it is missing or wrong.
    """
    path = folder.joinpath(DESCRIPTOR_FILE)
    if not path.is_file():
        problem = Problem(
            "PKG-001",
            f"folder '{folder}'",
            f"no {DESCRIPTOR_FILE}",
            "the folder of a data package",
            "Give the folder that holds datapackage.json.",
        )
        return None, [problem]
    try:
        return Descriptor.model_validate_json(path.read_bytes()), []
    except ValidationError as error:
        return None, [_describe_validation(entry) for entry in error.errors()]


def _describe_validation(entry: Any) -> Problem:
    place = " > ".join(str(part) for part in entry["loc"]) or "the file"
    expected = entry["msg"][0].lower() + entry["msg"][1:]
    got = repr(entry["input"])
    return Problem(
        "PKG-002",
        f"{DESCRIPTOR_FILE}, {place}",
        got if len(got) < 60 else got[:57] + "...",
        expected,
        "Correct the file; a comma or quotation mark may be missing, or a key be mistyped.",
    )


def _check_resources(descriptor: Descriptor) -> list[Problem]:
    kind = descriptor.ainalym.kind
    required = TABLES_OF_KIND[kind]
    optional = OPTIONAL_COUNTRY_TABLES if kind == "country" else ()
    present = [resource.name for resource in descriptor.resources]
    problems = [
        Problem(
            "PKG-003",
            f"{DESCRIPTOR_FILE}, resources",
            f"no table '{name}'",
            f"tables {', '.join(required)}",
            "Add the table and its entry.",
        )
        for name in required
        if name not in present
    ]
    for name in dict.fromkeys(present):
        count = present.count(name)
        if name not in (*required, *optional) or count > 1:
            known = [*required, *optional]
            got = f"table '{name}'" if count == 1 else f"table '{name}' {count} times"
            mend = suggest(name, known) if name not in known else "Remove the second entry."
            problems.append(
                Problem(
                    "PKG-003", f"{DESCRIPTOR_FILE}, resources", got, f"tables among {', '.join(known)}", mend
                )
            )
    return problems


def _order_resources(descriptor: Descriptor) -> list[Resource]:
    """Put the tables that define names before the tables that use them; leave out unknown ones."""
    first = ("categories", "products", "materials", "regions")
    known = (*REFERENCE_TABLES, *COUNTRY_TABLES, *OPTIONAL_COUNTRY_TABLES, *PANEL_TABLES)
    unique = {resource.name: resource for resource in descriptor.resources if resource.name in known}
    return sorted(unique.values(), key=lambda resource: resource.name not in first)


def _read_file(folder: Path | Traversable, resource: Resource) -> tuple[bytes | None, list[Problem]]:
    parts = Path(resource.path).parts
    path = folder.joinpath(resource.path)
    if Path(resource.path).is_absolute() or ".." in parts or not path.is_file():
        problem = Problem(
            "PKG-003",
            f"{DESCRIPTOR_FILE}, resource '{resource.name}'",
            f"path '{resource.path}'",
            "a file inside the package",
            "Put the table beside datapackage.json, or correct the path.",
        )
        return None, [problem]
    content = path.read_bytes()
    if resource.hash and compute_hash(content) != resource.hash:
        problem = Problem(
            "PKG-004",
            f"table '{resource.path}'",
            f"hash {compute_hash(content)[:19]}...",
            f"{resource.hash[:19]}... as sealed in {DESCRIPTOR_FILE}",
            "If you changed the table on purpose, run `ainalym check PACKAGE --seal`; else fetch it again.",
        )
        return content, [problem]
    return content, []


def _own_names(table: Table) -> dict[str, list[str]]:
    columns = {"products": ("product", "key"), "categories": ("category", "category")}
    columns |= {"materials": ("material", "material"), "regions": ("region", "region")}
    if table.name not in columns:
        return {}
    vocabulary, column = columns[table.name]
    return {vocabulary: [str(cell) for cell in table.frame[column]]}
