"""XML by expat, with positions. A document type or an entity of its own is refused: nothing is fetched or expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from xml.parsers import expat

from hiscomply.hookspecs import FormatError, Setting
from hiscomply.model import Text
from hiscomply_files.formats.tree import MAX_DEPTH, MAX_KEY_LENGTH, MAX_SETTINGS, too_deep, too_many

ENTITIES = Text(zh="含有 DOCTYPE 中的实体声明,拒绝读取", en="declares entities in its DOCTYPE, refused")
DOTNET = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+<(?:\?xml\b|!--|configuration\b|connectionStrings\b|appSettings\b)"
)
LONG_KEY = Text(zh=f"键路径超过 {MAX_KEY_LENGTH} 个字符", en=f"a key path is longer than {MAX_KEY_LENGTH}")


class Xml:
    """Elements and attributes of any XML file."""

    name: ClassVar[str] = "xml"

    def recognises(self, path: str, head: bytes) -> bool:
        """True for ``.xml``, ``.xconf``, and ``Web.config`` and its like of .NET."""
        lower = path.lower()
        return lower.endswith((".xml", ".xconf")) or (
            lower.endswith(".config") and DOTNET.match(head) is not None
        )

    def parse(self, text: str) -> Iterator[Setting]:
        """``Server.Service.Connector[1].@port``: names without prefix, an index from the second of a name on.

        The first of several elements of one name has no index; attributes have ``@``; text is stripped.

        Raises:
            FormatError: not well formed, entities declared, or nested too deep.
        """
        yield from _Reader().read(text)


@dataclass(slots=True)
class _Element:
    key: str
    line: int
    column: int
    text: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    is_leaf: bool = True


class _Reader:
    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8")  # decoded already, whatever its declaration says
        self._open: list[_Element] = [_Element("", 1, 1)]
        self._settings: list[Setting] = []
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._refuse
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True

    def read(self, text: str) -> list[Setting]:
        """All settings of a document."""
        try:
            self._parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            reason = str(error).partition(":")[0]
            raise FormatError(
                Text(zh=f"XML 语法错误({reason})", en=f"bad XML: {reason}"), error.lineno, error.offset + 1
            ) from None
        return self._settings

    def _place(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _start(self, name: str, attributes: list[str]) -> None:
        line, column = self._place()
        if len(self._open) > MAX_DEPTH:
            raise too_deep(line, column)
        if len(self._settings) > MAX_SETTINGS:
            raise too_many(line, column)
        parent, local = self._open[-1], name.rpartition(":")[2]
        parent.is_leaf = False
        number = parent.counts.get(local, 0)
        parent.counts[local] = number + 1
        key = f"{parent.key}.{local}".lstrip(".") + (f"[{number}]" if number else "")
        if len(key) > MAX_KEY_LENGTH:
            raise FormatError(LONG_KEY, line, column)
        self._open.append(_Element(key, line, column))
        for attribute, value in zip(attributes[::2], attributes[1::2], strict=True):
            self._settings.append(Setting(f"{key}.@{attribute.rpartition(':')[2]}", value, line, column))

    def _characters(self, text: str) -> None:
        self._open[-1].text.append(text)

    def _end(self, name: str) -> None:
        element = self._open.pop()
        text = "".join(element.text).strip()
        if text or element.is_leaf:
            self._settings.append(Setting(element.key, text or None, element.line, element.column))

    def _refuse(self, *declaration: object) -> None:
        raise FormatError(ENTITIES, *self._place())
