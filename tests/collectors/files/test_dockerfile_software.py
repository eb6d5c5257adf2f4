"""Dockerfile: what the image of the last stage ends up with."""

from __future__ import annotations

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.model import Text
from hiscomply_files.formats.dockerfile import Dockerfile as Format
from hiscomply_files.software.dockerfile import Dockerfile

Row = tuple[str | None, int | None, str]


def built(text: str) -> Configuration:
    file = ReadFile("Dockerfile", "dockerfile", list(Format().parse(text)))
    (one,) = Dockerfile().configurations({"Dockerfile": file}, {})
    return one


def values(text: str, key: str) -> list[Row]:
    return [(one.value, one.line, one.origin) for one in built(text).values if one.key == key]


def test_the_last_stage_is_the_image() -> None:
    text = "FROM golang:1.23 AS build\nUSER root\nFROM debian:12\nUSER 10001:0\n"
    assert values(text, "user") == [("10001", 4, "written")]


def test_a_stage_inherits_from_the_stage_that_it_builds_on() -> None:
    text = "FROM debian:12 AS base\nUSER his\nHEALTHCHECK CMD true\nFROM Base\nRUN true\n"
    assert values(text, "user") == [("his", 2, "inherited")]
    assert values(text, "healthcheck") == [("true", 3, "inherited")]


def test_what_the_base_image_brings_is_known_of_few_images() -> None:
    assert values("FROM docker.io/library/debian:12\n", "user") == [("root", 1, "default")]
    assert values("FROM registry.local/his/base:1\n", "user") == []
    assert values("FROM registry.local/his/base:1\n", "healthcheck") == []


def test_the_number_of_root_is_root() -> None:
    for user in ("0", "00", "0:0", "root:root", "root"):
        assert values(f"FROM a:1\nUSER {user}\n", "user") == [("root", 2, "written")]


def test_variables_are_replaced_by_what_the_file_says() -> None:
    text = 'ARG TAG=12\nARG NONE\nFROM debian:${TAG}\nARG TAG\nENV U="his" V=${TAG}\nUSER ${U}\nEXPOSE $V\n'
    assert values(text, "image.version") == [("12", 3, "written")]
    assert values(text, "user") == [("his", 6, "written")]
    assert values(text, "expose") == [("12", 7, "written")]
    assert values("ARG TAG\nFROM debian:${TAG}\n", "image.version") == [(None, 2, "written")]
    assert values("FROM a:${TAG:-3}\n", "image.version") == [("3", 1, "written")]
    assert values("FROM a:1\nARG U\nUSER $U\n", "user") == [(None, 3, "written")]


def test_every_image_that_is_pulled_counts_and_stages_and_scratch_do_not() -> None:
    text = (
        "FROM golang AS build\nFROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /b /b\n"
        "COPY --from=nginx:1.27 /c /c\n"
    )
    assert values(text, "image.version") == [("latest", 1, "written"), ("1.27", 5, "written")]


def test_commands_of_builders_are_told_from_those_of_the_image() -> None:
    text = "FROM a:1 AS b\nRUN one\nEXPOSE 22\nFROM a:1 AS c\nRUN two\nFROM c\nRUN three\nADD http://x/y /z\n"
    assert values(text, "builder.run") == [("one", 2, "written")]
    assert values(text, "run") == [("two", 5, "written"), ("three", 7, "written")]
    assert values(text, "add.source") == [("http://x/y", 8, "written")]
    assert values(text, "expose") == []


def test_a_health_check_that_is_switched_off_is_none() -> None:
    assert values("FROM a:1\nHEALTHCHECK CMD x\nHEALTHCHECK NONE\n", "healthcheck") == [
        ("none", 3, "written")
    ]


def test_a_file_that_cannot_be_read_is_incomplete() -> None:
    reason = Text("读不了", "cannot be read")
    (one,) = Dockerfile().configurations({}, {"Dockerfile": reason})
    assert (one.id, one.missing) == ("Dockerfile", (reason,))
