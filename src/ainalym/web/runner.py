"""Runs scenarios for visitors: few at a time, each only once, on what is held in memory."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from ainalym.calibration.reruns import Reruns
from ainalym.errors import InputError, Problem
from ainalym.results.result import Result
from ainalym.results.scenario_figures import ScenarioRun
from ainalym.scenarios.reading import BASELINE
from ainalym.web.settings import WebSettings
from ainalym.web.shelf import Holding
from ainalym.web.wishes import Wish, check_wish
from ainalym.web.workroom import Workroom, describe_full

logger = logging.getLogger(__name__)

DRAWS = 200
"""Draws of a scenario on a page: enough for the median and the 90 % interval of totals."""

RUNS_KEPT = 48

CENTRALS_KEPT = 12

Kept = TypeVar("Kept")


class Runner:
    """Runs scenarios and keeps what was asked for last.

    Parameters
    ----------
    settings
        Limits of the server.
    workroom
        Where heavy work waits its turn.
    """

    def __init__(self, settings: WebSettings, workroom: Workroom) -> None:
        self._settings = settings
        self._workroom = workroom
        self._runs: _Memory[ScenarioRun] = _Memory(RUNS_KEPT)
        self._centrals: _Memory[Result] = _Memory(CENTRALS_KEPT)
        self._benches: _Memory[_Bench] = _Memory(settings.countries_prepared)

    def prepare(self, holding: Holding) -> None:
        """Begin to prepare what the scenarios of an outlook share, without waiting for it."""
        self._find_bench(holding)

    def run(self, holding: Holding, wish: Wish, visitor: str, draws: int = DRAWS) -> ScenarioRun:
        """Run a scenario in draws, with the data, the options and the seed of an outlook.

        Parameters
        ----------
        holding
            The outlook.
        wish
            The scenario.
        visitor
            Who asks.
        draws
            Number of draws; the same for all scenarios that are compared.

        Returns
        -------
        ScenarioRun
            The same numbers as those of an outlook with this scenario.

        Raises
        ------
        InputError
            [WEB-008] for too few or too many draws, [SCN-...] for the scenario, [SCN-016] if the outlook is
            no base for others, [WEB-006] and [WEB-007] if too much work waits.
        """
        if not 1 <= draws <= self._settings.most_draws:
            expected = f"1 to {self._settings.most_draws}"
            raise InputError(Problem("WEB-008", "draws", str(draws), expected, "Correct it."))
        key = (holding.fingerprint, wish.digest, draws)

        def work() -> ScenarioRun:
            scenario = check_wish(wish)
            reruns = self._find_bench(holding).wait(self._settings.longest_preparation)
            return self._workroom.take_turn(lambda: reruns.run_draws(scenario, draws))

        # Who waits for the run of another one takes a place, too.
        with self._workroom.enter(visitor):
            return self._runs.get(key, work)

    def run_central(self, holding: Holding, wish: Wish, visitor: str) -> Result:
        """Compute the central path of an outlook under a scenario; see :meth:`run`."""
        if not wish.text and wish.name == BASELINE == holding.result.record["scenario"]["name"]:
            return holding.result

        def work() -> Result:
            scenario = check_wish(wish)
            reruns = self._find_bench(holding).begin(self._settings.longest_preparation)
            return self._workroom.take_turn(lambda: reruns.run_central(scenario))

        with self._workroom.enter(visitor):
            return self._centrals.get((holding.fingerprint, wish.digest), work)

    def _find_bench(self, holding: Holding) -> _Bench:
        return self._benches.get(holding.fingerprint, lambda: _Bench(holding.result))


class _Bench:
    """What the scenarios of an outlook share, prepared on a thread of its own while pages are served."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._begun, self._ready = threading.Event(), threading.Event()
        self._reruns: Reruns | None = None
        self._error: InputError | None = None
        threading.Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        try:
            self._reruns = Reruns(self._result)
            self._begun.set()
            self._reruns.prepare(DRAWS)
        except InputError as error:
            self._error = error
        except Exception:
            logger.exception("the scenarios of %s cannot be prepared", self._result.country["iso3"])
        finally:
            self._begun.set()
            self._ready.set()

    def begin(self, seconds: float) -> Reruns:
        """Wait until the central path can be computed under any scenario."""
        return self._wait(self._begun, seconds)

    def wait(self, seconds: float) -> Reruns:
        """Wait until draws can be computed too."""
        return self._wait(self._ready, seconds)

    def _wait(self, event: threading.Event, seconds: float) -> Reruns:
        if not event.wait(seconds):
            raise InputError(describe_full())
        if self._error is not None:
            raise InputError(self._error.problems)
        if self._reruns is None:
            raise InputError(describe_full())
        return self._reruns


class _Memory(Generic[Kept]):
    """Keeps what was asked for last; what many ask for at a time is made once."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Give what is kept, or make it; whatever that raises is passed on."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._kept[key] = made
                while len(self._kept) > self._room:
                    self._kept.popitem(last=False)
            return made
