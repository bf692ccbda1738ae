"""Options of a run as they stand on the command line: one definition for all commands that take them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Population = Annotated[
    str,
    typer.Option(
        help="What the future population follows: medium, low, high, 80_low, 80_high, 95_low, 95_high of the "
        "United Nations, ssp1 to ssp5, or another series of the country package."
    ),
]
Income = Annotated[
    str,
    typer.Option(help="What the future income follows: ssp1 to ssp5, or another series of the package."),
]
ProjectionChoice = Annotated[
    Literal["table", "profile", "trend"],
    typer.Option(
        help="How the market goes on after history: table (the method of each product), profile "
        "(reference countries at future income), trend (the official European way)."
    ),
]
SalesChoice = Annotated[
    Literal["enter", "beside"],
    typer.Option(help="Whether the usable sales of the country enter the model or only stand beside it."),
]
StatisticsChoice = Annotated[
    Literal["robust", "common", "common_strict", "ignore"],
    typer.Option(
        help="How statistics imported by `ainalym trade import` are cleaned: robust (ours, with outliers "
        "weighed), common (the official European method, its defects mended), common_strict (with them), "
        "or ignore."
    ),
]
CorrectionChoice = Annotated[
    list[str] | None,
    typer.Option(
        help="Switch a correction of imported statistics: mirror=off (reports of partners for what the "
        "country does not report), re_exports=off, partial_years=on; may be given more than once.",
        show_default=False,
    ),
]
LeastCover = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        help="Share of the value of a flow that the partners who report it must hold to stand for a "
        "silent country; 0 takes whatever they report.",
    ),
]
