"""Checks of the shares by which trade codes and product groups are divided among products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ainalym.errors import Problem

SHARE_TOLERANCE = 1e-3
"""How far shares may sum from one: they are published with four digits."""

SHARE_TABLES: Mapping[str, tuple[str, ...]] = {
    "hs_to_product": ("hs_revision", "code"),
    "share_overrides": ("hs_revision", "code"),
    "statistics_products": ("name",),
}
"""Tables of shares, by the columns that name what is shared."""


def check_share_sums(name: str, frame: pd.DataFrame, place: str) -> Iterator[Problem]:
    """[TRD-027] Find codes and groups whose shares sum to more than one, so that trade would be multiplied.

    Shares that sum to less are allowed: the rest is no equipment, and is listed with the codes without a
    product.

    Parameters
    ----------
    name
        Table, one of :data:`SHARE_TABLES`.
    frame
        Its rows; where it has ``valid_from`` and ``valid_to``, shares sum to one in every year.
    place
        Where the table stands, for messages.
    """
    columns = list(SHARE_TABLES[name])
    if "valid_from" not in frame:
        frame = frame.assign(valid_from=0, valid_to=0)
    # A sum can only rise in a year in which some share begins to hold.
    begun = frame[[*columns, "valid_from"]].drop_duplicates().rename(columns={"valid_from": "year"})
    held = begun.merge(frame, on=columns)
    held = held[(held["valid_from"] <= held["year"]) & (held["year"] <= held["valid_to"])]
    sums = held.groupby([*columns, "year"])["share"].sum()
    for label, total in sums[sums > 1 + SHARE_TOLERANCE].items():
        *names, year = label if isinstance(label, tuple) else (label, 0)
        shown = " ".join(str(name) for name in names) + (f", from {year}" if year else "")
        yield Problem(
            "TRD-027",
            f"{place}, {shown}",
            f"shares that sum to {total:.6g}",
            "1 or less",
            "Correct the shares, or the years in which they hold; they may overlap.",
        )
