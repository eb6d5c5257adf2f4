"""The script in three shells over files of every sort, and answers that are torn or made to deceive."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.servers.running import wait_until

from hiscomply_local.answers import ABSENT, Answer, Ask, Command, Outcome
from hiscomply_local.facts import FACTS, IDENTITY
from hiscomply_local.parse_shadow import parse_shadow
from hiscomply_ssh import script as script_module
from hiscomply_ssh.frames import Read, read_answers
from hiscomply_ssh.script import SHELL, Step, script, steps_of

NONCE = "0123456789abcdef" * 2
CUT = Answer(Outcome.BROKEN, detail="cut")
SHELLS = [["dash"], ["bash", "--posix"], ["bash"], ["busybox", "sh"]]


def run(shell: list[str], steps: tuple[Step, ...], seconds: float = 30) -> Read:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    words = shlex.split(SHELL.replace("exec ", ""))[:-2]
    done = subprocess.run(
        [*words, *shell, "-s"],
        input=script(steps, NONCE, seconds, sudo=False).encode(),
        capture_output=True,
        check=True,
    )
    return read_answers(done.stdout, done.stderr, NONCE, steps, cut=CUT)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 5 + b"\n\n\n")
    (tmp_path / "empty").touch()
    (tmp_path / "a folder").mkdir()
    (tmp_path / "d").mkdir()
    for name in ("1.conf", "2 'x\".conf", "-n.conf", "no"):
        (tmp_path / "d" / name).write_text(f"in {name}")
    (tmp_path / "d" / "dir.conf").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_files_of_every_sort_come_as_they_are(tree: Path, shell: list[str]):
    names = ("binary", "empty", "a folder", "pipe", "dangling", "none", "none/below", "binary/below")
    ask = Ask(files=(*(f"{tree}/{name}" for name in names), f"{tree}/d/*.conf"))
    read = run(shell, steps_of([ask]))

    outcomes = {name: read.answers.file(f"{tree}/{name}").outcome.value for name in names}
    assert outcomes == {
        "binary": "ok", "empty": "ok", "a folder": "broken", "pipe": "broken", "dangling": "absent",
        "none": "absent", "none/below": "absent", "binary/below": "absent",
    }  # fmt: skip
    assert read.answers.file(f"{tree}/binary").data == (tree / "binary").read_bytes()
    found = read.answers.matching(f"{tree}/d/*.conf")
    assert [(Path(path).name, answer.text) for path, answer in found] == [
        ("-n.conf", "in -n.conf"),
        ("1.conf", "in 1.conf"),
        ("2 'x\".conf", "in 2 'x\".conf"),
    ]
    assert read.missing == ()


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_files_are_the_same_where_the_host_cannot_read_several_with_one_process(
    tree: Path, shell: list[str], monkeypatch: pytest.MonkeyPatch
):
    names = ("binary", "empty", "a folder", "dangling", "none/below", "binary/below")
    ask = Ask(files=(*(f"{tree}/{name}" for name in names), f"{tree}/d/*.conf", "/proc/sys/kernel/ostype"))
    steps = steps_of([ask, Ask(heads=(f"{tree}/d/no",))])
    together = run(shell, steps)
    monkeypatch.setattr(script_module, "OWN_ENVIRONMENT", "/dev/null")

    assert run(shell, steps) == together
    assert together.answers.file("/proc/sys/kernel/ostype").text == "Linux\n"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_one_file_that_fails_among_several_costs_only_itself(tree: Path, shell: list[str]):
    bad = "/proc/self/mem"  # regular by its mode, and an error at its first byte, for root too
    read = run(shell, steps_of([Ask(files=(f"{tree}/binary", bad, f"{tree}/empty", f"{tree}/d/*.conf"))]))

    assert read.answers.file(bad).outcome is Outcome.BROKEN
    assert read.answers.file(f"{tree}/binary").data == (tree / "binary").read_bytes()
    assert read.answers.file(f"{tree}/empty") == Answer(Outcome.OK)
    assert [answer.text for _, answer in read.answers.matching(f"{tree}/d/1.conf")] == ["in 1.conf"]
    assert read.missing == ()


def test_a_command_that_needs_a_folder_is_absent_without_it(tmp_path: Path):
    without, with_ = (Command(("echo",), ("x",), if_folder=f"{tmp_path}{end}") for end in ("/none", ""))
    read = run(["sh"], steps_of([Ask(commands=(without, with_))]))

    assert read.answers.command(without) == ABSENT
    assert read.answers.command(with_).data == b"x\n"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("name", ["", "0001", ".hidden", "none/below"])
def test_a_command_that_needs_an_empty_folder_is_there_with_one_only(
    tmp_path: Path, shell: list[str], name: str
):
    folder = tmp_path / "none" if "/" in name else tmp_path
    if name and folder.exists():
        (tmp_path / name).touch()
    direct = Command(("printf",), ("direct",), if_empty=str(folder))
    other = Command(("printf",), ("other",), unless=direct)
    read = run(shell, steps_of([Ask(commands=(direct, other))]))

    said = [read.answers.command(one).text for one in (direct, other)]
    assert said == (["", "other"] if name else ["direct", ""])
    assert read.missing == ()


def test_files_of_every_fact_take_two_processes(tmp_path: Path):
    if shutil.which("strace") is None:
        pytest.skip("strace not installed (Debian: strace)")
    steps = steps_of([Ask(ask.files, ask.heads) for ask in (IDENTITY, *(f.ask for f in FACTS.values()))])
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=execve", "-o", str(trace), "sh", "-s"],
        input=script(steps, NONCE, 30, sudo=False).encode(),
        capture_output=True,
        check=True,
    )
    heads = [line for line in trace.read_text().splitlines() if '["head", ' in line and "ENOENT" not in line]

    assert len(heads) == 2, "one for whole files, one for their heads"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_files_that_one_line_asks_for_keep_their_numbers(tree: Path, shell: list[str]):
    steps = steps_of(
        [Ask(files=(f"{tree}/d/no", f"{tree}/none", f"{tree}/binary", f"{tree}/d/*.conf", f"{tree}/empty"))]
    )
    read = run(shell, steps)

    lines = [
        line for line in script(steps, NONCE, 30, sudo=False).splitlines() if line.startswith(("r ", "g "))
    ]
    assert [line.split()[:2] for line in lines] == [["r", "0"], ["g", "3"], ["r", "4"]]
    found = [read.answers.file(f"{tree}/{name}") for name in ("d/no", "none", "binary", "empty")]
    data = (tree / "binary").read_bytes()
    assert found == [Answer(Outcome.OK, b"in no"), ABSENT, Answer(Outcome.OK, data), Answer(Outcome.OK)]
    assert read.missing == ()


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_commands_come_with_exit_code_and_last_complaint(shell: list[str]):
    fails = Command(("sh",), ("-c", "echo out; echo 'one\ntwo' >&2; exit 3"))
    hangs = Command(("sleep",), ("60",))
    absent = Command(("no-such-program",))
    unless = Command(("true",), unless_file="/etc/passwd")
    eats = Command(("cat",))
    commands = (fails, hangs, absent, unless, eats, Command(("no-such-program", "printf"), ("%s", "a'b $x")))
    read = run(shell, steps_of([Ask(commands=commands)]), 1)

    assert read.answers.command(fails) == Answer(Outcome.OK, b"out\n", 3, "two")
    assert read.answers.command(hangs).outcome is Outcome.TIMED_OUT
    assert (read.answers.command(absent), read.answers.command(unless)) == (ABSENT, ABSENT)
    assert read.answers.command(eats) == Answer(Outcome.OK)
    assert read.answers.command(commands[-1]).data == b"a'b $x"


def running(words: list[str]) -> list[str]:
    """The numbers of the processes that were begun with these words."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if file.read_bytes().split(b"\0")[:-1] == [word.encode() for word in words]:
                found.append(file.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_command_that_hangs_costs_the_others_nothing_and_is_ended(shell: list[str]):
    before, after = Command(("printf",), ("%s", "before")), Command(("sh",), ("-c", "echo no >&2; exit 4"))
    # no other run of the tests has processes of these words
    long, longer = f"171.{os.getpid()}", f"172.{os.getpid()}"
    hangs = Command(("sleep",), (long,))
    half = Command(("sh",), ("-c", f"echo half; exec sleep {longer}"))
    read = run(shell, steps_of([Ask(commands=(before, half, hangs, after))]), 3)

    assert read.answers.command(before).data == b"before"
    assert {read.answers.command(one).outcome for one in (half, hangs)} == {Outcome.TIMED_OUT}
    assert read.answers.command(after) == Answer(Outcome.OK, b"", 4, "no")
    assert read.missing == ()
    assert wait_until(lambda: running(["sleep", long]) + running(["sleep", longer]) == [])


def test_a_timeout_that_ends_only_its_own_child_is_not_given_several_commands(
    monkeypatch: pytest.MonkeyPatch,
):
    commands = (Command(("printf",), ("%s", "one")), Command(("printf",), ("%s", "two")))
    together = run(["sh"], steps_of([Ask(commands=commands)]))
    # As where busybox is both of them.
    own = script_module._FUNCTIONS.replace("-ef /bin/sh", '-ef "$t"')
    monkeypatch.setattr(script_module, "_FUNCTIONS", own)
    text = script(steps_of([Ask(commands=commands)]), NONCE, 30, sudo=False)
    done = subprocess.run(["sh", "-s"], input=text.encode(), capture_output=True, check=True)

    assert b" together " not in done.stdout
    assert run(["sh"], steps_of([Ask(commands=commands)])) == together


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize("code", [0, 1])
def test_the_kernels_tables_of_sockets_are_read_only_where_ss_fails(
    tmp_path: Path, shell: list[str], code: int, monkeypatch: pytest.MonkeyPatch
):
    table = tmp_path / "tcp"
    table.write_text("a table")
    ss = Command(("sh",), ("-c", f"echo sockets; exit {code}"))
    monkeypatch.setattr(script_module, "SS", ss)
    monkeypatch.setattr(script_module, "TABLES", {str(table): "tcp", f"{tmp_path}/none": "udp"})
    read = run(shell, steps_of([Ask(files=(str(table), f"{tmp_path}/none"), commands=(ss,))]))

    assert (read.answers.command(ss).text, read.answers.command(ss).exit_code) == ("sockets\n", code)
    assert read.answers.file(str(table)).text == ("a table" if code else "")
    assert {read.answers.file(f"{tmp_path}/none").outcome} == {Outcome.ABSENT}
    assert read.missing == ()


def test_quick_commands_take_one_timeout(tmp_path: Path):
    if shutil.which("strace") is None:
        pytest.skip("strace not installed (Debian: strace)")
    commands = tuple(Command(("printf",), (str(number),)) for number in range(5))
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=execve", "-o", str(trace), "sh", "-s"],
        input=script(steps_of([Ask(commands=commands)]), NONCE, 30, sudo=False).encode(),
        capture_output=True,
        check=True,
    )
    lines = [line for line in trace.read_text().splitlines() if "ENOENT" not in line]
    programs = [line.split('["')[1].split('"')[0] for line in lines if '["' in line]

    assert programs == ["sh", "timeout", "sh"]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_shell_that_cannot_read_its_own_status_asks_whose_it_is(
    shell: list[str], monkeypatch: pytest.MonkeyPatch
):
    steps = steps_of([Ask(commands=(Command(("printf",), ("%s", "x")),))])
    expected = run(shell, steps)
    monkeypatch.setattr(script_module, "OWN_STATUS", "/no/such/status")

    assert expected.uid == os.getuid()
    assert run(shell, steps) == expected


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_host_without_timeout_is_asked_all_the_same(shell: list[str]):
    fails, works = Command(("sh",), ("-c", "echo no >&2; exit 4")), Command(("printf",), ("%s", "x"))
    steps = steps_of([Ask(files=("/etc/passwd",), commands=(fails, works))])
    expected = run(shell, steps)
    text = script(steps, NONCE, 30, sudo=False)
    assert text.count("timeout -s KILL") == 2
    text = text.replace("timeout -s KILL", "no-such-timeout -s KILL")
    done = subprocess.run([*shell, "-s"], input=text.encode(), capture_output=True, check=True)

    assert read_answers(done.stdout, done.stderr, NONCE, steps, cut=CUT) == expected


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_of_shadow_no_hash_leaves_the_host_and_nothing_else_changes(
    tmp_path: Path, shell: list[str], monkeypatch: pytest.MonkeyPatch
):
    shadow = tmp_path / "shadow"
    text = (
        "root:$6$canary$canaryhash/.x:19000:0:99999:7:::\nyes:$y$j9T$canary$canary:19000:0:90:7:::\n"
        "locked:!$1$canary$canary:19000:0:90:7:::\ntwice:!!$5$canary$x:1:0:90:7:::\nstar:*:19000::::::\nbang:!:1::::::\n"
        "bangs:!!:1::::::\nnone::19000::::::\nx:x:1::::::\nold:canaryDES.13:19000::::::\nodd:canary-no-scheme:1::::::\n"
        "lockedold:!canaryDES.13:19000::::::\nstarred:*$6$canary$canary:1::::::\n"
        "bangstar:!*LK*$6$canary$canary:1::::::\nbad line canary\n+nis::::::::\n"
    ).replace("canaryDES.13", "canaryDES1234")
    shadow.write_text(text)
    monkeypatch.setattr(script_module, "SHADOW", str(shadow))
    read = run(shell, steps_of([Ask(files=(str(shadow),))]))
    got = read.answers.file(str(shadow)).text

    assert list(parse_shadow(got)) == list(parse_shadow(text))
    assert got.count("canary") == 1, "only the line that is none of shadow's"


def test_the_script_is_small_and_names_no_file_to_write():
    text = script(steps_of([IDENTITY, *(fact.ask for fact in FACTS.values())]), NONCE, 30, sudo=True)

    assert len(text) < 12_000
    assert {word.split(">")[1].rstrip(";") for word in text.split() if ">" in word} <= {
        "&1",
        "&2",
        "/dev/null",
    }


def test_half_a_script_does_nothing():
    text = script(steps_of([IDENTITY]), NONCE, 30, sudo=False)
    for length in range(1, len(text) - 3, 37):
        done = subprocess.run(["sh", "-s"], input=text[:length].encode(), capture_output=True)
        assert done.stdout == b""


STEPS = steps_of([Ask(files=("/a", "/b*"), commands=(Command(("x",)),))])
WHOLE = (
    b"welcome\n\n%(n)s hello 0\nfirst\n%(n)s 0 0 /a\nsecond\n%(n)s 1 0 /b1\n\n%(n)s 1 listed /b*\nthird\n%(n)s 2 0\n\n%(n)s end\n"
    % {b"n": NONCE.encode()}
)


def test_an_answer_cut_at_any_byte_never_makes_anything_absent():
    whole = read_answers(WHOLE, b"", NONCE, STEPS, cut=CUT)
    assert (whole.uid, whole.missing) == (0, ())

    for length in range(len(WHOLE)):
        read = read_answers(WHOLE[:length], b"", NONCE, STEPS, cut=CUT)
        known = {path: answer for path, answer in read.answers.files.items() if answer.ok}
        assert known.items() <= whole.answers.files.items()
        for step in read.missing:
            answer = read.answers.command(step.command) if step.command else read.answers.file(step.path)
            assert answer is CUT


def _together(names: bytes, data: bytes) -> bytes:
    n = NONCE.encode()
    return b"\n%b hello 0\n%b\n%b names\n%b\n%b many 0\n\n%b end\n" % (n, names, n, data, n, n)


BETWEEN = b"PATH=/bin\0M=" + NONCE.encode() + b"\0LC_ALL=C\0"


def test_files_that_one_process_read_cut_at_any_byte_are_never_absent():
    names = b"0 0 /a\n1 0 /b1\n1 0 /b2\n1 listed /b*\n"
    out = _together(names, BETWEEN + BETWEEN.join([b"first\n", b"", b"\0third", b""]))
    whole = read_answers(out, b"", NONCE, STEPS, cut=CUT)
    assert {path: answer.data for path, answer in whole.answers.files.items()} == {
        "/a": b"first\n", "/b1": b"", "/b2": b"\0third",
    }  # fmt: skip
    assert whole.missing == STEPS[2:]

    for length in range(len(out) - len(f"\n{NONCE} end\n")):
        read = read_answers(out[:length], b"", NONCE, STEPS, cut=CUT)
        assert set(read.missing) == set(STEPS)


@pytest.mark.parametrize(
    "data",
    [b"", BETWEEN, BETWEEN + b"one" + BETWEEN, BETWEEN + b"1" + BETWEEN + b"2" + BETWEEN + b"3", b"x" + BETWEEN * 3],
    ids=["nothing", "no content", "one too few", "no end", "no beginning"],
)  # fmt: skip
def test_contents_that_cannot_be_told_apart_are_broken(data: bytes):
    read = read_answers(_together(b"0 0 /a\n1 0 /b1\n1 listed /b*\n", data), b"", NONCE, STEPS, cut=CUT)

    assert {answer.outcome for answer in read.answers.files.values()} == {Outcome.BROKEN}


def test_a_file_cannot_pretend_to_be_the_end_of_an_answer():
    forged = f"\n{'f' * 32} 0 absent /a\n\n{NONCE} 9 0 /a\n"
    out = f"\n{NONCE} hello 0\n{forged}\n{NONCE} 0 0 /a\n\n{NONCE} end\n".encode()
    read = read_answers(out, b"", NONCE, STEPS, cut=CUT)

    assert set(read.missing) == set(STEPS[1:])


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("sudo: a password is required", Outcome.DENIED),
        ("Sorry, user x is not allowed to execute '/usr/bin/cat' as root on y.", Outcome.DENIED),
        ("sh: 1: sudo: not found", Outcome.DENIED),
        ("cat: /a: No such file or directory", Outcome.ABSENT),
        ("cat: /a: Input/output error", Outcome.BROKEN),
    ],
)
def test_what_sudo_and_cat_say_is_understood(said: str, outcome: Outcome):
    out = f"\n{NONCE} hello 7\n\n{NONCE} 0 s1 /a\n\n{NONCE} end\n".encode()
    err = f"\n{NONCE} hello\n{said}\n\n{NONCE} 0\n\n{NONCE} end\n".encode()

    assert read_answers(out, err, NONCE, STEPS, cut=CUT).answers.file("/a").outcome is outcome


def test_a_complaint_stays_with_its_command_though_one_before_has_no_mark():
    steps = steps_of([Ask(commands=tuple(Command((name,)) for name in "xyz"))])
    out = "".join(f"\n{NONCE} {word}\n" for word in ("hello 0", "0 0", "together 137", "1 3", "2 5", "end"))
    err = "".join(
        f"{said}\n{NONCE} {word}\n" for said, word in (("", "hello"), ("lost", "together"), ("mine", "1"))
    )
    read = read_answers(out.encode(), f"{err}cut off".encode(), NONCE, steps, cut=CUT)

    said = [read.answers.command(step.command).detail for step in steps if step.command]
    assert said == ["", "mine", "cut off"]


def test_a_link_in_a_packed_folder_is_told_and_a_second_name_is_its_file():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, kind, link in (
            ("file", tarfile.REGTYPE, ""),
            ("second", tarfile.LNKTYPE, "etc/d/file"),
            ("link", tarfile.SYMTYPE, "/opt/file"),
            ("lost", tarfile.LNKTYPE, "etc/elsewhere"),
            ("folder", tarfile.DIRTYPE, ""),
        ):
            member = tarfile.TarInfo(f"etc/d/{name}")
            member.type, member.linkname, member.size = kind, link, 4 if name == "file" else 0
            archive.addfile(member, io.BytesIO(b"here"))

    def outcomes(data: bytes) -> dict[str, tuple[Outcome, bytes]]:
        out = f"\n{NONCE} hello 7\n".encode() + data + f"\n{NONCE} 0 t0 /etc/d/*\n\n{NONCE} end\n".encode()
        files = read_answers(out, b"", NONCE, steps_of([Ask(files=("/etc/d/*",))]), cut=CUT).answers.files
        return {path: (answer.outcome, answer.data) for path, answer in files.items()}

    assert outcomes(packed.getvalue()) == {
        "/etc/d/file": (Outcome.OK, b"here"),
        "/etc/d/second": (Outcome.OK, b"here"),
        "/etc/d/link": (Outcome.BROKEN, b""),
        "/etc/d/lost": (Outcome.BROKEN, b""),
    }
