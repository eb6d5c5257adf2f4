"""What sshd is started with comes before its file, and is not in what ``sshd -T`` says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hiscomply.model import Record
from hiscomply.units import one_by_one
from hiscomply_local.about import About
from hiscomply_local.answers import Answer, Answers, Outcome
from hiscomply_local.parse_settings import SSHD, parse_sshd

ABOUT = About("H1", datetime(2026, 6, 30, tzinfo=UTC), UTC)
SAID = "permitrootlogin no\nmaxauthtries 4\nport 22\n"
DEBIAN, RHEL, OPENEULER = "/etc/default/ssh", "/etc/sysconfig/sshd", "/etc/sysconfig/sshd-permitrootlogin"


def told(
    files: dict[str, str | Answer],
) -> tuple[dict[str, tuple[str, str, int | None]], list[tuple[str, int | None, str]]]:
    """Value, source and line of each key, and what was refused."""
    answers = {
        path: one if isinstance(one, Answer) else Answer(Outcome.OK, one.encode())
        for path, one in files.items()
    }
    found, refused = {}, []
    for one in one_by_one(parse_sshd(Answers(answers, {SSHD: Answer(Outcome.OK, SAID.encode())}), ABOUT)):
        if isinstance(one, Record):
            assert one.fields["file"] == "H1:sshd -T"
            found[one.fields["key"]] = one.fields["value"], one.source, one.line
        else:
            refused.append((one.source, one.line, one.reason.en))
    return found, refused


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (DEBIAN, '# SSHD_OPTS="-o PermitRootLogin=no"\nSSHD_OPTS="-o PermitRootLogin=yes"\n', 2),
        (RHEL, "OPTIONS='-u0 -oPermitRootLogin=yes -oPermitRootLogin=no'\n", 1),
        (RHEL, 'OPTIONS="-o PermitRootLogin=no"\nOPTIONS="-D -o PermitRootLogin yes"\n', 2),
        (OPENEULER, 'PERMITROOTLOGIN="-oPermitRootLogin=yes"\n', 1),
    ],
)
def test_an_option_comes_before_the_file_and_has_its_own_place(path: str, text: str, line: int) -> None:
    found, refused = told({path: text})
    assert found["permitrootlogin"] == ("yes", f"file://H1{path}", line)
    assert found["maxauthtries"] == ("4", "host:H1", 2)
    assert refused == []


@pytest.mark.parametrize(
    "text", ["SSHD_OPTS=\n", 'SSHD_OPTS="-D -u0 -4"\n', "# OPTIONS=-oPort=1\n", "CRYPTO_POLICY=\n"]
)
def test_other_options_change_nothing(text: str) -> None:
    found, refused = told({DEBIAN: text})
    assert found["permitrootlogin"] == ("no", "host:H1", 1)
    assert refused == []


def test_nothing_is_known_of_an_sshd_that_reads_another_file() -> None:
    assert told({DEBIAN: "\nSSHD_OPTS='-f /etc/ssh/other'\n"}) == (
        {},
        [("file://H1/etc/default/ssh", 2, "sshd is started with another file, /etc/ssh/other")],
    )
    reason = "options that sshd is started with: this line cannot be read"
    assert told({DEBIAN: "SSHD_OPTS='-o\n"}) == ({}, [("file://H1/etc/default/ssh", 1, reason)])


def test_options_that_may_not_be_read_are_told() -> None:
    found, refused = told({RHEL: Answer(Outcome.DENIED)})
    assert found["permitrootlogin"] == ("no", "host:H1", 1)
    assert [(source, line) for source, line, _ in refused] == [("file://H1/etc/sysconfig/sshd", None)]
