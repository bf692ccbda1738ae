"""The table that the steps of the common method hand on: amounts per inhabitant and their flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ainalym.kernels.common_method.flags import IntArray

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """Placed on market per inhabitant, at one stage of the cleaning.

    Parameters
    ----------
    kg
        Shape (country, key, year), kg per inhabitant; NaN where empty.
    pieces
        Same shape, pieces per inhabitant; NaN where empty.
    flag
        Same shape, see :mod:`ainalym.kernels.common_method.flags`.
    """

    kg: FloatArray
    pieces: FloatArray
    flag: IntArray

    def empty(self, where: BoolArray, flag: IntArray | int) -> Cells:
        """Take values out.

        Parameters
        ----------
        where
            Cells to empty. Shape of the cells.
        flag
            Their new flag; one for all, or the shape of the cells.

        Returns
        -------
        Cells
            New arrays.
        """
        return self.replace(where, np.nan, np.nan, flag)

    def replace(
        self, where: BoolArray, kg: FloatArray | float, pieces: FloatArray | float, flag: IntArray | int
    ) -> Cells:
        """Put other values in.

        Parameters
        ----------
        where
            Cells to change. Shape of the cells.
        kg, pieces, flag
            Their new contents; one for all, or anything that broadcasts to the shape of the cells.

        Returns
        -------
        Cells
            New arrays; the old ones stay as they are.
        """
        return Cells(
            np.where(where, kg, self.kg),
            np.where(where, pieces, self.pieces),
            np.where(where, flag, self.flag),
        )


def order_series(countries: Sequence[str], keys: Sequence[str]) -> IntArray:
    """Give the order in which the scripts keep their series in one long table: by key, then by country.

    Parameters
    ----------
    countries, keys
        Labels of the first two axes.

    Returns
    -------
    IntArray
        Positions in the axes (country, key) laid flat. Shape (country * key,). It depends on the labels
        alone, so that the defects of the scripts do not depend on the order of the axes.
    """
    ranked = sorted((key, country, c, k) for c, country in enumerate(countries) for k, key in enumerate(keys))
    return np.array([c * len(keys) + k for _, _, c, k in ranked], dtype=np.int64)
