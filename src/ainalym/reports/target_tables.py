"""What it would take to reach a target, in sentences and a table of levers."""

from __future__ import annotations

from ainalym.reports.language import Translator
from ainalym.reports.outcome_names import KILO, MEGA
from ainalym.reports.text_table import Column, TextTable
from ainalym.results.goals import PART
from ainalym.scenarios.levers import Lever, read_levers
from ainalym.targets import Answer


def describe_answer(answer: Answer, translator: Translator) -> str:
    """Say whether a target can be reached.

    Parameters
    ----------
    answer
        Of :func:`ainalym.targets.solve_target`.
    translator
        Language of the sentences.

    Returns
    -------
    str
        What the indicator is without change, and what the levers make of it.
    """
    question = answer.question
    words = {
        "indicator": name_indicator(answer, translator),
        "year": question.year,
        "present": write_value(answer, answer.present, translator),
        "target": write_value(answer, question.value, translator),
        "value": write_value(answer, answer.value, translator),
    }
    if answer.ambition == 0.0:
        return translator.gettext(
            "%(indicator)s: %(present)s in %(year)s without any lever; the target of %(target)s is met.",
            **words,
        )
    if answer.reached:
        return translator.gettext(
            "%(indicator)s: %(present)s in %(year)s if nothing changes. The levers below bring it to the "
            "target of %(target)s.",
            **words,
        )
    return translator.gettext(
        "%(indicator)s: %(present)s in %(year)s if nothing changes. The target of %(target)s cannot be "
        "reached with these levers: at their limits it comes to %(value)s.",
        **words,
    )


def list_obstacles(answer: Answer, translator: Translator) -> list[str]:
    """Say what stands in the way of a target.

    Parameters
    ----------
    answer
        Of :func:`ainalym.targets.solve_target`.
    translator
        Language of the sentences.

    Returns
    -------
    list of str
        Empty where the target can be reached.
    """
    if answer.reached:
        return []
    sentences = []
    for name, value in answer.obstacles:
        lever = read_levers()[name]
        sentences.append(
            translator.gettext(
                "With the lever “%(lever)s” at its limit as well it would be %(value)s.",
                lever=lever.labels[translator.language],
                value=write_value(answer, value, translator),
            )
        )
    if answer.kept > 0.0:
        sentences.append(
            translator.gettext(
                "%(share)s of the e-waste is used again or kept and is not there to be collected.",
                share=translator.percent(answer.kept, 1),
            )
        )
    if answer.question.indicator == "rate_of_market":
        sentences.append(
            translator.gettext(
                "All e-waste of the year together is %(share)s of the mean market of the three years before.",
                share=translator.percent(answer.of_market),
            )
        )
    return sentences


def compose_target_table(answer: Answer, translator: Translator) -> TextTable | None:
    """Compose the table of the levers of an answer; None where none is pulled.

    Parameters
    ----------
    answer
        Of :func:`ainalym.targets.solve_target`.
    translator
        Language of the table.

    Returns
    -------
    TextTable or None
        One row per lever: where it stands, where it goes, from when to when.
    """
    if answer.ambition == 0.0:
        return None
    columns = (
        Column("lever", translator.gettext("Lever")),
        Column("present", translator.gettext("Present"), numeric=True),
        Column("target", translator.gettext("Target"), numeric=True),
        Column("years", translator.gettext("Years")),
    )
    known = read_levers()
    present = answer.result.record["scenario"]["present"]
    rows = tuple(
        (
            known[override.lever].labels[translator.language],
            _write_lever(known[override.lever], present[override.lever], translator),
            _write_lever(known[override.lever], override.target, translator),
            translator.years(override.start, override.end),
        )
        for override in answer.scenario.layers[-1]
    )
    caption = translator.gettext(
        "Levers on top of “%(scenario)s”, central path",
        scenario=str(getattr(answer.base.titles, translator.language)),
    )
    note = translator.gettext(
        "All levers go the same share of their way to the limit: %(share)s. Whether that can be done, and at "
        "what cost, the model does not know.",
        share=translator.percent(answer.ambition),
    )
    return TextTable("target", caption, columns, rows, (note,))


def _write_lever(lever: Lever, value: float, translator: Translator) -> str:
    return translator.number(value) if lever.unit == "factor" else translator.percent(value, 1)


def name_indicator(answer: Answer, translator: Translator) -> str:
    """Name the indicator of an answer.

    Parameters
    ----------
    answer
        Of :func:`ainalym.targets.solve_target`.
    translator
        Language of the name.

    Returns
    -------
    str
        Such as "Recovered share: Gold".
    """
    stem, _, material = answer.question.indicator.partition(PART)
    names = {
        "collection_rate": translator.gettext("Formally collected, of the e-waste generated"),
        "rate_of_generated": translator.gettext("Collected or prepared for reuse, of the e-waste generated"),
        "rate_of_market": translator.gettext("Collected, of the mean market of three years before"),
        "ewaste_collected": translator.gettext("E-waste formally collected"),
        "ewaste_unmanaged": translator.gettext("E-waste out of control"),
        "share_recovered": translator.gettext("Recovered, of what is embedded"),
        "material_recovered": translator.gettext("Recovered material"),
        "emissions_avoided": translator.gettext("Emissions avoided by recycling"),
        "refrigerants_captured": translator.gettext("Refrigerants captured"),
        "net_benefit": translator.gettext("Net benefit of the formal system"),
    }
    if not material:
        return names[stem]
    return f"{names[stem]}: {answer.result.name_of('materials', material, translator.language)}"


def write_value(answer: Answer, value: float, translator: Translator) -> str:
    """Write a value of the indicator of an answer with its unit.

    Parameters
    ----------
    answer
        Of :func:`ainalym.targets.solve_target`.
    value
        In the unit of the goal.
    translator
        Language of the number.

    Returns
    -------
    str
        Such as "40.0 %" or "12.4 kt per year".
    """
    if answer.goal.unit == "%":
        return translator.percent(value / 100.0, 1)
    divisor, unit = {
        "t/yr": (KILO, "kt/yr"),
        "t CO2e/yr": (KILO, "kt CO2e/yr"),
        "USD/yr": (MEGA, "million USD/yr"),
    }[answer.goal.unit]
    if answer.goal.of_material and value < KILO:
        divisor, unit = 1.0, "t/yr"
    return translator.with_unit(value / divisor, unit)
