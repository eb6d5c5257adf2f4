"""Which time sources of a host are in effect: by the files that its programs read, and by what a daemon says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hiscomply.model import Record
from hiscomply_local.about import About
from hiscomply_local.answers import Answer, Answers, Command, Outcome
from hiscomply_local.parse_clock import CHRONY_SOURCES, NTP_PEERS, is_synchronized, parse

ABOUT = About("H1", datetime(2026, 6, 30, tzinfo=UTC), UTC)
MAIN, DEBIANS_MAIN, DROP_IN = "/etc/chrony.conf", "/etc/chrony/chrony.conf", "/etc/chrony.d/old.conf"
NTP, TIMESYNCD = "/etc/ntp.conf", "/etc/systemd/timesyncd.conf"
CHRONY_RUNS = {CHRONY_SOURCES: "^,*,10.0.0.1,3,6,377,12,0.1,0.1,0.1\n"}
OWN_CLOCK_ONLY = """\
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
 10.0.0.1        .INIT.          16 u    - 1024    0    0.000    0.000   0.000
*127.127.1.0     .LOCL.          10 l   10   64  377    0.000    0.000   0.000
"""


def answered(files: dict[str, str | Answer], commands: dict[Command, str]) -> Answers:
    return Answers(
        {
            path: one if isinstance(one, Answer) else Answer(Outcome.OK, one.encode())
            for path, one in files.items()
        },
        {command: Answer(Outcome.OK, text.encode()) for command, text in commands.items()},
    )


def sources(
    files: dict[str, str | Answer], commands: dict[Command, str] | None = None
) -> tuple[dict[str, Any], list[tuple[str, int | None, str]]]:
    """Whether each address is configured (an ellipsis for not known), and place and reason of each refusal."""
    found, refused = {}, []
    for one in parse(answered(files, commands or {}), ABOUT):
        if isinstance(one, Record):
            found[one.fields["address"]] = one.fields.get("is_configured", ...)
        else:
            refused.append((one.source, one.line, one.reason.en))
    return found, refused


def test_the_clock_of_the_host_itself_is_no_source_and_nothing_to_be_in_time_with() -> None:
    files: dict[str, str | Answer] = {
        NTP: "server 10.0.0.1\nserver 127.127.1.0\nfudge 127.127.1.0 stratum 10\n"
    }
    assert sources(files, {NTP_PEERS: OWN_CLOCK_ONLY}) == ({"10.0.0.1": True}, [])
    assert is_synchronized(answered(files, {NTP_PEERS: OWN_CLOCK_ONLY})) is False


def test_a_drop_in_that_chrony_does_not_read_configures_nothing() -> None:
    assert sources({MAIN: "server a\n", DROP_IN: "server b\n"}) == ({"a": True}, [])
    assert sources({DROP_IN: "server b\n"}) == ({}, [])


def test_drop_ins_are_read_by_each_directive_that_leads_to_them() -> None:
    main = "server a\n! confdir /nowhere\ninclude /etc/chrony.d/*.conf\n"
    assert sources({MAIN: main, DROP_IN: "server b\n"})[0] == {"a": True, "b": True}
    files: dict[str, str | Answer] = {
        DEBIANS_MAIN: "confdir /etc/chrony/conf.d/\nsourcedir /run/chrony-dhcp /etc/chrony/sources.d\n",
        "/etc/chrony/conf.d/x.conf": "pool a\n",
        "/etc/chrony/sources.d/x.sources": "server b\n",
    }
    assert sources(files) == ({"a": True, "b": True}, [])


def test_what_is_not_known_to_be_included_is_not_known_to_be_configured() -> None:
    denied = Answer(Outcome.DENIED)
    assert sources({MAIN: denied, DROP_IN: "server b\n"})[0] == {"b": ...}


def test_an_included_file_that_was_not_read_is_told_with_its_line() -> None:
    assert sources({MAIN: "server a\ninclude /srv/time/*.conf\n"}) == (
        {"a": True},
        [("file://H1/etc/chrony.conf", 2, "includes /srv/time/*.conf, which was not read")],
    )


def test_what_another_program_left_behind_is_not_known_to_be_configured() -> None:
    files: dict[str, str | Answer] = {MAIN: "server 10.0.0.1\n", NTP: "server 10.0.0.2\n"}
    found, refused = sources(files, CHRONY_RUNS)
    assert found == {"10.0.0.1": True, "10.0.0.2": ...}
    assert [(source, line) for source, line, _ in refused] == [("file://H1/etc/ntp.conf", None)]
    assert sources(files)[0] == {"10.0.0.1": True, "10.0.0.2": True}


def test_a_fallback_counts_only_where_there_is_no_server() -> None:
    assert sources({TIMESYNCD: "[Time]\nNTP=a\nFallbackNTP=b c\n"})[0] == {"a": True, "b": False, "c": False}
    assert sources({TIMESYNCD: "[Time]\n#NTP=a\nFallbackNTP=b\n"})[0] == {"b": True}
