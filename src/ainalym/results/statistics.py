"""What imported statistics brought into a result."""

from __future__ import annotations

from typing import NamedTuple

from ainalym.results.result import Result


class StatisticsSummary(NamedTuple):
    """Counts of cells, each a product in a year.

    Attributes
    ----------
    first_year, last_year
        Years with a figure.
    reported
        Cells as the country published them.
    estimated
        Cells that were mirrored, scaled, split or lack a part.
    mirrored
        Flows of cells that partners' reports stand for.
    least_cover, most_cover
        Shares of their value that these partners hold, 0 to 1; None where none is known.
    left_out
        Flows of cells that partners report and that were not used, for too little is known of them.
    warnings
        What was left out and why, with codes.
    """

    first_year: int
    last_year: int
    reported: int
    estimated: int
    mirrored: int
    least_cover: float | None
    most_cover: float | None
    left_out: int
    warnings: tuple[str, ...]


def summarise_statistics(result: Result) -> StatisticsSummary | None:
    """Summarise what imported statistics brought.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    StatisticsSummary or None
        None where no statistics entered.
    """
    if "statistics_cells" not in result.tables:
        return None
    cells, mirror = result.tables["statistics_cells"], result.tables["statistics_mirror"]
    years = cells["year"] if len(cells) else mirror["year"]
    if not len(years):
        return None
    is_used = mirror["is_used"].astype(bool)
    cover = mirror.loc[is_used, "cover"].dropna()
    reported = int(cells["is_as_reported"].sum())
    return StatisticsSummary(
        first_year=int(years.min()),
        last_year=int(years.max()),
        reported=reported,
        estimated=len(cells) - reported,
        mirrored=int(is_used.sum()),
        least_cover=float(cover.min()) if len(cover) else None,
        most_cover=float(cover.max()) if len(cover) else None,
        left_out=int((~is_used).sum()),
        warnings=tuple(result.record["statistics"]["warnings"]),
    )
