"""Country tables that drive the model: population, income, lifetime profiles, photovoltaic capacity."""

from __future__ import annotations

from collections.abc import Iterator

from figures import Figures, read_curated, read_decisions
from tables import Row, format_number, trim_number

VARIANTS = {
    "WPP2024 low": "wpp2024_low",
    "WPP2024 high": "wpp2024_high",
    "WPP2024 80% low": "wpp2024_80_low",
    "WPP2024 80% high": "wpp2024_80_high",
    "WPP2024 95% low": "wpp2024_95_low",
    "WPP2024 95% high": "wpp2024_95_high",
}
SCENARIOS = ("SSP1", "SSP2", "SSP3", "SSP4", "SSP5")
LAST_YEAR = 2100
PERSONS_PER_MILLION = 1_000_000

CENSUS_YEAR = "2022"
CENSUS_NOTE = "Recalculated after the census: this year and later do not continue 2021."
VARIANT_NOTE = "Mean of the populations of 31 December before and after."

INCOME_SERIES = (
    ("gdp_per_capita_ppp_const2011", "imf_weo_2019", "int$2011/person", "IMF_WEO_2019", "A"),
    ("gdp_per_capita_ppp_const2021", "wdi_2021", "int$2021/person", "WDI_2026", "A"),
    ("gdp_per_capita_ppp_const2017", "gapminder_2017", "int$2017/person", "GAPMINDER_2022", "B"),
)

URBAN_SERIES = (
    ("urban_share", "wdi_history", "WDI_URBAN_2026", "A"),
    ("urban_share_WUP", "wup2018", "WUP_2018", "B"),
)

DEFAULT_PROFILE = "NL-FR-BE"
DEFAULT_NOTE = (
    "Transferred: no lifetimes are known for the country. The north-western profile is the default, whose "
    "cooling appliances serve a cold climate and whose household appliances agree with independent checks."
)


def make_population(figures: Figures) -> Iterator[Row]:
    """Make national statistics, WPP 2024 with variants at mid-year, and SSP scenarios."""
    for record in figures.read("kaz/regions_population.csv", code="NAT", area="total"):
        note = CENSUS_NOTE if record["year"] == CENSUS_YEAR else None
        persons = trim_number(record["value"])
        yield _count("national", record["year"], persons, ("BNS_POPULATION_2026", "A", note))
    for scenario, series in (("history", "wpp2024_history"), ("WPP2024 medium", "wpp2024_medium")):
        for record in figures.read("kaz/macro.csv", variable="population_midyear", scenario=scenario):
            yield _count(series, record["year"], trim_number(record["value"]), ("WPP_2024", "A", None))
    yield from _make_variants(figures)
    for record in _read_scenarios(figures, "population_ssp"):
        persons = format_number(float(record["value"]) * PERSONS_PER_MILLION, 10)
        yield _count(record["scenario"].lower(), record["year"], persons, ("SSP_2024", "A", None))


def _make_variants(figures: Figures) -> Iterator[Row]:
    """Bring the variants, published for 31 December, to mid-year."""
    for scenario, series in VARIANTS.items():
        records = figures.read("kaz/macro.csv", variable="population_31dec", scenario=scenario)
        ends = {int(record["year"]): float(record["value"]) for record in records}
        for year in sorted(ends):
            if year - 1 in ends:
                middle = format_number((ends[year - 1] + ends[year]) / 2, 10)
                yield _count(series, str(year), middle, ("WPP_2024_VARIANTS", "C", VARIANT_NOTE))


def _count(series: str, year: str, persons: str, provenance: tuple[str, str, str | None]) -> Row:
    source, grade, note = provenance
    return {"series": series, "year": year, "value": persons, "source": source, "grade": grade, "note": note}


def _read_scenarios(figures: Figures, variable: str) -> list[dict[str, str]]:
    return [
        record
        for record in figures.read("kaz/macro.csv", variable=variable)
        if record["scenario"] in SCENARIOS and int(record["year"]) <= LAST_YEAR
    ]


def make_income(figures: Figures) -> Iterator[Row]:
    """Make GDP per inhabitant: three histories and five scenarios, each in its own dollars."""
    for variable, series, unit, source, grade in INCOME_SERIES:
        for record in figures.read("kaz/macro.csv", variable=variable, scenario="history"):
            yield {
                "series": series,
                "year": record["year"],
                "value": format_number(float(record["value"]), 7),
                "unit": unit,
                "source": source,
                "grade": grade,
            }
    for record in _read_scenarios(figures, "gdp_per_capita_ppp_ssp"):
        yield {
            "series": record["scenario"].lower(),
            "year": record["year"],
            "value": format_number(float(record["value"]), 6),
            "unit": "int$2017/person",
            "source": "SSP_2024",
            "grade": "A",
            "note": "GDP over population of the scenario.",
        }


def make_urban_share(figures: Figures) -> Iterator[Row]:
    """Make the share of the population in towns: history, the revision of 2018, and five scenarios."""
    for variable, series, source, grade in URBAN_SERIES:
        for record in figures.read("kaz/macro.csv", variable=variable):
            yield _share(series, record, source, grade)
    for record in _read_scenarios(figures, "urban_share_ssp"):
        yield _share(record["scenario"].lower(), record, "SSP_2024", "A")


def _share(series: str, record: dict[str, str], source: str, grade: str) -> Row:
    value = format_number(float(record["value"]), 6)
    return {"series": series, "year": record["year"], "value": value, "source": source, "grade": grade}


def make_lifetime_profiles(figures: Figures) -> Iterator[Row]:
    """Make one profile per key: the default, or the exception of the decision table with its reason."""
    decisions = read_decisions("lifetime_profiles.csv")
    default = {"profile": DEFAULT_PROFILE, "note": DEFAULT_NOTE}
    for record in figures.read("reference/unu_keys.csv"):
        chosen = decisions.get(record["key"], default)
        yield {
            "key": record["key"],
            "profile": chosen["profile"],
            "source": "UNITAR_WCT_2023;AINALYM_2026",
            "grade": "C",
            "note": chosen["note"],
        }


def make_photovoltaic_capacity() -> Iterator[Row]:
    """Make reported capacities and, where there is none, assumptions with a range."""
    yield from read_curated("photovoltaic_capacity.csv")
