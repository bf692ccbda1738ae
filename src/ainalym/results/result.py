"""The result of a run: labelled arrays, tables that name their labels, record of how they came to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xarray as xr

from ainalym.core.dimensions import order_dimensions
from ainalym.core.quantities import Language, read_quantities
from ainalym.errors import InputError, Problem


@dataclass(frozen=True)
class Result:
    """All that a run gives; views read it and compute nothing.

    Attributes
    ----------
    data
        Every quantity as a labelled array, named as in the vocabulary, with its unit and definition.
    tables
        What the labels mean and what the figures rest on: ``products``, ``categories``, ``materials``,
        ``regions``, ``facilities``, ``prices``, ``composition_grade``, ``photovoltaic_capacity``,
        ``published``, ``sales``, ``sources``, ``routes``, ``treatments``, ``substances``,
        ``recovery_targets``, ``calculation_index``, ``economic_parameters``, ``package_tables`` (every table
        of the data packages with its grades and sources),
        ``product_evidence`` (the same for every product); where it was computed also
        ``sensitivity_ranges`` (what each family of inputs spans alone) and ``sensitivity_indices`` (Sobol
        indices by family); where it has learned from evidence also ``evidence``, ``learned``, ``conflicts``,
        ``prior``.
    country
        Codes and names of the country, by ``iso3``, ``iso2``, ``m49`` and language.
    record
        How the result came to be: versions, hashes, options, timings, checks; ``ensemble`` says how many
        draws there are, and of which seed.
    draws
        Totals of every draw by category and by material, and of all products; None where the run has the
        central path alone. Dims (draw, ..., year).
    quantiles
        Quantiles of the draws of every mass by product, category, material and region. Dims (quantile, ...).
    means
        Means of the same draws.
    computed
        Room for what is read from the draws again and again, such as the bands of a fan: a copy of a result
        with other draws starts with none.
    """

    data: xr.Dataset
    tables: Mapping[str, pd.DataFrame]
    country: Mapping[str, str]
    record: Mapping[str, Any]
    draws: xr.Dataset | None = None
    quantiles: xr.Dataset | None = None
    means: xr.Dataset | None = None
    computed: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    def to_frame(self, quantity: str) -> pd.DataFrame:
        """Return one quantity as a tidy table.

        Parameters
        ----------
        quantity
            Name in the vocabulary, such as ``ewaste_generated``.

        Returns
        -------
        pandas.DataFrame
            One column per dimension, in the order of the program, and ``value`` in the unit of the
            vocabulary.

        Raises
        ------
        InputError
            [OPT-004] if the result has no such quantity.
        """
        if quantity not in self.data.data_vars:
            known = [str(name) for name in self.data.data_vars]
            raise InputError(
                Problem(
                    "OPT-004",
                    "quantity",
                    repr(quantity),
                    f"one of {', '.join(known)}",
                    "Use a name of the list.",
                )
            )
        array = self.data[quantity]
        dimensions = order_dimensions(str(name) for name in array.dims)
        series = array.transpose(*dimensions).reset_coords(drop=True).to_series()
        return series.rename("value").reset_index()

    def describe_quantities(self) -> pd.DataFrame:
        """Return the vocabulary of the quantities in this result.

        Returns
        -------
        pandas.DataFrame
            Columns ``name``, ``symbol``, ``unit``, ``dimensions``, ``definition``, ``source``.
        """
        known = {str(name) for name in self.data.data_vars}
        if self.quantiles is not None:
            known |= {str(name) for name in self.quantiles.data_vars}
        rows = [
            {
                "name": quantity.name,
                "symbol": quantity.symbol,
                "unit": quantity.unit,
                "dimensions": " ".join(quantity.dimensions),
                "definition": quantity.definition,
                "source": quantity.source,
            }
            for quantity in read_quantities().values()
            if quantity.name in known
        ]
        return pd.DataFrame(rows)

    def name_of(self, table: str, label: str, language: Language) -> str:
        """Return what a label is called in a language.

        Parameters
        ----------
        table
            ``products``, ``categories``, ``materials`` or ``regions``.
        label
            Key, code or name of the row.
        language
            Language of the name.

        Returns
        -------
        str
            Name for readers.
        """
        return str(self.tables[table].at[label, f"name_{language}"])
