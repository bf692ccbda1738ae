"""The questions that turn stored rows into amounts by flow, year and product.

The steps, each a table of the engine:

1. ``stored``: rows of the store with the months that they cover, seen from the country. What a partner
   exports to the country is an import of the country.
2. ``chosen``: for every reporter, flow and year one publication, a complete year before a part of one, then
   by order of preference. Two publications of one reporter are never added, and of each partner it is asked
   by itself whether its year is whole.
3. ``counted``: its rows; of a code for which there is a total over partners only that total.
4. ``weighed``: each row with the products of its code, their shares and unit weights, in kg and in pieces.
5. Sums by flow, year and product.
"""

from __future__ import annotations

from string import Template

from ainalym.packages.share_checks import SHARE_TOLERANCE
from ainalym.packages.trade.engine import Engine

STORED = Template("""
    CREATE OR REPLACE VIEW stored AS
    SELECT * REPLACE (CASE WHEN reporter = '$iso3' THEN flow WHEN flow = 'export' THEN 'import'
            WHEN flow = 'import' THEN 'export' ELSE 're_' || flow END AS flow),
        reporter = '$iso3' AS is_own,
        CASE WHEN strlen(period) = 4 THEN 12 WHEN strlen(period) = 7 THEN 1
            ELSE CAST(right(period, 2) AS INTEGER) - CAST(substr(period, 6, 2) AS INTEGER) + 1 END AS months
    FROM $tables WHERE reporter = '$iso3' OR (partner = '$iso3' AND flow IN ('import', 'export'))
""")

COVERAGE = """
    WITH published AS (
        SELECT is_own, CASE WHEN source = 'comext' THEN 'all' ELSE reporter END AS together, flow, year,
        source,
            count(DISTINCT period) AS months
        FROM stored WHERE months = 1 GROUP BY ALL)
    SELECT stored.is_own, reporter, stored.flow, CAST(stored.year AS INTEGER) AS year, stored.source,
        CAST(least(12, CASE WHEN max(stored.months) > 1 THEN max(stored.months)
            ELSE max(published.months) END) AS INTEGER) AS months,
        count(*) AS rows, sum(kg) AS kg, sum(pieces) AS pieces, sum(value_usd) AS value_usd
    FROM stored LEFT JOIN published ON published.is_own = stored.is_own AND published.flow = stored.flow
        AND published.year = stored.year AND published.source = stored.source
        AND published.together IN ('all', stored.reporter)
    GROUP BY stored.is_own, reporter, stored.flow, stored.year, stored.source
    ORDER BY stored.is_own, reporter, stored.flow, stored.year, stored.source
"""
"""What there is, by reporter.

A reporter in years has the whole year, one in months as many as it has rows of. A monthly file of Comext
holds all member states, so that there a month without a row is a month without trade; elsewhere it cannot
be told from a month that was not reported, and is taken for one.
"""

OF_CHOSEN = Template("""
    CREATE OR REPLACE VIEW $name AS
    SELECT stored.*, factor FROM stored JOIN $choice choice ON choice.reporter = stored.reporter
        AND choice.flow = stored.flow AND choice.year = stored.year AND choice.source = stored.source
""")

COUNTED = """
    CREATE OR REPLACE VIEW counted AS
    SELECT * FROM of_chosen WHERE partner = 'WLD' OR NOT is_own OR NOT EXISTS (
        SELECT 1 FROM of_chosen totals WHERE totals.partner = 'WLD' AND totals.is_own
            AND totals.flow = of_chosen.flow AND totals.period = of_chosen.period
            AND totals.hs_revision = of_chosen.hs_revision AND totals.code = of_chosen.code)
"""

PARTNERS = """
    CREATE OR REPLACE VIEW by_partner AS
    SELECT * FROM of_chosen WHERE is_own AND flow IN ('import', 'export') AND partner <> 'WLD'
"""

CODE = """
    CASE WHEN lines.hs_revision = 'NATIONAL' OR strlen(lines.code) = 6 THEN lines.code
        WHEN EXISTS (SELECT 1 FROM fine_codes WHERE fine_codes.code = lines.code
            AND fine_codes.hs_revision = lines.hs_revision AND fine_codes.year = lines.year) THEN lines.code
        ELSE left(lines.code, 6) END
"""
"""The code under which a row is looked up: eight digits where the mapping has them in that revision and year,
else the first six."""

WEIGHED = Template(
    """
    CREATE OR REPLACE VIEW $name AS
    WITH coded AS (SELECT lines.*, $code AS known_code,
            CASE WHEN contains(flags, 'absurd_weight') THEN NULL ELSE pieces END AS sound_pieces
        FROM $lines lines),
    shared AS (SELECT coded.*, shares.product, shares.share * factor AS share, is_counted,
            coalesce(weight_of_code.weight, weight_of_heading.weight, product_weights.weight) AS weight
        FROM coded
        JOIN shares ON shares.hs_revision = coded.hs_revision AND shares.code = known_code
            AND shares.year = coded.year
        JOIN product_weights ON product_weights.product = shares.product
            AND product_weights.year = coded.year
        LEFT JOIN code_weights AS weight_of_code
            ON weight_of_code.code = coded.code AND weight_of_code.year = coded.year
        LEFT JOIN code_weights AS weight_of_heading
            ON weight_of_heading.code = left(coded.code, 6) AND weight_of_heading.year = coded.year
            AND coded.hs_revision <> 'NATIONAL')
    SELECT *,
        share * coalesce($first_kg, $second_kg) AS product_kg,
        share * coalesce(sound_pieces, kg / weight) AS product_pieces,
        kg IS NULL AND sound_pieces IS NULL AS has_value_alone
    FROM shared
"""
)
"""Rows by product.

The weight of the code as reported goes before that of its subheading, and this before that of the product, as
in the common methodology of Regulation (EU) 2017/699; of pieces and mass the one of choice counts.
"""

SUMS = """
    SELECT is_own, flow, CAST(year AS INTEGER) AS year, product, sum(product_kg) AS kg,
        sum(product_pieces) AS pieces,
        sum(CASE WHEN sound_pieces IS NOT NULL THEN share * kg END) AS kg_of_both,
        sum(CASE WHEN kg IS NOT NULL THEN share * sound_pieces END) AS pieces_of_both,
        bool_or(contains(flags, 'estimated')) AS is_estimated, bool_or(is_counted) AS is_counted,
        bool_or(contains(flags, 'absurd_weight')) AS is_absurd, bool_or(has_value_alone) AS has_value_alone,
        bool_or(factor <> 1) AS is_scaled
    FROM lines_by_product GROUP BY is_own, flow, year, product ORDER BY is_own, flow, year, product
"""

USED = Template("""
    WITH priced AS (
        SELECT *, sound_pieces > 0 AS by_pieces,
            value_usd / CASE WHEN sound_pieces > 0 THEN sound_pieces ELSE kg END AS unit_value
        FROM partners_by_product
        WHERE flow = 'import' AND value_usd > 0 AND (sound_pieces > 0 OR kg > 0)),
    compared AS (
        SELECT *, median(unit_value) OVER same AS usual, count(DISTINCT partner) OVER same AS others
        FROM priced
        WINDOW same AS (PARTITION BY source, year, hs_revision, code, product, by_pieces))
    SELECT CAST(year AS INTEGER) AS year, product,
        sum(CASE WHEN is_used THEN product_kg ELSE 0 END) AS kg,
        sum(CASE WHEN is_used THEN product_pieces ELSE 0 END) AS pieces
    FROM (SELECT *, others >= $fewest AND unit_value < usual * $share AS is_used FROM compared)
    GROUP BY year, product ORDER BY year, product
""")

VALUES = """
    WITH told AS (
        SELECT is_own, true AS is_whole, flow, year, CASE WHEN is_own THEN 'WLD' ELSE reporter END AS partner,
            product, share, value_usd
        FROM lines_by_product WHERE flow IN ('import', 'export')
        UNION ALL
        SELECT is_own, true, flow, year, partner, product, share, value_usd FROM partners_by_product
        UNION ALL
        SELECT is_own, false, flow, year, reporter, product, share, value_usd FROM parts_by_product)
    SELECT is_own, is_whole, flow, CAST(year AS INTEGER) AS year, partner, product,
        sum(share * value_usd) AS value
    FROM told GROUP BY ALL ORDER BY ALL
"""
"""Value of what was traded with whom, USD a year.

Once the country's own reports, in all (``WLD``) and by partner; then those of its partners, and of those that
report a part of the year what this comes to in twelve months.
"""

MAPPED_SHARES = """
    CREATE OR REPLACE TABLE mapped_shares AS
    SELECT hs_revision, code, year, sum(share) AS share FROM shares GROUP BY hs_revision, code, year
"""

UNMAPPED = Template("""
    WITH rest AS (
        SELECT lines.*, 1 - coalesce(mapped_shares.share, 0) AS share
        FROM counted lines LEFT JOIN mapped_shares ON mapped_shares.hs_revision = lines.hs_revision
            AND mapped_shares.year = lines.year AND mapped_shares.code = $code
        WHERE is_own OR NOT EXISTS (SELECT 1 FROM chosen
            WHERE chosen.is_own AND chosen.flow = lines.flow AND chosen.year = lines.year))
    SELECT rest.hs_revision, rest.code, CAST(min(rest.year) AS INTEGER) AS first_year,
        CAST(max(rest.year) AS INTEGER) AS last_year, count(*) AS rows, max(share) AS share,
        sum(share * rest.kg) AS kg, sum(share * rest.pieces) AS pieces,
        sum(share * rest.value_usd) AS value_usd,
        bool_or(EXISTS (SELECT 1 FROM headings WHERE headings.hs_revision = rest.hs_revision
            AND headings.heading = left(rest.code, 4))) AS heading_is_mapped
    FROM rest WHERE share > $tolerance
    GROUP BY rest.hs_revision, rest.code
    ORDER BY value_usd DESC NULLS LAST, rest.hs_revision, rest.code
""").substitute(code=CODE, tolerance=SHARE_TOLERANCE)
"""Codes without a product, and of codes with one the share of their trade that is none."""

HEADINGS = """
    CREATE OR REPLACE TABLE headings AS
    SELECT DISTINCT hs_revision, left(code, 4) AS heading FROM shares WHERE hs_revision <> 'NATIONAL'
"""
YEARS = "SELECT CAST(min(year) AS INTEGER), CAST(max(year) AS INTEGER) FROM stored"


def define_stored(engine: Engine, tables: str, iso3: str) -> None:
    """Define the rows of the store, seen from the country.

    Parameters
    ----------
    engine
        Engine.
    tables
        What reads the rows.
    iso3
        ISO 3166-1 alpha-3 code of the country.
    """
    engine.run(STORED.substitute(tables=tables, iso3=iso3))


def define_amounts(engine: Engine, mass_from: str) -> None:
    """Define the rows that count, and their amounts by product.

    Parameters
    ----------
    engine
        Engine with the tables ``chosen``, ``parts`` (parts of years of partners, which do not count),
        ``shares``, ``fine_codes``, ``product_weights`` and ``code_weights``.
    mass_from
        ``pieces`` to compute the mass of a row from its pieces where it has any, as the official method does;
        ``reported`` to take the published mass where there is one.
    """
    engine.run(HEADINGS)
    engine.run(MAPPED_SHARES)
    engine.run(OF_CHOSEN.substitute(name="of_chosen", choice="chosen"))
    engine.run(OF_CHOSEN.substitute(name="of_parts", choice="parts"))
    engine.run(COUNTED)
    engine.run(PARTNERS)
    masses = ("sound_pieces * weight", "kg")
    first, second = masses if mass_from == "pieces" else masses[::-1]
    views = {
        "lines_by_product": "counted",
        "partners_by_product": "by_partner",
        "parts_by_product": "of_parts",
    }
    for name, lines in views.items():
        engine.run(WEIGHED.substitute(name=name, lines=lines, code=CODE, first_kg=first, second_kg=second))
