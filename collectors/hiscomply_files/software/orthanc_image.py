"""Orthanc in a container: what the variables of the images orthancteam/orthanc and osimis/orthanc set.

Source: the Orthanc Book, "Orthanc for Docker": a variable goes before the same key of a file. What none of them says is up
to the image and its files, and not known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from hiscomply.configurations import Configuration, Value
from hiscomply.model import Text
from hiscomply_files.software.image_reference import repository
from hiscomply_files.software.published import published

FOLDER = "/etc/orthanc"
JSON = "ORTHANC_JSON"
USERS = "ORTHANC__REGISTERED_USERS"
_IMAGE = re.compile(r"(?:.*/)?(?:orthancteam|osimis)/orthanc(?:-[\w-]+)?")
_VARIABLE = re.compile(r"ORTHANC__(?P<name>[A-Z0-9]+(?:_[A-Z0-9]+)*)")


def orthanc_configurations(
    file: str,
    name: str,
    line: int | None,
    values: Iterable[Value],
    missing: Sequence[Text],
    *,
    prefix: str,
    has_files: bool,
) -> Iterator[Configuration]:
    """The Orthanc of a container; none for another image, nor where no variable says anything and files are laid in.

    Args:
        values: of the container, its variables among them.
        prefix: what stands before the name of a variable in their keys.
        has_files: whether files are laid into its folder, which are judged by themselves where they are in the tree.
    """
    found = list(values)
    image = next((one for one in found if one.key == "image"), None)
    if image is None or not _IMAGE.fullmatch(repository(image.value or "")):
        return
    stated = {one.key.removeprefix(prefix): one for one in found if one.key.startswith(f"{prefix}ORTHANC_")}
    if not stated and has_files:
        return
    own = [*_values(stated), *_passwords(stated, image)]
    yield Configuration("orthanc", file, own, f"{name} (Orthanc)", line, missing=tuple(missing))


def _values(stated: dict[str, Value]) -> Iterator[Value]:
    known: dict[str, Value] = {}
    if JSON in stated:
        for key, one in _read(stated[JSON].value).items():
            if isinstance(one, (bool, int, str)):
                known[key] = replace(stated[JSON], key=key, value=_shown(one))
    for variable, value in stated.items():
        match = _VARIABLE.fullmatch(variable)
        if match and variable != USERS:
            key = "".join(word.capitalize() for word in match["name"].split("_"))
            known[key] = replace(value, key=key)
    yield from known.values()


def _passwords(stated: dict[str, Value], image: Value) -> Iterator[Value]:
    """``published_password`` of the users that a variable sets; not known without: the image has a user of its own."""
    variable = USERS if USERS in stated else JSON
    value = stated.get(variable, image)
    text = None if value is image else value.value
    if variable == JSON and "RegisteredUsers" not in _read(text):
        text = None
    found = None if text is None else published(variable, text, {}, image.value)
    yield replace(value, key="published_password", value=found)


def _read(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shown(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
