"""The formats of nginx, Apache httpd and HAProxy: keys of blocks, words, positions, refusals."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiscomply.hookspecs import FormatError
from hiscomply_files import hiscomply_formats
from hiscomply_files.formats.blocks import joined, words

FORMATS = {one.name: one for one in hiscomply_formats()}
Row = tuple[str, str | None, int, int]


def rows(name: str, text: str) -> list[Row]:
    return [(s.key, s.value, s.line, s.column) for s in FORMATS[name].parse(dedent(text))]


def refused(name: str, text: str) -> tuple[int | None, int | None, str]:
    with pytest.raises(FormatError) as raised:
        list(FORMATS[name].parse(text))
    return raised.value.line, raised.value.column, raised.value.reason.en


def recognised(path: str, head: bytes = b"") -> str | None:
    return next((one.name for one in FORMATS.values() if one.recognises(path, head)), None)


def test_nginx_blocks_are_counted_among_their_like() -> None:
    text = """\
        user www-data;
        http {
            server { listen 80; listen [::]:80; }
            server { location / { return 301 https://$host$request_uri; } }
        }
        """
    assert rows("nginx_conf", text) == [
        ("user", "www-data", 1, 6),
        ("http[0]", None, 2, 1),
        ("http[0].server[0]", None, 3, 5),
        ("http[0].server[0].listen", "80", 3, 21),
        ("http[0].server[0].listen", "[::]:80", 3, 32),
        ("http[0].server[1]", None, 4, 5),
        ("http[0].server[1].location[0]", "/", 4, 14),
        ("http[0].server[1].location[0].return", "301 https://$host$request_uri", 4, 34),
    ]


def test_nginx_quotes_escapes_variables_and_comments() -> None:
    text = """\
        # ssl_protocols TLSv1;
        log_format a '$remote_addr "$request"' "it\\'s";  # not ; the end
        set $x "a;b{c}#d";
        root /srv/${host}/#x;
        if ($request_method = TRACE) { return 405; }
        location ~ \\.php$ { deny
            all; }
        """
    assert rows("nginx_conf", text) == [
        ("log_format", 'a "$remote_addr \\"$request\\"" it\'s', 2, 12),
        ("set.x", "a;b{c}#d", 3, 5),
        ("root", "/srv/${host}/#x", 4, 6),
        ("if[0]", "($request_method = TRACE)", 5, 1),
        ("if[0].return", "405", 5, 39),
        ("location[0]", "~ \\.php$", 6, 1),
        ("location[0].deny", "all", 7, 5),
    ]


def test_nginx_names_of_headers_and_parameters_stand_in_the_key() -> None:
    text = """\
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        fastcgi_param DB_PASSWORD hunter2;
        """
    assert rows("nginx_conf", text) == [
        ("add_header.strict-transport-security", '"max-age=63072000; includeSubDomains" always', 1, 12),
        ("fastcgi_param.db_password", "hunter2", 2, 15),
    ]


def test_nginx_goes_past_a_block_of_lua() -> None:
    text = """\
        content_by_lua_block {
            -- a brace in a comment }
            local s = "}" .. '{' .. [==[ } ]] ]==]
            if s then ngx.say({1}) end
        }
        listen 80;
        """
    assert rows("nginx_conf", text) == [("content_by_lua_block[0]", None, 1, 1), ("listen", "80", 6, 8)]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("http {\n  server {\n  }\n", 1, 1, "the block http is not closed"),
        ("a b;\n}\n", 2, 1, "a } that closes nothing"),
        ("http {\n  listen 80\n}\n", 2, 3, "the directive listen does not end with ;"),
        ("listen 80", 1, 1, "the directive listen does not end with ;"),
        ("root 'x;\n", 1, 6, "a quote is not closed"),
        ('root "x"y;\n', 1, 9, "a blank or ; must follow a closing quote"),
        ("server_name {{ name }};", 1, 13, "a template, not a finished configuration"),
        (";", 1, 1, "expected the name of a directive"),
        ("content_by_lua_block { '}' ", 1, 1, "the block of Lua is not closed"),
        ("content_by_lua_block { [[ }", 1, 1, "the block of Lua is not closed"),
        ("a{" * 200, 1, 201, "nested more than 100 levels deep, refused"),
    ],
)
def test_nginx_refuses(text: str, line: int, column: int, reason: str) -> None:
    assert refused("nginx_conf", text) == (line, column, reason)


def test_apache_sections_continued_lines_and_names_without_case() -> None:
    text = """\
        ServerTokens Prod
        # a comment that is continued \\
        ServerTokens Full
        <VirtualHost *:443 "[::]:443">
            SSLProtocol all \\
              -SSLv3 -TLSv1
            <Directory "/srv/my files">
              Options  Indexes
            </Directory>
        </VirtualHost>
        <IfModule !mod_ssl.c>
        </IfModule>
        """
    assert rows("apache_conf", text) == [
        ("servertokens", "Prod", 1, 14),
        ("virtualhost[0]", "*:443 [::]:443", 4, 1),
        ("virtualhost[0].sslprotocol", "all -SSLv3 -TLSv1", 5, 17),
        ("virtualhost[0].directory[0]", "/srv/my files", 7, 5),
        ("virtualhost[0].directory[0].options", "Indexes", 8, 16),
        ("ifmodule[0]", "!mod_ssl.c", 11, 1),
    ]


def test_apache_names_of_headers_and_variables_stand_in_the_key() -> None:
    text = """\
        Header always set Strict-Transport-Security "max-age=31536000; preload"
        Header unset Server
        Header bad
        SetEnv DB_PASSWORD 'hun"ter'
        CustomLog "|/bin/rotate \\"a b\\"" combined
        Listen \\
          8080
        """
    assert rows("apache_conf", text) == [
        ("header.strict-transport-security", 'always set "max-age=31536000; preload"', 1, 8),
        ("header.server", "unset", 2, 8),
        ("header", "bad", 3, 8),
        ("setenv.DB_PASSWORD", 'hun"ter', 4, 8),
        ("customlog", '"|/bin/rotate \\"a b\\"" combined', 5, 11),
        ("listen", "8080", 7, 3),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("<VirtualHost *:80>\n", 1, 1, "the block virtualhost is not closed"),
        ("\n <VirtualHost *:80\n", 2, 2, "the tag of a section does not end with >"),
        ("<Directory />\n</VirtualHost>", 2, 1, "</virtualhost> does not close the section that is open"),
        ("</Directory>\n", 1, 1, "</directory> does not close the section that is open"),
    ],
)
def test_apache_refuses(text: str, line: int, column: int, reason: str) -> None:
    assert refused("apache_conf", text) == (line, column, reason)


def test_haproxy_sections_names_of_two_words_and_passwords() -> None:
    text = """\
        global
            stats socket /run/a.sock mode 660 level admin # comment
            log "127.0.0.1:514" local0
        defaults web
            timeout client 30s
            no option httplog
        userlist ops
            user anna password $5$abc groups admin
            user bob insecure-password "let me#in"
        frontend www
            bind :443 ssl crt /etc/ssl/a\\ b.pem
            stats auth admin:secret
            http-request deny if { path /x }
        """
    assert rows("haproxy_cfg", text) == [
        ("global[0]", None, 1, 1),
        ("global[0].stats.socket", "/run/a.sock mode 660 level admin", 2, 18),
        ("global[0].log", "127.0.0.1:514 local0", 3, 9),
        ("defaults[0]", "web", 4, 1),
        ("defaults[0].timeout.client", "30s", 5, 20),
        ("defaults[0].no.option.httplog", None, 6, 5),
        ("userlist[0]", "ops", 7, 1),
        ("userlist[0].user", "anna groups admin", 8, 10),
        ("userlist[0].user.password", "$5$abc", 8, 24),
        ("userlist[0].user", "bob", 9, 10),
        ("userlist[0].user.insecure-password", "let me#in", 9, 32),
        ("frontend[0]", "www", 10, 1),
        ("frontend[0].bind", ':443 ssl crt "/etc/ssl/a b.pem"', 11, 10),
        ("frontend[0].stats.auth", "admin", 12, 16),
        ("frontend[0].stats.auth.password", "secret", 12, 16),
        ("frontend[0].http-request", "deny if { path /x }", 13, 18),
    ]


def test_haproxy_conditions_are_the_section_of_what_they_hold() -> None:
    text = """\
        global
        .if feature(OPENSSL)
            ssl-default-bind-options ssl-min-ver TLSv1.2
        .else
            maxconn 10
        .endif
            nbthread 4
        """
    found = [(s.key, s.section) for s in FORMATS["haproxy_cfg"].parse(dedent(text))]
    assert found == [
        ("global[0]", None),
        ("global[0].ssl-default-bind-options", ".if feature(OPENSSL)"),
        ("global[0].maxconn", ".else"),
        ("global[0].nbthread", None),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("  bind :80\n", 1, 3, "bind stands outside of any section"),
        ("global\n  log 'x\n", 2, 7, "a quote is not closed, or a backslash ends the line"),
        ("global\n  log x\\\n", 2, 8, "a quote is not closed, or a backslash ends the line"),
        ("global\n.if true\n", 3, None, "an .if without .endif"),
        ("global\n.endif\n", 2, 1, ".endif without .if"),
    ],
)
def test_haproxy_refuses(text: str, line: int, column: int | None, reason: str) -> None:
    assert refused("haproxy_cfg", text) == (line, column, reason)


@pytest.mark.parametrize(
    ("path", "head", "name"),
    [
        ("etc/nginx/nginx.conf", b"", "nginx_conf"),
        ("etc/nginx/sites-enabled/default", b"", "nginx_conf"),
        ("etc/nginx/fastcgi_params", b"", "nginx_conf"),
        ("etc/nginx/mime.types", b"", "nginx_conf"),
        ("docker/nginx/templates/app.conf.template", b"", "nginx_conf"),
        ("docker/app.conf", b"upstream x {\n}\nserver {\n", "nginx_conf"),
        ("nginx.conf.j2", b"", None),
        ("etc/apache2/sites-enabled/000-default.conf", b"", "apache_conf"),
        ("etc/httpd/conf/httpd.conf", b"", "apache_conf"),
        ("web/.htaccess", b"", "apache_conf"),
        ("deploy/his.conf", b"Listen 8080\n<VirtualHost *:8080>\n", "apache_conf"),
        ("haproxy.cfg", b"", "haproxy_cfg"),
        ("etc/haproxy/conf.d/10-his.cfg", b"", "haproxy_cfg"),
        ("lb/his.cfg", b"frontend his\n  bind :80\n", "haproxy_cfg"),
        ("deploy/haproxy.conf", b"global\nfrontend his\n", "haproxy_cfg"),
        ("etc/tmpfiles.d/haproxy.conf", b"d /run/haproxy 2775 haproxy haproxy -\n", None),
        ("etc/systemd/system/nginx.service.d/limits.conf", b"# more\n[Service]\n", "systemd"),
        ("etc/rsyslog.d/49-apache2.conf", b"", "rsyslog_conf"),
        ("setup.cfg", b"[metadata]\nname = x\n", "ini"),
        ("etc/rsyslog.conf", b'module(load="imuxsock")\n', "rsyslog_conf"),
    ],
)
def test_a_file_is_recognised(path: str, head: bytes, name: str | None) -> None:
    assert recognised(path, head) == name


@given(st.lists(st.text(max_size=8), max_size=5))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_the_words_of_a_value_come_apart_as_they_were(given_words: list[str]) -> None:
    if len(given_words) == 1:
        assert joined(given_words) == given_words[0]
    else:
        assert words(joined(given_words)) == given_words


NAMES = st.text(alphabet="abc_", min_size=1, max_size=5)
ARGUMENTS = st.text(alphabet="ab 01;{}#'\"$\\\n", min_size=0, max_size=6)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(st.tuples(NAMES, st.lists(ARGUMENTS, min_size=2, max_size=3)), max_size=6))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_every_directive_of_nginx_is_found_however_it_is_quoted(
    given_directives: list[tuple[str, list[str]]],
) -> None:
    given_directives = [(name, parts) for name, parts in given_directives if name != "set"]
    text = "\n# {\n".join(f"{name} {' '.join(map(quoted, parts))};" for name, parts in given_directives)
    found = [(s.key, words(s.value)) for s in FORMATS["nginx_conf"].parse(text)]
    assert found == given_directives
