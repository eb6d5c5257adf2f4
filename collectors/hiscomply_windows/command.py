"""What is said to a host: the command that SSH starts, and the words for its standard input."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

COMMAND: Final = "powershell -NoProfile -NonInteractive -Command -"


def typed(script: str, asset_id: str, kinds: Sequence[str]) -> bytes:
    """What goes into PowerShell's standard input: one line, since ``-Command -`` reads line by line.

    Neither the asset nor the kinds can hold a quote: the schema of the options sees to that.
    """
    packed = base64.b64encode(script.encode("utf-8")).decode("ascii")
    block = f"[ScriptBlock]::Create([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{packed}')))"
    return f"& ({block}) -AssetId '{asset_id}' -Kinds '{','.join(kinds)}'\r\nexit\r\n".encode("ascii")
