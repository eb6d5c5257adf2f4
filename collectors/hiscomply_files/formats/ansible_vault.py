"""What Ansible Vault leaves of a file: its first line, and nothing of what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from hiscomply.hookspecs import Setting
from hiscomply_files.names import posix

ENCRYPTED = "ansible_vault"
"""The key of the only setting of a file that is encrypted as a whole."""
MAGIC = "$ANSIBLE_VAULT;"
PASSWORD_NAME = re.compile(
    r"\.?(?:ansible[._-]?)?vault[._-]?(?:pass(?:word|wd|phrase)?|key)(?:[._-]?file)?(?:\.txt)?", re.I
)
SCRIPT = "script"


def encrypted(text: str) -> Setting | None:
    """The setting that says so of a file that is encrypted as a whole; None for any other."""
    start = text.lstrip("\n")
    if not start.startswith(MAGIC):
        return None
    return Setting(
        ENCRYPTED, start.partition("\n")[0].strip(), text.count("\n", 0, len(text) - len(start)) + 1, 1
    )


class AnsibleVaultPassword:
    """A file with the password of a vault, known by its name (``.vault_pass``); or the script that fetches it."""

    name: ClassVar[str] = "ansible_vault_password"

    def recognises(self, path: str, head: bytes) -> bool:
        """By its name."""
        return is_password_file(path)

    def parse(self, text: str) -> Iterator[Setting]:
        """``password``: the file's first line with anything in it; ``script``: what runs it. An encrypted one has neither."""
        whole = encrypted(text)
        if whole is not None:
            yield whole
            return
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                is_script = line.startswith("#!")
                yield Setting(SCRIPT if is_script else "password", line.strip(), number, 1)
                return


def is_password_file(path: str) -> bool:
    """True for a path whose last part is a usual name of a file with the password of a vault."""
    return PASSWORD_NAME.fullmatch(posix(path).name) is not None
