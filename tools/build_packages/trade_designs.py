"""The standard tables that trade statistics need, column by column."""

from __future__ import annotations

from designs import KEY, YEAR
from tables import Design, integer, number, provenance, text

REVISIONS = ["HS1992", "HS1996", "HS2002", "HS2007", "HS2012", "HS2017", "HS2022"]

REVISION = text("hs_revision", "Revision of the Harmonised System.", enum=REVISIONS)
CODE = text("code", "Subheading of the Harmonised System, or code of the CN.", pattern="[0-9]{6}|[0-9]{8}")
SHARE = number("share", "1", "Share of the code's trade that is this product.", minimum=0, maximum=1)

HS_TO_PRODUCT = Design(
    "hs_to_product",
    "Products of trade codes",
    "UNU-KEY of each HS subheading by revision; the shares of a code sum to 1.",
    (
        REVISION,
        CODE,
        KEY,
        SHARE,
        text("basis", "How the share came to be.", enum=["one_key", "count_of_codes"]),
        integer("year_from", "First year in which the source has the code.", minimum=1988, maximum=2150),
        integer("year_to", "Last year in which the source has the code.", minimum=1988, maximum=2150),
        *provenance(),
    ),
    ("hs_revision", "code", "key"),
)

SHARE_OVERRIDES = Design(
    "share_overrides",
    "Shares decided by hand",
    "Shares that replace those of hs_to_product for codes of several keys, over a period and for a reason.",
    (
        REVISION,
        CODE,
        KEY,
        SHARE,
        integer("valid_from", "First year in which the share holds.", minimum=1988, maximum=2150),
        integer("valid_to", "Last year in which the share holds.", minimum=1988, maximum=2150),
        text("reason", "Why the share of the mapping is replaced."),
        *provenance(note=False),
    ),
    ("hs_revision", "code", "key", "valid_from"),
)

COUNTRY_CODES = Design(
    "country_codes",
    "Codes of countries in trade statistics",
    "Codes by which publishers name a country; former ones and those of the UN trade database included.",
    (
        text("iso3", "ISO 3166-1 alpha-3 code.", pattern="[A-Z]{3}"),
        text("iso2", "Two-letter codes, separated by ';'.", pattern="[A-Z]{2}(;[A-Z]{2})*"),
        text("m49", "Numeric codes, separated by ';'.", pattern="[0-9]{1,3}(;[0-9]{1,3})*"),
        text("comtrade", "Code by which the UN trade database is asked today.", pattern="[0-9]{1,3}"),
        text("name_en", "Name in English."),
        *provenance(note=False),
    ),
    ("iso3",),
)

EXCHANGE_RATES = Design(
    "exchange_rates",
    "Exchange rates",
    "Yearly mean, US dollars for one unit of the currency. After the last year its rate holds.",
    (
        text("currency", "ISO 4217 code.", pattern="[A-Z]{3}"),
        YEAR,
        number("value", "USD", "US dollars for one unit.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("currency", "year"),
)

CODE_WEIGHTS = Design(
    "code_weights",
    "Unit weights of trade codes",
    "Mean weight of a piece of one trade code; used before the weight of its product.",
    (
        CODE,
        YEAR,
        number("weight", "kg/piece", "Mean weight of a piece.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("code", "year"),
)

STATISTICS_PRODUCTS = Design(
    "statistics_products",
    "Product groups of national statistics",
    "UNU-KEYs of the product groups that a national publication names in words; a share of 0 is a decision "
    "that the group is not used, with the reason in the note.",
    (
        text("name", "Name of the group as published, without its unit, in lower case."),
        KEY,
        SHARE,
        text("name_en", "Name in English."),
        *provenance(),
    ),
    ("name", "key"),
)

REFERENCE_TRADE_DESIGNS = (HS_TO_PRODUCT, SHARE_OVERRIDES, COUNTRY_CODES, EXCHANGE_RATES)
COUNTRY_TRADE_DESIGNS = (CODE_WEIGHTS, STATISTICS_PRODUCTS)
