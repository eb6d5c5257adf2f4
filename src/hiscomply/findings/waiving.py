"""Waivers as a table beside the verdicts: which cover something, and what is wrong with the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from hiscomply.duck import insert
from hiscomply.findings.waivers import PARAMETER, WAIVER_POLICY, WaiverProblem, file_patterns
from hiscomply.model import PolicyInfo, Text, Waiver

COVERS_NOTHING: Final = Text("没有与之对应的问题", "covers no finding")


def unused(connection: Any, policies: Sequence[PolicyInfo], waivers: Sequence[Waiver]) -> list[WaiverProblem]:
    """The waivers in force that cover no finding and loosen no parameter."""
    covering = _covering(connection)
    return [
        WaiverProblem(waiver, COVERS_NOTHING)
        for waiver in waivers
        if not (
            _loosens_any(policies, waiver) if waiver.subject.startswith(PARAMETER) else waiver.id in covering
        )
    ]


def load_waivers(connection: Any, waivers: Sequence[Waiver]) -> None:
    """A row for each pattern over files that a waiver has."""
    connection.execute(
        "CREATE TABLE waiver (id VARCHAR, policy VARCHAR, subject VARCHAR, file VARCHAR, line INTEGER)"
    )
    rows = [
        (one.id, one.policy, _subjects(one.subject), _escaped(pattern) if one.file else None, one.line)
        for one in waivers
        for pattern in file_patterns(one)
    ]
    insert(connection, "waiver", ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"), rows)


def _subjects(pattern: str) -> str:
    """In a subject, which may be a Windows account or a row in brackets, only ``*`` and ``?`` stand for others."""
    return _escaped(pattern).replace("[", "[[]")


def _escaped(pattern: str) -> str:
    """To GLOB a backslash takes the meaning of the letter behind it, and is not itself there."""
    return pattern.replace("\\", "\\\\")


def _covering(connection: Any) -> frozenset[str]:
    """Ids of the waivers that cover a failure, or may cover one among what is not known."""
    rows = connection.execute(
        "SELECT DISTINCT w.id FROM waiver w JOIN current c ON c.policy_id GLOB w.policy AND (c.code = 2 AND "
        "c.subject = '*' OR c.code IN (2, 3) AND c.subject GLOB w.subject AND (w.file IS NULL OR "
        "c.source GLOB w.file) AND (c.code = 2 OR w.line IS NULL OR c.line = w.line))"
    ).fetchall()
    return frozenset(id_ for (id_,) in rows)


def _loosens_any(policies: Sequence[PolicyInfo], waiver: Waiver) -> bool:
    name = waiver.subject.removeprefix(PARAMETER)
    return any(
        one.name == name and one.is_looser is not False and one.is_overridden
        for policy in policies
        if fnmatchcase(policy.id, waiver.policy)
        for one in policy.parameters
    )


def add_findings(connection: Any, problems: Sequence[WaiverProblem]) -> None:
    """What is wrong with waivers, as failures of the policy that they are held to."""
    if not problems:
        return
    places = [place(problem.waiver) for problem in problems]
    connection.execute(
        "INSERT INTO current BY NAME SELECT $policy AS policy_id, 3 AS code, subject, [] AS missing, data, source, "
        "line, sha256($policy || chr(31) || subject) AS fingerprint FROM (SELECT unnest($subjects) AS subject, "
        "unnest($data) AS data, unnest($sources) AS source, unnest($lines::INTEGER[]) AS line)",
        {
            "policy": WAIVER_POLICY,
            "subjects": [problem.waiver.id for problem in problems],
            "data": [said(problem) for problem in problems],
            "sources": [source for source, _ in places],
            "lines": [line for _, line in places],
        },
    )


def said(problem: WaiverProblem) -> str:
    """What a finding on a waiver says, as JSON."""
    data = {
        "waiver": problem.waiver.id,
        "policy": problem.waiver.policy,
        "what_zh": problem.what.zh,
        "what_en": problem.what.en,
    }
    return json.dumps(data, ensure_ascii=False)


def place(waiver: Waiver) -> tuple[str, int | None]:
    """Its file and line; in ``waivers.yaml`` a column follows."""
    split = waiver.origin.rpartition if waiver.is_inline else waiver.origin.partition
    source, _, rest = split(":")
    return source, int(rest.split(":")[0]) if rest else None
