"""The three languages of the views: words from gettext catalogues, numbers as each language writes them."""

from __future__ import annotations

import gettext
import io
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.dates import get_month_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol

from ainalym.core.quantities import LANGUAGES, Language
from ainalym.errors import InputError, Problem

SOURCE_LANGUAGE: Language = "en"
"""Language in which the texts stand in the code; it needs no catalogue."""

CATALOGUE = "ainalym.po"

DATA_CONTEXT = "data"
"""Context of texts that come from a data package and not from the program."""

NO_VALUE = "–"
"""What stands where a table has no value."""

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"
MINUS_SIGN = "\u2212"

MOST_DECIMALS = 6


def check_language(code: str) -> Language:
    """Refuse a language that the program does not speak.

    Parameters
    ----------
    code
        Code of a language, in any case.

    Returns
    -------
    Language
        ``en``, ``ru`` or ``kk``.

    Raises
    ------
    InputError
        [OPT-005] for any other code.
    """
    for language in LANGUAGES:
        if code.strip().lower() == language:
            return language
    expected = f"one of {', '.join(LANGUAGES)}"
    raise InputError(Problem("OPT-005", "option --language", repr(code), expected, "Use one of them."))


@cache
def read_catalogue(language: Language) -> gettext.NullTranslations:
    """Read the catalogue of a language from its text form.

    Parameters
    ----------
    language
        Language of the program.

    Returns
    -------
    gettext.NullTranslations
        Translations with the plural rule of the catalogue; for English the texts themselves.

    Notes
    -----
    The compiled form is made in memory, so that no binary file has to be kept in step with the text file.
    """
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    place = files(__package__).joinpath("locale", language, "LC_MESSAGES", CATALOGUE)
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(place.read_bytes()), locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def keep_percent(text: str) -> str:
    """Keep percent signs on the line of their number.

    Parameters
    ----------
    text
        Text in any language.

    Returns
    -------
    str
        The text, with a space before a percent sign that does not break.
    """
    return text.replace(" %", f"{NO_BREAK_SPACE}%")


class Translator:
    """Speaks one language: texts, plurals, numbers, months.

    Parameters
    ----------
    language
        Code of the language.

    Raises
    ------
    InputError
        [OPT-005] if the program does not speak it.

    Notes
    -----
    As in Jinja2, every text passes through ``%`` formatting: a percent sign in a text is written ``%%``.
    """

    def __init__(self, language: str) -> None:
        self.language: Language = check_language(language)
        self.locale = Locale.parse(self.language)
        self.catalogue = read_catalogue(self.language)
        self.decimal = get_decimal_symbol(self.locale)
        # CLDR separates thousands by a full no-break space; the narrow one reads better in tables.
        self.group = get_group_symbol(self.locale).replace(NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE)
        self.minus = get_minus_sign_symbol(self.locale).replace("-", MINUS_SIGN)

    def gettext(self, message: str, **values: object) -> str:
        """Translate a text and fill in its values; a percent sign stays with its number."""
        return keep_percent(self.catalogue.gettext(message) % values)

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """Translate a text in the form that a number asks for; ``%(number)s`` is the number itself."""
        filled = {"number": self.number_fixed(number, 0), **values}
        return self.catalogue.ngettext(singular, plural, number) % filled

    def pgettext(self, context: str, message: str, **values: object) -> str:
        """Translate a text whose meaning depends on its context."""
        return self.catalogue.pgettext(context, message) % values

    def translate_data(self, text: str) -> tuple[str, Language]:
        """Translate a text of a data package, as far as the catalogue knows it.

        Parameters
        ----------
        text
            Text in English, as it stands in the package.

        Returns
        -------
        tuple of str and Language
            The text and the language it is in: English where there is no translation.
        """
        translated = self.catalogue.pgettext(DATA_CONTEXT, text)
        known = translated != text or self.language == SOURCE_LANGUAGE
        return keep_percent(translated), self.language if known else SOURCE_LANGUAGE

    def number(self, value: float | None, digits: int = 3) -> str:
        """Write a number as the language does.

        Parameters
        ----------
        value
            The number; None and NaN are written as a dash.
        digits
            How many digits count. Digits before the decimal sign are never dropped.

        Returns
        -------
        str
            Such as ``1,234`` in English or ``0,947`` in Russian and Kazakh.
        """
        if value is None or math.isnan(value):
            return NO_VALUE
        return self._localise(f"{value:,.{count_decimals(value, digits)}f}")

    def number_fixed(self, value: float | None, decimals: int) -> str:
        """Write a number with so many decimals; None and NaN are written as a dash."""
        if value is None or math.isnan(value):
            return NO_VALUE
        return self._localise(f"{value:,.{decimals}f}")

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """Write a share of one as a percentage."""
        if share is None or math.isnan(share):
            return NO_VALUE
        smallest = 10.0**-decimals
        if 0 < share * 100 < smallest / 2:
            return self.gettext("under %(number)s %%", number=self.number_fixed(smallest, decimals))
        return self.gettext("%(number)s %%", number=self.number_fixed(share * 100, decimals))

    def figure(self, value: float | None) -> str:
        """Write a figure with the digits it was published with, up to ten; None and NaN as a dash."""
        if value is None or math.isnan(value):
            return NO_VALUE
        return self._localise(f"{value:,.10g}")

    def with_unit(self, value: float | None, unit: str, digits: int = 3) -> str:
        """Write a number and its unit, which stay on one line."""
        if value is None or math.isnan(value):
            return NO_VALUE
        return f"{self.number(value, digits)} {self.unit(unit)}".replace(" ", NO_BREAK_SPACE)

    def interval(self, low: float, high: float) -> str:
        """Write the ends of an interval, such as ``118–201``; a space stands in where one is negative."""
        dash = "–" if low >= 0 else f"{NO_BREAK_SPACE}–{NO_BREAK_SPACE}"
        return f"{self.number(low)}{dash}{self.number(high)}"

    def country(self, code: str, otherwise: str) -> str:
        """Name a country in the language.

        Parameters
        ----------
        code
            ISO 3166-1 code of three letters.
        otherwise
            Name where none is known.

        Returns
        -------
        str
            Such as ``Kazakhstan``.
        """
        short = get_global("territory_aliases").get(code, [code])
        return str(self.locale.territories.get(short[0], otherwise))

    def unit(self, unit: str) -> str:
        """Translate a unit as it is written in files and tables.

        Parameters
        ----------
        unit
            Such as ``kt`` or ``kg/person``.

        Returns
        -------
        str
            Its name in the language; the unit itself where the catalogue does not know it.
        """
        known = {
            "t": self.pgettext("unit", "t"),
            "kt": self.pgettext("unit", "kt"),
            "t/yr": self.pgettext("unit", "t per year"),
            "kt/yr": self.pgettext("unit", "kt per year"),
            "kg/person": self.pgettext("unit", "kg/inhabitant"),
            "kg/piece": self.pgettext("unit", "kg per piece"),
            "kg/km2": self.pgettext("unit", "kg/km²"),
            "g/t": self.pgettext("unit", "g/t"),
            "kg": self.pgettext("unit", "kg"),
            "kg/yr": self.pgettext("unit", "kg per year"),
            "million USD": self.pgettext("unit", "million USD"),
            "million USD/yr": self.pgettext("unit", "million USD per year"),
            "kt CO2e": self.pgettext("unit", "kt CO₂e"),
            "kt CO2e/yr": self.pgettext("unit", "kt CO₂e per year"),
            "MW": self.pgettext("unit", "MW"),
            "piece": self.pgettext("unit", "pieces"),
            "household": self.pgettext("unit", "households"),
            "units per 100 households": self.pgettext("unit", "pieces per 100 households"),
            "units per 1000 persons": self.pgettext("unit", "pieces per 1,000 persons"),
            "% of households owning": self.pgettext("unit", "%% of households owning"),
            "%": self.pgettext("unit", "%%"),
        }
        return known.get(unit, unit)

    def join(self, texts: Sequence[str]) -> str:
        """Join texts to a list as the language does, such as ``a, b and c``."""
        return str(format_list(texts, locale=self.locale))

    def years(self, first: int, last: int) -> str:
        """Write one year, or a period from its first to its last year."""
        return str(first) if first == last else f"{first}–{last}"

    def period(self, period: str) -> str:
        """Write a period of months such as ``Jan-Jul`` in the language."""
        short = {name: month for month, name in get_month_names("abbreviated", locale="en").items()}
        names = get_month_names("wide", context="stand-alone", locale=self.locale)
        months = [names[short[part]] if part in short else part for part in period.split("-")]
        return "–".join(months)

    def number_locale(self) -> dict[str, Any]:
        """Return the number format for charts, as d3-format wants it."""
        return {
            "decimal": self.decimal,
            "thousands": self.group,
            "grouping": [3],
            "currency": ["", ""],
            "minus": self.minus,
            "percent": f"{NO_BREAK_SPACE}%",
        }

    def _localise(self, text: str) -> str:
        return text.translate(str.maketrans(",.-", self.group + self.decimal + self.minus))


def count_decimals(value: float, digits: int) -> int:
    """Count the decimals that a number needs to show so many digits.

    Parameters
    ----------
    value
        The number.
    digits
        How many digits count.

    Returns
    -------
    int
        0 to 6; taken after rounding, so that 9.996 to three digits is 10.0.
    """
    # What would be written as nothing but zeros is written as one.
    if abs(value) < 0.5 * 10.0**-MOST_DECIMALS or not math.isfinite(value):
        return 0
    exponent = int(f"{value:.{digits - 1}e}".split("e")[1])
    return min(max(digits - 1 - exponent, 0), MOST_DECIMALS)
