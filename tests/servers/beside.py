"""A collector of a service over HTTP in trouble, beside a good target: what must hold whatever the trouble is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.servers.audits import Audited, audit, write_project

from hiscomply.model import CollectionStatus


def assets_target(folder: Path, assets: Sequence[dict[str, Any]]) -> str:
    """A target ``register`` that gives these assets; its file lies in the project folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"kind": "asset", **one}) for one in assets]
    lines.append(json.dumps({"kind": "_end", "records": len(assets)}))
    (folder / "assets.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "  - {collector: records, name: register, path: assets.jsonl, kinds: [asset]}\n"


def assert_troubled(
    folder: Path, target: str, policy: str, status: CollectionStatus, *words: str, reason: str = ""
) -> Audited:
    """Audits a project with this target (named ``it``) and a good one, and checks what every trouble has in common.

    The collection has this status and a reason in both languages, the policy is unknown because of it, the exit code
    is 3, and the good target completes.
    """
    register = assets_target(folder, [{"id": "A1", "tier": 1, "class": "server", "system_id": "HIS"}])
    audited = audit(write_project(folder, target + register), [policy], *words)
    it = audited.collections["it"]
    assert it.status is status, it
    assert it.reason is not None
    assert it.reason.zh != it.reason.en
    assert reason in it.reason.en, it.reason.en
    assert audited.collections["register"].status is CollectionStatus.OK
    assert audited.policy(policy)["verdict"] == "unknown", audited.policy(policy)
    reasons = {one["reason"] for one in audited.findings(policy) if one["verdict"] == "unknown"}
    assert reasons & {"collection_incomplete", "related_incomplete"}, reasons
    assert audited.code == 3, audited.out
    assert "it" in audited.out
    return audited


def write_secret(file: Path, secret: str) -> Path:
    """A file that only its owner may read, as a secret must lie."""
    file.touch(mode=0o600)
    file.write_text(secret, encoding="utf-8")
    return file
