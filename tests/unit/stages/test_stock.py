"""The stage of stock and e-waste tells what its conventions do to mass."""

from __future__ import annotations

import pytest
import xarray as xr

from ainalym.kernels.lifetime import CONVENTIONS
from ainalym.stages.stock import compute_convention_error

LIFETIME = xr.DataArray(
    [[0.8, 1.2, 3.0], [3.0, 6.0, 18.0]],
    coords={"parameter": ["shape", "scale"], "product": ["0306", "0101", "0104"]},
    dims=("parameter", "product"),
)


def test_that_the_mass_that_cbs_makes_or_loses_is_that_of_the_worst_product() -> None:
    assert compute_convention_error(LIFETIME, "cbs") == pytest.approx(-0.044, abs=5e-4)
    gaining = LIFETIME.sel(product=["0101", "0104"])
    assert compute_convention_error(gaining, "cbs") == pytest.approx(0.006, abs=5e-4)


@pytest.mark.parametrize("convention", [name for name in CONVENTIONS if name != "cbs"])
def test_that_no_other_convention_makes_or_loses_mass(convention: str) -> None:
    assert compute_convention_error(LIFETIME, convention) == 0.0  # type: ignore[arg-type]
