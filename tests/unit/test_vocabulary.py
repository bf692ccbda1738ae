from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ainalym.core.arrays import exact_alignment, label_array
from ainalym.core.dimensions import AXIS_ORDER, order_dimensions
from ainalym.core.quantities import LANGUAGES, get_quantity, read_quantities
from ainalym.results.result import Result


def test_that_every_quantity_is_defined_in_full() -> None:
    for quantity in read_quantities().values():
        assert quantity.unit, quantity.name
        assert len(quantity.definition) > 20, quantity.name
        assert quantity.source, quantity.name
        assert all(quantity.labels[language] for language in LANGUAGES), quantity.name


def test_that_dimensions_stand_in_the_order_of_the_program() -> None:
    assert order_dimensions(["material", "year", "draw", "product"]) == (
        "draw",
        "year",
        "product",
        "material",
    )
    for quantity in read_quantities().values():
        assert list(quantity.dimensions) == sorted(quantity.dimensions, key=AXIS_ORDER.index)


def test_that_an_array_must_have_the_axes_of_its_quantity() -> None:
    values = np.zeros((2, 1))
    with pytest.raises(AssertionError, match="stock"):
        label_array("stock", values, {"product": ["0101", "0102"], "year": [2000]})
    assert label_array("stock", values.T, {"year": [2000], "product": ["0101", "0102"]}).attrs["units"] == "t"


def test_that_a_leading_draw_axis_is_welcome_everywhere() -> None:
    array = label_array(
        "stock", np.zeros((3, 1, 1)), {"draw": [0, 1, 2], "year": [2000], "product": ["0101"]}
    )
    assert array.dims == ("draw", "year", "product")


def test_that_labels_that_differ_are_never_dropped_in_silence() -> None:
    left = xr.DataArray([1.0, 2.0], coords={"year": [2000, 2001]}, dims="year")
    right = xr.DataArray([1.0, 2.0], coords={"year": [2001, 2002]}, dims="year")
    with exact_alignment(), pytest.raises(ValueError, match="exact"):
        _ = left + right


def test_that_every_array_of_a_result_carries_unit_and_definition(kazakhstan: Result) -> None:
    for name, array in kazakhstan.data.data_vars.items():
        quantity = get_quantity(str(name))
        assert array.attrs["units"] == quantity.unit
        assert array.attrs["definition"] == quantity.definition
        assert array.dims == quantity.dimensions
