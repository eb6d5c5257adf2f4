"""Waivers in comments of the files that were judged: ``hiscomply: waive <policy> until <date> because <reason>``.

A comment behind a setting covers that line; one that stands alone covers the next line; ``waive-file`` covers
the whole file. One that cannot be read covers nothing and is a problem, so that no misspelling is silent.
"""

from __future__ import annotations

import glob
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from hiscomply.duck import shared
from hiscomply.file_names import file_at
from hiscomply.findings.waivers import WaiverProblem
from hiscomply.frozen import dataclass
from hiscomply.model import Evidence, Text, Waiver
from hiscomply.patterns import late

_MARK: Final = "hiscomply:"
_OPENERS: Final = ("#", "//", ";", "--", "/*", "<!--")
_CLOSERS: Final = {"/*": "*/", "<!--": "-->"}
_SAID: Final = late(
    r"(?P<verb>\S+)(?:\s+(?!until\b|because\b)(?P<policy>\S+))?(?:\s+until\s+(?P<until>\S+))?"
    r"(?:\s+because\s+(?P<reason>\S.*))?(?P<rest>.*)"
)
_ID: Final = late(r"[a-z0-9_]+")
_VERBS: Final = ("waive", "waive-file")
_FORM: Final = "hiscomply: waive <policy> until 2027-01-31 because <reason>"
_CHANGED: Final = Text(
    "文件在检查期间发生变化,其中的例外注释不予采信",
    "the file changed while it was checked, so its waiver comments do not count",
)


class _Comment(NamedTuple):
    """What a comment says to hiscomply; ``is_alone`` when nothing else is on its line."""

    said: str
    is_alone: bool


@dataclass(frozen=True, slots=True)
class InlineWaivers:
    """What the comments of a tree say.

    Attributes:
        waivers: those that can be read; ``check_waivers`` says which are in force.
        problems: those that cannot.
    """

    waivers: tuple[Waiver, ...] = ()
    problems: tuple[WaiverProblem, ...] = ()


def inline_waivers(evidence: Evidence, below: Path, today: date) -> InlineWaivers:
    """The waivers in comments of all configuration files whose content is evidence; one file in memory at a time.

    Args:
        below: the folder that the files' paths count from.
        today: the day that a comment's term is counted from, since it names only its end.
    """
    waivers: list[Waiver] = []
    problems: list[WaiverProblem] = []
    for path, sha256 in files_of(evidence):
        try:
            content = file_at(below, path).read_bytes()
        except OSError:
            content = b""  # gone since it was collected; what it said covers nothing
        if _MARK.encode() not in content:
            continue
        is_same = hashlib.sha256(content).hexdigest() == sha256
        for one in read_comments(_decode(content), path, sha256, today):
            if isinstance(one, WaiverProblem):
                problems.append(one)
            elif is_same:
                waivers.append(one)
            else:
                problems.append(WaiverProblem(one, _CHANGED))
    return InlineWaivers(tuple(waivers), tuple(problems))


def read_comments(text: str, path: str, sha256: str, today: date) -> Iterator[Waiver | WaiverProblem]:
    """The waivers in the comments of one file, in order.

    Args:
        path: the file as findings name it.
        sha256: of its content.
    """
    found = {
        number: comment
        for number, line in enumerate(text.split("\n"), start=1)
        if _MARK in line and (comment := _comment(line))
    }
    seen: Counter[str] = Counter()
    for number, comment in found.items():
        covered = number
        while covered in found and found[covered].is_alone:
            covered += 1
        yield _read(comment.said, path, sha256, today, number, covered, seen)


def _comment(line: str) -> _Comment | None:
    before, _, after = line.partition(_MARK)
    code = before.rstrip("#/;*!-< \t")
    signs = before[len(code) :]
    opener = next((one for one in reversed(_OPENERS) if one in signs), None)
    if opener is None:
        return None
    said, _, behind = after.partition(_CLOSERS.get(opener, "\n"))
    return _Comment(said.strip(), not code and not behind.strip()) if said.strip() else None


def _read(
    said: str, path: str, sha256: str, today: date, number: int, covered: int, seen: Counter[str]
) -> Waiver | WaiverProblem:
    parts = _SAID.fullmatch(said)
    verb, policy, until, reason = parts.group("verb", "policy", "until", "reason") if parts else (said,) * 4
    named = policy or "?"
    seen[named] += 1
    waiver = Waiver(
        id=f"{path}#{named}" + (f"#{seen[named]}" if seen[named] > 1 else ""),
        policy=named,
        subject="*",
        reason=reason or "",
        compensating_control="",
        requested_by="",
        approved_by="",
        ticket="",
        starts=today.isoformat(),
        until=until or "",
        renewals=0,
        origin=f"{path}:{number}",
        file=glob.escape(path),
        line=None if verb == "waive-file" else covered,
        digest=sha256,
    )
    problem = _problem(verb, policy, until, reason)
    return WaiverProblem(waiver, problem) if problem else waiver


def _problem(verb: str, policy: str | None, until: str | None, reason: str | None) -> Text | None:
    if verb not in _VERBS:
        return Text(
            f"注释指令 {verb} 无法识别,应写作 {_FORM}", f"{verb!r} is not known in a comment, write {_FORM}"
        )
    for value, zh, en in (
        (policy, "策略编号", "policy"),
        (until, "截止日期(until)", "date (until)"),
        (reason, "理由(because)", "reason (because)"),
    ):
        if not value:
            return Text(f"注释缺少{zh},应写作 {_FORM}", f"the comment lacks its {en}, write {_FORM}")
    if not _ID.fullmatch(policy or ""):
        return Text(
            f"{policy} 不是策略编号;注释只能写一条策略", f"{policy!r} is no policy id; a comment names one"
        )
    try:
        date.fromisoformat(until or "")
    except ValueError:
        return Text(f"{until} 不是有效的日期,应写作 2027-01-31", f"{until!r} is no date, write 2027-01-31")
    return None


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def files_of(evidence: Evidence) -> Sequence[tuple[str, str]]:
    """Path and sha256 of each configuration file whose content is evidence, by path."""
    if evidence.recalled is not None:
        return evidence.recalled.files
    table = evidence.tables.get("config_file")
    if table is None or not table.rows:
        return []
    query = "SELECT path, sha256 FROM {} WHERE sha256 IS NOT NULL ORDER BY path"
    if evidence.held is not None:
        return evidence.held.execute(query.format("ev.config_file")).fetchall()
    return shared().execute(query.format("read_parquet(?)"), [str(table.path)]).fetchall()
