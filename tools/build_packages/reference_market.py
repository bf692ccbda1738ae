"""Reference tables of the market: placed on market of the EU groups, elasticities, unit weights."""

from __future__ import annotations

import math
from collections.abc import Iterator

from figures import Figures, Record, read_decisions
from tables import Row, format_number

PHOTOVOLTAIC_KEY = "0002"
KG_PER_PANEL_2008 = 20.0

ALL_KEYS_ELASTICITY = 0.72
ALL_KEYS_R_SQUARED = 0.72
COUNTRIES_IN_FIT = 28
ALL_KEYS_NOTE = (
    "Fit to the cleaned country table; the standard error follows from its R2 of 0.72 over 28 countries. "
    "Medians of the raw table, each key held below five times the median country, give 0.58 with standard "
    "error 0.12."
)
NOT_SOLD_NOTE = "Not sold in 2010-2014: value of all keys, for completeness."

WEIGHT_LINEAGES = {"newer": "htbl_Key_Weight_newer_copy_2024", "cbs": "CBS_htbl_Key_Weight_v1.2"}
LAST_YEAR_OF_NEWER_COPY = 2024


def make_placed_on_market(figures: Figures) -> Iterator[Row]:
    """Make the cleaned placed on market per inhabitant of the three groups, 1980-2021."""
    for record in figures.read("reference/pom_eu.csv"):
        kg, pieces = float(record["kg_inh_clean"]), float(record["pieces_inh_clean"])
        share = float(record["share_original"])
        if pieces < 0:
            # CBS differences the stock of panels while the mass of a panel jumps; other keys stay above zero.
            if record["key"] != PHOTOVOLTAIC_KEY:
                raise ValueError(f"negative pieces of key {record['key']}, year {record['year']}")
            pieces = kg / KG_PER_PANEL_2008
        yield {
            "group": record["stratum"],
            "key": record["key"],
            "year": record["year"],
            "kg": format_number(kg, 6),
            "pieces": format_number(pieces, 6),
            "share_reported": format_number(share, 4),
            "source": "CBS_WOT_2017",
            "grade": grade_by_share(share),
        }


def grade_by_share(share: float) -> str:
    """Grade a cleaned value by the share of its country cells that are reported and unchanged."""
    if share >= 0.75:
        return "A"
    return "B" if share >= 0.25 else "C"


def make_income_elasticities(figures: Figures) -> Iterator[Row]:
    """Make the elasticities of kg per inhabitant to income by key, and of the sum of all keys."""
    # In a straight-line fit the standard error follows from slope, R2 and the number of points.
    spread = ALL_KEYS_ELASTICITY * math.sqrt((1 / ALL_KEYS_R_SQUARED - 1) / (COUNTRIES_IN_FIT - 2))
    of_all = {
        "elasticity": format_number(ALL_KEYS_ELASTICITY, 2),
        "standard_error": format_number(spread, 2),
        "source": "CBS_WOT_2017",
    }
    fits = figures.read("reference/pom_kpi_vs_ppp.csv", variable="kg_inh", data="WOT_v1.2_cleaned")
    for record in fits:
        own = {"elasticity": record["loglog_slope"], "standard_error": record["loglog_slope_se"]}
        is_fitted = record["loglog_slope"] != ""
        yield {
            **of_all,
            **(own if is_fitted else {}),
            "key": record["key"],
            "usable": record["usable"] == "yes",
            "grade": "C" if is_fitted else "D",
            "note": None if is_fitted else NOT_SOLD_NOTE,
        }
    yield {**of_all, "key": "all", "usable": True, "grade": "C", "note": ALL_KEYS_NOTE}


def make_unit_weights(figures: Figures) -> Iterator[Row]:
    """Make the default weights: the newer copy, except where the decision table keeps CBS v1.2."""
    decisions = read_decisions("weight_decisions.csv")
    lineages = {
        name: figures.read("reference/weights.csv", source=source, country="")
        for name, source in WEIGHT_LINEAGES.items()
    }
    cbs = {(record["key"], record["year"]): record["avg_weight_kg"] for record in lineages["cbs"]}
    for lineage, records in lineages.items():
        for record in records:
            decision = decisions.get(record["key"])
            if lineage == (decision["lineage"] if decision else "newer"):
                yield _weigh(record, lineage, decision, cbs.get((record["key"], record["year"])))


def _weigh(record: Record, lineage: str, decision: Record | None, weight_of_cbs: str | None) -> Row:
    agrees = weight_of_cbs is not None and math.isclose(float(weight_of_cbs), float(record["avg_weight_kg"]))
    sources = ["CBS_WOT_2017"] if agrees or lineage == "cbs" else []
    sources += ["WOT_WEIGHTS_2024"] if lineage == "newer" else []
    is_doubtful = decision is not None or int(record["year"]) > LAST_YEAR_OF_NEWER_COPY
    return {
        "key": record["key"],
        "year": record["year"],
        "weight": record["avg_weight_kg"],
        "source": ";".join(sources),
        "grade": "C" if is_doubtful else "A" if agrees else "B",
        "note": decision["note"] if decision else None,
    }
