"""Reads a report the way a browser would, as far as tests need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img", "rect", "path", "circle", "use"}


@dataclass
class Page(HTMLParser):
    """Elements with their attributes, texts by the id that they stand in, and whether tags are balanced."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    chunks: dict[str, list[str]] = field(default_factory=dict)
    inline: dict[str, list[str]] = field(default_factory=lambda: {"script": [], "style": []})
    crossed: list[str] = field(default_factory=list)
    stack: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @classmethod
    def read(cls, html: str) -> Page:
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag not in VOID:
            self.stack.append((tag, found.get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1][0] != tag:
            self.crossed.append(f"</{tag}> inside <{self.stack[-1][0] if self.stack else ''}>")
            return
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1][0] in self.inline:
            self.inline[self.stack[-1][0]].append(data)
            return
        for _, name in self.stack:
            if name:
                self.chunks.setdefault(name, []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @cached_property
    def texts(self) -> dict[str, str]:
        return {name: "".join(parts) for name, parts in self.chunks.items()}

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.elements if "id" in attrs]
