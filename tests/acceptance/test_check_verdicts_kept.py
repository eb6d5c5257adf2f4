"""A second check of an unchanged tree takes its verdicts from the first, says the same, and never passes on old ones."""

from __future__ import annotations

import json
import marshal
import re
import shutil
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.checked_tree import BAD_SSHD, GOOD_SSHD, SSHD, Answer, Tree, in_days, pack_cache, tree

from hiscomply import kept_verdicts, pipeline, sqlite
from hiscomply.collect import runner
from hiscomply.collect.kept_rows import FEW
from hiscomply.evaluate import small, stored

__all__ = ["pack_cache", "tree"]

ROOT = "sshd_root_login_disabled"
TRIES = "sshd_max_auth_tries_limited"
COMPOSE = 'services:\n  web:\n    image: web:1\n    environment: {MODE: plain}\n    ports: ["80:80"]\n'
SECRET = "Hq7-blue-Zebra-41"
OWN = """id: own_setting_stands
clauses: ["4.2.3"]
title: {{zh: 设置存在, en: The setting stands}}
severity: high
check:
  setting: {{software: sshd, key: permitrootlogin}}
  assert: lower(value) = '{}'
message: {{zh: 不是这个值, en: It is not the value}}
remediation: {{zh: 改正, en: Mend it}}
"""
TIMES = re.compile(
    r'"(as_of|started|ended|observed_at|\w+TimeUtc|evidence_digest|guid)": ?"[^"]*"|\d{4}-\d\d-\d\dT[\d:.]+\S*?(?=")'
)
"""What is another in each run: times, and what is named after them."""


@pytest.fixture
def cache(tmp_path: Path, pack_cache: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where verdicts are kept; with more files in the tree than are read anew in any case."""
    tree.check()  # compiles the policies, where no test has
    shutil.copytree(pack_cache, tmp_path / "cache", ignore=shutil.ignore_patterns("rows-*", "verdicts-*"))
    for number in range(FEW):
        tree.write(f"a/{number}.json", "{}")
    tree.write("a/compose.yaml", COMPOSE)
    tree.write(SSHD, BAD_SSHD)
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hiscomply"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The engines that judged, one after the other."""
    engines: list[str] = []

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            found = real(*arguments, **named)
            engines.append(name)
            return found

        return called

    monkeypatch.setattr(small, "evaluate_held", noting("small", small.evaluate_held))
    monkeypatch.setattr(stored, "evaluate_stored", noting("stored", stored.evaluate_stored))
    return engines


@pytest.fixture
def stored_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a large tree."""
    monkeypatch.setattr(sqlite, "is_able", lambda: False)


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Writes a project beside the tree; gives the arguments that name it."""

    def written(*lines: str) -> tuple[str, ...]:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        text = "\n".join(["institution: {name: {zh: 某医院, en: A hospital}}", *lines, ""])
        (folder / "hiscomply.yaml").write_text(text, encoding="utf-8")
        return "--project", str(folder)

    return written


@pytest.fixture
def showing_secrets(project: Callable[..., tuple[str, ...]], tmp_path: Path) -> tuple[str, ...]:
    """Arguments for a policy that says what stands for a secret."""
    policy = tmp_path / "project/pack/own_setting_stands/policy.yaml"
    policy.parent.mkdir(parents=True)
    text = OWN.replace(
        "  setting: {{software: sshd, key: permitrootlogin}}\n  assert: lower(value) = '{}'",
        "  each: setting\n  where: is_secret\n  assert: value_empty",
    ).replace("It is not the value", "'It is {{value}}'")
    policy.write_text(text.format(), encoding="utf-8")
    return *project("packs: [pack]"), "--policy", "own_setting_stands"


def later(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that tells the time says so many days later."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=days)

    for module in (pipeline, runner, kept_verdicts):
        monkeypatch.setattr(module, "datetime", Later)


def said(tree: Tree, *arguments: str) -> tuple[Answer, str, str]:
    """The answer, and the reports but for their times."""
    files = [tree.folder.parent / name for name in ("r.json", "r.sarif")]
    answer = tree.check(*arguments, "-o", f"json={files[0]}", "-o", f"sarif={files[1]}")
    texts = [json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=0) for file in files]
    run = json.loads(texts[0])["run"]["id"]
    return answer, *(TIMES.sub("", text.replace(run, "RUN")) for text in texts)  # type: ignore[return-value]


def test_a_second_check_judges_nothing_and_says_the_same(tree: Tree, cache: Path, judged: list[str]) -> None:
    first = said(tree)
    assert judged == ["small"]
    assert len(first[0].findings) > 3
    assert said(tree) == first == said(tree, "--no-cache")
    assert judged == ["small", "small"]


@pytest.mark.usefixtures("stored_only")
def test_so_it_is_for_a_tree_that_is_judged_by_duckdb(tree: Tree, cache: Path, judged: list[str]) -> None:
    first = said(tree)
    assert said(tree) == first
    assert judged == ["stored"]


def test_both_engines_keep_the_same(tree: Tree, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = said(tree)
    (file,) = cache.glob("verdicts-*")
    file.unlink()
    monkeypatch.setattr(sqlite, "is_able", lambda: False)
    assert said(tree) == first
    assert said(tree) == first


def test_a_finding_has_the_time_of_its_own_run(
    tree: Tree, cache: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tree.folder.parent / "r.sarif"
    tree.check()
    later(400, monkeypatch)
    tree.check("-o", f"sarif={report}")
    assert judged == ["small"]
    results = json.loads(report.read_text(encoding="utf-8"))["runs"][0]["results"]
    times = {one["properties"]["observed_at"][:10] for one in results if "observed_at" in one["properties"]}
    assert len(times) == 1
    assert datetime.fromisoformat(times.pop()) > datetime.now() + timedelta(days=398)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.write(SSHD, BAD_SSHD.replace("PermitRootLogin yes", "PermitRootLogin no ")),
        lambda tree: tree.write("b/.env", "A=1\n"),
        lambda tree: tree.write("b/picture.bin", "\0" * 5000),
        lambda tree: (tree.folder / "a/compose.yaml").unlink(),
        lambda tree: (tree.folder / "a/compose.yaml").rename(tree.folder / "a/docker-compose.yml"),
    ],
    ids=["byte", "added", "added and unknown", "removed", "renamed"],
)
def test_what_changes_in_the_tree_is_judged_anew(
    change: Callable[[Tree], object], tree: Tree, cache: Path, judged: list[str]
) -> None:
    tree.check()
    change(tree)
    second = said(tree)
    assert judged == ["small", "small"]
    assert second == said(tree, "--no-cache")


def test_a_file_that_goes_bad_and_back_is_never_judged_by_the_other(
    tree: Tree, cache: Path, judged: list[str]
) -> None:
    codes = []
    for text in (GOOD_SSHD, BAD_SSHD, BAD_SSHD, GOOD_SSHD, GOOD_SSHD, BAD_SSHD):
        tree.write(SSHD, text)
        codes.append(tree.check("--policy", ROOT).code)
    assert codes == [0, 1, 1, 0, 0, 1]
    assert len(judged) == 4


def test_a_large_file_that_no_format_knows_does_not_stand_in_the_way(
    tree: Tree, cache: Path, judged: list[str]
) -> None:
    tree.write("b/picture.bin", "\0" * 5000)
    first = said(tree)
    assert said(tree) == first
    assert judged == ["small"]


def test_other_policies_are_judged(tree: Tree, cache: Path, judged: list[str]) -> None:
    tree.check()
    assert tree.check("--policy", ROOT).code == 1
    assert tree.check("--policy", TRIES).code == 0
    assert len(judged) == 3


def test_another_parameter_is_judged(
    tree: Tree, cache: Path, judged: list[str], project: Callable[..., tuple[str, ...]]
) -> None:
    of_three = tree.check(*project(f"parameters: {{{TRIES}: {{max_tries: 3}}}}"), "--policy", TRIES)
    of_two = tree.check(*project(f"parameters: {{{TRIES}: {{max_tries: 2}}}}"), "--policy", TRIES)
    assert (of_three.code, of_two.code, len(judged)) == (0, 1, 2)


def test_another_profile_is_judged(
    tree: Tree, cache: Path, judged: list[str], project: Callable[..., tuple[str, ...]]
) -> None:
    tree.write(SSHD, BAD_SSHD.replace("MaxAuthTries 3", "MaxAuthTries 4"))
    tertiary = tree.check(*project("profile: tertiary"), "--policy", TRIES)
    strict = tree.check(*project("profile: strict"), "--policy", TRIES)
    assert (tertiary.code, strict.code, len(judged)) == (0, 1, 2)


def test_a_changed_policy_of_the_project_is_judged(
    tree: Tree, cache: Path, judged: list[str], project: Callable[..., tuple[str, ...]]
) -> None:
    arguments = (*project("packs: [pack]"), "--policy", "own_setting_stands")
    policy = tree.folder.parent / "project/pack/own_setting_stands/policy.yaml"
    policy.parent.mkdir(parents=True)
    codes = []
    for value in ("yes", "yes", "no", "no"):
        policy.write_text(OWN.format(value), encoding="utf-8")
        codes.append(tree.check(*arguments).code)
    assert (codes, len(judged)) == ([0, 0, 1, 1], 2)


def test_a_policy_on_days_is_judged_each_time(
    tree: Tree, cache: Path, judged: list[str], project: Callable[..., tuple[str, ...]]
) -> None:
    arguments = (*project("packs: [pack]"), "--policy", "own_setting_stands")
    policy = tree.folder.parent / "project/pack/own_setting_stands/policy.yaml"
    policy.parent.mkdir(parents=True)
    text = OWN.format("yes").replace(
        "  setting: {software: sshd, key: permitrootlogin}\n  assert: lower(value) = 'yes'",
        "  each: config_file\n  assert: size_bytes >= 0 and today = today",
    )
    policy.write_text(text, encoding="utf-8")
    assert [tree.check(*arguments).code for _ in range(2)] == [0, 0]
    assert judged == ["stored", "stored"]


def test_a_waiver_comment_that_changes_counts_at_once(tree: Tree, cache: Path, judged: list[str]) -> None:
    comment = f"# hiscomply: waive {ROOT} until {in_days(30)} because the vendor logs in as root\n"
    codes = []
    for text in (comment + BAD_SSHD, comment + BAD_SSHD, comment.replace(ROOT, TRIES) + BAD_SSHD):
        tree.write(SSHD, text)
        codes.append(tree.check("--policy", ROOT, "--policy", TRIES).code)
    assert (codes, len(judged)) == ([0, 0, 1], 2)


def test_a_waiver_comment_ends_though_nothing_else_changes(
    tree: Tree, cache: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = f"# hiscomply: waive {ROOT} until {in_days(30)} because the vendor logs in as root\n"
    tree.write(SSHD, comment + BAD_SSHD)
    assert tree.check("--policy", ROOT).code == 0
    later(31, monkeypatch)
    answer = tree.check("--policy", ROOT)
    assert (answer.code, judged) == (1, ["small"])
    assert f"expired on {in_days(30)}" in answer.out


def test_a_waiver_of_the_project_is_held_to_todays_date(
    tree: Tree,
    cache: Path,
    judged: list[str],
    project: Callable[..., tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = (*project("waivers: waivers.yaml"), "--policy", ROOT)
    waivers = tree.folder.parent / "project/waivers.yaml"
    waivers.write_text(
        f"waivers:\n  - {{id: W1, policy: {ROOT}, reason: vendor, compensating_control: watched, requested_by: a,"
        f" approved_by: b, ticket: T1, from: {in_days(0)}, until: {in_days(30)}}}\n",
        encoding="utf-8",
    )
    assert [tree.check(*arguments).code for _ in range(2)] == [0, 0]
    later(31, monkeypatch)
    assert (tree.check(*arguments).code, judged) == (1, ["small"])


def test_an_altered_file_counts_as_absent(tree: Tree, cache: Path, judged: list[str]) -> None:
    first = said(tree)
    (file,) = cache.glob("verdicts-*")
    content = file.read_bytes()
    for altered in (content[:-1], content[:-1] + bytes([content[-1] ^ 1]), b""):
        file.write_bytes(altered)
        assert said(tree) == first
    assert len(judged) == 4


@pytest.mark.parametrize(
    "changed", [f"{kept_verdicts.__name__}.__version__", "sys.version", "sqlite3.sqlite_version"]
)
def test_another_version_judges_anew(
    tree: Tree, cache: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    tree.check()
    monkeypatch.setattr(changed, "another")
    tree.check()
    assert len(judged) == 2


def test_verdicts_of_a_moment_when_the_clock_was_wrong_are_not_kept(
    tree: Tree, cache: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now(tz) - timedelta(hours=1)

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "datetime", Earlier)
        assert tree.check().code == 3
    assert tree.check().code == 1
    assert judged == ["small", "small"]


@pytest.mark.parametrize("arguments", [("--as-of", f"{in_days(0)}T00:00:00+08:00"), ("--no-cache",)])
def test_neither_another_moment_nor_a_check_without_cache_uses_them(
    tree: Tree, cache: Path, judged: list[str], arguments: tuple[str, ...]
) -> None:
    tree.check(*arguments)
    assert not list(cache.glob("verdicts-*"))
    tree.check()
    tree.check(*arguments)
    assert len(judged) == 3


def test_against_a_baseline_all_is_judged(tree: Tree, cache: Path, judged: list[str]) -> None:
    baseline = tree.folder.parent / "known.sarif"
    tree.check("-o", f"sarif={baseline}")
    assert tree.check("--baseline", str(baseline)).code == 0
    assert judged == ["small", "stored"]


def test_a_secret_is_in_no_verdict_that_is_kept(
    tree: Tree, cache: Path, judged: list[str], showing_secrets: tuple[str, ...]
) -> None:
    tree.write("b/app.env", f"DB_PASSWORD={SECRET}\n")
    first = said(tree, *showing_secrets)
    assert "is hmac-sha256:" in first[0].out
    assert said(tree, *showing_secrets) == first == said(tree, *showing_secrets, "--no-cache")
    assert judged == ["small", "small"]
    (file,) = cache.glob("verdicts-*")
    kept = repr(marshal.loads(zlib.decompress(file.read_bytes().partition(b"\n")[2])))
    assert "hmac-sha256:" in kept
    assert SECRET not in kept


def test_by_another_key_all_is_judged_anew(
    tree: Tree, cache: Path, judged: list[str], showing_secrets: tuple[str, ...]
) -> None:
    tree.write("b/app.env", f"DB_PASSWORD={SECRET}\n")
    first = said(tree, *showing_secrets)
    (tree.folder / ".hiscomply/key").unlink()
    second = said(tree, *showing_secrets)
    assert second != first
    assert second == said(tree, *showing_secrets)
    assert judged == ["small", "small"]


def test_a_tree_with_a_secret_that_changes_is_judged_anew(
    tree: Tree, cache: Path, judged: list[str], showing_secrets: tuple[str, ...]
) -> None:
    tree.write("b/app.env", f"DB_PASSWORD={SECRET}\n")
    first = said(tree, *showing_secrets)
    tree.write("b/app.env", f"DB_PASSWORD={SECRET[::-1]}\n")
    second = said(tree, *showing_secrets)
    assert second != first
    assert second == said(tree, *showing_secrets, "--no-cache")
    assert len(judged) == 3


def test_what_could_not_be_parsed_is_told_each_time(tree: Tree, cache: Path, judged: list[str]) -> None:
    tree.check()
    tree.write("b/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {\n")
    first = said(tree)
    assert "b/broken.yaml" in first[0].out
    assert said(tree) == first == said(tree, "--no-cache")
    assert len(judged) == 3
    (tree.folder / "b/broken.yaml").unlink()
    tree.check()
    assert len(judged) == 4


def test_where_a_file_cannot_be_read_all_is_judged(tree: Tree, cache: Path, judged: list[str]) -> None:
    (tree.folder / "b").mkdir()
    (tree.folder / "b/compose.yaml").symlink_to("nowhere.yaml")
    first = said(tree)
    assert said(tree) == first
    assert judged == ["small", "small"]


def test_too_many_verdicts_are_not_kept(
    tree: Tree, cache: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_verdicts, "MAX_ROWS", 1)
    tree.check()
    monkeypatch.setattr(kept_verdicts, "MAX_ROWS", 1000)
    monkeypatch.setattr(kept_verdicts, "MAX_BYTES", 1)
    tree.check()
    assert not list(cache.glob("verdicts-*"))
    assert len(judged) == 2


def test_the_trees_used_longest_ago_make_room(
    tree: Tree, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.check()
    (old,) = cache.glob("verdicts-*")
    monkeypatch.setattr(kept_verdicts, "MAX_ALL_BYTES", 1)
    tree.check("--exclude", "*.env")
    (new,) = cache.glob("verdicts-*")
    assert old.name != new.name
