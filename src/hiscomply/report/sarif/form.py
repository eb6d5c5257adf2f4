"""Results as forms with blanks: the object model is asked once per shape, not once per finding.

A ``Result`` is built with blanks where findings differ, turned into JSON, and kept as a template:

    form = compile_form(Result(message=Message(text=blank("text"))))
    form % {"text": quote("any text")}      # -> {"message": {"text": "any text"}, ...}
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from secrets import token_hex
from typing import Any, Final

from sarif_om import Result

from hiscomply.report.sarif.plain import to_plain

# Unguessable, so that no text of a policy or of evidence can pose as a blank; it never reaches a file.
_MARK: Final = f"blank-{token_hex(16)}-"
_BLANK: Final = re.compile(f'"{_MARK}([a-z_]+)"')

quote = encode_basestring
"""A text as JSON, in C; control characters are escaped, all else stays readable."""


def blank(name: str) -> Any:
    """A place in a form, to be filled with JSON under this name."""
    return _MARK + name


def compile_form(result: Result) -> str:
    """The result's JSON as a ``%`` template over its blanks."""
    return _BLANK.sub(r"%(\1)s", to_json(result).replace("%", "%%"))


def to_json(item: Any) -> str:
    """An object of the model on one line."""
    return json.dumps(to_plain(item), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
