"""nginx, Apache httpd and HAProxy as programs: what is read together, inheritance, and what was not read.

Verdicts and places on whole trees are in tests/corpus; here is what those do not show.
"""

from __future__ import annotations

import time
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiscomply.configurations import Configuration, ReadFile
from hiscomply.hookspecs import FormatError
from hiscomply.model import Text
from hiscomply_files.formats import builtin_formats
from hiscomply_files.software import builtin_software
from hiscomply_files.software.web import hsts_seconds, is_loopback, tls_version, weak_ciphers

FORMATS = {one.name: one for one in builtin_formats()}
SOFTWARE = {one.name: one for one in builtin_software()}
OF = {"nginx": "nginx_conf", "apache": "apache_conf", "haproxy": "haproxy_cfg"}
GONE = Text("无法读取", "cannot be read")


def configurations(software: str, files: dict[str, str], *unread: str) -> list[Configuration]:
    name = OF[software]
    read = {path: ReadFile(path, name, [*FORMATS[name].parse(dedent(text))]) for path, text in files.items()}
    return [*SOFTWARE[software].configurations(read, dict.fromkeys(unread, GONE))]


def values(one: Configuration, key: str) -> list[tuple[str | None, str, int | None, str]]:
    return [(value.value, value.file, value.line, value.origin) for value in one.values if value.key == key]


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("HIGH:!aNULL:!MD5", ""),
        ("ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA", ""),
        ("DES-CBC3-SHA", "DES-CBC3-SHA"),
        ("DES-CBC3-SHA:!3DES", ""),
        ("ALL:!aNULL:!3DES:!RC4", ""),
        ("ALL:!aNULL", "ALL"),
        ("RC4-SHA:-RC4-SHA", ""),
        ("kEDH+3DES:HIGH", "KEDH+3DES"),
        ("NULL-MD5:EXP-RC4-MD5", "NULL-MD5 EXP-RC4-MD5"),
        ("", ""),
        ("$ciphers", None),
    ],
)
def test_the_weak_words_of_a_list_of_ciphers(text: str, weak: str | None) -> None:
    assert weak_ciphers(text) == weak


def test_words_of_tls_and_addresses() -> None:
    assert [tls_version(word) for word in ("TLSv1.0", "tlsv1.2", "TLSv1", "SSLv2")] == [
        "TLSv1",
        "TLSv1.2",
        "TLSv1",
        None,
    ]
    assert hsts_seconds('"Max-Age=600; preload"') == "600"
    assert hsts_seconds("includeSubDomains") is None
    private = ["127.0.0.1:80", "unix:/run/a", "[::1]:80", "localhost", "/run/a.sock"]
    public = ["80", "*:80", "[::]:80", "10.0.0.1:80", "localhost.example:80", ":80"]
    assert [is_loopback(one) for one in private + public] == [True] * 5 + [False] * 6


def test_servers_of_nginx_stand_in_the_files_that_they_are_written_in() -> None:
    found = configurations(
        "nginx",
        {
            "nginx/nginx.conf": "http {\n  include conf.d/*.conf;\n  server { listen 127.0.0.1:1; }\n}\n",
            "nginx/conf.d/a.conf": "server_tokens off;\nserver { listen 80; }\n",
            "nginx/conf.d/b.conf": "server { listen 81; }\n",
        },
    )
    assert [(one.software, one.id) for one in found] == [
        ("nginx", "nginx/nginx.conf"),
        ("nginx_server", "nginx/nginx.conf#a.conf:server[0]"),
        ("nginx_server", "nginx/nginx.conf#b.conf:server[0]"),
        ("nginx_server", "nginx/nginx.conf#http[0].server[0]"),
    ]
    assert all(not one.missing for one in found)
    shown = [values(one, "web.version_shown") for one in found[1:]]
    assert shown == [[("false", "nginx/conf.d/a.conf", 1, "inherited")]] * 3


def test_servers_of_one_name_have_ids_of_their_own() -> None:
    server = "server { listen 80; }\n"
    files = {
        "nginx.conf": "http { include a/x.conf; include b/x.conf; }\n",
        "a/x.conf": server,
        "b/x.conf": server,
    }
    found = configurations("nginx", files)
    assert len({one.id for one in found}) == len(found) == 3


def test_a_site_of_nginx_that_is_not_enabled_is_not_judged() -> None:
    files = {
        "etc/nginx/nginx.conf": "http { include /etc/nginx/sites-enabled/*; }\n",
        "etc/nginx/sites-available/old": "server { listen 80; }\n",
    }
    assert [one.software for one in configurations("nginx", files)] == ["nginx"]


def test_a_file_that_cannot_be_read_makes_those_that_include_it_incomplete() -> None:
    main = {"nginx.conf": "http {\n  include a.conf;\n  server { listen 80; }\n}\n"}
    found = configurations("nginx", main, "a.conf")
    # no file of the program itself is missing, and what includes it says so
    assert [bool(one.missing) for one in found if one.software == "nginx_server"] == [True]
    host = {"httpd.conf": "Include a.conf\n<VirtualHost *:80>\n</VirtualHost>\n"}
    assert all(one.missing for one in configurations("apache", host, "a.conf"))
    assert configurations("haproxy", {}, "haproxy.cfg") == [
        Configuration("haproxy", "haproxy.cfg", (), missing=(GONE,))
    ]


@pytest.mark.parametrize(
    ("software", "files"),
    [
        (
            "nginx",
            {"nginx.conf": "http { include a.conf; server { listen 80; } }", "a.conf": "include a.conf;"},
        ),
        ("apache", {"httpd.conf": "Include a.conf\n", "a.conf": "Include a.conf\n"}),
    ],
)
def test_a_file_that_includes_itself_is_told(software: str, files: dict[str, str]) -> None:
    found = configurations(software, files)
    assert "a.conf includes itself" in {reason.en for one in found for reason in one.missing}


def test_includes_that_multiply_end_soon() -> None:
    files = {f"{n}.conf": f"include {n + 1}.conf;\n" * 8 for n in range(1, 12)} | {"12.conf": "gzip on;\n"}
    files["nginx.conf"] = "http { include 1.conf; }"
    started = time.process_time()
    found = configurations("nginx", files)
    assert time.process_time() - started < 10
    assert any(one.missing for one in found) or len(found) == 1


def test_debian_reads_apache_from_its_folders() -> None:
    found = configurations(
        "apache",
        {
            "etc/apache2/apache2.conf": """\
                IncludeOptional mods-enabled/*.load
                IncludeOptional conf-enabled/*.conf
                IncludeOptional sites-enabled/*.conf
                """,
            "etc/apache2/mods-enabled/ssl.load": "LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n",
            "etc/apache2/conf-enabled/security.conf": "ServerTokens Prod\n",
            "etc/apache2/sites-enabled/his.conf": """\
                <IfModule mod_ssl.c>
                <VirtualHost *:443>
                    SSLEngine on
                </VirtualHost>
                </IfModule>
                """,
            "etc/apache2/sites-available/old.conf": "<VirtualHost *:80>\n</VirtualHost>\n",
        },
    )
    assert [(one.software, one.missing) for one in found] == [("apache", ()), ("apache_tls_server", ())]
    assert values(found[0], "web.version_shown") == [
        ("false", "etc/apache2/conf-enabled/security.conf", 1, "written")
    ]


@pytest.mark.parametrize(
    "condition", ["IfDefine SSL", "IfModule mod_ssl.c", "IfVersion < 2.3", "IfFile /etc/x"]
)
def test_a_condition_of_apache_that_cannot_be_decided_is_missing(condition: str) -> None:
    name = condition.split(maxsplit=1)[0]
    found = configurations("apache", {"httpd.conf": f"<{condition}>\nTraceEnable off\n</{name}>\n"})
    assert all(one.missing for one in found)


def test_a_proxy_of_haproxy_has_the_defaults_that_it_names() -> None:
    text = """\
        global
            log /dev/log local0
        defaults slow
            timeout client 1m
        defaults fast
            timeout client 10s
        frontend a from slow
            bind 127.0.0.1:80
        frontend b
            bind 127.0.0.1:81
        """
    found = configurations("haproxy", {"haproxy.cfg": text})
    assert [(one.id, values(one, "web.client_timeout_s")) for one in found[1:]] == [
        ("haproxy.cfg#frontend a", [("60", "haproxy.cfg", 4, "inherited")]),
        ("haproxy.cfg#frontend b", [("10", "haproxy.cfg", 6, "inherited")]),
    ]


WORDS = st.sampled_from(
    [
        "server",
        "http",
        "location",
        "listen",
        "80",
        "443",
        "ssl",
        "on",
        "off",
        "if",
        "return",
        "301",
        "https://a",
        "/",
        "include",
        "x.conf",
        "add_header",
        "rewrite",
        "^",
        "stub_status",
        "allow",
        "deny",
        "all",
        "auth_basic",
        "alias",
        "proxy_pass",
        "ssl_protocols",
        "TLSv1",
        "error_log",
        "access_log",
        "$x",
        "{}",
        "virtualhost",
        "directory",
        "redirect",
        "sslprotocol",
        "+TLSv1",
        "options",
        "require",
        "header",
        "rewriterule",
        "rewritecond",
        "ifmodule",
        "global",
        "defaults",
        "frontend",
        "backend",
        "bind",
        "stats",
        "enable",
        "log",
        "from",
        "check",
        "socket",
        "level",
        "mode",
        "timeout",
        "client",
        "no",
    ]
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=5), max_size=10)


@pytest.mark.parametrize("software", sorted(OF))
@given(lines=LINES, ends=st.lists(st.sampled_from([";", "{", "}", ";", ">"]), min_size=10, max_size=10))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_whatever_parses_is_understood_or_missing(
    software: str, lines: list[list[str]], ends: list[str]
) -> None:
    joined = {
        "nginx": "".join(f"{' '.join(words)} {end}\n" for words, end in zip(lines, ends, strict=False))
        + "}" * 3,
        "apache": "\n".join(
            f"<{words[0]} {' '.join(words[1:])}>\n{' '.join(words)}\n</{words[0]}>"
            if end == ">"
            else " ".join(words)
            for words, end in zip(lines, ends, strict=False)
        ),
        "haproxy": "global\n" + "\n".join(" ".join(words) for words in lines),
    }[software]
    path = {"nginx": "nginx.conf", "apache": "httpd.conf", "haproxy": "haproxy.cfg"}[software]
    for text in (joined, f"http {{\n{joined.rstrip('}')}\n}}\n" if software == "nginx" else joined):
        try:
            found = configurations(software, {path: text})
        except FormatError:
            continue
        assert len({one.id for one in found}) == len(found)
        for one in found:
            assert all(value.key and value.file == path for value in one.values)
