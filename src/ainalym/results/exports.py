"""Tables in the layouts of international statistics: Eurostat, the SDG indicators, a UNSD questionnaire."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ainalym.results.indicators import (
    EVERY,
    FORMAL,
    PHOTOVOLTAICS,
    REUSED,
    compute_sdg_series,
    list_years_and_values,
    sum_categories,
    sum_route,
    sum_separately_collected,
    unstack_categories,
)
from ainalym.results.result import Result

EXPORTS_FOLDER = "exports"

EUROSTAT_CODES = {"4": "EE_LE", "4a": "EE_LEXPVP", "4b": "EE_LE_PVP", "6": "EE_SITTE", "all": "EE6"}
"""Codes of the list ``waste`` seen in use; the others are left empty, to be filled in from it."""

LABELS = {
    "4": "Large equipment",
    "4a": "Large equipment excluding photovoltaic panels",
    "all": "Waste electrical and electronic equipment, total",
}

LARGE = ("4a", PHOTOVOLTAICS)

LAST_REPORTED = "last_year_of_history"


def compose_eurostat(result: Result) -> pd.DataFrame:
    """Compose the table of waste equipment by open scope, as in ``env_waseleeos``.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``freq``, ``wst_oper``, ``waste``, ``waste_label``, ``unit``, ``geo``, ``TIME_PERIOD``,
        ``OBS_VALUE`` (t), ``OBS_FLAG`` (``e`` estimated, ``f`` forecast). Operations MKT, COL, TRT, TRT_NAT,
        RCV, RCY_PRP_REU, PRP_REU. The last three overlap and are never to be added. The model does not tell
        collection from households and from others apart: COL_HH and COL_OTH are absent, and not zero.
    """
    recycled = unstack_categories(result, "ewaste_recycled")
    burnt = unstack_categories(result, "ewaste_energy_recovered")
    reused = sum_route(result, REUSED)
    collected = sum_separately_collected(result)
    operations = {
        "MKT": sum_categories(result, "placed_on_market"),
        "COL": collected,
        "TRT": collected,
        "TRT_NAT": collected,
        "RCV": recycled + reused + burnt,
        "RCY_PRP_REU": recycled + reused,
        "PRP_REU": reused,
    }
    last = int(result.record[LAST_REPORTED])
    rows = []
    for operation, by_category in operations.items():
        for code, values in _add_up(by_category).items():
            label = LABELS.get(code) or result.name_of("categories", code, "en")
            rows += [
                {
                    "freq": "A",
                    "wst_oper": operation,
                    "waste": EUROSTAT_CODES.get(code, ""),
                    "waste_label": label,
                    "unit": "T",
                    "geo": result.country["iso2"],
                    "TIME_PERIOD": year,
                    "OBS_VALUE": value,
                    "OBS_FLAG": "e" if year <= last else "f",
                }
                for year, value in list_years_and_values(values)
            ]
    return pd.DataFrame(rows)


def _add_up(by_category: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Give the categories, large equipment with its two children, and the total."""
    columns = {str(name): by_category[name] for name in by_category.columns if name not in LARGE}
    columns |= {"4": by_category[list(LARGE)].sum(axis=1)}
    columns |= {name: by_category[name] for name in LARGE}
    return {"all": by_category.sum(axis=1), **dict(sorted(columns.items()))}


def compose_sdg(result: Result) -> pd.DataFrame:
    """Compose the table of the SDG indicators, as the database of the United Nations has it.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``Goal``, ``Target``, ``Indicator``, ``SeriesCode``, ``SeriesDescription``, ``GeoAreaCode``,
        ``GeoAreaName``, ``TimePeriod``, ``Value``, ``Nature`` (``E`` estimated, ``F`` forecast), ``Units``.
    """
    series = compute_sdg_series(result)
    last = int(result.record[LAST_REPORTED])
    return pd.DataFrame(
        {
            "Goal": 12,
            "Target": series["indicator"].str.rsplit(".", n=1).str[0],
            "Indicator": series["indicator"],
            "SeriesCode": series["code"],
            "SeriesDescription": series["description"],
            "GeoAreaCode": result.country["m49"],
            "GeoAreaName": result.country["en"],
            "TimePeriod": series["year"],
            "Value": series["value"],
            "Nature": ["E" if year <= last else "F" for year in series["year"]],
            "Units": series["unit"],
        }
    )


def compose_questionnaire(result: Result) -> pd.DataFrame:
    """Compose a table in the style of the pilot questionnaire of UNECE, OECD and UNSD.

    Parameters
    ----------
    result
        Result of a run.

    Returns
    -------
    pandas.DataFrame
        Columns ``item``, ``category``, ``unit``, ``year``, ``value``: equipment placed on the market, e-waste
        generated, collected, prepared for reuse, recycled, burnt for energy, landfilled, exported as used.
        What the model does not know, such as collection by kind of point, is absent, and not zero.
    """
    recycled = unstack_categories(result, "ewaste_recycled")
    burnt = unstack_categories(result, "ewaste_energy_recovered")
    items = {
        "EEE put on the market": sum_categories(result, "placed_on_market"),
        "E-waste generated": sum_categories(result, "ewaste_generated"),
        "E-waste collected": sum_route(result, FORMAL) + sum_route(result, REUSED),
        "Treated: prepared for reuse": sum_route(result, REUSED),
        "Treated: recycled": recycled,
        "Treated: energy recovery": burnt,
        "Landfilled with municipal waste": sum_route(result, "residual_waste"),
        "Exported as used equipment": sum_route(result, "used_export"),
    }
    rows = [
        {"item": item, "category": str(code), "unit": "t", "year": year, "value": value}
        for item, by_category in items.items()
        for code, values in _list_columns(by_category)
        for year, value in list_years_and_values(values)
    ]
    return pd.DataFrame(rows)


def _list_columns(by_category: pd.DataFrame) -> list[tuple[str, pd.Series[float]]]:
    return [
        (EVERY, by_category.sum(axis=1)),
        *((str(name), by_category[name]) for name in by_category.columns),
    ]


def write_exports(result: Result, folder: Path) -> None:
    """Write the tables in the layouts of international statistics.

    Parameters
    ----------
    result
        Result of a run.
    folder
        Folder of the outlook; the tables go to ``exports/`` in it.
    """
    place = folder / EXPORTS_FOLDER
    place.mkdir()
    for name, table in {
        "eurostat_env_waseleeos": compose_eurostat(result),
        "sdg_12_4_2_and_12_5_1": compose_sdg(result),
        "unsd_style_questionnaire": compose_questionnaire(result),
    }.items():
        table.to_csv(place / f"{name}.csv", index=False, float_format="%.8g", lineterminator="\n")
