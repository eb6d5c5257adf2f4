"""The guides are true: every file they show is written, every command typed, every answer compared."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
ALL = sorted(GUIDES.glob("*.md"))
ENGLISH = [path for path in ALL if not path.name.endswith(".zh.md")]
SETS_LANGUAGE = "export HISCOMPLY_LANG="


def _load() -> ModuleType:
    specification = importlib.util.spec_from_file_location("guide", Path(__file__).with_name("guide.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["guide"] = module
    specification.loader.exec_module(module)
    return module


guide = _load()


def _chinese(path: Path) -> Path:
    return path.with_name(path.name.replace(".md", ".zh.md"))


def test_there_are_guides_in_two_languages() -> None:
    assert len(ENGLISH) >= 3
    assert [path for path in ENGLISH if not _chinese(path).is_file()] == []
    assert len(list(GUIDES.glob("*.zh.md"))) == len(ENGLISH)


@pytest.mark.parametrize("path", ENGLISH, ids=lambda path: path.stem)
def test_both_languages_show_the_same_blocks(path: Path) -> None:
    """The same files, letter by letter, and the same commands but for the language's own; answers are each guide's own."""
    english, chinese = guide.blocks(path), guide.blocks(_chinese(path))
    in_chinese = [_asked(one, "en", "zh") for one in english]
    assert in_chinese == [_asked(one) for one in chinese]
    assert in_chinese != [_asked(one) for one in english]


def _asked(block: guide.Block, *language: str) -> tuple[str, object]:
    """What a reader types of a block, with the command that sets the language moved to another one."""
    if block.info != "console":
        return block.info, block.body
    return block.info, [
        command.replace(*language) if language and command.startswith(SETS_LANGUAGE) else command
        for command, _ in block.commands()
    ]


@pytest.fixture(scope="module")
def pack_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of compiled policies for all readers, as on one reader's machine; empty for the first."""
    return tmp_path_factory.mktemp("pack-cache")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_reader_who_follows_the_guide_sees_what_it_shows(
    path: Path, tmp_path: Path, pack_cache: Path
) -> None:
    passed_on = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    reader = guide.Reader(
        tmp_path,
        {
            **passed_on,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HISCOMPLY_CACHE": str(pack_cache),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INDEX": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        },
    )
    for block in guide.blocks(path):
        assert block.path is not None or block.info == "console", f"line {block.line}: nobody runs this block"
        reader.follow(block)
    assert len(reader.done) >= 5


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("", "", True),
        ("", "something", False),
        ("a\nb\n", "a  \nb\n", True),
        ("a\n…\nc\n", "a\nb\nb\nc\n", True),
        ("a … c", "a b d", False),
        ("took … s", "took 3 s\nand failed", False),
        ("1.5", "135", False),
    ],
)
def test_an_answer_is_compared_letter_by_letter_but_for_the_dots(
    expected: str, actual: str, same: bool
) -> None:
    assert guide.is_answer(expected, actual) is same
