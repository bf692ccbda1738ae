"""What was learned from evidence, as sentences and tables: for the page and for the terminal."""

from __future__ import annotations

import math

import pandas as pd

from ainalym.core.quantities import get_quantity
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, IntervalText, TextTable, translate_text, write_figure
from ainalym.results.calibration import (
    Cause,
    Conflict,
    compute_learning,
    has_learned,
    list_conflicts,
    list_moved,
)
from ainalym.results.result import Result

SWITCHES = ("switch_speed", "switch_date", "phase_out", "switch_remaining")
"""Inputs that say how one product gives way to another."""

FIGURE = ("median", "low", "high")
"""Columns of a figure with its interval, in the order in which it is written."""


def describe_calibration(result: Result, translator: Translator) -> str:
    """Say what the model has learned from.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    str
        Empty for a result that has learned nothing.
    """
    if not has_learned(result):
        return ""
    entry = result.record["calibration"]
    first = translator.ngettext(
        "The model has learned from %(number)s figure, as far as its error allows.",
        "The model has learned from %(number)s figures, as far as their errors allow.",
        int(entry["rows_that_enter"]),
    )
    second = translator.ngettext(
        "%(number)s more is only shown beside it.",
        "%(number)s more are only shown beside it.",
        int(entry["rows_shown"]),
    )
    third = translator.gettext(
        "Before is what the model says of itself; after is what it says once lifetimes, markets and weights "
        "are moved to where they agree with the evidence best. Estimates of others count little: they are "
        "models too."
    )
    return f"{first} {second} {third}"


def compose_learning_table(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of the headline before and after learning; None if nothing was learned."""
    if not has_learned(result):
        return None
    columns = (
        Column("quantity", translator.gettext("Quantity")),
        Column("year", translator.gettext("Year"), numeric=True),
        Column("prior", translator.gettext("Before"), numeric=True),
        Column("posterior", translator.gettext("After"), numeric=True),
    )
    rows = []
    for row in compute_learning(result).to_dict("records"):
        quantity = get_quantity(str(row["quantity"]))
        unit = translator.unit("kt" if quantity.unit == "t" else "kt/yr")
        before, after = (
            _write_interval(translator, *(row[f"{prefix}{one}"] / TONNES_PER_KILOTONNE for one in FIGURE))
            for prefix in ("prior_", "")
        )
        rows.append((f"{quantity.labels[translator.language]}, {unit}", str(row["year"]), before, after))
    caption = translator.gettext("Before and after learning from evidence: median and 90 %% interval")
    return TextTable("learning", caption, columns, tuple(rows))


def compose_evidence_table(
    result: Result, translator: Translator, with_sources: bool = False
) -> TextTable | None:
    """Compose the table of every figure beside the model; None if nothing was learned.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.
    with_sources
        Whether figures that are only shown stand in the table too, and the last columns name grade, source
        and reason of the error.

    Returns
    -------
    TextTable or None
        One row per figure.
    """
    if not has_learned(result):
        return None
    columns = (
        Column("item", translator.gettext("Evidence")),
        Column("year", translator.gettext("Year"), numeric=True),
        Column("figure", translator.gettext("Figure"), numeric=True),
        Column("prior", translator.gettext("Before"), numeric=True),
        Column("posterior", translator.gettext("After"), numeric=True),
        Column("distance", translator.gettext("Distance"), numeric=True),
        Column("use", translator.gettext("Use")),
        Column("grade", translator.gettext("Grade")),
        Column("source", translator.gettext("Source")),
        Column("note", translator.gettext("Note")),
    )
    evidence = result.tables["evidence"]
    shown = evidence if with_sources else evidence[evidence["use"] == "enters"]
    kept = len(columns) if with_sources else len(columns) - 4
    rows = [_compose_row(row, translator)[:kept] for _, row in shown.iterrows()]
    notes = (
        translator.gettext(
            "Intervals hold 90 %%. The distance says by how many standard deviations the figure lies above "
            "what the model and all other evidence expect, errors included."
        ),
    )
    caption = translator.gettext("Evidence, and the model before and after learning from it")
    return TextTable("evidence", caption, columns[:kept], tuple(rows), notes)


def _compose_row(row: pd.Series, translator: Translator) -> tuple[str, ...]:
    scale, unit = (TONNES_PER_KILOTONNE, "kt") if row["unit"] == "t" else (1.0, str(row["unit"]))
    names = ("value", "low", "high"), *((one, f"{one}_low", f"{one}_high") for one in ("prior", "posterior"))
    figures = [_write_interval(translator, *(float(row[name]) / scale for name in group)) for group in names]
    uses = {"enters": translator.gettext("enters"), "shown": translator.gettext("only shown")}
    told = [translate_text(str(row[name]), translator) for name in ("reason", "note") if _is_told(row[name])]
    return (
        f"{name_evidence(row, translator)}, {translator.unit(unit)}",
        str(row["year"]),
        *figures,
        translator.number_fixed(float(row["distance_left_out"]), 1),
        uses[str(row["use"])],
        str(row["grade"]),
        str(row["source"]),
        " ".join(dict.fromkeys(told)),
    )


def _is_told(text: object) -> bool:
    return isinstance(text, str) and bool(text)


def _write_interval(translator: Translator, value: float, low: float, high: float) -> str:
    # Inputs are known exactly: an interval without width says nothing.
    if math.isnan(low) or math.isclose(low, high, rel_tol=1e-6):
        return translator.number(value)
    return write_figure(translator, value, low, high)


def name_evidence(row: pd.Series, translator: Translator, with_edition: bool = True) -> str:
    """Name a figure by what it counts, its item and, on request, its edition."""
    quantities = {
        "stock": translator.gettext("In stock"),
        "placed_on_market": translator.gettext("Sales"),
        "ewaste_generated": translator.gettext("E-waste"),
    }
    quantity = quantities.get(str(row["quantity"]))
    item = translate_text(str(row["item"]), translator)
    named = f"{quantity}: {item}" if quantity else item
    return f"{named} ({row['vintage']})" if with_edition else named


def compose_learned_table(result: Result, translator: Translator) -> TextTable | None:
    """Compose the table of inputs that evidence has moved; None if nothing was learned."""
    if not has_learned(result):
        return None
    columns = (
        Column("input", translator.gettext("Input")),
        Column("product", translator.gettext("Product")),
        Column("prior", translator.gettext("Before"), numeric=True),
        Column("posterior", translator.gettext("After"), numeric=True),
        Column("shift", translator.gettext("Shift"), numeric=True),
    )
    names = name_inputs(translator)
    rows = tuple(
        (
            names[str(row["input"])],
            _name_product(result, translator, str(row["product"])),
            _write_spread(translator, row["prior_mean"], row["prior_deviation"]),
            _write_spread(translator, row["posterior_mean"], row["posterior_deviation"]),
            translator.number_fixed(float(row["shift"]), 1),
        )
        for row in list_moved(result).to_dict("records")
    )
    note = translator.gettext(
        "Mean and standard deviation; the shift is in standard deviations before learning. Inputs that moved "
        "by less than half of one are left out."
    )
    caption = translator.gettext("What was learned: inputs that evidence has moved")
    return TextTable("learned", caption, columns, rows, (note,))


def _write_spread(translator: Translator, mean: float, deviation: float) -> str:
    return IntervalText(translator.number(mean), f"± {translator.number(deviation, 2)}")


def _name_product(result: Result, translator: Translator, key: str) -> str:
    if not key:
        return translator.gettext("the whole country")
    return f"{result.name_of('products', key, translator.language)} ({key})"


def name_inputs(translator: Translator) -> dict[str, str]:
    """Name the uncertain inputs that evidence can move."""
    return {
        "lifetime": translator.gettext("Mean lifetime, years"),
        "market_level": translator.gettext("Level of the market"),
        "unit_weight": translator.gettext("Unit weight"),
        "income_elasticity": translator.gettext("Income elasticity"),
        "market_of_year": translator.gettext("Market of the last year of history"),
        "lifetime_scale": translator.gettext("Lifetime"),
        "lifetime_shape": translator.gettext("Spread of lifetimes"),
        "market_error": translator.gettext("Market from year to year"),
        "photovoltaic_path": translator.gettext("Photovoltaic capacity"),
        "saturation_curve": translator.gettext("Curves of ownership"),
        "population_path": translator.gettext("Population"),
        "income_path": translator.gettext("Income"),
        "market_drift": translator.gettext("Drift of the market after history"),
        "ownership_saturation": translator.gettext("Ownership when everybody has enough"),
        "ownership_rate": translator.gettext("Pace at which ownership rises"),
        "ownership_midpoint": translator.gettext("Middle of the rise of ownership"),
        **dict.fromkeys(SWITCHES, translator.gettext("Change of technology")),
    }


def list_conflict_sentences(result: Result, translator: Translator) -> list[str]:
    """Say which figures cannot be met, and what would have to be true for each.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    list of str
        Two sentences per figure, the worst first; empty if nothing was learned or nothing contradicts.
    """
    if not has_learned(result):
        return []
    return [_say_conflict(result, conflict, translator) for conflict in list_conflicts(result)]


def _say_conflict(result: Result, conflict: Conflict, translator: Translator) -> str:
    row = conflict.row
    scale, unit = (TONNES_PER_KILOTONNE, "kt") if row["unit"] == "t" else (1.0, str(row["unit"]))
    head = translator.gettext(
        "%(evidence)s, %(year)s: %(figure)s cannot be met; model and other evidence expect %(expected)s, "
        "%(distance)s standard deviations away.",
        evidence=name_evidence(row, translator),
        year=row["year"],
        figure=translator.with_unit(float(row["value"]) / scale, unit),
        expected=translator.number(float(row["left_out"]) / scale),
        distance=translator.number_fixed(abs(float(row["distance_left_out"])), 1),
    )
    causes = [_say_cause(result, cause, translator) for cause in conflict.causes]
    if not causes:
        return head
    tail = translator.gettext(
        "For it to be true the inputs would have to lie %(sigmas)s standard deviations from where they are "
        "expected, most of all %(causes)s.",
        sigmas=translator.number_fixed(conflict.sigmas, 1),
        causes=translator.join(causes),
    )
    return f"{head} {tail}"


def _say_cause(result: Result, cause: Cause, translator: Translator) -> str:
    named = name_inputs(translator).get(cause.input, cause.input)
    # The name of an input begins a cell of a table in capitals; here it stands within a sentence.
    said = named[:1].lower() + named[1:]
    if cause.product:
        said = f"{said}, {_name_product(result, translator, cause.product)}"
    if math.isnan(cause.factor):
        return said
    return f"{said}, × {translator.number_fixed(cause.factor, 2)}"
