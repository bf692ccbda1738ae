"""Tables of the pages that look at one product, one material or one data table."""

from __future__ import annotations

import math

import pandas as pd

from ainalym.core.quantities import get_quantity, read_quantities
from ainalym.core.units import TONNES_PER_KILOTONNE
from ainalym.reports.draw_details import say_share
from ainalym.reports.headline import say_interval_caption
from ainalym.reports.language import NO_VALUE, Translator
from ainalym.reports.page_tables import PIECES_PER_THOUSAND, SPREAD, YEARS_BETWEEN_ROWS
from ainalym.reports.text_table import Column, TextTable, translate_text, write_figure
from ainalym.results.details import (
    STEPS_PER_YEAR,
    compute_carriers,
    compute_composition,
    compute_lifetime_curve,
    compute_material_history,
    compute_product_fan,
    compute_product_history,
)
from ainalym.results.intervals import compute_material_fan, read_intervals
from ainalym.results.result import Result
from ainalym.results.summary import HEADLINE_YEARS, compute_largest_products, list_years

DOLLARS_PER_MILLION = 1e6
YEARS_BETWEEN_AGES = 5
EVERY_CARRIER = 54


def compose_product_list(result: Result, translator: Translator) -> TextTable:
    """Compose the table of all products: market, stock and e-waste, that with most e-waste first."""
    year, *later = list_years(result)
    end = later[-1] if later else year
    language = translator.language
    columns = (
        ("placed_on_market", year),
        ("stock", year),
        ("ewaste_generated", year),
        ("ewaste_generated", end),
    )
    figures = [_read_products(result, quantity, wanted) for quantity, wanted in columns]
    rows = []
    for row in compute_largest_products(result, year, result.data.sizes["product"]).to_dict("records"):
        product = str(row["product"])
        rows.append(
            (
                product,
                result.name_of("products", product, language),
                result.name_of("categories", row["category"], language),
                *(write_figure(translator, *table.loc[product, list(SPREAD)]) for table in figures),
            )
        )
    labels = {name: get_quantity(name).labels[language] for name in ("placed_on_market", "stock")}
    ewaste = get_quantity("ewaste_generated").labels[language]
    return TextTable(
        "product_list",
        say_interval_caption(
            result, translator, translator.gettext("All products, %(unit)s", unit=translator.unit("kt"))
        ),
        (
            Column("key", translator.gettext("UNU-KEY")),
            Column("product", translator.gettext("Product")),
            Column("category", translator.gettext("Category")),
            Column("placed_on_market", f"{labels['placed_on_market']}, {year}", numeric=True),
            Column("stock", f"{labels['stock']}, {year}", numeric=True),
            Column("ewaste", f"{ewaste}, {year}", numeric=True),
            Column("future", f"{ewaste}, {end}", numeric=True),
        ),
        tuple(rows),
    )


def _read_products(result: Result, quantity: str, year: int) -> pd.DataFrame:
    """Read a quantity of every product in kt: medians with intervals, or the central path without."""
    central = result.data[quantity].sel(year=year).reset_coords(drop=True).to_series()
    table = pd.DataFrame({"value": central, "low": math.nan, "high": math.nan})
    intervals = read_intervals(result, quantity, "product", year)
    if not intervals.empty:
        table = intervals.rename(columns={"median": "value"}).loc[central.index]
    return table[list(SPREAD)] / TONNES_PER_KILOTONNE


def compose_product_history(result: Result, translator: Translator, product: str) -> TextTable:
    """Compose the history and projection of one product in every fifth year and in the headline years."""
    quantities = ("placed_on_market", "stock", "ewaste_generated")
    fans = {name: compute_product_fan(result, name, product).set_index("year") for name in quantities}
    rows = []
    for row in compute_product_history(result, product).to_dict("records"):
        year = int(row["year"])
        if year % YEARS_BETWEEN_ROWS and year not in HEADLINE_YEARS:
            continue
        rows.append(
            (
                str(year),
                *(_write_year(translator, fans[name], year, row[name]) for name in quantities),
                *(translator.number(row[f"{name}_pieces"] / PIECES_PER_THOUSAND) for name in quantities),
                translator.number(row["unit_weight"]),
            )
        )
    names = [get_quantity(name).labels[translator.language] for name in quantities]
    thousand = translator.gettext("thousand pieces")
    weight = get_quantity("unit_weight").labels[translator.language]
    return TextTable(
        "product_history",
        say_interval_caption(result, translator, translator.gettext("History and projection")),
        (
            Column("year", translator.gettext("Year")),
            *(
                Column(key, f"{name}, {translator.unit('t')}", numeric=True)
                for key, name in zip(quantities, names, strict=True)
            ),
            *(
                Column(f"{key}_pieces", f"{name}, {thousand}", numeric=True)
                for key, name in zip(quantities, names, strict=True)
            ),
            Column("unit_weight", f"{weight}, {translator.unit('kg/piece')}", numeric=True),
        ),
        tuple(rows),
    )


def _write_year(translator: Translator, fan: pd.DataFrame, year: int, central: float) -> str:
    if fan.empty:
        return translator.number(central)
    return write_figure(translator, *fan.loc[year, ["median", "low", "high"]].to_numpy(dtype=float))


def compose_lifetime_table(result: Result, translator: Translator, product: str) -> TextTable:
    """Compose the table of the share of one product that is still in stock, every fifth year."""
    curve = compute_lifetime_curve(result, product).iloc[:: YEARS_BETWEEN_AGES * STEPS_PER_YEAR]
    rows = [
        (translator.number_fixed(row["age"], 0), translator.percent(row["survival"], 1))
        for row in curve.to_dict("records")
    ]
    return TextTable(
        "lifetime",
        translator.gettext("Still in stock"),
        (
            Column("year", translator.gettext("Years since sale")),
            Column("share", translator.gettext("Share"), numeric=True),
        ),
        tuple(rows),
    )


def compose_composition_table(result: Result, translator: Translator, product: str) -> TextTable:
    """Compose the table of what one product is made of, each figure with its grade."""
    rows = [
        (
            result.name_of("materials", row["material"], translator.language),
            say_share(translator, row["fraction"]),
            row["grade"],
        )
        for row in compute_composition(result, product).to_dict("records")
    ]
    return TextTable(
        "composition",
        translator.gettext("Composition"),
        (
            Column("material", translator.gettext("Material")),
            Column("share", translator.gettext("Share of the mass"), numeric=True),
            Column("grade", translator.gettext("Grade")),
        ),
        tuple(rows),
    )


def compose_product_evidence(result: Result, translator: Translator, product: str) -> TextTable:
    """Compose the table of what the figures of one product rest on."""
    evidence = result.tables["product_evidence"]
    titles = result.tables["package_tables"].drop_duplicates("table").set_index("table")["title"]
    rows = [
        (
            translate_text(str(titles[row["table"]]), translator),
            translator.number_fixed(row["rows"], 0),
            row["grade"],
            row["sources"],
        )
        for row in evidence[evidence["product"] == product].to_dict("records")
    ]
    return TextTable(
        "evidence",
        translator.gettext("What these figures rest on"),
        (
            Column("title", translator.gettext("Table")),
            Column("rows", translator.gettext("Rows"), numeric=True),
            Column("grade", translator.gettext("Worst grade")),
            Column("source", translator.gettext("Source")),
        ),
        tuple(rows),
    )


def compose_carrier_table(result: Result, translator: Translator, material: str) -> TextTable:
    """Compose the table of the products that carry one material, the most first."""
    year = list_years(result)[0]
    carriers = compute_carriers(result, material, year, EVERY_CARRIER)
    rows = [
        (
            result.name_of("products", row["product"], translator.language),
            row["product"],
            translator.number(row["mass"]),
            translator.percent(row["share"], 1),
        )
        for row in carriers[carriers["mass"] > 0].to_dict("records")
    ]
    return TextTable(
        "carriers",
        translator.gettext("Products that carry it, %(year)s", year=year),
        (
            Column("product", translator.gettext("Product")),
            Column("key", translator.gettext("UNU-KEY")),
            Column("value", translator.unit("t/yr"), numeric=True),
            Column("share", translator.gettext("Share"), numeric=True),
        ),
        tuple(rows),
    )


def compose_material_history(result: Result, translator: Translator, material: str) -> TextTable:
    """Compose mass and gross value of one material in every fifth year and in the headline years."""
    fan = compute_material_fan(result, material).set_index("year")
    rows = []
    for row in compute_material_history(result, material).to_dict("records"):
        year = int(row["year"])
        if year % YEARS_BETWEEN_ROWS and year not in HEADLINE_YEARS:
            continue
        value = translator.number(row["value"] / DOLLARS_PER_MILLION)
        rows.append((str(year), _write_year(translator, fan, year, row["mass"]), value))
    return TextTable(
        "material_history",
        say_interval_caption(result, translator, translator.gettext("History and projection")),
        (
            Column("year", translator.gettext("Year")),
            Column("mass", translator.unit("t/yr"), numeric=True),
            Column("value", translator.unit("million USD"), numeric=True),
        ),
        tuple(rows),
    )


def compose_package_table(result: Result, translator: Translator) -> TextTable:
    """Compose the table of every data table with its grades and sources."""
    rows = []
    for row in result.tables["package_tables"].to_dict("records"):
        grades = (row[f"grade_{grade}"] for grade in "ABCD")
        rows.append(
            (
                translate_text(row["title"], translator),
                row["package"].removeprefix("ainalym-"),
                translator.number_fixed(row["rows"], 0),
                *(translator.number_fixed(count, 0) if count else NO_VALUE for count in grades),
                row["sources"],
            )
        )
    return TextTable(
        "package_tables",
        translator.gettext("Data tables: rows by grade, and sources"),
        (
            Column("title", translator.gettext("Table")),
            Column("package", translator.gettext("Data package")),
            Column("rows", translator.gettext("Rows"), numeric=True),
            *(Column(f"grade_{grade}", grade, numeric=True) for grade in "ABCD"),
            Column("source", translator.gettext("Source")),
        ),
        tuple(rows),
    )


def compose_quantity_table(result: Result, translator: Translator) -> TextTable:
    """Compose the vocabulary: every quantity of the result with symbol and unit."""
    known = set(result.describe_quantities()["name"])
    rows = [
        (quantity.labels[translator.language], quantity.symbol or NO_VALUE, quantity.unit, quantity.name)
        for quantity in read_quantities().values()
        if quantity.name in known
    ]
    return TextTable(
        "quantities",
        translator.gettext("Quantities"),
        (
            Column("quantity", translator.gettext("Quantity")),
            Column("symbol", translator.gettext("Symbol")),
            Column("unit", translator.gettext("Unit")),
            Column("fingerprint", translator.gettext("Name in files and interface")),
        ),
        tuple(rows),
    )
