"""Sobol indices: against a function whose indices are known, and against scipy on a slice of the model."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from ainalym.core.streams import RandomStreams
from ainalym.ensemble import sensitivity
from ainalym.ensemble.block import Workspace, compute_block
from ainalym.ensemble.discards import compute_discards, survive
from ainalym.ensemble.mixtures import AFTER_DISCARD, Runner, compute_outputs, exchange
from ainalym.ensemble.model import Model, hold_at_centre
from ainalym.ensemble.parameters import FAMILIES, Scores, draw_parameters
from ainalym.ensemble.sensitivity import (
    Sensitivity,
    Task,
    analyse_sensitivity,
    exchange_families,
    list_outputs,
    vary_alone,
)
from ainalym.errors import InputError

salib = pytest.importorskip("SALib.analyze.sobol", reason="the extra 'sensitivity' is not installed")


@pytest.fixture(scope="module")
def found(model: Model) -> Sensitivity:
    return analyse_sensitivity(model, samples=2048, threads=2)


def ishigami(points: np.ndarray) -> np.ndarray:
    first, second, third = points
    values: np.ndarray = np.sin(first) + 7.0 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)
    return values


def test_that_the_indices_of_a_known_function_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ishigami and Homma (1990): S1 0.314, 0.442, 0; ST 0.558, 0.442, 0.244."""
    monkeypatch.setattr(sensitivity, "FAMILIES", {"first": (), "second": (), "third": ()})
    halves = RandomStreams(3).uniform("ishigami", 0, 2 * 16_384, 3).T * 2.0 * np.pi - np.pi
    one, other = halves[:, :16_384], halves[:, 16_384:]
    rows = [ishigami(one)]
    for place in range(3):
        mixed = one.copy()
        mixed[place] = other[place]
        rows.append(ishigami(mixed))
    runs = np.stack([*rows, ishigami(other)])[..., np.newaxis]
    table = sensitivity._estimate_indices(salib, runs, [("ishigami", 1990)], seed=1)
    assert table["first_order"].to_numpy() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert table["total"].to_numpy() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert (table["total_low"] <= [0.5576, 0.4424, 0.2437]).all()
    assert (table["total_high"] >= [0.5576, 0.4424, 0.2437]).all()
    from scipy.stats import sobol_indices, uniform

    oracle = sobol_indices(
        func=ishigami, n=4096, dists=[uniform(-np.pi, 2 * np.pi)] * 3, rng=np.random.default_rng(1)
    )
    assert table["first_order"].to_numpy() == pytest.approx(oracle.first_order, abs=0.04)
    assert table["total"].to_numpy() == pytest.approx(oracle.total_order, abs=0.04)


def test_that_scipy_finds_the_same_indices_on_a_slice_of_the_model(model: Model) -> None:
    """Three inputs of one number each: population, income and photovoltaic capacity; all else still."""
    from scipy.stats import norm, sobol_indices

    centre = hold_at_centre(model)
    bands = ("population_band", "income_band")
    slice_model = replace(
        centre, photovoltaics=model.photovoltaics, **{name: getattr(model, name) for name in bands}
    )
    place = int(np.searchsorted(model.years, 2050))
    scores = ("population_path", "income_path", "photovoltaic_path")

    class GivenScores(Scores):
        given: ClassVar[dict[str, np.ndarray]] = {}

        def normal(self, stream: str, size: int) -> np.ndarray:
            return self.given.get(stream, np.zeros((self.count, size)))

    def evaluate(points: np.ndarray) -> np.ndarray:
        GivenScores.given = {name: row[:, np.newaxis] for name, row in zip(scores, points, strict=True)}
        drawn = draw_parameters(slice_model, GivenScores(RandomStreams(1), 0, points.shape[1]))
        discards = compute_discards(slice_model, drawn, survive(slice_model, drawn), [place])
        return compute_outputs(slice_model, drawn, discards)[:, 0]

    oracle = sobol_indices(func=evaluate, n=256, dists=[norm()] * 3, rng=np.random.default_rng(1))
    table = analyse_sensitivity(slice_model, years=[2050], samples=2048, threads=2).indices
    ours = table[table["output"] == "ewaste_generated"].set_index("family")
    names = ["population", "income", "photovoltaics"]
    assert ours.loc[names, "first_order"].to_numpy() == pytest.approx(oracle.first_order, abs=0.1)
    assert ours.loc[names, "total"].to_numpy() == pytest.approx(oracle.total_order, abs=0.1)
    assert ours.drop(index=names)["total"].abs().max() < 1e-9


def test_that_the_short_way_gives_what_the_whole_outlook_gives(model: Model) -> None:
    drawn = draw_parameters(model, Scores(RandomStreams(1), 0, 16))
    places = [50, 70]
    short = compute_outputs(model, drawn, compute_discards(model, drawn, survive(model, drawn), places))
    block = compute_block(model, drawn, Workspace(model, 16))
    for column, place in ((0, 50), (5, 70)):
        assert short[:, column] == pytest.approx(block.ewaste[:, place].sum(axis=0), rel=1e-9)
        for step, material in enumerate(("gold", "copper", "plastics"), start=1):
            whole = block.material[model.materials.index(material), place]
            assert short[:, column + step] == pytest.approx(whole, rel=1e-9)
        assert short[:, column + 4] == pytest.approx(block.value[:, place].sum(axis=0), rel=1e-9)


def test_that_each_exchange_moves_one_family(model: Model) -> None:
    task = Task(model, hold_at_centre(model), RandomStreams(1), (50,), 64)
    runs, alone = exchange_families(task, 0, 16), vary_alone(task, 0, 16)
    ewaste = runs[1:-1, :, 0]
    for row, family in zip(ewaste, FAMILIES, strict=True):
        moves = not np.array_equal(row, runs[0, :, 0])
        assert moves == (family not in {"composition", "prices"}), family
    prices = list(FAMILIES).index("prices")
    assert np.ptp(alone[prices, :, 0]) < 1e-9 * alone[prices, 0, 0]
    assert np.ptp(alone[prices, :, 4]) > 0.0


def test_that_what_is_kept_between_exchanges_changes_no_bit(model: Model) -> None:
    """Every exchange against a runner that knows nothing yet."""
    runner = Runner(model, (50, 70))
    one, other = (runner.draw(model, RandomStreams(1), first, 16) for first in (0, 64))
    base = runner.discard(one)
    for family in FAMILIES:
        fresh = Runner(model, (50, 70))
        mixed = fresh.take(exchange(one, other, family))
        expected = compute_outputs(model, mixed, fresh.discard(mixed))
        np.testing.assert_array_equal(runner.exchange(one, other, family, base), expected, err_msg=family)
    assert set(FAMILIES) > AFTER_DISCARD


def test_that_the_indices_cover_every_output_year_and_family(found: Sensitivity) -> None:
    keys = found.indices[["output", "year", "family"]]
    assert len(keys.drop_duplicates()) == len(keys) == len(list_outputs()) * 2 * len(FAMILIES)
    assert found.runs == 2048 * (len(FAMILIES) + 2)


def test_that_shares_of_the_variance_are_shares(found: Sensitivity) -> None:
    sums = found.indices.groupby(["output", "year"])["first_order"].sum()
    assert sums.between(0.7, 1.2).all()
    # Noise of 2048 samples: a share of a few thousandths is not told from none.
    assert (found.indices["total"] > found.indices["first_order"] - 0.05).all()


def test_that_prices_drive_the_value_and_not_the_mass(found: Sensitivity) -> None:
    prices: pd.DataFrame = found.indices[found.indices["family"] == "prices"].set_index(["output", "year"])
    assert prices.loc[("material_value", 2030), "total"] > 0.1
    assert prices.loc[("gold", 2030), "total"] == pytest.approx(0.0, abs=1e-9)


def test_that_one_family_alone_spans_less_than_all_together(found: Sensitivity) -> None:
    ranges = found.ranges.assign(width=found.ranges["high"] - found.ranges["low"])
    for _, rows in ranges.groupby(["output", "year"]):
        together = rows.loc[rows["family"] == "all", "width"].item()
        assert (rows.loc[rows["family"] != "all", "width"] < together).all()


def test_that_the_same_seed_gives_the_same_indices(model: Model) -> None:
    first, second = (
        analyse_sensitivity(model, samples=64, block=block, threads=threads, years=[2030])
        for block, threads in ((64, 1), (16, 2))
    )
    pd.testing.assert_frame_equal(first.indices, second.indices)
    pd.testing.assert_frame_equal(first.ranges, second.ranges)


@pytest.mark.parametrize(("options", "code"), [({"years": [2077]}, "ENS-007"), ({"samples": 0}, "ENS-006")])
def test_that_what_cannot_be_asked_is_refused(model: Model, options: dict[str, object], code: str) -> None:
    with pytest.raises(InputError, match=code):
        analyse_sensitivity(model, **options)  # type: ignore[arg-type]
