"""What others have published about the time after generation, through our kernels and tables."""

from __future__ import annotations

import numpy as np
import pytest

from ainalym.kernels.accounts import compute_world_frame
from ainalym.kernels.routing import share_routes
from ainalym.packages.country import read_country
from ainalym.packages.end_of_life import EndOfLife, read_end_of_life
from ainalym.packages.reference import Reference
from ainalym.results.result import Result

REFINING = 0.95


@pytest.fixture(scope="module")
def known(reference: Reference) -> EndOfLife:
    return read_end_of_life(reference, read_country("KAZ", reference))


@pytest.mark.parametrize(("material", "entering"), [("gold", 0.256), ("palladium", 0.256), ("silver", 0.115)])
def test_that_a_mechanical_plant_wins_what_chancerel_found(
    known: EndOfLife, material: str, entering: float
) -> None:
    plant, metal = known.treatments.index("mechanical"), known.materials.index(material)
    assert known.efficiency.value[plant, metal] == pytest.approx(entering * REFINING, abs=0.005)
    share = known.efficiency.value[plant, metal] / known.refining_yield[plant, metal]
    assert share == pytest.approx(entering, abs=0.006)


def test_that_the_copper_of_chancerel_is_the_low_end(known: EndOfLife) -> None:
    plant, metal = known.treatments.index("mechanical"), known.materials.index("copper")
    assert known.efficiency.low[plant, metal] == pytest.approx(0.60 * REFINING)


def test_that_dismantling_by_hand_wins_82_per_cent_of_the_gold(known: EndOfLife) -> None:
    hand, metal = known.treatments.index("manual_dismantling"), known.materials.index("gold")
    assert known.efficiency.value[hand, metal] == pytest.approx(0.82 * REFINING, abs=0.005)


def test_that_the_world_of_2022_loses_37_billion_dollars() -> None:
    frame = compute_world_frame(*(np.array([value]) for value in (28.0, 23.0, 10.0, 78.0)))
    assert frame.net.item() == pytest.approx(-37.0)


def test_that_emissions_avoided_are_refrigerants_and_metals() -> None:
    frame = compute_world_frame(np.zeros(1), np.array([41.0 + 52.0]) * 23 / 93, np.zeros(1), np.zeros(1))
    assert frame.carbon.item() == pytest.approx(23.0)


def test_that_the_e_waste_of_europe_2012_splits_as_published() -> None:
    total, official = 9.45, 3.3
    cell = np.ones((1, 1, 1))
    weights = np.array([3.15, 1.5, 0.75, 0.75]).reshape(4, 1, 1, 1)
    routes = share_routes(official / total * cell, 0 * cell, 0 * cell, weights)
    masses = [routes.formal.item() * total, *(routes.undocumented[:, 0, 0, 0] * total)]
    assert masses == pytest.approx([3.3, 3.15, 1.5, 0.75, 0.75])
    assert sum(masses) == pytest.approx(total, abs=1e-12)


def hold_world(result: Result, world: dict[str, float], year: int, materials: tuple[str, ...]) -> float:
    """Put the tonnes of the world by category through our compositions, with our mix in each category."""
    data = result.data.sel(year=year)
    category = result.tables["products"]["category"]
    total = 0.0
    for name, tonnes in world.items():
        own = [key for key in data["product"].values if category[key] == name]
        mix = data["ewaste_generated"].sel(product=own)
        content = data["composition"].sel(product=own, material=list(materials)).sum("material")
        total += tonnes * float((mix * content).sum() / mix.sum())
    return total


WORLD_2019 = {"1": 10.8, "2": 6.7, "3": 0.9, "4a": 13.1, "5": 17.4, "6": 4.7}
"""E-waste by category, Mt, Global E-waste Monitor 2020."""


@pytest.mark.parametrize(
    ("materials", "published", "factor"),
    [
        (("iron_steel",), 20.466, 1.25),
        (("aluminium",), 3.046, 1.35),
        (("copper",), 1.808, 1.75),
        (("gold",), 0.0002, 1.6),
    ],
)
def test_that_the_world_of_2019_holds_what_was_published_within_the_stated_factors(
    kazakhstan: Result, materials: tuple[str, ...], published: float, factor: float
) -> None:
    total = hold_world(kazakhstan, WORLD_2019, 2019, materials)
    assert published / factor < total < published * factor


WORLD_2022 = {"1": 13.3, "2": 5.9, "3": 1.9, "4a": 15.1, "4b": 0.6, "5": 20.4, "6": 4.6}
"""E-waste by category, Mt, Global E-waste Monitor 2024."""

METALS = (
    "iron_steel",
    "aluminium",
    "copper",
    "lead",
    "nickel",
    "tin",
    "zinc",
    "cobalt",
    "lithium",
    "other_metals",
)


@pytest.mark.parametrize(
    ("materials", "published", "factor"),
    [
        (METALS, 31.0, 1.15),
        (("plastics",), 17.0, 1.15),
        (("other", "glass"), 14.0, 1.35),
        (("copper",), 2.15, 1.75),
        (("gold",), 0.00026, 1.35),
    ],
)
def test_that_the_world_of_2022_holds_what_was_published_within_the_stated_factors(
    kazakhstan: Result, materials: tuple[str, ...], published: float, factor: float
) -> None:
    """Copper and gold are published as values and divided by the prices of the year."""
    total = hold_world(kazakhstan, WORLD_2022, 2022, materials)
    assert published / factor < total < published * factor


def test_that_a_cfc_fridge_holds_the_gases_that_were_published(known: EndOfLife) -> None:
    table = known.refrigerants
    old = table[(table["key"] == "0108") & (table["cohort_to"] <= 1994)]
    tonnes = float((old["mass"] * old["gwp"]).sum()) / 1000.0
    assert tonnes == pytest.approx(2.8, rel=0.1)
