"""What the commands of ensembles print."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from ainalym.cli.ensemble_commands import run_ensemble_command
from ainalym.cli.sensitivity_command import run_sensitivity_command
from ainalym.core.quantities import LANGUAGES, Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import SensitivityOptions
from ainalym.ensemble.parameters import FAMILIES
from ainalym.errors import InputError
from ainalym.reports.charts import SENSITIVITY_CHARTS
from ainalym.reports.draw_drivers import name_family
from ainalym.reports.language import Translator
from ainalym.schemas.run import RunOptions

OPTIONS = EnsembleOptions(draws=64, seed=9, block=32)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_headline_prints_its_intervals(language: Language) -> None:
    console = Console(record=True, width=80)
    run_ensemble_command("KAZ", RunOptions(), OPTIONS, console, language=language)
    text = console.export_text()
    assert "64" in text
    assert text.count("–") > 60
    assert "…" not in text
    assert ("median" in text.lower()) == (language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_sensitivity_is_printed_and_written(language: Language, tmp_path: Path) -> None:
    pytest.importorskip("SALib", reason="the extra 'sensitivity' is not installed")
    console = Console(record=True, width=240)
    options = SensitivityOptions(years=(2030,), samples=64)
    run_sensitivity_command("KAZ", RunOptions(), options, console, tmp_path / "out", language=language)
    text = console.export_text()
    translator = Translator(language)
    assert all(name_family(family, translator) in text for family in FAMILIES)
    runs = 64 * (len(FAMILIES) + 2)
    assert translator.number_fixed(runs, 0) in text
    folder = tmp_path / "out"
    assert {path.name for path in folder.iterdir()} == {"charts", "tables", "run.json", "sensitivity.html"}
    assert len(list((folder / "charts").iterdir())) == len(SENSITIVITY_CHARTS)
    indices = pd.read_csv(folder / "tables" / "sensitivity_indices.csv")
    assert set(indices["family"]) == set(FAMILIES)
    ranges = pd.read_csv(folder / "tables" / "sensitivity_ranges.csv")
    assert set(ranges["family"]) == {"all", *FAMILIES}
    page = (folder / "sensitivity.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    assert page.count('role="img"') == len(SENSITIVITY_CHARTS)
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["sensitivity"]["runs"] == runs


def test_that_an_older_folder_of_a_sensitivity_is_replaced_by_force_alone(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="OUT-001"):
        run_sensitivity_command("KAZ", RunOptions(), SensitivityOptions(samples=8), Console(), tmp_path)
