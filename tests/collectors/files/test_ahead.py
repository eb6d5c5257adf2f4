"""A collection in which a second process reads from the end gives the rows of one without, in the same order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.corpus.judging import in_trees
from tests.corpus.situation import read
from tests.corpus.test_corpus import FILES

from hiscomply.ahead_process import ahead_command
from hiscomply.cli.checking import ONE_PROCESS, Checking, plain_settings
from hiscomply.collect import ahead
from hiscomply.collect.ahead import Ahead
from hiscomply.collect.errand import errand
from hiscomply.collect.kept_rows import KeptRows
from hiscomply.collect.runner import collect_all
from hiscomply.collect.secrets import withholding
from hiscomply.hookspecs import CollectContext, Setting
from hiscomply.model import CollectionStatus, Target
from hiscomply.plugins import evidence_kinds, files_collector, formats, software
from hiscomply_files import FilesCollector

KINDS = evidence_kinds()
TIMES = re.compile(rb'"_(observed|collected)_at":"[^"]+"')
EXAMPLES = Path(__file__).parents[3] / "examples"
COMPOSE = "services:\n  web:\n    image: web:{0}\n    environment: {{MODE: plain{0}}}\n"
SECRET = "Zq8vT3mK1pX7wR5n"

Meanwhile = Callable[[Ahead], None]


@dataclass
class Given:
    """Files of rows without their times; what was said of the collection; what the other process gave."""

    rows: dict[str, bytes]
    told: Any
    taken: int
    asked: int


def collected(
    tree: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Meanwhile | None = None,
    *,
    after: int = 5,
    kept: KeptRows | None = None,
    timeout_s: float = 600.0,
) -> Given:
    """One collection; ``meanwhile`` is called once, when the other process was started."""
    collectors = files_collector()
    options = {"path": ["."], "exclude": []}
    target = Target("files", "files", options, collectors["files"].kinds(options), timeout_s)
    monkeypatch.setattr(ahead, "AFTER", after)
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    before, counts, seen = Ahead.take, [0, 0], list[Ahead]()

    def take(self: Ahead, name: str) -> Any:
        found = before(self, name)
        counts[found is not None] += 1
        if self._thread is not None and not seen and meanwhile is not None:
            seen.append(self)
            meanwhile(self)
        return found

    with TemporaryDirectory() as staging, monkeypatch.context() as patched:
        patched.setattr(Ahead, "take", take)
        (outcome,) = collect_all(
            [target],
            collectors,
            KINDS,
            Path(staging),
            project=tree,
            zone="Asia/Shanghai",
            digest=withholding(),
            progress=lambda *_: None,
            kept=kept,
            ahead=ahead_command() if meanwhile is not None else (),
        )
        assert [one.name for one in Path(staging).iterdir() if one.is_file()] == []
        rows = {file.name: TIMES.sub(b"", file.read_bytes()) for file in Path(staging).glob("*/*.jsonl")}
    if seen:
        assert seen[0]._process is None or seen[0]._process.returncode is not None
    told = replace(outcome, started=datetime.min, ended=datetime.min)
    return Given(rows, told, counts[True], sum(counts))


def to_the_end(one: Ahead) -> None:
    """The other process does all it can."""
    assert one._thread is not None
    one._thread.join(300)
    assert not one._thread.is_alive()


def until(count: int) -> Meanwhile:
    """The other process does so many units, and goes on."""

    def wait(one: Ahead) -> None:
        with one._news:
            assert one._news.wait_for(lambda: one._is_over or (one._process and len(one._made) >= count), 300)

    return wait


def killed_after(count: int) -> Meanwhile:
    def kill(one: Ahead) -> None:
        until(count)(one)
        assert one._process is not None
        one._process.kill()

    return kill


def until_closed(one: Ahead) -> None:
    until(1)(one)
    for _ in range(3_000):
        if one._is_closed:
            return
        time.sleep(0.01)
    raise AssertionError("never closed")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "tree"
    by_name = {f"{file.parent.name}/{file.name}": file for file in FILES}
    for name in in_trees(by_name)[0]:
        read(by_name[name]).write(folder / name.replace("/", "-", 1))
    return folder


@pytest.fixture(scope="module")
def alone(corpus: Path) -> Given:
    with pytest.MonkeyPatch.context() as patched:
        given = collected(corpus, patched)
    assert given.asked == 0
    return given


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for number in range(40):
        folder = tmp_path / "tree" / f"service-{number:02d}"
        folder.mkdir(parents=True)
        (folder / "docker-compose.yml").write_text(COMPOSE.format(number))
        (folder / "Dockerfile").write_text(f"FROM debian:{number}\nUSER app\n")
    return tmp_path / "tree"


@pytest.mark.parametrize("after", [1, 5, 1_000])
def test_the_corpus_gives_the_same_whatever_the_share_of_each(
    corpus: Path, alone: Given, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = collected(corpus, monkeypatch, to_the_end, after=after)
    assert (given.rows, given.told) == (alone.rows, alone.told)
    assert given.taken > 200


def test_the_corpus_gives_the_same_where_the_two_meet(
    corpus: Path, alone: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = collected(corpus, monkeypatch, until(600))
    assert (given.rows, given.told) == (alone.rows, alone.told)
    assert given.taken > 200


@pytest.mark.parametrize("count", [0, 1, 300])
def test_one_that_is_killed_costs_no_row(
    corpus: Path, alone: Given, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = collected(corpus, monkeypatch, killed_after(count))
    assert (given.rows, given.told) == (alone.rows, alone.told)


def test_the_examples_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a copy: other tests run what is there, which leaves files
    left = shutil.ignore_patterns("__pycache__", ".hiscomply")
    examples = shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=left)
    without = collected(examples, monkeypatch)
    given = collected(examples, monkeypatch, to_the_end)
    assert (given.rows, given.told) == (without.rows, without.told)
    assert given.taken > 0


def test_files_that_belong_together_are_taken_together(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = collected(tree, monkeypatch, to_the_end)
    assert given.rows == collected(tree, monkeypatch).rows
    # 80 files and as many groups; before it started, five files were made
    assert (given.taken, given.asked) == (155, 160)


def test_it_ends_with_the_time_of_its_target(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = collected(tree, monkeypatch, until_closed, timeout_s=3.0)
    assert given.told.status is CollectionStatus.TIMED_OUT


def test_a_file_that_changes_meanwhile_is_read_as_it_is(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(one: Ahead) -> None:
        to_the_end(one)
        (tree / "service-30" / "docker-compose.yml").write_text(COMPOSE.format("changed"))

    given = collected(tree, monkeypatch, change)
    assert given.rows == collected(tree, monkeypatch).rows
    assert b"plainchanged" in given.rows["setting.jsonl"]


def test_what_it_made_is_kept_for_the_next_check(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HISCOMPLY_CACHE", str(tmp_path / "cache"))
    first = collected(tree, monkeypatch, to_the_end, kept=KeptRows("tree", few=0))
    second = collected(tree, monkeypatch, to_the_end, kept=KeptRows("tree", few=0))
    assert first.rows == second.rows
    assert (first.taken, second.asked) == (155, 0)


def test_no_secret_is_in_its_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10, 20):
        password = f"environment: {{DB_PASSWORD: {SECRET}{number}}}\n"
        (tree / f"service-{number}" / "docker-compose.yml").write_text(
            f"services:\n  web:\n    image: web:1\n    {password}"
        )
        (tree / f"service-{number}" / "my.cnf").write_text(f"[client]\npassword={SECRET}{number}\n")
        (tree / f"service-{number}" / "Dockerfile").write_text(f"FROM a\nENV API_TOKEN={SECRET}{number}\n")
    texts: list[bytes] = []

    def look(one: Ahead) -> None:
        to_the_end(one)
        assert one._spool is not None
        for place in filter(None, one._made.values()):
            one._spool.seek(place[0])
            texts.append(zlib.decompress(one._spool.read(place[1])))

    given = collected(tree, monkeypatch, look)
    without = collected(tree, monkeypatch)
    assert (given.rows, given.told) == (without.rows, without.told)
    withheld = {*re.findall(rb"withheld-\d+", given.rows["setting.jsonl"])}
    assert len(withheld) == 10
    assert len(texts) > 80
    assert any(b"plain7" in text for text in texts)
    assert [text for text in texts if SECRET.encode() in text or b"withheld" in text] == []


def test_it_ends_with_its_input_in_the_midst_of_a_tree(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    for number in range(2_000):
        (tmp_path / "tree" / f"docker-compose.{number}.yml").write_text(COMPOSE.format(number))
    told = {**_errand(tmp_path / "tree", _collector()), "spool": str(tmp_path / "spool")}
    with subprocess.Popen(ahead_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        process.stdin.close()
        assert len(process.stdout.read().splitlines()) < 2_000
        assert process.wait(30) == 0


def test_another_program_makes_nothing_for_this_one(tree: Path, tmp_path: Path) -> None:
    told = {**_errand(tree, _collector()), "spool": str(tmp_path / "spool"), "program": "another"}
    done = subprocess.run(
        ahead_command(), input=json.dumps(told).encode() + b"\n", capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert not (tmp_path / "spool").exists()


def test_nothing_of_the_folder_that_is_checked_is_imported(tree: Path, tmp_path: Path) -> None:
    (tree / "json.py").write_text("raise SystemExit('imported')\n")
    told = {**_errand(tree, _collector()), "spool": str(tmp_path / "spool")}
    with subprocess.Popen(
        ahead_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tree
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        process.kill()


class Strange:
    """A format of another plugin."""

    name = "strange"

    def recognises(self, path: str, head: bytes) -> bool:
        return False

    def parse(self, text: str) -> Iterator[Setting]:
        yield from ()


def test_with_a_format_of_another_plugin_there_is_no_errand(tree: Path) -> None:
    strange = FilesCollector().with_formats([Strange(), *formats()], software())
    assert _errand(tree, strange) is None
    assert _errand(tree, _collector()) is not None


@pytest.mark.parametrize(("said", "is_shared"), [("", True), ("1", False)])
def test_a_check_may_be_told_to_stay_one_process(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, is_shared: bool
) -> None:
    given: list[Any] = []
    monkeypatch.setenv(ONE_PROCESS, said)
    monkeypatch.setattr("hiscomply.pipeline.collect_all", lambda *_, **named: given.append(named) or 1 / 0)
    settings = replace(plain_settings("en"), project=tree)
    checking = Checking(settings, (), files_collector(), [], tmp_path / "scratch")
    with pytest.raises(ZeroDivisionError):
        checking.result(["."], None, None)
    assert [bool(one["ahead"]) for one in given] == [is_shared]


def _collector() -> FilesCollector:
    found: Any = files_collector()["files"]
    return found  # type: ignore[no-any-return]


def _errand(tree: Path, collector: FilesCollector) -> Any:
    options = {"path": ["."]}
    target = Target("files", "files", options, collector.kinds(options))
    context = CollectContext(tree, "Asia/Shanghai", datetime.now(UTC), {}, str)
    return errand(collector, target, KINDS, context)
