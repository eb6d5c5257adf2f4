"""Lines that decide something, one by one."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from hiscomply_local.installed import Package
from hiscomply_local.parse_apk import ApkPackage, parse_apk
from hiscomply_local.parse_apt import Release, lists_date, parse_release, parse_upgradable
from hiscomply_local.parse_dnf import parse_check_update, parse_repolist
from hiscomply_local.parse_listeners import Listener, parse_ss
from hiscomply_local.parse_logins import parse_last, parse_lastlog
from hiscomply_local.parse_logrotate import Rotation, parse_logrotate
from hiscomply_local.parse_os import parse_os_release, support_end
from hiscomply_local.parse_packages import parse_dpkg, parse_dpkg_status
from hiscomply_local.parse_shadow import parse_shadow
from hiscomply_local.parse_sudoers import Rule, parse_sudoers

SCHEMAS = Path(__file__).parents[3] / "schemas" / "evidence"
SITUATIONS = [
    "debian-12-root",
    "debian-12-unprivileged",
    "openeuler-22.03-by-hand",
    "busybox-no-tools-by-hand",
]


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_record_fits_the_schema_of_its_kind(situation, name):
    checkers = {}
    for record in situation(name).records:
        schema = json.loads((SCHEMAS / f"{record.kind}.schema.json").read_text("utf-8"))
        checker = checkers.setdefault(record.kind, jsonschema.Draft202012Validator(schema))
        fields = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in record.fields.items()}
        assert [error.message for error in checker.iter_errors(fields)] == []


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_two_records_share_a_natural_key(situation, name):
    keys = {}
    for record in situation(name).records:
        schema = json.loads((SCHEMAS / f"{record.kind}.schema.json").read_text("utf-8"))
        key = record.kind, *(record.fields[field] for field in schema["x-key"])
        assert key not in keys
        keys[key] = record


SUPPORT = [
    ("debian", "11", date(2024, 8, 14), date(2026, 8, 31)),
    ("debian", "13", date(2028, 8, 9), None),
    ("ubuntu", "22.04", date(2027, 4, 1), None),
    ("centos", "7", date(2024, 6, 30), None),
    ("rhel", "8.10", date(2029, 5, 31), None),
]


@pytest.mark.parametrize(("os_id", "version", "regular", "extended"), SUPPORT)
def test_the_end_of_support_of_a_listed_release_is_known(os_id, version, regular, extended):
    found = support_end(os_id, version)

    assert found is not None
    assert (found.regular, found.extended) == (regular, extended)


@pytest.mark.parametrize(
    ("os_id", "version"), [("debian", ""), ("ubuntu", "22.10"), ("kylin", "V10"), ("", "12")]
)
def test_the_end_of_support_of_any_other_release_is_not_guessed(os_id, version):
    assert support_end(os_id, version) is None


def test_os_release_is_shell_and_its_bad_lines_are_named():
    text = "# c\nNAME='A B'\nID=debian\nnot an assignment\nX=\"unclosed\n"

    assert parse_os_release(text) == ({"NAME": "A B", "ID": "debian"}, [4, 5])


SHADOW = [
    ("a:$6$s$h:20000:0:90:7:::", (False, True, "sha512", 90)),
    ("a:!$6$s$h:20000:0:90:7:::", (True, True, "sha512", 90)),
    ("a:!!:20000:0:99999:7:::", (True, False, None, None)),
    ("a:*:20000::::::", (True, False, None, None)),
    ("a::20000:0:-1:7:::", (False, False, None, None)),
    ("a:$zz$s$h:20000:0:0:7:::", (False, True, None, 0)),
    ("a:abcdefghijklm:20000:0:99998:7:::", (False, True, "des", 99998)),
]


@pytest.mark.parametrize(("line", "expected"), SHADOW)
def test_a_shadow_line_tells_lock_password_scheme_and_longest_age(line, expected):
    (found,) = parse_shadow(line)

    assert (found.is_locked, found.has_password, found.scheme, found.max_age_days) == expected


@pytest.mark.parametrize("line", ["a:b", ":x:1:0:9:7:::", "a:*:soon:0:9:7:::", "a:*:1:0:9:7:::extra:"])
def test_a_malformed_shadow_line_is_named_by_its_number(line):
    assert list(parse_shadow(f"\n{line}\n")) == [2]


def test_lastlog_tells_never_from_unreadable():
    text = "Username Port\na  **Never logged in**\nb pts/0 h Thu Nov 19 09:00:00 +0800 2026\nc pts/0\n"

    assert list(parse_lastlog(text)) == [("b", datetime(2026, 11, 19, 1, tzinfo=UTC)), 4]


def test_last_reads_times_as_strptime_does():
    chosen = random.Random(6)
    start = datetime(1999, 12, 31)
    moments = [start + timedelta(seconds=chosen.randrange(10**9)) for _ in range(500)]
    lines = [f"a pts/0 10.1.1.1 {moment.ctime()} - gone" for moment in moments]
    lines += ["a pts/0 10.1.1.1 Fri Feb 30 02:03:04 2026", "a pts/0 10.1.1.1 Fri Foo 20 02:03:04 2026"]
    lines += ["a pts/0 10.1.1.1 Fri Nov 20 24:03:04 2026"]
    found = list(parse_last("\n".join(lines)))
    read = [datetime.strptime(one.ctime(), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC) for one in moments]
    assert found == [*(("a", one) for one in read), 501, 502, 503]


def test_last_skips_what_is_no_login_and_names_what_it_cannot_read():
    text = "a pts/0 h Fri Nov 20 02:03:04 2026 - crash\nreboot system x\nb pts/1\n\nwtmp begins Fri Nov 20\n"

    assert list(parse_last(text)) == [("a", datetime(2026, 11, 20, 2, 3, 4, tzinfo=UTC)), 3]


SUDO = [
    ("a ALL=(ALL) ALL", ("a", "ALL", ("ALL",), False)),
    ("a ALL = NOPASSWD: /bin/x, PASSWD: /bin/y", ("a", "root", ("/bin/x", "/bin/y"), True)),
    ("%g h1,h2=(www,db:ops) /bin/x a\\,b  # why", ("%g", "www,db:ops", ("/bin/x a\\,b",), False)),
    ("#1000 ALL=(ALL) SETENV:NOPASSWD:ALL", ("#1000", "ALL", ("ALL",), True)),
    ("a ALL=(root) TIMEOUT=5m NOPASSWD: sudoedit /etc/x", ("a", "root", ("sudoedit /etc/x",), True)),
]


@pytest.mark.parametrize(("line", "expected"), SUDO)
def test_a_sudo_rule_tells_who_as_whom_what_and_whether_a_password_is_asked(line, expected):
    (rule,) = parse_sudoers(line)

    assert isinstance(rule, Rule)
    assert (rule.principal, rule.run_as, rule.commands, rule.is_without_password) == expected


def test_a_sudo_line_that_is_no_rule_is_named_by_its_number():
    assert list(parse_sudoers("# c\n\nnonsense\n")) == [3]


def test_a_sudo_rule_may_run_over_several_lines_and_parts():
    rules = list(parse_sudoers("a, b h1 = /x, \\\n  /y : h2 = NOPASSWD: /z\n"))

    assert [(r.principal, r.part, r.hosts, r.commands, r.is_without_password) for r in rules] == [
        ("a", 1, ("h1",), ("/x", "/y"), False),
        ("b", 1, ("h1",), ("/x", "/y"), False),
        ("a", 2, ("h2",), ("/z",), True),
        ("b", 2, ("h2",), ("/z",), True),
    ]


def test_only_packages_whose_files_are_there_count():
    text = "installed\ta\t1\tall\ta\nconfig-files\tb\t1\tall\tb\nunpacked\tc\t1\tall\tc\nbad line\n"
    packages, bad = parse_dpkg(text)

    assert ([package.name for package in packages], bad) == (["a", "c"], [4])


def test_the_database_of_dpkg_gives_source_and_state_as_dpkg_query_would():
    text = (
        "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n"
        "Package: b\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 2\n\n"
        "Package: c\nStatus: hold ok unpacked\nArchitecture: amd64\nSource: src\nVersion: 3\n\n"
        "Package: d\nStatus: install ok installed\nArchitecture: amd64\nSource: src (4~1)\nVersion: 4\n\n"
        "Status: install ok installed\nVersion: 5\n\nPackage: f\nVersion: 6\n\n"
    )
    packages, bad = parse_dpkg_status(text)

    assert packages == [
        Package("a", "1", "all", "a", 1, None, "1"),
        Package("c", "3", "amd64", "src", 11, None, "3"),
        Package("d", "4", "amd64", "src", 17, None, "4~1"),
    ]
    assert bad == [23, 26]
    assert [text.split("\n")[one.line - 1] for one in packages] == ["Package: a", "Package: c", "Package: d"]


def test_security_updates_are_known_by_the_suite_of_their_release():
    head = "Label: Debian-Security\nSuite: oldstable-security\nCodename: bookworm-security\nDate: {}\n"
    release = parse_release(head.format("Sat, 21 Nov 2026 00:53:02 UTC"))
    zip_line = "zip/oldstable,oldstable-security 3-2 amd64 [upgradable from: 3-1]"
    text = f"Listing...\n{zip_line}\nz/x 2 all [upgradable from: 1]\n"
    pending, bad = parse_upgradable(text, [release])

    assert (pending.updates, pending.security, bad) == ({"zip:amd64", "z:all"}, {"zip:amd64"}, [])
    assert parse_release(head.format("yesterday")) is None


def suite(name: str, day: int, *, is_security: bool = True) -> Release:
    return Release(frozenset({name}), is_security, datetime(2026, 1, day, tzinfo=UTC), name)


@pytest.mark.parametrize(
    ("found", "fixed", "oldest"),
    [
        # the release itself changes seldom, and says nothing of news
        ([suite("noble", 1, is_security=False), suite("noble-security", 9)], (), (9, "noble-security")),
        ([suite("bookworm-security", 9), suite("trixie-security", 2)], (), (2, "trixie-security")),
        # what follows the end of support
        ([suite("focal-security", 1), suite("focal-infra-security", 9)], (), (9, "focal-infra-security")),
        (
            [suite("bookworm-security", 9), suite("his-security", 2)],
            ("his-security",),
            (9, "bookworm-security"),
        ),
        ([suite("his", 2, is_security=False), suite("kylin", 9, is_security=False)], (), (2, "his")),
        ([suite("his-security", 2)], ("his-security",), (2, "his-security")),
    ],
)
def test_package_lists_are_as_old_as_those_of_the_oldest_suite_that_counts(found, fixed, oldest):
    day, name = oldest

    assert lists_date(found, frozenset(fixed)) == (datetime(2026, 1, day, tzinfo=UTC), name)


def test_an_update_line_that_cannot_be_read_is_named():
    release = Release(frozenset({"s-security"}), True, datetime(2026, 1, 1, tzinfo=UTC))

    assert parse_upgradable("N: something\n", [release])[1] == [1]


def test_dnf_breaks_long_lines_and_appends_sections():
    text = (
        "\na-long.noarch\n     1.0-2   update\nb.x86_64 1:2-3 base\nObsoleting Packages\nc.noarch 1-1 base\n"
    )

    assert parse_check_update(text) == {"a-long.noarch": "update", "b.x86_64": "base"}
    assert parse_check_update("something else was printed\n") is None


def test_repository_ids_of_yum_lose_sign_release_and_architecture():
    text = "repo id  repo name  status\n!base/7/x86_64  B  10,072\n*epel/x86_64  E  13\nrepolist: 10,085\n"

    assert parse_repolist(text) == {"base", "epel"}


SOCKETS = [
    ("tcp LISTEN 0 128 *:80 *:*", ("tcp", "::", 80, frozenset())),
    (
        'udp UNCONN 0 0 [fe80::1%eth0]:546 [::]:* users:(("d",pid=1,fd=2))',
        ("udp", "fe80::1", 546, frozenset({"d"})),
    ),
]


@pytest.mark.parametrize(("line", "expected"), SOCKETS)
def test_a_socket_line_tells_protocol_address_port_and_processes(line, expected):
    assert list(parse_ss(line)) == [Listener(*expected, line=1)]


@pytest.mark.parametrize(
    "line", ["tcp LISTEN", "tcp LISTEN 0 1 nowhere:80 *:*", "sctp LISTEN 0 1 1.1.1.1:1 *:*"]
)
def test_a_socket_line_that_cannot_be_read_is_named(line):
    assert list(parse_ss(line)) == [1]


ROTATIONS = [
    ("/a { daily\n rotate 10\n}", 10),
    ("/a { weekly\n rotate 26\n}", 182),
    ("/a { monthly\n rotate 6\n}", 181),
    ("/a { monthly\n rotate 13\n}", 393),
    ("/a { daily\n rotate 200\n maxage 30\n}", 30),
    ("/a { daily\n rotate 10\n maxsize 1M\n}", None),
    ("/a { maxsize 1M\n daily\n rotate 10\n}", None),
    ("maxsize 1M\n/a { daily\n rotate 10\n}", None),
    ("/a { daily\n rotate 10\n size 1M\n}", None),
    ("/a { size 1M\n daily\n rotate 10\n}", 10),
    ("rotate 26\n/a { daily\n rotate=2\n}", 2),
    ("/a { rotate 10\n}", None),
    ("/a { daily\n rotate -1\n}", None),
    ("daily\nrotate 5\n/a {\n}", 5),
    ("/a { daily\n rotate 3\n postrotate\n rotate 9\n endscript\n}", 3),
]


@pytest.mark.parametrize(("text", "days"), ROTATIONS)
def test_retention_counts_full_periods_only(text, days):
    (block,) = parse_logrotate(text, Rotation()).blocks

    assert (block.paths, block.retention_days) == (("/a",), days)


def test_a_log_rotation_file_with_an_open_brace_is_not_whole():
    assert parse_logrotate("/a {\n daily\n", Rotation()).is_whole is False


def test_packages_of_alpine_are_paragraphs_and_one_without_version_is_told():
    text = "C:Q1x=\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\nF:lib\nR:ld-musl-x86_64.so.1\n\nP:torn\n\nP:zlib\nV:1.3-r2\n"

    assert list(parse_apk(text)) == [
        ApkPackage("musl", "1.2.5-r0", "x86_64", "musl", 1),
        9,
        ApkPackage("zlib", "1.3-r2", "", "", 11),
    ]
