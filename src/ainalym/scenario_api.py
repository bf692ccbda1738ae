"""Scenarios side by side for Python and notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ainalym.api import Outlook, choose_options
from ainalym.calibration.scenario_runs import check_scenarios, run_scenarios
from ainalym.core.quantities import Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.pipeline import check_options
from ainalym.reports.comparison_page import PAGE_FILE, write_comparison_page
from ainalym.results.comparison import Comparison, write_comparison
from ainalym.results.folder import replace_folder
from ainalym.results.outcomes import check_years
from ainalym.schemas.run import FIRST_YEAR


class ScenarioComparison:
    """Scenarios of a country side by side.

    Parameters
    ----------
    comparison
        Results of the scenarios; see :func:`ainalym.compare`.
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    @property
    def outlooks(self) -> Mapping[str, Outlook]:
        """The outlook of each scenario by its name."""
        named = zip(self.comparison.names, self.comparison.results, strict=True)
        return {name: Outlook(result) for name, result in named}

    def table(self) -> pd.DataFrame:
        """Return outcomes and differences; see :func:`ainalym.results.outcomes.compute_outcomes`."""
        return self.comparison.outcomes

    def paths(self) -> pd.DataFrame:
        """Return the same for every year of the projection."""
        return self.comparison.paths

    def present_values(self) -> pd.DataFrame:
        """Return net present values; see :func:`ainalym.results.outcomes.compute_present_values`."""
        return self.comparison.present_values

    def indicators(self) -> pd.DataFrame:
        """Return the indicators of the European Union against their targets, central path."""
        return self.comparison.indicators

    def write(self, folder: str | Path, *, force: bool = False, language: Language = "en") -> Path:
        """Write the folder of the comparison: tables, record and page.

        Parameters
        ----------
        folder
            Where to write.
        force
            Whether an older folder may be replaced.
        language
            Language of the page.

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
            write_comparison(self.comparison, partial)
            write_comparison_page(self.comparison, partial / PAGE_FILE, language)
        return Path(folder)

    def __repr__(self) -> str:
        names = ", ".join(self.comparison.names)
        return f"<Comparison of {self.comparison.base.country['en']}: {names}>"


def run_comparison(
    country: str,
    scenarios: Sequence[str],
    *,
    years: Sequence[int],
    until: int,
    draws: int,
    seed: int,
    threads: int,
    calibrate: bool,
) -> ScenarioComparison:
    """Compare scenarios; see :func:`ainalym.compare`, which this is under its public name.

    Parameters
    ----------
    country, scenarios, years, until, draws, seed, threads, calibrate
        As there.

    Returns
    -------
    ScenarioComparison
        Scenarios side by side.

    Raises
    ------
    InputError
        As there; before the model runs wherever it can be known.
    """
    options = choose_options(until=until)
    check_options(options)
    check_years(years, FIRST_YEAR, until)
    check_scenarios(scenarios)
    ensemble = EnsembleOptions(draws=draws, seed=seed, threads=threads)
    results = run_scenarios(country, scenarios, options, ensemble, calibrated=calibrate)
    return ScenarioComparison(Comparison(results, tuple(dict.fromkeys(years))))
