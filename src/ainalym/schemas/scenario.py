"""What a user may write in a scenario: a name, a base, and levers with their years and targets."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ainalym.schemas.data_package import Frozen

PER_CENT = re.compile(r"^\s*([+-]?\d+(?:[.,]\d+)?)\s*%\s*$")


def parse_amount(value: Any) -> Any:
    """Read '65 %' as 0.65; leave anything else to the schema.

    Parameters
    ----------
    value
        What the file holds.

    Returns
    -------
    Any
        A number for a text in per cent, else the value itself.
    """
    found = PER_CENT.match(value) if isinstance(value, str) else None
    return float(found.group(1).replace(",", ".")) / 100.0 if found else value


def parse_names(value: Any) -> Any:
    """Read one name, or category 1 written as a number, as a list of texts.

    Parameters
    ----------
    value
        What the file holds.

    Returns
    -------
    Any
        Texts where they can be made.
    """
    names = value if isinstance(value, list | tuple) else [value]
    return tuple(str(name) if isinstance(name, int | float | str) else name for name in names)


Amount = Annotated[float, BeforeValidator(parse_amount), Field(allow_inf_nan=False)]
Names = Annotated[tuple[str, ...], BeforeValidator(parse_names)]


class Titles(Frozen):
    """A text in the three languages."""

    en: str
    """English."""
    ru: str
    """Russian."""
    kk: str
    """Kazakh."""


class Override(Frozen):
    """One lever, pulled from a year on."""

    lever: str
    """Name of the lever, see `ainalym levers`."""
    applies_to: Names = ()
    """Categories, products or materials it acts on; all without."""
    start: int = Field(ge=1980, le=2100)
    """Last year in which nothing has changed."""
    end: int = Field(ge=1980, le=2100)
    """First year in which the target is reached; it holds from then on."""
    ramp: Literal["linear", "s_curve", "step"] = "linear"
    """How the target is approached."""
    target: Amount
    """Value reached at the end, in the unit of the lever; shares may be written as '65 %'."""
    range: tuple[Amount, Amount] | None = None
    """Low and high end of the target in the draws; without it the target is sure."""
    source: str = ""
    """Where the target comes from."""
    choice: bool = False
    """Whether the target is a choice of the author, not a figure of a source."""


class Scenario(Frozen):
    """A named set of levers on top of a base."""

    name: Titles
    """What it is called."""
    description: Titles
    """What it supposes."""
    base: str = ""
    """Scenario whose levers are pulled before these; the present policy without."""
    levers: tuple[Override, ...] = ()
    """The levers."""
