"""Fact ``patching``: pending updates, the last patch, whether a reboot waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hiscomply.model import Record, Rejected, Text
from hiscomply_local import parse_apt as apt
from hiscomply_local import parse_dnf as dnf
from hiscomply_local.about import About, missing, unreadable
from hiscomply_local.answers import Answers, Ask, Command, Outcome
from hiscomply_local.parse_dnf_hidden import FILES as HIDING
from hiscomply_local.parse_dnf_hidden import hidden
from hiscomply_local.parse_last_patch import DNF_LOG, DPKG_LOG, last_dpkg_upgrade, last_rpm_upgrade
from hiscomply_local.parse_packages import DPKG_STATUS, RPM_PACKAGES, package_manager
from hiscomply_local.parse_reboot import ASK as REBOOT_ASK
from hiscomply_local.parse_reboot import reboot_required

ASK = Ask(
    files=(DPKG_LOG, f"{DPKG_LOG}.1", DNF_LOG, f"{DNF_LOG}.1", *dnf.REPOSITORIES, *HIDING, *REBOOT_ASK.files),
    heads=(DPKG_STATUS, apt.LISTS, apt.INDEXES, *REBOOT_ASK.heads),
    commands=(
        apt.UPGRADABLE,
        dnf.CHECK,
        dnf.CHECK_SECURITY,
        dnf.REPOLIST,
        RPM_PACKAGES,
        *REBOOT_ASK.commands,
    ),
)
_WHAT = Text("待装更新", "pending updates")


def list_age_days(answers: Answers, about: About) -> int | None:
    """Whole days since the package lists were published, of the oldest that counts; None without lists."""
    return _list_age(answers, about)[0]


def _list_age(answers: Answers, about: About) -> tuple[int | None, str]:
    """Whole days, and the repository whose age it is."""
    if package_manager(answers) == "dpkg":
        found = apt.lists_date(apt.releases(answers), about.fixed_repositories)
    else:
        enabled = answers.command(dnf.REPOLIST)
        names = dnf.parse_repolist(enabled.text) if enabled.ok else frozenset()
        found = dnf.oldest(dnf.cached_repositories(answers), names, about.fixed_repositories)
    made, repository = found or (None, "")
    return (max((about.now - made).days, 0) if made else None), repository


def parse(answers: Answers, about: About) -> Iterator[Record | Rejected]:
    """One ``patch_state`` record."""
    fields: dict[str, Any] = {}
    yield from _pending(answers, about, fields)
    patched: datetime | None = None
    manager = package_manager(answers)
    command: Command = apt.UPGRADABLE if manager == "dpkg" else dnf.CHECK
    if manager == "dpkg":
        patched = last_dpkg_upgrade(answers, about.zone)
    elif manager == "rpm":
        patched = last_rpm_upgrade(answers)
    reboot = reboot_required(answers)
    fields |= {
        "last_patched_at": patched or ...,
        "reboot_required": ... if reboot is None else reboot,
        "reboot_pending_since": None if reboot is False else ...,
    }
    yield about.from_command("patch_state", command, {"asset_id": about.asset_id, **fields})


def _pending(answers: Answers, about: About, fields: dict[str, Any]) -> Iterator[Rejected]:
    manager = package_manager(answers)
    command = apt.UPGRADABLE if manager == "dpkg" else dnf.CHECK
    if manager != "dpkg" and answers.command(dnf.REPOLIST).outcome is Outcome.ABSENT:
        yield about.unknown("patch_state", command, _NOBODY_TO_ASK)
        return
    age, repository = _list_age(answers, about)
    if age is None or age > about.max_list_age_days:
        yield about.unknown("patch_state", command, _stale(age, about.max_list_age_days, repository))
    elif manager == "dpkg":
        yield from _pending_apt(answers, about, fields)
    else:
        yield from _pending_dnf(answers, about, fields)


def _stale(age: int | None, limit: int, repository: str) -> Text:
    if age is None:
        return Text(
            "待装更新未知:本机没有软件包索引,请先更新索引",
            "pending updates not known: this host has no package lists; refresh them first",
        )
    if repository:
        return Text(
            f"待装更新未知:软件源 {repository} 的索引已有 {age} 天,超过 {limit} 天;请先更新索引,"
            "从不变动的软件源请写入 fixed_repositories",
            f"pending updates not known: the lists of the repository {repository} are {age} days old, the limit is {limit}; "
            "refresh them, or name a repository that never changes in fixed_repositories",
        )
    return Text(
        f"待装更新未知:软件包索引已有 {age} 天,超过 {limit} 天,请先更新索引",
        f"pending updates not known: the package lists are {age} days old, the limit is {limit}",
    )


def _pending_apt(answers: Answers, about: About, fields: dict[str, Any]) -> Iterator[Rejected]:
    answer = answers.command(apt.UPGRADABLE)
    if not answer.ok:
        yield about.unknown("patch_state", apt.UPGRADABLE, missing(_WHAT, answer))
        return
    pending, bad = apt.parse_upgradable(answer.text, apt.releases(answers))
    for number in bad:
        yield about.bad_line("patch_state", apt.UPGRADABLE, number, unreadable(_WHAT))
    if bad:
        return
    fields["pending_updates"] = len(pending.updates)
    if pending.security is None:
        yield about.unknown("patch_state", apt.UPGRADABLE, _NO_ADVICE)
    else:
        fields["pending_security_updates"] = len(pending.security)


_NOBODY_TO_ASK = Text(
    "待装更新未知:本机没有 apt、dnf 或 yum",
    "pending updates not known: this host has none of apt, dnf and yum",
)
_NO_ADVICE = Text(
    "待装安全更新未知:软件源没有说明哪些更新属于安全更新",
    "pending security updates not known: the package sources do not say which updates are security updates",
)


def _pending_dnf(answers: Answers, about: About, fields: dict[str, Any]) -> Iterator[Rejected]:
    cached = dnf.cached_repositories(answers)
    enabled = answers.command(dnf.REPOLIST)
    repositories = dnf.parse_repolist(enabled.text)
    absent = repositories - set(cached)
    if not enabled.ok or absent or not repositories:
        # dnf skips a repository without cache in silence: "no updates" would be a guess.
        reason = missing(_WHAT, enabled) if not enabled.ok else _NO_REPOSITORY
        yield about.unknown("patch_state", dnf.REPOLIST, _not_cached(sorted(absent)) if absent else reason)
        return
    hiding = [*hidden(answers)]
    yield from (about.refused("patch_state", *one) for one in hiding)
    if hiding:
        return
    updates = _dnf_updates(answers, dnf.CHECK)
    if updates is None:
        yield about.unknown("patch_state", dnf.CHECK, missing(_WHAT, answers.command(dnf.CHECK)))
        return
    fields["pending_updates"] = len(updates)
    security = _dnf_updates(answers, dnf.CHECK_SECURITY)
    advising = {name for name, one in cached.items() if one.advises}
    if security is None or not advising or not set(updates.values()) <= advising:
        yield about.unknown("patch_state", dnf.CHECK_SECURITY, _NO_ADVICE)
    else:
        fields["pending_security_updates"] = len(security)


_NO_REPOSITORY = Text(
    "待装更新未知:没有启用任何软件源", "pending updates not known: no repository is enabled"
)


def _not_cached(names: list[str]) -> Text:
    shown = ", ".join(names)
    return Text(
        f"待装更新未知:软件源 {shown} 没有本地缓存",
        f"pending updates not known: no cached metadata of {shown}",
    )


def _dnf_updates(answers: Answers, command: Command) -> dict[str, str] | None:
    answer = answers.command(command)
    if answer.exit_code == dnf.UPDATES_WAIT:
        return dnf.parse_check_update(answer.text) or None
    return {} if answer.ok else None
