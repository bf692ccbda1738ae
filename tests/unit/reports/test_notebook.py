from __future__ import annotations

from dataclasses import replace

import altair
import pytest

from ainalym.core.quantities import LANGUAGES
from ainalym.errors import InputError, read_error_codes
from ainalym.reports.notebook import plot, render_html_summary
from ainalym.results.result import Result


def test_that_a_chart_can_be_changed_in_a_notebook(kazakhstan: Result) -> None:
    chart = plot(kazakhstan, "ewaste_generated", "kk")
    assert isinstance(chart, altair.LayerChart)
    assert chart.properties(width=300).to_dict()["width"] == 300


def test_that_a_chart_of_a_notebook_writes_numbers_as_its_language_does(kazakhstan: Result) -> None:
    embedding = plot(kazakhstan, "stock", "ru").to_dict()["usermeta"]["embedOptions"]
    assert embedding["formatLocale"]["decimal"] == ","


def test_that_an_unknown_chart_or_language_is_refused(kazakhstan: Result) -> None:
    with pytest.raises(InputError, match=r"\[VIE-001\]"):
        plot(kazakhstan, "pie")
    with pytest.raises(InputError, match=r"\[OPT-005\]"):
        plot(kazakhstan, "stock", "xx")


def test_that_a_chart_without_figures_is_refused_with_a_reason(sparse: Result) -> None:
    with pytest.raises(InputError, match=r"\[VIE-003\] chart: got 'regions'"):
        plot(sparse, "regions")
    assert "VIE-003" in read_error_codes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_summary_is_html_without_scripts(kazakhstan: Result, language: str) -> None:
    summary = render_html_summary(kazakhstan, language)
    assert f'lang="{language}"' in summary
    assert "<script" not in summary
    assert summary.count("<tr>") == 7
    assert kazakhstan.country[language] in summary


def test_that_the_summary_escapes_names(kazakhstan: Result) -> None:
    hostile = replace(kazakhstan, country={**kazakhstan.country, "en": "<b>x</b>"})
    assert "<b>" not in render_html_summary(hostile)
