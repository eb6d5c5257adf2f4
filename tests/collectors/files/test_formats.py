"""Each format: text in, (key, value, line, column, effective, section) out."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from hiscomply.hookspecs import FileFormat, FormatError, Setting
from hiscomply_files import hiscomply_formats

FORMATS = {one.name: one for one in hiscomply_formats()}
Row = tuple[str, str | None, int, int, bool, str | None]


def row(
    key: str, value: str | None, line: int, column: int, effective: bool = True, section: str | None = None
) -> Row:
    return key, value, line, column, effective, section


def rows(settings: list[Setting]) -> list[Row]:
    return [(s.key, s.value, s.line, s.column, s.is_effective, s.section) for s in settings]


CASES: list[Any] = [
    pytest.param(
        "yaml",
        "a:\n  b: 1\n  c: [x, y]\n",
        [row("a.b", "1", 2, 6), row("a.c[0]", "x", 3, 7), row("a.c[1]", "y", 3, 10)],
        id="yaml-nested",
    ),
    pytest.param(
        "yaml", "a: 1\na: 2\n", [row("a", "1", 1, 4, False), row("a", "2", 2, 4)], id="yaml-duplicate-key"
    ),
    pytest.param(
        "yaml",
        "a: {x: 1}\na: {y: 2}\n",
        [row("a.x", "1", 1, 8, False), row("a.y", "2", 2, 8)],
        id="yaml-duplicate-mapping-loses-all-below",
    ),
    pytest.param(
        "yaml",
        "a: 1\n---\na: 2\n",
        [row("a", "1", 1, 4), row("a", "2", 3, 4, True, "document 2")],
        id="yaml-documents",
    ),
    pytest.param(
        "yaml",
        "a:\nb: ~\nc: ''\nd: []\ne: {}\n",
        [
            row("a", None, 1, 1),
            row("b", None, 2, 4),
            row("c", "", 3, 4),
            row("d", "[]", 4, 4),
            row("e", "{}", 5, 4),
        ],
        id="yaml-nothing-in-five-ways",
    ),
    pytest.param("yaml", "# root: yes\nroot: no\n", [row("root", "no", 2, 7)], id="yaml-commented-out"),
    pytest.param(
        "yaml",
        "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n",
        [
            row("base.x", "1", 1, 14),
            row("base.y", "2", 1, 20),
            row("use.y", "3", 4, 6),
            row("use.x", "1", 1, 14),
        ],
        id="yaml-merge-key",
    ),
    pytest.param(
        "yaml",
        "a: &v [1]\nb: *v\n",
        [row("a[0]", "1", 1, 8), row("b[0]", "1", 1, 8)],
        id="yaml-alias-stands-at-its-anchor",
    ),
    pytest.param("yaml", "名称: 检验\n", [row("名称", "检验", 1, 5)], id="yaml-columns-count-characters"),
    pytest.param("yaml", "", [], id="yaml-empty"),
    pytest.param(
        "yaml",
        "!!python/object/apply:os.system ['id']\n",
        [row("[0]", "id", 1, 34)],
        id="yaml-tag-makes-no-object",
    ),
    pytest.param(
        "docker-compose",
        "services:\n  db:\n    image: postgres:16\n    ports:\n"
        '      - 5432:5432\n      - target: 80\n        published: "8080"\n',
        [
            row("services.db.image", "postgres:16", 3, 12),
            row("services.db.ports[0]", "5432:5432", 5, 9),
            row("services.db.ports[1].target", "80", 6, 17),
            row("services.db.ports[1].published", "8080", 7, 20),
        ],
        id="compose-short-and-long-ports",
    ),
    pytest.param(
        "json",
        '{"a": {"b": [1, true, null]}, "c": "x"}',
        [
            row("a.b[0]", "1", 1, 14),
            row("a.b[1]", "true", 1, 17),
            row("a.b[2]", None, 1, 23),
            row("c", "x", 1, 36),
        ],
        id="json-plain",
    ),
    pytest.param(
        "json",
        '// Orthanc\n{\n  /* web */ "AuthenticationEnabled" : false, // off\n  "HttpPort" : 8042,\n}\n',
        [row("AuthenticationEnabled", "false", 3, 39), row("HttpPort", "8042", 4, 16)],
        id="json-comments-and-trailing-comma",
    ),
    pytest.param(
        "json",
        '{"a": 1, "a": 2, "e": {}, "f": []}',
        [row("a", "1", 1, 7, False), row("a", "2", 1, 15), row("e", "{}", 1, 23), row("f", "[]", 1, 32)],
        id="json-duplicate-and-empty",
    ),
    pytest.param("json", '{"a": "\\u68c0\\n\\"{"}', [row("a", '检\n"{', 1, 7)], id="json-escapes"),
    pytest.param("json", '"http://x"', [row(".", "http://x", 1, 1)], id="json-scalar-with-slashes"),
    pytest.param(
        "toml",
        'a = 1\n[t.u]\nb = "x" # c\nd.e = [1, "y"]\n',
        [
            row("a", "1", 1, 5),
            row("t.u.b", "x", 3, 5),
            row("t.u.d.e[0]", "1", 4, 8),
            row("t.u.d.e[1]", "y", 4, 11),
        ],
        id="toml-tables",
    ),
    pytest.param(
        "toml",
        "[[s]]\nn = 1\n[s.k]\nz = true\n[[s]]\nn = 2\n",
        [row("s[0].n", "1", 2, 5), row("s[0].k.z", "true", 4, 5), row("s[1].n", "2", 6, 5)],
        id="toml-array-of-tables",
    ),
    pytest.param(
        "toml",
        'x = {a = "#", "b c" = \'}\'}\nm = """\n"q" ]"""\nd = 2026-01-02\n',
        [
            row("x.a", "#", 1, 10),
            row("x.b c", "}", 1, 23),
            row("m", '"q" ]', 2, 5),
            row("d", "2026-01-02", 4, 5),
        ],
        id="toml-strings-with-marks-inside",
    ),
    pytest.param("toml", "[empty]\nlist = []\n", [row("empty.list", "[]", 2, 8)], id="toml-empty-list"),
    pytest.param(
        "ini",
        "; c\n[mysqld]\nSSL_CA = /x ; y\nskip-networking\n[client]\nport: 3306\n",
        [
            row("mysqld.ssl_ca", "/x ; y", 3, 10, True, "mysqld"),
            row("mysqld.skip-networking", None, 4, 1, True, "mysqld"),
            row("client.port", "3306", 6, 7, True, "client"),
        ],
        id="ini-sections",
    ),
    pytest.param(
        "ini",
        "[a]\nx=1\nX=2\ny=\n  one\n  two\n",
        [
            row("a.x", "1", 2, 3, False, "a"),
            row("a.x", "2", 3, 3, True, "a"),
            row("a.y", "one\ntwo", 4, 1, True, "a"),
        ],
        id="ini-last-wins-and-continuation",
    ),
    pytest.param(
        "ini",
        "!includedir /etc/mysql/conf.d/\n",
        [row("!includedir", "/etc/mysql/conf.d/", 1, 1)],
        id="ini-mysql-include",
    ),
    pytest.param(
        "properties",
        "# c\n! c\na=1\nb : two words\nc three\nd\ne=\n",
        [
            row("a", "1", 3, 3),
            row("b", "two words", 4, 5),
            row("c", "three", 5, 3),
            row("d", None, 6, 1),
            row("e", "", 7, 1),
        ],
        id="properties-separators",
    ),
    pytest.param(
        "properties",
        "a\\ b=x\\\n    y\\u68c0\nk=1\nk=2\n",
        [row("a b", "xy检", 1, 6), row("k", "1", 3, 3, False), row("k", "2", 4, 3)],
        id="properties-escape-continuation-last-wins",
    ),
    pytest.param(
        "properties",
        "url=jdbc:x://h\\:1?a=b\npath=c:\\\\t\\\\\nz=1\n",
        [row("url", "jdbc:x://h:1?a=b", 1, 5), row("path", "c:\\t\\", 2, 6), row("z", "1", 3, 3)],
        id="properties-even-backslashes-do-not-continue",
    ),
    pytest.param(
        "dotenv",
        "# c\nA=1 # c\nexport B='x # y'\nC=\"l1\\nl2\"\nD\nE=\nA=2#3\n",
        [
            row("A", "1", 2, 3, False),
            row("B", "x # y", 3, 10),
            row("C", "l1\nl2", 4, 3),
            row("D", None, 5, 1),
            row("E", "", 6, 1),
            row("A", "2#3", 7, 3),
        ],
        id="dotenv",
    ),
    pytest.param(
        "dotenv",
        'K="-----\nabc\n-----"\nZ=1\n',
        [row("K", "-----\nabc\n-----", 1, 3), row("Z", "1", 4, 3)],
        id="dotenv-quoted-lines",
    ),
    pytest.param(
        "sshd_config",
        "#PermitRootLogin yes\nPermitRootLogin no\nPermitRootLogin yes\n",
        [row("permitrootlogin", "no", 2, 17), row("permitrootlogin", "yes", 3, 17, False)],
        id="sshd-first-wins",
    ),
    pytest.param(
        "sshd_config",
        "PermitRootLogin no\nMatch User  bob\n  PermitRootLogin yes\n",
        [row("permitrootlogin", "no", 1, 17), row("permitrootlogin", "yes", 3, 19, False, "Match User bob")],
        id="sshd-match-is-never-effective",
    ),
    pytest.param(
        "sshd_config",
        "PermitRootLogin no\nMatch all\nPermitRootLogin yes\n",
        [row("permitrootlogin", "no", 1, 17, False), row("permitrootlogin", "yes", 3, 17, True, "Match all")],
        id="sshd-match-all-overrides",
    ),
    pytest.param(
        "sshd_config",
        'Port 22\nport=2222\nBanner "/etc/is sue" # c\nClientAliveInterval 5m30s\n',
        [
            row("port", "22", 1, 6),
            row("port", "2222", 2, 6),
            row("banner", "/etc/is sue", 3, 8),
            row("clientaliveinterval", "330", 4, 21),
        ],
        id="sshd-cumulative-quotes-times",
    ),
    pytest.param(
        "sysctl_conf",
        "; c\nnet.ipv4.ip_forward = 1\nnet/ipv4/conf/eth0.1/rp_filter=1\n"
        "-net.ipv4.ip_forward = 0\n-net.ipv4.conf.eth0.rp_filter\n",
        [
            row("net.ipv4.ip_forward", "1", 2, 23, False),
            row("net.ipv4.conf.eth0/1.rp_filter", "1", 3, 32),
            row("net.ipv4.ip_forward", "0", 4, 24),
        ],
        id="sysctl",
    ),
    pytest.param(
        "postgresql_conf",
        "ssl = off\t# c\nSSL 'on'\nlog_line_prefix = '%m [%p] ''q'' # '\n"
        "shared_buffers = 128MB\ninclude 'a'\ninclude 'b'\n#ssl = off\n",
        [
            row("ssl", "off", 1, 7, False),
            row("ssl", "on", 2, 5),
            row("log_line_prefix", "%m [%p] 'q' # ", 3, 19),
            row("shared_buffers", "128MB", 4, 18),
            row("include", "a", 5, 9),
            row("include", "b", 6, 9),
        ],
        id="postgresql",
    ),
    pytest.param(
        "pwquality",
        "# c\nminlen = 14 # c\nenforce_for_root\n minlen=8\nx=\n",
        [
            row("minlen", "14", 2, 10, False),
            row("enforce_for_root", None, 3, 1),
            row("minlen", "8", 4, 9),
            row("x", "", 5, 1),
        ],
        id="pwquality",
    ),
    pytest.param("faillock", "deny = 5\n", [row("deny", "5", 1, 8)], id="faillock"),
    pytest.param(
        "login_defs",
        "# c\nPASS_MAX_DAYS\t99999\nPASS_MAX_DAYS 90\nMAIL_DIR\n",
        [
            row("PASS_MAX_DAYS", "99999", 2, 15, False),
            row("PASS_MAX_DAYS", "90", 3, 15),
            row("MAIL_DIR", None, 4, 1),
        ],
        id="login-defs",
    ),
]


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_every_setting_has_its_value_place_and_precedence(name: str, text: str, expected: list[Row]) -> None:
    assert rows(list(FORMATS[name].parse(text))) == expected


REFUSED: list[Any] = [
    pytest.param("yaml", "a: [1\nb: 2\n", 2, 2, id="yaml-open-list"),
    pytest.param("yaml", "a: *nowhere\n", 1, 4, id="yaml-undefined-alias"),
    pytest.param("yaml", "a: &a [*a]\n", 1, 8, id="yaml-recursive-alias"),
    pytest.param("yaml", "? [a]\n: 1\n", 1, 3, id="yaml-list-as-key"),
    pytest.param("yaml", "a:\n  <<: 1\n", 2, 7, id="yaml-merge-of-scalar"),
    pytest.param("yaml", "a: " + "[" * 150 + "]" * 150, 1, 103, id="yaml-too-deep"),
    pytest.param("json", '{"a": 01}', 1, 7, id="json-leading-zero"),
    pytest.param("json", '{"a": 1', 1, 8, id="json-unfinished"),
    pytest.param("json", '{"a": 1} x', 1, 10, id="json-rest"),
    pytest.param("json", '{"a": "\\x"}', 1, 7, id="json-bad-escape"),
    pytest.param("json", "[,]", 1, 2, id="json-comma-alone"),
    pytest.param("json", "[" * 5000, 1, 102, id="json-too-deep"),
    pytest.param("json", "", 1, 1, id="json-empty"),
    pytest.param("toml", "a = 1\na = 2\n", 2, 6, id="toml-duplicate"),
    pytest.param("toml", "a = \n", 1, 5, id="toml-no-value"),
    pytest.param("ini", "\n key = 1\n", 2, 2, id="ini-no-section"),
    pytest.param("ini", "[a]\n= 1\n", 2, 1, id="ini-no-key"),
    pytest.param("properties", "a=\\u12\n", 1, 1, id="properties-bad-unicode"),
    pytest.param("dotenv", "A=1\nnot a variable\n", 2, 1, id="dotenv-words"),
    pytest.param("dotenv", "A='open\n", 1, 1, id="dotenv-open-quote"),
    pytest.param("sshd_config", "Port 22\n  = x\n", 2, 3, id="sshd-no-directive"),
    pytest.param("sysctl_conf", "net.ipv4.ip_forward 1\n", 1, 1, id="sysctl-no-equals"),
    pytest.param("postgresql_conf", "ssl = on\nport = 'x\n", 2, 1, id="postgresql-open-quote"),
    pytest.param("pwquality", "minlen 14\n", 1, 1, id="pwquality-no-equals"),
    pytest.param("login_defs", "PASS_MAX_DAYS 90\n=\n", 2, 1, id="login-defs-no-name"),
]


@pytest.mark.parametrize(("name", "text", "line", "column"), REFUSED)
def test_a_file_that_cannot_be_parsed_is_refused_at_its_place(
    name: str, text: str, line: int, column: int
) -> None:
    with pytest.raises(FormatError) as caught:
        list(FORMATS[name].parse(text))
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.reason.zh
    assert caught.value.reason.en


def test_a_yaml_bomb_is_refused_and_not_expanded() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10))
    with pytest.raises(FormatError, match="expand"):
        list(FORMATS["yaml"].parse(f"l0: &l0 [lol, lol]\n{levels}\n"))


def test_a_bomb_of_long_values_is_refused_too() -> None:
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 200)}]\n"
    with pytest.raises(FormatError, match="expand"):
        list(FORMATS["yaml"].parse(text))


def test_a_bomb_of_merge_keys_is_refused_too() -> None:
    wide = "\n".join(f"  k{n}: {n}" for n in range(500))
    uses = "\n".join(f"u{n}:\n  <<: *w" for n in range(300))
    with pytest.raises(FormatError, match="expand"):
        list(FORMATS["yaml"].parse(f"w: &w\n{wide}\n{uses}\n"))


RECOGNISED: list[Any] = [
    ("etc/ssh/sshd_config", "sshd_config"),
    ("etc/ssh/sshd_config.d/10-his.conf", "sshd_config"),
    ("etc/sysctl.d/99-his.conf", "sysctl_conf"),
    ("etc/sysctl.conf", "sysctl_conf"),
    ("pg/postgresql.conf", "postgresql_conf"),
    ("etc/postgresql/16/main/conf.d/tls.conf", "postgresql_conf"),
    ("etc/login.defs", "login_defs"),
    ("etc/nsswitch.conf", "nsswitch_conf"),
    ("etc/security/pwquality.conf", "pwquality"),
    ("etc/security/pwquality.conf.d/his.conf", "pwquality"),
    ("etc/security/faillock.conf", "faillock"),
    ("docker-compose.yml", "docker-compose"),
    ("pacs/compose.prod.yaml", "docker-compose"),
    ("k8s/decompose.yaml", "yaml"),
    ("orthanc.json", "json"),
    ("pyproject.toml", "toml"),
    ("mirth.properties", "properties"),
    (".env", "dotenv"),
    (".env.production", "dotenv"),
    ("my.cnf", "my_cnf"),
    ("app.conf", "ini"),
    ("nginx.conf", "nginx_conf"),
    ("readme.md", None),
]


@pytest.mark.parametrize(("path", "expected"), RECOGNISED)
def test_a_file_is_recognised_by_its_path_and_first_bytes(path: str, expected: str | None) -> None:
    head = b"server {\n" if path.startswith("nginx") else b"# c\n\n[section]\nkey = 1\n"
    names = [one.name for one in hiscomply_formats() if one.recognises(path, head)]
    assert (names[0] if names else None) == expected


def test_every_built_in_format_implements_the_protocol() -> None:
    assert [one.name for one in hiscomply_formats() if not isinstance(one, FileFormat)] == []


def test_yaml_ignores_indentation_marks_inside_text() -> None:
    text = dedent("""
        script: |
          a: 1
        b: 2
        """)
    assert rows(list(FORMATS["yaml"].parse(text))) == [row("script", "a: 1\n", 2, 9), row("b", "2", 4, 4)]
