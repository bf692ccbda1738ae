"""The method in words, as far as it depends on the options of the run."""

from __future__ import annotations

from ainalym.reports.language import Translator
from ainalym.results.result import Result


def describe_convention(result: Result, translator: Translator) -> str:
    """Say in a sentence when within the year equipment is sold and discarded."""
    sentences = {
        "uniform": translator.gettext("In this run sales are spread evenly over the year, without rounding."),
        "start": translator.gettext("In this run all sales of a year happen on its first day."),
        "middle": translator.gettext("In this run all sales of a year happen in its middle."),
        "end": translator.gettext("In this run all sales of a year happen on its last day."),
        "cbs": translator.gettext(
            "This run rounds as the official European figures do, so that mass is kept only nearly."
        ),
    }
    return sentences[str(result.record["options"]["convention"])]


def describe_sales_use(result: Result, translator: Translator) -> str:
    """Say whether reported sales have changed what is placed on market."""
    if are_sales_evidence(result):
        return translator.gettext("Reported sales are evidence that the model learns from.")
    if have_sales_entered(result):
        return translator.gettext(
            "Products with usable figures of sales are brought to the level of those sales; in the years "
            "before, that level gives way to the one of the reference countries."
        )
    return translator.gettext("Reported sales stand beside the model and do not change it.")


def note_sales(result: Result, translator: Translator) -> str:
    """Say how the comparison with reported sales is to be read."""
    even = translator.gettext("The model spreads a year evenly over its months.")
    if are_sales_evidence(result):
        reading = translator.gettext(
            "The model has learned from some of these sales, as far as their errors allow; it is not forced "
            "to meet them."
        )
    elif have_sales_entered(result):
        reading = translator.gettext(
            "These sales have set the level of their products, so a ratio shows how well one level fits all "
            "their years, not how well the model foretells them."
        )
    else:
        reading = translator.gettext(
            "The sales stand beside the model as evidence; it is not forced to meet them."
        )
    return f"{even} {reading}"


def are_sales_evidence(result: Result) -> bool:
    """Tell whether the run has learned from sales."""
    return bool(result.record["options"].get("sales") == "evidence")


def have_sales_entered(result: Result) -> bool:
    """Tell whether the run lets usable sales set the level of their products."""
    entered: bool = result.record["options"].get("sales") == "enter"
    return entered and bool(result.tables["sales"]["usable"].any())


def describe_projection(result: Result, translator: Translator) -> str:
    """Say how the market goes on after the last year of history."""
    sentences = {
        "profile": translator.gettext(
            "After the last year of history the model keeps to what the groups bought in their last year, "
            "and the country moves along it as population and income are projected."
        ),
        "trend": translator.gettext(
            "After the last year of history every product follows the forecast of the common European "
            "method, a line in purchasing power."
        ),
        "table": translator.gettext(
            "After the last year of history every product follows the method that suits it: what the groups "
            "buy at the future income; the line in purchasing power of the common European method; or "
            "ownership that climbs a curve in income, where purchases replace what wears out and add what is "
            "missing."
        ),
    }
    return sentences[str(result.record["options"].get("projection", "profile"))]
