"""What every format becomes: one scan of one asset, its findings, and what stayed unknown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from hiscomply.hookspecs import CollectFailed
from hiscomply.model import Record, Rejected, Text

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@/-]{0,252}")
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)
_STANDING: Final = {False: 0, None: 1, True: 2}
_WORST_FIRST: Final = ("critical", "high", "medium", "low")


@dataclass(slots=True)
class About:
    """What holds for every scan of one file.

    Attributes:
        zone: for times without a zone.
        fallback: when the scan was made, by the project's own word; None where it gives none.
        asset_id, assets: as the options of the same names.
    """

    source: str
    zone: tzinfo
    fallback: datetime | None = None
    asset_id: str | None = None
    assets: Mapping[str, str] = field(default_factory=dict)
    scan_type: str | None = None
    _names: set[str] = field(default_factory=set)

    def asset_of(self, *names: str | None) -> str:
        """The asset behind the names that a file gives; the first that is mapped or usable.

        Raises:
            CollectFailed: there is none, or ``asset_id`` would stand for two.
        """
        given = [name.strip() for name in names if name and name.strip()]
        if self.asset_id:
            self._names |= set(given[:1])
            if len(self._names) > 1:
                raise CollectFailed(
                    Text(
                        "文件涉及多个系统,不能只用一个 asset_id;请改用 assets",
                        "the file is about several systems, so one asset_id cannot stand for them; use assets",
                    )
                )
            return self.asset_id
        for name in given:
            if name in self.assets:
                return self.assets[name]
        for name in given:
            if _NAME.fullmatch(name):
                return name
        raise CollectFailed(
            Text(
                "文件没有说明扫描的是哪个系统;请写 asset_id",
                "the file does not say which system was scanned; say asset_id",
            )
        )

    def observed(self, done_at: datetime | None) -> datetime:
        """When the scan was made, by the file or else by the project.

        Raises:
            CollectFailed: neither says it. The file's own time of change proves nothing: copying sets it.
        """
        found = done_at or self.fallback
        if found is None:
            raise CollectFailed(
                Text(
                    "文件没有说明扫描时间;请写 observed_at(时间,或 file time 表示文件时间)",
                    "the file does not say when the scan was made; say observed_at (a time, or 'file time')",
                )
            )
        return found

    def moment(self, text: object) -> datetime | None:
        """An ISO 8601 time in UTC; None for what is none."""
        if not isinstance(text, str):
            return None
        try:
            moment = datetime.fromisoformat(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


@dataclass(slots=True)
class Scan:
    """One scan of one asset.

    Attributes:
        tool: name and version, ``openscap 1.3.7``.
        finished_at: None where the file does not say it.
        is_examination: False where the tool ran and examined nothing; such a scan was never done.
        baseline: what it was held against, so that two baselines do not replace each other.
        scope: which part of the asset was scanned, where one is scanned in parts that do not replace each other.
        part: which of the scans of its file it is, as the file tells them apart.
        selected, evaluated: rules asked for, and rules that gave a verdict; None where the format does not count.
    """

    about: About
    tool: str
    asset_id: str
    observed_at: datetime
    finished_at: datetime | None = None
    is_examination: bool = True
    baseline: str = ""
    scope: str = ""
    part: str = ""
    authenticated: bool | None = None
    type: str | None = None
    selected: int | None = None
    evaluated: int | None = None
    past_support: bool | None = None
    findings: dict[tuple[str, str], Record] = field(default_factory=dict)
    unknown: list[Rejected] = field(default_factory=list)

    @property
    def family(self) -> tuple[str, str, str, str]:
        """A later scan of the same family takes the place of this one."""
        return self.tool.partition(" ")[0], self.asset_id, self.baseline, self.scope

    def items(self, findings: Iterable[Record] | None = None) -> Iterator[Record | Rejected]:
        """The scan's own record, then what it found (``findings`` instead, if given), then what is not known."""
        yield self.record()
        if not self.is_examination:
            reason = Text("这次扫描什么也没有检查", "this scan examined nothing")
            yield Rejected("scan", self.about.source, reason, subject=self.asset_id)
        yield from self.findings.values() if findings is None else findings
        yield from self.unknown

    @property
    def done_at(self) -> datetime | None:
        """When it was done; None for one that examined nothing."""
        return self.finished_at if self.is_examination else None

    def record(self) -> Record:
        """The ``scan`` record."""
        name = re.sub(r"[^a-z0-9]+", "-", self.family[0].lower())
        stamp = self.observed_at.strftime("%Y%m%dT%H%M%SZ")
        parts = [name, self.asset_id, self.baseline, stamp]
        return self._record(
            "scan",
            {
                "id": ":".join(part for part in parts if part),
                "asset_id": self.asset_id,
                "tool": self.tool,
                "type": self.type or self.about.scan_type,
                "authenticated": self.authenticated,
                "done_at": self.done_at,
                "rules_selected": self.selected,
                "rules_evaluated": self.evaluated,
                "past_support": self.past_support,
            },
        )

    def set_aside(self, kind: str, reason: Text, line: int | None = None, subject: str = "") -> None:
        """Something that this scan leaves open."""
        self.unknown.append(Rejected(kind, self.about.source, reason, line=line, subject=subject))

    def add_result(
        self,
        rule_id: str,
        passes: bool | None,
        *,
        severity: str | None = None,
        suppressed: bool | None = None,
        line: int | None = None,
        pointer: str | None = None,
    ) -> None:
        """One result of a rule. Of several, a failure stands over what is not known, and that over a pass."""
        key = ("config_result", rule_id)
        fields = {
            "asset_id": self.asset_id,
            "rule_id": rule_id,
            "baseline": self.baseline or None,
            "severity": severity,
            "pass": passes,
            "suppressed": suppressed,
            "checked_at": self.observed_at,
        }
        self._add(key, self._record("config_result", fields, line, pointer))

    def add_vulnerability(
        self,
        number: str,
        *,
        severity: str | None = None,
        cvss: float | None = None,
        first_seen: datetime | None = None,
        line: int | None = None,
        pointer: str | None = None,
    ) -> None:
        """One open vulnerability; of several sightings of one number the worst figures stay."""
        key = ("vuln", number)
        fields = {
            "asset_id": self.asset_id,
            "cve": number,
            "severity": severity,
            "cvss": cvss,
            "first_seen": first_seen,
            "last_seen": self.observed_at,
        }
        record = self._record("vuln", fields, line, pointer)
        # The scanner saw it open: known not to be fixed when it looked.
        self._add(key, replace(record, fields={**record.fields, "fixed_at": None}))

    def _add(self, key: tuple[str, str], record: Record) -> None:
        old = self.findings.get(key)
        self.findings[key] = record if old is None else joined(old, record)

    def _record(
        self, kind: str, fields: Mapping[str, Any], line: int | None = None, pointer: str | None = None
    ) -> Record:
        known = {name: value for name, value in fields.items() if value is not None}
        return Record(kind, known, self.about.source, self.observed_at, line=line, pointer=pointer)


def joined(old: Record, new: Record) -> Record:
    """What two sightings of one thing say together: the worse of them, and of two alike the earlier one.

    Of results a failure stands over what is not known, and that over a pass. An open vulnerability was last seen when
    the later one saw it.
    """
    fields: dict[str, Any] = {"severity": worst(old.fields.get("severity"), new.fields.get("severity"))}
    if old.kind == "config_result":
        base = min(old, new, key=_standing)
        if old.fields.get("pass") is False and new.fields.get("pass") is False:
            fields["suppressed"] = _both(old.fields.get("suppressed"), new.fields.get("suppressed"))
    else:
        base = max(old, new, key=_seen)
        for name, choose in (("cvss", max), ("first_seen", min)):
            known = [one.fields[name] for one in (old, new) if one.fields.get(name) is not None]
            fields[name] = choose(known, default=None)
    told = {name: value for name, value in fields.items() if value is not None}
    return replace(base, fields={**base.fields, **told})


def _standing(result: Record) -> tuple[int, datetime]:
    return _STANDING[result.fields.get("pass")], _seen(result)


def _seen(record: Record) -> datetime:
    return record.observed_at or datetime.min.replace(tzinfo=UTC)


def _both(one: Any, other: Any) -> bool | None:
    if one is None or other is None:
        return None if one is None and other is None else False
    return bool(one and other)


def worst(*severities: str | None) -> str | None:
    """The worse of severities; None only where none is known."""
    return next((one for one in _WORST_FIRST if one in severities), None)


def by_score(score: float | None) -> str | None:
    """The severity of a CVSS base score, by the bands of CVSS 3 and 4; None for none and for 0."""
    if score is None or not 0 < score <= 10:
        return None
    return "critical" if score >= 9 else "high" if score >= 7 else "medium" if score >= 4 else "low"


def number_of(text: object) -> float | None:
    """A CVSS score; None for what is none or out of range."""
    try:
        score = float(text) if isinstance(text, str | int | float) and not isinstance(text, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return score if 0 <= score <= 10 else None


def cves_in(text: str) -> list[str]:
    """The CVE numbers in a text, upper case, each once."""
    return list(dict.fromkeys(one.upper() for one in _CVE.findall(text)))


def newest(scans: Iterable[Scan]) -> Iterator[Record | Rejected]:
    """Every scan's record; findings only of the newest scan of each asset, tool and baseline.

    An older file still lists what was mended since; but what one file tells apart (two addresses of one asset, two
    runs) stands side by side. A scan that examined nothing replaces no earlier one.
    """
    scans = list(scans)
    together: dict[tuple[str, ...], Record] = {}
    latest: dict[tuple[str, ...], Scan] = {}
    for scan in (one for one in scans if one.is_examination):
        for key in (scan.family, (*scan.family, scan.about.source, scan.part)):
            held = latest.get(key)
            if held is None or scan.observed_at >= held.observed_at:
                latest[key] = scan
    standing = [scan for scan in scans if scan.is_examination and _stands(scan, latest)]
    for scan in standing:
        for rule, found in scan.findings.items():
            whole = (*_of_one_file(scan), *rule)
            together[whole] = joined(together[whole], found) if whole in together else found
    for scan in scans:
        if not scan.is_examination:
            yield from scan.items()
        elif _stands(scan, latest):
            wholes = [(*_of_one_file(scan), *rule) for rule in scan.findings]
            yield from scan.items(together.pop(one) for one in wholes if one in together)
        else:
            yield scan.record()


def _stands(scan: Scan, latest: Mapping[tuple[str, ...], Scan]) -> bool:
    source = scan.about.source
    is_of_newest = latest[scan.family].about.source == source
    return is_of_newest and latest[(*scan.family, source, scan.part)] is scan


def _of_one_file(scan: Scan) -> tuple[str, str, str]:
    """Findings of one rule that stand side by side in one file become one: else the later would take the other's place."""
    return scan.family[0], scan.asset_id, scan.about.source
