"""The page of a back-test: what projections would have said, and what happened, in one file."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from ainalym.backtest.run import Backtest
from ainalym.core.quantities import get_quantity
from ainalym.reports.backtest_tables import (
    compose_drift_table,
    compose_score_tables,
    describe_backtest,
    say_result,
)
from ainalym.reports.chart_parts import Spec
from ainalym.reports.draw_backtest import draw_country_paths, draw_paths, draw_reliability
from ainalym.reports.draw_backtest_scores import SCORE_CHARTS, Scored, list_scored
from ainalym.reports.images import bundle_vega, write_image
from ainalym.reports.language import Translator
from ainalym.reports.page import fill_page, make_figure
from ainalym.reports.text_table import TextTable

TEMPLATE = "backtest.html.jinja"
PAGE_FILE = "backtest.html"
CHARTS_FOLDER = "charts"


class Section(NamedTuple):
    """What the page says of one quantity from one origin.

    Attributes
    ----------
    name, title
        Anchor and heading.
    charts
        Names of its charts.
    tables
        The same in figures.
    """

    name: str
    title: str
    charts: tuple[str, ...]
    tables: tuple[TextTable, ...]


def write_backtest_views(backtest: Backtest, folder: Path, language: str) -> None:
    """Write the page of a back-test, and every chart as SVG.

    Parameters
    ----------
    backtest
        Result of a back-test.
    folder
        An existing folder.
    language
        ``en``, ``ru`` or ``kk``.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    translator = Translator(language)
    (folder / PAGE_FILE).write_text(render_backtest(backtest, language), encoding="utf-8")
    charts = folder / CHARTS_FOLDER
    charts.mkdir()
    drawn = [*draw_score_charts(backtest, translator), draw_paths(backtest, translator)]
    for spec in (*drawn, draw_reliability(backtest, translator)):
        write_image(spec, charts / f"{spec['name']}.svg")


def draw_score_charts(backtest: Backtest, translator: Translator) -> list[Spec]:
    """Draw bias, CRPS and coverage of every quantity and origin."""
    return [
        draw(backtest, translator, scored)
        for scored in list_scored(backtest)
        for draw in SCORE_CHARTS.values()
    ]


def render_backtest(backtest: Backtest, language: str) -> str:
    """Render the page of a back-test.

    Parameters
    ----------
    backtest
        Result of a back-test.
    language
        ``en``, ``ru`` or ``kk``.

    Returns
    -------
    str
        HTML that needs nothing from outside.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    translator = Translator(language)
    paths = draw_country_paths(backtest, translator)
    specs = [*draw_score_charts(backtest, translator), draw_reliability(backtest, translator), *paths]
    return fill_page(
        TEMPLATE,
        translator,
        bundle_vega,
        version=version("ainalym"),
        lede=say_result(backtest, translator),
        paragraphs=describe_backtest(backtest, translator),
        figures={spec["name"]: make_figure(spec) for spec in specs},
        sections=[_compose_section(backtest, scored, translator) for scored in list_scored(backtest)],
        drift_table=compose_drift_table(backtest, translator),
        path_names=[spec["name"] for spec in paths],
    )


def _compose_section(backtest: Backtest, scored: Scored, translator: Translator) -> Section:
    name = f"{scored.quantity}_{scored.origin}"
    title = translator.gettext(
        "%(quantity)s: known to %(origin)s, judged by %(years)s",
        quantity=get_quantity(scored.quantity).labels[translator.language],
        origin=scored.origin,
        years=translator.years(scored.origin + 1, backtest.options.until),
    )
    tables = compose_score_tables(backtest, translator)
    own = tuple(table for table in tables if table.name.startswith(f"scores_{name}_"))
    return Section(name, title, tuple(f"{measure}_{name}" for measure in SCORE_CHARTS), own)
