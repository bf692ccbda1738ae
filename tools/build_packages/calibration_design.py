"""The table of evidence that the model learns from."""

from __future__ import annotations

from designs import YEAR
from tables import Design, number, provenance, text

EVIDENCE = Design(
    "evidence",
    "Evidence",
    "What the model is held against: each figure with its error, and whether it enters or only is shown. A "
    "figure stands here, or in another table of the package that the row names.",
    (
        text("quantity", "Name of the quantity in the vocabulary."),
        text("item", "Name of the figure; in 'ownership' and 'sales', that of the row."),
        YEAR,
        text("vintage", "Edition that the figure comes from."),
        text(
            "table",
            "Table of the package that holds the figure; empty where it stands here.",
            required=False,
        ),
        text(
            "products",
            "UNU-KEYs separated by ';', the code of a category, or 'all'; empty where another table says so.",
            required=False,
        ),
        text("region", "Code of the country; figures of a part of it are shown only."),
        number("value", None, "The figure; empty where another table holds it.", required=False),
        text("unit", "Unit of the figure; empty where another table holds it.", required=False),
        number("standard_error", None, "Standard error, in the unit of the figure.", required=False),
        number("low", None, "Low end of a range of 90 %, in the unit of the figure.", required=False),
        number("high", None, "High end of a range of 90 %, in the unit of the figure.", required=False),
        number(
            "ratio",
            "1",
            "Figure over the quantity of the model, where it covers a part of it: the share in use, or "
            "owners over pieces; 1 where empty.",
            required=False,
            exclusiveMinimum=0,
        ),
        text("error_group", "Figures that share part of their error.", required=False),
        number(
            "shared_error",
            "1",
            "Share of the variance of the error that is common to the group.",
            required=False,
            minimum=0,
            maximum=1,
        ),
        text(
            "use",
            "Whether the model learns from the figure or is only shown beside it.",
            enum=["enters", "shown"],
        ),
        text("reason", "Reason of the error, or why the figure is only shown."),
        text(
            "error_grade", "Grade of trust of error and ratio.", vocabulary="grade", enum=["A", "B", "C", "D"]
        ),
        *provenance(),
    ),
    ("quantity", "item", "year", "vintage"),
)
