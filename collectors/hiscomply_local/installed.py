"""Lists of installed packages in stretches: what the hosts of a fleet have alike is read once, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice, pairwise

from hiscomply.units import Stretch

_EVERY, _MOST = 16, 64
"""Entries of a stretch: so many on average, and at most."""
_KEPT, _LONGEST_KEPT = 512, 16_000
"""So many stretches are remembered, of so many characters at most; Debian's take 1,800."""


@dataclass(slots=True)  # not frozen: a host has thousands, and each of them is made three times as fast
class Package:
    """One installed package; ``installed_at`` is known for rpm only, an empty ``source_version`` is not known."""

    name: str
    version: str
    arch: str
    source_name: str
    line: int
    installed_at: datetime | None = None
    source_version: str = ""


Parse = Callable[[str], tuple[list[Package], list[int]]]
"""Packages of a text, and the numbers of its lines that cannot be read."""


class Part:
    """What one stretch of a list says, with lines of its own from 1.

    Attributes:
        names: of the packages, as the list has them.
        line_feeds: how many lines further the stretch ends.
    """

    def __init__(self, packages: Sequence[Package], bad: Sequence[int], line_feeds: int) -> None:
        self.packages, self.bad, self.line_feeds = packages, bad, line_feeds
        self.names = tuple(one.name for one in packages)
        self._own = _said(packages, self.names)
        self._last = self.names, self._own

    def named(self, names: tuple[str, ...]) -> Stretch:
        """What it says of packages under these names; one and the same for its own, and for those asked for last."""
        if names == self.names:
            return self._own
        last = self._last
        if last[0] != names:
            last = self._last = names, _said(self.packages, names)
        return last[1]


@dataclass(frozen=True, slots=True)
class Installed:
    """A whole list: its parts, each with what is to be added to its lines."""

    parts: Sequence[tuple[int, Part]]

    @property
    def bad(self) -> list[int]:
        """The numbers of the lines that cannot be read."""
        return [added + line for added, part in self.parts for line in part.bad]

    @property
    def packages(self) -> list[Package]:
        """All packages."""
        return [
            Package(
                one.name,
                one.version,
                one.arch,
                one.source_name,
                added + one.line,
                one.installed_at,
                one.source_version,
            )
            for added, part in self.parts
            for one in part.packages
        ]

    def stretches(self) -> Iterator[tuple[int, Stretch]]:
        """What the parts say, with their first lines; where several packages have one name, under names of their own."""
        own = [part.names for _, part in self.parts]
        is_unique = len(set().union(*own)) == sum(map(len, own))
        names = iter(() if is_unique else [name for name, _ in unique_names(self.packages)])
        for added, part in self.parts:
            if part.names:
                new = part.names if is_unique else tuple(islice(names, len(part.names)))
                yield added + 1, part.named(new)


def installed(text: str, parse: Parse, separator: str) -> Installed:
    """What a list says.

    Args:
        separator: stands between two entries, each of which can be read without the others.
    """
    parts, added = [], 0
    for stretch in _stretches(text, separator):
        part = (_kept if len(stretch) <= _LONGEST_KEPT else _read)(parse, stretch)
        parts.append((added, part))
        added += part.line_feeds + separator.count("\n")
    return Installed(parts)


def _stretches(text: str, separator: str) -> Iterator[str]:
    """The text in pieces that end where an entry says so by its length: one entry more or less changes one piece."""
    entries = text.split(separator)
    ends = [number for number, entry in enumerate(entries, 1) if not len(entry) % _EVERY]
    for start, end in pairwise([0, *ends, len(entries)]):
        for at in range(start, end, _MOST):
            yield separator.join(entries[at : min(at + _MOST, end)])


def _read(parse: Parse, text: str) -> Part:
    packages, bad = parse(text)
    return Part(packages, bad, text.count("\n"))


_kept = lru_cache(_KEPT)(_read)


def _said(packages: Sequence[Package], names: Sequence[str]) -> Stretch:
    fields = [known_fields(name, one) for name, one in zip(names, packages, strict=True)]
    return Stretch(fields, [one.line - 1 for one in packages])


def known_fields(name: str, package: Package) -> dict[str, object]:
    """What is known of a package, but for its host."""
    fields: dict[str, object] = {"name": name, "version": package.version}
    if package.arch:
        fields["arch"] = package.arch
    if package.source_name:
        fields["source_name"] = package.source_name
    if package.source_version:
        fields["source_version"] = package.source_version
    return fields


def unique_names(packages: list[Package]) -> list[tuple[str, Package]]:
    """A name for each package that no other has, in order of lines.

    The natural key of a package is its name. Where one is installed several times (two architectures,
    several kernels) the last one keeps the bare name and the others are called by name:arch, or by
    name-version when even that is taken.
    """
    taken: dict[str, Package] = {}
    for package in reversed(_by_time(packages)):
        name = package.name
        if name in taken:
            name = next(other for other in _other_names(package) if other not in taken)
        taken[name] = package
    return sorted(taken.items(), key=lambda item: item[1].line)


def _other_names(package: Package) -> Iterator[str]:
    yield f"{package.name}:{package.arch}"
    full = f"{package.name}-{package.version}"
    yield from (full, f"{full}:{package.arch}", f"{full}:{package.arch}#{package.line}")


def _by_time(packages: list[Package]) -> list[Package]:
    if not any(package.installed_at for package in packages):
        return packages
    start = datetime.fromtimestamp(0, UTC)
    return sorted(packages, key=lambda package: package.installed_at or start)
