"""The same seed gives the same numbers, bit for bit, however the work is cut up."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ainalym.core.streams import RandomStreams
from ainalym.ensemble.model import Model
from ainalym.ensemble.options import QUANTILES, EnsembleOptions
from ainalym.ensemble.quantiles import DrawFile, compute_quantiles
from ainalym.ensemble.run import EnsembleResult, Progress, run_ensemble
from ainalym.ensemble.slab import HEADLINE, KEPT, SUMMARISED, compute_slab
from ainalym.errors import InputError

OPTIONS = EnsembleOptions(draws=83, seed=5, block=40)


@pytest.fixture(scope="module")
def ensemble(model: Model) -> EnsembleResult:
    return run_ensemble(model, OPTIONS)


def assert_same_bits(first: EnsembleResult, second: EnsembleResult) -> None:
    for ours, theirs in ((first.draws, second.draws), (first.quantiles, second.quantiles)):
        xr.testing.assert_identical(ours, theirs)
    xr.testing.assert_identical(first.means, second.means)


@pytest.mark.parametrize(
    "change", [{"threads": 2}, {"block": 7}, {"block": 1000}, {"threads": 2, "block": 16}], ids=str
)
def test_that_threads_and_blocks_change_no_bit(
    model: Model, ensemble: EnsembleResult, change: dict[str, int]
) -> None:
    assert_same_bits(run_ensemble(model, replace(OPTIONS, **change)), ensemble)


def test_that_sobol_draws_do_not_depend_on_the_blocks_either(model: Model) -> None:
    sobol = replace(OPTIONS, sampling="sobol", draws=20)
    assert_same_bits(run_ensemble(model, sobol), run_ensemble(model, replace(sobol, block=9)))


def test_that_more_draws_leave_the_first_ones_alone(model: Model, ensemble: EnsembleResult) -> None:
    longer = run_ensemble(model, replace(OPTIONS, draws=90))
    xr.testing.assert_identical(longer.draws.isel(draw=slice(83)), ensemble.draws)


def test_that_another_seed_gives_other_draws(model: Model, ensemble: EnsembleResult) -> None:
    other = run_ensemble(model, replace(OPTIONS, seed=6))
    assert not np.isclose(other.draws["stock_total"], ensemble.draws["stock_total"], rtol=1e-6).all()


def test_that_quantiles_are_those_of_the_full_draws(model: Model, ensemble: EnsembleResult) -> None:
    slab = compute_slab(model, RandomStreams(5), 0, 83)
    row = 0
    for name, axes in SUMMARISED.items():
        quantiles = ensemble.quantiles[name].transpose("quantile", *axes).values.reshape(5, -1)
        cells = slab.summarised[row : row + quantiles.shape[1]].astype(np.float64)
        row += quantiles.shape[1]
        assert quantiles == pytest.approx(np.quantile(cells, QUANTILES, axis=1), rel=1e-12, abs=1e-12)
        means = ensemble.means[name].transpose(*axes).values.ravel()
        assert means == pytest.approx(cells.mean(axis=1), rel=1e-9)
    for name in (*KEPT, *HEADLINE):
        draws = ensemble.draws[name].astype(np.float64)
        expected = draws.quantile(QUANTILES, "draw").transpose(*ensemble.quantiles[name].dims)
        assert ensemble.quantiles[name].values == pytest.approx(expected.values, rel=1e-12)


@pytest.mark.parametrize("draws", [1, 2, 3, 1000])
def test_that_quantiles_agree_with_numpy(draws: int) -> None:
    values = np.random.default_rng(1).normal(size=(4, draws))
    expected = np.quantile(values, QUANTILES, axis=1)
    assert compute_quantiles(values.copy(), QUANTILES) == pytest.approx(expected, rel=1e-12)


def test_that_the_axes_stand_in_the_order_of_the_program(ensemble: EnsembleResult) -> None:
    assert ensemble.draws["ewaste_generated_by_category"].dims == ("draw", "year", "category")
    assert ensemble.quantiles["stock"].dims == ("quantile", "year", "product")
    assert ensemble.means["ewaste_generated_by_region_total"].dims == ("year", "region")
    assert ensemble.quantiles["stock"].attrs["units"] == "t"
    assert ensemble.quantiles["stock"].attrs["definition"]


def test_that_progress_ends_with_nothing_left(model: Model) -> None:
    heard: list[Progress] = []
    run_ensemble(model, OPTIONS, heard.append)
    assert [step.done for step in heard] == [40, 80, 83]
    assert heard[-1].seconds_left == 0.0
    assert heard[0].seconds_left > 0.0


def test_that_a_run_broken_off_leaves_nothing_behind(model: Model, tmp_path: Path) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ensemble(model, replace(OPTIONS, threads=2), stop, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_that_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with DrawFile(3, 10) as file:

        def refuse(_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(file._file, "write", refuse)
        with pytest.raises(InputError, match=r"ENS-012.*no space left"):
            file.write(0, np.zeros((3, 10), dtype=np.float32))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"draws": 0}, "ENS-006"),
        ({"block": 0}, "ENS-006"),
        ({"threads": -1}, "ENS-006"),
        ({"seed": -1}, "ENS-006"),
        ({"sampling": "halton"}, "ENS-011"),
    ],
)
def test_that_options_that_cannot_be_are_refused(change: dict[str, int | str], code: str) -> None:
    with pytest.raises(InputError, match=code):
        EnsembleOptions(**change)  # type: ignore[arg-type]
