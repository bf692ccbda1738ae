"""One product of an ensemble: from the factors of a block of draws to yearly values, in buffers used again.

Draws multiply the shape and the scale of a Weibull lifetime. Of a draw with factors f and g, a cohort of
shape A and scale B has ``S(x) = exp(-exp(u))`` left at age x, with ``u = f A (ln x - ln B) - A f ln g``:
linear in ``f`` and ``f ln g``, so that the arguments of all ages and draws are one matrix product of two
columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ainalym.kernels.boundary import FloatArray
from ainalym.kernels.histogram import AnyFloatArray
from ainalym.kernels.lifetime import Weibull, survival_by_age

BLAS_WORK = 250_000
"""Multiply-adds per call of a matrix product. OpenBLAS keeps to the calling thread up to 262,144, so that its
threads and ours do not fight; a fight makes an ensemble twenty times slower."""

LEAST_COLUMNS = 32
"""Draws per call of a matrix product, at least; more are taken by multiples of it, as the library likes."""

LEAST_DEPTH = 16
"""Part of the common axis per call of a matrix product where it must be cut, at least."""

PIECE_DRAWS = 2500
"""Draws taken through a product together, at most: few enough for the cache, enough to make calls cheap."""

LARGEST_ARGUMENT = 80.0
"""Logarithm of a cumulative hazard up to which it is followed: beyond it nothing is left in any precision."""


RATIOS = (2, 3, 5, 7)
"""Ratios of two ages at which the cumulative hazard of the older one is told from that of the younger one."""


class Workspace:
    """Buffers of one thread, used in turn: fresh memory in every block costs more than the work.

    Parameters
    ----------
    dtype
        Type of the numbers.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._buffers: dict[str, AnyFloatArray] = {}

    def room(self, name: str, *shape: int) -> AnyFloatArray:
        """Give a buffer, with whatever it held before.

        Parameters
        ----------
        name
            Name of the buffer.
        shape
            Its shape.

        Returns
        -------
        AnyFloatArray
            In one piece.
        """
        size = prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size:
            buffer = self._buffers[name] = np.empty(size, dtype=self.dtype)
        return buffer[:size].reshape(shape)


@dataclass(frozen=True)
class Block:
    """Factors of a block of draws for one product.

    Parameters
    ----------
    shape_factor
        Shape (draw,), 1, positive.
    scale_factor
        Shape (draw,), 1, positive.
    """

    shape_factor: FloatArray
    scale_factor: FloatArray

    @property
    def number(self) -> int:
        """Give the number of draws."""
        return self.shape_factor.size

    def take(self, some: slice | npt.NDArray[np.generic]) -> Block:
        """Take some of the draws.

        Parameters
        ----------
        some
            Which draws.

        Returns
        -------
        Block
            Their factors.
        """
        return Block(self.shape_factor[some], self.scale_factor[some])

    def pieces(self, size: int) -> Iterator[tuple[Block, slice]]:
        """Cut the block to pieces.

        Parameters
        ----------
        size
            Draws of a piece; the last one may have fewer.

        Yields
        ------
        tuple of Block and slice
            A piece, and which draws of the block it holds.
        """
        for begin in range(0, self.number, size):
            some = slice(begin, min(begin + size, self.number))
            yield self.take(some), some


class Looks(Protocol):
    """What is looked at in the survival curve of a draw."""

    def look(self, block: Block, work: Workspace) -> AnyFloatArray:
        """Look at every draw of a block.

        Parameters
        ----------
        block
            Factors of the draws.
        work
            Buffers; the result lives in one of them until the next call.

        Returns
        -------
        AnyFloatArray
            What is seen, after a row of ones. Shape (1 + look, draw).
        """


@dataclass(frozen=True)
class Multiples:
    """Cumulative hazards that follow from others by a product in place of an exponential.

    That of an age is a power of the age, so that the one of 2 x is the one of x times 2 to the power of the
    shape. Good to a few units in the last place of double precision.

    Parameters
    ----------
    fresh
        Looks that do not follow.
    steps
        Looks that do: which, from which other one, and which of :data:`RATIOS` lies between the two ages. In
        the order of age.
    shape
        Shape of the product, before the factor of a draw.
    """

    fresh: tuple[int, ...]
    steps: tuple[tuple[int, int, int], ...]
    shape: float

    @classmethod
    def among(cls, ages: FloatArray, shape: float) -> Multiples:
        """Find multiples.

        Parameters
        ----------
        ages
            Age of each look. Shape (look,).
        shape
            As above.

        Returns
        -------
        Multiples
            Each from the look at the largest age that will do.
        """
        places = {age: place for place, age in enumerate(ages.tolist())}
        steps, fresh = [], []
        for age, place in sorted(places.items()):
            sources = ((places.get(age / ratio), which) for which, ratio in enumerate(RATIOS))
            found = next(((source, which) for source, which in sources if source is not None), None)
            if found is None:
                fresh.append(place)
            else:
                steps.append((place, *found))
        return cls(tuple(fresh), tuple(steps), shape)

    def take_hazards(self, seen: AnyFloatArray, shape_factor: AnyFloatArray) -> None:
        """Turn logarithms of cumulative hazards into these, in place.

        Parameters
        ----------
        seen
            Of those that do not follow the logarithm, of the others anything. Shape (look, draw).
        shape_factor
            Shape (draw,).
        """
        powers = np.multiply.outer(self.shape * np.log(RATIOS), shape_factor)
        np.exp(powers, out=powers)
        for place in self.fresh:
            np.exp(seen[place], out=seen[place])
        for place, source, which in self.steps:
            np.multiply(seen[source], powers[which], out=seen[place])


@dataclass(frozen=True)
class ExponentialLooks:
    """Survival, or density, at given ages of given lifetimes: two exponentials per look and draw.

    Parameters
    ----------
    arguments
        What the factors f and f ln g of a draw are multiplied by. Shape (look, 2).
    density
        Whether the density times age is looked at, less the shape before its factor, instead of the survival.
    multiples
        Looks at ages that are others times a small number.
    """

    arguments: AnyFloatArray
    density: bool
    multiples: Multiples | None = None

    def look(self, block: Block, work: Workspace) -> AnyFloatArray:
        """Look at every draw of a block; see :class:`Looks`."""
        draws = block.shape_factor.size
        rows = work.room("rows", 1 + len(self.arguments), draws)
        rows[0] = 1
        seen = rows[1:]
        factors = work.room("factors", 2, draws)
        factors[0] = block.shape_factor
        factors[1] = block.shape_factor * np.log(block.scale_factor)
        multiply(self.arguments, factors, seen)
        if self.density:
            np.minimum(seen, LARGEST_ARGUMENT, out=seen)
        with np.errstate(over="ignore"):
            if self.multiples is None:
                np.exp(seen, out=seen)
            else:
                self.multiples.take_hazards(seen, factors[0])
        if self.density:
            hazard_density = np.multiply(seen, factors[0], out=work.room("kept", *seen.shape))
            np.exp(np.negative(seen, out=seen), out=seen)
            np.multiply(seen, hazard_density, out=seen)
        else:
            np.exp(np.negative(seen, out=seen), out=seen)
        return rows

    def chosen(self, looks: npt.NDArray[np.intp] | slice, dtype: npt.DTypeLike) -> ExponentialLooks:
        """Keep some of the looks.

        Parameters
        ----------
        looks
            Their positions.
        dtype
            Type of the numbers.

        Returns
        -------
        ExponentialLooks
            These alone, in that order.
        """
        return ExponentialLooks(np.ascontiguousarray(self.arguments[looks], dtype=dtype), self.density)


@dataclass(frozen=True)
class ClosedLooks:
    """Survival by age under ``uniform`` in closed form, slow, for lifetimes too narrow to be integrated.

    Parameters
    ----------
    shapes, scales
        Lifetimes, before the factors of a draw. Shape (anchor,).
    years
        Number of ages.
    """

    shapes: FloatArray
    scales: FloatArray
    years: int

    def look(self, block: Block, work: Workspace) -> AnyFloatArray:
        """Look at every draw of a block; see :class:`Looks`."""
        rows = work.room("rows", 1 + len(self.shapes) * self.years, block.shape_factor.size)
        rows[0] = 1
        for anchor, (shape, scale) in enumerate(zip(self.shapes, self.scales, strict=True)):
            lifetime = Weibull((shape * block.shape_factor)[:, None], (scale * block.scale_factor)[:, None])
            first = 1 + anchor * self.years
            rows[first : first + self.years] = survival_by_age(lifetime, self.years)[..., 0].T
        return rows


class Product(Protocol):
    """What the ensemble asks of a product."""

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the yearly values of a block of draws.

        Parameters
        ----------
        block
            Factors of the draws.
        work
            Buffers.
        out
            Where the values go. Shape (year, draw).
        """


@dataclass(frozen=True)
class LinearProduct:
    """Values that are weighted sums of what is seen in the survival curve of each draw.

    Parameters
    ----------
    looks
        What is looked at.
    steps
        Blocks of years, and the weights of the looks that count for them; from :func:`cut_staircase`.
    """

    looks: Looks
    steps: tuple[tuple[slice, AnyFloatArray], ...]

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the yearly values of a block of draws; see :class:`Product`."""
        for piece, some in block.pieces(PIECE_DRAWS):
            rows = self.looks.look(piece, work)
            for years, weights in self.steps:
                multiply(weights, rows[: weights.shape[1]], out[years, some])


@dataclass(frozen=True)
class SurvivalProduct:
    """Survival by age that is seen as it is, look by look.

    Parameters
    ----------
    looks
        What is looked at: the survival at the end of each year, up to the age at which nothing is left.
    first
        Row of the looks that is age 0: 0 where that is the constant, as everything is still there, else 1.
    """

    looks: Looks
    first: int

    def compute(self, block: Block, work: Workspace, out: AnyFloatArray) -> None:
        """Compute the survival by age of a block of draws; see :class:`Product`."""
        for piece, some in block.pieces(PIECE_DRAWS):
            out[:, some] = self.looks.look(piece, work)[self.first :]


def multiply(left: AnyFloatArray, right: AnyFloatArray, out: AnyFloatArray) -> None:
    """Multiply two matrices by calls too small to wake the threads of the linear algebra library.

    Parameters
    ----------
    left
        Shape (row, inner).
    right
        Shape (inner, column).
    out
        Where the product goes. Shape (row, column).
    """
    most = BLAS_WORK // max(left.size, 1)
    if most < LEAST_COLUMNS:
        _multiply_in_parts(left, right, out)
        return
    columns = most - most % LEAST_COLUMNS
    whole = right.shape[1] // columns
    if whole:
        np.matmul(left, _cut_columns(right, columns, whole), out=_cut_columns(out, columns, whole))
    rest = slice(whole * columns, None)
    if right[:, rest].size:
        np.matmul(left, right[:, rest], out=out[:, rest])


def _cut_columns(matrix: AnyFloatArray, columns: int, parts: int) -> AnyFloatArray:
    """See a matrix as a stack of parts of its columns: one call takes all, and holds no other thread up."""
    return matrix[:, : parts * columns].reshape(len(matrix), parts, columns).swapaxes(0, 1)


def _multiply_in_parts(left: AnyFloatArray, right: AnyFloatArray, out: AnyFloatArray) -> None:
    """Multiply two matrices whose common axis is so long that it must be cut as well."""
    rows, inner = left.shape
    columns = min(right.shape[1], max(BLAS_WORK // (LEAST_DEPTH * rows), 1))
    depth = min(max(BLAS_WORK // (rows * columns), 1), inner)
    whole = inner // depth
    end = whole * depth
    stack = _cut_columns(left, depth, whole)
    for begin in range(0, right.shape[1], columns):
        some = slice(begin, begin + columns)
        part, sums = right[:, some], out[:, some]
        np.sum(np.matmul(stack, part[:end].reshape(whole, depth, -1)), axis=0, out=sums)
        if end < inner:
            sums += np.matmul(left[:, end:], part[end:])


def cut_staircase(
    matrix: FloatArray, dtype: npt.DTypeLike, blocks: int = 4
) -> tuple[tuple[slice, AnyFloatArray], ...]:
    """Cut a matrix to blocks of years, each without the columns behind its last one that is not empty.

    Parameters
    ----------
    matrix
        Weights. Shape (year, 1 + look).
    dtype
        Type of the numbers.
    blocks
        How many blocks, at least.

    Returns
    -------
    tuple
        For each block its years and its weights.
    """
    years = matrix.shape[0]
    last = np.where(matrix != 0, np.arange(1, matrix.shape[1] + 1), 1).max(axis=1)
    edges = np.unique(np.linspace(0, years, min(blocks, years) + 1).astype(int))
    steps = []
    for start, stop in pairwise(edges.tolist()):
        part = np.ascontiguousarray(matrix[start:stop, : last[start:stop].max()], dtype=dtype)
        steps.append((slice(start, stop), part))
    return tuple(steps)
