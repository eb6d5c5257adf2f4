"""Which files nginx reads together: the includes of a main file put in their place."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from hiscomply.configurations import ReadFile
from hiscomply.model import Text
from hiscomply_files.software.directives import Directive, tree
from hiscomply_files.software.effective import NO_OTHERS, Included, Others, resolve

MAX_DEPTH = 16
MAX_DIRECTIVES = 100_000
PREFIXES = ("/etc/nginx/", "/usr/local/nginx/conf/", "/usr/local/openresty/nginx/conf/")
"""Where the folder of nginx.conf is on the machine: Debian, RHEL and the images; built from source."""
DATA = frozenset(
    {"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "koi-utf", "koi-win"}
    | {"win-utf"}
)
"""Files that nginx ships: types, character sets and parameters only, so that nothing judged can stand in them."""
MODULES = ("modules-enabled/*.conf", "/usr/share/nginx/modules/*.conf")
"""These hold nothing but load_module."""


@dataclass(slots=True)
class Tree:
    """The wanted files, each parsed into blocks when it is first met."""

    files: Mapping[str, ReadFile]
    unread: Mapping[str, Text]
    others: Others = NO_OTHERS
    included: set[str] = field(default_factory=set)
    _trees: dict[str, list[Directive]] = field(default_factory=dict)
    _found: dict[tuple[str, str], Included] = field(default_factory=dict)
    _count: int = 0

    def top(self, path: str) -> list[Directive]:
        """The directives at the top of a file."""
        if path not in self._trees:
            self._trees[path] = tree(self.files[path])
        return self._trees[path]

    def whole(self, root: str) -> Directive:
        """The main file as one block with all that it includes."""
        self._count = 0
        block = Directive("", None, root, inner=[])
        self._fill(block, self.top(root), root, (root,))
        return block

    def _fill(self, block: Directive, inner: list[Directive], root: str, chain: tuple[str, ...]) -> None:
        assert block.inner is not None
        for one in inner:
            self._count += 1
            if self._count > MAX_DIRECTIVES:
                block.missing.append(Text("引用展开后过大", "its includes expand without bound"))
                return
            if one.name == "include" and one.inner is None:
                self._include(block, one, root, chain)
            elif one.inner is not None:
                copy = one.with_inner([])
                self._fill(copy, one.inner, root, chain)
                block.inner.append(copy)
            else:
                block.inner.append(one)

    def _include(self, block: Directive, one: Directive, root: str, chain: tuple[str, ...]) -> None:
        pattern = one.value or ""
        found = self._found.get((pattern, root)) or self._resolve(pattern, root)
        self._found[pattern, root] = found
        if found.missing is not None and not _is_harmless(pattern):
            block.missing.append(found.missing)
        for path in found.files:
            self.included.add(path)
            if path in chain or len(chain) > MAX_DEPTH:
                block.missing.append(Text(f"{path} 循环引用", f"{path} includes itself"))
            else:
                self._fill(block, self.top(path), root, (*chain, path))

    def _resolve(self, pattern: str, root: str) -> Included:
        found = resolve(pattern, root, self.files, self.unread, others=self.others)
        if found.files or found.missing is None or found.is_there:
            return found
        prefix = next((one for one in PREFIXES if pattern.startswith(one)), None)
        if prefix is not None:
            found = resolve(pattern[len(prefix) :], root, self.files, self.unread, others=self.others)
        is_inside = prefix is not None or not pattern.startswith(("/", "../"))
        home = posixpath.dirname(root)
        below = posixpath.dirname(posixpath.join(home, pattern[len(prefix or "") :]))
        lost = any(posixpath.dirname(path) in (home, below) for path in self.unread)
        if not found.files and not found.is_there and is_inside and _is_pattern(pattern) and not lost:
            # The folder of the main file is in the tree: what matches nothing there is empty.
            return Included(())
        return found


def _is_pattern(text: str) -> bool:
    return any(mark in text for mark in "*?[")


def _is_harmless(pattern: str) -> bool:
    return posixpath.basename(pattern) in DATA or pattern.endswith(MODULES)
