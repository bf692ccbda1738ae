"""The table of uncertain quantities, column by column."""

from __future__ import annotations

from tables import Design, number, provenance, text

UNCERTAINTY = Design(
    "uncertainty",
    "Uncertain quantities",
    "How far a quantity may lie from its table value: distribution, spread and correlation.",
    (
        text("quantity", "Name of the uncertain quantity.", pattern="[a-z_]+"),
        text("applies_to", "UNU-KEY, class of grades, material, or 'all'."),
        text("distribution", "Distribution around the table value, which is its centre."),
        number("spread", None, "Spread of the distribution, 0 or more."),
        text(
            "spread_unit",
            "What the spread is: 'log' (standard deviation of the logarithm), 'relative' (half-width over "
            "the centre), 'standard_error', 'band' (multiple of the band in the country package), "
            "'log_2050' (standard deviation of the logarithm in 2050, growing with time) or 'yr' (years of "
            "price changes, or by which a date may differ).",
        ),
        number("correlation_products", "1", "Correlation between two products."),
        number("correlation_years", "1", "Correlation between a year and the next."),
        *provenance(),
    ),
    ("quantity", "applies_to"),
)
