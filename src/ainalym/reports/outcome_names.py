"""What outcomes, their labels and their units are called in the language of the reader."""

from __future__ import annotations

from ainalym.core.quantities import get_quantity
from ainalym.reports.language import Translator
from ainalym.results.outcomes import OUTCOMES
from ainalym.results.result import Result

KILO, MEGA = 1e3, 1e6


def name_scenario(result: Result, translator: Translator) -> str:
    """Give the name of the scenario of a result in the language.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the name.

    Returns
    -------
    str
        Title of the scenario.
    """
    return str(result.record["scenario"]["titles"][translator.language])


def name_outcome(result: Result, translator: Translator, quantity: str, label: str) -> str:
    """Name an outcome.

    Parameters
    ----------
    result
        Result of a run, whose tables name the labels.
    translator
        Language of the name.
    quantity
        One of :data:`ainalym.results.outcomes.OUTCOMES`.
    label
        Label of its axis, empty for a total.

    Returns
    -------
    str
        Such as "Recovered materials: Copper".
    """
    axis = OUTCOMES[quantity]
    if not axis:
        return _name_total(translator, quantity)
    return f"{_name_total(translator, quantity)}: {name_label(result, translator, axis, label)}"


def _name_total(translator: Translator, quantity: str) -> str:
    """Name a quantity; what it is a total of goes without saying where no part of it stands beside."""
    shorter = quantity.removesuffix("_total").removesuffix("_by_category")
    return get_quantity(shorter).labels[translator.language]


def name_label(result: Result, translator: Translator, axis: str, label: str) -> str:
    """Name a label of an axis.

    Parameters
    ----------
    result
        Result of a run, whose tables name the labels.
    translator
        Language of the name.
    axis
        Axis such as ``material`` or ``route``.
    label
        Its label.

    Returns
    -------
    str
        Name for readers.
    """
    table = {
        "category": "categories",
        "material": "materials",
        "route": "routes",
        "substance": "substances",
        "treatment": "treatments",
    }.get(axis)
    if table is not None:
        return result.name_of(table, label, translator.language)
    return {
        "life_cycle": translator.gettext("whole life cycle"),
        "smelter_gate": translator.gettext("up to the gate of the smelter"),
        "revenue": translator.gettext("paid for materials"),
        "carbon": translator.gettext("value of emissions avoided"),
        "avoided_harm": translator.gettext("harm avoided"),
        "collection": translator.gettext("collection"),
        "treatment": translator.gettext("treatment"),
        "residues": translator.gettext("disposal of residues"),
        "administration": translator.gettext("administration"),
        "net_benefit": translator.gettext("net benefit"),
        "materials": translator.gettext("value of materials"),
        "carbon_all": translator.gettext("value of all emissions avoided"),
        "treatment_all": translator.gettext("cost of treatment"),
        "harm": translator.gettext("harm to people and environment"),
        "net_value": translator.gettext("net value"),
    }[label]


def scale_outcome(result: Result, quantity: str, label: str) -> tuple[float, str]:
    """Choose the unit in which an outcome is shown.

    Parameters
    ----------
    result
        Result of a run.
    quantity, label
        As for :func:`name_outcome`.

    Returns
    -------
    tuple of float and str
        Divisor from the unit of the vocabulary, and the unit shown, without "per year".
    """
    unit = get_quantity(quantity).unit.removesuffix("/yr")
    if unit == "t":
        table = {"material": "materials", "substance": "substances"}.get(OUTCOMES[quantity])
        shown = str(result.tables[table].at[label, "display_unit"]) if table else "kt"
        return {"kt": KILO, "t": 1.0, "kg": 1.0 / KILO}[shown], shown
    return {
        "USD": (MEGA, "million USD"),
        "t CO2e": (KILO, "kt CO2e"),
        "%": (1.0, "%"),
    }[unit]
