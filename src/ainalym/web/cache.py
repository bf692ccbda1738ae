"""Finished pages and files, kept as long as there is room."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

COMPRESSION = 6

SMALLEST_COMPRESSED = 512
"""Bytes from which compression is worth its header."""

COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/yaml")


class Document(NamedTuple):
    """A finished answer.

    Attributes
    ----------
    body
        Its bytes.
    compressed
        The same with gzip; None where that gains nothing.
    media_type
        What it is.
    etag
        Changes whenever the bytes do.
    """

    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str


def make_document(body: bytes, media_type: str) -> Document:
    """Make an answer of bytes: compress it and give it its tag."""
    worth_it = len(body) >= SMALLEST_COMPRESSED and media_type.startswith(COMPRESSIBLE)
    compressed = gzip.compress(body, COMPRESSION, mtime=0) if worth_it else None
    return Document(body, compressed, media_type, hashlib.sha256(body).hexdigest()[:32])


class DocumentCache:
    """Keeps the documents asked for last within a number of bytes.

    Parameters
    ----------
    room
        Bytes that the documents may take together.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._used = 0
        self._documents: OrderedDict[Hashable, Document] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Document]) -> Document:
        """Give a document, made now if it is not kept.

        Parameters
        ----------
        key
            All that the document depends on.
        make
            Makes it; whatever it raises is passed on and nothing is kept.

        Returns
        -------
        Document
            The document.
        """
        with self._lock:
            known = self._documents.get(key)
            if known is not None:
                self._documents.move_to_end(key)
                return known
        made = make()
        with self._lock:
            if key not in self._documents:
                self._documents[key] = made
                self._used += _count_bytes(made)
            while self._used > self._room and len(self._documents) > 1:
                _, oldest = self._documents.popitem(last=False)
                self._used -= _count_bytes(oldest)
        return made


def _count_bytes(document: Document) -> int:
    return len(document.body) + len(document.compressed or b"")
