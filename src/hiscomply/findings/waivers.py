"""Waivers: read, and held to their own rules. One that breaks a rule covers nothing and is itself a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

from hiscomply.frozen import dataclass
from hiscomply.model import Severity, Text, Waiver

WAIVER_POLICY = "waivers_in_order"
"""The policy that waivers themselves are held to."""
WAIVER_SEVERITY = Severity.MEDIUM
PARAMETER = "parameter:"
"""A waiver whose subject begins so lets a project loosen that parameter; it covers no finding."""
LONGEST_DAYS: Mapping[Severity, int] = {
    Severity.CRITICAL: 30,
    Severity.HIGH: 90,
    Severity.MEDIUM: 180,
    Severity.LOW: 365,
}
"""Longest term of a waiver by severity, in days; our own numbers."""
EXPIRES_SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class WaiverProblem:
    """A rule that a waiver breaks."""

    waiver: Waiver
    what: Text


def check_waivers(
    waivers: Sequence[Waiver], severities: Mapping[str, Severity], today: date
) -> tuple[list[Waiver], list[WaiverProblem]]:
    """The waivers in force today, and what is wrong with the others.

    Args:
        severities: of every policy, by id.
        today: in the project's zone; ``until`` is inclusive.
    """
    valid, problems = [], []
    for waiver in waivers:
        what = _problem(waiver, severities, today)
        if what is not None:
            problems.append(WaiverProblem(waiver, what))
        elif date.fromisoformat(waiver.starts) <= today:
            valid.append(waiver)
    return valid, problems


def _problem(waiver: Waiver, severities: Mapping[str, Severity], today: date) -> Text | None:
    starts, until = date.fromisoformat(waiver.starts), date.fromisoformat(waiver.until)
    if until < starts and not waiver.is_inline:
        return Text(f"截止日 {until} 早于起始日 {starts}", f"ends on {until}, before it starts on {starts}")
    if until < today:
        return Text(f"已于 {until} 到期", f"expired on {until}")
    if not waiver.is_inline and _person(waiver.requested_by) == _person(waiver.approved_by):
        return Text("申请人与批准人为同一人", "requested and approved by the same person")
    covered = [severity for policy, severity in severities.items() if fnmatchcase(policy, waiver.policy)]
    if not covered:
        return Text(f"没有名为 {waiver.policy} 的策略", f"there is no policy {waiver.policy}")
    longest = min(LONGEST_DAYS[severity] for severity in covered)
    days = (until - starts).days + 1
    if days > longest:
        return Text(
            f"期限 {days} 天,超过允许的 {longest} 天", f"runs {days} days, at most {longest} are allowed"
        )
    return None


def _person(name: str) -> str:
    """A name without what a keyboard makes of it: full width, capitals, blanks."""
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def file_patterns(waiver: Waiver) -> tuple[str, ...]:
    """The patterns of which a finding's file must meet one; a leading ``**/`` also stands for no folder."""
    if not waiver.file:
        return ("*",)
    bare = waiver.file.removeprefix("**/")
    return (waiver.file,) if bare == waiver.file else (waiver.file, bare)
