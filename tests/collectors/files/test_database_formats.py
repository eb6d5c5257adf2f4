"""pg_hba.conf, my.cnf, redis.conf, mongod.conf and XML: keys, values and places; what is refused."""

from __future__ import annotations

import pytest

from hiscomply.hookspecs import FormatError
from hiscomply_files.formats import builtin_formats

FORMATS = {one.name: one for one in builtin_formats()}
Row = tuple[str, str | None, int, int]


def parsed(name: str, text: str) -> list[Row]:
    return [
        (one.key, one.value, one.line, one.column) for one in FORMATS[name].parse(text) if one.is_effective
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("db/pg_hba.conf", "pg_hba_conf"),
        ("etc/mysql/my.cnf", "my_cnf"),
        ("etc/mysql/mariadb.conf.d/50-server.cnf", "my_cnf"),
        ("openssl.cnf", "ini"),
        ("redis/redis-6380.conf", "redis_conf"),
        ("etc/redis/site.conf", "redis_conf"),
        ("etc/mongod.conf", "mongod_conf"),
        ("tomcat/server.xml", "xml"),
    ],
)
def test_files_are_recognised(path: str, name: str) -> None:
    assert next(one.name for one in builtin_formats() if one.recognises(path, b"")) == name


def test_pg_hba_records_have_named_fields_and_masks_join_their_address() -> None:
    text = (
        "# TYPE DATABASE USER ADDRESS METHOD\n"
        "local all all peer\n"
        'host his,lis "all" 10.0.0.0 255.0.0.0 scram-sha-256 # wards\n'
        "hostssl all \\\n  all 10.1.0.0/16 cert clientcert=verify-full map=x\n"
        "include_dir hba.d\n"
    )
    assert parsed("pg_hba_conf", text) == [
        ("rules[0].type", "local", 2, 1),
        ("rules[0].database", "all", 2, 7),
        ("rules[0].user", "all", 2, 11),
        ("rules[0].method", "peer", 2, 15),
        ("rules[1].type", "host", 3, 1),
        ("rules[1].database", "his,lis", 3, 6),
        ("rules[1].user", "all", 3, 14),
        ("rules[1].address", "10.0.0.0/255.0.0.0", 3, 20),
        ("rules[1].method", "scram-sha-256", 3, 39),
        ("rules[2].type", "hostssl", 4, 1),
        ("rules[2].database", "all", 4, 9),
        ("rules[2].user", "all", 5, 3),
        ("rules[2].address", "10.1.0.0/16", 5, 7),
        ("rules[2].method", "cert", 5, 19),
        ("rules[2].options", "clientcert=verify-full map=x", 5, 24),
        ("include_dir", "hba.d", 6, 13),
    ]


def test_my_cnf_takes_dashes_for_underscores_quotes_and_comments() -> None:
    text = (
        "[mysqld]\nBind-Address = 10.0.0.5  # ward net\nskip-name-resolve\nlog_error='/var/log/my sql.log'\n"
        'init_connect="SET NAMES \\"utf8\\""\nplugin=\n; old\n[client]\nport=3306\n!includedir /etc/mysql/conf.d/\n'
    )
    assert parsed("my_cnf", text) == [
        ("mysqld.bind_address", "10.0.0.5", 2, 16),
        ("mysqld.skip_name_resolve", None, 3, 1),
        ("mysqld.log_error", "/var/log/my sql.log", 4, 11),
        ("mysqld.init_connect", 'SET NAMES "utf8"', 5, 14),
        ("mysqld.plugin", "", 6, 1),
        ("client.port", "3306", 9, 6),
        ("!includedir", "/etc/mysql/conf.d/", 10, 1),
    ]


def test_redis_passwords_of_users_stand_apart_from_their_rules() -> None:
    text = (
        'bind 127.0.0.1 ::1\nport 1\nPORT 0\nrequirepass "a\\x21 b"\nsave 900 1\nsave 300 10\n'
        "user default on >s3cret ~* +@all\nsentinel auth-pass m pw\nsave ''\n"
    )
    assert parsed("redis_conf", text) == [
        ("bind", "127.0.0.1 ::1", 1, 6),
        ("port", "0", 3, 6),
        ("requirepass", "a! b", 4, 13),
        ("save", "900 1", 5, 6),
        ("save", "300 10", 6, 6),
        ("user.default.rules", "on ~* +@all", 7, 6),
        ("user.default.password", "s3cret", 7, 6),
        ("sentinel.auth-pass", "m pw", 8, 10),
        ("save", "", 9, 6),
    ]


def test_mongod_conf_is_yaml() -> None:
    assert parsed("mongod_conf", "security:\n  authorization: enabled\n") == [
        ("security.authorization", "enabled", 2, 18)
    ]


def test_xml_numbers_repeated_elements_and_drops_prefixes() -> None:
    text = (
        '<?xml version="1.0" encoding="GB2312"?>\n<s:Server xmlns:s="urn:x" port="8005">\n  <Connector port="1"/>\n'
        '  <Connector port="2" secure="true"/>\n  <name>值 &amp; x</name>\n</s:Server>\n'
    )
    assert parsed("xml", text) == [
        ("Server.@s", "urn:x", 2, 1),
        ("Server.@port", "8005", 2, 1),
        ("Server.Connector.@port", "1", 3, 3),
        ("Server.Connector", None, 3, 3),
        ("Server.Connector[1].@port", "2", 4, 3),
        ("Server.Connector[1].@secure", "true", 4, 3),
        ("Server.Connector[1]", None, 4, 3),
        ("Server.name", "值 & x", 5, 3),
    ]


BOMB = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>\n<a>&b;</a>'


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pg_hba_conf", "local all all peer\nhost all all 10.0.0.0/8\n", 2),
        ("pg_hba_conf", "nonsense\n", 1),
        ("pg_hba_conf", 'host "all\n', 1),
        ("my_cnf", "port=1\n", 1),
        ("my_cnf", "[mysqld]\nlog_error='x\n", 2),
        ("redis_conf", 'port 1\nrequirepass "x\n', 2),
        ("mongod_conf", "a: [1\n", 2),
        ("xml", "<a>\n<b></a>\n", 2),
        ("xml", BOMB, 1),
        ("xml", OUTSIDE, 1),
        ("xml", "<a>" * 200, 1),
        ("xml", "", 1),
    ],
)
def test_what_is_not_the_format_is_refused_with_its_line(name: str, text: str, line: int) -> None:
    with pytest.raises(FormatError) as caught:
        parsed(name, text)
    assert caught.value.line == line
    assert caught.value.reason.zh and caught.value.reason.en
