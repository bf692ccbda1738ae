"""The client of the UN Comtrade API against a server of the same shape, in all its moods."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ainalym.errors import InputError
from ainalym.packages.reference import Reference
from ainalym.packages.trade.comtrade_api import KEY_HEADER, LONGEST_WAIT, ApiOptions, ComtradeClient
from ainalym.packages.trade.country_codes import read_country_codes
from ainalym.packages.trade.fetching import (
    CODES_PER_REQUEST,
    Chunk,
    fetch_chunks,
    list_mapped_codes,
    parse_request,
    plan_chunks,
)
from ainalym.packages.trade.importer import import_trade

SECRET = "a-key-that-must-not-leak"

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """What the server was asked, and what it says next."""

    address: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    moods: list[Callable[[dict[str, str]], Answer | None]] = field(default_factory=list)


def make_record(query: dict[str, str], code: str, flow: str) -> dict[str, Any]:
    return {
        "typeCode": "C",
        "freqCode": "A",
        "refYear": int(query["period"]),
        "period": query["period"],
        "reporterCode": int(query.get("reporterCode", "276")),
        "reporterISO": None,
        "flowCode": flow,
        "partnerCode": int(query.get("partnerCode", "0")),
        "partner2Code": 0,
        "classificationCode": "H5",
        "cmdCode": code,
        "aggrLevel": 6,
        "isLeaf": True,
        "customsCode": "C00",
        "motCode": 0,
        "qtyUnitCode": 5,
        "qty": 1000.0,
        "isQtyEstimated": False,
        "altQtyUnitCode": -1,
        "altQty": 0.0,
        "netWgt": 180.0,
        "isNetWgtEstimated": False,
        "primaryValue": 200000.0,
    }


def answer_well(query: dict[str, str]) -> Answer:
    records = [
        make_record(query, code, flow)
        for code in query["cmdCode"].split(",")
        for flow in query["flowCode"].split(",")
    ]
    document = {"elapsedTime": "0.02 secs", "count": len(records), "data": records, "error": ""}
    return 200, {}, json.dumps(document).encode()


def fail(status: int, headers: dict[str, str] | None = None, body: bytes = b'{"message": "no"}') -> Any:
    return lambda query: (status, headers or {}, body)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            state.asked.append(query)
            state.paths.append(parts.path)
            state.keys.append(self.headers.get(KEY_HEADER))
            mood = state.moods.pop(0) if state.moods else answer_well
            answer = mood(query)
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", headers.get("Content-Length", str(len(body))))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        state.address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield state
        listening.shutdown()
        thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(server: Server, waits: list[float]) -> Iterator[Callable[..., ComtradeClient]]:
    opened: list[ComtradeClient] = []

    def open_client(key: str | None = SECRET, **choices: Any) -> ComtradeClient:
        options = {"pause": 0.0, "retries": 3, "timeout": 2.0, "sleep": waits.append, **choices}
        opened.append(ComtradeClient(ApiOptions(key, server.address, **options)))
        return opened[-1]

    yield open_client
    for one in opened:
        one.__exit__(None, None, None)


def chunk(*codes: str, year: int = 2020, flows: tuple[str, ...] = ("M",)) -> Chunk:
    return Chunk(year, codes or ("851712",), flows, "398", "0")


def code_of(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.problems[0].code


def test_that_a_request_asks_for_totals_at_the_finest_level(
    client: Any, server: Server, tmp_path: Path
) -> None:
    fetch_chunks(client(), [chunk("851712", "841810", flows=("M", "X"))], tmp_path)
    assert server.asked == [
        {
            "period": "2020",
            "cmdCode": "851712,841810",
            "flowCode": "M,X",
            "reporterCode": "398",
            "partnerCode": "0",
            "partner2Code": "0",
            "customsCode": "C00",
            "motCode": "0",
            "includeDesc": "false",
        }
    ]
    assert server.paths == ["/data/v1/get/C/A/HS"]


def test_that_the_key_goes_into_a_header_and_nowhere_else(
    client: Any, server: Server, tmp_path: Path
) -> None:
    files = fetch_chunks(client(), [chunk()], tmp_path)
    assert server.keys == [SECRET]
    assert SECRET not in str(server.asked) + files[0].read_text("utf-8") + files[0].name
    assert SECRET not in repr(ApiOptions(SECRET))


def test_that_without_a_key_the_preview_is_asked(client: Any, server: Server, tmp_path: Path) -> None:
    fetch_chunks(client(key=None), [chunk()], tmp_path)
    assert server.paths == ["/public/v1/preview/C/A/HS"]
    assert server.keys == [None]


@pytest.mark.parametrize(
    "mood",
    [
        fail(429),
        fail(500),
        fail(503),
        fail(200, body=b'{"data": [{"period": "20'),
        fail(200, body=b""),
        lambda query: None,
        fail(200, {"Content-Length": "500"}, b'{"data": ['),
    ],
    ids=["429", "500", "503", "truncated", "empty", "hung up", "cut off"],
)
def test_that_a_passing_fault_is_waited_out(
    mood: Any, client: Any, server: Server, waits: list[float], tmp_path: Path
) -> None:
    server.moods += [mood, mood]
    assert len(fetch_chunks(client(timeout=1.0), [chunk()], tmp_path)) == 1
    assert len(server.asked) == 3
    assert waits == [1.0, 2.0], "each pause is twice the one before"


def test_that_the_server_may_say_how_long_to_wait(
    client: Any, server: Server, waits: list[float], tmp_path: Path
) -> None:
    server.moods += [
        fail(429, {"Retry-After": "7"}),
        fail(429, {"Retry-After": "99999"}),
        fail(429, {"Retry-After": "soon"}),
    ]
    fetch_chunks(client(), [chunk()], tmp_path)
    assert waits == [7.0, LONGEST_WAIT, 4.0]


def test_that_a_slow_server_is_given_up_in_time(client: Any, server: Server, tmp_path: Path) -> None:
    never = threading.Event()
    server.moods += [lambda query: (never.wait(1.0), answer_well(query))[1]] * 2
    with pytest.raises(InputError) as error:
        fetch_chunks(client(timeout=0.1, retries=1), [chunk()], tmp_path)
    assert code_of(error) == "TRD-032"
    assert "2 attempts" in str(error.value)


def test_that_a_server_that_stays_down_is_told_with_what_it_said(
    client: Any, server: Server, tmp_path: Path
) -> None:
    server.moods += [fail(500)] * 4
    with pytest.raises(InputError, match="status 500 in 4 attempts") as error:
        fetch_chunks(client(), [chunk()], tmp_path)
    assert code_of(error) == "TRD-032"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [401, 403])
def test_that_a_refused_key_is_told_at_once_and_not_shown(
    status: int, client: Any, server: Server, tmp_path: Path
) -> None:
    server.moods += [fail(status, body=SECRET.encode())]
    with pytest.raises(InputError) as error:
        fetch_chunks(client(), [chunk()], tmp_path)
    assert code_of(error) == "TRD-031"
    assert SECRET not in str(error.value)
    assert len(server.asked) == 1


def test_that_a_wrong_request_is_told_with_the_words_of_the_server(
    client: Any, server: Server, tmp_path: Path
) -> None:
    server.moods += [fail(400, body=b"Only one period is allowed")]
    with pytest.raises(InputError, match="Only one period is allowed") as error:
        fetch_chunks(client(), [chunk()], tmp_path)
    assert code_of(error) == "TRD-035"


def test_that_an_answer_of_another_form_is_told(client: Any, server: Server, tmp_path: Path) -> None:
    server.moods += [fail(200, body=b'{"status": "maintenance"}')]
    with pytest.raises(InputError, match="status") as error:
        fetch_chunks(client(), [chunk()], tmp_path)
    assert code_of(error) == "TRD-033"


def test_that_an_interrupted_fetch_goes_on_where_it_stopped(
    client: Any, server: Server, tmp_path: Path
) -> None:
    chunks = [chunk(year=year) for year in (2018, 2019, 2020)]
    server.moods += [answer_well, *[fail(500)] * 4]
    with pytest.raises(InputError):
        fetch_chunks(client(), chunks, tmp_path)
    server.asked.clear()
    server.moods.clear()
    files = fetch_chunks(client(), chunks, tmp_path)
    assert [query["period"] for query in server.asked] == ["2019", "2020"]
    assert len(files) == 3
    server.asked.clear()
    assert fetch_chunks(client(), chunks, tmp_path) == files
    assert server.asked == []


def test_that_a_year_without_trade_is_not_asked_for_again(
    client: Any, server: Server, tmp_path: Path
) -> None:
    server.moods += [fail(200, body=b'{"count": 0, "data": [], "error": ""}')]
    assert fetch_chunks(client(), [chunk()], tmp_path) == []
    assert fetch_chunks(client(), [chunk()], tmp_path) == []
    assert len(server.asked) == 1


def test_that_an_answer_at_the_limit_is_asked_for_in_parts(
    client: Any, server: Server, tmp_path: Path
) -> None:
    whole = chunk("841810", "841821", "851712", flows=("M", "X"))

    def answer_at_the_limit(query: dict[str, str]) -> Answer:
        records = [make_record(query, "851712", "M")] * 500
        return 200, {}, json.dumps({"data": records}).encode()

    server.moods += [answer_at_the_limit]
    files = fetch_chunks(client(key=None), [whole], tmp_path)
    assert [query["cmdCode"] for query in server.asked[1:]] == ["841810", "841821,851712"]
    assert len(files) == 2
    server.asked.clear()
    assert fetch_chunks(client(key=None), [whole], tmp_path) == files
    assert server.asked == []


def test_that_an_answer_at_the_limit_that_cannot_be_split_is_told(
    client: Any, server: Server, tmp_path: Path
) -> None:
    full = json.dumps({"data": [make_record({"period": "2020"}, "851712", "M")] * 500}).encode()
    server.moods += [fail(200, body=full)]
    with pytest.raises(InputError, match="500 rows") as error:
        fetch_chunks(client(key=None), [chunk()], tmp_path)
    assert code_of(error) == "TRD-034"


def test_that_too_many_requests_need_a_key(client: Any, server: Server, tmp_path: Path) -> None:
    chunks = [chunk(f"{code:06d}", year=year) for year in range(1990, 2020) for code in range(11)]
    with pytest.raises(InputError, match="COMTRADE_API_KEY") as error:
        fetch_chunks(client(key=None), chunks, tmp_path)
    assert code_of(error) == "TRD-030"
    assert server.asked == []


def test_that_requests_keep_their_distance(client: Any, waits: list[float], tmp_path: Path) -> None:
    fetch_chunks(client(pause=5.0), [chunk(year=year) for year in (2018, 2019)], tmp_path)
    assert len(waits) == 1
    assert 4.0 < waits[0] <= 5.0


def test_that_what_was_fetched_can_be_imported(
    client: Any, server: Server, tmp_path: Path, reference: Reference
) -> None:
    request = parse_request("2019-2020", "851712,851711", "import,export")
    chunks = plan_chunks(read_country_codes(reference, "KAZ"), request, "world", reference)
    files = fetch_chunks(client(), chunks, tmp_path / "downloads")
    summary = import_trade(files, "comtrade-api", "KAZ", tmp_path / "store")
    assert summary.rows == 8
    assert sorted(summary.coverage["year"].unique()) == [2019, 2020]


def test_that_partners_are_asked_for_what_they_report(reference: Reference) -> None:
    request = parse_request("2020", "851712", "import")
    country = read_country_codes(reference, "USA")
    queries = {
        partners: plan_chunks(country, request, partners, reference)[0].query
        for partners in ("world", "each", "mirror")
    }
    assert (queries["world"]["reporterCode"], queries["world"]["partnerCode"]) == ("842", "0")
    assert queries["each"]["reporterCode"] == "842"
    assert "partnerCode" not in queries["each"]
    assert queries["mirror"]["partnerCode"] == "842"
    assert "reporterCode" not in queries["mirror"]


def test_that_all_codes_with_a_product_are_asked_for_by_default(reference: Reference) -> None:
    request = parse_request("2022", None, "import")
    chunks = plan_chunks(read_country_codes(reference, "KAZ"), request, "world", reference)
    asked = [code for one in chunks for code in one.codes]
    assert asked == list(list_mapped_codes(reference, 2022))
    assert {"851713", "851712"} <= set(asked), "the new revision and, for latecomers, the one before"
    assert max(len(one.codes) for one in chunks) == CODES_PER_REQUEST


@pytest.mark.parametrize(
    ("years", "codes", "flows", "code"),
    [
        ("20", None, "import", "TRD-021"),
        ("2020-2015", None, "import", "TRD-021"),
        ("1950", None, "import", "TRD-021"),
        ("2020", "8517", "import", "TRD-006"),
        ("2020", "85171x", "import", "TRD-006"),
        ("2020", None, "imports", "TRD-022"),
    ],
)
def test_that_a_request_is_checked_before_it_is_sent(
    years: str, codes: str | None, flows: str, code: str
) -> None:
    with pytest.raises(InputError) as error:
        parse_request(years, codes, flows)
    assert code_of(error) == code


def test_that_years_are_written_as_spans_and_lists() -> None:
    assert parse_request("2015-2017,2020", None, "export, import").years == (2015, 2016, 2017, 2020)
