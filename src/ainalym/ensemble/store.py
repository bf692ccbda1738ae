"""The ensemble folder: draws, quantiles and means as NetCDF, and how they came to be."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import xarray as xr

from ainalym.ensemble.run import EnsembleResult
from ainalym.results.folder import RECORD_FILE
from ainalym.results.result import Result


def write_ensemble(ensemble: EnsembleResult, result: Result, folder: Path) -> None:
    """Write an ensemble into an empty folder.

    Parameters
    ----------
    ensemble
        Result of an ensemble.
    result
        The central run that it spreads around.
    folder
        An existing folder, best one of :func:`ainalym.results.folder.replace_folder`.

    Notes
    -----
    Writes ``draws.nc`` (totals by category and by material of every draw), ``quantiles.nc`` and
    ``means.nc`` (everything by product and region) and ``run.json``.
    """
    for name in ("draws", "quantiles", "means"):
        _write_arrays(getattr(ensemble, name), folder / f"{name}.nc")
    record = {
        **result.record,
        "ensemble": {
            **asdict(ensemble.options),
            "mass_balance_relative_error": ensemble.mass_error,
            "seconds": round(ensemble.seconds, 3),
        },
    }
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")


def _write_arrays(data: xr.Dataset, path: Path) -> None:
    encoding = {str(name): {"zlib": True, "complevel": 1} for name in data.data_vars}
    # Made in memory first: on a full disk the HDF5 library ends the process instead of raising.
    path.write_bytes(data.to_netcdf(engine="h5netcdf", encoding=encoding))
