"""Detached signatures, checked offline by ``ssh-keygen -Y verify``."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO

from hiscomply.hookspecs import CollectTimedOut
from hiscomply.model import Text
from hiscomply_documents.folder import Unusable

NAMESPACE = "hiscomply"
_PATH = "/usr/local/bin:/usr/bin:/bin"


class Unverified(Exception):
    """Nothing can be said of the signature: neither that it holds, nor that it does not."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


def verify(
    stream: BinaryIO, signature: BinaryIO, signer: str, allowed: Path | None, timeout_s: float
) -> None:
    """Returns if the signer, by a key that is allowed to him today, signed just this content.

    Raises:
        Unusable: the content is not what was signed.
        Unverified: no program, no list of signers, or the signer or key is not on it.
        CollectTimedOut: the program does not end.
    """
    if allowed is None or not allowed.is_file():
        raise Unverified(
            "没有 allowed_signers 文件,签名无法核验", "there is no file allowed_signers to verify it with"
        )
    program = shutil.which("ssh-keygen", path=_PATH)
    if program is None:
        raise Unverified(
            "本机没有 ssh-keygen,签名无法核验", "ssh-keygen is not installed, so it cannot be verified"
        )
    stream.seek(0)
    process = subprocess.Popen(  # noqa: S603 - fixed program; the signer is one argument, not split
        [program, "-Y", "verify", "-f", str(allowed), "-I", signer, "-n", NAMESPACE,
         "-s", f"/dev/fd/{signature.fileno()}"],
        stdin=stream,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"LC_ALL": "C", "PATH": _PATH},
        cwd="/",
        pass_fds=(signature.fileno(),),
        start_new_session=True,
    )  # fmt: skip
    try:
        _, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise CollectTimedOut(
            Text(f"核验签名超过 {timeout_s:g} 秒", f"the signature was not verified within {timeout_s:g} s")
        ) from None
    if process.returncode == 0:
        return
    if b"incorrect signature" in errors:
        raise Unusable(
            "签名与文件内容不符:签字后文件被改动",
            "the signature does not fit: the file was changed after it was signed",
        )
    raise Unverified(
        f"签名无法核验:{signer} 或其密钥不在 allowed_signers 中、已过期,或签名损坏",
        f"the signature cannot be verified: {signer} or the key is not in allowed_signers or expired, or it is damaged",
    )
