"""Libraries that only some collectors need, imported when they are, with a word on how to get them."""

from __future__ import annotations

import importlib
from typing import Any

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text


def need(module: str, extra: str) -> Any:
    """The module.

    Raises:
        CollectFailed: it is not installed; names the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise CollectFailed(
            Text(
                f"缺少 Python 包 {module};请安装 hiscomply[{extra}]",
                f"the Python package {module} is missing; install hiscomply[{extra}]",
            )
        ) from None
