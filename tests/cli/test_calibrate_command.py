"""What ``ainalym calibrate`` prints and writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from ainalym.cli.calibrate_command import run_calibrate_command
from ainalym.core.quantities import LANGUAGES, Language
from ainalym.ensemble.options import EnsembleOptions
from ainalym.errors import InputError
from ainalym.schemas.run import RunOptions

OPTIONS = EnsembleOptions(draws=512, seed=9, threads=2)
WORDS = {"en": ("Before", "cannot be met"), "ru": ("До", "недостижимо"), "kk": ("Дейін", "мүмкін емес")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_it_prints_before_after_fit_and_conflicts(language: Language, tmp_path: Path) -> None:
    console = Console(record=True, width=160)
    out = tmp_path / "learned" if language == "ru" else None
    run_calibrate_command("KAZ", RunOptions(until=2030), OPTIONS, console, out, language=language)
    text = console.export_text()
    for word in (*WORDS[language], "GEM2024", "0102", "25"):
        assert word in text
    if out is not None:
        assert (out / "report.html").is_file()
        assert (out / "tables" / "calibration_evidence.csv").is_file()


def test_that_too_few_draws_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "learned"
    few = EnsembleOptions(draws=100)
    with pytest.raises(InputError, match="CAL-010"):
        run_calibrate_command("KAZ", RunOptions(), few, Console(record=True), out)
    assert not out.exists()
