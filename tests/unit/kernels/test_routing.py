from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ainalym.errors import InputError
from ainalym.kernels.ranges import Range, read_range
from ainalym.kernels.routing import (
    Picking,
    TreatedShares,
    TreatmentPlaces,
    compute_balance_error,
    follow_materials,
    share_routes,
    spread_by_coverage,
)

PLACES = TreatmentPlaces((0, 1), 3, 4)
SHAPE = (1, 1, 1)

shares = st.floats(0.0, 1.0)


def cell(value: float) -> np.ndarray:
    return np.full(SHAPE, value)


def pick(share: float, formal: float = 1.0) -> Picking:
    return Picking(cell(formal * share), cell(share))


def weigh(*values: float) -> np.ndarray:
    return np.array(values).reshape(-1, *SHAPE)


def treat(formal: float, rest: tuple[float, float, float], reused: float = 0.0) -> TreatedShares:
    """Half of formal collection by hand, half in a plant; the rest to shredder, workshop, landfill."""
    routes = share_routes(cell(formal), cell(reused), cell(0.0), weigh(*rest, 0.1))
    treated = np.stack([routes.formal / 2, routes.formal / 2, *routes.undocumented[:3]])
    return TreatedShares(treated, routes.reused, routes.undocumented[3], routes.held)


def efficiencies(values: list[float]) -> np.ndarray:
    """Formal treatments no worse than the others; landfill recovers nothing."""
    scrap, workshop, gain, more = values
    best = max(scrap, workshop)
    plant = best + gain * (1 - best)
    return np.array([plant + more * (1 - plant), plant, scrap, workshop, 0.0]).reshape(5, 1, 1, 1)


@pytest.mark.parametrize(
    ("formal", "weights", "code"),
    [
        (1.2, (1.0,), "EOL-001"),
        (-0.1, (1.0,), "EOL-001"),
        (float("nan"), (1.0,), "EOL-001"),
        (0.2, (-1.0, 2.0), "EOL-001"),
        (0.2, (0.0, 0.0), "EOL-003"),
    ],
)
def test_that_shares_that_cannot_be_are_refused(formal: float, weights: tuple[float, ...], code: str) -> None:
    with pytest.raises(InputError, match=code):
        share_routes(cell(formal), cell(0.0), cell(0.0), weigh(*weights))


def test_that_more_than_all_cannot_be_routed() -> None:
    with pytest.raises(InputError, match="EOL-002"):
        share_routes(cell(0.7), cell(0.4), cell(0.0), weigh(1.0))


@given(shares, shares, st.lists(st.floats(0.01, 10.0), min_size=1, max_size=5))
def test_that_routes_sum_to_what_is_generated(formal: float, part: float, weights: list[float]) -> None:
    reused = part * (1 - formal)
    routes = share_routes(cell(formal), cell(reused), cell(0.0), weigh(*weights))
    total = routes.formal + routes.reused + routes.held + routes.undocumented.sum(axis=0)
    assert total == pytest.approx(1.0, abs=1e-12)


@given(
    shares,
    st.tuples(*(st.floats(0.01, 1.0),) * 3),
    st.lists(shares, min_size=4, max_size=4),
    shares,
    st.floats(1e-6, 1e6),
)
def test_that_the_fates_of_a_material_sum_to_what_is_embedded(
    formal: float,
    rest: tuple[float, float, float],
    values: list[float],
    picked: float,
    mass: float,
) -> None:
    embedded = np.full((1, *SHAPE), mass)
    fates, _ = follow_materials(embedded, treat(formal, rest), efficiencies(values), pick(picked), PLACES)
    assert compute_balance_error(embedded, fates).max() < 1e-9
    assert min(fates.recovered.min(), fates.lost.min(), fates.disposed.min()) >= -1e-9 * mass


@given(
    shares,
    shares,
    st.tuples(*(st.floats(0.01, 1.0),) * 3),
    st.lists(shares, min_size=4, max_size=4),
    shares,
)
def test_that_more_collection_never_recovers_less(
    formal: float,
    more: float,
    rest: tuple[float, float, float],
    values: list[float],
    picked: float,
) -> None:
    embedded = np.ones((1, *SHAPE))
    efficiency = efficiencies(values)
    less, _ = follow_materials(embedded, treat(formal, rest), efficiency, pick(picked), PLACES)
    higher = formal + more * (1 - formal)
    greater, _ = follow_materials(embedded, treat(higher, rest), efficiency, pick(picked), PLACES)
    assert greater.recovered.item() >= less.recovered.item() - 1e-12


def test_that_nothing_is_recovered_where_everything_is_landfilled() -> None:
    treated = np.zeros((5, *SHAPE))
    treated[PLACES.landfill] = 1.0
    zero = cell(0.0)
    fates, formal = follow_materials(
        np.ones((1, *SHAPE)),
        TreatedShares(treated, zero, zero, zero),
        efficiencies([0.5, 0.5, 0.5, 0.5]),
        pick(0.0),
        PLACES,
    )
    assert (fates.recovered.item(), fates.disposed.item(), formal.item()) == (0.0, 1.0, 0.0)


@given(shares, st.lists(st.floats(0.2, 1.0), min_size=2, max_size=6))
def test_that_regions_collect_what_the_nation_does(share: float, served: list[float]) -> None:
    coverage = np.array(served) / np.mean(served)
    by_region = spread_by_coverage(np.full(len(served), share), np.minimum(coverage, 2.0))
    assert by_region.min() >= 0.0
    if coverage.max() <= 2.0:
        assert by_region.max() <= 1.0 + 1e-12
        assert by_region.mean() == pytest.approx(share, abs=1e-12)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), shares)
def test_that_a_draw_lies_in_its_range_and_half_of_them_below_the_centre(
    low: float, rise: float, more: float, probability: float
) -> None:
    known = Range(*(np.array(value) for value in (low, low + rise, low + rise + more)))
    drawn = read_range(known, np.array([probability])).item()
    assert low - 1e-12 <= drawn <= low + rise + more + 1e-12
    assert read_range(known, np.array([0.5])).item() == pytest.approx(low + rise)
    assert read_range(known, None).item() == low + rise
