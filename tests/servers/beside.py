"""Targets in trouble beside good ones: what must hold whatever the trouble is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.servers.audits import Audited, audit, write_project

from hiscomply.model import CollectionStatus, Text


def assets_target(folder: Path, assets: Sequence[dict[str, Any]]) -> str:
    """A target ``register`` that gives these assets; its file lies in the project folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"kind": "asset", **one}) for one in assets]
    lines.append(json.dumps({"kind": "_end", "records": len(assets)}))
    (folder / "assets.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "  - {collector: records, name: register, path: assets.jsonl, kinds: [asset]}\n"


def assert_only_these(
    audited: Audited, policy: str, bad: Mapping[str, tuple[str, str]], *, but: Collection[str] = ()
) -> None:
    """What must hold of an audit in which these targets, and no others, are in trouble.

    Each of them has its status and its reason in both languages; the policy is unknown for each of them and says so;
    the exit code is 3; every other target completes.

    Args:
        bad: by name of target its status and some words of its reason.
        but: those of them that lack nothing that the policy rests on.
    """
    collections = audited.collections
    assert {name: str(collections[name].status) for name in bad} == {
        name: status for name, (status, _) in bad.items()
    }, {name: collections[name].reason for name in bad}
    reasons = {name: collections[name].reason or Text("", "") for name in bad}
    assert {name: one.en for name, one in reasons.items() if bad[name][1] not in one.en} == {}
    assert [name for name, one in reasons.items() if one.zh == one.en] == []
    others = {name: one for name, one in collections.items() if name not in bad}
    assert {name: one.reason for name, one in others.items() if one.status is not CollectionStatus.OK} == {}
    assert any(one.records for one in others.values() if one.collector not in ("project", "reference"))
    assert_unknown(audited, policy, sorted(bad.keys() - set(but)))
    assert audited.code == 3, audited.out
    assert "undecided" in audited.out
    assert "What was not seen" in audited.out


def assert_unknown(audited: Audited, policy: str, bad: Sequence[str]) -> None:
    """The policy is unknown, for all of these targets and for no other."""
    told = audited.policy(policy)
    assert told["verdict"] == "unknown", told
    unknown = [one for one in audited.findings(policy) if one["verdict"] == "unknown"]
    rests_on: set[str] = set()
    for one in unknown:
        if one["reason"] == "collection_incomplete":
            assert sorted(one["missing"]) == bad, one
            rests_on |= set(told["evidence"])
        elif one["reason"] == "related_incomplete":
            rests_on |= set(one["missing"])
    assert rests_on, unknown
    for name, one in audited.collections.items():
        assert bool(rests_on & set(one.affected)) == (name in bad), (name, one.affected, rests_on)


def assert_troubled(
    folder: Path, target: str, policy: str, status: CollectionStatus, *words: str, reason: str = ""
) -> Audited:
    """Audits a project with this target (named ``it``) and a good one, and checks what every trouble has in common."""
    register = assets_target(folder, [{"id": "A1", "tier": 1, "class": "server", "system_id": "HIS"}])
    audited = audit(write_project(folder, target + register), [policy], *words)
    assert audited.collections["register"].records == {"asset": 1}
    assert_only_these(audited, policy, {"it": (str(status), reason)})
    return audited


def write_secret(file: Path, secret: str) -> Path:
    """A file that only its owner may read, as a secret must lie."""
    file.touch(mode=0o600)
    file.write_text(secret, encoding="utf-8")
    return file
