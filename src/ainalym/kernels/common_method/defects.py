"""The defects of the scripts, by name: one list for the documentation, the tests and the curious."""

from __future__ import annotations

from typing import NamedTuple


class Defect(NamedTuple):
    """A defect of the scripts of Statistics Netherlands, version 1.2.

    Attributes
    ----------
    name
        As the module that holds the rule calls it.
    script
        Where it is in the scripts.
    module
        Module of this package that explains it and holds both settings.
    """

    name: str
    script: str
    module: str


DEFECTS: tuple[Defect, ...] = (
    Defect("exports of hidden production in the ratio of the stratum", "01", "confidential"),
    Defect("EU total broken by the last override", "01", "confidential"),
    Defect("no open figures, no estimate", "01", "confidential"),
    Defect("scaled up over unknown cells", "01", "confidential"),
    Defect("noughts of the fit count as open figures", "01", "confidential"),
    Defect("weight table emptied", "02", "conversion"),
    Defect("a line without its pieces counts as nothing", "02", "conversion"),
    Defect("deletion of non-positive cells", "02", "method"),
    Defect("one-sided additive fence", "03a, 03b", "outliers"),
    Defect("no trend", "03a", "outliers"),
    Defect("a MAD of nought removes everything else", "03a, 03b", "outliers"),
    Defect("cross-group leak", "03c", "interpolation"),
    Defect("ppi test on kpi", "03c", "interpolation"),
    Defect("unbounded line at the ends", "03c", "interpolation"),
    Defect("a long gap stays empty", "03c", "interpolation"),
    Defect("empty strata are never filled", "03, 03d", "strata"),
    Defect("means count people without a figure", "03d, 03e", "strata"),
    Defect("anchor repair compared with stratum 1", "03e", "strata"),
    Defect("no clamp", "03e", "strata"),
    Defect("a missing point breaks the line", "03e", "strata"),
    Defect("segments beside the own stratum", "03e", "strata"),
    Defect("missing purchasing power is carried one year", "03e", "strata"),
    Defect("typing slip in the low branch", "03f", "smoothing"),
    Defect("exception turned round", "03f", "smoothing"),
    Defect("last year checked upwards alone", "03f", "smoothing"),
    Defect("tube monitors without a flag", "03g", "special_products"),
    Defect("photovoltaics emptied where no capacity is known", "03h", "special_products"),
    Defect("panels below nought", "00c, 03h", "special_products"),
    Defect("falling mass per megawatt taken off the whole stock", "00c", "special_products"),
    Defect("connection at or below nought", "03i", "forecast"),
    Defect("missing correlation passes the test", "03i", "forecast"),
    Defect("negative constant", "03i", "forecast"),
    Defect("empty connection year", "03i", "forecast"),
    Defect("unit weight from another series", "03i", "pieces"),
    Defect("unit weight from an empty cell", "03i", "pieces"),
    Defect("one missing of three leaves all empty", "03i", "backcast"),
    Defect("a reported nought is overwritten", "03i", "backcast"),
    Defect("figures before the year of introduction are erased", "03i", "backcast"),
    Defect("small changes undo decisions", "03j", "method"),
    Defect("deficit taken off every year", "05", "stock_balance"),
)
