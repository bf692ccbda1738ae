"""The outlook for Python and notebooks: one object with arrays, tables and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr
from pydantic import ValidationError

from ainalym.calibration.outlook import run_calibrated_outlook
from ainalym.core.quantities import Language
from ainalym.ensemble.options import choose_ensemble
from ainalym.ensemble.outlook import run_outlook_with_draws
from ainalym.errors import InputError, Problem
from ainalym.reports.notebook import plot, render_html_summary
from ainalym.reports.page import write_report
from ainalym.results.difference import compute_difference
from ainalym.results.folder import replace_folder
from ainalym.results.result import Result
from ainalym.results.store import write_result
from ainalym.results.summary import (
    compute_by_category,
    compute_comparison,
    compute_headline,
    compute_largest_products,
    compute_material_summary,
    compute_region_summary,
    compute_sales_comparison,
)
from ainalym.schemas.run import RunOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

REPORT_FILE = "report.html"


class Outlook:
    """The outlook of a country.

    Parameters
    ----------
    result
        Result of a run; see :func:`ainalym.outlook`.
    """

    def __init__(self, result: Result) -> None:
        self.result = result

    @property
    def data(self) -> xr.Dataset:
        """Every quantity as a labelled array with unit and definition in its attributes."""
        return self.result.data

    @property
    def record(self) -> Mapping[str, Any]:
        """How the result came to be: versions, hashes of the packages, options, timings."""
        return self.result.record

    @property
    def draws(self) -> xr.Dataset | None:
        """Totals of every draw by category and by material; None for the central path alone."""
        return self.result.draws

    @property
    def quantiles(self) -> xr.Dataset | None:
        """The 5, 25, 50, 75 and 95 % quantiles of the draws; None for the central path alone."""
        return self.result.quantiles

    def difference(self, base: Outlook) -> xr.Dataset:
        """Return what this outlook differs by from another one that shares its draws.

        Parameters
        ----------
        base
            Outlook of the same country with the same seed and number of draws, but other options.

        Returns
        -------
        xarray.Dataset
            Quantiles of the differences of all totals, this outlook less the base, draw by draw: what is
            uncertain in both alike falls out. Dims (quantile, year, ...).

        Raises
        ------
        InputError
            [ENS-013] if the draws are not shared.
        """
        return compute_difference(self.result, base.result)

    def to_frame(self, quantity: str) -> pd.DataFrame:
        """Return one quantity as a tidy table; see :meth:`ainalym.results.result.Result.to_frame`."""
        return self.result.to_frame(quantity)

    def summary(self) -> pd.DataFrame:
        """Return placed on market, stock and e-waste in the headline years, with intervals."""
        return compute_headline(self.result)

    def materials(self) -> pd.DataFrame:
        """Return the materials in e-waste by year and accumulated, t, their value, USD, and intervals."""
        return compute_material_summary(self.result)

    def comparison(self) -> pd.DataFrame:
        """Return the model beside every published figure, with the ratio."""
        return compute_comparison(self.result)

    def sales(self) -> pd.DataFrame:
        """Return the pieces placed on market beside the sales that the statistical office reports."""
        return compute_sales_comparison(self.result)

    def categories(self, quantity: str = "ewaste_generated") -> pd.DataFrame:
        """Return the central path of a quantity summed by category and year."""
        return compute_by_category(self.result, quantity)

    def products(self, year: int, count: int = 15) -> pd.DataFrame:
        """Return the products with the most e-waste in a year, t, with intervals."""
        return compute_largest_products(self.result, year, count)

    def regions(self, year: int) -> pd.DataFrame:
        """Return the e-waste of every region in a year, t and kg/person, with intervals."""
        return compute_region_summary(self.result, year)

    def plot(self, chart: str = "ewaste_generated", language: Language = "en") -> Any:
        """Draw a chart; see :func:`ainalym.reports.notebook.plot` for the names."""
        return plot(self.result, chart, language)

    def write(self, folder: str | Path, *, force: bool = False, language: Language = "en") -> Path:
        """Write the outlook folder: arrays, tables, run record and report.

        Parameters
        ----------
        folder
            Where to write.
        force
            Whether an older outlook in that folder may be replaced.
        language
            Language of the report.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        InputError
            [OUT-...] if the folder exists or cannot be written; an older one stays intact.
        """
        with replace_folder(Path(folder), force) as partial:
            write_result(self.result, partial)
            write_report(self.result, partial / REPORT_FILE, language)
        return Path(folder)

    def __repr__(self) -> str:
        years = self.data["year"].values
        return f"<Outlook of {self.result.country['en']}, {years[0]} to {years[-1]}>"

    def _repr_html_(self) -> str:
        return render_html_summary(self.result, "en")


def run(
    country: str,
    draws: int = 1000,
    seed: int = 1,
    threads: int = 2,
    calibrate: bool = True,
    **options: Any,
) -> Outlook:
    """Run the outlook of a country; see :func:`ainalym.outlook`, which this is under its public name.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    draws, seed, threads
        Number of draws, 0 for the central path alone; seed of all random streams; threads of this machine.
    calibrate
        Whether the model learns from the evidence of the country, where it has any.
    **options
        Fields of :class:`ainalym.schemas.run.RunOptions`.

    Returns
    -------
    Outlook
        The outlook.

    Raises
    ------
    InputError
        [OPT-006] and [ENS-006] for an option that is not possible, and as :func:`ainalym.outlook`.
    """
    chosen = choose_options(**options)
    compute = run_calibrated_outlook if calibrate else run_outlook_with_draws
    return Outlook(compute(country, chosen, choose_ensemble(draws, seed, threads)))


def choose_options(**options: Any) -> RunOptions:
    """Turn keywords into the options of a run.

    Parameters
    ----------
    **options
        Fields of :class:`ainalym.schemas.run.RunOptions`.

    Returns
    -------
    RunOptions
        The same.

    Raises
    ------
    InputError
        [OPT-006] for each value that is not possible.
    """
    try:
        return RunOptions(**options)
    except ValidationError as error:
        problems = [
            Problem(
                "OPT-006",
                f"option {entry['loc'][0]}",
                repr(entry["input"]),
                entry["msg"][0].lower() + entry["msg"][1:],
                "Correct it; help(ainalym.outlook) lists what is possible.",
            )
            for entry in error.errors()
        ]
        raise InputError(problems) from error
