"""Which products a trade code stands for, with shares, and what a piece of it should weigh.

One table of the reference package maps the subheadings of each revision of the Harmonised System; another
puts decided shares in the place of counted ones over a period. A country package may add its own decisions
and its own unit weights, and a unit weight may be given for a single code.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from ainalym.packages.package import DataPackage
from ainalym.packages.reference import Reference
from ainalym.packages.trade.tidy import EEE_CHAPTERS, NATIONAL, REVISION_YEARS, REVISIONS

FIRST_YEAR, LAST_YEAR = 1980, 2150
FINE_DIGITS = 8


@dataclass(frozen=True)
class CountryTables:
    """Tables by which a country package goes before the reference package; each may be empty.

    Attributes
    ----------
    share_overrides
        Decided shares, columns of the table ``share_overrides``.
    unit_weights
        Weights by product, columns of the table ``unit_weights``.
    code_weights
        Weights by trade code, columns of the table ``code_weights``.
    statistics_products
        Products of groups that the country's publications name in words.
    """

    share_overrides: pd.DataFrame | None = None
    unit_weights: pd.DataFrame | None = None
    code_weights: pd.DataFrame | None = None
    statistics_products: pd.DataFrame | None = None


def read_country_tables(package: DataPackage) -> CountryTables:
    """Read those tables of a country package that go before the reference package.

    Parameters
    ----------
    package
        Opened country package; each of the tables may be missing.

    Returns
    -------
    CountryTables
        Its tables.
    """
    return CountryTables(**{entry.name: package.frame(entry.name) for entry in fields(CountryTables)})


def find_revision(year: int) -> str:
    """Find the revision of the Harmonised System that was in force in a year.

    Parameters
    ----------
    year
        Calendar year.

    Returns
    -------
    str
        Such as ``HS2017`` for 2019; the first revision for earlier years.

    Notes
    -----
    The Combined Nomenclature of the EU and the nomenclature of the Eurasian Economic Union follow the
    revision in the year in which it enters into force. A country may be late; its file then says which
    revision it uses.
    """
    return REVISIONS[max(bisect.bisect_right(REVISION_YEARS, year) - 1, 0)]


def list_shares(reference: Reference, country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    """List the share of every product in every code, year by year.

    Parameters
    ----------
    reference
        Reference package.
    country
        Tables of the country package.
    years
        Years wanted. Shape (year,).

    Returns
    -------
    pandas.DataFrame
        Columns ``hs_revision``, ``code``, ``year``, ``product``, ``share`` (0 to 1, above 0) and
        ``is_counted``, true where the share is a count of subdivisions and no measure of trade.

    Notes
    -----
    A decision of the country goes before one of the reference package, and either replaces all shares of its
    code in its years.
    """
    shares = _decide_shares(reference, country, years)
    shares = shares[shares["share"] > 0].rename(columns={"key": "product"})
    return shares.sort_values(["hs_revision", "code", "year", "product"], ignore_index=True)


def list_mapped_codes(reference: Reference, country: CountryTables) -> pd.DataFrame:
    """List what has a product in any year: codes of the reference and the country, and groups in words.

    Parameters
    ----------
    reference
        Reference package.
    country
        Tables of the country package.

    Returns
    -------
    pandas.DataFrame
        Columns ``hs_revision`` (``NATIONAL`` for groups) and ``code``.
    """
    parts = [reference.package.frame("hs_to_product")]
    if country.share_overrides is not None:
        parts.append(country.share_overrides)
    if country.statistics_products is not None:
        groups = country.statistics_products.rename(columns={"name": "code"})
        parts.append(groups.assign(hs_revision=NATIONAL))
    columns = ["hs_revision", "code"]
    return pd.concat([part.loc[part["share"] > 0, columns] for part in parts if len(part)]).drop_duplicates(
        ignore_index=True
    )


def list_fine_codes(reference: Reference, country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    """List the codes of eight digits that are mapped or decided, year by year.

    Parameters
    ----------
    reference
        Reference package.
    country
        Tables of the country package.
    years
        Years wanted. Shape (year,).

    Returns
    -------
    pandas.DataFrame
        Columns ``hs_revision``, ``year`` and ``code``. Codes that were decided to be no product are among
        them: the shares of their subheading must not hold for them.
    """
    shares = _decide_shares(reference, country, years)
    is_fine = shares["code"].str.len() == FINE_DIGITS
    return shares.loc[is_fine, ["hs_revision", "year", "code"]].drop_duplicates(ignore_index=True)


def _decide_shares(reference: Reference, country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    mapping = reference.package.frame("hs_to_product")
    base = mapping.merge(pd.DataFrame({"year": years}), how="cross")
    base["is_counted"] = base["basis"] == "count_of_codes"
    columns = ["hs_revision", "code", "year", "key", "share", "is_counted"]
    shares = base[columns]
    for decisions in (reference.package.frame("share_overrides"), country.share_overrides):
        if decisions is not None and len(decisions):
            shares = _replace(shares, decisions, years)
    return shares


def _replace(shares: pd.DataFrame, decisions: pd.DataFrame, years: np.ndarray) -> pd.DataFrame:
    decided = decisions.merge(pd.DataFrame({"year": years}), how="cross")
    holds = decided["year"].between(decided["valid_from"], decided["valid_to"])
    decided = decided[holds].assign(is_counted=False)
    place = ["hs_revision", "code", "year"]
    taken = pd.MultiIndex.from_frame(decided[place])
    kept = shares[~pd.MultiIndex.from_frame(shares[place]).isin(taken)]
    return pd.concat([kept, decided[list(shares.columns)]], ignore_index=True)


def list_product_weights(reference: Reference, country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    """List the unit weight of every product, year by year.

    Parameters
    ----------
    reference
        Reference package.
    country
        Tables of the country package; a weight there goes before the one of the reference package.
    years
        Years wanted. Shape (year,).

    Returns
    -------
    pandas.DataFrame
        Columns ``product``, ``year``, ``weight`` (kg/piece). Outside the years of a product its first or last
        weight holds, between two of them the earlier one.
    """
    table = reference.package.frame("unit_weights")
    own = country.unit_weights
    if own is not None and len(own):
        table = pd.concat([table[~table["key"].isin(own["key"])], own], ignore_index=True)
    return _hold(table, "key", years).rename(columns={"key": "product"})


def list_code_weights(country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    """List the unit weights that are known for single codes, year by year.

    Parameters
    ----------
    country
        Tables of the country package.
    years
        Years wanted. Shape (year,).

    Returns
    -------
    pandas.DataFrame
        Columns ``code``, ``year``, ``weight`` (kg/piece); no row where none is known.
    """
    if country.code_weights is None or country.code_weights.empty:
        return pd.DataFrame(
            {"code": pd.Series(dtype=str), "year": pd.Series(dtype=int), "weight": pd.Series(dtype=float)}
        )
    return _hold(country.code_weights, "code", years)


def _hold(table: pd.DataFrame, label: str, years: np.ndarray) -> pd.DataFrame:
    wide = table.pivot_table(index="year", columns=label, values="weight", aggfunc="first")
    every = np.union1d(wide.index.to_numpy(), years)
    filled = wide.reindex(every).ffill().bfill().reindex(years).rename_axis("year").reset_index()
    return filled.melt("year", var_name=label, value_name="weight")[[label, "year", "weight"]]


def list_expected_weights(reference: Reference, country: CountryTables, years: np.ndarray) -> pd.DataFrame:
    """List between which weights a piece of each code should lie, before any tolerance.

    Parameters
    ----------
    reference
        Reference package.
    country
        Tables of the country package.
    years
        Years wanted. Shape (year,).

    Returns
    -------
    pandas.DataFrame
        Columns ``hs_revision``, ``code``, ``year``, ``low``, ``high`` (kg/piece) and ``products``.

    Notes
    -----
    The lightest and the heaviest product of the code, whatever its share: a share may be wrong, the weight of
    a refrigerator is not.
    """
    mapping = reference.package.frame("hs_to_product")[["hs_revision", "code", "key"]]
    weights = list_product_weights(reference, country, years)
    joined = mapping.rename(columns={"key": "product"}).merge(weights, on="product")
    expected = joined.groupby(["hs_revision", "code", "year"], as_index=False).agg(
        low=("weight", "min"), high=("weight", "max"), products=("product", ";".join)
    )
    single = list_code_weights(country, years)
    if single.empty:
        return expected
    expected = expected.merge(single, on=["code", "year"], how="left")
    for bound in ("low", "high"):
        expected[bound] = expected["weight"].fillna(expected[bound])
    return expected.drop(columns="weight")


def list_codes_outside_chapters(reference: Reference) -> list[str]:
    """List the mapped codes that do not stand in a chapter of electrical equipment.

    Parameters
    ----------
    reference
        Reference package.

    Returns
    -------
    list of str
        In order.
    """
    codes = reference.package.frame("hs_to_product")["code"]
    return sorted({code for code in codes if code[:2] not in EEE_CHAPTERS})
