from __future__ import annotations

import numpy as np
import pytest

from ainalym.results.result import Result

TOLERANCE = 1e-9


def test_that_the_routes_of_every_product_sum_to_its_e_waste(kazakhstan: Result) -> None:
    data = kazakhstan.data
    routed = data["ewaste_routed"].sum("route")
    error = np.abs(routed - data["ewaste_generated"]).max() / data["ewaste_generated"].max()
    assert float(error) < TOLERANCE


def test_that_the_routes_of_the_regions_sum_to_those_of_the_nation(kazakhstan: Result) -> None:
    data = kazakhstan.data
    nation = data["ewaste_routed"].sum("product")
    regions = data["ewaste_routed_by_region"]
    assert float(np.abs(regions.sum("region") - nation).max() / nation.max()) < TOLERANCE
    own = data["ewaste_generated_by_region"].sum("category")
    assert float(np.abs(regions.sum("route") - own).max() / own.max()) < TOLERANCE


def test_that_regions_with_more_people_served_collect_a_larger_share(kazakhstan: Result) -> None:
    routed = kazakhstan.data["ewaste_routed_by_region"].sel(year=2030)
    share = routed.sel(route="formal_collection") / routed.sum("route")
    assert float(share.sel(region="ALA")) > float(share.sel(region="TRK"))


def test_that_the_fates_of_every_material_sum_to_what_is_embedded(kazakhstan: Result) -> None:
    data = kazakhstan.data
    embedded = data["material_embedded"].sum("product")
    fates = data["material_by_fate"].sum("fate")
    assert float(np.abs(fates - embedded).max() / embedded.max()) < TOLERANCE
    assert float(data["material_by_fate"].min()) >= 0.0


def test_that_what_is_recovered_never_exceeds_what_is_recoverable(kazakhstan: Result) -> None:
    data = kazakhstan.data
    assert bool((data["material_recovered"] <= data["material_recoverable"] + 1e-9).all())
    assert bool((data["material_recoverable"] <= data["material_embedded"] + 1e-9).all())
    assert bool((data["material_recovered_formally"] <= data["material_recovered"] + 1e-9).all())


def test_that_documented_collection_is_met_in_its_years(kazakhstan: Result) -> None:
    collected = kazakhstan.data["ewaste_collected"]
    assert float(collected.sel(year=2022)) == pytest.approx(12400.0)
    assert float(collected.sel(year=2018)) == pytest.approx(9924.65)
    assert float(collected.sel(year=2010)) == 0.0


def test_that_the_items_of_both_accounts_sum_to_their_net(kazakhstan: Result) -> None:
    for name, axis, net in (
        ("formal_account", "item", "net_benefit"),
        ("world_frame_account", "world_item", "net_value"),
    ):
        account = kazakhstan.data[name]
        others = account.drop_sel({axis: net}).sum(axis)
        assert np.allclose(others, account.sel({axis: net}))


def test_that_substances_are_managed_or_not_but_never_more_than_there_are(kazakhstan: Result) -> None:
    data = kazakhstan.data
    lead = data["material_embedded"].sel(material="lead").sum("product")
    known = (data["substance_managed"] + data["substance_unmanaged"]).sel(substance="lead")
    assert bool((known <= lead + 1e-9).all())
    assert float(known.sel(year=2022) / lead.sel(year=2022)) > 0.9
