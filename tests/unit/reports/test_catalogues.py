from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from ruamel.yaml import YAML

from ainalym.errors import read_error_codes
from ainalym.packages.country import read_country
from ainalym.packages.reference import read_reference
from ainalym.reports.language import DATA_CONTEXT
from ainalym.results.result import Result
from ainalym.scenarios.reading import list_scenarios, read_source
from ainalym.web.problems import EXPLAINED

REPORTS = Path(str(files("ainalym.reports")))
PAGES = Path(str(files("ainalym.web")))
TRANSLATED = ("ru", "kk")

Key = tuple[str | None, str | tuple[str, ...]]


def read_catalogue_file(language: str) -> Catalog:
    with (REPORTS / "locale" / language / "LC_MESSAGES" / "ainalym.po").open("rb") as stream:
        return read_po(stream, locale=language)


def list_entries(language: str) -> Iterator[Message]:
    return (message for message in read_catalogue_file(language) if message.id)


def key_of(message: Message) -> Key:
    identity = message.id if isinstance(message.id, str) else tuple(message.id)
    return message.context, identity


@pytest.fixture(scope="module")
def texts_in_code() -> set[Key]:
    with (REPORTS / "locale" / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    return {
        (context, text)
        for folder in (REPORTS, PAGES)
        for _, _, text, _, context in extract_from_dir(folder, method_map=methods, options_map=options)
    }


def texts_of_data(result: Result) -> set[str]:
    codes = read_error_codes()
    columns = [
        result.tables["sales"]["product_group_en"],
        result.tables["sales"]["reason"],
        result.tables["photovoltaic_capacity"]["note"],
        result.tables["published"]["note"],
        result.tables["package_tables"]["title"],
        result.tables["facilities"]["note"],
        *(pd.Series([codes[code].meaning, codes[code].mend]) for code in EXPLAINED),
    ]
    evidence = read_country("KAZ", read_reference()).package.frame("evidence")
    columns += [evidence[name] for name in ("item", "reason", "note")]
    scenarios = [YAML(typ="safe").load(read_source(name)) for name in list_scenarios()]
    levers = {lever["source"] for scenario in scenarios for lever in scenario["levers"]}
    return {str(text) for text in pd.concat(columns).dropna() if text} | levers


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_every_text_of_the_views_is_in_the_catalogue_and_nothing_else(
    language: str, texts_in_code: set[Key]
) -> None:
    entries = {key_of(message) for message in list_entries(language) if message.context != DATA_CONTEXT}
    assert texts_in_code - entries == set(), "texts without an entry"
    assert entries - texts_in_code == set(), "stale entries"


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_every_text_of_the_data_that_is_shown_is_in_the_catalogue_and_nothing_else(
    language: str, kazakhstan: Result
) -> None:
    entries = {str(message.id) for message in list_entries(language) if message.context == DATA_CONTEXT}
    shown = texts_of_data(kazakhstan)
    assert shown - entries == set(), "texts without an entry"
    assert entries - shown == set(), "stale entries"


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_every_form_of_every_entry_is_translated(language: str) -> None:
    catalogue = read_catalogue_file(language)
    for message in catalogue:
        if not message.id:
            continue
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        if message.pluralizable:
            assert len(forms) == catalogue.num_plurals, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_translations_use_the_letters_of_their_language(language: str) -> None:
    for message in list_entries(language):
        forms = [message.string] if isinstance(message.string, str) else message.string
        for form in forms:
            words = re.sub(r"%\(\w+\)s|%%", "", form)
            has_letters = re.search(r"[^\W\d_]", words)
            assert not has_letters or re.search(r"[а-яё]", words, re.IGNORECASE), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_no_value_is_lost_in_translation(language: str) -> None:
    def values_of(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    for message in list_entries(language):
        if message.context == DATA_CONTEXT:
            continue
        originals = [message.id] if isinstance(message.id, str) else message.id
        forms = [message.string] if isinstance(message.string, str) else message.string
        wanted = set().union(*(values_of(text) for text in originals))
        for form in forms:
            assert values_of(form) == wanted, message.id


def test_that_kazakh_is_not_russian() -> None:
    russian = {key_of(message): message.string for message in list_entries("ru")}
    same = [key for message in list_entries("kk") if russian[key := key_of(message)] == message.string]
    assert len(same) < len(russian) / 20, same


def test_that_the_catalogues_name_no_person_and_no_address() -> None:
    for language in TRANSLATED:
        text = (REPORTS / "locale" / language / "LC_MESSAGES" / "ainalym.po").read_text(encoding="utf-8")
        assert "@" not in text.split("\n\n")[0]
