"""Asks the UN Comtrade API, patiently: pauses, retries, and chunks that are kept once they are there.

The key comes from the environment and goes into a header. It stands in no file, no message and no address.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ainalym.core.extras import require_extra
from ainalym.errors import InputError, Problem
from ainalym.packages.trade.json_file import find_records

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

BASE = "https://comtradeapi.un.org"
KEY_VARIABLE = "COMTRADE_API_KEY"
"""Environment variable with the key."""

BASE_VARIABLE = "COMTRADE_API_BASE"
"""Environment variable with another address of the API."""

KEY_HEADER = "Ocp-Apim-Subscription-Key"
DATA_PATH = "data/v1/get/C/A/HS"
PREVIEW_PATH = "public/v1/preview/C/A/HS"

ROWS_WITH_KEY, ROWS_OF_PREVIEW = 250_000, 500
"""Rows that one answer holds at most."""

LONGEST_WAIT = 120.0
"""Longest pause before a request is repeated, s."""

TOO_MANY, SERVER_ERRORS, REFUSED, WRONG = 429, 500, (401, 403), 400


@dataclass(frozen=True)
class ApiOptions:
    """How to ask.

    Attributes
    ----------
    key
        Key of the API; without one the preview is asked.
    base
        Address of the API.
    pause
        Shortest time between two requests, s. The free subscription allows about one request per second.
    retries
        How often a request is repeated that the server did not answer.
    timeout
        How long to wait for an answer, s.
    sleep
        Waits; replaced in tests.
    """

    key: str | None = field(default=None, repr=False)
    base: str = BASE
    pause: float = 1.2
    retries: int = 6
    timeout: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    @property
    def row_limit(self) -> int:
        """Rows that one answer holds at most."""
        return ROWS_WITH_KEY if self.key else ROWS_OF_PREVIEW


class ComtradeClient:
    """A connection to the API, for use in a ``with`` statement.

    Parameters
    ----------
    options
        How to ask.

    Raises
    ------
    InputError
        [EXT-001] if the extra is not installed.
    """

    def __init__(self, options: ApiOptions) -> None:
        library = require_extra("httpx", "trade")
        headers = {KEY_HEADER: options.key} if options.key else {}
        self.options = options
        self._path = DATA_PATH if options.key else PREVIEW_PATH
        self._last = -float("inf")
        self._client: httpx.Client = library.Client(
            base_url=options.base.rstrip("/") + "/", headers=headers, timeout=options.timeout
        )

    def __enter__(self) -> ComtradeClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def read_records(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Ask for records.

        Parameters
        ----------
        query
            Parameters of the API.

        Returns
        -------
        list of dict
            Records, at most as many as the limit.

        Raises
        ------
        InputError
            [TRD-031] if the key is refused, [TRD-032] if the server does not answer after all retries,
            [TRD-033] if what it answers is not of the known form, [TRD-035] if it refuses the request.
        """
        library = require_extra("httpx", "trade")
        said = "no answer"
        for attempt in range(self.options.retries + 1):
            self._keep_pace()
            wait = min(2.0**attempt, LONGEST_WAIT)
            try:
                response = self._client.get(self._path, params=dict(query))
                response.read()
            except library.TransportError as error:
                said = f"{type(error).__name__} ({error})" if str(error) else type(error).__name__
            else:
                self._check_status(response)
                if response.status_code == TOO_MANY or response.status_code >= SERVER_ERRORS:
                    said = f"status {response.status_code}"
                    wait = min(_read_wait(response, wait), LONGEST_WAIT)
                else:
                    try:
                        return self._find_records(response.json())
                    except json.JSONDecodeError as error:
                        said = f"an answer that breaks off ({error})"
            if attempt < self.options.retries:
                self.options.sleep(wait)
        raise InputError(
            Problem(
                "TRD-032",
                f"server '{self.options.base}'",
                f"{said} in {self.options.retries + 1} attempts",
                "an answer",
                "Run the same command again later; what was fetched is kept and not asked for again.",
            )
        )

    def _find_records(self, document: Any) -> list[dict[str, Any]]:
        try:
            return find_records(self.options.base, document)
        except InputError as error:
            found = error.problems[0]
            where = f"server '{self.options.base}'"
            mend = "Check the address; the API may have changed, then fetch its bulk files and import them."
            raise InputError(Problem("TRD-033", where, found.got, "a list of records", mend)) from error

    def _keep_pace(self) -> None:
        rest = self._last + self.options.pause - time.monotonic()
        if rest > 0:
            self.options.sleep(rest)
        self._last = time.monotonic()

    def _check_status(self, response: httpx.Response) -> None:
        where, status = f"server '{self.options.base}'", response.status_code
        said = " ".join(response.text.split())[:200] or "no words"
        if status in REFUSED:
            got = f"status {status}" + ("" if self.options.key else " without a key")
            mend = (
                f"Check the key and its subscription at comtradedeveloper.un.org; set it in {KEY_VARIABLE}."
            )
            raise InputError(Problem("TRD-031", where, got, "an answer to this key", mend))
        if WRONG <= status < SERVER_ERRORS and status != TOO_MANY:
            mend = "Check country, years and codes; with --base check the address."
            raise InputError(Problem("TRD-035", where, f"status {status}: {said}", "an answer", mend))


def _read_wait(response: httpx.Response, otherwise: float) -> float:
    """Read how long the server asks to wait, in seconds; dates and nonsense count as unsaid."""
    said = response.headers.get("Retry-After", "")
    try:
        return max(float(said), 0.0)
    except ValueError:
        return otherwise
