"""Where the secrets of targets come from, and that none comes out again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiscomply.collect.runner import collect_all
from hiscomply.collect.secrets import read_secret
from hiscomply.hookspecs import CollectContext, CollectDenied, CollectFailed
from hiscomply.kinds import load_kinds
from hiscomply.model import CollectionStatus, Record, Rejected, Target, Text
from hiscomply.paths import schemas_dir

SECRET = "correct-horse-7Q"


def secret_file(folder: Path, text: str = SECRET + "\n", mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_from_environment_file_or_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIS_DB_PASSWORD", SECRET)
    secret_file(tmp_path)
    assert read_secret({"env": "HIS_DB_PASSWORD"}, tmp_path) == SECRET
    assert read_secret({"file": "password"}, tmp_path) == SECRET
    assert read_secret({"command": [sys.executable, "-c", f"print({SECRET!r})"]}, tmp_path) == SECRET


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"env": "HISCOMPLY_NOT_SET"}, "the environment variable HISCOMPLY_NOT_SET is not set"),
        ({"file": "nowhere"}, "the secret file nowhere cannot be read: No such file or directory"),
        ({"command": ["/nonexistent/vault"]}, "cannot be run: No such file or directory"),
        (
            {"command": [sys.executable, "-c", f"print({SECRET!r}); raise SystemExit(4)"]},
            "ended with exit code 4",
        ),
        ({"command": [sys.executable, "-c", ""]}, "is empty"),
    ],
)
def test_what_cannot_be_had_says_where_it_was_looked_for(
    tmp_path: Path, spec: Mapping[str, Any], reason: str
) -> None:
    with pytest.raises(CollectFailed) as caught:
        read_secret(spec, tmp_path)
    assert reason in caught.value.reason.en
    assert SECRET not in caught.value.reason.en + caught.value.reason.zh


def test_a_file_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path, mode=0o644)
    with pytest.raises(CollectFailed, match="chmod 600"):
        read_secret({"file": "password"}, tmp_path)


class Leaky:
    """A collector that lets its password out wherever it can."""

    name = "leaky"
    version = "1"
    summary = Text("测试", "For tests")
    options_schema: Mapping[str, Any] = {"type": "object"}

    def kinds(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ("account",)

    def collect(self, target: Target, context: CollectContext) -> Iterator[Record | Rejected]:
        found = context.secret(target.options["password"])
        source = f"db://sa:{found}@his"
        yield Record(
            "account", {"system_id": "HIS", "login": "li", "owner": f"uses {found}"}, source, context.now
        )
        yield Record("account", {"system_id": "HIS", "login": found}, "db", context.now)
        yield Rejected(
            "account", source, Text(f"坏行 {found}", f"bad line {found}"), subject=found, pointer=found
        )
        raise CollectDenied(Text(f"{source} 拒绝", f"{source} refuses"))


def test_what_opened_a_door_is_nowhere_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIS_DB_PASSWORD", SECRET)
    target = Target("leaky", "his-db", {"password": {"env": "HIS_DB_PASSWORD"}}, ("account",))
    (one,) = collect_all(
        [target],
        {"leaky": Leaky()},
        load_kinds([schemas_dir() / "evidence"]),
        tmp_path / "staging",
        project=tmp_path,
        zone="Asia/Shanghai",
        digest=lambda _secret: "hmac-sha256:x",
        progress=lambda *_: None,
    )
    assert (one.status, dict(one.records), one.rejected_count) == (CollectionStatus.DENIED, {"account": 2}, 1)
    written = "".join(file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    assert "hmac-sha256:x" in written
    assert SECRET not in written + repr(one)
