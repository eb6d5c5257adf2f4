"""What a project file says of the institution becomes evidence, and its level chooses the profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hiscomply.config.declared import PROFILE_OF_LEVEL
from hiscomply.config.project import load_project
from hiscomply.config.settings import Settings
from hiscomply.errors import HiscomplyError
from hiscomply.model import Record


def load(folder: Path, text: str, flags: Mapping[str, Any] | None = None) -> Settings:
    (folder / "hiscomply.yaml").write_text(text, encoding="utf-8")
    return load_project(folder, {}, language="en", flags=flags or {})


def records(settings: Settings, kind: str) -> list[Record]:
    return [one for one in settings.declared or () if one.kind == kind]


def test_facts_are_one_record_that_says_where_it_stands(tmp_path: Path) -> None:
    text = "institution:\n  name: A\n  level: clinic\n  is_cii: false\n  province: SC\n  persons_held: 900\n"
    (record,) = records(load(tmp_path, text), "institution")
    assert record.fields == {
        "id": "institution",
        "level": "clinic",
        "is_cii": False,
        "province": "SC",
        "persons_held": 900,
    }
    assert (record.source, record.line) == ("hiscomply.yaml", 2)


def test_a_fact_that_is_left_out_is_not_there(tmp_path: Path) -> None:
    (record,) = records(load(tmp_path, "institution: {name: A}\n"), "institution")
    assert record.fields == {"id": "institution"}


@pytest.mark.parametrize(
    "fact",
    [
        "level: grand",
        "is_cii: 1",
        "is_cii: maybe",
        "is_central_organ: 0",
        "province: Sichuan",
        "persons_held: -1",
        "persons_held: many",
        "persons_held: 1.5",
        "us_entity: 'no'",
        "is_ci: true",
    ],
)
def test_a_fact_that_is_no_such_fact_is_refused_with_its_line(tmp_path: Path, fact: str) -> None:
    with pytest.raises(HiscomplyError, match=r"hiscomply\.yaml:3"):
        load(tmp_path, f"institution:\n  name: A\n  {fact}\n")


@pytest.mark.parametrize(("level", "profile"), sorted(PROFILE_OF_LEVEL.items()))
def test_the_level_chooses_the_profile_and_says_so(tmp_path: Path, level: str, profile: str) -> None:
    settings = load(tmp_path, f"institution:\n  name: A\n  level: {level}\n")
    assert settings.profile == profile
    assert settings.profile_origin == f"institution.level: {level} (hiscomply.yaml:3:3)"


@pytest.mark.parametrize("level", ["", "\n  level: public_health"])
def test_without_a_level_that_tells_the_profile_is_tertiary(tmp_path: Path, level: str) -> None:
    settings = load(tmp_path, f"institution:\n  name: A{level}\n")
    assert (settings.profile, settings.profile_origin) == ("tertiary", "default")


def test_a_written_profile_wins_over_the_level_and_a_flag_over_both(tmp_path: Path) -> None:
    text = "institution: {name: A, level: clinic}\nprofile: strict\n"
    settings = load(tmp_path, text)
    assert (settings.profile, settings.profile_origin) == ("strict", "hiscomply.yaml:2:1")
    settings = load(tmp_path, text, {"profile": "tertiary"})
    assert (settings.profile, settings.profile_origin) == ("tertiary", "--profile")


def test_a_statement_is_signed_at_the_start_of_its_day_in_the_projects_zone(tmp_path: Path) -> None:
    text = (
        "institution: {name: A, timezone: Asia/Shanghai}\nscope:\n"
        "  - {subject: PACS, reason: none, signed_by: dean, signed_on: 2026-06-01, until: 2026-12-31}\n"
        "  - {subject: LIS, reason: none, until: 2026-12-31}\n"
    )
    signed, unsigned = records(load(tmp_path, text), "scope_statement")
    assert signed.fields == {
        "subject": "PACS",
        "reason": "none",
        "signed_by": "dean",
        "signed_at": datetime(2026, 5, 31, 16, tzinfo=UTC),
        "until": "2026-12-31",
    }
    assert (signed.line, unsigned.line) == (3, 4)
    assert (unsigned.fields["signed_by"], unsigned.fields["signed_at"]) == (None, None)


def test_statements_may_stand_in_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "scope.yaml").write_text(
        "scope:\n  - {subject: PACS, reason: none, until: 2026-12-31}\n", encoding="utf-8"
    )
    settings = load(tmp_path, "institution: {name: A}\ninclude: [scope.yaml]\n")
    (record,) = records(settings, "scope_statement")
    assert (record.source, record.line) == ("scope.yaml", 2)
