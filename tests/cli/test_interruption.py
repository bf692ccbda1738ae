"""Ctrl-C in the middle of an ensemble: a process of its own, a real signal, nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ainalym.cli.application import INTERRUPTED

SECONDS_TO_BEGIN = 120.0
SECONDS_TO_END = 60.0

# More draws than any machine computes before the signal comes.
ENDLESS = "200000"


def has_begun(process: subprocess.Popen[str]) -> bool:
    """Tell whether draws are written: the process holds a file open that has no name and is not empty."""
    for entry in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            if entry.readlink().name.endswith("(deleted)") and entry.stat().st_size > 0:
                return True
        except OSError:
            # Closed between the listing and the look.
            continue
    return False


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to see when draws are written")
@pytest.mark.parametrize("where", [("--threads", "2"), ("--workers", "1")], ids=["threads", "workers"])
def test_that_an_interrupted_ensemble_leaves_nothing_behind(tmp_path: Path, where: tuple[str, str]) -> None:
    if where[0] == "--workers":
        pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    temporary, out = tmp_path / "temporary", tmp_path / "ensemble"
    temporary.mkdir()
    command = [sys.executable, "-m", "ainalym", "ensemble", "KAZ", "--draws", ENDLESS, "--out", str(out)]
    with subprocess.Popen(
        [*command, *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary), "NO_COLOR": "1", "COLUMNS": "200"},
    ) as process:
        deadline = time.monotonic() + SECONDS_TO_BEGIN
        while not has_begun(process):
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "no draws were written"
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=SECONDS_TO_END)
    assert process.returncode == INTERRUPTED
    assert "nothing half-written is left" in told
    assert "Traceback" not in told
    assert not out.exists()
    # The empty lock files that dask keeps for its next run hold no result.
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size > 0]
    assert left == []
