"""Opens the file of a user: which container, encoding and delimiter it has, and its headings.

Whatever the engine cannot read by itself (workbooks, JSON, other encodings) is rewritten as a CSV table in
the scratch folder. The file of the user is never changed.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import os
import tempfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Literal, cast

from ainalym.errors import InputError, Problem
from ainalym.packages.trade.json_file import read_records
from ainalym.packages.trade.workbook import open_workbook

Container = Literal["text", "gzip", "workbook", "parquet", "json", "archive", "empty"]

SAMPLE_BYTES = 1 << 20
CHUNK_BYTES = 1 << 22

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}

ARCHIVE_SUFFIXES = (".zip", ".7z", ".rar", ".bz2", ".xz")


@dataclass(frozen=True)
class TextOptions:
    """What a user says about a file that cannot be seen in it.

    Attributes
    ----------
    encoding
        Encoding of a text file; UTF-8 if None.
    delimiter
        Character between columns; that of the publisher if None.
    sheet
        Sheet of a workbook; its first one if None.
    heading_line
        Line with the headings, counted from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    heading_line: int = 1


@dataclass(frozen=True)
class SourceFile:
    """A file that the engine can read.

    Attributes
    ----------
    name
        Name as the user sees it, with the sheet of a workbook.
    table
        What the engine reads: the file itself, or its copy in the scratch folder.
    kind
        Whether that is CSV or Parquet.
    headings
        Headings in order.
    delimiter
        Character between columns.
    is_packed
        Whether it is packed with gzip.
    first_line
        Line of the user's file on which the first row of figures stands.
    size
        Size of the user's file, bytes.
    is_copy
        Whether the engine reads a copy that begins with the headings.
    """

    name: str
    table: Path
    kind: Literal["csv", "parquet"]
    headings: tuple[str, ...]
    delimiter: str
    is_packed: bool
    first_line: int
    size: int
    is_copy: bool = False

    def with_headings(self, headings: tuple[str, ...]) -> SourceFile:
        """Return the same file with headings that were read later."""
        return replace(self, headings=headings)


def open_source_file(path: Path, scratch: Path, options: TextOptions) -> SourceFile:
    """Find out how to read a file, and rewrite it where the engine cannot.

    Parameters
    ----------
    path
        File of the user.
    scratch
        Folder for a copy.
    options
        What the user said about the file.

    Returns
    -------
    SourceFile
        How to read it.

    Raises
    ------
    InputError
        [TRD-001] if it is not there, [TRD-004] for another encoding, [TRD-009] if it is cut off or damaged,
        [TRD-010] if it is empty, [TRD-012] for a missing sheet, [TRD-019] for a packed archive.
    """
    check_readable(path)
    readers: dict[Container, Callable[[Path, Path, TextOptions], SourceFile]] = {
        "parquet": _open_parquet,
        "workbook": _open_workbook,
        "json": _open_json,
        "text": _open_text,
        "gzip": _open_text,
    }
    container = detect_container(path)
    if container == "empty":
        raise InputError(describe_empty(path.name, "0 bytes"))
    if container == "archive":
        raise InputError(
            Problem(
                "TRD-019",
                f"file '{path.name}'",
                "a packed archive",
                "a CSV file, a workbook, Parquet, JSON, or one of these packed with gzip",
                "Unpack the archive and give the file inside.",
            )
        )
    return readers[container](path, scratch, options)


def check_readable(path: Path) -> None:
    """Refuse what is no file, or may not be read.

    Parameters
    ----------
    path
        As the user gave it.

    Raises
    ------
    InputError
        [TRD-001].
    """
    if path.is_dir():
        got, mend = "a folder", "Name the files in it, such as FOLDER/*.csv."
    elif not path.is_file():
        got, mend = "no such file", "Correct the path."
    elif not os.access(path, os.R_OK):
        got, mend = "a file that you may not read", "Ask for the right to read it, or copy it."
    else:
        return
    raise InputError(Problem("TRD-001", f"file '{path}'", got, "a file that can be read", mend))


def detect_container(path: Path) -> Container:
    """Tell what kind of file it is by its first bytes, whatever its name says.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Container
        ``gzip`` stands for a packed text.

    Raises
    ------
    InputError
        [TRD-009] if it is packed and cannot be unpacked.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        return "empty"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK") and path.suffix.lower() != ".zip"):
        return "workbook"
    if head.startswith((b"PK", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")):
        return "archive"
    sample = read_sample(path)
    if sample.lstrip()[:1] in (b"{", b"["):
        return "json"
    if not sample.strip():
        return "empty"
    return "gzip" if head.startswith(b"\x1f\x8b") else "text"


def read_sample(path: Path) -> bytes:
    """Read the beginning of a text file, unpacked.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        Up to 1 MiB.

    Raises
    ------
    InputError
        [TRD-009] if it is packed and cannot be unpacked.
    """
    try:
        with open_bytes(path) as stream:
            return stream.read(SAMPLE_BYTES)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(describe_damage(path.name, str(error))) from error


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked where it is packed with gzip.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    BinaryIO
        To be closed by the caller.
    """
    return cast("BinaryIO", gzip.open(path, "rb")) if is_packed(path) else path.open("rb")


def is_packed(path: Path) -> bool:
    """Tell whether a file is packed with gzip, by its first bytes.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bool
        True if it is.
    """
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def describe_damage(name: str, reason: str) -> Problem:
    """Describe a file that ends too early or cannot be unpacked.

    Parameters
    ----------
    name
        File as the user sees it.
    reason
        What the reader said.

    Returns
    -------
    Problem
        [TRD-009].
    """
    said = reason.strip().splitlines()[0][:160] if reason.strip() else "it ends in the middle"
    return Problem(
        "TRD-009",
        f"file '{name}'",
        f"a file that is cut off or damaged ({said})",
        "a whole file",
        "Fetch the file again; compare its size with the one that the publisher states.",
    )


def describe_empty(name: str, got: str) -> Problem:
    """Describe a file without rows.

    Parameters
    ----------
    name
        File as the user sees it.
    got
        What was found in it.

    Returns
    -------
    Problem
        [TRD-010].
    """
    return Problem(
        "TRD-010",
        f"file '{name}'",
        got,
        "a line of headings and at least one row",
        "Fetch the file again; a server sometimes gives an empty file for a query without result.",
    )


def _open_text(path: Path, scratch: Path, options: TextOptions) -> SourceFile:
    sample = read_sample(path)
    encoding = options.encoding or "utf-8"
    table = path
    if codecs.lookup(encoding).name not in ("utf-8", "ascii"):
        table = _transcode(path, scratch, encoding)
        sample = read_sample(table)
    else:
        if b"\0" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            expected = "a table as text, a workbook, Parquet or JSON"
            mend = "Check that it is the right file, and fetch it again."
            raise InputError(
                Problem("TRD-002", f"file '{path.name}'", "bytes that are no text", expected, mend)
            )
        check_encoding(path.name, sample)
    lines = sample.decode("utf-8-sig", errors="ignore").splitlines()
    if len([line for line in lines if line.strip()]) <= options.heading_line:
        raise InputError(describe_empty(path.name, f"{len(lines)} line" + ("s" if len(lines) != 1 else "")))
    heading = lines[options.heading_line - 1]
    delimiter = options.delimiter or find_delimiter(heading)
    return SourceFile(
        name=path.name,
        table=table,
        kind="csv",
        headings=tuple(cell.strip() for cell in next(csv.reader([heading], delimiter=delimiter))),
        delimiter=delimiter,
        is_packed=table == path and is_packed(path),
        first_line=options.heading_line + 1,
        size=path.stat().st_size,
    )


def find_delimiter(heading: str) -> str:
    """Find the character that separates the headings.

    Parameters
    ----------
    heading
        Line with the headings.

    Returns
    -------
    str
        The one of :data:`DELIMITERS` that gives most columns; a comma if none is there.
    """
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([heading], delimiter=delimiter))))


def check_encoding(name: str, sample: bytes) -> None:
    """Refuse a text that is not UTF-8, and say which encoding it looks like.

    Parameters
    ----------
    name
        File as the user sees it.
    sample
        Beginning of the file; may end within a letter.

    Raises
    ------
    InputError
        [TRD-004] with line and column of the first letter that is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError as error:
        guess = guess_encoding(sample)
        line = sample.count(b"\n", 0, error.start) + 1
        column = error.start - sample.rfind(b"\n", 0, error.start)
        raise InputError(
            Problem(
                "TRD-004",
                f"file '{name}', row {line}, byte {column}",
                f"byte 0x{sample[error.start]:02x}, which looks like {guess}",
                "text in UTF-8",
                f"Run again with --encoding {guess}, or save the file as UTF-8.",
            )
        ) from error


def guess_encoding(sample: bytes) -> str:
    """Guess the encoding of a text that is not UTF-8.

    Parameters
    ----------
    sample
        Beginning of the file.

    Returns
    -------
    str
        ``utf-16``, ``cp1251`` where most letters beyond ASCII would be Cyrillic, else ``cp1252``.
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    letters = [byte for byte in sample if byte >= 0x80]
    # In cp1251 the Russian letters lie at 0xC0 to 0xFF side by side; Western text has single accents.
    dense = sum(1 for first, second in pairwise(sample) if first >= 0xC0 and second >= 0xC0)
    return "cp1251" if dense * 2 > len(letters) else "cp1252"


def _transcode(path: Path, scratch: Path, encoding: str) -> Path:
    target = _name_copy(scratch)
    decoder = codecs.getincrementaldecoder(encoding)()
    read_bytes = 0
    try:
        with open_bytes(path) as stream, target.open("w", encoding="utf-8", newline="") as copy:
            while chunk := stream.read(CHUNK_BYTES):
                copy.write(decoder.decode(chunk))
                read_bytes += len(chunk)
            copy.write(decoder.decode(b"", final=True))
    except UnicodeError as error:
        # Without a byte order mark UTF-16 fails as a whole, and says no place.
        place = read_bytes + getattr(error, "start", 0) + 1
        raise InputError(
            Problem(
                "TRD-004",
                f"file '{path.name}', byte {place}",
                f"bytes that are not {encoding}",
                f"text in {encoding}, as said with --encoding",
                "Give the encoding that the file has, such as utf-8, cp1251 or cp1252.",
            )
        ) from error
    except (EOFError, zlib.error) as error:
        raise InputError(describe_damage(path.name, str(error))) from error
    return target


def _name_copy(scratch: Path) -> Path:
    handle, name = tempfile.mkstemp(suffix=".csv", dir=scratch)
    os.close(handle)
    return Path(name)


def _open_parquet(path: Path, _scratch: Path, _options: TextOptions) -> SourceFile:
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 4, 0))
        if stream.read(4) != b"PAR1":
            raise InputError(describe_damage(path.name, "the end of the Parquet file is missing"))
    # The headings stand in the footer, which the engine reads; see tabular.read_headings.
    return SourceFile(path.name, path, "parquet", (), ",", False, 1, path.stat().st_size)


def _open_workbook(path: Path, scratch: Path, options: TextOptions) -> SourceFile:
    with open_workbook(path) as workbook:
        sheet = options.sheet or workbook.sheets[0]
        rows = workbook.read_rows(sheet)
        return _write_copy(path, f"{path.name} [{sheet}]", rows, scratch, options.heading_line)


def _open_json(path: Path, scratch: Path, _options: TextOptions) -> SourceFile:
    try:
        with open_bytes(path) as stream:
            rows = read_records(path.name, stream)
    except (EOFError, zlib.error) as error:
        raise InputError(describe_damage(path.name, str(error))) from error
    return _write_copy(path, path.name, rows, scratch, 1)


def _write_copy(
    path: Path, name: str, rows: Iterable[Sequence[str]], scratch: Path, heading_line: int
) -> SourceFile:
    target = _name_copy(scratch)
    headings: tuple[str, ...] = ()
    count = 0
    with target.open("w", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy, lineterminator="\n")
        for line, cells in enumerate(rows, start=1):
            if line < heading_line:
                continue
            if line == heading_line:
                headings = tuple(cell.strip() for cell in cells)
                writer.writerow(headings)
                continue
            count += 1
            # A short row lacks its empty cells at the end; the engine wants all of them.
            writer.writerow([*cells[: len(headings)], *[""] * (len(headings) - len(cells))])
    if count == 0:
        raise InputError(describe_empty(name, "no rows below the headings" if headings else "no rows"))
    return SourceFile(
        name, target, "csv", headings, ",", False, heading_line + 1, path.stat().st_size, is_copy=True
    )
