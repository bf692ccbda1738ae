"""The store of imported statistics: Parquet files in the tidy form, and a list of those that count.

The list is the one thing that makes an import real. It is written last and put in its place by a rename, so
that an import that stops anywhere leaves the store as it was; files that are not on the list are swept away
by the next import.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from ainalym.errors import InputError, Problem
from ainalym.packages.country import find_country, read_identity
from ainalym.packages.trade.engine import quote_text
from ainalym.packages.trade.tidy import TIDY_COLUMNS
from ainalym.schemas.data_package import Frozen

LIST_FILE = "trade.json"
"""List of the imports that count."""

STORE_FOLDER = "trade"
"""Folder of the store beside a country package."""

DATA_VARIABLE = "AINALYM_DATA"
"""Environment variable with the folder for data of the user."""

HASH_CHUNK = 1 << 22


class InputFile(Frozen):
    """A file of the user that was imported."""

    name: str
    """Name of the file, with the sheet of a workbook."""
    bytes: int
    """Its size."""


class StoredImport(Frozen):
    """One import."""

    file: str
    """Parquet file in the folder of the store."""
    source: str
    """Publication."""
    inputs: tuple[InputFile, ...]
    """Files of the user."""
    rows: int
    """Rows in the file."""
    totals_left_out: int = 0
    """Rows of six digits that were left out because their parts of more digits are in the same files."""
    first_year: int
    """First year."""
    last_year: int
    """Last year."""
    hash: str
    """``sha256:`` and the hash of the file."""
    imported: str
    """Day of the import."""
    program: str
    """Version of the program."""


class StoreList(Frozen):
    """The whole list."""

    format: Literal[1] = 1
    """Version of this form."""
    country: str
    """ISO 3166-1 alpha-3 code of the country that the store is for."""
    imports: tuple[StoredImport, ...] = ()
    """Imports, oldest first."""


@dataclass(frozen=True)
class Store:
    """An opened store.

    Attributes
    ----------
    folder
        Its folder.
    contents
        Its list.
    """

    folder: Path
    contents: StoreList

    @property
    def tables(self) -> tuple[Path, ...]:
        """Parquet files that count, oldest first."""
        return tuple(self.folder / entry.file for entry in self.contents.imports)

    @property
    def expression(self) -> str:
        """What an SQL statement reads all rows from; the store must not be empty."""
        return express_rows(self.tables)


def express_rows(tables: Sequence[Path]) -> str:
    """Express the rows of tables of the store, whatever columns of work they have beside the tidy ones.

    Parameters
    ----------
    tables
        Parquet files, at least one.

    Returns
    -------
    str
        What an SQL statement reads from.
    """
    files = ", ".join(quote_text(str(table)) for table in tables)
    # What is put in are our own names of columns and quoted paths.
    return f"(SELECT {', '.join(TIDY_COLUMNS)} FROM read_parquet([{files}], union_by_name = true))"  # noqa: S608


def find_store_folder(country: str, out: Path | None = None) -> Path:
    """Find where the statistics of a country stand or shall stand.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    out
        Folder that the user said.

    Returns
    -------
    Path
        ``out`` if it is given; ``trade`` in the folder of a package of the user; for a country that travels
        with the program, whose own folder cannot be written, ``<iso3>/trade`` in the data folder.

    Raises
    ------
    InputError
        [CTY-001] for an unknown country.
    """
    if out is not None:
        return out
    package = find_country(country)
    if package == Path(country):
        return Path(country) / STORE_FOLDER
    return find_data_folder() / read_identity(country).iso3.lower() / STORE_FOLDER


def find_data_folder() -> Path:
    """Find the folder for data of the user.

    Returns
    -------
    Path
        ``AINALYM_DATA`` if it is set, else the place where programs of this system keep data.
    """
    said = os.environ.get(DATA_VARIABLE)
    if said:
        return Path(said)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "ainalym"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "ainalym"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "ainalym"


def open_store(folder: Path) -> Store:
    """Open a store that exists.

    Parameters
    ----------
    folder
        Its folder.

    Returns
    -------
    Store
        With its list; hashes are not computed again.

    Raises
    ------
    InputError
        [TRD-017] if there is none, its list cannot be read, or a file of the list is missing.
    """
    path = folder / LIST_FILE
    if not path.is_file():
        raise InputError(
            Problem(
                "TRD-017",
                f"folder '{folder}'",
                f"no {LIST_FILE}",
                "a store of trade statistics",
                "Import statistics first: ainalym trade import FILES --source NAME --country CODE.",
            )
        )
    try:
        contents = StoreList.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(_describe_damage(path, str(error.errors()[0]["msg"]))) from error
    missing = [entry.file for entry in contents.imports if not (folder / entry.file).is_file()]
    if missing:
        raise InputError(_describe_damage(path, f"a list with {missing[0]}, which is not there"))
    return Store(folder, contents)


def open_or_begin_store(folder: Path, iso3: str) -> Store:
    """Open a store, or begin an empty one where there is none.

    Parameters
    ----------
    folder
        Its folder.
    iso3
        Country that it is for.

    Returns
    -------
    Store
        Nothing is written yet.

    Raises
    ------
    InputError
        [TRD-017] if it is damaged or belongs to another country.
    """
    if not (folder / LIST_FILE).is_file():
        return Store(folder, StoreList(country=iso3))
    store = open_store(folder)
    if store.contents.country != iso3:
        raise InputError(
            Problem(
                "TRD-017",
                f"folder '{folder}'",
                f"the store of {store.contents.country}",
                f"a store of {iso3}",
                "Give another folder with --out.",
            )
        )
    return store


@contextmanager
def make_scratch(folder: Path) -> Iterator[Path]:
    """Make a folder for work beside the store, on the same disk, and remove it in the end.

    Parameters
    ----------
    folder
        Folder of the store; made if it is not there.

    Yields
    ------
    Path
        The scratch folder.

    Raises
    ------
    InputError
        [TRD-025] if the place cannot be written.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".import-", dir=folder))
    except OSError as error:
        raise InputError(_describe_refusal(folder, error)) from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def commit(
    store: Store, kept: tuple[StoredImport, ...], added: tuple[StoredImport, ...], staged: Path
) -> Store:
    """Put new files into the store and make them count.

    Parameters
    ----------
    store
        The store as it was opened.
    kept
        Imports that still count.
    added
        New imports; their files stand in ``staged``.
    staged
        Folder with the new files, on the same disk.

    Returns
    -------
    Store
        The store as it is now.

    Raises
    ------
    InputError
        [TRD-025] if it cannot be written; the store is then as it was.
    """
    contents = StoreList(country=store.contents.country, imports=(*kept, *added))
    try:
        for entry in added:
            (staged / entry.file).replace(store.folder / entry.file)
        partial = staged / LIST_FILE
        partial.write_text(contents.model_dump_json(indent=2) + "\n", encoding="utf-8")
        partial.replace(store.folder / LIST_FILE)
    except OSError as error:
        raise InputError(_describe_refusal(store.folder, error)) from error
    counted = {entry.file for entry in contents.imports}
    for table in store.folder.glob("*.parquet"):
        if table.name not in counted:
            table.unlink(missing_ok=True)
    return Store(store.folder, contents)


def name_next(store: Store, source: str, offset: int = 0) -> str:
    """Name the file of the next import.

    Parameters
    ----------
    store
        The store.
    source
        Publication.
    offset
        How many names have been given before in the same import.

    Returns
    -------
    str
        Such as ``0003-comtrade.parquet``; never a name that was given before.
    """
    numbers = [int(entry.file[:4]) for entry in store.contents.imports]
    return f"{max(numbers, default=0) + 1 + offset:04d}-{source}.parquet"


def compute_file_hash(path: Path) -> str:
    """Compute the hash of a file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(HASH_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _describe_damage(path: Path, got: str) -> Problem:
    return Problem(
        "TRD-017",
        f"file '{path}'",
        got,
        "the list of a store",
        "Move the folder away and import the files again.",
    )


def _describe_refusal(folder: Path, error: OSError) -> Problem:
    return Problem(
        "TRD-025",
        f"folder '{folder}'",
        (error.strerror or str(error)).lower(),
        "a place that can be written",
        f"Give a folder that you may write to with --out, or in the environment variable {DATA_VARIABLE}.",
    )
