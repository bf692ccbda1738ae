"""What a user may write in a mapping file, which tells where a table of any form keeps its figures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ainalym.schemas.data_package import Frozen

MappedColumn = Literal[
    "period", "flow", "reporter", "partner", "hs_revision", "code", "kg", "pieces", "unit", "value"
]
"""What can be found in a table or held the same for all its rows."""

MassUnit = Literal["kg", "t", "kt", "g"]
"""Units of mass."""

ValueUnit = Literal["USD", "1000 USD", "million USD", "EUR", "1000 EUR", "million EUR"]
"""Units of value."""


class TradeMapping(Frozen):
    """Where a table keeps what the import needs.

    Of every one of ``period``, ``flow`` and ``code`` there must be a column or a constant, and of the amounts
    ``kg``, ``pieces`` and ``value`` at least one.
    """

    columns: dict[MappedColumn, str]
    """Heading of the table for each thing that stands in a column."""
    constants: dict[MappedColumn, str] = Field(default_factory=dict)
    """Value for each thing that is the same in all rows."""
    flows: dict[str, Literal["import", "export", "re_export", "re_import", "production", "sales"]] = Field(
        default_factory=dict
    )
    """Flow for each word of the flow column; words that are flows already need no entry."""
    countries: Literal["iso3", "iso2", "m49"] = "iso3"
    """How countries are written."""
    mass_unit: MassUnit = "kg"
    """Unit of the mass column."""
    value_unit: ValueUnit = "USD"
    """Unit of the value column."""
    piece_units: tuple[str, ...] = ()
    """Words of the unit column that mean pieces; a row with another unit has no pieces."""
    thousand_piece_units: tuple[str, ...] = ()
    """Words of the unit column that mean thousands of pieces."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """Character between columns; found by itself if it is not given."""
    encoding: str | None = None
    """Encoding of a text file; UTF-8 if it is not given."""
    decimal: Literal[".", ","] = "."
    """Character before the decimals."""
    sheet: str | None = None
    """Sheet of a workbook; the first one if it is not given."""
    heading_line: int = Field(default=1, ge=1)
    """Line with the headings, counted from 1."""
    kg_rounding: float = Field(default=1.0, ge=0)
    """To how many kg the publisher rounds."""
