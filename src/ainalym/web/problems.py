"""Problems as answers: problem details (RFC 9457) for programs, with the codes of this one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError

from ainalym.errors import InputError, Problem, read_error_codes
from ainalym.reports.language import SOURCE_LANGUAGE, Translator

PROBLEM_MEDIA_TYPE = "application/problem+json"

INTERFACE = "/api/v1"
"""Where the REST interface begins."""

STATUS = {
    "OPT-004": 404,
    "OPT-005": 404,
    "OPT-007": 404,
    "VIE-001": 404,
    "VIE-003": 404,
    "WEB-002": 404,
    "WEB-003": 413,
    "WEB-004": 503,
    "WEB-006": 503,
    "WEB-007": 429,
    "WEB-009": 405,
    "WEB-010": 500,
}
"""Status of the answer by code; any other problem is one of the input."""

UNPROCESSABLE = 422

SECONDS_UNTIL_RETRY = "5"


def find_status(problems: Iterable[Problem]) -> int:
    """Find the status of an answer: that of its first problem."""
    return STATUS.get(next(iter(problems)).code, UNPROCESSABLE)


EXPLAINED = (
    *(f"WEB-{number:03d}" for number in (2, 3, 4, 6, 7, 8, 9, 10, 12)),
    *(f"SCN-{number:03d}" for number in (*range(1, 12), 16)),
    "OPT-007",
    "OPT-008",
    "VIE-001",
    "VIE-003",
)
"""Codes that a visitor may meet: what they mean is said in every language."""


def explain_code(code: str, translator: Translator) -> str:
    """Say in a language what a code means and what to do; the details of a problem are in English.

    Parameters
    ----------
    code
        Code of a problem.
    translator
        Language wanted.

    Returns
    -------
    str
        Two sentences; empty in English, whose details say it all, and for codes that no visitor meets.
    """
    if code not in EXPLAINED or translator.language == SOURCE_LANGUAGE:
        return ""
    known = read_error_codes()[code]
    return " ".join(translator.translate_data(text)[0] for text in (known.meaning, known.mend))


def describe_problems(
    error: InputError, status: int, instance: str, translator: Translator | None = None
) -> dict[str, Any]:
    """Describe problems as RFC 9457 asks.

    Parameters
    ----------
    error
        The problems, all at once.
    status
        Status of the answer.
    instance
        Path of the request.
    translator
        Language of the page that asks; None for a program.

    Returns
    -------
    dict
        ``type``, ``title``, ``status``, ``detail``, ``instance``, and all ``problems``; for a page each with
        ``told``, of :func:`explain_code`.
    """
    first = error.problems[0]
    known = read_error_codes().get(first.code)
    return {
        "type": f"{INTERFACE}/problems/{first.code}",
        "title": known.title if known else "Problem",
        "status": status,
        "detail": str(first),
        "instance": instance,
        "problems": [
            {
                "code": problem.code,
                "where": problem.where,
                "got": problem.got,
                "expected": problem.expected,
                "mend": problem.mend,
                **({} if translator is None else {"told": explain_code(problem.code, translator)}),
            }
            for problem in error.problems
        ],
    }


def list_retry_header(status: int) -> dict[str, str]:
    """Say when to try again, where that helps."""
    return {"Retry-After": SECONDS_UNTIL_RETRY} if status in {429, 503} else {}


def translate_validation(error: RequestValidationError) -> InputError:
    """Turn what the framework found wrong with a request into problems with codes."""
    problems = []
    for entry in error.errors():
        place = ".".join(str(part) for part in entry["loc"])
        message = str(entry["msg"])
        problems.append(
            Problem(
                "WEB-008",
                f"request, {place}",
                _shorten(repr(entry.get("input"))),
                message[0].lower() + message[1:],
                "Correct it; see /api/v1/openapi.json.",
            )
        )
    return InputError(problems)


def _shorten(text: str, longest: int = 80) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
