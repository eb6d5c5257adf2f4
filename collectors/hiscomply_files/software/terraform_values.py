"""What variables and locals of a Terraform module stand for, where that is written out.

Source: Terraform language, input variables (order of precedence), local values, modules. Values given on the command line
or in the environment are not in the tree: what the files say is taken to hold, as it is for Compose's ``.env``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from hiscomply.configurations import ReadFile
from hiscomply_files.software.parts import Part, Placed, documents

ENDINGS = (".tfvars", ".tfvars.json")
MAX_CHAIN = 20
MAX_LENGTH = 4096
MAX_LEAVES = 10_000
"""How many values may refer to each other in a row; what references may add, in characters of one value and in values."""
_REFERENCE = re.compile(r"\$\{\s*(?P<kind>var|local)\.(?P<name>[\w-]+)(?P<rest>(?:\.[\w-]+)*)\s*\}")
_EMPTY = re.compile(r"\$\{\s*toset\(\s*\[\s*\]\s*\)\s*\}|\[\]|\{\}")


def is_values(path: str) -> bool:
    """Whether a file gives values to variables."""
    return path.lower().endswith(ENDINGS)


def _rank(path: str) -> tuple[int, str] | None:
    """In the order in which Terraform loads them by itself, the later winning; None for one that has to be named."""
    name = posixpath.basename(path)
    if name in {"terraform.tfvars", "terraform.tfvars.json"}:
        return (0, name)
    return (1, name) if name.endswith((".auto.tfvars", ".auto.tfvars.json")) else None


@dataclass(frozen=True, slots=True)
class Call:
    """A ``module`` block that takes a folder of the tree.

    Attributes:
        is_certain: False if it is not known whether, or for what, the module is made.
        values: what it hands over, with the caller's own values filled in.
    """

    values: Part
    is_certain: bool


@dataclass(slots=True)
class Module:
    """The values of one folder.

    Args:
        parts: the documents of its files.
        given: of each file of values that it loads by itself, what it says; the later wins.
        elsewhere: the same of those that have to be named, and may win over all.
        calls: by what other modules it is taken; empty for one that is applied itself.
    """

    parts: Sequence[Part]
    given: Sequence[Part] = ()
    elsewhere: Sequence[Part] = ()
    calls: Sequence[Call] = ()
    is_known: bool = True
    leaves: int = 0
    chain: int = 0
    _found: dict[tuple[str, str], Part | None] = field(default_factory=dict)

    @property
    def is_made(self) -> bool:
        """Whether it is known that it is made."""
        return all(call.is_certain for call in self.calls)

    def resolved(self, part: Part) -> Part:
        """The same, with the values of variables and locals where these are written out."""
        if part.leaf is not None and part.leaf.value is not None and "${" in part.leaf.value:
            return self._reference(part.leaf)
        if not part.below:
            return part
        return Part(part.leaf, {name: self.resolved(one) for name, one in part.below.items()})

    def _reference(self, leaf: Placed) -> Part:
        assert leaf.value is not None
        whole = _REFERENCE.fullmatch(leaf.value)
        if whole is not None:
            found = self._value(whole)
            return Part(leaf) if found is None else found
        text = _REFERENCE.sub(self._text, leaf.value)
        return Part(replace(leaf, value=text) if len(text) <= MAX_LENGTH else leaf)

    def _text(self, match: re.Match[str]) -> str:
        found = self._value(match)
        if found is None or found.below or found.leaf is None or found.leaf.value is None:
            return match[0]
        return found.leaf.value

    def _value(self, match: re.Match[str]) -> Part | None:
        """What a reference stands for; None if that is not written out."""
        root = self._root(match["kind"], match["name"])
        found = root.at(*match["rest"].split(".")[1:]) if root is not None else None
        if found is None:
            return None
        leaves = [*islice(found.leaves(), MAX_LEAVES + 1)]
        self.leaves += len(leaves)
        is_open = any("${" in (leaf.value or "") for leaf in leaves)
        return None if is_open or self.leaves > MAX_LEAVES else found

    def _root(self, kind: str, name: str) -> Part | None:
        key = (kind, name)
        if key not in self._found:
            if self.chain > MAX_CHAIN:
                return None
            self.chain += 1
            self._found[key] = None  # a value that refers to itself is none
            part = self._variable(name) if kind == "var" else self._local(name)
            is_scalar = part is not None and part.leaf is not None and not part.below
            self._found[key] = self.resolved(part) if part is not None and is_scalar else part
            self.chain -= 1
        return self._found[key]

    def _local(self, name: str) -> Part | None:
        bodies = [one for part in self.parts for one in blocks(part.at("locals"))]
        return _only([body.below[name] for body in bodies if name in body.below])

    def _variable(self, name: str) -> Part | None:
        declared = _only([one for part in self.parts if (one := part.at("variable", name)) is not None])
        if declared is None or not self.is_known or any(name in one.below for one in self.elsewhere):
            return None
        default = declared.at("default")
        if self.calls:
            values = [call.values.at(name) or default for call in self.calls]
            return values[0] if len({_shown(one) for one in values}) == 1 else None
        given = [one.below[name] for one in self.given if name in one.below]
        return given[-1] if given else default


def blocks(part: Part | None) -> list[Part]:
    """The bodies of a block that may stand several times; in JSON also without a list."""
    if part is None:
        return []
    listed = [one for name, one in part.below.items() if name[0] == "["]
    return listed or [part]


def instances(resource: Part) -> str:
    """How many objects a block makes by its ``count`` or ``for_each``: ``none``, ``some``, or ``unknown``."""
    for name in ("count", "for_each"):
        part = resource.at(name)
        if part is None or (not part.below and (part.leaf is None or part.leaf.value is None)):
            continue
        text = part.leaf.value if part.leaf is not None and not part.below else None
        if text is None:
            return "some"
        if _EMPTY.fullmatch(text) or (name == "count" and text == "0"):
            return "none"
        return "some" if name == "count" and text.isdecimal() else "unknown"
    return "some"


def values_of(
    folder: str, files: Mapping[str, ReadFile], lost: Iterable[str]
) -> tuple[list[Part], list[Part], bool]:
    """Of a folder: the files of values it loads by itself, in order; those that must be named; and whether all were read."""
    given: list[tuple[tuple[int, str], Part]] = []
    named: list[Part] = []
    for path, file in files.items():
        if not is_values(path) or not _is_below(path, folder):
            continue
        part = next(documents(file), Part())
        rank = _rank(path)
        if rank is None:
            named.append(part)
        elif posixpath.dirname(path) == folder:
            given.append((rank, part))
    is_known = not any(is_values(path) and _is_below(path, folder) for path in lost)
    return [part for _, part in sorted(given, key=lambda one: one[0])], named, is_known


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _only(found: Sequence[Part]) -> Part | None:
    return found[0] if len(found) == 1 else None


def _shown(part: Part | None) -> tuple[tuple[str, str | None], ...]:
    if part is None:
        return ()
    return tuple((leaf.key.rpartition(".")[2], leaf.value) for leaf in islice(part.leaves(), MAX_LEAVES + 1))
