from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

import ainalym
from ainalym.errors import PROBLEMS_PRINTED, InputError, Problem, read_error_codes

SOURCE = Path(ainalym.__file__).parent
CODE = re.compile(r'"([A-Z]{3}-\d{3})"')


def a_problem(number: int = 1) -> Problem:
    return Problem(
        "PKG-009", f"table 'sales.csv', row {number}", "-4.2 t", "0 t or more", "Correct the cell."
    )


def codes_in_the_source() -> set[str]:
    return {code for path in SOURCE.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_that_a_problem_says_code_place_finding_expectation_and_mend() -> None:
    expected = "[PKG-009] table 'sales.csv', row 1: got -4.2 t, expected 0 t or more. Correct the cell."
    assert str(a_problem()) == expected


def test_that_one_problem_is_printed_alone_and_many_with_a_count() -> None:
    assert str(InputError(a_problem())) == str(a_problem())
    message = str(InputError([a_problem(1), a_problem(2)], about="country package 'kaz'"))
    assert message.splitlines()[0] == "2 problems in country package 'kaz':"
    assert message.splitlines()[2] == f"  {a_problem(2)}"


def test_that_a_long_list_is_cut_in_print_but_kept_in_full() -> None:
    error = InputError([a_problem(number) for number in range(PROBLEMS_PRINTED + 5)])
    assert str(error).splitlines()[-1] == "  ... and 5 more"
    assert len(error.problems) == PROBLEMS_PRINTED + 5


def test_that_an_input_error_is_a_value_error_and_survives_pickling() -> None:
    error = InputError([a_problem()], about="a file")
    with pytest.raises(ValueError, match="PKG-009"):
        raise error
    copy = pickle.loads(pickle.dumps(error))
    assert copy.problems == error.problems
    assert str(copy) == str(error)


def test_that_an_input_error_without_a_problem_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError):
        InputError([])


def test_that_every_code_in_the_source_is_explained() -> None:
    assert codes_in_the_source() - set(read_error_codes()) == set()


def test_that_every_explained_code_is_in_the_source() -> None:
    assert set(read_error_codes()) - codes_in_the_source() == set()


def test_that_every_explanation_is_complete() -> None:
    for entry in read_error_codes().values():
        assert CODE.fullmatch(f'"{entry.code}"')
        assert all(len(text) > 5 for text in (entry.title, entry.meaning, entry.mend)), entry.code
