"""Charts and summary for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ainalym.errors import InputError, Problem
from ainalym.reports.charts import CHARTS, draw_chart
from ainalym.reports.headline import compose_headline_table, describe_gap, describe_headline
from ainalym.reports.language import Translator
from ainalym.reports.page import make_environment
from ainalym.results.result import Result

if TYPE_CHECKING:
    import altair

SUMMARY_TEMPLATE = "summary.html.jinja"


def plot(result: Result, chart_name: str, language: str = "en") -> altair.TopLevelMixin:
    """Draw a chart as an Altair chart, to be shown, changed or saved in a notebook.

    Parameters
    ----------
    result
        Result of a run.
    chart_name
        One of :data:`ainalym.reports.charts.CHARTS`, such as ``ewaste_generated``.
    language
        ``en``, ``ru`` or ``kk``.

    Returns
    -------
    altair.TopLevelMixin
        An Altair chart.

    Raises
    ------
    InputError
        [VIE-001] for an unknown chart, [VIE-003] where the country has no figures for it, [OPT-005] for an
        unknown language.
    """
    # Altair takes half a second to import, and only notebooks need it.
    import altair

    spec = draw_chart(result, chart_name, Translator(language))
    if spec is None:
        others = ", ".join(name for name in CHARTS if name != chart_name)
        raise InputError(
            Problem(
                "VIE-003",
                "chart",
                repr(chart_name),
                f"a chart for which {result.country['en']} has figures",
                f"Draw one of {others}.",
            )
        )
    return altair.Chart.from_dict(spec)


def render_html_summary(result: Result, language: str = "en") -> str:
    """Render the headline as a small piece of HTML, as notebooks show an object.

    Parameters
    ----------
    result
        Result of a run.
    language
        ``en``, ``ru`` or ``kk``.

    Returns
    -------
    str
        HTML without scripts, in the colours of the notebook.

    Raises
    ------
    InputError
        [OPT-005] for an unknown language.
    """
    translator = Translator(language)
    template = make_environment(translator).get_template(SUMMARY_TEMPLATE)
    return template.render(
        language=translator.language,
        country=result.country[translator.language],
        last_year=int(result.data["year"].max()),
        lede=describe_headline(result, translator),
        on_gap=describe_gap(result, translator),
        table=compose_headline_table(result, translator),
    )
