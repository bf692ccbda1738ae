"""Scenarios on an outlook that is there: what no lever touches is computed once and held in memory."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from ainalym.after_generation.central import make_labels
from ainalym.after_generation.rerun import CentralBase, find_contents, prepare_central, rerun_central
from ainalym.calibration.calibrate import calibrate, read_country_evidence
from ainalym.calibration.outlook import describe_lack
from ainalym.core.streams import Streams
from ainalym.ensemble.model import Model, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.rerun import Part, prepare_parts, rerun_draws
from ainalym.errors import InputError
from ainalym.results.result import Result
from ainalym.results.scenario_figures import ScenarioRun, gather_figures
from ainalym.scenarios.checks import Labels
from ainalym.scenarios.reading import BASELINE, ReadScenario
from ainalym.schemas.run import RunOptions

FIRST_YEAR_RERUN = 2010
"""First year of the draws of a scenario: earlier ones no scenario changes, and no view shows."""


class Prior(NamedTuple):
    """What the draws of an outlook come from.

    Attributes
    ----------
    model
        Model of the ensemble, without levers on products.
    central
        The central path that the ensemble spreads around.
    streams
        Random numbers: those of the seed, or those that have learned from evidence.
    """

    model: Model
    central: CentralBase
    streams: Streams


class Reruns:
    """Runs scenarios on an outlook, with its options, its seed, and what it has learned.

    Parameters
    ----------
    result
        The outlook.
    threads
        Threads that compute draws; they change no number.

    Raises
    ------
    InputError
        [SCN-016] if a scenario cannot be computed from this outlook, [CTY-001] if its country is none of the
        program's.
    """

    def __init__(self, result: Result, threads: int = 2) -> None:
        self._central = prepare_central(result)
        self._threads = threads
        self._lock = threading.Lock()
        self._prior: Prior | None = None
        self._parts: dict[int, list[Part]] = {}

    @property
    def labels(self) -> Labels:
        """Categories, products and materials that levers may act on."""
        return make_labels(self._central.reference)

    def run_central(self, scenario: ReadScenario) -> Result:
        """Compute the central path under a scenario; see :func:`ainalym.after_generation.rerun`."""
        return rerun_central(self._central, scenario)

    def run_draws(self, scenario: ReadScenario, draws: int) -> ScenarioRun:
        """Compute the figures of a scenario in the first draws of the outlook.

        Parameters
        ----------
        scenario
            Levers.
        draws
            Number of draws, 1 or more; all scenarios that are compared need the same number.

        Returns
        -------
        ScenarioRun
            The numbers that an outlook with this scenario, seed and number of draws gives.
        """
        prior, parts = self.prepare(draws)
        contents = find_contents(prior.central, scenario)
        found = rerun_draws(prior.model, parts, scenario, contents, FIRST_YEAR_RERUN, self._threads)
        return gather_figures(found, _describe(scenario), self._central.result.tables["materials"])

    def prepare(self, draws: int) -> tuple[Prior, list[Part]]:
        """Prepare what scenarios share, once: the model and its draws without levers.

        Parameters
        ----------
        draws
            Number of draws.

        Returns
        -------
        tuple of Prior and list of Part
            Held in memory from then on.
        """
        with self._lock:
            if self._prior is None:
                self._prior = prepare_prior(self._central.result, self._threads)
            if draws not in self._parts:
                self._parts[draws] = prepare_parts(self._prior.model, self._prior.streams, draws)
            return self._prior, self._parts[draws]


def prepare_prior(result: Result, threads: int) -> Prior:
    """Prepare the model of an outlook, and let it learn again if the outlook has learned.

    Parameters
    ----------
    result
        The outlook.
    threads
        Threads that compute draws.

    Returns
    -------
    Prior
        The same model and random numbers as those of the outlook.

    Raises
    ------
    InputError
        As :func:`ainalym.ensemble.model.prepare_model`.
    """
    record = result.record
    iso3 = str(result.country["iso3"])
    options = RunOptions(**{**record["options"], "scenario": BASELINE})
    model, central = prepare_model(iso3, options)
    drawn = record.get("ensemble", {})
    asked = {name: drawn[name] for name in ("seed", "sampling") if name in drawn}
    base = EnsembleOptions(**asked).streams
    if "calibration" not in record:
        return Prior(model, prepare_central(central), base)
    evidence = read_country_evidence(iso3, central, with_sales=options.sales == "evidence")
    if evidence is None:
        raise InputError(describe_lack())
    found = calibrate(
        model, central, evidence, base, draws=int(record["calibration"]["draws"]), threads=threads
    )
    return Prior(model, prepare_central(central), found.streams)


def _describe(scenario: ReadScenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "titles": scenario.titles.model_dump(),
        "description": scenario.description.model_dump(),
        "levers": [override.model_dump() for override in scenario.overrides],
    }
