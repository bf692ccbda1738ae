"""Flags say where a value comes from."""

from __future__ import annotations

import pytest

from ainalym.kernels.common_method import Provenance, classify_flags


@pytest.mark.parametrize(
    ("flag", "provenance"),
    [
        (0, Provenance.REPORTED),
        (6, Provenance.REPORTED),
        (42, Provenance.REPORTED),
        (1, Provenance.EMPTY),
        (5, Provenance.EMPTY),
        (11, Provenance.INTERPOLATED),
        (16, Provenance.INTERPOLATED),
        (23, Provenance.FROM_STRATA),
        (52, Provenance.SPECIAL),
        (53, Provenance.SPECIAL),
        (54, Provenance.SPECIAL),
        (60, Provenance.CORRECTED),
        (100, Provenance.SMOOTHED),
        (125, Provenance.SMOOTHED),
        (200, Provenance.BACKCAST),
        (215, Provenance.FORECAST),
        (314, Provenance.FORECAST),
        (513, Provenance.FORECAST),
    ],
)
def test_that_a_flag_tells_its_provenance(flag: int, provenance: Provenance) -> None:
    assert classify_flags(flag) == provenance
