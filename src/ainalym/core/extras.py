"""Optional libraries: where one is missing, the error names the extra that brings it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from ainalym.errors import InputError, Problem


def require_extra(module: str, extra: str) -> ModuleType:
    """Import a library that only some work needs.

    Parameters
    ----------
    module
        Name of the module, such as ``duckdb``.
    extra
        Extra of the package that installs it, such as ``trade``.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    InputError
        [EXT-001] if it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(
            Problem(
                "EXT-001",
                f"library '{module}'",
                "none installed",
                f"the extra '{extra}'",
                f"Run: python -m pip install 'ainalym[{extra}]'.",
            )
        ) from error
