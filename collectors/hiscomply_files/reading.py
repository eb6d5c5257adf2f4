"""From one file of the tree to its records, or to the reason why there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from hiscomply.configurations import ReadFile, Software
from hiscomply.file_names import clean
from hiscomply.frozen import dataclass
from hiscomply.hookspecs import CollectContext, CollectFailed, FileFormat, FormatError, Setting
from hiscomply.model import Record, Rejected, Target, Text
from hiscomply.units import Making, Unit
from hiscomply_files import fetch
from hiscomply_files.decode import decode, with_line_feeds
from hiscomply_files.effective_evidence import configuration_rows
from hiscomply_files.evidence import setting_rows
from hiscomply_files.formats.tree import MAX_SETTINGS, too_many
from hiscomply_files.held import Changed, Group, Held, digest_of
from hiscomply_files.jinja import literal, of_software, rendered_name
from hiscomply_files.late import asked

INCLUDES = frozenset({"include", "include_dir", "include_if_exists", "!include", "!includedir"})
DEFAULT_MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 500_000
TOO_LONG = Text(zh=f"超过 {MAX_LINES} 行,拒绝读取", en=f"more than {MAX_LINES} lines, refused")
NOT_RECOGNISED = "not_recognised"
UNDECODABLE = Text(
    zh="不是 UTF-8、UTF-16 或 GB18030 文本", en="neither UTF-8, UTF-16 nor GB18030 text, or a binary file"
)
CRASHED = Text(zh="格式插件出错", en="the format plugin broke down")


def _observed_at(target: Target, context: CollectContext) -> datetime:
    """When the files were as they are: now, or when the project says that the copy was taken.

    Raises:
        CollectFailed: the project's word is no time.
    """
    stated = target.options.get("observed_at")
    if stated is None:
        return context.now
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError as error:
        reason = Text(zh=f"observed_at {stated!r} 不是有效的时刻", en=f"observed_at {stated!r} is no time")
        raise CollectFailed(reason) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(context.zone))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of a file.

    Attributes:
        format: where it had to be known before reading on.
        content: all of it; None where it was not read to its end.
    """

    found: fetch.Found
    problem: Text | None
    format: FileFormat | None
    head: bytes = b""
    content: bytes | None = None
    sha256: str | None = None


class Reading:
    """What is the same for all files of one collection."""

    def __init__(
        self,
        formats: Sequence[FileFormat],
        software: Sequence[Software],
        target: Target,
        context: CollectContext,
    ) -> None:
        self.formats = formats
        self.held = Held(software)
        self.context = context
        self.max_bytes = int(target.options.get("max_file_bytes", DEFAULT_MAX_BYTES))
        self.asset_id = target.options.get("asset_id")
        self.observed_at = _observed_at(target, context)

    def unit(self, found: fetch.Found) -> Unit:
        """All that one file gives."""
        seen = self._see(found)
        path = clean(found.name)
        if not found.is_folder:
            self.held.meet(path)
        return Unit(
            _name(seen, path),
            self.observed_at,
            lambda: self._file(seen),
            lambda note: self.held.recall(
                path,
                seen.sha256 or "",
                note,
                lambda file_format: self._again(found, seen.sha256, file_format),
            ),
        )

    def _see(self, found: fetch.Found) -> _Seen:
        """As much of a file as has to be read: of one that no format knows only its head."""
        head = b""
        problem = found.problem
        if problem is None:
            try:
                head = fetch.read_head(found.path)
            except OSError as error:
                problem = fetch.system_reason(error)
        if problem is not None or found.is_folder:
            return _Seen(found, problem, None if found.is_folder else self._recognise(found.name, head))
        content = head  # all there is, if it did not fill the head
        if len(head) == fetch.HEAD_BYTES:
            file_format = self._recognise(found.name, head)
            if file_format is None or found.size_bytes > self.max_bytes:
                return _Seen(found, None, file_format, head)
            try:
                content = fetch.read_all(found.path, self.max_bytes)
            except OSError as error:
                return _Seen(found, fetch.system_reason(error), file_format)
        return _Seen(found, None, None, head, content, hashlib.sha256(content).hexdigest())

    def _file(self, seen: _Seen) -> Making:
        found, problem, file_format = seen.found, seen.problem, seen.format
        if found.is_folder:
            assert problem is not None
            self._not_entered(clean(found.name), problem)
            yield Rejected("config_file", clean(found.name), problem, subject=clean(found.name))
            return ""
        if file_format is None and seen.content is not None:
            file_format = self._recognise(found.name, seen.head)
        if file_format is None:
            yield self._record(found, NOT_RECOGNISED, NOT_RECOGNISED, {})
        elif problem is not None:
            yield from self._failed(found, file_format, "unreadable", problem)
        else:
            return (yield from self._read(found, file_format, seen.content, seen.sha256))
        return ""

    def _not_entered(self, folder: str, reason: Text) -> None:
        """Software that reads drop-ins of this folder lacks them, whatever they are called."""
        for files in ("*.conf", "*") if folder.endswith((".d", "-enabled")) else ():
            path = f"{folder}/{files}"
            file_format = self._recognise(path, b"")
            if file_format is not None:
                self.held.not_read(path, file_format.name, reason)
                return

    def _again(self, found: fetch.Found, sha256: str | None, format_name: str) -> ReadFile:
        """A file whose records were kept, for the software that must see it; raises Changed."""
        seen = self._see(found)
        file_format = seen.format or self._recognise(found.name, seen.head)
        text = None if seen.content is None else decode(seen.content)
        if seen.sha256 != sha256 or text is None or file_format is None or file_format.name != format_name:
            raise Changed
        text = literal(found.name, with_line_feeds(text, file_format.name), file_format)
        return ReadFile(clean(found.name), file_format.name, list(file_format.parse(text)))

    def configurations(self) -> Iterator[Unit]:
        """What the files that were read amount to, for all software; after the last file."""
        for group in self.held.groups():
            yield Unit(group.name, self.observed_at, partial(self._group, group), follows=True)

    def configurations_apart(self) -> Iterator[Unit]:
        """The same after some files, which came from the end: those that hang on no file of which that is known."""
        self.held.turn()
        for group in self.held.groups():
            if group.is_apart:
                yield Unit(group.name, self.observed_at, partial(self._group, group))

    def _group(self, group: Group) -> Making:
        for one in group.configurations():
            if isinstance(one, Rejected):
                yield one
            else:
                yield from configuration_rows(
                    one, observed_at=self.observed_at, digest=self.context.digest, asset_id=self.asset_id
                )
        return ""

    def _recognise(self, name: str, head: bytes) -> FileFormat | None:
        """The first format that knows the file; one that breaks down on it counts as not knowing it."""
        for one in asked(self.formats, name):
            try:
                if one.recognises(name, head):
                    return one
            except Exception:  # noqa: BLE001, S112 - a stranger's plugin; the file shows up as not recognised
                continue
        rendered = rendered_name(name)
        return None if rendered is None else of_software(self._recognise(rendered, head))

    def _read(
        self, found: fetch.Found, file_format: FileFormat, content: bytes | None, sha256: str | None
    ) -> Making:
        if content is None or sha256 is None or max(found.size_bytes, len(content)) > self.max_bytes:
            reason = Text(
                zh=f"超过 {self.max_bytes} 字节,未读取", en=f"larger than {self.max_bytes} bytes, not read"
            )
            yield from self._failed(found, file_format, "too_large", reason)
            return ""
        text = decode(content)
        if text is None:
            yield from self._failed(found, file_format, "undecodable", UNDECODABLE, sha256=sha256)
            return ""
        try:
            text = literal(found.name, with_line_feeds(text, file_format.name), file_format)
            if text.count("\n") > MAX_LINES:
                raise FormatError(TOO_LONG)
            settings = list(islice(file_format.parse(text), MAX_SETTINGS + 1))
            if len(settings) > MAX_SETTINGS:
                raise too_many(settings[-1].line, settings[-1].column)
        except Exception as error:  # noqa: BLE001 - a stranger's format must not end the collection
            yield from self._unparsable(found, file_format, error, sha256)
            return ""
        return (yield from self._parsed(found, file_format, settings, sha256))

    def _parsed(
        self, found: fetch.Found, file_format: FileFormat, settings: list[Setting], sha256: str
    ) -> Making:
        # what it includes may override it: then whether it stands alone is left out, which is "not known"
        more: dict[str, str | int] = {"sha256": sha256, "settings": len(settings)}
        if not any("include" in one.key and _includes(one, file_format.name) for one in settings):
            more["is_self_contained"] = True
        yield self._record(found, file_format.name, "read", more)
        note = self.held.read(ReadFile(clean(found.name), file_format.name, settings), sha256)
        yield from setting_rows(
            clean(found.name),
            file_format.name,
            settings,
            observed_at=self.observed_at,
            digest=self.context.digest,
            asset_id=self.asset_id,
        )
        return note

    def _unparsable(
        self, found: fetch.Found, file_format: FileFormat, error: Exception, sha256: str
    ) -> Iterator[Record | Rejected]:
        if isinstance(error, FormatError):
            place, reason = (error.line, error.column), error.reason
        else:
            name = type(error).__name__
            place, reason = (None, None), Text(zh=f"{CRASHED.zh}({name})", en=f"{CRASHED.en} ({name})")
        yield from self._failed(found, file_format, "unparsable", reason, sha256=sha256, place=place)

    def _failed(
        self,
        found: fetch.Found,
        file_format: FileFormat,
        status: str,
        reason: Text,
        *,
        sha256: str | None = None,
        place: tuple[int | None, int | None] = (None, None),
    ) -> Iterator[Record | Rejected]:
        """The file's own record with its status, and the rejection that makes the collection partial."""
        more = {} if sha256 is None else {"sha256": sha256}
        self.held.not_read(clean(found.name), file_format.name, reason)
        yield self._record(found, file_format.name, status, more, place)
        yield Rejected("setting", clean(found.name), reason, *place, subject=clean(found.name))

    def _record(
        self,
        found: fetch.Found,
        format_name: str,
        status: str,
        more: Mapping[str, str | int],
        place: tuple[int | None, int | None] = (None, None),
    ) -> Record:
        name = clean(found.name)
        fields = {"path": name, "format": format_name, "status": status, **more}
        if found.problem is None:
            fields["size_bytes"] = found.size_bytes
        if self.asset_id is not None:
            fields["asset_id"] = self.asset_id
        return Record("config_file", fields, name, self.observed_at, *place)


def _name(seen: _Seen, path: str) -> str | None:
    """What the records of a file follow from: all of its content; of one that no format knows, what was read of it."""
    if seen.sha256 is not None:
        return digest_of("file", path, str(seen.found.size_bytes), seen.sha256)
    if seen.format is not None or seen.found.is_folder:
        return None
    problems = ("" if one is None else one.en for one in (seen.found.problem, seen.problem))
    head = hashlib.sha256(seen.head).hexdigest()
    return digest_of("unknown", path, str(seen.found.size_bytes), head, *problems)


def _includes(setting: Setting, file_format: str) -> bool:
    if file_format in ("nginx_conf", "apache_conf"):
        return setting.key.rpartition("].")[2] in ("include", "includeoptional")
    return setting.key.partition("[")[0].partition(".")[0] in INCLUDES
