"""Finished pages and files, kept as long as there is room."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

COMPRESSION = 6

SMALLEST_COMPRESSED = 512
"""Bytes from which compression is worth its header."""

COMPRESSIBLE = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/yaml")


class Document(NamedTuple):
    """A finished answer, kept as it travels: pages are compressed to a sixth, and nearly all ask for that.

    Attributes
    ----------
    content
        Its bytes, with gzip where that gains something.
    compressed
        Whether they are.
    media_type
        What it is.
    etag
        Changes whenever the bytes do.
    """

    content: bytes
    compressed: bool
    media_type: str
    etag: str

    @property
    def body(self) -> bytes:
        """The bytes without compression."""
        return gzip.decompress(self.content) if self.compressed else self.content


def make_document(body: bytes, media_type: str) -> Document:
    """Make an answer of bytes: compress it and give it its tag."""
    worth_it = len(body) >= SMALLEST_COMPRESSED and media_type.startswith(COMPRESSIBLE)
    content = gzip.compress(body, COMPRESSION, mtime=0) if worth_it else body
    return Document(content, worth_it, media_type, hashlib.sha256(body).hexdigest()[:32])


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

    def find(self, key: Hashable) -> Document | None:
        """Give a document that is kept.

        Parameters
        ----------
        key
            All that the document depends on.

        Returns
        -------
        Document or None
            None if it is not kept, or not any more.
        """
        with self._lock:
            known = self._documents.get(key)
            if known is not None:
                self._documents.move_to_end(key)
            return known

    def keep(self, key: Hashable, document: Document) -> None:
        """Keep a document, and let go of those that were asked for longest ago.

        Parameters
        ----------
        key
            All that the document depends on.
        document
            The document.
        """
        with self._lock:
            if key not in self._documents:
                self._documents[key] = document
                self._used += len(document.content)
            while self._used > self._room and len(self._documents) > 1:
                _, oldest = self._documents.popitem(last=False)
                self._used -= len(oldest.content)
