"""The house keeps its own rules: sizes, names, documents that speak of what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ainalym

SOURCE = Path(ainalym.__file__).parent
ROOT = SOURCE.parents[1]
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST_MODULE = 500
LONGEST_FUNCTION = 50


def name_module(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def read_document(name: str) -> str:
    path = ROOT / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside an installed package")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_that_a_module_stays_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=name_module)
def test_that_a_module_is_named_for_what_it_holds(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "common", "misc"}


def test_that_the_library_prints_nothing() -> None:
    outside_views = [path for path in MODULES if path.parent.name != "cli"]
    printing = [
        name_module(path)
        for path in outside_views
        if re.search(r"(?<![\w.])print\(", path.read_text("utf-8"))
    ]
    assert printing == []


def test_that_public_names_are_pinned() -> None:
    assert sorted(ainalym.__all__) == ["InputError", "Problem", "compare", "outlook"]
    assert all(getattr(ainalym, name).__doc__ for name in ainalym.__all__)


def test_that_importing_the_package_is_light() -> None:
    code = "import sys, ainalym; print({'numpy', 'pandas', 'xarray'} & set(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "set()"


def test_that_the_documents_name_targets_and_commands_that_exist() -> None:
    from ainalym.cli.application import app

    makefile = read_document("Makefile")
    text = read_document("README.md") + read_document("CONTRIBUTING.md")
    commands = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    commands |= {group.name for group in app.registered_groups if group.name}
    for target in set(re.findall(r"make ([a-z]+)\b(?=\s{2,}|`)", text)):
        assert f"\n{target}:" in makefile, target
    for command in set(re.findall(r"`?ainalym ([a-z]+)\b", text)):
        assert command in commands, command


def test_that_the_readme_shows_methods_that_exist() -> None:
    from ainalym.api import Outlook

    for method in set(re.findall(r"outlook\.(\w+)\(", read_document("README.md"))) - {"outlook"}:
        assert hasattr(Outlook, method), method


def test_that_paths_in_the_readme_exist() -> None:
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", read_document("README.md")):
        assert (ROOT / path).exists(), path
