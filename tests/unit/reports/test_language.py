from __future__ import annotations

import math

import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import InputError, read_error_codes
from ainalym.reports.language import Translator, check_language, count_decimals


@pytest.mark.parametrize("code", ["en", "RU", " kk "])
def test_that_a_language_is_known_in_any_case(code: str) -> None:
    assert check_language(code) == code.strip().lower()


@pytest.mark.parametrize("code", ["kz", "de", "", "english"])
def test_that_another_language_is_refused_with_a_code_that_is_explained(code: str) -> None:
    with pytest.raises(InputError) as caught:
        Translator(code)
    assert caught.value.problems[0].code == "OPT-005"
    assert "en, ru, kk" in str(caught.value)
    assert "OPT-005" in read_error_codes()


@pytest.mark.parametrize(
    ("language", "value", "digits", "written"),
    [
        ("en", 1234.5, 3, "1,234"),
        ("en", 217.26, 3, "217"),
        ("en", 0.94627, 3, "0.946"),
        ("en", 9.996, 3, "10.0"),
        ("en", -3.25, 2, "−3.2"),
        ("en", 0.0, 3, "0"),
        ("ru", 1234567.0, 3, "1\u202f234\u202f567"),
        ("ru", 12.34, 3, "12,3"),
        ("kk", 3061.3, 3, "3\u202f061"),
        ("kk", 0.5, 1, "0,5"),
    ],
)
def test_that_a_number_is_written_as_the_language_does(
    language: str, value: float, digits: int, written: str
) -> None:
    assert Translator(language).number(value, digits) == written


@pytest.mark.parametrize("missing", [None, math.nan])
def test_that_a_missing_number_is_a_dash_in_every_form(missing: float | None) -> None:
    translator = Translator("ru")
    forms = [
        translator.number(missing),
        translator.number_fixed(missing, 2),
        translator.percent(missing),
        translator.figure(missing),
        translator.with_unit(missing, "kt"),
    ]
    assert forms == ["–"] * 5


def test_that_a_published_figure_keeps_its_digits() -> None:
    assert Translator("en").figure(1222.61) == "1,222.61"
    assert Translator("kk").figure(7.0) == "7"


def test_that_a_share_that_is_small_but_not_nothing_does_not_read_as_nothing() -> None:
    translator = Translator("en")
    assert translator.percent(0.00003, 1) == "under 0.1\xa0%"
    assert translator.percent(0.0, 1) == "0.0\xa0%"
    assert translator.percent(0.1629) == "16\xa0%"


def test_that_russian_has_three_forms_of_a_plural() -> None:
    translator = Translator("ru")
    said = [
        translator.ngettext(
            "Over %(number)s published total the ratio is %(low)s.",
            "Over %(number)s published totals the ratio runs from %(low)s to %(high)s.",
            number,
            low="1",
            high="2",
        )
        for number in (1, 3, 9, 21)
    ]
    assert "1 опубликованному итогу" in said[0]
    assert "3 опубликованным итогам" in said[1]
    assert "9 опубликованным итогам" in said[2]
    assert "21 опубликованному итогу" in said[3]


def test_that_months_of_a_period_are_translated() -> None:
    assert Translator("en").period("Jan-Jul") == "January–July"
    assert Translator("ru").period("Jan-Jul") == "январь–июль"
    assert Translator("kk").period("Dec") == "Желтоқсан"


def test_that_one_year_is_not_written_as_a_period() -> None:
    translator = Translator("en")
    assert translator.years(2024, 2024) == "2024"
    assert translator.years(2025, 2050) == "2025–2050"


def test_that_a_text_of_a_package_without_translation_keeps_its_language() -> None:
    assert Translator("kk").translate_data("Nobody has translated this.") == (
        "Nobody has translated this.",
        "en",
    )
    text, language = Translator("kk").translate_data("Television receivers")
    assert (text, language) == ("Теледидарлар", "kk")


def test_that_a_number_and_its_unit_stay_on_one_line() -> None:
    assert Translator("ru").with_unit(217.3, "kt") == "217\u00a0тыс.\u00a0т"


def test_that_an_unknown_unit_is_shown_as_it_is() -> None:
    assert Translator("ru").unit("furlong") == "furlong"
    assert Translator("ru").unit("kt") == "тыс. т"


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_charts_and_tables_write_numbers_with_the_same_signs(language: str) -> None:
    translator = Translator(language)
    locale = translator.number_locale()
    assert translator.number(1234.5, 6) == f"1{locale['thousands']}234{locale['decimal']}50"


@pytest.mark.parametrize(("value", "digits", "decimals"), [(123.4, 3, 0), (0.00012345, 3, 6), (1.0, 3, 2)])
def test_that_decimals_follow_from_the_digits_that_count(value: float, digits: int, decimals: int) -> None:
    assert count_decimals(value, digits) == decimals
