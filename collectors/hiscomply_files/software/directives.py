"""The blocks and directives of a file, put together again from its settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hiscomply.configurations import Origin, ReadFile, Value
from hiscomply.model import Text
from hiscomply_files.formats.blocks import words


@dataclass(slots=True, eq=False)
class Directive:
    """A directive, or a block with what stands in it.

    Attributes:
        key: its key in its own file (``http[0].server[1]``).
        inner: None for a directive.
        missing: why something of the block was not read (an include outside of the tree).
    """

    name: str
    value: str | None
    file: str
    line: int | None = None
    column: int | None = None
    key: str = ""
    section: str | None = None
    inner: list[Directive] | None = None
    missing: list[Text] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The value's words."""
        return words(self.value)

    def all(self, *names: str) -> list[Directive]:
        """Those directly inside that have one of these names, in order."""
        return [one for one in self.inner or () if one.name in names]

    def last(self, name: str) -> Directive | None:
        """The last directly inside of this name."""
        return next((one for one in reversed(self.inner or ()) if one.name == name), None)

    def nested(self, *without: str) -> Iterator[Directive]:
        """All blocks in it at any depth, but for those of these names and what stands in them."""
        for one in self.inner or ():
            if one.inner is not None and one.name not in without:
                yield one
                yield from one.nested(*without)

    def blocks(self, *names: str) -> Iterator[Directive]:
        """All blocks of these names at any depth, in order."""
        for one in self.inner or ():
            if one.inner is not None:
                if one.name in names:
                    yield one
                yield from one.blocks(*names)

    def with_inner(self, inner: list[Directive]) -> Directive:
        """The same block with something else in it."""
        return replace(self, inner=inner, missing=list(self.missing))

    def stating(
        self,
        key: str,
        value: str | None,
        *,
        origin: Origin = "written",
        section: str | None = None,
        is_certain: bool = True,
    ) -> Value:
        """A value that follows from this directive, at its place."""
        return Value(key, value, self.file, self.line, self.column, origin, section, is_certain)


def tree(file: ReadFile) -> list[Directive]:
    """The directives of a file in order, each block with its own."""
    top = Directive("", None, file.path, inner=[])
    blocks = {"": top}
    for setting in file.settings:
        outer, name = _outer(setting.key, blocks)
        one = Directive(
            name, setting.value, file.path, setting.line, setting.column, setting.key, setting.section
        )
        if name.endswith("]") and "[" in name:
            one.name, one.inner = name.rpartition("[")[0], []
            blocks[setting.key] = one
        assert outer.inner is not None
        outer.inner.append(one)
    return top.inner or []


def _outer(key: str, blocks: dict[str, Directive]) -> tuple[Directive, str]:
    """The block that a key stands in, and what is left of the key; names may hold dots themselves."""
    at = key.rfind("].")
    while at >= 0:
        block = blocks.get(key[: at + 1])
        if block is not None:
            return block, key[at + 2 :]
        at = key.rfind("].", 0, at)
    return blocks[""], key
