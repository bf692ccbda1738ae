"""Laws of an ensemble: its centre is the outlook, each draw conserves mass, scenarios share draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ainalym.core.streams import SOBOL_DIMENSIONS, RandomStreams
from ainalym.ensemble.block import Block, Workspace, compute_block, install_panels
from ainalym.ensemble.mixtures import exchange
from ainalym.ensemble.model import Model, hold_at_centre, prepare_model
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.parameters import FAMILIES, SOBOL_PLACES, ParameterDraws, Scores, draw_parameters
from ainalym.ensemble.run import run_ensemble
from ainalym.ensemble.survival import fill_survival
from ainalym.kernels.cohort import compute_stock_driven
from ainalym.kernels.lifetime import CONVENTIONS, Convention, Weibull, survival_by_age
from ainalym.packages.country import read_country
from ainalym.packages.reference import read_reference
from ainalym.pipeline import plan_country
from ainalym.results.result import Result
from ainalym.schemas.run import RunOptions
from ainalym.stages.placed_on_market import compute_from_reference
from ainalym.stages.projection import Drivers, Profile, project_market
from ainalym.stages.stock import MASS_BALANCE_TOLERANCE

STREAMS = RandomStreams(3)


@pytest.fixture(scope="module")
def prepared() -> tuple[Model, Result]:
    return prepare_model("KAZ")


@pytest.fixture(scope="module")
def model(prepared: tuple[Model, Result]) -> Model:
    return prepared[0]


@pytest.fixture(scope="module")
def block(model: Model) -> Block:
    return compute_block(model, draw_parameters(model, Scores(STREAMS, 0, 64)), Workspace(model, 64))


def project_draws(model: Model, drawn: ParameterDraws) -> tuple[np.ndarray, np.ndarray]:
    """Project the histories of the draws by the stage, products that follow ownership alone."""
    reference, result = read_reference(), prepare_model("KAZ")[1]
    own, data = model.ownership, result.data
    assert own is not None
    assert drawn.ownership_curves is not None
    assert drawn.switches is not None
    axes = {"draw": np.arange(8), "year": model.years, "product": list(model.products)}

    def label(values: np.ndarray) -> xr.DataArray:
        dims = ("draw", "year", "product")[: values.ndim]
        return xr.DataArray(values, coords={name: axes[name] for name in dims}, dims=dims)

    # Numbers of pieces do not know what a piece weighs; a draw of weights moves the mass alone.
    level = drawn.market_level[:, np.newaxis]
    pieces = label(data["placed_on_market_pieces"].values * level)
    mass = label(data["placed_on_market"].values * level * drawn.unit_weight[:, np.newaxis])
    lifetime = xr.DataArray(
        np.stack([drawn.shape, drawn.scale], axis=1),
        coords={"draw": axes["draw"], "parameter": ["shape", "scale"], "product": axes["product"]},
        dims=("draw", "parameter", "product"),
    )
    plan = plan_country(reference, read_country("KAZ", reference), drawn.ownership_curves, RunOptions())
    households = data["households"].values * drawn.population / data["population"].values
    drivers = Drivers(label(drawn.population), label(drawn.income), label(households))
    suggested = compute_from_reference(
        data["population"],
        data["income"],
        reference.per_inhabitant,
        reference.group_income,
        reference.elasticity,
        reference.products["introduction_year"].to_xarray().rename(key="product"),
        2025,
    )
    profile = Profile(
        suggested[0],
        suggested[1],
        reference.per_inhabitant.sel(measure="kg", drop=True),
        reference.group_income,
    )
    changed = replace(plan, switches=drawn.switches)
    found = project_market(
        mass, pieces, 2025, drivers, profile, drawn.ownership_curves, changed, lifetime, model.convention
    )
    return found[0].values, found[1].values


def assert_close(drawn: np.ndarray, outlook: np.ndarray) -> None:
    assert np.abs(drawn - outlook).max() <= 1e-9 * np.abs(outlook).max()


@pytest.mark.parametrize("convention", ["uniform", "end"])
def test_that_the_centre_of_the_ensemble_is_the_outlook(convention: str) -> None:
    model, result = prepare_model("KAZ", RunOptions(convention=convention))
    still = hold_at_centre(model)
    block = compute_block(still, draw_parameters(still, Scores(STREAMS, 0, 8)), Workspace(still, 8))
    data = result.data
    for draw in (0, 7):
        assert_close(block.market[..., draw].T, data["placed_on_market"].values)
        assert_close(block.stock[..., draw].T, data["stock"].values)
        assert_close(block.ewaste[..., draw].T, data["ewaste_generated"].values)
        assert_close(block.material[..., draw].T, data["material_embedded"].sum("product").values)
        assert_close(block.value[..., draw].T, data["material_value"].values)
        regions = data["ewaste_generated_by_region"].sum("category").values
        assert_close(block.ewaste_by_region[..., draw].T, regions)


def test_that_every_draw_conserves_mass(block: Block) -> None:
    assert block.mass_error.max() < MASS_BALANCE_TOLERANCE
    change = np.diff(block.stock, axis=1, prepend=0.0)
    assert block.market == pytest.approx(change + block.ewaste, rel=1e-9, abs=1e-6)


def test_that_a_broken_balance_is_seen(model: Model, block: Block) -> None:
    from ainalym.ensemble.block import compute_mass_error

    leaking = block.stock.copy()
    leaking[4, 30] *= 1.0 + 1e-6
    assert compute_mass_error(block.market, leaking, block.ewaste).min() > MASS_BALANCE_TOLERANCE


def test_that_the_parts_of_a_draw_sum_to_the_whole(model: Model, block: Block) -> None:
    total = block.ewaste.sum(axis=0)
    assert block.ewaste_by_category.sum(axis=0) == pytest.approx(total, rel=1e-12)
    assert block.ewaste_by_region.sum(axis=0) == pytest.approx(total, rel=1e-12)
    assert block.material[model.additive].sum(axis=0) == pytest.approx(total, rel=1e-9)


def test_that_nothing_falls_below_zero(block: Block) -> None:
    for array in (block.market, block.stock, block.ewaste, block.material, block.value):
        assert array.min() >= 0.0


def test_that_every_drawn_input_belongs_to_one_family(model: Model) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 8))
    # What becomes of e-waste acts on none of the results that are looked at.
    inputs = set(vars(drawn)) - {"probabilities"}
    assert sorted(name for names in FAMILIES.values() for name in names) == sorted(inputs)


def test_that_the_inputs_of_different_families_go_their_own_ways(model: Model) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 4000))
    gold = model.materials.index("gold")
    single = {
        "scale": drawn.scale[:, 3],
        "shape": drawn.shape[:, 3],
        "level": drawn.market_level[:, 3],
        "error": drawn.market_error[3, 30],
        "weight": drawn.unit_weight[:, 3],
        "population": drawn.population[:, -1],
        "income": drawn.income[:, -1],
        "gold": drawn.composition[:, 3, gold],
        "price": drawn.price[:, gold],
    }
    correlations = np.corrcoef(np.log(list(single.values())))
    assert np.abs(correlations - np.eye(len(single))).max() < 5 / np.sqrt(4000)


def test_that_history_is_not_drawn_anew(model: Model) -> None:
    drawn = draw_parameters(model, Scores(STREAMS, 0, 16))
    known = model.years <= 2025
    assert (drawn.population[:, known] == model.population[known]).all()
    assert (drawn.income[:, known] == model.income[known]).all()
    assert (drawn.population[:, ~known].std(axis=0) > 0.0).all()


def test_that_scenarios_share_draws(model: Model) -> None:
    longer = replace(model, scale=1.1 * model.scale)
    options = EnsembleOptions(draws=200, seed=2)
    base, scenario = (run_ensemble(choice, options).draws for choice in (model, longer))
    # Panels that last longer are replaced less often, and after history so is what follows ownership.
    markets = [
        draws["placed_on_market_by_category"].drop_sel(category="4b").sel(year=slice(None, 2025)).values
        for draws in (base, scenario)
    ]
    assert np.array_equal(*markets)
    level = base["ewaste_generated_total"].sel(year=2030)
    difference = scenario["ewaste_generated_total"].sel(year=2030) - level
    # Were the draws not shared, the difference would scatter by more than either level.
    assert float(difference.std()) < 0.2 * float(level.std())


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_that_the_survival_of_draws_is_that_of_the_engine(convention: Convention) -> None:
    random = np.random.default_rng(4)
    shape, scale = random.uniform(1.0, 4.0, (40, 6)), random.uniform(2.0, 30.0, (40, 6))
    exact = survival_by_age(Weibull(shape, scale), 71, convention)
    filled = fill_survival(shape, scale, convention, np.empty((6, 71, 40)))
    # The integral over a year is taken from its ends; lives of two or three years are the hardest.
    error = np.abs(filled.transpose(2, 1, 0) - exact).max(axis=1)
    assert error.max() < 2e-7
    assert error[scale > 4.0].max() < 1e-8


def test_that_panels_are_installed_as_the_engine_installs_them() -> None:
    """Capacity that rises, falls faster than panels die, is gone for a while, and comes again."""
    random = np.random.default_rng(8)
    capacity = np.cumsum(random.normal(2.0, 6.0, (60, 50)), axis=1).clip(0.0)
    shape, scale = random.uniform(1.5, 5.0, (60, 1)), random.uniform(5.0, 30.0, (60, 1))
    survival = survival_by_age(Weibull(shape, scale), 50)
    engine = compute_stock_driven(capacity[:, :, np.newaxis], survival, "retire_proportionally").inflow
    assert (engine == 0.0).any()
    ours = install_panels(capacity, np.ascontiguousarray(survival[:, :, 0].T)).T
    assert ours == pytest.approx(engine[:, :, 0], rel=1e-9, abs=1e-9)


OF_OWNERSHIP = (
    *("saturation_curve", "switch_speed", "switch_date", "phase_out", "switch_remaining"),
    *("lifetime_scale", "lifetime_shape", "market_level", "unit_weight"),
)


def test_that_a_draw_is_the_outlook_of_its_own_curves_and_switches(model: Model) -> None:
    """The stage of projection, given the inputs of the draws, places the same on the market."""
    known = {
        name: row if name[0] in OF_OWNERSHIP else replace(row, spread=0.0)
        for name, row in model.spreads.items()
    }
    drawn_model = replace(model, spreads=known)
    drawn = draw_parameters(drawn_model, Scores(STREAMS, 0, 8))
    block = compute_block(drawn_model, drawn, Workspace(drawn_model, 8))
    market, pieces = project_draws(model, drawn)
    own = model.ownership
    assert own is not None
    assert_close(block.market[own.products].T, market[..., own.products])
    for other in (pieces, market):
        assert (other[0, own.past :, own.products] != other[1, own.past :, own.products]).any()


def test_that_curves_and_switches_leave_history_alone(model: Model) -> None:
    for family in ("saturation", "switches"):
        runner = [draw_parameters(model, Scores(STREAMS, first, 8)) for first in (0, 8)]
        mixed = exchange(*runner, family)
        ours, theirs = (
            compute_block(model, inputs, Workspace(model, 8)).market for inputs in (runner[0], mixed)
        )
        past = model.years <= 2025
        assert np.array_equal(ours[:, past], theirs[:, past])
        moved = (ours != theirs).any(axis=(1, 2))
        assert model.ownership is not None
        assert set(np.flatnonzero(moved)) <= set(model.ownership.products.tolist())
        assert moved.any()


def test_that_what_is_no_longer_sold_stays_away_in_every_draw(block: Block, model: Model) -> None:
    own = model.ownership
    assert own is not None
    televisions = [model.products.index(key) for key in ("0407", "0408")]
    sold = block.market[televisions][:, own.past :]
    assert sold[0].max() <= 1e-6 * sold[1].max()
    assert (sold[1] > 0.0).all()


def test_that_no_two_streams_share_a_place_in_the_sequence(model: Model) -> None:
    assert model.ownership is not None
    sizes = dict.fromkeys(SOBOL_PLACES, len(model.products)) | {
        name: 1 for name in SOBOL_PLACES if name.endswith("_path") or name == "total_elasticity"
    }
    sizes["saturation_curve"] = 3 * model.ownership.group_count
    taken = [place for name, first in SOBOL_PLACES.items() for place in range(first, first + sizes[name])]
    assert len(taken) == len(set(taken))
    assert max(taken) < SOBOL_DIMENSIONS


def test_that_without_ownership_nothing_of_it_is_drawn() -> None:
    model, _ = prepare_model("KAZ", RunOptions(projection="profile"))
    drawn = draw_parameters(model, Scores(STREAMS, 0, 8))
    assert model.ownership is drawn.ownership_curves is drawn.switches is None
    assert compute_block(model, drawn, Workspace(model, 8)).mass_error.max() < MASS_BALANCE_TOLERANCE


def test_that_wider_spreads_give_wider_results(model: Model) -> None:
    spreads = {
        name: replace(row, spread=0.0) if name[0] == "market_error" else row
        for name, row in model.spreads.items()
    }
    options = EnsembleOptions(draws=300)
    widths = []
    for choice in (replace(model, spreads=spreads), model):
        quantiles = run_ensemble(choice, options).quantiles["ewaste_generated"].sel(year=2030)
        widths.append(float((quantiles.sel(quantile=0.95) / quantiles.sel(quantile=0.05)).median()))
    assert widths[1] > 1.02 * widths[0]
