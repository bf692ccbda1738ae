"""What an ensemble is asked: how many draws, which seed, in what blocks."""

from __future__ import annotations

from dataclasses import dataclass

from ainalym.core.streams import RandomStreams, Sampling
from ainalym.ensemble.parameters import SOBOL_PLACES
from ainalym.errors import InputError, Problem

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Probabilities of the quantiles that are kept of everything."""

SAMPLINGS: tuple[Sampling, ...] = ("plain", "sobol")


@dataclass(frozen=True)
class EnsembleOptions:
    """Choices of an ensemble; none of the last two changes a number.

    Parameters
    ----------
    draws
        Number of draws, 1 or more.
    seed
        Seed of all random streams, 0 or more.
    sampling
        ``plain`` or ``sobol``.
    block
        Draws that are computed together.
    threads
        Threads of this machine, or of each worker's process one.

    Raises
    ------
    InputError
        [ENS-006] for a number that is not possible, [ENS-011] for the way of sampling.
    """

    draws: int = 1000
    seed: int = 1
    sampling: str = "plain"
    block: int = 256
    threads: int = 1

    def __post_init__(self) -> None:
        lowest = {"draws": 1, "seed": 0, "block": 1, "threads": 1}
        problems = [
            Problem(
                "ENS-006",
                f"option --{name}",
                str(getattr(self, name)),
                f"a whole number of {least} or more",
                "Correct it.",
            )
            for name, least in lowest.items()
            if getattr(self, name) < least
        ]
        if self.sampling not in SAMPLINGS:
            expected = f"one of {', '.join(SAMPLINGS)}"
            problems.append(
                Problem("ENS-011", "option --sampling", repr(self.sampling), expected, "Correct it.")
            )
        if problems:
            raise InputError(problems)

    @property
    def streams(self) -> RandomStreams:
        """Random streams of the run."""
        sampling: Sampling = "sobol" if self.sampling == "sobol" else "plain"
        return RandomStreams(self.seed, sampling, SOBOL_PLACES)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """First draw of every block, and the first after it."""
        return [(first, min(first + self.block, self.draws)) for first in range(0, self.draws, self.block)]


def choose_ensemble(draws: int, seed: int, threads: int) -> EnsembleOptions | None:
    """Turn the options of an outlook into those of its ensemble.

    Parameters
    ----------
    draws
        Number of draws, 0 for the central path alone.
    seed
        Seed of all random streams, 0 or more.
    threads
        Threads of this machine, 1 or more.

    Returns
    -------
    EnsembleOptions or None
        None for the central path alone.

    Raises
    ------
    InputError
        [ENS-006] for a number that is not possible.
    """
    # Where no draws are asked for, the other numbers are checked all the same.
    checked = EnsembleOptions(draws=draws or 1, seed=seed, threads=threads)
    return checked if draws else None
