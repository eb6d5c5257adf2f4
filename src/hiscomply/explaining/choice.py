"""Which finding is meant by ``file:line``, ``file:line:policy``, ``policy@subject`` or a fingerprint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hiscomply.errors import ConfigError, nearest
from hiscomply.model import Finding, State

MIN_DIGITS = 8
"""The shortest beginning of a fingerprint."""
_FINGERPRINT = re.compile(rf"(?:sha256:)?([0-9a-f]{{{MIN_DIGITS},64}})")
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?(?::(?P<policy>[a-z]\w*))?")
_SHOWN = 8


def place_of(finding: Finding) -> str:
    """``file:line:policy``, as it may be asked for; ``policy@subject`` without a line."""
    if finding.source is None or finding.line is None:
        return f"{finding.policy_id}@{finding.subject}"
    return f"{finding.source}:{finding.line}:{finding.policy_id}"


def chosen(reference: str, findings: Iterable[Finding]) -> Finding:
    """The one finding that is meant.

    Raises:
        ConfigError: none or several are; with those that could be meant.
    """
    known = [finding for finding in findings if finding.state is not State.ABSENT]
    meant = _meant(reference, known)
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise ConfigError(
            f"{reference!r} stands for {len(meant)} findings / 对应多个问题",
            hint="name one of them / 请指明其一:\n     " + _listed(meant),
        )
    if not known:
        raise ConfigError(
            f"there is no finding {reference!r}: nothing was found at all / 没有任何问题",
            hint="`hiscomply check` says what was judged / 请用 hiscomply check 查看",
        )
    near = nearest(reference, [place_of(one) for one in known])
    raise ConfigError(
        f"there is no finding {reference!r} / 没有该问题",
        hint=near or "the findings are / 现有问题:\n     " + _listed(known),
    )


def _listed(findings: Sequence[Finding]) -> str:
    more = f"\n     … (+{len(findings) - _SHOWN})" if len(findings) > _SHOWN else ""
    return "\n     ".join(place_of(one) for one in findings[:_SHOWN]) + more


def _meant(reference: str, findings: Sequence[Finding]) -> list[Finding]:
    """The exact sense first: a file may be named as a policy is."""
    for meant in (_by_fingerprint, _by_subject, _by_place, _by_file):
        found = meant(reference, findings)
        if found:
            return found
    return []


def _by_fingerprint(reference: str, findings: Sequence[Finding]) -> list[Finding]:
    match = _FINGERPRINT.fullmatch(reference.lower())
    return [one for one in findings if match and one.fingerprint.startswith(match[1])]


def _by_subject(reference: str, findings: Sequence[Finding]) -> list[Finding]:
    policy, _, subject = reference.partition("@")
    return [one for one in findings if one.policy_id == policy and subject in ("", one.subject)]


def _by_place(reference: str, findings: Sequence[Finding]) -> list[Finding]:
    match = _PLACE.fullmatch(reference)
    if match is None:
        return []
    file, line, column, policy = match["file"], int(match["line"]), match["column"], match["policy"]
    return [
        one
        for one in findings
        if _is_file(one, file)
        and one.line == line
        and (column is None or one.column == int(column))
        and policy in (None, one.policy_id)
    ]


def _by_file(reference: str, findings: Sequence[Finding]) -> list[Finding]:
    """``file`` or ``file:policy``: a default stands on no line."""
    file, _, policy = reference.rpartition(":")
    whole = [one for one in findings if _is_file(one, reference)]
    return whole or [one for one in findings if _is_file(one, file) and one.policy_id == policy]


def _is_file(finding: Finding, file: str) -> bool:
    return finding.source is not None and finding.source == file.removeprefix("./")
