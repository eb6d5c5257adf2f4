"""Dockerfiles: instructions in, (key, value, line, column) out."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats.dockerfile import Dockerfile

CASES: list[Any] = [
    pytest.param(
        "FROM debian:12\nUSER his\n",
        [("stages[0].from", "debian:12", 1, 6), ("stages[0].user", "his", 2, 6)],
        id="plain",
    ),
    pytest.param(
        "ARG TAG=12\nFROM --platform=linux/amd64 debian:${TAG} AS Build\nFROM scratch\nCOPY --from=build /a /a\n",
        [
            ("arg.TAG", "12", 1, 5),
            ("stages[0].platform", "linux/amd64", 2, 6),
            ("stages[0].from", "debian:${TAG}", 2, 29),
            ("stages[0].as", "build", 2, 46),
            ("stages[1].from", "scratch", 3, 6),
            ("stages[1].copy[0].from", "build", 4, 6),
            ("stages[1].copy[0].source[0]", "/a", 4, 19),
            ("stages[1].copy[0]", "/a /a", 4, 19),
        ],
        id="stages-variables-flags",
    ),
    pytest.param(
        "FROM a:1\nENV A=1 \\\n  # why\n\n    B=\"x y\"\nENV OLD the value\nLABEL a.b='c'\n",
        [
            ("stages[0].from", "a:1", 1, 6),
            ("stages[0].env.A", "1", 2, 5),
            ("stages[0].env.B", "x y", 5, 5),
            ("stages[0].env.OLD", "the value", 6, 5),
            ("stages[0].label.a.b", "c", 7, 7),
        ],
        id="continued-with-comment-and-blank-line",
    ),
    pytest.param(
        "# escape=`\nFROM a:1\nRUN dir C:\\ `\n  && whoami\n",
        [("stages[0].from", "a:1", 2, 6), ("stages[0].run[0]", "dir C:\\   && whoami", 3, 5)],
        id="escape-directive",
    ),
    pytest.param(
        "# a comment\n# escape=`\nFROM a:1\nRUN a \\\n b\n",
        [("stages[0].from", "a:1", 3, 6), ("stages[0].run[0]", "a  b", 4, 5)],
        id="a-directive-after-a-comment-is-a-comment",
    ),
    pytest.param(
        "FROM a:1\nRUN <<-EOF\n\tcurl x | sh\n\tEOF\nCOPY <<'A' /x\n# no comment\nA\nUSER 5\n",
        [
            ("stages[0].from", "a:1", 1, 6),
            ("stages[0].run[0]", "<<-EOF\ncurl x | sh", 2, 5),
            ("stages[0].copy[0].source[0]", "<<A", 5, 6),
            ("stages[0].copy[0]", "<<'A' /x\n# no comment", 5, 6),
            ("stages[0].user", "5", 8, 6),
        ],
        id="here-documents",
    ),
    pytest.param(
        'FROM a:1\nCMD  [ "x",  "y" ]\nENTRYPOINT x y\nRUN ["a", b]\n',
        [
            ("stages[0].from", "a:1", 1, 6),
            ("stages[0].cmd", '["x", "y"]', 2, 6),
            ("stages[0].entrypoint", "x y", 3, 12),
            ("stages[0].run[0]", '["a", b]', 4, 5),
        ],
        id="exec-form-shell-form-and-what-only-looks-like-exec-form",
    ),
    pytest.param(
        "FROM a:1\nHEALTHCHECK --interval=5m CMD curl -f http://localhost/\nEXPOSE 22/tcp 80\n",
        [
            ("stages[0].from", "a:1", 1, 6),
            ("stages[0].healthcheck.interval", "5m", 2, 13),
            ("stages[0].healthcheck", "curl -f http://localhost/", 2, 27),
            ("stages[0].expose[0]", "22/tcp", 3, 8),
            ("stages[0].expose[1]", "80", 3, 15),
        ],
        id="healthcheck-and-ports",
    ),
    pytest.param(
        "from a:1\nhealthcheck none\n",
        [("stages[0].from", "a:1", 1, 6), ("stages[0].healthcheck", "NONE", 2, 13)],
        id="lower-case-instructions",
    ),
    pytest.param(
        'FROM a:1\nADD ["http://x/a b.tgz", "/opt/"]\nADD --checksum=sha256:aa https://x/y /z\n',
        [
            ("stages[0].from", "a:1", 1, 6),
            ("stages[0].add[0].source[0]", "http://x/a b.tgz", 2, 5),
            ("stages[0].add[0]", '["http://x/a b.tgz", "/opt/"]', 2, 5),
            ("stages[0].add[1].checksum", "sha256:aa", 3, 5),
            ("stages[0].add[1].source[0]", "https://x/y", 3, 26),
            ("stages[0].add[1]", "https://x/y /z", 3, 26),
        ],
        id="add",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_instructions_become_settings_at_their_place(
    text: str, expected: list[tuple[str, str, int, int]]
) -> None:
    assert [(s.key, s.value, s.line, s.column) for s in Dockerfile().parse(text)] == expected


def test_of_overriding_instructions_the_last_of_a_stage_is_effective() -> None:
    text = "FROM a:1\nUSER root\nUSER his\nFROM b:1\nUSER root\n"
    users = [(s.line, s.is_effective) for s in Dockerfile().parse(text) if s.key.endswith("user")]
    assert users == [(2, False), (3, True), (5, True)]


REFUSED: list[Any] = [
    pytest.param("", 1, 1, id="empty"),
    pytest.param("RUN x\n", 1, 1, id="before-the-first-stage"),
    pytest.param("FROM a:1\n  FORM b\n", 2, 3, id="misspelt"),
    pytest.param("FROM a:1\nUSER\n", 2, 1, id="without-argument"),
    pytest.param("FROM a b\n", 1, 1, id="from-with-two-words"),
    pytest.param("FROM a:1\nENV A=1 B\n", 2, 9, id="env-without-value"),
    pytest.param("FROM a:1\nCOPY x\n", 2, 1, id="copy-without-target"),
    pytest.param("FROM a:1\nRUN <<END\nx\n", 2, 7, id="here-document-without-end"),
    pytest.param("FROM a:1\n{% if x %}\nUSER a\n{% endif %}\n", 2, 1, id="template"),
    pytest.param("<html>\n", 1, 1, id="another-language"),
]


@pytest.mark.parametrize(("text", "line", "column"), REFUSED)
def test_what_is_no_dockerfile_is_refused_at_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError) as caught:
        list(Dockerfile().parse(text))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.reason.zh
    assert caught.value.reason.en


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Dockerfile", True),
        ("build/Dockerfile.prod", True),
        ("his.dockerfile", True),
        ("Containerfile", True),
        ("his.Containerfile", True),
        ("Dockerfile-web", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.md", False),
        ("DockerfileParser.java", False),
    ],
)
def test_it_is_recognised_by_its_name(path: str, expected: bool) -> None:
    assert Dockerfile().recognises(path, b"FROM a\n") is expected


def test_a_long_chain_of_continued_lines_is_read_in_linear_time() -> None:
    text = dedent("FROM a:1\nRUN x \\\n") + " && y \\\n" * 9000 + " && z\n"
    assert len(list(Dockerfile().parse(text))) == 2
