"""What several kinds of software share: includes, drop-ins, defaults, units."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Self

from hiscomply.configurations import Origin, ReadFile, Value
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import Setting
from hiscomply.model import Text
from hiscomply.patterns import late

MAIN_NOT_READ = Text("主文件不在检查范围内", "its main file was not read")
"""Why a fragment alone is not complete: what stands before and after it is not in the tree."""
MAX_REFUSED = 20
"""How many lines that a program refuses are told of one configuration: one would do."""
PATH_MAX = 4096
"""No system opens a longer path."""
_DURATION = late(r"(\d{1,12})\s*([a-zµ]*)")
_SIZE = late(r"(\d{1,15})\s*([kmgt]?)i?b?")
_ODD_PATH = late(r"^/(?:.*/)?(?:/|\.{1,2}(?:/|$))|^/.*\.sock/$")
_SECONDS = {
    "us": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_TRUE, _FALSE = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})


@dataclass(frozen=True, slots=True)
class Default:
    """What a program does where a key is absent.

    Attributes:
        value: None for a key that then has no value.
        source: the manual page and version that say so.
    """

    value: str | None
    source: str


def with_defaults(values: Iterable[Value], defaults: Mapping[str, Default], file: str) -> Iterator[Value]:
    """The values, then the defaults of the keys that none of them states for all cases.

    A value that holds for some cases only (``conditional``) leaves the default in force for the others.
    """
    stated = set()
    for value in values:
        if value.origin != "conditional":
            stated.add(value.key)
        yield value
    for key, default in defaults.items():
        if key not in stated:
            yield Value(key, default.value, file, origin="default")


def value_of(setting: Setting, file: str, *, origin: Origin = "written", is_certain: bool = True) -> Value:
    """A setting as it stands, as a value in effect."""
    return Value(
        setting.key,
        setting.value,
        file,
        setting.line,
        setting.column,
        origin,
        setting.section,
        is_certain,
    )


def lost(paths: Iterable[str], unread: Mapping[str, Text]) -> tuple[Text, ...]:
    """Which of the files could not be read, and why."""
    return tuple(
        Text(f"{path}:{unread[path].zh}", f"{path}: {unread[path].en}") for path in paths if path in unread
    )


@dataclass(frozen=True, slots=True)
class Included:
    """What an include directive names.

    Attributes:
        files: paths that were read, in order.
        missing: why the rest is not known; None if nothing is missing.
        is_there: whether what is missing is in the tree, and was not read as this software reads it.
    """

    files: tuple[str, ...]
    missing: Text | None = None
    is_there: bool = False


class Others:
    """The files of a tree that some software did not want, by their folders."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._folders: dict[str, list[str]] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            self._folders.setdefault(folder, []).append(name)

    def matching(self, pattern: str) -> list[str]:
        """Those that a pattern names, in order; as for a shell, a wildcard stands for no dot that a name begins with."""
        folder, _, name = pattern.rpartition("/")
        is_plain = not any(mark in folder for mark in "*?[")
        folders = [folder] if is_plain else [one for one in self._folders if _matches(one, folder)]
        return sorted(
            f"{one}/{other}" if one else other
            for one in folders
            for other in self._folders.get(one, ())
            if fnmatchcase(other, name) and (not other.startswith(".") or name.startswith("."))
        )


NO_OTHERS = Others(())


class Including:
    """Software that includes files by their names alone."""

    def __init__(self, others: Others = NO_OTHERS) -> None:
        self.others = others

    def among(self, others: Collection[str]) -> Self:
        """The same with the files of the tree that it did not want: an include may name them."""
        return type(self)(Others(others))


def resolve(
    pattern: str,
    base: str,
    files: Mapping[str, ReadFile],
    unread: Mapping[str, Text],
    *,
    roots: Collection[str] = (),
    others: Others = NO_OTHERS,
) -> Included:
    """The files of the tree that an include directive of the file ``base`` names.

    A relative pattern counts from the folder of ``base``. An absolute one (``/etc/ssh/sshd_config.d/*.conf``)
    counts from where a copy of the machine's root would stand in the tree: the longest of its folders that ends the
    folder of ``base``, or ``roots``. A program reads all that match: one of ``others`` among them is missing.

    Returns:
        In the order of names. A pattern with wildcards may match nothing where its folder is in the tree; a
        plain name that is not there, or a folder outside of the tree, is missing.
    """
    candidates = _candidates(pattern, base, roots) if len(pattern) <= PATH_MAX else ()
    for candidate in candidates:
        found = sorted(path for path in files if _matches(path, candidate))
        lost = sorted(path for path in unread if _matches(path, candidate))
        if lost:
            reason = unread[lost[0]]
            return Included(tuple(found), Text(f"{lost[0]}:{reason.zh}", f"{lost[0]}: {reason.en}"))
        passed = others.matching(candidate)
        if passed:
            return Included(tuple(found), _not_its_own(passed[0]), is_there=True)
        if found:
            return Included(tuple(found))
    shown = pattern if len(pattern) <= PATH_MAX else f"{pattern[:80]}…"
    return Included((), Text(f"引用的 {shown} 不在检查范围内", f"what it includes, {shown}, was not read"))


def _not_its_own(path: str) -> Text:
    return Text(
        f"{path}:也被引用,但未按此软件的格式读取",
        f"{path}: is included too, and was not read as a file of this software",
    )


def _candidates(pattern: str, base: str, roots: Collection[str]) -> Iterator[str]:
    folder = posixpath.dirname(base)
    if not pattern.startswith("/"):
        yield posixpath.normpath(posixpath.join(folder, pattern))
        return
    yield from (posixpath.normpath(f"{root}/{pattern}").lstrip("/") for root in roots)
    yield pattern
    parts = posixpath.dirname(pattern).strip("/").split("/")
    for length in range(len(parts), 0, -1):
        tail = "/".join(parts[:length])
        if folder == tail or folder.endswith(f"/{tail}"):
            root = folder[: len(folder) - len(tail)]
            if f"/{root}".endswith("/usr/") and parts[0] == "etc":
                # /usr/etc, where openSUSE ships what may be in /etc, is no machine's /etc.
                root = root.removesuffix("usr/")
            yield posixpath.normpath(root + pattern.lstrip("/"))
            return


def _matches(path: str, pattern: str) -> bool:
    """As a shell does: a wildcard never crosses a slash."""
    ours, theirs = path.split("/"), pattern.split("/")
    return len(ours) == len(theirs) and all(map(fnmatchcase, ours, theirs))


def seconds(text: str, unit: str = "s") -> str | None:
    """A duration (``5m``, ``1h 30min``) in seconds as text; None if it is none.

    Args:
        unit: of a number without one.
    """
    rest, total = text.strip().lower(), 0.0
    if not rest:
        return None
    while rest:
        match = _DURATION.match(rest)
        factor = _SECONDS.get(match[2] or unit) if match else None
        if match is None or factor is None:
            return None
        total += int(match[1]) * factor
        rest = rest[match.end() :].lstrip()
    return f"{total:.6f}".rstrip("0").rstrip(".")


def size_bytes(text: str, unit: str = "") -> str | None:
    """A size (``64MB``, ``10k``; powers of 1024) in bytes as text; None if it is none."""
    match = _SIZE.fullmatch(text.strip().lower())
    return None if match is None else str(int(match[1]) * _SIZES[match[2] or unit])


def plain_path(path: str) -> str:
    """A path of the host without what the system passes over: ``//``, ``/./``, ``/x/../``, a slash behind a socket."""
    if not _ODD_PATH.search(path):
        return path
    return f"/{posixpath.normpath(path).lstrip('/')}"


def boolean(text: str | None) -> str | None:
    """``true`` or ``false`` for the usual words of either, else the text itself."""
    word = (text or "").strip().lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else text
