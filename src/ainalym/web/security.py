"""What every answer carries and what no request may be: headers, size of bodies and queries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ainalym.errors import InputError, Problem
from ainalym.web.settings import KIBIBYTE, WebSettings

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""No script and no style stands inside a page, so none needs a nonce and a finished page can be kept."""

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

Answer = Callable[[Request, InputError], Awaitable[Response]]
"""Turns problems into an answer."""


class Door:
    """Lets in what is small enough and sends every answer out with its headers.

    Parameters
    ----------
    application
        The application behind the door.
    settings
        Limits of the server.
    answer
        Turns a refusal into an answer.
    """

    def __init__(self, application: ASGIApp, settings: WebSettings, answer: Answer) -> None:
        self._application = application
        self._settings = settings
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        problem = self._check_query(scope)
        body: bytes | None = b""
        if problem is None:
            body, problem = await self._read_body(scope, receive)
        guarded = _add_headers(send)
        if problem is not None or body is None:
            refusal = InputError(problem or _describe_body(self._settings))
            response = await self._answer(Request(scope), refusal)
            await response(scope, receive, guarded)
            return
        await self._application(scope, _replay(body, receive), guarded)

    def _check_query(self, scope: Scope) -> Problem | None:
        length = len(scope.get("query_string", b""))
        if length <= self._settings.longest_query:
            return None
        return Problem(
            "WEB-003",
            "query of the address",
            f"{length} characters",
            f"at most {self._settings.longest_query}",
            "Shorten it; a large scenario can be saved as a file instead.",
        )

    async def _read_body(self, scope: Scope, receive: Receive) -> tuple[bytes | None, Problem | None]:
        """Read the body as far as the limit; nothing of a larger one is kept."""
        refusal = _describe_body(self._settings)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._settings.largest_body:
            return None, refusal
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"", None
            size += len(message.get("body", b""))
            if size > self._settings.largest_body:
                return None, refusal
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts), None


def _describe_body(settings: WebSettings) -> Problem:
    return Problem(
        "WEB-003",
        "body of the request",
        "more than the server takes",
        f"at most {settings.largest_body // KIBIBYTE} kB",
        "Send less: a scenario takes a few kilobytes.",
    )


def _replay(body: bytes, receive: Receive) -> Receive:
    done = False

    async def replay() -> Message:
        nonlocal done
        if done:
            return await receive()
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _add_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(
                    (name.encode("ascii"), value.encode("ascii"))
                    for name, value in HEADERS.items()
                    if name.encode("ascii") not in present
                ),
            ]
        await send(message)

    return send_with_headers
