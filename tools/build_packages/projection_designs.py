"""The standard tables of projections, column by column."""

from __future__ import annotations

from designs import KEY, YEAR, names_of
from tables import Design, boolean, integer, number, provenance, text

GROUP = text("demand_group", "Name of the group of products that serve one demand.", pattern="[a-z_]+")

PROJECTION_METHODS = Design(
    "projection_methods",
    "Methods of projection",
    "How placed on market of each product goes on after the last year of history, and why in this way.",
    (
        KEY,
        text(
            "method",
            "Profile of the reference groups, trend of the common method, or saturation of ownership.",
            enum=["profile", "trend", "saturation"],
        ),
        text("demand_group", "Group in table demand_groups; saturation only.", required=False),
        *provenance(),
    ),
    ("key",),
)

DEMAND_GROUPS = Design(
    "demand_groups",
    "Demand groups",
    "Curve of the stock per household or person in income, or in time, of products that serve one demand.",
    (
        GROUP,
        *names_of("group"),
        text("basis", "Who owns.", enum=["household", "person"]),
        text("driver", "What the level rises with.", enum=["income", "time"]),
        text("curve", "Form of the curve.", enum=["gompertz", "logistic", "bass"]),
        number("saturation", None, "Pieces per owner that are never passed.", exclusiveMinimum=0),
        number("saturation_low", None, "Low end of its 90 % range.", exclusiveMinimum=0),
        number("saturation_high", None, "High end of its 90 % range.", exclusiveMinimum=0),
        text("unit", "Unit of the level.", enum=["piece/household", "piece/person"]),
        number(
            "rate",
            None,
            "Steepness, per thousand int$2011 of income or per year; of a Bass curve imitation, 1/yr.",
            exclusiveMinimum=0,
        ),
        number("midpoint", None, "Inflection, thousand int$2011 or year; of a Bass curve the first year."),
        number("innovation", "1/yr", "Innovation of a Bass curve.", required=False, exclusiveMinimum=0),
        number("deviation_saturation", "1", "Standard deviation of log saturation.", exclusiveMinimum=0),
        number("deviation_rate", "1", "Standard deviation of log rate.", exclusiveMinimum=0),
        number("deviation_midpoint", None, "Standard deviation of the midpoint.", exclusiveMinimum=0),
        number("correlation_saturation_rate", "1", "Correlation of the two.", minimum=-1, maximum=1),
        number("correlation_saturation_midpoint", "1", "Correlation of the two.", minimum=-1, maximum=1),
        number("correlation_rate_midpoint", "1", "Correlation of the two.", minimum=-1, maximum=1),
        *provenance(),
    ),
    ("demand_group",),
)

TECHNOLOGY_SWITCHES = Design(
    "technology_switches",
    "Technology switches",
    "Products that give way to another one of their demand group: log odds against it fall by speed a year.",
    (
        KEY,
        text("successor", "UNU-KEY of the product that takes over.", vocabulary="product"),
        number("speed", "1/yr", "Fall of the log odds in a year.", minimum=0),
        number("speed_low", "1/yr", "Slowest of the reference groups.", minimum=0),
        number("speed_high", "1/yr", "Fastest of the reference groups.", minimum=0),
        number("midpoint", "yr", "Year in which both sell as many pieces; mean of the reference groups."),
        number(
            "remaining_share",
            "1",
            "Share of the group that the product keeps in the end.",
            minimum=0,
            exclusiveMaximum=1,
        ),
        integer(
            "phase_out",
            "Last year in which it may be made, imported or exported.",
            required=False,
            minimum=1990,
            maximum=2100,
        ),
        *provenance(),
    ),
    ("key",),
)

TREND_EXCEPTIONS = Design(
    "trend_exceptions",
    "Exceptions of the trend method",
    "Series of EU countries that the common European method does not carry on along purchasing power.",
    (
        KEY,
        text(
            "area",
            "ISO 3166-1 alpha-3 code of the country, or 'all' for those without a row of their own.",
            pattern="[A-Z]{3}|all",
        ),
        text(
            "approach",
            "How the series goes on.",
            enum=["ConnectionConstant", "KPI", "LastReliableConstant"],
        ),
        integer(
            "connection_year",
            "Last year to be trusted, if not the last one.",
            required=False,
            minimum=1980,
            maximum=2100,
        ),
        integer(
            "years_for_trend", "Years on which a line rests, if not 9.", required=False, minimum=2, maximum=50
        ),
        *provenance(note=False),
    ),
    ("key", "area"),
)

HOUSEHOLD_SIZES = Design(
    "household_sizes",
    "Household sizes",
    "Mean number of persons in a household, for countries whose package holds no count of its own.",
    (
        text("area", "ISO 3166-1 alpha-3 code of the country.", pattern="[A-Z]{3}"),
        number("size", "person/household", "Persons in a household.", minimum=1),
        *provenance(),
    ),
    ("area",),
)

REFERENCE_PROJECTION_DESIGNS = (
    PROJECTION_METHODS,
    DEMAND_GROUPS,
    TECHNOLOGY_SWITCHES,
    TREND_EXCEPTIONS,
    HOUSEHOLD_SIZES,
)

HOUSEHOLDS = Design(
    "households",
    "Households",
    "Counts of households, and household sizes of surveys for the years before the first count.",
    (
        YEAR,
        text("basis", "Census or survey.", enum=["census", "survey"]),
        number("size", "person/household", "Persons in a household.", minimum=1),
        number("households", "household", "Number of households.", required=False, exclusiveMinimum=0),
        boolean("usable", "Whether the path of household size runs through the row."),
        *provenance(),
    ),
    ("year",),
)

OWNERSHIP = Design(
    "ownership",
    "Ownership of equipment",
    "What households or persons own, by survey. The share that owns is a lower bound of the pieces owned.",
    (
        text("item_en", "Equipment as named in the survey."),
        text("keys", "UNU-KEYs that hold it, separated by ';'.", required=False, vocabulary="product"),
        YEAR,
        text("area", "Code of the country, or part of it.", pattern="[A-Z]{3}|urban|rural"),
        number("value", None, "Level of ownership.", minimum=0),
        text(
            "unit",
            "Unit of the value.",
            enum=["units per 100 households", "% of households owning", "units per 1000 persons"],
        ),
        text(
            "coverage",
            "Whether the figure covers all equipment of the keys that is in stock, or a part of it: one item "
            "of several, or what is in use in households where offices own as well.",
            enum=["whole", "part"],
        ),
        *provenance(),
    ),
    ("item_en", "year", "area"),
)

URBAN_SHARE = Design(
    "urban_share",
    "Urban share",
    "Share of the population that lives in towns, by series. No method of projection uses it yet.",
    (
        text("series", "Name of the series; a table may hold several that differ in source or scenario."),
        YEAR,
        number("value", "%", "Share of the population.", minimum=0, maximum=100),
        *provenance(),
    ),
    ("series", "year"),
)

COUNTRY_PROJECTION_DESIGNS = (HOUSEHOLDS, OWNERSHIP, URBAN_SHARE)
