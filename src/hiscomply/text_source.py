"""Text files that people wrote, or an error that says why one cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hiscomply.errors import ConfigError, HiscomplyError, Place

ErrorType = Callable[..., HiscomplyError]

MAX_BYTES = 16 * 1024 * 1024


def read_text(file: Path, name: str, error_type: ErrorType = ConfigError) -> str:
    """The file's text, or an error that says why it cannot be read."""
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            raise error_type(
                "not a plain file (a device, pipe or socket) / 不是普通文件",
                place=Place(name),
                hint="name a file / 请指定普通文件",
            )
        if file.stat().st_size > MAX_BYTES:
            raise error_type(
                f"the file is larger than {MAX_BYTES // 1024 // 1024} MB / 文件过大",
                place=Place(name),
                hint="is this the right file? / 请确认文件是否正确",
            )
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise error_type(
            f"not UTF-8 text (byte {error.start}) / 不是 UTF-8 文本",
            place=Place(name),
            hint="save it as UTF-8 / 请另存为 UTF-8 编码",
        ) from error
    except OSError as error:
        raise error_type(
            f"cannot be read: {error.strerror or error} / 无法读取",
            place=Place(name),
            hint="check the path and its permissions / 请检查路径与权限",
        ) from error
