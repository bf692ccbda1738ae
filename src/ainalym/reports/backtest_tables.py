"""Tables of the back-test, finished in one language."""

from __future__ import annotations

from typing import Any

from ainalym.backtest.run import METHODS, OFFICIAL, PROJECTION, REFERENCE, Backtest
from ainalym.backtest.scoring import ALL_CATEGORIES, CATEGORIES, EWASTE, MARKET, PRODUCTS, TOTAL
from ainalym.core.quantities import get_quantity
from ainalym.packages.reference import read_reference
from ainalym.reports.language import Translator
from ainalym.reports.text_table import Column, TextTable

LEAST_SHARE_INSIDE = 0.8
"""Share inside the 90 % interval below which a category is named: ten points less than promised."""


def name_methods(translator: Translator) -> dict[str, str]:
    """Name the methods that a back-test compares."""
    return {
        PROJECTION: translator.gettext("Projection"),
        REFERENCE: translator.gettext("Reference countries alone"),
        OFFICIAL: translator.gettext("Official method"),
    }


def compose_score_tables(backtest: Backtest, translator: Translator) -> list[TextTable]:
    """Compose one table of scores for every quantity, origin and method.

    Parameters
    ----------
    backtest
        Result of a back-test.
    translator
        Language of the tables.

    Returns
    -------
    list of TextTable
        Categories, the six together, photovoltaics apart, single products and totals; the market first.
    """
    return [
        _compose_scores(backtest, quantity, origin, method, translator)
        for quantity in (MARKET, EWASTE)
        for origin in backtest.options.origins
        for method in METHODS
    ]


def list_scored_categories(
    backtest: Backtest, quantity: str, origin: int, translator: Translator
) -> list[tuple[str, str]]:
    """List code and name of the categories that were scored, in the order of the table of categories.

    Parameters
    ----------
    backtest
        Result of a back-test.
    quantity, origin
        What was scored, and from which year.
    translator
        Language of the names.

    Returns
    -------
    list of tuple
        Code and name.
    """
    scores = backtest.scores
    known = set(scores.loc[(scores["quantity"] == quantity) & (scores["origin"] == origin), "category"])
    names = read_reference().categories[f"name_{translator.language}"].to_dict()
    return [(str(code), str(name)) for code, name in names.items() if str(code) in known]


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
    backtest: Backtest, quantity: str, origin: int, method: str, translator: Translator
) -> TextTable:
    scores = backtest.scores
    chosen = (scores["quantity"] == quantity) & (scores["origin"] == origin) & (scores["method"] == method)
    indexed = scores[chosen].set_index(["scope", "category"])
    labels = [
        ((CATEGORIES, code), f"{code}  {name}")
        for code, name in list_scored_categories(backtest, quantity, origin, translator)
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
        "%(quantity)s. %(method)s: known to %(origin)s, judged by %(years)s, %(unit)s",
        quantity=get_quantity(quantity).labels[translator.language],
        method=name_methods(translator)[method],
        origin=origin,
        years=translator.years(origin + 1, backtest.options.until),
        unit=translator.unit("kg/person"),
    )
    return TextTable(f"scores_{quantity}_{origin}_{method}", caption, columns, rows)


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
        translator.gettext(
            "Nobody observes the e-waste generated: it is computed from the projected market and from "
            "the one that came, completed by the official method, both with the same lifetimes."
        ),
        drivers,
        translator.gettext(
            "CRPS is the distance of a distribution from what happened; of a single number it is the "
            "absolute error. The official method gives single numbers, without an interval."
        ),
        translator.gettext(
            "Errors of two products of a country in one year correlate by %(own)s where its own figures are "
            "known, and by %(reference)s where they are not.",
            own=translator.number_fixed(backtest.correlation[PROJECTION], 2),
            reference=translator.number_fixed(backtest.correlation[REFERENCE], 2),
        ),
        *(_say_coverage(backtest, origin, translator) for origin in backtest.options.origins),
    ]


def read_category_scores(
    backtest: Backtest, quantity: str, origin: int, column: str
) -> dict[tuple[str, str], float]:
    """Read one score of every method and category.

    Parameters
    ----------
    backtest
        Result of a back-test.
    quantity, origin
        What was scored, and from which year.
    column
        Column of its scores.

    Returns
    -------
    dict
        By method and category, ``all`` with them.
    """
    scores = backtest.scores
    own = scores[
        (scores["quantity"] == quantity) & (scores["origin"] == origin) & (scores["scope"] == CATEGORIES)
    ]
    return {
        (str(method), str(category)): float(value)
        for method, category, value in zip(own["method"], own["category"], own[column], strict=True)
    }


def say_result(backtest: Backtest, translator: Translator) -> str:
    """Say in one sentence how far projection and official method were off, from the first origin."""
    origin = backtest.options.origins[0]
    errors = read_category_scores(backtest, MARKET, origin, "crps_relative")
    return translator.gettext(
        "Known to %(origin)s, placed on market by category was projected with an error (CRPS) of %(own)s "
        "of what happened; the official method erred by %(official)s.",
        origin=origin,
        own=translator.percent(errors[PROJECTION, ALL_CATEGORIES]),
        official=translator.percent(errors[OFFICIAL, ALL_CATEGORIES]),
    )


def _say_coverage(backtest: Backtest, origin: int, translator: Translator) -> str:
    """Say whether the intervals of the market held what they promise, and which categories did not."""
    half, most = (
        read_category_scores(backtest, MARKET, origin, column) for column in ("inside_50", "inside_90")
    )
    said = translator.gettext(
        "Known to %(origin)s, the intervals of the categories held %(half)s for 50 %% and %(most)s for "
        "90 %%.",
        origin=origin,
        half=translator.percent(half[PROJECTION, ALL_CATEGORIES]),
        most=translator.percent(most[PROJECTION, ALL_CATEGORIES]),
    )
    poor = [
        f"{name} ({translator.percent(most[PROJECTION, code])})"
        for code, name in list_scored_categories(backtest, MARKET, origin, translator)
        if most[PROJECTION, code] < LEAST_SHARE_INSIDE
    ]
    if not poor:
        return said
    return (
        said
        + " "
        + translator.gettext(
            "Too narrow, with less than %(least)s inside the 90 %% interval: %(categories)s. There most "
            "countries erred to the same side; no spread of single markets mends that.",
            least=translator.percent(LEAST_SHARE_INSIDE),
            categories="; ".join(poor),
        )
    )
