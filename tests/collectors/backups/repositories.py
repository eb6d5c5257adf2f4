"""Real repositories with copies of known age, ways to damage them, and a server that hands one out over HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import ssl
import struct
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PASSWORD = "Lab-Pass-4711"
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
NOW = datetime.now(UTC).replace(microsecond=0)
OLD, FRESH = NOW - timedelta(days=40), NOW - timedelta(hours=10)
"""When the two copies of a repository were made."""


def tool(folder: Path, *words: str) -> None:
    """Runs a backup tool as its operator would, with caches of its own."""
    env = {
        **os.environ, "TZ": "UTC", "HOME": str(folder), "RESTIC_PASSWORD": PASSWORD, "BORG_PASSPHRASE": PASSWORD,
        "RESTIC_CACHE_DIR": str(folder / "restic-cache"), "BORG_BASE_DIR": str(folder / "borg-base"),
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    done = subprocess.run(
        words, env=env, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr


def patient_files(folder: Path) -> Path:
    """What is backed up: a file with a patient's name in its name and content."""
    source = folder / "src"
    source.mkdir()
    (source / f"{PATIENT}.txt").write_text(f"{PATIENT} {PATIENT_ID}\n")
    (source / "a.bin").write_bytes(hashlib.shake_256(b"a").digest(300_000))
    return source


def make_restic(folder: Path) -> Path:
    """A repository with two copies, of which restic is told the time."""
    repository, source = folder / "restic", patient_files(folder)
    tool(folder, "restic", "init", "-q", "-r", str(repository))
    for when in (OLD, FRESH):
        tool(folder, "restic", "backup", "-q", "-r", str(repository), "--host", "his-db", "--tag", "daily",
             "--time", f"{when:%Y-%m-%d %H:%M:%S}", str(source))  # fmt: skip
    return repository


def make_borg(folder: Path, mode: str = "repokey-blake2", name: str = "borg") -> Path:
    """A repository with the same two copies."""
    repository = folder / name
    tool(folder, "borg", "init", "-e", mode, str(repository))
    for when in (OLD, FRESH):
        tool(folder, "borg", "create", "--timestamp", f"{when:%Y-%m-%dT%H:%M:%S}", "--comment", PATIENT,
             f"{repository}::his-{when:%Y-%m-%dT%H:%M:%S}", str(folder / "src"))  # fmt: skip
    return repository


def damage_restic(repository: Path) -> None:
    """Flips one byte in the largest pack."""
    pack = max(
        (one for one in (repository / "data").rglob("*") if one.is_file()), key=lambda one: one.stat().st_size
    )
    pack.chmod(0o600)
    data = bytearray(pack.read_bytes())
    data[1000] ^= 0xFF
    pack.write_bytes(data)


def damage_borg(repository: Path) -> None:
    """Changes one byte of content and mends the CRC over it: only the authenticated hash still tells."""
    segments = (one for one in (repository / "data").rglob("*") if one.is_file())
    segment = max(segments, key=lambda one: one.stat().st_size)
    data = bytearray(segment.read_bytes())
    at, largest = 8, (0, 0)
    while at < len(data):
        _, size, _ = struct.unpack_from("<IIB", data, at)
        largest = max(largest, (size, at))
        at += size
    size, at = largest
    data[at + size - 100] ^= 0xFF
    struct.pack_into("<I", data, at, zlib.crc32(data[at + 4 : at + size]))
    segment.write_bytes(data)


@contextmanager
def rest_server(
    repository: Path,
    *,
    tls: tuple[Path, Path] | None = None,
    login: str | None = None,
    hides: str | None = None,
    vanishes_after: int | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """The repository by restic's REST protocol, read-only: port, and the requests that came.

    Args:
        hides: the beginning of the paths that the login may not see.
        vanishes_after: how many requests it answers before it only hangs up.
    """
    asked: list[str] = []
    expected = f"Basic {base64.b64encode(login.encode()).decode()}" if login else None

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if vanishes_after is not None and len(asked) > vanishes_after:
                self.close_connection = True
                return
            if expected and self.headers.get("Authorization") != expected:
                self._send(401, b"")
                return
            if hides is not None and self.path.startswith(hides):
                self._send(403, b"")
                return
            found = self._found()
            if found is None:
                self._send(404, b"")
                return
            start, end = 0, len(found)
            wanted = self.headers.get("Range", "")
            if wanted.startswith("bytes="):
                first, _, last = wanted[6:].partition("-")
                start, end = int(first), int(last) + 1 if last else len(found)
            self._send(206 if wanted else 200, found[start:end])

        do_HEAD = do_GET  # noqa: N815 - the name that the server calls

        def _found(self) -> bytes | None:
            part = self.path.strip("/")
            if self.path.endswith("/") and (repository / part).is_dir():
                files = [one for one in (repository / part).rglob("*") if one.is_file()]
                return json.dumps([{"name": one.name, "size": one.stat().st_size} for one in files]).encode()
            kind, _, name = part.partition("/")
            file = repository / kind / name[:2] / name if kind == "data" else repository / part
            return file.read_bytes() if file.is_file() else None

        def _send(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "application/vnd.x.restic.rest.v2")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_words: object) -> None:
            """A client that goes away in the handshake is no news."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
