"""The report: one page that holds all it needs and opens offline, with or without JavaScript."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ainalym.reports.calibration_tables import (
    compose_evidence_table,
    compose_learned_table,
    compose_learning_table,
    describe_calibration,
    list_conflict_sentences,
)
from ainalym.reports.chart_parts import Spec
from ainalym.reports.charts import CHARTS, draw_chart
from ainalym.reports.comparison_sentences import describe_outcomes
from ainalym.reports.comparison_table import compose_comparison_table
from ainalym.reports.draw_fans import MATERIAL_FANS
from ainalym.reports.draw_flows import LARGEST_PRODUCTS
from ainalym.reports.draw_routes import compose_flow_table
from ainalym.reports.driver_tables import describe_drivers, list_range_tables
from ainalym.reports.headline import (
    compose_headline_table,
    compose_material_table,
    compose_value_table,
    describe_gap,
    describe_headline,
    describe_materials,
    describe_spread,
    list_key_figures,
)
from ainalym.reports.images import bundle_vega, is_vega, render_svg
from ainalym.reports.language import Translator
from ainalym.reports.method import describe_convention, describe_projection, describe_sales_use
from ainalym.reports.outcome_tables import (
    compose_indicators_of_one,
    compose_outcomes_of_one,
    compose_present_values_of_one,
    describe_scenario,
)
from ainalym.reports.page_tables import (
    compose_category_table,
    compose_left_out_table,
    compose_product_table,
    compose_region_table,
    compose_sales_table,
    compose_unmatched_table,
)
from ainalym.reports.palette import DARK, LIGHT, replace_by_variables, write_variables
from ainalym.reports.run_tables import (
    compose_hash_table,
    compose_record_table,
    compose_version_table,
    say_date,
)
from ainalym.reports.sources import list_sources
from ainalym.reports.statistics_notes import describe_statistics
from ainalym.reports.text_table import TextTable
from ainalym.reports.trust_tables import (
    compose_capacity_table,
    compose_grade_table,
    compose_origin_table,
    describe_trust,
)
from ainalym.results.result import Result

TEMPLATE = "report.html.jinja"
STYLE = "report.css"
SCRIPT = "report.js"
FONT = "Inter-Variable.woff2"


Renderer = Callable[[Sequence[Spec]], Sequence[str]]
"""Draws charts as SVG, all at once and in the same order."""


class LegendEntry(NamedTuple):
    """One entry of the legend of a chart, as the page writes it.

    Attributes
    ----------
    name
        What the mark stands for.
    fill
        Variable of the colour inside.
    stroke
        Variable of the colour of the edge.
    shape
        ``square``, ``circle`` or ``diamond``.
    """

    name: str
    fill: str
    stroke: str
    shape: str


class Figure(NamedTuple):
    """A chart with all that the page says about it.

    Attributes
    ----------
    name
        Name of the chart.
    title
        What is seen.
    subtitle
        Quantity, unit, how to read the marks.
    description
        The same in words, for screen readers.
    legend
        Entries of the legend; empty if none is needed.
    drawing
        SVG, shown until and unless the chart comes alive.
    specification
        Vega-Lite specification for the live chart, as JSON that may stand in a script element.
    """

    name: str
    title: str
    subtitle: str
    description: str
    legend: tuple[LegendEntry, ...]
    drawing: Markup
    specification: Markup


def write_report(result: Result, path: Path, language: str) -> None:
    """Write the report of a result.

    Parameters
    ----------
    result
        Result of a run.
    path
        File to write; nothing else is needed to open it.
    language
        ``en``, ``ru`` or ``kk``.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    path.write_text(render_report(result, language), encoding="utf-8")


def render_report(result: Result, language: str) -> str:
    """Render the report of a result as the text of a page.

    Parameters
    ----------
    result
        Result of a run.
    language
        ``en``, ``ru`` or ``kk``.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    InputError
        [OPT-005] for another language.
    """
    translator = Translator(language)
    # Bundling takes most of the time and runs outside the interpreter, so it goes on while charts are drawn.
    with ThreadPoolExecutor(max_workers=1) as pool:
        bundle = pool.submit(bundle_vega)
        figures = {name: make_figure(draw_chart(result, name, translator)) for name in CHARTS}
        return _fill_template(result, translator, figures, bundle)


def _fill_template(
    result: Result, translator: Translator, figures: dict[str, Figure | None], bundle: Future[str]
) -> str:
    return fill_page(
        TEMPLATE,
        translator,
        bundle.result,
        record=result.record,
        country=result.country[translator.language],
        first_year=int(result.data["year"].min()),
        last_year=int(result.data["year"].max()),
        product_count=int(result.data.sizes["product"]),
        figures=figures,
        tables=_compose_tables(result, translator),
        lede=describe_headline(result, translator),
        on_spread=describe_spread(result, translator),
        material_fans=MATERIAL_FANS,
        on_materials=describe_materials(result, translator),
        on_gap=describe_gap(result, translator),
        on_calibration=describe_calibration(result, translator),
        conflicts=list_conflict_sentences(result, translator),
        sources=list_sources(result),
        key_figures=list_key_figures(result, translator),
        on_scenario=describe_scenario(result, translator),
        on_outcomes=describe_outcomes(result, translator),
        on_drivers=describe_drivers(result, translator),
        range_tables=list_range_tables(result, translator),
        on_trust=describe_trust(result, translator),
        on_statistics=" ".join(describe_statistics(result, translator)),
        on_sales=describe_sales_use(result, translator),
        on_projection=describe_projection(result, translator),
        on_convention=describe_convention(result, translator),
        created=say_date(result, translator),
    )


def fill_page(name: str, translator: Translator, bundle: Callable[[], str], **values: Any) -> str:
    """Fill a template of a page that stands alone: style, script and chart library travel in it.

    Parameters
    ----------
    name
        Name of the template.
    translator
        Language of the page.
    bundle
        Gives the chart library, such as :func:`bundle_vega`; asked last, since it may still be under way.
    **values
        What the template shows.

    Returns
    -------
    str
        HTML that needs nothing from outside.
    """
    template = make_environment(translator).get_template(name)
    page = template.render(
        language=translator.language,
        style=Markup(write_style()),  # noqa: S704 - our own file
        script=Markup(read_text("templates", SCRIPT)),  # noqa: S704 - our own file
        bundle=Markup(bundle()),  # noqa: S704 - checked by bundle_vega
        **values,
    )
    return page.lstrip()


def make_environment(translator: Translator) -> Environment:
    """Make the environment of the templates: everything escaped, nothing undefined, texts translated.

    Parameters
    ----------
    translator
        Language of the page.

    Returns
    -------
    jinja2.Environment
        With the filters and functions that the template uses.
    """
    from jinja2 import PackageLoader

    environment = Environment(
        loader=PackageLoader("ainalym.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        translator.catalogue, newstyle=True
    )
    environment.globals["translator"] = translator
    # The report lists its sources on the same page.
    environment.globals["sources_page"] = ""
    return environment


def _compose_tables(result: Result, translator: Translator) -> dict[str, TextTable | None]:
    quantities = ("placed_on_market", "stock", "ewaste_generated")
    return {
        **{name: compose_category_table(result, translator, name) for name in quantities},
        "headline": compose_headline_table(result, translator),
        "largest_products": compose_product_table(result, translator, LARGEST_PRODUCTS),
        "materials": compose_material_table(result, translator, None),
        "values": compose_value_table(result, translator, None, with_prices=True),
        "regions": compose_region_table(result, translator),
        "flows": compose_flow_table(result, translator),
        "outcomes": compose_outcomes_of_one(result, translator),
        "present_values": compose_present_values_of_one(result, translator),
        "indicators": compose_indicators_of_one(result, translator),
        "comparison": compose_comparison_table(result, translator, with_sources=True),
        "published": compose_unmatched_table(result, translator),
        "sales": compose_sales_table(result, translator),
        "sales_left_out": compose_left_out_table(result, translator),
        "learning": compose_learning_table(result, translator),
        "evidence": compose_evidence_table(result, translator, with_sources=True),
        "learned": compose_learned_table(result, translator),
        "grades": compose_grade_table(result, translator),
        "origins": compose_origin_table(result, translator),
        "photovoltaic_capacity": compose_capacity_table(result, translator),
        "record": compose_record_table(result, translator),
        "versions": compose_version_table(result, translator),
        "hashes": compose_hash_table(result, translator),
    }


def make_figure(spec: Spec | None, name: str = "") -> Figure | None:
    """Make the figure of a chart for a page: still drawing, live specification, words.

    Parameters
    ----------
    spec
        Specification of :func:`ainalym.reports.charts.draw_chart`.
    name
        Name of the chart on its page, where that is not its own.

    Returns
    -------
    Figure or None
        None where there is no chart.
    """
    return None if spec is None else make_figures({name or str(spec["name"]): spec}).popitem()[1]


def make_figures(
    specs: Mapping[str, Spec | None], render: Renderer = lambda specs: list(map(render_svg, specs))
) -> dict[str, Figure | None]:
    """Make the figures of the charts of a page.

    Parameters
    ----------
    specs
        Specifications by the name of the chart on its page; None where there is no chart.
    render
        Draws charts as SVG, all at once.

    Returns
    -------
    dict of str to Figure or None
        In the same order.
    """
    bare = {name: adapt_to_page(spec) for name, spec in specs.items() if spec is not None}
    drawings = dict(zip(bare, render(list(bare.values())), strict=True))
    return {
        name: None if spec is None else _compose_figure(name, spec, bare[name], drawings[name])
        for name, spec in specs.items()
    }


def leave_undrawn(specs: Sequence[Spec]) -> list[str]:
    """Draw nothing: a chart that is about to come alive needs no drawing."""
    return [""] * len(specs)


def _compose_figure(name: str, spec: Spec, bare: Spec, drawn: str) -> Figure:
    drawing = replace_by_variables(_make_names_unique(drawn, name))
    live = replace_by_variables(json.dumps(adapt_to_width(bare), ensure_ascii=False))
    return Figure(
        name=name,
        title=spec["title"]["text"],
        subtitle=spec["title"]["subtitle"],
        description=spec["description"],
        legend=tuple(read_legend(spec)),
        drawing=Markup(drawing),  # noqa: S704 - drawn by the converter, which escapes texts
        # A specification is data in a script element: nothing in it may look like the end of one.
        specification=Markup(live.replace("<", "\\u003c")),  # noqa: S704
    )


def adapt_to_width(bare: Spec) -> Spec:
    """Let a live chart take the width of its column."""
    if not is_vega(bare):
        return {**bare, "width": "container"}
    width = "max(240, containerSize()[0])"
    signal = {"name": "width", "init": width, "on": [{"events": "window:resize", "update": width}]}
    rest = {key: value for key, value in bare.items() if key != "width"}
    return {**rest, "signals": [signal, *bare.get("signals", [])]}


def adapt_to_page(spec: Spec) -> Spec:
    """Take away from a chart what the page says around it: title, description, legend, ground.

    Parameters
    ----------
    spec
        Specification that stands for itself.

    Returns
    -------
    Spec
        A copy for the page, hidden from screen readers because its figure carries the description.
    """
    bare: Spec = json.loads(json.dumps(spec))
    for key in ("title", "description"):
        del bare[key]
    bare["config"] |= {"background": None, "aria": False}
    bare.pop("legends", None)
    bare["autosize"] = "none" if is_vega(bare) else {"type": "fit-x", "contains": "padding"}
    for encoding in _find_encodings(bare):
        for channel in ("color", "fill", "stroke", "shape"):
            if "scale" in encoding.get(channel, {}):
                encoding[channel]["legend"] = None
    return bare


def read_legend(spec: Spec) -> list[LegendEntry]:
    """Read the legend of a chart from its scales.

    Parameters
    ----------
    spec
        Specification of a chart.

    Returns
    -------
    list of LegendEntry
        In the order of the scale; empty where no mark has a scale of colours.
    """
    if is_vega(spec):
        scale = next((scale for scale in spec["scales"] if scale["name"] == "group"), None)
        if scale is None:
            return []
        colors = map(replace_by_variables, scale["range"])
        return [
            LegendEntry(name, color, color, "square")
            for name, color in zip(scale["domain"], colors, strict=True)
        ]
    for encoding in _find_encodings(spec):
        fill = encoding.get("fill", encoding.get("color", {})).get("scale")
        if fill is None:
            continue
        stroke = encoding.get("stroke", {}).get("scale", fill)
        shape = encoding.get("shape", {}).get("scale", {"range": ["square"] * len(fill["domain"])})
        return [
            LegendEntry(name, replace_by_variables(inside), replace_by_variables(edge), form)
            for name, inside, edge, form in zip(
                fill["domain"], fill["range"], stroke["range"], shape["range"], strict=True
            )
        ]
    return []


def _find_encodings(spec: Spec) -> list[dict[str, Any]]:
    own = [spec["encoding"]] if "encoding" in spec else []
    return own + [found for layer in spec.get("layer", []) for found in _find_encodings(layer)]


def _make_names_unique(drawing: str, name: str) -> str:
    """Prefix the names inside a drawing: each counts its clip paths from zero, and they share a page."""
    return re.sub(r'(\bid="|url\(#)', rf"\g<1>{name}-", drawing)


def write_style() -> str:
    """Write the style sheet of the pages, with its font and colours."""
    font = base64.b64encode(files(__package__).joinpath("fonts", FONT).read_bytes()).decode("ascii")
    face = (
        '@font-face{font-family:"Inter";font-style:normal;font-weight:400 700;font-display:swap;'
        f'src:url(data:font/woff2;base64,{font}) format("woff2")}}'
    )
    colors = (
        f":root{{{write_variables(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme: dark){{:root{{{write_variables(DARK)}}}}}"
    )
    return f"{face}\n{colors}\n{read_text('templates', STYLE)}"


def read_text(*parts: str) -> str:
    """Read a file that travels with the views."""
    return files(__package__).joinpath(*parts).read_text(encoding="utf-8")
