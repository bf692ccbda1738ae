"""Writes a folder whole or not at all: beside its place first, then renamed into it."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ainalym.errors import InputError, Problem

RECORD_FILE = "run.json"
"""File by which a folder is known to be an outlook."""

REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG)
"""Errors of the system that mean: not here."""


@contextmanager
def replace_folder(folder: Path, force: bool = False) -> Iterator[Path]:
    """Give a temporary folder to write into, and put it in its place when all is written.

    Parameters
    ----------
    folder
        Where the folder shall stand in the end.
    force
        Whether an older outlook in this place may be replaced.

    Yields
    ------
    Path
        Temporary folder on the same disk.

    Raises
    ------
    InputError
        [OUT-001] if the folder exists, [OUT-002] if it cannot be written, [OUT-003] if it exists and is no
        outlook, [OUT-004] if the disk is full or writing fails. Whatever happens, an older folder is intact
        and nothing half-written is left.
    """
    folder = folder.resolve()
    check_folder(folder, force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(_describe(error, folder)) from error
    try:
        yield partial
        # mkdtemp makes a folder for its owner alone; an outlook is as readable as any other new folder.
        partial.chmod(0o777 & ~_read_umask())
        _swap(partial, folder)
    except OSError as error:
        raise InputError(_describe(error, folder)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_folder(folder: Path, force: bool) -> None:
    """Refuse a place that is taken.

    Parameters
    ----------
    folder
        Where an outlook shall stand.
    force
        Whether an older outlook may be replaced.

    Raises
    ------
    InputError
        [OUT-001] or [OUT-003].
    """
    if not folder.exists():
        return
    place = f"folder '{folder}'"
    empty = folder.is_dir() and not any(folder.iterdir())
    if not empty and not (folder / RECORD_FILE).is_file():
        raise InputError(
            Problem(
                "OUT-003",
                place,
                "something that is no outlook",
                "a new folder",
                "Give another folder with --out.",
            )
        )
    if not force and not empty:
        raise InputError(
            Problem(
                "OUT-001",
                place,
                "an outlook that is already there",
                "a new folder",
                "Give --force to replace it, or another folder with --out.",
            )
        )


def _swap(partial: Path, folder: Path) -> None:
    """Rename the new folder into its place; where the second rename fails the old one goes back."""
    if not folder.exists():
        partial.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / folder.name)
    try:
        partial.rename(folder)
    except OSError:
        (old / folder.name).rename(folder)
        raise
    finally:
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)


def _describe(error: OSError, folder: Path) -> Problem:
    refused = error.errno in REFUSALS
    reason = error.strerror or str(error)
    if refused:
        return Problem(
            "OUT-002",
            f"folder '{folder}'",
            reason.lower(),
            "a place that can be written",
            "Give a folder that you may write to with --out.",
        )
    return Problem(
        "OUT-004",
        f"folder '{folder}'",
        f"a write that failed ({reason.lower()})",
        "room for the outlook on the disk",
        "Free some space or give a folder on another disk; nothing half-written is left.",
    )


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
