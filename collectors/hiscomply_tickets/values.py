"""Custom fields to fields of evidence, each by what the field may hold. Pure.

Free text is never taken: of a field for it only is kept that something is written there. A field for a reference takes
short plain words, so that a sentence, a name or an identity number in the wrong place does not get through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from hiscomply_tickets.moments import moment

FREE_TEXT: Final = frozenset(
    [
        "level_lowered_reason", "cause", "actions", "analysis", "suggestion", "need", "risk", "steps",
        "roles", "rollback", "communication",
    ]
)  # fmt: skip
PEOPLE: Final = frozenset(
    [
        "root_cause_accepted_by", "level_lowered_by", "resolver", "verifier", "extension_approved_by",
        "approver", "implementer",
    ]
)  # fmt: skip
REFERENCES: Final = frozenset(
    [
        "system_id", "ic_category", "category", "problem_id", "change_id", "knowledge_id", "backup_id",
        "test_id", "version", "asset_id", "target", "ticket_id",
    ]
)  # fmt: skip
TIMES: Final = frozenset(
    [
        "occurred", "detected", "recorded", "classified", "acked", "escalated", "leader_told_at",
        "mitigated", "resolved", "closed", "reported_at", "commission_told_at", "notice_decided_at",
        "persons_notified_at", "summary_reported_at", "reviewed_at", "root_cause_report_at",
        "suggested_at", "suggestion_decided_at", "feedback_at", "rollback_rehearsed_at", "requested",
        "approved", "notified_at", "window_from", "window_to", "started", "ended", "verified_at",
        "cmdb_at", "raised_at", "acked_at", "noted_at", "closed_at",
    ]
)  # fmt: skip
NUMBERS: Final = frozenset(["outage_min", "score", "downtime_min", "planned_downtime_min"])
SWITCHES: Final = frozenset(
    [
        "security", "cii", "personal_data_breach", "recorded_edited", "major", "window_approved",
        "level_lowered",
    ]
)  # fmt: skip
CHOICES: Final = frozenset(["source", "kind", "nat_level", "type", "result"])
DATES: Final = frozenset({"extension_until"})
FIELDS: Final = FREE_TEXT | PEOPLE | REFERENCES | TIMES | NUMBERS | SWITCHES | CHOICES | DATES

UNKNOWN_WHEN_EMPTY: Final = (
    frozenset(
        [
            "system_id", "category", "version", "asset_id", "target", "occurred", "detected", "recorded", "requested",
            "window_from", "window_to", "raised_at", "outage_min", "downtime_min", "planned_downtime_min", "implementer",
            "source", "kind", "type",
        ]
    )
    | SWITCHES
)  # fmt: skip
"""Fields of which an empty one says nothing; of the others it says that there is none."""

WRITTEN: Final = "written / 已填写"
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,39}")
_PERSON: Final = re.compile(r"[^\W_][\w .@'·-]{0,39}")
_IDENTITY: Final = re.compile(r"\d{15}|\d{17}[\dXx]|\d{11}")
_YES: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "是": True,
    "0": False,
    "false": False,
    "no": False,
    "否": False,
}

Value = str | float | bool | datetime | None


def converted(field: str, text: str | None, zone: str, values: Mapping[str, str]) -> Value:
    """What a field holds; None where it is left empty.

    Args:
        values: what a written value stands for, from the target's options.

    Raises:
        ValueError: it may not stand there.
    """
    text = (text or "").strip()
    text = values.get(text, text)
    if not text:
        return None
    if field in FREE_TEXT:
        return WRITTEN
    if field in TIMES:
        return moment(text, zone)
    if field in DATES:
        return datetime.fromisoformat(text).date().isoformat()
    if field in NUMBERS:
        return float(text)
    if field in SWITCHES:
        return _switch(text)
    return _plain(text, _PERSON if field in PEOPLE else _REFERENCE)


def _switch(text: str) -> bool:
    if text.lower() not in _YES:
        raise ValueError("neither yes nor no")
    return _YES[text.lower()]


def _plain(text: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(text) or _IDENTITY.fullmatch(text):
        raise ValueError("no plain word")
    return text
