"""Directives that Redis does not know: our table against the program itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply_files.formats.redis_conf import RedisConf
from hiscomply_files.software.redis import Redis
from hiscomply_files.software.redis_words import KNOWN

PROGRAM = shutil.which("redis-server")
BAD = "Bad directive or wrong number of arguments"


def read(text: str) -> Configuration:
    file = ReadFile("redis.conf", "redis_conf", list(RedisConf().parse(text)))
    (found,) = Redis().configurations({"redis.conf": file}, {})
    return found


def is_unknown(folder: Path, word: str) -> bool:
    """What the real server says of a directive; the last line ends it before it listens."""
    file = folder / "redis.conf"
    file.write_text(f"{word} 1\nnone-of-its-words 1\n", encoding="utf-8")
    assert PROGRAM is not None
    ran = subprocess.run([PROGRAM, str(file)], capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode, "it must not start"
    return "at line 1" in ran.stdout + ran.stderr and BAD in ran.stdout + ran.stderr


@pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed")
def test_a_word_is_known_or_not_as_to_the_program(tmp_path: Path) -> None:
    random = Random(3)
    # these take more than one word, or do something at once
    several = {"include", "loadmodule", "rename-command", "user", "replicaof", "slaveof", "save"}
    several |= {"client-output-buffer-limit", "oom-score-adj-values", "dir"}
    for word in random.sample(sorted(KNOWN - several), 30):
        assert not is_unknown(tmp_path, word), word
        typo = word[:-1] + random.choice("qzx")
        assert is_unknown(tmp_path, typo), typo
        assert read(f"{typo} 1\n").missing, typo
        assert not read(f"{word} 1\n").missing, word


def test_a_file_of_nothing_but_unknown_words_is_told_in_few() -> None:
    assert len(read("xyzzy 1\n" * 5000).missing) == 20


def test_the_line_is_told_and_modules_users_and_words_of_later_releases_are_known() -> None:
    text = "port 0\nrequirepas x\nsearch.timeout 5\nuser default off\nlocale-collate C\nPORT 1\n"
    assert [one.en for one in read(text).missing] == [
        "redis.conf:2: Redis knows no directive requirepas and does not start with it"
    ]
