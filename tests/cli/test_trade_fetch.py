"""`ainalym trade fetch` against a server on this machine that answers, and fails, as the UN one does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("httpx", reason="the extra 'trade' is not installed")
pytest.importorskip("duckdb", reason="the extra 'trade' is not installed")

KEY = "a-secret-key"


@dataclass
class Server:
    """What the server was asked, and how it misbehaves: every request uses up one of ``faults``."""

    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def compose_record(query: dict[str, str], code: str) -> dict[str, object]:
    year = int(query["period"])
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refPeriodId": year * 10000 + 101,
        "refYear": year,
        "refMonth": 52,
        "period": str(year),
        "reporterCode": int(query["reporterCode"]),
        "reporterISO": "KAZ",
        "reporterDesc": "Kazakhstan",
        "flowCode": "M",
        "flowDesc": "Import",
        "partnerCode": 0,
        "partnerISO": "W00",
        "partnerDesc": "World",
        "partner2Code": 0,
        "classificationCode": "H5" if year < 2022 else "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "cmdCode": code,
        "aggrLevel": 6,
        "isLeaf": True,
        "customsCode": "C00",
        "mosCode": "0",
        "motCode": 0,
        "qtyUnitCode": 5,
        "qtyUnitAbbr": "u",
        "qty": 1000.0,
        "isQtyEstimated": False,
        "altQtyUnitCode": -1,
        "altQty": 0.0,
        "isAltQtyEstimated": False,
        "netWgt": 65000.0,
        "isNetWgtEstimated": False,
        "grossWgt": 0.0,
        "isGrossWgtEstimated": False,
        "cifvalue": 250000.0,
        "fobvalue": None,
        "primaryValue": 250000.0,
        "legacyEstimationFlag": 0,
        "isReported": False,
        "isAggregate": True,
    }


def make_handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            server.asked.append(query)
            server.paths.append(parts.path)
            fault = server.faults.pop(0) if server.faults else ""
            with_key = parts.path.startswith("/data/")
            if fault.isdigit():
                self.answer(int(fault), b"{}")
            elif with_key and self.headers.get("Ocp-Apim-Subscription-Key") != KEY:
                self.answer(401, b'{"message": "Access denied"}')
            else:
                records = [compose_record(query, code) for code in query["cmdCode"].split(",")]
                body = json.dumps({"count": len(records), "data": records, "error": ""}).encode()
                self.answer(200, body[: len(body) // 2] if fault == "truncated" else body)

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    asked = Server()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(asked))
    asked.address = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield asked
    listener.shutdown()
    listener.server_close()
    thread.join()


def fetch(
    server: Server, folder: Path, *arguments: str, key: str | None = KEY
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "COMTRADE_API_KEY"}
    environment |= {"AINALYM_DATA": str(folder), "COLUMNS": "200", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    if key:
        environment["COMTRADE_API_KEY"] = key
    return subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "ainalym",
                "trade",
                "fetch",
                "--country",
                "KAZ",
                "--base",
                server.address,
            ),
            *("--pause", "0", "--retries", "2", "--codes", "845011", "--flows", "import", *arguments),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment,
    )


def test_that_trade_is_fetched_imported_and_matched(server: Server, tmp_path: Path) -> None:
    finished = fetch(server, tmp_path, "--years", "2020-2021")
    assert finished.returncode == 0, finished.stderr
    assert "Imported 2 rows, 2020-2021" in finished.stdout
    assert {query["period"] for query in server.asked} == {"2020", "2021"}
    assert all(query["reporterCode"] == "398" for query in server.asked)
    assert (tmp_path / "kaz" / "trade" / "trade.json").is_file()


def test_that_the_key_is_neither_printed_nor_stored(server: Server, tmp_path: Path) -> None:
    finished = fetch(server, tmp_path, "--years", "2020")
    assert KEY not in finished.stdout + finished.stderr
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(KEY not in path for path in server.paths)


def test_that_a_busy_and_failing_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.faults = ["429", "500"]
    finished = fetch(server, tmp_path, "--years", "2020")
    assert finished.returncode == 0, finished.stderr
    assert len(server.asked) == 3


def test_that_an_answer_that_breaks_off_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    server.faults = ["truncated"]
    assert fetch(server, tmp_path, "--years", "2020").returncode == 0
    assert len(server.asked) == 2


def test_that_a_fetch_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.faults = ["", "500", "500", "500"]
    stopped = fetch(server, tmp_path, "--years", "2020-2021")
    assert stopped.returncode == 2
    assert "[TRD-032]" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    first = [query["period"] for query in server.asked]
    server.asked.clear()
    resumed = fetch(server, tmp_path, "--years", "2020-2021")
    assert resumed.returncode == 0, resumed.stderr
    assert [query["period"] for query in server.asked] == [first[-1]]
    assert "Imported 2 rows, 2020-2021" in resumed.stdout


def test_that_a_refused_key_is_told(server: Server, tmp_path: Path) -> None:
    finished = fetch(server, tmp_path, "--years", "2020", key="wrong")
    assert finished.returncode == 2
    assert "[TRD-031]" in finished.stderr
    assert "wrong" not in finished.stderr


def test_that_without_a_key_the_preview_is_asked(server: Server, tmp_path: Path) -> None:
    finished = fetch(server, tmp_path, "--years", "2020", key=None)
    assert finished.returncode == 0, finished.stderr
    assert all(path.startswith("/public/v1/preview/") for path in server.paths)


def test_that_a_wrong_request_is_told(server: Server, tmp_path: Path) -> None:
    server.faults = ["400"]
    finished = fetch(server, tmp_path, "--years", "2020")
    assert finished.returncode == 2
    assert "[TRD-035]" in finished.stderr


@pytest.mark.parametrize("arguments", [("--years", "soon"), ("--years", "2020", "--codes", "washing")])
def test_that_a_request_that_cannot_be_read_is_told(
    arguments: tuple[str, ...], server: Server, tmp_path: Path
) -> None:
    finished = fetch(server, tmp_path, *arguments)
    assert finished.returncode == 2
    assert "[TRD-" in finished.stderr
    assert server.asked == []


def test_that_a_server_that_is_not_there_is_told(server: Server, tmp_path: Path) -> None:
    gone = Server(address="http://127.0.0.1:9")
    finished = fetch(gone, tmp_path, "--years", "2020", "--retries", "0")
    assert finished.returncode == 2
    assert "[TRD-032]" in finished.stderr
    assert "Traceback" not in finished.stderr
