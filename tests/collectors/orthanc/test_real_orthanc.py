"""The ``orthanc`` collector against a real Orthanc, in whole audits."""

from __future__ import annotations

import signal
import ssl
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.servers import pacs as servers
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these
from tests.servers.pacs import LOGIN, Pacs
from tests.servers.running import certificate, free_port, needs, needs_root
from tests.servers.trouble import cut_off, endless_http, garbage, http_answer

pytestmark = [needs("Orthanc", "socat", package="orthanc socat"), needs_root()]
pytest.importorskip("pydicom")

ENCRYPTED = "admin_interfaces_encrypted"


@pytest.fixture(scope="module")
def pacs() -> Iterator[Pacs]:
    with servers.running() as one:
        one.store(servers.study())
        yield one


@pytest.fixture(scope="module")
def open_pacs() -> Iterator[Pacs]:
    with servers.running(AuthenticationEnabled=False) as one:
        yield one


@pytest.fixture(scope="module")
def narrow() -> Iterator[Pacs]:
    """One that lets the login see that it is there, and nothing more."""
    with servers.running("function IncomingHttpRequestFilter(_, uri) return uri == '/system' end") as one:
        yield one


def target(
    port: int,
    name: str = "pacs",
    password: str = LOGIN[1],
    more: str = "",
    scheme: str = "http",
    step_s: float = 30,
) -> str:
    return f"""\
  - collector: orthanc
    name: {name}
    url: {scheme}://127.0.0.1:{port}
    asset_id: {name}-01
    user: {LOGIN[0]}
    password: {{command: [printf, '{password}']}}
    step_timeout: {step_s}
{more}"""


def settings(audited: Audited) -> dict[str, str]:
    return {one["key"]: one["value"] for one in audited.rows("setting") if one["asset_id"] == "pacs-01"}


def test_plain_http_is_found_and_no_patient_is_taken(pacs: Pacs, tmp_path: Path) -> None:
    before = pacs.state()
    found = audit(write_project(tmp_path, target(pacs.http)), [ENCRYPTED])
    assert (found.collections["pacs"].status, found.code) == ("ok", 1)
    assert [one["verdict"] for one in found.findings(ENCRYPTED)] == ["fail"]
    seen = settings(found)
    expected = {
        "AuthenticationEnabled": "true", "SslEnabled": "false", "DicomAet": "LABPACS", "DicomPort": str(pacs.dicom),
        "modality.CT1.Host": "127.0.0.1", "modality.US7.Host": "127.0.0.2", "modality.CT1.UseDicomTls": "false",
    }  # fmt: skip
    assert expected.items() <= seen.items()
    (package,) = found.rows("package")
    assert (package["name"], package["version"]) == ("orthanc", seen["Version"])
    assert pacs.state() == before
    assert pacs.get("/statistics").json()["CountPatients"] == 1
    assert_nowhere(servers.CANARIES, tmp_path / ".hiscomply", found.out, found.err)


def test_only_listed_paths_are_asked(pacs: Pacs, tmp_path: Path) -> None:
    audit(write_project(tmp_path, target(pacs.http)), [ENCRYPTED])
    from hiscomply_orthanc.fetch import OPEN_PATH, PATHS

    for path in (OPEN_PATH, *PATHS):
        assert not any(word in path for word in ("patients", "studies", "series", "instances", "changes"))


def test_an_orthanc_without_authentication_is_seen_as_such(
    open_pacs: Pacs, pacs: Pacs, tmp_path: Path
) -> None:
    files = """\
  - collector: files
    name: config
    path: etc
    asset_id: pacs-01
"""
    project = write_project(tmp_path, files + target(open_pacs.http) + target(pacs.http, "other"))
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "orthanc.json").write_bytes(open_pacs.config.read_bytes())
    seen = "orthanc_effective_authentication_enabled"
    found = audit(project, ["orthanc_authentication_enabled", "orthanc_tls_enabled", seen])
    assert [(one["verdict"], "pacs-01" in one["subject"]) for one in found.findings(seen)] == [("fail", True)]
    assert found.collections["pacs"].status == "ok"
    assert settings(found)["AuthenticationEnabled"] == "false"
    assert [one["verdict"] for one in found.findings("orthanc_authentication_enabled")] == ["fail"]
    assert found.code == 1


def test_without_a_login_what_strangers_see_is_kept(pacs: Pacs, tmp_path: Path) -> None:
    bare = "\n".join(
        line for line in target(pacs.http).splitlines() if "user" not in line and "password" not in line
    )
    found = audit(write_project(tmp_path, bare + "\n"), ["unsupported_software_absent"])
    collection = found.collections["pacs"]
    assert (collection.status, found.code) == ("denied", 3)
    assert "give user and password" in (collection.reason.en if collection.reason else "")
    assert settings(found) == {"AuthenticationEnabled": "true", "SslEnabled": "false"}


@pytest.fixture
def trouble(
    pacs: Pacs, open_pacs: Pacs, narrow: Pacs, tmp_path: Path
) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong, with the status that each must get, and a word of the reason."""
    no_json = http_answer("<html>欧阳测试</html>".encode())
    no_orthanc = http_answer('{"Version": null, "x": "欧阳测试"}'.encode())
    with ExitStack() as stack:
        ports = {
            "midway": cut_off(pacs.http, 300),
            "garbage": garbage(),
            "no-json": garbage(no_json),
            "other": garbage(no_orthanc),
            "endless": endless_http(),
        }
        open_pacs.server.send(signal.SIGSTOP)
        stack.callback(open_pacs.server.send, signal.SIGCONT)
        words = {"no-json": "no JSON", "other": "does not answer like an Orthanc", "endless": "more than"}
        targets = {
            name: ("failed", words.get(name, "cannot be had"), target(stack.enter_context(port), name))
            for name, port in ports.items()
        }
        silent = stack.enter_context(cut_off(pacs.http, 300, hang=True))
        targets["silent"] = ("timed_out", "within 1 seconds", target(silent, "silent", step_s=1))
        targets["hung"] = ("timed_out", "within 1 seconds", target(open_pacs.http, "hung", step_s=1))
        targets["wrong"] = ("denied", "HTTP 401", target(pacs.http, "wrong", "wrong-pw-canary"))
        targets["narrow"] = ("denied", "HTTP 403", target(narrow.http, "narrow"))
        targets["gone"] = ("failed", "cannot be had", target(free_port(), "gone"))
        port = stack.enter_context(servers.tls_front(pacs.http, *certificate(tmp_path)))
        targets["untrusted"] = ("failed", "tls.ca_file", target(port, "untrusted", scheme="https"))
        yield targets


def test_trouble_is_never_a_pass(
    trouble: dict[str, tuple[str, str, str]], pacs: Pacs, tmp_path: Path
) -> None:
    bad = "".join(text for _, _, text in trouble.values())
    project = write_project(tmp_path / "project", bad + target(pacs.http, "good"))
    found = audit(project, ["unsupported_software_absent"])
    told = {name: (status, word) for name, (status, word, _) in trouble.items()}
    assert_only_these(found, "unsupported_software_absent", told)
    assert [one["asset_id"] for one in found.rows("package")] == ["good-01"]
    assert_nowhere([*servers.CANARIES, "wrong-pw-canary"], project / ".hiscomply", found.out, found.err)


def test_tls_is_verified_and_its_lowest_version_found(pacs: Pacs, tmp_path: Path) -> None:
    trusted = f"    tls: {{ca_file: '{pacs.cert}'}}\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = servers.tls_front(pacs.http, pacs.cert, pacs.key, ssl.TLSVersion.TLSv1_1)
    with old as old_port, servers.tls_front(pacs.http, pacs.cert, pacs.key) as port:
        found = audit(
            write_project(tmp_path, target(port, "pacs", more=trusted, scheme="https")
                          + target(old_port, "old", more=trusted, scheme="https")),
            [ENCRYPTED, "admin_interfaces_use_current_tls"],
        )  # fmt: skip
        assert {one.status for one in found.collections.values()} == {"ok"}
        lowest = {one["asset_id"]: one["tls_min"] for one in found.rows("admin_interface")}
        assert lowest == {"pacs-01": "1.2", "old-01": "1.1"}
        assert settings(found)["SslEnabled"] == "true"
        assert [one["subject"] for one in found.findings("admin_interfaces_use_current_tls")] == [
            f"old-01/https/{old_port}"
        ]


def test_an_untrusted_certificate_is_refused(pacs: Pacs, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    cert, key = certificate(other)
    with servers.tls_front(pacs.http, cert, key) as port:
        found = audit(write_project(tmp_path, target(port, scheme="https")), [ENCRYPTED])
    assert (found.collections["pacs"].status, found.code) == ("failed", 3)
    assert "tls.ca_file" in str(found.collections["pacs"].reason)
    assert found.policy(ENCRYPTED)["verdict"] == "unknown"


def test_a_dry_run_says_what_it_would_ask_and_touches_nothing(tmp_path: Path) -> None:
    project = write_project(tmp_path, target(1).replace("printf", "/bin/false"))
    code, out, err = command("collect", str(project), "--dry-run")
    assert code == 0, err
    assert "without a login" in out
    assert "as auditor (`/bin/false …`)" in out
