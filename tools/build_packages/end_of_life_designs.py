"""The standard tables of what follows generation: routes, treatment, hazards, climate, costs, targets."""

from __future__ import annotations

from designs import MATERIAL, REGION, names_of
from tables import Column, Design, boolean, integer, number, provenance, text

ROUTE = text("route", "Name of a route of table routes.", pattern="[a-z_]+")
TREATMENT = text("treatment", "Name of a treatment of table treatments.", pattern="[a-z_]+")
CATEGORY = text("category", "Category of Annex III, photovoltaics apart.", vocabulary="category")
ANY_CATEGORY = text("category", "Category, or 'all' for those without a row of their own.")
COHORT_FROM = integer("cohort_from", "First year of sale.", minimum=1900, maximum=2150)
COHORT_TO = integer("cohort_to", "Last year of sale.", minimum=1900, maximum=2150)


def share_range(what: str) -> tuple[Column, ...]:
    """Make the three columns of a range of shares."""
    return tuple(
        number(name, "1", f"{end} {what}.", minimum=0, maximum=1)
        for name, end in (("low", "Low end:"), ("value", "Central value:"), ("high", "High end:"))
    )


def amount_range(what: str, unit: str | None = None) -> tuple[Column, ...]:
    """Make the three columns of a range of amounts."""
    return tuple(
        number(name, unit, f"{end} {what}.", minimum=0)
        for name, end in (("low", "Low end:"), ("value", "Central value:"), ("high", "High end:"))
    )


ROUTES = Design(
    "routes",
    "Routes of e-waste",
    "Ways that e-waste takes after it was generated, and what is done with it at their end.",
    (
        ROUTE,
        *names_of("route"),
        text(
            "destination",
            "What happens at the end of the route.",
            enum=["treated_by_mix", "treated", "reused", "held", "exported"],
        ),
        text("treatment", "Treatment of a route that has one of its own.", required=False),
        integer("position", "Order in which routes are shown.", minimum=1),
        *provenance(),
    ),
    ("route",),
)

TREATMENTS = Design(
    "treatments",
    "Treatments",
    "Technologies with an efficiency of recovery each.",
    (
        TREATMENT,
        *names_of("treatment"),
        boolean("formal", "Whether it may treat what is formally collected."),
        integer("position", "Order in which treatments are shown.", minimum=1),
        *provenance(),
    ),
    ("treatment",),
)

RECOVERY_EFFICIENCIES = Design(
    "recovery_efficiencies",
    "Efficiency of recovery",
    "Share of a material that comes back as a material from a treatment, refining included. "
    "No formal treatment recovers less than a scrap shredder or an informal workshop: a check sees to it.",
    (
        TREATMENT,
        MATERIAL,
        *share_range("share of the material recovered"),
        number(
            "yield",
            "1",
            "Yield of refining, part of the efficiency; efficiency over yield is the share that enters "
            "recycling.",
            exclusiveMinimum=0,
            maximum=1,
        ),
        *provenance(),
    ),
    ("treatment", "material"),
)

ROUTE_SHARES = Design(
    "route_shares",
    "Shares of the routes",
    "Which share of e-waste takes which route today. Basis 'generated': of all e-waste; 'rest': weight among "
    "the routes without documents, which share what the others leave; 'published': factor on the tonnes of "
    "collection in table published.",
    (
        ROUTE,
        ANY_CATEGORY,
        text("basis", "What the numbers are a share of.", enum=["generated", "rest", "published"]),
        *amount_range("share, weight or factor", "1"),
        *provenance(),
    ),
    ("route", "category"),
)

TREATMENT_MIX = Design(
    "treatment_mix",
    "Treatment of what is formally collected",
    "Share of the formally collected mass that each formal treatment takes.",
    (CATEGORY, TREATMENT, *share_range("share of the mass"), *provenance()),
    ("category", "treatment"),
)

CHERRY_PICKING = Design(
    "cherry_picking",
    "Cherry-picking",
    "Share of each material that is taken out of equipment before it reaches its treatment, and goes to "
    "informal workshops.",
    (MATERIAL, *share_range("share of the material"), *provenance()),
    ("material",),
)

SUBSTANCES = Design(
    "substances",
    "Hazardous substances",
    "Substances whose mass in e-waste is followed.",
    (
        text("substance", "Name of the substance.", pattern="[a-z_]+"),
        *names_of("substance"),
        text("display_unit", "Unit in which national totals are shown.", enum=["kg", "t", "kt"]),
        *provenance(note=False),
    ),
    ("substance",),
)

HAZARDS = Design(
    "hazards",
    "Content of hazardous substances",
    "Mass of a substance in equipment by year of sale. Lead is a material of the composition.",
    (
        text("substance", "Name of a substance of table substances.", pattern="[a-z_]+"),
        text("key", "UNU-KEY, or 'all'.", pattern="[0-9]{4}|all"),
        COHORT_FROM,
        COHORT_TO,
        *amount_range("content"),
        text("unit", "Unit of the content.", enum=["mg/kg", "kg/kg plastics"]),
        *provenance(),
    ),
    ("substance", "key", "cohort_from"),
)

REFRIGERANTS = Design(
    "refrigerants",
    "Refrigerants and foam gases",
    "Gas filled into a piece by year of sale, its global warming potential, and what is left at the end.",
    (
        text("key", "UNU-KEY.", vocabulary="product", pattern="[0-9]{4}"),
        COHORT_FROM,
        COHORT_TO,
        text("part", "Where the gas is.", enum=["circuit", "foam"]),
        text("gas", "Name of the gas."),
        number("mass", "kg/piece", "Mass filled in.", exclusiveMinimum=0),
        number("gwp", "kg CO2e/kg", "Global warming potential over 100 years.", minimum=0),
        *share_range("share of the filling that is left when the piece is discarded"),
        *provenance(),
    ),
    ("key", "part", "cohort_from"),
)

EMISSION_FACTORS = Design(
    "emission_factors",
    "Emissions avoided by recycling",
    "Greenhouse gas that a recovered material avoids against the primary one, by system boundary: over the "
    "life cycle, or at the gate of the smelter. The two are never mixed.",
    (
        MATERIAL,
        text("boundary", "System boundary.", enum=["life_cycle", "smelter_gate"]),
        *amount_range("emissions avoided", "kg CO2e/kg"),
        *provenance(),
    ),
    ("material", "boundary"),
)

ECONOMIC_PARAMETERS = Design(
    "economic_parameters",
    "Costs and values",
    "Costs of collection and treatment, values of what harms, and rates, each with a range.",
    (
        text("parameter", "Name of the parameter.", pattern="[a-z_]+"),
        text("applies_to", "Category, material, 'urban', 'rural' or 'all'."),
        *amount_range("parameter"),
        text("unit", "Unit.", enum=["EUR/t", "USD/t", "USD/kg", "1", "int$2011/person"]),
        integer("year", "Year of the prices.", minimum=1990, maximum=2100),
        *provenance(),
    ),
    ("parameter", "applies_to"),
)

RECOVERY_TARGETS = Design(
    "recovery_targets",
    "Targets of recovery and recycling",
    "Annex V of Directive 2012/19/EU, part 3: share of the collected mass.",
    (
        CATEGORY,
        number("recovery", "%", "Target of recovery.", required=False, minimum=0, maximum=100),
        number("recycling", "%", "Target of preparing for reuse and recycling.", minimum=0, maximum=100),
        *provenance(),
    ),
    ("category",),
)

REFERENCE_END_OF_LIFE_DESIGNS = (
    ROUTES,
    TREATMENTS,
    RECOVERY_EFFICIENCIES,
    ROUTE_SHARES,
    TREATMENT_MIX,
    CHERRY_PICKING,
    SUBSTANCES,
    HAZARDS,
    REFRIGERANTS,
    EMISSION_FACTORS,
    ECONOMIC_PARAMETERS,
    RECOVERY_TARGETS,
)

REGION_COVERAGE = Design(
    "region_coverage",
    "Waste collection in the regions",
    "Share of the population that lives in towns, and share of households whose waste is collected in towns "
    "and in the country.",
    (
        REGION,
        number("urban_share", "1", "Share of the population in towns.", minimum=0, maximum=1),
        number("urban_coverage", "1", "Share of urban households with collection.", minimum=0, maximum=1),
        number("rural_coverage", "1", "Share of rural households with collection.", minimum=0, maximum=1),
        *provenance(),
    ),
    ("region",),
)

CALCULATION_INDEX = Design(
    "calculation_index",
    "Monthly calculation index",
    "Unit in which fees and payments are set by law, with the date from which it holds.",
    (
        text("valid_from", "First day, as YYYY-MM-DD.", pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        number("value", "KZT", "Value of the index.", exclusiveMinimum=0),
        *provenance(),
    ),
    ("valid_from",),
)

COUNTRY_END_OF_LIFE_DESIGNS = (REGION_COVERAGE, CALCULATION_INDEX)
