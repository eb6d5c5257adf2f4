"""What hosts have alike is read and judged once, and each row is what it would be without that, to the byte."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from recorded_host import RECORDED, RecordedHost

from hiscomply.collect.border import Border
from hiscomply.collect.plain_rows import Memory
from hiscomply.collect.runner import collect_all
from hiscomply.hookspecs import CollectContext
from hiscomply.kinds import load_kinds
from hiscomply.model import Collection, Target
from hiscomply.paths import schemas_dir
from hiscomply.units import Item, one_by_one
from hiscomply_local import installed, parse_password_rules, parse_settings
from hiscomply_local.answers import Answer, Answers, Command, Outcome
from hiscomply_local.collector import LocalCollector
from hiscomply_local.facts import FACTS, IDENTITY, about_host
from hiscomply_local.fetch import gather
from hiscomply_local.parse_accounts import LOGIN_DEFS
from hiscomply_local.parse_packages import (
    DPKG_FIELDS,
    DPKG_PACKAGES,
    RPM_PACKAGES,
    dpkg_packages,
    parse_dpkg,
    parse_dpkg_status,
    parse_rpm,
)
from hiscomply_local.parse_settings import SSHD

SECRET = "Winter2026!"
NOW = datetime(2026, 6, 30, tzinfo=UTC)


def _named(name: str, entry: str) -> str:
    """An entry under a longer name."""
    return re.sub(r"^(Package: |installed\t|)", rf"\g<1>{name}", entry)


EDITS: Mapping[str, Callable[[list[str]], list[str]]] = {
    "as it is": lambda entries: entries,
    "the same once more": lambda entries: entries,
    "one more at the start": lambda entries: [entries[0].replace("adduser", "aaa"), *entries],
    "two less in the middle": lambda entries: [*entries[:300], *entries[302:]],
    "one that cannot be read": lambda entries: [*entries[:40], "what?", *entries[40:]],
    "another version": lambda entries: [*entries[:-2], entries[-2].replace("1", "2"), entries[-1]],
    "twice under one name": lambda entries: [*entries[:50], *entries[48:90], *entries[90:]],
    "hidden from everybody": lambda entries: [*entries[:9], _named("pwd=hunter22", entries[9]), *entries[9:]],
    "hidden by its own": lambda entries: [*entries[:99], _named(SECRET, entries[99]), *entries[99:]],
    "hidden by others' own": lambda entries: [*entries[:99], _named(SECRET, entries[99]), *entries[99:]],
    "blank lines": lambda entries: [*entries[:7], "", "", *entries[7:]],
    "nothing": lambda _: [],
    "as it was": lambda entries: entries,
}


@cache
def _recorded() -> Answers:
    """What a Debian host answered."""
    host = RecordedHost(RECORDED / "debian-12-root")
    return gather(host, (IDENTITY, *(fact.ask for fact in FACTS.values())), 30)


def _as_grep(text: str) -> str:
    """What ``dpkg-query`` printed, as it stands in dpkg's own database."""
    stanzas = []
    for line in text.splitlines():
        state, name, version, arch, source, own = line.split("\t")
        also = "" if (source, own) == (name, version) else f"\nSource: {source} ({own})"
        stanzas.append(
            f"Package: {name}\nStatus: install ok {state}\nArchitecture: {arch}{also}\nVersion: {version}"
        )
    return "\n\n".join([*stanzas, ""])


def _as_rpm(text: str) -> str:
    lines = []
    for number, line in enumerate(text.splitlines()):
        _, name, version, arch, source, own = line.split("\t")
        lines.append(f"{name}\t0:{version}\t{arch}\t{1_700_000_000 + number % 7}\t{source}-{own}-1.src.rpm")
    return "\n".join([*lines, ""])


SETTINGS = {
    "another version": ("yes\n", "no\n"),
    "two less in the middle": ("\n", "\n\n"),
    "hidden from everybody": ("no\n", "no pwd=hunter22\n"),
    "hidden by its own": ("no\n", f"no {SECRET}\n"),
    "hidden by others' own": ("no\n", f"no {SECRET}\n"),
}
"""What some hosts have otherwise in sshd's settings and in login.defs."""
FORMS: Mapping[str, tuple[Command, Callable[[str], str], str]] = {
    "dpkg": (DPKG_FIELDS, _as_grep, "\n\n"),
    "dpkg-query": (DPKG_PACKAGES, str, "\n"),
    "rpm": (RPM_PACKAGES, _as_rpm, "\n"),
}


def _hosts(form: str) -> Mapping[str, Answers]:
    """A fleet: the same host with its packages as each of the edits has them."""
    command, written, separator = FORMS[form]
    recorded = _recorded()
    entries = written(recorded.command(DPKG_PACKAGES).text).split(separator)
    others = {
        one: answer for one, answer in recorded.commands.items() if one not in {DPKG_FIELDS, DPKG_PACKAGES}
    }
    files = dict(recorded.files)
    if form == "rpm":
        files = {path: answer for path, answer in files.items() if "dpkg" not in path}
    found = {}
    for name, edit in EDITS.items():
        old, new = SETTINGS.get(name, ("", ""))
        own = {SSHD: _edited(others[SSHD], old, new), command: _said(separator.join(edit(list(entries))))}
        rules = {LOGIN_DEFS: _edited(files[LOGIN_DEFS], old, new)}
        found[name] = Answers({**files, **rules}, {**others, **own})
    return found


def _said(text: str) -> Answer:
    return Answer(Outcome.OK, text.encode())


def _edited(answer: Answer, old: str, new: str) -> Answer:
    return _said(answer.text.replace(old, new)) if old else answer


class Fleet(LocalCollector):
    """Hosts that have answered already; one after the other, so that each finds what the one before has left."""

    parallel = 1

    def __init__(self, hosts: Mapping[str, Answers]) -> None:
        super().__init__()
        self._hosts = hosts

    def collect(self, target: Target, context: CollectContext) -> Iterator[Item]:
        if target.name == "hidden by its own":
            context.secret({"env": "HIS_SECRET"})
        about = about_host(self._hosts[target.name], target.name, NOW, context.zone, {})
        assert about is not None
        for fact in FACTS.values():
            yield from fact.parse(self._hosts[target.name], about)


class OneByOne(Fleet):
    """The same without memory: each record by itself."""

    def collect(self, target: Target, context: CollectContext) -> Iterator[Item]:
        _forget()
        return one_by_one(super().collect(target, context))


def _forget() -> None:
    installed._kept.cache_clear()
    parse_settings._kept.cache_clear()
    parse_password_rules._understood.cache_clear()


def _staged(
    collector: Fleet, names: Sequence[str], folder: Path
) -> tuple[list[dict[str, bytes]], list[Collection]]:
    """The files of each host, without the moment at which they were collected, and its outcome without its times."""
    seen: dict[str, str] = {}
    outcomes = collect_all(
        [Target("local", name, {}, collector.kinds({})) for name in names],
        {"local": collector},
        load_kinds([schemas_dir() / "evidence"]),
        folder,
        project=folder,
        zone="Asia/Shanghai",
        digest=lambda secret: seen.setdefault(secret, f"secret-{len(seen) + 1}"),
        progress=lambda *_: None,
    )
    files = [
        {
            file.name: re.sub(rb'"_collected_at":"[^"]*"', b"", file.read_bytes())
            for file in sorted(one.glob("*.jsonl"))
        }
        for one in sorted(folder.iterdir())
    ]
    return files, [replace(one, started=NOW, ended=NOW) for one in outcomes]


@pytest.mark.parametrize("form", FORMS)
def test_a_fleet_gives_the_rows_that_each_host_gives_without_memory(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIS_SECRET", SECRET)
    hosts = _hosts(form)
    _forget()
    first = _staged(Fleet(hosts), list(hosts), tmp_path / "first")
    again = _staged(Fleet(hosts), list(hosts), tmp_path / "again")
    monkeypatch.setattr(Border, "plain", lambda *_: None)
    plain = _staged(OneByOne(hosts), list(hosts), tmp_path / "plain")

    assert first == plain
    assert again == plain
    dropped = {one.target: one.dropped_fields.get("package.name: secret", 0) for one in plain[1]}
    assert {name: count for name, count in dropped.items() if count} == {
        "hidden from everybody": 1,
        "hidden by its own": 1,
    }


@pytest.mark.parametrize("form", FORMS)
def test_packages_read_in_stretches_stand_in_the_lines_of_the_whole(form: str) -> None:
    command, _, separator = FORMS[form]
    parse = {"dpkg": parse_dpkg_status, "dpkg-query": parse_dpkg, "rpm": parse_rpm}[form]
    for answers in _hosts(form).values():
        text = answers.command(command).text
        found = installed.installed(text, parse, separator)
        packages, bad = parse(text)
        placed = [
            (said["name"], first + line)
            for first, one in found.stretches()
            for said, line in zip(one.said, one.lines, strict=True)
        ]

        assert (found.packages, found.bad) == (packages, bad)
        assert placed == [(name, one.line) for name, one in installed.unique_names(packages)]


def test_what_hosts_have_alike_is_judged_once() -> None:
    _forget()
    for answers in _hosts("dpkg").values():
        dpkg_packages(answers)
    known = installed._kept.cache_info()

    assert known.hits > 8 * known.misses


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
def test_a_list_is_cut_where_its_entries_say_so_and_nothing_is_lost(separator: str) -> None:
    entries = [f"entry {number * number}" + "x" * (number * 7 % 31) for number in range(500)]
    text = separator.join(entries)
    pieces = list(installed._stretches(text, separator))
    changed = list(
        installed._stretches(separator.join([*entries[:250], "one more", *entries[250:]]), separator)
    )

    assert separator.join(pieces) == text
    assert len(set(changed) - set(pieces)) == 1


def test_memory_of_packages_stays_bounded() -> None:
    _forget()
    memory = Memory()
    rows = memory.rows(load_kinds([schemas_dir() / "evidence"])["package"])
    for number in range(3 * installed._KEPT):
        found = installed.installed(f"installed\tp{number}\t1\tall\tp\t1", parse_dpkg, "\n")
        for _, stretch in found.stretches():
            assert rows.passage({"asset_id": "h"}, stretch)
    del found, stretch
    gc.collect()

    assert installed._kept.cache_info().currsize == installed._KEPT
    assert len(rows._stretches) == installed._KEPT


def test_a_long_stretch_is_read_and_not_remembered() -> None:
    _forget()
    text = "installed\t" + "p" * installed._LONGEST_KEPT + "\t1\tall\tp\t1"

    assert len(installed.installed(text, parse_dpkg, "\n").packages) == 1
    assert installed._kept.cache_info().currsize == 0
