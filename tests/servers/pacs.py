"""A real Orthanc in a network namespace of its own (it can only listen everywhere), with one study in it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.servers.running import Server, as_user, certificate, free_port, is_open, program
from tests.servers.trouble import _listening

LOGIN = ("auditor", "auditor-pw-5e1f")
PATIENT, PATIENT_ID = "欧阳测试", "11010519491231002X"
CANARIES = (PATIENT, PATIENT_ID, LOGIN[1], "STUDY-CANARY-77")


class Pacs:
    """One Orthanc; ``http`` and ``dicom`` are ports of 127.0.0.1.

    Args:
        script: Lua that it runs.
    """

    def __init__(self, script: str = "", **settings: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="orthanc-"))
        self.folder.chmod(0o755)
        self.http, self.dicom = free_port(), free_port()
        self.cert, self.key = certificate(self.folder)
        (self.folder / "db").mkdir()
        (self.folder / "own.lua").write_text(script)
        self.config = self.folder / "orthanc.json"
        written = {
            "Name": "LAB-PACS", "StorageDirectory": str(self.folder / "db"), "IndexDirectory": str(self.folder / "db"),
            "HttpPort": self.http, "DicomPort": self.dicom, "DicomAet": "LABPACS", "RemoteAccessAllowed": True,
            "AuthenticationEnabled": True, "RegisteredUsers": {LOGIN[0]: LOGIN[1]}, "DicomCheckCalledAet": True,
            "DicomTlsCertificate": str(self.cert), "DicomTlsPrivateKey": str(self.key),
            "DicomTlsTrustedCertificates": str(self.cert), "DicomTlsRemoteCertificateRequired": False,
            "DicomModalities": {"ct1": ["CT1", "127.0.0.1", 11112], "us": ["US7", "127.0.0.2", 11113]}, "Plugins": [],
            "LuaScripts": [str(self.folder / "own.lua")],
            "StableAge": 86_400,
        } | settings  # fmt: skip
        self.config.write_text(json.dumps(written), encoding="utf-8")
        for one in (self.folder, *self.folder.iterdir()):
            shutil.chown(one, "nobody")
        inside = ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "_"]
        self.server = Server(
            [*inside, *as_user("nobody"), program("Orthanc"), str(self.config)], self.folder / "log"
        )
        # until then a forward would lead to itself
        self.server.wait_for(self._is_apart)
        self.forwards = [self._forward(port) for port in (self.http, self.dicom)]

    def _is_apart(self) -> bool:
        own, here = (Path(f"/proc/{one}/ns/net").readlink() for one in (self.server.process.pid, "self"))
        return own != here

    def _forward(self, port: int) -> Server:
        words = [
            "socat", f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr",
            f"EXEC:nsenter -t {self.server.process.pid} -n socat - TCP\\:127.0.0.1\\:{port}",
        ]  # fmt: skip
        return Server(words, self.folder / f"forward-{port}")

    def wait(self) -> Pacs:
        """Until it answers."""
        self.server.wait_for(lambda: self.get("/system").json())
        self.forwards[1].wait_for(lambda: is_open(self.dicom))
        return self

    def get(self, path: str) -> httpx.Response:
        """An answer to the login."""
        return httpx.get(f"http://127.0.0.1:{self.http}{path}", auth=LOGIN, timeout=60).raise_for_status()

    def state(self) -> str:
        """Everything that a write would change."""
        return "".join(self.get(one).text for one in ("/statistics", "/changes", "/modalities?expand"))

    def store(self, data: bytes) -> None:
        """Stores a study."""
        url = f"http://127.0.0.1:{self.http}/instances"
        httpx.post(url, content=data, auth=LOGIN, timeout=60).raise_for_status()

    def stop(self) -> None:
        """Ends all of it, at once."""
        for one in (self.server, *self.forwards):
            one.stop(signal.SIGKILL)
        shutil.rmtree(self.folder)


@contextmanager
def running(script: str = "", **settings: Any) -> Iterator[Pacs]:
    """An Orthanc with these settings besides the usual ones."""
    pacs = Pacs(script, **settings)
    try:
        yield pacs.wait()
    finally:
        pacs.stop()


def study() -> bytes:
    """A small DICOM file of a patient who does not exist."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one = Dataset()
    one.file_meta = meta
    one.SpecificCharacterSet = "GB18030"
    one.PatientName, one.PatientID = PATIENT, PATIENT_ID
    one.StudyDescription, one.Modality = "STUDY-CANARY-77", "OT"
    one.StudyInstanceUID, one.SeriesInstanceUID = generate_uid(), generate_uid()
    one.SOPClassUID, one.SOPInstanceUID = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID
    out = io.BytesIO()
    one.save_as(out, enforce_file_format=True)
    return out.getvalue()


def tls_front(
    port: int, cert: Path, key: Path, lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
) -> contextlib.AbstractContextManager[int]:
    """A TLS end in front of a plain service, as a reverse proxy is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if lowest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = lowest

    def serve(client: socket.socket, _is_over: threading.Event) -> None:
        with (
            context.wrap_socket(client, server_side=True) as secured,
            socket.create_connection(("127.0.0.1", port), 60) as real,
        ):
            while True:
                for source, sink in ((secured, real), (real, secured)):
                    source.settimeout(0.02)
                    try:
                        data = source.recv(65536)
                    except TimeoutError:
                        continue
                    if not data:
                        return
                    sink.settimeout(60)
                    sink.sendall(data)

    return _listening(serve)
