"""How a value of placed on market was obtained, so that a filled value can be told from a reported one."""

from __future__ import annotations

from enum import IntEnum


class Origin(IntEnum):
    """How a value was obtained; the values of the quantity ``placed_on_market_origin``."""

    REPORTED = 1
    """A figure of the country, as it was reported."""
    ESTIMATED = 2
    """Estimated from figures of the country."""
    IMPUTED = 3
    """Filled between or before figures of the country."""
    REFERENCE = 4
    """Read from the reference countries at the income of the country."""
    PROJECTED = 5
    """Projected."""
