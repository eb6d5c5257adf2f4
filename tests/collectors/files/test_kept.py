"""A check with what an earlier one kept gives the rows of one without, whatever was changed between them.

The one without keeps nothing and gives all software all its files at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.corpus.situation import VERDICTS, Situation, read

from hiscomply.collect.kept_rows import KeptRows
from hiscomply.collect.runner import collect_all
from hiscomply.configurations import Software
from hiscomply.hookspecs import Setting
from hiscomply.kinds import Kind
from hiscomply.model import Target
from hiscomply.plugins import evidence_kinds
from hiscomply_files import FilesCollector, fetch
from hiscomply_files.collector import PARSERS
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.held import grouped
from hiscomply_files.software import builtin_software

CORPUS = Path(__file__).parents[2] / "corpus"
KINDS = evidence_kinds()
TIMES = frozenset({"_observed_at", "_collected_at"})
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {}}}\nspec: {{containers: [{{name: web, image: 'web:1'}}]}}\n"
COMPOSE = "services:\n  web:\n    image: web:1\n    environment: {MODE: plain}\n"


@dataclass(frozen=True)
class Given:
    """What a collection gave: its rows without their times, how often each, and what was said of it."""

    rows: Counter[str]
    told: tuple[Any, ...]


class Together:
    """Software that is given all its files at once."""

    def __init__(self, software: Software) -> None:
        self.name = software.name  # type: ignore[misc]  # of each instance here
        self.wants = software.wants
        self.configurations = software.configurations


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hiscomply"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def collected(
    tree: Path,
    *,
    is_kept: bool,
    collector: FilesCollector | None = None,
    options: Mapping[str, Any] | None = None,
    kinds: Mapping[str, Kind] = KINDS,
) -> Given:
    together = None if is_kept else [Together(one) for one in builtin_software()]
    collector = collector or FilesCollector(software=together)  # type: ignore[arg-type]
    asked = {"path": ["."], **(options or {})}
    target = Target("files", "files", asked, collector.kinds(asked), 600.0)
    with TemporaryDirectory() as staging:
        (outcome,) = collect_all(
            [target],
            {"files": collector},
            kinds,
            Path(staging),
            project=tree,
            zone="Asia/Shanghai",
            digest=lambda secret: f"hmac-sha256:{hashlib.sha256(secret.encode()).hexdigest()[:24]}",
            progress=lambda *_: None,
            kept=KeptRows("tree", few=0) if is_kept else None,
        )
        rows = Counter(_rows(Path(staging)))
    rejected = sorted(map(repr, outcome.rejected))
    return Given(rows, (outcome.status, dict(outcome.records), rejected, dict(outcome.dropped_fields)))


def _rows(staging: Path) -> Iterator[str]:
    for file in staging.glob("*/*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert row.keys() >= TIMES
            yield f"{file.stem} {json.dumps({key: value for key, value in row.items() if key not in TIMES})}"


def write(tree: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    before = Yaml.parse

    def parse(self: Yaml, text: str) -> Iterator[Setting]:
        texts.append(text)
        return before(self, text)

    monkeypatch.setattr(Yaml, "parse", parse)
    return texts


def situations() -> list[Situation]:
    files = sorted(file for file in CORPUS.glob("*/*") if file.suffix[1:] in VERDICTS)
    return [
        read(file) for file in files if file.parent.name.startswith(("compose_", "kubernetes_", "docker"))
    ]


def test_one_situation_of_the_corpus_after_the_other_in_one_folder(tree: Path) -> None:
    """Each shares names of files with others, so that every content stands beside what an earlier one left kept."""
    for one in situations()[::4]:
        shutil.rmtree(tree)
        one.write(tree)
        assert collected(tree, is_kept=True) == collected(tree, is_kept=False), one.name


def test_files_of_the_corpus_removed_one_after_the_other(tree: Path) -> None:
    """What a file amounts to must follow when one that it is read with goes."""
    for one in [one for one in situations() if len(one.files) > 2][::6]:
        shutil.rmtree(tree)
        one.write(tree)
        collected(tree, is_kept=True)
        for path in sorted(one.files)[:-1]:
            (tree / path).unlink()
            assert collected(tree, is_kept=True) == collected(tree, is_kept=False), (one.name, path)


def test_nothing_is_parsed_again_while_all_is_as_it_was(tree: Path, parsed: list[str]) -> None:
    write(tree, {"a/pod.yaml": POD.format("a"), "b/pod.yaml": POD.format("b")})
    first = collected(tree, is_kept=True)
    assert len(parsed) == 2
    assert collected(tree, is_kept=True) == first
    assert len(parsed) == 2


def test_only_what_hangs_on_a_changed_file_is_read_again(tree: Path, parsed: list[str]) -> None:
    write(tree, {f"{name}/pod.yaml": POD.format(name) for name in "abc"})
    write(tree, {"b/other.yaml": POD.format("other")})
    collected(tree, is_kept=True)
    parsed.clear()
    write(tree, {"b/pod.yaml": POD.format("changed")})
    given = collected(tree, is_kept=True)
    assert sorted(parsed) == sorted([POD.format("changed"), POD.format("other")])
    assert given == collected(tree, is_kept=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"compose.yaml": COMPOSE}, {".env": "TAG=2\n"}),
        ({"compose.yaml": COMPOSE.replace("web:1", "web:${TAG}"), ".env": "TAG=1\n"}, {".env": "TAG=2\n"}),
        ({"compose.yaml": COMPOSE}, {"compose.override.yaml": "services:\n  web:\n    privileged: true\n"}),
        (
            {"a/compose.yaml": f"{COMPOSE}    env_file: ../b/web.env\n"},
            {"b/web.env": "POSTGRES_PASSWORD=postgres\n"},
        ),
        (
            {"a/compose.yaml": f"{COMPOSE}    extends: {{file: ../b/base.compose.yaml, service: base}}\n"},
            {"b/base.compose.yaml": "services:\n  base:\n    image: base:1\n    privileged: true\n"},
        ),
        ({"a/compose.yaml": f"include: [../b/compose.yaml]\n{COMPOSE}"}, {"b/compose.yaml": COMPOSE}),
        (
            {"a/pod.yaml": POD.format("a")},
            {
                "a/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
                "automountServiceAccountToken: false\n"
            },
        ),
        (
            {"base/pod.yaml": POD.format("a")},
            {"up/kustomization.yaml": "resources: [../base]\nnamePrefix: x-\n"},
        ),
        ({"base/pod.yaml": POD.format("a")}, {"up/kustomization.yaml": "resources: [\n"}),
        ({"a/pod.yaml": POD.format("a")}, {"b/broken.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {\n"}),
        ({"nginx.conf": "http { include conf.d/*.conf; }\n"}, {"conf.d/a.conf": "server { listen 80; }\n"}),
    ],
)
def test_a_file_that_comes_changes_what_it_concerns(
    tree: Path, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    write(tree, before)
    collected(tree, is_kept=True)
    write(tree, after)
    assert collected(tree, is_kept=True) == collected(tree, is_kept=False)


@pytest.mark.parametrize(
    "after", [b"\1" * 5000, b"\0" * 5001, b"#!/bin/sh\n" + b"\0" * 4990, b"FROM web:1\n"]
)
def test_what_no_format_knows_is_kept_by_what_was_read_of_it(tree: Path, after: bytes) -> None:
    (tree / "thing").write_bytes(b"\0" * 5000)
    assert collected(tree, is_kept=True) == collected(tree, is_kept=True) == collected(tree, is_kept=False)
    (tree / "thing").write_bytes(after)
    assert collected(tree, is_kept=True) == collected(tree, is_kept=False)


def test_a_link_that_leads_out_and_then_in_is_seen(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    write(tree, {"inside": "xy"})
    link = tree / "link"
    for target in (tmp_path / "outside", tree / "inside", tree / "nothing"):
        link.symlink_to(target)
        assert (
            collected(tree, is_kept=True) == collected(tree, is_kept=True) == collected(tree, is_kept=False)
        )
        link.unlink()


def test_a_file_under_another_name_is_another(tree: Path) -> None:
    write(tree, {"a/pod.yaml": POD.format("a")})
    collected(tree, is_kept=True)
    (tree / "a" / "pod.yaml").rename(tree / "a" / "moved.yaml")
    assert collected(tree, is_kept=True) == collected(tree, is_kept=False)


@pytest.mark.parametrize("options", [{"exclude": ["b"]}, {"max_file_bytes": 20}, {"asset_id": "host"}])
def test_other_options_find_nothing(tree: Path, parsed: list[str], options: Mapping[str, Any]) -> None:
    write(tree, {"a/pod.yaml": POD.format("a"), "b/pod.yaml": POD.format("b")})
    collected(tree, is_kept=True)
    assert collected(tree, is_kept=True, options=options) == collected(tree, is_kept=False, options=options)


def test_other_shapes_of_evidence_find_nothing(tree: Path) -> None:
    write(tree, {"a/pod.yaml": POD.format("a")})
    collected(tree, is_kept=True)
    fields = {name: field for name, field in KINDS["setting"].fields.items() if name != "section"}
    kinds = {**KINDS, "setting": replace(KINDS["setting"], fields=fields)}
    assert collected(tree, is_kept=True, kinds=kinds) == collected(tree, is_kept=False, kinds=kinds)


@pytest.mark.parametrize(
    "changed", ["hiscomply.collect.fingerprint.__version__", "hiscomply.collect.fingerprint.sys.version"]
)
def test_another_version_reads_all_again(
    tree: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    write(tree, {"a/pod.yaml": POD.format("a")})
    collected(tree, is_kept=True)
    monkeypatch.setattr(changed, "another")
    collected(tree, is_kept=True)
    assert len(parsed) == 2


def test_other_code_has_another_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(fetch.__file__).parent
    copy = tmp_path / "copy" / package.name
    shutil.copytree(package, copy)
    before = FilesCollector().fingerprint()
    monkeypatch.setattr("hiscomply_files.collector.__file__", str(copy / "collector.py"))
    assert FilesCollector().fingerprint() == before
    with (copy / "software" / "compose.py").open("a") as stream:
        stream.write("\n")
    assert FilesCollector().fingerprint() != before


@pytest.mark.parametrize("library", PARSERS)
def test_another_parser_or_none_has_another_fingerprint(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = FilesCollector().fingerprint()
    folder = tmp_path / f"{library.replace('-', '_')}-99.1.dist-info"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    other = FilesCollector().fingerprint()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr("importlib.util.find_spec", lambda _module: None)
    alone = FilesCollector().fingerprint()
    folder.rename(folder.with_name(folder.name.replace("99.1", "99.2")))
    newer = FilesCollector().fingerprint()
    folder.with_name(folder.name.replace("99.1", "99.2")).rmdir()
    none = FilesCollector().fingerprint()
    assert len({here, other, alone, newer, none}) == 5


@pytest.mark.parametrize("library", PARSERS)
def test_a_parser_that_was_installed_in_another_way_is_asked_for(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hiscomply_files.collector._told_of", lambda _place: [])
    before = FilesCollector().fingerprint()
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0" if name == library else real(name))
    assert FilesCollector().fingerprint() != before


def test_with_a_strangers_format_nothing_is_kept(tree: Path, cache: Path) -> None:
    class Strange(Yaml):
        name = "strange"

    write(tree, {"a/pod.yaml": POD.format("a")})
    collector = FilesCollector([Strange()])
    assert collector.fingerprint() is None
    collected(tree, is_kept=True, collector=collector)
    assert not list(cache.glob("rows-*"))


def test_a_file_with_a_secret_is_read_each_time_and_nothing_of_it_is_kept(tree: Path, cache: Path) -> None:
    secret = "Hq7-blue-Zebra-41"
    write(tree, {"a/compose.yaml": f"{COMPOSE}    command: --password {secret}\n", "b/compose.yaml": COMPOSE})
    write(tree, {"c/app.env": f"DB_PASSWORD={secret}\n", "d/pod.yaml": POD.format("d")})
    given = collected(tree, is_kept=True)
    assert collected(tree, is_kept=True) == given
    kept = b"".join(_blobs(cache))
    assert b"web:1" in kept
    assert b"hmac-sha256" not in kept
    assert secret.encode() not in kept


def _blobs(cache: Path) -> Iterator[bytes]:
    (file,) = cache.glob("rows-*")
    index, _, blobs = file.read_bytes()[129:].partition(b"\n")
    at = 0
    for _, size in json.loads(index):
        yield zlib.decompress(blobs[at : at + size])
        at += size


def test_a_file_that_cannot_be_parsed_is_told_each_time(tree: Path) -> None:
    write(tree, {"a/broken.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {\n"})
    given = collected(tree, is_kept=True)
    assert collected(tree, is_kept=True) == given
    assert len(given.told[2]) == 1


def test_a_recalled_file_that_changes_while_it_is_checked_is_no_evidence(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree, {"a/one.yaml": POD.format("one"), "a/two.yaml": POD.format("two")})
    collected(tree, is_kept=True)
    write(tree, {"a/two.yaml": POD.format("three")})
    before, seen = fetch.read_head, list[str]()

    def read_head(path: str) -> bytes:
        seen.append(Path(path).name)
        return b"kind: Pod\napiVersion: v2\n" if seen.count("one.yaml") > 1 else before(path)

    monkeypatch.setattr(fetch, "read_head", read_head)
    given = collected(tree, is_kept=True)
    assert seen.count("one.yaml") == 2
    assert ["changed while it was checked" in one for one in given.told[2]] == [True]


@pytest.mark.parametrize(
    ("near", "expected"),
    [
        ({}, [[]]),
        ({"a": (), "b": ()}, [["a"], ["b"]]),
        ({"a": ("x/",), "b": (), "c": ("x/",)}, [["a", "c"], ["b"]]),
        ({"a": ("b",), "b": (), "c": ("d",)}, [["a", "b"], ["c"]]),
        ({"a": ("b",), "b": ("c",), "c": (), "d": ("c",)}, [["a", "b", "c", "d"]]),
        ({"a": (), "b": None}, [["a", "b"]]),
    ],
)
def test_files_that_name_each_other_are_together(
    near: Mapping[str, tuple[str, ...] | None], expected: list[list[str]]
) -> None:
    assert [one for one in grouped(near) if one] == [one for one in expected if one]
