"""Templates of configuration files: known by what they make, and not read before that is made."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats.redis_conf import RedisConf
from hiscomply_files.formats.sshd_config import SshdConfig
from hiscomply_files.formats.yaml import Yaml
from hiscomply_files.jinja import literal, of_software, rendered_name


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("a/redis.conf.j2", "a/redis.conf"),
        ("redis.conf.JINJA2", "redis.conf"),
        ("redis.conf.jinja", "redis.conf"),
        ("redis.conf", None),
        (".j2", None),
    ],
)
def test_a_template_is_called_as_what_it_makes(path: str, made: str | None) -> None:
    assert rendered_name(path) == made


def test_a_template_of_a_general_format_may_be_of_anything() -> None:
    redis = RedisConf()
    assert (of_software(redis), of_software(Yaml()), of_software(None)) == (redis, None, None)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("port 6379\nbind {{ address }}\n", 2, 6),
        ("{% include 'x' %}\n", 1, 1),
        ("# {{ ansible_managed }}\n{# a comment #}\n", 2, 1),
        ("# {{ owner }}\n", 1, 3),
        ("{{ ansible_managed }}\n", 1, 1),
    ],
)
def test_what_is_filled_in_is_refused_at_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FormatError) as refused:
        literal("redis.conf.j2", text, RedisConf())
    assert (refused.value.line, refused.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("port 6379\n", "port 6379\n"),
        ("# {{ ansible_managed }}\nport 6379\n", "#\nport 6379\n"),
        ("{{ ansible_managed | comment }}\nport 6379\n", "#\nport 6379\n"),
        ("# made by {{ansible_managed}} of HIS\nport 6379\n", "#\nport 6379\n"),
    ],
)
def test_a_template_with_nothing_but_a_head_of_comments_is_read(text: str, read: str) -> None:
    assert literal("redis.conf.j2", text, RedisConf()) == read


def test_a_file_that_is_no_template_and_one_whose_format_knows_templates_stay_as_they_are() -> None:
    text = "Port {{ port }}\n"
    assert literal("redis.conf", text, RedisConf()) == literal("sshd_config.j2", text, SshdConfig()) == text
