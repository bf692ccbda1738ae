"""Layouts of the publications that come as one table: their headings, and where each tidy column stands.

Every layout is data: an SQL expression over the headings for each thing that the import needs. A new
publication of this kind is a new :class:`Layout` and nothing else.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from ainalym.packages.trade.engine import quote_text
from ainalym.packages.trade.tidy import (
    FLAG_KG_ESTIMATED,
    FLAG_PIECES_ESTIMATED,
    FLAG_RECONCILED,
    REVISIONS,
    Flow,
    Source,
)

TRADE_FLOWS: tuple[Flow, ...] = ("import", "export", "re_export", "re_import")

WordKind = Literal["flow_word", "revision_word"]
"""Enumerations of the engine for flows and revisions, each with an empty word for what is not known."""

CodeSystem = Literal["iso3", "iso2", "m49"]
"""How a publication writes countries."""


@dataclass(frozen=True)
class Layout:
    """Where a publication keeps what the import needs.

    Attributes
    ----------
    name
        Name of the layout in ``headings.csv``, which lists its headings.
    source
        Name of the publication for ``--source``.
    title
        Name for readers.
    delimiters
        Characters by which the publisher separates columns.
    countries
        How countries are written.
    reporter, partner
        Expressions of the two countries, in the publisher's code.
    flow_text
        Expression of the flow as published.
    flow
        Expression of the flow, a ``flow_word``, the empty one where the published one is not known.
    period
        Expression of the period as published, ``2022``, ``202203`` or ``202252`` for a whole year.
    revision_text
        Expression of the classification as published.
    revision
        Expression of the revision, a ``revision_word``, the empty one where the published one is not of the
        Harmonised System; in a mapping of the user the cell.
    code
        Expression of the commodity code.
    is_aggregate
        Expression that is true for rows above the finest level, which would be counted twice.
    is_part
        Expression that is true for rows that split another row of the file further.
    special_code
        Regular expression of codes that are no HS codes and yet no mistake.
    kg, pieces, value
        Expressions of the amounts as texts.
    kg_factor, pieces_factor, value_factor
        Expressions of what to multiply them by for kg, pieces and the currency.
    currency
        Currency of the value.
    kg_rounding
        To how many kg the publisher rounds.
    flags
        Expression of the flags.
    split
        Expression that tells rows apart that may share country, flow, period and all digits of the code.
    counts_for_both
        Whether a row is a compromise of both reports and so counts for either country.
    own_headings
        Headings that it needs, where they stand in a mapping of the user and not in ``headings.csv``.
    period_cell, code_cell
        Expressions of period and code as they stand, where ``period`` and ``code`` take cells apart; a cell
        that is a known period or a code needs none of that.
    """

    name: str
    source: Source
    title: str
    delimiters: tuple[str, ...]
    countries: CodeSystem
    reporter: str
    partner: str
    flow_text: str
    flow: str
    period: str
    revision_text: str
    revision: str
    code: str
    kg: str
    value: str
    pieces: str = "NULL"
    kg_factor: str = "1"
    pieces_factor: str = "1"
    value_factor: str = "1"
    is_aggregate: str = "false"
    is_part: str = "false"
    special_code: str = ""
    currency: str = "USD"
    kg_rounding: float = 1.0
    flags: str = "''"
    split: str = "''"
    counts_for_both: bool = False
    own_headings: tuple[str, ...] = ()
    period_cell: str = ""
    code_cell: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings as published, all of them; by these a file is recognised."""
        return self.own_headings or tuple(heading for heading, _ in _read_headings()[self.name])

    @property
    def needed(self) -> tuple[str, ...]:
        """Headings that the expressions use and without which a file cannot be read."""
        return self.own_headings or tuple(
            heading for heading, is_needed in _read_headings()[self.name] if is_needed
        )


@cache
def _read_headings() -> dict[str, list[tuple[str, bool]]]:
    headings: dict[str, list[tuple[str, bool]]] = {}
    table = files(__package__).joinpath("headings.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(table)):
        headings.setdefault(row["layout"], []).append((row["heading"], row["needed"] == "true"))
    return headings


def decode(cell: str, words: Mapping[str, str], kind: WordKind, otherwise: str = "") -> str:
    """Express what the words of a publication stand for.

    Parameters
    ----------
    cell
        Expression of the cell.
    words
        Our word for each word of the publication.
    kind
        Enumeration of our words.
    otherwise
        Expression for other words; the empty word of the enumeration if it is not given.

    Returns
    -------
    str
        A word of the enumeration.
    """
    cases = " ".join(
        f"WHEN {quote_text(word)} THEN CAST({quote_text(ours)} AS {kind})" for word, ours in words.items()
    )
    rest = otherwise or f"CAST('' AS {kind})"
    return f"CASE {cell} {cases} ELSE {rest} END"


COMTRADE_REVISIONS = {f"H{number}": name for number, name in enumerate(REVISIONS)}
"""Classification codes of UN Comtrade."""

COMTRADE_PIECES = (
    "CASE WHEN {unit} IN ('5', '6', '9', '11') THEN {quantity}"
    " WHEN {other_unit} IN ('5', '6', '9', '11') THEN {other_quantity} END"
)
COMTRADE_PIECES_FACTOR = (
    "CASE CASE WHEN {unit} IN ('5', '6', '9', '11') THEN {unit} ELSE {other_unit} END"
    " WHEN '6' THEN 2 WHEN '9' THEN 1000 WHEN '11' THEN 12 ELSE 1 END"
)
"""Quantity units of UN Comtrade that count things: 5 items, 6 pairs, 9 thousands, 11 dozens."""

COMTRADE_SPECIAL = "99[0-9]{2}[0-9A-Z]{2}"
"""Codes for goods not specified further, such as ``9999AA``."""

COMTRADE_FLAGS = (
    "concat_ws(';', CASE WHEN {kg} THEN '" + FLAG_KG_ESTIMATED + "' END,"
    " CASE WHEN {pieces} THEN '" + FLAG_PIECES_ESTIMATED + "' END)"
)

COMTRADE = Layout(
    name="comtrade",
    source="comtrade",
    title="UN Comtrade, classic layout (35 columns)",
    delimiters=(",", "\t"),
    countries="m49",
    reporter='"Reporter Code"',
    partner='"Partner Code"',
    flow_text='"Trade Flow Code"',
    flow=decode('"Trade Flow Code"', dict(zip("1234", TRADE_FLOWS, strict=True)), "flow_word"),
    period='"Period"',
    revision_text='"Classification"',
    revision=decode('"Classification"', COMTRADE_REVISIONS, "revision_word"),
    code='"Commodity Code"',
    is_aggregate="\"Aggregate Level\" <> '6'",
    is_part=(
        "coalesce(\"2nd Partner Code\", '0') NOT IN ('', '0')"
        " OR coalesce(\"Customs Proc. Code\", 'C00') NOT IN ('', 'C00')"
        " OR coalesce(\"Mode of Transport Code\", '0') NOT IN ('', '0')"
    ),
    special_code=COMTRADE_SPECIAL,
    kg='"Netweight (kg)"',
    pieces=COMTRADE_PIECES.format(
        unit='"Qty Unit Code"',
        quantity='"Qty"',
        other_unit='"Alt Qty Unit Code"',
        other_quantity='"Alt Qty"',
    ),
    pieces_factor=COMTRADE_PIECES_FACTOR.format(unit='"Qty Unit Code"', other_unit='"Alt Qty Unit Code"'),
    value='"Trade Value (US$)"',
    flags=COMTRADE_FLAGS.format(kg="\"Flag\" IN ('4', '6')", pieces="\"Flag\" IN ('2', '6')"),
)

COMTRADE_API = Layout(
    name="comtrade-api",
    source="comtrade-api",
    title="UN Comtrade, layout of the API (47 columns)",
    delimiters=(",", "\t"),
    countries="m49",
    reporter='"reporterCode"',
    partner='"partnerCode"',
    # DX and FM are parts of X and M, the four with P are customs procedures within them.
    flow_text='"flowCode"',
    flow=decode('"flowCode"', dict(zip(("M", "X", "RX", "RM"), TRADE_FLOWS, strict=True)), "flow_word"),
    period='"period"',
    revision_text='"classificationCode"',
    revision=decode('"classificationCode"', COMTRADE_REVISIONS, "revision_word"),
    code='"cmdCode"',
    is_aggregate="\"aggrLevel\" <> '6'",
    is_part=(
        "coalesce(\"partner2Code\", '0') NOT IN ('', '0')"
        " OR coalesce(\"customsCode\", 'C00') NOT IN ('', 'C00')"
        " OR coalesce(\"motCode\", '0') NOT IN ('', '0')"
        " OR \"flowCode\" IN ('DX', 'FM', 'MIP', 'MOP', 'XIP', 'XOP')"
    ),
    special_code=COMTRADE_SPECIAL,
    kg='"netWgt"',
    pieces=COMTRADE_PIECES.format(
        unit='"qtyUnitCode"', quantity='"qty"', other_unit='"altQtyUnitCode"', other_quantity='"altQty"'
    ),
    pieces_factor=COMTRADE_PIECES_FACTOR.format(unit='"qtyUnitCode"', other_unit='"altQtyUnitCode"'),
    value='"primaryValue"',
    flags=COMTRADE_FLAGS.format(
        kg="lower(\"isNetWgtEstimated\") = 'true'", pieces="lower(\"isQtyEstimated\") = 'true'"
    ),
)

BACI = Layout(
    name="baci",
    source="baci",
    title="CEPII BACI (t, i, j, k, v, q)",
    delimiters=(",",),
    countries="m49",
    reporter='trim("i")',
    partner='trim("j")',
    flow_text="''",
    flow="'export'",
    period='trim("t")',
    revision_text="''",
    revision="''",
    # Published as a number: the leading nought of chapters 01 to 09 is put back.
    code="lpad(trim(\"k\"), 6, '0')",
    kg='"q"',
    kg_factor="1000",
    value='"v"',
    value_factor="1000",
    flags=f"'{FLAG_RECONCILED}'",
    counts_for_both=True,
)

COMEXT_PIECES = (
    "CASE WHEN upper(replace(replace(coalesce({unit}, ''), '/', ''), ' ', ''))"
    " IN ('PST', 'PCS', 'KPST', '1000PST', 'NPAR', 'PA') THEN {quantity} END"
)
COMEXT_PIECES_FACTOR = (
    "CASE upper(replace(replace(coalesce({unit}, ''), '/', ''), ' ', ''))"
    " WHEN 'KPST' THEN 1000 WHEN '1000PST' THEN 1000 WHEN 'NPAR' THEN 2 WHEN 'PA' THEN 2 ELSE 1 END"
)
"""Supplementary units of the CN that count things: pieces, thousands of pieces, pairs."""

COMEXT_FLOW = decode('"FLOW"', {"1": "import", "2": "export"}, "flow_word")
COMEXT_SPECIAL = "[0-9]{2,6}[XSM]{2,6}[0-9]*|99[0-9A-Z]{6}"
"""Codes that hide confidential trade, such as ``85XXXXXX`` and ``84MMM000``, and special movements."""

COMEXT_V2 = Layout(
    name="comext-v2",
    source="comext",
    title="Eurostat Comext, bulk files of version 2",
    delimiters=(",",),
    countries="iso2",
    reporter='"REPORTER"',
    partner='"PARTNER"',
    flow_text='"FLOW"',
    flow=COMEXT_FLOW,
    period='"PERIOD"',
    revision_text="''",
    revision="'CN'",
    code='"PRODUCT_NC"',
    is_aggregate='length("PRODUCT_NC") < 8 OR "PRODUCT_NC" = \'TOTAL\' OR "REPORTER" LIKE \'EU%\'',
    special_code=COMEXT_SPECIAL,
    kg='"QUANTITY_KG"',
    pieces=COMEXT_PIECES.format(unit='"SUPPL_UNIT"', quantity='"QUANTITY_SUPPL_UNIT"'),
    pieces_factor=COMEXT_PIECES_FACTOR.format(unit='"SUPPL_UNIT"'),
    value='"VALUE_EUR"',
    currency="EUR",
    split='concat_ws(\'|\', "STAT_PROCEDURE", "SUPPL_UNIT")',
)

COMEXT_V1 = Layout(
    name="comext-v1",
    source="comext",
    title="Eurostat Comext, bulk files of version 1",
    delimiters=(",",),
    countries="iso2",
    reporter='"DECLARANT_ISO"',
    partner='"PARTNER_ISO"',
    flow_text='"FLOW"',
    flow=COMEXT_FLOW,
    period='"PERIOD"',
    revision_text="''",
    revision="'CN'",
    code='"PRODUCT_NC"',
    is_aggregate='length("PRODUCT_NC") < 8 OR "PRODUCT_NC" = \'TOTAL\' OR "DECLARANT_ISO" LIKE \'EU%\'',
    special_code=COMEXT_SPECIAL,
    kg='"QUANTITY_IN_KG"',
    pieces=COMEXT_PIECES.format(unit='"SUPP_UNIT"', quantity='"SUP_QUANTITY"'),
    pieces_factor=COMEXT_PIECES_FACTOR.format(unit='"SUPP_UNIT"'),
    value='"VALUE_IN_EUROS"',
    currency="EUR",
    # Version 1 was published in units of 100 kg for small amounts.
    kg_rounding=100.0,
    split='concat_ws(\'|\', "STAT_REGIME", "SUPP_UNIT")',
)

COMEXT_EASY = Layout(
    name="comext-easy",
    source="comext",
    title="Easy Comext export",
    delimiters=(",",),
    countries="iso2",
    reporter='"REPORTER"',
    partner='"PARTNER"',
    flow_text='"FLOW"',
    flow=COMEXT_FLOW,
    period='"PERIOD"',
    revision_text="''",
    revision="'CN'",
    code='"PRODUCT"',
    is_aggregate='length("PRODUCT") < 8 OR "PRODUCT" = \'TOTAL\' OR "REPORTER" LIKE \'EU%\'',
    special_code=COMEXT_SPECIAL,
    kg="NULL",
    value='"VALUE_IN_EUR"',
    currency="EUR",
    split='"STAT_PROCEDURE"',
)

LAYOUTS: tuple[Layout, ...] = (COMTRADE, COMTRADE_API, BACI, COMEXT_V2, COMEXT_V1, COMEXT_EASY)
"""Every publication that comes as one table."""
