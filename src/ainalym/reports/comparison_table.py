"""The table of the model beside every published figure, and the names of published quantities."""

from __future__ import annotations

from ainalym.core.quantities import read_quantities
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.headline import say_interval_caption
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable, translate_text, write_figure
from ainalym.results.result import Result
from ainalym.results.summary import MODEL_COLUMNS, compute_comparison


def compose_comparison_table(result: Result, translator: Translator, with_sources: bool = False) -> TextTable:
    """Compose the table of the model beside every published figure that it computes.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the table.
    with_sources
        Whether the last columns name the source and say what is special about a published figure.

    Returns
    -------
    TextTable
        One row per published figure, with the ratio of model over published.
    """
    comparison = compute_comparison(result)
    columns = (
        Column("quantity", translator.gettext("Quantity")),
        Column("year", translator.gettext("Year"), numeric=True),
        Column("published", translator.gettext("Published"), numeric=True),
        Column("model", translator.gettext("Model"), numeric=True),
        Column("ratio", translator.gettext("Ratio"), numeric=True),
        Column("vintage", translator.gettext("Edition")),
        Column("grade", translator.gettext("Grade")),
        Column("source", translator.gettext("Source")),
        Column("note", translator.gettext("Note")),
    )
    rows = []
    known = comparison[comparison["model"].notna()].fillna({"note": ""})
    for row in known.astype(dict.fromkeys(MODEL_COLUMNS, float)).to_dict("records"):
        scale, unit = (TONNES_PER_KILOTONNE, "kt") if row["unit"] == "t" else (1.0, row["unit"])
        rows.append(
            (
                f"{name_published(row['quantity'], translator)}, {translator.unit(unit)}",
                str(row["year"]),
                translator.number(row["published"] / scale),
                write_figure(translator, *(row[name] / scale for name in MODEL_COLUMNS)),
                translator.number_fixed(row["ratio"], 2),
                row["vintage"],
                row["grade"],
                row["source"],
                translate_text(row["note"], translator),
            )
        )
    shown = len(columns) if with_sources else len(columns) - 2
    caption = say_interval_caption(
        result, translator, translator.gettext("The model beside published figures")
    )
    return TextTable("comparison", caption, columns[:shown], tuple(row[:shown] for row in rows))


def name_published(quantity: str, translator: Translator) -> str:
    """Name a published quantity, one of the vocabulary or one that only publications use."""
    known = read_quantities()
    if quantity in known:
        return known[quantity].labels[translator.language]
    others = {
        "ewaste_generated_per_inhabitant": known["ewaste_generated"].labels[translator.language],
        "ewaste_collected_per_inhabitant": known["ewaste_collected"].labels[translator.language],
        "eee_in_municipal_waste": translator.gettext("Equipment collected in municipal waste"),
        "ewaste_reported_by_enterprises": translator.gettext("E-waste reported by enterprises"),
        "share_reused_by_enterprises": translator.gettext("Reused, of what enterprises reported"),
        "share_recycled_by_enterprises": translator.gettext("Recycled, of what enterprises reported"),
        "share_destroyed_by_enterprises": translator.gettext("Destroyed, of what enterprises reported"),
    }
    return others.get(quantity, quantity.replace("_", " "))
