"""What sshd refuses to start with: our table against the program itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from hiscomply.configurations import Configuration, ReadFile
from hiscomply_files.formats.sshd_config import SshdConfig
from hiscomply_files.software.sshd import Sshd
from hiscomply_files.software.sshd_keywords import IN_MATCH, KNOWN, OTHERS, SINGLE, WARNED, WORDS

SSHD = Path("/usr/sbin/sshd")
DEBIANS = KNOWN - OTHERS
"""What the OpenSSH 9.2 of Debian knows."""
NOT_TRIED = frozenset(
    {"hostcertificate", "include", "listenaddress", "match", "rdomain"}
    # what this machine has decides
)
POOL = (
    *("yes", "no", "YES", "true", "TRUE", "on", "none", "any", "all", "local", "delayed", "inet", "xyzzy"),
    *("0", "1", "6", "007", "-1", "+5", "3x", "70000", "2147483647", "2147483648", "99999999999"),
    *("1m", "1H", "5x", "1h30m", "30 ", "10:30:100", "10:30", "10:101:100", "0:1:2", "5:50:4", "10:0:20"),
    *("prohibit-password", "point-to-point", "POINT-TO-POINT", "shosts-only", "INFO", "debug3", "debug4"),
    *("LOCAL7", "authpriv", "aes128-ctr", "+aes128-cbc", "-foo*", "^foo", "aes128-ctr,foo", "hmac-sha2-256"),
    *("hmac-sha2-256-etm", "curve25519-sha256", "aes128-ctr, aes256-ctr", '"yes"', "'no'", '"yes', "yes no"),
    *("rsa-sha2-512,ssh-ed25519", "ssh-*", "+ssh-rsa", "ssh-foo", "sha256", "sha2"),
    *("no # note", "no #", "no#x", "", '"no" x', "/etc/issue", "22"),
)
real = pytest.mark.skipif(not SSHD.exists(), reason="openssh-server is not installed")


def read(text: str) -> Configuration:
    settings = list(SshdConfig().parse(text))
    files = {"sshd_config": ReadFile("sshd_config", "sshd_config", settings)}
    (found,) = Sshd().configurations(files, {})
    return found


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bool]:
    """Whether the real sshd takes a configuration."""
    folder = tmp_path_factory.mktemp("sshd")
    key, file = folder / "key", folder / "sshd_config"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)

    def asked(text: str) -> bool:
        file.write_text(f"HostKey {key}\n{text}\n", encoding="utf-8")
        return (
            subprocess.run([str(SSHD), "-T", "-f", str(file)], capture_output=True, check=False).returncode
            == 0
        )

    return asked


@real
def test_every_word_is_known_or_unknown_as_to_the_program(starts: Callable[[str], bool]) -> None:
    random = Random(20261127)
    words = sorted(KNOWN - NOT_TRIED)
    for word in random.sample(words, 40):
        typo = word[:-1] + random.choice("qxz")
        assert not starts(f"{typo} yes") and read(f"{typo} yes").missing, typo
        if word in WARNED:
            assert starts(f"{word} yes") and not read(f"{word} yes").missing, word


@real
def test_what_we_refuse_the_program_refuses_and_what_it_refuses_of_the_judged_we_do(
    starts: Callable[[str], bool],
) -> None:
    random = Random(7)
    judged = sorted(
        (set(WORDS) & DEBIANS) | {"ciphers", "macs", "kexalgorithms", "maxauthtries"}
        | {"clientaliveinterval", "clientalivecountmax", "logingracetime", "maxsessions", "x11displayoffset"}
    )  # fmt: skip
    others = sorted((SINGLE | WARNED) & DEBIANS - set(judged) - NOT_TRIED)
    for _ in range(400):
        word, value = random.choice([*judged, *judged, *others]), random.choice(POOL)
        text = f"{word} {value}" if random.random() < 0.8 else f"Match User bob\n{word} {value}"
        refused = bool(read(text).missing)
        if refused or word in judged:
            assert refused is not starts(text), text


@real
def test_where_a_keyword_may_stand_is_as_the_program_has_it(starts: Callable[[str], bool]) -> None:
    for word in sorted(DEBIANS - NOT_TRIED - {"subsystem"}):
        value = {"authenticationmethods": "any", "subsystem": "sftp x"}.get(word, "xyzzy")
        inside, outside = f"Match User bob\n{word} {value}", f"{word} {value}"
        if starts(outside):
            assert starts(inside) is (word in IN_MATCH), word


@real
@pytest.mark.parametrize(
    ("line", "is_taken"),
    [
        ("Match User bob,ann Address 10.0.0.0/8", True),
        ('Match User "bob ann"', True),
        ("Match User=bob", True),
        ("Match all", True),
        ("Match ALL", True),
        ("Match Foo bar", False),
        ("Match User", False),
        ("Match User bob Foo x", False),
    ],
)
def test_a_match_line_is_taken_or_not(starts: Callable[[str], bool], line: str, is_taken: bool) -> None:
    text = f"{line}\n    X11Forwarding no"
    assert starts(text) is is_taken
    assert (not read(text).missing) is is_taken


@real
@pytest.mark.parametrize(
    "value", ["10", "10:30:100", "10:30", "10:101:100", "0:1:2", "10:0:20", "5:50:4", "x", "5x", "+5"]
)
def test_a_rate_of_starts_is_taken_or_not(starts: Callable[[str], bool], value: str) -> None:
    text = f"MaxStartups {value}"
    assert starts(text) is not bool(read(text).missing)


@real
def test_ignore_unknown_is_the_clients_word_not_the_servers(starts: Callable[[str], bool]) -> None:
    text = "IgnoreUnknown Foo*\nFooBar yes"
    assert not starts(text)
    assert len(read(text).missing) == 2


def test_the_line_and_the_reason_are_said_and_what_is_written_stays() -> None:
    found = read("PermitRootLogin yes\n\nPermitEmptyPassword no")
    assert [one.en for one in found.missing] == [
        "sshd_config:3: sshd knows no directive permitemptypassword; sshd does not start with it"
    ]
    assert [(one.key, one.value) for one in found.values if one.key == "permitrootlogin"] == [
        ("permitrootlogin", "yes")
    ]


def test_what_a_template_fills_in_is_not_taken_for_wrong() -> None:
    assert read("MaxAuthTries {{ ssh_tries }}").missing == ()
