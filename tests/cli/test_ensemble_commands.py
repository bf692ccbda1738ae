"""What the commands of ensembles print."""

from __future__ import annotations

import pytest
from rich.console import Console

from ainalym.cli.ensemble_commands import run_ensemble_command, run_sensitivity_command
from ainalym.core.quantities import LANGUAGES, Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.ensemble.outlook import SensitivityOptions
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


def test_that_the_sensitivity_prints_every_family_and_output() -> None:
    pytest.importorskip("SALib", reason="the extra 'sensitivity' is not installed")
    console = Console(record=True, width=140)
    run_sensitivity_command("KAZ", RunOptions(), SensitivityOptions(years=(2030,), samples=64), console)
    text = console.export_text()
    for word in ("Level of the market", "Prices", "Gold", "Value", "896 model runs"):
        assert word in text
