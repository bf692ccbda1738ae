"""What the golden tests of the cohort engine share: results are judged by what is known, and errors noted."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pytest


class ErrorTable(Protocol):
    """What wants to know how near the results came; ``benchmarks/golden.py`` prints it."""

    def note_golden(self, name: str, case: str, error: float, allowed: float) -> None:
        """Note the error of a case of a golden set, and the largest one that passes."""


class Verdict:
    """Whether a result is what a golden set has; false ones say where they differ."""

    def __init__(self, difference: str) -> None:
        self.difference = difference

    def __bool__(self) -> bool:
        return not self.difference

    def __repr__(self) -> str:
        return self.difference or "as known"


class Judge:
    """Judges whether results are what a golden set has, and notes how far off they are."""

    def __init__(self, table: ErrorTable | None) -> None:
        self.table = table

    def __call__(
        self,
        name: str,
        case: str,
        found: npt.ArrayLike,
        expected: npt.ArrayLike,
        *,
        rtol: float = 0.0,
        atol: float = 0.0,
    ) -> Verdict:
        """Judge a result of a case; its error is told as a part of the largest value expected."""
        try:
            np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=f"{name}, {case}")
        except AssertionError as error:
            return Verdict(str(error))
        if self.table is not None:
            largest = float(np.abs(expected).max()) or 1.0
            off = float(np.abs(np.subtract(found, expected)).max())
            self.table.note_golden(name, case, off / largest, rtol + atol / largest)
        return Verdict("")


@pytest.fixture(scope="session")
def is_met(request: pytest.FixtureRequest) -> Judge:
    """Give what judges results; a plugin that has a table of errors is told of them."""
    plugins: list[Any] = list(request.config.pluginmanager.get_plugins())
    return Judge(next((plugin for plugin in plugins if hasattr(plugin, "note_golden")), None))
