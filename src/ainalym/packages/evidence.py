"""What the tables of data packages rest on: sources and grades of every table and of every product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from ainalym.packages.package import GRADES, DataPackage

GRADE_COLUMNS = tuple(f"grade_{grade}" for grade in GRADES)

PRODUCT_TABLES = ("products", "lifetimes", "unit_weights", "composition", "income_elasticities")
"""Tables whose rows speak of one product each."""


def list_package_tables(packages: Iterable[DataPackage]) -> pd.DataFrame:
    """List every table of data packages with what its rows rest on.

    Parameters
    ----------
    packages
        Opened data packages.

    Returns
    -------
    pandas.DataFrame
        Columns ``package``, ``table``, ``title``, ``description``, ``rows``, ``grade_A`` to ``grade_D`` (rows
        of each grade) and ``sources`` (names separated by ``;``).
    """
    rows = []
    for package in packages:
        for resource in package.descriptor.resources:
            frame = package.frame(resource.name)
            grades = Counter(frame["grade"].tolist() if "grade" in frame else [])
            rows.append(
                {
                    "package": package.name,
                    "table": resource.name,
                    "title": resource.title,
                    "description": resource.description,
                    "rows": len(frame),
                    **{f"grade_{grade}": grades[grade] for grade in GRADES},
                    "sources": _join_sources(frame),
                }
            )
    return pd.DataFrame(rows)


def list_product_evidence(packages: Iterable[DataPackage]) -> pd.DataFrame:
    """List for every product which rows of which tables it rests on.

    Parameters
    ----------
    packages
        Opened data packages; those without tables by product add nothing.

    Returns
    -------
    pandas.DataFrame
        Columns ``product``, ``table``, ``rows``, ``grade`` (the worst of those rows) and ``sources`` (names
        separated by ``;``).
    """
    rows = []
    for package in packages:
        for table in PRODUCT_TABLES:
            frame = package.frame(table)
            if "key" not in frame:
                continue
            for key, own in _group_by_product(frame).items():
                rows.append(
                    {
                        "product": key,
                        "table": table,
                        "rows": len(own),
                        "grade": max(grade for grade, _ in own),
                        "sources": _join_names(source for _, source in own),
                    }
                )
    return pd.DataFrame(rows)


def _group_by_product(frame: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """Gather grade and sources of the rows of each product, in the order of the products."""
    columns = [frame[name] if name in frame else [""] * len(frame) for name in ("key", "grade", "source")]
    found: dict[str, list[tuple[str, str]]] = {}
    for key, grade, source in zip(*columns, strict=True):
        found.setdefault(str(key), []).append((str(grade), str(source)))
    return dict(sorted(found.items()))


def _join_sources(frame: pd.DataFrame) -> str:
    return _join_names(frame["source"].tolist()) if "source" in frame else ""


def _join_names(texts: Iterable[object]) -> str:
    names = {name for text in set(texts) for name in str(text).split(";") if name}
    return ";".join(sorted(names))
