"""Tables of the back-test, finished in one language."""

from __future__ import annotations

from typing import Any

from ainalym.backtest.run import METHODS, OFFICIAL, PROJECTION, REFERENCE, Backtest
from ainalym.backtest.scoring import ALL_CATEGORIES, CATEGORIES, PRODUCTS, TOTAL
from ainalym.packages.reference import read_reference
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable


def name_methods(translator: Translator) -> dict[str, str]:
    """Name the methods that a back-test compares."""
    return {
        PROJECTION: translator.gettext("Projection"),
        REFERENCE: translator.gettext("Reference countries alone"),
        OFFICIAL: translator.gettext("Official method"),
    }


def compose_score_tables(backtest: Backtest, translator: Translator) -> list[TextTable]:
    """Compose one table of scores for every origin and method.

    Parameters
    ----------
    backtest
        Result of a back-test.
    translator
        Language of the tables.

    Returns
    -------
    list of TextTable
        Categories, the six together, photovoltaics apart, single products and totals.
    """
    names = name_methods(translator)
    return [
        _compose_scores(backtest, origin, method, names[method], translator)
        for origin in backtest.options.origins
        for method in METHODS
    ]


def compose_drift_table(backtest: Backtest, translator: Translator) -> TextTable:
    """Compose the proof that the drift of markets is not fitted to what it is judged by.

    Parameters
    ----------
    backtest
        Result of a back-test.
    translator
        Language of the table.

    Returns
    -------
    TextTable
        One row per way of leaving out.
    """
    names = {
        "without_drift": translator.gettext("No drift"),
        "none": translator.gettext("Estimated from all"),
        "country": translator.gettext("Without the country judged"),
        "half": translator.gettext("Without the half judged"),
        "origin": translator.gettext("Without the origin judged"),
    }
    rows = [
        (
            names[row["left_out"]],
            _show_range(row, translator),
            translator.percent(row["inside_50"]),
            translator.percent(row["inside_90"]),
        )
        for row in backtest.proof.to_dict("records")
    ]
    columns = (
        Column("left_out", translator.gettext("Drift of the market after history")),
        Column("spread", translator.gettext("Spread of the logarithm"), True),
        Column("inside_50", translator.gettext("In the 50 %% interval"), True),
        Column("inside_90", translator.gettext("In the 90 %% interval"), True),
    )
    return TextTable(
        "drift", translator.gettext("Single products inside their intervals"), columns, tuple(rows)
    )


def _show_range(row: dict[Any, Any], translator: Translator) -> str:
    least, largest = (translator.number_fixed(row[name], 2) for name in ("least", "largest"))
    return least if least == largest else f"{least}–{largest}"


def _compose_scores(
    backtest: Backtest, origin: int, method: str, name: str, translator: Translator
) -> TextTable:
    scores = backtest.scores
    own = scores[(scores["origin"] == origin) & (scores["method"] == method)]
    indexed = own.set_index(["scope", "category"])
    categories = read_reference().categories[f"name_{translator.language}"].to_dict()
    labels = [
        ((CATEGORIES, str(category)), f"{category}  {label}")
        for category, label in categories.items()
        if (CATEGORIES, str(category)) in indexed.index
    ]
    labels += [
        ((CATEGORIES, ALL_CATEGORIES), translator.gettext("Categories without photovoltaics")),
        ((PRODUCTS, ALL_CATEGORIES), translator.gettext("Single products")),
        ((TOTAL, ALL_CATEGORIES), translator.gettext("All products together")),
    ]
    rows = tuple(
        _show_scores(label, dict(indexed.loc[[place]].iloc[0]), translator) for place, label in labels
    )
    columns = (
        Column("category", translator.gettext("Category")),
        Column("cases", translator.gettext("Cases"), True),
        Column("truth", translator.gettext("Truth"), True),
        Column("bias", translator.gettext("Bias"), True),
        Column("crps", translator.gettext("CRPS"), True),
        Column("inside_50", translator.gettext("In the 50 %% interval"), True),
        Column("inside_90", translator.gettext("In the 90 %% interval"), True),
    )
    caption = translator.gettext(
        "%(method)s: known to %(origin)s, judged by %(years)s, %(unit)s",
        method=name,
        origin=origin,
        years=translator.years(origin + 1, backtest.options.until),
        unit=translator.unit("kg/person"),
    )
    return TextTable(f"scores_{origin}_{method}", caption, columns, rows)


def _show_scores(label: str, row: dict[Any, Any], translator: Translator) -> tuple[str, ...]:
    return (
        label,
        translator.number_fixed(row["cases"], 0),
        translator.number(row["truth"]),
        translator.percent(row["bias"]),
        translator.number(row["crps"]),
        translator.percent(row["inside_50"]),
        translator.percent(row["inside_90"]),
    )


def describe_backtest(backtest: Backtest, translator: Translator) -> list[str]:
    """Say in sentences what the tables rest on.

    Parameters
    ----------
    backtest
        Result of a back-test.
    translator
        Language.

    Returns
    -------
    list of str
        Paragraphs.
    """
    drivers = (
        translator.gettext("Population and income go on by their mean growth of the ten years before.")
        if backtest.options.drivers == "carried"
        else translator.gettext("Population and income are those that came, as if they had been foreseen.")
    )
    return [
        translator.gettext(
            "Judged by original figures of %(countries)s EU countries that the official method keeps; "
            "nothing filled in is judged. What other countries tell is estimated without the country judged.",
            countries=len(backtest.countries),
        ),
        drivers,
        translator.gettext(
            "CRPS is the distance of a distribution from what happened; of a single number it is the "
            "absolute error. The official method gives single numbers, without an interval."
        ),
    ]
