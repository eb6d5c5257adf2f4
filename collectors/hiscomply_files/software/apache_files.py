"""Which files Apache httpd reads together, and which of its ``<IfModule>`` and ``<IfDefine>`` hold."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hiscomply.configurations import ReadFile
from hiscomply.model import Text
from hiscomply_files.software.directives import Directive, tree
from hiscomply_files.software.effective import NO_OTHERS, Included, Others, resolve

MAX_DEPTH = 20
MAX_DIRECTIVES = 100_000
BUILT_IN = frozenset(
    {"core", "http", "http_core", "so", "log_config", "logio", "version", "unixd", "watchdog"}
)
"""Modules that need no LoadModule in the packages of Debian; httpd -l."""
OPTIONAL_FOLDERS = frozenset({"sites-enabled", "vhosts.d", "vhosts", "sites.d"})
"""Folders that may well be empty: nothing comes with the package in them."""
VARIABLE = re.compile(r"\$\{(\w{1,80})\}")


@dataclass(slots=True)
class Tree:
    """The wanted files, and what was learned of modules and definitions on the way."""

    files: Mapping[str, ReadFile]
    unread: Mapping[str, Text]
    others: Others = NO_OTHERS
    included: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    defined: dict[str, str] = field(default_factory=dict)
    _found: dict[tuple[str, str], Included] = field(default_factory=dict)
    _root: str = ""
    _count: int = 0

    def whole(self, root: str) -> Directive:
        """The main file as one block with all that it includes and all conditions decided."""
        self._root, self._count = root, 0
        self.modules, self.defined = set(), {}
        block = Directive("", None, root, inner=[])
        self._fill(block, tree(self.files[root]), (root,))
        return block

    def _fill(self, block: Directive, inner: list[Directive], chain: tuple[str, ...]) -> None:
        assert block.inner is not None
        for one in inner:
            self._count += 1
            if self._count > MAX_DIRECTIVES:
                block.missing.append(Text("引用展开后过大", "its includes expand without bound"))
                return
            known = self._filled_in(one)
            if one.inner is None:
                self._directive(block, known, chain)
            elif one.name in ("ifmodule", "ifdefine", "ifversion", "iffile", "ifdirective", "ifsection"):
                holds = self._holds(known)
                if holds is not False:
                    self._fill(block, one.inner, chain)
                if holds is None:
                    block.missing.append(_undecided(known))
            elif one.name == "macro":
                continue
            else:
                copy = known.with_inner([])
                self._fill(copy, one.inner, chain)
                block.inner.append(copy)

    def _directive(self, block: Directive, one: Directive, chain: tuple[str, ...]) -> None:
        assert block.inner is not None
        words = one.words
        if one.name in ("include", "includeoptional"):
            self._include(block, one.value or "", chain, is_optional=one.name == "includeoptional")
        elif one.name == "use":
            block.missing.append(Text(f"宏 {one.value} 未展开", f"the macro {one.value} is not expanded"))
        elif one.name == "loadmodule" and words:
            self.modules.add(words[0].removesuffix("_module"))
        elif one.name == "define" and words:
            self.defined[words[0]] = words[1] if len(words) > 1 else ""
        if one.name not in ("include", "includeoptional"):
            block.inner.append(one)

    def _filled_in(self, one: Directive) -> Directive:
        if not self.defined or one.value is None or "${" not in one.value:
            return one
        value = VARIABLE.sub(lambda match: self.defined.get(match[1], match[0]), one.value)
        return replace(one, value=value)

    def _holds(self, one: Directive) -> bool | None:
        """Whether a condition holds; None if that is not known from the files."""
        name = (one.value or "").strip()
        is_not, name = name.startswith("!"), name.lstrip("!").strip()
        if one.name == "ifmodule":
            module = name.removeprefix("mod_").removesuffix(".c").removesuffix("_module")
            found = True if module in BUILT_IN or module in self.modules else None
            if found is None and self.modules:
                found = False
        elif one.name == "ifdefine":
            found = True if name in self.defined else None
        elif one.name == "ifversion":
            found = True if re.fullmatch(r">?=?\s*2\.[24](\.0)?", name) else None
        else:
            found = None
        return found if found is None else found is not is_not

    def _include(self, block: Directive, pattern: str, chain: tuple[str, ...], *, is_optional: bool) -> None:
        found = self._found.get((pattern, self._root)) or self._resolve(pattern)
        self._found[pattern, self._root] = found
        if found.missing is not None and (found.is_there or not self._may_be_empty(pattern, is_optional)):
            block.missing.append(found.missing)
        for path in found.files:
            self.included.add(path)
            if path in chain or len(chain) > MAX_DEPTH:
                block.missing.append(Text(f"{path} 循环引用", f"{path} includes itself"))
            else:
                self._fill(block, tree(self.files[path]), (*chain, path))

    def _resolve(self, pattern: str) -> Included:
        """Relative patterns count from ServerRoot: the folder of the main file, or (RHEL) the one above it."""
        first = resolve(pattern, self._root, self.files, self.unread, others=self.others)
        for base in self._bases():
            for one in (pattern, f"{pattern.rstrip('/')}/*"):
                found = resolve(one, f"{base}/x".lstrip("/"), self.files, self.unread, others=self.others)
                if found.files or found.is_there:
                    return found
        return first

    def _bases(self) -> tuple[str, str]:
        folder = posixpath.dirname(self._root)
        return folder, posixpath.dirname(folder)

    def _may_be_empty(self, pattern: str, is_optional: bool) -> bool:
        """True for a pattern or an optional file in a folder of the tree, or in one that may well be empty."""
        is_pattern = any(mark in pattern for mark in "*?[")
        folder = posixpath.dirname(pattern)
        wanted = {posixpath.normpath(f"{base}/{folder}") for base in self._bases()}
        is_inside = any(posixpath.dirname(path) in wanted for path in (*self.files, *self.unread))
        is_optional_folder = posixpath.basename(folder) in OPTIONAL_FOLDERS
        return (is_pattern or is_optional) and bool(folder) and (is_optional_folder or is_inside)


def _undecided(one: Directive) -> Text:
    shown = f"<{one.name} {one.value}>"
    return Text(f"无法判断 {shown} 是否成立", f"whether {shown} holds is not known")
