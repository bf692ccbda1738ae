"""Measures the import of trade files: time, memory, and what is spilled when memory is short.

Two files are generated. ``world`` is a UN Comtrade file in the classic layout, 35 columns, in which the
country is one of a hundred reporters: what a statistician fetches. ``own`` is a table of one country, in
which every row is kept: the hardest case. Each import runs as a process of its own, whose peak of memory the
system tells. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from string import Template

import pandas as pd

LIMIT_SECONDS, LIMIT_MIB = 20.0, 1024.0

CODES = """
    CREATE TABLE codes AS
    SELECT row_number() OVER (ORDER BY code) - 1 AS number, code, max(weight) AS weight FROM (
        SELECT code, weight FROM mapping JOIN weights USING (key)
        WHERE hs_revision = 'HS2017' AND weights.year = 2019 AND code[:2] IN ('84', '85', '90', '94'))
    GROUP BY code ORDER BY code LIMIT 150
"""

WORLD = Template("""
    COPY (SELECT 'H5' AS "Classification", year AS "Year", year AS "Period", year AS "Period Desc.",
        6 AS "Aggregate Level", 1 AS "Is Leaf Code", 1 + flow AS "Trade Flow Code",
        CASE flow WHEN 0 THEN 'Import' ELSE 'Export' END AS "Trade Flow", reporter AS "Reporter Code",
        'Republic of Somewhere' AS "Reporter", '' AS "Reporter ISO", partner AS "Partner Code",
        'Another Republic' AS "Partner", '' AS "Partner ISO", '' AS "2nd Partner Code", '' AS "2nd Partner",
        '' AS "2nd Partner ISO", 'C00' AS "Customs Proc. Code", '' AS "Customs",
        0 AS "Mode of Transport Code",
        '' AS "Mode of Transport", code AS "Commodity Code",
        'Machines; of a kind that has a long description, n.e.s. in its heading' AS "Commodity",
        5 AS "Qty Unit Code", 'Number of items' AS "Qty Unit", pieces AS "Qty", '' AS "Alt Qty Unit Code",
        '' AS "Alt Qty Unit", '' AS "Alt Qty", round(pieces * weight, 1) AS "Netweight (kg)",
        '' AS "Gross weight (kg)", pieces * 40 AS "Trade Value (US$$)", '' AS "CIF Trade Value (US$$)",
        pieces * 40 AS "FOB Trade Value (US$$)", 0 AS "Flag"
        FROM (SELECT rows.number // 3000000 + 2015 AS year, rows.number // 1500000 % 2 AS flow,
            398 + rows.number // 15000 % 100 AS reporter, 398 + rows.number // 150 % 100 AS partner,
            1 + rows.number % 977 AS pieces, code, weight
            FROM range($rows) rows(number) JOIN codes ON codes.number = rows.number % 150))
    TO '$target' (HEADER, DELIMITER ',')
""")

OWN = Template("""
    COPY (SELECT number // 1800000 + 2012
            || lpad(CAST(1 + number // 150000 % 12 AS VARCHAR), 2, '0') AS period,
        CASE number // 75000 % 2 WHEN 0 THEN 'import' ELSE 'export' END AS flow,
        partner, code, round(pieces * weight, 1) AS kg, pieces,
        pieces * 40 AS value
        FROM (SELECT rows.number, 1 + rows.number % 977 AS pieces, code, weight, partner
            FROM range($rows) rows(number) JOIN codes ON codes.number = rows.number % 150
            JOIN partners ON partners.number = rows.number // 150 % 500))
    TO '$target' (HEADER, DELIMITER ',')
""")

MAPPING = """
columns: {period: period, flow: flow, partner: partner, code: code, kg: kg, pieces: pieces, value: value}
countries: m49
"""


def generate(kind: str, rows: int, target: Path) -> None:
    """Write a file of the given kind, with codes and weights of the reference package."""
    import duckdb

    from ainalym.packages.reference import read_reference

    package = read_reference().package
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '2GB'")
    connection.register("mapping", package.frame("hs_to_product"))
    connection.register("weights", package.frame("unit_weights"))
    connection.execute(CODES)
    connection.register("partners", list_partners(package.frame("country_codes")))
    template = {"world": WORLD, "own": OWN}[kind]
    connection.execute(template.substitute(rows=rows, target=target))
    connection.close()


def list_partners(codes: pd.DataFrame) -> pd.DataFrame:
    """List 500 partners: every country by one code, and numbers of areas that are none."""
    by_country = [str(cell).split(";") for cell in codes["m49"]]
    taken = {int(code) for cells in by_country for code in cells if code.isdigit()}
    firsts = [cells[0] for cells in by_country if cells[0].isdigit()]
    spare = [str(number) for number in range(1, 1000) if number not in taken]
    chosen = (firsts + spare)[:500]
    return pd.DataFrame({"number": range(len(chosen)), "partner": chosen})


def import_file(file: Path, kind: str, memory: str, threads: int) -> None:
    """Import a file and print how many rows came of it; runs in a process of its own."""
    from ainalym.packages.trade.engine import EngineLimits
    from ainalym.packages.trade.import_options import ImportOptions
    from ainalym.packages.trade.importer import import_trade

    mapping = file.with_suffix(".yaml") if kind == "own" else None
    options = ImportOptions(mapping=mapping, limits=EngineLimits(memory, threads))
    source = "tidy" if kind == "own" else "comtrade"
    summary = import_trade([file], source, "KAZ", file.parent / "store", options)
    print(json.dumps({"rows": summary.rows, "codes": summary.codes, "left_out": summary.levels}))


def watch_spill(folder: Path, is_over: threading.Event, peak: list[float]) -> None:
    """Keep the largest size of what the engine has spilled, MiB."""
    while not is_over.wait(0.05):
        size = 0
        for path in folder.glob("store/.import-*/spill/*"):
            try:
                size += path.stat().st_size
            except OSError:
                continue
        peak[0] = max(peak[0], size / 2**20)


def measure(folder: Path, kind: str, memory: str, threads: int) -> dict[str, float]:
    """Import in a process of its own and measure it from outside."""
    command = [sys.executable, __file__, "--import", str(folder / f"{kind}.csv"), "--kind", kind]
    command += ["--memory", memory, "--threads", str(threads)]
    is_over, peak = threading.Event(), [0.0]
    watcher = threading.Thread(target=watch_spill, args=(folder, is_over, peak))
    watcher.start()
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    is_over.set()
    watcher.join()
    if process.returncode != 0:
        raise SystemExit(f"the import of {kind} ended with {process.returncode}")
    subprocess.run(["rm", "-r", str(folder / "store")], check=True)  # noqa: S607
    return {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
        "spilled_mib": peak[0],
        "rows_imported": json.loads(printed)["rows"],
    }


def run(rows: int, repeats: int, folder: Path, threads: int) -> dict[str, dict[str, float]]:
    """Run every case; of several runs the fastest counts, for others share the machine."""
    results: dict[str, dict[str, float]] = {}
    for kind, memories in {"world": ("512MB",), "own": ("512MB", "256MB")}.items():
        file = folder / f"{kind}.csv"
        generate(kind, rows, file)
        file.with_suffix(".yaml").write_text(MAPPING, encoding="utf-8")
        for memory in memories:
            runs = [measure(folder, kind, memory, threads) for _ in range(repeats)]
            best = min(runs, key=lambda entry: entry["seconds"])
            results[f"{kind}, {memory}"] = {
                "rows": rows, "file_mib": file.stat().st_size / 2**20, **best,
                "slowest_seconds": max(entry["seconds"] for entry in runs),
            }  # fmt: skip
        file.unlink()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to generate; about 6 GB for 20 million rows")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--import", dest="file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--memory", default="512MB", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.file:
        import_file(options.file, options.kind, options.memory, options.threads)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        results = run(options.rows, options.repeats, Path(folder), options.threads)
    heads = ("rows", "file MiB", "kept", "s", "slowest", "CPU s", "MiB", "spilled")
    print(f"{'case':18}" + "".join(f"{head:>12}" for head in heads))
    for name, entry in results.items():
        shown = (
            f"{entry['rows']:,}",
            f"{entry['file_mib']:,.0f}",
            f"{entry['rows_imported']:,}",
            f"{entry['seconds']:.1f}",
            f"{entry['slowest_seconds']:.1f}",
            f"{entry['cpu_seconds']:.1f}",
            f"{entry['peak_mib']:.0f}",
            f"{entry['spilled_mib']:.0f}",
        )
        print(f"{name:18}" + "".join(f"{cell:>12}" for cell in shown))
    print(f"wanted: at most {LIMIT_SECONDS:g} s and {LIMIT_MIB:g} MiB")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
