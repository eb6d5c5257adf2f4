"""The files that some software may read together, held until the whole tree was seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from hiscomply.configurations import Configuration, Grouped, Including, ReadFile, Software
from hiscomply.frozen import dataclass
from hiscomply.model import Rejected, Text
from hiscomply_files.late import LateSoftware

_KIND = "configuration"
CHANGED = Text("文件在检查期间发生变化", "the file changed while it was checked")

Near = Sequence[str] | None
"""What a file is read with, as ``Grouped.neighbours`` says it."""


class Changed(Exception):
    """A file is not any more what it was when its records were recalled."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A file that some software wants.

    Attributes:
        file: as it was read, or how to read it: its records came from an earlier run.
        content: what its configuration follows from: path, format, digest.
    """

    file: ReadFile | Callable[[], ReadFile]
    content: tuple[str, str, str]
    near: Near


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one software that hang on each other.

    Attributes:
        name: digest of all that its configurations follow from; None where one of the files could not be read.
        others: the tree's other files, for software that includes by names alone.
    """

    software: Software
    name: str | None
    members: Mapping[str, _Member]
    unread: Mapping[str, Text]
    others: Sequence[str] = ()

    @property
    def is_apart(self) -> bool:
        """Whether it is sure to be the same group with further files of the tree that are read with none of its."""
        return self.name is not None and all(one.near is not None for one in self.members.values())

    def configurations(self) -> Iterator[Configuration | Rejected]:
        """What the files amount to. Software that breaks down on them is told, and costs no other."""
        files: dict[str, ReadFile] = {}
        unread = dict(self.unread)
        for path, member in self.members.items():
            try:
                files[path] = member.file if isinstance(member.file, ReadFile) else member.file()
            except Changed:
                unread[path] = CHANGED
                yield Rejected(_KIND, path, CHANGED, subject=path)
        try:
            software = self.software
            if isinstance(software, Including):
                software = software.among(self.others)
            yield from software.configurations(files, unread)
        except Exception as error:  # noqa: BLE001 - a stranger's plugin must not end the collection
            place = next(iter((*files, *unread)))
            name = type(error).__name__
            reason = Text(
                f"{self.software.name}:软件插件出错({name})",
                f"{self.software.name}: the plugin broke down ({name})",
            )
            yield Rejected(_KIND, place, reason, subject=place)


class Held:
    """What of a tree is wanted, by software; everything else is let go at once."""

    def __init__(self, software: Sequence[Software]) -> None:
        self._software = software
        self._grouped = {one.name: one for one in software if isinstance(one, Grouped)}
        self._asked: dict[str, list[Software]] = {}
        """By format, the software that may want a file of it."""
        self._files: dict[str, dict[str, _Member]] = {}
        self._unread: dict[str, dict[str, Text]] = {}
        self._met: list[str] = []

    def meet(self, path: str) -> None:
        """A file of the tree, whatever comes of it."""
        self._met.append(path)

    def read(self, file: ReadFile, sha256: str) -> str:
        """A file that was read; gives the note by which ``recall`` holds it again."""
        near: dict[str, Near] = {}
        for one in self._wanting(file.path, file.format):
            near[one.name] = self._near(one, file)
        self._hold(file, (file.path, file.format, sha256), near)
        return json.dumps([file.format, near]) if near else ""

    def recall(self, path: str, sha256: str, note: str, load: Callable[[str], ReadFile]) -> None:
        """A file of which the records were kept, with its note; it is loaded only where its software must see it.

        Args:
            load: reads it, given the name of its format; raises Changed.
        """
        if note:
            file_format, near = json.loads(note)
            self._hold(lambda: load(file_format), (path, file_format, sha256), near)

    def _hold(
        self,
        file: ReadFile | Callable[[], ReadFile],
        content: tuple[str, str, str],
        near: Mapping[str, Near],
    ) -> None:
        for name, one in near.items():
            self._files.setdefault(name, {})[content[0]] = _Member(file, content, one)

    def not_read(self, path: str, file_format: str, reason: Text) -> None:
        """A file that was recognised and could not be read."""
        for one in self._wanting(path, file_format):
            self._unread.setdefault(one.name, {})[path] = reason

    def turn(self) -> None:
        """What came from the end of the tree stands in the order of the tree from now on."""
        self._files = {name: dict(reversed(held.items())) for name, held in self._files.items()}
        self._unread = {name: dict(reversed(held.items())) for name, held in self._unread.items()}

    def groups(self) -> Iterator[Group]:
        """The files of all software, in its order; those that need not be seen together apart."""
        for one in self._software:
            members, unread = self._files.get(one.name, {}), self._unread.get(one.name, {})
            if (unread or members) and isinstance(one, Including):
                others = [path for path in self._met if path not in members and path not in unread]
                content = (part for member in members.values() for part in member.content)
                name = None if unread else digest_of("software", one.name, *content, "others", *others)
                yield Group(one, name, members, unread, others)
            elif unread:
                yield Group(one, None, members, unread)
            elif members:
                for paths in grouped({path: member.near for path, member in members.items()}):
                    together = {path: members[path] for path in paths}
                    content = (part for member in together.values() for part in member.content)
                    yield Group(one, digest_of("software", one.name, *content), together, {})

    def _near(self, software: Software, file: ReadFile) -> Near:
        one = self._grouped.get(software.name)
        try:
            return None if one is None else one.neighbours(file)
        except Exception:  # noqa: BLE001 - a stranger's plugin: it is given all its files
            return None

    def _wanting(self, path: str, file_format: str) -> Iterator[Software]:
        asked = self._asked.get(file_format)
        if asked is None:
            asked = self._asked[file_format] = [
                one
                for one in self._software
                if not isinstance(one, LateSoftware) or one.may_want(file_format)
            ]
        for one in asked:
            try:
                is_wanted = one.wants(path, file_format)
            except Exception:  # noqa: BLE001 - a stranger's plugin: it is given the file, and fails above
                is_wanted = True
            if is_wanted:
                yield one


def digest_of(*said: str) -> str:
    """What a unit is named by; no text with a NUL can be told from two."""
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def grouped(near: Mapping[str, Near]) -> list[list[str]]:
    """The paths in groups that share nothing, each in order, and the groups by their first.

    Args:
        near: for each path, what it is read with.
    """
    if any(names is None for names in near.values()):
        return [[*near]]
    leader: dict[str, str] = {}

    def leading(name: str) -> str:
        while (above := leader.setdefault(name, name)) != name:
            leader[name] = leader[above]
            name = above
        return name

    for path, names in near.items():
        for name in names or ():
            leader[leading(name)] = leading(path)
    found: dict[str, list[str]] = {}
    for path in near:
        found.setdefault(leading(path), []).append(path)
    return [*found.values()]
