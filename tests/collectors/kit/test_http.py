"""The HTTP client of collectors against a server that behaves, and against those that do not."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.servers.running import certificate
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer, hung

from hiscomply.hookspecs import CollectDenied, CollectFailed, CollectTimedOut
from hiscomply_kit.http import Api

pytest.importorskip("httpx", reason="the extra http is not installed")


class Answers(BaseHTTPRequestHandler):
    """Answers by path; the last request of all stands in ``seen``."""

    seen: dict[str, Any] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        type(self).seen = {"path": self.path, "authorization": self.headers.get("authorization")}
        status = {"/denied": 403, "/unknown": 401, "/missing": 404, "/moved": 302}.get(self.path, 200)
        self.send_response(status)
        if status == 302:
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps({"asked": self.path}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Not into the tests' output."""


@pytest.fixture
def port() -> Iterator[int]:
    yield from _serve(lambda server: None)


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    cert, key = certificate(tmp_path, "pacs.example")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    def wrap(server: ThreadingHTTPServer) -> None:
        server.socket = context.wrap_socket(server.socket, server_side=True)

    for number in _serve(wrap):
        yield number, cert


def _serve(prepare: Callable[[ThreadingHTTPServer], None]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    prepare(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_asks_and_is_answered(port: int, tmp_path: Path) -> None:
    with Api(f"http://127.0.0.1:{port}/base/", tmp_path, login=("reader", "secret")) as api:
        assert api.get("/system", {"a": "中"}) == {"asked": "/base/system?a=%E4%B8%AD"}
        assert Answers.seen["authorization"].startswith("Basic ")
        assert api.post("/rpc", {"method": "host.get"}) == {"method": "host.get"}
        assert api.get_text("/x") == '{"asked": "/base/x"}'


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/denied", CollectDenied, "refuses (HTTP 403)"),
        ("/unknown", CollectDenied, "refuses (HTTP 401)"),
        ("/missing", CollectFailed, "answers HTTP 404"),
        ("/moved", CollectFailed, "answers HTTP 302"),
    ],
)
def test_a_refusal_is_denied_and_nothing_is_followed_elsewhere(
    port: int, tmp_path: Path, path: str, kind: type[CollectFailed], said: str
) -> None:
    with Api(f"http://127.0.0.1:{port}", tmp_path) as api, pytest.raises(CollectFailed) as caught:
        api.get(path)
    assert isinstance(caught.value, kind)
    assert isinstance(caught.value, CollectDenied) is (kind is CollectDenied)
    assert said in caught.value.reason.en
    assert f"127.0.0.1:{port}{path}" in caught.value.reason.zh


def failure(port: int, project: Path, **options: Any) -> CollectFailed:
    with Api(f"http://127.0.0.1:{port}", project, **options) as api, pytest.raises(CollectFailed) as caught:
        api.get("/")
    return caught.value


def test_one_that_never_answers_or_never_ends_times_out(tmp_path: Path) -> None:
    with hung() as port:
        assert isinstance(failure(port, tmp_path, timeout_s=0.2), CollectTimedOut)
    with endless_http(b"x") as port:
        assert isinstance(failure(port, tmp_path, timeout_s=0.2), CollectTimedOut)


def test_an_answer_without_bounds_is_not_read(tmp_path: Path) -> None:
    with endless_http() as port:
        assert "more than 1,000,000 bytes" in failure(port, tmp_path, max_bytes=1_000_000).reason.en


@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b'{"half": ', b"[" * 100_000])
def test_what_is_no_json_is_said(tmp_path: Path, body: bytes) -> None:
    with garbage(http_answer(body)) as port:
        assert "no JSON" in failure(port, tmp_path).reason.en


def test_rubbish_a_closed_door_and_a_cut_answer_are_failures(tmp_path: Path, port: int) -> None:
    with garbage() as bad:
        assert "cannot be had" in failure(bad, tmp_path).reason.en
    with cut_off(port, 10) as short:
        assert "cannot be had" in failure(short, tmp_path).reason.en
    assert "cannot be had" in failure(short, tmp_path).reason.en


class TestTls:
    def test_a_certificate_is_named_with_its_name(self, tls: tuple[int, Path], tmp_path: Path) -> None:
        port, cert = tls
        options = {"ca_file": cert.name, "server_name": "pacs.example"}
        with Api(f"https://127.0.0.1:{port}", tmp_path, tls=options, login=("a", "b")) as api:
            assert api.get("/system")["asked"] == "/system"

    @pytest.mark.parametrize(
        "options", [{}, {"ca_file": "cert.pem"}, {"ca_file": "cert.pem", "server_name": "x"}]
    )
    def test_an_unknown_certificate_or_name_is_refused(
        self, tls: tuple[int, Path], tmp_path: Path, options: dict[str, str]
    ) -> None:
        with (
            Api(f"https://127.0.0.1:{tls[0]}", tmp_path, tls=options) as api,
            pytest.raises(CollectFailed) as caught,
        ):
            api.get("/system")
        assert "TLS failed" in caught.value.reason.en
        assert "tls.ca_file" in caught.value.reason.en

    def test_a_plain_server_behind_https_is_a_tls_failure(self, port: int, tmp_path: Path) -> None:
        with (
            Api(f"https://127.0.0.1:{port}", tmp_path) as api,
            pytest.raises(CollectFailed, match="TLS failed"),
        ):
            api.get("/")

    def test_a_file_that_is_no_certificate_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("nothing")
        for file in ("ca.pem", "nowhere.pem"):
            with pytest.raises(CollectFailed, match=file):
                Api("https://127.0.0.1:1", tmp_path, tls={"ca_file": file})


def test_a_login_never_crosses_the_network_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(CollectFailed, match="in the clear"):
        Api("http://his.example", tmp_path, login=("reader", "secret"))
    Api("http://his.example", tmp_path, login=("reader", "secret"), cleartext=True).__exit__(None, None, None)
    Api("http://his.example", tmp_path).__exit__(None, None, None)
