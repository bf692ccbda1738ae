"""Exact quantiles of more draws than memory holds: written to a temporary file, read back cell by cell."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from ainalym.ensemble.model import FloatArray
from ainalym.ensemble.slab import SingleArray
from ainalym.errors import InputError, Problem

CELLS_READ = 256
"""Cells that are read back together."""


class DrawFile:
    """A temporary file of draws, deleted when it is closed.

    Parameters
    ----------
    cells
        Number of cells.
    draws
        Number of draws.
    folder
        Where the file shall be; the folder of the system for temporary files by default.
    """

    def __init__(self, cells: int, draws: int, folder: Path | None = None) -> None:
        self.cells, self.draws = cells, draws
        self._blocks: dict[int, int] = {}
        self._lock = threading.Lock()
        # Closed by __exit__: the file lives as long as this object is in its with block.
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="ainalym-draws-", dir=folder, buffering=0)  # noqa: SIM115

    def __enter__(self) -> DrawFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def chunks(self) -> list[tuple[int, int]]:
        """Cells that are read back together: the first of each chunk, and the first after it."""
        return [(first, min(first + CELLS_READ, self.cells)) for first in range(0, self.cells, CELLS_READ)]

    def write(self, first: int, values: SingleArray) -> None:
        """Write a block of draws.

        Parameters
        ----------
        first
            First draw of the block.
        values
            Shape (cell, draw).

        Raises
        ------
        InputError
            [ENS-012] if the disk has no room.
        """
        draws = values.shape[1]
        with self._lock:
            self._blocks[first] = draws
            try:
                for begin, end in self.chunks:
                    self._file.seek(self._place(begin, end, first))
                    self._file.write(np.ascontiguousarray(values[begin:end]).data)
            except OSError as error:
                size = self.cells * self.draws * values.itemsize / 2**30
                raise InputError(
                    Problem(
                        "ENS-012",
                        "temporary file of the draws",
                        f"a write that failed ({(error.strerror or str(error)).lower()})",
                        f"room for {size:.1f} GiB",
                        "Free some space, set TMPDIR to a folder on another disk, or take fewer draws.",
                    )
                ) from error

    def read(self, begin: int, end: int) -> SingleArray:
        """Read the draws of one chunk of cells.

        Parameters
        ----------
        begin, end
            A pair of :attr:`chunks`.

        Returns
        -------
        SingleArray
            Shape (cell, draw), draws in order.
        """
        values = np.empty((end - begin, self.draws), dtype=np.float32)
        with self._lock:
            for first, draws in self._blocks.items():
                self._file.seek(self._place(begin, end, first))
                piece = np.frombuffer(self._file.read((end - begin) * draws * 4), dtype=np.float32)
                values[:, first : first + draws] = piece.reshape(end - begin, draws)
        return values

    def _place(self, begin: int, end: int, first: int) -> int:
        """Find where in the file the draws of a block and a chunk begin."""
        return (begin * self.draws + (end - begin) * first) * 4


def compute_quantiles(values: SingleArray | FloatArray, probabilities: Sequence[float]) -> FloatArray:
    """Compute quantiles over the last axis by sorting it in place.

    Parameters
    ----------
    values
        Sorted along the last axis when done. Shape (..., draw).
    probabilities
        In [0, 1].

    Returns
    -------
    FloatArray
        Shape (probability, ...). Between two draws the quantile runs on a straight line, as in numpy.
    """
    values.sort(axis=-1)
    last = values.shape[-1] - 1
    found = np.empty((len(probabilities), *values.shape[:-1]))
    for row, probability in zip(found, probabilities, strict=True):
        place = probability * last
        low = int(place)
        high = min(low + 1, last)
        below = values[..., low].astype(np.float64)
        row[...] = below + (values[..., high] - below) * (place - low)
    return found
