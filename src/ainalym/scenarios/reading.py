"""Reads scenarios from YAML; what is wrong is told with line and column, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from ainalym.errors import InputError, Problem
from ainalym.scenarios.checks import Labels, check_overrides, suggest_name
from ainalym.schemas.scenario import Override, Scenario, Titles

BASELINE = "baseline"
"""Scenario of the present policy."""

SUFFIX = ".yaml"


@dataclass(frozen=True)
class ReadScenario:
    """A scenario with all its bases.

    Attributes
    ----------
    name
        Short name: that of an embedded scenario, or of the file.
    titles, description
        Texts in the three languages.
    layers
        Overrides of the base of the base first, its own last: each layer starts from what those before it
        give.
    """

    name: str
    titles: Titles
    description: Titles
    layers: tuple[tuple[Override, ...], ...]

    @property
    def overrides(self) -> tuple[Override, ...]:
        """All overrides in the order in which they act."""
        return tuple(override for layer in self.layers for override in layer)


@dataclass
class _Document:
    """A YAML document that knows where its parts stand."""

    file: str
    content: Any
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Sequence[str | int]) -> str:
        """Name the place of a part; of the nearest thing around it where it is missing."""
        at, line, column = self.content, 0, 0
        for step in path:
            if isinstance(at, CommentedMap) and step in at:
                line, column = at.lc.value(step)
            elif isinstance(at, CommentedSeq) and isinstance(step, int) and step < len(at):
                line, column = at.lc.item(step)
            else:
                break
            at = at[step]
        where = " > ".join(str(step + 1) if isinstance(step, int) else step for step in path)
        return f"{self.file}, line {line + 1}, column {column + 1}{f', {where}' if where else ''}"


def list_scenarios() -> list[str]:
    """List the scenarios that travel with the program.

    Returns
    -------
    list of str
        Names, the baseline first.
    """
    folder = files(__package__).joinpath("embedded")
    names = [entry.name.removesuffix(SUFFIX) for entry in folder.iterdir() if entry.name.endswith(SUFFIX)]
    return sorted(names, key=lambda name: (name != BASELINE, name))


def read_scenario(name: str, labels: Labels) -> ReadScenario:
    """Read a scenario and its bases, and check it.

    Parameters
    ----------
    name
        Name of an embedded scenario, or a YAML file.
    labels
        Categories, products and materials that levers may act on.

    Returns
    -------
    ReadScenario
        With every layer.

    Raises
    ------
    InputError
        [SCN-001] to [SCN-011], each with line and column of the file.
    """
    scenario, document = _read_one(name, labels)
    layers, seen, base = [scenario.levers], [_identify(name)], scenario.base
    while base:
        found = _find_base(base, name)
        if _identify(found) in seen:
            raise InputError(
                Problem(
                    "SCN-007",
                    document.place(["base"]),
                    " > ".join([*(Path(entry).stem for entry in seen), Path(found).stem]),
                    "a base that does not lead back to the scenario",
                    "Take another base, or leave it out.",
                )
            )
        seen.append(_identify(found))
        parent, _ = _read_one(found, labels)
        layers.insert(0, parent.levers)
        base = parent.base
    return ReadScenario(Path(name).stem, scenario.name, scenario.description, tuple(layers))


def _identify(name: str) -> str:
    path = Path(name)
    return str(path.resolve()) if path.is_file() else name


def _find_base(base: str, name: str) -> str:
    """Look for a base among the embedded scenarios, else beside the file that names it."""
    beside = Path(name).parent / base
    return str(beside) if base.endswith(SUFFIX) and beside.is_file() else base


def _read_one(name: str, labels: Labels) -> tuple[Scenario, _Document]:
    document = _open(name)
    try:
        scenario = Scenario.model_validate(_plain(document.content))
    except ValidationError as error:
        raise InputError(
            [_describe(entry, document) for entry in error.errors()], about=f"scenario '{document.file}'"
        ) from error
    problems = check_overrides(
        scenario.levers, labels, lambda place, key: document.place(["levers", place, key])
    )
    if problems:
        raise InputError(problems, about=f"scenario '{document.file}'")
    return scenario, document


def _open(name: str) -> _Document:
    source = _find(name)
    try:
        content = YAML(typ="rt").load(source.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise InputError(_describe_syntax(error, source.name)) from error
    if not isinstance(content, CommentedMap):
        got = "nothing" if content is None else type(content).__name__
        expected = "the keys name, description, base, levers"
        mend = "See the embedded scenarios for the form: ainalym scenarios --show recovery."
        raise InputError(Problem("SCN-001", f"{source.name}, line 1, column 1", got, expected, mend))
    return _Document(source.name, content)


def _find(name: str) -> Path | Traversable:
    path = Path(name)
    if path.suffix in {SUFFIX, ".yml"} and path.is_file():
        return path
    embedded = files(__package__).joinpath("embedded", f"{name}{SUFFIX}")
    if name in list_scenarios():
        return embedded
    known = list_scenarios()
    raise InputError(
        Problem(
            "SCN-008",
            "scenario",
            repr(name),
            f"one of {', '.join(known)} or a YAML file",
            suggest_name(name, known),
        )
    )


def read_source(name: str) -> str:
    """Read the text of a scenario.

    Parameters
    ----------
    name
        Name of an embedded scenario, or a YAML file.

    Returns
    -------
    str
        YAML.

    Raises
    ------
    InputError
        [SCN-008] if there is none.
    """
    return _find(name).read_text(encoding="utf-8")


def _plain(content: Any) -> Any:
    """Turn the document into plain dictionaries and lists."""
    if isinstance(content, CommentedMap):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, CommentedSeq):
        return [_plain(value) for value in content]
    return content


def _describe_syntax(error: Exception, file: str) -> Problem:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    place = f"{file}, line {mark.line + 1}, column {mark.column + 1}" if mark else file
    reason = (error.problem if isinstance(error, MarkedYAMLError) else "") or type(error).__name__
    return Problem(
        "SCN-001",
        place,
        str(reason),
        "a text file in YAML",
        "Look for a missing colon, a tab, or a line that is indented too far.",
    )


def _describe(entry: Any, document: _Document) -> Problem:
    path = [step for step in entry["loc"] if step not in ("float", "int", "str")]
    missing = entry["type"] == "missing"
    got = "nothing" if missing else repr(entry["input"])
    return Problem(
        "SCN-002",
        document.place(path),
        got if len(got) < 60 else got[:57] + "...",
        entry["msg"][0].lower() + entry["msg"][1:],
        "Add it." if missing else "Correct it; see `ainalym levers` for what a lever takes.",
    )
