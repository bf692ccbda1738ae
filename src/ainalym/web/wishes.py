"""The scenario that a visitor asks for: an embedded one, or one of the visitor's own."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Annotated, NamedTuple

from fastapi import Query

from ainalym.after_generation.central import make_labels
from ainalym.core.quantities import Language
from ainalym.errors import InputError, Problem
from ainalym.packages.reference import read_reference
from ainalym.scenarios.reading import ReadScenario, list_scenarios, read_scenario
from ainalym.web.scenario_text import lend_file, read_plain, unpack_text

OWN = "own"
"""Name of a scenario that a visitor wrote."""

LONGEST_CODE = 8000
"""Characters of a scenario in an address."""

LONGEST_NAME = 40

WISHES_KEPT = 64
"""Scenarios that need not be read again: a page asks several times for the same one."""

Packed = Annotated[str, Query(max_length=LONGEST_CODE)]
ScenarioName = Annotated[str, Query(max_length=LONGEST_NAME)]


class Wish(NamedTuple):
    """A scenario that a visitor asks for.

    Attributes
    ----------
    name
        Name of an embedded scenario, or :data:`OWN`.
    text
        YAML of one's own; empty for an embedded one.
    """

    name: str
    text: str = ""

    @property
    def digest(self) -> str:
        """Tells scenarios apart."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest() if self.text else self.name


@lru_cache(maxsize=WISHES_KEPT)
def check_wish(wish: Wish) -> ReadScenario:
    """Check a scenario as the command line does.

    Parameters
    ----------
    wish
        The scenario.

    Returns
    -------
    ReadScenario
        With every layer.

    Raises
    ------
    InputError
        [SCN-...] with line and column, [WEB-012] for a text that is no plain scenario.
    """
    labels = make_labels(read_reference())
    if wish.text:
        read_plain(wish.text)
        with lend_file(wish.text) as path:
            return read_scenario(str(path), labels)
    known = list_scenarios()
    if wish.name not in known:
        raise InputError(
            Problem("SCN-008", "scenario", repr(wish.name), f"one of {', '.join(known)}", "Take one of them.")
        )
    return read_scenario(wish.name, labels)


def read_wish(name: str, code: str) -> Wish:
    """Read the wish of an address: the scenario packed in it if there is one, else an embedded one.

    Parameters
    ----------
    name
        Name of an embedded scenario.
    code
        A packed scenario, or nothing.

    Returns
    -------
    Wish
        Not yet checked.

    Raises
    ------
    InputError
        [WEB-008] if the code is damaged.
    """
    return Wish(OWN, unpack_text(code)) if code else Wish(name)


def list_titles(language: Language) -> dict[str, str]:
    """List the embedded scenarios with their names in a language."""
    return {name: check_wish(Wish(name)).titles.model_dump()[language] for name in list_scenarios()}
