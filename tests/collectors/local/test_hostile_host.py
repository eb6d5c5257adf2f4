"""Hosts that answer nonsense, refuse, hang, or answer with an older truth."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import jsonschema
import pluggy
import pytest
from recorded_host import RECORDED, RecordedHost, collect_from

import hiscomply_local
from hiscomply import hookspecs
from hiscomply.hookspecs import CollectFailed
from hiscomply_local.answers import ABSENT, Answer, Command, Outcome
from hiscomply_local.facts import FACTS
from hiscomply_local.fetch import LocalHost
from hiscomply_local.kinds import KINDS
from hiscomply_local.parse_packages import DPKG_FIELDS

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ASSET = {"asset_id": "h"}


class OneAnswer:
    """Gives the same answer to everything."""

    def __init__(self, make):
        self.make = make

    def read(self, path, limit=None):
        return self.make()

    def expand(self, pattern):
        return [pattern.replace("*", "x")], None

    def run(self, command, timeout_s):
        return self.make()


def garbage(seed):
    source = random.Random(seed)
    pieces = [
        b":",
        b"\n",
        b"=",
        b"\t",
        b" ",
        b"\x00",
        b"\xff\xfe",
        b"{",
        b"}",
        b"#",
        b"ALL",
        b"9" * 30,
        b"$6$",
        b"\\\n",
    ]
    return lambda: Answer(Outcome.OK, b"".join(source.choices(pieces, k=400)), source.choice([0, 1, 100]))


@pytest.mark.parametrize("seed", range(25))
def test_garbage_is_refused_and_never_crashes(seed):
    outcome = collect_from(OneAnswer(garbage(seed)), NOW, ASSET)

    assert outcome.rejected
    assert all(item.reason.zh and item.reason.en for item in outcome.rejected)


REFUSALS = [
    Answer(Outcome.DENIED, detail="Permission denied"),
    Answer(Outcome.TIMED_OUT, detail="30 s"),
    Answer(Outcome.BROKEN, detail="Input/output error"),
]


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda answer: answer.outcome)
def test_a_host_that_refuses_everything_gives_no_value_and_a_reason_for_each_fact(answer):
    outcome = collect_from(OneAnswer(lambda: answer), NOW, ASSET)

    assert [dict(record.fields) for record in outcome.records] == [{"id": "h"}, {"asset_id": "h"}]
    expected = {kind for kinds in KINDS.values() for kind in kinds}
    assert {item.kind for item in outcome.rejected} == expected


def test_a_host_without_name_needs_an_asset_id():
    with pytest.raises(CollectFailed, match="asset_id"):
        collect_from(OneAnswer(lambda: ABSENT), NOW)


def test_only_the_facts_that_are_included_are_asked_for():
    outcome = collect_from(RecordedHost(RECORDED / "debian-12-root"), NOW, {"include": ["host", "time"]})

    assert {record.kind for record in outcome.records} == {"host", "time_source"}


@pytest.mark.parametrize(("days", "is_known"), [(7, True), (8, False)])
def test_package_lists_older_than_a_week_say_nothing_of_pending_updates(days, is_known):
    host = RecordedHost(RECORDED / "debian-12-root")
    published = datetime(2026, 11, 21, 0, 53, 2, tzinfo=UTC)
    outcome = collect_from(host, published + timedelta(days=days, hours=1), {"include": ["patching"]})

    assert ("pending_updates" in outcome.one("patch_state")) is is_known
    assert ("days old" in " ".join(outcome.reasons("patch_state"))) is not is_known


class Changed(RecordedHost):
    """A recorded host of which some files or outputs are otherwise."""

    def __init__(self, name, *, gone=(), commands=None):
        super().__init__(RECORDED / name)
        self.gone = gone
        self.said = commands or {}

    def expand(self, pattern):
        found, refusal = super().expand(pattern)
        return [path for path in found if not any(part in path for part in self.gone)], refusal

    def run(self, command: Command, timeout_s: float) -> Answer:
        return self.said.get(command.shown) or super().run(command, timeout_s)


def patch_state(host, now=None):
    outcome = collect_from(host, now or host.now, {"include": ["patching"]})
    return outcome.one("patch_state"), outcome.reasons("patch_state")


def test_without_the_security_list_no_number_of_security_updates_is_given():
    state, reasons = patch_state(
        Changed("debian-12-root", gone=["debian-security"]), datetime(2026, 7, 12, tzinfo=UTC)
    )

    assert "pending_security_updates" not in state
    assert "pending_updates" in state
    assert "do not say" in reasons[0]


def test_without_any_list_no_pending_update_is_not_zero_pending_updates():
    silent = Answer(Outcome.OK, b"Listing...\n")
    apt = "apt -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= list --upgradable"
    state, reasons = patch_state(Changed("debian-12-root", gone=["/lists/"], commands={apt: silent}))

    assert "pending_updates" not in state
    assert len(reasons) == 1


def test_a_repository_that_dnf_skips_in_silence_makes_pending_updates_unknown():
    repos = Answer(Outcome.OK, b"repo id   repo name\nupdate   u\nnocache  u2\n")
    host = Changed("openeuler-22.03-by-hand", commands={"dnf -q --cacheonly repolist": repos})
    state, reasons = patch_state(host)

    assert "pending_updates" not in state
    assert "nocache" in reasons[0]


@pytest.mark.parametrize("said", [b"", b"repo id   repo name\n"])
def test_where_no_repository_is_enabled_none_waiting_is_not_zero(said):
    commands = {"dnf -q --cacheonly repolist": said, "dnf -q --cacheonly check-update": b""}
    host = Changed(
        "openeuler-22.03-by-hand",
        commands={name: Answer(Outcome.OK, data) for name, data in commands.items()},
    )
    state, reasons = patch_state(host)

    assert "pending_updates" not in state
    assert "no repository is enabled" in reasons[0]


def test_an_update_from_a_repository_without_advisories_makes_security_updates_unknown():
    check = Answer(Outcome.OK, b"\nbash.noarch 5.1.8-6 other\n", 100)
    host = Changed("openeuler-22.03-by-hand", commands={"dnf -q --cacheonly check-update": check})
    state, reasons = patch_state(host)

    assert state["pending_updates"] == 1
    assert "pending_security_updates" not in state
    assert len(reasons) == 1


def test_a_command_that_hangs_is_ended_with_its_children():
    answer = LocalHost().run(Command(("sh",), ("-c", "sleep 60 & sleep 60")), 0.2)

    assert answer.outcome is Outcome.TIMED_OUT


def test_a_file_of_the_kernel_is_read_in_pieces_that_the_kernel_accepts():
    assert LocalHost().read("/proc/sys/kernel/ostype") == Answer(Outcome.OK, b"Linux\n")


def test_commands_run_in_the_c_locale_and_in_utc():
    answer = LocalHost().run(Command(("sh",), ("-c", "echo $LC_ALL $TZ")), 5)

    assert answer.text == "C UTC\n"


def test_every_fact_that_can_be_asked_for_is_there():
    assert list(FACTS) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_fact_gives_only_the_kinds_that_it_promises(name):
    outcome = collect_from(RecordedHost(RECORDED / "openeuler-22.03-by-hand"), NOW, {"include": [name]})

    assert {record.kind for record in outcome.records} == set(KINDS[name])


def test_the_plugin_registers_the_collector_by_its_hook():
    manager = pluggy.PluginManager("hiscomply")
    manager.add_hookspecs(hookspecs)
    manager.register(hiscomply_local)

    ((collector,),) = manager.hook.hiscomply_collectors()
    assert (collector.name, isinstance(collector, hookspecs.Collector)) == ("local", True)
    jsonschema.Draft202012Validator.check_schema(collector.options_schema)


class Mutated(RecordedHost):
    """A recorded host whose every answer has a few bytes exchanged."""

    TOKENS = (
        b"9" * 12,
        "²".encode(),
        b"\xff",
        b":",
        b"\n",
        b"\t",
        b"",
        b"=",
        b"-1",
        b"{",
        b"}",
        b"#",
        b"\\\n",
        b'"',
    )

    def __init__(self, name, seed):
        super().__init__(RECORDED / name)
        self.random = random.Random(seed)

    def mutate(self, answer):
        data = bytearray(answer.data)
        for _ in range(self.random.randint(0, 6) if data else 0):
            start = self.random.randint(0, len(data))
            data[start : start + self.random.randint(0, 3)] = self.random.choice(self.TOKENS)
        return Answer(answer.outcome, bytes(data), answer.exit_code, answer.detail)

    def read(self, path, limit=None):
        return self.mutate(super().read(path, limit))

    def run(self, command, timeout_s):
        return self.mutate(super().run(command, timeout_s))


@pytest.mark.parametrize("seed", range(40))
def test_a_few_wrong_bytes_never_stop_the_other_facts(seed):
    outcome = collect_from(Mutated("openeuler-22.03-by-hand", seed), NOW, ASSET)

    kinds = {item.kind for item in (*outcome.records, *outcome.rejected)}
    assert {kind for kinds_of_fact in KINDS.values() for kind in kinds_of_fact} <= kinds


class WithLine(RecordedHost):
    """A recorded host of which one file has one line more."""

    def __init__(self, path, line):
        super().__init__(RECORDED / "debian-12-root")
        self.path, self.line = path, line

    def read(self, path, limit=None):
        answer = super().read(path, limit)
        return Answer(answer.outcome, answer.data + self.line) if path == self.path else answer


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/group"])
@pytest.mark.parametrize("line", [b"+\n", b"+::::::\n", b"+@admins::::::\n", b"+wang::0:0:::/bin/sh\n"])
def test_accounts_that_a_directory_brings_in_are_told_not_to_be_seen(path, line):
    outcome = collect_from(WithLine(path, line), NOW, {"include": ["accounts"]})

    known = (RECORDED / "debian-12-root/files" / path.lstrip("/")).read_bytes().count(b"\n")
    told = [one for one in outcome.rejected if "NIS" in one.reason.en]
    assert [one.kind for one in told] == ["account", "password_state"][: 2 if path == "/etc/passwd" else 1]
    assert {(one.source.endswith(path), one.line) for one in told} == {(True, known + 1)}


def test_a_line_that_keeps_an_account_of_a_directory_out_hides_nothing():
    outcome = collect_from(WithLine("/etc/passwd", b"-wang::::::\n"), NOW, {"include": ["accounts"]})

    assert not [one for one in outcome.rejected if "NIS" in one.reason.en]


@pytest.mark.parametrize(
    ("path", "line"), [("/etc/passwd", b"wang:x:1\n"), ("/etc/shadow", b"wang::soon::::::\n")]
)
def test_a_line_of_an_account_that_cannot_be_read_leaves_its_password_unknown_too(path, line):
    outcome = collect_from(WithLine(path, line), NOW, {"include": ["accounts"]})

    assert [one.kind for one in outcome.rejected if one.line] == ["account", "password_state"]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b"", {"has_password": False, "is_locked": False}),
        (b"*", {"has_password": False, "is_locked": True}),
        (b"$1$s$NotAReal", {"has_password": True, "is_locked": False, "hash_scheme": "md5"}),
    ],
)
def test_a_password_in_passwd_itself_is_seen_and_its_hash_is_not_taken(stored, expected):
    outcome = collect_from(
        WithLine("/etc/passwd", b"li:%s:5001:5001::/:/bin/sh\n" % stored), NOW, {"include": ["accounts"]}
    )

    [record] = [
        one for one in outcome.records if one.kind == "password_state" and one.fields["login"] == "li"
    ]
    assert expected.items() == {name: record.fields[name] for name in record.fields if name in STATE}.items()
    assert record.source.endswith("/etc/passwd")
    assert "NotAReal" not in repr(outcome.records)


STATE = {"has_password", "is_locked", "hash_scheme"}


def test_of_two_lines_of_shadow_the_first_counts_as_for_the_host():
    outcome = collect_from(
        WithLine("/etc/shadow", b"bin::20000:0:99999:7:::\n"), NOW, {"include": ["accounts"]}
    )

    assert outcome.one("password_state", login="bin")["is_locked"] is True


@pytest.mark.parametrize(
    "lines",
    [b"sudo:x:27:bin\nsudo:x:27:\n", b"helpers:x:27:bin\n"],
    ids=["one group on two lines", "two names of one number"],
)
def test_a_group_has_the_members_of_all_its_lines(lines):
    outcome = collect_from(WithLine("/etc/group", lines), NOW, {"include": ["accounts"]})

    assert outcome.one("account", login="bin")["privileged"] is True


def test_a_second_line_of_a_login_does_not_hide_the_groups_of_the_first():
    outcome = collect_from(
        WithLine("/etc/passwd", b"li:x:5001:27::/:/bin/sh\nli:x:5001:5001::/:/bin/sh\n"),
        NOW,
        {"include": ["accounts"]},
    )

    assert [one["privileged"] for one in outcome.fields("account", login="li")] == [True, True]


def with_sudoers(text):
    return collect_from(WithLine("/etc/sudoers", text.encode()), NOW, {"include": ["accounts", "sudo"]})


def test_aliases_of_two_kinds_may_have_one_name():
    outcome = with_sudoers("User_Alias DBA = bin\nCmnd_Alias DBA = /bin/x\nDBA ALL = (root) DBA\n")

    assert outcome.one("sudo_rule", principal="bin")["commands"] == ["/bin/x"]
    assert outcome.one("account", login="bin")["privileged"] is True


@pytest.mark.parametrize("principal", ["bin", "#2", "%#2", "%bin", '"bin"', "b\\in"])
def test_a_sudo_rule_is_for_an_account_however_it_is_called(principal):
    outcome = with_sudoers(f"{principal} ALL = (root) /bin/x\n")

    assert outcome.one("account", login="bin")["privileged"] is True


@pytest.mark.parametrize(
    ("defaults", "expected"),
    [
        ("Defaults:DBA !authenticate", False),
        ("Defaults: li, bin !authenticate", False),
        ("Defaults env_reset, ! authenticate", False),
        ("Defaults:%bin !authenticate", None),
        ("Defaults exempt_group=bin", None),
        ("Defaults:li !authenticate", True),
        ("Defaults:bin !lecture", True),
    ],
)
def test_a_line_that_frees_from_the_password_is_known_by_whom_it_frees(defaults, expected):
    outcome = with_sudoers(f"User_Alias DBA = bin\nDBA ALL = (root) /bin/x\n{defaults}\n")

    assert outcome.one("sudo_rule", principal="bin").get("needs_password") is expected


def test_whether_a_group_gives_its_password_is_not_known_while_one_is_freed_who_may_be_of_it():
    rule = with_sudoers("%adm ALL = (root) /bin/x\nDefaults:li !authenticate\n").one(
        "sudo_rule", principal="%adm"
    )

    assert "needs_password" not in rule


class CutByGrep(RecordedHost):
    """A Debian host whose database of dpkg has a byte 0 in the middle."""

    def run(self, command, timeout_s):
        if command != DPKG_FIELDS:
            return super().run(command, timeout_s)
        first = b"Package: a\nStatus: install ok installed\nVersion: 1\n"
        return Answer(Outcome.OK, first, 0, "grep: /var/lib/dpkg/status: binary file matches")


def test_half_a_database_of_packages_is_no_list_of_packages():
    outcome = collect_from(CutByGrep(RECORDED / "debian-12-root"), NOW, {"include": ["packages"]})

    assert (outcome.fields("package"), len(outcome.rejected)) == ([], 1)
    assert "binary file" in outcome.rejected[0].reason.en


class WithFiles(RecordedHost):
    """A recorded host with these files in the place of its own; None for one that is not there."""

    def __init__(self, files):
        super().__init__(RECORDED / "debian-12-root")
        self.given = files

    def read(self, path, limit=None):
        if path not in self.given:
            return super().read(path, limit)
        data = self.given[path]
        return ABSENT if data is None else data if isinstance(data, Answer) else Answer(Outcome.OK, data)

    def expand(self, pattern):
        found, refused = super().expand(pattern)
        return sorted({*found, *(path for path in self.given if fnmatchcase(path, pattern))}), refused


def with_files(files):
    return collect_from(WithFiles(files), NOW, {"include": ["accounts", "sudo"]})


def privileged(outcome):
    return outcome.one("account", login="bin").get("privileged")


SHIPPED = b"@includedir /usr/etc/sudoers.d\n@includedir /etc/sudoers.d\n"


def test_where_etc_has_no_sudoers_the_shipped_ones_hold():
    files = {"/etc/sudoers": None, "/usr/etc/sudoers": SHIPPED, "/usr/etc/sudoers.d/50-x": b"bin ALL = ALL\n"}
    outcome = with_files(files)

    assert outcome.one("sudo_rule", principal="bin")["file"] == "/usr/etc/sudoers.d/50-x"
    assert privileged(outcome) is True
    assert outcome.reasons("sudo_rule") == []


def test_where_etc_has_sudoers_the_shipped_ones_do_not_count():
    files = {"/usr/etc/sudoers": b"bin ALL = ALL\n", "/usr/etc/sudoers.d/50-x": b"bin ALL = ALL\n"}

    assert privileged(with_files(files)) is False


def test_shipped_sudoers_that_may_not_be_read_leave_open_who_is_privileged():
    outcome = with_files({"/etc/sudoers": None, "/usr/etc/sudoers": Answer(Outcome.DENIED)})

    assert privileged(outcome) is None
    assert outcome.reasons("sudo_rule") == ["sudo rules not known: no permission to read it"]


@pytest.mark.parametrize(
    ("path", "text", "line", "reason"),
    [
        ("/etc/nsswitch.conf", b"passwd: files\nsudoers: files sss\n", 2, "sudo rules of SSSD are not read"),
        ("/etc/nsswitch.conf", b" SUDOERS:\tLDAP # x\n", 1, "sudo rules of LDAP are not read"),
        ("/etc/doas.conf", b"# x\n\ndeny bin\npermit nopass :wheel\n", 4, "rules of doas are not read"),
        ("/etc/doas.d/20-x.conf", b"permit bin as root", 1, "rules of doas are not read"),
        (
            "/etc/doas.conf",
            Answer(Outcome.DENIED),
            None,
            "rules of doas not known: no permission to read it",
        ),
    ],
)
def test_rights_that_stand_elsewhere_are_told_and_leave_open_who_is_privileged(path, text, line, reason):
    outcome = with_files({path: text})

    assert privileged(outcome) is None
    [told] = [one for one in outcome.rejected if one.kind == "sudo_rule"]
    assert (told.source.endswith(path), told.line, told.reason.en) == (True, line, reason)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/nsswitch.conf", b"passwd: files sss\n#sudoers: sss\nsudoers: files # sss\n"),
        ("/etc/doas.conf", b"# permit bin\n\ndeny bin\n"),
    ],
)
def test_where_nothing_stands_elsewhere_nothing_is_told(path, text):
    outcome = with_files({path: text})

    assert privileged(outcome) is False
    assert outcome.reasons("sudo_rule") == []


@pytest.mark.parametrize("principal", ["+admins", '"+admins"', "%:Domain\\ Admins", "X"])
def test_whether_an_account_is_in_a_group_that_the_host_does_not_list_is_not_known(principal):
    assert privileged(with_sudoers(f"User_Alias X = li, +admins\n{principal} ALL = ALL\n")) is None


@pytest.mark.parametrize(
    ("principal", "sources", "expected"),
    [
        ("%domadmins", "files ldap", None),
        ("%#7777", "files [NOTFOUND=return] nis", None),
        ("%domadmins", "files [SUCCESS=merge] sss systemd", False),
        ("%domadmins", "files # ldap", False),
        ("%users", "files ldap", False),
    ],
)
def test_a_group_of_ldap_may_have_accounts_of_the_host(principal, sources, expected):
    files = {
        "/etc/sudoers": f"{principal} ALL = ALL\n".encode(),
        "/etc/nsswitch.conf": f"passwd: files\ngroup: {sources}\n".encode(),
    }
    assert privileged(with_files(files)) is expected


def test_aliases_are_written_out_however_deep_they_are_nested():
    aliases = "".join(f"User_Alias A{n} = A{n + 1}, A{n}\n" for n in range(3_000))
    outcome = with_sudoers(f"{aliases}User_Alias A3000 = bin\nA0 ALL = ALL\n")

    assert [one["principal"] for one in outcome.fields("sudo_rule") if one["principal"][0] == "A"] == []
    assert privileged(outcome) is True
