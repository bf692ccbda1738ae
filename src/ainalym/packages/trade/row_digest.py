"""Sums up the rows of use once, so that what is asked of them afterwards need not read them again.

A file of millions of rows has few codes, periods and reporters. What can be told from their sums and extremes
is told from these; only where they show that a row is amiss are the rows themselves looked at.
"""

from __future__ import annotations

from string import Template

import numpy as np

from ainalym.packages.trade.engine import Engine, quote_text

DIGEST = """
    CREATE OR REPLACE TABLE digest AS
    SELECT source, reporter, flow, year, period, hs_revision, code, min(file) AS first_file,
        max(file) AS last_file, count(*) AS rows, sum(kg) AS kg, sum(pieces) AS pieces,
        sum(value_usd) AS value_usd,
        min((kg + kg_rounding / 2) / pieces) FILTER (pieces >= 1 AND kg > 0) AS lightest,
        max((kg - kg_rounding / 2) / pieces) FILTER (pieces >= 1 AND kg > 0) AS heaviest
    FROM used GROUP BY ALL
"""
"""Rows, amounts and extremes of the unit weight, rounding apart, of everything but partners."""

ABSURD = Template(
    "coalesce(pieces >= 1 AND kg > 0 AND ((kg + kg_rounding / 2) / pieces < low / $factor"
    " OR (kg - kg_rounding / 2) / pieces > high * $factor), false)"
)
"""Whether mass and pieces of a row imply a weight that no product of the code has, rounding apart."""

HAS_ABSURD = Template("""
    SELECT count(*) FROM digest JOIN expected_weight ON expected_weight.hs_revision = digest.hs_revision
        AND expected_weight.code = left(digest.code, 6) AND expected_weight.year = digest.year
    WHERE lightest < low / $factor OR heaviest > high * $factor
""")
COUNT_ABSURD = Template("SELECT count(*) FILTER (reporter = $iso3), count(*) FROM weighed WHERE $absurd")

KEYS = Template("""
    SELECT key FROM (SELECT hash(source, reporter, partner, flow, period, hs_revision, code, split) AS key
        FROM used)
    WHERE key % $parts = $part
""")

KEYS_AT_ONCE = 8_000_000
"""Keys that are compared at once, 8 bytes each; of more rows a part at a time."""

COUNT_ROWS = "SELECT coalesce(sum(rows), 0) FROM digest"


def digest_rows(engine: Engine) -> None:
    """Sum up the rows of use in the table ``digest``.

    Parameters
    ----------
    engine
        Engine with the view ``used``.
    """
    engine.run(DIGEST, "checking the rows")


def count_absurd(engine: Engine, factor: float, iso3: str) -> tuple[int, int]:
    """Count the rows whose mass and pieces cannot belong together, after :func:`digest_rows`.

    Parameters
    ----------
    engine
        Engine.
    factor
        How many times off a unit weight is absurd.
    iso3
        Country of the store.

    Returns
    -------
    tuple of (int, int)
        Rows that the country reports, and rows of all reporters.
    """
    if not engine.fetch(HAS_ABSURD.substitute(factor=factor))[0][0]:
        return 0, 0
    absurd = ABSURD.substitute(factor=factor)
    own, every = engine.fetch(COUNT_ABSURD.substitute(absurd=absurd, iso3=quote_text(iso3)))[0]
    return int(own), int(every)


def count_repeated(engine: Engine) -> int:
    """Count the rows that repeat another one, after :func:`digest_rows`.

    Parameters
    ----------
    engine
        Engine.

    Returns
    -------
    int
        Rows beyond the first of their kind. Sorting keys of 8 bytes takes a quarter of the time of counting
        different ones in the engine.
    """
    rows = int(engine.fetch(COUNT_ROWS)[0][0])
    parts = rows // KEYS_AT_ONCE + 1
    repeated = 0
    for part in range(parts):
        keys = engine.fetch_column(KEYS.substitute(parts=parts, part=part))
        keys.sort()
        repeated += int(np.count_nonzero(keys[1:] == keys[:-1]))
    return repeated
