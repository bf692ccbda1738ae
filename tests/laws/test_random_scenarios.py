"""Whatever scenario is written, mass is kept from the market to the last fraction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ainalym.after_generation.central import Flows, compute_after_generation, make_labels
from ainalym.packages.country import Country, read_country
from ainalym.packages.end_of_life import EndOfLife, read_end_of_life
from ainalym.packages.reference import Reference, read_reference
from ainalym.pipeline import discard_market
from ainalym.results.result import Result
from ainalym.scenarios.checks import GENERATED, Labels, check_overrides
from ainalym.scenarios.levers import read_levers
from ainalym.scenarios.reading import ReadScenario
from ainalym.schemas.scenario import Override, Titles
from ainalym.stages.materials import compute_embedded
from ainalym.stages.placed_on_market import Market

TOLERANCE = 1e-9
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Country2050(NamedTuple):
    """What the end of life of a country starts from."""

    known: EndOfLife
    reference: Reference
    figures: Country
    market: Market
    lifetime: xr.DataArray
    data: xr.Dataset


@pytest.fixture(scope="module")
def start(kazakhstan: Result, reference: Reference) -> Country2050:
    figures = read_country("KAZ", reference)
    data = kazakhstan.data
    parameters = xr.concat(
        [data["lifetime_shape"], data["lifetime_scale"]],
        dim=xr.IndexVariable("parameter", ["shape", "scale"]),
    )
    market = Market(
        data["placed_on_market"], data["placed_on_market_pieces"], data["placed_on_market_origin"]
    )
    return Country2050(read_end_of_life(reference, figures), reference, figures, market, parameters, data)


def tell(*layers: tuple[Override, ...]) -> ReadScenario:
    text = Titles(en="random", ru="random", kk="random")
    return ReadScenario("random", text, text, layers)


def follow(start: Country2050, scenario: ReadScenario) -> dict[str, xr.DataArray]:
    """Follow the market of a country to its last fraction; the stages themselves check the balance, too."""
    mass, pieces = discard_market(start.reference, start.market, start.lifetime, "uniform", scenario)
    flows = Flows(
        mass.market,
        pieces.market,
        mass.ewaste,
        compute_embedded(mass.ewaste, start.data["composition"]),
        mass.survival,
        start.data["income"],
        start.data["price"],
        None,
    )
    after = compute_after_generation(start.known, start.reference, start.figures, flows, scenario)
    found = {str(array.name): array for array in after.arrays}
    return found | {"market": mass.market, "stock": mass.stock, "ewaste": mass.ewaste}


@st.composite
def overrides(draw: st.DrawFn, labels: Labels) -> tuple[Override, ...]:
    """Write some levers that a file may hold together."""
    chosen = draw(st.lists(st.sampled_from(sorted(read_levers())), min_size=1, max_size=6, unique=True))
    found = []
    for name in chosen:
        lever = read_levers()[name]
        # A third of the room each, so that what shares a whole is seldom more than all.
        most = 0.33 if name in GENERATED else lever.maximum
        cells = labels.allowed(lever)
        begin = draw(st.integers(2026, 2040))
        found.append(
            Override(
                lever=name,
                applies_to=tuple(draw(st.lists(st.sampled_from(cells), max_size=3, unique=True)))
                if cells
                else (),
                start=begin,
                end=begin + draw(st.integers(0, 9)),
                ramp=draw(st.sampled_from(["linear", "s_curve", "step"])),
                target=draw(st.floats(lever.minimum, most)),
            )
        )
    assume(not check_overrides(found, labels, lambda place, key: f"{place} {key}"))
    return tuple(found)


@FEW
@given(st.deferred(lambda: overrides(make_labels(read_reference()))))
def test_that_mass_is_kept_from_the_market_to_the_last_fraction(
    start: Country2050, levers: tuple[Override, ...]
) -> None:
    found = follow(start, tell(levers))
    stock, market, ewaste = (found[name].values for name in ("stock", "market", "ewaste"))
    change = np.diff(stock, axis=0, prepend=np.zeros((1, stock.shape[1])))
    assert np.abs(market - ewaste - change).max() <= TOLERANCE * stock.max()
    routed = found["ewaste_routed"].sum("route").values
    assert np.abs(routed - ewaste).max() <= TOLERANCE * ewaste.max()
    embedded = compute_embedded(found["ewaste"], start.data["composition"]).sum("product")
    fates = found["material_by_fate"].sum("fate")
    assert float((np.abs(fates - embedded).max("year") / embedded.max("year")).max()) <= TOLERANCE
    for name in ("recovered", "lost"):
        whole = found[f"material_{name}"].sum("product")
        parts = found[f"material_{name}_by_route"].sum("route")
        assert float(np.abs(parts - whole).max()) <= TOLERANCE * float(embedded.max())
    assert float(found["material_by_fate"].min()) >= -TOLERANCE * float(embedded.max())
    account = found["formal_account"]
    net = account.sel(item="net_benefit")
    others = account.drop_sel(item="net_benefit").sum("item")
    assert np.allclose(others, net, rtol=1e-9, atol=1e-6 * float(np.abs(account).max()))


@FEW
@given(st.floats(0.0, 0.9), st.floats(0.0, 0.9))
def test_that_more_collection_recovers_no_less_of_any_material(
    start: Country2050, one: float, other: float
) -> None:
    def collect(share: float) -> xr.DataArray:
        lever = Override(lever="collection", start=2026, end=2035, target=share)
        return follow(start, tell((lever,)))["material_recovered"].sum("product")

    less, more = collect(min(one, other)), collect(max(one, other))
    assert bool((more >= less - TOLERANCE * float(more.max())).all())


def test_that_producers_pay_the_share_that_the_lever_says(start: Country2050) -> None:
    half = Override(lever="fee_coverage", start=2026, end=2026, ramp="step", target=0.5)
    before, after = (follow(start, tell(layer)) for layer in ((), (half,)))
    year = 2040
    full = float(before["producer_payments"].sel(year=year))
    assert float(after["producer_payments"].sel(year=year)) == pytest.approx(full / 2)
    assert float(after["public_payments"].sel(year=year)) == pytest.approx(full / 2)
    assert float(before["public_payments"].sel(year=year)) == 0.0
