"""Labelled arrays: exact labels, fixed axis order, attributes from the vocabulary.

xarray fills missing labels with NaN or drops them, depending on its settings. Here arithmetic aligns exactly
or fails: a year or product that one table has and another lacks is a mistake to be told, never to be papered
over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ainalym.core.dimensions import order_dimensions
from ainalym.core.quantities import get_quantity


def label_array(
    name: str, values: ArrayLike, coordinates: Mapping[str, Sequence[Any] | np.ndarray]
) -> xr.DataArray:
    """Put labels and the attributes of the vocabulary on a bare array.

    Parameters
    ----------
    name
        Quantity in the vocabulary.
    values
        Bare array whose axes are the keys of ``coordinates``, in that order.
    coordinates
        Labels of each axis. The axes must be those of the quantity, a leading ``draw`` or ``scenario`` apart.

    Returns
    -------
    xarray.DataArray
        With attributes ``units``, ``long_name``, ``definition``, ``source``.
    """
    quantity = get_quantity(name)
    dimensions = tuple(coordinates)
    own = tuple(dimension for dimension in dimensions if dimension not in ("draw", "scenario"))
    if own != quantity.dimensions or dimensions != order_dimensions(dimensions):
        raise AssertionError(f"{name} has axes {quantity.dimensions}, not {dimensions}")
    # A tuple of labels would be taken for a variable with dimensions and attributes.
    labels = {axis: list(known) if isinstance(known, tuple) else known for axis, known in coordinates.items()}
    array = xr.DataArray(np.asarray(values), coords=labels, dims=dimensions, name=name)
    return describe_array(array, name)


def read_coordinates(array: xr.DataArray) -> dict[str, np.ndarray]:
    """Read the labels of every axis of an array, in the order of its axes.

    Parameters
    ----------
    array
        Any labelled array.

    Returns
    -------
    dict of str to numpy.ndarray
        Labels by axis, as :func:`label_array` takes them.
    """
    return {str(name): array[name].values for name in array.dims}


def describe_array(array: xr.DataArray, name: str) -> xr.DataArray:
    """Give an array the name and attributes of a quantity, leaving the values as they are.

    Parameters
    ----------
    array
        Any labelled array.
    name
        Quantity in the vocabulary.

    Returns
    -------
    xarray.DataArray
        A copy with name, ``units``, ``long_name``, ``definition`` and ``source``.
    """
    quantity = get_quantity(name)
    described = array.copy(deep=False)
    described.name = name
    described.attrs = {
        "units": quantity.unit,
        "long_name": quantity.labels["en"],
        "definition": quantity.definition,
        "source": quantity.source,
    }
    return described


def exact_alignment() -> xr.set_options:
    """Make xarray refuse to align arrays whose labels differ, inside a ``with`` block.

    Returns
    -------
    xarray.set_options
        Context manager.
    """
    return xr.set_options(  # type: ignore[no-untyped-call]
        arithmetic_join="exact", keep_attrs=False
    )
