"""What the reader is told of imported statistics."""

from __future__ import annotations

from ainalym.reports.language import Translator
from ainalym.results.result import Result
from ainalym.results.statistics import summarise_statistics

WARNINGS_SHOWN = 5
"""Warnings that are printed; all stand in the tables of the folder."""


def describe_statistics(result: Result, translator: Translator) -> list[str]:
    """Say how many cells rest on imported statistics, and on what kind.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of the sentences.

    Returns
    -------
    list of str
        Sentences; empty where nothing was imported.
    """
    summary = summarise_statistics(result)
    if summary is None:
        return []
    sentences = [
        translator.gettext(
            "Imported statistics, %(years)s, cells of a product and a year: %(reported)s as reported, "
            "%(estimated)s estimated from what was reported.",
            years=translator.years(summary.first_year, summary.last_year),
            reported=translator.number_fixed(summary.reported, 0),
            estimated=translator.number_fixed(summary.estimated, 0),
        )
    ]
    if summary.mirrored and summary.least_cover is not None and summary.most_cover is not None:
        sentences.append(
            translator.gettext(
                "Flows that the country is silent of and its partners report, used as estimates: %(used)s; "
                "these partners hold %(least)s to %(most)s of their value.",
                used=translator.number_fixed(summary.mirrored, 0),
                least=translator.percent(summary.least_cover),
                most=translator.percent(summary.most_cover),
            )
        )
    elif summary.mirrored:
        sentences.append(
            translator.gettext(
                "Flows that the country is silent of and its partners report, used as estimates: %(used)s; "
                "which share of them these partners hold is not known.",
                used=translator.number_fixed(summary.mirrored, 0),
            )
        )
    if summary.left_out:
        sentences.append(
            translator.gettext(
                "Reports of partners that were not used, because the partners hold too little of the flow or "
                "an unknown share: %(count)s.",
                count=translator.number_fixed(summary.left_out, 0),
            )
        )
    return sentences


def list_statistics_warnings(result: Result, translator: Translator) -> list[str]:
    """List the first warnings about imported statistics, and count the rest.

    Parameters
    ----------
    result
        Result of a run.
    translator
        Language of what is said around them; the warnings themselves are in English, as all problems.

    Returns
    -------
    list of str
        One line each.
    """
    summary = summarise_statistics(result)
    warnings = summary.warnings if summary is not None else ()
    rest = len(warnings) - WARNINGS_SHOWN
    lines = list(warnings[:WARNINGS_SHOWN])
    if rest > 0:
        lines.append(
            translator.gettext(
                "and %(count)s more in tables/statistics_mirror.csv",
                count=translator.number_fixed(rest, 0),
            )
        )
    return lines
