"""What the project file itself says of the institution, as evidence: its facts, and signed statements of scope."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hiscomply.config.document import ProjectDocument
from hiscomply.errors import ConfigError
from hiscomply.model import Record
from hiscomply.yaml_source import Path_, YamlDocument

FACTS = ("level", "is_cii", "is_central_organ", "province", "persons_held", "us_entity")
PROFILE_OF_LEVEL = {
    "tertiary_a": "tertiary",
    "tertiary": "tertiary",
    "secondary": "baseline",
    "primary": "baseline",
    "clinic": "baseline",
}
"""A level that is not here says nothing of the profile."""
_PROFILE = "tertiary"


def declared_records(document: ProjectDocument, yaml: YamlDocument, zone: str) -> tuple[Record, ...]:
    """One record of kind ``institution``, and one of kind ``scope_statement`` per entry of ``scope``.

    Their time is not set: what a project file says counts from the moment the audit judges.

    Raises:
        ConfigError: a day of a statement does not exist.
    """
    facts = {name: value for name in FACTS if (value := getattr(document.institution, name)) is not None}
    records = [_record("institution", {"id": "institution", **facts}, yaml, ("institution",))]
    for number, one in enumerate(document.scope):
        path: Path_ = ("scope", number)
        signed = _day(one.signed_on, yaml, (*path, "signed_on")) if one.signed_on else None
        fields = {
            "subject": one.subject,
            "reason": one.reason,
            "signed_by": one.signed_by,
            "signed_at": signed and datetime.combine(signed, time(), ZoneInfo(zone)).astimezone(UTC),
            "until": _day(one.until, yaml, (*path, "until")).isoformat(),
        }
        records.append(_record("scope_statement", fields, yaml, path))
    return tuple(records)


def choose_profile(document: ProjectDocument, yaml: YamlDocument, flag: str | None) -> tuple[str, str]:
    """The profile and where it came from: a flag, the project file, the institution's level, or the default."""
    if flag:
        return flag, "--profile"
    if document.profile:
        return document.profile, str(yaml.key_place(("profile",)))
    level = document.institution.level
    if level in PROFILE_OF_LEVEL:
        return PROFILE_OF_LEVEL[
            level
        ], f"institution.level: {level} ({yaml.key_place(('institution', 'level'))})"
    return _PROFILE, "default"


def _record(kind: str, fields: dict[str, Any], yaml: YamlDocument, path: Path_) -> Record:
    place = yaml.place(path)
    return Record(kind, fields, place.name, None, place.line, place.column)


def _day(text: str, yaml: YamlDocument, path: Path_) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{text!r} is no date, write for example 2026-12-31 / 日期写法不正确", place=yaml.place(path)
        ) from error
