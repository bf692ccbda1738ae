"""The figures that people ask for first, as sentences and tables of texts in the language of the reader.

Pure functions: the page and the terminal print what they return, so that both show the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable, write_figure
from ainalym.results.calibration import has_learned
from ainalym.results.result import Result
from ainalym.results.summary import (
    ACCUMULATIONS,
    HEADLINE_MATERIALS,
    HEADLINE_QUANTITIES,
    compute_headline,
    compute_material_summary,
    list_years,
)
from ainalym.results.trust import compute_gap, compute_price_grades
from ainalym.results.value import compute_total_value, compute_unpriced_share
from ainalym.scenarios.reading import BASELINE

DOLLARS_PER_MILLION = 1e6
DOLLARS_PER_BILLION = 1e9

WORST_GRADE = "D"


def describe_headline(result: Result, translator: Translator) -> str:
    """Say the headline in two sentences of plain language.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    str
        E-waste generated in the first headline year, and in the later ones.
    """
    headline = compute_headline(result)
    generated = headline[headline["quantity"] == "ewaste_generated"]
    first, *later = generated.to_dict("records")
    today = translator.gettext(
        "In %(year)s about %(mass)s of electronic waste arose in %(country)s, %(per_inhabitant)s.",
        country=result.country[translator.language],
        year=first["year"],
        mass=_say_spread(translator, first["value"], first["low"], first["high"]),
        per_inhabitant=translator.with_unit(first["per_inhabitant"], "kg/person"),
    )
    if not later:
        return today
    said = [
        translator.gettext(
            "%(mass)s in %(year)s",
            mass=_say_spread(translator, row["value"], row["low"], row["high"]),
            year=row["year"],
        )
        for row in later
    ]
    scenario = result.record["scenario"]
    if scenario["name"] == BASELINE:
        future = translator.gettext(
            "If population and income grow as projected and no new measure is taken, it will be %(list)s.",
            list=translator.join(said),
        )
    else:
        future = translator.gettext(
            "If population and income grow as projected and the scenario “%(scenario)s” comes about, it will "
            "be %(list)s.",
            scenario=scenario["titles"][translator.language],
            list=translator.join(said),
        )
    return f"{today} {future}"


def describe_spread(result: Result, translator: Translator) -> str:
    """Say what the figures in brackets are, and which figures stand without; empty without draws."""
    if result.draws is None:
        return ""
    year = list_years(result)[0]
    central = float(result.data["ewaste_generated"].sel(year=year).sum("product"))
    if has_learned(result):
        centre = translator.gettext("every input has the mean that evidence leaves it")
    else:
        centre = translator.gettext("every input has the value of its table")
    return translator.gettext(
        "Figures with an interval are medians of %(draws)s draws of all uncertain inputs; the interval holds "
        "90 %% of the draws. Medians do not add up, so categories, shares and other figures without an "
        "interval follow the central path, where %(centre)s: %(mass)s of e-waste in %(year)s.",
        centre=centre,
        draws=translator.number_fixed(result.draws.sizes["draw"], 0),
        mass=_say_kilotonnes(translator, central),
        year=year,
    )


def describe_materials(result: Result, translator: Translator) -> str:
    """Say what the e-waste of the longest period holds, and what it would fetch, in plain language."""
    longest = [period for period in ACCUMULATIONS if period[1] <= int(result.data["year"].max())][-1:]
    if not longest:
        return ""
    first, last = longest[0]
    summary = compute_material_summary(result, HEADLINE_MATERIALS)
    chosen = summary[(summary["first_year"] == first) & (summary["last_year"] == last)]
    said = [
        translator.gettext(
            "%(mass)s of %(material)s",
            mass=_say_mass(result, translator, material, mass),
            material=result.name_of("materials", material, translator.language).lower(),
        )
        for material, mass in zip(chosen["material"], chosen["mass"], strict=True)
    ]
    total = compute_total_value(result).query("first_year == @first and last_year == @last")
    return translator.gettext(
        "The e-waste of %(period)s will hold %(list)s. All its priced materials together are worth "
        "%(value)s billion USD at mean prices, before any cost of collection and recovery.",
        period=translator.years(first, last),
        list=translator.join(said),
        value=_write_column(translator, total, _name_ends("value"), DOLLARS_PER_BILLION)[0],
    )


def describe_gap(result: Result, translator: Translator) -> str:
    """Say honestly how far the model is from published totals.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    str
        Empty where nothing has been published for a year of the outlook.
    """
    gap = compute_gap(result)
    if gap is None:
        return ""
    sentences = [
        translator.gettext(
            "For %(year)s the newest published total is %(published)s (%(vintage)s); the model gives "
            "%(model)s, %(ratio)s times as much.",
            year=gap.year,
            published=_say_kilotonnes(translator, gap.published),
            vintage=gap.vintage,
            model=_say_spread(translator, gap.model, gap.model_low, gap.model_high),
            ratio=translator.number_fixed(gap.ratio, 2),
        ),
        translator.ngettext(
            "Over %(number)s published total the ratio is %(low)s.",
            "Over %(number)s published totals the ratio runs from %(low)s to %(high)s.",
            gap.totals,
            low=translator.number_fixed(gap.lowest_ratio, 2),
            high=translator.number_fixed(gap.highest_ratio, 2),
        ),
    ]
    if gap.highest_published > gap.lowest_published:
        sentences.append(
            translator.gettext(
                "The published totals differ among themselves: from %(low)s to %(high)s for %(year)s.",
                low=_say_kilotonnes(translator, gap.lowest_published),
                high=_say_kilotonnes(translator, gap.highest_published),
                year=gap.disputed_year,
            )
        )
    if has_learned(result):
        learned = translator.gettext(
            "The model has learned from some of these figures, as far as their errors allow."
        )
    else:
        learned = translator.gettext(
            "Nothing was tuned to close the gap: the model has not learned from them."
        )
    return " ".join([*sentences, learned])


class KeyFigure(NamedTuple):
    """E-waste generated in one year, as large figures show it.

    Attributes
    ----------
    year
        The year.
    mass
        Mass in kt, without its unit.
    interval
        Its 90 % interval without the unit; empty where the run has no draws.
    per_inhabitant
        Mass per inhabitant, with its unit.
    """

    year: str
    mass: str
    interval: str
    per_inhabitant: str


def list_key_figures(result: Result, translator: Translator) -> list[KeyFigure]:
    """List e-waste generated in the headline years."""
    headline = compute_headline(result)
    return [
        KeyFigure(
            str(row["year"]),
            translator.number(row["value"] / TONNES_PER_KILOTONNE),
            ""
            if math.isnan(row["low"])
            else translator.interval(row["low"] / TONNES_PER_KILOTONNE, row["high"] / TONNES_PER_KILOTONNE),
            f"{translator.number(row['per_inhabitant'])} {translator.unit('kg/person')}",
        )
        for row in headline[headline["quantity"] == "ewaste_generated"].to_dict("records")
    ]


def describe_place(path: str, translator: Translator) -> str:
    """Say where the report is.

    Parameters
    ----------
    path
        File of the report.
    translator
        Language of the sentence.

    Returns
    -------
    str
        One line.
    """
    return translator.gettext("The report is here: %(path)s", path=path)


def compose_headline_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of placed on market, stock and e-waste in the headline years.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row in kt and one in kg per inhabitant for every quantity; one column per year.
    """
    headline = compute_headline(result)
    years = list_years(result)
    rows = []
    for quantity in HEADLINE_QUANTITIES:
        own = headline[headline["quantity"] == quantity]
        name = get_quantity(quantity).labels[translator.language]
        unit = translator.unit("kt" if get_quantity(quantity).unit == "t" else "kt/yr")
        masses = _write_column(translator, own, ("value", "low", "high"), TONNES_PER_KILOTONNE)
        shares = _write_column(translator, own, _name_ends("per_inhabitant"))
        rows += [(f"{name}, {unit}", *masses), (f"{name}, {translator.unit('kg/person')}", *shares)]
    return TextTable(
        "headline",
        say_interval_caption(result, translator, translator.gettext("Placed on market, stock and e-waste")),
        (
            Column("quantity", translator.gettext("Quantity")),
            *(Column(str(year), str(year), numeric=True) for year in years),
        ),
        tuple(rows),
    )


def compose_material_table(
    result: Result, translator: Translator, materials: Sequence[str] | None = HEADLINE_MATERIALS
) -> TextTable:
    """Compose the table of the mass of materials in the e-waste.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.
    materials
        Materials to list; None for all.

    Returns
    -------
    TextTable
        One row per material; one column per headline year and accumulated period.
    """
    summary = compute_material_summary(result, materials)
    by_material = {str(name): own for name, own in summary.groupby("material", sort=False)}
    table = result.tables["materials"]
    if materials is None:
        # Those that are part of the mass first, the heaviest of the last period first.
        order = sorted(
            by_material,
            key=lambda name: (not table.at[name, "additive"], -by_material[name]["mass"].iloc[-1]),
        )
        by_material = {name: by_material[name] for name in order}
    rows = []
    for material, own in by_material.items():
        unit = str(table.at[material, "display_unit"])
        scale = TONNES_PER_KILOTONNE if unit == "kt" else 1.0
        name = result.name_of("materials", material, translator.language)
        cells = _write_column(translator, own, _name_ends("mass"), scale)
        rows.append((f"{name}, {translator.unit(unit)}", *cells))
    return TextTable(
        "materials",
        say_interval_caption(result, translator, translator.gettext("Materials embedded in the e-waste")),
        (
            Column("material", translator.gettext("Material")),
            *_period_columns(result, translator),
        ),
        tuple(rows),
        (translator.gettext("Embedded, not recovered: what the e-waste contains, wherever it goes."),),
    )


def compose_value_table(
    result: Result,
    translator: Translator,
    materials: Sequence[str] | None = HEADLINE_MATERIALS,
    with_prices: bool = False,
) -> TextTable:
    """Compose the table of the gross value of materials, the total of all priced materials last.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.
    materials
        Materials to list; None for all, the most valuable first. Those without a price are named in a note.
    with_prices
        Whether columns give price, its years and its grade; otherwise an assumed price is marked at the name.

    Returns
    -------
    TextTable
        One row per material; million USD.
    """
    summary = compute_material_summary(result, materials).dropna(subset=["value"])
    by_material = {str(name): own for name, own in summary.groupby("material", sort=False)}
    if materials is None:
        by_material = dict(sorted(by_material.items(), key=lambda item: -item[1]["value"].iloc[-1]))
    prices = {price["material"]: price for price in compute_price_grades(result).to_dict("records")}
    rows: list[tuple[str, ...]] = []
    for material, own in by_material.items():
        name = result.name_of("materials", material, translator.language)
        rows.append(
            (
                *_say_price(translator, name, prices[material], with_prices),
                *_write_column(translator, own, _name_ends("value"), DOLLARS_PER_MILLION),
            )
        )
    totals = _write_column(translator, compute_total_value(result), _name_ends("value"), DOLLARS_PER_MILLION)
    together = (translator.gettext("All priced materials"), *(("", "", "") if with_prices else ()))
    rows.append((*together, *totals))
    price_columns = (
        Column("price", translator.gettext("Price, USD/t"), numeric=True),
        Column("price_years", translator.gettext("Price years")),
        Column("grade", translator.gettext("Grade of the price")),
    )
    return TextTable(
        "values",
        say_interval_caption(
            result, translator, translator.gettext("Gross value of the embedded materials, million USD")
        ),
        (
            Column("material", translator.gettext("Material")),
            *(price_columns if with_prices else ()),
            *_period_columns(result, translator),
        ),
        tuple(rows),
        _note_values(result, translator),
    )


def _say_price(
    translator: Translator, name: str, price: dict[Hashable, Any], with_prices: bool
) -> tuple[str, ...]:
    if not with_prices:
        return (f"{name} {mark_price(translator, price['grade'])}".rstrip(),)
    years = translator.years(price["first_year"], price["last_year"])
    return name, translator.number(price["price"], 4), years, price["grade"]


def mark_price(translator: Translator, grade: str) -> str:
    """Mark a price that is an assumption; empty for any better grade."""
    return translator.gettext("(price D)") if grade == WORST_GRADE else ""


def _note_values(result: Result, translator: Translator) -> tuple[str, ...]:
    first = list_years(result)[0]
    missing, share = compute_unpriced_share(result, first)
    lower_bound = translator.gettext(
        "Gross value, lower bound: nothing is subtracted for collection, treatment and losses, and materials "
        "without a price count nothing."
    )
    if not missing:
        return (lower_bound,)
    names = [result.name_of("materials", name, translator.language).lower() for name in missing]
    without = translator.gettext(
        "Without a price: %(list)s, together %(share)s of the e-waste of %(year)s by mass.",
        list=translator.join(names),
        share=translator.percent(share),
        year=first,
    )
    return (lower_bound, without)


def _period_columns(result: Result, translator: Translator) -> tuple[Column, ...]:
    last = int(result.data["year"].max())
    periods = [(year, year) for year in list_years(result)]
    periods += [period for period in ACCUMULATIONS if period[1] <= last]
    said = [translator.years(*period) for period in periods]
    return tuple(Column(period, period, numeric=True) for period in said)


def say_interval_caption(result: Result, translator: Translator, caption: str) -> str:
    """Say in a caption that figures are medians with an interval; the caption itself without draws."""
    if result.draws is None:
        return caption
    return translator.gettext("%(caption)s: median and 90 %% interval", caption=caption)


def say_totals(result: Result, translator: Translator, quantity: str, per_inhabitant: bool = False) -> str:
    """Say the totals of a quantity in the headline years, as the end of a title.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the words.
    quantity
        One of the quantities of the headline.
    per_inhabitant
        Whether kilograms per inhabitant are said.

    Returns
    -------
    str
        Such as ``214 kt in 2022, 269 kt in 2030``: medians, or the central path without draws.
    """
    headline = compute_headline(result)
    return ", ".join(
        translator.gettext(
            "%(mass)s in %(year)s",
            mass=translator.with_unit(row["per_inhabitant"], "kg/person")
            if per_inhabitant
            else _say_kilotonnes(translator, row["value"]),
            year=row["year"],
        )
        for row in headline[headline["quantity"] == quantity].to_dict("records")
    )


def _name_ends(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _write_column(
    translator: Translator, table: pd.DataFrame, columns: Sequence[str], scale: float = 1.0
) -> list[str]:
    """Write a figure with its interval for every row."""
    return [write_figure(translator, *row) for row in (table[list(columns)] / scale).to_numpy().tolist()]


def _say_spread(translator: Translator, tonnes: float, low: float, high: float) -> str:
    """Say a mass in kilotonnes, with its interval where there is one."""
    mass = _say_kilotonnes(translator, tonnes)
    if math.isnan(low):
        return mass
    ends = translator.interval(low / TONNES_PER_KILOTONNE, high / TONNES_PER_KILOTONNE)
    return f"{mass} ({ends})"


def _say_kilotonnes(translator: Translator, tonnes: float) -> str:
    return translator.with_unit(tonnes / TONNES_PER_KILOTONNE, "kt")


def _say_mass(result: Result, translator: Translator, material: str, tonnes: float) -> str:
    unit = str(result.tables["materials"].at[material, "display_unit"])
    return translator.with_unit(tonnes / TONNES_PER_KILOTONNE if unit == "kt" else tonnes, unit)
