"""What may stand in the ``datapackage.json`` of a data package: Data Package and Table Schema, version 2.

The standard keys are named one by one and others are refused, so that a mistyped key is told and not
ignored. Three keys are ours: ``unit`` and ``vocabulary`` of a field, ``ainalym`` of a package.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

FieldType = Literal["string", "integer", "number", "boolean"]
"""Types of a column that the program reads."""

Vocabulary = Literal["product", "category", "material", "source", "region", "grade"]
"""Lists of names that the cells of a column may be bound to."""


class Frozen(BaseModel):
    """A model that cannot be changed and refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Constraints(Frozen):
    """Limits of a column, as in Table Schema."""

    required: bool = False
    """Whether an empty cell is an error."""
    unique: bool = False
    """Whether a value may occur once only."""
    minimum: float | None = None
    """Smallest value allowed."""
    maximum: float | None = None
    """Largest value allowed."""
    exclusive_minimum: float | None = Field(default=None, alias="exclusiveMinimum")
    """Every value must be above this one."""
    exclusive_maximum: float | None = Field(default=None, alias="exclusiveMaximum")
    """Every value must be below this one."""
    enum: tuple[str | int | float, ...] | None = None
    """The only values allowed."""
    pattern: str | None = None
    """Regular expression that a text must match as a whole."""


class TableField(Frozen):
    """One column of a table."""

    name: str
    """Heading of the column."""
    type: FieldType
    """Type of its cells."""
    title: str = ""
    """Name for readers."""
    description: str = ""
    """What stands in it."""
    constraints: Constraints = Constraints()
    """Limits of its cells."""
    unit: str | None = None
    """Unit of its cells, if all have the same."""
    vocabulary: Vocabulary | None = None
    """List of names that its cells must come from."""


class TableSchema(Frozen):
    """Columns of a table and the columns that identify a row."""

    fields: tuple[TableField, ...]
    """The columns, in order."""
    primary_key: tuple[str, ...] = Field(default=(), alias="primaryKey")
    """Columns that together occur once only."""
    missing_values: tuple[str, ...] = Field(default=("",), alias="missingValues")
    """Texts that stand for an empty cell."""

    @property
    def names(self) -> tuple[str, ...]:
        """Headings of the columns, in order."""
        return tuple(field.name for field in self.fields)


class Source(Frozen):
    """A publication or data set that rows refer to by its name."""

    name: str
    """Short name used in the ``source`` column."""
    title: str
    """Title of the publication."""
    path: str = ""
    """Address, DOI or repository."""
    publisher: str = ""
    """Who published it."""
    year: int | str = ""
    """Year of publication."""
    licence: str = ""
    """Licence of the data, as far as it was seen."""
    note: str = ""
    """How it was read, what to beware of."""


class Licence(Frozen):
    """Licence of a package."""

    name: str = ""
    """Short name, such as ``CC-BY-4.0``."""
    title: str = ""
    """Name for readers."""
    path: str = ""
    """Address of its text."""


class Resource(Frozen):
    """One table of a package."""

    name: str
    """Name of the table; it decides which standard schema applies."""
    path: str
    """File, relative to the package."""
    table_schema: TableSchema | None = Field(default=None, alias="schema")
    """Columns, repeated from the standard schema for readers of the package alone."""
    hash: str = ""
    """``sha256:`` and the hash of the file when the package was sealed."""
    bytes: int | None = None
    """Size of the file when the package was sealed."""
    title: str = ""
    """Name for readers."""
    description: str = ""
    """What the table holds."""
    type: str = "table"
    """Always ``table``."""
    profile: str = ""
    """Profile of version 1 of the standard; allowed, not read."""
    format: str = "csv"
    """Always ``csv``."""
    mediatype: str = "text/csv"
    """Always ``text/csv``."""
    encoding: str = "utf-8"
    """Always ``utf-8``."""
    licenses: tuple[Licence, ...] = ()
    """Licences, if they differ from those of the package."""
    sources: tuple[JsonValue, ...] = ()
    """Sources of this table, for readers; rows carry their own."""
    dialect: JsonValue = None
    """CSV dialect; allowed, not read: files are comma-separated."""


class Identity(Frozen):
    """What a package is to the program."""

    kind: Literal["reference", "country", "panel"]
    """Reference tables shared by all countries, the figures of one country, or those of many countries by
    which projections are judged."""
    iso3: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    """ISO 3166-1 alpha-3 code of the country."""
    name_en: str = ""
    """Name of the country in English."""
    name_ru: str = ""
    """Name of the country in Russian."""
    name_kk: str = ""
    """Name of the country in Kazakh."""
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    """ISO 4217 code of its currency."""
    reference_package: str = ""
    """Version of the reference package that it was made for."""


class Descriptor(Frozen):
    """The whole ``datapackage.json``."""

    standard: str = Field(default="", alias="$schema")
    """Address of the standard."""
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """Short name of the package."""
    resources: tuple[Resource, ...]
    """Its tables."""
    sources: tuple[Source, ...]
    """Publications that its rows refer to."""
    ainalym: Identity
    """What the package is to the program."""
    title: str = ""
    """Name for readers."""
    description: str = ""
    """What it holds."""
    version: str = ""
    """Version of the package."""
    created: str = ""
    """Date when it was made."""
    id: str = ""
    """Identifier such as a DOI."""
    profile: str = ""
    """Profile of version 1 of the standard; allowed, not read."""
    homepage: str = ""
    """Address of its page."""
    keywords: tuple[str, ...] = ()
    """Words to find it by."""
    licenses: tuple[Licence, ...] = ()
    """Licences of the package."""
    contributors: tuple[JsonValue, ...] = ()
    """Who made it."""


@cache
def read_table_schema(table: str) -> TableSchema:
    """Read the standard schema of a table.

    Parameters
    ----------
    table
        Name of the table, such as ``lifetimes``.

    Returns
    -------
    TableSchema
        Its columns and primary key.

    Raises
    ------
    KeyError
        If there is no such table.
    """
    entry = files(__package__).joinpath("table_schemas", f"{table}.json")
    if not entry.is_file():
        raise KeyError(table)
    return TableSchema.model_validate_json(entry.read_text(encoding="utf-8"))


REFERENCE_TABLES = (
    "categories",
    "products",
    "materials",
    "lifetimes",
    "unit_weights",
    "placed_on_market",
    "reference_groups",
    "income_elasticities",
    "composition",
    "composition_calibration",
    "prices",
    "photovoltaic_mass",
    "hs_to_product",
    "share_overrides",
    "country_codes",
    "exchange_rates",
    "uncertainty",
    "projection_methods",
    "demand_groups",
    "technology_switches",
    "trend_exceptions",
    "household_sizes",
    "routes",
    "treatments",
    "recovery_efficiencies",
    "route_shares",
    "treatment_mix",
    "cherry_picking",
    "substances",
    "hazards",
    "refrigerants",
    "emission_factors",
    "economic_parameters",
    "recovery_targets",
)
"""Tables that the reference package must hold."""

PANEL_TABLES = ("panel_countries", "panel_drivers", "panel_market")
"""Tables that the panel of countries must hold."""

COUNTRY_TABLES = ("population", "income", "lifetime_profiles")
"""Tables that a country package must hold."""

OPTIONAL_COUNTRY_TABLES = (
    "regions",
    "facilities",
    "region_population",
    "region_wages",
    "photovoltaic_capacity",
    "published",
    "sales",
    "share_overrides",
    "code_weights",
    "unit_weights",
    "statistics_products",
    "households",
    "urban_share",
    "ownership",
    "evidence",
    "route_shares",
    "treatment_mix",
    "region_coverage",
    "calculation_index",
)
"""Tables that a country package may hold."""
