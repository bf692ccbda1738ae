"""An outlook folder is written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ainalym.errors import InputError
from ainalym.results.folder import RECORD_FILE, replace_folder


def write_folder(folder: Path, text: str, force: bool = False) -> None:
    with replace_folder(folder, force) as partial:
        (partial / RECORD_FILE).write_text(text, encoding="utf-8")


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_that_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with replace_folder(tmp_path / "new") as partial:
        (partial / RECORD_FILE).write_text("{}", encoding="utf-8")
        assert not (tmp_path / "new").exists()
    assert names_in(tmp_path / "new") == [RECORD_FILE]
    assert names_in(tmp_path) == ["new"]


def test_that_parents_are_made(tmp_path: Path) -> None:
    write_folder(tmp_path / "a" / "b", "{}")
    assert (tmp_path / "a" / "b" / RECORD_FILE).is_file()


def test_that_an_existing_outlook_is_kept_unless_forced(tmp_path: Path) -> None:
    write_folder(tmp_path / "outlook", "old")
    with pytest.raises(InputError, match="OUT-001") as caught:
        write_folder(tmp_path / "outlook", "new")
    assert "--force" in str(caught.value)
    assert (tmp_path / "outlook" / RECORD_FILE).read_text(encoding="utf-8") == "old"
    write_folder(tmp_path / "outlook", "new", force=True)
    assert (tmp_path / "outlook" / RECORD_FILE).read_text(encoding="utf-8") == "new"
    assert names_in(tmp_path) == ["outlook"]


def test_that_force_never_deletes_what_is_no_outlook(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match="OUT-003"):
        write_folder(tmp_path / "thesis", "new", force=True)
    assert names_in(tmp_path / "thesis") == ["chapter.txt"]


def test_that_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_folder(tmp_path / "empty", "new")
    assert names_in(tmp_path / "empty") == [RECORD_FILE]


def test_that_a_failure_in_the_middle_leaves_the_old_folder(tmp_path: Path) -> None:
    write_folder(tmp_path / "outlook", "old")

    def interrupt() -> None:
        with replace_folder(tmp_path / "outlook", force=True) as partial:
            (partial / RECORD_FILE).write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert (tmp_path / "outlook" / RECORD_FILE).read_text(encoding="utf-8") == "old"
    assert names_in(tmp_path) == ["outlook"]


def test_that_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="OUT-002"):
        write_folder(tmp_path / "file" / "outlook", "{}")


FULL_DISK = """
import resource, sys
from pathlib import Path
from ainalym.errors import InputError
from ainalym.pipeline import run_outlook
from ainalym.results.folder import replace_folder
from ainalym.results.store import write_result

result = run_outlook("KAZ")
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # every file stops at 20 kB, as on a full disk
try:
    with replace_folder(Path(sys.argv[1]), force=True) as partial:
        write_result(result, partial)
except InputError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are of POSIX systems")
def test_that_a_full_disk_leaves_the_old_outlook_intact(tmp_path: Path) -> None:
    write_folder(tmp_path / "outlook", "old")
    # Coverage writes a file of its own when a process ends, which the limit would forbid.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "outlook")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert finished.returncode == 2, finished.stderr
    assert "[OUT-004]" in finished.stdout
    assert "Traceback" not in finished.stderr
    assert (tmp_path / "outlook" / RECORD_FILE).read_text(encoding="utf-8") == "old"
    assert names_in(tmp_path) == ["outlook"]
