"""The page of a sensitivity analysis: what drives e-waste, materials and value, and how far."""

from __future__ import annotations

from pathlib import Path

from ainalym.reports.charts import SENSITIVITY_CHARTS, draw_chart
from ainalym.reports.draw_drivers import SOBOL_CHARTS, TORNADOES
from ainalym.reports.driver_tables import describe_drivers, list_index_tables, list_range_tables
from ainalym.reports.images import bundle_vega, write_image
from ainalym.reports.language import Translator
from ainalym.reports.page import fill_page, make_figure
from ainalym.reports.run_tables import say_date
from ainalym.results.result import Result

TEMPLATE = "sensitivity.html.jinja"
PAGE_FILE = "sensitivity.html"
CHARTS_FOLDER = "charts"


def write_sensitivity_views(result: Result, folder: Path, language: str) -> None:
    """Write the page of a sensitivity analysis, and every chart as SVG.

    Parameters
    ----------
    result
        Result with the tables ``sensitivity_ranges`` and ``sensitivity_indices``.
    folder
        An existing folder.
    language
        ``en``, ``ru`` or ``kk``.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    (folder / PAGE_FILE).write_text(render_sensitivity(result, language), encoding="utf-8")
    charts = folder / CHARTS_FOLDER
    charts.mkdir()
    for name in SENSITIVITY_CHARTS:
        spec = draw_chart(result, name, Translator(language))
        if spec is not None:
            write_image(spec, charts / f"{name}.svg")


def render_sensitivity(result: Result, language: str) -> str:
    """Render the page of a sensitivity analysis.

    Parameters
    ----------
    result
        Result with the tables ``sensitivity_ranges`` and ``sensitivity_indices``.
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
    return fill_page(
        TEMPLATE,
        translator,
        bundle_vega,
        record=result.record,
        country=result.country[translator.language],
        figures={name: make_figure(draw_chart(result, name, translator)) for name in SENSITIVITY_CHARTS},
        tornado_names=list(TORNADOES),
        sobol_names=list(SOBOL_CHARTS),
        on_drivers=describe_drivers(result, translator),
        on_runs=describe_runs(result, translator),
        index_tables=list_index_tables(result, translator),
        range_tables=list_range_tables(result, translator),
        created=say_date(result, translator),
    )


def describe_runs(result: Result, translator: Translator) -> str:
    """Say from how many runs of the model the indices come."""
    entry = result.record["sensitivity"]
    return translator.gettext(
        "Sobol indices of %(runs)s model runs, seed %(seed)s.",
        runs=translator.number_fixed(entry["runs"], 0),
        seed=entry["seed"],
    )
