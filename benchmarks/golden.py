"""How near the cohort engine comes to every golden set: the golden tests themselves, their errors in a table.

    python benchmarks/golden.py [--output benchmarks/results/golden.json]

Runs the golden tests of the cohort engine and tells for each set how many cases were met, the worst error, as
a part of the largest value of a case, and the error allowed in that case: the decimals to which a result is
known, or how far the grids of two models lie apart. Sets whose data are not beside the repository are said
to be missing. The exit code is that of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = sorted((ROOT / "tests" / "golden").glob("test_cohort_*.py"))
RESULTS = Path(__file__).resolve().parent / "results" / "golden.json"


class GoldenTable:
    """Hears from the golden tests how near they came."""

    def __init__(self) -> None:
        self.errors: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
        self.failed: list[str] = []
        self.missing: set[str] = set()

    def note_golden(self, name: str, case: str, error: float, allowed: float) -> None:
        """Note the error of a case, and the largest one that passes; the worst of its quantities counts."""
        cases = self.errors[name]
        cases[case] = max((error, allowed), cases.get(case, (0.0, 0.0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what failed or was left out."""
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped:
            self.missing.add(Path(report.location[0]).name)

    def rows(self) -> list[dict[str, object]]:
        """Give a row per golden set."""
        return [
            {"set": name, "cases": len(cases), "worst_error": error, "allowed": allowed}
            for name, cases in sorted(self.errors.items())
            for error, allowed in [max(cases.values())]
        ]


def print_table(table: GoldenTable) -> None:
    print(f"\n{'golden set':<40} cases  worst error  allowed there")
    for row in table.rows():
        print(f"{row['set']:<40} {row['cases']:>5}  {row['worst_error']:11.1e}  {row['allowed']:13.1e}")
    for name in sorted(table.missing):
        print(f"missing: the data of {name} are not beside the repository, in ../shared/golden")
    for name in table.failed:
        print(f"FAILED: {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    # The same draws every time: hypothesis takes this for a machine that builds, and draws without chance.
    os.environ["CI"] = "true"
    table = GoldenTable()
    # The table says all that there is to say, in place of pytest's own report.
    quiet = ["-p", "no:terminal", "-o", "addopts=--import-mode=importlib", "--rootdir", str(ROOT)]
    code = pytest.main([*quiet, *map(str, TESTS)], plugins=[table])
    print_table(table)
    found = {"sets": table.rows(), "missing": sorted(table.missing), "failed": table.failed}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
