"""The ``dicom`` collector against a real Orthanc, in whole audits."""

from __future__ import annotations

import signal
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.servers import pacs as servers
from tests.servers.audits import Audited, assert_nowhere, audit, command, write_project
from tests.servers.beside import assert_only_these
from tests.servers.pacs import Pacs
from tests.servers.running import certificate, free_port, needs, needs_root
from tests.servers.trouble import cut_off, endless_http, garbage

pytestmark = [needs("Orthanc", "socat", package="orthanc socat"), needs_root()]
pytest.importorskip("pydicom")

CALLERS, CLEAR = "dicom_callers_checked", "dicom_cleartext_refused"
SHUT = {f"DicomAlwaysAllow{one}": False for one in ("Echo", "Find", "FindWorklist", "Get", "Move", "Store")}


@pytest.fixture(scope="module")
def pacs() -> Iterator[Pacs]:
    with servers.running() as one:
        one.store(servers.study())
        yield one


@pytest.fixture(scope="module")
def strict() -> Iterator[Pacs]:
    known = {"auditor": ["HISCOMPLY", "127.0.0.1", 11112]}
    with servers.running(**SHUT, DicomTlsEnabled=True, DicomModalities=known) as one:
        yield one


def target(port: int, name: str = "node", called: str = "LABPACS", more: str = "", step_s: float = 30) -> str:
    return f"""\
  - collector: dicom
    name: {name}
    host: 127.0.0.1
    port: {port}
    asset_id: {name}-01
    called_ae: {called}
    step_timeout: {step_s}
{more}"""


def settings(audited: Audited, name: str = "node") -> dict[str, str]:
    rows = audited.rows("setting")
    return {one["key"]: one["value"] for one in rows if one["asset_id"] == f"{name}-01"}


def statuses(audited: Audited) -> dict[str, str]:
    return {name: str(one.status) for name, one in audited.collections.items() if one.collector == "dicom"}


def test_an_open_node_and_a_strict_one(pacs: Pacs, strict: Pacs, tmp_path: Path) -> None:
    before = pacs.state(), strict.state()
    tls = f"    tls: {{ca_file: '{strict.cert}'}}\n"
    project = write_project(tmp_path, target(pacs.dicom) + target(strict.dicom, "strict", more=tls))
    found = audit(project, [CALLERS, CLEAR])
    assert statuses(found) == {"node": "ok", "strict": "ok"}
    assert settings(found) == {
        "dicom.echo": "success", "dicom.tls": "false", "dicom.cleartext_accepted": "true",
        "dicom.calling_ae_checked": "false", "dicom.called_ae_checked": "true",
    }  # fmt: skip
    seen = settings(found, "strict")
    assert {
        "dicom.echo": "success", "dicom.tls": "true", "dicom.cleartext_accepted": "false",
        "dicom.calling_ae_checked": "true", "dicom.called_ae_checked": "true",
    }.items() <= seen.items()  # fmt: skip
    assert float(seen["tls.certificate_days_left"]) > 28
    for policy in (CALLERS, CLEAR):
        assert [(one["verdict"], "node-01" in one["subject"]) for one in found.findings(policy)] == [
            ("fail", True)
        ]
    assert found.code == 1
    assert (pacs.state(), strict.state()) == before
    assert_nowhere(servers.CANARIES, tmp_path / ".hiscomply", found.out, found.err)


@pytest.fixture
def trouble(pacs: Pacs, strict: Pacs, tmp_path: Path) -> Iterator[dict[str, tuple[str, str, str]]]:
    """Targets that go wrong, with the status that each must get, and a word of the reason."""
    (tmp_path / "other").mkdir()
    cert, _ = certificate(tmp_path / "other")
    tls = "    tls: {{ca_file: '{}'}}\n".format
    with ExitStack() as stack:
        ports = {
            "midway": cut_off(pacs.dicom, 20),
            "garbage": garbage(),
            "huge": endless_http(head=struct.pack(">BBL", 2, 0, 0xFFFFFFFF)),
            "endless": endless_http(),
            "cut-short": garbage(struct.pack(">BBL", 2, 0, 80) + b"\1" * 80),
        }
        told = {"midway": "closed the connection without a word"}
        targets = {
            name: ("failed", told.get(name, "no DICOM"), target(stack.enter_context(port), name, step_s=5))
            for name, port in ports.items()
        }
        silent = stack.enter_context(cut_off(pacs.dicom, 20, hang=True))
        targets["silent"] = ("timed_out", "1 s", target(silent, "silent", step_s=1))
        targets["wrong-ae"] = ("denied", "NOT-IT", target(pacs.dicom, "wrong-ae", "NOT-IT"))
        targets["gone"] = ("failed", "refused", target(free_port(), "gone"))
        targets["no-tls-there"] = ("failed", "TLS", target(pacs.dicom, "no-tls-there", more=tls(pacs.cert)))
        targets["untrusted"] = ("failed", "TLS failed", target(strict.dicom, "untrusted", more=tls(cert)))
        stranger = tls(strict.cert) + "    calling_ae: STRANGER\n"
        targets["stranger"] = ("denied", "register it there", target(strict.dicom, "stranger", more=stranger))
        yield targets


def test_trouble_is_never_a_pass(
    trouble: dict[str, tuple[str, str, str]], strict: Pacs, tmp_path: Path
) -> None:
    good = target(strict.dicom, "good", more=f"    tls: {{ca_file: '{strict.cert}'}}\n")
    bad = "".join(text for _, _, text in trouble.values())
    found = audit(write_project(tmp_path, bad + good), [CALLERS, CLEAR])
    told = {name: (status, word) for name, (status, word, _) in trouble.items()}
    for policy in (CALLERS, CLEAR):
        assert_only_these(found, policy, told)
    assert {one["asset_id"] for one in found.rows("setting")} == {"good-01", "stranger-01"}


def test_a_hung_node_times_out(pacs: Pacs, strict: Pacs, tmp_path: Path) -> None:
    good = target(strict.dicom, "good", more=f"    tls: {{ca_file: '{strict.cert}'}}\n")
    pacs.server.send(signal.SIGSTOP)
    try:
        found = audit(write_project(tmp_path, target(pacs.dicom, step_s=1) + good), [CALLERS])
    finally:
        pacs.server.send(signal.SIGCONT)
    assert_only_these(found, CALLERS, {"node": ("timed_out", "1 s")})


def test_without_probes_only_the_echo_is_asked(pacs: Pacs, tmp_path: Path) -> None:
    project = write_project(tmp_path, target(pacs.dicom, more="    probes: false\n"))
    found = audit(project, [CALLERS])
    assert set(settings(found)) == {"dicom.echo", "dicom.tls", "dicom.cleartext_accepted"}
    assert found.code == 3
    _, out, _ = command("collect", str(project), "--dry-run")
    assert "C-ECHO to 127.0.0.1" in out
    assert "unknown calling AE" not in out
