from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from ainalym.cli.serve_command import serve_pages
from ainalym.errors import InputError
from ainalym.results.folder import RECORD_FILE
from ainalym.results.result import Result
from ainalym.web import server
from ainalym.web.security import HEADERS
from ainalym.web.server import collect_holdings, is_loopback, take_port
from ainalym.web.settings import RoomLimits
from ainalym.web.shelf import hold_folder, hold_result
from ainalym.web.workroom import Workroom

Codes = Callable[[httpx.Response], list[str]]
Own = Callable[..., httpx.Client]


@pytest.mark.parametrize("path", ["/en/kaz/", "/api/v1/countries", "/nowhere", "/en/kaz/files/run.json"])
def test_that_every_answer_carries_the_headers_of_safety(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert "unsafe" not in headers["content-security-policy"]


def test_that_no_folder_is_listed_and_no_other_file_is_given(client: httpx.Client) -> None:
    for path in ("/assets/", "/en/kaz/files/", "/assets/x/../site.css", "/assets/x/%2e%2e/pages.py"):
        assert client.get(path, follow_redirects=True).status_code == 404


def test_that_a_port_in_use_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=r"WEB-001.*--port"):
            take_port("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("127.0.0.1", 70_000)])
def test_that_an_address_that_cannot_be_used_is_told(host: str, port: int) -> None:
    with pytest.raises(InputError, match="WEB-005"):
        take_port(host, port)


def test_that_there_must_be_something_to_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="WEB-011"):
        collect_holdings([])


def test_that_the_outlooks_of_the_folder_are_found(
    outlook_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(outlook_folder.parent)
    assert [holding.iso3 for holding in collect_holdings([])] == ["KAZ"]


def test_that_only_an_address_of_this_machine_is_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert is_loopback("::1")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_that_an_open_address_says_what_that_means(
    outlook_folder: Path, host: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda *arguments: begun.append(arguments))
    console = Console(record=True, width=200)
    serve_pages([str(outlook_folder)], host, 0, False, console)
    said = console.export_text()
    assert "Kazakhstan: http://127.0.0.1:" in said
    assert ("no accounts" in said) is warned
    assert len(begun) == 1


def test_that_a_store_that_is_gone_or_written_anew_is_noticed(
    outlook_folder: Path, own_server: Own, codes: Codes, tmp_path: Path
) -> None:
    folder = tmp_path / "outlook-KAZ"
    shutil.copytree(outlook_folder, folder)
    client = own_server(hold_folder(folder))
    assert client.get("/api/v1/countries/KAZ/record").json()["country"] == "KAZ"
    shutil.move(folder, tmp_path / "away")
    answer = client.get("/api/v1/countries/KAZ/record")
    assert (answer.status_code, codes(answer)) == (503, ["WEB-004"])
    assert str(tmp_path) not in answer.text
    assert answer.headers["retry-after"]
    page = client.get("/kk/kaz/products")
    assert page.status_code == 503
    assert "ainalym outlook KAZ --force" in page.text
    shutil.move(tmp_path / "away", folder)
    record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    record["created"] = "2031-01-01T00:00:00+00:00"
    (folder / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
    assert client.get("/api/v1/countries/KAZ/record").json()["created"].startswith("2031")


def test_that_a_store_of_another_version_says_what_to_run(outlook_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "outlook-KAZ"
    shutil.copytree(outlook_folder, folder)
    record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    record["store"]["format"] = 1
    (folder / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r"OUT-006.*--force"):
        hold_folder(folder)


def test_that_a_failure_of_the_program_is_no_traceback(
    own_server: Own, codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own_server()

    def fail(_: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr("ainalym.web.interface.make_json", fail)
    answer = client.get("/api/v1/countries")
    assert (answer.status_code, codes(answer)) == (500, ["WEB-010"])
    assert "secret" not in answer.text


def test_that_a_scenario_cannot_be_run_on_figures_that_have_changed(
    drawn: Result, own_server: Own, codes: Codes
) -> None:
    packages = {name: {**entry, "hashes": {}} for name, entry in drawn.record["packages"].items()}
    changed = replace(drawn, record={**drawn.record, "packages": packages})
    client = own_server(hold_result(changed))
    answer = client.post("/api/v1/countries/KAZ/scenarios/run", json={"scenario": "recovery"})
    assert (answer.status_code, codes(answer)) == (422, ["SCN-016"])


def work_until(done: threading.Event, room: Workroom, visitor: str) -> threading.Thread:
    inside = threading.Event()

    def work() -> None:
        inside.set()
        done.wait(10)

    thread = threading.Thread(target=room.do, args=(visitor, work))
    thread.start()
    inside.wait(10)
    return thread


def test_that_one_visitor_cannot_take_all_the_room() -> None:
    room = Workroom(RoomLimits(workers=2, per_visitor=1))
    done = threading.Event()
    thread = work_until(done, room, "one")
    with pytest.raises(InputError, match="WEB-007"):
        room.do("one", lambda: None)
    assert room.do("two", lambda: 7) == 7
    done.set()
    thread.join()
    assert room.do("one", lambda: 8) == 8


def test_that_work_that_waits_too_long_or_in_too_long_a_queue_is_given_up() -> None:
    done = threading.Event()
    for limits in (RoomLimits(workers=1, longest_wait=0.01), RoomLimits(workers=1, longest_queue=0)):
        room = Workroom(limits)
        thread = work_until(done, room, "one")
        with pytest.raises(InputError, match="WEB-006"):
            room.do("two", lambda: None)
        done.set()
        thread.join()
        done.clear()
