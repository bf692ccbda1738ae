"""The standard tables of reference and country packages, column by column."""

from __future__ import annotations

from tables import Column, Design, boolean, integer, number, provenance, text

YEAR = integer("year", "Calendar year.", minimum=1900, maximum=2150)
KEY = text("key", "UNU-KEY.", vocabulary="product", pattern="[0-9]{4}")
PROFILE = text("profile", "Name of a lifetime profile of the reference package.")
SERIES = text("series", "Name of the series; a table may hold several that differ in source or scenario.")
REGION = text("region", "Code of the region.", vocabulary="region", pattern="[A-Z]{3}")
MATERIAL = text("material", "Name of the material.", vocabulary="material")
GROUP = text("group", "Reference group of EU countries: 1 highest, 3 lowest income.", enum=["1", "2", "3"])


def names_of(what: str) -> tuple[Column, ...]:
    return (
        text("name_en", f"Name of the {what} in English."),
        text("name_ru", f"Name of the {what} in Russian."),
        text("name_kk", f"Name of the {what} in Kazakh."),
    )


CATEGORIES = Design(
    "categories",
    "Categories of equipment",
    "The six categories of Annex III to Directive 2012/19/EU, photovoltaics apart from large equipment.",
    (
        text("category", "Code of the category.", pattern="[1-6][ab]?"),
        integer("eu6", "Category of Annex III.", minimum=1, maximum=6),
        *names_of("category"),
        *provenance(note=False),
    ),
    ("category",),
)

PRODUCTS = Design(
    "products",
    "Products (UNU-KEYs)",
    "The 54 UNU-KEYs with their category. Conflicts between sources are decided in the note.",
    (
        text("key", "UNU-KEY.", pattern="[0-9]{4}"),
        *names_of("product"),
        text("category", "Category of Annex III, photovoltaics apart.", vocabulary="category"),
        integer("eu10", "Category of Annex I (ten categories).", minimum=1, maximum=10),
        integer("introduction_year", "First year of sales in the model.", minimum=1900, maximum=2100),
        integer(
            "phase_out_start",
            "First year with falling sales in the reference groups, if another technology replaces it.",
            required=False,
            minimum=1900,
            maximum=2100,
        ),
        boolean("professional", "Whether the product is collected as professional equipment."),
        *provenance(),
    ),
    ("key",),
)

MATERIALS = Design(
    "materials",
    "Materials",
    "Materials of the composition table.",
    (
        text("material", "Name of the material.", pattern="[a-z_]+"),
        *names_of("material"),
        boolean("additive", "Whether it is part of the sum to 1; precious metals come on top."),
        boolean(
            "critical", "Whether it is, or contains, a raw material that the European Union calls critical."
        ),
        text("display_unit", "Unit in which national totals are shown.", enum=["kt", "t"]),
        *provenance(note=False),
    ),
    ("material",),
)

LIFETIMES = Design(
    "lifetimes",
    "Lifetimes",
    "Weibull distribution of the time from placing on the market to discard, by key and profile.",
    (
        KEY,
        PROFILE,
        number("shape", "1", "Shape of the Weibull distribution.", exclusiveMinimum=0),
        number("scale", "yr", "Scale of the Weibull distribution.", exclusiveMinimum=0),
        *provenance(note=False),
    ),
    ("key", "profile"),
)

UNIT_WEIGHTS = Design(
    "unit_weights",
    "Unit weights",
    "Mean weight of a piece placed on the market. Outside the years of a key its first or last weight holds.",
    (
        KEY,
        YEAR,
        number("weight", "kg/piece", "Mean weight of a piece.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("key", "year"),
)

PLACED_ON_MARKET = Design(
    "placed_on_market",
    "Placed on market of the reference groups",
    "Equipment placed on the market per inhabitant in three income groups of the EU-28, cleaned.",
    (
        GROUP,
        KEY,
        YEAR,
        number("kg", "kg/person", "Mass per inhabitant and year.", minimum=0),
        number("pieces", "piece/person", "Pieces per inhabitant and year.", minimum=0),
        number("share_reported", "1", "Share of reported country cells.", minimum=0, maximum=1),
        *provenance(note=False),
    ),
    ("group", "key", "year"),
)

REFERENCE_GROUPS = Design(
    "reference_groups",
    "Income of the reference groups",
    "Population and population-weighted mean GDP per inhabitant at purchasing power parity.",
    (
        GROUP,
        YEAR,
        text("name_en", "Countries of the group."),
        number("population", "persons", "Inhabitants.", exclusiveMinimum=0),
        number("income", "int$2011/person", "GDP per inhabitant, constant dollars.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("group", "year"),
)

INCOME_ELASTICITIES = Design(
    "income_elasticities",
    "Income elasticities",
    "Elasticity of kg placed on market to GDP, both per inhabitant, over 28 countries, means of 2010-2014.",
    (
        text("key", "UNU-KEY, or 'all' for the sum of all keys.", pattern="[0-9]{4}|all"),
        number("elasticity", "1", "Slope of the fit of logarithms."),
        number("standard_error", "1", "Standard error of the slope.", exclusiveMinimum=0),
        boolean("usable", "Whether the fit has p < 0.01 and R2 of 0.3 or more."),
        *provenance(),
    ),
    ("key",),
)

COMPOSITION = Design(
    "composition",
    "Composition of products",
    "Mass fractions by key. The additive materials of a key sum to 1; precious metals come on top.",
    (
        KEY,
        MATERIAL,
        number("value", None, "Mass of material per mass of product.", minimum=0),
        text("unit", "Unit of the value.", enum=["kg/kg", "mg/kg"]),
        *provenance(note=False),
        text("basis", "How the value came to be."),
    ),
    ("key", "material"),
)

COMPOSITION_CALIBRATION = Design(
    "composition_calibration",
    "Calibration of compositions",
    "Published world totals of a material over those of the composition table; an option, never a default.",
    (
        MATERIAL,
        number("factor", "1", "Published over computed; geometric mean over the years.", exclusiveMinimum=0),
        number("low", "1", "Lowest factor of the years.", exclusiveMinimum=0),
        number("high", "1", "Highest factor of the years.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("material",),
)

PRICES = Design(
    "prices",
    "Prices of materials",
    "Mean nominal price of a year. Materials without a row have no price.",
    (
        MATERIAL,
        YEAR,
        number("value", None, "Price.", minimum=0),
        text("unit", "Unit of the price.", enum=["USD/t", "USD/g"]),
        *provenance(),
    ),
    ("material", "year"),
)

PHOTOVOLTAIC_MASS = Design(
    "photovoltaic_mass",
    "Mass of photovoltaic equipment",
    "Mass per installed power and per panel, by year of installation. After the last year its values hold.",
    (
        YEAR,
        number("kg_per_megawatt", "kg/MW", "Mass of equipment per installed power.", exclusiveMinimum=0),
        number("kg_per_panel", "kg/piece", "Mass of a panel.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("year",),
)

REFERENCE_DESIGNS = (
    CATEGORIES,
    PRODUCTS,
    MATERIALS,
    LIFETIMES,
    UNIT_WEIGHTS,
    PLACED_ON_MARKET,
    REFERENCE_GROUPS,
    INCOME_ELASTICITIES,
    COMPOSITION,
    COMPOSITION_CALIBRATION,
    PRICES,
    PHOTOVOLTAIC_MASS,
)

POPULATION = Design(
    "population",
    "Population",
    "Inhabitants by series. SSP series come in steps of five years.",
    (
        SERIES,
        YEAR,
        number("value", "persons", "Inhabitants, mean of the year or mid-year.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("series", "year"),
)

INCOME = Design(
    "income",
    "Income",
    "GDP per inhabitant at purchasing power parity by series, each in constant dollars of its own base year.",
    (
        SERIES,
        YEAR,
        number("value", None, "GDP per inhabitant.", exclusiveMinimum=0),
        text("unit", "Unit of the value.", enum=["int$2011/person", "int$2017/person", "int$2021/person"]),
        *provenance(),
    ),
    ("series", "year"),
)

REGIONS = Design(
    "regions",
    "First-level regions",
    "Regions, their administrative centres and areas.",
    (
        text("region", "Code of the region.", pattern="[A-Z]{3}"),
        text("iso3166_2", "Code of ISO 3166-2.", pattern="[A-Z]{2}-[0-9A-Z]{1,3}"),
        *names_of("region"),
        text("centre_en", "Administrative centre."),
        number("latitude", "degree", "Latitude of the centre, WGS 84.", minimum=-90, maximum=90),
        number("longitude", "degree", "Longitude of the centre, WGS 84.", minimum=-180, maximum=180),
        number("area", "km2", "Area.", exclusiveMinimum=0),
        integer("tile_column", "Column on a map of equal tiles, 0 in the west.", required=False, minimum=0),
        integer("tile_row", "Row on a map of equal tiles, 0 in the north.", required=False, minimum=0),
        *provenance(),
    ),
    ("region",),
)

FACILITIES = Design(
    "facilities",
    "Facilities for e-waste",
    "Where e-waste is collected or treated, and plants that could take its metals. Not a register.",
    (
        text("facility", "Short name of the facility.", pattern="[a-z0-9_]+"),
        *names_of("facility"),
        text(
            "kind",
            "What it does.",
            enum=[
                "collection_points",
                "dismantler",
                "recycler",
                "lamps_and_batteries",
                "vehicle_shredder",
                "copper_smelter",
                "smelter_and_refinery",
                "gold_refinery",
                "steelworks",
            ],
        ),
        text("status", "Whether it works.", enum=["operating", "planned", "idle", "ended"]),
        REGION,
        text("town_en", "Town in English; empty if only the region is known.", required=False),
        text("town_ru", "Town in Russian.", required=False),
        text("town_kk", "Town in Kazakh.", required=False),
        number("latitude", "degree", "Latitude of the place, WGS 84.", minimum=-90, maximum=90),
        number("longitude", "degree", "Longitude of the place, WGS 84.", minimum=-180, maximum=180),
        text(
            "place",
            "What the coordinates are: the centre of the town, or of the region where no town is known.",
            enum=["town", "region"],
        ),
        number("capacity", None, "Capacity, where one is published.", required=False, exclusiveMinimum=0),
        text("unit", "Unit of the capacity.", required=False, enum=["containers", "points", "t/yr"]),
        integer("year", "Year of the information.", minimum=1990, maximum=2100),
        *provenance(),
    ),
    ("facility",),
)

REGION_POPULATION = Design(
    "region_population",
    "Population of regions",
    "Mean population of the year; the regions sum to series 'national' of table population.",
    (REGION, YEAR, number("value", "persons", "Inhabitants.", minimum=0), *provenance(note=False)),
    ("region", "year"),
)

REGION_WAGES = Design(
    "region_wages",
    "Wages of regions",
    "Mean nominal monthly wage of regions that have a figure, and of the country under its own code.",
    (
        text("region", "Code of the region, or of the country for the national mean.", pattern="[A-Z]{3}"),
        YEAR,
        integer("quarter", "Quarter.", minimum=1, maximum=4),
        number("value", "thousand KZT/month", "Mean nominal monthly wage.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("region", "year", "quarter"),
)

PHOTOVOLTAIC_CAPACITY = Design(
    "photovoltaic_capacity",
    "Installed photovoltaic capacity",
    "Capacity at the end of the year. Between rows it runs on a straight line; before the first it is zero.",
    (
        YEAR,
        number("value", "MW", "Installed capacity at the end of the year.", minimum=0),
        text("status", "Whether the figure was published or is assumed.", enum=["reported", "assumption"]),
        number("low", "MW", "Low end of the range.", minimum=0),
        number("high", "MW", "High end of the range.", minimum=0),
        *provenance(),
    ),
    ("year",),
)

LIFETIME_PROFILES = Design(
    "lifetime_profiles",
    "Lifetime profiles",
    "Which lifetime profile of the reference package holds for a product in this country.",
    (KEY, PROFILE, *provenance()),
    ("key",),
)

PUBLISHED = Design(
    "published",
    "Published figures",
    "What others have published for the country; the model is shown beside it, never fitted to it by hand.",
    (
        text("quantity", "Name of the quantity.", pattern="[a-z_]+"),
        YEAR,
        number("value", None, "Published figure.", minimum=0),
        text("unit", "Unit of the value.", enum=["t", "kg/person", "%"]),
        text("vintage", "Edition that the figure comes from."),
        *provenance(),
    ),
    ("quantity", "year", "vintage"),
)

SALES = Design(
    "sales",
    "Sales on the domestic market",
    "Production plus imports minus exports in pieces, as published; evidence beside the model.",
    (
        YEAR,
        text("period", "Months that the figure covers.", pattern="[A-Z][a-z]{2}(-[A-Z][a-z]{2})?"),
        integer("months", "Number of months covered.", minimum=1, maximum=12),
        text("product_group_en", "Product group of the statistics."),
        text("hs_codes", "Headings of the Harmonised System, separated by ';'."),
        text(
            "keys", "UNU-KEYs that the group equals, separated by ';'.", required=False, vocabulary="product"
        ),
        number("pieces", "piece", "Pieces sold in the period.", minimum=0),
        boolean("usable", "Whether the figure may be set against placed on market."),
        text("reason", "Why the figure is usable or not."),
        *provenance(note=False),
    ),
    ("product_group_en", "year"),
)

COUNTRY_DESIGNS = (
    POPULATION,
    INCOME,
    REGIONS,
    FACILITIES,
    REGION_POPULATION,
    REGION_WAGES,
    PHOTOVOLTAIC_CAPACITY,
    LIFETIME_PROFILES,
    PUBLISHED,
    SALES,
)
