"""Given rows of cases.yaml: what the defaults give, and what a row is without."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiscomply.errors import PolicyError
from hiscomply.plugins import evidence_kinds
from hiscomply.policy.pack import load_pack
from hiscomply.policy_cases import CaseResult, run_cases

POLICY = """
id: firmware_known
clauses: ["4.2.2"]
title: {zh: 固件, en: Firmware}
severity: low
check: {each: firmware, assert: version = 'V1'}
message: {zh: 改, en: Mend it.}
remediation: {zh: 改, en: Mend it.}
"""
CASES = """
as_of: 2026-06-30T08:00:00+08:00
defaults: {firmware: {version: V1}}
cases:
  - name: one row keeps the default, one is without it
    given: {firmware: [{asset_id: a}, {asset_id: b, without: [%s]}]}
    expect: {a: pass, b: unknown}
"""


def results(folder: Path, without: str) -> list[CaseResult]:
    pack = folder / "4.2" / "firmware_known"
    pack.mkdir(parents=True)
    (pack / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (pack / "cases.yaml").write_text(CASES % without, encoding="utf-8")
    policies = load_pack([folder], evidence_kinds(), use_cache=False).policies
    return list(run_cases(policies[0], evidence_kinds()))


def test_a_row_is_without_the_field_that_the_defaults_would_give_it(tmp_path: Path) -> None:
    assert [one.differences() for one in results(tmp_path, "version")] == [[]]


def test_a_row_cannot_be_without_a_field_that_its_kind_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no field 'versoin'") as caught:
        results(tmp_path, "versoin")
    assert "version" in caught.value.hint
