"""Fact ``logs``: how long logrotate and journald keep what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hiscomply.model import Record, Rejected, Text
from hiscomply_local.about import About, missing
from hiscomply_local.answers import Answers, Ask, Outcome
from hiscomply_local.parse_logrotate import Logrotate, Rotation, parse_logrotate

MAIN = "/etc/logrotate.conf"
FOLDER = "/etc/logrotate.d"
DROP_INS = f"{FOLDER}/*"
JOURNALD = "/etc/systemd/journald.conf"
JOURNALD_DROP_INS = (
    "/usr/lib/systemd/journald.conf.d/*.conf",
    "/etc/systemd/journald.conf.d/*.conf",
    "/run/systemd/journald.conf.d/*.conf",
)
ASK = Ask(files=(MAIN, DROP_INS, JOURNALD, *JOURNALD_DROP_INS))
_WHAT = Text("日志保留设置", "log retention")
# logrotate's own taboo list of drop-in names.
_TABOO = re.compile(r"(~|,v|\.(rpmsave|rpmorig|rpmnew|dpkg-\w+|cfsaved|disabled|ucf-\w+|swp|bak))$")


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """A ``log_source`` record for each log pattern of logrotate, and one for the journal."""
    yield from _rotated(answers, about)
    yield from _journal(answers, about)


def _rotated(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    main = answers.file(MAIN)
    outside = parse_logrotate(main.text, Rotation()) if main.ok else Logrotate()
    drop_ins = any(path == FOLDER for path, _ in outside.includes)
    files = [(MAIN, main)] if main.outcome is not Outcome.ABSENT else []
    # Without an include in logrotate.conf, what packages dropped in does nothing.
    files += [item for item in answers.matching(DROP_INS) if drop_ins and not _TABOO.search(item[0])]
    seen: set[str] = set()
    for path, answer in files:
        if not answer.ok:
            yield about.unknown("log_source", path, missing(_WHAT, answer))
            continue
        found = parse_logrotate(answer.text, Rotation() if path == MAIN else outside.outside)
        yield from _complaints(about, path, found)
        for block in found.blocks:
            days = block.retention_days
            for name in [name for name in block.paths if name not in seen]:
                seen.add(name)
                fields = {
                    "asset_id": about.asset_id,
                    "name": name,
                    "retention_days": ... if days is None else days,
                }
                yield about.from_file("log_source", path, fields, block.line)


def _complaints(about: About, path: str, found: Logrotate) -> Iterator[Rejected]:
    if not found.is_whole:
        reason = Text("日志轮转设置:括号没有闭合", "log rotation: a brace is not closed")
        yield about.unknown("log_source", path, reason)
    for name, line in found.includes:
        if name != FOLDER:
            reason = Text(f"包含了未读取的 {name}", f"includes {name}, which was not read")
            yield about.bad_line("log_source", path, line, reason)


def parse_journald(texts: list[str]) -> dict[str, str]:
    """The options of journald's files; later files override earlier ones."""
    options: dict[str, str] = {}
    for text in texts:
        for name, value in re.findall(r"^[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", text, re.MULTILINE):
            options[name] = value
    return options


def _journal(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    drop_ins = [item for pattern in JOURNALD_DROP_INS for item in answers.matching(pattern)]
    drop_ins.sort(key=lambda item: item[0].rsplit("/", 1)[-1])
    files = [(JOURNALD, answers.file(JOURNALD)), *drop_ins]
    present = [(path, answer) for path, answer in files if answer.outcome is not Outcome.ABSENT]
    for path, answer in present:
        if not answer.ok:
            yield about.unknown("log_source", path, missing(_WHAT, answer))
    if present and all(answer.ok for _, answer in present):
        options = parse_journald([answer.text for _, answer in present])
        # Size limits end the journal at a moment that no setting tells; a volatile one ends at reboot.
        is_gone = options.get("Storage") in {"volatile", "none"}
        kept = 0 if is_gone else ...
        fields = {"asset_id": about.asset_id, "name": "journald", "retention_days": kept}
        yield about.from_file("log_source", JOURNALD, fields)
