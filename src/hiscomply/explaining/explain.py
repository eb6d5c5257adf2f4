"""From a finding to all that is said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hiscomply.explaining.candidates import candidates, keys_of
from hiscomply.explaining.checked import Checks
from hiscomply.explaining.edit import Edit, added, replaced
from hiscomply.explaining.evidence import Known
from hiscomply.explaining.lines import around, covered, diff
from hiscomply.explaining.model import Change, Explanation, InEffect, Line
from hiscomply.explaining.trial import copied, first_that_passes
from hiscomply.file_names import file_at
from hiscomply.model import AuditResult, Finding, PolicyInfo, Text
from hiscomply.plugins import formats

NO_FILE = Text("该问题不在任何文件中", "it stands in no file")
NOT_READ = Text(
    "文件未能读取，无法遮盖其中的秘密，因此不显示",
    "the file could not be read, so secrets in it could not be covered and it is not shown",
)
CHANGED = Text("文件已与当时不同", "the file is not what it was then")
NOT_UTF8 = Text("文件不是 UTF-8 文本", "the file is not UTF-8 text")
NO_PLACE = Text(
    "没有可以修改的位置，或不能确定应如何写",
    "there is no value to change, or how to write it is not sure",
)
LINK = Text("文件是链接，改动会落在别处", "the file is a link, and a change would be one of another file")
NONE_PASSED = "试过的改法（{0} 种）都不能使该策略通过而不使其他结论变差"
NONE_PASSED_EN = "of the changes tried ({0}), none made this policy pass without making another verdict worse"
GONE = Text("按现在的文件重新检查，已没有该问题", "with the files as they are now, the finding is gone")


def explained(
    result: AuditResult, finding: Finding, root: Path, checks: Checks, now: AuditResult | None
) -> Explanation:
    """All that is known of a finding.

    Args:
        result: the run that has it, with its evidence still there.
        root: the folder that its paths are relative to.
        now: a check of the files as they are, to try changes against; None to try none.
    """
    info = next(one.info for one in result.policies if one.info.id == finding.policy_id)
    known = Known(result.evidence)
    values = known.values(finding, keys_of(info.condition))
    shown, hidden = _lines(known, finding, root)
    change: Change | None = None
    unchanged: Text | None = GONE
    if now is not None:
        change, unchanged = _change(finding, info, values, root, checks, now)
    return Explanation(
        run=result.run,
        info=info,
        clauses=tuple(one for one in result.clauses if one.id in info.clauses),
        finding=finding,
        lines=shown,
        hidden=hidden,
        values=values,
        read=known.read(finding),
        missing=known.missing(finding),
        change=change,
        unchanged=unchanged,
    )


def _lines(known: Known, finding: Finding, root: Path) -> tuple[list[Line], Text | None]:
    text, problem = _text(known, finding.source, root)
    if text is None or finding.source is None:
        return [], problem
    lines = covered(text.split("\n"), known.settings(finding.source))
    return around(lines, finding.line), None


def _text(known: Known, file: str | None, root: Path) -> tuple[str | None, Text | None]:
    """The text of a file as it was read then, or why it cannot be had."""
    if file is None:
        return None, NO_FILE
    if known.format(file) is None:
        return None, NOT_READ
    try:
        content = file_at(root, file).read_bytes()
    except OSError:
        return None, CHANGED
    if hashlib.sha256(content).hexdigest() != known.sha256(file):
        return None, CHANGED
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, NOT_UTF8


def _change(
    finding: Finding, info: PolicyInfo, values: list[InEffect], root: Path, checks: Checks, now: AuditResult
) -> tuple[Change | None, Text | None]:
    known = Known(now.evidence)
    here = next((one for one in values if _is_here(one, finding)), None)
    keys = keys_of(info.condition)
    file = here.file if here is not None and here.line is not None else known.root(finding)
    text, problem = _text(known, file, root)
    if text is None or file is None:
        return None, problem
    if file_at(root, file).is_symlink():
        return None, LINK
    if here is None and len(keys) != 1:
        return None, NO_PLACE
    key = here.key if here is not None else keys[0]
    edits = [*_edits(known, info, here, key, file, text)]
    if not edits:
        return None, NO_PLACE
    with copied(root, known.files()) as folder:
        passed, tried = first_that_passes(checks, folder, file, edits, finding, now)
    if passed is None:
        return None, Text(NONE_PASSED.format(tried), NONE_PASSED_EN.format(tried))
    before, after = text.split("\n"), passed.edit.text.split("\n")
    shown = _diff(file, before, after, known)
    return Change(file, key, passed.edit.value, shown, passed.subjects), None


def _is_here(value: InEffect, finding: Finding) -> bool:
    """A default stands on no line, and so does the finding of it."""
    place = (finding.source, finding.line, finding.column)
    return (value.file, value.line, value.column) == place and finding.pointer in (None, value.key)


def _edits(
    known: Known, info: PolicyInfo, here: InEffect | None, key: str, file: str, text: str
) -> Iterator[Edit]:
    wanted = candidates(info.condition, info.parameters, here.value if here is not None else None)
    if here is not None and here.line is not None:
        yield from replaced(text, here.line, here.column or 1, here.value, wanted)
    else:
        name = known.format(file)
        one = next((known_format for known_format in formats() if known_format.name == name), None)
        yield from added(text, one, key, wanted)


def _diff(file: str, before: list[str], after: list[str], known: Known) -> str:
    """The difference, with the secrets of both sides covered.

    What is the same on both sides is covered as it stands in the file; the changed line itself is shown up to the
    first secret in it.
    """
    covers = covered(before, known.settings(file))
    sides: list[list[str]] = [covers, []]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    middle = after[start : len(after) - end]
    if any(number in known.settings(file).secrets for number in range(start + 1, len(before) - end + 1)):
        middle = covers[start : start + 1] * len(middle)
    sides[1] = [*covers[:start], *middle, *(covers[-end:] if end else [])]
    return diff(file, *sides)
