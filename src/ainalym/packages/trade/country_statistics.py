"""The statistics of a country as a run wants them: those of its store, where it has one."""

from __future__ import annotations

from collections.abc import Mapping

from ainalym.packages.package import DataPackage
from ainalym.packages.reference import Reference
from ainalym.packages.trade.classification import read_country_tables
from ainalym.packages.trade.statistics_options import StatisticsOptions
from ainalym.packages.trade.statistics_reader import Statistics, read_statistics
from ainalym.packages.trade.store import LIST_FILE, find_store_folder
from ainalym.schemas.run import Correction


def read_country_statistics(
    country: str,
    package: DataPackage,
    reference: Reference,
    corrections: Mapping[Correction, bool],
    least_cover: float,
) -> Statistics | None:
    """Read what was imported for a country.

    Parameters
    ----------
    country
        ISO code, name, or folder of a country package.
    package
        Its package, with its decisions on codes, groups and weights.
    reference
        Reference package.
    corrections, least_cover
        As in :class:`ainalym.packages.trade.statistics_options.StatisticsOptions`.

    Returns
    -------
    Statistics or None
        None where nothing was imported.

    Raises
    ------
    InputError
        As :func:`ainalym.packages.trade.statistics_reader.read_statistics`.
    """
    folder = find_store_folder(country)
    if not (folder / LIST_FILE).is_file():
        return None
    options = StatisticsOptions(corrections, least_cover=least_cover, tables=read_country_tables(package))
    return read_statistics(folder, reference, options)
