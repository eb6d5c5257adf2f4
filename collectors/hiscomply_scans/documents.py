"""JSON documents as they should be, and reading them without trusting their shape. Pure."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Text


def load(data: bytes) -> Any:
    """The document.

    Raises:
        CollectFailed: no UTF-8, broken or cut off, nested too deeply, or with numbers that JSON does not have.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise CollectFailed(Text("不是 UTF-8 文本", "the text is not UTF-8")) from None
    except json.JSONDecodeError as error:
        raise CollectFailed(
            Text(
                f"JSON 在第 {error.lineno} 行损坏或被截断:{error.msg}",
                f"the JSON is broken or cut off at line {error.lineno}: {error.msg}",
            )
        ) from None
    except RecursionError:
        raise CollectFailed(Text("JSON 嵌套过深", "the JSON is nested too deeply")) from None
    except ValueError:
        raise CollectFailed(
            Text("JSON 中有无法表示的数", "the JSON holds a number that cannot be kept")
        ) from None


def _no_constant(_text: str) -> NoReturn:
    raise ValueError("no number")


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; empty for what is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def is_misshapen(value: Any) -> bool:
    """True for what is there and is no list of objects, so that ``objects`` would pass something over."""
    return value is not None and (not isinstance(value, list) or len(objects(value)) < len(value))


def text(value: Any) -> str:
    """The value if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""
