"""Tables of finished texts, the same for the page, the terminal and a notebook."""

from __future__ import annotations

import math
from typing import NamedTuple

from ainalym.core.quantities import Language
from ainalym.reports.language import SOURCE_LANGUAGE, Translator


class Column(NamedTuple):
    """One column of a table of texts.

    Attributes
    ----------
    key
        Name of what stands in it, the same in every language; a view may draw ``grade`` or ``source`` in
        its own way.
    heading
        Heading for readers.
    numeric
        Whether its cells are numbers, to be set flush right.
    """

    key: str
    heading: str
    numeric: bool = False


class ForeignText(str):
    """A text in another language than its table, so that a page can say which.

    Attributes
    ----------
    language
        Language of the text.
    """

    language: Language = SOURCE_LANGUAGE


class IntervalText(str):
    """A figure with its interval, so that a page can set them apart.

    Attributes
    ----------
    value
        The figure alone.
    interval
        Both ends of the interval, such as ``118–201``.
    """

    value: str
    interval: str

    def __new__(cls, value: str, interval: str) -> IntervalText:
        """Join both to one text, as terminals show it."""
        text = super().__new__(cls, f"{value} ({interval})")
        text.value, text.interval = value, interval
        return text


class TextTable(NamedTuple):
    """A table whose cells are finished texts in one language.

    Attributes
    ----------
    name
        Name of the table, the same in every language.
    caption
        What it shows, with its unit if all cells share one.
    columns
        Its columns; the first one names the row.
    rows
        Cells, as many in every row as there are columns.
    notes
        What to know before the figures are used.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def write_figure(translator: Translator, value: float, low: float, high: float) -> str:
    """Write a figure with its interval.

    Parameters
    ----------
    translator
        Language of the number.
    value, low, high
        The figure and the ends of its interval; ends that are not numbers mean that there is none.

    Returns
    -------
    str
        The figure alone, or an :class:`IntervalText`.
    """
    shown = translator.number(value)
    return shown if math.isnan(low) else IntervalText(shown, translator.interval(low, high))


def translate_text(text: str, translator: Translator) -> str:
    """Translate a text of a data package, and mark it where no translation is known.

    Parameters
    ----------
    text
        Text in English, or empty.
    translator
        Language wanted.

    Returns
    -------
    str
        The translation, or the text itself as :class:`ForeignText`.
    """
    if not text:
        return ""
    translated, language = translator.translate_data(text)
    return translated if language == translator.language else ForeignText(translated)
