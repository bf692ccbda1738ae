"""The tables of the panel of countries by which projections are judged, column by column."""

from __future__ import annotations

from tables import Design, integer, number, provenance, text

COUNTRY = text("iso3", "ISO 3166-1 alpha-3 code of the country.", pattern="[A-Z]{3}")
YEAR = integer("year", "Calendar year.", minimum=1980, maximum=2015)

PANEL_COUNTRIES = Design(
    "panel_countries",
    "Countries of the panel",
    "The 28 EU countries of 2017 with their reference group.",
    (
        COUNTRY,
        text("name_en", "Name of the country in English."),
        text("group", "Reference group of EU countries: 1 highest, 3 lowest income.", enum=["1", "2", "3"]),
        *provenance(note=False),
    ),
    ("iso3",),
)

PANEL_DRIVERS = Design(
    "panel_drivers",
    "Population and income of the panel",
    "Population and gross domestic product per inhabitant, as they came to be.",
    (
        COUNTRY,
        YEAR,
        number("population", "person", "Persons.", exclusiveMinimum=0),
        number(
            "purchasing_power",
            "int$/person",
            "Gross domestic product per inhabitant in current international dollars, as the official method "
            "reads it; empty where there is no figure.",
            required=False,
            exclusiveMinimum=0,
        ),
        number(
            "income",
            "int$2011/person",
            "The same in constant international dollars of 2011; years without a figure are carried back "
            "with the growth of the other countries of the group.",
            exclusiveMinimum=0,
        ),
        *provenance(note=False),
    ),
    ("iso3", "year"),
)

PANEL_MARKET = Design(
    "panel_market",
    "Placed on market in the countries of the panel",
    "Original figures of each country, product and year: apparent consumption from production and trade. "
    "Nothing here is filled. Photovoltaics are computed by the source from installed capacity: their trade "
    "statistics hold all semiconductors. The status says what the official method does with the figure.",
    (
        COUNTRY,
        text("key", "UNU-KEY.", vocabulary="product", pattern="[0-9]{4}"),
        YEAR,
        number("kg", "kg/yr", "Mass; below 0 where exports exceed production and imports."),
        number("pieces", "piece/yr", "Pieces.", required=False),
        text(
            "status",
            "'kept' where the official method leaves the figure as it is and it is above 0, 'replaced' where "
            "it takes it for an error and puts an estimate in its place. Projections are judged by kept "
            "figures alone.",
            enum=["kept", "replaced"],
        ),
        *provenance(note=False),
    ),
    ("iso3", "key", "year"),
)

PANEL_DESIGNS = (PANEL_COUNTRIES, PANEL_DRIVERS, PANEL_MARKET)
